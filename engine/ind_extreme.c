/* Highest and lowest of a window.
 *
 * A monotone queue: values that a newer and larger one has made hopeless are dropped, so the front
 * is always the highest; every value enters and leaves once, whatever the length. */
#include "engine/ind_row.h"
#include "engine/number.h"

struct entry {
    double value;
    size_t bar;
};

struct extreme {
    size_t bar;   /* of the next value */
    size_t clean; /* values since the last null, at most n */
    size_t head, len;
    struct entry ring[]; /* n entries, highest first */
};

static size_t extreme_state(const double *arg) {
    return sizeof(struct extreme) + (size_t)arg[0] * sizeof(struct entry);
}

/* sign: 1 highest, -1 lowest. */
static inline void extreme(const struct kernel_call *c, double sign) {
    struct extreme *s = c->state;
    size_t n = (size_t)c->arg[0], bar = s->bar, clean = s->clean, head = s->head, len = s->len;
    for (size_t i = 0; i < c->n; i++, bar++) {
        double x = c->in[0][i] * sign;
        if (isnan(x)) {
            len = clean = 0;
            c->out[i] = NUMBER_NULL;
            continue;
        }
        if (len > 0 && bar - s->ring[head].bar >= n) {
            head = head + 1 == n ? 0 : head + 1;
            len--;
        }
        while (len > 0) {
            size_t tail = head + len - 1;
            if (s->ring[tail < n ? tail : tail - n].value > x)
                break;
            len--;
        }
        size_t tail = head + len;
        s->ring[tail < n ? tail : tail - n] = (struct entry){x, bar};
        len++;
        clean += clean < n;
        c->out[i] = clean == n ? s->ring[head].value * sign : NUMBER_NULL;
    }
    s->bar = bar;
    s->clean = clean;
    s->head = head;
    s->len = len;
}

static void run_highest(const struct kernel_call *c) {
    extreme(c, 1);
}

static void run_lowest(const struct kernel_call *c) {
    extreme(c, -1);
}

static const struct kernel kernel_highest = {
    .lookback = kernel_length_less_1, .state = extreme_state, .run = run_highest};
static const struct kernel kernel_lowest = {
    .lookback = kernel_length_less_1, .state = extreme_state, .run = run_lowest};

const struct ind_row ind_extreme[] = {
    {.info = {.name = "highest",
              .group = "extreme",
              .help = "Highest of the last `length` values, the present one included.",
              .formula = "max(x[0] ... x[n-1]), as in Pine and TA-Lib's MAX; highest(n) is "
                         "highest(high, n). Lookback n-1. Null while the window holds a null.",
              .args = {{.name = "source", .kind = ARG_SERIES, .def = "high"}, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_highest},
    {.info = {.name = "lowest",
              .group = "extreme",
              .help = "Lowest of the last `length` values, the present one included.",
              .formula = "min(x[0] ... x[n-1]), as in Pine and TA-Lib's MIN; lowest(n) is "
                         "lowest(low, n). Lookback n-1. Null while the window holds a null.",
              .args = {{.name = "source", .kind = ARG_SERIES, .def = "low"}, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_lowest},
    {.kernel = NULL},
};
