/* Pine's words -> expressions. */
#include <stdlib.h>
#include <string.h>

#include "lib/pine_parser.h"

int parser_bad(struct parser *p, const char *wanted) {
    const struct pine_token *t = parser_now(p);
    if (p->bad)
        return -1;
    p->bad = true;
    if (t->kind == PINE_END || t->first)
        pine_refuse(p->s, p->at ? p->s->tokens[p->at - 1].line : 1,
                    "the line ends where %s is needed", wanted);
    else
        pine_refuse(p->s, t->line, "'%.*s' stands where %s is needed",
                    t->text.len < 30 ? (int)t->text.len : 30, t->text.at, wanted);
    return -1;
}

int parser_add(struct parser *p, struct pine_node node) {
    struct pine_script *s = p->s;
    if (s->n_nodes == s->cap_nodes) {
        int cap = s->cap_nodes ? 2 * s->cap_nodes : 256;
        struct pine_node *more =
            cap <= 2 * PINE_NODES_MAX ? realloc(s->nodes, (size_t)cap * sizeof *more) : NULL;
        if (!more) {
            s->failed = p->bad = true;
            return -1;
        }
        s->nodes = more;
        s->cap_nodes = cap;
    }
    s->nodes[s->n_nodes] = node;
    return s->n_nodes++;
}

struct pine_node parser_node(const struct parser *p, enum pine_kind kind) {
    return (struct pine_node){.kind = kind,
                              .line = parser_now(p)->line,
                              .text = parser_now(p)->text,
                              .a = -1,
                              .b = -1,
                              .c = -1,
                              .args = -1,
                              .next = -1};
}

/* Arguments or items up to `close`; the opening bracket is read. -1: none. */
static int parse_args(struct parser *p, const char *close) {
    int first = -1, last = -1;
    while (!p->bad && !parser_is_sign(p, close)) {
        struct pine_node arg = parser_node(p, PINE_N_ARG);
        arg.text.len = 0;
        const struct pine_token *next = parser_now(p)->kind == PINE_END ? NULL : parser_now(p) + 1;
        if (parser_now(p)->kind == PINE_NAME && next && next->kind == PINE_SIGN &&
            pine_is(next->text, "=")) {
            arg.text = parser_now(p)->text;
            parser_advance(p);
            parser_advance(p);
        }
        arg.a = parser_value(p);
        int id = p->bad ? -1 : parser_add(p, arg);
        if (id < 0)
            return -1;
        if (last >= 0)
            p->s->nodes[last].next = id;
        else
            first = id;
        last = id;
        if (parser_is_sign(p, ","))
            parser_advance(p);
        else if (!parser_is_sign(p, close))
            parser_bad(p, "',' or a closing bracket");
    }
    parser_advance(p);
    return first;
}

static int parse_primary(struct parser *p) {
    struct pine_node node = parser_node(p, PINE_N_NAME);
    switch (parser_now(p)->kind) {
    case PINE_NUMBER:
    case PINE_STRING:
    case PINE_COLOR:
        node.kind = parser_now(p)->kind == PINE_NUMBER   ? PINE_N_NUMBER
                    : parser_now(p)->kind == PINE_STRING ? PINE_N_STRING
                                                         : PINE_N_COLOR;
        parser_advance(p);
        return parser_add(p, node);
    case PINE_NAME:
        parser_advance(p);
        if (parser_is_sign(p, "(") && !parser_now(p)->first) {
            parser_advance(p);
            node.kind = PINE_N_CALL;
            node.args = parse_args(p, ")");
        }
        return p->bad ? -1 : parser_add(p, node);
    case PINE_SIGN:
        if (parser_is_sign(p, "(")) {
            parser_advance(p);
            int inner = parser_value(p);
            if (!p->bad && !parser_is_sign(p, ")"))
                return parser_bad(p, "')'");
            parser_advance(p);
            return inner;
        }
        if (parser_is_sign(p, "[")) {
            node.kind = PINE_N_LIST;
            parser_advance(p);
            node.args = parse_args(p, "]");
            return p->bad ? -1 : parser_add(p, node);
        }
        break;
    case PINE_END:
        break;
    }
    return parser_bad(p, "a value");
}

static int parse_postfix(struct parser *p) {
    int value = parse_primary(p);
    while (!p->bad && parser_is_sign(p, "[") && !parser_now(p)->first) {
        struct pine_node node = parser_node(p, PINE_N_INDEX);
        parser_advance(p);
        node.a = value;
        node.b = parser_value(p);
        if (!p->bad && !parser_is_sign(p, "]"))
            return parser_bad(p, "']'");
        parser_advance(p);
        value = p->bad ? -1 : parser_add(p, node);
    }
    return value;
}

static int parse_unary(struct parser *p) {
    if (!parser_is_sign(p, "-") && !parser_is_sign(p, "+") && !parser_is_word(p, "not"))
        return parse_postfix(p);
    struct pine_node node = parser_node(p, PINE_N_UNARY);
    if (++p->depth > PINE_DEPTH_MAX)
        return parser_bad(p, "less nesting");
    parser_advance(p);
    node.a = parse_unary(p);
    p->depth--;
    return p->bad ? -1 : parser_add(p, node);
}

static int binds(const struct parser *p) {
    static const struct {
        const char *sign;
        int binds;
    } rows[] = {{"or", 1}, {"and", 2}, {"==", 3}, {"!=", 3}, {"<", 4}, {"<=", 4}, {">", 4},
                {">=", 4}, {"+", 5},   {"-", 5},  {"*", 6},  {"/", 6}, {"%", 6}};
    if (parser_now(p)->first ||
        (parser_now(p)->kind != PINE_SIGN && parser_now(p)->kind != PINE_NAME))
        return 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(parser_now(p)->text, rows[i].sign))
            return rows[i].binds;
    }
    return 0;
}

static int parse_binary(struct parser *p, int least) {
    int left = parse_unary(p);
    while (!p->bad && binds(p) >= least) {
        struct pine_node node = parser_node(p, PINE_N_BINARY);
        int tight = binds(p);
        parser_advance(p);
        node.a = left;
        node.b = parse_binary(p, tight + 1);
        left = p->bad ? -1 : parser_add(p, node);
    }
    return left;
}

int parser_value(struct parser *p) {
    if (++p->depth > PINE_DEPTH_MAX)
        return parser_bad(p, "less nesting");
    int value = parse_binary(p, 1);
    if (!p->bad && parser_is_sign(p, "?")) {
        struct pine_node node = parser_node(p, PINE_N_IF);
        parser_advance(p);
        node.a = value;
        node.b = parser_value(p);
        if (!p->bad && !parser_is_sign(p, ":"))
            parser_bad(p, "':' and the value otherwise");
        parser_advance(p);
        node.c = p->bad ? -1 : parser_value(p);
        value = p->bad ? -1 : parser_add(p, node);
    }
    p->depth--;
    return p->bad ? -1 : value;
}
