/* Highest and lowest of a window.
 *
 * Bars are cut into chunks of n (van Herk 1992, Gil and Werman 1993). A window is the end of one
 * chunk and the beginning of the next: the highest of the beginning grows bar by bar, those of all
 * ends are taken once a chunk, backwards. Three comparisons a bar whatever the length, and none is
 * a branch. */
#include "engine/ind_row.h"
#include "engine/number.h"

struct extreme {
    size_t at;    /* place in the present chunk, 0 .. n-1 */
    size_t clean; /* values since the last null, at most n */
    double beginning;
    /* n + 1: before `at` the present chunk's values, from `at` on the highest from there to the end
     * of the chunk before, then one that never wins */
    double ring[];
};

static size_t extreme_state(const double *arg) {
    return sizeof(struct extreme) + ((size_t)arg[0] + 1) * sizeof(double);
}

static void extreme_start(void *state, const double *arg) {
    struct extreme *s = state;
    s->beginning = -(double)INFINITY;
    for (size_t i = 0; i <= (size_t)arg[0]; i++)
        s->ring[i] = -(double)INFINITY;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

/* sign: 1 highest, -1 lowest. */
static inline void extreme(const struct kernel_call *c, double sign) {
    struct extreme *s = c->state;
    size_t n = (size_t)c->arg[0], clean = s->clean, at = s->at;
    double beginning = s->beginning;
    for (size_t i = 0; i < c->n;) {
        size_t to = n - at < c->n - i ? i + (n - at) : c->n;
        for (; i < to; i++, at++) {
            double x = c->in[0][i] * sign;
            bool null = isnan(x);
            clean = null ? 0 : clean + (clean < n);
            x = null ? -(double)INFINITY : x;
            beginning = larger(beginning, x);
            double highest = larger(beginning, s->ring[at + 1]) * sign;
            s->ring[at] = x;
            c->out[i] = clean == n ? highest : NUMBER_NULL;
        }
        if (at < n)
            break;
        for (size_t k = n - 1; k-- > 0;)
            s->ring[k] = larger(s->ring[k], s->ring[k + 1]);
        beginning = -(double)INFINITY;
        at = 0;
    }
    s->at = at;
    s->clean = clean;
    s->beginning = beginning;
}

static void run_highest(const struct kernel_call *c) {
    extreme(c, 1);
}

static void run_lowest(const struct kernel_call *c) {
    extreme(c, -1);
}

static const struct kernel kernel_highest = {.lookback = kernel_length_less_1,
                                             .state = extreme_state,
                                             .start = extreme_start,
                                             .run = run_highest};
static const struct kernel kernel_lowest = {.lookback = kernel_length_less_1,
                                            .state = extreme_state,
                                            .start = extreme_start,
                                            .run = run_lowest};

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
