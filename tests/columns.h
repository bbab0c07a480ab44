/* Whole columns of an expression, and bars to try them on. */
#ifndef TESTS_COLUMNS_H
#define TESTS_COLUMNS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/eval.h"

#include "tests/suite.h"

static inline uint64_t columns_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* A walk in quarters, so that equal values, flat bars and ties happen. */
static inline void columns_walk(struct bars *b, size_t n, uint64_t seed) {
    double close = 100;
    bars_init(b);
    for (size_t i = 0; i < n; i++) {
        double open = close;
        close += ((double)(columns_random(&seed) % 17) - 8) / 4;
        if (close < 10)
            close = 10;
        double high = (open > close ? open : close) + (double)(columns_random(&seed) % 4) / 4;
        double low = (open < close ? open : close) - (double)(columns_random(&seed) % 4) / 4;
        double volume = (double)(columns_random(&seed) % 1000);
        ck_assert(bars_append(b, (int64_t)i * MS_PER_HOUR, open, high, low, close, volume));
    }
}

/* A plan for such bars. */
static inline struct plan *columns_plan(void) {
    struct plan *p = plan_new();
    ck_assert_ptr_nonnull(p);
    plan_interval(p, INTERVAL_1H);
    return p;
}

/* Adds an expression of either type. Fails the test when it does not compile. */
static inline int columns_add(struct plan *p, const char *expr) {
    struct expr_error err = {.message = ""};
    int node = plan_add(p, expr, NULL, VALUE_NUMBER, &err);
    if (node < 0 && strstr(err.message, "a number is needed here"))
        node = plan_add(p, expr, NULL, VALUE_CONDITION, &err);
    ck_assert_msg(node >= 0, "%s: %d:%d: %s", expr, err.line, err.column, err.message);
    return node;
}

/* One value a bar, conditions as 0 and 1; the caller frees them. */
static inline double *columns_of(const char *expr, const struct bars *b, size_t block) {
    struct plan *p = columns_plan();
    int node = columns_add(p, expr);
    struct expr_error err;
    bool condition = plan_add(p, expr, NULL, VALUE_NUMBER, &err) < 0;
    struct eval *e = eval_new(p, b, block);
    double *all = calloc(b->n + 1, sizeof *all);
    ck_assert(e && all);
    size_t n, done = 0;
    while ((n = eval_next(e)) > 0) {
        ck_assert_uint_eq(eval_first(e), done);
        for (size_t i = 0; i < n; i++)
            all[done + i] = condition ? (double)(eval_mask(e, node)[i / 64] >> (i % 64) & 1)
                                      : eval_number(e, node)[i];
        if (condition && n % 64)
            ck_assert_msg(eval_mask(e, node)[n / 64] >> (n % 64) == 0, "%s: bits past the block",
                          expr);
        done += n;
    }
    ck_assert_uint_eq(done, b->n);
    eval_free(e);
    plan_free(p);
    return all;
}

/* The same number, null like null. */
static inline bool columns_same(double a, double b) {
    return a == b || (a != a && b != b);
}

/* Opens a file of tests/data. */
static inline FILE *columns_data(const char *name) {
    char path[4096];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/data/%s", srcdir ? srcdir : ".", name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is missing", path);
    return f;
}

/* GOOG's daily bars out of the shared data; false, and a line that says so, where they are absent.
 */
static inline bool columns_goog(struct bars *b) {
    char path[4096], line[256];
    const char *srcdir = getenv("srcdir"), *shared = getenv("CANDLEMILL_SHARED");
    if (shared)
        snprintf(path, sizeof path, "%s/GOOG-1d.csv", shared);
    else
        snprintf(path, sizeof path, "%s/../shared/data/GOOG-1d.csv", srcdir ? srcdir : ".");
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "skipped: no ../shared/data\n");
        return false;
    }
    bars_init(b);
    ck_assert(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        double v[5];
        char *at = strchr(line, ',');
        for (int k = 0; k < 5; k++) {
            ck_assert_ptr_nonnull(at);
            v[k] = strtod(at + 1, &at);
        }
        ck_assert(bars_append(b, (int64_t)b->n * MS_PER_DAY, v[0], v[1], v[2], v[3], v[4]));
    }
    fclose(f);
    return true;
}

#endif
