/* Names and calls of an expression: parameters, defines, and the rows of the index. */
#include "engine/plan_expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/text.h"

#define SIGNATURE_MAX 100

struct call {
    struct plan *root; /* plan_add's */
    int frame;
    struct plan *p; /* where the nodes go: root or that frame of it */
    const struct expr *e;
    const struct expr_node *n;
    struct plan_names *names;
    const struct plan_value *values;
    struct expr_error *err;
};

#define MESSAGE(err, ...) text_format((err)->message, sizeof(err)->message, __VA_ARGS__)

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

static const char *type_name(enum value_type type) {
    return type == VALUE_NUMBER ? "a number" : "a condition";
}

/* Proves argument `node` of the tree against arg and notes it in use at i. */
static bool take(const struct call *c, const struct ind_info *info, const struct ind_arg *arg,
                 int node, struct ind_use *use, size_t i) {
    const struct plan_value *v = &c->values[node];
    bool condition = arg->kind == ARG_CONDITION || arg->kind == ARG_BOOL;
    use->node[i] = v->node;
    fail(c, c->e->nodes[node].start);
    if (v->type == VALUE_QUOTED || arg->kind == ARG_TEXT) {
        const struct expr_node *text = &c->e->nodes[node];
        use->text[i] = c->e->text + text->name;
        use->text_len[i] = text->name_len;
        if ((v->type == VALUE_QUOTED) == (arg->kind == ARG_TEXT))
            return true;
        MESSAGE(c->err, "%s of %s is %s, but this is %s", arg->name, info->name,
                arg->kind == ARG_TEXT ? "a text in quotes"
                : condition           ? "a condition"
                                      : "a number",
                v->type == VALUE_QUOTED ? "a text" : type_name(v->type));
        return false;
    }
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
    if (c->n->kind == EXPR_NAME && !ind_is_bare(row)) {
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
        if (node == -1 && arg->kind == ARG_TEXT) {
            use.text[i] = arg->def;
            use.text_len[i] = strlen(arg->def);
        } else if (node == -1) {
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

static void set_constant(const struct call *c, bool condition, double x, struct plan_value *ret) {
    int node = condition ? plan_condition(c->p, x != 0) : plan_constant(c->p, x);
    *ret = (struct plan_value){.type = condition ? VALUE_CONDITION : VALUE_NUMBER,
                               .node = node,
                               .outputs = {node, -1, -1, -1}};
}

/* An argument of the function whose body this is. */
static bool local(const struct call *c, size_t i, struct plan_value *ret) {
    const struct plan_locals *locals = c->names->locals;
    double x;
    *ret = locals->values[i];
    if (locals->plan == c->p || ret->type == VALUE_QUOTED)
        return true;
    if (plan_is_constant(locals->plan, ret->node, &x)) {
        set_constant(c, ret->type == VALUE_CONDITION, x, ret);
        return true;
    }
    fail(c, c->n->at);
    MESSAGE(c->err, "an argument that changes cannot be used inside tf: write tf(…) where the "
                    "function is called");
    return false;
}

/* A name without brackets: an argument, a parameter, a define. -1: none of them. */
static int own_name(const struct call *c, struct plan_value *ret) {
    const struct strategy *s = c->names->strategy;
    const struct plan_locals *locals = c->names->locals;
    const char *name = c->e->text + c->n->name;
    for (size_t i = 0; locals && i < locals->head.n_args; i++) {
        if (locals->head.arg_len[i] == c->n->name_len &&
            memcmp(locals->head.args[i], name, c->n->name_len) == 0)
            return local(c, i, ret);
    }
    for (size_t i = 0; s && i < s->n_params; i++) {
        if (!is_name(c, s->params[i].name))
            continue;
        set_constant(c, s->params[i].type == PARAM_BOOL, c->names->params[i], ret);
        return true;
    }
    int define = plan_define_find(c->names, name, c->n->name_len);
    if (define < 0)
        return -1;
    if (strchr(s->defines[define].name, '(')) {
        fail(c, c->n->at);
        MESSAGE(c->err, "'%s' is a function: write its arguments", s->defines[define].name);
        return false;
    }
    return plan_define(c->root, c->frame, c->names, (size_t)define, ret, c->err);
}

static bool is_own(const struct call *c) {
    const struct strategy *s = c->names->strategy;
    for (size_t i = 0; s && i < s->n_params; i++) {
        if (is_name(c, s->params[i].name))
            return true;
    }
    return false;
}

/* Of the strategy's own functions. -1: no such name. */
static int own_call(const struct call *c, struct plan_value *ret) {
    int define = plan_define_find(c->names, c->e->text + c->n->name, c->n->name_len);
    struct plan_value args[IND_ARGS_MAX];
    struct define_head head;
    char name[STRATEGY_NAME_MAX] = "";
    memcpy(name, c->e->text + c->n->name,
           c->n->name_len < sizeof name ? c->n->name_len : sizeof name - 1);
    if (define < 0 && !is_own(c))
        return -1;
    fail(c, c->n->at);
    if (define < 0) {
        MESSAGE(c->err, "'%s' is a parameter, not a function", name);
        return false;
    }
    const char *key = c->names->strategy->defines[define].name;
    define_head(key, &head);
    if (head.n_args == 0) {
        MESSAGE(c->err, "'%s' is a define, not a function", name);
        return false;
    }
    if (c->n->n_args != (int)head.n_args) {
        MESSAGE(c->err, "%s takes %d argument%s, not %d", key, (int)head.n_args,
                head.n_args == 1 ? "" : "s", c->n->n_args);
        return false;
    }
    for (size_t i = 0; i < head.n_args; i++) {
        args[i] = c->values[c->n->args[i]];
        if (args[i].type != VALUE_QUOTED)
            continue;
        fail(c, c->e->nodes[c->n->args[i]].start);
        MESSAGE(c->err, "a text cannot be handed to a function of one's own");
        return false;
    }
    return plan_define_call(c->root, c->frame, c->names, (size_t)define, args, ret, c->err);
}

/* tf(interval, ...): its last argument's nodes are those of the frame already. */
static bool compile_frame(const struct call *c, const struct ind_row *row, struct plan_value *ret) {
    if (c->n->kind != EXPR_CALL || c->n->n_args != 2)
        return wrong_count(c, &row->info);
    const struct expr_node *interval = &c->e->nodes[c->n->args[0]];
    fail(c, interval->start);
    if (interval->kind != EXPR_TEXT) {
        MESSAGE(c->err, "interval of tf is a text in quotes, as in tf(\"1h\", close)");
        return false;
    }
    if (c->values[c->n->args[1]].type == VALUE_QUOTED) {
        fail(c, c->e->nodes[c->n->args[1]].start);
        MESSAGE(c->err, "tf takes a number or a condition after the interval, but this is a text");
        return false;
    }
    if (c->frame >= 0) {
        MESSAGE(c->err, "tf cannot stand inside tf: its bars are longer already");
        return false;
    }
    int frame = plan_frame(c->root, c->e->text + interval->name, interval->name_len, c->err);
    return frame > -2 && plan_frame_value(c->root, frame, &c->values[c->n->args[1]], ret);
}

/* A name behind `ta.` is Pine's: ta.cmo is cmou here. */
const struct ind_row *plan_row_of(const struct expr *e, const struct expr_node *n) {
    uint32_t start = n->name;
    if (start > 0 && e->text[start - 1] == '.') {
        start--;
        while (start > 0 && e->text[start - 1] >= 'a' && e->text[start - 1] <= 'z')
            start--;
    }
    size_t len = n->name + n->name_len - start;
    const struct ind_row *row;
    for (size_t i = 0; start < n->name && (row = ind_row_at(i)); i++) {
        if (row->info.pine && strlen(row->info.pine) == len &&
            memcmp(row->info.pine, e->text + start, len) == 0)
            return row;
    }
    return ind_row_find(e->text + n->name, n->name_len);
}

bool plan_compile_name(struct plan *p, int frame, const struct expr *e, const struct expr_node *n,
                       struct plan_names *names, const struct plan_value *values,
                       struct plan_value *ret, struct expr_error *err) {
    struct call c = {p, frame, plan_of(p, frame), e, n, names, values, err};
    const struct ind_row *row = plan_row_of(e, n);
    int found = -1;
    if (n->kind == EXPR_NAME)
        found = own_name(&c, ret);
    else if (!row)
        found = own_call(&c, ret);
    if (found >= 0)
        return found;
    if (row && row->info.other_bars)
        return compile_frame(&c, row, ret);
    return row ? compile_row(&c, row, ret) : plan_unknown_name(e, n, names, err);
}

size_t ind_lookback(const struct ind_info *info, const double *constants) {
    const struct ind_row *row = ind_row_find(info->name, strlen(info->name));
    struct plan *p = plan_new();
    if (!p)
        return 0;
    struct ind_use use = {.n = info->n_args};
    size_t most = 0;
    if (info->other_bars) {
        plan_free(p);
        return 0;
    }
    for (size_t i = 0; i < info->n_args; i++) {
        enum ind_arg_kind kind = info->args[i].kind;
        use.number[i] = kind == ARG_SERIES || kind == ARG_CONDITION ? 0 : constants[i];
        use.text[i] = info->args[i].def ? info->args[i].def : "";
        use.text_len[i] = strlen(use.text[i]);
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
