#include "fcgi/problem.h"

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/json_strict.h"
#include "lib/log.h"

/* Texts are cut at a byte, which may be inside a character: what is left of it becomes '?'. */
static void put_text(struct json_out *j, const char *key, const char *text) {
    char clean[ERR_MESSAGE_MAX];
    size_t n = 0;
    const char *end = text + strlen(text);
    for (const char *p = text; p < end && n < sizeof clean;) {
        size_t len = utf8_length(p, end);
        if (len > sizeof clean - n)
            break;
        if (len == 0)
            clean[n++] = '?';
        else
            memcpy(clean + n, p, len);
        n += len;
        p += len ? len : 1;
    }
    json_key(j, key);
    json_string_n(j, clean, n);
}

static const char *general_words(enum err_code code) {
    switch (code) {
    case ERR_UNAVAILABLE:
        return "The store does not answer now. Nothing is known to have been done; try again.";
    case ERR_FULL:
        return "There is no space left to store this. Nothing was written.";
    default:
        return "Something failed inside. The log tells more under this request id.";
    }
}

static void begin(const struct http_req *r, struct http_res *s, struct json_out *j,
                  enum err_code code) {
    buf_clear(&s->body);
    s->status = err_http_status(code);
    s->type = "application/problem+json";
    s->etag[0] = '\0';
    s->storable = false;
    json_out_init(j, &s->body);
    json_begin(j, '{');
    json_put_string(j, "type", "about:blank");
    json_put_string(j, "title", err_title(code));
    json_put_string(j, "instance", r->request_id);
}

static void put_entry(struct json_out *j, const struct err *e) {
    json_begin(j, '{');
    put_text(j, "pointer", e->pointer);
    json_put_string(j, "code", e->word[0] ? e->word : err_word(e->code));
    put_text(j, "detail", e->message);
    json_key(j, "line");
    e->line > 0 ? json_int(j, e->line) : json_null(j);
    json_key(j, "column");
    e->column > 0 ? json_int(j, e->column) : json_null(j);
    json_end(j, '}');
}

void problem_write(const struct http_req *r, struct http_res *s, const struct err *e) {
    struct json_out j;
    int status = err_http_status(e->code);
    bool inside = status >= 500,
         input = status == 400 || status == 413 || status == 415 || status == 422;
    if (inside)
        log_error("%s: %s", r->request_id, e->message);
    if (e->code == ERR_UNAVAILABLE)
        http_header(s, "Retry-After", "2");
    if (e->code == ERR_BUSY)
        http_header(s, "Retry-After", "5");
    begin(r, s, &j, e->code);
    json_put_int(&j, "status", status);
    put_text(&j, "detail", inside ? general_words(e->code) : e->message);
    json_put_string(&j, "code", e->word[0] ? e->word : err_word(e->code));
    json_key(&j, "errors");
    json_begin(&j, '[');
    if (input)
        put_entry(&j, e);
    json_end(&j, ']');
    json_end(&j, '}');
}

void problem_state(const struct http_req *r, struct http_res *s, const struct backtest *b,
                   const char *detail) {
    struct json_out j;
    begin(r, s, &j, ERR_CONFLICT);
    json_put_string(&j, "status", run_status_name(b->status));
    json_put_string(&j, "detail", detail);
    json_put_string(&j, "code", err_word(ERR_CONFLICT));
    json_put_string(&j, "backtestId", b->id);
    json_put_string(&j, "error", b->error);
    json_put_double(&j, "progress", b->progress);
    json_end(&j, '}');
}
