/* Ehlers' measurement of the dominant cycle by a Hilbert transform: one machine, many readings. */
#include "engine/ind_row.h"
#include "engine/number.h"

enum reading { PERIOD, PHASE, IN_PHASE, QUADRATURE, TREND_LINE, TREND_MODE, MAMA, FAMA };

#define PRICES     50 /* the longest cycle */
#define TAPS       3
#define SHORT_WAIT 12 /* values before the transform starts, and lookback */
#define SHORT_LOOK 32
#define LONG_WAIT  37
#define LONG_LOOK  63

/* One transformed series; odd and even bars have a filter of their own. */
struct transform {
    double taps[2][TAPS], before[2], input_before[2], value;
};

struct hilbert {
    double price[PRICES], smooth[PRICES]; /* rings; at: the present one */
    size_t at, n;                         /* n: values seen */
    double weighted, plain, leaving;      /* the smoother's running sums */
    struct transform detrender, q1, ji, jq;
    size_t tap;
    double in_phase[2][2]; /* of the detrender, two and three bars old, for odd and even bars */
    double i2, q2, re, im, period, smooth_period;
    double phase, sine, lead, trends[3];
    double mama, fama, mama_phase;
    double days_in_trend;
};

static size_t hilbert_state(const double *arg) {
    (void)arg;
    return sizeof(struct hilbert);
}

static bool is_long(enum reading what) {
    return what == PHASE || what == TREND_LINE || what == TREND_MODE;
}

static size_t hilbert_lookback(const double *arg) {
    return is_long((enum reading)arg[0]) ? LONG_LOOK : SHORT_LOOK;
}

static size_t hilbert_recursive(const double *arg) {
    (void)arg;
    return PRICES;
}

/* (4 x + 3 x[1] + 2 x[2] + x[3]) / 10, by running sums as TA-Lib's. */
static double smoother(struct hilbert *h, double x) {
    if (h->n < TAPS) {
        h->plain += x;
        h->weighted += x * (double)(h->n + 1);
        return 0;
    }
    h->plain += x - h->leaving;
    h->weighted += x * 4;
    h->leaving = h->price[(h->at + PRICES - TAPS) % PRICES];
    double smooth = h->weighted * 0.1;
    h->weighted -= h->plain;
    return smooth;
}

static double transform(struct transform *t, double x, size_t side, size_t tap, double gain) {
    double scaled = 0.0962 * x, value = -t->taps[side][tap] + scaled - t->before[side];
    t->taps[side][tap] = scaled;
    t->before[side] = 0.5769 * t->input_before[side];
    value += t->before[side];
    t->input_before[side] = x;
    return t->value = value * gain;
}

static double clamp(double x, double least, double most) {
    return x < least ? least : x > most ? most : x;
}

static double degrees(double radians) {
    return radians * (180 / acos(-1.0));
}

static double sine_of(double angle) {
    return sin(angle * (acos(-1.0) / 180));
}

static void measure_period(struct hilbert *h, double i2, double q2) {
    double last = h->period;
    h->re = 0.2 * (i2 * h->i2 + q2 * h->q2) + 0.8 * h->re;
    h->im = 0.2 * (i2 * h->q2 - q2 * h->i2) + 0.8 * h->im;
    h->i2 = i2;
    h->q2 = q2;
    if (h->im != 0 && h->re != 0)
        h->period = 360 / degrees(atan(h->im / h->re));
    if (h->period > 1.5 * last)
        h->period = 1.5 * last;
    if (h->period < 0.67 * last)
        h->period = 0.67 * last;
    h->period = 0.2 * clamp(h->period, 6, PRICES) + 0.8 * last;
    h->smooth_period = 0.33 * h->period + 0.67 * h->smooth_period;
}

static void follow(struct hilbert *h, double x, double in_phase, const double *arg) {
    double phase = in_phase != 0 ? degrees(atan(h->q1.value / in_phase)) : 0;
    double change = h->mama_phase - phase, share = arg[1];
    h->mama_phase = phase;
    if (change > 1)
        share = arg[1] / change < arg[2] ? arg[2] : arg[1] / change;
    h->mama = share * x + (1 - share) * h->mama;
    h->fama = 0.5 * share * h->mama + (1 - 0.5 * share) * h->fama;
}

static void measure_phase(struct hilbert *h) {
    double real = 0, imaginary = 0;
    size_t length = (size_t)(h->smooth_period + 0.5);
    for (size_t k = 0; k < length; k++) {
        double angle = (double)k * (2 * acos(-1.0)) / (double)length;
        double x = h->smooth[(h->at + PRICES - k) % PRICES];
        real += sin(angle) * x;
        imaginary += cos(angle) * x;
    }
    if (fabs(imaginary) > 0)
        h->phase = degrees(atan(real / imaginary));
    else
        h->phase += real < 0 ? -90 : real > 0 ? 90 : 0;
    h->phase += 90 + 360 / h->smooth_period + (imaginary < 0 ? 180 : 0);
    if (h->phase > 315)
        h->phase -= 360;
}

static double trend_line(struct hilbert *h) {
    double mean = 0;
    size_t length = (size_t)(h->smooth_period + 0.5);
    for (size_t k = 0; k < length; k++)
        mean += h->price[(h->at + PRICES - k) % PRICES];
    mean = length ? mean / (double)length : mean;
    double line = (4 * mean + 3 * h->trends[0] + 2 * h->trends[1] + h->trends[2]) / 10;
    h->trends[2] = h->trends[1];
    h->trends[1] = h->trends[0];
    h->trends[0] = mean;
    return line;
}

static double trend_mode(struct hilbert *h) {
    double last = h->phase, sine = h->sine, lead = h->lead, turn = 360 / h->smooth_period;
    measure_phase(h);
    h->sine = sine_of(h->phase);
    h->lead = sine_of(h->phase + 45);
    double line = trend_line(h), trend = 1;
    if ((h->sine > h->lead && sine <= lead) || (h->sine < h->lead && sine >= lead)) {
        h->days_in_trend = 0;
        trend = 0;
    }
    if (++h->days_in_trend < 0.5 * h->smooth_period)
        trend = 0;
    double moved = h->phase - last;
    if (moved > 0.67 * turn && moved < 1.5 * turn)
        trend = 0;
    if (line != 0 && fabs((h->smooth[h->at] - line) / line) >= 0.015)
        trend = 1;
    return trend;
}

/* One value; its smoothed and transformed parts, then the reading. */
static double step(struct hilbert *h, double x, enum reading what, const double *arg) {
    h->price[h->at] = x;
    double smooth = smoother(h, x), gain = 0.075 * h->period + 0.54;
    size_t side = h->n % 2, wait = is_long(what) ? LONG_WAIT : SHORT_WAIT;
    if (h->n < wait)
        return 0;
    h->smooth[h->at] = smooth;
    double in_phase = h->in_phase[side][1];
    transform(&h->detrender, smooth, side, h->tap, gain);
    transform(&h->q1, h->detrender.value, side, h->tap, gain);
    transform(&h->ji, in_phase, side, h->tap, gain);
    transform(&h->jq, h->q1.value, side, h->tap, gain);
    if (side == 0)
        h->tap = (h->tap + 1) % TAPS;
    double q2 = 0.2 * (h->q1.value + h->ji.value) + 0.8 * h->q2;
    double i2 = 0.2 * (in_phase - h->jq.value) + 0.8 * h->i2;
    h->in_phase[!side][1] = h->in_phase[!side][0];
    h->in_phase[!side][0] = h->detrender.value;
    if (what == MAMA || what == FAMA)
        follow(h, x, in_phase, arg);
    measure_period(h, i2, q2);
    switch (what) {
    case PERIOD:
        return h->smooth_period;
    case PHASE:
        measure_phase(h);
        return h->phase;
    case IN_PHASE:
        return in_phase;
    case QUADRATURE:
        return h->q1.value;
    case TREND_LINE:
        return trend_line(h);
    case TREND_MODE:
        return trend_mode(h);
    case MAMA:
        return h->mama;
    case FAMA:
        break;
    }
    return h->fama;
}

/* arg: reading, fast limit, slow limit. */
static void run_hilbert(const struct kernel_call *c) {
    struct hilbert *h = c->state;
    size_t first = hilbert_lookback(c->arg);
    for (size_t i = 0; i < c->n; i++) {
        double x = c->in[0][i];
        c->out[i] = NUMBER_NULL;
        if (isnan(x))
            continue;
        double value = step(h, x, (enum reading)c->arg[0], c->arg);
        if (h->n >= first)
            c->out[i] = number_or_null(value);
        h->n++;
        h->at = (h->at + 1) % PRICES;
    }
}

static const struct kernel kernel_hilbert = {.lookback = hilbert_lookback,
                                             .recursive = hilbert_recursive,
                                             .state = hilbert_state,
                                             .run = run_hilbert};

static int reading(struct plan *p, enum reading what, const struct ind_use *use, double fast,
                   double slow) {
    return plan_node(p, &kernel_hilbert, (int[KERNEL_INPUTS_MAX]){use->node[0], -1, -1, -1},
                     (double[KERNEL_ARGS_MAX]){what, fast, slow});
}

#define BUILD(name, what)                                                                          \
    static void build_##name(struct plan *p, const struct ind_use *use, int *ret_outputs) {        \
        ret_outputs[0] = reading(p, what, use, 0, 0);                                              \
    }

BUILD(period, PERIOD)
BUILD(phase, PHASE)
BUILD(trendline, TREND_LINE)
BUILD(trendmode, TREND_MODE)

static void build_phasor(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = reading(p, IN_PHASE, use, 0, 0);
    ret_outputs[1] = reading(p, QUADRATURE, use, 0, 0);
}

static int sine(struct plan *p, int phase, double ahead) {
    int angle = ind_add(p, phase, plan_constant(p, ahead));
    return plan_unary(p, &kernel_sin, ind_times(p, acos(-1.0) / 180, angle));
}

static void build_sine(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int phase = reading(p, PHASE, use, 0, 0);
    ret_outputs[0] = sine(p, phase, 0);
    ret_outputs[1] = sine(p, phase, 45);
}

static void build_mama(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = reading(p, MAMA, use, use->number[1], use->number[2]);
    ret_outputs[1] = reading(p, FAMA, use, use->number[1], use->number[2]);
}

#define ROW(word, in_talib, text, rule, look, maker, ...)                                          \
    {                                                                                              \
        .info = {.name = word,                                                                     \
                 .group = "cycle",                                                                 \
                 .help = text,                                                                     \
                 .formula = rule,                                                                  \
                 .seed =                                                                           \
                     "The filters start empty. A null is skipped: null there, the state stays.",   \
                 .source = "Ehlers 2001; TA-Lib's " in_talib,                                      \
                 .lookback = look,                                                                 \
                 .talib = in_talib,                                                                \
                 .args = {IND_SOURCE},                                                             \
                 .n_args = 1,                                                                      \
                 __VA_ARGS__},                                                                     \
        .build = maker                                                                             \
    }

const struct ind_row ind_hilbert[] = {
    ROW("ht_dcperiod", "HT_DCPERIOD", "Length of the dominant cycle, 6 to 50 bars.",
        "Change of the phase of the smoothed price, by a Hilbert transform", "32", build_period, ),
    ROW("ht_dcphase", "HT_DCPHASE", "Phase of the dominant cycle, -45 to 315 degrees.",
        "Phase of the smoothed price over one cycle", "63", build_phase, ),
    ROW("ht_phasor", "HT_PHASOR", "Phasor of the dominant cycle.",
        "in_phase and quadrature component of the detrended price", "32", build_phasor,
        .outputs = {"in_phase", "quadrature"}, .n_outputs = 2),
    ROW("ht_sine", "HT_SINE", "Sine of the dominant cycle's phase, and an eighth ahead.",
        "sine = sin(ht_dcphase), lead = sin(ht_dcphase + 45)", "63", build_sine,
        .outputs = {"sine", "lead"}, .n_outputs = 2),
    ROW("ht_trendline", "HT_TRENDLINE", "Price without the dominant cycle.",
        "Mean over one cycle, smoothed by (4 m + 3 m[1] + 2 m[2] + m[3]) / 10", "63",
        build_trendline, ),
    ROW("ht_trendmode", "HT_TRENDMODE", "1 in a trend, 0 in a cycle.",
        "A trend unless the sines crossed within half a cycle or the phase turns as a cycle's; "
        "always when the price is 1.5 % off the trend line",
        "63", build_trendmode, ),
    {.info = {.name = "mama",
              .group = "average",
              .help = "MESA adaptive moving average and the one that follows it.",
              .formula = "mama += a (x - mama), fama += a / 2 (mama - fama); a = fast / change of "
                         "phase in degrees, from slow to fast",
              .seed = "Both start at 0, 12 bars after the first. A null is skipped.",
              .source = "Ehlers 2001; TA-Lib's MAMA",
              .lookback = "32",
              .talib = "MAMA",
              .args = {IND_SOURCE, IND_NUMBER_OR("fast", 0.01, 0.99, "0.5"),
                       IND_NUMBER_OR("slow", 0.01, 0.99, "0.05")},
              .n_args = 3,
              .outputs = {"mama", "fama"},
              .n_outputs = 2},
     .build = build_mama},
    {.kernel = NULL},
};
