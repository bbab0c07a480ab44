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

static void build_hlcc4(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    ret_outputs[0] = mean(
        p, (const struct kernel *[]){&kernel_high, &kernel_low, &kernel_close, &kernel_close}, 4);
}

/* Heikin-Ashi's open. in: open, mean price of the bar, close. */
struct candle {
    double open, mean;
    bool begun;
};

static size_t candle_state(const double *arg) {
    (void)arg;
    return sizeof(struct candle);
}

static void run_ha_open(const struct kernel_call *c) {
    struct candle *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        s->open = s->begun ? (s->open + s->mean) / 2 : (c->in[0][i] + c->in[2][i]) / 2;
        s->mean = c->in[1][i];
        s->begun = true;
        c->out[i] = s->open;
    }
}

static const struct kernel kernel_ha_open = {
    .recursive = kernel_one, .state = candle_state, .run = run_ha_open};

static void build_ha(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    build_ohlc4(p, use, ret_outputs);
    int in[KERNEL_INPUTS_MAX] = {ind_candle(p, &kernel_open), ret_outputs[0],
                                 ind_candle(p, &kernel_close), -1};
    ret_outputs[1] = plan_node(p, &kernel_ha_open, in, NULL);
    int high = plan_binary(p, &kernel_max, ret_outputs[0], ret_outputs[1]);
    int low = plan_binary(p, &kernel_min, ret_outputs[0], ret_outputs[1]);
    ret_outputs[2] = plan_binary(p, &kernel_max, ind_candle(p, &kernel_high), high);
    ret_outputs[3] = plan_binary(p, &kernel_min, ind_candle(p, &kernel_low), low);
}

const struct ind_row ind_price[] = {
    {.info =
         {
             .name = "open",
             .group = "price",
             .help = "First price of the bar.",
             .formula = "The bar's open",
             .source = "Pine's open",
             .pine = "open",
         },
     .kernel = &kernel_open},
    {.info =
         {
             .name = "high",
             .group = "price",
             .help = "Highest price of the bar.",
             .formula = "The bar's high",
             .source = "Pine's high",
             .pine = "high",
         },
     .kernel = &kernel_high},
    {.info =
         {
             .name = "low",
             .group = "price",
             .help = "Lowest price of the bar.",
             .formula = "The bar's low",
             .source = "Pine's low",
             .pine = "low",
         },
     .kernel = &kernel_low},
    {.info =
         {
             .name = "close",
             .group = "price",
             .help = "Last price of the bar.",
             .formula = "The bar's close",
             .source = "Pine's close",
             .pine = "close",
         },
     .kernel = &kernel_close},
    {.info =
         {
             .name = "volume",
             .group = "price",
             .help = "Volume traded in the bar.",
             .formula = "The bar's volume",
             .source = "Pine's volume",
             .pine = "volume",
         },
     .kernel = &kernel_volume},
    {.info =
         {
             .name = "hl2",
             .group = "price",
             .help = "Middle of the bar.",
             .formula = "(high + low) / 2",
             .source = "Pine's hl2, TA-Lib's MEDPRICE",
             .pine = "hl2",
             .talib = "MEDPRICE",
             .aliases = {"medprice"},
         },
     .build = build_hl2},
    {.info =
         {
             .name = "hlc3",
             .group = "price",
             .help = "Typical price of the bar.",
             .formula = "(high + low + close) / 3",
             .source = "Pine's hlc3, TA-Lib's TYPPRICE",
             .pine = "hlc3",
             .talib = "TYPPRICE",
             .aliases = {"typprice"},
         },
     .build = build_hlc3},
    {.info =
         {
             .name = "ohlc4",
             .group = "price",
             .help = "Mean price of the bar.",
             .formula = "(open + high + low + close) / 4",
             .source = "Pine's ohlc4, TA-Lib's AVGPRICE",
             .pine = "ohlc4",
             .talib = "AVGPRICE",
             .aliases = {"avgprice"},
         },
     .build = build_ohlc4},
    {.info =
         {
             .name = "hlcc4",
             .group = "price",
             .help = "Weighted close of the bar.",
             .formula = "(high + low + 2 close) / 4",
             .source = "Pine's hlcc4, TA-Lib's WCLPRICE",
             .pine = "hlcc4",
             .talib = "WCLPRICE",
             .aliases = {"wclprice"},
         },
     .build = build_hlcc4},
    {.info =
         {
             .name = "time",
             .group = "price",
             .help = "Open time of the bar in milliseconds since 1970-01-01, UTC.",
             .formula = "The bar's open time",
             .source = "Pine's time",
             .pine = "time",
         },
     .kernel = &kernel_time},
    {.info =
         {
             .name = "bar_index",
             .group = "price",
             .help = "Number of the bar: 0 is the first one read, warm-up included.",
             .formula = "Counts the bars read",
             .source = "Pine's bar_index",
             .pine = "bar_index",
         },
     .kernel = &kernel_bar_index},
    {.info = {.name = "ha",
              .group = "price",
              .help = "Heikin-Ashi candle of the bar: smoothed prices.",
              .formula =
                  "close = ohlc4, open = (open[1] + close[1]) / 2 of the candle before, high "
                  "and low: extremes of those and the bar's",
              .seed = "The first candle's open is (open + close) / 2 of the bar.",
              .source = "TA-Lib's HA",
              .talib = "HA",
              .outputs = {"close", "open", "high", "low"},
              .n_outputs = 4},
     .build = build_ha},
    {.kernel = NULL},
};
