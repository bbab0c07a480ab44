/* Pine's words. A line goes on where brackets are open, or where its indent is no multiple of four
 * (that is Pine's rule); a tab counts four. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"

struct lexer {
    struct pine_script *s;
    const char *at, *end;
    int line, brackets, indent;
};

static void push(struct lexer *l, enum pine_token_kind kind, const char *from, size_t len,
                 bool first, int indent) {
    struct pine_script *s = l->s;
    if (s->n_tokens == PINE_TOKENS_MAX) {
        s->failed = true;
        return;
    }
    s->tokens[s->n_tokens++] = (struct pine_token){
        .kind = kind, .text = {from, len}, .line = l->line, .first = first, .indent = indent};
}

/* Spaces before the next word; line ends and comments too. *ret_fresh: a line began. */
static int skip_blank(struct lexer *l, bool *ret_fresh) {
    int width = 0;
    while (l->at < l->end) {
        char c = *l->at;
        if (c == '\n') {
            l->line++;
            width = 0;
            *ret_fresh = true;
        } else if (c == ' ') {
            width++;
        } else if (c == '\t') {
            width += 4;
        } else if (c == '/' && l->at + 1 < l->end && l->at[1] == '/') {
            while (l->at + 1 < l->end && l->at[1] != '\n')
                l->at++;
        } else if (c != '\r') {
            break;
        }
        l->at++;
    }
    return width;
}

static bool name_char(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* a.b.c as one word */
static size_t name_length(const struct lexer *l) {
    const char *p = l->at;
    for (;;) {
        while (p < l->end && name_char(*p))
            p++;
        if (p + 1 < l->end && *p == '.' && (isalpha((unsigned char)p[1]) || p[1] == '_'))
            p++;
        else
            return (size_t)(p - l->at);
    }
}

static size_t number_length(const struct lexer *l) {
    const char *p = l->at;
    while (p < l->end && (isdigit((unsigned char)*p) || *p == '.'))
        p++;
    if (p < l->end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        q += q < l->end && (*q == '+' || *q == '-');
        if (q < l->end && isdigit((unsigned char)*q)) {
            while (q < l->end && isdigit((unsigned char)*q))
                q++;
            p = q;
        }
    }
    return (size_t)(p - l->at);
}

static size_t sign_length(const struct lexer *l) {
    static const char *const two[] = {":=", "==", "!=", "<=", ">=", "=>",
                                      "+=", "-=", "*=", "/=", "%="};
    for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
        if (l->end - l->at >= 2 && memcmp(l->at, two[i], 2) == 0)
            return 2;
    }
    return 1;
}

static bool string(struct lexer *l, bool first, int indent) {
    char quote = *l->at++;
    const char *from = l->at;
    while (l->at < l->end && *l->at != quote && *l->at != '\n')
        l->at += *l->at == '\\' && l->at + 1 < l->end && l->at[1] != '\n' ? 2 : 1;
    if (l->at >= l->end || *l->at != quote) {
        pine_refuse(l->s, l->line, "this string is never closed");
        return false;
    }
    push(l, PINE_STRING, from, (size_t)(l->at - from), first, indent);
    l->at++;
    return true;
}

static bool word(struct lexer *l, bool first, int indent) {
    char c = *l->at;
    enum pine_token_kind kind = PINE_SIGN;
    size_t len;
    if (c == '"' || c == '\'')
        return string(l, first, indent);
    if (isdigit((unsigned char)c) ||
        (c == '.' && l->at + 1 < l->end && isdigit((unsigned char)l->at[1]))) {
        kind = PINE_NUMBER;
        len = number_length(l);
    } else if (isalpha((unsigned char)c) || c == '_') {
        kind = PINE_NAME;
        len = name_length(l);
    } else if (c == '#') {
        kind = PINE_COLOR;
        for (len = 1; l->at + len < l->end && isxdigit((unsigned char)l->at[len]);)
            len++;
    } else if (strchr("+-*/%<>=!?:,()[].", c)) {
        len = sign_length(l);
        l->brackets += (c == '(' || c == '[') - (c == ')' || c == ']');
    } else {
        pine_refuse(l->s, l->line, "a character that is not Pine's");
        while (l->at < l->end && *l->at != '\n')
            l->at++;
        return true;
    }
    push(l, kind, l->at, len, first, indent);
    l->at += len;
    return true;
}

/* "//@version=5" */
static int version_of(const char *text, size_t len) {
    static const char mark[] = "//@version=";
    for (const char *p = text; (size_t)(p - text) + sizeof mark <= len; p++) {
        if (memcmp(p, mark, sizeof mark - 1) == 0)
            return p[sizeof mark - 1] - (int)'0';
    }
    return 0;
}

void pine_lex(struct pine_script *s, const char *text, size_t len) {
    struct lexer l = {.s = s, .at = text, .end = text + len, .line = 1};
    s->version = version_of(text, len);
    bool fresh = true;
    for (;;) {
        int width = skip_blank(&l, &fresh);
        if (l.at >= l.end || s->failed)
            break;
        bool first = fresh && l.brackets <= 0 && (width % 4 == 0 || s->n_tokens == 0);
        if (first) {
            l.brackets = 0;
            l.indent = width / 4;
        }
        if (!word(&l, first, l.indent))
            l.brackets = 0;
        fresh = false;
    }
    push(&l, PINE_END, l.end, 0, true, 0);
}
