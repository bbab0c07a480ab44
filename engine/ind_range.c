/* Swing by other measures than σ and the true range. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* Mean distance from the mean; 0 for a constant window. */
static void run_dev(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *oldest = c->in[0] + i - (n - 1);
        double sum = 0, away = 0;
        bool constant = true;
        for (size_t k = 0; k < n; k++) {
            sum += oldest[k];
            constant = constant && oldest[k] == oldest[0];
        }
        double mean = sum / c->arg[0];
        for (size_t k = 0; k < n; k++)
            away += fabs(oldest[k] - mean);
        c->out[i] = constant ? 0 : away / c->arg[0];
    }
}

static const struct kernel kernel_dev = {.history = kernel_length_less_1,
                                         .lookback = kernel_length_less_1,
                                         .cost = kernel_length,
                                         .run = run_dev};

static int height(struct plan *p) {
    return ind_sub(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low));
}

static void build_range(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = ind_sub(p, ind_highest(p, use->node[0], use->number[1]),
                             ind_lowest(p, use->node[0], use->number[1]));
}

static void build_adr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = ind_sma(p, height(p), use->number[0]);
}

static void build_cvi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] =
        plan_length(p, &kernel_roc, ind_ema(p, height(p), use->number[0]), use->number[1]);
}

static void build_massi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int once = ind_ema(p, height(p), use->number[0]);
    int ratio = ind_div(p, once, ind_ema(p, once, use->number[0]));
    ret_outputs[0] = ind_sum(p, ratio, use->number[1]);
}

/* σ of the bars that rose, and of all that moved, by Wilder's average. */
static void build_rvi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int x = use->node[0], mean = ind_sma(p, x, use->number[2]);
    int zero = plan_constant(p, 0), before = ind_shift(p, x, 1);
    int sigma = plan_node(p, &kernel_stdev, (int[KERNEL_INPUTS_MAX]){x, mean, -1, -1},
                          (double[KERNEL_ARGS_MAX]){use->number[2]});
    int up = plan_if(p, plan_binary(p, &kernel_lt, before, x), sigma, zero);
    int down = plan_if(p, plan_binary(p, &kernel_lt, x, before), sigma, zero);
    int rise = plan_length(p, &kernel_rma, ind_where(p, up, sigma), use->number[1]);
    int fall = plan_length(p, &kernel_rma, ind_where(p, down, sigma), use->number[1]);
    ret_outputs[0] = ind_times(p, 100, plan_binary(p, &kernel_share, rise, ind_add(p, rise, fall)));
}

const struct ind_row ind_range[] = {
    {.info = {.name = "dev",
              .group = "volatility",
              .help = "Mean absolute deviation of the last `length` values from their mean.",
              .formula = "sum of |x - mean| / n, 0 for a constant window",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.dev, TA-Lib's AVGDEV",
              .lookback = "length - 1",
              .pine = "ta.dev",
              .talib = "AVGDEV",
              .aliases = {"avgdev"},
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_dev},
    {.info = {.name = "range",
              .group = "volatility",
              .help = "Highest less lowest of the last `length` values.",
              .formula = "highest(x, n) - lowest(x, n)",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.range",
              .lookback = "length - 1",
              .pine = "ta.range",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_range},
    {.info = {.name = "adr",
              .group = "volatility",
              .help = "Average bar range.",
              .formula = "sma(high - low, n)",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's ADR",
              .lookback = "length - 1",
              .talib = "ADR",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_adr},
    {.info = {.name = "cvi",
              .group = "volatility",
              .help = "Chaikin's volatility: rate of change of the averaged range, in percent.",
              .formula = "roc(ema(high - low, length), change)",
              .seed = IND_MEAN_SEED,
              .source = "Chaikin; TA-Lib's CVI",
              .lookback = "length - 1 + change",
              .talib = "CVI",
              .args = {IND_LENGTH(1), IND_LENGTHS("change", 1)},
              .n_args = 2},
     .build = build_cvi},
    {.info = {.name = "massi",
              .group = "volatility",
              .help = "Mass index: widening of the range, which precedes turns.",
              .formula = "sum over slow of e / ema(e, fast), e = ema(high - low, fast)",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Dorsey 1992; TA-Lib's MASSI",
              .lookback = "2 * (fast - 1) + slow - 1",
              .talib = "MASSI",
              .args = {IND_LENGTH_OR("fast", 1, "9"), IND_LENGTH_OR("slow", 1, "25")},
              .n_args = 2},
     .build = build_massi},
    {.info = {.name = "rvi",
              .group = "volatility",
              .help = "Relative volatility index: deviation on rising bars as a share, 0 to 100.",
              .formula = "100 u / (u + d), 0 when both are 0; u, d: rma over length of stdev(x, "
                         "stdev_length) where x rose, fell, else 0",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Dorsey 1993; TA-Lib's RVI",
              .lookback = "max(stdev_length - 1, 0) + length - 1",
              .talib = "RVI",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_LENGTHS("stdev_length", 2)},
              .n_args = 3},
     .build = build_rvi},
    {.kernel = NULL},
};
