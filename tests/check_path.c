/* Stops, targets, trailing stops and liquidation inside bars, by hand-computed ledgers. The entry
 * is decided on bar 1 and made at the open of bar 2, at 100 unless the row says otherwise. */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

static void world_with(struct world *w, const double bar2[4], const double bar3[4], int side) {
    double rows[6][4] = {FLAT, FLAT, FLAT, FLAT, FLAT, FLAT};
    for (int k = 0; k < 4; k++) {
        rows[2][k] = bar2[k];
        rows[3][k] = bar3[k];
    }
    world_init(w, (const double(*)[4])rows, 6);
    world_rule(w, side > 0 ? RULE_LONG_ENTRY : RULE_SHORT_ENTRY, 1);
}

static const double flat[4] = FLAT;

START_TEST(stops_and_targets_fill_where_they_are_met) {
    const struct {
        int side;
        double stop, target; /* 0: none */
        double bar2[4], bar3[4];
        int exit_bar;
        double entry, exit;
        enum trade_reason why;
    } cases[] = {
        /* inside the bar, and a gap over the level: at the open */
        {1, 95, 0, FLAT, {97, 98, 94, 96}, 3, 100, 95, REASON_STOP_LOSS},
        {1, 95, 0, FLAT, {90, 91, 89, 90}, 3, 100, 90, REASON_STOP_LOSS},
        {1, 95, 0, FLAT, {97, 98, 95, 96}, 3, 100, 95, REASON_STOP_LOSS}, /* touch counts */
        {1, 0, 105, FLAT, {103, 106, 102, 104}, 3, 100, 105, REASON_TAKE_PROFIT},
        {1, 0, 105, FLAT, {110, 111, 109, 110}, 3, 100, 110, REASON_TAKE_PROFIT},
        {1, 0, 105, FLAT, {103, 105, 102, 104}, 3, 100, 105, REASON_TAKE_PROFIT},
        {-1, 105, 0, FLAT, {103, 106, 102, 104}, 3, 100, 105, REASON_STOP_LOSS},
        {-1, 105, 0, FLAT, {110, 111, 109, 110}, 3, 100, 110, REASON_STOP_LOSS},
        {-1, 0, 95, FLAT, {97, 98, 94, 96}, 3, 100, 95, REASON_TAKE_PROFIT},
        {-1, 0, 95, FLAT, {90, 91, 89, 90}, 3, 100, 90, REASON_TAKE_PROFIT},
        /* an open beyond the target fills there, although the bar falls through the stop later */
        {1, 95, 105, FLAT, {110, 111, 94, 100}, 3, 100, 110, REASON_TAKE_PROFIT},
        {-1, 105, 95, FLAT, {90, 106, 89, 100}, 3, 100, 90, REASON_TAKE_PROFIT},
        /* on the entry's own bar */
        {1, 95, 0, {100, 101, 94, 96}, FLAT, 2, 100, 95, REASON_STOP_LOSS},
        {1, 0, 105, {100, 106, 99, 103}, FLAT, 2, 100, 105, REASON_TAKE_PROFIT},
        {-1, 105, 0, {100, 106, 99, 103}, FLAT, 2, 100, 105, REASON_STOP_LOSS},
        /* accepted by the signal close, passed by the open: out at that open */
        {1, 95, 0, {90, 92, 88, 91}, FLAT, 2, 90, 90, REASON_STOP_LOSS},
        {1, 0, 105, {110, 112, 108, 111}, FLAT, 2, 110, 110, REASON_TAKE_PROFIT},
        {-1, 105, 0, {110, 112, 108, 111}, FLAT, 2, 110, 110, REASON_STOP_LOSS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        enum side side = cases[i].side > 0 ? SIDE_LONG : SIDE_SHORT;
        world_with(&w, cases[i].bar2, cases[i].bar3, cases[i].side);
        if (cases[i].stop > 0)
            world_level(&w, side, LEVEL_STOP, cases[i].stop);
        if (cases[i].target > 0)
            world_level(&w, side, LEVEL_TARGET, cases[i].target);
        world_run(&w);
        ck_assert_msg(w.br.ledger.n == 1, "row %zu: %zu trades", i, w.br.ledger.n);
        const struct trade *t = w.br.ledger.trades;
        ck_assert_msg(t->exit_bar == cases[i].exit_bar && t->entry_price == cases[i].entry &&
                          t->exit_price == cases[i].exit && t->exit_reason == cases[i].why,
                      "row %zu: bar %d, %g to %g by %s", i, (int)t->exit_bar, t->entry_price,
                      t->exit_price, reason_name(t->exit_reason));
        world_release(&w);
    }
}
END_TEST

START_TEST(the_path_decides_between_stop_and_target) {
    static const double both[4] = {100, 106, 94, 100};
    const struct {
        enum bt_path path;
        int side;
        double exit;
    } cases[] = {
        {PATH_PESSIMISTIC, 1, 95}, {PATH_OPTIMISTIC, 1, 105},   {PATH_OHLC, 1, 105},
        {PATH_OLHC, 1, 95},        {PATH_PESSIMISTIC, -1, 105}, {PATH_OPTIMISTIC, -1, 95},
        {PATH_OHLC, -1, 105},      {PATH_OLHC, -1, 95},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int entry_bar = 0; entry_bar < 2; entry_bar++) {
            struct world w;
            world_with(&w, entry_bar ? both : flat, both, cases[i].side);
            w.cfg.path = cases[i].path;
            bool is_long = cases[i].side > 0;
            enum side side = is_long ? SIDE_LONG : SIDE_SHORT;
            world_level(&w, side, LEVEL_STOP, is_long ? 95 : 105);
            world_level(&w, side, LEVEL_TARGET, is_long ? 105 : 95);
            world_run(&w);
            TRADE(&w, 0, is_long ? 10 : -10, 2, entry_bar ? 2 : 3, 100, cases[i].exit,
                  w.br.ledger.trades[0].exit_reason);
            ck_assert_uint_eq(w.br.order_bars, 1);
            world_release(&w);
        }
    }
}
END_TEST

START_TEST(costs_of_stops_but_none_of_targets) {
    static const double falls[4] = {97, 98, 94, 96}, rises[4] = {103, 106, 102, 104};
    struct world w;
    world_with(&w, flat, falls, 1);
    w.cfg.terms.costs.adverse = 0.01;
    world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 101, 94.05, REASON_STOP_LOSS); /* 95 x 0.99 */
    world_release(&w);

    world_with(&w, flat, rises, 1);
    w.cfg.terms.costs.adverse = 0.01;
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 105);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 101, 105, REASON_TAKE_PROFIT);
    world_release(&w);

    static const double deep[4] = {93.5, 94, 93, 93.5};
    world_with(&w, flat, deep, 1); /* outside the bar is fine: 93.5 x 0.99 < 93 */
    w.cfg.terms.costs.adverse = 0.01;
    world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 101, 92.565, REASON_STOP_LOSS);
    world_release(&w);
}
END_TEST

START_TEST(fractions_hang_on_the_entry_price) {
    static const double falls[4] = {97, 98, 94, 96};
    struct world w;
    world_with(&w, flat, falls, 1);
    w.cfg.terms.costs.adverse = 0.01;
    world_fraction(&w, LEVEL_STOP, 0.05);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 101, 101 * 0.95 * 0.99, REASON_STOP_LOSS);
    world_release(&w);
}
END_TEST

/* Trailing stop 5 behind. Bar 2 tops at 101, so the stop stands at 96; bar 3 rises to 110 and dips.
 */
START_TEST(a_trailing_stop_follows_the_path) {
    static const double bar3[4] = {106, 110, 104, 109};
    const struct {
        enum bt_path path;
        bool out;
    } cases[] = {
        {PATH_OHLC, true},        /* 110 first: the stop is 105 when the bar dips to 104 */
        {PATH_OLHC, false},       /* dips first while the stop is 101, then 105 under 109 */
        {PATH_PESSIMISTIC, true}, /* 1050 against 1090 at the close */
        {PATH_OPTIMISTIC, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_with(&w, flat, bar3, 1);
        w.cfg.path = cases[i].path;
        world_level(&w, SIDE_LONG, LEVEL_TRAIL, 95);
        world_run(&w);
        TRADES(&w, 1);
        if (cases[i].out)
            TRADE(&w, 0, 10, 2, 3, 100, 105, REASON_TRAILING_STOP);
        else /* bar 4 opens at 100, below 105 */
            TRADE(&w, 0, 10, 2, 4, 100, 100, REASON_TRAILING_STOP);
        NEAR(w.br.ledger.trades[0].mfe, 10);
        NEAR(w.br.ledger.trades[0].mae, -1);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_trailing_stop_of_a_short) {
    static const double bar3[4] = {94, 96, 90, 91};
    struct world w;
    world_with(&w, flat, bar3, -1);
    world_level(&w, SIDE_SHORT, LEVEL_TRAIL, 95); /* distance 5, whatever the side */
    w.cfg.path = PATH_OLHC;
    world_run(&w);
    TRADE(&w, 0, -10, 2, 3, 100, 95, REASON_TRAILING_STOP); /* 90 + 5 on the way from 90 to 96 */
    NEAR(w.br.ledger.trades[0].mfe, 10);
    world_release(&w);

    world_with(&w, flat, bar3, -1);
    world_fraction(&w, LEVEL_TRAIL, 0.05);
    w.cfg.path = PATH_OHLC;
    world_run(&w); /* 96 is met while the stop is 94 + 5; bar 4 opens at 100 over 95 */
    TRADE(&w, 0, -10, 2, 4, 100, 100, REASON_TRAILING_STOP);
    world_release(&w);
}
END_TEST

START_TEST(the_nearer_of_stop_and_trailing_stop_counts) {
    static const double falls[4] = {99, 100, 90, 95};
    struct world w;
    world_with(&w, flat, falls, 1);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 98);
    world_level(&w, SIDE_LONG, LEVEL_TRAIL, 95);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 100, 98, REASON_STOP_LOSS);
    world_release(&w);

    world_with(&w, flat, falls, 1);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 91);
    world_level(&w, SIDE_LONG, LEVEL_TRAIL, 95);
    world_run(&w);
    TRADE(&w, 0, 10, 2, 3, 100, 96, REASON_TRAILING_STOP); /* bar 2 topped at 101 */
    world_release(&w);
}
END_TEST

START_TEST(a_market_exit_wins_over_a_stop_at_the_open) {
    static const double gap[4] = {90, 91, 89, 90};
    struct world w;
    world_with(&w, flat, gap, 1);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
    world_rule(&w, RULE_LONG_EXIT, 2);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 3, 100, 90, REASON_SIGNAL);
    world_release(&w);
}
END_TEST

START_TEST(stops_of_a_close_fill_work_from_the_next_bar) {
    static const double deep[4] = {100, 101, 90, 100}, falls[4] = {97, 98, 94, 96};
    double rows[5][4] = {FLAT, FLAT, {0}, {0}, FLAT};
    for (int k = 0; k < 4; k++) {
        rows[2][k] = deep[k];
        rows[3][k] = falls[k];
    }
    struct world w;
    world_init(&w, (const double(*)[4])rows, 5);
    w.cfg.fill = FILL_CLOSE;
    world_rule(&w, RULE_LONG_ENTRY, 2); /* at the close of the bar that fell to 90 */
    world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 3, 100, 95, REASON_STOP_LOSS);
    world_release(&w);
}
END_TEST

START_TEST(each_entry_has_its_own_stop) {
    double rows[7][4] = {FLAT, FLAT, FLAT, {110, 112, 108, 110}, {104, 106, 97, 98}, FLAT, FLAT};
    struct world w;
    world_init(&w, (const double(*)[4])rows, 7);
    w.cfg.pyramiding = 2;
    world_fraction(&w, LEVEL_STOP, 0.1); /* 90 of the first, 99 of the second */
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_rule(&w, RULE_LONG_ENTRY, 2);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 3, 4, 110, 99, REASON_STOP_LOSS);
    NEAR(w.br.live.account.units, 10);
    world_release(&w);
}
END_TEST

/* 1000 units at 100 on 10000: the margin is used up at 90000 / 995 = 90.452… */
static void leveraged(struct world *w, const double bar3[4]) {
    world_with(w, flat, bar3, 1);
    w->cfg.terms.leverage = 10;
    w->cfg.terms.size_type = SIZE_EQUITY;
    w->cfg.size = 1;
}

START_TEST(liquidation_at_the_maintenance_price) {
    static const double falls[4] = {97, 98, 89, 96}, gap[4] = {85, 86, 80, 85};
    struct world w;
    leveraged(&w, falls);
    world_run(&w);
    TRADE(&w, 0, 1000, 2, 3, 100, 90000 / 995.0, REASON_LIQUIDATION);
    EQUITY(&w, 3, 10000 + 1000 * (90000 / 995.0 - 100));
    world_release(&w);

    leveraged(&w, gap); /* 15000 lost of 10000: the missing part is credited to the trade */
    world_run(&w);
    TRADE(&w, 0, 1000, 2, 3, 100, 85, REASON_LIQUIDATION);
    NEAR(w.br.ledger.trades[0].pnl, -10000);
    NEAR(w.br.ledger.trades[0].return_pct, -10);
    ck_assert_double_eq(w.curve.values[3], 0);
    world_release(&w);

    leveraged(&w, falls); /* a nearer stop goes first */
    world_level(&w, SIDE_LONG, LEVEL_STOP, 92);
    world_run(&w);
    TRADE(&w, 0, 1000, 2, 3, 100, 92, REASON_STOP_LOSS);
    world_release(&w);
}
END_TEST

START_TEST(liquidation_of_a_short) {
    static const double rises[4] = {120, 250, 110, 120};
    struct world w;
    world_with(&w, flat, rises, -1);
    w.cfg.terms.size_type = SIZE_EQUITY;
    w.cfg.size = 1; /* 100 units: 20000 of cash, used up at 20000 / 100.5 */
    world_run(&w);
    TRADE(&w, 0, -100, 2, 3, 100, 20000 / 100.5, REASON_LIQUIDATION);
    world_release(&w);
}
END_TEST

START_TEST(after_ruin_nothing_opens) {
    static const double gap[4] = {85, 86, 80, 85};
    struct world w;
    leveraged(&w, gap);
    world_rule(&w, RULE_LONG_ENTRY, 3);
    world_run(&w);
    TRADES(&w, 1);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SIZE_ZERO], 1);
    ck_assert_double_eq(w.curve.values[5], 0);
    NEAR(w.curve.drawdowns.deepest, 1);
    world_release(&w);
}
END_TEST

SUITE_MAIN("path", stops_and_targets_fill_where_they_are_met,
           the_path_decides_between_stop_and_target, costs_of_stops_but_none_of_targets,
           fractions_hang_on_the_entry_price, a_trailing_stop_follows_the_path,
           a_trailing_stop_of_a_short, the_nearer_of_stop_and_trailing_stop_counts,
           a_market_exit_wins_over_a_stop_at_the_open, stops_of_a_close_fill_work_from_the_next_bar,
           each_entry_has_its_own_stop, liquidation_at_the_maintenance_price,
           liquidation_of_a_short, after_ruin_nothing_opens)
