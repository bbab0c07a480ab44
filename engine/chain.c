#include "engine/chain.h"

#include <math.h>

#include "engine/ahead.h"
#include "engine/lanes.h"
#include "engine/number.h"

/* value: CHAIN_SMA: the sum of the last n - 1 values once count is n - 1, before that of the
 * `count` values since the last null; the others: the average, or the sum of the seed so far, count
 * being the values seen. */
struct running {
    double value;
    size_t count;
};

size_t chain_state(const double *arg) {
    (void)arg;
    return sizeof(struct running);
}

/* Bars [i, to) where nulls may stand. */
static void sma_any(const struct kernel_call *c, size_t i, size_t to) {
    const double *x = c->in[0];
    struct running s = *(struct running *)c->state;
    size_t window = (size_t)c->arg[0] - 1;
    for (; i < to; i++) {
        if (isnan(x[i])) {
            s = (struct running){0};
            c->out[i] = NUMBER_NULL;
        } else if (s.count < window) {
            s.value += x[i];
            s.count++;
            c->out[i] = NUMBER_NULL;
        } else {
            s.value += x[i];
            c->out[i] = s.value / c->arg[0];
            s.value -= *(x + i - window);
        }
    }
    *(struct running *)c->state = s;
}

/* Weight of the newest value. */
static double share_of(const struct kernel_call *c) {
    return c->chain == CHAIN_EMA ? 2 / (c->arg[0] + 1) : 1 / c->arg[0];
}

/* The seed is the mean of the first n values, behind arg[1] left out, in sma's order. */
static void smooth_any(const struct kernel_call *c, size_t i, size_t to) {
    const double *x = c->in[0];
    struct running s = *(struct running *)c->state;
    size_t skip = (size_t)c->arg[1], full = (size_t)c->arg[0] + skip;
    double share = share_of(c);
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
    *(struct running *)c->state = s;
}

static void any(const struct kernel_call *c, size_t i, size_t to) {
    if (c->chain == CHAIN_SMA)
        sma_any(c, i, to);
    else
        smooth_any(c, i, to);
}

/* Values still missing before the state is full. */
static size_t missing(const struct kernel_call *c) {
    size_t full = (size_t)c->arg[0];
    full = c->chain == CHAIN_SMA ? full - 1 : full + (size_t)c->arg[1];
    return full - ((struct running *)c->state)->count;
}

/* From here on: bars without nulls, states full. Two nodes share a register, A and B; an odd one
 * is its own neighbour. */
#define OPEN(k, c)                                                                                 \
    const double *xa##k = (c)[0]->in[0], *xb##k = (c)[1]->in[0];                                   \
    double *outa##k = (c)[0]->out, *outb##k = (c)[1]->out;                                         \
    struct running *a##k = (c)[0]->state, *b##k = (c)[1]->state;                                   \
    lanes value##k = {a##k->value, b##k->value}
#define STORE(k, average)                                                                          \
    lanes out##k = (average);                                                                      \
    outa##k[i] = out##k[0];                                                                        \
    outb##k[i] = out##k[1]
#define CLOSE(k)                                                                                   \
    a##k->value = value##k[0];                                                                     \
    b##k->value = value##k[1]

#define SMA_OPEN(k, c)                                                                             \
    OPEN(k, c);                                                                                    \
    lanes n##k = {(c)[0]->arg[0], (c)[1]->arg[0]};                                                 \
    const double *olda##k = xa##k - ((size_t)n##k[0] - 1);                                         \
    const double *oldb##k = xb##k - ((size_t)n##k[1] - 1)
#define SMA_STEP(k)                                                                                \
    do {                                                                                           \
        value##k += (lanes){xa##k[i], xb##k[i]};                                                   \
        STORE(k, value##k / n##k);                                                                 \
        value##k -= (lanes){olda##k[i], oldb##k[i]};                                               \
    } while (0)

#define SMOOTH_OPEN(k, c)                                                                          \
    OPEN(k, c);                                                                                    \
    lanes share##k = {share_of((c)[0]), share_of((c)[1])}
#define SMOOTH_STEP(k)                                                                             \
    do {                                                                                           \
        value##k += ((lanes){xa##k[i], xb##k[i]} - value##k) * share##k;                           \
        STORE(k, value##k);                                                                        \
    } while (0)

/* s: sma, m: the others, c: one of them. While the loop waits for its additions, memory brings
 * the candles of the next block. */
typedef void together_fn(const struct kernel_call *const *s, const struct kernel_call *const *m,
                         const struct kernel_call *c, size_t i);

#define TOGETHER(name, opens, steps, closes)                                                       \
    static void name(const struct kernel_call *const *s, const struct kernel_call *const *m,       \
                     const struct kernel_call *c, size_t i) {                                      \
        (void)s;                                                                                   \
        (void)m;                                                                                   \
        opens;                                                                                     \
        while (i < c->n) {                                                                         \
            size_t to = c->n - i < AHEAD_LINE ? c->n : i + AHEAD_LINE;                             \
            ahead_line(c->bars, c->first + c->n + i);                                              \
            for (; i < to; i++) {                                                                  \
                steps;                                                                             \
            }                                                                                      \
        }                                                                                          \
        closes;                                                                                    \
    }

TOGETHER(run_s, SMA_OPEN(0, s), SMA_STEP(0), CLOSE(0))
TOGETHER(run_m, SMOOTH_OPEN(0, m), SMOOTH_STEP(0), CLOSE(0))
TOGETHER(run_ss, SMA_OPEN(0, s); SMA_OPEN(1, s + 2), SMA_STEP(0); SMA_STEP(1), CLOSE(0); CLOSE(1))
TOGETHER(run_sm, SMA_OPEN(0, s); SMOOTH_OPEN(1, m), SMA_STEP(0); SMOOTH_STEP(1), CLOSE(0); CLOSE(1))
TOGETHER(run_mm, SMOOTH_OPEN(0, m); SMOOTH_OPEN(1, m + 2), SMOOTH_STEP(0); SMOOTH_STEP(1), CLOSE(0);
         CLOSE(1))
TOGETHER(run_smm, SMA_OPEN(0, s); SMOOTH_OPEN(1, m); SMOOTH_OPEN(2, m + 2), SMA_STEP(0);
         SMOOTH_STEP(1); SMOOTH_STEP(2), CLOSE(0); CLOSE(1); CLOSE(2))

/* n nodes, made even, from bar i on. */
static void full(const struct kernel_call **s, size_t n_s, const struct kernel_call **m, size_t n_m,
                 size_t i) {
    static together_fn *const together[3][3] = {
        {NULL, run_m, run_mm}, {run_s, run_sm, run_smm}, {run_ss, NULL, NULL}};
    if (n_s & 1)
        s[n_s] = s[n_s - 1];
    if (n_m & 1)
        m[n_m] = m[n_m - 1];
    n_s = (n_s + 1) / 2;
    n_m = (n_m + 1) / 2;
    while (n_s + n_m > 0) {
        size_t k_m = n_m < 2 ? n_m : 2, k_s = n_s < 2 ? n_s : 2;
        if (k_m > 0 && k_s > 1)
            k_s = 1;
        together[k_s][k_m](s, m, k_s > 0 ? *s : *m, i);
        s += 2 * k_s;
        m += 2 * k_m;
        n_s -= k_s;
        n_m -= k_m;
    }
}

void chain_run(const struct kernel_call *const *calls, size_t k) {
    const struct kernel_call *s[CHAINS_MAX + 1], *m[CHAINS_MAX + 1];
    size_t n_s = 0, n_m = 0, from = 0; /* all of them are full from bar `from` on */
    for (size_t j = 0; j < k; j++) {
        const struct kernel_call *c = calls[j];
        if (!kernel_dense(c)) {
            any(c, 0, c->n);
            continue;
        }
        size_t more = missing(c);
        if (more > from)
            from = more < c->n ? more : c->n;
        if (c->chain == CHAIN_SMA)
            s[n_s++] = c;
        else
            m[n_m++] = c;
    }
    for (size_t j = 0; j < n_s; j++)
        any(s[j], 0, from);
    for (size_t j = 0; j < n_m; j++)
        any(m[j], 0, from);
    full(s, n_s, m, n_m, from);
}
