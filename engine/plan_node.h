/* The inside of a plan. Private to engine/: plan.c keeps nodes, plan_expr.c and the rows of the
 * index make them, eval.c reads them. */
#ifndef ENGINE_PLAN_NODE_H
#define ENGINE_PLAN_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/kernel.h"
#include "engine/plan.h"

/* Nodes stand behind their inputs. Two nodes are never equal in kernel, inputs and arguments.
 *
 * A node with `position` is either a leaf, kernel_position with arg[0] an enum position_value
 * (engine/order.h), or has a pure kernel: run() on one bar (n = 1, in[] and mask_in[] pointing at
 * single values) gives its value. Its inputs without `position` are columns, marked used once the
 * expression is added.
 */
struct plan_node {
    const struct kernel *kernel;
    int in[KERNEL_INPUTS_MAX]; /* -1: none */
    double arg[KERNEL_ARGS_MAX];
    size_t lookback, lookback_indicators, recursive;
    size_t history; /* values before the block that used nodes read */
    int stage;      /* chains (kernel.h) one behind the other below it */
    bool whole;     /* a column of the bars, or it gives no null behind its lookback either */
    bool needed;    /* an added expression needs it */
    bool position;  /* it, or one of its inputs, is known to the broker only */
    bool used;      /* needed, and a column: eval.c evaluates it */
};

struct plan {
    struct plan_node *nodes;
    int n, cap;
    int *table; /* hash -> node, -1 empty; table_cap is a power of two > 2n */
    size_t table_cap;
    int *stack; /* cap entries: marking */
    size_t n_used, history;
    double cost; /* values read for one bar */
    /* tf(): a plan of its own for each longer interval, evaluated on bars made of the plan's. */
    struct plan *frames[PLAN_FRAMES_MAX];
    int n_frames;
    enum interval interval;
    const struct zone *zones[PLAN_ZONES_MAX]; /* those that nodes name by number */
    int n_zones;
    zone_find_fn *find_zone;
    struct compiler *spare; /* plan_expr.c: its scratch, or NULL */
    bool strict_crosses;
    const char *failure; /* why plan_node gives -1 from now on, else NULL */
    const char *refusal; /* why it does for the present expression, else NULL */
};

/* The node for kernel(in..., arg...), an equal one if there is one, a constant if it can be folded.
 * -1 when an input is -1, memory ends or the plan is full; then p->failure is set. */
int plan_node(struct plan *p, const struct kernel *kernel, const int *in, const double *arg);

/* Number of the zone in zones[], or -1 with p->refusal. */
int plan_zone(struct plan *p, const char *name, size_t len);

/* Bars of p in one bar of its frame, at most. */
size_t plan_frame_ratio(const struct plan *p, const struct plan *frame);

/* The usual shapes of it. */
int plan_constant(struct plan *p, double x);
int plan_condition(struct plan *p, bool x);
int plan_unary(struct plan *p, const struct kernel *kernel, int a);
int plan_binary(struct plan *p, const struct kernel *kernel, int a, int b);
int plan_if(struct plan *p, int condition, int a, int b);
int plan_length(struct plan *p, const struct kernel *kernel, int a, double length);
int plan_crossover(struct plan *p, int a, int b);

enum value_type plan_type(const struct plan *p, int node);

/* True when the node is the same on every bar; its value (conditions: 0 or 1). */
bool plan_is_constant(const struct plan *p, int node, double *ret);

/* The node and all below it will be evaluated. False: p->failure. */
bool plan_use(struct plan *p, int node);

#endif
