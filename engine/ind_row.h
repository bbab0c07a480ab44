/* A row of the index of functions with what the plan needs of it. Private to engine/. */
#ifndef ENGINE_IND_ROW_H
#define ENGINE_IND_ROW_H

#include "engine/ind.h"
#include "engine/plan_node.h"

/* The arguments of a call: a node each, constants also as a number (conditions: 0 or 1). */
struct ind_use {
    int node[IND_ARGS_MAX];
    double number[IND_ARGS_MAX];
    const char *text[IND_ARGS_MAX]; /* not terminated */
    size_t text_len[IND_ARGS_MAX];
    size_t n; /* given ones of a variadic row; else the row's own */
};

struct ind_row {
    struct ind_info info;
    /* The plain case: a node of this kernel, series arguments its inputs, constants its arguments.
     */
    const struct kernel *kernel;
    const char *candles; /* columns of the bars that are its first inputs: "hlc", "v" */
    /* Else: makes the nodes of all outputs. */
    void (*build)(struct plan *p, const struct ind_use *use, int *ret_outputs);
};

/* Row by name or alias (not terminated), or NULL. */
const struct ind_row *ind_row_find(const char *name, size_t len);
const struct ind_row *ind_row_at(size_t i);

static inline bool ind_is_bare(const struct ind_row *row) {
    return ind_bare(&row->info);
}

/* Longest window: a month of minutes. Bounds what a function keeps and, for the two-pass ones,
 * costs. */
#define IND_LENGTH_MAX 50000

/* One family a file: its rows, ended by a row without a name. */
extern const struct ind_row ind_price[], ind_average[], ind_smooth[], ind_hilbert[];
extern const struct ind_row ind_channel[], ind_trend[], ind_direction[];
extern const struct ind_row ind_momentum[], ind_stochastic[], ind_oscillator[], ind_swing[];
extern const struct ind_row ind_volatility[], ind_range[], ind_extreme[], ind_pivot[];
extern const struct ind_row ind_statistic[], ind_regression[], ind_volume[], ind_flow[];
extern const struct ind_row ind_event[], ind_math[], ind_transform[], ind_time[], ind_position[];

/* clang-format off */
#define IND_LENGTHS(word, least)  {.name = (word), .kind = ARG_INT, .min = (least), .max = IND_LENGTH_MAX}
#define IND_LENGTH_OR(word, least, or) \
    {.name = (word), .kind = ARG_INT, .min = (least), .max = IND_LENGTH_MAX, .def = (or)}
#define IND_LENGTH(least)         IND_LENGTHS("length", least)
#define IND_LENGTHS_BELOW(word, least) /* its window is one longer */ \
    {.name = (word), .kind = ARG_INT, .min = (least), .max = IND_LENGTH_MAX - 1}
#define IND_SERIES(word)          {.name = (word), .kind = ARG_SERIES}
#define IND_SOURCE                IND_SERIES("source")
#define IND_SOURCE_OR(or)         {.name = "source", .kind = ARG_SERIES, .def = (or)}
#define IND_NUMBER(word, least, most) \
    {.name = (word), .kind = ARG_FLOAT, .min = (least), .max = (most)}
#define IND_NUMBER_OR(word, least, most, or) \
    {.name = (word), .kind = ARG_FLOAT, .min = (least), .max = (most), .def = (or)}
/* clang-format on */

/* What many rows say of their first values and of nulls. */
#define IND_WINDOW_SEED "Null until its window is full, and while the window holds a null."
#define IND_MEAN_SEED                                                                              \
    "Seed: mean of the first n values. A null is skipped: null there, the state stays."
#define IND_EACH_MEAN_SEED                                                                         \
    "Every average is seeded by the mean of its own first n values; a null is skipped."
#define IND_TOGETHER "All outputs begin on the same bar. "

/* Nodes in few words, for rows that are made of others. -1 goes through. */
static inline int ind_candle(struct plan *p, const struct kernel *column) {
    return plan_node(p, column, NULL, NULL);
}

static inline int ind_add(struct plan *p, int a, int b) {
    return plan_binary(p, &kernel_add, a, b);
}

static inline int ind_sub(struct plan *p, int a, int b) {
    return plan_binary(p, &kernel_sub, a, b);
}

static inline int ind_mul(struct plan *p, int a, int b) {
    return plan_binary(p, &kernel_mul, a, b);
}

static inline int ind_div(struct plan *p, int a, int b) {
    return plan_binary(p, &kernel_div, a, b);
}

static inline int ind_times(struct plan *p, double factor, int a) {
    return plan_binary(p, &kernel_mul, plan_constant(p, factor), a);
}

static inline int ind_sma(struct plan *p, int a, double length) {
    return plan_length(p, &kernel_sma, a, length);
}

static inline int ind_ema(struct plan *p, int a, double length) {
    return plan_length(p, &kernel_ema, a, length);
}

static inline int ind_shift(struct plan *p, int a, double bars) {
    return bars > 0 ? plan_length(p, &kernel_shift, a, bars) : a;
}

static inline int ind_sum(struct plan *p, int a, double length) {
    return plan_length(p, &kernel_sum, a, length);
}

static inline int ind_highest(struct plan *p, int a, double length) {
    return plan_length(p, &kernel_highest, a, length);
}

static inline int ind_lowest(struct plan *p, int a, double length) {
    return plan_length(p, &kernel_lowest, a, length);
}

/* Between the highest of a and the lowest of b. */
static inline int ind_middle(struct plan *p, int a, int b, double length) {
    int sum = ind_add(p, ind_highest(p, a, length), ind_lowest(p, b, length));
    return ind_div(p, sum, plan_constant(p, 2));
}

/* True range of the bar, null on the first. */
static inline int ind_true_range(struct plan *p) {
    int in[KERNEL_INPUTS_MAX] = {ind_candle(p, &kernel_high), ind_candle(p, &kernel_low),
                                 ind_candle(p, &kernel_close), -1};
    return plan_node(p, &kernel_tr, in, NULL);
}

/* ind_momentum.c */
int ind_rsi(struct plan *p, int x, double length);

/* a where b has a value. */
static inline int ind_where(struct plan *p, int a, int b) {
    return plan_binary(p, &kernel_where, a, b);
}

#endif
