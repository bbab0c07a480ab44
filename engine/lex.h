/* Words of an expression. Private to the parser. */
#ifndef ENGINE_LEX_H
#define ENGINE_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/plan.h"

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_TEXT, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    uint32_t at, len;
    double number;
};

struct lexer {
    const char *text;
    uint32_t at; /* next byte */
    uint32_t len;
};

/* The next token, or false with *err: a character, number or sign of another language. */
bool lex_next(struct lexer *l, struct token *ret, struct expr_error *err);

/* True when the token is exactly this word or sign. */
bool token_is(const struct lexer *l, const struct token *t, const char *word);

#endif
