/* The request half of lib/http.h: from CGI's variables to a struct http_req, and its body. */
#include "lib/http.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/id.h"
#include "lib/json.h"

static const char *const method_names[] = {
    [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

const char *http_method_name(enum http_method m) {
    return m < HTTP_OTHER ? method_names[m] : "?";
}

static enum http_method method_parse(const char *name) {
    for (int m = 0; m < HTTP_OTHER; m++)
        if (strcmp(name, method_names[m]) == 0)
            return (enum http_method)m;
    return HTTP_OTHER;
}

/* --- the environment -------------------------------------------------------------------------- */

/* What is taken straight from a variable. */
#define FIELD(f) offsetof(struct http_req, f)
static const struct {
    const char *name;
    size_t offset;
} variables[] = {
    {"HTTP_ACCEPT", FIELD(accept)},
    {"HTTP_HOST", FIELD(host)},
    {"HTTP_IDEMPOTENCY_KEY", FIELD(idempotency_key)},
    {"HTTP_IF_NONE_MATCH", FIELD(if_none_match)},
    {"HTTP_ORIGIN", FIELD(origin)},
    {"HTTP_SEC_FETCH_SITE", FIELD(sec_fetch_site)},
    {"CONTENT_TYPE", FIELD(content_type)},
    {"QUERY_STRING", FIELD(query)},
    {"REMOTE_ADDR", FIELD(remote_addr)},
    {"SERVER_ADDR", FIELD(server_addr)},
    {"SERVER_PORT", FIELD(server_port)},
};

/* The variables that need a look before they are believed. */
struct raw {
    const char *method, *uri, *script, *path_info, *length, *coding, *request_id;
};

static bool is(const char *variable, size_t len, const char *name) {
    return strlen(name) == len && memcmp(variable, name, len) == 0;
}

static void take(struct http_req *r, struct raw *raw, const char *variable) {
    const char *equals = strchr(variable, '=');
    if (!equals)
        return;
    size_t len = (size_t)(equals - variable);
    const char *value = equals + 1;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (is(variable, len, variables[i].name)) {
            memcpy((char *)r + variables[i].offset, &value, sizeof value);
            return;
        }
    if (is(variable, len, "HTTP_FORWARDED") || is(variable, len, "HTTP_VIA") ||
        strncmp(variable, "HTTP_X_FORWARDED_", 17) == 0)
        r->forwarded = true;
    else if (is(variable, len, "REQUEST_METHOD"))
        raw->method = value;
    else if (is(variable, len, "REQUEST_URI"))
        raw->uri = value;
    else if (is(variable, len, "SCRIPT_NAME"))
        raw->script = value;
    else if (is(variable, len, "PATH_INFO"))
        raw->path_info = value;
    else if (is(variable, len, "CONTENT_LENGTH"))
        raw->length = value;
    else if (is(variable, len, "HTTP_TRANSFER_ENCODING"))
        raw->coding = value;
    else if (is(variable, len, "HTTP_X_REQUEST_ID"))
        raw->request_id = value;
}

static void request_id(struct http_req *r, const char *given) {
    static char process[17]; /* random once a process, then a counter: unique and cheap */
    static uint64_t counter;
    size_t len = given ? strlen(given) : 0;
    if (len > 0 && len < HTTP_REQUEST_ID &&
        strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == len) {
        memcpy(r->request_id, given, len + 1);
        return;
    }
    if (!process[0])
        random_hex(process, 8);
    snprintf(r->request_id, sizeof r->request_id, "%s-%llu", process,
             (unsigned long long)++counter);
}

/* --- the path --------------------------------------------------------------------------------- */

/* REQUEST_URI is what the client sent, whichever way a server cuts it into SCRIPT_NAME and
 * PATH_INFO (or rewrote it), so it is believed first. Those two are decoded already. */
static bool path_read(const struct raw *raw, char ret[static HTTP_PATH_MAX]) {
    if (!raw->uri || raw->uri[0] != '/') {
        int n = snprintf(ret, HTTP_PATH_MAX, "%s%s", raw->script ? raw->script : "",
                         raw->path_info ? raw->path_info : "");
        return n > 0 && n < HTTP_PATH_MAX;
    }
    size_t n = 0;
    for (const char *p = raw->uri; *p && *p != '?' && *p != '#'; p++) {
        int c = (unsigned char)*p;
        if (c == '%') {
            c = http_hex(p + 1);
            p += 2;
        }
        if (c <= 0 || n + 1 >= HTTP_PATH_MAX)
            return false;
        ret[n++] = (char)c;
    }
    ret[n] = '\0';
    return true;
}

/* Cuts what a site put before "/api/" off; it comes back in Location and Link, so only bytes that
 * are safe there may stand in it. */
static bool path_split(struct http_req *r, const char *path) {
    const char *api = strstr(path, "/api/");
    if (!api) {
        snprintf(r->path, sizeof r->path, "%s", path);
        return true;
    }
    size_t len = (size_t)(api - path);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)path[i]) && !strchr("/._~-", path[i]))
            return false;
    memcpy(r->prefix, path, len);
    r->prefix[len] = '\0';
    snprintf(r->path, sizeof r->path, "%s", api);
    return true;
}

enum err_code http_req_init(struct http_req *r, char *const *env, struct err *e) {
    struct raw raw = {0};
    char path[HTTP_PATH_MAX];

    *r = (struct http_req){.read = r->read, .read_arg = r->read_arg, .body = r->body, .query = ""};
    buf_clear(&r->body);
    r->content_length = -1;
    for (; *env; env++)
        take(r, &raw, *env);
    request_id(r, raw.request_id);
    r->method = raw.method ? method_parse(raw.method) : HTTP_OTHER;
    r->chunked = raw.coding != NULL && raw.coding[0] != '\0';
    r->body_done = true;
    if (raw.length && raw.length[0]) {
        if (!isdigit((unsigned char)raw.length[0]) ||
            !parse_i64(raw.length, 0, INT64_MAX, &r->content_length))
            return err_at(e, ERR_INVALID, "Content-Length", "content_length",
                          "Content-Length is not a number of bytes");
        r->chunked = false;
    }
    r->body_done = r->content_length <= 0 && !r->chunked;
    if (!path_read(&raw, path) || !path_split(r, path))
        return err_at(e, ERR_INVALID, "", "path",
                      "the path is too long or holds bytes that no path here has");
    return ERR_NONE;
}

/* --- the body --------------------------------------------------------------------------------- */

#define READ_STEP ((size_t)64 << 10)

enum err_code http_read_body(struct http_req *r, size_t max, struct err *e) {
    if (r->body_done)
        return ERR_NONE;
    if (r->content_length > 0 && (uint64_t)r->content_length > max)
        return err_set(e, ERR_TOO_LARGE, "the body has %lld bytes, %zu are allowed",
                       (long long)r->content_length, max);
    r->body.max = max + READ_STEP;
    for (;;) {
        size_t want = READ_STEP;
        if (r->content_length >= 0 && (size_t)r->content_length - r->body.len < want)
            want = (size_t)r->content_length - r->body.len;
        if (want == 0)
            break; /* as long as announced: what comes after it is not this request's */
        char *room = buf_room(&r->body, want);
        if (!room)
            return err_set(e, ERR_INTERNAL, "out of memory for the body");
        long n = r->read ? r->read(r->read_arg, room, want) : 0;
        if (n < 0)
            return err_set(e, ERR_INVALID, "the body could not be read");
        if (n == 0)
            break;
        buf_grown(&r->body, (size_t)n);
        if (r->body.len > max)
            return err_set(e, ERR_TOO_LARGE, "the body has more than the %zu bytes allowed", max);
    }
    r->body_done = true;
    if (r->content_length >= 0 && (size_t)r->content_length != r->body.len)
        return err_at(e, ERR_INVALID, "Content-Length", "content_length",
                      "the body ended after %zu of %lld announced bytes", r->body.len,
                      (long long)r->content_length);
    return ERR_NONE;
}

void http_drain(struct http_req *r, size_t max) {
    char waste[8192];
    while (!r->body_done && max > 0) {
        size_t want = max < sizeof waste ? max : sizeof waste;
        long n = r->read ? r->read(r->read_arg, waste, want) : 0;
        if (n <= 0)
            r->body_done = true;
        else
            max -= (size_t)n;
    }
}
