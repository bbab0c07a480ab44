/* The writing half of lib/json.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"

void json_out_init(struct json_out *j, struct buf *buf) {
    *j = (struct json_out){.buf = buf};
}

static void separate(struct json_out *j) {
    if (j->comma)
        buf_char(j->buf, ',');
    j->comma = true;
}

void json_begin(struct json_out *j, char open) {
    separate(j);
    buf_char(j->buf, open);
    j->comma = false;
}

void json_end(struct json_out *j, char close) {
    buf_char(j->buf, close);
    j->comma = true;
}

static void quoted(struct buf *b, const char *s, size_t len) {
    buf_char(b, '"');
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_add(b, s + done, i - done);
        done = i + 1;
        switch (c) {
        case '"':
        case '\\':
            buf_char(b, '\\');
            buf_char(b, (char)c);
            break;
        case '\n':
            buf_str(b, "\\n");
            break;
        case '\t':
            buf_str(b, "\\t");
            break;
        default:
            buf_fmt(b, "\\u%04x", c);
        }
    }
    buf_add(b, s + done, len - done);
    buf_char(b, '"');
}

void json_key(struct json_out *j, const char *key) {
    separate(j);
    quoted(j->buf, key, strlen(key));
    buf_char(j->buf, ':');
    j->comma = false;
}

void json_string_n(struct json_out *j, const char *s, size_t len) {
    separate(j);
    quoted(j->buf, s, len);
}

void json_string(struct json_out *j, const char *s) {
    if (s)
        json_string_n(j, s, strlen(s));
    else
        json_null(j);
}

void json_double(struct json_out *j, double v) {
    char text[DOUBLE_TEXT_MAX];
    if (!isfinite(v)) {
        json_null(j);
        return;
    }
    separate(j);
    buf_add(j->buf, text, (size_t)double_format(v, text));
}

void json_int(struct json_out *j, int64_t v) {
    separate(j);
    buf_fmt(j->buf, "%" PRId64, v);
}

void json_raw(struct json_out *j, const char *text) {
    separate(j);
    buf_str(j->buf, text ? text : "null");
}

void json_boolean(struct json_out *j, bool v) {
    json_raw(j, v ? "true" : "false");
}

void json_null(struct json_out *j) {
    json_raw(j, "null");
}

void json_time(struct json_out *j, int64_t ms) {
    char text[TIME_TEXT_MAX];
    json_string(j, ms ? time_format(ms, text) : NULL);
}

void json_put_string(struct json_out *j, const char *key, const char *s) {
    json_key(j, key);
    json_string(j, s);
}

void json_put_double(struct json_out *j, const char *key, double v) {
    json_key(j, key);
    json_double(j, v);
}

void json_put_int(struct json_out *j, const char *key, int64_t v) {
    json_key(j, key);
    json_int(j, v);
}

void json_put_bool(struct json_out *j, const char *key, bool v) {
    json_key(j, key);
    json_boolean(j, v);
}

void json_put_time(struct json_out *j, const char *key, int64_t ms) {
    json_key(j, key);
    json_time(j, ms);
}

void json_put_raw(struct json_out *j, const char *key, const char *text) {
    json_key(j, key);
    json_raw(j, text);
}
