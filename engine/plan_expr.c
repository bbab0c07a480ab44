/* A parsed expression becomes nodes: names are looked up, types proved, calls checked by their row.
 */
#include "engine/plan_expr.h"

#include <stdlib.h>
#include <string.h>

#include "engine/number.h"
#include "engine/text.h"

/* What each node of the tree became. */
struct compiler {
    struct plan *root, *p; /* plan_add's; where the present node goes: it or one of its frames */
    const struct expr *e;
    struct plan_names *names;
    struct expr_error *err;
    struct expr tree;
    struct plan_value values[EXPR_NODES_MAX];
    int frame[EXPR_NODES_MAX]; /* number of the root's frame, -1: the root itself */
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
    return type == VALUE_NUMBER ? "a number" : type == VALUE_QUOTED ? "a text" : "a condition";
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

/* A text is an argument and nothing else. */
static bool no_text(struct compiler *c, const struct expr_node *n) {
    bool unary = n->kind == EXPR_UNARY || n->kind == EXPR_FIELD;
    bool binary = n->kind == EXPR_BINARY || n->kind == EXPR_INDEX;
    const int operands[] = {unary || binary || n->kind == EXPR_IF ? n->a : -1,
                            binary || n->kind == EXPR_IF ? n->b : -1,
                            n->kind == EXPR_IF ? n->c : -1};
    for (int k = 0; k < 3; k++) {
        if (operands[k] < 0 || c->values[operands[k]].type != VALUE_QUOTED)
            continue;
        fail(c, c->e->nodes[operands[k]].start);
        MESSAGE(c, "a text stands only as an argument of a function, as in tf(\"1h\", close)");
        return false;
    }
    return true;
}

static bool compile_node(struct compiler *c, int i) {
    const struct expr_node *n = &c->e->nodes[i];
    struct plan_value *ret = &c->values[i];
    c->p = plan_of(c->root, c->frame[i]);
    if (!no_text(c, n))
        return false;
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
        return plan_compile_name(c->root, c->frame[i], c->e, n, c->names, c->values, ret, c->err);
    case EXPR_TEXT:
        *ret = (struct plan_value){.type = VALUE_QUOTED, .node = -1, .outputs = {-1, -1, -1, -1}};
        return true;
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

/* Which bars each node of the tree is judged on. Operands stand before what uses them, so the last
 * argument of tf is the nodes between the interval, a single one, and itself. Calls that are wrong
 * stay on the plan's own bars until they are told. */
static void mark_frames(struct compiler *c, int frame) {
    struct expr_error ignored;
    for (int i = 0; i < c->e->n; i++)
        c->frame[i] = frame;
    for (int i = 0; i < c->e->n && frame < 0; i++) {
        const struct expr_node *n = &c->e->nodes[i];
        if (n->kind != EXPR_CALL || n->n_args != 2 || n->name_len != 2 ||
            memcmp(c->e->text + n->name, "tf", 2) != 0)
            continue;
        const struct expr_node *interval = &c->e->nodes[n->args[0]];
        if (interval->kind != EXPR_TEXT)
            continue;
        int inner = plan_frame(c->root, c->e->text + interval->name, interval->name_len, &ignored);
        for (int k = n->args[0] + 1; inner >= 0 && k <= n->args[1]; k++)
            c->frame[k] = inner;
    }
}

static bool take_work(struct compiler *c) {
    c->names->work += (size_t)c->e->n;
    if (c->names->work <= PLAN_WORK_MAX)
        return true;
    fail(c, 0);
    MESSAGE(c, "the functions call one another too often: more than %d parts", PLAN_WORK_MAX);
    return false;
}

static const char *refused(const struct plan *p) {
    return p->failure ? p->failure : p->refusal;
}

/* One pass, no recursion: the tree's nodes stand behind their operands. */
static bool compile(struct compiler *c, int frame, const char *text, struct plan_value *ret) {
    c->e = &c->tree;
    if (!expr_parse(&c->tree, text, c->err) || !take_work(c))
        return false;
    mark_frames(c, frame);
    for (int i = 0; i < c->e->n; i++) {
        if (!compile_node(c, i))
            return false;
        const char *why = refused(c->p) ? refused(c->p) : refused(c->root);
        if (why) {
            fail(c, c->e->nodes[i].start);
            MESSAGE(c, "%s", why);
            return false;
        }
    }
    c->p = plan_of(c->root, frame);
    *ret = c->values[c->e->n - 1];
    return true;
}

/* Its trees are large: the last one used stays with the plan. What is in them is made node by node,
 * zeroing all costs more than compiling. */
static struct compiler *compiler_take(struct plan *p, struct plan_names *names,
                                      struct expr_error *err) {
    struct compiler *c = p->spare ? p->spare : malloc(sizeof *c);
    p->spare = NULL;
    if (!c) {
        text_format(err->message, sizeof err->message, "out of memory");
        return NULL;
    }
    c->root = p;
    c->names = names;
    c->err = err;
    return c;
}

static void compiler_give(struct plan *p, struct compiler *c) {
    free(p->spare);
    p->spare = c;
}

bool plan_compile(struct plan *p, int frame, const char *text, struct plan_names *names,
                  struct plan_value *ret, struct expr_error *err) {
    struct compiler *c = compiler_take(p, names, err);
    bool ok = c && compile(c, frame, text, ret);
    if (ok && ret->type == VALUE_QUOTED) {
        fail(c, 0);
        MESSAGE(c, "a text stands only as an argument of a function, as in tf(\"1h\", close)");
        ok = false;
    }
    if (c)
        compiler_give(p, c);
    return ok;
}

/* A define, or a function's body: of that only form and names are judged until it is called. */
static bool check_define(struct plan *p, struct plan_names *names, size_t i,
                         struct expr_error *err) {
    const struct define *d = &names->strategy->defines[i];
    struct plan_value value;
    struct define_head head;
    define_head(d->name, &head);
    if (head.n_args == 0)
        return plan_define(p, -1, names, i, &value, err);
    struct compiler *c = compiler_take(p, names, err);
    bool ok =
        c && expr_parse(&c->tree, d->expr, err) && plan_define_names(&c->tree, names, &head, err);
    if (c)
        compiler_give(p, c);
    if (!ok)
        text_format(err->where, sizeof err->where, "define.%s", d->name);
    return ok;
}

static int add(struct compiler *c, const char *text, enum value_type want) {
    struct plan_value root;
    if (!compile(c, -1, text, &root))
        return -1;
    if (root.type != want) {
        fail(c, c->e->nodes[c->e->n - 1].start);
        const struct snippet shown = snippet(c, c->e->n - 1);
        const char *is = type_name(root.type);
        if (want == VALUE_CONDITION)
            MESSAGE(c, "a condition (true or false) is needed here, but '%s' is %s", shown.text,
                    is);
        else
            MESSAGE(c, "a number is needed here, but '%s' is %s", shown.text, is);
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
    struct plan_names names;
    /* not the values of defines: each is made before it is read */
    memset(names.done, 0, sizeof names.done);
    names.strategy = s;
    names.params = scope ? scope->params : NULL;
    names.position = scope && scope->position;
    names.n_defines = names.work = 0;
    names.locals = NULL;
    p->refusal = NULL;
    for (int i = 0; i < p->n_frames; i++)
        p->frames[i]->refusal = NULL;
    int node = -1;
    bool ok = !s || plan_names_check(s, &error);
    for (size_t i = 0; ok && s && i < s->n_defines; i++) {
        ok = check_define(p, &names, i, &error);
        names.n_defines = i + 1;
    }
    struct compiler *c = ok ? compiler_take(p, &names, &error) : NULL;
    if (c) {
        node = add(c, expr, want);
        compiler_give(p, c);
    }
    if (node < 0)
        *err = error;
    return node;
}
