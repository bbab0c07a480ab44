/* Volume over a window. */
#include <math.h>

#include "engine/ind_row.h"

/* in: price, what was traded; the second where the first rose (arg 1) or fell (arg -1), else 0.
 * Typical prices that differ by rounding alone are equal. */
#define ROUNDING 1e-14

static void run_moved(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++) {
        const double *x = c->in[0] + i;
        double change = *x - *(x - 1), least = ROUNDING * (fabs(*x) + fabs(*(x - 1)));
        double flow = isnan(change) ? change : c->in[1][i];
        c->out[i] = change * c->arg[0] > least ? flow : flow * 0;
    }
}

static const struct kernel kernel_moved = {
    .history = kernel_one, .lookback = kernel_one, .run = run_moved};

static void build_mfi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int x = use->node[0], flow = ind_mul(p, x, ind_candle(p, &kernel_volume)), sums[2];
    for (int k = 0; k < 2; k++) {
        int moved = plan_node(p, &kernel_moved, (int[KERNEL_INPUTS_MAX]){x, flow, -1, -1},
                              (double[KERNEL_ARGS_MAX]){k ? -1 : 1});
        sums[k] = ind_sum(p, moved, use->number[1]);
    }
    ret_outputs[0] =
        ind_times(p, 100, plan_binary(p, &kernel_share, sums[0], ind_add(p, sums[0], sums[1])));
}

static void build_cmf(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    int close = ind_candle(p, &kernel_close), volume = ind_candle(p, &kernel_volume);
    int place = ind_sub(p, ind_sub(p, close, low), ind_sub(p, high, close));
    int flow = ind_mul(p, plan_binary(p, &kernel_share, place, ind_sub(p, high, low)), volume);
    ret_outputs[0] = plan_binary(p, &kernel_share, ind_sum(p, flow, use->number[0]),
                                 ind_sum(p, volume, use->number[0]));
}

static void build_efi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int change = plan_length(p, &kernel_change, ind_candle(p, &kernel_close), 1);
    ret_outputs[0] = ind_ema(p, ind_mul(p, change, ind_candle(p, &kernel_volume)), use->number[0]);
}

static void build_marketfi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    int range = ind_sub(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low));
    ret_outputs[0] = plan_binary(p, &kernel_share, range, ind_candle(p, &kernel_volume));
}

static void build_rvol(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int volume = ind_candle(p, &kernel_volume);
    ret_outputs[0] = ind_div(p, volume, ind_shift(p, ind_sma(p, volume, use->number[0]), 1));
}

static void build_wvad(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    int body = ind_sub(p, ind_candle(p, &kernel_close), ind_candle(p, &kernel_open));
    int range = ind_sub(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low));
    ret_outputs[0] =
        ind_mul(p, plan_binary(p, &kernel_share, body, range), ind_candle(p, &kernel_volume));
}

const struct ind_row ind_flow[] = {
    {.info = {.name = "mfi",
              .group = "volume",
              .help = "Money flow index: share of value traded on rises, 0 to 100.",
              .formula = "100 u / (u + d), 0 when both are 0; u, d: sum over n of x volume where x "
                         "rose, fell; mfi(n) is that of hlc3",
              .seed = IND_WINDOW_SEED,
              .source = "Quong and Soudack 1989; TA-Lib's MFI, Pine's ta.mfi",
              .lookback = "length",
              .pine = "ta.mfi",
              .talib = "MFI",
              .args = {IND_SOURCE_OR("hlc3"), IND_LENGTH(1)},
              .n_args = 2},
     .build = build_mfi},
    {.info = {.name = "cmf",
              .group = "volume",
              .help = "Chaikin money flow, -1 to 1.",
              .formula = "sum of volume ((close - low) - (high - close)) / (high - low) / sum of "
                         "volume, over n; 0 without volume",
              .seed = IND_WINDOW_SEED,
              .source = "Chaikin; TA-Lib's CMF",
              .lookback = "length - 1",
              .talib = "CMF",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_cmf},
    {.info = {.name = "efi",
              .group = "volume",
              .help = "Elder's force index: averaged change of the close times volume.",
              .formula = "ema((close - close[1]) volume, n)",
              .seed = IND_MEAN_SEED,
              .source = "Elder 1993; TA-Lib's EFI",
              .lookback = "length",
              .talib = "EFI",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_efi},
    {.info = {.name = "marketfi",
              .group = "volume",
              .help = "Market facilitation index: range for a unit of volume.",
              .formula = "(high - low) / volume, 0 without volume",
              .source = "Williams; TA-Lib's MARKETFI",
              .talib = "MARKETFI"},
     .build = build_marketfi},
    {.info = {.name = "rvol",
              .group = "volume",
              .help = "Relative volume: this bar's beside the mean of the `length` before.",
              .formula = "volume / sma(volume, n)[1], null without volume before",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's RVOL",
              .lookback = "length",
              .talib = "RVOL",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_rvol},
    {.info = {.name = "wvad",
              .group = "volume",
              .help = "Williams' variable accumulation: volume by the body's share of the bar.",
              .formula = "volume (close - open) / (high - low), 0 without range",
              .source = "Williams; Pine's ta.wvad, which gives null without range",
              .pine = "ta.wvad"},
     .build = build_wvad},
    {.kernel = NULL},
};
