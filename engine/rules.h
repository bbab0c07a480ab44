/* The rules of a run's strategies in one plan, with the words of the request in their place. */
#ifndef ENGINE_RULES_H
#define ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/backtest.h"
#include "engine/eval.h"
#include "engine/order.h"
#include "engine/program.h"

/* Nodes of one strategy; -1 where it has no such rule. */
struct rules {
    int node[RULE_COUNT];
    struct program *program[RULE_COUNT]; /* of rules that read the position, else NULL; then the
                                          * node of a condition is the program's bound */
    struct level_rule level_rule[SIDE_COUNT][LEVEL_COUNT];
    bool own_size;           /* RULE_SIZE is the strategy's, not the request's */
    int pyramiding;          /* the strategy's own, or 0 */
    size_t lookback;         /* bars before any of its rules may act */
    size_t lookback_compat;  /* the same by profile backtesting.py: indicators alone */
    size_t recursive_length; /* longest length of a recursive function */
};

/* Adds the rules of all strategies to the plan (equal nodes are shared) and fills
 * ret[n_strategies]. Combined by vote, only the request's stops apply: they are in every ret[], and
 * a strategy that carries its own is refused. False: *err says where and why. */
bool rules_compile(const struct bt_config *cfg, struct plan *plan, struct rules *ret,
                   struct bt_error *err);

/* True when an order of the strategy may rest inside a bar: then the order of prices can matter. */
bool rules_rest(const struct rules *r);

void rules_release(struct rules *r);

/* Points the signals at the evaluated block. */
void rules_signals(const struct rules *r, const struct eval *e, size_t n, struct signals *ret);

#endif
