/* What limits entries and what holding costs, by hand-computed ledgers: cooldown, session, entries
 * a day, sizes of a rule, hedging, funding, borrow. */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

static const double flat[][4] = {FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT,
                                 FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT,
                                 FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT};

#define N_FLAT (sizeof flat / sizeof *flat)

START_TEST(no_entry_is_decided_while_it_cools_down) {
    for (int own = 0; own < 2; own++) {
        struct world w;
        world_init(&w, flat, 10);
        for (size_t i = 0; i < 9; i++)
            world_rule(&w, RULE_LONG_ENTRY, i);
        world_rule(&w, RULE_LONG_EXIT, 1);
        if (own) /* the request's own number wins */
            w.cfg.cooldown = 3;
        world_number(&w, RULE_COOLDOWN, own ? 0 : 3);
        world_run(&w);
        TRADES(&w, 1);
        TRADE(&w, 0, 10, 1, 2, 100, 100, REASON_SIGNAL);
        ck_assert_int_eq(w.br.ledger.open_bar, 6); /* decided on bar 5 = 2 + 3 */
        ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_COOLDOWN], 3);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_reversal_inside_a_bar_ends_a_position_too) {
    static const double rows[][4] = {FLAT, FLAT, {100, 101, 97, 100}, FLAT, FLAT, FLAT, FLAT};
    struct world w; /* short, then long by a limit on bar 2 */
    world_init(&w, rows, 7);
    w.cfg.pyramiding = 9;
    w.cfg.finalize = true;
    world_rule(&w, RULE_SHORT_ENTRY, 0);
    for (size_t i = 1; i < 6; i++)
        world_rule(&w, RULE_LONG_ENTRY, i);
    world_number(&w, RULE_LONG_LIMIT, 98);
    for (size_t i = 2; i < 7; i++)
        w.number[RULE_LONG_LIMIT][i] = 100;
    world_number(&w, RULE_COOLDOWN, 3);
    world_run(&w);
    TRADES(&w, 3);
    TRADE(&w, 0, -10, 1, 2, 100, 98, REASON_REVERSE);
    TRADE(&w, 1, 10, 2, 6, 98, 100, REASON_END);
    TRADE(&w, 2, 10, 6, 6, 100, 100, REASON_END); /* decided on bar 5 = 2 + 3 */
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_COOLDOWN], 3);
    world_release(&w);
}
END_TEST

START_TEST(a_price_that_its_tick_takes_to_0_buys_nothing) {
    struct world w;
    world_init(&w, flat, 6);
    w.cfg.terms.costs.tick = 1000;
    w.cfg.terms.size_type = SIZE_EQUITY;
    w.cfg.size = 1;
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    world_run(&w);
    TRADES(&w, 0);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SIZE_ZERO], 1);
    ck_assert_double_eq(w.br.live.account.cash, 10000);
    world_release(&w);
}
END_TEST

START_TEST(a_session_opens_and_closes_the_door) {
    struct world w;
    world_init(&w, flat, 10);
    for (size_t i = 0; i < 9; i++)
        world_rule(&w, RULE_LONG_ENTRY, i);
    world_rule(&w, RULE_SESSION, 4);
    world_run(&w);
    TRADES(&w, 0);
    ck_assert_int_eq(w.br.ledger.open_bar, 5);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SESSION], 4);
    world_release(&w);

    world_init(&w, flat, 10); /* a refused reversal closes all the same */
    world_rule(&w, RULE_LONG_ENTRY, 4);
    world_rule(&w, RULE_SESSION, 4);
    world_rule(&w, RULE_SHORT_ENTRY, 6);
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 5, 7, 100, 100, REASON_REVERSE);
    ck_assert_int_eq(w.br.ledger.open_bar, -1);
    world_release(&w);
}
END_TEST

START_TEST(a_day_has_only_so_many_entries) {
    struct world w;
    world_init(&w, flat, N_FLAT); /* 24 bars are a day */
    for (size_t i = 0; i + 1 < N_FLAT; i++)
        world_rule(&w, i % 2 ? RULE_LONG_EXIT : RULE_LONG_ENTRY, i);
    world_number(&w, RULE_MAX_TRADES_PER_DAY, 2);
    w.cfg.finalize = true;
    world_run(&w);
    TRADES(&w, 4);
    TRADE(&w, 0, 10, 1, 2, 100, 100, REASON_SIGNAL);
    TRADE(&w, 1, 10, 3, 4, 100, 100, REASON_SIGNAL);
    TRADE(&w, 2, 10, 25, 26, 100, 100, REASON_SIGNAL);
    ck_assert(w.br.diagnosis.refused[REFUSED_MAX_TRADES] > 0);
    world_release(&w);

    world_init(&w, flat, 10);
    for (size_t i = 0; i < 9; i++)
        world_rule(&w, i % 2 ? RULE_LONG_EXIT : RULE_LONG_ENTRY, i);
    world_number(&w, RULE_MAX_TRADES_PER_DAY, 1.5); /* two were more */
    w.cfg.finalize = true;
    world_run(&w);
    TRADES(&w, 1);
    world_release(&w);
}
END_TEST

START_TEST(a_size_may_be_a_rule) {
    const struct {
        enum bt_size_type type;
        double value, units; /* units 0: refused */
    } cases[] = {
        {SIZE_EQUITY, 0.25, 25},       {SIZE_CASH, 500, 5}, {SIZE_UNITS, 7, 7},
        {SIZE_RISK, 0.01, 20},         {SIZE_EQUITY, 0, 0}, {SIZE_EQUITY, 1.5, 0},
        {SIZE_EQUITY, (double)NAN, 0}, {SIZE_UNITS, -1, 0}, {SIZE_CASH, (double)INFINITY, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w, flat, 4);
        w.cfg.terms.size_type = cases[i].type;
        w.cfg.size = (double)NAN;
        w.cfg.finalize = true;
        world_rule(&w, RULE_LONG_ENTRY, 0);
        world_number(&w, RULE_SIZE, cases[i].value);
        world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
        world_run(&w);
        ck_assert_msg(w.br.ledger.n == (cases[i].units > 0), "case %zu", i);
        if (cases[i].units > 0)
            NEAR(w.br.ledger.trades[0].size, cases[i].units);
        else
            ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SIZE_NULL], 1);
        world_release(&w);
    }
}
END_TEST

START_TEST(an_order_has_a_smallest_value) {
    for (int k = 0; k < 2; k++) {
        struct world w;
        world_init(&w, flat, 4);
        w.cfg.terms.lot.min_value = k ? 1000 : 1000.5; /* 10 units at 100 */
        world_rule(&w, RULE_LONG_ENTRY, 0);
        world_run(&w);
        ck_assert_int_eq(w.br.ledger.open_bar, k ? 1 : -1);
        ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_MIN_VALUE], !k);
        world_release(&w);
    }
}
END_TEST

START_TEST(an_entry_is_a_share_of_the_volume_seen) {
    const double limits[] = {0.25, 0.5, 1e-6};
    const double units[] = {5, 10, 2e-5}; /* of 20, the volume of the bar before the fill */
    for (int k = 0; k < 3; k++) {
        struct world w;
        world_init(&w, flat, 4);
        w.b.v[0] = 20;
        w.b.v[1] = 1000;
        w.cfg.terms.volume_limit = limits[k];
        w.cfg.finalize = true;
        world_rule(&w, RULE_LONG_ENTRY, 0);
        world_run(&w);
        TRADES(&w, 1);
        NEAR(w.br.ledger.trades[0].size, units[k]);
        ck_assert_uint_eq(w.br.size_cuts, k != 1);
        world_release(&w);
    }
}
END_TEST

START_TEST(both_sides_are_held_with_hedging) {
    static const double rows[][4] = {
        FLAT, FLAT, {100, 104, 100, 104}, {104, 110, 104, 110}, {110, 110, 106, 107}, FLAT};
    struct world w;
    world_init(&w, rows, 6);
    w.cfg.terms.hedging = true;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    world_rule(&w, RULE_LONG_ENTRY, 1); /* held already, pyramiding 1 */
    world_rule(&w, RULE_LONG_EXIT, 2);
    world_rule(&w, RULE_SHORT_EXIT, 3);
    world_level(&w, SIDE_SHORT, LEVEL_STOP, 120);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 10, 1, 3, 100, 104, REASON_SIGNAL);
    TRADE(&w, 1, -10, 2, 4, 100, 110, REASON_SIGNAL);
    EQUITY(&w, 2, 10000); /* long and short together do not move */
    EQUITY(&w, 3, 10040 - 100);
    EQUITY(&w, 5, 9940);
    world_release(&w);
}
END_TEST

START_TEST(a_hedge_uses_margin_for_both_sides_and_is_liquidated_as_one) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {100, 101, 99, 100}, {100, 101, 40, 50},
                                     FLAT};
    struct world w;
    world_init(&w, rows, 6);
    w.cfg.terms.hedging = true;
    w.cfg.terms.leverage = 4;
    w.cfg.terms.maintenance = 0.1;
    w.cfg.size = 250; /* 25,000 each: margin 6,250 of 10,000 */
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    world_run(&w);
    /* 3,750 of margin are free: 150 units short. Net 100 long, gross 400: the margin is used up
     * where 10,000 + 100 (p - 100) = 0.1 x 400 p, so at p = 0: never. */
    ck_assert_uint_eq(w.br.size_cuts, 1);
    TRADES(&w, 0);
    EQUITY(&w, 4, 10000 - 100 * 50);
    world_release(&w);

    world_init(&w, rows, 6);
    w.cfg.terms.hedging = true;
    w.cfg.terms.leverage = 10;
    w.cfg.terms.maintenance = 0.1 * 0.5;
    w.cfg.size = 600;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    w.cfg.allow[SIDE_SHORT] = true;
    world_run(&w);
    /* 600 long, 400 short: 10,000 + 200 (p - 100) = 0.05 x 1000 p at p = 66.67 */
    TRADES(&w, 2);
    TRADE(&w, 0, 600, 1, 4, 100, 10000 / 150.0, REASON_LIQUIDATION);
    TRADE(&w, 1, -400, 2, 4, 100, 10000 / 150.0, REASON_LIQUIDATION);
    EQUITY(&w, 5, 10000 + 200 * (10000 / 150.0 - 100));
    world_release(&w);
}
END_TEST

START_TEST(funding_is_paid_by_who_holds_at_its_time) {
    /* hours 0 … 31: stamps at bars 8, 16, 24. Held from bar 8's open (after its funding) to bar
     * 24's open (which pays first). */
    for (int side = -1; side <= 1; side += 2) {
        struct world w;
        world_init(&w, flat, N_FLAT);
        w.cfg.terms.carry.funding = 0.001;
        world_rule(&w, side > 0 ? RULE_LONG_ENTRY : RULE_SHORT_ENTRY, 7);
        world_rule(&w, side > 0 ? RULE_LONG_EXIT : RULE_SHORT_EXIT, 23);
        world_run(&w);
        TRADES(&w, 1);
        NEAR(w.br.ledger.trades[0].pnl, -side * 2 * 10 * 100 * 0.001);
        EQUITY(&w, 15, 10000);
        EQUITY(&w, 16, 10000 - side * 1.0);
        EQUITY(&w, 31, 10000 - side * 2.0);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_close_fill_pays_the_funding_at_the_end_of_its_bar) {
    struct world w;
    world_init(&w, flat, N_FLAT);
    w.cfg.terms.carry.funding = 0.001;
    w.cfg.fill = FILL_CLOSE;
    world_rule(&w, RULE_LONG_ENTRY, 7); /* in at 08:00, before the funding of bar 8's open */
    world_rule(&w, RULE_LONG_EXIT, 15); /* out at 16:00, before the next */
    world_run(&w);
    NEAR(w.br.ledger.trades[0].pnl, -1);
    world_release(&w);
}
END_TEST

START_TEST(a_funding_series_and_borrow) {
    static const int64_t times[] = {3 * MS_PER_HOUR, 9 * MS_PER_HOUR + 1, 30 * MS_PER_HOUR};
    static const double rates[] = {0.01, -0.002, 0.004};
    struct world w;
    world_init(&w, flat, N_FLAT);
    w.cfg.terms.carry = (struct carry){.times = times, .rates = rates, .n = 3, .borrow = 0.365};
    world_rule(&w, RULE_SHORT_ENTRY, 4);
    w.cfg.finalize = true;
    world_run(&w);
    /* -0.002 at the open of bar 10: the short pays 2; midnight: 1,000 x 0.365 / 365 = 1; then 4 got
     */
    EQUITY(&w, 9, 10000);
    EQUITY(&w, 10, 9998);
    EQUITY(&w, 23, 9998);
    EQUITY(&w, 24, 9997);
    EQUITY(&w, 30, 10001);
    NEAR(w.br.ledger.trades[0].pnl, 1);
    world_release(&w);
}
END_TEST

START_TEST(parts_take_their_share_of_the_carry) {
    struct world w;
    world_init(&w, flat, N_FLAT);
    w.cfg.terms.carry.funding = 0.001;
    w.cfg.finalize = true;
    world_rule(&w, RULE_LONG_ENTRY, 0);
    world_rule(&w, RULE_LONG_EXIT2, 9); /* a half, after one funding */
    world_run(&w);
    TRADES(&w, 2);
    NEAR(w.br.ledger.trades[0].pnl, -0.5);
    NEAR(w.br.ledger.trades[1].pnl, -0.5 - 2 * 0.5);
    EQUITY(&w, 31, 10000 - 2);
    world_release(&w);
}
END_TEST

SUITE_MAIN("hold", a_price_that_its_tick_takes_to_0_buys_nothing,
           no_entry_is_decided_while_it_cools_down, a_reversal_inside_a_bar_ends_a_position_too,
           a_session_opens_and_closes_the_door, a_day_has_only_so_many_entries,
           a_size_may_be_a_rule, an_order_has_a_smallest_value,
           an_entry_is_a_share_of_the_volume_seen, both_sides_are_held_with_hedging,
           a_hedge_uses_margin_for_both_sides_and_is_liquidated_as_one,
           funding_is_paid_by_who_holds_at_its_time,
           a_close_fill_pays_the_funding_at_the_end_of_its_bar, a_funding_series_and_borrow,
           parts_take_their_share_of_the_carry)
