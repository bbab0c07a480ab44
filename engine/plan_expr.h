/* Between the two halves of the compiler: plan_expr.c (operators) and plan_call.c (names and
 * calls). */
#ifndef ENGINE_PLAN_EXPR_H
#define ENGINE_PLAN_EXPR_H

#include "engine/ind_row.h"

struct plan_value {
    enum value_type type;
    int node;                  /* -1 once the plan has failed */
    const struct ind_row *row; /* of a call: its fields may be asked for; else NULL */
    int outputs[IND_OUTPUTS_MAX];
};

struct plan_names {
    const struct strategy *strategy; /* or NULL */
    const double *params;
    bool position;    /* values of the position may be used */
    size_t n_defines; /* those before the present one */
    struct plan_value defines[STRATEGY_DEFINES_MAX];
};

/* Names a strategy gives must be names, differ, and not hide a built-in one. */
bool plan_names_check(const struct strategy *s, struct expr_error *err);

/* EXPR_NAME and EXPR_CALL; values: what the tree's nodes before n became. */
bool plan_compile_name(struct plan *p, const struct expr *e, const struct expr_node *n,
                       const struct plan_names *names, const struct plan_value *values,
                       struct plan_value *ret, struct expr_error *err);

/* "unknown field 'uper'; did you mean 'upper'?" — the message and suggestion of *err only. */
void plan_unknown(struct expr_error *err, const char *what, const char *name, size_t len,
                  const char *const *names, size_t n);

#endif
