#include "engine/decimate.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/suite.h"

static uint64_t state = 88172645463325252;

/* xorshift: the same walk in every run. */
static double uniform(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static void walk(double *equity, size_t n) {
    double e = 10000;
    for (size_t i = 0; i < n; i++) {
        e *= 1 + (uniform() - 0.5) * 0.02;
        equity[i] = e;
    }
}

START_TEST(computes_drawdown) {
    static const double equity[] = {90, 100, 120, 60, 130, 130, 0};
    static const double want[] = {-10, 0, 0, -50, 0, 0, -100};
    double got[7];
    drawdown_curve(equity, 7, 100, got);
    for (int i = 0; i < 7; i++)
        ck_assert_double_eq_tol(got[i], want[i], 1e-12);
    drawdown_curve(equity, 1, 0, got);
    ck_assert_double_eq(got[0], 0);
}
END_TEST

START_TEST(keeps_short_curves_whole) {
    double equity[8], drawdown[8];
    size_t chosen[8];
    walk(equity, 8);
    drawdown_curve(equity, 8, 10000, drawdown);
    ck_assert_uint_eq(decimate(equity, drawdown, 8, 8, chosen), 8);
    for (size_t i = 0; i < 8; i++)
        ck_assert_uint_eq(chosen[i], i);
    ck_assert_uint_eq(decimate(equity, drawdown, 0, 8, chosen), 0);
    ck_assert_uint_eq(decimate(equity, drawdown, 1, 8, chosen), 1);
}
END_TEST

/* The extremes that the whole curve has are among the chosen, whatever the sizes. */
START_TEST(keeps_extremes) {
    static const size_t sizes[] = {9, 10, 100, 1001, 5000};
    static const size_t points[] = {8, 9, 50, 997, 2000};
    for (size_t a = 0; a < 5; a++)
        for (size_t b = 0; b < 5; b++) {
            size_t n = sizes[a], room = points[b] < n ? points[b] : n;
            double *equity = malloc(n * sizeof *equity), *drawdown = malloc(n * sizeof *drawdown);
            size_t *chosen = malloc(room * sizeof *chosen);
            walk(equity, n);
            drawdown_curve(equity, n, 10000, drawdown);
            size_t k = decimate(equity, drawdown, n, points[b], chosen);
            double low = HUGE_VAL, high = 0, deep = 0, low_chosen = HUGE_VAL, high_chosen = 0,
                   deep_chosen = 0;
            for (size_t i = 0; i < n; i++) {
                low = fmin(low, equity[i]);
                high = fmax(high, equity[i]);
                deep = fmin(deep, drawdown[i]);
            }
            ck_assert_uint_le(k, room);
            for (size_t i = 0; i < k; i++) {
                ck_assert_uint_lt(chosen[i], n);
                ck_assert(i == 0 || chosen[i - 1] < chosen[i]);
                low_chosen = fmin(low_chosen, equity[chosen[i]]);
                high_chosen = fmax(high_chosen, equity[chosen[i]]);
                deep_chosen = fmin(deep_chosen, drawdown[chosen[i]]);
            }
            ck_assert_uint_eq(chosen[0], 0);
            ck_assert_uint_eq(chosen[k - 1], n - 1);
            ck_assert(low == low_chosen && high == high_chosen && deep == deep_chosen);
            free(equity);
            free(drawdown);
            free(chosen);
        }
}
END_TEST

SUITE_MAIN("decimate", computes_drawdown, keeps_short_curves_whole, keeps_extremes)
