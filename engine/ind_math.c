/* Bar-by-bar mathematics and nulls. */
#include "engine/ind_row.h"
#include "engine/lanes.h"
#include "engine/number.h"

static void fold_all(struct plan *p, const struct kernel *kernel, const struct ind_use *use,
                     int *ret_outputs) {
    ret_outputs[0] = use->node[0];
    for (size_t i = 1; i < use->n; i++)
        ret_outputs[0] = plan_binary(p, kernel, ret_outputs[0], use->node[i]);
}

/* Of one series the extreme so far (Pine's ta.min and ta.max), of more the extreme of the bar. */
struct extreme {
    double value;
    bool begun;
};

static size_t extreme_state(const double *arg) {
    (void)arg;
    return sizeof(struct extreme);
}

static inline void so_far(const struct kernel_call *c, double sign) {
    struct extreme *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        double x = c->in[0][i];
        if (x == x && (!s->begun || x * sign > s->value * sign))
            s->value = x;
        s->begun = s->begun || x == x;
        c->out[i] = x == x ? s->value : NUMBER_NULL;
    }
}

static void run_min_so_far(const struct kernel_call *c) {
    so_far(c, -1);
}

static void run_max_so_far(const struct kernel_call *c) {
    so_far(c, 1);
}

static const struct kernel kernel_min_so_far = {
    .recursive = kernel_one, .state = extreme_state, .run = run_min_so_far};
static const struct kernel kernel_max_so_far = {
    .recursive = kernel_one, .state = extreme_state, .run = run_max_so_far};

static void build_min(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    if (use->n == 1)
        ret_outputs[0] = plan_unary(p, &kernel_min_so_far, use->node[0]);
    else
        fold_all(p, &kernel_min, use, ret_outputs);
}

static void build_max(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    if (use->n == 1)
        ret_outputs[0] = plan_unary(p, &kernel_max_so_far, use->node[0]);
    else
        fold_all(p, &kernel_max, use, ret_outputs);
}

static void build_avg(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    fold_all(p, &kernel_add, use, ret_outputs);
    ret_outputs[0] = ind_div(p, ret_outputs[0], plan_constant(p, (double)use->n));
}

/* The last value that is not null. */
static void run_fixnan(const struct kernel_call *c) {
    struct extreme *s = c->state;
    for (size_t i = 0; i < c->n; i++) {
        if (c->in[0][i] == c->in[0][i])
            *s = (struct extreme){c->in[0][i], true};
        c->out[i] = s->begun ? s->value : NUMBER_NULL;
    }
}

static const struct kernel kernel_fixnan = {.state = extreme_state, .run = run_fixnan};

/* Direct, from the oldest value to the newest, SUM_BARS bars side by side: nothing drifts, and a
 * window of zeros is 0. */
#define SUM_BARS 4

static void run_sum(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0], i = 0;
    const double *x = c->in[0] - (n - 1);
    for (; i + SUM_BARS <= c->n; i += SUM_BARS) {
        lanes low = {0}, high = {0};
        for (size_t k = 0; k < n; k++) {
            low += lanes_load(x + i + k);
            high += lanes_load(x + i + k + 2);
        }
        lanes_store(c->out + i, low);
        lanes_store(c->out + i + 2, high);
    }
    for (; i < c->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += x[i + k];
        c->out[i] = sum;
    }
    for (i = 0; i < c->n; i++)
        c->out[i] = number_or_null(c->out[i]);
}

const struct kernel kernel_sum = {.history = kernel_length_less_1,
                                  .lookback = kernel_length_less_1,
                                  .cost = kernel_length,
                                  .run = run_sum};

const struct ind_row ind_math[] = {
    {.info = {.name = "abs",
              .group = "math",
              .help = "The number without its sign.",
              .formula = "|x|",
              .source = "Pine's math.abs",
              .pine = "math.abs",
              .args = {IND_SERIES("number")},
              .n_args = 1},
     .kernel = &kernel_abs},
    {.info = {.name = "min",
              .group = "math",
              .help =
                  "The smallest of two to six numbers on this bar; of one, the smallest so far.",
              .formula = "min(a, b, ...); min(x): min(x[0] ... x[bar_index])",
              .seed = "Null when one of them is null; so far: a null is left out, and null there.",
              .source = "Pine's math.min and ta.min",
              .pine = "math.min",
              .args = {IND_SERIES("number")},
              .n_args = 1,
              .variadic = true},
     .build = build_min},
    {.info = {.name = "max",
              .group = "math",
              .help = "The largest of two to six numbers on this bar; of one, the largest so far.",
              .formula = "max(a, b, ...); max(x): max(x[0] ... x[bar_index])",
              .seed = "Null when one of them is null; so far: a null is left out, and null there.",
              .source = "Pine's math.max and ta.max",
              .pine = "math.max",
              .args = {IND_SERIES("number")},
              .n_args = 1,
              .variadic = true},
     .build = build_max},
    {.info = {.name = "avg",
              .group = "math",
              .help = "The mean of two to six numbers on this bar.",
              .formula = "(a + b + ...) / count",
              .source = "Pine's math.avg",
              .pine = "math.avg",
              .args = {IND_SERIES("number0"), IND_SERIES("number1")},
              .n_args = 2,
              .variadic = true},
     .build = build_avg},
    {.info = {.name = "sum",
              .group = "math",
              .help = "Sum of the last `length` values.",
              .formula = "x[n-1] + ... + x[0], added in this order",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's math.sum, TA-Lib's SUM",
              .lookback = "length - 1",
              .pine = "math.sum",
              .talib = "SUM",
              .args = {IND_SOURCE, IND_LENGTH(1)},
              .n_args = 2},
     .kernel = &kernel_sum},
    {.info = {.name = "nz",
              .group = "math",
              .help = "The number, or its replacement where it is null.",
              .formula = "x, or the replacement where x is null; its lookback stays that of x",
              .seed = "A null becomes the replacement.",
              .source = "Pine's nz",
              .pine = "nz",
              .args = {IND_SOURCE, {.name = "replacement", .kind = ARG_SERIES, .def = "0"}},
              .n_args = 2},
     .kernel = &kernel_nz},
    {.info = {.name = "na",
              .group = "math",
              .help = "True where the number is null.",
              .formula = "The literal na is null itself",
              .seed = "True where the argument is null.",
              .source = "Pine's na",
              .pine = "na",
              .args = {IND_SOURCE},
              .n_args = 1,
              .condition = true},
     .kernel = &kernel_is_null},
    {.info = {.name = "fixnan",
              .group = "math",
              .help = "The number, or the last one where it is null.",
              .formula = "x, or the last x that was not null",
              .seed = "Null before the first value.",
              .source = "Pine's fixnan",
              .pine = "fixnan",
              .args = {IND_SOURCE},
              .n_args = 1},
     .kernel = &kernel_fixnan},
    {.kernel = NULL},
};
