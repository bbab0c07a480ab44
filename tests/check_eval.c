/* Evaluation: the same bits whatever the block, and the future never changes the past. Random
 * expressions over random bars; masks on their own. */
#include "engine/eval.h"

#include <math.h>

#include "engine/mask.h"

#include "tests/columns.h"

#define PLANS        700 /* with EXPRESSIONS each: 2,100 random expressions */
#define EXPRESSIONS  3
#define EXPR_BYTES   2048
#define BARS_AT_MOST 900

struct text {
    char s[EXPR_BYTES];
    size_t n;
    uint64_t random;
};

static size_t pick(struct text *t, size_t n) {
    return columns_random(&t->random) % n;
}

static void put(struct text *t, const char *s) {
    size_t len = strlen(s);
    ck_assert_uint_lt(t->n + len, sizeof t->s);
    memcpy(t->s + t->n, s, len + 1);
    t->n += len;
}

static void put_int(struct text *t, size_t at_least, size_t below) {
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", at_least + pick(t, below - at_least));
    put(t, digits);
}

static void condition(struct text *t, int depth);

static void number(struct text *t, int depth);

/* f(number, length) and the like: '#' a number, '&' a condition, '$' a length. */
static void call(struct text *t, const char *form, int depth) {
    for (; *form; form++) {
        const char one[2] = {*form, '\0'};
        if (*form == '#')
            number(t, depth - 1);
        else if (*form == '&')
            condition(t, depth - 1);
        else if (*form == '$')
            put_int(t, 1, pick(t, 4) ? 12 : 150);
        else
            put(t, one);
    }
}

static void number(struct text *t, int depth) {
    static const char *const leaves[] = {"open",   "high", "low",   "close", "close",   "close",
                                         "volume", "hl2",  "hlc3",  "ohlc4", "time",    "bar_index",
                                         "3",      "0.5",  "100.0", "tr",    "(na + 1)"};
    static const char *const forms[] = {
        "sma(#, $)",
        "sma(close, $)",
        "ema(#, $)",
        "rma(#, $)",
        "wma(#, $)",
        "rsi(#, $)",
        "macd(#, $, $, $).line",
        "macd(#, $, $, $).signal",
        "macd(#, $, $, $).hist",
        "bb(#, $, 2).upper",
        "bb(#, $, 1.5).lower",
        "atr($)",
        "tr(true)",
        "stdev(#, $)",
        "highest(#, $)",
        "lowest(#, $)",
        "highest($)",
        "change(#, $)",
        "mom(#, $)",
        "roc(#, $)",
        "barssince(&)",
        "valuewhen(&, #, $)",
        "abs(#)",
        "min(#, #)",
        "max(#, #, #)",
        "nz(#)",
        "nz(#, #)",
        "(#)[$]",
        "(# + #)",
        "(# - #)",
        "(# * #)",
        "(# / #)",
        "(# % #)",
        "(-#)",
        "(& ? # : #)",
        "(& ? # : na)",
    };
    if (depth == 0)
        put(t, leaves[pick(t, sizeof leaves / sizeof *leaves)]);
    else
        call(t, forms[pick(t, sizeof forms / sizeof *forms)], depth);
}

static void condition(struct text *t, int depth) {
    static const char *const forms[] = {
        "# > #",        "# < #",           "# >= #",           "# <= #",      "# == #",
        "# != #",       "crossover(#, #)", "crossunder(#, #)", "cross(#, #)", "# crosses above #",
        "na(#)",        "(& and &)",       "(& or &)",         "(not &)",     "((&) == (&))",
        "((&) != (&))", "(&)[$]",          "(& ? & : &)",
    };
    if (depth == 0)
        put(t, pick(t, 2) ? "(close > open)" : "(high > low + 1)");
    else {
        put(t, "(");
        call(t, forms[pick(t, sizeof forms / sizeof *forms)], depth);
        put(t, ")");
    }
}

struct run {
    double *numbers[EXPRESSIONS]; /* conditions as 0 and 1 */
    size_t bars;
};

static void evaluate(struct run *r, const struct plan *p, const int *nodes, const bool *conditions,
                     const struct bars *b, size_t block) {
    struct eval *e = eval_new(p, b, block);
    ck_assert_ptr_nonnull(e);
    r->bars = b->n;
    for (int k = 0; k < EXPRESSIONS; k++)
        ck_assert_ptr_nonnull(r->numbers[k] = calloc(b->n + 1, sizeof(double)));
    size_t n, done = 0;
    while ((n = eval_next(e)) > 0) {
        for (int k = 0; k < EXPRESSIONS; k++) {
            const uint64_t *mask = conditions[k] ? eval_mask(e, nodes[k]) : NULL;
            for (size_t i = 0; i < n; i++)
                r->numbers[k][done + i] =
                    mask ? (double)mask_bit(mask, i) : eval_number(e, nodes[k])[i];
            if (mask && n % MASK_BITS)
                ck_assert_uint_eq(mask[n / MASK_BITS] >> (n % MASK_BITS), 0);
        }
        done += n;
    }
    ck_assert_uint_eq(done, b->n);
    eval_free(e);
}

static void release(struct run *r) {
    for (int k = 0; k < EXPRESSIONS; k++)
        free(r->numbers[k]);
}

/* The bars that both have: the same bits; where both are null, the payload does not matter. */
static void same(const struct run *a, const struct run *b, const struct text *texts,
                 const char *what) {
    size_t n = a->bars < b->bars ? a->bars : b->bars;
    for (int k = 0; k < EXPRESSIONS; k++) {
        for (size_t i = 0; i < n; i++) {
            double x = a->numbers[k][i], y = b->numbers[k][i];
            /* a check's own assert would write to a pipe for each of the millions of values */
            if (isnan(x) ? !isnan(y) : memcmp(&x, &y, sizeof x) != 0)
                ck_abort_msg("%s, bar %zu of %s: %.17g and %.17g", what, i, texts[k].s, x, y);
            if (isinf(x))
                ck_abort_msg("%s, bar %zu: infinite", texts[k].s, i);
        }
    }
}

START_TEST(blocks_and_the_future_change_nothing) {
    static const size_t blocks[] = {1, 64, 1000, 4096};
    uint64_t random = 20240601;
    size_t values = 0, seen = 0;
    for (int round = 0; round < PLANS; round++) {
        struct text texts[EXPRESSIONS];
        bool conditions[EXPRESSIONS];
        int nodes[EXPRESSIONS];
        struct plan *p = plan_new();
        struct bars b;
        columns_walk(&b, 150 + columns_random(&random) % (BARS_AT_MOST - 150), random);
        for (int k = 0; k < EXPRESSIONS; k++) {
            texts[k] = (struct text){.random = columns_random(&random)};
            conditions[k] = pick(&texts[k], 2);
            if (conditions[k])
                condition(&texts[k], 1 + (int)pick(&texts[k], 3));
            else
                number(&texts[k], 1 + (int)pick(&texts[k], 3));
            nodes[k] = columns_add(p, texts[k].s);
        }
        struct run whole = {.bars = 0};
        evaluate(&whole, p, nodes, conditions, &b, b.n);
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
            struct run other = {.bars = 0};
            evaluate(&other, p, nodes, conditions, &b, blocks[i]);
            same(&whole, &other, texts, "another block");
            release(&other);
        }
        struct run past = {.bars = 0};
        struct bars cut = bars_slice(&b, 0, columns_random(&random) % b.n);
        evaluate(&past, p, nodes, conditions, &cut, 0);
        same(&whole, &past, texts, "without the future");
        release(&past);
        for (int k = 0; k < EXPRESSIONS; k++) {
            for (size_t i = 0; i < b.n; i++)
                seen += isnan(whole.numbers[k][i]) ? 0 : 1;
            values += b.n;
        }
        release(&whole);
        plan_free(p);
        bars_release(&b);
    }
    /* the expressions must say something: most values are no nulls */
    ck_assert_msg(seen * 2 > values, "%zu of %zu values", seen, values);
}
END_TEST

START_TEST(no_value_before_the_lookback_counts) {
    /* from its lookback on a static window has a value, before it none */
    struct bars b;
    columns_walk(&b, 400, 3);
    uint64_t random = 77;
    for (int round = 0; round < 300; round++) {
        static const char *const forms[] = {"sma(%s, 7)", "wma(%s, 5)",    "highest(%s, 9)",
                                            "(%s)[4]",    "change(%s, 3)", "ema(%s, 6)",
                                            "rsi(%s, 5)", "stdev(%s, 8)",  "(%s + open)"};
        char expr[EXPR_BYTES] = "close", inner[EXPR_BYTES];
        for (size_t depth = columns_random(&random) % 4; depth > 0; depth--) {
            const char *form = forms[columns_random(&random) % (sizeof forms / sizeof *forms)];
            const char *hole = strstr(form, "%s");
            memcpy(inner, expr, sizeof inner);
            int n =
                snprintf(expr, sizeof expr, "%.*s%s%s", (int)(hole - form), form, inner, hole + 2);
            ck_assert_int_lt(n, (int)sizeof expr);
        }
        struct plan *p = plan_new();
        size_t lookback = plan_lookback(p, columns_add(p, expr));
        plan_free(p);
        double *got = columns_of(expr, &b, 0);
        for (size_t i = 0; i < b.n; i++)
            ck_assert_msg(isnan(got[i]) == (i < lookback), "%s, bar %zu", expr, i);
        free(got);
    }
    bars_release(&b);
}
END_TEST

/* A node that is in use already is asked for more of its past by what is added later, through
 * views. */
START_TEST(later_expressions_look_further_back) {
    static const char *const exprs[] = {
        "sma(close, 2)[3]",  "sma(close, 2)[3][2]",     "wma(sma(close, 2)[3][2], 20)",
        "(close > open)[2]", "((close > open)[2])[70]",
    };
    enum { N = sizeof exprs / sizeof *exprs };
    struct bars b;
    columns_walk(&b, 300, 23);
    struct plan *p = plan_new();
    int nodes[N];
    double *alone[N];
    for (int k = 0; k < N; k++) {
        nodes[k] = columns_add(p, exprs[k]);
        alone[k] = columns_of(exprs[k], &b, 0);
    }
    struct eval *e = eval_new(p, &b, 4);
    size_t n;
    while ((n = eval_next(e)) > 0) {
        for (int k = 0; k < N; k++) {
            for (size_t i = 0; i < n; i++) {
                double got = k < 3 ? eval_number(e, nodes[k])[i]
                                   : (double)mask_bit(eval_mask(e, nodes[k]), i);
                ck_assert_msg(columns_same(got, alone[k][eval_first(e) + i]), "%s, bar %zu",
                              exprs[k], eval_first(e) + i);
            }
        }
    }
    for (int k = 0; k < N; k++)
        free(alone[k]);
    eval_free(e);
    plan_free(p);
    bars_release(&b);
}
END_TEST

START_TEST(no_bars_give_no_block) {
    struct bars b;
    bars_init(&b);
    struct plan *p = plan_new();
    columns_add(p, "sma(close[5], 3) > open");
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), 0);
    ck_assert_uint_eq(eval_next(e), 0);
    eval_free(e);
    eval_free(NULL);
    plan_free(p);
}
END_TEST

START_TEST(long_windows_on_few_bars) {
    struct bars b;
    columns_walk(&b, 90, 9);
    static const char *const exprs[] = {"close[50000]", "sma(close, 50000)", "(close > 0)[50000]",
                                        "highest(50000)", "wma(open[89], 1)"};
    for (size_t i = 0; i < sizeof exprs / sizeof *exprs; i++) {
        for (size_t block = 1; block < 100; block += 49) {
            double *got = columns_of(exprs[i], &b, block);
            for (size_t k = 0; k < b.n; k++)
                ck_assert_msg(isnan(got[k]) || got[k] == 0 || (i == 4 && got[k] == b.o[0]),
                              "%s, bar %zu: %g", exprs[i], k, got[k]);
            ck_assert(i != 4 || got[89] == b.o[0]);
            free(got);
        }
    }
    bars_release(&b);
}
END_TEST

START_TEST(masks_shift_and_count) {
    uint64_t from[6], to[6];
    uint64_t random = 5;
    for (int round = 0; round < 2000; round++) {
        for (int w = 0; w < 6; w++)
            from[w] = columns_random(&random) << 40 ^ columns_random(&random) << 20 ^
                      columns_random(&random);
        size_t offset = columns_random(&random) % 200, n = columns_random(&random) % (384 - offset);
        mask_shift(to, from, offset, n);
        size_t count = 0, next = n;
        size_t start = columns_random(&random) % (n + 1);
        for (size_t i = n; i-- > 0;) {
            ck_assert_int_eq(mask_bit(to, i), mask_bit(from, i + offset));
            if (i >= start && mask_bit(to, i)) {
                next = i;
                count++;
            }
        }
        if (n % MASK_BITS)
            ck_assert_uint_eq(to[n / MASK_BITS] >> (n % MASK_BITS), 0);
        ck_assert_uint_eq(mask_next(to, start, n), next);
        ck_assert_uint_eq(mask_count(to, start, n), count);
        mask_shift(from, from, offset, n); /* in place */
        for (size_t w = 0; w < mask_words(n); w++)
            ck_assert_uint_eq(from[w], to[w]);
    }
    mask_fill(to, true, 70);
    ck_assert_uint_eq(to[1], 63);
    mask_fill(to, false, 70);
    ck_assert_uint_eq(mask_next(to, 0, 70), 70);
}
END_TEST

SUITE_MAIN("eval", blocks_and_the_future_change_nothing, no_value_before_the_lookback_counts,
           later_expressions_look_further_back, no_bars_give_no_block, long_windows_on_few_bars,
           masks_shift_and_count)
