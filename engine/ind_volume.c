/* Volume summed along time. All start with the first bar read. */
#include "engine/ind_row.h"
#include "engine/number.h"

/* in: close, volume. One step of a line from the bar before to this one. */
struct line {
    double total, close, volume;
    bool begun;
};

static size_t line_state(const double *arg) {
    (void)arg;
    return sizeof(struct line);
}

typedef double step_fn(const struct line *s, double close, double volume);

static inline void along(const struct kernel_call *c, double start, double first_share,
                         step_fn *step) {
    struct line s = *(struct line *)c->state;
    for (size_t i = 0; i < c->n; i++) {
        double close = c->in[0][i], volume = c->in[1][i];
        if (s.begun)
            s.total = fmax(-NUMBER_MAX, fmin(NUMBER_MAX, step(&s, close, volume)));
        else
            s.total = start + first_share * volume;
        s.begun = true;
        s.close = close;
        s.volume = volume;
        c->out[i] = s.total;
    }
    *(struct line *)c->state = s;
}

static double obv(const struct line *s, double close, double volume) {
    return s->total + (close > s->close ? volume : close < s->close ? -volume : 0);
}

static double pvt(const struct line *s, double close, double volume) {
    return s->total + (close - s->close) / s->close * volume;
}

static double nvi(const struct line *s, double close, double volume) {
    return volume < s->volume ? s->total + (close - s->close) / s->close * s->total : s->total;
}

static double pvi(const struct line *s, double close, double volume) {
    return volume > s->volume ? s->total + (close - s->close) / s->close * s->total : s->total;
}

#define LINE(name, start, first_share)                                                             \
    static void run_##name(const struct kernel_call *c) {                                          \
        along(c, start, first_share, name);                                                        \
    }                                                                                              \
    static const struct kernel kernel_##name = {                                                   \
        .recursive = kernel_one, .state = line_state, .run = run_##name};

LINE(obv, 0, 1)
LINE(pvt, 0, 0)
LINE(nvi, 1000, 0)
LINE(pvi, 1000, 0)

/* in: high, low, close. */
static void run_wad(const struct kernel_call *c) {
    struct line s = *(struct line *)c->state;
    for (size_t i = 0; i < c->n; i++) {
        double close = c->in[2][i];
        if (s.begun && close > s.close)
            s.total += close - fmin(c->in[1][i], s.close);
        else if (s.begun && close < s.close)
            s.total += close - fmax(c->in[0][i], s.close);
        s.begun = true;
        s.close = close;
        c->out[i] = s.total;
    }
    *(struct line *)c->state = s;
}

static const struct kernel kernel_wad = {
    .recursive = kernel_one, .state = line_state, .run = run_wad};

/* Volume times where the close stands in its bar, -1 to 1. */
static inline double money(const struct kernel_call *c, size_t i) {
    double high = c->in[0][i], low = c->in[1][i], close = c->in[2][i];
    return high > low ? ((close - low) - (high - close)) / (high - low) * c->in[3][i] : 0;
}

/* in: high, low, close, volume. */
struct flow {
    double total, fast, slow;
    size_t bars;
};

static size_t flow_state(const double *arg) {
    (void)arg;
    return sizeof(struct flow);
}

static void run_accdist(const struct kernel_call *c) {
    double *total = &((struct flow *)c->state)->total;
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = *total += money(c, i);
}

static const struct kernel kernel_accdist = {
    .recursive = kernel_one, .state = flow_state, .run = run_accdist};

static size_t adosc_lookback(const double *arg) {
    return (size_t)(arg[0] > arg[1] ? arg[0] : arg[1]) - 1;
}

static size_t adosc_recursive(const double *arg) {
    return adosc_lookback(arg) + 1;
}

static void run_adosc(const struct kernel_call *c) {
    struct flow *s = c->state;
    double fast = 2 / (c->arg[0] + 1), slow = 2 / (c->arg[1] + 1);
    size_t first = adosc_lookback(c->arg);
    for (size_t i = 0; i < c->n; i++) {
        s->total += money(c, i);
        s->fast = s->bars ? s->fast + (s->total - s->fast) * fast : s->total;
        s->slow = s->bars ? s->slow + (s->total - s->slow) * slow : s->total;
        c->out[i] = s->bars >= first ? s->fast - s->slow : NUMBER_NULL;
        s->bars++;
    }
}

static const struct kernel kernel_adosc = {.lookback = adosc_lookback,
                                           .recursive = adosc_recursive,
                                           .state = flow_state,
                                           .run = run_adosc};

/* in: price, volume. Sums since the day began. */
struct day {
    double value, volume;
    int64_t day;
    bool begun;
};

static size_t day_state(const double *arg) {
    (void)arg;
    return sizeof(struct day);
}

static void run_vwap(const struct kernel_call *c) {
    struct day *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        int64_t day = interval_floor(INTERVAL_1D, c->bars->t[c->first + i]);
        if (!s->begun || day != s->day)
            *s = (struct day){.day = day, .begun = true};
        c->out[i] = NUMBER_NULL;
        if (isnan(c->in[0][i]))
            continue;
        s->value += c->in[0][i] * c->in[1][i];
        s->volume += c->in[1][i];
        c->out[i] = number_or_null(s->value / s->volume);
    }
}

static const struct kernel kernel_vwap = {.state = day_state, .run = run_vwap};

static void build_vwap(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_binary(p, &kernel_vwap, use->node[0], ind_candle(p, &kernel_volume));
}

/* Running sum; a null is left out. */
static void run_cum(const struct kernel_call *c) {
    double *total = &((struct line *)c->state)->total;
    for (size_t i = 0; i < c->n; i++) {
        if (!isnan(c->in[0][i]))
            *total = fmax(-NUMBER_MAX, fmin(NUMBER_MAX, *total + c->in[0][i]));
        c->out[i] = isnan(c->in[0][i]) ? NUMBER_NULL : *total;
    }
}

const struct kernel kernel_cum = {.recursive = kernel_one, .state = line_state, .run = run_cum};

const struct ind_row ind_volume[] = {
    {.info = {.name = "cum",
              .group = "volume",
              .help = "Sum of all values so far.",
              .formula = "s += x",
              .seed = "Starts at 0 with the first bar read; a null is left out, and null there.",
              .source = "Pine's ta.cum, TA-Lib's CUMSUM",
              .pine = "ta.cum",
              .talib = "CUMSUM",
              .args = {IND_SOURCE},
              .n_args = 1},
     .kernel = &kernel_cum},
    {.info = {.name = "obv",
              .group = "volume",
              .help = "On-balance volume: volume of rising less that of falling closes.",
              .formula = "s += volume where close > close[1], s -= volume where below",
              .seed = "Starts with the first bar's volume (TA-Lib; Pine: 0).",
              .source = "Granville 1963; TA-Lib's OBV, Pine's ta.obv",
              .pine = "ta.obv",
              .talib = "OBV"},
     .kernel = &kernel_obv,
     .candles = "cv"},
    {.info = {.name = "accdist",
              .group = "volume",
              .help = "Accumulation and distribution: volume by where the close stands in its bar.",
              .formula = "s += volume ((close - low) - (high - close)) / (high - low), 0 without "
                         "range",
              .seed = "Starts with the first bar.",
              .source = "Chaikin; TA-Lib's AD, Pine's ta.accdist",
              .pine = "ta.accdist",
              .talib = "AD",
              .aliases = {"ad"}},
     .kernel = &kernel_accdist,
     .candles = "hlcv"},
    {.info = {.name = "adosc",
              .group = "volume",
              .help = "Chaikin oscillator: fast less slow average of accdist.",
              .formula = "e(accdist, fast) - e(accdist, slow), e with weight 2 / (length + 1)",
              .seed = "Both averages start with the first value of accdist.",
              .source = "Chaikin; TA-Lib's ADOSC",
              .lookback = "max(fast, slow) - 1",
              .talib = "ADOSC",
              .args = {IND_LENGTH_OR("fast", 1, "3"), IND_LENGTH_OR("slow", 1, "10")},
              .n_args = 2},
     .kernel = &kernel_adosc,
     .candles = "hlcv"},
    {.info = {.name = "pvt",
              .group = "volume",
              .help = "Price volume trend: volume by the relative change of the close.",
              .formula = "s += volume (close - close[1]) / close[1]",
              .seed = "Starts at 0.",
              .source = "Pine's ta.pvt, TA-Lib's PVT",
              .pine = "ta.pvt",
              .talib = "PVT"},
     .kernel = &kernel_pvt,
     .candles = "cv"},
    {.info = {.name = "nvi",
              .group = "volume",
              .help = "Negative volume index: follows the close on bars of less volume.",
              .formula = "s += s (close - close[1]) / close[1] where volume < volume[1]",
              .seed = "Starts at 1000 (TA-Lib; Pine: 1).",
              .source = "Dysart 1936, Fosback 1976; TA-Lib's NVI, Pine's ta.nvi",
              .pine = "ta.nvi",
              .talib = "NVI"},
     .kernel = &kernel_nvi,
     .candles = "cv"},
    {.info = {.name = "pvi",
              .group = "volume",
              .help = "Positive volume index: follows the close on bars of more volume.",
              .formula = "s += s (close - close[1]) / close[1] where volume > volume[1]",
              .seed = "Starts at 1000 (TA-Lib; Pine: 1).",
              .source = "Dysart 1936, Fosback 1976; TA-Lib's PVI, Pine's ta.pvi",
              .pine = "ta.pvi",
              .talib = "PVI"},
     .kernel = &kernel_pvi,
     .candles = "cv"},
    {.info = {.name = "wad",
              .group = "volume",
              .help = "Williams' accumulation and distribution, which uses no volume.",
              .formula = "s += close - min(low, close[1]) on a rise, s += close - max(high, "
                         "close[1]) on a fall",
              .seed = "Starts at 0.",
              .source = "Williams 1972; TA-Lib's WAD, Pine's ta.wad",
              .pine = "ta.wad",
              .talib = "WAD"},
     .kernel = &kernel_wad,
     .candles = "hlc"},
    {.info = {.name = "vwap",
              .group = "volume",
              .help = "Volume-weighted average price since the day (UTC) began.",
              .formula = "sum of x volume / sum of volume since 00:00 UTC; vwap is that of hlc3; "
                         "null without volume",
              .seed = "A day of which only the end is read starts with the first bar read.",
              .source = "Pine's ta.vwap; TA-Lib's VWAP sums from the first bar on",
              .pine = "ta.vwap",
              .args = {IND_SOURCE_OR("hlc3")},
              .n_args = 1},
     .build = build_vwap},
    {.kernel = NULL},
};
