/* The answering half of lib/http.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http.h"
#include "lib/id.h"

#define KEEP_MAX ((size_t)1 << 20) /* a longer answer's memory goes back to the system */
#define HEAD_MAX 4096

const char *http_status_text(int status) {
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Unknown";
}

void http_res_init(struct http_res *s) {
    *s = (struct http_res){.status = 200};
    buf_init(&s->head, HEAD_MAX);
    buf_init(&s->body, HTTP_RESPONSE_MAX);
}

void http_res_clear(struct http_res *s) {
    struct buf head = s->head, body = s->body;
    if (body.cap > KEEP_MAX)
        buf_release(&body);
    buf_clear(&head);
    buf_clear(&body);
    *s = (struct http_res){.status = 200, .head = head, .body = body};
}

void http_res_release(struct http_res *s) {
    buf_release(&s->head);
    buf_release(&s->body);
}

void http_header(struct http_res *s, const char *name, const char *value) {
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return;
    buf_str(&s->head, name);
    buf_str(&s->head, ": ");
    buf_str(&s->head, value);
    buf_str(&s->head, "\r\n");
}

void http_etag(struct http_res *s, const char *text, size_t len) {
    struct hash h;
    char hex[HASH_HEX_MAX];
    hash_init(&h);
    hash_add(&h, text, len);
    hash_hex(&h, hex);
    snprintf(s->etag, sizeof s->etag, "\"%s\"", hex);
}

bool http_not_modified(const struct http_req *r, const struct http_res *s) {
    const char *p = r->if_none_match;
    size_t len = strlen(s->etag);
    if (!p || len == 0)
        return false;
    while (*p) {
        p += strspn(p, " \t,");
        if (*p == '*')
            return true;
        if (p[0] == 'W' && p[1] == '/')
            p += 2;
        if (strncmp(p, s->etag, len) == 0)
            return true;
        if (*p == '"')
            p += 1 + strcspn(p + 1, "\"");
        if (*p)
            p++;
    }
    return false;
}

void http_write_head(const struct http_req *r, const struct http_res *s, struct buf *out) {
    buf_fmt(out, "Status: %d %s\r\n", s->status, http_status_text(s->status));
    if (s->status != 204 && s->status != 304)
        buf_fmt(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", s->type, s->body.len);
    if (s->etag[0])
        buf_fmt(out, "ETag: %s\r\n", s->etag);
    buf_add(out, s->head.data ? s->head.data : "", s->head.len);
    buf_fmt(out, "Cache-Control: %s\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: %s\r\n\r\n",
            s->storable ? "private, no-cache" : "no-store", r->request_id);
}
