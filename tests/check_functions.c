/* Every row of the index, driven by what it says of itself: its lookback is the bar of its first
 * value, nulls may stand anywhere, neither blocks nor the future change a bit. And identities
 * between functions. */
#include <math.h>

#include "engine/ind.h"
#include "engine/plan_node.h"

#include "tests/columns.h"

#define CALL_BYTES   512
#define RANDOM_CALLS 6
#define BARS         420

/* A call of the function with constants of these sizes. */
struct call {
    char text[CALL_BYTES];
    struct param params[IND_ARGS_MAX]; /* its constants by name */
    double values[IND_ARGS_MAX];
    double constants[IND_ARGS_MAX]; /* one an argument */
    size_t n_params;
};

static double within(const struct ind_arg *a, double x) {
    return fmin(a->max, fmax(a->min, x));
}

/* Series are `series`; constants grow from `size` on, or are drawn when random is there. */
static void make_call(struct call *c, const struct ind_info *f, const char *series, double size,
                      uint64_t *random) {
    size_t n = 0;
    *c = (struct call){.text = ""};
    n = (size_t)snprintf(c->text, sizeof c->text, "%s", f->name);
    for (size_t i = 0; i < f->n_args; i++) {
        const struct ind_arg *a = &f->args[i];
        char word[64];
        double x = within(a, random ? (double)(columns_random(random) % 20) : size + (double)i);
        if (a->kind == ARG_FLOAT && !random)
            x = within(a, a->max > 10 ? 2.5 : a->min + (a->max - a->min) / 4);
        if (a->kind == ARG_BOOL)
            x = random ? (double)(columns_random(random) % 2) : 0;
        if (a->kind == ARG_SERIES)
            snprintf(word, sizeof word, "%s", i ? "high" : series);
        else if (a->kind == ARG_CONDITION)
            snprintf(word, sizeof word, "close > open");
        else if (a->kind == ARG_TEXT)
            snprintf(word, sizeof word, "\"%s\"", a->def ? a->def : "0200-0900");
        else if (a->kind == ARG_BOOL)
            snprintf(word, sizeof word, "%s", x != 0 ? "true" : "false");
        else
            snprintf(word, sizeof word, "%.17g", x);
        n += (size_t)snprintf(c->text + n, sizeof c->text - n, "%s%s", i ? ", " : "(", word);
        c->constants[i] = x;
        if (a->kind == ARG_SERIES || a->kind == ARG_CONDITION || a->kind == ARG_TEXT)
            continue;
        c->params[c->n_params] =
            (struct param){.name = a->name, .type = a->kind == ARG_BOOL ? PARAM_BOOL : PARAM_FLOAT};
        c->values[c->n_params++] = x;
    }
    if (f->n_args)
        snprintf(c->text + n, sizeof c->text - n, ")");
}

static void with_output(char *expr, size_t cap, const struct call *c, const struct ind_info *f,
                        size_t output) {
    snprintf(expr, cap, "%s%s%s", c->text, f->n_outputs ? "." : "",
             f->n_outputs ? f->outputs[output] : "");
}

/* The row's lookback formula with the call's constants. */
static size_t told_lookback(const struct ind_info *f, const struct call *c) {
    const struct strategy s = {.params = c->params, .n_params = c->n_params};
    const struct plan_scope scope = {.strategy = &s, .params = c->values};
    struct expr_error err = {.message = ""};
    double bars = 0;
    struct plan *p = columns_plan();
    if (f->lookback) {
        int node = plan_add(p, f->lookback, &scope, VALUE_NUMBER, &err);
        ck_assert_msg(node >= 0, "%s: lookback %s: %s", f->name, f->lookback, err.message);
        ck_assert_msg(plan_is_constant(p, node, &bars), "%s: lookback", f->name);
    }
    plan_free(p);
    return (size_t)bars;
}

/* Nulls of its own that no lookback tells: before the first event, where there is no pivot, beyond
 * -1 to 1. */
static bool null_at_times(const struct ind_info *f) {
    static const char *const names[] = {"barssince", "valuewhen", "pivothigh", "pivotlow",
                                        "asin",      "acos",      "pow"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(f->name, names[i]) == 0)
            return true;
    }
    return false;
}

static size_t first_value(const double *x, size_t n) {
    size_t i = 0;
    while (i < n && isnan(x[i]))
        i++;
    return i;
}

START_TEST(the_lookback_it_tells_is_the_first_bar_with_a_value) {
    const struct ind_info *f;
    struct bars b;
    columns_walk(&b, 200, 5);
    for (size_t i = 0; (f = ind_info_at(i)); i++) {
        if (f->position || f->other_bars)
            continue;
        for (double size = 1; size < 12; size += 3) {
            struct call c;
            size_t latest = 0;
            make_call(&c, f, "close", size, NULL);
            size_t told = told_lookback(f, &c);
            ck_assert_msg(told == ind_lookback(f, c.constants), "%s: told %zu, is %zu", c.text,
                          told, ind_lookback(f, c.constants));
            for (size_t k = 0; k < (f->n_outputs ? f->n_outputs : 1); k++) {
                char expr[CALL_BYTES + 64];
                with_output(expr, sizeof expr, &c, f, k);
                double *got = columns_of(expr, &b, 0);
                size_t first = first_value(got, b.n);
                latest = first > latest ? first : latest;
                for (size_t n = first; n < b.n && !null_at_times(f); n++)
                    ck_assert_msg(!isnan(got[n]), "%s: null on bar %zu", expr, n);
                free(got);
            }
            ck_assert_msg(latest == told || f->condition || (null_at_times(f) && latest >= told),
                          "%s: first value on bar %zu, not %zu", c.text, latest, told);
        }
    }
    bars_release(&b);
}
END_TEST

static void same_bits(const char *expr, const double *a, const double *b, size_t n,
                      const char *what) {
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) ? !isnan(b[i]) : memcmp(&a[i], &b[i], sizeof *a) != 0)
            ck_abort_msg("%s, bar %zu, %s: %.17g and %.17g", expr, i, what, a[i], b[i]);
        if (isinf(a[i]))
            ck_abort_msg("%s, bar %zu: infinite", expr, i);
    }
}

START_TEST(nulls_blocks_and_the_future_change_no_bit) {
    static const char *const series[] = {
        "close",
        "(volume % 3 > 0 ? close : na)",                /* a third is null, in no order */
        "(bar_index % 61 < 50 ? close * 1e3 : na)",     /* long runs of nulls */
        "(close > open ? close - 100 : na)",            /* of either sign */
        "(volume > 500 ? na : (close > open ? 7 : 7))", /* constant between nulls */
        "(bar_index < 40 ? na : close / 1e9)",
    };
    static const size_t blocks[] = {1, 7, 64, 1000};
    const struct ind_info *f;
    uint64_t random = 99;
    struct bars b;
    columns_walk(&b, BARS, 8);
    for (size_t i = 0; (f = ind_info_at(i)); i++) {
        if (f->position || f->other_bars)
            continue;
        for (int round = 0; round < RANDOM_CALLS; round++) {
            struct call c;
            char expr[CALL_BYTES + 64];
            make_call(&c, f, series[round], 0, &random);
            with_output(expr, sizeof expr, &c, f,
                        f->n_outputs ? columns_random(&random) % f->n_outputs : 0);
            if (round == RANDOM_CALLS - 1) { /* the same on longer bars */
                char inner[CALL_BYTES + 64];
                memcpy(inner, expr, sizeof inner);
                ck_assert_int_lt(snprintf(expr, sizeof expr, "tf(\"4h\", %.*s)", CALL_BYTES, inner),
                                 (int)sizeof expr);
            }
            double *whole = columns_of(expr, &b, b.n);
            for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) {
                double *other = columns_of(expr, &b, blocks[k]);
                same_bits(expr, whole, other, b.n, "another block");
                free(other);
            }
            struct bars past = bars_slice(&b, 0, 1 + columns_random(&random) % (b.n - 1));
            double *cut = columns_of(expr, &past, 64);
            same_bits(expr, whole, cut, past.n, "without the future");
            free(cut);
            free(whole);
        }
    }
    bars_release(&b);
}
END_TEST

/* Equal up to rounding, on every bar where both have a value. */
static const char *const identities[][2] = {
    {"sma(close, 1)", "close"},
    {"ema(close, 1)", "close"},
    {"rma(close, 1)", "close"},
    {"wma(close, 1)", "close"},
    {"dema(close, 1)", "close"},
    {"tema(close, 1)", "close"},
    {"t3(close, 1)", "close"},
    {"t3(close, 4, 0)", "ema(ema(ema(close, 4), 4), 4)"},
    {"trima(close, 1)", "close"},
    {"zlema(close, 1)", "close"},
    {"hma(close, 2)", "2 * close - wma(close, 2)"},
    {"vwma(7, 5)", "7"},
    {"alma(7, 5)", "7"},
    {"swma(7)", "7"},
    {"linreg(bar_index * 3, 9)", "bar_index * 3"},
    {"tsf(bar_index * 3, 9)", "bar_index * 3 + 3"},
    {"slope(bar_index * 3, 9)", "3"},
    {"linearreg_intercept(bar_index * 3, 9)", "(bar_index - 8) * 3"},
    {"linearreg_angle(bar_index, 5)", "45"},
    {"sum(close, 6)", "6 * sma(close, 6)"},
    {"variance(close, 6)", "pow(stdev(close, 6), 2)"},
    {"variance(close, 6)", "sma(close * close, 6) - pow(sma(close, 6), 2)"},
    {"bb(close, 9, 2).upper + bb(close, 9, 2).lower", "2 * bb(close, 9, 2).middle"},
    {"bbw(close, 9, 2)", "4 * stdev(close, 9) / sma(close, 9)"},
    {"kc(close, 9, 2).upper - kc(close, 9, 2).lower", "kcw(close, 9, 2) * kc(close, 9, 2).middle"},
    {"donchian(7).upper", "highest(7)"},
    {"donchian(7).middle", "midprice(7)"},
    {"midpoint(close, 7)", "highest(close, 7) - range(close, 7) / 2"},
    {"aroon(9).up - aroon(9).down", "aroonosc(9)"},
    {"aroon(9).up", "100 + highestbars(10) * 100 / 9"},
    {"percentile_nearest_rank(close, 7, 100)", "highest(close, 7)"},
    {"percentile_nearest_rank(close, 7, 0)", "lowest(close, 7)"},
    {"percentile_linear_interpolation(close, 7, 50)", "median(close, 7)"},
    {"mode(close, 1)", "close"},
    {"correlation(close, close * 2 - 5, 9)", "stdev(close, 9) > 0 ? 1 : 0"},
    {"correlation(close, -close, 9)", "stdev(close, 9) > 0 ? -1 : 0"},
    {"beta(close, close, 9)", "1"},
    {"cmo(close, 9)", "2 * rsi(close, 9) - 100"},
    {"roc(close, 4)", "100 * rocp(close, 4)"},
    {"rocr(close, 4)", "1 + rocp(close, 4)"},
    {"rocr100(close, 4)", "100 * rocr(close, 4)"},
    {"mom(close, 4)", "change(close, 4)"},
    {"macd(close, 3, 7, 4).hist", "macd(close, 3, 7, 4).line - macd(close, 3, 7, 4).signal"},
    {"apo(close, 3, 7, true)", "sma(close, 3) - sma(close, 7)"},
    {"ppo(close, 7, 3)", "100 * apo(close, 3, 7) / ema(close, 7)"},
    {"ac(3, 7, 4)", "ao(3, 7) - sma(ao(3, 7), 4)"},
    {"wpr(9)", "stoch(close, high, low, 9) - 100"},
    {"stochf(9, 1).k", "stoch(close, high, low, 9)"},
    {"stochslow(9, 3, 1).k", "sma(stoch(close, high, low, 9), 3)"},
    {"kdj(9, 3, 3).j", "3 * kdj(9, 3, 3).k - 2 * kdj(9, 3, 3).d"},
    {"adxr(1 + 1)", "(adx(2) + adx(2)[1]) / 2"},
    {"dmi(5, 5).adx", "adx(5)"},
    {"dmi(5, 3).plus", "plus_di(5)"},
    {"natr(5)", "100 * atr(5) / close"},
    {"supertrend(2, 5).direction", "supertrend(2, 5).line < close ? -1 : 1"},
    {"eri(5).bull - eri(5).bear", "high - low"},
    {"qstick(1)", "close - open"},
    {"adr(1)", "high - low"},
    {"cum(change(close))[1] + change(close)", "cum(change(close))"},
    {"cum(1)", "bar_index + 1"},
    {"max(close) - min(close)", "max(close) + max(-close)"},
    {"avg(open, high, low, close)", "ohlc4"},
    {"ha", "ohlc4"},
    {"medprice", "hl2"},
    {"willr(5)", "wpr(5)"},
    {"fixnan(close[3])", "close[3]"},
    {"log(exp(close / 100))", "close / 100"},
    {"log10(close)", "log(close) / log(10)"},
    {"pow(sqrt(close), 2)", "close"},
    {"sin(close) * sin(close) + cos(close) * cos(close)", "1"},
    {"tan(close / 1000)", "sin(close / 1000) / cos(close / 1000)"},
    {"asin(sin(close / 1000))", "close / 1000"},
    {"acos(cos(close / 1000))", "close / 1000"},
    {"atan(tan(close / 1000))", "close / 1000"},
    {"tanh(close / 100)", "sinh(close / 100) / cosh(close / 100)"},
    {"floor(close) + ceil(-close)", "0"},
    {"round(close, 1)", "floor(close * 10 + 0.5) / 10"},
    {"sign(close) * abs(close)", "close"},
};

START_TEST(identities_hold) {
    struct bars b;
    columns_walk(&b, 300, 21);
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        double *x = columns_of(identities[i][0], &b, 0), *y = columns_of(identities[i][1], &b, 0);
        size_t seen = 0;
        for (size_t k = 0; k < b.n; k++) {
            if (isnan(x[k]) || isnan(y[k]))
                continue;
            seen++;
            ck_assert_msg(fabs(x[k] - y[k]) <= 1e-9 * fmax(1, fabs(y[k])),
                          "%s = %.17g, %s = %.17g, bar %zu", identities[i][0], x[k],
                          identities[i][1], y[k], k);
        }
        ck_assert_msg(seen > b.n / 2, "%s: compared on %zu bars", identities[i][0], seen);
        free(x);
        free(y);
    }
    bars_release(&b);
}
END_TEST

SUITE_MAIN("functions", the_lookback_it_tells_is_the_first_bar_with_a_value,
           nulls_blocks_and_the_future_change_no_bit, identities_hold)
