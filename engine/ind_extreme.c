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

const struct kernel kernel_highest = {.lookback = kernel_length_less_1,
                                      .state = extreme_state,
                                      .start = extreme_start,
                                      .run = run_highest};
const struct kernel kernel_lowest = {.lookback = kernel_length_less_1,
                                     .state = extreme_state,
                                     .start = extreme_start,
                                     .run = run_lowest};

/* Where the extreme stands: found again only when it leaves the window. */
struct place {
    double best;
    size_t age, clean; /* clean: values since the last null, at most n */
};

static size_t place_state(const double *arg) {
    (void)arg;
    return sizeof(struct place);
}

/* Of equal ones the latest. */
static void find(struct place *s, const double *newest, size_t n, double sign) {
    s->best = *newest * sign;
    s->age = 0;
    for (size_t k = 1; k < n; k++) {
        if (*(newest - k) * sign > s->best) {
            s->best = *(newest - k) * sign;
            s->age = k;
        }
    }
}

static inline void extreme_bars(const struct kernel_call *c, double sign) {
    struct place *s = c->state;
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        const double *newest = c->in[0] + i;
        double x = *newest * sign;
        s->age++;
        if (isnan(x)) {
            s->clean = 0;
        } else if (s->clean == 0 || x >= s->best) {
            s->best = x;
            s->age = 0;
        } else if (s->age >= n) {
            find(s, newest, n, sign);
        }
        s->clean = isnan(x) ? 0 : s->clean + (s->clean < n);
        c->out[i] = s->clean == n ? 0 - (double)s->age : NUMBER_NULL;
    }
}

static void run_highestbars(const struct kernel_call *c) {
    extreme_bars(c, 1);
}

static void run_lowestbars(const struct kernel_call *c) {
    extreme_bars(c, -1);
}

const struct kernel kernel_highestbars = {.history = kernel_length_less_1,
                                          .lookback = kernel_length_less_1,
                                          .state = place_state,
                                          .run = run_highestbars};
const struct kernel kernel_lowestbars = {.history = kernel_length_less_1,
                                         .lookback = kernel_length_less_1,
                                         .state = place_state,
                                         .run = run_lowestbars};

const struct ind_row ind_extreme[] = {
    {.info = {.name = "highest",
              .group = "extreme",
              .help = "Highest of the last `length` values, the present one included.",
              .formula = "max(x[0] ... x[n-1]); highest(n) is highest(high, n)",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.highest, TA-Lib's MAX",
              .lookback = "length - 1",
              .pine = "ta.highest",
              .talib = "MAX",
              .args = {IND_SOURCE_OR("high"), IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_highest},
    {.info = {.name = "lowest",
              .group = "extreme",
              .help = "Lowest of the last `length` values, the present one included.",
              .formula = "min(x[0] ... x[n-1]); lowest(n) is lowest(low, n)",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.lowest, TA-Lib's MIN",
              .lookback = "length - 1",
              .pine = "ta.lowest",
              .talib = "MIN",
              .args = {IND_SOURCE_OR("low"), IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_lowest},
    {.info = {.name = "highestbars",
              .group = "extreme",
              .help = "Bars to the highest of the last `length` values: 0 or below.",
              .formula = "-k for the highest x[k], k < n; of equal ones the latest; highestbars(n) "
                         "is that of high",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.highestbars; TA-Lib's MAXINDEX counts from the first bar",
              .lookback = "length - 1",
              .pine = "ta.highestbars",
              .args = {IND_SOURCE_OR("high"), IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_highestbars},
    {.info = {.name = "lowestbars",
              .group = "extreme",
              .help = "Bars to the lowest of the last `length` values: 0 or below.",
              .formula = "-k for the lowest x[k], k < n; of equal ones the latest; lowestbars(n) "
                         "is that of low",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.lowestbars; TA-Lib's MININDEX counts from the first bar",
              .lookback = "length - 1",
              .pine = "ta.lowestbars",
              .args = {IND_SOURCE_OR("low"), IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_lowestbars},
    {.kernel = NULL},
};
