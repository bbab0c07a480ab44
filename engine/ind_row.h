/* A row of the index of functions with what the plan needs of it. Private to engine/. */
#ifndef ENGINE_IND_ROW_H
#define ENGINE_IND_ROW_H

#include "engine/ind.h"
#include "engine/plan_node.h"

/* The arguments of a call: a node each, constants also as a number (conditions: 0 or 1). */
struct ind_use {
    int node[IND_ARGS_MAX];
    double number[IND_ARGS_MAX];
    size_t n; /* given ones of a variadic row; else the row's own */
};

struct ind_row {
    struct ind_info info;
    /* The plain case: a node of this kernel, series arguments its inputs, constants its arguments.
     */
    const struct kernel *kernel;
    /* Else: makes the nodes of all outputs. */
    void (*build)(struct plan *p, const struct ind_use *use, int *ret_outputs);
};

/* Row by name (not terminated), or NULL. */
const struct ind_row *ind_row_find(const char *name, size_t len);
const struct ind_row *ind_row_at(size_t i);

/* Longest window: a month of minutes. Bounds what a function keeps and, for the two-pass ones,
 * costs. */
#define IND_LENGTH_MAX 50000

/* One family a file: its rows, ended by a row without a name. */
extern const struct ind_row ind_price[], ind_average[], ind_momentum[], ind_volatility[];
extern const struct ind_row ind_extreme[], ind_event[], ind_math[], ind_position[];

/* clang-format off */
#define IND_SOURCE         {.name = "source", .kind = ARG_SERIES}
#define IND_LENGTH(least)  {.name = "length", .kind = ARG_INT, .min = (least), .max = IND_LENGTH_MAX}
/* clang-format on */

#endif
