#include "engine/eval.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ahead.h"
#include "engine/chain.h"
#include "engine/mask.h"
#include "engine/number.h"
#include "engine/plan_node.h"
#include "engine/wide.h"

/* Where a node's values of the block are. A column of the bars is read where it lies, except near
 * its start: there `own` holds nulls for the bars before the first, and the first bars. */
struct column {
    double *own; /* numbers: history values, then blocks one behind the other until cap */
    size_t cap, at;
    const double *values; /* bar 0 of the block; history values stand before it */
    uint64_t *words;      /* conditions: history words, then the block's */
};

/* Chains wait for one another's numbers, not for the processor: those of a stage run together,
 * after everything else of it. The stage of a node is how many chains lie one behind the other
 * below it.
 */
struct step {
    int node, stage;
    bool chain;
};

/* Longer bars, for tf(). */
struct frame {
    struct bars bars;
    struct eval *eval;
    size_t closed; /* bars that have ended by the last bar judged */
    int64_t end;   /* of the first that has not */
};

struct eval {
    const struct plan *p;
    struct frame *frames; /* one a frame of the plan */
    const struct bars *bars;
    size_t block, first, n;
    struct column *columns;    /* one a node of the plan */
    struct kernel_call *calls; /* one a step */
    struct step *steps;        /* the used nodes, inputs first */
    size_t n_steps;
    bool wide;
    bool chains; /* there are some, and they ask memory for the candles (ahead.h) */
};

static int compare_steps(const void *a, const void *b) {
    const struct step *x = a, *y = b;
    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    if (x->chain != y->chain)
        return x->chain ? 1 : -1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static const double *bars_column(const struct bars *b, enum kernel_column column) {
    switch (column) {
    case COLUMN_OPEN:
        return b->o;
    case COLUMN_HIGH:
        return b->h;
    case COLUMN_LOW:
        return b->l;
    case COLUMN_CLOSE:
        return b->c;
    case COLUMN_VOLUME:
        return b->v;
    case COLUMN_NONE:
        break;
    }
    return NULL;
}

static bool init_column(struct eval *e, int id) {
    const struct plan_node *node = &e->p->nodes[id];
    struct column *column = &e->columns[id];
    const double *source = bars_column(e->bars, node->kernel->column);
    if (node->kernel == &kernel_shift)
        return true;
    if (node->kernel->type == VALUE_CONDITION) {
        column->words = calloc(mask_words(node->history) + mask_words(e->block), sizeof(uint64_t));
        return column->words;
    }
    if (source && node->history == 0)
        return true;
    /* twice the history: it is moved to the front once in so many bars, however small the block */
    size_t blocks = node->history > e->block ? node->history : e->block;
    column->cap = node->history + (source ? node->history + e->block : blocks);
    column->own = malloc(column->cap * sizeof(double));
    if (!column->own)
        return false;
    for (size_t i = 0; i < node->history; i++)
        column->own[i] = NUMBER_NULL;
    column->at = node->history;
    if (source) {
        size_t bars = column->cap - node->history;
        memcpy(column->own + node->history, source,
               (bars < e->bars->n ? bars : e->bars->n) * sizeof(double));
    }
    return true;
}

static bool init_call(struct eval *e, size_t step) {
    const struct plan_node *node = &e->p->nodes[e->steps[step].node];
    const struct kernel *kernel = node->kernel;
    struct kernel_call *c = &e->calls[step];
    c->bars = e->bars;
    c->arg = node->arg;
    c->chain = kernel->chain;
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++) {
        if (node->in[i] < 0)
            continue;
        const struct plan_node *in = &e->p->nodes[node->in[i]];
        c->dense[i] = in->whole ? in->lookback : SIZE_MAX;
        c->mask_history[i] = mask_words(in->history) * MASK_BITS;
    }
    c->zones = e->p->zones;
    size_t bytes = kernel->state ? kernel->state(node->arg) : 0;
    if (bytes == 0)
        return true;
    c->state = calloc(1, bytes);
    if (c->state && kernel->start)
        kernel->start(c->state, node->arg);
    return c->state;
}

static bool init_frames(struct eval *e) {
    e->frames = calloc((size_t)e->p->n_frames + 1, sizeof *e->frames);
    if (!e->frames)
        return false;
    for (int i = 0; i < e->p->n_frames; i++) {
        const struct plan *p = e->p->frames[i];
        struct frame *f = &e->frames[i];
        if (!bars_aggregate(e->bars, p->interval, &f->bars) ||
            !(f->eval = eval_new(p, &f->bars, e->block)))
            return false;
        f->end = f->bars.n ? interval_next(p->interval, f->bars.t[0]) : INT64_MAX;
    }
    return true;
}

struct eval *eval_new(const struct plan *p, const struct bars *b, size_t block) {
    struct eval *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->p = p;
    e->bars = b;
    e->wide = wide_here();
    e->block = block ? block : EVAL_BLOCK;
    if (e->block > b->n)
        e->block = b->n ? b->n : 1;
    e->columns = calloc((size_t)p->n + 1, sizeof *e->columns);
    e->steps = calloc(p->n_used + 1, sizeof *e->steps);
    e->calls = calloc(p->n_used + 1, sizeof *e->calls);
    if (!e->columns || !e->steps || !e->calls || !init_frames(e))
        goto fail;
    for (int i = 0; i < p->n; i++) {
        if (!p->nodes[i].used)
            continue;
        e->steps[e->n_steps++] = (struct step){.node = i,
                                               .stage = p->nodes[i].stage,
                                               .chain = p->nodes[i].kernel->chain != CHAIN_NONE};
        if (!init_column(e, i))
            goto fail;
    }
    for (size_t s = 0; s < e->n_steps; s++)
        e->chains |= e->steps[s].chain;
    qsort(e->steps, e->n_steps, sizeof *e->steps, compare_steps);
    for (size_t s = 0; s < e->n_steps; s++) {
        if (!init_call(e, s))
            goto fail;
    }
    return e;
fail:
    eval_free(e);
    return NULL;
}

void eval_free(struct eval *e) {
    if (!e)
        return;
    for (int i = 0; e->columns && i < e->p->n; i++) {
        free(e->columns[i].own);
        free(e->columns[i].words);
    }
    for (size_t s = 0; e->calls && s < e->n_steps; s++)
        free(e->calls[s].state);
    for (int i = 0; e->frames && i < e->p->n_frames; i++) {
        eval_free(e->frames[i].eval);
        bars_release(&e->frames[i].bars);
    }
    free(e->frames);
    free(e->columns);
    free(e->steps);
    free(e->calls);
    free(e);
}

/* Makes room for the block behind the last one (`done` bars), history before it. */
static void advance(struct eval *e, int id, size_t done) {
    const struct plan_node *node = &e->p->nodes[id];
    struct column *column = &e->columns[id];
    const double *source = bars_column(e->bars, node->kernel->column);
    if (source) {
        column->values =
            e->first >= node->history ? source + e->first : column->own + node->history + e->first;
    } else if (node->kernel == &kernel_shift) {
        column->values = e->columns[node->in[0]].values - (size_t)node->arg[0];
    } else if (column->words) {
        mask_shift(column->words, column->words, done, mask_words(node->history) * MASK_BITS);
    } else {
        column->at += done;
        if (column->at + e->block > column->cap) {
            memmove(column->own, column->own + column->at - node->history,
                    node->history * sizeof(double));
            column->at = node->history;
        }
        column->values = column->own + column->at;
    }
}

static uint64_t *block_words(const struct eval *e, int id) {
    return e->columns[id].words + mask_words(e->p->nodes[id].history);
}

/* Points the step's call at the block. False: nothing to run. */
static bool prepare(struct eval *e, size_t step, size_t done) {
    int id = e->steps[step].node;
    const struct plan_node *node = &e->p->nodes[id];
    struct kernel_call *c = &e->calls[step];
    advance(e, id, done);
    if (!node->kernel->run && !node->kernel->frame && !e->steps[step].chain)
        return false;
    c->n = e->n;
    c->first = e->first;
    for (int i = 0; i < KERNEL_INPUTS_MAX; i++) {
        if (node->in[i] < 0)
            continue;
        if (plan_type(e->p, node->in[i]) == VALUE_CONDITION)
            c->mask_in[i] = block_words(e, node->in[i]);
        else
            c->in[i] = e->columns[node->in[i]].values;
    }
    if (node->kernel->type == VALUE_CONDITION)
        c->mask_out = block_words(e, id);
    else
        c->out = e->columns[id].own + e->columns[id].at;
    /* a constant number that nobody looks back at fills its block once */
    return !(node->kernel == &kernel_constant && node->history == 0 && e->first > 0);
}

/* One more bar of the frame has ended. */
static void close_bar(struct frame *f, enum interval interval) {
    if (f->closed >= f->eval->first + f->eval->n)
        eval_next(f->eval);
    f->closed++;
    f->end = f->closed < f->bars.n ? interval_next(interval, f->bars.t[f->closed]) : INT64_MAX;
}

/* The node's value on the last bar of the frame that has ended: nothing before the first. */
static void hold(struct frame *f, const struct plan_node *node, const struct kernel_call *c,
                 size_t i) {
    size_t at = f->closed - 1 - f->eval->first;
    if (node->kernel->type == VALUE_CONDITION)
        c->mask_out[i / MASK_BITS] |=
            (uint64_t)(f->closed > 0 && mask_bit(eval_mask(f->eval, (int)node->arg[1]), at))
            << (i % MASK_BITS);
    else
        c->out[i] = f->closed > 0 ? eval_number(f->eval, (int)node->arg[1])[at] : NUMBER_NULL;
}

/* A bar of the frame is seen from the close of the first bar that ends with it or later. */
static void fill_frame(struct eval *e, int k, size_t done) {
    struct frame *f = &e->frames[k];
    size_t from = 0, to = 0; /* the steps that read it */
    for (size_t s = 0; s < e->n_steps; s++) {
        const struct plan_node *node = &e->p->nodes[e->steps[s].node];
        if (!node->kernel->frame || (int)node->arg[0] != k)
            continue;
        prepare(e, s, done);
        if (node->kernel->type == VALUE_CONDITION)
            memset(e->calls[s].mask_out, 0, mask_words(e->n) * sizeof(uint64_t));
        from = to ? from : s;
        to = s + 1;
    }
    for (size_t i = 0; to > 0 && i < e->n; i++) {
        int64_t end = interval_next(e->p->interval, e->bars->t[e->first + i]);
        while (f->end <= end)
            close_bar(f, e->p->frames[k]->interval);
        for (size_t s = from; s < to; s++) {
            const struct plan_node *node = &e->p->nodes[e->steps[s].node];
            if (node->kernel->frame && (int)node->arg[0] == k)
                hold(f, node, &e->calls[s], i);
        }
    }
}

void eval_narrow(struct eval *e) {
    e->wide = false;
    for (int i = 0; i < e->p->n_frames; i++)
        eval_narrow(e->frames[i].eval);
}

static void run_step(struct eval *e, size_t s, size_t done) {
    const struct kernel *kernel = e->p->nodes[e->steps[s].node].kernel;
    if (!kernel->frame && prepare(e, s, done))
        (e->wide && kernel->run_wide ? kernel->run_wide : kernel->run)(&e->calls[s]);
}

/* The chains of one stage from step s on; returns the step behind them. */
static size_t run_chains(struct eval *e, size_t s, size_t done) {
    const struct kernel_call *calls[CHAINS_MAX];
    int stage = e->steps[s].stage;
    size_t k = 0;
    for (; k < CHAINS_MAX && s < e->n_steps && e->steps[s].chain && e->steps[s].stage == stage;
         s++) {
        prepare(e, s, done);
        calls[k++] = &e->calls[s];
    }
    chain_run(calls, k);
    return s;
}

size_t eval_next(struct eval *e) {
    size_t done = e->n;
    e->first += done;
    e->n = e->bars->n - e->first < e->block ? e->bars->n - e->first : e->block;
    if (e->n == 0)
        return 0;
    for (size_t i = 0; !e->chains && i < e->n; i += AHEAD_LINE)
        ahead_line(e->bars, e->first + i);
    for (int k = 0; k < e->p->n_frames; k++)
        fill_frame(e, k, done);
    for (size_t s = 0; s < e->n_steps;) {
        if (e->steps[s].chain)
            s = run_chains(e, s, done);
        else
            run_step(e, s++, done);
    }
    return e->n;
}

size_t eval_first(const struct eval *e) {
    return e->first;
}

const double *eval_number(const struct eval *e, int node) {
    return e->columns[node].values;
}

const uint64_t *eval_mask(const struct eval *e, int node) {
    return block_words(e, node);
}
