/* Bands around the price. */
#include "engine/ind_row.h"

static void build_donchian(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    double n = use->number[0];
    ret_outputs[0] = ind_middle(p, high, low, n);
    ret_outputs[1] = ind_highest(p, high, n);
    ret_outputs[2] = ind_lowest(p, low, n);
}

static void keltner(struct plan *p, const struct ind_use *use, int *ret_bands) {
    double n = use->number[1], atr_length = use->number[3];
    double skip = n - 1 > atr_length ? n - 1 - atr_length : 0;
    int range[KERNEL_INPUTS_MAX] = {ind_true_range(p), -1, -1, -1};
    int source[KERNEL_INPUTS_MAX] = {use->node[0], -1, -1, -1};
    double late = atr_length > n - 1 ? atr_length - (n - 1) : 0;
    int middle = plan_node(p, &kernel_ema, source, (double[KERNEL_ARGS_MAX]){n, late});
    int atr = plan_node(p, &kernel_rma, range, (double[KERNEL_ARGS_MAX]){atr_length, skip});
    int width = ind_mul(p, use->node[2], atr);
    ret_bands[1] = ind_add(p, middle, width);
    ret_bands[2] = ind_sub(p, middle, width);
    ret_bands[0] = ind_where(p, middle, atr);
}

static void build_kc(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    keltner(p, use, ret_outputs);
}

static void build_kcw(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int bands[3];
    keltner(p, use, bands);
    ret_outputs[0] = ind_div(p, ind_sub(p, bands[1], bands[2]), bands[0]);
}

/* The band's edge: sma of x (1 + factor (high - low) / (high + low)). */
static int acceleration(struct plan *p, int x, double factor, double n) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    int width = ind_times(p, factor, ind_div(p, ind_sub(p, high, low), ind_add(p, high, low)));
    return ind_sma(p, ind_mul(p, x, ind_add(p, plan_constant(p, 1), width)), n);
}

static void build_accbands(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[0];
    ret_outputs[0] = ind_sma(p, ind_candle(p, &kernel_close), n);
    ret_outputs[1] = acceleration(p, ind_candle(p, &kernel_high), 4, n);
    ret_outputs[2] = acceleration(p, ind_candle(p, &kernel_low), -4, n);
}

static void build_ichimoku(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    double ahead = use->number[3] - 1;
    int lead = ind_middle(p, high, low, use->number[2]);
    ret_outputs[0] = ind_middle(p, high, low, use->number[0]);
    ret_outputs[1] = ind_middle(p, high, low, use->number[1]);
    int mean = ind_div(p, ind_add(p, ret_outputs[0], ret_outputs[1]), plan_constant(p, 2));
    ret_outputs[2] = ind_shift(p, mean, ahead);
    ret_outputs[3] = ind_shift(p, lead, ahead);
}

#define KELTNER_ARGS                                                                               \
    .args = {IND_SOURCE,                                                                           \
             IND_LENGTH(1),                                                                        \
             {.name = "mult", .kind = ARG_FLOAT, .min = 0, .max = 1000},                           \
             IND_LENGTH_OR("atr_length", 1, "10")},                                                \
    .n_args = 4, .lookback = "max(length - 1, atr_length)"
#define KELTNER_SOURCE                                                                             \
    "Keltner 1960, Raschke's form; TA-Lib's KC; Pine's ta.kc takes the ema of tr over the same "   \
    "length instead of atr"

const struct ind_row ind_channel[] = {
    {.info = {.name = "donchian",
              .group = "channel",
              .help = "Donchian channel: highest high and lowest low of `length` bars.",
              .formula = "upper = highest(high, n), lower = lowest(low, n), middle between them; "
                         "the present bar is inside: a breakout compares with upper[1]",
              .seed = IND_WINDOW_SEED,
              .source = "Donchian; TA-Lib's DONCHIAN",
              .lookback = "length - 1",
              .talib = "DONCHIAN",
              .args = {IND_LENGTH(1)},
              .n_args = 1,
              .outputs = {"middle", "upper", "lower"},
              .n_outputs = 3},
     .build = build_donchian},
    {.info = {.name = "kc",
              .group = "channel",
              .help = "Keltner channel: the ema and `mult` average true ranges around it.",
              .formula = "middle = ema(x, n), upper and lower = middle +- mult atr(atr_length)",
              .seed = IND_TOGETHER "Both seed windows end on the same bar.",
              .source = KELTNER_SOURCE,
              .pine = "ta.kc",
              .talib = "KC",
              KELTNER_ARGS,
              .outputs = {"middle", "upper", "lower"},
              .n_outputs = 3},
     .build = build_kc},
    {.info = {.name = "kcw",
              .group = "channel",
              .help = "Width of the Keltner channel as a share of its middle.",
              .formula = "(upper - lower) / middle of kc",
              .seed = "As kc.",
              .source = KELTNER_SOURCE,
              .pine = "ta.kcw",
              KELTNER_ARGS},
     .build = build_kcw},
    {.info = {.name = "accbands",
              .group = "channel",
              .help = "Acceleration bands: averages of highs and lows, widened by the range.",
              .formula = "middle = sma(close, n); upper = sma(high (1 + w), n), lower = sma(low (1 "
                         "- w), n), w = 4 (high - low) / (high + low)",
              .seed = IND_WINDOW_SEED,
              .source = "Headley; TA-Lib's ACCBANDS",
              .lookback = "length - 1",
              .talib = "ACCBANDS",
              .args = {IND_LENGTH(1)},
              .n_args = 1,
              .outputs = {"middle", "upper", "lower"},
              .n_outputs = 3},
     .build = build_accbands},
    {.info = {.name = "ichimoku",
              .group = "channel",
              .help = "Ichimoku: conversion and base line, and the cloud over the present bar.",
              .formula = "conversion, base: middle of highest high and lowest low over their "
                         "lengths; lead_a: mean of the two, lead_b: the middle over span, both of "
                         "displacement - 1 bars ago, as a chart draws them",
              .seed = IND_WINDOW_SEED,
              .source = "Hosoda; Pine's built-in script",
              .lookback = "max(max(conversion, base), span) + displacement - 2",
              .args = {IND_LENGTH_OR("conversion", 1, "9"), IND_LENGTH_OR("base", 1, "26"),
                       IND_LENGTH_OR("span", 1, "52"), IND_LENGTH_OR("displacement", 1, "26")},
              .n_args = 4,
              .outputs = {"conversion", "base", "lead_a", "lead_b"},
              .n_outputs = 4},
     .build = build_ichimoku},
    {.kernel = NULL},
};
