/* Orders of Pine scripts beyond the plain ones: parts, ticks, stops that a name keeps, quantities,
 * orders given anew on every bar. */
#include "tests/pine_world.h"

#define V5                                                                                         \
    "//@version=5\nstrategy('t', margin_long = 100, margin_short = 100, default_qty_value = 10)\n"
#define UP "up = close > open and volume > 5\n"

/* Bars of volume 1; a signal is a rising bar of volume 9. */
static void signal_bar(struct world *w, double open, double close) {
    double high = open > close ? open : close, low = open < close ? open : close;
    ck_assert(
        bars_append(&w->b, (int64_t)(400000 + w->b.n) * MS_PER_HOUR, open, high, low, close, 9));
}

static struct world world_of(void) {
    struct world w = {.r.warmup = -1};
    bars_init(&w.b);
    add_bar(&w, 100, 100, 100, 100);
    return w;
}

#define SIZE(w, k, units) NEAR((w).res.trades[k].size, units)

START_TEST(parts_are_closed_at_their_targets) {
    struct pine p = import(V5 UP "if up\n    strategy.entry('L', strategy.long)\n"
                                 "sl = strategy.position_avg_price * (1 - 0.02)\n"
                                 "strategy.exit('1', 'L', qty_percent = 50, stop = sl, limit = "
                                 "strategy.position_avg_price * 1.02)\n"
                                 "strategy.exit('2', 'L', stop = sl, limit = "
                                 "strategy.position_avg_price * 1.04)\n");
    struct world w = world_of();
    signal_bar(&w, 100, 101);
    add_bar(&w, 100, 101, 99, 100);    /* in at 100 */
    add_bar(&w, 100, 102.5, 99, 100);  /* half at 102 */
    add_bar(&w, 100, 100.5, 97, 97.5); /* the rest at 98 */
    signal_bar(&w, 97.5, 98);
    add_bar(&w, 100, 105, 100, 104); /* both: 102 and 104 */
    add_bar(&w, 104, 104, 104, 104);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 4);
    TRADE(w, 0, 2, 3, 100, 102, "takeProfit");
    SIZE(w, 0, 5);
    TRADE(w, 1, 2, 4, 100, 98, "stopLoss");
    SIZE(w, 1, 5);
    TRADE(w, 2, 6, 6, 100, 102, "takeProfit");
    TRADE(w, 3, 6, 6, 100, 104, "takeProfit");
    release(&w, &p);
}
END_TEST

/* The farther one is given first. */
START_TEST(each_target_keeps_its_part) {
    struct pine p = import(V5 UP "if up\n    strategy.entry('L', strategy.long)\n"
                                 "p = strategy.position_avg_price\n"
                                 "strategy.exit('1', 'L', qty_percent = 30, limit = p * 1.06)\n"
                                 "strategy.exit('2', 'L', qty_percent = 30, limit = p * 1.04)\n"
                                 "strategy.exit('3', 'L', limit = p * 1.02)\n");
    struct world w = world_of();
    signal_bar(&w, 100, 101);
    add_bar(&w, 100, 102.5, 100, 102);
    add_bar(&w, 102, 107, 102, 107);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 3);
    TRADE(w, 0, 2, 2, 100, 102, "takeProfit");
    SIZE(w, 0, 4);
    TRADE(w, 1, 2, 3, 100, 104, "takeProfit");
    TRADE(w, 2, 2, 3, 100, 106, "takeProfit");
    SIZE(w, 2, 3);
    release(&w, &p);
}
END_TEST

START_TEST(strategy_close_takes_a_part) {
    struct pine p = import(V5 UP "if up\n    strategy.entry('L', strategy.long)\n"
                                 "if close < 95\n    strategy.close('L', qty_percent = 30)\n"
                                 "if close > 110\n    strategy.close_all()\n");
    struct world w = world_of();
    signal_bar(&w, 100, 101);
    add_bar(&w, 100, 101, 94, 94);
    add_bar(&w, 93, 93, 93, 93); /* a third part at 93 */
    add_bar(&w, 93, 111, 93, 111);
    add_bar(&w, 112, 112, 112, 112);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 2);
    TRADE(w, 0, 2, 3, 100, 93, "signal");
    SIZE(w, 0, 3);
    TRADE(w, 1, 2, 5, 100, 112, "signal");
    SIZE(w, 1, 7);
    release(&w, &p);
}
END_TEST

/* From the entry price, not from the close that decided. */
START_TEST(ticks_count_from_the_entry_price) {
    struct pine p = import_tick(V5 UP "if up\n    strategy.entry('L', strategy.long)\n"
                                      "strategy.exit('x', 'L', profit = 4, loss = 8)\n",
                                0.5);
    struct world w = world_of();
    signal_bar(&w, 100, 101);
    add_bar(&w, 103, 104.5, 103, 104);
    add_bar(&w, 104, 106, 104, 105); /* 103 + 2 */
    signal_bar(&w, 105, 106);
    add_bar(&w, 100, 101, 99, 100);
    add_bar(&w, 99, 99, 90, 90); /* 100 - 4 */
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 2);
    TRADE(w, 0, 2, 3, 103, 105, "takeProfit");
    TRADE(w, 1, 5, 6, 100, 96, "stopLoss");
    release(&w, &p);

    /* in prices over the tick: its size does not matter */
    p = import(V5 UP
               "if up\n    strategy.entry('L', strategy.long)\n    strategy.exit('x', 'L', loss = "
               "close * 0.05 / syminfo.mintick)\n");
    w = world_of();
    signal_bar(&w, 98, 100);
    add_bar(&w, 110, 110, 106, 106);
    add_bar(&w, 106, 106, 104, 104); /* 110 - 5 */
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 1);
    TRADE(w, 0, 2, 3, 110, 105, "stopLoss");
    release(&w, &p);
}
END_TEST

START_TEST(a_name_keeps_the_stop_of_its_entry) {
    struct pine p =
        import(V5 UP "var float sl = na\nif up and strategy.position_size == 0\n    sl := low - 2\n"
                     "    strategy.entry('L', strategy.long)\n"
                     "if strategy.position_size > 0\n    strategy.exit('x', 'L', stop = sl)\n");
    struct world w = world_of();
    signal_bar(&w, 100, 101);
    add_bar(&w, 101, 103, 101, 103);
    signal_bar(&w, 103, 104); /* held: the stop stays at 98 */
    add_bar(&w, 104, 104, 97, 97);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 1);
    TRADE(w, 0, 2, 4, 101, 98, "stopLoss");
    release(&w, &p);
}
END_TEST

START_TEST(each_side_has_its_own_levels_and_size) {
    struct pine p = import(
        V5 UP
        "down = close < open and volume > 5\nslPct = input.float(3.0, 'Stop %') / 100\n"
        "if up\n    strategy.entry('L', strategy.long, qty = 3)\n"
        "if down\n    strategy.entry('S', strategy.short, qty = 2 * 2)\n"
        "p = strategy.position_avg_price\n"
        "sl = strategy.position_size > 0 ? p * (1 - slPct) : strategy.position_size < 0 ? p * (1 + "
        "slPct) : na\nstrategy.exit('x', stop = sl)\n"
        "if strategy.position_size < 0\n    strategy.exit('y', 'S', limit = p - p * 0.1)\n");
    ck_assert_msg(p.request == NULL, "two exits of one entry need a qty_percent");
    pine_release(&p);
    p = import(
        V5 UP
        "down = close < open and volume > 5\nslPct = input.float(3.0, 'Stop %') / 100\n"
        "if up\n    strategy.entry('L', strategy.long, qty = 3)\n"
        "if down\n    strategy.entry('S', strategy.short, qty = 2 * 2)\n"
        "p = strategy.position_avg_price\n"
        "sl = strategy.position_size > 0 ? p * (1 - slPct) : strategy.position_size < 0 ? p * (1 + "
        "slPct) : na\nif strategy.position_size > 0\n    strategy.exit('x', stop = sl)\n"
        "if strategy.position_size < 0\n    strategy.exit('y', 'S', stop = sl, limit = p - p * "
        "0.1)\n");
    struct world w = world_of();
    signal_bar(&w, 99, 100);
    add_bar(&w, 100, 100, 96, 96); /* 100 - 5 %, not 3 */
    add_bar(&w, 96, 96, 94, 94);
    signal_bar(&w, 94, 93);
    add_bar(&w, 100, 104, 100, 104); /* 105 not reached */
    add_bar(&w, 104, 104, 89, 89);   /* 90 */
    run(&w, &p, "t", "{\"Stop\":5}");
    ck_assert_uint_eq(w.res.n_trades, 2);
    TRADE(w, 0, 2, 3, 100, 95, "stopLoss");
    SIZE(w, 0, 3);
    TRADE(w, 1, 5, 6, 100, 90, "takeProfit");
    SIZE(w, 1, -4);
    release(&w, &p);
}
END_TEST

START_TEST(orders_given_on_every_bar_rest_one_bar) {
    struct pine p =
        import_tick(V5 "strategy.entry('L', strategy.long, stop = ta.highest(high, 2) + "
                       "syminfo.mintick)\nif close < 95\n    strategy.close('L')\n",
                    0.5);
    struct world w = world_of();
    add_bar(&w, 100, 102, 99, 100);
    add_bar(&w, 100, 101, 98, 99); /* 102.5 rests */
    add_bar(&w, 99, 101.2, 98,
            98); /* not reached; 101.5 from now on, for highs of 101 and 101.2: 101.7 */
    add_bar(&w, 98, 102, 98, 101); /* 101.7 */
    add_bar(&w, 101, 101, 94, 94);
    add_bar(&w, 94, 94, 94, 94);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 1);
    TRADE(w, 0, 4, 6, 101.7, 94, "signal");
    release(&w, &p);
}
END_TEST

START_TEST(one_direction_alone) {
    struct pine p =
        import(V5 UP "strategy.risk.allow_entry_in(strategy.direction.long)\nif up\n    "
                     "strategy.entry('L', strategy.long)\nif close < open and volume > 5\n    "
                     "strategy.entry('S', strategy.short)\n");
    struct world w = world_of();
    signal_bar(&w, 99, 100);
    add_bar(&w, 101, 101, 101, 101);
    signal_bar(&w, 101, 100);
    add_bar(&w, 99, 99, 99, 99);
    run(&w, &p, "t", "{}");
    ck_assert_uint_eq(w.res.n_trades, 1);
    TRADE(w, 0, 2, 4, 101, 99, "signal");
    release(&w, &p);
}
END_TEST

SUITE_MAIN("pine_exits", parts_are_closed_at_their_targets, each_target_keeps_its_part,
           strategy_close_takes_a_part, ticks_count_from_the_entry_price,
           a_name_keeps_the_stop_of_its_entry, each_side_has_its_own_levels_and_size,
           orders_given_on_every_bar_rest_one_bar, one_direction_alone)
