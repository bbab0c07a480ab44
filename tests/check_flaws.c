/* What backtesting.py is known to do, and what the default profile does in the same case: each
 * profile is right by its own rules. The bars' volume says what to do: 1 go long, 2 go short, 3 go
 * out. */
#include "engine/backtest.h"
#include "tests/near.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100, 0 }
#define LONG                                                                                       \
    { 100, 101, 99, 100, 1 }
#define SHORT                                                                                      \
    { 100, 101, 99, 100, 2 }
#define OUT                                                                                        \
    { 100, 101, 99, 100, 3 }

static const struct strategy told = {.name = "told",
                                     .rules = {[RULE_LONG_ENTRY] = "volume == 1",
                                               [RULE_LONG_EXIT] = "volume == 3",
                                               [RULE_SHORT_ENTRY] = "volume == 2",
                                               [RULE_SHORT_EXIT] = "volume == 3"}};

/* 10 units at market, no costs. */
static struct bt_config config_of(enum bt_profile profile) {
    struct bt_config cfg;
    bt_config_init(&cfg, profile);
    cfg.interval = INTERVAL_1H;
    cfg.want_equity = true;
    cfg.size_type = SIZE_UNITS;
    cfg.size = 10;
    cfg.strategies[cfg.n_strategies++].strategy = &told;
    return cfg;
}

static struct bt_result run(const struct bt_config *cfg, const double rows[][5], size_t n) {
    struct bars b;
    struct bt_result res;
    struct bt_error err;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        ck_assert(bars_append(&b, (int64_t)i * MS_PER_HOUR, rows[i][0], rows[i][1], rows[i][2],
                              rows[i][3], rows[i][4]));
    ck_assert_int_eq(backtest_run(cfg, &b, 0, NULL, NULL, &res, &err), BT_OK);
    bars_release(&b);
    return res;
}

static void trade_is(const struct bt_result *res, size_t k, double size, double in, double out) {
    ck_assert_msg(res->n_trades > k, "%zu trades", res->n_trades);
    NEAR(res->trades[k].size, size);
    NEAR(res->trades[k].entry_price, in);
    NEAR(res->trades[k].exit_price, out);
}

#define BOTH(py, cfg)                                                                              \
    for (int py = 0; py < 2; py++)                                                                 \
        for (struct bt_config cfg = config_of(py ? PROFILE_BACKTESTING_PY : PROFILE_CANDLEMILL),   \
                              *once_ = &cfg;                                                       \
             once_; once_ = NULL)

/* 32 and 33: an order at the open must not know the close of its bar. */
START_TEST(margin_does_not_look_ahead) {
    BOTH(py, cfg) {
        for (int rise = 0; rise < 2; rise++) {
            const double rows[][5] = {
                FLAT, SHORT, SHORT, {100, rise ? 181 : 101, 99, rise ? 180 : 100, 0}, FLAT, FLAT};
            cfg.size = 50;
            cfg.pyramiding = 2;
            struct bt_result res = run(&cfg, rows, 6);
            ck_assert_uint_eq(res.n_trades, py && rise ? 1 : 2);
            trade_is(&res, res.n_trades - 1, -50, 100, 100);
            bt_result_release(&res);
        }
    }
}
END_TEST

/* 28: what is open at the end is worth the last close. */
START_TEST(the_end_is_the_last_close) {
    static const double rows[][5] = {FLAT, LONG, FLAT, {100, 103, 99, 102, 0}};
    BOTH(py, cfg) {
        struct bt_result res = run(&cfg, rows, 4);
        ck_assert_uint_eq(res.n_trades, 1);
        trade_is(&res, 0, 10, 100, py ? 100 : 102);
        NEAR(res.metrics.value[METRIC_FINAL_EQUITY], py ? 10000 : 10020);
        bt_result_release(&res);
    }
}
END_TEST

/* 31: what the last bar decides cannot fill at that bar's open. */
START_TEST(the_last_bar_fills_nothing_that_it_decides) {
    static const double rows[][5] = {FLAT, FLAT, FLAT, {100, 103, 99, 102, 1}};
    BOTH(py, cfg) {
        struct bt_result res = run(&cfg, rows, 4);
        ck_assert_uint_eq(res.n_trades, 0);
        NEAR(res.metrics.value[METRIC_FINAL_EQUITY], py ? 10020 : 10000);
        bt_result_release(&res);
    }
}
END_TEST

/* 5b: an open beyond the target is a fill at the open, whatever the bar does later. */
START_TEST(an_open_beyond_the_target_fills_there) {
    static const double rows[][5] = {FLAT, LONG, FLAT, {110, 111, 94, 100, 0}, FLAT};
    BOTH(py, cfg) {
        cfg.stop_loss = (struct bt_stop){.kind = STOP_EXPR, .expr = "95"};
        cfg.take_profit = (struct bt_stop){.kind = STOP_EXPR, .expr = "105"};
        struct bt_result res = run(&cfg, rows, 5);
        trade_is(&res, 0, 10, 100, py ? 95 : 110);
        bt_result_release(&res);
    }
}
END_TEST

/* 5: inside the bar nobody knows; there the order of prices is a word of the request. */
START_TEST(stop_and_target_in_one_bar_follow_the_path) {
    static const double rows[][5] = {FLAT, LONG, FLAT, {100, 106, 94, 100, 0}, FLAT};
    static const double out[] = {95, 105, 105, 95};
    for (int path = PATH_PESSIMISTIC; path <= PATH_OLHC; path++) {
        struct bt_config cfg = config_of(PROFILE_CANDLEMILL);
        cfg.path = (enum bt_path)path;
        cfg.stop_loss = (struct bt_stop){.kind = STOP_EXPR, .expr = "95"};
        cfg.take_profit = (struct bt_stop){.kind = STOP_EXPR, .expr = "105"};
        struct bt_result res = run(&cfg, rows, 5);
        trade_is(&res, 0, 10, 100, out[path]);
        bt_result_release(&res);
    }
}
END_TEST

/* 24: all the money buys 100 units at 100, not 99. */
START_TEST(all_in_is_all_in) {
    static const double rows[][5] = {FLAT, LONG, FLAT, FLAT};
    BOTH(py, cfg) {
        cfg.size_type = SIZE_EQUITY;
        cfg.size = 1;
        struct bt_result res = run(&cfg, rows, 4);
        trade_is(&res, 0, py ? 99 : 100, 100, 100);
        bt_result_release(&res);
    }
}
END_TEST

/* Whole units only, where the default profile trades fractions and any grid. */
START_TEST(units_are_whole_only_there) {
    static const double rows[][5] = {FLAT, LONG, FLAT, FLAT};
    BOTH(py, cfg) {
        cfg.size_type = SIZE_EQUITY;
        cfg.size = 0.3333;
        struct bt_result res = run(&cfg, rows, 4);
        trade_is(&res, 0, py ? 33 : 33.33, 100, 100);
        bt_result_release(&res);
        if (py)
            continue;
        cfg.lot_step = 0.5;
        res = run(&cfg, rows, 4);
        trade_is(&res, 0, 33, 100, 100);
        bt_result_release(&res);
    }
}
END_TEST

/* 19: a spread is paid half at each end, not whole at one. */
START_TEST(a_spread_is_paid_on_both_sides) {
    static const double rows[][5] = {FLAT, LONG, OUT, FLAT, FLAT};
    BOTH(py, cfg) {
        cfg.spread = 0.01;
        struct bt_result res = run(&cfg, rows, 5);
        trade_is(&res, 0, 10, py ? 101 : 100.5, py ? 100 : 99.5);
        NEAR(res.metrics.value[METRIC_FINAL_EQUITY], 9990);
        bt_result_release(&res);
    }
}
END_TEST

/* 26: the margin is used up at a price inside the bar, not at its close. */
START_TEST(a_liquidation_has_a_price) {
    static const double rows[][5] = {FLAT, LONG, FLAT, {100, 101, 79, 80, 0}, FLAT};
    BOTH(py, cfg) {
        cfg.leverage = 10;
        cfg.size = 900;
        struct bt_result res = run(&cfg, rows, 5);
        double price = 80000 / (900 * 0.995); /* equity = 0.5 % of the position's value */
        trade_is(&res, 0, 900, 100, py ? 80 : price);
        NEAR(res.metrics.value[METRIC_FINAL_EQUITY], py ? 0 : 10000 + 900 * (price - 100));
        ck_assert_int_eq(res.trades[0].exit_reason, REASON_LIQUIDATION);
        bt_result_release(&res);
    }
}
END_TEST

/* Funding and borrow: that library has none (its words are refused, tests/check_spec.c). */
START_TEST(holding_costs_what_it_costs) {
    static const double rows[][5] = {FLAT, SHORT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT, FLAT};
    struct bt_config cfg = config_of(PROFILE_CANDLEMILL);
    cfg.funding = 0.001;
    struct bt_result res = run(&cfg, rows, 10);
    NEAR(res.metrics.value[METRIC_FINAL_EQUITY], 10001); /* 08:00: the short gets 0.1 % of 1,000 */
    NEAR(res.trades[0].pnl, 1);
    bt_result_release(&res);
}
END_TEST

SUITE_MAIN("flaws", margin_does_not_look_ahead, the_end_is_the_last_close,
           the_last_bar_fills_nothing_that_it_decides, an_open_beyond_the_target_fills_there,
           stop_and_target_in_one_bar_follow_the_path, all_in_is_all_in, units_are_whole_only_there,
           a_spread_is_paid_on_both_sides, a_liquidation_has_a_price, holding_costs_what_it_costs)
