/* Columns of the bars and prices made of them. */
#include "engine/ind_row.h"

static int mean(struct plan *p, const struct kernel *const *kernels, int n) {
    int sum = plan_node(p, kernels[0], NULL, NULL);
    for (int i = 1; i < n; i++)
        sum = plan_binary(p, &kernel_add, sum, plan_node(p, kernels[i], NULL, NULL));
    return plan_binary(p, &kernel_div, sum, plan_constant(p, n));
}

static void build_hl2(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    ret_outputs[0] = mean(p, (const struct kernel *[]){&kernel_high, &kernel_low}, 2);
}

static void build_hlc3(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    ret_outputs[0] =
        mean(p, (const struct kernel *[]){&kernel_high, &kernel_low, &kernel_close}, 3);
}

static void build_ohlc4(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    ret_outputs[0] = mean(
        p, (const struct kernel *[]){&kernel_open, &kernel_high, &kernel_low, &kernel_close}, 4);
}

const struct ind_row ind_price[] = {
    {.info = {.name = "open",
              .group = "price",
              .help = "First price of the bar.",
              .formula = "The bar's open."},
     .kernel = &kernel_open},
    {.info = {.name = "high",
              .group = "price",
              .help = "Highest price of the bar.",
              .formula = "The bar's high."},
     .kernel = &kernel_high},
    {.info = {.name = "low",
              .group = "price",
              .help = "Lowest price of the bar.",
              .formula = "The bar's low."},
     .kernel = &kernel_low},
    {.info = {.name = "close",
              .group = "price",
              .help = "Last price of the bar.",
              .formula = "The bar's close."},
     .kernel = &kernel_close},
    {.info = {.name = "volume",
              .group = "price",
              .help = "Volume traded in the bar.",
              .formula = "The bar's volume."},
     .kernel = &kernel_volume},
    {.info = {.name = "hl2",
              .group = "price",
              .help = "Middle of the bar.",
              .formula = "(high + low) / 2, as in Pine."},
     .build = build_hl2},
    {.info = {.name = "hlc3",
              .group = "price",
              .help = "Typical price of the bar.",
              .formula = "(high + low + close) / 3, as in Pine."},
     .build = build_hlc3},
    {.info = {.name = "ohlc4",
              .group = "price",
              .help = "Mean price of the bar.",
              .formula = "(open + high + low + close) / 4, as in Pine."},
     .build = build_ohlc4},
    {.info = {.name = "time",
              .group = "price",
              .help = "Open time of the bar in milliseconds since 1970-01-01, UTC.",
              .formula = "The bar's open time."},
     .kernel = &kernel_time},
    {.info = {.name = "bar_index",
              .group = "price",
              .help = "Number of the bar: 0 is the first one read, warm-up included.",
              .formula = "Counts the bars read, as in Pine."},
     .kernel = &kernel_bar_index},
    {.kernel = NULL},
};
