/* Names that := changes. Each := makes a symbol that is the new value where its ifs hold, else the
 * symbol before. A name that is made of what it was a bar ago (var, x[1]) is state; our language
 * has none, but it has what most scripts do with state: a value that holds until the next one comes
 * (valuewhen), a count of bars in a row (barssince), a sum (cum). The rest is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"

#define CELLS_MAX 128

/* What a state becomes on a bar. */
enum cell_kind {
    HOLD,  /* it stays as it was a bar ago */
    LEAF,  /* a value without its past */
    STEP,  /* what it was, plus (minus) a value */
    CHOICE /* a where the condition holds, else b */
};

struct cell {
    enum cell_kind kind;
    int expr, now;           /* of LEAF, STEP; of CHOICE: its condition, or -1: the guards */
    size_t guards, n_guards; /* of CHOICE */
    bool minus;              /* STEP */
    int a, b;
};

struct state {
    struct pine_script *s;
    struct pine_slice name;
    struct cell cells[CELLS_MAX];
    int n;
    int start, start_now; /* the value before the first; -1: na */
    bool started, clash;  /* a start is known; two of them differ */
    bool asked;           /* it comes from na(x[1]) ? start : … */
};

static bool mentions(const struct pine_script *s, int node, struct pine_slice name) {
    if (node < 0)
        return false;
    const struct pine_node *n = &s->nodes[node];
    if (n->kind == PINE_N_NAME && pine_same(n->text, name))
        return true;
    for (int arg = n->args; arg >= 0; arg = s->nodes[arg].next) {
        if (mentions(s, s->nodes[arg].a, name))
            return true;
    }
    return mentions(s, n->a, name) || mentions(s, n->b, name) || mentions(s, n->c, name);
}

/* x[1] */
static bool is_past(const struct pine_script *s, int node, struct pine_slice name) {
    const struct pine_node *n = node >= 0 ? &s->nodes[node] : NULL;
    return n && n->kind == PINE_N_INDEX && s->nodes[n->a].kind == PINE_N_NAME &&
           pine_same(s->nodes[n->a].text, name) && s->nodes[n->b].kind == PINE_N_NUMBER &&
           pine_is(s->nodes[n->b].text, "1");
}

/* Some x[n] of the name anywhere in it. */
static bool has_past(const struct pine_script *s, int node, struct pine_slice name) {
    if (node < 0)
        return false;
    const struct pine_node *n = &s->nodes[node];
    if (n->kind == PINE_N_INDEX && mentions(s, n->a, name))
        return true;
    for (int arg = n->args; arg >= 0; arg = s->nodes[arg].next) {
        if (has_past(s, s->nodes[arg].a, name))
            return true;
    }
    return has_past(s, n->a, name) || has_past(s, n->b, name) || has_past(s, n->c, name);
}

/* One of the symbols from `last` down to the first is made of its past. */
static bool is_state(const struct pine_script *s, const struct pine_symbol *last) {
    for (const struct pine_symbol *sym = last;; sym = &s->symbols[sym->before]) {
        if (sym->keeps || has_past(s, sym->expr, sym->name))
            return true;
        for (size_t i = 0; i < sym->n_guards; i++) {
            if (has_past(s, s->guards[sym->guards + i].expr, sym->name))
                return true;
        }
        if (sym->before < 0)
            return false;
    }
}

static int add(struct state *st, struct cell cell) {
    if (st->n == CELLS_MAX)
        return -1;
    st->cells[st->n] = cell;
    return st->n++;
}

static int hold(struct state *st, int start, int now) {
    bool same = st->started && start == st->start;
    double a, b;
    if (st->started && !same && start >= 0 && st->start >= 0)
        same = pine_constant(st->s, start, &a) && pine_constant(st->s, st->start, &b) && !(a < b) &&
               !(a > b);
    st->clash |= st->started && !same;
    st->start = start;
    st->start_now = now;
    st->started = true;
    return add(st, (struct cell){.kind = HOLD});
}

static int cell_of(struct state *st, int node, int now, int depth);

/* True when the symbol is changed in the else of the very if that made the cell. */
static bool is_else(const struct state *st, const struct pine_symbol *sym, const struct cell *c) {
    if (c->kind != CHOICE || c->expr >= 0 || c->n_guards != 1 || sym->n_guards != 1)
        return false;
    const struct pine_guard *a = &st->s->guards[sym->guards], *b = &st->s->guards[c->guards];
    return a->expr == b->expr && a->now == b->now && a->negated != b->negated;
}

/* What a symbol of the chain is; of the first one too. */
static int cell_of_symbol(struct state *st, int symbol, int depth) {
    struct pine_symbol sym = st->s->symbols[symbol];
    if (depth > PINE_DEPTH_MAX)
        return -1;
    if (sym.before < 0)
        return sym.keeps ? hold(st, sym.expr, sym.at) : cell_of(st, sym.expr, sym.at, depth + 1);
    int then = cell_of(st, sym.expr, sym.at, depth + 1);
    if (sym.n_guards == 0 || then < 0)
        return then;
    for (size_t i = 0; i < sym.n_guards; i++) {
        if (mentions(st->s, st->s->guards[sym.guards + i].expr, st->name))
            return -1;
    }
    int otherwise = cell_of_symbol(st, sym.before, depth + 1);
    if (otherwise >= 0 && is_else(st, &sym, &st->cells[otherwise]))
        otherwise = st->cells[otherwise].a;
    return otherwise < 0 ? -1
                         : add(st, (struct cell){.kind = CHOICE,
                                                 .expr = -1,
                                                 .guards = sym.guards,
                                                 .n_guards = sym.n_guards,
                                                 .a = then,
                                                 .b = otherwise});
}

/* nz(x[1]), nz(x[1], 0): the start of a state that is no var. */
static int cell_of_nz(struct state *st, struct pine_node n, int now) {
    int of = n.args >= 0 ? st->s->nodes[n.args].a : -1;
    int next = n.args >= 0 ? st->s->nodes[n.args].next : -1;
    if (!is_past(st->s, of, st->name) || st->s->zero < 0)
        return -1;
    return hold(st, next >= 0 ? st->s->nodes[next].a : st->s->zero, now);
}

static int cell_of_step(struct state *st, struct pine_node n, int now, int depth) {
    bool minus = pine_is(n.text, "-");
    bool left = mentions(st->s, n.a, st->name), right = mentions(st->s, n.b, st->name);
    if ((!minus && !pine_is(n.text, "+")) || left == right || (minus && right))
        return -1;
    int old = cell_of(st, left ? n.a : n.b, now, depth + 1);
    if (old < 0 || st->cells[old].kind != HOLD)
        return -1;
    return add(st,
               (struct cell){.kind = STEP, .expr = left ? n.b : n.a, .now = now, .minus = minus});
}

static int cell_of_if(struct state *st, struct pine_node n, int now, int depth) {
    struct pine_node c = st->s->nodes[n.a];
    int asked =
        c.kind == PINE_N_CALL && pine_is(c.text, "na") && c.args >= 0 ? st->s->nodes[c.args].a : -1;
    if (is_past(st->s, asked, st->name) && !mentions(st->s, n.b, st->name)) {
        int then = cell_of(st, n.c, now, depth + 1); /* na(x[1]) ? start : … */
        st->clash |= st->asked;
        st->asked = true;
        st->start = n.b;
        st->start_now = now;
        return then;
    }
    if (mentions(st->s, n.a, st->name))
        return -1;
    int then = cell_of(st, n.b, now, depth + 1), otherwise = cell_of(st, n.c, now, depth + 1);
    return then < 0 || otherwise < 0
               ? -1
               : add(st, (struct cell){
                             .kind = CHOICE, .expr = n.a, .now = now, .a = then, .b = otherwise});
}

/* -1: what it does with its past is not ours. */
static int cell_of(struct state *st, int node, int now, int depth) {
    struct pine_script *s = st->s;
    if (node < 0 || depth > PINE_DEPTH_MAX)
        return -1;
    struct pine_node n = s->nodes[node];
    if (!mentions(s, node, st->name))
        return add(st, (struct cell){.kind = LEAF, .expr = node, .now = now});
    if (is_past(s, node, st->name))
        return hold(st, -1, now);
    if (n.kind == PINE_N_NAME) {
        int was = s->now;
        s->now = now;
        struct pine_symbol *sym = pine_find(s, n.text);
        s->now = was;
        return sym ? cell_of_symbol(st, (int)(sym - s->symbols), depth + 1) : -1;
    }
    if (n.kind == PINE_N_CALL && pine_is(n.text, "nz"))
        return cell_of_nz(st, n, now);
    if (n.kind == PINE_N_BINARY)
        return cell_of_step(st, n, now, depth);
    return n.kind == PINE_N_IF ? cell_of_if(st, n, now, depth) : -1;
}

/* --- text ------------------------------------------------------------------------------------- */

static bool put(struct state *st, int node, int now, int least, struct buf *ret) {
    int was = st->s->now;
    st->s->now = now;
    bool good = pine_put(st->s, node, least, NULL, ret);
    st->s->now = was;
    return good;
}

static bool put_condition(struct state *st, const struct cell *c, bool alone, struct buf *ret) {
    if (c->expr >= 0)
        return put(st, c->expr, c->now, alone ? 0 : 3, ret);
    struct buf own; /* its ands count from an empty text */
    buf_init(&own, 1 << 14);
    bool good = pine_guards_text(st->s, c->guards, c->n_guards, alone, &own);
    bool brackets = !alone && c->n_guards > 1;
    if (good)
        buf_fmt(ret, brackets ? "(%s)" : "%s", own.len > 0 ? own.data : "true");
    buf_release(&own);
    return good;
}

/* On which bars is there a new value? */
static bool put_when(struct state *st, int cell, struct buf *ret) {
    const struct cell *c = &st->cells[cell];
    if (c->kind != CHOICE) {
        buf_str(ret, c->kind == HOLD ? "false" : "true");
        return true;
    }
    enum cell_kind a = st->cells[c->a].kind, b = st->cells[c->b].kind;
    bool good = true;
    if (a == HOLD && b == LEAF) {
        buf_str(ret, "not (");
        good = put_condition(st, c, true, ret);
        buf_str(ret, ")");
    } else if (a == LEAF && b == HOLD) {
        good = put_condition(st, c, false, ret);
    } else if (a == LEAF && b == LEAF) {
        buf_str(ret, "true");
    } else if (a == LEAF) {
        good = put_condition(st, c, false, ret);
        buf_str(ret, " or (");
        good = good && put_when(st, c->b, ret);
        buf_str(ret, ")");
    } else {
        buf_str(ret, "(");
        good = put_condition(st, c, false, ret);
        buf_str(ret, " ? ");
        good = good && put_when(st, c->a, ret);
        buf_str(ret, " : ");
        good = good && put_when(st, c->b, ret);
        buf_str(ret, ")");
    }
    return good;
}

/* The value on those bars; elsewhere anything. */
static bool put_new(struct state *st, int cell, int least, struct buf *ret) {
    const struct cell *c = &st->cells[cell];
    if (c->kind == LEAF)
        return put(st, c->expr, c->now, least, ret);
    if (c->kind == HOLD) {
        buf_str(ret, "na");
        return true;
    }
    if (st->cells[c->a].kind == HOLD)
        return put_new(st, c->b, least, ret);
    if (st->cells[c->b].kind == HOLD)
        return put_new(st, c->a, least, ret);
    buf_str(ret, "(");
    bool good = put_condition(st, c, false, ret);
    buf_str(ret, " ? ");
    good = good && put_new(st, c->a, 1, ret);
    buf_str(ret, " : ");
    good = good && put_new(st, c->b, 0, ret);
    buf_str(ret, ")");
    return good;
}

static bool contains(const struct state *st, int cell, enum cell_kind kind) {
    const struct cell *c = &st->cells[cell];
    return c->kind == kind ||
           (c->kind == CHOICE && (contains(st, c->a, kind) || contains(st, c->b, kind)));
}

static bool put_start(struct state *st, struct buf *ret) {
    if (st->start < 0) {
        buf_str(ret, "na");
        return true;
    }
    return put(st, st->start, st->start_now, 1, ret);
}

/* A value that holds until the next one. */
static bool put_held(struct state *st, int top, bool condition, struct buf *ret) {
    struct buf when;
    double start = 0;
    bool from = st->start >= 0;
    if (from && !pine_constant(st->s, st->start, &start) &&
        !(st->s->nodes[st->start].kind == PINE_N_NAME &&
          pine_is(st->s->nodes[st->start].text, "na")))
        return false;
    from = from && !pine_is(st->s->nodes[st->start].text, "na");
    buf_init(&when, 1 << 14);
    bool good = put_when(st, top, &when) && when.data;
    bool yes = condition && from && start > 0, number = !condition && from;
    if (good && yes)
        buf_str(ret, "nz(");
    else if (good && number)
        buf_fmt(ret, "barssince(%s) >= 0 ? ", when.data);
    if (good)
        buf_fmt(ret, "valuewhen(%s, ", when.data);
    good = good && put_new(st, top, condition ? 1 : 0, ret);
    buf_str(ret, condition ? " ? 1 : 0, 0)" : ", 0)");
    if (yes)
        buf_str(ret, ", 1)");
    if (condition)
        buf_str(ret, " == 1");
    if (number) {
        buf_str(ret, " : ");
        good = good && put_start(st, ret);
    }
    buf_release(&when);
    return good;
}

/* start + a sum of steps: on every bar, or where a condition holds. */
static bool put_summed(struct state *st, int top, struct buf *ret) {
    const struct cell *c = &st->cells[top], *step = c;
    bool swapped = false;
    double start;
    if (c->kind == CHOICE) {
        swapped = st->cells[c->b].kind == STEP;
        step = &st->cells[swapped ? c->b : c->a];
        if (step->kind != STEP || st->cells[swapped ? c->a : c->b].kind != HOLD)
            return false;
    }
    if (st->start < 0 || !pine_constant(st->s, st->start, &start))
        return false;
    bool good = put(st, st->start, st->start_now, 5, ret);
    buf_str(ret, step->minus ? " - cum(" : " + cum(");
    if (c->kind == CHOICE) {
        buf_str(ret, swapped ? "not (" : "");
        good = good && put_condition(st, c, swapped, ret);
        buf_str(ret, swapped ? ") ? " : " ? ");
    }
    good = good && put(st, step->expr, step->now, 1, ret);
    buf_str(ret, c->kind == CHOICE ? " : 0)" : ")");
    return good;
}

/* condition ? x + 1 : start again: bars in a row. */
static bool put_counted(struct state *st, int top, struct buf *ret) {
    const struct cell *c = &st->cells[top];
    if (c->kind != CHOICE)
        return false;
    bool swapped = st->cells[c->b].kind == STEP;
    const struct cell *step = &st->cells[swapped ? c->b : c->a];
    const struct cell *again = &st->cells[swapped ? c->a : c->b];
    double one, reset, start;
    if (step->kind != STEP || again->kind != LEAF || step->minus || st->start < 0 ||
        !pine_constant(st->s, step->expr, &one) || one < 1 || one > 1 ||
        !pine_constant(st->s, again->expr, &reset) || !pine_constant(st->s, st->start, &start))
        return false;
    char text[DOUBLE_TEXT_MAX];
    buf_str(ret, "nz(");
    if (reset < 0 || reset > 0)
        buf_fmt(ret, "%s + ", (double_format(reset, text), text));
    buf_str(ret, swapped ? "barssince(" : "barssince(not (");
    bool good = put_condition(st, c, true, ret);
    double_format(start + 1, text);
    buf_fmt(ret, swapped ? "), bar_index + %s)" : ")), bar_index + %s)", text);
    return good;
}

/* Between two :=, from what it was at the end of the bar before. */
static bool put_between(struct state *st, int cell, const char *last, int least, struct buf *ret) {
    const struct cell *c = &st->cells[cell];
    bool good = true;
    if (c->kind == LEAF)
        return put(st, c->expr, c->now, least, ret);
    if (c->kind == STEP)
        return false;
    if (c->kind == HOLD && st->start < 0) {
        buf_fmt(ret, "%s[1]", last);
    } else if (c->kind == HOLD) {
        buf_fmt(ret, "(bar_index > 0 ? %s[1] : ", last);
        good = put_start(st, ret);
        buf_str(ret, ")");
    } else {
        buf_str(ret, "(");
        good = put_condition(st, c, false, ret);
        buf_str(ret, " ? ");
        good = good && put_between(st, c->a, last, 1, ret);
        buf_str(ret, " : ");
        good = good && put_between(st, c->b, last, 0, ret);
        buf_str(ret, ")");
    }
    return good;
}

/* A name without a past: what := gave it where its ifs hold, else what it was before. */
static bool put_stateless(struct pine_script *s, size_t symbol, struct buf *ret) {
    struct pine_symbol sym = s->symbols[symbol];
    if (sym.n_guards == 0 || sym.before < 0)
        return pine_put_item(s, sym.expr, sym.item, 0, NULL, ret);
    bool good = pine_guards_text(s, sym.guards, sym.n_guards, false, ret);
    if (ret->len == 0)
        return good && pine_put(s, sym.expr, 0, NULL, ret);
    buf_str(ret, " ? ");
    good = good && pine_put(s, sym.expr, 1, NULL, ret);
    buf_str(ret, " : ");
    return good && pine_put_symbol(s, &s->symbols[sym.before], sym.line, ret);
}

bool pine_changed(struct pine_script *s, size_t symbol, struct buf *ret) {
    size_t last = (size_t)(pine_last(s, &s->symbols[symbol]) - s->symbols);
    struct pine_symbol sym = s->symbols[symbol];
    if (sym.before < 0 && last == symbol) { /* var that nothing changes: its first bar's value */
        double constant;
        if (pine_constant(s, sym.expr, &constant))
            return pine_put(s, sym.expr, 0, NULL, ret);
        pine_refuse(s, sym.line, "'%.*s' keeps the value of the first bar (var)",
                    (int)(sym.name.len < 60 ? sym.name.len : 60), sym.name.at);
        return false;
    }
    if (!is_state(s, &s->symbols[last]))
        return put_stateless(s, symbol, ret);
    struct state *st = calloc(1, sizeof *st);
    if (!st) {
        s->failed = true;
        return false;
    }
    st->s = s;
    st->name = sym.name;
    st->start = -1;
    int top = cell_of_symbol(st, (int)symbol, 0);
    bool condition = pine_is_condition(s, s->symbols[last].expr);
    bool good = top >= 0 && !st->clash;
    if (good && symbol != last) {
        struct buf name; /* the last one is made first */
        buf_init(&name, 100);
        good = pine_put_symbol(s, &s->symbols[last], sym.line, &name);
        buf_release(&name);
        good = good && put_between(st, top, s->symbols[last].out, 0, ret);
    } else if (good && !contains(st, top, HOLD) && !contains(st, top, STEP)) {
        good = put_new(st, top, 0, ret);
    } else if (good && contains(st, top, STEP)) {
        struct buf text;
        buf_init(&text, 1 << 14);
        good = put_summed(st, top, &text);
        if (!good) {
            buf_release(&text);
            buf_init(&text, 1 << 14);
            good = put_counted(st, top, &text);
        }
        buf_str(ret, text.data ? text.data : "");
        buf_release(&text);
    } else if (good) {
        good = put_held(st, top, condition, ret);
    }
    free(st);
    return good || pine_refuse_past(s, &sym);
}

bool pine_is_condition(struct pine_script *s, int node) {
    static const char *const signs[] = {
        "==", "!=", "<", "<=", ">", ">=", "and", "or", "not", "true", "false"};
    int now = s->now;
    node = pine_resolve(s, node, &now);
    if (node < 0)
        return false;
    struct pine_node n = s->nodes[node];
    const struct ind_info *info = n.kind == PINE_N_CALL ? pine_function(s, n.text) : NULL;
    struct pine_symbol *sym = n.kind == PINE_N_NAME ? pine_find(s, n.text) : NULL;
    if (sym && sym->kind == PINE_INPUT)
        return sym->type == 'b';
    if (n.kind == PINE_N_IF)
        return pine_is_condition(s, n.b) || pine_is_condition(s, n.c);
    if (n.kind == PINE_N_INDEX)
        return pine_is_condition(s, n.a);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (pine_is(n.text, signs[i]))
            return n.kind == PINE_N_BINARY || n.kind == PINE_N_UNARY || n.kind == PINE_N_NAME;
    }
    return info ? info->condition : n.kind == PINE_N_CALL && pine_is(n.text, "na");
}
