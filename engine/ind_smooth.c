/* Averages made of averages, and those that weigh in their own way. */
#include "engine/ind_row.h"
#include "engine/number.h"

static void build_dema(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int once = ind_ema(p, use->node[0], use->number[1]);
    int twice = ind_ema(p, once, use->number[1]);
    ret_outputs[0] = ind_sub(p, ind_times(p, 2, once), twice);
}

static void build_tema(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int once = ind_ema(p, use->node[0], use->number[1]);
    int twice = ind_ema(p, once, use->number[1]);
    int thrice = ind_ema(p, twice, use->number[1]);
    ret_outputs[0] = ind_add(p, thrice, ind_sub(p, ind_times(p, 3, once), ind_times(p, 3, twice)));
}

/* c1 e6 + c2 e5 + c3 e4 + c4 e3, where en is the ema taken n times: (1 + v) e - v e e, thrice. */
static void build_t3(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1], v = use->number[2], cube = v * v * v, square = v * v;
    const double weights[] = {1 + 3 * v + cube + 3 * square, -6 * square - 3 * (v + cube),
                              3 * square + 3 * cube, -cube};
    int e = ind_ema(p, ind_ema(p, use->node[0], n), n);
    ret_outputs[0] = -1;
    for (int i = 0; i < 4; i++) {
        e = ind_ema(p, e, n);
        int part = ind_times(p, weights[i], e);
        ret_outputs[0] = i ? ind_add(p, ret_outputs[0], part) : part;
    }
}

static void build_trima(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1], half = floor(n / 2);
    bool odd = n > 2 * half;
    int inner = ind_sma(p, use->node[0], odd ? half + 1 : half > 0 ? half : 1);
    ret_outputs[0] = ind_sma(p, inner, half + 1);
}

static void build_hma(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1];
    int fast = plan_length(p, &kernel_wma, use->node[0], floor(n / 2));
    int slow = plan_length(p, &kernel_wma, use->node[0], n);
    ret_outputs[0] =
        plan_length(p, &kernel_wma, ind_sub(p, ind_times(p, 2, fast), slow), floor(sqrt(n)));
}

static void build_zlema(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[1];
    int x = use->node[0], old = ind_shift(p, x, floor((n - 1) / 2));
    ret_outputs[0] = ind_ema(p, ind_sub(p, ind_times(p, 2, x), old), n);
}

static void build_vwma(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int volume = ind_candle(p, &kernel_volume);
    ret_outputs[0] = ind_div(p, ind_sma(p, ind_mul(p, use->node[0], volume), use->number[1]),
                             ind_sma(p, volume, use->number[1]));
}

static void build_swma(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int x = use->node[0];
    int outer = ind_add(p, x, ind_shift(p, x, 3));
    int inner = ind_add(p, ind_shift(p, x, 1), ind_shift(p, x, 2));
    ret_outputs[0] = ind_div(p, ind_add(p, outer, ind_times(p, 2, inner)), plan_constant(p, 6));
}

/* arg: length, offset, sigma. The weights, oldest first, are the state. */
static size_t alma_state(const double *arg) {
    return (size_t)arg[0] * sizeof(double);
}

static void alma_start(void *state, const double *arg) {
    double *weights = state, middle = arg[1] * (arg[0] - 1), width = arg[0] / arg[2], sum = 0;
    for (size_t k = 0; k < (size_t)arg[0]; k++) {
        double away = (double)k - middle;
        weights[k] = exp(-away * away / (2 * width * width));
        sum += weights[k];
    }
    for (size_t k = 0; k < (size_t)arg[0]; k++)
        weights[k] /= sum;
}

static void run_alma(const struct kernel_call *c) {
    const double *weights = c->state;
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *oldest = c->in[0] + i - (n - 1);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += oldest[k] * weights[k];
        c->out[i] = number_or_null(sum);
    }
}

static const struct kernel kernel_alma = {.history = kernel_length_less_1,
                                          .lookback = kernel_length_less_1,
                                          .cost = kernel_length,
                                          .state = alma_state,
                                          .start = alma_start,
                                          .run = run_alma};

/* arg: length, fast, slow. */
struct kama {
    double value;
    bool begun;
};

static size_t kama_state(const double *arg) {
    (void)arg;
    return sizeof(struct kama);
}

/* How straight the way of the last n changes was: 1 along a line, towards 0 to and fro; null with a
 * null among them. */
static double efficiency(const double *oldest, size_t n) {
    double way = 0, net = oldest[n] - oldest[0];
    for (size_t k = 0; k < n; k++)
        way += fabs(oldest[k + 1] - oldest[k]);
    if (isnan(way))
        return NUMBER_NULL;
    return way <= fabs(net) ? 1 : fabs(net) / way;
}

static void run_kama(const struct kernel_call *c) {
    struct kama *s = c->state;
    size_t n = (size_t)c->arg[0];
    double fast = 2 / (c->arg[1] + 1), slow = 2 / (c->arg[2] + 1);
    for (size_t i = 0; i < c->n; i++) {
        const double *newest = c->in[0] + i;
        double share = efficiency(newest - n, n) * (fast - slow) + slow;
        c->out[i] = NUMBER_NULL;
        if (isnan(share))
            continue;
        if (!s->begun)
            s->value = *(newest - 1);
        s->begun = true;
        c->out[i] = s->value += (*newest - s->value) * (share * share);
    }
}

static const struct kernel kernel_kama = {.history = kernel_length,
                                          .lookback = kernel_length,
                                          .recursive = kernel_length,
                                          .cost = kernel_length,
                                          .state = kama_state,
                                          .run = run_kama};

static void run_er(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = efficiency(c->in[0] + i - n, n);
}

static const struct kernel kernel_er = {
    .history = kernel_length, .lookback = kernel_length, .cost = kernel_length, .run = run_er};

static void build_midpoint(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = ind_middle(p, use->node[0], use->node[0], use->number[1]);
}

static void build_midprice(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] =
        ind_middle(p, ind_candle(p, &kernel_high), ind_candle(p, &kernel_low), use->number[0]);
}

const struct ind_row ind_smooth[] = {
    {.info = {.name = "dema",
              .group = "average",
              .help = "Double exponential moving average: less lag than ema.",
              .formula = "2 e - ema(e), e = ema(x)",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Mulloy 1994; TA-Lib's DEMA",
              .lookback = "2 * (length - 1)",
              .talib = "DEMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_dema},
    {.info = {.name = "tema",
              .group = "average",
              .help = "Triple exponential moving average: less lag still than dema.",
              .formula = "3 e - 3 ema(e) + ema(ema(e)), e = ema(x)",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Mulloy 1994; TA-Lib's TEMA",
              .lookback = "3 * (length - 1)",
              .talib = "TEMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_tema},
    {.info = {.name = "t3",
              .group = "average",
              .help = "Tillson's T3: dema of dema of dema with an adjustable share.",
              .formula = "d(d(d(x))), d(x) = (1 + v) ema(x) - v ema(ema(x)), v = factor",
              .seed = IND_EACH_MEAN_SEED,
              .source = "Tillson 1998; TA-Lib's T3",
              .lookback = "6 * (length - 1)",
              .talib = "T3",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_NUMBER_OR("factor", 0, 1, "0.7")},
              .n_args = 3},
     .build = build_t3},
    {.info = {.name = "trima",
              .group = "average",
              .help = "Triangular moving average: the middle of the window weighs most.",
              .formula = "sma(sma(x, a), b); a = b = (n + 1) / 2 when n is odd, else a = n / 2, "
                         "b = a + 1",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's TRIMA",
              .lookback = "length - 1",
              .talib = "TRIMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_trima},
    {.info = {.name = "kama",
              .group = "average",
              .help = "Kaufman's adaptive moving average: quick along a line, slow to and fro.",
              .formula = "k += (x - k) s^2; s = er (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + "
                         "1), er as in er()",
              .seed = "Starts from the value before its first; on a bar with a null among the last "
                      "n + 1 values it is null and its state stays.",
              .source = "Kaufman 1995; TA-Lib's KAMA",
              .lookback = "length",
              .talib = "KAMA",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_LENGTH_OR("fast", 1, "2"),
                       IND_LENGTH_OR("slow", 1, "30")},
              .n_args = 4},
     .kernel = &kernel_kama},
    {.info = {.name = "er",
              .group = "momentum",
              .help = "Kaufman's efficiency ratio: 1 along a line, towards 0 to and fro.",
              .formula = "|x - x[n]| / sum of |x - x[1]| over n bars, 1 when nothing moved",
              .seed = IND_WINDOW_SEED,
              .source = "Kaufman 1995; TA-Lib's ER",
              .lookback = "length",
              .talib = "ER",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_er},
    {.info = {.name = "hma",
              .group = "average",
              .help = "Hull moving average: smooth, with little lag.",
              .formula = "wma(2 wma(x, n / 2) - wma(x, n), sqrt(n)), both rounded down",
              .seed = IND_WINDOW_SEED,
              .source = "Hull 2005; Pine's ta.hma, TA-Lib's HMA",
              .lookback = "length + floor(sqrt(length)) - 2",
              .pine = "ta.hma",
              .talib = "HMA",
              .args = {IND_SOURCE, IND_LENGTH(2)},
              .n_args = 2},
     .build = build_hma},
    {.info = {.name = "zlema",
              .group = "average",
              .help = "Zero-lag exponential moving average: ema of the price less what it lags.",
              .formula = "ema(2 x - x[lag], n), lag = (n - 1) / 2, rounded down",
              .seed = IND_MEAN_SEED,
              .source = "Ehlers and Way 2010; TA-Lib's ZLEMA",
              .lookback = "length - 1 + floor((length - 1) / 2)",
              .talib = "ZLEMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_zlema},
    {.info = {.name = "vwma",
              .group = "average",
              .help = "Volume-weighted moving average.",
              .formula = "sma(x volume, n) / sma(volume, n); null without volume",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.vwma, TA-Lib's VWMA",
              .lookback = "length - 1",
              .pine = "ta.vwma",
              .talib = "VWMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_vwma},
    {.info = {.name = "alma",
              .group = "average",
              .help = "Arnaud Legoux moving average: weights as a bell, moved towards the newest.",
              .formula = "Weight of the k-th oldest: exp(-(k - offset (n - 1))^2 / (2 (n / "
                         "sigma)^2)), divided by their sum",
              .seed = IND_WINDOW_SEED,
              .source = "Legoux 2009; Pine's ta.alma without floor",
              .lookback = "length - 1",
              .pine = "ta.alma",
              .args = {IND_SOURCE, IND_LENGTH(1), IND_NUMBER_OR("offset", 0, 1, "0.85"),
                       IND_NUMBER_OR("sigma", 0.01, 1000, "6")},
              .n_args = 4},
     .kernel = &kernel_alma},
    {.info = {.name = "swma",
              .group = "average",
              .help = "Symmetrically weighted moving average of four values.",
              .formula = "(x[3] + 2 x[2] + 2 x[1] + x) / 6",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.swma",
              .lookback = "3",
              .pine = "ta.swma",
              .args = {IND_SOURCE},
              .n_args = 1},
     .build = build_swma},
    {.info = {.name = "midpoint",
              .group = "average",
              .help = "Middle between the highest and the lowest of the last `length` values.",
              .formula = "(highest(x, n) + lowest(x, n)) / 2",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's MIDPOINT",
              .lookback = "length - 1",
              .talib = "MIDPOINT",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_midpoint},
    {.info = {.name = "midprice",
              .group = "average",
              .help = "Middle between the highest high and the lowest low of `length` bars.",
              .formula = "(highest(high, n) + lowest(low, n)) / 2",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's MIDPRICE",
              .lookback = "length - 1",
              .talib = "MIDPRICE",
              .args = {IND_LENGTH(1)},
              .n_args = 1},
     .build = build_midprice},
    {.kernel = NULL},
};
