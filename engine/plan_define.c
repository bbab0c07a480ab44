/* A strategy's own names and functions. A function is written out where it is called: none can call
 * itself, for it sees only what stands before it. */
#include <string.h>

#include "engine/plan_expr.h"
#include "engine/text.h"

#define NAMES_MAX 512 /* built-in ones and a strategy's: what "did you mean" looks at */

#define MESSAGE(err, ...) text_format((err)->message, sizeof(err)->message, __VA_ARGS__)

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/* Length of the name at s; 0: there is none. */
static size_t name_length(const char *s) {
    size_t n = *s >= '0' && *s <= '9' ? 0 : strspn(s, letters);
    return n < STRATEGY_NAME_MAX ? n : 0;
}

bool define_head(const char *key, struct define_head *ret) {
    *ret = (struct define_head){.name = key, .len = name_length(key)};
    const char *s = key + ret->len;
    if (ret->len == 0 || *s == '\0')
        return ret->len > 0;
    for (char sign = '('; *s == sign; sign = ',') {
        s += 1 + strspn(s + 1, " ");
        size_t n = name_length(s);
        if (n == 0 || ret->n_args == IND_ARGS_MAX)
            return false;
        ret->args[ret->n_args] = s;
        ret->arg_len[ret->n_args++] = n;
        s += n;
        s += strspn(s, " ");
    }
    return ret->n_args > 0 && strcmp(s, ")") == 0;
}

int plan_define_find(const struct plan_names *names, const char *name, size_t len) {
    for (size_t i = 0; names->strategy && i < names->n_defines; i++) {
        struct define_head head;
        if (define_head(names->strategy->defines[i].name, &head) && head.len == len &&
            memcmp(head.name, name, len) == 0)
            return (int)i;
    }
    return -1;
}

static const char *const literals[] = {"true", "false", "na", "and", "or", "not"};

/* Names that "did you mean" may propose. */
struct names {
    const char *list[NAMES_MAX];
    size_t n;
    char own[STRATEGY_DEFINES_MAX + IND_ARGS_MAX][STRATEGY_NAME_MAX]; /* cut out of their keys */
    size_t n_own;
};

static void put_name(struct names *names, const char *name) {
    if (names->n < NAMES_MAX)
        names->list[names->n++] = name;
}

static void put_own_name(struct names *names, const char *name, size_t len) {
    char *copy = names->own[names->n_own++];
    memcpy(copy, name, len);
    copy[len] = '\0';
    put_name(names, copy);
}

bool plan_unknown_name(const struct expr *e, const struct expr_node *n,
                       const struct plan_names *own, struct expr_error *err) {
    bool called = n->kind == EXPR_CALL;
    struct names names = {.n = 0};
    const struct ind_row *row;
    for (size_t i = 0; (row = ind_row_at(i)); i++) {
        if (called ? row->info.n_args == 0 : !ind_is_bare(row))
            continue;
        put_name(&names, row->info.name);
        for (size_t k = 0; k < IND_ALIASES_MAX && row->info.aliases[k]; k++)
            put_name(&names, row->info.aliases[k]);
    }
    for (size_t i = 0; !called && i < sizeof literals / sizeof *literals; i++)
        put_name(&names, literals[i]);
    const struct strategy *s = own->strategy;
    for (size_t i = 0; s && !called && i < s->n_params; i++)
        put_name(&names, s->params[i].name);
    for (size_t i = 0; s && i < own->n_defines; i++) {
        struct define_head head;
        if (define_head(s->defines[i].name, &head) && called == (head.n_args > 0))
            put_own_name(&names, head.name, head.len);
    }
    const struct plan_locals *locals = own->locals;
    for (size_t i = 0; locals && !called && i < locals->head.n_args; i++)
        put_own_name(&names, locals->head.args[i], locals->head.arg_len[i]);
    expr_error_at(err, e->text, n->at);
    plan_unknown(err, called ? "function" : "name", e->text + n->name, n->name_len, names.list,
                 names.n);
    return false;
}

static bool is_argument(const struct define_head *h, const char *name, size_t len) {
    for (size_t i = 0; i < h->n_args; i++) {
        if (h->arg_len[i] == len && memcmp(h->args[i], name, len) == 0)
            return true;
    }
    return false;
}

bool plan_define_names(const struct expr *e, struct plan_names *names,
                       const struct define_head *head, struct expr_error *err) {
    const struct plan_locals locals = {.head = *head};
    const struct plan_locals *outer = names->locals;
    bool ok = true;
    names->locals = &locals;
    for (int i = 0; ok && i < e->n; i++) {
        const struct expr_node *n = &e->nodes[i];
        const char *name = e->text + n->name;
        if (n->kind != EXPR_NAME && n->kind != EXPR_CALL)
            continue;
        bool known = plan_row_of(e, n) || plan_define_find(names, name, n->name_len) >= 0;
        const struct strategy *s = names->strategy;
        for (size_t k = 0; !known && n->kind == EXPR_NAME && k < s->n_params; k++)
            known = strlen(s->params[k].name) == n->name_len &&
                    memcmp(s->params[k].name, name, n->name_len) == 0;
        known = known || (n->kind == EXPR_NAME && is_argument(head, name, n->name_len));
        ok = known || plan_unknown_name(e, n, names, err);
    }
    names->locals = outer;
    return ok;
}

/* The text of define i, with what it may see. */
static bool compile_define(struct plan *p, int frame, struct plan_names *names, size_t i,
                           const struct plan_locals *locals, struct plan_value *ret,
                           struct expr_error *err) {
    const struct plan_locals *outer = names->locals;
    const struct define *d = &names->strategy->defines[i];
    size_t visible = names->n_defines;
    names->locals = locals;
    names->n_defines = i;
    bool ok = plan_compile(p, frame, d->expr, names, ret, err);
    names->locals = outer;
    names->n_defines = visible;
    if (!ok && err->where[0] == '\0')
        text_format(err->where, sizeof err->where, "define.%s", d->name);
    return ok;
}

bool plan_define(struct plan *p, int frame, struct plan_names *names, size_t i,
                 struct plan_value *ret, struct expr_error *err) {
    struct plan_value *value = &names->defines[frame + 1][i];
    bool *done = &names->done[frame + 1][i];
    if (!*done && !compile_define(p, frame, names, i, NULL, value, err))
        return false;
    *done = true;
    *ret = *value;
    return true;
}

bool plan_define_call(struct plan *p, int frame, struct plan_names *names, size_t i,
                      const struct plan_value *args, struct plan_value *ret,
                      struct expr_error *err) {
    struct plan_locals locals = {.plan = plan_of(p, frame)};
    define_head(names->strategy->defines[i].name, &locals.head);
    memcpy(locals.values, args, locals.head.n_args * sizeof *args);
    return compile_define(p, frame, names, i, &locals, ret, err);
}

bool plan_name_taken(const char *name, size_t len) {
    static const char *const words[] = {"true",    "false", "na",    "and",  "or", "not",
                                        "crosses", "above", "below", "math", "ta", "strategy"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], name, len) == 0)
            return true;
    }
    /* a function's brackets tell it from a name: f and f(x) may differ */
    const struct ind_row *row = ind_row_find(name, len);
    return row && ind_is_bare(row);
}

static const char *wrong_head(const struct define_head *h) {
    if (h->n_args ? ind_row_find(h->name, h->len) != NULL : plan_name_taken(h->name, h->len))
        return "is a word of the language already: choose another name";
    for (size_t i = 0; i < h->n_args; i++) {
        if (plan_name_taken(h->args[i], h->arg_len[i]))
            return "has an argument that is a word of the language: choose another name";
        for (size_t k = 0; k < i; k++) {
            if (h->arg_len[k] == h->arg_len[i] && !memcmp(h->args[k], h->args[i], h->arg_len[i]))
                return "has two arguments of one name";
        }
    }
    return NULL;
}

bool plan_names_check(const struct strategy *s, struct expr_error *err) {
    struct define_head own[STRATEGY_PARAMS_MAX + STRATEGY_DEFINES_MAX];
    *err = (struct expr_error){.line = 1, .column = 1};
    if (s->n_params > STRATEGY_PARAMS_MAX || s->n_defines > STRATEGY_DEFINES_MAX) {
        MESSAGE(err, "a strategy has at most %d parameters and %d defines", STRATEGY_PARAMS_MAX,
                STRATEGY_DEFINES_MAX);
        return false;
    }
    for (size_t i = 0; i < s->n_params + s->n_defines; i++) {
        bool param = i < s->n_params;
        const char *key = param ? s->params[i].name : s->defines[i - s->n_params].name;
        const char *wrong = NULL;
        if (!define_head(key, &own[i]) || (param && own[i].n_args))
            wrong = strchr(key, '(') ? "is no function: write f(a, b), at most 6 arguments"
                                     : "is no name: letters, digits and _, no digit first, at "
                                       "most 31";
        else
            wrong = wrong_head(&own[i]);
        for (size_t j = 0; !wrong && j < i; j++) {
            if (own[i].len == own[j].len && memcmp(own[i].name, own[j].name, own[i].len) == 0)
                wrong = "is there twice";
        }
        if (wrong) {
            text_format(err->where, sizeof err->where, "%s.%s", param ? "params" : "define", key);
            MESSAGE(err, "'%s' %s", key, wrong);
            return false;
        }
    }
    return true;
}
