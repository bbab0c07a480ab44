/* Market orders of the default profile by hand-computed ledgers: fills, costs, sizes, sides, time.
 */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

/* open = close = 100, 110, 120, … so that every price names its bar */
static const double rising[][4] = {
    {100, 101, 99, 100},  {110, 111, 109, 110}, {120, 121, 119, 120},
    {130, 131, 129, 130}, {140, 141, 139, 140}, {150, 151, 149, 150},
};

START_TEST(a_signal_fills_at_the_next_open) {
    static const double rows[][4] = {
        FLAT, {102, 104, 98, 103}, {105, 106, 103, 104}, {107, 108, 106, 107}, FLAT};
    struct world w;
    world_init(&w, rows, 5);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_EXIT, 2);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 1, 3, 102, 107, REASON_SIGNAL);
    const struct trade *t = w.br.ledger.trades;
    NEAR(t->pnl, 50);
    NEAR(t->return_pct, 100 * 50 / 1020.0);
    ck_assert_int_eq(t->entry_time, MS_PER_HOUR);
    ck_assert_int_eq(t->exit_time, 3 * MS_PER_HOUR);
    ck_assert_int_eq(t->entry_reason, REASON_SIGNAL);
    NEAR(t->mae, 100 * (98 / 102.0 - 1)); /* the exit bar counts up to its open only */
    NEAR(t->mfe, 100 * (107 / 102.0 - 1));
    EQUITY(&w, 0, 10000);
    EQUITY(&w, 1, 10010);
    EQUITY(&w, 2, 10020);
    EQUITY(&w, 3, 10050);
    EQUITY(&w, 4, 10050);
    ck_assert_int_eq((int)w.br.diagnosis.signals[RULE_LONG_ENTRY], 1);
    world_release(&w);
}
END_TEST

START_TEST(a_signal_fills_at_its_own_close) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.fill = FILL_CLOSE;
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_rule(&w, RULE_SHORT_ENTRY, 3);
    world_rule(&w, RULE_SHORT_EXIT, 5); /* the last bar's close is its own: it fills */
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_REVERSE);
    TRADE(&w, 1, -10, 3, 5, 130, 150, REASON_SIGNAL);
    EQUITY(&w, 1, 10000);
    EQUITY(&w, 2, 10100);
    EQUITY(&w, 5, 10000);
    NEAR(w.br.ledger.trades[0].mae, 0); /* entered at the close: the bar before it is not walked */
    world_release(&w);
}
END_TEST

START_TEST(a_reversal_is_two_fills_with_costs) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.terms.costs = (struct costs){.rate = 0.001, .adverse = 0.02 / 2 + 0.01};
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 2);
    world_rule(&w, RULE_SHORT_EXIT, 4);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 10, 1, 3, 112.2, 127.4, REASON_REVERSE); /* 110 x 1.02, 130 x 0.98 */
    TRADE(&w, 1, -10, 3, 5, 127.4, 153, REASON_SIGNAL);   /* 150 x 1.02 */
    NEAR(w.br.ledger.trades[0].commission, 1.122 + 1.274);
    NEAR(w.br.ledger.trades[0].pnl, 152 - 2.396);
    NEAR(w.br.ledger.trades[1].pnl, -256 - 1.274 - 1.53);
    EQUITY(&w, 1, 10000 - 22 - 1.122); /* marked at the raw close 110 */
    EQUITY(&w, 5, 10000 + 149.604 - 258.804);
    NEAR(w.br.ledger.fill_value, 1122 + 1274 + 1274 + 1530);
    NEAR(w.br.ledger.commission, 1.122 + 1.274 + 1.274 + 1.53);
    world_release(&w);
}
END_TEST

START_TEST(a_fee_has_a_minimum_at_each_fill) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.terms.costs = (struct costs){.rate = 0.001, .fixed = 1, .minimum = 2.2};
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_EXIT, 2);
    world_run(&w);
    /* 1 + 1.1 is below the minimum, 1 + 1.3 is not */
    NEAR(w.br.ledger.trades[0].commission, 2.2 + 2.3);
    NEAR(w.br.ledger.trades[0].pnl, 200 - 4.5);
    world_release(&w);
}
END_TEST

START_TEST(entry_rules_are_levels_but_act_once) {
    struct world w;
    world_init(&w, rising, 6);
    for (size_t i = 0; i < 5; i++)
        world_rule(&w, RULE_LONG_ENTRY, i);
    world_rule(&w, RULE_SHORT_ENTRY, 2); /* long is full, so the other side's rule is asked */
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_REVERSE);
    TRADE(&w, 1, -10, 3, 4, 130, 140, REASON_REVERSE); /* and long comes back at once */
    ck_assert_int_eq(w.br.ledger.open_bar, 4);
    ck_assert_int_eq((int)w.br.diagnosis.signals[RULE_LONG_ENTRY], 5);
    world_release(&w);
}
END_TEST

START_TEST(long_entry_goes_before_short_entry_when_flat) {
    struct world w;
    world_init(&w, rising, 4);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 0);
    w.cfg.finalize = true;
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_END);
    world_release(&w);
}
END_TEST

START_TEST(pyramiding_adds_entries_up_to_its_number) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.pyramiding = 2;
    for (size_t i = 0; i < 4; i++)
        world_rule(&w, RULE_LONG_ENTRY, i);
    world_rule(&w, RULE_LONG_EXIT, 4);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 10, 1, 5, 110, 150, REASON_SIGNAL);
    TRADE(&w, 1, 10, 2, 5, 120, 150, REASON_SIGNAL);
    EQUITY(&w, 3, 10000 + 200 + 100);
    EQUITY(&w, 5, 10000 + 400 + 300);
    world_release(&w);
}
END_TEST

START_TEST(a_side_switched_off_opens_nothing_but_closes_the_other) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.allow[SIDE_SHORT] = false;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 2);
    world_rule(&w, RULE_SHORT_ENTRY, 3);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_SIGNAL);
    EQUITY(&w, 5, 10200);
    world_release(&w);

    world_init(&w, rising, 6);
    w.cfg.allow[SIDE_LONG] = false;
    world_rule(&w, RULE_SHORT_ENTRY, 0);
    world_rule(&w, RULE_LONG_ENTRY, 2);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, -10, 1, 3, 110, 130, REASON_SIGNAL);
    world_release(&w);
}
END_TEST

START_TEST(finalize_closes_at_the_last_close_with_costs) {
    struct world w;
    world_init(&w, rising, 4);
    w.cfg.finalize = true;
    w.cfg.terms.costs = (struct costs){.rate = 0.01, .adverse = 0.1};
    world_rule(&w, RULE_SHORT_ENTRY, 0);
    world_run(&w);
    TRADE(&w, 0, -10, 1, 3, 99, 143, REASON_END); /* 110 x 0.9, 130 x 1.1 */
    EQUITY(&w, 3, 10000 - 440 - 9.9 - 14.3);
    ck_assert_int_eq(w.br.ledger.open_bar, -1);
    world_release(&w);
}
END_TEST

START_TEST(without_finalize_a_position_stays_marked) {
    struct world w;
    world_init(&w, rising, 4);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_run(&w);
    TRADES(&w, 0);
    EQUITY(&w, 3, 10200);
    ck_assert_int_eq(w.br.ledger.open_bar, 1);
    world_release(&w);
}
END_TEST

START_TEST(what_the_last_bar_decides_never_fills) {
    struct world w;
    for (int finalize = 0; finalize < 2; finalize++) {
        world_init(&w, rising, 4);
        w.cfg.finalize = finalize;
        world_rule(&w, RULE_LONG_ENTRY, 2); /* due at the last open: made */
        world_rule(&w, RULE_SHORT_ENTRY, 3);
        world_run(&w);
        TRADES(&w, finalize ? 1U : 0U);
        if (finalize)
            TRADE(&w, 0, 10, 3, 3, 130, 130, REASON_END);
        world_release(&w);
    }
    world_init(&w, rising, 4);
    w.cfg.finalize = true;
    w.cfg.fill = FILL_CLOSE;
    world_rule(&w, RULE_LONG_ENTRY, 3);
    world_run(&w);
    TRADES(&w, 0);
    world_release(&w);
}
END_TEST

START_TEST(max_bars_ends_a_trade_by_time) {
    struct world w;
    world_init(&w, rising, 6);
    w.cfg.max_bars = 2;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_run(&w);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_MAX_BARS);
    world_release(&w);

    world_init(&w, rising, 6);
    w.cfg.max_bars = 2;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_EXIT, 2); /* the rule's reason wins at the same price */
    world_run(&w);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_SIGNAL);
    world_release(&w);

    world_init(&w, rising, 6);
    w.cfg.max_bars = 2;
    w.cfg.fill = FILL_CLOSE;
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_run(&w);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_MAX_BARS);
    world_release(&w);
}
END_TEST

/* Opens at 110 on bar 1 and returns the units bought (0: refused). */
static double bought(struct world *w, enum bt_size_type type, double size) {
    world_rule(w, RULE_LONG_ENTRY, 0);
    w->cfg.terms.size_type = type;
    w->cfg.size = size;
    world_run(w);
    double units = w->br.live.account.units;
    world_release(w);
    return units;
}

START_TEST(sizes_of_each_type) {
    struct world w;
    world_init(&w, rising, 3);
    NEAR(bought(&w, SIZE_EQUITY, 1), 10000 / 110.0);
    world_init(&w, rising, 3);
    NEAR(bought(&w, SIZE_EQUITY, 0.5), 5000 / 110.0);
    world_init(&w, rising, 3);
    w.cfg.terms.leverage = 4;
    NEAR(bought(&w, SIZE_EQUITY, 0.5), 20000 / 110.0);
    world_init(&w, rising, 3);
    NEAR(bought(&w, SIZE_CASH, 1100), 10);
    world_init(&w, rising, 3);
    NEAR(bought(&w, SIZE_UNITS, 7), 7);
    /* spread, slippage and fee are paid out of the same money: n (110 x 1.1 + 1.21) = 10000 */
    world_init(&w, rising, 3);
    w.cfg.terms.costs = (struct costs){.rate = 0.01, .adverse = 0.1};
    NEAR(bought(&w, SIZE_EQUITY, 1), 10000 / (121 * 1.01));
    /* risk: 1 % of 10000 over a stop 11 below */
    world_init(&w, rising, 3);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 99);
    NEAR(bought(&w, SIZE_RISK, 0.01), 100 / 11.0);
    world_init(&w, rising, 3);
    world_fraction(&w, LEVEL_TRAIL, 0.1);
    NEAR(bought(&w, SIZE_RISK, 0.01), 100 / 11.0);
}
END_TEST

START_TEST(units_lie_on_the_lot_grid) {
    struct world w;
    world_init(&w, rising, 3);
    w.cfg.terms.lot = (struct lot){.step = 0.25};
    NEAR(bought(&w, SIZE_EQUITY, 1), 90.75); /* 90.909 */
    world_init(&w, rising, 3);
    w.cfg.terms.lot = (struct lot){.step = 1, .min = 91};
    NEAR(bought(&w, SIZE_EQUITY, 1), 0);
}
END_TEST

START_TEST(refusals_are_counted) {
    struct world w;
    world_init(&w, rising, 4);
    w.cfg.terms.lot = (struct lot){.step = 1000};
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    world_run(&w);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SIZE_ZERO], 2);
    ck_assert_uint_eq(w.br.diagnosis.n_examples, 2);
    ck_assert_int_eq(w.br.diagnosis.examples[0].time, MS_PER_HOUR);
    ck_assert_int_eq(w.br.diagnosis.examples[1].reason, REFUSED_SIZE_ZERO);
    world_release(&w);

    world_init(&w, rising, 4); /* risk needs a stop */
    w.cfg.terms.size_type = SIZE_RISK;
    w.cfg.size = 0.5;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_run(&w);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_STOP_NULL], 1);
    world_release(&w);

    world_init(&w, rising, 4); /* all money is in the first entry */
    w.cfg.terms.size_type = SIZE_EQUITY;
    w.cfg.size = 1;
    w.cfg.pyramiding = 2;
    w.cfg.terms.lot = (struct lot){.step = 1};
    w.cfg.terms.leverage = 1;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_run(&w);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_MARGIN], 1);
    world_release(&w);
}
END_TEST

START_TEST(an_order_is_cut_to_the_free_margin) {
    struct world w;
    world_init(&w, rising, 3);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    w.cfg.size = 200;
    world_run(&w);
    NEAR(w.br.live.account.units, 10000 / 110.0);
    ck_assert_uint_eq(w.br.size_cuts, 1);
    world_release(&w);

    world_init(&w, rising, 4); /* half, then half of the same equity: 45.45 held at 120, cut */
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    w.cfg.pyramiding = 2;
    w.cfg.terms.size_type = SIZE_EQUITY;
    w.cfg.size = 0.6;
    world_run(&w);
    double first = 6000 / 110.0, free_margin = 10000 + first * 10 - first * 120;
    NEAR(w.br.live.account.units, first + free_margin / 120);
    ck_assert_uint_eq(w.br.size_cuts, 1);
    world_release(&w);
}
END_TEST

/* Once all is spent, the free margin is 0 but for rounding: nothing is bought with that. */
START_TEST(rounding_buys_nothing) {
    for (int k = 0; k < 100; k++) {
        struct world w;
        world_init(&w, rising, 4);
        w.cash = 1000 + 7.3 * k;
        w.cfg.terms.size_type = SIZE_EQUITY;
        w.cfg.size = 1;
        w.cfg.pyramiding = 2;
        w.cfg.terms.costs.rate = 0.00134;
        world_rule(&w, RULE_LONG_ENTRY, 0);
        world_rule(&w, RULE_LONG_ENTRY, 1);
        world_run(&w);
        ck_assert_uint_eq(w.br.live.account.n, 1);
        ck_assert_uint_eq(w.br.diagnosis.refused[REFUSED_MARGIN], 1);
        world_release(&w);
    }
}
END_TEST

/* The price goes on in favour of what is left, but the fee of the target's fill used the margin up.
 */
START_TEST(a_fee_inside_a_bar_liquidates_there) {
    static const double rows[][4] = {
        {100, 100, 100, 100}, {100, 102, 100, 102}, {102, 104, 102, 104}, {104, 104, 104, 104}};
    struct world w;
    world_init(&w, rows, 4);
    w.cash = 100;
    w.cfg.size = 3;
    w.cfg.pyramiding = 2;
    w.cfg.terms.leverage = 20;
    w.cfg.terms.maintenance = 0.045;
    w.cfg.terms.costs.fixed = 35;
    world_fraction(&w, LEVEL_TARGET, 0.03);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 3, 1, 2, 100, 103, REASON_TAKE_PROFIT);
    TRADE(&w, 1, 3, 2, 2, 102, 103, REASON_LIQUIDATION);
    EQUITY(&w, 3, 0);
    world_release(&w);
}
END_TEST

START_TEST(a_wrong_or_missing_stop_refuses_but_a_reversal_still_closes) {
    struct world w;
    world_init(&w, rising, 5);
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 2);
    world_level(&w, SIDE_SHORT, LEVEL_STOP, 110); /* below the signal close 120 */
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 1, 3, 110, 130, REASON_REVERSE);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_STOP_SIDE], 1);
    ck_assert_int_eq(w.br.diagnosis.examples[0].time, 2 * MS_PER_HOUR);
    NEAR(w.br.live.account.units, 0);
    world_release(&w);

    world_init(&w, rising, 5);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_level(&w, SIDE_LONG, LEVEL_TARGET, (double)NAN);
    world_run(&w);
    TRADES(&w, 0);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_STOP_NULL], 1);
    world_release(&w);
}
END_TEST

START_TEST(no_rule_acts_before_the_warm_up) {
    struct world w;
    world_init(&w, rising, 5);
    w.cfg.decide_from = 2;
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_rule(&w, RULE_LONG_ENTRY, 2);
    w.cfg.finalize = true;
    world_run(&w);
    TRADE(&w, 0, 10, 3, 4, 130, 140, REASON_END);
    ck_assert_int_eq((int)w.br.diagnosis.signals[RULE_LONG_ENTRY], 1);
    world_release(&w);
}
END_TEST

SUITE_MAIN("broker", a_signal_fills_at_the_next_open, a_signal_fills_at_its_own_close,
           a_reversal_is_two_fills_with_costs, a_fee_has_a_minimum_at_each_fill,
           entry_rules_are_levels_but_act_once, long_entry_goes_before_short_entry_when_flat,
           pyramiding_adds_entries_up_to_its_number,
           a_side_switched_off_opens_nothing_but_closes_the_other,
           finalize_closes_at_the_last_close_with_costs, without_finalize_a_position_stays_marked,
           what_the_last_bar_decides_never_fills, max_bars_ends_a_trade_by_time, sizes_of_each_type,
           units_lie_on_the_lot_grid, refusals_are_counted, an_order_is_cut_to_the_free_margin,
           rounding_buys_nothing, a_fee_inside_a_bar_liquidates_there,
           a_wrong_or_missing_stop_refuses_but_a_reversal_still_closes,
           no_rule_acts_before_the_warm_up)
