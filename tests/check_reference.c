/* Every function beside a plain one that sees one bar at a time and knows its definition only. On
 * walks with ties, and with nulls strewn in. */
#include "engine/eval.h"

#include <math.h>

#include "engine/number.h"

#include "tests/columns.h"

#define BARS 1500

/* Null where the close is above the open: gaps of every length, values between them. */
#define GAPS "(close > open ? na : close)"

struct series {
    double x[BARS];
};

typedef double reference(const struct series *s, size_t i, size_t n);

static double at(const struct series *s, size_t i, size_t back) {
    return back > i ? NUMBER_NULL : s->x[i - back];
}

/* True when the last n values are there. */
static bool full(const struct series *s, size_t i, size_t n) {
    for (size_t k = 0; k < n; k++) {
        if (isnan(at(s, i, k)))
            return false;
    }
    return true;
}

static double sma(const struct series *s, size_t i, size_t n) {
    if (!full(s, i, n))
        return NUMBER_NULL;
    size_t first = i; /* of the values since the last null */
    while (first > 0 && !isnan(s->x[first - 1]))
        first--;
    double sum = 0;
    for (size_t k = first; k < first + n - 1; k++)
        sum += s->x[k];
    for (size_t k = first + n - 1;; k++) {
        sum += s->x[k];
        if (k == i)
            return sum / (double)n;
        sum -= s->x[k + 1 - n];
    }
}

static double wma(const struct series *s, size_t i, size_t n) {
    double sum = 0;
    for (size_t k = n; k-- > 0;)
        sum += at(s, i, k) * (double)(n - k);
    return sum / ((double)n * (double)(n + 1) / 2);
}

static double highest(const struct series *s, size_t i, size_t n) {
    if (!full(s, i, n))
        return NUMBER_NULL;
    double most = s->x[i];
    for (size_t k = 1; k < n; k++)
        most = fmax(most, at(s, i, k));
    return most;
}

static double lowest(const struct series *s, size_t i, size_t n) {
    if (!full(s, i, n))
        return NUMBER_NULL;
    double least = s->x[i];
    for (size_t k = 1; k < n; k++)
        least = fmin(least, at(s, i, k));
    return least;
}

static double change(const struct series *s, size_t i, size_t n) {
    return s->x[i] - at(s, i, n);
}

static double roc(const struct series *s, size_t i, size_t n) {
    return 100 * (s->x[i] - at(s, i, n)) / at(s, i, n);
}

static double stdev(const struct series *s, size_t i, size_t n) {
    if (!full(s, i, n))
        return NUMBER_NULL;
    long double mean = 0, squares = 0;
    for (size_t k = 0; k < n; k++)
        mean += (long double)at(s, i, k) / (long double)n;
    for (size_t k = 0; k < n; k++) {
        long double d = (long double)at(s, i, k) - mean;
        squares += d * d;
    }
    return (double)sqrtl(squares / (long double)n);
}

/* The values up to bar i without the nulls; 0 when bar i is one. */
static size_t dense(const struct series *s, size_t i, double *ret) {
    size_t n = 0;
    for (size_t k = 0; k <= i; k++) {
        if (!isnan(s->x[k]))
            ret[n++] = s->x[k];
    }
    return isnan(s->x[i]) ? 0 : n;
}

static double smooth(const double *x, size_t count, size_t n, double share) {
    if (count < n)
        return NUMBER_NULL;
    double value = 0;
    for (size_t k = 0; k < n; k++)
        value += x[k] / (double)n;
    for (size_t k = n; k < count; k++)
        value = (1 - share) * value + share * x[k];
    return value;
}

static double ema(const struct series *s, size_t i, size_t n) {
    double x[BARS];
    return smooth(x, dense(s, i, x), n, 2 / ((double)n + 1));
}

static double rma(const struct series *s, size_t i, size_t n) {
    double x[BARS];
    return smooth(x, dense(s, i, x), n, 1 / (double)n);
}

static double rsi(const struct series *s, size_t i, size_t n) {
    double x[BARS], up[BARS], down[BARS];
    size_t count = dense(s, i, x);
    if (count <= n)
        return NUMBER_NULL;
    for (size_t k = 1; k < count; k++) {
        up[k - 1] = fmax(x[k] - x[k - 1], 0);
        down[k - 1] = fmax(x[k - 1] - x[k], 0);
    }
    double gain = smooth(up, count - 1, n, 1 / (double)n);
    double loss = smooth(down, count - 1, n, 1 / (double)n);
    return gain + loss == 0 ? 0 : 100 * gain / (gain + loss);
}

static const struct {
    const char *name;
    reference *f;
    double tolerance; /* 0: bit for bit */
} functions[] = {
    {"sma", sma, 0},       {"wma", wma, 0},     {"highest", highest, 0}, {"lowest", lowest, 0},
    {"change", change, 0}, {"mom", change, 0},  {"roc", roc, 0},         {"stdev", stdev, 1e-11},
    {"ema", ema, 1e-12},   {"rma", rma, 1e-12}, {"rsi", rsi, 1e-12},
};

static void compare(const struct bars *b, const char *source, size_t f, size_t n) {
    static struct series s;
    char expr[160];
    double *x = columns_of(source, b, 0);
    memcpy(s.x, x, b->n * sizeof *x);
    free(x);
    snprintf(expr, sizeof expr, "%s(%s, %zu)", functions[f].name, source, n);
    double *got = columns_of(expr, b, 128);
    for (size_t i = 0; i < b->n; i++) {
        double want = functions[f].f(&s, i, n);
        bool ok = functions[f].tolerance == 0 || isnan(want)
                      ? columns_same(got[i], want)
                      : fabs(got[i] - want) <= functions[f].tolerance * fmax(fabs(want), 1);
        if (!ok)
            ck_abort_msg("%s, bar %zu: %.17g, not %.17g", expr, i, got[i], want);
    }
    free(got);
}

START_TEST(functions_do_what_their_definitions_say) {
    static const char *const sources[] = {"close", "volume", GAPS, "(bar_index < 5 ? na : high)"};
    static const size_t lengths[] = {1, 2, 3, 8, 21};
    struct bars b;
    columns_walk(&b, 400, 11);
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
            for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
                compare(&b, sources[s], f, lengths[k]);
        }
    }
    bars_release(&b);
}
END_TEST

/* Averages of all kinds run in one loop: each must be as if it were alone. */
START_TEST(averages_run_together_as_alone) {
    static const char *const exprs[] = {"sma(close, 3)",  "sma(open, 30)",    "sma(close, 200)",
                                        "sma(low, 1)",    "sma(" GAPS ", 4)", "ema(close, 3)",
                                        "ema(high, 40)",  "ema(" GAPS ", 5)", "rma(close, 9)",
                                        "rma(volume, 2)", "rma(open, 100)"};
    enum { N = sizeof exprs / sizeof *exprs, BLOCK = 1024 };
    struct bars b;
    columns_walk(&b, BARS, 13);
    for (unsigned subset = 1; subset < 1u << N; subset += 7) {
        struct plan *p = plan_new();
        int nodes[N];
        for (int k = 0; k < N; k++)
            nodes[k] = subset >> k & 1 ? columns_add(p, exprs[k]) : -1;
        struct eval *together = eval_new(p, &b, BLOCK);
        ck_assert_uint_eq(eval_next(together), BLOCK);
        for (int k = 0; k < N; k++) {
            if (nodes[k] < 0)
                continue;
            struct plan *one = plan_new();
            int node = columns_add(one, exprs[k]);
            struct eval *alone = eval_new(one, &b, 77);
            size_t n, done = 0;
            while (done < BLOCK && (n = eval_next(alone)) > 0) {
                for (size_t i = 0; i < n && done + i < BLOCK; i++)
                    ck_assert_msg(columns_same(eval_number(alone, node)[i],
                                               eval_number(together, nodes[k])[done + i]),
                                  "%s, bar %zu, subset %x", exprs[k], done + i, subset);
                done += n;
            }
            eval_free(alone);
            plan_free(one);
        }
        eval_free(together);
        plan_free(p);
    }
    bars_release(&b);
}
END_TEST

START_TEST(a_constant_window_has_no_width) {
    struct bars b;
    bars_init(&b);
    for (int i = 0; i < 100; i++) {
        double price = i < 50 ? 0.1 * (i % 7) + 1 : 3.3; /* sums of tenths are never exact */
        ck_assert(bars_append(&b, i, price, price, price, price, 1));
    }
    double *width = columns_of("stdev(close, 20)", &b, 16);
    double *lower = columns_of("bb(close, 20, 2).lower", &b, 16);
    double *middle = columns_of("bb(close, 20, 2).middle", &b, 16);
    for (size_t i = 19; i < 100; i++) {
        ck_assert_msg(i < 69 ? width[i] > 0 : width[i] == 0, "bar %zu: %g", i, width[i]);
        ck_assert(i < 69 || lower[i] == middle[i]);
    }
    free(width);
    free(lower);
    free(middle);
    double *rsi = columns_of("rsi(close[50], 5)", &b, 16);
    free(rsi);
    bars_release(&b);
}
END_TEST

START_TEST(rsi_without_any_change_is_0) {
    struct bars b;
    bars_init(&b);
    for (int i = 0; i < 20; i++)
        ck_assert(bars_append(&b, i, 5, 5, 5, 5, 1));
    double *rsi = columns_of("rsi(close, 5)", &b, 0);
    for (size_t i = 0; i < b.n; i++)
        ck_assert(i < 5 ? isnan(rsi[i]) : rsi[i] == 0);
    free(rsi);
    bars_release(&b);
}
END_TEST

/* Events by their definitions, bar by bar. */
START_TEST(events_do_what_their_definitions_say) {
    struct bars b;
    columns_walk(&b, 700, 17);
    double *a = columns_of(GAPS, &b, 0), *mean = columns_of("sma(close, 4)", &b, 0);
    double *over = columns_of("crossover(" GAPS ", sma(close, 4))", &b, 100);
    double *under = columns_of("crossunder(" GAPS ", sma(close, 4))", &b, 100);
    double *either = columns_of("cross(" GAPS ", sma(close, 4))", &b, 100);
    double *since = columns_of("barssince(cross(" GAPS ", sma(close, 4)))", &b, 100);
    double *when = columns_of("valuewhen(cross(" GAPS ", sma(close, 4)), close, 2)", &b, 100);
    double times[BARS];
    size_t n_times = 0, last = 0;
    for (size_t i = 1; i < b.n; i++) {
        bool up = a[i] > mean[i] && a[i - 1] <= mean[i - 1];
        bool down = a[i] < mean[i] && a[i - 1] >= mean[i - 1];
        ck_assert_double_eq(over[i], up);
        ck_assert_double_eq(under[i], down);
        ck_assert_double_eq(either[i], up || down);
        if (up || down) {
            times[n_times++] = b.c[i];
            last = i;
        }
        ck_assert(columns_same(since[i], n_times ? (double)(i - last) : NUMBER_NULL));
        ck_assert(columns_same(when[i], n_times > 2 ? times[n_times - 3] : NUMBER_NULL));
    }
    ck_assert_uint_gt(n_times, 20);
    free(a);
    free(mean);
    free(over);
    free(under);
    free(either);
    free(since);
    free(when);
    bars_release(&b);
}
END_TEST

/* A comparison with a null is false, its `not` true; `?:` takes the else branch. */
START_TEST(nulls_follow_the_rules) {
    static const struct {
        const char *expr;
        double value; /* on every bar; null by NaN */
    } rows[] = {
        {"close * na > 1", 0},
        {"close * na <= 1", 0},
        {"close * na == close * na", 0},
        {"close * na != close", 0},
        {"not (close * na > 1)", 1},
        {"close * na > 1 ? 1 : 2", 2},
        {"na(close * na)", 1},
        {"nz(close * na, 7)", 7},
        {"min(close, na)", (double)NAN},
        {"max(na, close)", (double)NAN},
        {"close + na", (double)NAN},
        {"-(close * na)", (double)NAN},
        {"close / (close - close)", (double)NAN},
        {"close % (close - close)", (double)NAN},
        {"close * 1e99 * 1e99", (double)NAN},
        {"(close - close) * 1e99 + 4", 4},
        {"roc(close - close, 1)", (double)NAN},
        {"close[1] == close[1] or bar_index == 0", 1},
    };
    struct bars b;
    columns_walk(&b, 130, 19);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        double *got = columns_of(rows[k].expr, &b, 50);
        for (size_t i = 0; i < b.n; i++)
            ck_assert_msg(columns_same(got[i], rows[k].value), "%s, bar %zu: %g", rows[k].expr, i,
                          got[i]);
        free(got);
    }
    bars_release(&b);
}
END_TEST

SUITE_MAIN("reference", functions_do_what_their_definitions_say, averages_run_together_as_alone,
           a_constant_window_has_no_width, rsi_without_any_change_is_0,
           events_do_what_their_definitions_say, nulls_follow_the_rules)
