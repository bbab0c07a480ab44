/* A rule that reads the position (ENGINE.md 4): its largest column subtrees become columns of the
 * plan, what is left a small program that the broker runs on the bars where the rule could act. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include "engine/eval.h"
#include "engine/order.h"

struct program;

/* The program of a node that reads the position (plan_position); its columns are added to the
 * plan, so it is made before eval_new. NULL: the plan is full or memory ends. */
struct program *program_new(struct plan *p, int node);
void program_free(struct program *pr);

/* Of a condition: the node of a column that is true wherever the program could be. */
int program_bound(const struct program *pr);

/* Reads the columns of the evaluated block from now on. */
void program_block(struct program *pr, const struct eval *e);

/* The value on bar `i` of the block; a condition gives 0 or 1. A rule_fn. */
double program_value(const void *program, size_t i, const double position[POSITION_COUNT]);

#endif
