/* Swings measured on one window. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* Distance from the window's mean in mean absolute deviations of 0.015; 0 for a constant window. */
static double commodity(const double *oldest, size_t n) {
    double sum = 0, deviation = 0;
    bool constant = true;
    for (size_t k = 0; k < n; k++) {
        sum += oldest[k];
        constant = constant && oldest[k] == oldest[0];
    }
    if (constant)
        return 0;
    double mean = sum / (double)n;
    for (size_t k = 0; k < n; k++)
        deviation += fabs(oldest[k] - mean);
    return number_or_null((oldest[n - 1] - mean) / (0.015 * (deviation / (double)n)));
}

static double gravity(const double *oldest, size_t n) {
    double sum = 0, weighted = 0;
    for (size_t k = 0; k < n; k++) {
        sum += oldest[k];
        weighted += oldest[k] * (double)(n - k);
    }
    return number_or_null(-weighted / sum);
}

#define WINDOW(name, f)                                                                            \
    static void run_##name(const struct kernel_call *c) {                                          \
        size_t n = (size_t)c->arg[0];                                                              \
        for (size_t i = 0; i < c->n; i++)                                                          \
            c->out[i] = f(c->in[0] + i - (n - 1), n);                                              \
    }                                                                                              \
    static const struct kernel kernel_##name = {.history = kernel_length_less_1,                   \
                                                .lookback = kernel_length_less_1,                  \
                                                .cost = kernel_length,                             \
                                                .run = run_##name};

WINDOW(cci, commodity)
WINDOW(cog, gravity)

/* Buying pressure over range, n bars of each. */
static int pressure(struct plan *p, double n) {
    int low = ind_candle(p, &kernel_low), close = ind_candle(p, &kernel_close);
    int floor_price = plan_binary(p, &kernel_min, low, ind_shift(p, close, 1));
    int bought = ind_sum(p, ind_sub(p, close, floor_price), n);
    return plan_binary(p, &kernel_share, bought, ind_sum(p, ind_true_range(p), n));
}

static void build_ultosc(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double a = use->number[0], b = use->number[1], c = use->number[2];
    /* the shortest weighs most, in whatever order they are given */
    double least = fmin(a, fmin(b, c)), most = fmax(a, fmax(b, c));
    double middle = fmax(fmin(a, b), fmin(fmax(a, b), c));
    int sum = ind_add(p, ind_times(p, 4, pressure(p, least)),
                      ind_add(p, ind_times(p, 2, pressure(p, middle)), pressure(p, most)));
    ret_outputs[0] = ind_times(p, 100, ind_div(p, sum, plan_constant(p, 7)));
}

static int body(struct plan *p) {
    return ind_sub(p, ind_candle(p, &kernel_close), ind_candle(p, &kernel_open));
}

static void build_bop(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    (void)use;
    int range = ind_sub(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low));
    ret_outputs[0] = plan_binary(p, &kernel_share, body(p), range);
}

/* in: sum of bodies upwards, sum of all. */
static void run_upward(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++) {
        double up = c->in[0][i], all = c->in[1][i];
        c->out[i] = all == 0 ? 50 : 100 * (up / all);
    }
}

static const struct kernel kernel_upward = {.pure = true, .run = run_upward};

static void build_imi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[0];
    int up = plan_binary(p, &kernel_max, body(p), plan_constant(p, 0));
    int all = ind_sum(p, plan_unary(p, &kernel_abs, body(p)), n);
    ret_outputs[0] = plan_binary(p, &kernel_upward, ind_sum(p, up, n), all);
}

const struct ind_row ind_swing[] = {
    {.info = {.name = "cci",
              .group = "momentum",
              .help = "Commodity channel index: distance from the mean in mean deviations.",
              .formula = "(x - mean) / (0.015 mean |x - mean|) over n, 0 for a constant window; "
                         "cci(n) is that of hlc3",
              .seed = IND_WINDOW_SEED,
              .source = "Lambert 1980; Pine's ta.cci, TA-Lib's CCI",
              .lookback = "length - 1",
              .pine = "ta.cci",
              .talib = "CCI",
              .args = {IND_SOURCE_OR("hlc3"), IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_cci},
    {.info = {.name = "cog",
              .group = "momentum",
              .help = "Centre of gravity of the last `length` values, -n to -1.",
              .formula = "-(1 x + 2 x[1] + ... + n x[n-1]) / (x + ... + x[n-1])",
              .seed = IND_WINDOW_SEED,
              .source = "Ehlers 2002; Pine's ta.cog",
              .lookback = "length - 1",
              .pine = "ta.cog",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_cog},
    {.info = {.name = "ultosc",
              .group = "momentum",
              .help = "Ultimate oscillator of three lengths, 0 to 100.",
              .formula = "100 (4 a + 2 b + c) / 7; each: sum of close - min(low, close[1]) over "
                         "sum of tr, 0 without range; the shortest length has weight 4",
              .seed = IND_WINDOW_SEED,
              .source = "Williams 1976; TA-Lib's ULTOSC",
              .lookback = "max(max(fast, middle), slow)",
              .talib = "ULTOSC",
              .args = {IND_LENGTH_OR("fast", 1, "7"), IND_LENGTH_OR("middle", 1, "14"),
                       IND_LENGTH_OR("slow", 1, "28")},
              .n_args = 3},
     .build = build_ultosc},
    {.info = {.name = "bop",
              .group = "momentum",
              .help = "Balance of power: the body as a share of the bar, -1 to 1.",
              .formula = "(close - open) / (high - low), 0 without range",
              .source = "Livshin 2001; TA-Lib's BOP",
              .talib = "BOP"},
     .build = build_bop},
    {.info = {.name = "imi",
              .group = "momentum",
              .help = "Intraday momentum index: share of rising bodies, 0 to 100.",
              .formula = "100 sum of close - open where above 0 / sum of |close - open| over n, "
                         "50 without bodies",
              .seed = IND_WINDOW_SEED,
              .source = "Chande; TA-Lib's IMI",
              .lookback = "length - 1",
              .talib = "IMI",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_imi},
    {.kernel = NULL},
};
