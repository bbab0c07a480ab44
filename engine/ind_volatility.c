/* How wide a series swings. */
#include "engine/ind_row.h"
#include "engine/lanes.h"
#include "engine/number.h"

/* Inputs: high, low, close. arg[0]: 1 = high - low where there is no close before, 0 = null there.
 */
static void run_tr(const struct kernel_call *c) {
    const double *high = c->in[0], *low = c->in[1], *before = c->in[2] - 1;
    double first = c->arg[0] != 0 ? 0 : NUMBER_NULL;
    for (size_t i = 0; i < c->n; i++) {
        double range = high[i] - low[i];
        double up = fabs(high[i] - before[i]), down = fabs(low[i] - before[i]);
        double widest = range < up ? up : range;
        widest = widest < down ? down : widest;
        c->out[i] = before[i] != before[i] ? range + first : widest;
    }
}

static size_t tr_lookback(const double *arg) {
    return arg[0] == 0;
}

static const struct kernel kernel_tr = {
    .history = kernel_one, .lookback = tr_lookback, .run = run_tr};

static int true_range(struct plan *p, double handle_na) {
    int in[KERNEL_INPUTS_MAX] = {plan_node(p, &kernel_high, NULL, NULL),
                                 plan_node(p, &kernel_low, NULL, NULL),
                                 plan_node(p, &kernel_close, NULL, NULL), -1};
    return plan_node(p, &kernel_tr, in, (double[KERNEL_ARGS_MAX]){handle_na});
}

static void build_tr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = true_range(p, use->number[0]);
}

static void build_atr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_length(p, &kernel_rma, true_range(p, 0), use->number[0]);
}

/* Inputs: the series and its sma, the mean of the window. Two passes: each bar's squares are added
 * from the oldest value to the newest, STDEV_BARS bars side by side. run: how often the last value
 * has come in a row, because a mean that is a bit off must not give a constant window a width. */
#define STDEV_BARS 8

struct stdev {
    size_t run;
};

static size_t stdev_state(const double *arg) {
    (void)arg;
    return sizeof(struct stdev);
}

static void stdev_side_by_side(const double *oldest, const double *mean, double n, double *out) {
    lanes m0 = lanes_load(mean), m1 = lanes_load(mean + 2);
    lanes m2 = lanes_load(mean + 4), m3 = lanes_load(mean + 6);
    lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    for (size_t k = 0; k < (size_t)n; k++, oldest++) {
        lanes d0 = lanes_load(oldest) - m0, d1 = lanes_load(oldest + 2) - m1;
        lanes d2 = lanes_load(oldest + 4) - m2, d3 = lanes_load(oldest + 6) - m3;
        sum0 += d0 * d0;
        sum1 += d1 * d1;
        sum2 += d2 * d2;
        sum3 += d3 * d3;
    }
    lanes_store(out, sum0 / lanes_both(n));
    lanes_store(out + 2, sum1 / lanes_both(n));
    lanes_store(out + 4, sum2 / lanes_both(n));
    lanes_store(out + 6, sum3 / lanes_both(n));
}

static void run_stdev(const struct kernel_call *c) {
    const double *x = c->in[0], *mean = c->in[1];
    size_t n = (size_t)c->arg[0], i = 0;
    for (; i + STDEV_BARS <= c->n; i += STDEV_BARS)
        stdev_side_by_side(x + i - (n - 1), mean + i, c->arg[0], c->out + i);
    for (; i < c->n; i++) {
        const double *oldest = x + i - (n - 1);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += (oldest[k] - mean[i]) * (oldest[k] - mean[i]);
        c->out[i] = sum / c->arg[0];
    }
    struct stdev *s = c->state;
    for (i = 0; i < c->n; i++) {
        s->run = x[i] == *(x + i - 1) ? s->run + 1 : x[i] == x[i];
        c->out[i] = s->run >= n ? 0 : sqrt(c->out[i]);
    }
}

static size_t stdev_history(const double *arg) {
    return arg[0] > 1 ? (size_t)arg[0] - 1 : 1;
}

/* The mean has counted the window already: no lookback of its own. */
static const struct kernel kernel_stdev = {
    .history = stdev_history, .state = stdev_state, .run = run_stdev};

static int deviation(struct plan *p, int source, int mean, double length) {
    return plan_node(p, &kernel_stdev, (int[KERNEL_INPUTS_MAX]){source, mean, -1, -1},
                     (double[KERNEL_ARGS_MAX]){length});
}

static void build_stdev(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int mean = plan_length(p, &kernel_sma, use->node[0], use->number[1]);
    ret_outputs[0] = deviation(p, use->node[0], mean, use->number[1]);
}

static void build_bb(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int mean = plan_length(p, &kernel_sma, use->node[0], use->number[1]);
    int width =
        plan_binary(p, &kernel_mul, deviation(p, use->node[0], mean, use->number[1]), use->node[2]);
    ret_outputs[0] = mean;
    ret_outputs[1] = plan_binary(p, &kernel_add, mean, width);
    ret_outputs[2] = plan_binary(p, &kernel_sub, mean, width);
}

const struct ind_row ind_volatility[] = {
    {.info = {.name = "atr",
              .group = "volatility",
              .help = "Average true range.",
              .formula =
                  "rma of tr; the first tr is that of the second bar, seed: mean of the first n "
                  "(Wilder 1978, TA-Lib's ATR). Lookback n.",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_atr},
    {.info = {.name = "tr",
              .group = "volatility",
              .help = "True range: the bar's range with the gap to the close before.",
              .formula =
                  "max(high - low, |high - close[1]|, |low - close[1]|); on the first bar null, "
                  "or high - low with handle_na (Pine's tr, TA-Lib's TRANGE). Lookback 1, 0 "
                  "with handle_na.",
              .args = {{.name = "handle_na", .kind = ARG_BOOL, .def = "false"}},
              .n_args = 1},
     .build = build_tr},
    {.info = {.name = "bb",
              .group = "volatility",
              .help = "Bollinger bands: the mean and `mult` standard deviations around it.",
              .formula =
                  "middle = sma, upper and lower = middle +- mult * stdev (Bollinger; TA-Lib's "
                  "BBANDS with SMA). Lookback n-1.",
              .args = {IND_SOURCE,
                       IND_LENGTH(1),
                       {.name = "mult", .kind = ARG_FLOAT, .min = 0, .max = 1000}},
              .n_args = 3,
              .outputs = {"middle", "upper", "lower"},
              .n_outputs = 3},
     .build = build_bb},
    {.info = {.name = "stdev",
              .group = "volatility",
              .help = "Standard deviation of the last `length` values.",
              .formula =
                  "Population: sqrt(sum (x - mean)^2 / n), two passes over the window, mean by "
                  "sma, 0 for a constant window (TA-Lib's STDDEV). Lookback n-1. Null while the "
                  "window holds a null.",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_stdev},
    {.kernel = NULL},
};
