#include "engine/program.h"

#include <stdlib.h>
#include <string.h>

#include "engine/plan_node.h"

enum step_kind { STEP_NUMBER, STEP_CONDITION, STEP_POSITION, STEP_CALL };

/* Steps stand behind their inputs; each has one value, in one of both arrays by its type. */
struct step {
    enum step_kind kind;
    int node;  /* STEP_NUMBER, STEP_CONDITION: the column */
    int value; /* STEP_POSITION: enum position_value */
    const double *numbers;
    const uint64_t *words;
    const struct kernel *kernel;
    struct kernel_call call; /* STEP_CALL: one bar */
};

struct program {
    struct step *steps;
    size_t n;
    double *number;
    uint64_t *mask;
    double *arg; /* KERNEL_ARGS_MAX a step */
    int bound;
    bool condition;
};

void program_free(struct program *pr) {
    if (!pr)
        return;
    free(pr->steps);
    free(pr->number);
    free(pr->mask);
    free(pr->arg);
    free(pr);
}

/* Marks what the program consists of: step[i] is 0 for nodes it needs. */
static size_t mark(const struct plan *p, int node, int *step) {
    size_t n = 0;
    for (int i = 0; i <= node; i++)
        step[i] = -1;
    step[node] = 0;
    for (int i = node; i >= 0; i--) {
        if (step[i] < 0)
            continue;
        n++;
        for (int k = 0; k < KERNEL_INPUTS_MAX && p->nodes[i].position; k++) {
            if (p->nodes[i].in[k] >= 0)
                step[p->nodes[i].in[k]] = 0;
        }
    }
    return n;
}

static void link_call(struct program *pr, const struct plan *p, int node, size_t at,
                      const int *step) {
    const struct plan_node *from = &p->nodes[node];
    struct kernel_call *c = &pr->steps[at].call;
    double *arg = pr->arg + at * KERNEL_ARGS_MAX;
    memcpy(arg, from->arg, sizeof from->arg);
    *c =
        (struct kernel_call){.n = 1, .arg = arg, .out = &pr->number[at], .mask_out = &pr->mask[at]};
    for (int k = 0; k < KERNEL_INPUTS_MAX; k++) {
        if (from->in[k] < 0)
            continue;
        c->in[k] = &pr->number[step[from->in[k]]];
        c->mask_in[k] = &pr->mask[step[from->in[k]]];
    }
}

static bool make_steps(struct program *pr, struct plan *p, int node, int *step) {
    size_t at = 0;
    for (int i = 0; i <= node; i++) {
        if (step[i] < 0)
            continue;
        const struct plan_node *from = &p->nodes[i];
        struct step *s = &pr->steps[at];
        s->node = i;
        s->kernel = from->kernel;
        if (!from->position) {
            s->kind = plan_type(p, i) == VALUE_CONDITION ? STEP_CONDITION : STEP_NUMBER;
            if (!plan_use(p, i))
                return false;
        } else if (from->kernel == &kernel_position) {
            s->kind = STEP_POSITION;
            s->value = (int)from->arg[0];
        } else {
            s->kind = STEP_CALL;
            link_call(pr, p, i, at, step);
        }
        step[i] = (int)at++;
    }
    return true;
}

/* Both, or the one that says something; -1: nothing is known. */
static int narrow(struct plan *p, int a, int b) {
    return a < 0 ? b : b < 0 ? a : plan_binary(p, &kernel_and, a, b);
}

static int widen(struct plan *p, int a, int b) {
    return a < 0 || b < 0 ? -1 : plan_binary(p, &kernel_or, a, b);
}

/* bound[i]: a column that is true wherever condition i could be, -1 where none is known. */
static int find_bound(struct plan *p, int node, const int *step, int *bound) {
    for (int i = 0; i <= node; i++) {
        bound[i] = -1;
        if (step[i] < 0 || plan_type(p, i) != VALUE_CONDITION)
            continue;
        struct plan_node n = p->nodes[i]; /* a copy: new nodes may move it */
        if (!n.position)
            bound[i] = i;
        else if (n.kernel == &kernel_and)
            bound[i] = narrow(p, bound[n.in[0]], bound[n.in[1]]);
        else if (n.kernel == &kernel_or)
            bound[i] = widen(p, bound[n.in[0]], bound[n.in[1]]);
        else if (n.kernel == &kernel_if_mask)
            bound[i] = widen(p, bound[n.in[1]], bound[n.in[2]]);
    }
    return bound[node];
}

static bool make(struct program *pr, struct plan *p, int node, int *step) {
    size_t n = mark(p, node, step);
    pr->n = n;
    pr->steps = calloc(n, sizeof *pr->steps);
    pr->number = calloc(n, sizeof *pr->number);
    pr->mask = calloc(n, sizeof *pr->mask);
    pr->arg = calloc(n * KERNEL_ARGS_MAX, sizeof *pr->arg);
    if (!pr->steps || !pr->number || !pr->mask || !pr->arg || !make_steps(pr, p, node, step))
        return false;
    pr->condition = plan_type(p, node) == VALUE_CONDITION;
    pr->bound = -1;
    if (!pr->condition)
        return true;
    pr->bound = find_bound(p, node, step, step + node + 1);
    if (pr->bound < 0)
        pr->bound = plan_condition(p, true);
    return pr->bound >= 0 && plan_use(p, pr->bound);
}

struct program *program_new(struct plan *p, int node) {
    struct program *pr = calloc(1, sizeof *pr);
    int *step = calloc(2 * ((size_t)node + 1), sizeof *step);
    bool ok = pr && step && make(pr, p, node, step);
    free(step);
    if (ok)
        return pr;
    program_free(pr);
    return NULL;
}

int program_bound(const struct program *pr) {
    return pr->bound;
}

void program_block(struct program *pr, const struct eval *e) {
    for (size_t k = 0; k < pr->n; k++) {
        struct step *s = &pr->steps[k];
        if (s->kind == STEP_NUMBER)
            s->numbers = eval_number(e, s->node);
        else if (s->kind == STEP_CONDITION)
            s->words = eval_mask(e, s->node);
    }
}

double program_value(const void *program, size_t i, const double position[POSITION_COUNT]) {
    const struct program *pr = program;
    for (size_t k = 0; k < pr->n; k++) {
        const struct step *s = &pr->steps[k];
        switch (s->kind) {
        case STEP_NUMBER:
            pr->number[k] = s->numbers[i];
            break;
        case STEP_CONDITION:
            pr->mask[k] = s->words[i / 64] >> (i % 64) & 1;
            break;
        case STEP_POSITION:
            pr->number[k] = position[s->value];
            break;
        case STEP_CALL:
            s->kernel->run(&s->call);
            break;
        }
    }
    return pr->condition ? (double)(pr->mask[pr->n - 1] & 1) : pr->number[pr->n - 1];
}
