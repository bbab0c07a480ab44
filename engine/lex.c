#include "engine/lex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/expr.h"
#include "engine/number.h"
#include "engine/text.h"

void expr_error_at(struct expr_error *err, const char *text, size_t at) {
    *err = (struct expr_error){.line = 1, .column = 1};
    const char *end = text + at;
    for (const char *p = text; p < end;) {
        if (*p == '\n') {
            err->line++;
            err->column = 1;
            p++;
        } else {
            p += text_char_bytes(p, end);
            err->column++;
        }
    }
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_space_and_comments(struct lexer *l) {
    for (;;) {
        while (l->at < l->len && strchr(" \t\r\n", l->text[l->at]))
            l->at++;
        if (l->at + 1 >= l->len || l->text[l->at] != '/' || l->text[l->at + 1] != '/')
            return;
        while (l->at < l->len && l->text[l->at] != '\n')
            l->at++;
    }
}

static bool number(struct lexer *l, struct token *ret, struct expr_error *err) {
    const char *s = l->text + l->at;
    size_t n = 0;
    while (is_digit(s[n]))
        n++;
    if (s[n] == '.' && is_digit(s[n + 1])) {
        n++;
        while (is_digit(s[n]))
            n++;
    } else if (s[n] == '.' && !is_letter(s[n + 1])) {
        n++; /* "5." */
    }
    if (s[n] == 'e' || s[n] == 'E') {
        size_t sign = s[n + 1] == '-' || s[n + 1] == '+';
        if (is_digit(s[n + 1 + sign])) {
            n += 1 + sign;
            while (is_digit(s[n]))
                n++;
        }
    }
    char digits[EXPR_NUMBER_MAX + 1] = "";
    if (n <= EXPR_NUMBER_MAX)
        memcpy(digits, s, n);
    if (n > EXPR_NUMBER_MAX || is_letter(s[n]) || is_digit(s[n]) || s[n] == '.') {
        expr_error_at(err, l->text, l->at);
        if (n > EXPR_NUMBER_MAX)
            text_format(err->message, sizeof err->message, "a number has at most %d digits",
                        EXPR_NUMBER_MAX);
        else if (s[n] == '.')
            text_format(err->message, sizeof err->message, "a number has one decimal point");
        else
            text_format(err->message, sizeof err->message,
                        "a number and a name run together: write an operator after %s", digits);
        return false;
    }
    double value = strtod(digits, NULL);
    if (value > NUMBER_MAX) {
        expr_error_at(err, l->text, l->at);
        text_format(err->message, sizeof err->message, "the number %s is too large: at most 1e100",
                    digits);
        return false;
    }
    *ret = (struct token){TOKEN_NUMBER, l->at, (uint32_t)n, value};
    l->at += (uint32_t)n;
    return true;
}

/* Signs that other languages have, and what they are called here. */
static const struct {
    const char *sign, *here;
} foreign[] = {
    {"&&", "and"}, {"||", "or"}, {"&", "and"}, {"|", "or"},  {"<>", "!="},
    {"=", "=="},   {"!", "not"}, {"^", NULL},  {"**", NULL}, {"/*", "//"},
};

static bool bad_sign(struct lexer *l, struct expr_error *err) {
    const char *s = l->text + l->at;
    expr_error_at(err, l->text, l->at);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (strncmp(s, foreign[i].sign, strlen(foreign[i].sign)) != 0)
            continue;
        if (!foreign[i].here) {
            text_format(err->message, sizeof err->message, "there is no operator '%s': multiply",
                        foreign[i].sign);
            return false;
        }
        text_format(err->message, sizeof err->message, "'%s' is written '%s' here", foreign[i].sign,
                    foreign[i].here);
        text_format(err->suggestion, sizeof err->suggestion, "%s", foreign[i].here);
        return false;
    }
    char shown[5] = "";
    memcpy(shown, s, text_char_bytes(s, l->text + l->len));
    if ((unsigned char)*s < ' ' || *s == 127 || ((unsigned char)*s >= 128 && !shown[1]))
        text_format(err->message, sizeof err->message, "a byte that is no character of a text");
    else
        text_format(err->message, sizeof err->message, "unexpected character '%s'", shown);
    return false;
}

/* "1h" or '1h': up to the same quote, on one line. */
static bool quoted(struct lexer *l, struct token *ret, struct expr_error *err) {
    const char *s = l->text + l->at;
    uint32_t n = 1;
    while (l->at + n < l->len && s[n] != *s && s[n] != '\n')
        n++;
    if (l->at + n >= l->len || s[n] != *s) {
        expr_error_at(err, l->text, l->at);
        text_format(err->message, sizeof err->message, "the quote is never closed");
        return false;
    }
    *ret = (struct token){TOKEN_TEXT, l->at, n + 1, 0};
    l->at += n + 1;
    return true;
}

bool lex_next(struct lexer *l, struct token *ret, struct expr_error *err) {
    static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/",
                                        "%",  "?",  ":",  "(",  ")", "[", "]", ",", "."};
    skip_space_and_comments(l);
    const char *s = l->text + l->at;
    if (l->at >= l->len) {
        *ret = (struct token){TOKEN_END, l->at, 0, 0};
        return true;
    }
    if (is_digit(*s) || (*s == '.' && is_digit(s[1])))
        return number(l, ret, err);
    if (*s == '"' || *s == '\'')
        return quoted(l, ret, err);
    if (is_letter(*s)) {
        uint32_t n = 1;
        while (is_letter(s[n]) || is_digit(s[n]))
            n++;
        *ret = (struct token){TOKEN_NAME, l->at, n, 0};
        l->at += n;
        return true;
    }
    if (strncmp(s, "<>", 2) == 0 || strncmp(s, "**", 2) == 0 || strncmp(s, "/*", 2) == 0)
        return bad_sign(l, err);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        uint32_t n = (uint32_t)strlen(signs[i]);
        if (strncmp(s, signs[i], n) == 0) {
            *ret = (struct token){TOKEN_SIGN, l->at, n, 0};
            l->at += n;
            return true;
        }
    }
    return bad_sign(l, err);
}

bool token_is(const struct lexer *l, const struct token *t, const char *word) {
    return (t->kind == TOKEN_NAME || t->kind == TOKEN_SIGN) && strlen(word) == t->len &&
           memcmp(l->text + t->at, word, t->len) == 0;
}
