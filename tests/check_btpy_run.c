/* Profile backtesting.py: what its strategies do with orders that rest. The volume of a bar says
 * what its close decides; flat bars are 100/101/99/100. */
#include "engine/backtest.h"

#include "tests/near.h"

#define BARS 10

enum { NOTHING, BUY, OUT, SELL, BUY_AT_NULL };

static const struct strategy limits = {.name = "limits",
                                       .rules = {[RULE_LONG_ENTRY] = "volume == 1 or volume == 4",
                                                 [RULE_LONG_EXIT] = "volume == 2",
                                                 [RULE_SHORT_ENTRY] = "volume == 3",
                                                 [RULE_LONG_LIMIT] = "volume == 4 ? na : 98",
                                                 [RULE_ENTRY_BARS] = "2"}};

struct world {
    struct bars b;
    struct bt_config cfg;
    struct bt_result res;
};

/* The low reaches the limit on bar `low`. */
static void world_init(struct world *w, const struct strategy *s, const int volume[BARS],
                       size_t low) {
    bars_init(&w->b);
    for (size_t i = 0; i < BARS; i++)
        ck_assert(bars_append(&w->b, (int64_t)i * MS_PER_DAY, 100, 101, i == low ? 97 : 99, 100,
                              volume[i]));
    bt_config_init(&w->cfg, PROFILE_BACKTESTING_PY);
    w->cfg.interval = INTERVAL_1D;
    w->cfg.size_type = SIZE_UNITS;
    w->cfg.size = 10;
    w->cfg.strategies[w->cfg.n_strategies++].strategy = s;
}

static void world_go(struct world *w) {
    struct bt_error err = {.strategy = 0};
    ck_assert_msg(backtest_run(&w->cfg, &w->b, 0, NULL, NULL, &w->res, &err) == BT_OK, "%s",
                  err.expr.message);
}

static void world_run(struct world *w, const struct strategy *s, const int volume[BARS],
                      size_t low) {
    world_init(w, s, volume, low);
    world_go(w);
}

static void world_release(struct world *w) {
    bt_result_release(&w->res);
    bars_release(&w->b);
}

START_TEST(an_order_waits_until_it_is_cancelled) {
    const struct {
        int volume[BARS];
        size_t low;
        int filled; /* bar, -1: never */
    } rows[] = {
        {{0, 0, BUY}, 3, 3},           {{0, 0, BUY}, 4, 4},
        {{0, 0, BUY}, 5, -1}, /* two bars are over */
        {{0, 0, BUY, 0, BUY}, 6, 6},   {{0, 0, BUY, OUT}, 4, -1},
        {{0, 0, BUY, OUT, BUY}, 5, 5}, {{0, 0, BUY, BUY_AT_NULL}, 4, -1},
        {{0, 0, BUY}, 9, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        world_run(&w, &limits, rows[i].volume, rows[i].low);
        ck_assert_msg(w.res.n_trades == (rows[i].filled >= 0), "row %zu: %zu trades", i,
                      w.res.n_trades);
        if (rows[i].filled >= 0) {
            NEAR(w.res.trades[0].entry_price, 98);
            ck_assert_int_eq((int)w.res.trades[0].entry_bar, rows[i].filled);
        }
        const struct bt_diagnosis *d = &w.res.strategies[0].diagnosis;
        ck_assert_int_eq((int)d->refused[REFUSED_ENTRY_NULL], rows[i].volume[3] == BUY_AT_NULL);
        world_release(&w);
    }
}
END_TEST

START_TEST(the_other_side_closes_first_and_takes_an_order_back) {
    struct world w; /* short from bar 2; out when the long order is placed, filled or not */
    world_run(&w, &limits, (const int[BARS]){0, SELL, 0, BUY, 0, BUY, SELL}, 7);
    ck_assert_uint_eq(w.res.n_trades, 2);
    ck_assert_int_eq((int)w.res.trades[0].entry_bar, 2);
    ck_assert_int_eq((int)w.res.trades[0].exit_bar, 4);
    ck_assert_int_eq((int)w.res.trades[1].entry_bar, 7);
    ck_assert_double_lt(w.res.trades[1].size, 0);
    world_release(&w);
}
END_TEST

START_TEST(stops_lie_around_the_limit) {
    static const struct strategy guarded = {
        .name = "guarded",
        .rules = {[RULE_LONG_ENTRY] = "volume == 1 or volume == 4",
                  [RULE_LONG_LIMIT] = "98",
                  [RULE_LONG_STOP_LOSS] = "volume == 1 ? 98.5 : 97.5"}};
    struct world w; /* 98.5 is below the close, not below the limit */
    world_run(&w, &guarded, (const int[BARS]){0, 0, BUY, 0, 0, BUY_AT_NULL}, 6);
    const struct bt_diagnosis *d = &w.res.strategies[0].diagnosis;
    ck_assert_int_eq((int)d->refused[REFUSED_STOP_SIDE], 1);
    ck_assert_uint_eq(w.res.n_trades, 1);
    ck_assert_int_eq((int)w.res.trades[0].entry_bar, 6);
    world_release(&w);
}
END_TEST

START_TEST(a_fall_of_the_last_bar_alone_has_a_depth_and_no_length) {
    struct world w; /* 10 units from 98, at 100 until the last close of 99 */
    world_init(&w, &limits, (const int[BARS]){0, 0, BUY}, 3);
    w.b.c[BARS - 1] = 99;
    w.cfg.finalize = false;
    world_go(&w);
    const struct metrics *m = &w.res.metrics;
    NEAR(m->value[METRIC_MAX_DRAWDOWN], -100 * 10 / 10020.0);
    NEAR(m->value[METRIC_AVG_DRAWDOWN], -100 * 10 / 10020.0);
    ck_assert(isnan(m->value[METRIC_MAX_DRAWDOWN_DURATION]));
    world_release(&w);
}
END_TEST

START_TEST(what_it_lacks_is_named) {
    static const struct strategy lacking[] = {
        {.name = "a", .rules = {[RULE_LONG_ENTRY] = "true", [RULE_LONG_BREAK_EVEN] = "high"}},
        {.name = "b", .rules = {[RULE_LONG_ENTRY] = "true", [RULE_LONG_EXIT2] = "true"}},
        {.name = "c", .rules = {[RULE_LONG_ENTRY] = "true", [RULE_SESSION] = "true"}},
        {.name = "d", .rules = {[RULE_LONG_ENTRY] = "true", [RULE_COOLDOWN] = "3"}},
        {.name = "e", .rules = {[RULE_LONG_ENTRY] = "true", [RULE_LONG_TAKE_PROFIT2] = "high"}},
    };
    static const char *const names[] = {"long.breakEven", "long.exit2", "session", "cooldown",
                                        "long.takeProfit2"};
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        struct bars b;
        struct bt_config cfg;
        struct bt_result res;
        struct bt_error err = {.strategy = 0};
        bars_init(&b);
        ck_assert(bars_append(&b, 0, 100, 101, 99, 100, 1));
        bt_config_init(&cfg, PROFILE_BACKTESTING_PY);
        cfg.interval = INTERVAL_1D;
        cfg.strategies[cfg.n_strategies++].strategy = &lacking[i];
        ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
        ck_assert_str_eq(err.expr.where, names[i]);
        bars_release(&b);
    }
}
END_TEST

SUITE_MAIN("btpy_run", an_order_waits_until_it_is_cancelled,
           the_other_side_closes_first_and_takes_an_order_back, stops_lie_around_the_limit,
           a_fall_of_the_last_bar_alone_has_a_depth_and_no_length, what_it_lacks_is_named)
