/* Averages. The order of additions is law (ENGINE.md 3): it decides ties between averages.
 *
 * A sum along time is a chain of additions that no SIMD lane may break, so its latency is what a
 * bar costs. run_many advances several averages in one loop: their chains overlap in the processor.
 */
#include "engine/ind_row.h"
#include "engine/lanes.h"
#include "engine/number.h"

/* sum: of the last n-1 values when count is n-1, else of the `count` values since the last null. */
struct sma {
    double sum;
    size_t count;
};

static size_t sma_state(const double *arg) {
    (void)arg;
    return sizeof(struct sma);
}

/* Bars [i, to) where nulls may stand. */
static void sma_any(const struct kernel_call *c, size_t i, size_t to) {
    const double *x = c->in[0];
    struct sma s = *(struct sma *)c->state;
    size_t window = (size_t)c->arg[0] - 1;
    for (; i < to; i++) {
        if (isnan(x[i])) {
            s = (struct sma){0};
            c->out[i] = NUMBER_NULL;
        } else if (s.count < window) {
            s.sum += x[i];
            s.count++;
            c->out[i] = NUMBER_NULL;
        } else {
            s.sum += x[i];
            c->out[i] = s.sum / c->arg[0];
            s.sum -= *(x + i - window);
        }
    }
    *(struct sma *)c->state = s;
}

/* The same for bars that hold no null, once the windows are full. Two averages share a register, so
 * that one division serves both. */
#define PAIR_OPEN(k, c)                                                                            \
    const double *restrict xa##k = (c)[0]->in[0], *restrict xb##k = (c)[1]->in[0];                 \
    lanes n##k = {(c)[0]->arg[0], (c)[1]->arg[0]};                                                 \
    const double *restrict olda##k = xa##k - ((size_t)n##k[0] - 1);                                \
    const double *restrict oldb##k = xb##k - ((size_t)n##k[1] - 1);                                \
    double *restrict outa##k = (c)[0]->out, *restrict outb##k = (c)[1]->out;                       \
    struct sma *a##k = (c)[0]->state, *b##k = (c)[1]->state;                                       \
    lanes sum##k = {a##k->sum, b##k->sum}
#define PAIR_STEP(k)                                                                               \
    do {                                                                                           \
        sum##k += (lanes){xa##k[i], xb##k[i]};                                                     \
        lanes mean = sum##k / n##k;                                                                \
        outa##k[i] = mean[0];                                                                      \
        outb##k[i] = mean[1];                                                                      \
        sum##k -= (lanes){olda##k[i], oldb##k[i]};                                                 \
    } while (0)
#define PAIR_CLOSE(k)                                                                              \
    do {                                                                                           \
        a##k->sum = sum##k[0];                                                                     \
        b##k->sum = sum##k[1];                                                                     \
    } while (0)

static void sma_full_1(const struct kernel_call *c, size_t i) {
    const double *restrict x = c->in[0], *restrict old = x - ((size_t)c->arg[0] - 1);
    double *restrict out = c->out, n = c->arg[0], sum = ((struct sma *)c->state)->sum;
    for (; i < c->n; i++) {
        sum += x[i];
        out[i] = sum / n;
        sum -= old[i];
    }
    ((struct sma *)c->state)->sum = sum;
}

static void sma_full_2(const struct kernel_call *const *calls, size_t i) {
    PAIR_OPEN(0, calls);
    for (size_t n = calls[0]->n; i < n; i++)
        PAIR_STEP(0);
    PAIR_CLOSE(0);
}

static void sma_full_4(const struct kernel_call *const *calls, size_t i) {
    PAIR_OPEN(0, calls);
    PAIR_OPEN(1, calls + 2);
    for (size_t n = calls[0]->n; i < n; i++) {
        PAIR_STEP(0);
        PAIR_STEP(1);
    }
    PAIR_CLOSE(0);
    PAIR_CLOSE(1);
}

static void run_smas(const struct kernel_call *const *calls, size_t k) {
    const struct kernel_call *quick[KERNEL_MANY_MAX];
    size_t n_quick = 0, from = 0; /* all quick ones are full from bar `from` on */
    for (size_t j = 0; j < k; j++) {
        const struct kernel_call *c = calls[j];
        struct sma *s = c->state;
        if (!c->dense[0] && has_null(c->in[0], c->n)) {
            sma_any(c, 0, c->n);
            continue;
        }
        size_t missing = (size_t)c->arg[0] - 1 - s->count;
        if (missing > from)
            from = missing < c->n ? missing : c->n;
        quick[n_quick++] = c;
    }
    for (size_t j = 0; j < n_quick; j++)
        sma_any(quick[j], 0, from);
    if (n_quick == 4) {
        sma_full_4(quick, from);
    } else {
        if (n_quick & 1)
            sma_full_1(quick[n_quick - 1], from);
        if (n_quick & 2)
            sma_full_2(quick, from);
    }
}

static void run_sma(const struct kernel_call *c) {
    run_smas(&c, 1);
}

const struct kernel kernel_sma = {.history = kernel_length_less_1,
                                  .lookback = kernel_length_less_1,
                                  .state = sma_state,
                                  .run = run_sma,
                                  .run_many = run_smas};

/* ema and rma: the seed is the mean of the first n values, behind `skip` left out, in sma's order.
 */
struct smooth {
    double value; /* the average, or the sum of the seed so far */
    size_t count; /* values seen, at most skip + n */
};

static size_t smooth_state(const double *arg) {
    (void)arg;
    return sizeof(struct smooth);
}

static size_t smooth_lookback(const double *arg) {
    return (size_t)arg[0] + (size_t)arg[1] - 1;
}

/* Bars [i, to): any, while the seed is gathered or nulls stand among them. */
static void smooth_any(const struct kernel_call *c, double share, size_t i, size_t to) {
    const double *x = c->in[0];
    struct smooth s = *(struct smooth *)c->state;
    size_t skip = (size_t)c->arg[1], full = (size_t)c->arg[0] + skip;
    for (; i < to; i++) {
        c->out[i] = NUMBER_NULL;
        if (isnan(x[i]))
            continue;
        if (s.count < full) {
            if (s.count++ >= skip)
                s.value += x[i];
            if (s.count == full)
                c->out[i] = s.value /= c->arg[0];
        } else {
            s.value += (x[i] - s.value) * share;
            c->out[i] = s.value;
        }
    }
    *(struct smooth *)c->state = s;
}

#define SMOOTH_OPEN(k)                                                                             \
    const double *restrict x##k = calls[k]->in[0];                                                 \
    double *restrict out##k = calls[k]->out;                                                       \
    double share##k = share(calls[k]->arg), value##k = ((struct smooth *)calls[k]->state)->value
#define SMOOTH_STEP(k)  out##k[i] = value##k += (x##k[i] - value##k) * share##k
#define SMOOTH_CLOSE(k) ((struct smooth *)calls[k]->state)->value = value##k

typedef double share_fn(const double *arg);

static inline void smooth_many(const struct kernel_call *const *calls, size_t k, share_fn *share) {
    size_t from = 0;
    bool quick = true;
    for (size_t j = 0; j < k; j++) {
        const struct kernel_call *c = calls[j];
        size_t full = (size_t)c->arg[0] + (size_t)c->arg[1];
        size_t missing = full - ((struct smooth *)c->state)->count;
        if (missing > from)
            from = missing < c->n ? missing : c->n;
        quick = quick && (c->dense[0] || !has_null(c->in[0], c->n));
    }
    for (size_t j = 0; j < k; j++)
        smooth_any(calls[j], share(calls[j]->arg), 0, quick ? from : calls[j]->n);
    if (!quick)
        return;
    size_t n = calls[0]->n;
    for (; k >= 2; k -= 2, calls += 2) {
        SMOOTH_OPEN(0);
        SMOOTH_OPEN(1);
        for (size_t i = from; i < n; i++) {
            SMOOTH_STEP(0);
            SMOOTH_STEP(1);
        }
        SMOOTH_CLOSE(0);
        SMOOTH_CLOSE(1);
    }
    if (k == 1) {
        SMOOTH_OPEN(0);
        for (size_t i = from; i < n; i++)
            SMOOTH_STEP(0);
        SMOOTH_CLOSE(0);
    }
}

static double ema_share(const double *arg) {
    return 2 / (arg[0] + 1);
}

static void run_emas(const struct kernel_call *const *calls, size_t k) {
    smooth_many(calls, k, ema_share);
}

static void run_ema(const struct kernel_call *c) {
    run_emas(&c, 1);
}

const struct kernel kernel_ema = {.lookback = smooth_lookback,
                                  .recursive = kernel_length,
                                  .state = smooth_state,
                                  .run = run_ema,
                                  .run_many = run_emas};

static double rma_share(const double *arg) {
    return 1 / arg[0];
}

static void run_rmas(const struct kernel_call *const *calls, size_t k) {
    smooth_many(calls, k, rma_share);
}

static void run_rma(const struct kernel_call *c) {
    run_rmas(&c, 1);
}

const struct kernel kernel_rma = {.lookback = smooth_lookback,
                                  .recursive = kernel_length,
                                  .state = smooth_state,
                                  .run = run_rma,
                                  .run_many = run_rmas};

/* Direct, not by running sums: nothing drifts. Each bar's sum runs from its oldest value to its
 * newest, WMA_BARS bars side by side. */
#define WMA_BARS 8

static void wma_side_by_side(const double *oldest, double n, double weights, double *out) {
    lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    for (double weight = 1; weight <= n; weight++, oldest++) {
        lanes w = lanes_both(weight);
        sum0 += lanes_load(oldest) * w;
        sum1 += lanes_load(oldest + 2) * w;
        sum2 += lanes_load(oldest + 4) * w;
        sum3 += lanes_load(oldest + 6) * w;
    }
    lanes_store(out, sum0 / lanes_both(weights));
    lanes_store(out + 2, sum1 / lanes_both(weights));
    lanes_store(out + 4, sum2 / lanes_both(weights));
    lanes_store(out + 6, sum3 / lanes_both(weights));
}

static void run_wma(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0], i = 0;
    double weights = c->arg[0] * (c->arg[0] + 1) / 2;
    for (; i + WMA_BARS <= c->n; i += WMA_BARS)
        wma_side_by_side(c->in[0] + i - (n - 1), c->arg[0], weights, c->out + i);
    for (; i < c->n; i++) {
        const double *oldest = c->in[0] + i - (n - 1);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += oldest[k] * (double)(k + 1);
        c->out[i] = sum / weights;
    }
}

const struct kernel kernel_wma = {.history = kernel_length_less_1,
                                  .lookback = kernel_length_less_1,
                                  .cost = kernel_length,
                                  .run = run_wma};

const struct ind_row ind_average[] = {
    {.info = {.name = "sma",
              .group = "average",
              .help = "Simple moving average: the mean of the last `length` values.",
              .formula = "Sum of the first n-1 values; then per bar add the new, divide by n, "
                         "subtract the oldest: in this very order",
              .seed = "Null until its window is full; a null ends the window, it starts anew "
                      "behind it.",
              .source = "TA-Lib's SMA, bit for bit",
              .lookback = "length - 1",
              .pine = "ta.sma",
              .talib = "SMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_sma},
    {.info = {.name = "ema",
              .group = "average",
              .help = "Exponential moving average, weight 2 / (length + 1) for the newest value.",
              .formula = "e += (x - e) * 2 / (n + 1)",
              .seed = IND_MEAN_SEED,
              .source = "TA-Lib's EMA, Pine's ta.ema",
              .lookback = "length - 1",
              .pine = "ta.ema",
              .talib = "EMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_ema},
    {.info = {.name = "rma",
              .group = "average",
              .help = "Wilder's moving average, weight 1 / length for the newest value; rsi and "
                      "atr are made of it.",
              .formula = "r += (x - r) / n",
              .seed = IND_MEAN_SEED,
              .source = "Wilder 1978; TA-Lib's RMA, Pine's ta.rma",
              .lookback = "length - 1",
              .pine = "ta.rma",
              .talib = "RMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_rma},
    {.info = {.name = "wma",
              .group = "average",
              .help = "Weighted moving average: the newest value weighs `length`, the oldest 1.",
              .formula = "(1 x[n-1] + 2 x[n-2] + ... + n x[0]) / (n (n + 1) / 2)",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's WMA, Pine's ta.wma",
              .lookback = "length - 1",
              .pine = "ta.wma",
              .talib = "WMA",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_wma},
    {.kernel = NULL},
};
