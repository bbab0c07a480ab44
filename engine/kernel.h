/* Kernels: what a node of a plan computes. Private to engine/: plan.c builds nodes of them, eval.c
 * runs them, one family a file (kernel_*.c and ind_*.c).
 *
 * Rules of every kernel: it reads input values [-history, n) of its block and its own state,
 * nothing else; whatever comes out depends on the values read so far, never on where a block ends.
 * Inputs may hold NaN (null) anywhere:
 *   - a windowed function is null while its window holds a null, and starts anew behind it;
 *   - a recursive one (ema, rma, rsi) skips a null: null there, its state stays. */
#ifndef ENGINE_KERNEL_H
#define ENGINE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bars.h"
#include "engine/plan.h"

#define KERNEL_INPUTS_MAX 4 /* high, low, close and volume */
#define KERNEL_ARGS_MAX   4

/* Averages along time that chain.c runs, several nodes at once. arg: length; CHAIN_EMA and
 * CHAIN_RMA also how many first values to leave out of the seed. */
enum chain { CHAIN_NONE, CHAIN_SMA, CHAIN_EMA, CHAIN_RMA };

/* One node's block. Condition inputs and outputs are masks: bit i = bar i, bits past n are 0. */
struct kernel_call {
    size_t n; /* bars in the block, >= 1 */
    const double *in[KERNEL_INPUTS_MAX];
    const uint64_t *mask_in[KERNEL_INPUTS_MAX];
    size_t mask_history[KERNEL_INPUTS_MAX]; /* bits before bar 0 in the words before *mask_in */
    size_t dense[KERNEL_INPUTS_MAX]; /* bar from which the input holds no null, or SIZE_MAX */
    double *out;
    uint64_t *mask_out;
    const double *arg;
    void *state;
    const struct bars *bars;
    size_t first;                    /* index of the block's first bar in bars */
    const struct zone *const *zones; /* of the plan */
    enum chain chain;
};

enum kernel_column {
    COLUMN_NONE,
    COLUMN_OPEN,
    COLUMN_HIGH,
    COLUMN_LOW,
    COLUMN_CLOSE,
    COLUMN_VOLUME
};

typedef size_t kernel_size_fn(const double *arg);

struct kernel {
    enum value_type type;
    enum kernel_column column; /* a column of the bars, read where it lies */
    bool constant;             /* the same value on every bar: arg[0] */
    bool whole;                /* gives no null behind its lookback while its inputs hold none */
    bool pure;                 /* bar by bar: constant inputs give a constant */
    bool commutes;             /* f(a, b) = f(b, a) bit for bit */
    bool shift;                /* x[arg[0]]: a view for numbers; not an indicator for warm-up */
    bool frame;                /* arg[0]: frame, arg[1]: its node; eval.c fills it; no run() */
    enum chain chain;          /* one of them: no run() */
    bool position; /* a value of the position, arg[0]: enum position_value of engine/order.h; no
                      run() */
    kernel_size_fn *history;  /* bars of its inputs before the present one that it reads; NULL: 0 */
    kernel_size_fn *lookback; /* bars it adds to its inputs' lookback; NULL: 0 */
    kernel_size_fn *cost;     /* values it reads for one bar; NULL: a few */
    kernel_size_fn *recursive; /* length of the recursion; NULL: none */
    kernel_size_fn *state;     /* bytes of state, zeroed before start; NULL: 0 */
    void (*start)(void *state, const double *arg);
    void (*run)(const struct kernel_call *c);
    void (*run_wide)(const struct kernel_call *c); /* the same in wide.h's registers, or NULL */
};

/* Sizes that many rows share; arg[0] is the length. */
size_t kernel_length(const double *arg);
size_t kernel_length_less_1(const double *arg);
size_t kernel_one(const double *arg);

bool has_null(const double *x, size_t n);

/* The first input's block holds no null. */
static inline bool kernel_dense(const struct kernel_call *c) {
    return c->first >= c->dense[0] || !has_null(c->in[0], c->n);
}

/* kernel_column.c */
extern const struct kernel kernel_open, kernel_high, kernel_low, kernel_close, kernel_volume;
extern const struct kernel kernel_time, kernel_bar_index, kernel_constant, kernel_constant_mask;
extern const struct kernel kernel_shift, kernel_shift_mask;
/* kernel_number.c */
extern const struct kernel kernel_add, kernel_sub, kernel_mul, kernel_div, kernel_mod, kernel_neg;
extern const struct kernel kernel_share; /* a / b, but 0 where b is 0 */
extern const struct kernel kernel_abs, kernel_min, kernel_max, kernel_nz, kernel_if, kernel_where;
/* kernel_mask.c */
extern const struct kernel kernel_lt, kernel_le, kernel_eq, kernel_ne, kernel_is_null;
extern const struct kernel kernel_and, kernel_or, kernel_not, kernel_not_before, kernel_same,
    kernel_differ, kernel_if_mask;
/* ind_position.c */
extern const struct kernel kernel_position;
/* plan_frame.c */
extern const struct kernel kernel_frame, kernel_frame_mask;
/* ind_average.c */
extern const struct kernel kernel_sma, kernel_ema, kernel_rma, kernel_wma;
/* ind_extreme.c */
extern const struct kernel kernel_highest, kernel_lowest, kernel_highestbars, kernel_lowestbars;
/* ind_volatility.c */
extern const struct kernel kernel_tr; /* in: high, low, close; arg: 1 = first bar's range */
extern const struct kernel kernel_stdev, kernel_variance; /* in: series, its sma; arg: length */
/* ind_math.c */
extern const struct kernel kernel_sum, kernel_cum;
/* ind_transform.c */
extern const struct kernel kernel_log10, kernel_atan, kernel_sin;
/* ind_momentum.c */
extern const struct kernel kernel_change, kernel_roc, kernel_rocp;

#endif
