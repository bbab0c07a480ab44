/* The built-in strategies compile, say what they need and signal where they should; "did you mean".
 */
#include "engine/backtest.h"

#include <math.h>

#include "tests/columns.h"

START_TEST(every_preset_compiles_and_describes_itself) {
    static const char *const names[] = {
        "sma",        "ema",        "macd",    "supertrend", "adx", "ichimoku",
        "momentum",   "donchian",   "keltner", "openrange",  "rsi", "bollinger",
        "stochastic", "meanrevert", "vwap",    "buyhold",    "dca"};
    const struct strategy *s;
    size_t n = 0;
    for (; (s = preset_at(n)); n++) {
        ck_assert_uint_lt(n, sizeof names / sizeof *names);
        ck_assert_str_eq(s->name, names[n]);
        ck_assert_ptr_eq(preset_find(s->name), s);
        ck_assert(s->title && s->help && strlen(s->help) > 80);
        double values[STRATEGY_PARAMS_MAX];
        for (size_t i = 0; i < s->n_params; i++) {
            const struct param *param = &s->params[i];
            values[i] = param->def;
            ck_assert(param->help && param->min <= param->def && param->def <= param->max);
            ck_assert(param->step > 0);
            ck_assert_int_eq(strategy_param(s, param->name), (int)i);
        }
        const struct plan_scope scope = {.strategy = s, .params = values};
        struct plan *p = plan_new();
        int rules = 0;
        for (int r = 0; r < RULE_COUNT; r++) {
            struct expr_error err = {.message = ""};
            if (!s->rules[r])
                continue;
            enum value_type want = r < RULE_CONDITIONS ? VALUE_CONDITION : VALUE_NUMBER;
            int node = plan_add(p, s->rules[r], &scope, want, &err);
            ck_assert_msg(node >= 0, "%s, %s: %s", s->name, rule_name((enum rule)r), err.message);
            rules++;
        }
        ck_assert_int_ge(rules, 1);
        plan_free(p);
    }
    ck_assert_uint_eq(n, sizeof names / sizeof *names);
    ck_assert_ptr_null(preset_find("smaa"));
    ck_assert_int_eq(strategy_param(preset_find("sma"), "medium"), -1);
}
END_TEST

/* Bars on which a rule of a preset (with its defaults, or these values) is true. */
static void signals_at(const char *name, enum rule rule, const double *values, const double *closes,
                       size_t n, uint64_t want) {
    const struct strategy *s = preset_find(name);
    const struct plan_scope scope = {.strategy = s, .params = values};
    struct expr_error err;
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        ck_assert(bars_append(&b, (int64_t)i, closes[i], closes[i], closes[i], closes[i], 1));
    struct plan *p = plan_new();
    int node = plan_add(p, s->rules[rule], &scope, VALUE_CONDITION, &err);
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), n);
    ck_assert_msg(eval_mask(e, node)[0] == want, "%s, %s: %llx, not %llx", name, rule_name(rule),
                  (unsigned long long)eval_mask(e, node)[0], (unsigned long long)want);
    eval_free(e);
    plan_free(p);
    bars_release(&b);
}

#define BIT(n) ((uint64_t)1 << (n))

START_TEST(presets_signal_where_they_should) {
    static const double v[] = {5, 4, 3, 2, 3, 4, 5, 4, 3, 2, 1};
    const size_t n = sizeof v / sizeof *v;
    /* sma 2: . 4.5 3.5 2.5 2.5 3.5 4.5 4.5 3.5 2.5 1.5;  sma 3: . . 4 3 2.7 3 4 4.3 4 3 2 */
    signals_at("sma", RULE_LONG_ENTRY, (double[]){2, 3}, v, n, BIT(5));
    signals_at("sma", RULE_SHORT_ENTRY, (double[]){2, 3}, v, n, BIT(8));
    /* ema 1 is the close; ema 2, seed 4.5: . 4.5 3.5 2.5 2.8 3.6 4.5 4.2 3.4 2.5 1.5 */
    signals_at("ema", RULE_LONG_ENTRY, (double[]){1, 2}, v, n, BIT(4));
    signals_at("ema", RULE_SHORT_ENTRY, (double[]){1, 2}, v, n, BIT(7));
    /* rsi 2: . . 0 0 50 75 87.5 43.75 21.9 10.9 5.5 */
    signals_at("rsi", RULE_LONG_ENTRY, (double[]){2, 30, 70}, v, n,
               BIT(2) | BIT(3) | BIT(8) | BIT(9) | BIT(10));
    signals_at("rsi", RULE_LONG_EXIT, (double[]){2, 30, 70}, v, n, BIT(5) | BIT(6));
    /* the two bars before: highest . . 5 4 3 3 4 5 5 4 3, lowest . . 4 3 2 2 3 4 4 3 2 */
    signals_at("donchian", RULE_LONG_ENTRY, (double[]){2, 2}, v, n, BIT(5) | BIT(6));
    signals_at("donchian", RULE_LONG_EXIT, (double[]){2, 2}, v, n,
               BIT(2) | BIT(3) | BIT(8) | BIT(9) | BIT(10));
    signals_at("donchian", RULE_SHORT_ENTRY, (double[]){2, 2}, v, n,
               BIT(2) | BIT(3) | BIT(8) | BIT(9) | BIT(10));
    signals_at("donchian", RULE_SHORT_EXIT, (double[]){2, 2}, v, n, BIT(5) | BIT(6));
    /* two bars: half their difference wide, so the last one is always on the band of mult 1 and
     * inside those of mult 2; mult 0.1 is nearly the mean */
    signals_at("bollinger", RULE_LONG_ENTRY, (double[]){2, 0.1}, v, n, BIT(4));
    signals_at("bollinger", RULE_SHORT_ENTRY, (double[]){2, 0.1}, v, n, BIT(7));
    /* line: fast 1 less slow 2; it comes above its signal, an average of itself, on the turn */
    signals_at("macd", RULE_LONG_ENTRY, (double[]){1, 2, 2}, v, n, BIT(4));
    signals_at("macd", RULE_SHORT_ENTRY, (double[]){1, 2, 2}, v, n, BIT(7));
    /* the middle of three bars: . . 4 3 2.5 3 4 4.5 4 3 2, of two: . 4.5 3.5 2.5 2.5 3.5 4.5 …;
     * the cloud of one bar before lies above the fall and below the rise */
    signals_at("ichimoku", RULE_LONG_ENTRY, (double[]){2, 3, 3, 2}, v, n, BIT(5));
    signals_at("ichimoku", RULE_SHORT_ENTRY, (double[]){2, 3, 3, 2}, v, n, BIT(8));
    /* over two bars: . . -40 -50 0 100 67 0 -40 -50 -67 % */
    signals_at("momentum", RULE_LONG_ENTRY, (double[]){2, 70}, v, n, BIT(5));
    signals_at("momentum", RULE_SHORT_ENTRY, (double[]){2, 45}, v, n, BIT(3) | BIT(9) | BIT(10));
    /* ema 1 is the close and the true range of flat bars their step, 1: never above close + 0.1,
     * so a channel that is left needs a slow average. ema 3, seed 4: . . 4 3 3 3.5 4.25 4.1 3.6 */
    signals_at("keltner", RULE_LONG_ENTRY, (double[]){3, 1, 0.4}, v, n, BIT(5));
    signals_at("keltner", RULE_SHORT_ENTRY, (double[]){3, 1, 0.4}, v, n, BIT(8));
    signals_at("keltner", RULE_LONG_EXIT, (double[]){3, 1, 0.4}, v, n, BIT(7));
    /* z of two bars is 1 or -1 */
    signals_at("meanrevert", RULE_LONG_ENTRY, (double[]){2, 0.9, 0.5}, v, n,
               BIT(1) | BIT(2) | BIT(3) | BIT(7) | BIT(8) | BIT(9) | BIT(10));
    signals_at("meanrevert", RULE_LONG_EXIT, (double[]){2, 0.9, 0.5}, v, n,
               BIT(4) | BIT(5) | BIT(6));
    /* in the range of two bars: . 0 0 0 100 100 100 0 0 0 0; the average of two, k: . . 0 0 50 100
     * 100 50 0 0 0; of that one, d: . . . 0 25 75 100 75 25 0 0 */
    signals_at("stochastic", RULE_LONG_ENTRY, (double[]){2, 2, 2, 60, 40}, v, n, BIT(4));
    signals_at("stochastic", RULE_SHORT_ENTRY, (double[]){2, 2, 2, 60, 40}, v, n, BIT(7));
    /* true ranges of 1, the line 1.5 away: 2.5 until bar 3 falls below it, 3.5 until bar 5 rises
     * above it, at most 3.5 until bar 8 falls below it */
    signals_at("supertrend", RULE_SHORT_ENTRY, (double[]){1, 1.5}, v, n, BIT(3) | BIT(8));
    signals_at("supertrend", RULE_LONG_ENTRY, (double[]){1, 1.5}, v, n, BIT(5));
    /* plus indicator from bar 3: 0 53 77 89 44 22 11 5, the minus one the rest of 100; adx: 100 53
     * 54 66 39 47 63 76 */
    signals_at("adx", RULE_LONG_ENTRY, (double[]){2, 60}, v, n, BIT(6));
    signals_at("adx", RULE_SHORT_ENTRY, (double[]){2, 60}, v, n, BIT(3) | BIT(9) | BIT(10));
    signals_at("adx", RULE_LONG_EXIT, (double[]){2, 60}, v, n,
               BIT(2) | BIT(3) | BIT(7) | BIT(8) | BIT(9) | BIT(10));
    signals_at("buyhold", RULE_LONG_ENTRY, NULL, v, n, BIT(11) - 1);
}
END_TEST

/* Two days of four hours' bars from 08:00 on; the range is the first hour. */
/* Hours of two days from 22:00 on; volume 1, so the average is the mean of the day. */
START_TEST(the_average_price_is_the_days_own) {
    static const double closes[] = {100, 100, 100, 110, 90, 99, 101};
    const struct strategy *s = preset_find("vwap");
    const struct plan_scope scope = {.strategy = s, .params = (double[]){4}};
    static const struct {
        enum rule rule;
        uint64_t want;
    } want[] = {{RULE_LONG_ENTRY, BIT(4)},
                {RULE_SHORT_ENTRY, BIT(3)},
                {RULE_LONG_EXIT, BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(6)}};
    struct bars b;
    struct expr_error err;
    bars_init(&b);
    for (size_t i = 0; i < 7; i++)
        ck_assert(bars_append(&b, (int64_t)(22 + i) * MS_PER_HOUR, closes[i], closes[i], closes[i],
                              closes[i], 1));
    struct plan *p = plan_new();
    int node[3];
    for (size_t k = 0; k < 3; k++)
        node[k] = plan_add(p, s->rules[want[k].rule], &scope, VALUE_CONDITION, &err);
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), 7);
    /* means of the second day: 100 105 100 99.75 100; the first one is over at bar 2 */
    for (size_t k = 0; k < 3; k++)
        ck_assert_msg(eval_mask(e, node[k])[0] == want[k].want, "%s: %llx", rule_name(want[k].rule),
                      (unsigned long long)eval_mask(e, node[k])[0]);
    eval_free(e);
    plan_free(p);
    bars_release(&b);
}
END_TEST

/* 30 days of 8-hour bars at 10: days 7, 14, 21, 28 buy for 100 each, at the next open. */
START_TEST(regular_purchases_add_up) {
    struct bars b;
    bars_init(&b);
    for (int64_t i = 0; i < 90; i++)
        ck_assert(bars_append(&b, i * 8 * MS_PER_HOUR, 10, 10, 10, 10, 1));
    struct bt_config cfg;
    struct bt_result res;
    struct bt_error err;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.interval = INTERVAL_8H;
    cfg.n_strategies = 1;
    cfg.strategies[0] = (struct bt_strategy){preset_find("dca"), {7, 100}};
    cfg.pyramiding = 100;
    ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_OK);
    ck_assert_uint_eq(res.n_trades, 4);
    for (int64_t k = 0; k < 4; k++) {
        ck_assert_int_eq(res.trades[k].entry_bar, 21 * (k + 1) + 1);
        ck_assert_double_eq(res.trades[k].size, 10);
    }
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(the_opening_range_is_the_days_own) {
    static const double rows[][4] = {
        {10, 11, 9, 10},  {10, 12, 10, 12}, {12, 12, 11, 11}, {11, 11, 8, 8.5}, /* 08, 12, 16, 20 */
        {8, 9, 8, 9},     {9, 9, 8, 8},                                         /* 00, 04 */
        {20, 22, 18, 20}, {20, 21, 20, 21}, {21, 25, 21, 23}, {23, 23, 15, 16},
    };
    const size_t n = sizeof rows / sizeof *rows;
    const struct strategy *s = preset_find("openrange");
    const struct plan_scope scope = {.strategy = s, .params = (double[]){1, 8}};
    static const struct {
        enum rule rule;
        uint64_t want;
    } want[] = {{RULE_LONG_ENTRY, BIT(8)}, {RULE_SHORT_ENTRY, BIT(9)}, {RULE_LONG_EXIT, BIT(6)}};
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        ck_assert(bars_append(&b, (int64_t)(8 + 4 * i) * MS_PER_HOUR, rows[i][0], rows[i][1],
                              rows[i][2], rows[i][3], 1));
    struct plan *p = plan_new();
    int node[3], stop;
    struct expr_error err;
    for (size_t k = 0; k < 3; k++)
        node[k] = plan_add(p, s->rules[want[k].rule], &scope, VALUE_CONDITION, &err);
    stop = plan_add(p, s->rules[RULE_LONG_STOP_LOSS], &scope, VALUE_NUMBER, &err);
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), n);
    for (size_t k = 0; k < 3; k++)
        ck_assert_msg(eval_mask(e, node[k])[0] == want[k].want, "%s: %llx", rule_name(want[k].rule),
                      (unsigned long long)eval_mask(e, node[k])[0]);
    /* no day before the first bar, so its range is not known */
    ck_assert(isnan(eval_number(e, stop)[5]));
    ck_assert_double_eq(eval_number(e, stop)[6], 18);
    ck_assert_double_eq(eval_number(e, stop)[9], 18);
    eval_free(e);
    plan_free(p);
    bars_release(&b);
}
END_TEST

START_TEST(rules_have_names) {
    ck_assert_str_eq(rule_name(RULE_LONG_ENTRY), "long.entry");
    ck_assert_str_eq(rule_name(RULE_SHORT_TRAILING_STOP), "short.trailingStop");
    for (int a = 0; a < RULE_COUNT; a++) {
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(rule_name((enum rule)a), rule_name((enum rule)b));
    }
}
END_TEST

START_TEST(suggests_the_nearest_name) {
    static const char *const names[] = {"sma",        "ema",      "crossover",
                                        "crossunder", "stopLoss", "fast"};
    static const struct {
        const char *word, *near;
    } rows[] = {
        {"smaa", "sma"},
        {"sam", "sma"},
        {"SMA", "sma"},
        {"crosover", "crossover"},
        {"stoploss", "stopLoss"},
        {"stop_loss", "stopLoss"},
        {"fsat", "fast"},
        {"crossundr", "crossunder"},
        {"fastest", NULL},
        {"xx", NULL},
        {"", NULL},
        {"volume", NULL},
        {"crossovexyz", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *near = name_suggest(rows[i].word, names, sizeof names / sizeof *names);
        ck_assert_msg((near == NULL) == (rows[i].near == NULL), "%s: %s", rows[i].word,
                      near ? near : "none");
        if (near)
            ck_assert_str_eq(near, rows[i].near);
    }
    char word[400];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    ck_assert_ptr_null(
        name_suggest(word, (const char *const[]){word}, 1)); /* too long to look at */
    ck_assert_ptr_null(name_suggest("sma", NULL, 0));
}
END_TEST

SUITE_MAIN("presets", every_preset_compiles_and_describes_itself, presets_signal_where_they_should,
           the_average_price_is_the_days_own, regular_purchases_add_up,
           the_opening_range_is_the_days_own, rules_have_names, suggests_the_nearest_name)
