/* Between the two halves of the compiler: plan_expr.c (operators) and plan_call.c (names and
 * calls). */
#ifndef ENGINE_PLAN_EXPR_H
#define ENGINE_PLAN_EXPR_H

#include "engine/expr.h"
#include "engine/ind_row.h"

struct plan_value {
    enum value_type type;
    int node;                  /* -1 once the plan has failed */
    const struct ind_row *row; /* of a call: its fields may be asked for; else NULL */
    int outputs[IND_OUTPUTS_MAX];
};

/* A define's key: a name, or a function's "f(a, b)". */
struct define_head {
    const char *name; /* not terminated */
    size_t len;
    const char *args[IND_ARGS_MAX];
    size_t arg_len[IND_ARGS_MAX];
    size_t n_args; /* 0: a name */
};

/* The arguments of the function whose body is compiled. */
struct plan_locals {
    struct define_head head;
    struct plan_value values[IND_ARGS_MAX];
    const struct plan *plan; /* whose nodes they are */
};

struct plan_names {
    const struct strategy *strategy; /* or NULL */
    const double *params;
    bool position;                    /* values of the position may be used */
    size_t n_defines;                 /* those before the present one */
    const struct plan_locals *locals; /* or NULL */
    size_t work;                      /* parts compiled so far */
    /* What the defines became on the plan's bars, and on those of each frame. */
    struct plan_value defines[1 + PLAN_FRAMES_MAX][STRATEGY_DEFINES_MAX];
    bool done[1 + PLAN_FRAMES_MAX][STRATEGY_DEFINES_MAX];
};

/* A text of its own in the midst of another: a define, a function's body. frame: number of p's
 * frame that its nodes go to, -1: p itself. */
bool plan_compile(struct plan *p, int frame, const char *text, struct plan_names *names,
                  struct plan_value *ret, struct expr_error *err);

/* plan_define.c */
bool define_head(const char *key, struct define_head *ret);
int plan_define_find(const struct plan_names *names, const char *name, size_t len);

/* The row that a name or call means, or NULL. */
const struct ind_row *plan_row_of(const struct expr *e, const struct expr_node *n);

/* "unknown function 'smaa'; did you mean 'sma'?" Always false. */
bool plan_unknown_name(const struct expr *e, const struct expr_node *n,
                       const struct plan_names *own, struct expr_error *err);

/* True when a function's body knows all its names. */
bool plan_define_names(const struct expr *e, struct plan_names *names,
                       const struct define_head *head, struct expr_error *err);

/* Define i on the bars of that frame. */
bool plan_define(struct plan *p, int frame, struct plan_names *names, size_t i,
                 struct plan_value *ret, struct expr_error *err);

/* Calls define i, a function, with these arguments: nodes of `at`, which is p or its frame. */
bool plan_define_call(struct plan *p, int frame, struct plan_names *names, size_t i,
                      const struct plan_value *args, struct plan_value *ret,
                      struct expr_error *err);

/* plan_frame.c: what tf(interval, ...) needs. -1: p itself (the bars have that interval); -2: *err.
 */
int plan_frame(struct plan *p, const char *interval, size_t len, struct expr_error *err);
bool plan_frame_value(struct plan *p, int frame, const struct plan_value *inner,
                      struct plan_value *ret);

/* Names a strategy gives must be names, differ, and not hide a built-in one. */
bool plan_names_check(const struct strategy *s, struct expr_error *err);

/* EXPR_NAME and EXPR_CALL; values: what the tree's nodes before n became. frame: of p, that n
 * stands in, or -1. */
bool plan_compile_name(struct plan *p, int frame, const struct expr *e, const struct expr_node *n,
                       struct plan_names *names, const struct plan_value *values,
                       struct plan_value *ret, struct expr_error *err);

static inline struct plan *plan_of(struct plan *p, int frame) {
    return frame < 0 ? p : p->frames[frame];
}

/* "unknown field 'uper'; did you mean 'upper'?" — the message and suggestion of *err only. */
void plan_unknown(struct expr_error *err, const char *what, const char *name, size_t len,
                  const char *const *names, size_t n);

#endif
