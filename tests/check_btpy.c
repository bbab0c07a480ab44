/* Profile backtesting.py: its order rules, scenario by scenario, on bars of the scenarios' own.
 * Flat bars are 100/101/99/100; unless a case says otherwise an order of 10 units is placed at the
 * close of bar 1. */
#include "engine/btpy.h"

#include "tests/near.h"

#define BARS 6

struct world {
    struct bars b;
    struct btpy_terms terms;
    struct btpy_broker br;
    double equity[BARS];
};

static void world_init(struct world *w) {
    *w = (struct world){.terms = {.leverage = 1}};
    for (int i = 0; i < BARS; i++)
        ck_assert(bars_append(&w->b, i * MS_PER_DAY, 100, 101, 99, 100, 1));
}

static void world_bar(struct world *w, size_t i, double o, double h, double l, double c) {
    w->b.o[i] = o;
    w->b.h[i] = h;
    w->b.l[i] = l;
    w->b.c[i] = c;
}

static void world_open(struct world *w) {
    w->terms.bars = &w->b;
    ck_assert(btpy_init(&w->br, &w->terms, 10000, 8));
    w->equity[1] = btpy_next(&w->br, 1);
}

static struct btpy_order order_of(double size) {
    const double none = (double)NAN;
    return (struct btpy_order){.size = size,
                               .limit = none,
                               .stop = none,
                               .sl = none,
                               .tp = none,
                               .sl_fraction = none,
                               .tp_fraction = none};
}

static void world_walk(struct world *w, size_t from) {
    for (size_t i = from; i < BARS; i++)
        w->equity[i] = btpy_next(&w->br, i);
}

static void world_release(struct world *w) {
    btpy_release(&w->br);
    bars_release(&w->b);
}

static void trade_at(int line, const struct world *w, size_t k, double size, int in, int out,
                     double entry, double exit) {
    ck_assert_msg(k < w->br.ledger.n, "line %d: no trade %zu", line, k);
    const struct trade *t = &w->br.ledger.trades[k];
    ck_assert_msg(t->entry_bar == in && t->exit_bar == out, "line %d: bars %d to %d", line,
                  (int)t->entry_bar, (int)t->exit_bar);
    near_at(line, "size", t->size, size);
    near_at(line, "entry", t->entry_price, entry);
    near_at(line, "exit", t->exit_price, exit);
}
#define TRADE(w, k, ...) trade_at(__LINE__, w, k, __VA_ARGS__)

/* Scenarios 1 to 8: a market order with stop and target; `bar` is changed to the given prices. */
START_TEST(stops_and_targets_of_market_orders) {
    const struct {
        const char *name;
        double sl, tp;
        size_t bar;
        double ohlc[4];
        int exit_bar;
        double entry, exit;
    } cases[] = {
        {"1", 95, (double)NAN, 3, {97, 98, 94, 96}, 3, 100, 95},
        {"2", 95, (double)NAN, 3, {90, 92, 88, 91}, 3, 100, 90},
        {"3", (double)NAN, 105, 3, {103, 106, 102, 104}, 3, 100, 105},
        {"4", (double)NAN, 105, 3, {110, 112, 108, 111}, 3, 100, 110},
        {"5", 95, 105, 3, {100, 106, 94, 100}, 3, 100, 95},
        {"5b", 95, 105, 3, {110, 112, 94, 100}, 3, 100, 95},
        {"6", 95, (double)NAN, 2, {100, 101, 94, 96}, 2, 100, 95},
        {"7", (double)NAN, 105, 2, {100, 106, 99, 104}, 2, 100, 105},
        {"7b", 95, 105, 2, {100, 106, 94, 100}, 2, 100, 95},
        {"8", 95, (double)NAN, 2, {90, 92, 88, 91}, 2, 90, 90},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w);
        world_bar(&w, cases[i].bar, cases[i].ohlc[0], cases[i].ohlc[1], cases[i].ohlc[2],
                  cases[i].ohlc[3]);
        world_open(&w);
        struct btpy_order o = order_of(10);
        o.sl = cases[i].sl;
        o.tp = cases[i].tp;
        ck_assert(btpy_order(&w.br, &o));
        world_walk(&w, 2);
        ck_assert_msg(w.br.ledger.n == 1, "scenario %s: %zu trades", cases[i].name, w.br.ledger.n);
        const struct trade *t = w.br.ledger.trades;
        ck_assert_msg(t->entry_bar == 2 && t->exit_bar == cases[i].exit_bar &&
                          t->entry_price == cases[i].entry && t->exit_price == cases[i].exit,
                      "scenario %s: bars %d to %d, %g to %g", cases[i].name, (int)t->entry_bar,
                      (int)t->exit_bar, t->entry_price, t->exit_price);
        ck_assert_uint_eq(w.br.n_orders, 0);
        world_release(&w);
    }
}
END_TEST

/* Scenarios 9 to 14: limit, stop and stop-limit entries on bar 2. */
START_TEST(limit_and_stop_entries) {
    const struct {
        const char *name;
        double limit, stop, ohlc[4], entry;
    } cases[] = {
        {"9", 98, (double)NAN, {100, 101, 97, 99}, 98},
        {"10", 98, (double)NAN, {95, 97, 94, 96}, 95},
        {"11", 98, (double)NAN, {100, 101, 98, 99}, 98},
        {"12", (double)NAN, 103, {100, 104, 99, 103}, 103},
        {"13", (double)NAN, 103, {107, 108, 106, 107}, 107},
        {"14", 105, 103, {100, 106, 99, 104}, 103},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w);
        world_bar(&w, 2, cases[i].ohlc[0], cases[i].ohlc[1], cases[i].ohlc[2], cases[i].ohlc[3]);
        world_open(&w);
        struct btpy_order o = order_of(10);
        o.limit = cases[i].limit;
        o.stop = cases[i].stop;
        ck_assert(btpy_order(&w.br, &o));
        world_walk(&w, 2);
        ck_assert_msg(w.br.n_trades == 1 && w.br.trades[0].bar == 2 &&
                          w.br.trades[0].price == cases[i].entry,
                      "scenario %s", cases[i].name);
        world_release(&w);
    }
}
END_TEST

START_TEST(a_limit_below_its_stop_waits_a_bar) {
    struct world w; /* 15 */
    world_init(&w);
    world_bar(&w, 2, 100, 104, 99, 103);
    world_bar(&w, 3, 102, 103, 99, 100);
    world_open(&w);
    struct btpy_order o = order_of(10);
    o.stop = 103;
    o.limit = 101;
    ck_assert(btpy_order(&w.br, &o));
    w.equity[2] = btpy_next(&w.br, 2);
    ck_assert_uint_eq(w.br.n_trades, 0);
    world_walk(&w, 3);
    ck_assert_uint_eq(w.br.n_trades, 1);
    ck_assert_uint_eq(w.br.trades[0].bar, 3);
    NEAR(w.br.trades[0].price, 101);
    world_release(&w);
}
END_TEST

START_TEST(the_stop_of_a_limit_entry_waits_a_bar) {
    struct world w; /* 16 */
    world_init(&w);
    world_bar(&w, 2, 100, 101, 95, 99);
    world_open(&w);
    struct btpy_order o = order_of(10);
    o.limit = 98;
    o.sl = 96;
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    ck_assert_uint_eq(w.br.ledger.n, 0);
    ck_assert_uint_eq(w.br.n_trades, 1);
    NEAR(w.br.trades[0].price, 98);
    world_release(&w);
}
END_TEST

START_TEST(trade_on_close_fills_a_bar_back) {
    struct world w; /* 18 */
    world_init(&w);
    w.terms.on_close = true;
    world_bar(&w, 2, 99, 100, 94, 96);
    world_open(&w);
    struct btpy_order o = order_of(10);
    o.sl = 95;
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    ck_assert_uint_eq(w.br.ledger.n, 1);
    TRADE(&w, 0, 10, 1, 2, 100, 95);
    world_release(&w);
}
END_TEST

START_TEST(spread_is_paid_on_entries_only) {
    struct world w; /* 19 */
    world_init(&w);
    w.terms.spread = 0.01;
    world_open(&w);
    struct btpy_order o = order_of(10);
    ck_assert(btpy_order(&w.br, &o));
    w.equity[2] = btpy_next(&w.br, 2);
    NEAR(w.equity[2], 9990);
    ck_assert(btpy_close_all(&w.br, REASON_SIGNAL));
    world_walk(&w, 3);
    TRADE(&w, 0, 10, 2, 3, 101, 100);
    world_release(&w);
}
END_TEST

START_TEST(commission_is_fixed_and_relative_at_both_ends) {
    struct world w; /* 20 */
    world_init(&w);
    w.terms.fixed = 2;
    w.terms.rate = 0.001;
    world_open(&w);
    struct btpy_order o = order_of(10);
    ck_assert(btpy_order(&w.br, &o));
    w.equity[2] = btpy_next(&w.br, 2);
    NEAR(w.equity[2], 9997);
    ck_assert(btpy_close_all(&w.br, REASON_SIGNAL));
    world_walk(&w, 3);
    NEAR(w.equity[3], 9994);
    NEAR(w.br.ledger.trades[0].pnl, -6);
    NEAR(w.br.ledger.trades[0].return_pct, -0.6);
    world_release(&w);
}
END_TEST

START_TEST(opposite_orders_net_or_hedge) {
    for (int hedging = 0; hedging < 2; hedging++) {
        struct world w; /* 21, 22 */
        world_init(&w);
        w.terms.hedging = hedging;
        world_open(&w);
        struct btpy_order o = order_of(10);
        ck_assert(btpy_order(&w.br, &o));
        w.equity[2] = btpy_next(&w.br, 2);
        o.size = -15;
        ck_assert(btpy_order(&w.br, &o));
        world_walk(&w, 3);
        if (hedging) {
            ck_assert_uint_eq(w.br.ledger.n, 0);
            ck_assert_uint_eq(w.br.n_trades, 2);
            NEAR(w.br.trades[0].size, 10);
            NEAR(w.br.trades[1].size, -15);
        } else {
            TRADE(&w, 0, 10, 2, 3, 100, 100);
            ck_assert_uint_eq(w.br.n_trades, 1);
            NEAR(w.br.trades[0].size, -5);
        }
        world_release(&w);
    }
}
END_TEST

START_TEST(a_smaller_opposite_order_reduces_a_trade) {
    struct world w;
    world_init(&w);
    world_bar(&w, 4, 97, 98, 94, 96);
    world_open(&w);
    struct btpy_order o = order_of(10);
    o.sl = 95;
    ck_assert(btpy_order(&w.br, &o));
    w.equity[2] = btpy_next(&w.br, 2);
    o = order_of(-4);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 3);
    TRADE(&w, 0, 4, 2, 3, 100, 100);
    TRADE(&w, 1, 6, 2, 4, 100, 95); /* the stop followed the smaller size */
    world_release(&w);
}
END_TEST

START_TEST(a_share_is_of_the_margin_still_free) {
    struct world w; /* 23 */
    world_init(&w);
    world_open(&w);
    struct btpy_order o = order_of(0.5);
    ck_assert(btpy_order(&w.br, &o));
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    ck_assert_uint_eq(w.br.n_trades, 2);
    NEAR(w.br.trades[0].size, 50);
    NEAR(w.br.trades[1].size, 25);
    world_release(&w);

    world_init(&w); /* 24 */
    world_open(&w);
    o = order_of(1 - 0x1p-52);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    NEAR(w.br.trades[0].size, 99);
    world_release(&w);

    world_init(&w); /* a fixed fee raises the unit price by fee / share: 10000 x .5 // (100 + 40) */
    w.terms.fixed = 20;
    world_open(&w);
    o = order_of(0.5);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    NEAR(w.br.trades[0].size, 35);
    world_release(&w);
}
END_TEST

START_TEST(an_order_beyond_the_margin_is_dropped) {
    struct world w; /* 25 */
    world_init(&w);
    world_open(&w);
    struct btpy_order o = order_of(200);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    ck_assert_uint_eq(w.br.n_trades, 0);
    ck_assert_uint_eq(w.br.n_orders, 0);
    ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_MARGIN], 1);
    world_release(&w);
}
END_TEST

START_TEST(no_equity_ends_the_run) {
    struct world w; /* 26 */
    world_init(&w);
    w.terms.leverage = 10;
    world_bar(&w, 3, 95, 96, 79, 80);
    world_open(&w);
    struct btpy_order o = order_of(900);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    TRADE(&w, 0, 900, 2, 3, 100, 80);
    ck_assert(w.br.ruined);
    NEAR(w.equity[2], 10000);
    for (size_t i = 3; i < BARS; i++)
        ck_assert_double_eq(w.equity[i], 0);
    world_release(&w);
}
END_TEST

/* What that library does with several trades; the second one is in no statistic. */
START_TEST(ruin_passes_over_every_other_trade) {
    struct world w;
    world_init(&w);
    w.terms.leverage = 10;
    world_bar(&w, 3, 95, 96, 79, 80);
    world_open(&w);
    for (int k = 1; k <= 3; k++) {
        struct btpy_order o = order_of(250 + k);
        ck_assert(btpy_order(&w.br, &o));
    }
    world_walk(&w, 2);
    ck_assert_uint_eq(w.br.ledger.n, 2);
    TRADE(&w, 0, 251, 2, 3, 100, 80);
    TRADE(&w, 1, 253, 2, 3, 100, 80);
    ck_assert_uint_eq(w.br.n_trades, 0);
    ck_assert_double_eq(w.equity[3], 0);
    world_release(&w);
}
END_TEST

START_TEST(finalize_runs_the_last_bar_once_more) {
    struct world w; /* 28, 29 */
    for (int finalize = 0; finalize < 2; finalize++) {
        world_init(&w);
        world_bar(&w, BARS - 1, 100, 103, 99, 102);
        world_open(&w);
        struct btpy_order o = order_of(10);
        ck_assert(btpy_order(&w.br, &o));
        world_walk(&w, 2);
        NEAR(w.equity[BARS - 1], 10020);
        if (finalize) {
            NEAR(btpy_finalize(&w.br), 10000);
            TRADE(&w, 0, 10, 2, BARS - 1, 100, 100);
        }
        ck_assert_uint_eq(w.br.ledger.n, finalize ? 1 : 0);
        world_release(&w);
    }
    world_init(&w); /* 31: what the last bar queued is filled by that pass, and stays open */
    world_bar(&w, BARS - 1, 100, 103, 99, 102);
    world_open(&w);
    world_walk(&w, 2);
    struct btpy_order o = order_of(10);
    ck_assert(btpy_order(&w.br, &o));
    NEAR(btpy_finalize(&w.br), 10020);
    ck_assert_uint_eq(w.br.n_trades, 1);
    ck_assert_uint_eq(w.br.ledger.n, 0);
    world_release(&w);
}
END_TEST

START_TEST(margin_sees_the_close_of_its_own_bar) {
    for (int k = 0; k < 2; k++) {
        struct world w; /* 32, 33 */
        world_init(&w);
        if (k == 0)
            world_bar(&w, 3, 100, 181, 99, 180);
        world_open(&w);
        struct btpy_order o = order_of(-50);
        ck_assert(btpy_order(&w.br, &o));
        w.equity[2] = btpy_next(&w.br, 2);
        o = order_of(-0.5);
        ck_assert(btpy_order(&w.br, &o));
        world_walk(&w, 3);
        ck_assert_uint_eq(w.br.n_trades, k == 0 ? 1 : 2);
        ck_assert_int_eq((int)w.br.diagnosis.refused[REFUSED_SIZE_ZERO], k == 0 ? 1 : 0);
        world_release(&w);
    }
}
END_TEST

START_TEST(exclusive_orders_close_what_is_open) {
    struct world w;
    world_init(&w);
    w.terms.exclusive = true;
    world_open(&w);
    struct btpy_order o = order_of(10);
    ck_assert(btpy_order(&w.br, &o));
    w.equity[2] = btpy_next(&w.br, 2);
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 3);
    TRADE(&w, 0, 10, 2, 3, 100, 100);
    ck_assert_uint_eq(w.br.n_trades, 1);
    ck_assert_uint_eq(w.br.trades[0].bar, 3);
    world_release(&w);
}
END_TEST

START_TEST(fractions_hang_on_the_entry_price) {
    struct world w;
    world_init(&w);
    w.terms.spread = 0.01;
    world_bar(&w, 3, 97, 98, 90, 96);
    world_open(&w);
    struct btpy_order o = order_of(10);
    o.sl_fraction = 0.05;
    ck_assert(btpy_order(&w.br, &o));
    world_walk(&w, 2);
    TRADE(&w, 0, 10, 2, 3, 101, 95.95);
    world_release(&w);
}
END_TEST

SUITE_MAIN("btpy", stops_and_targets_of_market_orders, limit_and_stop_entries,
           a_limit_below_its_stop_waits_a_bar, the_stop_of_a_limit_entry_waits_a_bar,
           trade_on_close_fills_a_bar_back, spread_is_paid_on_entries_only,
           commission_is_fixed_and_relative_at_both_ends, opposite_orders_net_or_hedge,
           a_smaller_opposite_order_reduces_a_trade, a_share_is_of_the_margin_still_free,
           an_order_beyond_the_margin_is_dropped, no_equity_ends_the_run,
           ruin_passes_over_every_other_trade, finalize_runs_the_last_bar_once_more,
           margin_sees_the_close_of_its_own_bar, exclusive_orders_close_what_is_open,
           fractions_hang_on_the_entry_price)
