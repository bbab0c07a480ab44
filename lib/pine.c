/* A Pine script from its text to a request: see lib/pine.h. */
#include "lib/pine.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"
#include "lib/spec.h"

__attribute__((format(printf, 4, 0))) static void note(struct pine_script *s, int line,
                                                       bool refused, const char *fmt, va_list ap) {
    struct pine *out = s->out;
    struct pine_note made = {.line = line, .refused = refused};
    vsnprintf(made.text, sizeof made.text, fmt, ap);
    size_t at = out->n_notes;
    for (size_t i = 0; i < out->n_notes; i++) {
        if (out->notes[i].line == line && strcmp(out->notes[i].text, made.text) == 0)
            return;
    }
    if (at == PINE_NOTES_MAX) { /* a refusal takes the place of a note */
        for (at = PINE_NOTES_MAX; at > 0 && out->notes[at - 1].refused;)
            at--;
        if (!refused || at == 0)
            return;
        memmove(&out->notes[at - 1], &out->notes[at], (PINE_NOTES_MAX - at) * sizeof made);
        at = --out->n_notes;
    }
    out->n_refused += refused;
    while (at > 0 && out->notes[at - 1].line > line) {
        out->notes[at] = out->notes[at - 1];
        at--;
    }
    out->notes[at] = made;
    out->n_notes++;
}

void pine_refuse(struct pine_script *s, int line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note(s, line, true, fmt, ap);
    va_end(ap);
}

void pine_tell(struct pine_script *s, int line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    note(s, line, false, fmt, ap);
    va_end(ap);
}

/* --- statements ------------------------------------------------------------------------------- */

/* The ifs around a statement; their conditions become text when an order needs them. */
struct branch {
    int expr;
    bool negated;
    const struct branch *outer;
};

struct walk {
    struct pine_script *s;
    struct json_object *request, *strategy;
    int settled; /* line of strategy(…), 0 until it was there */
};

static bool branch_text(struct pine_script *s, const struct branch *b, bool alone,
                        struct buf *ret) {
    if (!b)
        return true;
    if (!branch_text(s, b->outer, false, ret))
        return false;
    alone = alone && !b->outer;
    if (ret->len > 0)
        buf_str(ret, " and ");
    if (b->negated)
        buf_str(ret, "not (");
    bool good = pine_text(s, b->expr, b->negated || alone ? 0 : 3, ret);
    if (b->negated)
        buf_char(ret, ')');
    return good;
}

static bool assigned(const struct pine_script *s, struct pine_slice name) {
    for (int i = 0; i < s->n_stmts; i++) {
        if (s->stmts[i].kind == PINE_S_ASSIGN && pine_same(s->stmts[i].name, name))
            return true;
    }
    return false;
}

static void refuse_name(struct pine_script *s, struct pine_slice name, int line, const char *why) {
    struct pine_symbol *sym = pine_add_symbol(s, PINE_REFUSED_NAME, name, line, -1);
    if (sym)
        sym->why = why;
}

static void declare(struct pine_script *s, const struct pine_stmt *stmt, bool inside) {
    double constant;
    const char *why = NULL;
    if (stmt->expr < 0)
        why = "is made by if or switch: write it with ? :";
    else if (inside)
        why = "is made inside an if, where it has no value on other bars: put it before the if";
    else if (assigned(s, stmt->name))
        why = "is changed by :=, so it has a memory of its own";
    else if (stmt->keeps && !pine_constant(s, stmt->expr, &constant))
        why = "keeps the value of the first bar (var)";
    if (why)
        refuse_name(s, stmt->name, stmt->line, why);
    else if (!pine_input(s, stmt))
        pine_add_symbol(s, PINE_VALUE, stmt->name, stmt->line, stmt->expr);
}

/* [line, signal, hist] = ta.macd(…): the same order as our fields. */
static void declare_tuple(struct pine_script *s, const struct pine_stmt *stmt, bool inside) {
    static const struct {
        const char *name;
        const char *fields[3];
    } rows[] = {
        {"ta.macd", {"line", "signal", "hist"}},
        {"ta.bb", {"middle", "upper", "lower"}},
        {"ta.supertrend", {"line", "direction"}},
        {"ta.dmi", {"plus", "minus", "adx"}},
    };
    const struct pine_node *call = stmt->expr >= 0 ? &s->nodes[stmt->expr] : NULL;
    for (size_t i = 0; !inside && call && i < sizeof rows / sizeof *rows; i++) {
        if (call->kind != PINE_N_CALL || !pine_is(call->text, rows[i].name))
            continue;
        struct pine_slice own = {rows[i].name + 3, strlen(rows[i].name) - 3};
        size_t holder = s->n_symbols;
        if (!pine_add_symbol(s, PINE_VALUE, own, stmt->line, stmt->expr))
            return;
        s->symbols[holder].name.len = 0; /* nobody can say its name */
        for (size_t k = 0; k < stmt->n_names && k < 3 && rows[i].fields[k]; k++) {
            struct pine_symbol *sym =
                pine_add_symbol(s, PINE_FIELD, stmt->names[k], stmt->line, stmt->expr);
            if (!sym)
                return;
            sym->field = rows[i].fields[k];
            sym->of = holder;
        }
        return;
    }
    for (size_t k = 0; k < stmt->n_names; k++)
        refuse_name(s, stmt->names[k], stmt->line, "comes out of a tuple that is not known here");
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

static void call(struct walk *w, const struct pine_stmt *stmt, const struct branch *b) {
    struct pine_script *s = w->s;
    const struct pine_node *n = &s->nodes[stmt->expr];
    if (n->kind != PINE_N_CALL || pine_is_drawing(n->text))
        return;
    if (pine_is(n->text, "strategy")) {
        if (w->settled)
            pine_refuse(s, stmt->line, "a second strategy(…)");
        w->settled = stmt->line;
        name_strategy(w, stmt->expr);
        pine_settings(s, stmt->expr, w->request);
    } else if (pine_is(n->text, "indicator") || pine_is(n->text, "study") ||
               pine_is(n->text, "library")) {
        pine_refuse(s, stmt->line, "this script is no strategy: it has no orders to test");
    } else if (pine_starts(n->text, "strategy.")) {
        struct buf text;
        buf_init(&text, 1 << 14);
        bool good = branch_text(s, b, true, &text);
        pine_order_call(s, stmt->expr, good && text.data ? text.data : ""); /* names the rest */
        buf_release(&text);
    } else {
        pine_refuse(s, stmt->line, "what the call of '%.*s' does here is not known",
                    (int)(n->text.len < 60 ? n->text.len : 60), n->text.at);
    }
}

static void walk(struct walk *w, int first, const struct branch *b) {
    struct pine_script *s = w->s;
    for (int at = first; at >= 0 && !s->failed; at = s->stmts[at].next) {
        struct pine_stmt stmt = s->stmts[at];
        switch (stmt.kind) {
        case PINE_S_DECLARE:
            declare(s, &stmt, b != NULL);
            break;
        case PINE_S_TUPLE:
            declare_tuple(s, &stmt, b != NULL);
            break;
        case PINE_S_ASSIGN:
            break; /* its name is refused where it is used */
        case PINE_S_CALL:
            call(w, &stmt, b);
            break;
        case PINE_S_FUNCTION: {
            struct pine_symbol *sym = pine_add_symbol(s, PINE_FUNCTION, stmt.name, stmt.line, -1);
            if (sym)
                sym->function = &s->stmts[at];
            break;
        }
        case PINE_S_IF: {
            size_t orders = s->n_orders;
            const struct branch then = {stmt.expr, false, b}, other = {stmt.expr, true, b};
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
}

/* --- the strategy ----------------------------------------------------------------------------- */

static struct json_object *defines(const struct pine_script *s) {
    struct json_object *o = json_object_new_object();
    for (size_t i = 0; i < s->n_symbols; i++) {
        const struct pine_symbol *sym = &s->symbols[i];
        if (sym->kind == PINE_VALUE && sym->used && sym->text)
            json_object_object_add(o, sym->out, json_object_new_string(sym->text));
    }
    return o;
}

/* The compiler has the last word: its mistake is told at the script's line. */
static void prove(struct pine_script *s, struct json_object *strategy) {
    struct strategy made;
    struct err e = {0};
    if (strategy_parse(strategy, "", &made, &e) == ERR_NONE) {
        enum err_code code = strategy_check(&made, strategy, "", NULL, &e);
        strategy_release(&made);
        if (code == ERR_NONE)
            return;
    }
    int line = 0;
    const char *define = strncmp(e.pointer, "/define/", 8) == 0 ? e.pointer + 8 : "";
    for (size_t i = 0; i < s->n_symbols; i++) {
        if (strcmp(s->symbols[i].out, define) == 0)
            line = s->symbols[i].line;
    }
    const char *reason = strstr(e.message, ", column ");
    reason = reason ? strchr(reason, ':') : NULL;
    pine_refuse(s, line, "%s: %.190s", e.pointer[0] ? strrchr(e.pointer, '/') + 1 : "strategy",
                reason ? reason + 2 : e.message);
}

/* The settings are those of a request: what is out of its bounds is told at strategy(…). */
static void prove_request(struct walk *w) {
    struct json_object *o = json_object_new_object();
    struct request r;
    struct err e = {0};
    json_object_object_foreach(w->request, key, v)
        json_object_object_add(o, key, json_object_get(v));
    json_object_object_add(o, "symbol", json_object_new_string("X"));
    json_object_object_add(o, "interval", json_object_new_string("1m"));
    if (request_parse(o, &r, &e) == ERR_NONE)
        request_release(&r);
    else
        pine_refuse(w->s, w->settled, "%.200s", e.message);
    json_object_put(o);
}

static void build(struct walk *w) {
    struct pine_script *s = w->s;
    struct json_object *rules = json_object_new_object(), *all = json_object_new_array();
    walk(w, s->first, NULL);
    if (!w->settled)
        pine_refuse(s, 0, "there is no strategy(…): a script of version 5 or 6 has one");
    pine_rules(s, rules, w->request);
    json_object_object_add(w->strategy, "params", pine_params(s));
    json_object_object_add(w->strategy, "define", defines(s));
    json_object_object_add(w->strategy, "rules", rules);
    if (s->out->n_refused == 0)
        prove(s, w->strategy);
    json_object_array_add(all, json_object_get(w->strategy));
    json_object_object_add(w->request, "strategies", all);
    if (s->out->n_refused == 0)
        prove_request(w);
}

static void script_free(struct pine_script *s) {
    for (size_t i = 0; i < s->n_symbols; i++)
        free(s->symbols[i].text);
    pine_orders_free(s);
    free(s->tokens);
    free(s->nodes);
    free(s->stmts);
    free(s->symbols);
}

enum err_code pine_import(const char *text, size_t len, struct pine *ret, struct err *e) {
    if (len > PINE_SOURCE_MAX)
        return err_set(e, ERR_TOO_LARGE, "a script has at most %u bytes", PINE_SOURCE_MAX);
    struct pine out = {.n_notes = 0};
    struct pine_script s = {.out = &out, .first = -1};
    struct walk w = {.s = &s};
    s.tokens = calloc(PINE_TOKENS_MAX + 2, sizeof *s.tokens);
    w.request = json_object_new_object();
    w.strategy = json_object_new_object();
    s.failed = !s.tokens;
    if (!s.failed) {
        pine_lex(&s, text, len);
        if (s.version != 5 && s.version != 6)
            pine_refuse(&s, 1,
                        "the script needs //@version=5 or 6: other versions mean other "
                        "things by the same words");
    }
    if (!s.failed)
        pine_parse(&s);
    if (!s.failed)
        build(&w);
    json_object_put(w.strategy);
    script_free(&s);
    if (s.failed || out.n_refused > 0) {
        json_object_put(w.request);
        w.request = NULL;
    }
    if (s.failed)
        return err_set(e, ERR_TOO_LARGE, "the script is too large to be read");
    out.request = w.request;
    *ret = out;
    return ERR_NONE;
}

void pine_release(struct pine *p) {
    json_object_put(p->request);
    p->request = NULL;
}
