/* The values of defined series at the trades' decisions, against plain averages of the closes. */
#include "engine/trade_values.h"

#include <math.h>
#include <string.h>

#include "tests/near.h"

static struct bars wave(size_t n) {
    struct bars b;
    bars_init(&b);
    double price = 100;
    for (size_t i = 0; i < n; i++) {
        double open = price;
        price += (i / 20) % 2 == 0 ? 0.7 : -0.6;
        ck_assert(bars_append(&b, (int64_t)i * MS_PER_HOUR, open, fmax(open, price),
                              fmin(open, price), price, 10));
    }
    return b;
}

static double mean_at(const struct bars *b, size_t bar, size_t n) {
    double sum = 0;
    if (bar + 1 < n)
        return (double)NAN;
    for (size_t i = bar + 1 - n; i <= bar; i++)
        sum += b->c[i];
    return sum / (double)n;
}

static struct bt_result run(struct bt_config *cfg, const struct strategy *s, const struct bars *b,
                            size_t first) {
    struct bt_result res;
    struct bt_error err;
    cfg->strategies[0].strategy = s;
    for (size_t i = 0; i < s->n_params; i++)
        cfg->strategies[0].params[i] = s->params[i].def;
    cfg->n_strategies = 1;
    cfg->interval = INTERVAL_1H;
    ck_assert_int_eq(backtest_run(cfg, b, first, NULL, NULL, &res, &err), BT_OK);
    return res;
}

START_TEST(averages_at_the_bar_before_each_fill) {
    struct bars b = wave(3000);
    for (int k = 0; k < 4; k++) {
        size_t first = k % 2 ? 100 : 0;
        struct bt_config cfg;
        bt_config_init(&cfg, PROFILE_CANDLEMILL);
        cfg.fill = k / 2 ? FILL_CLOSE : FILL_OPEN;
        const struct strategy *s = preset_find("sma");
        ck_assert_str_eq(trade_series_name(s, 0), "f");
        ck_assert_str_eq(trade_series_name(s, 1), "s");
        ck_assert_ptr_null(trade_series_name(s, 2));
        struct bt_result res = run(&cfg, s, &b, first);
        struct trade_values v;
        ck_assert(trade_values_init(&v, &cfg, &b, first, &res));
        ck_assert_uint_gt(res.n_trades, 20);
        ck_assert_uint_eq(v.n, res.n_trades);
        ck_assert_uint_eq(v.width, 2);
        size_t back = cfg.fill == FILL_OPEN;
        for (size_t i = 0; i < v.n; i++) {
            const struct trade *t = &res.trades[i];
            size_t in = first + (size_t)t->entry_bar - back;
            size_t out = first + (size_t)t->exit_bar - (t->exit_reason == REASON_END ? 0 : back);
            const double *at = v.at + 4 * i;
            NEAR(at[0], mean_at(&b, in, 10));
            NEAR(at[1], mean_at(&b, in, 30));
            ck_assert((at[0] > at[1]) == (t->size > 0)); /* that is why it was opened */
            NEAR(at[2], mean_at(&b, out, 10));
            NEAR(at[3], mean_at(&b, out, 30));
        }
        trade_values_release(&v);
        bt_result_release(&res);
    }
    bars_release(&b);
}
END_TEST

START_TEST(conditions_functions_nulls_and_stops) {
    static const struct define defines[] = {{"half(x)", "x / 2"},
                                            {"rising", "close > close[1]"},
                                            {"h", "half(close)"},
                                            {"late", "sma(close, 900)"},
                                            {"held", "position_size"}};
    struct strategy s = {.name = "t", .title = "t", .defines = defines, .n_defines = 5};
    s.rules[RULE_LONG_ENTRY] = "rising and h > 0";
    s.rules[RULE_LONG_TAKE_PROFIT] = "close + 2";
    struct bars b = wave(1200);
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    struct bt_result res = run(&cfg, &s, &b, 0);
    struct trade_values v;
    ck_assert_str_eq(trade_series_name(&s, 0), "rising");
    ck_assert(trade_values_init(&v, &cfg, &b, 0, &res));
    ck_assert_uint_eq(v.width, 4);
    ck_assert_uint_gt(v.n, 5);
    for (size_t i = 0; i < v.n; i++) {
        const struct trade *t = &res.trades[i];
        size_t in = (size_t)t->entry_bar - 1;
        const double *at = v.at + 8 * i;
        NEAR(at[0], 1);
        NEAR(at[1], b.c[in] / 2);
        if (in < 899)
            ck_assert(isnan(at[2]));
        else
            NEAR(at[2], mean_at(&b, in, 900));
        ck_assert(isnan(at[3])); /* the position has no column */
        if (t->exit_reason == REASON_TAKE_PROFIT)
            NEAR(at[5], b.c[t->exit_bar - 1] / 2);
    }
    trade_values_release(&v);
    bt_result_release(&res);

    res = run(&cfg, preset_find("buyhold"), &b, 0); /* no series */
    ck_assert(trade_values_init(&v, &cfg, &b, 0, &res));
    ck_assert_uint_eq(v.n, 0);
    trade_values_release(&v);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

SUITE_MAIN("trade_values", averages_at_the_bar_before_each_fill,
           conditions_functions_nulls_and_stops)
