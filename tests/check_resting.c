/* Entry orders that wait for their price, by hand-computed ledgers. */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

/* One resting long order decided on bar 1, three bars like FLAT around `bar`. */
static void order_on(struct world *w, const double bar[4], double limit, double stop) {
    const double rows[][4] = {FLAT, FLAT, {bar[0], bar[1], bar[2], bar[3]}, FLAT, FLAT};
    world_init(w, rows, 5);
    world_rule(w, RULE_LONG_ENTRY, 1);
    if (limit > 0)
        world_number(w, RULE_LONG_LIMIT, limit);
    if (stop > 0)
        world_number(w, RULE_LONG_STOP, stop);
    w->cfg.finalize = true;
}

START_TEST(where_a_resting_order_fills) {
    const struct {
        double bar[4], limit, stop, price; /* price 0: not filled */
    } rows[] = {
        {{100, 101, 97, 100}, 98, 0, 98},   /* through the limit */
        {{100, 101, 98, 100}, 98, 0, 98},   /* touched exactly */
        {{95, 101, 94, 100}, 98, 0, 95},    /* a gap in our favour */
        {{100, 101, 98.5, 100}, 98, 0, 0},  /* not reached */
        {{100, 104, 99, 100}, 0, 103, 103}, /* through the stop */
        {{107, 108, 99, 100}, 0, 103, 107}, /* a gap against us */
        {{100, 102, 99, 100}, 0, 103, 0},
        {{100, 106, 99, 100}, 105, 103, 103}, /* woken within the limit */
        {{104, 106, 99, 100}, 105, 103, 104}, /* the same at the open */
        {{107, 108, 106, 107}, 105, 103, 0},  /* woken beyond the limit, which is not met */
        {{107, 108, 104, 107}, 105, 103, 105},
        {{100, 104, 100, 103}, 101, 103, 0}, /* limit below the stop: up and not down again */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        order_on(&w, rows[i].bar, rows[i].limit, rows[i].stop);
        world_run(&w);
        ck_assert_msg(w.br.ledger.n == (rows[i].price > 0), "row %zu: %zu trades", i,
                      w.br.ledger.n);
        if (rows[i].price > 0) {
            ck_assert_msg(w.br.ledger.trades[0].entry_price == rows[i].price, "row %zu: at %g", i,
                          w.br.ledger.trades[0].entry_price);
            ck_assert_int_eq(w.br.ledger.trades[0].entry_bar, 2);
        }
        world_release(&w);
    }
}
END_TEST

START_TEST(a_short_order_is_the_mirror) {
    static const double rows[][4] = {FLAT, FLAT, {100, 104, 99, 100}, {100, 101, 95, 100}, FLAT};
    for (int stop = 0; stop < 2; stop++) {
        struct world w;
        world_init(&w, rows, 5);
        w.cfg.finalize = true;
        world_rule(&w, RULE_SHORT_ENTRY, 1);
        world_number(&w, stop ? RULE_SHORT_STOP : RULE_SHORT_LIMIT, stop ? 96 : 103);
        world_number(&w, RULE_ENTRY_BARS, 2);
        world_run(&w);
        TRADES(&w, 1);
        TRADE(&w, 0, -10, stop ? 3 : 2, 4, stop ? 96 : 103, 100, REASON_END);
        world_release(&w);
    }
}
END_TEST

START_TEST(limits_pay_no_spread_and_the_makers_fee) {
    struct world w;
    order_on(&w, (const double[]){100, 101, 97, 100}, 98, 0);
    w.cfg.terms.costs = (struct costs){.rate = 0.001, .adverse = 0.01};
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 101);
    w.maker = 0.0002;
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 3, 98, 101, REASON_TAKE_PROFIT);
    NEAR(w.br.ledger.trades[0].commission, 10 * (98 + 101) * 0.0002);
    NEAR(w.br.ledger.commission, 10 * (98 + 101) * 0.0002);
    world_release(&w);

    order_on(&w, (const double[]){100, 104, 99, 100}, 0, 103);
    w.cfg.terms.costs = (struct costs){.rate = 0.001, .adverse = 0.01};
    w.maker = 0.0002;
    world_run(&w);
    TRADE(&w, 0, 10, 2, 4, 103 * 1.01, 99, REASON_END);
    NEAR(w.br.ledger.trades[0].commission, 10 * (103 * 1.01 + 99) * 0.001);
    world_release(&w);

    /* a stop-limit moves against us, but never beyond its limit */
    order_on(&w, (const double[]){100, 104, 99, 100}, 103.5, 103);
    w.cfg.terms.costs = (struct costs){.adverse = 0.01};
    world_run(&w);
    TRADE(&w, 0, 10, 2, 4, 103.5, 99, REASON_END);
    world_release(&w);
}
END_TEST

START_TEST(an_order_lives_its_bars_and_a_new_signal_renews_it) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, FLAT, {100, 101, 97, 100}, FLAT};
    const struct {
        size_t second; /* bar of another signal, 0: none */
        double bars;
        bool filled;
    } cases[] = {{0, 1, false}, {0, 2, false}, {0, 3, true},
                 {2, 1, false}, {3, 1, true},  {2, 2, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w, rows, 6);
        world_rule(&w, RULE_LONG_ENTRY, 1);
        if (cases[i].second)
            world_rule(&w, RULE_LONG_ENTRY, cases[i].second);
        world_number(&w, RULE_LONG_LIMIT, 98);
        world_number(&w, RULE_ENTRY_BARS, cases[i].bars);
        world_run(&w);
        ck_assert_msg((w.br.ledger.open_bar == 4) == cases[i].filled, "case %zu: %d", i,
                      (int)w.br.ledger.open_bar);
        world_release(&w);
    }
}
END_TEST

START_TEST(an_exit_rule_or_the_other_side_takes_an_order_back) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {100, 101, 97, 100}, FLAT};
    for (int k = 0; k < 3; k++) {
        struct world w;
        world_init(&w, rows, 5);
        w.cfg.finalize = true;
        world_rule(&w, RULE_LONG_ENTRY, 0);
        world_number(&w, RULE_LONG_LIMIT, 98);
        world_number(&w, RULE_ENTRY_BARS, 9);
        if (k > 0)
            world_rule(&w, k == 1 ? RULE_LONG_EXIT : RULE_SHORT_ENTRY, 1);
        world_run(&w);
        TRADES(&w, k == 1 ? 0 : 1);
        if (k == 0)
            TRADE(&w, 0, 10, 3, 4, 98, 100, REASON_END);
        if (k == 2)
            TRADE(&w, 0, -10, 2, 4, 100, 100, REASON_END);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_position_is_reversed_when_the_order_fills) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {100, 101, 97, 100}, FLAT};
    struct world w;
    world_init(&w, rows, 5);
    w.cfg.finalize = true;
    w.cfg.terms.size_type = SIZE_EQUITY;
    w.cfg.size = 1;
    world_rule(&w, RULE_SHORT_ENTRY, 0);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_number(&w, RULE_LONG_LIMIT, 98);
    world_number(&w, RULE_ENTRY_BARS, 5);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, -100, 1, 3, 100, 98, REASON_REVERSE);
    TRADE(&w, 1, 10200 / 98.0, 3, 4, 98, 100, REASON_END); /* of the equity after the close */
    world_release(&w);
}
END_TEST

START_TEST(stops_of_an_order_are_judged_by_its_price_and_work_at_once) {
    struct world w;
    order_on(&w, (const double[]){100, 101, 95, 100}, 98, 0);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 96);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 2, 98, 96, REASON_STOP_LOSS);
    world_release(&w);

    order_on(&w, (const double[]){100, 101, 95, 100}, 98, 0);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 98.5); /* below the close, above the order */
    world_run(&w);
    TRADES(&w, 0);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_STOP_SIDE], 1);
    world_release(&w);

    /* a gap beyond order and stop: in and out at the open */
    order_on(&w, (const double[]){94, 101, 93, 100}, 98, 0);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 96);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 2, 94, 94, REASON_STOP_LOSS);
    world_release(&w);
}
END_TEST

START_TEST(a_stop_limit_is_judged_by_where_it_is_to_fill) {
    struct world w; /* stop 103, limit 105: at 103; the other way round: at the limit */
    const struct {
        double limit, stop, sl, tp;
        bool good;
    } rows[] = {{105, 103, 104, 110, false},
                {105, 103, 102, 104, true},
                {101, 103, 102, 110, false},
                {101, 103, 100.5, 102, true}};
    for (size_t i = 0; i < 4; i++) {
        order_on(&w, (const double[]){101, 106, 100.6, 101}, rows[i].limit, rows[i].stop);
        world_level(&w, SIDE_LONG, LEVEL_STOP, rows[i].sl);
        world_level(&w, SIDE_LONG, LEVEL_TARGET, rows[i].tp);
        world_run(&w);
        ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_STOP_SIDE], !rows[i].good);
        ck_assert_msg(w.br.ledger.n == rows[i].good, "row %zu", i);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_level_that_the_price_has_passed_acts_at_the_fill) {
    struct world w; /* woken at the open, filled on the way down at 105, above its target */
    order_on(&w, (const double[]){107, 108, 102, 107}, 105, 103);
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 104);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 2, 105, 105, REASON_TAKE_PROFIT);
    world_release(&w);
}
END_TEST

START_TEST(the_order_of_prices_decides_what_an_order_lives_through) {
    /* limit 98 and target 103 inside one bar: O-L-H-C makes both, O-H-L-C the entry alone */
    const enum bt_path paths[] = {PATH_OHLC, PATH_OLHC, PATH_PESSIMISTIC, PATH_OPTIMISTIC};
    for (size_t i = 0; i < 4; i++) {
        struct world w;
        order_on(&w, (const double[]){100, 104, 97, 99}, 98, 0);
        world_level(&w, SIDE_LONG, LEVEL_TARGET, 103);
        w.cfg.path = paths[i];
        world_run(&w);
        TRADES(&w, 1);
        TRADE(&w, 0, 10, 2, i % 2 ? 2 : 4, 98, i % 2 ? 103 : 100,
              i % 2 ? REASON_TAKE_PROFIT : REASON_END);
        ck_assert_uint_eq(w.br.order_bars, 1);
        world_release(&w);
    }
}
END_TEST

START_TEST(an_order_without_a_price_is_refused) {
    struct world w;
    order_on(&w, (const double[]){100, 104, 97, 99}, 98, 0);
    w.number[RULE_LONG_LIMIT][1] = (double)NAN;
    world_run(&w);
    TRADES(&w, 0);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_ENTRY_NULL], 1);
    ck_assert_str_eq(refusal_name(w.br.diagnosis.examples[0].reason), "entry_null");
    world_release(&w);
}
END_TEST

START_TEST(prices_lie_on_the_tick_against_the_trader) {
    struct world w;
    order_on(&w, (const double[]){100, 104, 97, 100}, 98.13, 0);
    w.cfg.terms.costs.tick = 0.25;
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 103.1);
    w.cfg.path = PATH_OLHC;
    world_run(&w);
    TRADE(&w, 0, 10, 2, 2, 98, 103.25, REASON_TAKE_PROFIT);
    world_release(&w);

    /* an open off the grid, better than limit and target */
    order_on(&w, (const double[]){97.6, 98, 97, 98}, 98.13, 0);
    w.cfg.terms.costs.tick = 0.25;
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 99.1);
    w.b.o[3] = 99.6;
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 97.75, 99.5, REASON_TAKE_PROFIT);
    world_release(&w);

    order_on(&w, (const double[]){100, 104, 97, 100}, 0, 102.9);
    w.cfg.terms.costs = (struct costs){.tick = 0.25, .adverse = 0.001};
    w.cfg.path = PATH_OHLC;
    world_level(&w, SIDE_LONG, LEVEL_STOP, 99.9);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 2, 103.25, 99.5, REASON_STOP_LOSS); /* 103 x 1.001, 99.75 x 0.999 */
    world_release(&w);
}
END_TEST

SUITE_MAIN("resting", where_a_resting_order_fills, a_short_order_is_the_mirror,
           limits_pay_no_spread_and_the_makers_fee,
           an_order_lives_its_bars_and_a_new_signal_renews_it,
           an_exit_rule_or_the_other_side_takes_an_order_back,
           a_position_is_reversed_when_the_order_fills,
           stops_of_an_order_are_judged_by_its_price_and_work_at_once,
           a_stop_limit_is_judged_by_where_it_is_to_fill,
           a_level_that_the_price_has_passed_acts_at_the_fill,
           the_order_of_prices_decides_what_an_order_lives_through,
           an_order_without_a_price_is_refused, prices_lie_on_the_tick_against_the_trader)
