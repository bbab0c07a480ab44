/* How wide a series swings. */
#include "engine/ind_row.h"
#include "engine/number.h"
#include "engine/wide.h"

/* Inputs: high, low, close. arg[0]: 1 = high - low where there is no close before, 0 = null there.
 */
WIDE_BODY void body_tr(const struct kernel_call *c) {
    const double *restrict high = c->in[0], *restrict low = c->in[1];
    const double *restrict before = c->in[2] - 1;
    double *restrict out = c->out;
    double first = c->arg[0] != 0 ? 0 : NUMBER_NULL;
    for (size_t i = 0; i < c->n; i++) {
        double range = high[i] - low[i];
        double up = fabs(high[i] - before[i]), down = fabs(low[i] - before[i]);
        double widest = range < up ? up : range;
        widest = widest < down ? down : widest;
        out[i] = before[i] != before[i] ? range + first : widest;
    }
}

WIDE_PAIR(tr)

static size_t tr_lookback(const double *arg) {
    return arg[0] == 0;
}

const struct kernel kernel_tr = {.whole = true,
                                 .history = kernel_one,
                                 .lookback = tr_lookback,
                                 .run = run_tr,
                                 .run_wide = wide_tr};

static void build_tr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int in[KERNEL_INPUTS_MAX] = {ind_candle(p, &kernel_high), ind_candle(p, &kernel_low),
                                 ind_candle(p, &kernel_close), -1};
    ret_outputs[0] = plan_node(p, &kernel_tr, in, (double[KERNEL_ARGS_MAX]){use->number[0]});
}

static void build_atr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_length(p, &kernel_rma, ind_true_range(p), use->number[0]);
}

static void build_natr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int atr = plan_length(p, &kernel_rma, ind_true_range(p), use->number[0]);
    ret_outputs[0] = ind_times(p, 100, ind_div(p, atr, ind_candle(p, &kernel_close)));
}

/* Inputs: the series and its sma, the mean of the window. Two passes: each bar's squares are added
 * from the oldest value to the newest, STDEV_BARS bars side by side. run: how often the last value
 * has come in a row, because a mean that is a bit off must not give a constant window a width. */
#define STDEV_BARS 16

struct stdev {
    size_t run;
};

static size_t stdev_state(const double *arg) {
    (void)arg;
    return sizeof(struct stdev);
}

WIDE_BODY void squares(const double *oldest, const double *mean, double n, double *out) {
    four m0 = FOUR_AT(mean), m1 = FOUR_AT(mean + 4);
    four m2 = FOUR_AT(mean + 8), m3 = FOUR_AT(mean + 12);
    four sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    for (size_t k = 0; k < (size_t)n; k++, oldest++) {
        four d0 = FOUR_AT(oldest) - m0, d1 = FOUR_AT(oldest + 4) - m1;
        four d2 = FOUR_AT(oldest + 8) - m2, d3 = FOUR_AT(oldest + 12) - m3;
        sum0 += d0 * d0;
        sum1 += d1 * d1;
        sum2 += d2 * d2;
        sum3 += d3 * d3;
    }
    *(four_anywhere *)out = sum0 / n;
    *(four_anywhere *)(out + 4) = sum1 / n;
    *(four_anywhere *)(out + 8) = sum2 / n;
    *(four_anywhere *)(out + 12) = sum3 / n;
}

/* How often the block's last value has come in a row. */
static size_t last_run(const double *x, size_t n, size_t before) {
    size_t run = x[n - 1] == x[n - 1];
    for (size_t i = n; i-- > 0 && x[i] == *(x + i - 1);)
        run += i > 0 ? 1 : before;
    return run;
}

WIDE_BODY void spread(const struct kernel_call *c, bool root) {
    const double *restrict x = c->in[0], *restrict mean = c->in[1];
    double *restrict out = c->out;
    struct stdev *s = c->state;
    size_t n = (size_t)c->arg[0], i = 0, same = 0;
    for (; i + STDEV_BARS <= c->n; i += STDEV_BARS)
        squares(x + i - (n - 1), mean + i, c->arg[0], out + i);
    for (; i < c->n; i++) {
        const double *oldest = x + i - (n - 1);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += (oldest[k] - mean[i]) * (oldest[k] - mean[i]);
        out[i] = sum / c->arg[0];
    }
    for (i = 0; i < c->n; i++)
        out[i] = root ? sqrt(out[i]) : number_or_null(out[i]);
    for (i = 0; i < c->n; i++)
        same += x[i] == *(x + i - 1);
    if (s->run + same < n) { /* no window can be constant */
        s->run = last_run(x, c->n, s->run);
        return;
    }
    for (i = 0; i < c->n; i++) {
        s->run = x[i] == *(x + i - 1) ? s->run + 1 : x[i] == x[i];
        out[i] = s->run >= n ? 0 : out[i];
    }
}

WIDE_BODY void body_stdev(const struct kernel_call *c) {
    spread(c, true);
}

WIDE_BODY void body_variance(const struct kernel_call *c) {
    spread(c, false);
}

WIDE_PAIR(stdev)
WIDE_PAIR(variance)

static size_t stdev_history(const double *arg) {
    return arg[0] > 1 ? (size_t)arg[0] - 1 : 1;
}

/* The mean has counted the window already: no lookback of its own. */
#define SPREAD(name)                                                                               \
    const struct kernel kernel_##name = {.history = stdev_history,                                 \
                                         .cost = kernel_length,                                    \
                                         .state = stdev_state,                                     \
                                         .run = run_##name,                                        \
                                         .run_wide = wide_##name}

SPREAD(stdev);
SPREAD(variance);

static int deviation(struct plan *p, const struct kernel *kernel, int source, int mean,
                     double length) {
    return plan_node(p, kernel, (int[KERNEL_INPUTS_MAX]){source, mean, -1, -1},
                     (double[KERNEL_ARGS_MAX]){length});
}

static void build_stdev(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int mean = ind_sma(p, use->node[0], use->number[1]);
    ret_outputs[0] = deviation(p, &kernel_stdev, use->node[0], mean, use->number[1]);
}

static void build_variance(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int mean = ind_sma(p, use->node[0], use->number[1]);
    ret_outputs[0] = deviation(p, &kernel_variance, use->node[0], mean, use->number[1]);
}

static void bands(struct plan *p, const struct ind_use *use, int *ret_bands) {
    int mean = ind_sma(p, use->node[0], use->number[1]);
    int sigma = deviation(p, &kernel_stdev, use->node[0], mean, use->number[1]);
    int width = ind_mul(p, sigma, use->node[2]);
    ret_bands[0] = mean;
    ret_bands[1] = ind_add(p, mean, width);
    ret_bands[2] = ind_sub(p, mean, width);
}

static void build_bb(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    bands(p, use, ret_outputs);
}

static void build_bbw(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int band[3];
    bands(p, use, band);
    ret_outputs[0] = ind_div(p, ind_sub(p, band[1], band[2]), band[0]);
}

#define BAND_ARGS                                                                                  \
    .args = {IND_SOURCE, IND_LENGTH(1), IND_NUMBER("mult", 0, 1000)}, .n_args = 3,                 \
    .lookback = "length - 1", .seed = IND_WINDOW_SEED

const struct ind_row ind_volatility[] = {
    {.info = {.name = "atr",
              .group = "volatility",
              .help = "Average true range.",
              .formula = "rma of tr",
              .seed = "The first tr is that of the second bar; seed: mean of the first n.",
              .source = "Wilder 1978; TA-Lib's ATR; Pine's ta.atr counts high - low of the first "
                        "bar too",
              .lookback = "length",
              .pine = "ta.atr",
              .talib = "ATR",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_atr},
    {.info = {.name = "natr",
              .group = "volatility",
              .help = "Average true range in percent of the close.",
              .formula = "100 atr(n) / close",
              .seed = "As atr.",
              .source = "TA-Lib's NATR",
              .lookback = "length",
              .talib = "NATR",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_natr},
    {.info = {.name = "tr",
              .group = "volatility",
              .help = "True range: the bar's range with the gap to the close before.",
              .formula = "max(high - low, |high - close[1]|, |low - close[1]|)",
              .seed = "On the first bar null, or high - low with handle_na.",
              .source = "Wilder 1978; Pine's ta.tr, TA-Lib's TRANGE",
              .lookback = "handle_na ? 0 : 1",
              .pine = "ta.tr",
              .talib = "TRANGE",
              .aliases = {"trange"},
              .args = {{.name = "handle_na", .kind = ARG_BOOL, .def = "false"}},
              .n_args = 1},
     .build = build_tr},
    {.info = {.name = "bb",
              .group = "volatility",
              .help = "Bollinger bands: the mean and `mult` standard deviations around it.",
              .formula = "middle = sma, upper and lower = middle +- mult * stdev",
              .source = "Bollinger; Pine's ta.bb, TA-Lib's BBANDS with SMA",
              .pine = "ta.bb",
              .talib = "BBANDS",
              .aliases = {"bbands"},
              BAND_ARGS,
              .outputs = {"middle", "upper", "lower"},
              .n_outputs = 3},
     .build = build_bb},
    {.info = {.name = "bbw",
              .group = "volatility",
              .help = "Width of the Bollinger bands as a share of the mean.",
              .formula = "(upper - lower) / middle of bb",
              .source = "Bollinger; Pine's ta.bbw (times 100 in its newest version)",
              .pine = "ta.bbw",
              BAND_ARGS},
     .build = build_bbw},
    {.info = {.name = "stdev",
              .group = "volatility",
              .help = "Standard deviation of the last `length` values.",
              .formula = "Population: sqrt(sum (x - mean)^2 / n), two passes over the window, mean "
                         "by sma, 0 for a constant window",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.stdev, TA-Lib's STDDEV",
              .lookback = "length - 1",
              .pine = "ta.stdev",
              .talib = "STDDEV",
              .aliases = {"stddev"},
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_stdev},
    {.info = {.name = "variance",
              .group = "volatility",
              .help = "Variance of the last `length` values.",
              .formula = "Population: sum (x - mean)^2 / n, as stdev",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.variance, TA-Lib's VAR",
              .lookback = "length - 1",
              .pine = "ta.variance",
              .talib = "VAR",
              .aliases = {"var"},
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_variance},
    {.kernel = NULL},
};
