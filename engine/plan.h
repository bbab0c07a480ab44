/* Expressions become one typed DAG with equal nodes shared: key = function, parameters, inputs.
 * Values are numbers (NaN = null) or conditions (two-valued: a comparison with a null is false).
 *
 * Column nodes depend on candles and parameters only: eval.c evaluates them by blocks. Position
 * nodes depend on what the broker knows (position_size, equity, ...), itself or through an input;
 * plan_position() tells. They stand above columns like the handle on a cup: plan_add marks the
 * largest column subtrees below them for eval.c and leaves the position nodes to the broker
 * (engine/plan_node.h shows how they look). Only bar-by-bar operations may stand above a position
 * value: it has no past, so no window, no [n], no cross. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/bars.h"
#include "engine/strategy.h"
#include "engine/zone.h"

struct plan;

enum value_type { VALUE_NUMBER, VALUE_CONDITION, VALUE_QUOTED /* of an argument, no node */ };

/* What is wrong with an expression, for a person: never more than one message for one mistake. */
struct expr_error {
    int line, column;    /* from 1; column in characters of that line */
    char message[200];   /* "unknown function 'smaa'; did you mean 'sma'?" */
    char suggestion[48]; /* "sma", or empty */
    char where[80];      /* "define.f", "params.fast" when it is not in the expression itself, else
                          * empty: the caller knows which rule that is */
};

/* Names an expression may use besides the built-in ones: a strategy's parameters (constants;
 * PARAM_BOOL a condition, else a number) and its defines (as expressions, each sees only the ones
 * before it). All defines are compiled, used or not, so a mistake in one is told. Borrowed for the
 * call. */
struct plan_scope {
    const struct strategy *strategy; /* NULL: no parameters, no defines */
    const double *params;            /* one value a parameter of the strategy */
    bool position; /* the caller can judge position nodes; else they are refused */
};

#define PLAN_NODES_MAX   16384 /* all rules of all strategies: a block of them is 128 MiB */
#define PLAN_FRAMES_MAX  6     /* different intervals in tf() */
#define PLAN_ZONES_MAX   8
#define PLAN_COST_MAX    200000    /* values read for one bar: about 0.1 ms */
#define PLAN_WORK_MAX    50000     /* parts of one expression, its functions written out */
#define PLAN_HISTORY_MAX (4 << 20) /* values kept before a block by all nodes: 32 MiB */

struct plan *plan_new(void); /* NULL: out of memory */
void plan_free(struct plan *p);

/* Profile backtesting.py: from now on crosses need a[1] < b[1], where Pine's need a[1] <= b[1]. */
void plan_strict_crosses(struct plan *p);

/* The interval of the bars that the plan will be evaluated on, before the first plan_add: tf()
 * needs it for its warm-up and to know when a bar ends. Not told: a minute, the shortest. */
void plan_interval(struct plan *p, enum interval interval);

/* Who knows the time zones that expressions name; not told: UTC is the only one. */
void plan_zones(struct plan *p, zone_find_fn *find);

/* True for names that no parameter and no define may have: words of the grammar and what stands
 * without brackets (close, tr, na). */
bool plan_name_taken(const char *name, size_t len);

/* Parses, types and adds one expression; returns its node (>= 0), or -1 with *err filled.
 * want: VALUE_CONDITION for entry and exit rules, VALUE_NUMBER for prices. */
int plan_add(struct plan *p, const char *expr, const struct plan_scope *scope, enum value_type want,
             struct expr_error *err);

/* True when the node needs values of the position: eval.c has no column for it. */
bool plan_position(const struct plan *p, int node);

/* Bars before the first bar with a value, for static windows (TA-Lib's lookback): sma(30) 29,
 * rsi(14) 14, x[n] n more, crossover one more than its inputs. */
size_t plan_lookback(const struct plan *p, int node);

/* The same without what [n] and the cross functions add: profile backtesting.py's warm-up. */
size_t plan_lookback_indicators(const struct plan *p, int node);

/* Length of the longest recursive function below the node (ema, rma, rsi, macd, atr), 0 when none.
 */
size_t plan_recursive_length(const struct plan *p, int node);

/* Nodes that the added expressions need: what a bar costs. */
size_t plan_nodes(const struct plan *p);

#endif
