#include "cli/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define URL_MAX    1024
#define CONNECT_MS 3000L
#define TIMEOUT_MS 60000L
#define ANSWER_MAX (256U << 20)

struct client {
    CURL *curl;
    char url[URL_MAX]; /* without a slash at the end */
};

struct client *client_open(const struct args *a, struct err *e) {
    const char *url = args_value(a, "url");
    if (!url)
        url = getenv("CANDLEMILL_URL");
    if (!url || !*url)
        url = "http://127.0.0.1:4000";
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    if (len >= URL_MAX ||
        (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)) {
        err_set(e, ERR_INVALID, "'%.200s' is no address: http://HOST:PORT is expected", url);
        return NULL;
    }
    struct client *c = calloc(1, sizeof *c);
    if (c)
        c->curl = curl_easy_init();
    if (!c || !c->curl) {
        free(c);
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    memcpy(c->url, url, len);
    return c;
}

void client_close(struct client *c) {
    if (c)
        curl_easy_cleanup(c->curl);
    free(c);
}

const char *client_url(const struct client *c) {
    return c->url;
}

char *client_escape(struct client *c, const char *text) {
    char *escaped = curl_easy_escape(c->curl, text, 0);
    char *copy = escaped ? strdup(escaped) : NULL;
    curl_free(escaped);
    return copy;
}

void reply_init(struct reply *r) {
    *r = (struct reply){.status = 0};
    buf_init(&r->body, ANSWER_MAX);
}

void reply_release(struct reply *r) {
    buf_release(&r->body);
}

struct json_object *reply_tree(const struct reply *r, struct err *e) {
    struct json_object *o = json_parse(r->body.data ? r->body.data : "", r->body.len, e);
    if (!o)
        err_set(e, ERR_INTERNAL, "the service answered %ld with something that is no JSON",
                r->status);
    return o;
}

static size_t take_body(char *data, size_t size, size_t n, void *arg) {
    struct reply *r = arg;
    buf_add(&r->body, data, size * n);
    return r->body.failed ? 0 : size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *arg) {
    struct reply *r = arg;
    size_t len = size * n;
    if (len > 5 && strncasecmp(data, "etag:", 5) == 0) {
        const char *p = data + 5, *end = data + len;
        while (p < end && *p == ' ')
            p++;
        while (end > p && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
            end--;
        if ((size_t)(end - p) < sizeof r->etag) {
            memcpy(r->etag, p, (size_t)(end - p));
            r->etag[end - p] = '\0';
        }
    }
    return len;
}

static enum err_code code_of(long status) {
    static const struct {
        long status;
        enum err_code code;
    } rows[] = {
        {400, ERR_INVALID},       {401, ERR_UNAUTHORIZED}, {403, ERR_FORBIDDEN},
        {404, ERR_NOT_FOUND},     {405, ERR_METHOD},       {406, ERR_NOT_ACCEPTABLE},
        {409, ERR_CONFLICT},      {413, ERR_TOO_LARGE},    {415, ERR_MEDIA_TYPE},
        {422, ERR_UNPROCESSABLE}, {429, ERR_BUSY},         {503, ERR_UNAVAILABLE},
        {507, ERR_FULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].code;
    return ERR_INTERNAL;
}

/* A problem+json as an error, with the place it names. */
static enum err_code problem(const struct reply *r, const char *method, const char *path,
                             struct err *e) {
    enum err_code code = code_of(r->status);
    struct json_object *o = json_parse(r->body.data ? r->body.data : "", r->body.len, NULL);
    const char *detail = NULL, *title = NULL, *pointer = NULL;
    if (json_object_is_type(o, json_type_object)) {
        json_get_string(o, "detail", &detail, NULL);
        json_get_string(o, "title", &title, NULL);
        struct json_object *errors = json_get_array(o, "errors", NULL);
        struct json_object *first = errors ? json_object_array_get_idx(errors, 0) : NULL;
        if (json_object_is_type(first, json_type_object)) {
            json_get_string(first, "pointer", &pointer, NULL);
            if (!detail)
                json_get_string(first, "detail", &detail, NULL);
        }
    }
    if (!detail)
        detail = title;
    if (detail && pointer && *pointer)
        err_at(e, code, pointer, NULL, "%.300s (at %.100s)", detail, pointer);
    else if (detail)
        err_set(e, code, "%.400s", detail);
    else
        err_set(e, code, "%s %s: HTTP status %ld", method, path, r->status);
    json_object_put(o);
    return code;
}

static struct curl_slist *headers(const char *body, const char *accept, const char *etag) {
    struct curl_slist *list = NULL;
    char line[ETAG_MAX + 32];
    snprintf(line, sizeof line, "Accept: %s", accept ? accept : "application/json");
    list = curl_slist_append(list, line);
    if (body)
        list = curl_slist_append(list, "Content-Type: application/json");
    if (*etag) {
        snprintf(line, sizeof line, "If-None-Match: %s", etag);
        list = curl_slist_append(list, line);
    }
    return list;
}

enum err_code client_call(struct client *c, const char *method, const char *path, const char *body,
                          const char *accept, struct reply *reply, struct err *e) {
    char url[URL_MAX + 1024], message[CURL_ERROR_SIZE] = "";
    CURL *curl = c->curl;
    bool get = strcmp(method, "GET") == 0;
    snprintf(url, sizeof url, "%s%s", c->url, path);
    struct curl_slist *list = headers(body, accept, get ? reply->etag : "");
    buf_clear(&reply->body);
    curl_easy_reset(curl); /* keeps the connection */
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "candlemill/" PACKAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
    if (!get) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? body : "");
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    }
    CURLcode done = curl_easy_perform(curl);
    curl_slist_free_all(list);
    if (done != CURLE_OK)
        return err_set(e, ERR_UNAVAILABLE,
                       "cannot reach %s: %s. Is it running (./quickstart status)? Another address: "
                       "--url or CANDLEMILL_URL",
                       c->url, *message ? message : curl_easy_strerror(done));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    if ((reply->status >= 200 && reply->status < 300) || reply->status == 304)
        return ERR_NONE;
    return problem(reply, method, path, e);
}

struct json_object *client_get(struct client *c, const char *path, struct err *e) {
    struct reply r;
    struct json_object *o = NULL;
    reply_init(&r);
    if (client_call(c, "GET", path, NULL, NULL, &r, e) == ERR_NONE)
        o = reply_tree(&r, e);
    reply_release(&r);
    return o;
}
