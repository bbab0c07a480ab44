/* Averages. The order of additions is law (ENGINE.md 3): it decides ties between averages. */
#include "engine/chain.h"
#include "engine/ind_row.h"
#include "engine/lanes.h"

const struct kernel kernel_sma = {.chain = CHAIN_SMA,
                                  .whole = true,
                                  .history = kernel_length_less_1,
                                  .lookback = kernel_length_less_1,
                                  .state = chain_state};

static size_t smooth_lookback(const double *arg) {
    return (size_t)arg[0] + (size_t)arg[1] - 1;
}

const struct kernel kernel_ema = {.chain = CHAIN_EMA,
                                  .whole = true,
                                  .lookback = smooth_lookback,
                                  .recursive = kernel_length,
                                  .state = chain_state};
const struct kernel kernel_rma = {.chain = CHAIN_RMA,
                                  .whole = true,
                                  .lookback = smooth_lookback,
                                  .recursive = kernel_length,
                                  .state = chain_state};

/* Direct, not by running sums: nothing drifts. Each bar's sum runs from its oldest value to its
 * newest, WMA_BARS bars side by side. */
#define WMA_BARS 8

static void wma_side_by_side(const double *oldest, double n, double weights, double *out) {
    lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    for (double weight = 1; weight <= n; weight++, oldest++) {
        lanes w = lanes_both(weight);
        sum0 += lanes_load(oldest) * w;
        sum1 += lanes_load(oldest + 2) * w;
        sum2 += lanes_load(oldest + 4) * w;
        sum3 += lanes_load(oldest + 6) * w;
    }
    lanes_store(out, sum0 / lanes_both(weights));
    lanes_store(out + 2, sum1 / lanes_both(weights));
    lanes_store(out + 4, sum2 / lanes_both(weights));
    lanes_store(out + 6, sum3 / lanes_both(weights));
}

static void run_wma(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0], i = 0;
    double weights = c->arg[0] * (c->arg[0] + 1) / 2;
    for (; i + WMA_BARS <= c->n; i += WMA_BARS)
        wma_side_by_side(c->in[0] + i - (n - 1), c->arg[0], weights, c->out + i);
    for (; i < c->n; i++) {
        const double *oldest = c->in[0] + i - (n - 1);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += oldest[k] * (double)(k + 1);
        c->out[i] = sum / weights;
    }
}

const struct kernel kernel_wma = {.history = kernel_length_less_1,
                                  .lookback = kernel_length_less_1,
                                  .cost = kernel_length,
                                  .run = run_wma};

const struct ind_row ind_average[] = {
    {.info = {.name = "sma",
              .group = "average",
              .help = "Simple moving average: the mean of the last `length` values.",
              .formula = "Sum of the first n-1 values; then per bar add the new, divide by n, "
                         "subtract the oldest: in this very order",
              .seed = "Null until its window is full; a null ends the window, it starts anew "
                      "behind it.",
              .source = "TA-Lib's SMA, bit for bit",
              .lookback = "length - 1",
              .pine = "ta.sma",
              .talib = "SMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_sma},
    {.info = {.name = "ema",
              .group = "average",
              .help = "Exponential moving average, weight 2 / (length + 1) for the newest value.",
              .formula = "e += (x - e) * 2 / (n + 1)",
              .seed = IND_MEAN_SEED,
              .source = "TA-Lib's EMA, Pine's ta.ema",
              .lookback = "length - 1",
              .pine = "ta.ema",
              .talib = "EMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_ema},
    {.info = {.name = "rma",
              .group = "average",
              .help = "Wilder's moving average, weight 1 / length for the newest value; rsi and "
                      "atr are made of it.",
              .formula = "r += (x - r) / n",
              .seed = IND_MEAN_SEED,
              .source = "Wilder 1978; TA-Lib's RMA, Pine's ta.rma",
              .lookback = "length - 1",
              .pine = "ta.rma",
              .talib = "RMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rma},
    {.info = {.name = "wma",
              .group = "average",
              .help = "Weighted moving average: the newest value weighs `length`, the oldest 1.",
              .formula = "(1 x[n-1] + 2 x[n-2] + ... + n x[0]) / (n (n + 1) / 2)",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's WMA, Pine's ta.wma",
              .lookback = "length - 1",
              .pine = "ta.wma",
              .talib = "WMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_wma},
    {.kernel = NULL},
};
