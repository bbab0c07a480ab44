/* Pine's words -> statements and expressions. A line that is not understood is refused and the next
 * one read, so that all are named. */
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"

struct parser {
    struct pine_script *s;
    size_t at;
    int depth;
    bool bad; /* the present statement is refused */
};

static const struct pine_token *now(const struct parser *p) {
    return &p->s->tokens[p->at];
}

static void advance(struct parser *p) {
    if (now(p)->kind != PINE_END)
        p->at++;
}

/* A new statement's line ends the one before, whatever it lacks. */
static bool over(const struct parser *p, size_t begun) {
    return now(p)->kind == PINE_END || (now(p)->first && p->at != begun);
}

static bool is_sign(const struct parser *p, const char *sign) {
    return now(p)->kind == PINE_SIGN && pine_is(now(p)->text, sign);
}

static bool is_word(const struct parser *p, const char *word) {
    return now(p)->kind == PINE_NAME && pine_is(now(p)->text, word);
}

static int bad(struct parser *p, const char *wanted) {
    const struct pine_token *t = now(p);
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

static int add(struct parser *p, struct pine_node node) {
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

static struct pine_node node_of(const struct parser *p, enum pine_kind kind) {
    return (struct pine_node){.kind = kind,
                              .line = now(p)->line,
                              .text = now(p)->text,
                              .a = -1,
                              .b = -1,
                              .c = -1,
                              .args = -1,
                              .next = -1};
}

static int parse_value(struct parser *p);

/* Arguments or items up to `close`; the opening bracket is read. -1: none. */
static int parse_args(struct parser *p, const char *close) {
    int first = -1, last = -1;
    while (!p->bad && !is_sign(p, close)) {
        struct pine_node arg = node_of(p, PINE_N_ARG);
        arg.text.len = 0;
        const struct pine_token *next = now(p)->kind == PINE_END ? NULL : now(p) + 1;
        if (now(p)->kind == PINE_NAME && next && next->kind == PINE_SIGN &&
            pine_is(next->text, "=")) {
            arg.text = now(p)->text;
            advance(p);
            advance(p);
        }
        arg.a = parse_value(p);
        int id = p->bad ? -1 : add(p, arg);
        if (id < 0)
            return -1;
        if (last >= 0)
            p->s->nodes[last].next = id;
        else
            first = id;
        last = id;
        if (is_sign(p, ","))
            advance(p);
        else if (!is_sign(p, close))
            bad(p, "',' or a closing bracket");
    }
    advance(p);
    return first;
}

static int parse_primary(struct parser *p) {
    struct pine_node node = node_of(p, PINE_N_NAME);
    switch (now(p)->kind) {
    case PINE_NUMBER:
    case PINE_STRING:
    case PINE_COLOR:
        node.kind = now(p)->kind == PINE_NUMBER   ? PINE_N_NUMBER
                    : now(p)->kind == PINE_STRING ? PINE_N_STRING
                                                  : PINE_N_COLOR;
        advance(p);
        return add(p, node);
    case PINE_NAME:
        advance(p);
        if (is_sign(p, "(") && !now(p)->first) {
            advance(p);
            node.kind = PINE_N_CALL;
            node.args = parse_args(p, ")");
        }
        return p->bad ? -1 : add(p, node);
    case PINE_SIGN:
        if (is_sign(p, "(")) {
            advance(p);
            int inner = parse_value(p);
            if (!p->bad && !is_sign(p, ")"))
                return bad(p, "')'");
            advance(p);
            return inner;
        }
        if (is_sign(p, "[")) {
            node.kind = PINE_N_LIST;
            advance(p);
            node.args = parse_args(p, "]");
            return p->bad ? -1 : add(p, node);
        }
        break;
    case PINE_END:
        break;
    }
    return bad(p, "a value");
}

static int parse_postfix(struct parser *p) {
    int value = parse_primary(p);
    while (!p->bad && is_sign(p, "[") && !now(p)->first) {
        struct pine_node node = node_of(p, PINE_N_INDEX);
        advance(p);
        node.a = value;
        node.b = parse_value(p);
        if (!p->bad && !is_sign(p, "]"))
            return bad(p, "']'");
        advance(p);
        value = p->bad ? -1 : add(p, node);
    }
    return value;
}

static int parse_unary(struct parser *p) {
    if (!is_sign(p, "-") && !is_sign(p, "+") && !is_word(p, "not"))
        return parse_postfix(p);
    struct pine_node node = node_of(p, PINE_N_UNARY);
    if (++p->depth > PINE_DEPTH_MAX)
        return bad(p, "less nesting");
    advance(p);
    node.a = parse_unary(p);
    p->depth--;
    return p->bad ? -1 : add(p, node);
}

static int binds(const struct parser *p) {
    static const struct {
        const char *sign;
        int binds;
    } rows[] = {{"or", 1}, {"and", 2}, {"==", 3}, {"!=", 3}, {"<", 4}, {"<=", 4}, {">", 4},
                {">=", 4}, {"+", 5},   {"-", 5},  {"*", 6},  {"/", 6}, {"%", 6}};
    if (now(p)->first || (now(p)->kind != PINE_SIGN && now(p)->kind != PINE_NAME))
        return 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(now(p)->text, rows[i].sign))
            return rows[i].binds;
    }
    return 0;
}

static int parse_binary(struct parser *p, int least) {
    int left = parse_unary(p);
    while (!p->bad && binds(p) >= least) {
        struct pine_node node = node_of(p, PINE_N_BINARY);
        int tight = binds(p);
        advance(p);
        node.a = left;
        node.b = parse_binary(p, tight + 1);
        left = p->bad ? -1 : add(p, node);
    }
    return left;
}

static int parse_value(struct parser *p) {
    if (++p->depth > PINE_DEPTH_MAX)
        return bad(p, "less nesting");
    int value = parse_binary(p, 1);
    if (!p->bad && is_sign(p, "?")) {
        struct pine_node node = node_of(p, PINE_N_IF);
        advance(p);
        node.a = value;
        node.b = parse_value(p);
        if (!p->bad && !is_sign(p, ":"))
            bad(p, "':' and the value otherwise");
        advance(p);
        node.c = p->bad ? -1 : parse_value(p);
        value = p->bad ? -1 : add(p, node);
    }
    p->depth--;
    return p->bad ? -1 : value;
}

static int add_stmt(struct parser *p, const struct pine_stmt *stmt) {
    struct pine_script *s = p->s;
    if (s->n_stmts == s->cap_stmts) {
        int cap = s->cap_stmts ? 2 * s->cap_stmts : 64;
        struct pine_stmt *more = realloc(s->stmts, (size_t)cap * sizeof *more);
        if (!more) {
            s->failed = true;
            return -1;
        }
        s->stmts = more;
        s->cap_stmts = cap;
    }
    s->stmts[s->n_stmts] = *stmt;
    return s->n_stmts++;
}

static int parse_block(struct parser *p, int indent);

/* To the next statement that is no part of a block deeper than `indent`. */
static void skip(struct parser *p, int indent) {
    while (now(p)->kind != PINE_END) {
        advance(p);
        if (now(p)->first && now(p)->indent <= indent)
            return;
    }
}

static void parse_if(struct parser *p, struct pine_stmt *stmt, int indent) {
    stmt->kind = PINE_S_IF;
    advance(p);
    stmt->expr = parse_value(p);
    if (p->bad)
        return;
    if (!now(p)->first || now(p)->indent <= indent) {
        bad(p, "a new line with what is done then");
        return;
    }
    stmt->body = parse_block(p, now(p)->indent);
    if (!now(p)->first || now(p)->indent != indent || !is_word(p, "else"))
        return;
    advance(p);
    if (is_word(p, "if")) {
        struct pine_stmt inner = {
            .line = now(p)->line, .expr = -1, .body = -1, .other = -1, .next = -1};
        if (++p->depth > PINE_DEPTH_MAX) {
            bad(p, "less nesting");
            return;
        }
        parse_if(p, &inner, indent);
        p->depth--;
        if (!p->bad)
            stmt->other = add_stmt(p, &inner);
    } else if (now(p)->first && now(p)->indent > indent) {
        stmt->other = parse_block(p, now(p)->indent);
    } else {
        bad(p, "a new line with what is done else");
    }
}

/* True when the brackets that open here are followed by =>: a function. */
static bool is_function(const struct parser *p) {
    const struct pine_token *t = now(p);
    int open = 0;
    if (t->kind != PINE_NAME || !pine_is(t[1].text, "(") || t[1].kind != PINE_SIGN)
        return false;
    for (t++; t->kind != PINE_END; t++) {
        open += t->kind == PINE_SIGN && pine_is(t->text, "(");
        open -= t->kind == PINE_SIGN && pine_is(t->text, ")");
        if (open == 0)
            return t[1].kind == PINE_SIGN && pine_is(t[1].text, "=>");
    }
    return false;
}

static void parse_function(struct parser *p, struct pine_stmt *stmt, int indent) {
    stmt->kind = PINE_S_FUNCTION;
    stmt->name = now(p)->text;
    advance(p);
    advance(p);
    while (now(p)->kind == PINE_NAME && stmt->n_names < PINE_NAMES_MAX) {
        stmt->names[stmt->n_names++] = now(p)->text;
        advance(p);
        if (is_sign(p, ","))
            advance(p);
    }
    bool plain = is_sign(p, ")");
    while (!is_sign(p, "=>"))
        advance(p);
    advance(p);
    bool block = now(p)->first;
    size_t begun = p->at;
    if (plain && !block)
        stmt->expr = parse_value(p);
    else if (plain && now(p)->indent > indent) {
        stmt->expr = parse_value(p); /* one line, below */
        if (p->bad || !now(p)->first || now(p)->indent > indent)
            stmt->expr = -1;
        p->bad = false;
    }
    if (stmt->expr < 0 && block) {
        p->at = begun;
        if (now(p)->indent > indent)
            skip(p, indent);
    }
}

static void parse_names(struct parser *p, struct pine_stmt *stmt) {
    stmt->kind = PINE_S_TUPLE;
    advance(p);
    while (now(p)->kind == PINE_NAME && stmt->n_names < PINE_NAMES_MAX) {
        stmt->names[stmt->n_names++] = now(p)->text;
        advance(p);
        if (is_sign(p, ","))
            advance(p);
    }
    if (!is_sign(p, "]"))
        bad(p, "']' after at most eight names");
    advance(p);
    if (!p->bad && !is_sign(p, "="))
        bad(p, "'='");
    advance(p);
    stmt->expr = p->bad ? -1 : parse_value(p);
}

/* Words before a name: var float x = … */
static bool is_modifier(const struct parser *p) {
    static const char *const words[] = {"var", "varip", "const", "input",  "simple", "series",
                                        "int", "float", "bool",  "string", "color"};
    const struct pine_token *next = now(p) + 1;
    if (now(p)->kind != PINE_NAME || next->kind != PINE_NAME || next->first)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(p, words[i]))
            return true;
    }
    return false;
}

static bool is_unknown(const struct parser *p) {
    static const char *const words[] = {"for",  "while",  "switch", "import", "export",
                                        "type", "method", "enum",   "break",  "continue"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(p, words[i]))
            return true;
    }
    return false;
}

static void parse_plain(struct parser *p, struct pine_stmt *stmt) {
    while (is_modifier(p)) {
        stmt->keeps |= is_word(p, "var") || is_word(p, "varip");
        advance(p);
    }
    const struct pine_token *next = now(p)->kind == PINE_END ? now(p) : now(p) + 1;
    stmt->name = now(p)->text;
    stmt->kind = PINE_S_CALL;
    if (now(p)->kind == PINE_NAME && next->kind == PINE_SIGN && !next->first) {
        static const char *const changes[] = {":=", "+=", "-=", "*=", "/=", "%="};
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            if (pine_is(next->text, changes[i]))
                stmt->kind = PINE_S_ASSIGN;
        }
        if (pine_is(next->text, "="))
            stmt->kind = PINE_S_DECLARE;
    }
    if (stmt->kind != PINE_S_CALL) {
        advance(p);
        advance(p);
        /* x = if …, x = switch …: the name is known, its value is not */
        if (is_word(p, "if") || is_unknown(p))
            return;
    }
    stmt->expr = parse_value(p);
}

static struct pine_stmt parse_stmt(struct parser *p, int indent) {
    struct pine_stmt stmt = {.line = now(p)->line, .expr = -1, .body = -1, .other = -1, .next = -1};
    stmt.name = now(p)->text;
    if (is_word(p, "if"))
        parse_if(p, &stmt, indent);
    else if (is_unknown(p))
        stmt.kind = PINE_S_UNKNOWN;
    else if (is_sign(p, "["))
        parse_names(p, &stmt);
    else if (is_function(p))
        parse_function(p, &stmt, indent);
    else
        parse_plain(p, &stmt);
    return stmt;
}

static int parse_block(struct parser *p, int indent) {
    int first = -1, last = -1;
    if (++p->depth > PINE_DEPTH_MAX) {
        bad(p, "less nesting");
        return -1;
    }
    while (now(p)->kind != PINE_END && now(p)->indent == indent && !p->s->failed) {
        size_t begun = p->at;
        p->bad = false;
        struct pine_stmt stmt = parse_stmt(p, indent);
        bool unread = stmt.kind == PINE_S_UNKNOWN || (stmt.expr < 0 && !p->bad);
        int id = p->bad ? -1 : add_stmt(p, &stmt);
        if (id >= 0 && last >= 0)
            p->s->stmts[last].next = id;
        else if (id >= 0)
            first = id;
        last = id >= 0 ? id : last;
        if (!p->bad && !unread && is_sign(p, ",") && !now(p)->first)
            advance(p); /* a = 1, b = 2 */
        else if (!over(p, begun) && !p->bad && !unread)
            bad(p, "the end of the line");
        if (p->bad || (unread && !over(p, begun)))
            skip(p, indent);
    }
    p->bad = false;
    p->depth--;
    return first;
}

void pine_parse(struct pine_script *s) {
    struct parser p = {.s = s};
    s->first = -1;
    int last = -1;
    while (now(&p)->kind != PINE_END && !s->failed) {
        size_t begun = p.at;
        int id = parse_block(&p, 0);
        if (id >= 0 && last < 0)
            s->first = id;
        else if (id >= 0)
            s->stmts[last].next = id;
        for (last = id >= 0 ? id : last; last >= 0 && s->stmts[last].next >= 0;)
            last = s->stmts[last].next;
        if (p.at == begun) {
            pine_refuse(s, now(&p)->line, "this line is deeper than the one before, for no reason");
            skip(&p, 0);
        }
    }
}
