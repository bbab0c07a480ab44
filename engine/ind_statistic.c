/* A window's values in order. */
#include <string.h>

#include "engine/ind_row.h"
#include "engine/number.h"

/* The window, sorted; the leaving value is taken out and the new one put in. */
struct sorted {
    size_t n;
    double values[];
};

static size_t sorted_state(const double *arg) {
    return sizeof(struct sorted) + ((size_t)arg[0] + 1) * sizeof(double);
}

/* First place whose value is not below x. */
static size_t place(const struct sorted *s, double x) {
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->values[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_in(struct sorted *s, double x) {
    size_t at = place(s, x);
    memmove(s->values + at + 1, s->values + at, (s->n - at) * sizeof(double));
    s->values[at] = x;
    s->n++;
}

static void take_out(struct sorted *s, double x) {
    size_t at = place(s, x);
    s->n--;
    memmove(s->values + at, s->values + at + 1, (s->n - at) * sizeof(double));
}

typedef double pick_fn(const double *sorted, size_t n, const double *arg);

static inline void pick_each(const struct kernel_call *c, pick_fn *pick) {
    struct sorted *s = c->state;
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *newest = c->in[0] + i;
        c->out[i] = NUMBER_NULL;
        if (isnan(*newest)) {
            s->n = 0;
            continue;
        }
        if (s->n == n)
            take_out(s, *(newest - n));
        put_in(s, *newest);
        if (s->n == n)
            c->out[i] = pick(s->values, n, c->arg);
    }
}

static double median(const double *sorted, size_t n, const double *arg) {
    (void)arg;
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* The commonest; of equally common ones the smallest. */
static double mode(const double *sorted, size_t n, const double *arg) {
    size_t best = 0, most = 0;
    (void)arg;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && sorted[to] == sorted[from];)
            to++;
        if (to - from > most) {
            most = to - from;
            best = from;
        }
    }
    return sorted[best];
}

static double nearest_rank(const double *sorted, size_t n, const double *arg) {
    double rank = ceil(arg[1] / 100 * (double)n);
    return sorted[rank >= 1 ? (size_t)rank - 1 : 0];
}

static double interpolated(const double *sorted, size_t n, const double *arg) {
    double at = arg[1] / 100 * ((double)n - 1);
    size_t low = (size_t)at;
    if (low + 1 >= n)
        return sorted[n - 1];
    return sorted[low] + (sorted[low + 1] - sorted[low]) * (at - (double)low);
}

#define SORTED(name, pick)                                                                         \
    static void run_##name(const struct kernel_call *c) {                                          \
        pick_each(c, pick);                                                                        \
    }                                                                                              \
    static const struct kernel kernel_##name = {.history = kernel_length,                          \
                                                .lookback = kernel_length_less_1,                  \
                                                .cost = kernel_length,                             \
                                                .state = sorted_state,                             \
                                                .run = run_##name};

SORTED(median, median)
SORTED(mode, mode)
SORTED(nearest, nearest_rank)
SORTED(linear, interpolated)

static void run_percentrank(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *newest = c->in[0] + i;
        size_t count = 0;
        bool null = isnan(*newest);
        for (size_t k = 1; k <= n; k++) {
            count += *(newest - k) <= *newest;
            null = null || isnan(*(newest - k));
        }
        c->out[i] = null ? NUMBER_NULL : 100 * (double)count / (double)n;
    }
}

static const struct kernel kernel_percentrank = {.history = kernel_length,
                                                 .lookback = kernel_length,
                                                 .cost = kernel_length,
                                                 .run = run_percentrank};

const struct ind_row ind_statistic[] = {
    {.info = {.name = "median",
              .group = "statistic",
              .help = "Median of the last `length` values.",
              .formula = "The middle one in order; the mean of the two middle ones when n is even",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.median",
              .lookback = "length - 1",
              .pine = "ta.median",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_median},
    {.info = {.name = "mode",
              .group = "statistic",
              .help = "Commonest of the last `length` values.",
              .formula = "Of equally common ones the smallest",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.mode",
              .lookback = "length - 1",
              .pine = "ta.mode",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_mode},
    {.info = {.name = "percentile_nearest_rank",
              .group = "statistic",
              .help = "Percentile of the last `length` values: one of them.",
              .formula = "The value of rank ceil(percentage / 100 n) in order, at least the first",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.percentile_nearest_rank, TA-Lib's PERCENTILE",
              .lookback = "length - 1",
              .pine = "ta.percentile_nearest_rank",
              .talib = "PERCENTILE",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_NUMBER("percentage", 0, 100)},
              .n_args = 3},
     .kernel = &kernel_nearest},
    {.info = {.name = "percentile_linear_interpolation",
              .group = "statistic",
              .help = "Percentile of the last `length` values, between two of them.",
              .formula = "At percentage / 100 (n - 1) in order, in a line between neighbours",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.percentile_linear_interpolation; the rule is numpy's",
              .lookback = "length - 1",
              .pine = "ta.percentile_linear_interpolation",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_NUMBER("percentage", 0, 100)},
              .n_args = 3},
     .kernel = &kernel_linear},
    {.info = {.name = "percentrank",
              .group = "statistic",
              .help = "Share of the `length` values before that are not above the present one.",
              .formula = "100 count(x[k] <= x, k = 1 ... n) / n",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.percentrank; TA-Lib's PERCENTRANK leaves equal ones out",
              .lookback = "length",
              .pine = "ta.percentrank",
              .args = {IND_SOURCE, IND_LENGTHS_BELOW("length", 1)},
              .n_args = 2},
     .kernel = &kernel_percentrank},
    {.kernel = NULL},
};
