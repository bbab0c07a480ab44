/* The grammar of RFC 8259 and nothing more: json-c's strict mode lets NaN, single quotes, duplicate
 * keys and saturated numbers through, so the text is walked here first, with line and column of a
 * mistake. */
#include "lib/json_strict.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"

#define KEYS_MAX 4096 /* keys of all open objects together: bounds the duplicate check */

struct scan {
    const char *start, *p, *end;
    struct err *e;
    size_t n_keys;
    struct {
        const char *text;
        size_t len;
    } keys[KEYS_MAX]; /* a stack: the innermost open object's are on top; last, so that what a small
                         text does not need is never touched */
};

static bool fail(struct scan *s, const char *word, const char *message) {
    int line = 1, column = 1;
    for (const char *q = s->start; q < s->p; q++) {
        if (*q == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*q & 0xc0) != 0x80) {
            column++; /* characters, not bytes */
        }
    }
    err_at(s->e, ERR_INVALID, NULL, word, "%s at line %d, column %d", message, line, column);
    if (s->e) {
        s->e->line = line;
        s->e->column = column;
    }
    return false;
}

static void space(struct scan *s) {
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static bool at(const struct scan *s, char c) {
    return s->p < s->end && *s->p == c;
}

size_t utf8_length(const char *p, const char *end) {
    const unsigned char *u = (const unsigned char *)p;
    size_t left = (size_t)(end - p);
    if (u[0] < 0x80)
        return 1;
    size_t len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || left < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
        (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
        return 0;
    return len;
}

/* Four hex digits at p, or -1. */
static long hex4(const char *p, const char *end) {
    long v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)p[i]))
            return -1;
        v = v * 16 + (p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    }
    return v;
}

static bool escape(struct scan *s) {
    s->p++; /* the backslash */
    if (s->p == s->end)
        return fail(s, "syntax", "the text ends inside a string");
    if (*s->p != 'u') {
        if (!strchr("\"\\/bfnrt", *s->p) || *s->p == '\0')
            return fail(s, "syntax", "unknown escape in a string");
        s->p++;
        return true;
    }
    long unit = hex4(s->p + 1, s->end);
    if (unit < 0)
        return fail(s, "syntax", "\\u needs four hex digits");
    if (unit == 0)
        return fail(s, "nul", "a string may not hold the character U+0000");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(s, "syntax", "half of a surrogate pair");
    s->p += 5;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        long low =
            s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u' ? hex4(s->p + 2, s->end) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(s, "syntax", "half of a surrogate pair");
        s->p += 6;
    }
    return true;
}

static bool string(struct scan *s) {
    s->p++; /* the quote */
    while (s->p < s->end && *s->p != '"') {
        if (*s->p == '\\') {
            if (!escape(s))
                return false;
            continue;
        }
        if ((unsigned char)*s->p < 0x20)
            return fail(s, "syntax", "control character in a string");
        size_t len = utf8_length(s->p, s->end);
        if (len == 0)
            return fail(s, "utf8", "invalid UTF-8");
        s->p += len;
    }
    if (s->p == s->end)
        return fail(s, "syntax", "the text ends inside a string");
    s->p++;
    return true;
}

static bool digits(struct scan *s) {
    const char *from = s->p;
    while (s->p < s->end && isdigit((unsigned char)*s->p))
        s->p++;
    return s->p > from;
}

static bool number(struct scan *s) {
    const char *from = s->p;
    if (at(s, '-'))
        s->p++;
    if (at(s, '0')) {
        s->p++;
        if (s->p < s->end && isdigit((unsigned char)*s->p))
            return fail(s, "syntax", "a number may not start with 0");
    } else if (!digits(s)) {
        return fail(s, "syntax", "not a number");
    }
    bool integer = true;
    if (at(s, '.')) {
        integer = false;
        s->p++;
        if (!digits(s))
            return fail(s, "syntax", "digits are missing after the point");
    }
    if (at(s, 'e') || at(s, 'E')) {
        integer = false;
        s->p++;
        if (at(s, '+') || at(s, '-'))
            s->p++;
        if (!digits(s))
            return fail(s, "syntax", "digits are missing in the exponent");
    }
    /* json-c saturates integers past 64 bits: one that a float64 cannot hold either way is refused
     */
    char copy[400];
    size_t len = (size_t)(s->p - from);
    if (len >= sizeof copy || (integer && len > 19)) {
        s->p = from;
        return fail(s, "number_range", "the number has too many digits");
    }
    memcpy(copy, from, len);
    copy[len] = '\0';
    if (!isfinite(strtod(copy, NULL))) { /* no locale is ever set: the point is a point */
        s->p = from;
        return fail(s, "number_range", "the number is outside the range of float64");
    }
    return true;
}

static bool word(struct scan *s, const char *text) {
    size_t len = strlen(text);
    if ((size_t)(s->end - s->p) < len || memcmp(s->p, text, len) != 0)
        return fail(s, "syntax", "not a JSON value");
    s->p += len;
    return true;
}

static bool value(struct scan *s, int depth);

/* Keys are compared as written: json-c unescapes, so an escaped key is refused rather than decoded.
 */
static bool key(struct scan *s, size_t first) {
    if (!at(s, '"'))
        return fail(s, "syntax", "a key in double quotes is missing");
    const char *from = s->p + 1;
    if (!string(s))
        return false;
    size_t len = (size_t)(s->p - 1 - from);
    if (memchr(from, '\\', len)) {
        s->p = from;
        return fail(s, "syntax", "a key may not hold escapes");
    }
    for (size_t i = first; i < s->n_keys; i++) {
        if (s->keys[i].len == len && memcmp(s->keys[i].text, from, len) == 0) {
            s->p = from;
            return fail(s, "duplicate_key", "the same key twice");
        }
    }
    if (s->n_keys == KEYS_MAX)
        return fail(s, "too_many_keys", "too many keys");
    s->keys[s->n_keys].text = from;
    s->keys[s->n_keys++].len = len;
    return true;
}

static bool object(struct scan *s, int depth) {
    size_t first = s->n_keys;
    s->p++;
    space(s);
    if (at(s, '}')) {
        s->p++;
        return true;
    }
    for (;;) {
        space(s);
        if (!key(s, first))
            return false;
        space(s);
        if (!at(s, ':'))
            return fail(s, "syntax", "':' is missing after a key");
        s->p++;
        if (!value(s, depth))
            return false;
        space(s);
        if (at(s, '}'))
            break;
        if (!at(s, ','))
            return fail(s, "syntax", "',' or '}' is missing");
        s->p++;
    }
    s->p++;
    s->n_keys = first;
    return true;
}

static bool array(struct scan *s, int depth) {
    s->p++;
    space(s);
    if (at(s, ']')) {
        s->p++;
        return true;
    }
    for (;;) {
        if (!value(s, depth))
            return false;
        space(s);
        if (at(s, ']'))
            break;
        if (!at(s, ','))
            return fail(s, "syntax", "',' or ']' is missing");
        s->p++;
    }
    s->p++;
    return true;
}

static bool value(struct scan *s, int depth) {
    space(s);
    if (s->p == s->end)
        return fail(s, "syntax", "the text ends where a value should be");
    if (depth == JSON_DEPTH_MAX)
        return fail(s, "too_deep", "nested too deep");
    switch (*s->p) {
    case '{':
        return object(s, depth + 1);
    case '[':
        return array(s, depth + 1);
    case '"':
        return string(s);
    case 't':
        return word(s, "true");
    case 'f':
        return word(s, "false");
    case 'n':
        return word(s, "null");
    default:
        if (*s->p == '-' || isdigit((unsigned char)*s->p))
            return number(s);
        return fail(s, "syntax", "not a JSON value");
    }
}

bool json_strict_check(const char *text, size_t len, struct err *e) {
    struct scan *s = malloc(sizeof *s);
    if (!s) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return false;
    }
    s->start = s->p = text;
    s->end = text + len;
    s->n_keys = 0;
    s->e = e;
    bool ok = value(s, 0);
    if (ok) {
        space(s);
        if (s->p < s->end)
            ok = fail(s, "syntax", "there is more after the JSON value");
    }
    free(s);
    return ok;
}
