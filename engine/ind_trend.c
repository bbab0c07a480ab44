/* Which way, and is there one. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* in: high, low; arg: start, increment, most. */
struct sar {
    double stop, extreme, share, high, low; /* high, low: of the bar before */
    size_t bars;
    bool up;
};

static size_t sar_state(const double *arg) {
    (void)arg;
    return sizeof(struct sar);
}

static double larger(double a, double b) {
    return a > b ? a : b;
}

static double smaller(double a, double b) {
    return a < b ? a : b;
}

/* The direction is that of the second bar's movement; its own extremes stand for the first bar's
 * from then on. */
static void sar_begin(struct sar *s, double high, double low, double start) {
    double up = high - s->high, down = s->low - low;
    s->up = !(down > 0 && down > up);
    s->extreme = s->up ? high : low;
    s->stop = s->up ? s->low : s->high;
    s->share = start;
    s->high = high;
    s->low = low;
}

static double sar_step(struct sar *s, double high, double low, const double *arg) {
    double start = smaller(arg[0], arg[2]), step = smaller(arg[1], arg[2]), now = s->stop;
    bool turns = s->up ? low <= s->stop : high >= s->stop;
    if (turns) {
        now = s->up ? larger(s->extreme, larger(s->high, high))
                    : smaller(s->extreme, smaller(s->low, low));
        s->up = !s->up;
        s->share = start;
        s->extreme = s->up ? high : low;
    } else if (s->up ? high > s->extreme : low < s->extreme) {
        s->extreme = s->up ? high : low;
        s->share = smaller(s->share + step, arg[2]);
    }
    s->stop = now + s->share * (s->extreme - now);
    s->stop =
        s->up ? smaller(s->stop, smaller(s->low, low)) : larger(s->stop, larger(s->high, high));
    return now;
}

static void run_sar(const struct kernel_call *c) {
    struct sar *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        double high = c->in[0][i], low = c->in[1][i];
        if (s->bars == 1)
            sar_begin(s, high, low, smaller(c->arg[0], c->arg[2]));
        c->out[i] = s->bars > 0 ? sar_step(s, high, low, c->arg) : NUMBER_NULL;
        s->high = high;
        s->low = low;
        s->bars++;
    }
}

static const struct kernel kernel_sar = {
    .lookback = kernel_one, .recursive = kernel_one, .state = sar_state, .run = run_sar};

/* in: middle of the bar, close, width of the band; arg: 0 the line, 1 the direction. */
struct supertrend {
    double upper, lower, close;
    bool begun, down;
};

static size_t supertrend_state(const double *arg) {
    (void)arg;
    return sizeof(struct supertrend);
}

static void run_supertrend(const struct kernel_call *c) {
    struct supertrend *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        double close = c->in[1][i], upper = c->in[0][i] + c->in[2][i];
        double lower = c->in[0][i] - c->in[2][i];
        c->out[i] = NUMBER_NULL;
        if (isnan(upper))
            continue;
        if (s->begun && !(upper < s->upper || s->close > s->upper))
            upper = s->upper;
        if (s->begun && !(lower > s->lower || s->close < s->lower))
            lower = s->lower;
        if (s->begun)
            s->down = s->down ? !(close > upper) : close < lower;
        s->upper = upper;
        s->lower = lower;
        s->close = close;
        s->begun = true;
        if (c->arg[0] != 0)
            c->out[i] = s->down ? 1 : -1;
        else
            c->out[i] = s->down ? upper : lower;
    }
}

static const struct kernel kernel_supertrend = {
    .recursive = kernel_one, .state = supertrend_state, .run = run_supertrend};

static void build_supertrend(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    int atr = plan_length(p, &kernel_rma, ind_true_range(p), use->number[1]);
    int in[KERNEL_INPUTS_MAX] = {ind_div(p, ind_add(p, high, low), plan_constant(p, 2)),
                                 ind_candle(p, &kernel_close), ind_mul(p, use->node[0], atr), -1};
    for (int i = 0; i < 2; i++)
        ret_outputs[i] = plan_node(p, &kernel_supertrend, in, (double[KERNEL_ARGS_MAX]){(double)i});
}

/* 100 when the extreme of n + 1 bars is the present one, 0 when it is n bars old. */
static int aroon(struct plan *p, const struct kernel *bars, const struct kernel *column, double n) {
    int age = plan_length(p, bars, ind_candle(p, column), n + 1);
    return ind_times(p, 100 / n, ind_add(p, age, plan_constant(p, n)));
}

static void build_aroon(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = aroon(p, &kernel_highestbars, &kernel_high, use->number[0]);
    ret_outputs[1] = aroon(p, &kernel_lowestbars, &kernel_low, use->number[0]);
}

static void build_aroonosc(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = ind_sub(p, aroon(p, &kernel_highestbars, &kernel_high, use->number[0]),
                             aroon(p, &kernel_lowestbars, &kernel_low, use->number[0]));
}

static void build_chop(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[0];
    int span = ind_sub(p, ind_highest(p, ind_candle(p, &kernel_high), n),
                       ind_lowest(p, ind_candle(p, &kernel_low), n));
    int ratio = ind_div(p, ind_sum(p, ind_true_range(p), n), span);
    ret_outputs[0] = ind_times(p, 100 / log10(n), plan_unary(p, &kernel_log10, ratio));
}

static void build_vhf(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int x = use->node[0];
    double n = use->number[1];
    int way = ind_sum(p, plan_unary(p, &kernel_abs, ind_sub(p, x, ind_shift(p, x, 1))), n);
    ret_outputs[0] = ind_div(p, ind_sub(p, ind_highest(p, x, n), ind_lowest(p, x, n)), way);
}

static void build_vortex(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int high = ind_candle(p, &kernel_high), low = ind_candle(p, &kernel_low);
    double n = use->number[0];
    int up = plan_unary(p, &kernel_abs, ind_sub(p, high, ind_shift(p, low, 1)));
    int down = plan_unary(p, &kernel_abs, ind_sub(p, low, ind_shift(p, high, 1)));
    int range = ind_sum(p, ind_true_range(p), n);
    ret_outputs[0] = ind_div(p, ind_sum(p, up, n), range);
    ret_outputs[1] = ind_div(p, ind_sum(p, down, n), range);
}

const struct ind_row ind_trend[] = {
    {.info = {.name = "supertrend",
              .group = "trend",
              .help = "A stop line that follows the price at `factor` average true ranges.",
              .formula = "Bands hl2 +- factor atr(n); the upper falls, the lower rises, until the "
                         "close before is beyond; a close beyond the band in force turns. line: "
                         "the band in force; direction: -1 up, 1 down",
              .seed = "Starts upwards on the first bar with an atr (TA-Lib; Pine starts "
                      "downwards). direction has Pine's sign; TA-Lib's trend is its negative.",
              .source = "Seban; Pine's ta.supertrend, TA-Lib's SUPERTREND",
              .lookback = "length",
              .pine = "ta.supertrend",
              .talib = "SUPERTREND",
              .args = {IND_NUMBER("factor", 0, 1000), IND_LENGTH(1)},
              .n_args = 2,
              .outputs = {"line", "direction"},
              .n_outputs = 2},
     .build = build_supertrend},
    {.info = {.name = "sar",
              .group = "trend",
              .help = "Parabolic stop and reverse.",
              .formula = "stop += share (extreme - stop), share from start, up by increment with "
                         "every new extreme, at most maximum; never inside the last two bars; a "
                         "bar that touches it turns it to the extreme",
              .seed = "Direction: that of the larger movement on the second bar.",
              .source = "Wilder 1978; TA-Lib's SAR (one acceleration: start = increment), Pine's "
                        "ta.sar",
              .lookback = "1",
              .pine = "ta.sar",
              .talib = "SAR",
              .args = {IND_NUMBER_OR("start", 0, 1, "0.02"),
                       IND_NUMBER_OR("increment", 0, 1, "0.02"),
                       IND_NUMBER_OR("maximum", 0, 1, "0.2")},
              .n_args = 3},
     .kernel = &kernel_sar,
     .candles = "hl"},
    {.info = {.name = "aroon",
              .group = "trend",
              .help = "Aroon: how fresh the highest high and the lowest low are, 0 to 100.",
              .formula = "up = 100 (n - bars since the highest high of n + 1 bars) / n, down "
                         "alike; of equal ones the latest counts",
              .seed = IND_WINDOW_SEED,
              .source = "Chande 1995; TA-Lib's AROON",
              .lookback = "length",
              .talib = "AROON",
              .args = {IND_LENGTHS_BELOW("length", 1)},
              .n_args = 1,
              .outputs = {"up", "down"},
              .n_outputs = 2},
     .build = build_aroon},
    {.info = {.name = "aroonosc",
              .group = "trend",
              .help = "Aroon oscillator, -100 to 100.",
              .formula = "aroon(n).up - aroon(n).down",
              .seed = IND_WINDOW_SEED,
              .source = "Chande 1995; TA-Lib's AROONOSC",
              .lookback = "length",
              .talib = "AROONOSC",
              .args = {IND_LENGTHS_BELOW("length", 1)},
              .n_args = 1},
     .build = build_aroonosc},
    {.info = {.name = "chop",
              .group = "trend",
              .help = "Choppiness index: near 100 sideways, near 0 along a trend.",
              .formula = "100 log10(sum of tr over n / (highest high - lowest low)) / log10(n); "
                         "null without range",
              .seed = IND_WINDOW_SEED,
              .source = "Dreiss 1993; Pine's built-in script, whose first tr is high - low",
              .lookback = "length",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_chop},
    {.info = {.name = "vhf",
              .group = "trend",
              .help = "Vertical horizontal filter: high along a trend, low sideways.",
              .formula = "(highest(x, n) - lowest(x, n)) / sum of |x - x[1]| over n; null when "
                         "nothing moved",
              .seed = IND_WINDOW_SEED,
              .source = "White 1991; TA-Lib's VHF",
              .lookback = "length",
              .talib = "VHF",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_vhf},
    {.info = {.name = "vortex",
              .group = "trend",
              .help = "Vortex indicator: upward and downward movement as shares of the range.",
              .formula = "plus = sum of |high - low[1]| / sum of tr, minus = sum of |low - "
                         "high[1]| / sum of tr, over n",
              .seed = IND_WINDOW_SEED,
              .source = "Botes and Siepman 2010; TA-Lib's VORTEX",
              .lookback = "length",
              .talib = "VORTEX",
              .args = {IND_LENGTH(1)},
              .n_args = 1,
              .outputs = {"plus", "minus"},
              .n_outputs = 2},
     .build = build_vortex},
    {.kernel = NULL},
};
