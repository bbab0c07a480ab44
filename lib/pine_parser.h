/* Where the Pine parser stands: shared by its two files, expressions and statements. */
#ifndef LIB_PINE_PARSER_H
#define LIB_PINE_PARSER_H

#include "lib/pine_ast.h"

struct parser {
    struct pine_script *s;
    size_t at;
    int depth;
    bool bad; /* the present statement is refused */
};

static inline const struct pine_token *parser_now(const struct parser *p) {
    return &p->s->tokens[p->at];
}

static inline void parser_advance(struct parser *p) {
    if (parser_now(p)->kind != PINE_END)
        p->at++;
}

static inline bool parser_is_sign(const struct parser *p, const char *sign) {
    return parser_now(p)->kind == PINE_SIGN && pine_is(parser_now(p)->text, sign);
}

static inline bool parser_is_word(const struct parser *p, const char *word) {
    return parser_now(p)->kind == PINE_NAME && pine_is(parser_now(p)->text, word);
}

/* Refuses the present statement, once; -1. */
int parser_bad(struct parser *p, const char *wanted);

/* A node that begins at the present token, and its place once it is kept (-1: too many). */
struct pine_node parser_node(const struct parser *p, enum pine_kind kind);
int parser_add(struct parser *p, struct pine_node node);

/* An expression; -1 when it is refused. */
int parser_value(struct parser *p);

#endif
