/* Things that happen on a bar, and since. */
#include "engine/ind_row.h"
#include "engine/mask.h"
#include "engine/number.h"

static void build_crossover(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_crossover(p, use->node[0], use->node[1]);
}

static void build_crossunder(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_crossover(p, use->node[1], use->node[0]);
}

static void build_cross(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = plan_binary(p, &kernel_or, plan_crossover(p, use->node[0], use->node[1]),
                                 plan_crossover(p, use->node[1], use->node[0]));
}

struct barssince {
    double bars;
};

static size_t barssince_state(const double *arg) {
    (void)arg;
    return sizeof(struct barssince);
}

static void barssince_start(void *state, const double *arg) {
    (void)arg;
    *(struct barssince *)state = (struct barssince){NUMBER_NULL};
}

static void run_barssince(const struct kernel_call *c) {
    struct barssince *s = c->state;
    double bars = s->bars;
    for (size_t i = 0; i < c->n; i++) {
        bars = mask_bit(c->mask_in[0], i) ? 0 : bars + 1;
        c->out[i] = bars;
    }
    s->bars = bars;
}

static const struct kernel kernel_barssince = {
    .state = barssince_state, .start = barssince_start, .run = run_barssince};

/* The values of the last n + 1 times; next: where the one n times ago stands and the newest goes.
 */
struct valuewhen {
    size_t next;
    double ring[];
};

static size_t valuewhen_state(const double *arg) {
    return sizeof(struct valuewhen) + ((size_t)arg[0] + 1) * sizeof(double);
}

static void valuewhen_start(void *state, const double *arg) {
    struct valuewhen *s = state;
    for (size_t i = 0; i <= (size_t)arg[0]; i++)
        s->ring[i] = NUMBER_NULL;
}

static void run_valuewhen(const struct kernel_call *c) {
    struct valuewhen *s = c->state;
    size_t times = (size_t)c->arg[0] + 1;
    for (size_t i = 0; i < c->n; i++) {
        if (mask_bit(c->mask_in[0], i)) {
            s->ring[s->next] = c->in[1][i];
            s->next = s->next + 1 == times ? 0 : s->next + 1;
        }
        c->out[i] = s->ring[s->next];
    }
}

static const struct kernel kernel_valuewhen = {
    .state = valuewhen_state, .start = valuewhen_start, .run = run_valuewhen};

static void build_rising(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int before = ind_shift(p, ind_highest(p, use->node[0], use->number[1]), 1);
    ret_outputs[0] = plan_binary(p, &kernel_lt, before, use->node[0]);
}

static void build_falling(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int before = ind_shift(p, ind_lowest(p, use->node[0], use->number[1]), 1);
    ret_outputs[0] = plan_binary(p, &kernel_lt, use->node[0], before);
}

#define VALUEWHEN_MAX 1000 /* times back: what it keeps for each use */

#define TWO_SERIES                                                                                 \
    .args = {{.name = "source1", .kind = ARG_SERIES}, {.name = "source2", .kind = ARG_SERIES}},    \
    .n_args = 2, .condition = true

const struct ind_row ind_event[] = {
    {.info = {.name = "crossover",
              .group = "event",
              .help = "The first series has come above the second on this bar.",
              .formula = "a > b and a[1] <= b[1]",
              .seed = "False where one of the values is null.",
              .source = "Pine's ta.crossover; profile backtesting.py: a[1] < b[1]",
              .lookback = "1",
              .pine = "ta.crossover",
              TWO_SERIES},
     .build = build_crossover},
    {.info = {.name = "crossunder",
              .group = "event",
              .help = "The first series has come below the second on this bar.",
              .formula = "a < b and a[1] >= b[1]",
              .seed = "False where one of the values is null.",
              .source = "Pine's ta.crossunder; profile backtesting.py: a[1] > b[1]",
              .lookback = "1",
              .pine = "ta.crossunder",
              TWO_SERIES},
     .build = build_crossunder},
    {.info = {.name = "cross",
              .group = "event",
              .help = "The two series have crossed on this bar, either way.",
              .formula = "crossover(a, b) or crossunder(a, b)",
              .seed = "False where one of the values is null.",
              .source = "Pine's ta.cross",
              .lookback = "1",
              .pine = "ta.cross",
              TWO_SERIES},
     .build = build_cross},
    {.info = {.name = "barssince",
              .group = "event",
              .help = "Bars since the condition was last true: 0 on that bar.",
              .formula = "Counts bars from the last true one",
              .seed = "Null before the first time.",
              .source = "Pine's ta.barssince",
              .pine = "ta.barssince",
              .args = {{.name = "condition", .kind = ARG_CONDITION}},
              .n_args = 1},
     .kernel = &kernel_barssince},
    {.info = {.name = "valuewhen",
              .group = "event",
              .help = "The source's value when the condition was true: 0 the last time, 1 the time "
                      "before, …",
              .formula = "The source on the bar of the occurrence-th last true one",
              .seed = "Null before there were so many times.",
              .source = "Pine's ta.valuewhen",
              .pine = "ta.valuewhen",
              .args = {{.name = "condition", .kind = ARG_CONDITION},
                       IND_SOURCE,
                       {.name = "occurrence", .kind = ARG_INT, .min = 0, .max = VALUEWHEN_MAX}},
              .n_args = 3},
     .kernel = &kernel_valuewhen},
    {.info = {.name = "rising",
              .group = "event",
              .help = "The series is above each of the `length` values before.",
              .formula = "x > highest(x, n)[1]",
              .seed = "False where one of the values is null.",
              .source = "Pine's ta.rising",
              .lookback = "length",
              .pine = "ta.rising",
              .args = {IND_SOURCE, IND_LENGTHS_BELOW("length", 1)},
              .n_args = 2,
              .condition = true},
     .build = build_rising},
    {.info = {.name = "falling",
              .group = "event",
              .help = "The series is below each of the `length` values before.",
              .formula = "x < lowest(x, n)[1]",
              .seed = "False where one of the values is null.",
              .source = "Pine's ta.falling",
              .lookback = "length",
              .pine = "ta.falling",
              .args = {IND_SOURCE, IND_LENGTHS_BELOW("length", 1)},
              .n_args = 2,
              .condition = true},
     .build = build_falling},
    {.kernel = NULL},
};
