/* A Pine script from its text to a request: see lib/pine.h. */
#include "lib/pine.h"

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

/* --- the strategy ----------------------------------------------------------------------------- */

static struct json_object *defines(struct pine_script *s) {
    struct json_object *o = json_object_new_object();
    const struct pine_symbol **order = calloc(s->n_made + 1, sizeof *order);
    for (size_t i = 0; order && i < s->n_symbols; i++) {
        if (s->symbols[i].kind == PINE_VALUE && s->symbols[i].text)
            order[s->symbols[i].made] = &s->symbols[i];
    }
    for (size_t i = 0; order && i < s->n_made; i++) {
        if (order[i])
            json_object_object_add(o, order[i]->out, json_object_new_string(order[i]->text));
    }
    s->failed |= !order;
    free(order);
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
static void prove_request(struct pine_script *s, struct json_object *request, int line) {
    struct json_object *o = json_object_new_object();
    struct request r;
    struct err e = {0};
    json_object_object_foreach(request, key, v) json_object_object_add(o, key, json_object_get(v));
    json_object_object_add(o, "symbol", json_object_new_string("X"));
    json_object_object_add(o, "interval", json_object_new_string("1m"));
    if (request_parse(o, &r, &e) == ERR_NONE)
        request_release(&r);
    else
        pine_refuse(s, line, "%.200s", e.message);
    json_object_put(o);
}

static void build(struct pine_script *s, struct json_object *request,
                  struct json_object *strategy) {
    struct json_object *rules = json_object_new_object(), *all = json_object_new_array();
    int settled = 0;
    if (!pine_walk(s, request, strategy, &settled))
        pine_refuse(s, 0, "there is no strategy(…): a script of a strategy has one");
    pine_rules(s, rules, request);
    json_object_object_add(strategy, "params", pine_params(s));
    json_object_object_add(strategy, "define", defines(s));
    json_object_object_add(strategy, "rules", rules);
    if (s->out->n_refused == 0)
        prove(s, strategy);
    json_object_array_add(all, json_object_get(strategy));
    json_object_object_add(request, "strategies", all);
    if (s->out->n_refused == 0)
        prove_request(s, request, settled);
}

static void script_free(struct pine_script *s) {
    for (size_t i = 0; i < s->n_symbols; i++)
        free(s->symbols[i].text);
    pine_orders_free(s);
    free(s->tokens);
    free(s->nodes);
    free(s->stmts);
    free(s->symbols);
    free(s->guards);
    free(s->pending);
}

enum err_code pine_import(const char *text, size_t len, double tick, struct pine *ret,
                          struct err *e) {
    if (len > PINE_SOURCE_MAX)
        return err_set(e, ERR_TOO_LARGE, "a script has at most %u bytes", PINE_SOURCE_MAX);
    struct pine out = {.n_notes = 0};
    struct pine_script s = {.out = &out, .first = -1, .tick = tick, .pyramiding = 1};
    struct json_object *request = json_object_new_object(), *strategy = json_object_new_object();
    s.tokens = calloc(PINE_TOKENS_MAX + 2, sizeof *s.tokens);
    s.failed = !s.tokens;
    if (!s.failed) {
        pine_lex(&s, text, len);
        if (s.version < 4 || s.version > 6)
            pine_refuse(&s, 1,
                        "the script needs //@version=4, 5 or 6: other versions mean other "
                        "things by the same words");
    }
    if (!s.failed)
        pine_parse(&s);
    if (!s.failed)
        build(&s, request, strategy);
    json_object_put(strategy);
    script_free(&s);
    if (s.failed || out.n_refused > 0) {
        json_object_put(request);
        request = NULL;
    }
    if (s.failed)
        return err_set(e, ERR_TOO_LARGE, "the script is too large to be read");
    out.request = request;
    *ret = out;
    return ERR_NONE;
}

void pine_release(struct pine *p) {
    json_object_put(p->request);
    p->request = NULL;
}
