/* Wilder's directional movement: one machine, six readings. */
#include "engine/ind_row.h"
#include "engine/number.h"

enum reading { PLUS_DM, MINUS_DM, PLUS_DI, MINUS_DI, DX, ADX };

/* in: high, low, close; arg: length, reading, length of adx. */
struct movement {
    double plus, minus, range; /* Wilder's sums */
    double high, low, close;   /* of the bar before */
    double dx, adx;            /* adx: the sum of its seed so far, then the average */
    size_t bars, n_dx;         /* seen */
};

static size_t movement_state(const double *arg) {
    (void)arg;
    return sizeof(struct movement);
}

static size_t movement_lookback(const double *arg) {
    size_t n = (size_t)arg[0];
    if (arg[1] <= MINUS_DM)
        return n - 1;
    return arg[1] < ADX ? n : n + (size_t)arg[2] - 1;
}

static size_t movement_recursive(const double *arg) {
    return (size_t)(arg[1] == ADX && arg[2] > arg[0] ? arg[2] : arg[0]);
}

/* The sums of n - 1 bars are the seed; then s - s / n + x. */
static inline double smooth(double sum, double x, double n, bool seeded) {
    return seeded ? sum - sum / n + x : sum + x;
}

static void move(struct movement *s, double high, double low, double n) {
    double up = high - s->high, down = s->low - low;
    double to_high = fabs(high - s->close), to_low = fabs(low - s->close), range = high - low;
    bool seeded = (double)s->bars >= n;
    range = range < to_high ? to_high : range;
    range = range < to_low ? to_low : range;
    s->plus = smooth(s->plus, up > 0 && up > down ? up : 0, n, seeded);
    s->minus = smooth(s->minus, down > 0 && down > up ? down : 0, n, seeded);
    s->range = smooth(s->range, range, n, seeded);
}

/* Of a bar without range or movement dx stays; adx leaves such a bar out. */
static void index_of(struct movement *s, double m) {
    double both = s->plus + s->minus;
    bool there = s->range > 0 && both > 0;
    if (there)
        s->dx = 100 * (fabs(s->plus - s->minus) / both);
    if ((double)s->n_dx < m)
        s->adx += there ? s->dx : 0;
    else if (there)
        s->adx += (s->dx - s->adx) / m;
    if ((double)++s->n_dx == m)
        s->adx /= m;
}

static double read_out(const struct movement *s, enum reading what) {
    switch (what) {
    case PLUS_DM:
        return s->plus;
    case MINUS_DM:
        return s->minus;
    case PLUS_DI:
        return s->range > 0 ? 100 * (s->plus / s->range) : 0;
    case MINUS_DI:
        return s->range > 0 ? 100 * (s->minus / s->range) : 0;
    case DX:
        return s->dx;
    case ADX:
        break;
    }
    return s->adx;
}

static void run_movement(const struct kernel_call *c) {
    struct movement s = *(struct movement *)c->state;
    enum reading what = (enum reading)c->arg[1];
    double n = c->arg[0], m = what == ADX ? c->arg[2] : 1;
    size_t first = movement_lookback(c->arg);
    for (size_t i = 0; i < c->n; i++) {
        double high = c->in[0][i], low = c->in[1][i], close = c->in[2][i];
        if (s.bars > 0)
            move(&s, high, low, n);
        if ((double)s.bars >= n)
            index_of(&s, m);
        c->out[i] = s.bars >= first ? read_out(&s, what) : NUMBER_NULL;
        s.high = high;
        s.low = low;
        s.close = close;
        s.bars++;
    }
    *(struct movement *)c->state = s;
}

static const struct kernel kernel_movement = {.lookback = movement_lookback,
                                              .recursive = movement_recursive,
                                              .state = movement_state,
                                              .run = run_movement};

static int reading(struct plan *p, enum reading what, double n, double m) {
    int in[KERNEL_INPUTS_MAX] = {ind_candle(p, &kernel_high), ind_candle(p, &kernel_low),
                                 ind_candle(p, &kernel_close), -1};
    return plan_node(p, &kernel_movement, in, (double[KERNEL_ARGS_MAX]){n, what, m});
}

#define BUILD(name, what)                                                                          \
    static void build_##name(struct plan *p, const struct ind_use *use, int *ret_outputs) {        \
        ret_outputs[0] = reading(p, what, use->number[0], use->number[0]);                         \
    }

BUILD(plus_dm, PLUS_DM)
BUILD(minus_dm, MINUS_DM)
BUILD(plus_di, PLUS_DI)
BUILD(minus_di, MINUS_DI)
BUILD(dx, DX)
BUILD(adx, ADX)

static void build_adxr(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[0];
    int adx = reading(p, ADX, n, n);
    ret_outputs[0] = ind_div(p, ind_add(p, adx, ind_shift(p, adx, n - 1)), plan_constant(p, 2));
}

static void build_dmi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double n = use->number[0];
    ret_outputs[0] = reading(p, PLUS_DI, n, n);
    ret_outputs[1] = reading(p, MINUS_DI, n, n);
    ret_outputs[2] = reading(p, ADX, n, use->number[1]);
}

#define SEED                                                                                       \
    "The smoothed sums start as the plain sums of the first n - 1 bars after the first (Wilder)."

const struct ind_row ind_direction[] = {
    {.info = {.name = "plus_dm",
              .group = "trend",
              .help = "Plus directional movement: how far highs rose, smoothed.",
              .formula = "s - s / n + dm; dm = high - high[1] where that is above 0 and above "
                         "low[1] - low, else 0",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's PLUS_DM",
              .lookback = "length - 1",
              .talib = "PLUS_DM",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_plus_dm},
    {.info = {.name = "minus_dm",
              .group = "trend",
              .help = "Minus directional movement: how far lows fell, smoothed.",
              .formula = "s - s / n + dm; dm = low[1] - low where that is above 0 and above high "
                         "- high[1], else 0",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's MINUS_DM",
              .lookback = "length - 1",
              .talib = "MINUS_DM",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_minus_dm},
    {.info = {.name = "plus_di",
              .group = "trend",
              .help = "Plus directional indicator: rise as a share of the range, in percent.",
              .formula = "100 plus_dm / smoothed tr, 0 without range",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's PLUS_DI",
              .lookback = "length",
              .talib = "PLUS_DI",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_plus_di},
    {.info = {.name = "minus_di",
              .group = "trend",
              .help = "Minus directional indicator: fall as a share of the range, in percent.",
              .formula = "100 minus_dm / smoothed tr, 0 without range",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's MINUS_DI",
              .lookback = "length",
              .talib = "MINUS_DI",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_minus_di},
    {.info = {.name = "dx",
              .group = "trend",
              .help = "Directional index: how one-sided movement is, 0 to 100.",
              .formula = "100 |plus_di - minus_di| / (plus_di + minus_di); the value before where "
                         "nothing moved",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's DX",
              .lookback = "length",
              .talib = "DX",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_dx},
    {.info = {.name = "adx",
              .group = "trend",
              .help = "Average directional index: strength of a trend either way, 0 to 100.",
              .formula = "Wilder's average of dx over n; a bar without movement is left out",
              .seed = SEED " adx starts as the mean of the first n values of dx.",
              .source = "Wilder 1978; TA-Lib's ADX",
              .lookback = "2 * length - 1",
              .talib = "ADX",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_adx},
    {.info = {.name = "adxr",
              .group = "trend",
              .help = "Average directional index rating: adx and what it was, in the mean.",
              .formula = "(adx + adx[n - 1]) / 2",
              .seed = SEED,
              .source = "Wilder 1978; TA-Lib's ADXR",
              .lookback = "3 * length - 2",
              .talib = "ADXR",
              .args = {IND_LENGTH(2)},
              .n_args = 1},
     .build = build_adxr},
    {.info = {.name = "dmi",
              .group = "trend",
              .help = "Directional movement: both indicators and adx in one.",
              .formula = "plus = plus_di(n), minus = minus_di(n), adx over its own length",
              .seed = SEED " Pine's ta.dmi seeds by means of n instead; the two grow alike.",
              .source = "Wilder 1978; Pine's ta.dmi with TA-Lib's seeds",
              .lookback = "length + adx_length - 1",
              .pine = "ta.dmi",
              .args = {IND_LENGTH(2), IND_LENGTHS("adx_length", 1)},
              .n_args = 2,
              .outputs = {"plus", "minus", "adx"},
              .n_outputs = 3},
     .build = build_dmi},
    {.kernel = NULL},
};
