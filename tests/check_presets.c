/* The built-in strategies compile, say what they need and signal where they should; "did you mean".
 */
#include "engine/strategy.h"

#include <math.h>

#include "tests/columns.h"

START_TEST(every_preset_compiles_and_describes_itself) {
    static const char *const names[] = {"sma",       "ema",      "rsi",    "macd",
                                        "bollinger", "donchian", "buyhold"};
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
            enum value_type want = r <= RULE_SHORT_EXIT ? VALUE_CONDITION : VALUE_NUMBER;
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
    signals_at("buyhold", RULE_LONG_ENTRY, NULL, v, n, BIT(11) - 1);
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
           rules_have_names, suggests_the_nearest_name)
