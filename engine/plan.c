#include "engine/plan_node.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/number.h"

#define FIRST_NODES 64

struct plan *plan_new(void) {
    return calloc(1, sizeof(struct plan));
}

void plan_free(struct plan *p) {
    if (!p)
        return;
    free(p->nodes);
    free(p->table);
    free(p->stack);
    free(p->spare);
    for (int i = 0; i < p->n_frames; i++)
        plan_free(p->frames[i]);
    free(p);
}

void plan_strict_crosses(struct plan *p) {
    p->strict_crosses = true;
}

size_t plan_lookback(const struct plan *p, int node) {
    return p->nodes[node].lookback;
}

size_t plan_lookback_indicators(const struct plan *p, int node) {
    return p->nodes[node].lookback_indicators;
}

size_t plan_recursive_length(const struct plan *p, int node) {
    return p->nodes[node].recursive;
}

size_t plan_nodes(const struct plan *p) {
    size_t n = p->n_used;
    for (int i = 0; i < p->n_frames; i++)
        n += p->frames[i]->n_used;
    return n;
}

bool plan_position(const struct plan *p, int node) {
    return p->nodes[node].position;
}

enum value_type plan_type(const struct plan *p, int node) {
    return p->nodes[node].kernel->type;
}

bool plan_is_constant(const struct plan *p, int node, double *ret) {
    if (!p->nodes[node].kernel->constant)
        return false;
    *ret = p->nodes[node].arg[0];
    return true;
}

/* FNV-1a over the words of the key. */
static uint64_t hash(const struct plan_node *node) {
    uint64_t words[1 + KERNEL_INPUTS_MAX + KERNEL_ARGS_MAX], h = UINT64_C(0xcbf29ce484222325);
    words[0] = (uint64_t)(uintptr_t)node->kernel;
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++)
        words[1 + i] = (uint64_t)node->in[i];
    memcpy(words + 1 + KERNEL_INPUTS_MAX, node->arg, sizeof node->arg);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        h = (h ^ words[i]) * UINT64_C(0x100000001b3);
        h ^= h >> 29;
    }
    return h;
}

static bool equal(const struct plan_node *a, const struct plan_node *b) {
    return a->kernel == b->kernel && memcmp(a->in, b->in, sizeof a->in) == 0 &&
           memcmp(a->arg, b->arg, sizeof a->arg) == 0; /* bits: NaN equals itself */
}

/* Where the node is in the table, or the empty place for it. */
static size_t place(const struct plan *p, const struct plan_node *node) {
    size_t i = hash(node) & (p->table_cap - 1);
    while (p->table[i] >= 0 && !equal(&p->nodes[p->table[i]], node))
        i = (i + 1) & (p->table_cap - 1);
    return i;
}

static bool grow(struct plan *p) {
    size_t cap = p->cap ? (size_t)p->cap * 2 : FIRST_NODES;
    struct plan_node *nodes = realloc(p->nodes, cap * sizeof *nodes);
    if (!nodes)
        return false;
    p->nodes = nodes;
    int *stack = realloc(p->stack, cap * sizeof *stack);
    if (!stack)
        return false;
    p->stack = stack;
    int *table = malloc(4 * cap * sizeof *table);
    if (!table)
        return false;
    free(p->table);
    p->table = table;
    p->table_cap = 4 * cap;
    p->cap = (int)cap;
    for (size_t i = 0; i < p->table_cap; i++)
        table[i] = -1;
    for (int i = 0; i < p->n; i++)
        table[place(p, &p->nodes[i])] = i;
    return true;
}

/* The value of a pure kernel on constants: its own run() on one bar, so folding cannot differ. */
static int fold(struct plan *p, const struct plan_node *node) {
    double x[KERNEL_INPUTS_MAX], out = 0;
    uint64_t m[KERNEL_INPUTS_MAX], mask = 0;
    struct kernel_call c = {.n = 1, .out = &out, .mask_out = &mask, .arg = node->arg};
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++) {
        if (node->in[i] < 0)
            continue;
        x[i] = p->nodes[node->in[i]].arg[0];
        m[i] = plan_type(p, node->in[i]) == VALUE_CONDITION && x[i] != 0;
        c.in[i] = &x[i];
        c.mask_in[i] = &m[i];
    }
    node->kernel->run(&c);
    return node->kernel->type == VALUE_CONDITION ? plan_condition(p, mask & 1)
                                                 : plan_constant(p, out);
}

/* Lookbacks, level and recursion out of the inputs'; true when all inputs are constants. */
static bool describe(const struct plan *p, struct plan_node *node) {
    const struct kernel *k = node->kernel;
    node->position = k->position;
    bool constants = node->in[0] >= 0;
    node->whole = k->column != COLUMN_NONE || k->whole;
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++) {
        if (node->in[i] < 0)
            continue;
        const struct plan_node *in = &p->nodes[node->in[i]];
        constants = constants && in->kernel->constant;
        node->position |= in->position;
        node->whole = node->whole && in->whole;
        if (in->lookback > node->lookback)
            node->lookback = in->lookback;
        if (in->lookback_indicators > node->lookback_indicators)
            node->lookback_indicators = in->lookback_indicators;
        if (in->recursive > node->recursive)
            node->recursive = in->recursive;
        int stage = in->stage + (in->kernel->chain != CHAIN_NONE);
        node->stage = stage > node->stage ? stage : node->stage;
    }
    if (k->frame) {
        const struct plan *frame = p->frames[(int)node->arg[0]];
        const struct plan_node *in = &frame->nodes[(int)node->arg[1]];
        size_t ratio = plan_frame_ratio(p, frame);
        node->lookback = node->lookback_indicators = (in->lookback + 1) * ratio - 1;
        node->recursive = in->recursive * ratio;
    }
    if (k->lookback) {
        node->lookback += k->lookback(node->arg);
        if (!k->shift)
            node->lookback_indicators += k->lookback(node->arg);
    }
    if (k->recursive && k->recursive(node->arg) > node->recursive)
        node->recursive = k->recursive(node->arg);
    return constants;
}

int plan_node(struct plan *p, const struct kernel *kernel, const int *in, const double *arg) {
    struct plan_node node = {.kernel = kernel};
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++)
        node.in[i] = in ? in[i] : -1;
    if (arg)
        memcpy(node.arg, arg, sizeof node.arg);
    for (int i = 0; i < KERNEL_ARGS_MAX; i++) {
        if (node.arg[i] == 0)
            node.arg[i] = 0; /* -0 is 0 */
        else if (isnan(node.arg[i]))
            node.arg[i] = NUMBER_NULL; /* one null */
    }
    if (p->failure || p->refusal)
        return -1;
    if (kernel->commutes && node.in[0] > node.in[1]) {
        int first = node.in[0];
        node.in[0] = node.in[1];
        node.in[1] = first;
    }
    bool constants = describe(p, &node);
    if (node.position && !kernel->pure && !kernel->position) {
        p->refusal = "a value of the position has no past: no windows, no crosses and no [n] of it";
        return -1;
    }
    if (constants && kernel->pure)
        return fold(p, &node);
    if (p->n == p->cap && (p->n >= PLAN_NODES_MAX || !grow(p))) {
        p->failure = p->n >= PLAN_NODES_MAX ? "the strategies have too many different parts in all"
                                            : "out of memory";
        return -1;
    }
    size_t i = place(p, &node);
    if (p->table[i] < 0) {
        p->nodes[p->n] = node;
        p->table[i] = p->n++;
    }
    return p->table[i];
}

int plan_constant(struct plan *p, double x) {
    return plan_node(p, &kernel_constant, NULL, (double[KERNEL_ARGS_MAX]){x});
}

int plan_condition(struct plan *p, bool x) {
    return plan_node(p, &kernel_constant_mask, NULL, (double[KERNEL_ARGS_MAX]){x});
}

int plan_unary(struct plan *p, const struct kernel *kernel, int a) {
    return plan_node(p, kernel, (int[KERNEL_INPUTS_MAX]){a, -1, -1, -1}, NULL);
}

/* a <= b is not b < a, where neither is null: a strategy that asks one often asks the other. */
static int not_less(struct plan *p, int b, int a) {
    size_t of_a = p->nodes[a].lookback, of_b = p->nodes[b].lookback;
    const double from[KERNEL_ARGS_MAX] = {(double)(of_a > of_b ? of_a : of_b)};
    int in[KERNEL_INPUTS_MAX] = {plan_binary(p, &kernel_lt, b, a), -1, -1, -1};
    return plan_node(p, &kernel_not_before, in, from);
}

int plan_binary(struct plan *p, const struct kernel *kernel, int a, int b) {
    if (kernel == &kernel_le && a >= 0 && b >= 0 && p->nodes[a].whole && p->nodes[b].whole)
        return not_less(p, b, a);
    return plan_node(p, kernel, (int[KERNEL_INPUTS_MAX]){a, b, -1, -1}, NULL);
}

int plan_if(struct plan *p, int condition, int a, int b) {
    bool masks = a >= 0 && plan_type(p, a) == VALUE_CONDITION;
    return plan_node(p, masks ? &kernel_if_mask : &kernel_if,
                     (int[KERNEL_INPUTS_MAX]){condition, a, b, -1}, NULL);
}

int plan_length(struct plan *p, const struct kernel *kernel, int a, double length) {
    return plan_node(p, kernel, (int[KERNEL_INPUTS_MAX]){a, -1, -1, -1},
                     (double[KERNEL_ARGS_MAX]){length});
}

/* a > b and a[1] <= b[1] */
int plan_crossover(struct plan *p, int a, int b) {
    int before = plan_binary(p, p->strict_crosses ? &kernel_lt : &kernel_le, a, b);
    return plan_binary(p, &kernel_and, plan_binary(p, &kernel_lt, b, a),
                       plan_length(p, &kernel_shift_mask, before, 1));
}

/* Views keep no values of their own: what they need before the block their input keeps. */
static void need_history(struct plan *p, int node, size_t bars) {
    while (p->nodes[node].history < bars) {
        struct plan_node *n = &p->nodes[node];
        p->history += (bars - n->history) / (n->kernel->type == VALUE_CONDITION ? 64 : 1);
        n->history = bars;
        if (n->kernel != &kernel_shift || !n->used)
            return;
        node = n->in[0];
        bars += (size_t)n->arg[0];
    }
}

/* Pushes the node once: the plan needs it, as a column unless the broker judges it. */
static size_t mark(struct plan *p, int node, size_t n) {
    struct plan_node *marked = &p->nodes[node];
    if (marked->needed)
        return n;
    marked->needed = true;
    marked->used = !marked->position;
    p->n_used += marked->used;
    p->cost += marked->used && marked->kernel->cost ? (double)marked->kernel->cost(marked->arg) : 0;
    p->stack[n] = node;
    return n + 1;
}

static size_t use_inputs(struct plan *p, const struct plan_node *top, size_t n) {
    size_t history = top->kernel->history ? top->kernel->history(top->arg) : 0;
    if (top->kernel == &kernel_shift)
        history += top->history;
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++) {
        int in = top->in[i];
        if (in < 0)
            continue;
        if (!p->nodes[in].position)
            need_history(p, in, history);
        n = mark(p, in, n);
    }
    return n;
}

bool plan_use(struct plan *p, int node) {
    size_t n = mark(p, node, 0);
    while (n > 0) {
        n--;
        n = use_inputs(p, &p->nodes[p->stack[n]], n);
    }
    if (p->history > PLAN_HISTORY_MAX)
        p->failure = "the expressions look back over too many bars in all";
    if (p->cost > PLAN_COST_MAX)
        p->failure = "the windows are too long in all: more than 200000 values a bar";
    return !p->failure;
}
