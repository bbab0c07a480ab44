/* Whole runs: warm-up, sleeves, votes, progress, cancel, errors. */
#include "engine/backtest.h"

#include <string.h>

#include "tests/near.h"

/* opens 100, 101, …, closes one higher */
static struct bars market(size_t n) {
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++) {
        double price = 100 + (double)i;
        ck_assert(bars_append(&b, (int64_t)i * MS_PER_HOUR, price, price + 1, price, price + 1, 1));
    }
    return b;
}

static const struct strategy holds = {.name = "holds", .rules = {[RULE_LONG_ENTRY] = "close > 0"}};
static const struct strategy averages = {.name = "averages",
                                         .rules = {[RULE_LONG_ENTRY] = "close > sma(close, 4)"}};
static const struct strategy shorts = {.name = "shorts",
                                       .rules = {[RULE_SHORT_ENTRY] = "close > 0"}};
static const struct strategy stops = {
    .name = "stops",
    .rules = {[RULE_LONG_ENTRY] = "close > 0", [RULE_LONG_STOP_LOSS] = "close - 10"}};

static struct bt_config config_of(const struct strategy *a, const struct strategy *b) {
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.interval = INTERVAL_1H;
    cfg.want_equity = true;
    cfg.strategies[cfg.n_strategies++].strategy = a;
    if (b)
        cfg.strategies[cfg.n_strategies++].strategy = b;
    return cfg;
}

static struct bt_result run(const struct bt_config *cfg, const struct bars *b, size_t first) {
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    ck_assert_msg(backtest_run(cfg, b, first, NULL, NULL, &res, &err) == BT_OK, "%s",
                  err.expr.message);
    return res;
}

START_TEST(the_first_bar_in_range_may_decide_when_warm) {
    struct bars b = market(20);
    struct bt_config cfg = config_of(&averages, NULL);
    struct bt_result cold = run(&cfg, &b, 0), warm = run(&cfg, &b, 5), part = run(&cfg, &b, 2);
    ck_assert_uint_eq(cold.strategies[0].lookback, 3);
    ck_assert_int_eq((int)cold.trades[0].entry_bar, 4); /* decided on bar 3 */
    ck_assert_uint_eq(warm.n_bars, 15);
    ck_assert_int_eq((int)warm.trades[0].entry_bar, 1);
    ck_assert_int_eq(warm.trades[0].entry_time, 6 * MS_PER_HOUR);
    ck_assert_int_eq((int)part.trades[0].entry_bar, 2); /* two of three bars were there */
    ck_assert_uint_eq(warm.strategies[0].diagnosis.signals[RULE_LONG_ENTRY], 15);
    NEAR(warm.equity[0], 10000);
    bt_result_release(&cold);
    bt_result_release(&warm);
    bt_result_release(&part);
    bars_release(&b);
}
END_TEST

START_TEST(warm_up_counts_lookback_and_recursion) {
    static const struct strategy recursive = {
        .name = "recursive",
        .rules = {[RULE_LONG_ENTRY] = "close > sma(close, 100)",
                  [RULE_LONG_EXIT] = "crossunder(close, ema(close, 20))"}};
    struct bt_config cfg = config_of(&averages, &recursive);
    struct bt_error err;
    size_t bars = 0;
    ck_assert_int_eq(backtest_warmup(&cfg, &bars, &err), BT_OK);
    ck_assert_uint_eq(bars, 99 + 10 * 20);
    cfg.profile = PROFILE_BACKTESTING_PY;
    ck_assert_int_eq(backtest_warmup(&cfg, &bars, &err), BT_OK);
    ck_assert_uint_eq(bars, 0);
}
END_TEST

START_TEST(sleeves_share_the_cash_and_nothing_else) {
    struct bars b = market(10);
    struct bt_config cfg = config_of(&holds, &shorts);
    struct bt_result res = run(&cfg, &b, 0);
    /* both enter at 101 with 5000 and leave at 110 */
    double units = 5000 / 101.0, gain = units * 9;
    ck_assert_uint_eq(res.n_trades, 2);
    ck_assert_int_eq(res.trades[0].strategy, 0);
    ck_assert_int_eq(res.trades[1].strategy, 1);
    NEAR(res.trades[0].pnl, gain);
    NEAR(res.trades[1].pnl, -gain);
    NEAR(res.metrics.value[METRIC_FINAL_EQUITY], 10000);
    NEAR(res.strategies[0].metrics.value[METRIC_FINAL_EQUITY], 5000 + gain);
    NEAR(res.strategies[1].metrics.value[METRIC_FINAL_EQUITY], 5000 - gain);
    NEAR(res.metrics.value[METRIC_EXPOSURE_TIME], 90);
    NEAR(res.metrics.value[METRIC_TRADE_COUNT], 2);
    for (size_t i = 0; i < 10; i++)
        NEAR(res.equity[i], 10000);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(a_vote_is_one_account) {
    struct bars b = market(10);
    struct bt_config cfg = config_of(&holds, &averages);
    cfg.combine = COMBINE_ALL;
    struct bt_result res = run(&cfg, &b, 0);
    ck_assert_uint_eq(res.n_trades, 1);
    ck_assert_int_eq((int)res.trades[0].entry_bar, 4); /* when the second wishes too */
    ck_assert_int_eq(res.trades[0].entry_reason, REASON_VOTE);
    NEAR(res.trades[0].size, 10000 / 104.0);
    ck_assert(isnan(res.strategies[1].metrics.value[METRIC_SHARPE_RATIO]));
    ck_assert_ptr_nonnull(res.strategies[1].metrics.null_reason[METRIC_SHARPE_RATIO]);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(a_strategy_with_stops_cannot_vote) {
    struct bars b = market(10);
    struct bt_config cfg = config_of(&holds, &stops);
    struct bt_result res;
    struct bt_error err;
    cfg.combine = COMBINE_ANY;
    ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
    ck_assert_int_eq(err.strategy, 1);
    ck_assert_str_eq(err.expr.where, "long.stopLoss");
    ck_assert_ptr_nonnull(strstr(err.expr.message, "cannot vote"));
    bars_release(&b);
}
END_TEST

START_TEST(words_of_the_request_replace_the_stops) {
    struct bars b = market(30);
    struct bt_config cfg = config_of(&stops, NULL);
    cfg.stop_loss = (struct bt_stop){.kind = STOP_EXPR, .expr = "sma(close, 9) - 500"};
    struct bt_result res = run(&cfg, &b, 0);
    ck_assert_uint_eq(res.strategies[0].lookback, 8); /* stops count for warm-up */
    bt_result_release(&res);
    cfg.stop_loss.expr = "sma(close 9)";
    struct bt_error err;
    ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
    ck_assert_str_eq(err.expr.where, "stopLoss");
    bars_release(&b);
}
END_TEST

static void equals_whole(const struct bt_result *res, const struct bt_whole *w) {
    ck_assert_double_eq(res->metrics.value[METRIC_FINAL_EQUITY], w->final_equity);
    ck_assert_double_eq(res->metrics.value[METRIC_MAX_DRAWDOWN], w->max_drawdown);
}

START_TEST(the_band_is_two_whole_runs) {
    struct bars b = market(500);
    for (size_t i = 0; i < b.n; i++) { /* wide bars, so that stop and target lie in one */
        b.h[i] += 6;
        b.l[i] -= 6;
    }
    for (int k = 0; k < 2; k++) { /* one account, and two together */
        struct bt_config cfg = config_of(&holds, k ? &shorts : NULL);
        cfg.stop_loss = cfg.take_profit = (struct bt_stop){.kind = STOP_FRACTION, .fraction = 0.03};
        cfg.path = PATH_PESSIMISTIC;
        struct bt_result worst = run(&cfg, &b, 20);
        cfg.path = PATH_OPTIMISTIC;
        struct bt_result best = run(&cfg, &b, 20);
        ck_assert(!worst.has_band);
        ck_assert(best.metrics.value[METRIC_FINAL_EQUITY] >
                  worst.metrics.value[METRIC_FINAL_EQUITY]);
        cfg.want_band = true;
        for (int path = PATH_PESSIMISTIC; path <= PATH_OLHC; path++) {
            cfg.path = (enum bt_path)path;
            struct bt_result res = run(&cfg, &b, 20);
            ck_assert(res.has_band && res.order_bars > 0);
            equals_whole(&worst, &res.pessimistic);
            equals_whole(&best, &res.optimistic);
            bt_result_release(&res);
        }
        bt_result_release(&worst);
        bt_result_release(&best);
    }
    bars_release(&b);
}
END_TEST

START_TEST(no_band_when_the_order_of_prices_cannot_matter) {
    struct bars b = market(200);
    struct bt_config cfg = config_of(&averages, &shorts);
    cfg.want_band = true;
    struct bt_result res = run(&cfg, &b, 20);
    ck_assert(!res.has_band && res.order_bars == 0);
    bt_result_release(&res);
    cfg.stop_loss = (struct bt_stop){.kind = STOP_FRACTION, .fraction = 0.01};
    res = run(&cfg, &b, 20); /* one stop, no target: either way it is hit */
    ck_assert(!res.has_band && res.order_bars == 0);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(errors_name_strategy_and_rule) {
    static const struct strategy wrong = {.name = "wrong",
                                          .rules = {[RULE_SHORT_EXIT] = "close > smaa(close, 3)"}};
    struct bars b = market(10);
    struct bt_config cfg = config_of(&holds, &wrong);
    struct bt_result res;
    struct bt_error err;
    for (int profile = 0; profile < 2; profile++) {
        cfg.profile = profile ? PROFILE_BACKTESTING_PY : PROFILE_CANDLEMILL;
        ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
        ck_assert_int_eq(err.strategy, 1);
        ck_assert_str_eq(err.expr.where, "short.exit");
        ck_assert_int_eq(err.expr.column, 9);
    }
    ck_assert_int_eq(backtest_run(&cfg, &b, 10, NULL, NULL, &res, &err), BT_NO_BARS);
    bars_release(&b);
}
END_TEST

struct polled {
    size_t calls, last, stop_at;
};

static bool poll(void *arg, size_t done, size_t total) {
    struct polled *p = arg;
    ck_assert(done >= p->last && done <= total && total == 90);
    p->last = done;
    return ++p->calls == p->stop_at;
}

START_TEST(progress_rises_and_cancel_stops) {
    struct bars b = market(100);
    for (int profile = 0; profile < 2; profile++) {
        struct bt_config cfg = config_of(&holds, NULL);
        cfg.profile = profile ? PROFILE_BACKTESTING_PY : PROFILE_CANDLEMILL;
        cfg.block = 8;
        struct bt_result res;
        struct bt_error err;
        struct polled p = {.stop_at = 3};
        ck_assert_int_eq(backtest_run(&cfg, &b, 10, poll, &p, &res, &err), BT_CANCELLED);
        ck_assert_uint_eq(p.calls, 3);
        p = (struct polled){.stop_at = 0};
        ck_assert_int_eq(backtest_run(&cfg, &b, 10, poll, &p, &res, &err), BT_OK);
        ck_assert_uint_eq(p.last, 90);
        bt_result_release(&res);
    }
    bars_release(&b);
}
END_TEST

START_TEST(equity_is_kept_only_when_wanted) {
    struct bars b = market(10);
    struct bt_config cfg = config_of(&holds, &shorts);
    cfg.want_equity = false;
    struct bt_result res = run(&cfg, &b, 0);
    ck_assert_ptr_null(res.equity);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

SUITE_MAIN("backtest", the_first_bar_in_range_may_decide_when_warm,
           warm_up_counts_lookback_and_recursion, sleeves_share_the_cash_and_nothing_else,
           a_vote_is_one_account, a_strategy_with_stops_cannot_vote,
           words_of_the_request_replace_the_stops, the_band_is_two_whole_runs,
           no_band_when_the_order_of_prices_cannot_matter, errors_name_strategy_and_rule,
           progress_rises_and_cancel_stops, equity_is_kept_only_when_wanted)
