/* Differences of averages, and other swings around zero. */
#include <math.h>

#include "engine/ind_row.h"

/* Fast and slow average. */
static void averages(struct plan *p, const struct ind_use *use, int *ret_fast, int *ret_slow) {
    const struct kernel *kernel = use->number[3] != 0 ? &kernel_sma : &kernel_ema;
    double a = use->number[1], b = use->number[2];
    *ret_fast = plan_length(p, kernel, use->node[0], a < b ? a : b);
    *ret_slow = plan_length(p, kernel, use->node[0], a < b ? b : a);
}

static void build_apo(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int fast, slow;
    averages(p, use, &fast, &slow);
    ret_outputs[0] = ind_sub(p, fast, slow);
}

static void build_ppo(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int fast, slow;
    averages(p, use, &fast, &slow);
    ret_outputs[0] = ind_times(p, 100, plan_binary(p, &kernel_share, ind_sub(p, fast, slow), slow));
}

static void build_trix(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1];
    int thrice = ind_ema(p, ind_ema(p, ind_ema(p, use->node[0], n), n), n);
    ret_outputs[0] = plan_length(p, &kernel_roc, thrice, 1);
}

/* ema of ema, the slower one first. */
static int twice(struct plan *p, int x, const struct ind_use *use) {
    return ind_ema(p, ind_ema(p, x, use->number[2]), use->number[1]);
}

static void build_tsi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int change = plan_length(p, &kernel_change, use->node[0], 1);
    ret_outputs[0] = plan_binary(p, &kernel_share, twice(p, change, use),
                                 twice(p, plan_unary(p, &kernel_abs, change), use));
}

static int awesome(struct plan *p, double fast, double slow) {
    int sum = ind_add(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low));
    int middle = ind_div(p, sum, plan_constant(p, 2));
    return ind_sub(p, ind_sma(p, middle, fast), ind_sma(p, middle, slow));
}

static void build_ao(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = awesome(p, use->number[0], use->number[1]);
}

static void build_ac(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int ao = awesome(p, use->number[0], use->number[1]);
    ret_outputs[0] = ind_sub(p, ao, ind_sma(p, ao, use->number[2]));
}

static void build_dpo(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1];
    int old = ind_shift(p, use->node[0], floor(n / 2) + 1);
    ret_outputs[0] = ind_sub(p, old, ind_sma(p, use->node[0], n));
}

static void build_coppock(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int sum = ind_add(p, plan_length(p, &kernel_roc, use->node[0], use->number[1]),
                      plan_length(p, &kernel_roc, use->node[0], use->number[2]));
    ret_outputs[0] = plan_length(p, &kernel_wma, sum, use->number[3]);
}

static void build_qstick(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int body = ind_sub(p, ind_candle(p, &kernel_close), ind_candle(p, &kernel_open));
    ret_outputs[0] = ind_sma(p, body, use->number[0]);
}

static void build_eri(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int mean = ind_ema(p, ind_candle(p, &kernel_close), use->number[0]);
    ret_outputs[0] = ind_sub(p, ind_candle(p, &kernel_high), mean);
    ret_outputs[1] = ind_sub(p, ind_candle(p, &kernel_low), mean);
}

#define FAST_AND_SLOW                                                                              \
    .args = {IND_SOURCE,                                                                           \
             IND_LENGTHS("fast", 1),                                                               \
             IND_LENGTHS("slow", 1),                                                               \
             {.name = "simple", .kind = ARG_BOOL, .def = "false"}},                                \
    .n_args = 4, .lookback = "max(fast, slow) - 1",                                                \
    .seed = IND_EACH_MEAN_SEED " A fast longer than slow is swapped with it."

const struct ind_row ind_oscillator[] = {
    {.info = {.name = "apo",
              .group = "momentum",
              .help = "Absolute price oscillator: fast less slow average.",
              .formula = "ema(x, fast) - ema(x, slow), or of sma with simple",
              .source = "TA-Lib's APO",
              .talib = "APO",
              FAST_AND_SLOW},
     .build = build_apo},
    {.info = {.name = "ppo",
              .group = "momentum",
              .help = "Percentage price oscillator: fast less slow average, in percent of the "
                      "slow.",
              .formula = "100 (ema(x, fast) - ema(x, slow)) / ema(x, slow), or of sma with simple; "
                         "0 when the slow is 0",
              .source = "TA-Lib's PPO, and PVO of volume",
              .talib = "PPO",
              FAST_AND_SLOW},
     .build = build_ppo},
    {.info = {.name = "trix",
              .group = "momentum",
              .help = "Rate of change of an ema taken three times, in percent a bar.",
              .formula = "roc(ema(ema(ema(x, n), n), n), 1)",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Hutson 1983; TA-Lib's TRIX",
              .lookback = "3 * (length - 1) + 1",
              .talib = "TRIX",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_trix},
    {.info = {.name = "tsi",
              .group = "momentum",
              .help = "True strength index, -1 to 1.",
              .formula = "e(x - x[1]) / e(|x - x[1]|), 0 when nothing moved; e(y) = ema(ema(y, "
                         "long), short)",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Blau 1991; Pine's ta.tsi; TA-Lib's TSI is 100 times this",
              .lookback = "short + long - 1",
              .pine = "ta.tsi",
              .talib = "TSI",
              .args = {IND_SOURCE, IND_LENGTHS("short", 1), IND_LENGTHS("long", 1)},
              .n_args = 3},
     .build = build_tsi},
    {.info = {.name = "ao",
              .group = "momentum",
              .help = "Awesome oscillator: fast less slow mean of the bars' middles.",
              .formula = "sma(hl2, fast) - sma(hl2, slow)",
              .seed = IND_WINDOW_SEED,
              .source = "Williams; TA-Lib's AO",
              .lookback = "max(fast, slow) - 1",
              .talib = "AO",
              .args = {IND_LENGTH_OR("fast", 1, "5"), IND_LENGTH_OR("slow", 1, "34")},
              .n_args = 2},
     .build = build_ao},
    {.info = {.name = "ac",
              .group = "momentum",
              .help = "Accelerator oscillator: the awesome oscillator less its mean.",
              .formula = "ao(fast, slow) - sma(ao(fast, slow), signal)",
              .seed = IND_WINDOW_SEED,
              .source = "Williams; TA-Lib's AC",
              .lookback = "max(fast, slow) + signal - 2",
              .talib = "AC",
              .args = {IND_LENGTH_OR("fast", 1, "5"), IND_LENGTH_OR("slow", 1, "34"),
                       IND_LENGTH_OR("signal", 1, "5")},
              .n_args = 3},
     .build = build_ac},
    {.info = {.name = "dpo",
              .group = "momentum",
              .help = "Detrended price oscillator: an older price less the mean around it.",
              .formula = "x[n / 2 + 1] - sma(x, n), n / 2 rounded down",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's DPO",
              .lookback = "max(length - 1, floor(length / 2) + 1)",
              .talib = "DPO",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_dpo},
    {.info = {.name = "coppock",
              .group = "momentum",
              .help = "Coppock curve: weighted average of two rates of change.",
              .formula = "wma(roc(x, first) + roc(x, second), length)",
              .seed = IND_WINDOW_SEED,
              .source = "Coppock 1962; TA-Lib's COPPOCK",
              .lookback = "max(first, second) + length - 1",
              .talib = "COPPOCK",
              .args = {IND_SOURCE, IND_LENGTH_OR("first", 1, "11"),
                       IND_LENGTH_OR("second", 1, "14"), IND_LENGTH_OR("length", 1, "10")},
              .n_args = 4},
     .build = build_coppock},
    {.info = {.name = "qstick",
              .group = "momentum",
              .help = "Mean body of the bars: close less open.",
              .formula = "sma(close - open, n)",
              .seed = IND_WINDOW_SEED,
              .source = "Chande and Kroll 1994; TA-Lib's QSTICK",
              .lookback = "length - 1",
              .talib = "QSTICK",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_qstick},
    {.info = {.name = "eri",
              .group = "momentum",
              .help = "Elder ray: how far the high and the low stand from the average.",
              .formula = "bull = high - ema(close, n), bear = low - ema(close, n)",
              .seed = IND_MEAN_SEED,
              .source = "Elder 1993; TA-Lib's ERI",
              .lookback = "length - 1",
              .talib = "ERI",
              .args = {IND_LENGTH(1)},
              .n_args = 1,
              .outputs = {"bull", "bear"},
              .n_outputs = 2},
     .build = build_eri},
    {.kernel = NULL},
};
