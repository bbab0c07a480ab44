/* Parts of a position and stops that move, by hand-computed ledgers. */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

START_TEST(targets_close_their_shares) {
    static const double rows[][4] = {
        FLAT, FLAT, {100, 105, 99, 104}, {104, 112, 103, 111}, {111, 125, 110, 120}, FLAT};
    struct world w;
    world_init(&w, rows, 6);
    w.cfg.terms.costs.rate = 0.001;
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 105);
    world_level(&w, SIDE_LONG, LEVEL_TARGET2, 110);
    world_level(&w, SIDE_LONG, LEVEL_TARGET3, 120);
    world_number(&w, RULE_LONG_TAKE_PROFIT_SHARE, 0.5);
    world_number(&w, RULE_LONG_TAKE_PROFIT2_SHARE, 0.3);
    world_run(&w);
    TRADES(&w, 3);
    TRADE(&w, 0, 5, 2, 2, 100, 105, REASON_TAKE_PROFIT);
    TRADE(&w, 1, 3, 2, 3, 100, 110, REASON_TAKE_PROFIT);
    TRADE(&w, 2, 2, 2, 4, 100, 120, REASON_TAKE_PROFIT);
    NEAR(w.br.ledger.trades[0].commission, 5 * 100 * 0.001 + 5 * 105 * 0.001);
    NEAR(w.br.ledger.trades[1].pnl, 3 * 10 - 3 * 100 * 0.001 - 3 * 110 * 0.001);
    EQUITY(&w, 5, 10000 + 25 + 30 + 40 - (1000 + 525 + 330 + 240) * 0.001);
    world_release(&w);
}
END_TEST

START_TEST(parts_lie_on_the_lot_grid_and_leave_no_crumbs) {
    static const double rows[][4] = {FLAT, FLAT, {100, 105, 99, 104}, {104, 112, 103, 111}, FLAT};
    const struct {
        double units, step, least, share, first;
        size_t n;
    } cases[] = {
        {10, 1, 0, 0.37, 3, 2},  /* 3.7 is three lots */
        {10, 1, 0, 0.05, 10, 1}, /* no whole lot: the first target is passed by */
        {10, 0, 4, 0.7, 10, 1},  /* three left would be below the smallest order */
        {10, 0, 0, 1, 10, 1},
        {0.3, 0.1, 0, 1 / 3.0, 0.1, 2}, /* a third of 0.3 is a whole lot, whatever rounding says */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w, rows, 5);
        w.cfg.size = cases[i].units;
        w.cfg.terms.lot = (struct lot){.step = cases[i].step, .min = cases[i].least};
        world_rule(&w, RULE_LONG_ENTRY, 1);
        world_level(&w, SIDE_LONG, LEVEL_TARGET, 105);
        world_level(&w, SIDE_LONG, LEVEL_TARGET2, 110);
        world_number(&w, RULE_LONG_TAKE_PROFIT_SHARE, cases[i].share);
        world_run(&w);
        ck_assert_msg(w.br.ledger.n == cases[i].n, "case %zu: %zu trades", i, w.br.ledger.n);
        NEAR(w.br.ledger.trades[0].size, cases[i].first);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_gap_over_two_targets_fills_both_at_the_open) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {115, 116, 114, 115}, FLAT};
    struct world w;
    world_init(&w, rows, 5);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 110); /* the further one stands first */
    world_level(&w, SIDE_LONG, LEVEL_TARGET2, 105);
    world_number(&w, RULE_LONG_TAKE_PROFIT2_SHARE, 0.25);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 2.5, 2, 3, 100, 115, REASON_TAKE_PROFIT);
    TRADE(&w, 1, 7.5, 2, 3, 100, 115, REASON_TAKE_PROFIT);
    world_release(&w);
}
END_TEST

START_TEST(a_partial_exit_is_made_once_an_entry) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {102, 103, 101, 102}, FLAT, FLAT, FLAT};
    struct world w;
    world_init(&w, rows, 7);
    world_rule(&w, RULE_LONG_ENTRY, 1);
    for (size_t i = 2; i < 6; i++)
        world_rule(&w, RULE_LONG_EXIT2, i);
    world_rule(&w, RULE_LONG_EXIT, 4); /* goes before it */
    world_number(&w, RULE_LONG_EXIT2_SHARE, 0.3);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, 3, 2, 3, 100, 102, REASON_SIGNAL);
    TRADE(&w, 1, 7, 2, 5, 100, 100, REASON_SIGNAL);
    world_release(&w);

    world_init(&w, rows, 7); /* without a share: a half; of a short too */
    w.cfg.fill = FILL_CLOSE;
    w.cfg.finalize = true;
    world_rule(&w, RULE_SHORT_ENTRY, 1);
    world_rule(&w, RULE_SHORT_EXIT2, 3);
    world_run(&w);
    TRADES(&w, 2);
    TRADE(&w, 0, -5, 1, 3, 100, 102, REASON_SIGNAL);
    TRADE(&w, 1, -5, 1, 6, 100, 100, REASON_END);
    world_release(&w);
}
END_TEST

START_TEST(break_even_moves_the_stop_to_the_entry_price) {
    static const double rows[][4] = {
        FLAT, FLAT, {100, 104, 99, 103}, {103, 106, 102, 104}, {104, 105, 98, 99}, FLAT};
    struct world w;
    for (int k = 0; k < 2; k++) {
        world_init(&w, rows, 6);
        world_rule(&w, RULE_LONG_ENTRY, 1);
        world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
        if (k)
            world_fraction(&w, LEVEL_BREAK_EVEN, 0.05);
        else
            world_level(&w, SIDE_LONG, LEVEL_BREAK_EVEN, 105);
        world_run(&w);
        TRADES(&w, 1);
        TRADE(&w, 0, 10, 2, 4, 100, 100, REASON_BREAK_EVEN);
        world_release(&w);
    }
    world_init(&w, rows, 6); /* never reached: the stop stays where it was */
    world_rule(&w, RULE_LONG_ENTRY, 1);
    world_level(&w, SIDE_LONG, LEVEL_STOP, 95);
    world_level(&w, SIDE_LONG, LEVEL_BREAK_EVEN, 106.5);
    world_run(&w);
    TRADES(&w, 0);
    world_release(&w);
}
END_TEST

START_TEST(break_even_and_fall_in_one_bar_depend_on_the_path) {
    static const double rows[][4] = {FLAT, FLAT, {100, 106, 97, 101}, {101, 102, 99.5, 101}, FLAT};
    for (int up = 0; up < 2; up++) {
        struct world w;
        world_init(&w, rows, 5);
        world_rule(&w, RULE_LONG_ENTRY, 1);
        world_level(&w, SIDE_LONG, LEVEL_BREAK_EVEN, 105);
        w.cfg.path = up ? PATH_OHLC : PATH_OLHC;
        world_run(&w);
        TRADES(&w, 1);
        /* down first: the stop stands at 100 only after the high, and the next bar's low meets it
         */
        TRADE(&w, 0, 10, 2, up ? 2 : 3, 100, 100, REASON_BREAK_EVEN);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_trailing_distance_is_judged_at_every_close) {
    static const double rows[][4] = {FLAT,
                                     FLAT,
                                     {100, 104, 100, 104},
                                     {106, 110, 106, 110},
                                     {110, 110, 106, 107},
                                     {107, 108, 104, 105},
                                     FLAT};
    const struct {
        double distance[7];
        size_t bar;
        double price;
    } cases[] = {
        /* 110 - 5 = 105 */
        {{5, 5, 5, 5, 5, 5, 5}, 5, 105},
        /* narrower at the close of bar 3: 110 - 3 from bar 4 on */
        {{5, 5, 5, 3, 3, 3, 3}, 4, 107},
        /* wider later: what it had, 105, is kept */
        {{5, 5, 5, 5, 9, 9, 9}, 5, 105},
        /* a null keeps the last */
        {{5, 5, 5, 3, (double)NAN, 3, 3}, 4, 107},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w, rows, 7);
        world_rule(&w, RULE_LONG_ENTRY, 1);
        world_level(&w, SIDE_LONG, LEVEL_DISTANCE, 0);
        for (size_t bar = 0; bar < 7; bar++)
            w.number[RULE_LONG_TRAILING_DISTANCE][bar] = cases[i].distance[bar];
        world_run(&w);
        TRADES(&w, 1);
        TRADE(&w, 0, 10, 2, (int)cases[i].bar, 100, cases[i].price, REASON_TRAILING_STOP);
        world_release(&w);
    }
}
END_TEST

SUITE_MAIN("parts", targets_close_their_shares, parts_lie_on_the_lot_grid_and_leave_no_crumbs,
           a_gap_over_two_targets_fills_both_at_the_open, a_partial_exit_is_made_once_an_entry,
           break_even_moves_the_stop_to_the_entry_price,
           break_even_and_fall_in_one_bar_depend_on_the_path,
           a_trailing_distance_is_judged_at_every_close)
