/* How fast a series moves. */
#include "engine/ind_row.h"
#include "engine/number.h"
#include "engine/wide.h"

static void run_change(const struct kernel_call *c) {
    const double *x = c->in[0], *old = x - (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = number_or_null(x[i] - old[i]);
}

const struct kernel kernel_change = {
    .history = kernel_length, .lookback = kernel_length, .run = run_change};

/* factor (x - old) / old, and the plain ratio */
static inline void rate(const struct kernel_call *c, double factor, double less) {
    const double *x = c->in[0], *old = x - (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = number_or_null(factor * (x[i] - less * old[i]) / old[i]);
}

static void run_roc(const struct kernel_call *c) {
    rate(c, 100, 1);
}

static void run_rocp(const struct kernel_call *c) {
    rate(c, 1, 1);
}

static void run_rocr(const struct kernel_call *c) {
    rate(c, 1, 0);
}

static void run_rocr100(const struct kernel_call *c) {
    rate(c, 100, 0);
}

#define RATE(name)                                                                                 \
    const struct kernel kernel_##name = {                                                          \
        .history = kernel_length, .lookback = kernel_length, .run = run_##name}

RATE(roc);
RATE(rocp);
static RATE(rocr);
static RATE(rocr100);

/* 100 (x - x[n]) / the way between, 0 when nothing moved. */
static void run_cmou(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *oldest = c->in[0] + i - n;
        double way = 0;
        for (size_t k = 0; k < n; k++)
            way += fabs(oldest[k + 1] - oldest[k]);
        c->out[i] = way == 0 ? 0 : number_or_null(100 * (oldest[n] - oldest[0]) / way);
    }
}

static const struct kernel kernel_cmou = {
    .history = kernel_length, .lookback = kernel_length, .cost = kernel_length, .run = run_cmou};

/* What the series gained, or lost, since its last value; nulls are passed over. */
struct moved {
    double last; /* NaN: none yet */
};

static size_t moved_state(const double *arg) {
    (void)arg;
    return sizeof(struct moved);
}

static void moved_start(void *state, const double *arg) {
    (void)arg;
    ((struct moved *)state)->last = NUMBER_NULL;
}

WIDE_BODY void moved(const struct kernel_call *c, double sign) {
    const double *restrict x = c->in[0];
    double *restrict out = c->out;
    struct moved *s = c->state;
    if (kernel_dense(c)) {
        out[0] = x[0] == x[0] ? sign * (x[0] - s->last) : NUMBER_NULL;
        for (size_t i = 1; i < c->n; i++)
            out[i] = sign * (x[i] - x[i - 1]);
        s->last = x[c->n - 1];
    } else {
        for (size_t i = 0; i < c->n; i++) {
            out[i] = sign * (x[i] - s->last);
            s->last = x[i] == x[i] ? x[i] : s->last;
        }
    }
    for (size_t i = 0; i < c->n; i++)
        out[i] = out[i] < 0 ? 0 : out[i];
}

#define MOVED(name, sign)                                                                          \
    WIDE_BODY void body_##name(const struct kernel_call *c) {                                      \
        moved(c, sign);                                                                            \
    }                                                                                              \
    WIDE_PAIR(name)                                                                                \
    static const struct kernel kernel_##name = {.whole = true,                                     \
                                                .lookback = kernel_one,                            \
                                                .state = moved_state,                              \
                                                .start = moved_start,                              \
                                                .run = run_##name,                                 \
                                                .run_wide = wide_##name};

MOVED(gain, 1)
MOVED(loss, -1)

/* 100 (g - part l) / (g + l), 0 when both are 0. */
WIDE_BODY void strength(const struct kernel_call *c, double part) {
    const double *restrict gain = c->in[0], *restrict loss = c->in[1];
    double *restrict out = c->out;
    for (size_t i = 0; i < c->n; i++) {
        double both = gain[i] + loss[i];
        out[i] = 100 * ((gain[i] - loss[i] * part) / (both == 0 ? 1 : both));
    }
}

#define STRENGTH(name, part)                                                                       \
    WIDE_BODY void body_##name(const struct kernel_call *c) {                                      \
        strength(c, part);                                                                         \
    }                                                                                              \
    WIDE_PAIR(name)                                                                                \
    static const struct kernel kernel_##name = {                                                   \
        .pure = true, .run = run_##name, .run_wide = wide_##name};

STRENGTH(strength, 0)
STRENGTH(balance, 1)

static int of_moves(struct plan *p, const struct kernel *kernel, int x, double n) {
    int gain = plan_unary(p, &kernel_gain, x), loss = plan_unary(p, &kernel_loss, x);
    return plan_binary(p, kernel, plan_length(p, &kernel_rma, gain, n),
                       plan_length(p, &kernel_rma, loss, n));
}

int ind_rsi(struct plan *p, int x, double n) {
    return of_moves(p, &kernel_strength, x, n);
}

static void build_rsi(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = ind_rsi(p, use->node[0], use->number[1]);
}

static void build_cmo(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = of_moves(p, &kernel_balance, use->node[0], use->number[1]);
}

/* Both averages' seed windows end on the same bar: the faster one leaves the first values out. The
 * line is null until its signal has a value, as TA-Lib's outputs begin together. */
static void build_macd(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double fast = use->number[1], slow = use->number[2];
    if (fast > slow) { /* TA-Lib swaps them too */
        fast = use->number[2];
        slow = use->number[1];
    }
    int source[KERNEL_INPUTS_MAX] = {use->node[0], -1, -1, -1};
    int line =
        plan_binary(p, &kernel_sub,
                    plan_node(p, &kernel_ema, source, (double[KERNEL_ARGS_MAX]){fast, slow - fast}),
                    plan_length(p, &kernel_ema, use->node[0], slow));
    ret_outputs[1] = plan_length(p, &kernel_ema, line, use->number[3]);
    ret_outputs[0] = plan_binary(p, &kernel_where, line, ret_outputs[1]);
    ret_outputs[2] = plan_binary(p, &kernel_sub, line, ret_outputs[1]);
}

#define WILDER_SEED                                                                                \
    "Seed: mean of the first n differences. A null is skipped: null there, the averages stay."

const struct ind_row ind_momentum[] = {
    {.info = {.name = "rsi",
              .group = "momentum",
              .help = "Relative strength index, 0 to 100.",
              .formula = "100 g / (g + l), 0 when g + l is 0; g and l: rma of gains and losses",
              .seed = WILDER_SEED,
              .source = "Wilder 1978; TA-Lib's RSI; Pine's ta.rsi gives null or 100 where nothing "
                        "moved or fell",
              .lookback = "length",
              .pine = "ta.rsi",
              .talib = "RSI",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_rsi},
    {.info = {.name = "cmo",
              .group = "momentum",
              .help = "Chande momentum oscillator, -100 to 100.",
              .formula = "100 (g - l) / (g + l), 0 when g + l is 0; g and l as in rsi",
              .seed = WILDER_SEED,
              .source = "TA-Lib's CMO; Chande's own and Pine's ta.cmo take plain sums: cmou",
              .lookback = "length",
              .talib = "CMO",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .build = build_cmo},
    {.info = {.name = "cmou",
              .group = "momentum",
              .help = "Chande momentum oscillator of plain sums, -100 to 100.",
              .formula = "100 (x - x[n]) / sum of |x - x[1]| over n, 0 when nothing moved",
              .seed = IND_WINDOW_SEED,
              .source = "Chande 1994; Pine's ta.cmo, TA-Lib's CMOU",
              .lookback = "length",
              .pine = "ta.cmo",
              .talib = "CMOU",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_cmou},
    {.info = {.name = "macd",
              .group = "momentum",
              .help = "Moving average convergence divergence: fast less slow ema, its ema, and the "
                      "difference of the two.",
              .formula = "line = ema(fast) - ema(slow), signal = ema of the line, hist = line - "
                         "signal; a fast longer than slow is swapped with it",
              .seed = IND_TOGETHER "Both seed windows end on the same bar; the signal's seed is "
                                   "the mean of its first values.",
              .source = "Appel; TA-Lib's MACD; Pine's ta.macd seeds the fast ema on its own first "
                        "values",
              .lookback = "max(fast, slow) + signal - 2",
              .pine = "ta.macd",
              .talib = "MACD",
              .args = {IND_SOURCE, IND_LENGTHS("fast", 1), IND_LENGTHS("slow", 1),
                       IND_LENGTHS("signal", 1)},
              .n_args = 4,
              .outputs = {"line", "signal", "hist"},
              .n_outputs = 3},
     .build = build_macd},
    {.info = {.name = "change",
              .group = "momentum",
              .help = "Difference to the value `length` bars ago.",
              .formula = "x - x[n]",
              .source = "Pine's ta.change",
              .lookback = "length",
              .pine = "ta.change",
              .args = {IND_SOURCE, IND_LENGTH_OR("length", 1, "1")},
              .n_args = 2},
     .kernel = &kernel_change},
    {.info = {.name = "mom",
              .group = "momentum",
              .help = "Momentum: difference to the value `length` bars ago.",
              .formula = "x - x[n]",
              .source = "TA-Lib's MOM, Pine's ta.mom",
              .lookback = "length",
              .pine = "ta.mom",
              .talib = "MOM",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_change},
    {.info = {.name = "roc",
              .group = "momentum",
              .help = "Rate of change to the value `length` bars ago, in percent.",
              .formula = "100 (x - x[n]) / x[n], null when x[n] is 0",
              .source = "Pine's ta.roc; TA-Lib's ROC, which gives 0 for the null",
              .lookback = "length",
              .pine = "ta.roc",
              .talib = "ROC",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_roc},
    {.info = {.name = "rocp",
              .group = "momentum",
              .help = "Rate of change to the value `length` bars ago, as a fraction.",
              .formula = "(x - x[n]) / x[n], null when x[n] is 0",
              .source = "TA-Lib's ROCP, which gives 0 for the null",
              .lookback = "length",
              .talib = "ROCP",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rocp},
    {.info = {.name = "rocr",
              .group = "momentum",
              .help = "Ratio to the value `length` bars ago.",
              .formula = "x / x[n], null when x[n] is 0",
              .source = "TA-Lib's ROCR, which gives 0 for the null",
              .lookback = "length",
              .talib = "ROCR",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rocr},
    {.info = {.name = "rocr100",
              .group = "momentum",
              .help = "Ratio to the value `length` bars ago, times 100.",
              .formula = "100 x / x[n], null when x[n] is 0",
              .source = "TA-Lib's ROCR100, which gives 0 for the null",
              .lookback = "length",
              .talib = "ROCR100",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rocr100},
    {.kernel = NULL},
};
