/* Query strings by type, and the two request headers that need a grammar: Content-Type, Accept. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/bars.h"
#include "lib/clock.h"
#include "lib/http.h"
#include "lib/id.h"
#include "lib/json.h"
#include "lib/json_strict.h"

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int http_hex(const char *p) {
    int high = digit(p[0]), low = high < 0 ? -1 : digit(p[1]);
    return low < 0 ? -1 : high * 16 + low;
}

/* Decodes [from, to) to out with a NUL; NULL when an escape is wrong, a control character or bad
 * UTF-8 comes out. Returns the byte after the NUL. */
static char *decode(const char *from, const char *to, char *out) {
    char *start = out;
    for (; from < to; from++) {
        int c = (unsigned char)*from;
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            c = to - from > 2 ? http_hex(from + 1) : -1;
            from += 2;
        }
        if (c < 0x20 || c == 0x7f)
            return NULL;
        *out++ = (char)c;
    }
    *out = '\0';
    for (const char *p = start; p < out;) {
        size_t len = utf8_length(p, out);
        if (len == 0)
            return NULL;
        p += len;
    }
    return out + 1;
}

/* --- one value by its type -------------------------------------------------------------------- */

static bool word(const char *words, const char *text, int64_t *ret) {
    size_t len = strlen(text);
    for (int64_t i = 0;; i++) {
        size_t n = strcspn(words, "|");
        if (n == len && memcmp(words, text, n) == 0) {
            *ret = i;
            return true;
        }
        if (words[n] == '\0')
            return false;
        words += n + 1;
    }
}

static enum err_code wrong(const struct query_key *k, struct err *e, const char *what) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "?%s", k->name);
    return err_at(e, ERR_INVALID, pointer, "bad_value", "%s: %s", k->name, what);
}

static enum err_code judge(const struct query_key *k, struct query_value *v, struct err *e) {
    char what[200];
    enum interval interval;
    switch (k->type) {
    case QUERY_TEXT: {
        size_t len = strlen(v->text);
        if (len >= (size_t)k->min && len <= (size_t)k->max)
            return ERR_NONE;
        snprintf(what, sizeof what, "must be %lld to %lld bytes long", (long long)k->min,
                 (long long)k->max);
        return wrong(k, e, what);
    }
    case QUERY_INT:
        if (parse_i64(v->text, k->min, k->max, &v->number))
            return ERR_NONE;
        snprintf(what, sizeof what, "must be a whole number from %lld to %lld", (long long)k->min,
                 (long long)k->max);
        return wrong(k, e, what);
    case QUERY_TIME:
        if (time_parse(v->text, &v->number))
            return ERR_NONE;
        return wrong(k, e, "must be a date (2024-01-31) or a time (2024-01-31T12:00:00Z)");
    case QUERY_WORD:
        if (word(k->words, v->text, &v->number))
            return ERR_NONE;
        snprintf(what, sizeof what, "must be one of %s", k->words);
        return wrong(k, e, what);
    case QUERY_USER:
        return user_valid(v->text) ? ERR_NONE
                                   : wrong(k, e, "must be 1 to 64 of A-Z a-z 0-9 _ . @ -");
    case QUERY_SYMBOL:
        return symbol_valid(v->text) ? ERR_NONE
                                     : wrong(k, e, "must be 1 to 32 of A-Z a-z 0-9 _ . : ^ = @ -");
    case QUERY_INTERVAL:
        if (!interval_parse(v->text, &interval))
            return wrong(k, e, "must be one of 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M");
        v->number = interval;
        return ERR_NONE;
    }
    return err_set(e, ERR_INTERNAL, "a query key without a type");
}

/* --- the whole string ------------------------------------------------------------------------- */

static const struct query_key *find(const struct query_key *keys, const char *name) {
    for (; keys && keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static const struct query_value *value(const struct http_req *r, const char *name) {
    for (size_t i = 0; i < r->n_values; i++)
        if (strcmp(r->values[i].key->name, name) == 0)
            return &r->values[i];
    return NULL;
}

static enum err_code pair(struct http_req *r, const struct query_key *keys, const char *from,
                          const char *to, char **next, struct err *e) {
    const char *equals = memchr(from, '=', (size_t)(to - from));
    char *name = *next;
    char *text = decode(from, equals ? equals : to, name);
    char *end = text && equals ? decode(equals + 1, to, text) : NULL;
    if (!text)
        return err_at(e, ERR_INVALID, "?", "bad_escape",
                      "a key of the query is not percent-encoded UTF-8");
    char pointer[80];
    snprintf(pointer, sizeof pointer, "?%.70s", name);
    const struct query_key *k = find(keys, name);
    if (!k)
        return err_at(e, ERR_INVALID, pointer, "unknown_key",
                      "'%.70s' is no query key of this address", name);
    if (!equals)
        return wrong(k, e, "has no value");
    if (!end)
        return err_at(e, ERR_INVALID, pointer, "bad_escape",
                      "%s: not percent-encoded UTF-8 without control characters", name);
    if (value(r, name))
        return err_at(e, ERR_INVALID, pointer, "duplicate_key", "%s: given twice", name);
    struct query_value *v = &r->values[r->n_values];
    *v = (struct query_value){.key = k, .text = text};
    r->n_values++;
    *next = end;
    return judge(k, v, e);
}

enum err_code http_query(struct http_req *r, const struct query_key *keys, struct err *e) {
    char *next = r->decoded;
    r->n_values = 0;
    if (strlen(r->query) >= QUERY_MAX)
        return err_at(e, ERR_INVALID, "?", "too_long", "the query is longer than %d bytes",
                      QUERY_MAX - 1);
    for (const char *p = r->query; *p;) {
        size_t len = strcspn(p, "&");
        if (r->n_values == QUERY_KEYS_MAX)
            return err_at(e, ERR_INVALID, "?", "too_many_keys", "more than %d query keys",
                          QUERY_KEYS_MAX);
        enum err_code code = pair(r, keys, p, p + len, &next, e);
        if (code != ERR_NONE)
            return code;
        p += len;
        if (*p == '&')
            p++;
    }
    for (const struct query_key *k = keys; k && k->name; k++)
        if (k->required && !value(r, k->name)) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "?%s", k->name);
            return err_at(e, ERR_INVALID, pointer, "required", "%s: is required", k->name);
        }
    return ERR_NONE;
}

const char *http_text(const struct http_req *r, const char *name) {
    const struct query_value *v = value(r, name);
    return v ? v->text : NULL;
}

int64_t http_number(const struct http_req *r, const char *name, int64_t def) {
    const struct query_value *v = value(r, name);
    return v ? v->number : def;
}

void http_escape(struct buf *out, const char *text) {
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++) {
        if (strchr(safe, *text))
            buf_char(out, *text);
        else
            buf_fmt(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

/* --- media types ------------------------------------------------------------------------------ */

static const char *skip(const char *p) {
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

bool http_content_is(const char *content_type, const char *type) {
    if (!content_type)
        return false;
    const char *p = skip(content_type);
    size_t len = strlen(type);
    if (strncasecmp(p, type, len) != 0)
        return false;
    p = skip(p + len);
    if (*p == '\0')
        return true;
    if (*p != ';')
        return false;
    p = skip(p + 1);
    if (strncasecmp(p, "charset=", 8) != 0)
        return *p == '\0'; /* no other parameter means anything here */
    p += 8;
    bool quoted = *p == '"';
    p += quoted;
    if (strncasecmp(p, "utf-8", 5) != 0)
        return false;
    p = skip(p + 5 + (quoted && p[5] == '"'));
    return *p == '\0';
}

/* The q of one media range's parameters, 0-1000; no q: 1000. */
static int quality(const char *p, const char *end) {
    while (p < end) {
        const char *stop = memchr(p, ';', (size_t)(end - p));
        const char *next = stop ? stop + 1 : end;
        p = skip(p);
        if (end - p > 2 && (*p == 'q' || *p == 'Q') && p[1] == '=') {
            if (p[2] == '1')
                return 1000;
            int q = 0, scale = 100;
            if (p[3] == '.')
                for (p += 4; p < end && *p >= '0' && *p <= '9' && scale > 0; p++, scale /= 10)
                    q += (*p - '0') * scale;
            return q;
        }
        p = next;
    }
    return 1000;
}

int http_accepts(const char *accept, const char *type, const char *subtype, int *ret_rank) {
    int best_rank = -1, best = 0;
    size_t type_len = strlen(type), sub_len = strlen(subtype);
    *ret_rank = 0;
    if (!accept || !*skip(accept))
        return 1000;
    for (const char *p = accept; *p;) {
        const char *end = p + strcspn(p, ",");
        p = skip(p);
        const char *stop = memchr(p, ';', (size_t)(end - p));
        const char *tail = stop ? stop : end;
        while (tail > p && (tail[-1] == ' ' || tail[-1] == '\t'))
            tail--;
        size_t len = (size_t)(tail - p);
        int rank = -1;
        if (len == 3 && memcmp(p, "*/*", 3) == 0)
            rank = 0;
        else if (len > type_len && strncasecmp(p, type, type_len) == 0 && p[type_len] == '/') {
            if (len == type_len + 2 && p[type_len + 1] == '*')
                rank = 1;
            else if (len == type_len + 1 + sub_len &&
                     strncasecmp(p + type_len + 1, subtype, sub_len) == 0)
                rank = 2;
        }
        if (rank > best_rank) {
            best_rank = rank;
            best = stop ? quality(stop + 1, end) : 1000;
        }
        p = *end ? end + 1 : end;
    }
    *ret_rank = best_rank;
    return best;
}
