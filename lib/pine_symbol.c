/* What the names of a Pine script stand for, and the arguments of its calls. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ind.h"
#include "engine/strategy.h"
#include "lib/pine_ast.h"

bool pine_is(struct pine_slice s, const char *word) {
    return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0;
}

bool pine_same(struct pine_slice a, struct pine_slice b) {
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

bool pine_starts(struct pine_slice s, const char *word) {
    return s.len >= strlen(word) && memcmp(s.at, word, strlen(word)) == 0;
}

static struct pine_symbol *find(struct pine_script *s, struct pine_slice name, int now) {
    for (size_t i = s->n_symbols; i-- > 0;) {
        struct pine_symbol *sym = &s->symbols[i];
        if (sym->at < now && now <= sym->until && pine_same(sym->name, name))
            return sym;
    }
    return NULL;
}

struct pine_symbol *pine_find(struct pine_script *s, struct pine_slice name) {
    return find(s, name, s->now);
}

struct pine_symbol *pine_last(struct pine_script *s, const struct pine_symbol *sym) {
    size_t last = (size_t)(sym - s->symbols);
    for (size_t i = last + 1; i < s->n_symbols; i++) {
        if (s->symbols[i].before == (int)last)
            last = i;
    }
    return &s->symbols[last];
}

bool pine_plain(const struct pine_symbol *sym) {
    return sym->kind == PINE_VALUE && sym->before < 0 && !sym->keeps && sym->item < 0;
}

/* Words that our language has taken. */
static bool taken(const struct pine_script *s, const char *name) {
    static const char *const words[] = {"true", "false", "na",      "and",     "or",
                                        "not",  "ta",    "above",   "below",   "crosses",
                                        "math", "tf",    "session", "strategy"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < s->n_symbols; i++) {
        if (strcmp(s->symbols[i].out, name) == 0)
            return true;
    }
    const struct ind_info *info;
    for (size_t i = 0; (info = ind_info_at(i)); i++) {
        if (strcmp(info->name, name) == 0)
            return true;
    }
    return false;
}

static void choose_name(const struct pine_script *s, struct pine_slice name, char ret[32]) {
    int len = name.len < STRATEGY_NAME_MAX - 4 ? (int)name.len : STRATEGY_NAME_MAX - 4;
    snprintf(ret, STRATEGY_NAME_MAX, "%.*s", len, name.at);
    for (char *dot = ret; (dot = strchr(dot, '.'));)
        *dot = '_';
    char base[STRATEGY_NAME_MAX];
    memcpy(base, ret, sizeof base);
    for (int n = 0; taken(s, ret) && n < 100; n++)
        snprintf(ret, STRATEGY_NAME_MAX, n ? "%.28s_%d" : "%.28s_", base, n + 1);
}

struct pine_symbol *pine_add_symbol(struct pine_script *s, enum pine_symbol_kind kind,
                                    struct pine_slice name, int line, int expr) {
    if (s->n_symbols == s->cap_symbols) {
        size_t cap = s->cap_symbols ? 2 * s->cap_symbols : 64;
        struct pine_symbol *more = realloc(s->symbols, cap * sizeof *more);
        if (!more) {
            s->failed = true;
            return NULL;
        }
        s->symbols = more;
        s->cap_symbols = cap;
    }
    struct pine_symbol *made = &s->symbols[s->n_symbols];
    *made = (struct pine_symbol){.kind = kind,
                                 .name = name,
                                 .line = line,
                                 .expr = expr,
                                 .item = -1,
                                 .before = -1,
                                 .at = s->now,
                                 .until = INT_MAX};
    choose_name(s, name, made->out);
    s->n_symbols++;
    return made;
}

int pine_resolve(struct pine_script *s, int node, int *now) {
    for (int hops = 0; node >= 0 && s->nodes[node].kind == PINE_N_NAME; hops++) {
        const struct pine_symbol *sym = find(s, s->nodes[node].text, *now);
        /* a var that nothing changes is its constant */
        bool kept = sym && sym->kind == PINE_VALUE && sym->keeps && sym->before < 0 &&
                    pine_last(s, sym) == sym;
        if (!sym || (!pine_plain(sym) && !kept) || hops > PINE_DEPTH_MAX)
            break;
        node = sym->expr;
        *now = sym->at;
    }
    return node;
}

static bool constant(struct pine_script *s, int node, int depth, double *ret);

static bool constant_here(struct pine_script *s, int node, int depth, double *ret) {
    if (node < 0 || depth > PINE_DEPTH_MAX)
        return false;
    const struct pine_node *n = &s->nodes[node];
    double a, b;
    switch (n->kind) {
    case PINE_N_NUMBER: {
        char text[64];
        snprintf(text, sizeof text, "%.*s", n->text.len < 63 ? (int)n->text.len : 63, n->text.at);
        *ret = strtod(text, NULL);
        return isfinite(*ret);
    }
    case PINE_N_NAME: {
        const struct pine_symbol *sym = pine_find(s, n->text);
        if (sym && sym->kind == PINE_INPUT) {
            *ret = sym->value;
            return true;
        }
        if (!sym && s->tick > 0 && pine_is(n->text, "syminfo.mintick")) {
            *ret = s->tick;
            return true;
        }
        *ret = pine_is(n->text, "true");
        return *ret > 0 || pine_is(n->text, "false");
    }
    case PINE_N_CALL:
        return pine_input_value(s, node, ret);
    case PINE_N_UNARY:
        if (pine_is(n->text, "not") || !constant(s, n->a, depth + 1, &a))
            return false;
        *ret = pine_is(n->text, "-") ? -a : a;
        return true;
    case PINE_N_BINARY:
        if (!constant(s, n->a, depth + 1, &a) || !constant(s, s->nodes[node].b, depth + 1, &b))
            return false;
        n = &s->nodes[node];
        *ret = pine_is(n->text, "+")   ? a + b
               : pine_is(n->text, "-") ? a - b
               : pine_is(n->text, "*") ? a * b
               : pine_is(n->text, "/") ? a / b
                                       : (double)NAN;
        return isfinite(*ret);
    default:
        return false;
    }
}

static bool constant(struct pine_script *s, int node, int depth, double *ret) {
    int now = s->now;
    node = pine_resolve(s, node, &s->now);
    bool good = constant_here(s, node, depth, ret);
    s->now = now;
    return good;
}

bool pine_constant(struct pine_script *s, int node, double *ret) {
    return constant(s, node, 0, ret);
}

int pine_arg(const struct pine_script *s, int call, const char *const *names, const char *name) {
    size_t place = 0;
    while (names[place] && strcmp(names[place], name) != 0)
        place++;
    size_t i = 0;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next, i++) {
        const struct pine_node *n = &s->nodes[arg];
        if (n->text.len > 0 ? pine_is(n->text, name) : i == place)
            return n->a;
    }
    return -1;
}

bool pine_args_known(struct pine_script *s, int call, const char *const *names) {
    size_t i = 0, n_names = 0;
    while (names[n_names])
        n_names++;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next, i++) {
        const struct pine_node *n = &s->nodes[arg];
        bool known = n->text.len == 0 && i < n_names;
        for (size_t k = 0; n->text.len > 0 && k < n_names; k++)
            known |= pine_is(n->text, names[k]);
        if (known)
            continue;
        if (n->text.len > 0)
            pine_refuse(s, n->line, "%.*s has no argument '%.*s' that is known here",
                        (int)s->nodes[call].text.len, s->nodes[call].text.at, (int)n->text.len,
                        n->text.at);
        else
            pine_refuse(s, n->line, "%.*s has too many arguments", (int)s->nodes[call].text.len,
                        s->nodes[call].text.at);
        return false;
    }
    return true;
}

struct pine_slice pine_string(const struct pine_script *s, int node) {
    static const struct pine_slice none = {"", 0};
    return node >= 0 && s->nodes[node].kind == PINE_N_STRING ? s->nodes[node].text : none;
}
