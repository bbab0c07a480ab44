/* A Pine script's statements: what names stand for, and which orders are given under which
 * conditions. Nothing is judged here that no order needs. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ind.h"
#include "lib/pine_ast.h"

/* The ifs around a statement. */
struct branch {
    struct pine_guard guard;
    int depth; /* 1 under the outermost if */
    const struct branch *outer;
};

struct walk {
    struct pine_script *s;
    struct json_object *request, *strategy;
    int settled; /* line of strategy(…), 0 until it was there */
};

static int depth_of(const struct branch *b) {
    return b ? b->depth : 0;
}

static void push_guard(struct pine_script *s, struct pine_guard g) {
    if (s->n_guards == s->cap_guards) {
        size_t cap = s->cap_guards ? 2 * s->cap_guards : 64;
        struct pine_guard *more = realloc(s->guards, cap * sizeof *more);
        if (!more) {
            s->failed = true;
            return;
        }
        s->guards = more;
        s->cap_guards = cap;
    }
    s->guards[s->n_guards++] = g;
}

/* The conditions of the ifs deeper than `from`, the outermost first. */
static void push_guards(struct pine_script *s, const struct branch *b, int from) {
    if (!b || b->depth <= from)
        return;
    push_guards(s, b->outer, from);
    push_guard(s, b->guard);
}

/* What Pine works out only where the if is reached, we do on every bar. */
static void tell_inside(struct pine_script *s, int node) {
    if (node < 0)
        return;
    struct pine_node n = s->nodes[node];
    const struct ind_info *info = n.kind == PINE_N_CALL ? pine_function(s, n.text) : NULL;
    if (info && info->lookback)
        pine_tell(s, n.line,
                  "%.*s inside an if: Pine works it out only on the bars that come there, here it "
                  "is on every bar",
                  (int)n.text.len, n.text.at);
    for (int arg = n.args; arg >= 0; arg = s->nodes[arg].next)
        tell_inside(s, s->nodes[arg].a);
    tell_inside(s, n.a);
    tell_inside(s, n.b);
    tell_inside(s, n.c);
}

static void refuse_name(struct pine_script *s, struct pine_slice name, int line, const char *why) {
    struct pine_symbol *sym = pine_add_symbol(s, PINE_REFUSED_NAME, name, line, -1);
    if (sym)
        sym->why = why;
}

static void declare(struct pine_script *s, const struct pine_stmt *stmt, const struct branch *b) {
    if (stmt->expr < 0) {
        refuse_name(s, stmt->name, stmt->line, "is made by more than values: write it with ? :");
        return;
    }
    if (pine_input(s, stmt))
        return;
    struct pine_symbol *sym = pine_add_symbol(s, PINE_VALUE, stmt->name, stmt->line, stmt->expr);
    if (!sym)
        return;
    sym->keeps = stmt->keeps;
    sym->depth = depth_of(b);
    if (b)
        tell_inside(s, stmt->expr);
}

/* x := … makes a new symbol of the same name, which is the old one where its ifs do not hold. */
static void assign(struct pine_script *s, const struct pine_stmt *stmt, const struct branch *b) {
    struct pine_symbol *old = pine_find(s, stmt->name);
    if (!old || (old->kind != PINE_VALUE && old->kind != PINE_INPUT)) {
        if (!old)
            refuse_name(s, stmt->name, stmt->line, "is changed before it is declared");
        return;
    }
    if (old->kind == PINE_INPUT || stmt->expr < 0) {
        refuse_name(s, stmt->name, stmt->line,
                    stmt->expr < 0 ? "is made by more than values: write it with ? :"
                                   : "is an input, and changed");
        return;
    }
    int before = (int)(old - s->symbols), depth = old->depth;
    size_t guards = s->n_guards;
    push_guards(s, b, depth);
    struct pine_symbol *sym = pine_add_symbol(s, PINE_VALUE, stmt->name, stmt->line, stmt->expr);
    if (!sym)
        return;
    sym->before = before;
    sym->depth = depth;
    sym->guards = guards;
    sym->n_guards = s->n_guards - guards;
    if (b)
        tell_inside(s, stmt->expr);
}

/* [line, signal, hist] = ta.macd(…): the same order as our fields. */
static void declare_tuple(struct pine_script *s, const struct pine_stmt *stmt,
                          const struct branch *b) {
    const struct pine_node *call = stmt->expr >= 0 ? &s->nodes[stmt->expr] : NULL;
    const struct ind_info *info =
        call && call->kind == PINE_N_CALL ? pine_function(s, call->text) : NULL;
    size_t holder = s->n_symbols;
    if (b && call)
        tell_inside(s, stmt->expr);
    if (info && info->n_outputs > 1 && strcmp(info->name, "kc") != 0) {
        struct pine_slice own = {info->name, strlen(info->name)};
        if (!pine_add_symbol(s, PINE_VALUE, own, stmt->line, stmt->expr))
            return;
        s->symbols[holder].name.len = 0; /* nobody can say its name */
        s->symbols[holder].depth = depth_of(b);
    } else {
        info = NULL;
    }
    for (size_t k = 0; k < stmt->n_names; k++) {
        bool known = call && (!info || k < info->n_outputs);
        if (!known) {
            refuse_name(s, stmt->names[k], stmt->line, "comes out of a tuple that is shorter");
            continue;
        }
        struct pine_symbol *sym = pine_add_symbol(s, info ? PINE_FIELD : PINE_VALUE, stmt->names[k],
                                                  stmt->line, stmt->expr);
        if (!sym)
            return;
        sym->depth = depth_of(b);
        sym->item = info ? -1 : (int)k;
        sym->field = info ? info->outputs[k] : NULL;
        sym->of = holder;
    }
}

static void name_strategy(struct walk *w, int call) {
    static const char *const title_first[] = {"title", NULL};
    struct pine_slice title = pine_string(w->s, pine_arg(w->s, call, title_first, "title"));
    char name[32] = "";
    size_t n = 0;
    for (size_t i = 0; i < title.len && n + 1 < sizeof name; i++) {
        char c = title.at[i];
        if (isalnum((unsigned char)c) || c == '.' || c == '-')
            name[n++] = c;
        else if (n > 0 && name[n - 1] != '_')
            name[n++] = '_';
    }
    while (n > 0 && name[n - 1] == '_')
        n--;
    name[n] = '\0';
    json_object_object_add(w->strategy, "name", json_object_new_string(n ? name : "pine"));
    if (title.len > 0)
        json_object_object_add(w->strategy, "title",
                               json_object_new_string_len(title.at, (int)title.len));
}

static void add_pending(struct pine_script *s, int call, const struct branch *b) {
    if (s->n_pending == s->cap_pending) {
        size_t cap = s->cap_pending ? 2 * s->cap_pending : 16;
        struct pine_pending *more = realloc(s->pending, cap * sizeof *more);
        if (!more) {
            s->failed = true;
            return;
        }
        s->pending = more;
        s->cap_pending = cap;
    }
    size_t guards = s->n_guards;
    push_guards(s, b, 0);
    s->pending[s->n_pending++] = (struct pine_pending){
        .call = call, .now = s->now, .guards = guards, .n_guards = s->n_guards - guards};
    if (b)
        tell_inside(s, call);
}

static void call(struct walk *w, int expr, int line, const struct branch *b) {
    struct pine_script *s = w->s;
    if (expr < 0) {
        pine_refuse(s, line, "'switch' with more than one call an arm is not understood here");
        return;
    }
    struct pine_node n = s->nodes[expr];
    if (n.kind == PINE_N_IF) { /* a switch of calls */
        const struct branch then = {{n.a, false, s->now}, depth_of(b) + 1, b};
        const struct branch other = {{n.a, true, s->now}, depth_of(b) + 1, b};
        call(w, n.b, line, &then);
        call(w, n.c, line, &other);
        return;
    }
    if (n.kind != PINE_N_CALL || pine_is_drawing(n.text))
        return;
    if (pine_is(n.text, "strategy")) {
        if (w->settled)
            pine_refuse(s, line, "a second strategy(…)");
        w->settled = line;
        name_strategy(w, expr);
        pine_settings(s, expr, w->request);
    } else if (pine_is(n.text, "indicator") || pine_is(n.text, "study") ||
               pine_is(n.text, "library")) {
        pine_refuse(s, line, "this script is no strategy: it has no orders to test");
    } else if (pine_is(n.text, "strategy.risk.allow_entry_in")) {
        pine_allow(s, expr, w->request);
        if (b)
            pine_refuse(s, line, "strategy.risk.allow_entry_in under an if");
    } else if (pine_starts(n.text, "strategy.")) {
        add_pending(s, expr, b);
    } else {
        pine_refuse(s, line, "what the call of '%.*s' does here is not known",
                    (int)(n.text.len < 60 ? n.text.len : 60), n.text.at);
    }
}

/* Names that a block declared end with it, and what := made of them. */
static void leave_block(struct pine_script *s, size_t first) {
    for (size_t i = first; i < s->n_symbols; i++) {
        size_t root = i;
        while (s->symbols[root].before >= 0)
            root = (size_t)s->symbols[root].before;
        if (root >= first && s->symbols[i].until == INT_MAX)
            s->symbols[i].until = s->now;
    }
}

static void walk(struct walk *w, int first, const struct branch *b) {
    struct pine_script *s = w->s;
    size_t block = s->n_symbols;
    for (int at = first; at >= 0 && !s->failed; at = s->stmts[at].next) {
        struct pine_stmt stmt = s->stmts[at];
        s->now++;
        switch (stmt.kind) {
        case PINE_S_DECLARE:
            declare(s, &stmt, b);
            break;
        case PINE_S_TUPLE:
            declare_tuple(s, &stmt, b);
            break;
        case PINE_S_ASSIGN:
            assign(s, &stmt, b);
            break;
        case PINE_S_CALL:
            call(w, stmt.expr, stmt.line, b);
            break;
        case PINE_S_FUNCTION: {
            struct pine_symbol *sym = pine_add_symbol(s, PINE_FUNCTION, stmt.name, stmt.line, -1);
            if (sym)
                sym->function = &s->stmts[at];
            break;
        }
        case PINE_S_IF: {
            size_t orders = s->n_pending;
            const struct branch then = {{stmt.expr, false, s->now}, depth_of(b) + 1, b};
            const struct branch other = {{stmt.expr, true, s->now}, depth_of(b) + 1, b};
            walk(w, stmt.body, &then);
            if (!pine_cancels(s, stmt.other, orders))
                walk(w, stmt.other, &other);
            break;
        }
        case PINE_S_UNKNOWN:
            pine_refuse(s, stmt.line, "'%.*s' is not understood here", (int)stmt.name.len,
                        stmt.name.at);
            break;
        }
    }
    if (b)
        leave_block(s, block);
}

/* Orders become rules when every name has its last value. */
static void settle(struct pine_script *s) {
    for (size_t i = 0; i < s->n_pending && !s->failed; i++) {
        struct pine_pending p = s->pending[i];
        struct buf text;
        bool live = true, truth;
        for (size_t k = 0; k < p.n_guards && live; k++) {
            struct pine_guard g = s->guards[p.guards + k];
            s->now = g.now;
            live = !pine_truth(s, g.expr, NULL, &truth) || truth != g.negated;
        }
        s->now = p.now;
        buf_init(&text, 1 << 14);
        bool good = live && pine_guards_text(s, p.guards, p.n_guards, true, &text);
        if (live)
            pine_order_call(s, &p, good && text.data ? text.data : ""); /* names the rest */
        buf_release(&text);
    }
    s->now = INT_MAX;
}

bool pine_walk(struct pine_script *s, struct json_object *request, struct json_object *strategy,
               int *ret_settled) {
    struct walk w = {.s = s, .request = request, .strategy = strategy};
    walk(&w, s->first, NULL);
    settle(s);
    *ret_settled = w.settled;
    return w.settled > 0;
}
