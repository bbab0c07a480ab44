/* Names and calls of an expression: parameters, defines, and the rows of the index. */
#include "engine/plan_expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/text.h"

#define SIGNATURE_MAX 100
#define NAMES_MAX     512 /* built-in ones and a strategy's: what "did you mean" looks at */

struct call {
    struct plan *p;
    const struct expr *e;
    const struct expr_node *n;
    const struct plan_names *names;
    const struct plan_value *values;
    struct expr_error *err;
};

#define MESSAGE(err, ...) text_format((err)->message, sizeof(err)->message, __VA_ARGS__)

static const char *const words[] = {"true",    "false", "na",    "and",  "or", "not",
                                    "crosses", "above", "below", "math", "ta", "strategy"};

void plan_unknown(struct expr_error *err, const char *what, const char *name, size_t len,
                  const char *const *names, size_t n) {
    char word[TEXT_WORD_MAX + 1] = "";
    memcpy(word, name, len < sizeof word ? len : sizeof word - 1);
    const char *near = name_suggest(word, names, n);
    if (near) {
        MESSAGE(err, "unknown %s '%s'; did you mean '%s'?", what, word, near);
        text_format(err->suggestion, sizeof err->suggestion, "%s", near);
    } else {
        MESSAGE(err, "unknown %s '%s'", what, word);
    }
}

static bool fail(const struct call *c, uint32_t at) {
    expr_error_at(c->err, c->e->text, at);
    return false;
}

/* True when the row may stand without brackets. */
static bool bare(const struct ind_row *row) {
    for (size_t i = 0; i < row->info.n_args; i++) {
        if (!row->info.args[i].def)
            return false;
    }
    return true;
}

static bool unknown_name(const struct call *c) {
    const char *list[NAMES_MAX];
    size_t n = 0;
    bool called = c->n->kind == EXPR_CALL;
    const struct ind_row *row;
    for (size_t i = 0; (row = ind_row_at(i)) && n < NAMES_MAX; i++) {
        if (called ? row->info.n_args == 0 : !bare(row))
            continue;
        list[n++] = row->info.name;
        for (size_t k = 0; k < IND_ALIASES_MAX && row->info.aliases[k] && n < NAMES_MAX; k++)
            list[n++] = row->info.aliases[k];
    }
    for (size_t i = 0; !called && i < 6 && n < NAMES_MAX; i++)
        list[n++] = words[i];
    const struct strategy *s = called ? NULL : c->names->strategy;
    for (size_t i = 0; s && i < s->n_params && n < NAMES_MAX; i++)
        list[n++] = s->params[i].name;
    for (size_t i = 0; s && i < c->names->n_defines && n < NAMES_MAX; i++)
        list[n++] = s->defines[i].name;
    fail(c, c->n->at);
    plan_unknown(c->err, called ? "function" : "name", c->e->text + c->n->name, c->n->name_len,
                 list, n);
    return false;
}

/* "bb(source, length, mult)" */
static void signature(char *buf, size_t cap, const struct ind_info *info) {
    size_t n = 0;
    text_format(buf, cap, "%s(", info->name);
    for (size_t i = 0; i < info->n_args; i++) {
        n = strlen(buf);
        text_format(buf + n, cap - n, "%s%s", i ? ", " : "", info->args[i].name);
    }
    n = strlen(buf);
    text_format(buf + n, cap - n, "%s)", info->variadic ? ", …" : "");
}

static bool wrong_count(const struct call *c, const struct ind_info *info) {
    char form[SIGNATURE_MAX];
    size_t least = 0;
    for (size_t i = 0; i < info->n_args; i++)
        least += info->args[i].def == NULL;
    signature(form, sizeof form, info);
    fail(c, c->n->at);
    if (info->n_args == 0)
        MESSAGE(c->err, "'%s' takes no arguments: write it without brackets", info->name);
    else if (info->variadic || least < info->n_args)
        MESSAGE(c->err, "%s takes %d to %d arguments, not %d", form, (int)least,
                info->variadic ? IND_ARGS_MAX : (int)info->n_args, c->n->n_args);
    else
        MESSAGE(c->err, "%s takes %d argument%s, not %d", form, (int)least, least == 1 ? "" : "s",
                c->n->n_args);
    if (info->n_args == 0)
        text_format(c->err->suggestion, sizeof c->err->suggestion, "%s", info->name);
    return false;
}

/* Which argument of the tree fills argument i of the row: -1 its default, -2 none. */
static int given(const struct ind_info *info, int n_given, size_t i) {
    int missing = (int)info->n_args - n_given;
    bool front = missing > 0 && info->args[0].def && !info->args[info->n_args - 1].def;
    int at = front ? (int)i - missing : (int)i;
    if (at >= 0 && at < n_given)
        return at;
    return i < info->n_args && info->args[i].def ? -1 : -2;
}

static int default_node(struct plan *p, const char *def) {
    const struct ind_row *row = ind_row_find(def, strlen(def));
    if (row && row->build) {
        int outputs[IND_OUTPUTS_MAX];
        row->build(p, &(struct ind_use){.n = 0}, outputs);
        return outputs[0];
    }
    if (row)
        return plan_node(p, row->kernel, NULL, NULL);
    if (strcmp(def, "true") == 0 || strcmp(def, "false") == 0)
        return plan_condition(p, *def == 't');
    return plan_constant(p, strtod(def, NULL));
}

/* Proves argument `node` of the tree against arg and notes it in use at i. */
static bool take(const struct call *c, const struct ind_info *info, const struct ind_arg *arg,
                 int node, struct ind_use *use, size_t i) {
    const struct plan_value *v = &c->values[node];
    bool condition = arg->kind == ARG_CONDITION || arg->kind == ARG_BOOL;
    use->node[i] = v->node;
    fail(c, c->e->nodes[node].start);
    if ((v->type == VALUE_CONDITION) != condition) {
        MESSAGE(c->err, "%s of %s is %s, but this is %s", arg->name, info->name,
                condition ? "a condition" : "a number", condition ? "a number" : "a condition");
        return false;
    }
    if (arg->kind == ARG_SERIES || arg->kind == ARG_CONDITION)
        return true;
    if (!plan_is_constant(c->p, v->node, &use->number[i])) {
        MESSAGE(c->err, "%s of %s must be a constant: a number or made of parameters", arg->name,
                info->name);
        return false;
    }
    double x = use->number[i];
    bool whole = arg->kind == ARG_INT;
    if (arg->kind == ARG_BOOL || (x >= arg->min && x <= arg->max && (!whole || x == floor(x))))
        return true;
    MESSAGE(c->err, "%s of %s is a %snumber from %f to %f, not %f", arg->name, info->name,
            whole ? "whole " : "", arg->min, arg->max, x);
    return false;
}

static int candle(struct plan *p, char column) {
    static const struct {
        char letter;
        const struct kernel *kernel;
    } columns[] = {{'o', &kernel_open},
                   {'h', &kernel_high},
                   {'l', &kernel_low},
                   {'c', &kernel_close},
                   {'v', &kernel_volume}};
    size_t i = 0;
    while (columns[i].letter != column)
        i++;
    return plan_node(p, columns[i].kernel, NULL, NULL);
}

static int plain(struct plan *p, const struct ind_row *row, const struct ind_use *use) {
    int in[KERNEL_INPUTS_MAX] = {-1, -1, -1, -1}, n_in = 0, n_arg = 0;
    double arg[KERNEL_ARGS_MAX] = {0};
    for (const char *column = row->candles; column && *column; column++)
        in[n_in++] = candle(p, *column);
    for (size_t i = 0; i < row->info.n_args; i++) {
        enum ind_arg_kind kind = row->info.args[i].kind;
        if (kind == ARG_SERIES || kind == ARG_CONDITION)
            in[n_in++] = use->node[i];
        else
            arg[n_arg++] = use->number[i];
    }
    return plan_node(p, row->kernel, in, arg);
}

static void build(struct plan *p, const struct ind_row *row, const struct ind_use *use,
                  struct plan_value *ret) {
    *ret = (struct plan_value){.row = row,
                               .type = row->info.condition ? VALUE_CONDITION : VALUE_NUMBER,
                               .outputs = {-1, -1, -1, -1}};
    if (row->build)
        row->build(p, use, ret->outputs);
    else
        ret->outputs[0] = plain(p, row, use);
    ret->node = ret->outputs[0];
}

static bool compile_row(const struct call *c, const struct ind_row *row, struct plan_value *ret) {
    const struct ind_info *info = &row->info;
    struct ind_use use = {.n = info->n_args};
    int n_given = c->n->n_args;
    bool too_many = n_given > (info->variadic ? IND_ARGS_MAX : (int)info->n_args);
    if (c->n->kind == EXPR_NAME && !bare(row)) {
        char form[SIGNATURE_MAX];
        signature(form, sizeof form, info);
        fail(c, c->n->at);
        MESSAGE(c->err, "'%s' is a function: write %s", info->name, form);
        return false;
    }
    if (too_many || (c->n->kind == EXPR_CALL && info->n_args == 0))
        return wrong_count(c, info);
    if (info->variadic && n_given > (int)info->n_args)
        use.n = (size_t)n_given;
    for (size_t i = 0; i < use.n; i++) {
        const struct ind_arg *arg = &info->args[i < info->n_args ? i : info->n_args - 1];
        int node = given(info, n_given, i);
        if (node == -2)
            return wrong_count(c, info);
        if (node == -1) {
            use.node[i] = default_node(c->p, arg->def);
            if (use.node[i] >= 0)
                plan_is_constant(c->p, use.node[i], &use.number[i]);
        } else if (!take(c, info, arg, c->n->args[node], &use, i)) {
            return false;
        }
    }
    if (info->position && !c->names->position) {
        fail(c, c->n->at);
        MESSAGE(c->err, "'%s' belongs to a position, which is not known here", info->name);
        return false;
    }
    build(c->p, row, &use, ret);
    return true;
}

static bool is_name(const struct call *c, const char *name) {
    return strlen(name) == c->n->name_len &&
           memcmp(name, c->e->text + c->n->name, c->n->name_len) == 0;
}

/* True when it is one of the strategy's own names; *ret is it. */
static bool own_name(const struct call *c, struct plan_value *ret, const char **ret_what) {
    const struct strategy *s = c->names->strategy;
    for (size_t i = 0; s && i < s->n_params; i++) {
        if (!is_name(c, s->params[i].name))
            continue;
        bool condition = s->params[i].type == PARAM_BOOL;
        int node = condition ? plan_condition(c->p, c->names->params[i] != 0)
                             : plan_constant(c->p, c->names->params[i]);
        *ret_what = "a parameter";
        *ret = (struct plan_value){.type = condition ? VALUE_CONDITION : VALUE_NUMBER,
                                   .node = node,
                                   .outputs = {node, -1, -1, -1}};
        return true;
    }
    for (size_t i = 0; s && i < c->names->n_defines; i++) {
        if (is_name(c, s->defines[i].name)) {
            *ret_what = "a define";
            *ret = c->names->defines[i];
            return true;
        }
    }
    return false;
}

bool plan_compile_name(struct plan *p, const struct expr *e, const struct expr_node *n,
                       const struct plan_names *names, const struct plan_value *values,
                       struct plan_value *ret, struct expr_error *err) {
    struct call c = {p, e, n, names, values, err};
    const char *what;
    const struct ind_row *row = ind_row_find(e->text + n->name, n->name_len);
    if (!(row && n->kind == EXPR_CALL) && own_name(&c, ret, &what)) {
        if (n->kind == EXPR_NAME)
            return true;
        char name[STRATEGY_NAME_MAX] = "";
        memcpy(name, e->text + n->name, n->name_len < sizeof name ? n->name_len : sizeof name - 1);
        fail(&c, n->at);
        MESSAGE(err, "'%s' is %s, not a function", name, what);
        return false;
    }
    return row ? compile_row(&c, row, ret) : unknown_name(&c);
}

static bool well_formed(const char *name) {
    size_t n = strlen(name);
    if (n == 0 || n >= STRATEGY_NAME_MAX || (*name >= '0' && *name <= '9'))
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == n;
}

static bool reserved(const char *name) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0)
            return true;
    }
    const struct ind_row *row = ind_row_find(name, strlen(name));
    return row && bare(row); /* a function's brackets tell it from a name: f and f(x) may differ */
}

bool plan_names_check(const struct strategy *s, struct expr_error *err) {
    const char *own[STRATEGY_PARAMS_MAX + STRATEGY_DEFINES_MAX];
    *err = (struct expr_error){.line = 1, .column = 1};
    if (s->n_params > STRATEGY_PARAMS_MAX || s->n_defines > STRATEGY_DEFINES_MAX) {
        MESSAGE(err, "a strategy has at most %d parameters and %d defines", STRATEGY_PARAMS_MAX,
                STRATEGY_DEFINES_MAX);
        return false;
    }
    for (size_t i = 0; i < s->n_params + s->n_defines; i++) {
        bool param = i < s->n_params;
        own[i] = param ? s->params[i].name : s->defines[i - s->n_params].name;
        const char *wrong = NULL;
        if (!well_formed(own[i]))
            wrong = "is no name: letters, digits and _, no digit first, at most 31";
        else if (reserved(own[i]))
            wrong = "is a word of the language already: choose another name";
        for (size_t j = 0; !wrong && j < i; j++) {
            if (strcmp(own[i], own[j]) == 0)
                wrong = "is there twice";
        }
        if (wrong) {
            text_format(err->where, sizeof err->where, "%s.%s", param ? "params" : "define",
                        own[i]);
            MESSAGE(err, "'%s' %s", own[i], wrong);
            return false;
        }
    }
    return true;
}

size_t ind_lookback(const struct ind_info *info, const double *constants) {
    const struct ind_row *row = ind_row_find(info->name, strlen(info->name));
    struct plan *p = plan_new();
    if (!p)
        return 0;
    struct ind_use use = {.n = info->n_args};
    size_t most = 0;
    for (size_t i = 0; i < info->n_args; i++) {
        enum ind_arg_kind kind = info->args[i].kind;
        use.number[i] = kind == ARG_SERIES || kind == ARG_CONDITION ? 0 : constants[i];
        if (kind == ARG_SERIES)
            use.node[i] = plan_node(p, i ? &kernel_high : &kernel_close, NULL, NULL);
        else if (kind == ARG_INT || kind == ARG_FLOAT)
            use.node[i] = plan_constant(p, constants[i]);
        else
            use.node[i] = plan_condition(p, constants[i] != 0);
    }
    struct plan_value value;
    build(p, row, &use, &value);
    for (int i = 0; i < IND_OUTPUTS_MAX; i++) {
        if (value.outputs[i] >= 0 && plan_lookback(p, value.outputs[i]) > most)
            most = plan_lookback(p, value.outputs[i]);
    }
    plan_free(p);
    return most;
}
