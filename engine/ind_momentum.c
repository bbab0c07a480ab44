/* How fast a series moves. */
#include "engine/ind_row.h"
#include "engine/number.h"

static void run_change(const struct kernel_call *c) {
    const double *x = c->in[0], *old = x - (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = number_or_null(x[i] - old[i]);
}

static const struct kernel kernel_change = {
    .history = kernel_length, .lookback = kernel_length, .run = run_change};

static void run_roc(const struct kernel_call *c) {
    const double *x = c->in[0], *old = x - (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = number_or_null(100 * (x[i] - old[i]) / old[i]);
}

static const struct kernel kernel_roc = {
    .history = kernel_length, .lookback = kernel_length, .run = run_roc};

/* count: values seen, at most n + 1; before, gain and loss are the sums of the seed. */
struct rsi {
    double last, gain, loss;
    size_t count;
};

static size_t rsi_state(const double *arg) {
    (void)arg;
    return sizeof(struct rsi);
}

static void run_rsi(const struct kernel_call *c) {
    const double *x = c->in[0];
    struct rsi s = *(struct rsi *)c->state;
    double share = 1 / c->arg[0];
    size_t seed = (size_t)c->arg[0] + 1; /* n differences */
    for (size_t i = 0; i < c->n; i++) {
        if (isnan(x[i])) {
            c->out[i] = NUMBER_NULL;
            continue;
        }
        double change = x[i] - s.last;
        double gain = change > 0 ? change : 0, loss = change < 0 ? -change : 0;
        s.last = x[i];
        if (s.count < seed) {
            c->out[i] = NUMBER_NULL;
            if (s.count++ == 0)
                continue;
            s.gain += gain;
            s.loss += loss;
            if (s.count < seed)
                continue;
            s.gain /= c->arg[0];
            s.loss /= c->arg[0];
        } else {
            s.gain += (gain - s.gain) * share;
            s.loss += (loss - s.loss) * share;
        }
        double both = s.gain + s.loss;
        c->out[i] = both > 0 ? 100 * (s.gain / both) : 0;
    }
    *(struct rsi *)c->state = s;
}

static const struct kernel kernel_rsi = {
    .lookback = kernel_length, .recursive = kernel_length, .state = rsi_state, .run = run_rsi};

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

const struct ind_row ind_momentum[] = {
    {.info = {.name = "rsi",
              .group = "momentum",
              .help = "Relative strength index, 0 to 100.",
              .formula =
                  "100 g / (g + l), 0 when g + l is 0; g and l: rma of gains and losses, seed: "
                  "mean of the first n differences (Wilder 1978, TA-Lib's RSI). Lookback n. A "
                  "null is skipped: null there, the averages stay.",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rsi},
    {.info = {.name = "macd",
              .group = "momentum",
              .help = "Moving average convergence divergence: fast less slow ema, its ema, and the "
                      "difference of the two.",
              .formula =
                  "line = ema(fast) - ema(slow), signal = ema of the line, hist = line - signal "
                  "(Appel; TA-Lib's MACD: both seed windows end on the same bar, the signal's "
                  "seed is the mean of its first values, all three begin together). Lookback "
                  "slow + signal - 2.",
              .args = {IND_SOURCE,
                       {.name = "fast", .kind = ARG_INT, .min = 1, .max = IND_LENGTH_MAX},
                       {.name = "slow", .kind = ARG_INT, .min = 1, .max = IND_LENGTH_MAX},
                       {.name = "signal", .kind = ARG_INT, .min = 1, .max = IND_LENGTH_MAX}},
              .n_args = 4,
              .outputs = {"line", "signal", "hist"},
              .n_outputs = 3},
     .build = build_macd},
    {.info =
         {.name = "change",
          .group = "momentum",
          .help = "Difference to the value `length` bars ago.",
          .formula = "x - x[n], as in Pine. Lookback n.",
          .args =
              {IND_SOURCE,
               {.name = "length", .kind = ARG_INT, .min = 1, .max = IND_LENGTH_MAX, .def = "1"}},
          .n_args = 2},
     .kernel = &kernel_change},
    {.info = {.name = "mom",
              .group = "momentum",
              .help = "Momentum: difference to the value `length` bars ago.",
              .formula = "x - x[n], as TA-Lib's MOM. Lookback n.",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_change},
    {.info = {.name = "roc",
              .group = "momentum",
              .help = "Rate of change to the value `length` bars ago, in percent.",
              .formula = "100 (x - x[n]) / x[n], null when x[n] is 0 (Pine's; TA-Lib's ROC but for "
                         "the 0). Lookback n.",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_roc},
    {.kernel = NULL},
};
