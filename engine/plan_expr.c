/* A parsed expression becomes nodes: names are looked up, types proved, calls checked by their row.
 */
#include "engine/plan_expr.h"

#include <stdlib.h>
#include <string.h>

#include "engine/number.h"
#include "engine/text.h"

/* What each node of the tree became. */
struct compiler {
    struct plan *p;
    const struct expr *e;
    const struct plan_names *names;
    struct plan_value values[EXPR_NODES_MAX];
    struct expr_error *err;
};

static bool fail(struct compiler *c, uint32_t at) {
    expr_error_at(c->err, c->e->text, at);
    return false;
}

/* Sets the message; the place is set by fail() before. */
#define MESSAGE(c, ...) text_format((c)->err->message, sizeof(c)->err->message, __VA_ARGS__)

#define SNIPPET_MAX 40 /* bytes of the expression that a message shows */

struct snippet {
    char text[SNIPPET_MAX + 4];
};

/* What the person wrote for node i, on one line. */
static struct snippet snippet(const struct compiler *c, int i) {
    const struct expr_node *node = &c->e->nodes[i];
    struct snippet s = {""};
    size_t n = 0, room = SNIPPET_MAX;
    const char *from = c->e->text + node->start, *end = c->e->text + node->end;
    while (from < end && n + text_char_bytes(from, end) <= room) {
        size_t bytes = text_char_bytes(from, end);
        memcpy(s.text + n, from, bytes);
        if (strchr("\t\r\n", *from))
            s.text[n] = ' ';
        n += bytes;
        from += bytes;
    }
    if (from < end)
        memcpy(s.text + n, "…", strlen("…"));
    return s;
}

static const char *type_name(enum value_type type) {
    return type == VALUE_NUMBER ? "a number" : "a condition";
}

/* Proves the type of operand i of what is called `who`. */
static bool need(struct compiler *c, int i, enum value_type type, const char *who) {
    if (c->values[i].type == type)
        return true;
    const struct expr_node *node = &c->e->nodes[i];
    fail(c, node->start);
    if (node->kind == EXPR_NA)
        MESSAGE(c, "na is neither true nor false: '%s' needs a condition", who);
    else if (type == VALUE_CONDITION)
        MESSAGE(c, "'%s' needs a condition, but '%s' is a number", who, snippet(c, i).text);
    else if (node->kind == EXPR_BINARY && node->op >= OP_EQ && node->op <= OP_GE)
        MESSAGE(c, "'%s' needs numbers, but '%s' is a condition: join comparisons by 'and'", who,
                snippet(c, i).text);
    else
        MESSAGE(c, "'%s' needs a number, but '%s' is a condition", who, snippet(c, i).text);
    return false;
}

static void set_node(struct compiler *c, struct plan_value *v, int node) {
    *v = (struct plan_value){.type = VALUE_NUMBER, .node = node, .outputs = {node, -1, -1, -1}};
    if (node >= 0)
        v->type = plan_type(c->p, node);
}

static bool compile_unary(struct compiler *c, const struct expr_node *n, struct plan_value *ret) {
    const char *who = expr_op_name(n->op);
    const struct expr_node *operand = &c->e->nodes[n->a];
    if (n->op == OP_NOT && c->values[n->a].type != VALUE_CONDITION) {
        /* Pine binds `not` tighter than comparisons, which surprises: say how to write it */
        fail(c, operand->start);
        MESSAGE(c, "'not' needs a condition, but '%s' is a number: write not (a > b)",
                snippet(c, n->a).text);
        return false;
    }
    if (n->op != OP_NOT && !need(c, n->a, VALUE_NUMBER, who))
        return false;
    int a = c->values[n->a].node;
    set_node(c, ret,
             n->op == OP_PLUS ? a
                              : plan_unary(c->p, n->op == OP_NOT ? &kernel_not : &kernel_neg, a));
    return true;
}

static bool compile_equality(struct compiler *c, const struct expr_node *n,
                             struct plan_value *ret) {
    bool equal = n->op == OP_EQ;
    for (int side = 0; side < 2; side++) {
        int i = side ? n->b : n->a, other = side ? n->a : n->b;
        if (c->e->nodes[i].kind != EXPR_NA)
            continue;
        fail(c, n->at);
        MESSAGE(c, "a comparison with na is never true: write %sna(%s)", equal ? "" : "not ",
                snippet(c, other).text);
        text_format(c->err->suggestion, sizeof c->err->suggestion, "%sna(%s)", equal ? "" : "not ",
                    snippet(c, other).text);
        return false;
    }
    struct plan_value *a = &c->values[n->a], *b = &c->values[n->b];
    if (a->type != b->type) {
        fail(c, n->at);
        MESSAGE(c, "'%s' compares like with like, but '%s' is %s and '%s' is %s",
                expr_op_name(n->op), snippet(c, n->a).text, type_name(a->type),
                snippet(c, n->b).text, type_name(b->type));
        return false;
    }
    const struct kernel *kernel = a->type == VALUE_NUMBER ? equal ? &kernel_eq : &kernel_ne
                                  : equal                 ? &kernel_same
                                                          : &kernel_differ;
    set_node(c, ret, plan_binary(c->p, kernel, a->node, b->node));
    return true;
}

static bool compile_binary(struct compiler *c, const struct expr_node *n, struct plan_value *ret) {
    static const struct kernel *const kernels[OP_COUNT] = {
        [OP_OR] = &kernel_or,   [OP_AND] = &kernel_and, [OP_LT] = &kernel_lt,
        [OP_LE] = &kernel_le,   [OP_GT] = &kernel_lt,   [OP_GE] = &kernel_le,
        [OP_ADD] = &kernel_add, [OP_SUB] = &kernel_sub, [OP_MUL] = &kernel_mul,
        [OP_DIV] = &kernel_div, [OP_MOD] = &kernel_mod,
    };
    if (n->op == OP_EQ || n->op == OP_NE)
        return compile_equality(c, n, ret);
    bool logic = n->op == OP_AND || n->op == OP_OR;
    enum value_type type = logic ? VALUE_CONDITION : VALUE_NUMBER;
    const char *who = expr_op_name(n->op);
    if (!need(c, n->a, type, who) || !need(c, n->b, type, who))
        return false;
    int a = c->values[n->a].node, b = c->values[n->b].node;
    if (n->op == OP_CROSSES_ABOVE)
        set_node(c, ret, plan_crossover(c->p, a, b));
    else if (n->op == OP_CROSSES_BELOW)
        set_node(c, ret, plan_crossover(c->p, b, a));
    else if (n->op == OP_GT || n->op == OP_GE)
        set_node(c, ret, plan_binary(c->p, kernels[n->op], b, a));
    else
        set_node(c, ret, plan_binary(c->p, kernels[n->op], a, b));
    return true;
}

static bool compile_if(struct compiler *c, const struct expr_node *n, struct plan_value *ret) {
    if (!need(c, n->a, VALUE_CONDITION, "?"))
        return false;
    struct plan_value *a = &c->values[n->b], *b = &c->values[n->c];
    if (a->type != b->type) {
        fail(c, c->e->nodes[n->c].start);
        MESSAGE(c, "both sides of ':' must be alike, but '%s' is %s and '%s' is %s",
                snippet(c, n->b).text, type_name(a->type), snippet(c, n->c).text,
                type_name(b->type));
        return false;
    }
    double value;
    if (plan_is_constant(c->p, c->values[n->a].node, &value))
        set_node(c, ret, value != 0 ? a->node : b->node);
    else
        set_node(c, ret, plan_if(c->p, c->values[n->a].node, a->node, b->node));
    return true;
}

static bool compile_index(struct compiler *c, const struct expr_node *n, struct plan_value *ret) {
    double bars;
    if (!need(c, n->b, VALUE_NUMBER, "[ ]"))
        return false;
    fail(c, c->e->nodes[n->b].start);
    if (!plan_is_constant(c->p, c->values[n->b].node, &bars)) {
        MESSAGE(c, "how many bars back must be a constant, but '%s' changes",
                snippet(c, n->b).text);
        return false;
    }
    if (bars < 0) {
        MESSAGE(c, "[%f] would look into the future: [1] is the bar before", bars);
        return false;
    }
    if (!(bars <= IND_LENGTH_MAX) || bars != (double)(int)bars) {
        MESSAGE(c, "how many bars back is a whole number from 0 to %d, not %f", IND_LENGTH_MAX,
                bars);
        return false;
    }
    struct plan_value *a = &c->values[n->a];
    const struct kernel *kernel = a->type == VALUE_NUMBER ? &kernel_shift : &kernel_shift_mask;
    set_node(c, ret, bars == 0 ? a->node : plan_length(c->p, kernel, a->node, bars));
    return true;
}

static bool compile_field(struct compiler *c, const struct expr_node *n, struct plan_value *ret) {
    const struct plan_value *a = &c->values[n->a];
    const char *name = c->e->text + n->name;
    if (!a->row || a->row->info.n_outputs == 0) {
        fail(c, n->at);
        MESSAGE(c, "'%s' has no fields", snippet(c, n->a).text);
        return false;
    }
    const struct ind_info *info = &a->row->info;
    for (size_t i = 0; i < info->n_outputs; i++) {
        if (strlen(info->outputs[i]) == n->name_len &&
            memcmp(info->outputs[i], name, n->name_len) == 0) {
            set_node(c, ret, a->outputs[i]);
            return true;
        }
    }
    fail(c, n->at);
    plan_unknown(c->err, "field", name, n->name_len, info->outputs, info->n_outputs);
    return false;
}

static bool compile_node(struct compiler *c, int i) {
    const struct expr_node *n = &c->e->nodes[i];
    struct plan_value *ret = &c->values[i];
    switch (n->kind) {
    case EXPR_NUMBER:
        set_node(c, ret, plan_constant(c->p, n->number));
        return true;
    case EXPR_NA:
        set_node(c, ret, plan_constant(c->p, NUMBER_NULL));
        return true;
    case EXPR_TRUE:
    case EXPR_FALSE:
        set_node(c, ret, plan_condition(c->p, n->kind == EXPR_TRUE));
        return true;
    case EXPR_NAME:
    case EXPR_CALL:
        return plan_compile_name(c->p, c->e, n, c->names, c->values, ret, c->err);
    case EXPR_FIELD:
        return compile_field(c, n, ret);
    case EXPR_INDEX:
        return compile_index(c, n, ret);
    case EXPR_UNARY:
        return compile_unary(c, n, ret);
    case EXPR_BINARY:
        return compile_binary(c, n, ret);
    case EXPR_IF:
        return compile_if(c, n, ret);
    }
    return false;
}

/* The tree's nodes stand behind their operands: one pass, no recursion. */
static bool compile(struct compiler *c, const char *text, struct plan_value *ret) {
    if (!expr_parse(&c->p->expr, text, c->err))
        return false;
    for (int i = 0; i < c->e->n; i++) {
        if (!compile_node(c, i))
            return false;
        if (c->p->failure || c->p->refusal) {
            fail(c, c->e->nodes[i].start);
            MESSAGE(c, "%s", c->p->failure ? c->p->failure : c->p->refusal);
            return false;
        }
    }
    *ret = c->values[c->e->n - 1];
    return true;
}

static int add(struct compiler *c, const char *text, enum value_type want) {
    struct plan_value root;
    if (!compile(c, text, &root))
        return -1;
    if (root.type != want) {
        fail(c, c->e->nodes[c->e->n - 1].start);
        if (want == VALUE_CONDITION)
            MESSAGE(c, "a condition (true or false) is needed here, but '%s' is a number",
                    snippet(c, c->e->n - 1).text);
        else
            MESSAGE(c, "a number is needed here, but '%s' is a condition",
                    snippet(c, c->e->n - 1).text);
        return -1;
    }
    if (!plan_use(c->p, root.node)) {
        fail(c, 0);
        MESSAGE(c, "%s", c->p->failure);
        return -1;
    }
    return root.node;
}

int plan_add(struct plan *p, const char *expr, const struct plan_scope *scope, enum value_type want,
             struct expr_error *err) {
    const struct strategy *s = scope ? scope->strategy : NULL;
    struct expr_error error = {.line = 1, .column = 1};
    struct plan_names names = {.strategy = s,
                               .params = scope ? scope->params : NULL,
                               .position = scope && scope->position};
    struct compiler *c = malloc(sizeof *c);
    int node = -1;
    if (!c) {
        text_format(error.message, sizeof error.message, "out of memory");
        *err = error;
        return -1;
    }
    c->p = p;
    c->e = &p->expr;
    c->names = &names;
    p->refusal = NULL;
    c->err = &error; /* the values are made one by one: zeroing all costs more than compiling */
    bool ok = !s || plan_names_check(s, &error);
    for (size_t i = 0; ok && s && i < s->n_defines; i++) {
        ok = compile(c, s->defines[i].expr, &names.defines[i]);
        names.n_defines = i + 1;
        if (!ok)
            text_format(error.where, sizeof error.where, "define.%s", s->defines[i].name);
    }
    if (ok)
        node = add(c, expr, want);
    free(c);
    if (node < 0)
        *err = error;
    return node;
}
