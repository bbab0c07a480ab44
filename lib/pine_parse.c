/* Pine's words -> statements. A line that is not understood is refused and the next one read, so
 * that all are named. */
#include <stdlib.h>
#include <string.h>

#include "lib/pine_parser.h"

/* A new statement's line ends the one before, whatever it lacks. */
static bool over(const struct parser *p, size_t begun) {
    return parser_now(p)->kind == PINE_END || (parser_now(p)->first && p->at != begun);
}

/* a ? b : c out of statements; `otherwise` -1: na. */
static int choice(struct parser *p, int line, int condition, int then, int otherwise) {
    struct pine_node node = {.kind = PINE_N_NAME,
                             .line = line,
                             .text = {"na", 2},
                             .a = -1,
                             .b = -1,
                             .c = -1,
                             .args = -1,
                             .next = -1};
    if (otherwise < 0)
        otherwise = parser_add(p, node);
    node.kind = PINE_N_IF;
    node.a = condition;
    node.b = then;
    node.c = otherwise;
    return then < 0 || otherwise < 0 ? -1 : parser_add(p, node);
}

/* The value of a block of one statement; -1: it does more than give one. */
static int value_of(struct parser *p, int block) {
    const struct pine_stmt *s = block >= 0 ? &p->s->stmts[block] : NULL;
    if (!s || s->next >= 0)
        return -1;
    if (s->kind != PINE_S_IF)
        return s->kind == PINE_S_CALL ? s->expr : -1;
    int line = s->line, condition = s->expr, body = s->body, other = s->other;
    int then = value_of(p, body), otherwise = other >= 0 ? value_of(p, other) : -1;
    return other >= 0 && otherwise < 0 ? -1 : choice(p, line, condition, then, otherwise);
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
    while (parser_now(p)->kind != PINE_END) {
        parser_advance(p);
        if (parser_now(p)->first && parser_now(p)->indent <= indent)
            return;
    }
}

static void parse_if(struct parser *p, struct pine_stmt *stmt, int indent) {
    stmt->kind = PINE_S_IF;
    parser_advance(p);
    stmt->expr = parser_value(p);
    if (p->bad)
        return;
    if (!parser_now(p)->first || parser_now(p)->indent <= indent) {
        parser_bad(p, "a new line with what is done then");
        return;
    }
    stmt->body = parse_block(p, parser_now(p)->indent);
    if (!parser_now(p)->first || parser_now(p)->indent != indent || !parser_is_word(p, "else"))
        return;
    parser_advance(p);
    if (parser_is_word(p, "if")) {
        struct pine_stmt inner = {
            .line = parser_now(p)->line, .expr = -1, .body = -1, .other = -1, .next = -1};
        if (++p->depth > PINE_DEPTH_MAX) {
            parser_bad(p, "less nesting");
            return;
        }
        parse_if(p, &inner, indent);
        p->depth--;
        if (!p->bad)
            stmt->other = add_stmt(p, &inner);
    } else if (parser_now(p)->first && parser_now(p)->indent > indent) {
        stmt->other = parse_block(p, parser_now(p)->indent);
    } else {
        parser_bad(p, "a new line with what is done else");
    }
}

/* x = if … */
static int parse_if_value(struct parser *p, int indent) {
    struct pine_stmt stmt = {
        .line = parser_now(p)->line, .expr = -1, .body = -1, .other = -1, .next = -1};
    parse_if(p, &stmt, indent);
    int id = p->bad ? -1 : add_stmt(p, &stmt);
    return id < 0 ? -1 : value_of(p, id);
}

/* Arms of a switch from here on, as one value: -1 when one of them is more than that. */
static int parse_arms(struct parser *p, int subject, int indent) {
    struct pine_node same = parser_node(p, PINE_N_BINARY);
    int line = parser_now(p)->line, condition = -1, then;
    if (!parser_now(p)->first || parser_now(p)->indent <= indent)
        return -1;
    if (++p->depth > PINE_DEPTH_MAX)
        return parser_bad(p, "less nesting");
    if (!parser_is_sign(p, "=>"))
        condition = parser_value(p);
    if (!p->bad && !parser_is_sign(p, "=>"))
        parser_bad(p, "'=>'");
    parser_advance(p);
    if (!p->bad && parser_now(p)->first && parser_now(p)->indent > indent)
        then = value_of(p, parse_block(p, parser_now(p)->indent));
    else
        then = p->bad ? -1 : parser_value(p);
    bool more = !p->bad && parser_now(p)->first && parser_now(p)->indent > indent;
    int otherwise = more ? parse_arms(p, subject, indent) : -1;
    p->depth--;
    if (p->bad || then < 0 || (more && otherwise < 0))
        return -1;
    if (condition < 0)
        return then; /* the last one: => value */
    if (subject >= 0) {
        same.text = (struct pine_slice){"==", 2};
        same.a = subject;
        same.b = condition;
        condition = parser_add(p, same);
    }
    return choice(p, line, condition, then, otherwise);
}

/* switch, with a value to compare or without one. */
static int parse_switch(struct parser *p, int indent) {
    parser_advance(p);
    int subject = parser_now(p)->first ? -1 : parser_value(p);
    return p->bad ? -1 : parse_arms(p, subject, indent);
}

/* True when the brackets that open here are followed by =>: a function. */
static bool is_function(const struct parser *p) {
    const struct pine_token *t = parser_now(p);
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

/* a, b, … as far as they go */
static void take_names(struct parser *p, struct pine_stmt *stmt) {
    while (parser_now(p)->kind == PINE_NAME && stmt->n_names < PINE_NAMES_MAX) {
        stmt->names[stmt->n_names++] = parser_now(p)->text;
        parser_advance(p);
        if (parser_is_sign(p, ","))
            parser_advance(p);
    }
}

static void parse_function(struct parser *p, struct pine_stmt *stmt, int indent) {
    stmt->kind = PINE_S_FUNCTION;
    stmt->name = parser_now(p)->text;
    parser_advance(p);
    parser_advance(p);
    take_names(p, stmt);
    bool plain = parser_is_sign(p, ")");
    while (!parser_is_sign(p, "=>"))
        parser_advance(p);
    parser_advance(p);
    if (!plain || (parser_now(p)->first && parser_now(p)->indent <= indent))
        return;
    if (!parser_now(p)->first) {
        stmt->expr = parser_is_word(p, "switch") ? parse_switch(p, indent) : parser_value(p);
        return;
    }
    /* its last statement is its value */
    stmt->body = parse_block(p, parser_now(p)->indent);
    int last = stmt->body;
    while (last >= 0 && p->s->stmts[last].next >= 0)
        last = p->s->stmts[last].next;
    if (last >= 0)
        stmt->expr =
            p->s->stmts[last].kind == PINE_S_IF ? value_of(p, last) : p->s->stmts[last].expr;
}

/* [a, b] = …, not the value [a, b] */
static bool is_tuple(const struct parser *p) {
    const struct pine_token *t = parser_now(p);
    while (t->kind != PINE_END && !(t->kind == PINE_SIGN && pine_is(t->text, "]")))
        t++;
    return t->kind != PINE_END && t[1].kind == PINE_SIGN && pine_is(t[1].text, "=");
}

static void parse_names(struct parser *p, struct pine_stmt *stmt) {
    stmt->kind = PINE_S_TUPLE;
    parser_advance(p);
    take_names(p, stmt);
    if (!parser_is_sign(p, "]"))
        parser_bad(p, "']' after at most eight names");
    parser_advance(p);
    if (!p->bad && !parser_is_sign(p, "="))
        parser_bad(p, "'='");
    parser_advance(p);
    stmt->expr = p->bad ? -1 : parser_value(p);
}

/* Words before a name: var float x = … */
static bool is_modifier(const struct parser *p) {
    static const char *const words[] = {"var", "varip", "const", "input",  "simple", "series",
                                        "int", "float", "bool",  "string", "color"};
    const struct pine_token *next = parser_now(p) + 1;
    if (parser_now(p)->kind != PINE_NAME || next->kind != PINE_NAME || next->first)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (parser_is_word(p, words[i]))
            return true;
    }
    return false;
}

static bool is_unknown(const struct parser *p) {
    static const char *const words[] = {"for",    "while", "import", "export",  "type",
                                        "method", "enum",  "break",  "continue"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (parser_is_word(p, words[i]))
            return true;
    }
    return false;
}

/* The right side of x += 1 as x + 1. */
static int changed(struct parser *p, struct pine_slice name, struct pine_slice sign, int by) {
    struct pine_node node = parser_node(p, PINE_N_NAME);
    node.line = p->s->tokens[p->at - 1].line;
    node.text = name;
    int old = by < 0 ? -1 : parser_add(p, node);
    node.kind = PINE_N_BINARY;
    node.text = (struct pine_slice){sign.at, 1};
    node.a = old;
    node.b = by;
    return old < 0 ? -1 : parser_add(p, node);
}

static void parse_plain(struct parser *p, struct pine_stmt *stmt, int indent) {
    while (is_modifier(p)) {
        stmt->keeps |= parser_is_word(p, "var") || parser_is_word(p, "varip");
        parser_advance(p);
    }
    const struct pine_token *next =
        parser_now(p)->kind == PINE_END ? parser_now(p) : parser_now(p) + 1;
    stmt->name = parser_now(p)->text;
    stmt->kind = PINE_S_CALL;
    const struct pine_slice sign = next->text;
    if (parser_now(p)->kind == PINE_NAME && next->kind == PINE_SIGN && !next->first) {
        static const char *const changes[] = {":=", "+=", "-=", "*=", "/=", "%="};
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            if (pine_is(next->text, changes[i]))
                stmt->kind = PINE_S_ASSIGN;
        }
        if (pine_is(next->text, "="))
            stmt->kind = PINE_S_DECLARE;
    }
    if (stmt->kind != PINE_S_CALL) {
        parser_advance(p);
        parser_advance(p);
    }
    if (parser_is_word(p, "switch"))
        stmt->expr = parse_switch(p, indent);
    else if (parser_is_word(p, "if"))
        stmt->expr = parse_if_value(p, indent);
    else if (!is_unknown(p)) /* x = for …: the name is known, its value is not */
        stmt->expr = parser_value(p);
    if (stmt->kind == PINE_S_ASSIGN && !pine_is(sign, ":="))
        stmt->expr = changed(p, stmt->name, sign, stmt->expr);
}

static struct pine_stmt parse_stmt(struct parser *p, int indent) {
    struct pine_stmt stmt = {
        .line = parser_now(p)->line, .expr = -1, .body = -1, .other = -1, .next = -1};
    stmt.name = parser_now(p)->text;
    if (parser_is_word(p, "if"))
        parse_if(p, &stmt, indent);
    else if (is_unknown(p))
        stmt.kind = PINE_S_UNKNOWN;
    else if (parser_is_sign(p, "[") && is_tuple(p))
        parse_names(p, &stmt);
    else if (is_function(p))
        parse_function(p, &stmt, indent);
    else
        parse_plain(p, &stmt, indent);
    return stmt;
}

static int parse_block(struct parser *p, int indent) {
    int first = -1, last = -1;
    if (++p->depth > PINE_DEPTH_MAX) {
        parser_bad(p, "less nesting");
        return -1;
    }
    while (parser_now(p)->kind != PINE_END && parser_now(p)->indent == indent && !p->s->failed) {
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
        if (!p->bad && !unread && parser_is_sign(p, ",") && !parser_now(p)->first)
            parser_advance(p); /* a = 1, b = 2 */
        else if (!over(p, begun) && !p->bad && !unread)
            parser_bad(p, "the end of the line");
        if (p->bad || (unread && !over(p, begun)))
            skip(p, indent);
    }
    p->bad = false;
    p->depth--;
    return first;
}

void pine_parse(struct pine_script *s) {
    struct parser p = {.s = s};
    struct pine_node zero = parser_node(&p, PINE_N_NUMBER);
    zero.text = (struct pine_slice){"0", 1};
    s->zero = parser_add(&p, zero);
    s->first = -1;
    int last = -1;
    while (parser_now(&p)->kind != PINE_END && !s->failed) {
        size_t begun = p.at;
        int id = parse_block(&p, 0);
        if (id >= 0 && last < 0)
            s->first = id;
        else if (id >= 0)
            s->stmts[last].next = id;
        for (last = id >= 0 ? id : last; last >= 0 && s->stmts[last].next >= 0;)
            last = s->stmts[last].next;
        if (p.at == begun) {
            pine_refuse(s, parser_now(&p)->line,
                        "this line is deeper than the one before, for no reason");
            skip(&p, 0);
        }
    }
}
