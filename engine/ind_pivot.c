/* Turning points, known once the bars behind them are. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* arg: bars before, bars behind. */
static size_t both(const double *arg) {
    return (size_t)arg[0] + (size_t)arg[1];
}

/* The candidate, `right` bars old, if all before and behind stay below it. */
static double pivot(const double *newest, size_t left, size_t right, double sign) {
    const double *candidate = newest - right;
    double x = *candidate * sign;
    for (size_t k = 1; k <= left; k++) {
        if (!(*(candidate - k) * sign < x))
            return NUMBER_NULL;
    }
    for (size_t k = 1; k <= right; k++) {
        if (!(candidate[k] * sign < x))
            return NUMBER_NULL;
    }
    return *candidate;
}

static inline void pivots(const struct kernel_call *c, double sign) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = pivot(c->in[0] + i, (size_t)c->arg[0], (size_t)c->arg[1], sign);
}

static void run_pivothigh(const struct kernel_call *c) {
    pivots(c, 1);
}

static void run_pivotlow(const struct kernel_call *c) {
    pivots(c, -1);
}

#define KERNEL(name)                                                                               \
    static const struct kernel kernel_##name = {                                                   \
        .history = both, .lookback = both, .cost = both, .run = run_##name}

KERNEL(pivothigh);
KERNEL(pivotlow);

#define SEED "Null where there is no pivot, and while the window holds a null."

const struct ind_row ind_pivot[] = {
    {.info = {.name = "pivothigh",
              .group = "extreme",
              .help = "The value `right` bars ago when it was a peak: known only now.",
              .formula = "x[right] if the `left` values before and the `right` ones behind are all "
                         "below it",
              .seed = SEED,
              .source = "Pine's ta.pivothigh; TA-Lib's FRACTAL",
              .lookback = "left + right",
              .pine = "ta.pivothigh",
              .args = {IND_SOURCE_OR("high"), IND_LENGTHS("left", 1), IND_LENGTHS("right", 0)},
              .n_args = 3},
     .kernel = &kernel_pivothigh},
    {.info = {.name = "pivotlow",
              .group = "extreme",
              .help = "The value `right` bars ago when it was a trough: known only now.",
              .formula = "x[right] if the `left` values before and the `right` ones behind are all "
                         "above it",
              .seed = SEED,
              .source = "Pine's ta.pivotlow; TA-Lib's FRACTAL",
              .lookback = "left + right",
              .pine = "ta.pivotlow",
              .args = {IND_SOURCE_OR("low"), IND_LENGTHS("left", 1), IND_LENGTHS("right", 0)},
              .n_args = 3},
     .kernel = &kernel_pivotlow},
    {.kernel = NULL},
};
