/* Where the price stands inside its range. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* in: value, highest, lowest. */
static void run_place(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++) {
        double above = c->in[0][i] - c->in[2][i], range = c->in[1][i] - c->in[2][i];
        c->out[i] = range == 0 ? above * 0 : number_or_null(100 * (above / range));
    }
}

static const struct kernel kernel_place = {.pure = true, .run = run_place};

static int place(struct plan *p, int x, int high, int low, double n) {
    int in[KERNEL_INPUTS_MAX] = {x, ind_highest(p, high, n), ind_lowest(p, low, n), -1};
    return plan_node(p, &kernel_place, in, NULL);
}

static int place_of_close(struct plan *p, double n) {
    return place(p, ind_candle(p, &kernel_close), ind_candle(p, &kernel_high),
                 ind_candle(p, &kernel_low), n);
}

static void build_stoch(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = place(p, use->node[0], use->node[1], use->node[2], use->number[3]);
}

/* k and its average d, beginning together. */
static void with_average(struct plan *p, int k, double n, int *ret_outputs) {
    ret_outputs[1] = ind_sma(p, k, n);
    ret_outputs[0] = ind_where(p, k, ret_outputs[1]);
}

static void build_stochf(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    with_average(p, place_of_close(p, use->number[0]), use->number[1], ret_outputs);
}

static void build_stochslow(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int k = ind_sma(p, place_of_close(p, use->number[0]), use->number[1]);
    with_average(p, k, use->number[2], ret_outputs);
}

static void build_stochrsi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int rsi = ind_rsi(p, use->node[0], use->number[1]);
    with_average(p, place(p, rsi, rsi, rsi, use->number[2]), use->number[3], ret_outputs);
}

static void build_kdj(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int k = plan_length(p, &kernel_rma, place_of_close(p, use->number[0]), use->number[1]);
    int d = plan_length(p, &kernel_rma, k, use->number[2]);
    ret_outputs[0] = ind_where(p, k, d);
    ret_outputs[1] = d;
    ret_outputs[2] = ind_sub(p, ind_times(p, 3, k), ind_times(p, 2, d));
}

static void build_wpr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_highest(p, ind_candle(p, &kernel_high), use->number[0]);
    int low = ind_lowest(p, ind_candle(p, &kernel_low), use->number[0]);
    int below = ind_sub(p, ind_candle(p, &kernel_close), high);
    ret_outputs[0] = ind_times(p, 100, plan_binary(p, &kernel_share, below, ind_sub(p, high, low)));
}

static void build_smi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_highest(p, ind_candle(p, &kernel_high), use->number[0]);
    int low = ind_lowest(p, ind_candle(p, &kernel_low), use->number[0]);
    int middle = ind_div(p, ind_add(p, high, low), plan_constant(p, 2));
    double fast = use->number[1], slow = use->number[2];
    int off = ind_sub(p, ind_candle(p, &kernel_close), middle);
    int above = ind_ema(p, ind_ema(p, off, slow), fast);
    int range = ind_ema(p, ind_ema(p, ind_sub(p, high, low), slow), fast);
    int smi = ind_times(p, 200, plan_binary(p, &kernel_share, above, range));
    ret_outputs[1] = ind_ema(p, smi, use->number[3]);
    ret_outputs[0] = ind_where(p, smi, ret_outputs[1]);
}

#define K_AND_D .outputs = {"k", "d"}, .n_outputs = 2

const struct ind_row ind_stochastic[] = {
    {.info = {.name = "stoch",
              .group = "momentum",
              .help = "Stochastic: where the source stands in the range of `length` bars, 0 to "
                      "100.",
              .formula = "100 (source - lowest(low, n)) / (highest(high, n) - lowest(low, n)), 0 "
                         "without range",
              .seed = IND_WINDOW_SEED,
              .source = "Lane; Pine's ta.stoch, which gives null without range",
              .lookback = "length - 1",
              .pine = "ta.stoch",
              .args = {IND_SOURCE, IND_SERIES("high"), IND_SERIES("low"), IND_LENGTH(1)},
              .n_args = 4},
     .build = build_stoch},
    {.info = {.name = "stochf",
              .group = "momentum",
              .help = "Fast stochastic of the close and its average.",
              .formula = "k = stoch(close, high, low, k_length), d = sma(k, d_length)",
              .seed = IND_TOGETHER IND_WINDOW_SEED,
              .source = "Lane; TA-Lib's STOCHF",
              .lookback = "k_length + d_length - 2",
              .talib = "STOCHF",
              .args = {IND_LENGTHS("k_length", 1), IND_LENGTHS("d_length", 1)},
              .n_args = 2,
              K_AND_D},
     .build = build_stochf},
    {.info = {.name = "stochslow",
              .group = "momentum",
              .help = "Slow stochastic of the close: smoothed, and its average.",
              .formula = "k = sma(stoch(close, high, low, k_length), smooth), d = sma(k, "
                         "d_length)",
              .seed = IND_TOGETHER IND_WINDOW_SEED,
              .source = "Lane; TA-Lib's STOCH",
              .lookback = "k_length + smooth + d_length - 3",
              .talib = "STOCH",
              .args = {IND_LENGTHS("k_length", 1), IND_LENGTHS("smooth", 1),
                       IND_LENGTHS("d_length", 1)},
              .n_args = 3,
              K_AND_D},
     .build = build_stochslow},
    {.info = {.name = "stochrsi",
              .group = "momentum",
              .help = "Stochastic of the relative strength index, and its average.",
              .formula = "r = rsi(x, n); k = stoch(r, r, r, k_length), d = sma(k, d_length)",
              .seed = IND_TOGETHER "rsi as in rsi().",
              .source = "Chande and Kroll 1994; TA-Lib's STOCHRSI",
              .lookback = "length + k_length + d_length - 2",
              .talib = "STOCHRSI",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_LENGTHS("k_length", 1),
                       IND_LENGTHS("d_length", 1)},
              .n_args = 4,
              K_AND_D},
     .build = build_stochrsi},
    {.info = {.name = "kdj",
              .group = "momentum",
              .help = "KDJ: stochastic smoothed by Wilder's averages, and j far out.",
              .formula = "k = rma(stoch(close, high, low, length), k_length), d = rma(k, "
                         "d_length), j = 3 k - 2 d",
              .seed = IND_TOGETHER IND_EACH_MEAN_SEED,
              .source = "TA-Lib's KDJ",
              .lookback = "length + k_length + d_length - 3",
              .talib = "KDJ",
              .args = {IND_LENGTH(1), IND_LENGTHS("k_length", 1), IND_LENGTHS("d_length", 1)},
              .n_args = 3,
              .outputs = {"k", "d", "j"},
              .n_outputs = 3},
     .build = build_kdj},
    {.info = {.name = "wpr",
              .group = "momentum",
              .help = "Williams' percent range, -100 to 0.",
              .formula = "100 (close - highest(high, n)) / (highest(high, n) - lowest(low, n)), 0 "
                         "without range",
              .seed = IND_WINDOW_SEED,
              .source = "Williams 1973; Pine's ta.wpr, TA-Lib's WILLR",
              .lookback = "length - 1",
              .pine = "ta.wpr",
              .talib = "WILLR",
              .aliases = {"willr"},
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_wpr},
    {.info = {.name = "smi",
              .group = "momentum",
              .help = "Stochastic momentum index: distance from the middle of the range, smoothed "
                      "twice, -100 to 100.",
              .formula = "smi = 200 e(close - middle) / e(highest(high, n) - lowest(low, n)), e(x) "
                         "= ema(ema(x, slow), fast); signal = ema(smi, signal)",
              .seed = IND_TOGETHER IND_EACH_MEAN_SEED,
              .source = "Blau 1993; TA-Lib's SMI",
              .lookback = "length + fast + slow + signal - 4",
              .talib = "SMI",
              .args = {IND_LENGTH(1), IND_LENGTHS("fast", 1), IND_LENGTHS("slow", 1),
                       IND_LENGTHS("signal", 1)},
              .n_args = 4,
              .outputs = {"smi", "signal"},
              .n_outputs = 2},
     .build = build_smi},
    {.kernel = NULL},
};
