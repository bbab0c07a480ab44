#include "engine/expr.h"

#include <string.h>

#include "engine/lex.h"
#include "engine/text.h"

static const struct {
    const char *name;
    int binds; /* binary operators: the larger, the tighter; 0: unary */
} ops[OP_COUNT] = {
    [OP_OR] = {"or", 1}, [OP_AND] = {"and", 2}, [OP_EQ] = {"==", 3},
    [OP_NE] = {"!=", 3}, [OP_LT] = {"<", 4},    [OP_LE] = {"<=", 4},
    [OP_GT] = {">", 4},  [OP_GE] = {">=", 4},   [OP_CROSSES_ABOVE] = {"crosses above", 4},
    [OP_ADD] = {"+", 5}, [OP_SUB] = {"-", 5},   [OP_CROSSES_BELOW] = {"crosses below", 4},
    [OP_MUL] = {"*", 6}, [OP_DIV] = {"/", 6},   [OP_MOD] = {"%", 6},
    [OP_NEG] = {"-", 0}, [OP_PLUS] = {"+", 0},  [OP_NOT] = {"not", 0},
};

const char *expr_op_name(enum expr_op op) {
    return ops[op].name;
}

struct parser {
    struct lexer lexer;
    struct token now; /* the token looked at */
    uint32_t last_end;
    int depth;
    struct expr *e;
    struct expr_error *err;
};

/* Every parse function returns its node, or -1 with the error filled. */
static int parse_value(struct parser *p);

static bool advance(struct parser *p) {
    p->last_end = p->now.at + p->now.len;
    return lex_next(&p->lexer, &p->now, p->err);
}

static bool at(const struct parser *p, const char *word) {
    return token_is(&p->lexer, &p->now, word);
}

static int fail_at(struct parser *p, size_t where, const char *message) {
    expr_error_at(p->err, p->e->text, where);
    text_format(p->err->message, sizeof p->err->message, "%s", message);
    return -1;
}

static int unexpected(struct parser *p, const char *wanted) {
    char word[64] = "";
    uint32_t n = p->now.len < sizeof word ? p->now.len : (uint32_t)sizeof word - 1;
    memcpy(word, p->e->text + p->now.at, n);
    expr_error_at(p->err, p->e->text, p->now.at);
    if (p->now.kind == TOKEN_END)
        text_format(p->err->message, sizeof p->err->message,
                    "the expression ends where %s is needed", wanted);
    else
        text_format(p->err->message, sizeof p->err->message, "'%s' stands where %s is needed", word,
                    wanted);
    return -1;
}

static int add(struct parser *p, struct expr_node node) {
    if (p->e->n == EXPR_NODES_MAX)
        return fail_at(p, node.at, "the expression is too large: split it by defines");
    node.end = p->last_end;
    p->e->nodes[p->e->n] = node;
    return p->e->n++;
}

static bool deeper(struct parser *p) {
    if (++p->depth <= EXPR_DEPTH_MAX)
        return true;
    fail_at(p, p->now.at, "the expression is nested too deeply: split it by defines");
    return false;
}

static bool close_bracket(struct parser *p, const char *sign, uint32_t opened) {
    if (at(p, sign))
        return advance(p);
    if (p->now.kind == TOKEN_END)
        fail_at(p, opened, *sign == ')' ? "'(' is never closed" : "'[' is never closed");
    else
        unexpected(p, *sign == ')' ? "an operator or ')'" : "an operator or ']'");
    return false;
}

static int parse_call(struct parser *p, struct expr_node call) {
    uint32_t opened = p->now.at;
    call.kind = EXPR_CALL;
    if (!advance(p))
        return -1;
    if (at(p, ")"))
        return advance(p) ? add(p, call) : -1;
    for (;;) {
        if (call.n_args == EXPR_ARGS_MAX)
            return fail_at(p, p->now.at, "too many arguments");
        int arg = parse_value(p);
        if (arg < 0)
            return -1;
        call.args[call.n_args++] = arg;
        if (!at(p, ","))
            break;
        if (!advance(p))
            return -1;
    }
    if (!at(p, ")") && p->now.kind != TOKEN_END)
        return unexpected(p, "an operator, ',' or ')'");
    return close_bracket(p, ")", opened) ? add(p, call) : -1;
}

/* A word that only makes sense between two values. */
static bool is_infix_word(const struct parser *p) {
    return at(p, "and") || at(p, "or") || at(p, "crosses");
}

static int parse_name(struct parser *p) {
    struct expr_node node = {.start = p->now.at, .at = p->now.at};
    static const struct {
        const char *word;
        enum expr_kind kind;
    } literals[] = {{"true", EXPR_TRUE}, {"false", EXPR_FALSE}, {"na", EXPR_NA}};
    struct token name = p->now;
    bool prefixed = at(p, "ta") || at(p, "math") || at(p, "strategy");
    if (!advance(p))
        return -1;
    if (prefixed && at(p, ".")) {
        if (!advance(p))
            return -1;
        if (p->now.kind != TOKEN_NAME)
            return unexpected(p, "the name of a function");
        name = p->now;
        node.at = name.at;
        if (!advance(p))
            return -1;
    }
    node.name = name.at;
    node.name_len = name.len;
    if (at(p, "("))
        return parse_call(p, node);
    node.kind = EXPR_NAME;
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        if (token_is(&p->lexer, &name, literals[i].word))
            node.kind = literals[i].kind;
    }
    return add(p, node);
}

static int parse_primary(struct parser *p) {
    if (p->now.kind == TOKEN_NUMBER) {
        struct expr_node node = {
            .kind = EXPR_NUMBER, .start = p->now.at, .at = p->now.at, .number = p->now.number};
        return advance(p) ? add(p, node) : -1;
    }
    if (p->now.kind == TOKEN_TEXT) {
        struct expr_node node = {.kind = EXPR_TEXT,
                                 .start = p->now.at,
                                 .at = p->now.at,
                                 .name = p->now.at + 1,
                                 .name_len = p->now.len - 2};
        return advance(p) ? add(p, node) : -1;
    }
    if (p->now.kind == TOKEN_NAME && !is_infix_word(p))
        return parse_name(p);
    if (at(p, "(")) {
        uint32_t opened = p->now.at;
        if (!advance(p))
            return -1;
        int inner = parse_value(p);
        if (inner < 0 || !close_bracket(p, ")", opened))
            return -1;
        p->e->nodes[inner].start = opened;
        p->e->nodes[inner].end = p->last_end;
        return inner;
    }
    return unexpected(p, "a value");
}

static int parse_postfix(struct parser *p) {
    int value = parse_primary(p);
    while (value >= 0 && (at(p, "[") || at(p, "."))) {
        struct expr_node node = {.start = p->e->nodes[value].start, .at = p->now.at, .a = value};
        bool field = at(p, ".");
        if (!advance(p))
            return -1;
        if (field) {
            if (p->now.kind != TOKEN_NAME)
                return unexpected(p, "the name of a field");
            node.kind = EXPR_FIELD;
            node.at = node.name = p->now.at;
            node.name_len = p->now.len;
            value = advance(p) ? add(p, node) : -1;
        } else {
            node.kind = EXPR_INDEX;
            node.b = parse_value(p);
            value = node.b >= 0 && close_bracket(p, "]", node.at) ? add(p, node) : -1;
        }
    }
    return value;
}

static int parse_unary(struct parser *p) {
    enum expr_op op = at(p, "-") ? OP_NEG : at(p, "+") ? OP_PLUS : at(p, "not") ? OP_NOT : OP_COUNT;
    if (op == OP_COUNT)
        return parse_postfix(p);
    struct expr_node node = {.kind = EXPR_UNARY, .op = op, .start = p->now.at, .at = p->now.at};
    if (!deeper(p) || !advance(p))
        return -1;
    node.a = parse_unary(p);
    p->depth--;
    return node.a >= 0 ? add(p, node) : -1;
}

static enum expr_op infix(const struct parser *p) {
    if (at(p, "crosses"))
        return OP_CROSSES_ABOVE; /* or below: the next word tells */
    for (int op = 0; op < OP_COUNT; op++) {
        if (ops[op].binds > 0 && at(p, ops[op].name))
            return (enum expr_op)op;
    }
    return OP_COUNT;
}

static int parse_binary(struct parser *p, int binds_at_least) {
    int left = parse_unary(p);
    while (left >= 0) {
        struct expr_node node = {.kind = EXPR_BINARY, .op = infix(p), .at = p->now.at, .a = left};
        if (node.op == OP_COUNT || ops[node.op].binds < binds_at_least)
            break;
        node.start = p->e->nodes[left].start;
        if (!advance(p))
            return -1;
        if (node.op == OP_CROSSES_ABOVE) {
            if (!at(p, "above") && !at(p, "below"))
                return unexpected(p, "'above' or 'below'");
            node.op = at(p, "above") ? OP_CROSSES_ABOVE : OP_CROSSES_BELOW;
            if (!advance(p))
                return -1;
        }
        node.b = parse_binary(p, ops[node.op].binds + 1);
        left = node.b >= 0 ? add(p, node) : -1;
    }
    return left;
}

static int parse_value(struct parser *p) {
    if (!deeper(p))
        return -1;
    int value = parse_binary(p, 1);
    if (value >= 0 && at(p, "?")) {
        struct expr_node node = {
            .kind = EXPR_IF, .start = p->e->nodes[value].start, .at = p->now.at, .a = value};
        if (!advance(p))
            return -1;
        node.b = parse_value(p);
        if (node.b < 0)
            return -1;
        if (!at(p, ":"))
            return unexpected(p, "':' and the value otherwise");
        if (!advance(p))
            return -1;
        node.c = parse_value(p);
        value = node.c >= 0 ? add(p, node) : -1;
    }
    p->depth--;
    return value;
}

bool expr_parse(struct expr *e, const char *text, struct expr_error *err) {
    e->text = text;
    e->n = 0;
    struct parser p = {.lexer = {.text = text}, .e = e, .err = err};
    size_t len = strnlen(text, EXPR_BYTES_MAX + 1);
    if (len > EXPR_BYTES_MAX) {
        expr_error_at(err, text, 0);
        text_format(err->message, sizeof err->message,
                    "the expression is longer than %d bytes: split it by defines", EXPR_BYTES_MAX);
        return false;
    }
    p.lexer.len = (uint32_t)len;
    if (!advance(&p))
        return false;
    if (p.now.kind == TOKEN_END) {
        fail_at(&p, 0, "the expression is empty");
        return false;
    }
    if (parse_value(&p) < 0)
        return false;
    if (p.now.kind != TOKEN_END) {
        unexpected(&p, "an operator or the end");
        return false;
    }
    return true;
}
