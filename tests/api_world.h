/* The API without a web server: requests go straight to the router, with a SQLite store in a temp
 * dir.
 *
 *   struct world w;
 *   world_open(&w, routes);                       bus none; w.app.conf may be changed
 *   world_call(&w, "POST", "/api/…?userId=u", "application/json", "{…}", NULL) -> status
 *   world_text(&w, "/errors/0/pointer")           a value of the JSON answer
 *   world_close(&w);
 *
 * Every failure of the world itself fails the test. */
#ifndef TESTS_API_WORLD_H
#define TESTS_API_WORLD_H

#include <check.h>
#include <dirent.h>
#include <json-c/json_pointer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/app.h"
#include "fcgi/router.h"
#include "lib/json.h"

#define WORLD_HEADERS_MAX 8

struct world {
    char folder[64];
    struct app app;
    struct http_req req;
    struct http_res res;
    struct json_object *json; /* of the last answer, NULL when it was none */
    const char *body;         /* what the reader still has */
    size_t left;
    long announced; /* -1: Content-Length is the body's; -2: chunked; else this number */
};

static inline void world_open(struct world *w, const struct route *const *routes) {
    struct err e;
    char setting[128];
    *w = (struct world){.announced = -1};
    snprintf(w->folder, sizeof w->folder, "/tmp/candlemill-api-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(w->folder));
    ck_assert_int_eq(conf_load(&w->app.conf, "/dev/null", &e), ERR_NONE);
    snprintf(setting, sizeof setting, "store.uri=sqlite:%s/db", w->folder);
    ck_assert_int_eq(conf_set(&w->app.conf, setting, &e), ERR_NONE);
    ck_assert_int_eq(conf_set(&w->app.conf, "bus.uri=none", &e), ERR_NONE);
    ck_assert_int_eq(conf_set(&w->app.conf, "store.sync=normal", &e), ERR_NONE);
    w->app.program = "test";
    w->app.routes = routes;
    ck_assert_msg(app_open(&w->app, &e) == ERR_NONE, "%s", e.message);
    buf_init(&w->req.body, 0);
    http_res_init(&w->res);
}

static inline void world_close(struct world *w) {
    DIR *dir = opendir(w->folder);
    struct dirent *entry;
    app_close(&w->app);
    json_object_put(w->json);
    buf_release(&w->req.body);
    http_res_release(&w->res);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", w->folder, entry->d_name);
        unlink(path); /* "." and ".." stay */
    }
    closedir(dir);
    rmdir(w->folder);
}

static inline long world_read(void *arg, char *buf, size_t len) {
    struct world *w = arg;
    size_t n = w->left < len ? w->left : len;
    memcpy(buf, w->body, n);
    w->body += n;
    w->left -= n;
    return (long)n;
}

/* headers: "HTTP_ACCEPT=text/csv", … NULL at the end; one with a name that is set anyway replaces
 * it. NULL: none. */
static inline int world_bytes(struct world *w, const char *method, const char *uri,
                              const char *type, const char *body, size_t len,
                              const char *const *headers) {
    char lines[8][1200], *env[8 + WORLD_HEADERS_MAX + 6];
    const char *question = strchr(uri, '?');
    size_t n = 0, k = 0;
    for (; headers && headers[k]; k++) {
        ck_assert_uint_lt(k, WORLD_HEADERS_MAX);
        env[n++] = strdup(headers[k]);
    }
    env[n++] = strdup("REMOTE_ADDR=127.0.0.1");
    env[n++] = strdup("SERVER_ADDR=127.0.0.1");
    env[n++] = strdup("SERVER_PORT=4000");
    env[n++] = strdup("HTTP_HOST=127.0.0.1:4000");
    size_t given = n;
    snprintf(lines[0], sizeof *lines, "REQUEST_METHOD=%s", method);
    snprintf(lines[1], sizeof *lines, "REQUEST_URI=%s", uri);
    env[n++] = lines[0];
    env[n++] = lines[1];
    char *query = NULL;
    if (asprintf(&query, "QUERY_STRING=%s", question ? question + 1 : "") < 0)
        ck_abort();
    env[n++] = query;
    if (type) {
        snprintf(lines[2], sizeof *lines, "CONTENT_TYPE=%s", type);
        env[n++] = lines[2];
    }
    if (body && w->announced == -2) {
        snprintf(lines[3], sizeof *lines, "HTTP_TRANSFER_ENCODING=chunked");
        env[n++] = lines[3];
    } else if (body) {
        snprintf(lines[3], sizeof *lines, "CONTENT_LENGTH=%ld",
                 w->announced >= 0 ? w->announced : (long)len);
        env[n++] = lines[3];
    }
    env[n] = NULL;
    for (size_t i = k; i < given; i++) /* a header that the test gave wins */
        for (size_t h = 0; h < k; h++) {
            size_t name = strcspn(env[i], "=") + 1;
            if (strncmp(env[i], env[h], name) == 0)
                env[i][0] = '_';
        }
    w->body = body;
    w->left = body ? len : 0;
    w->req.read = world_read;
    w->req.read_arg = w;
    json_object_put(w->json);
    w->json = NULL;
    http_res_clear(&w->res);
    router_answer(&w->app, &w->req, &w->res, env);
    if (w->res.type && strstr(w->res.type, "json") && w->res.body.len > 0) {
        struct err e;
        w->json = json_parse(w->res.body.data, w->res.body.len, &e);
        ck_assert_msg(w->json != NULL, "the answer is no JSON: %s: %s", e.message,
                      w->res.body.data);
    }
    if (w->res.after)
        w->res.after(w->res.after_arg);
    w->res.after = NULL;
    for (size_t i = 0; i < given; i++)
        free(env[i]);
    free(query);
    return w->res.status;
}

static inline int world_call(struct world *w, const char *method, const char *uri, const char *type,
                             const char *body, const char *const *headers) {
    return world_bytes(w, method, uri, type, body, body ? strlen(body) : 0, headers);
}

static inline int world_get(struct world *w, const char *uri) {
    return world_call(w, "GET", uri, NULL, NULL, NULL);
}

static inline struct json_object *world_at(const struct world *w, const char *pointer) {
    struct json_object *found = NULL;
    return w->json && json_pointer_get(w->json, pointer, &found) == 0 ? found : NULL;
}

/* The string at a JSON Pointer of the answer; "" when there is none. */
static inline const char *world_text(const struct world *w, const char *pointer) {
    struct json_object *found = world_at(w, pointer);
    return found ? json_object_get_string(found) : "";
}

static inline int64_t world_int(const struct world *w, const char *pointer) {
    struct json_object *found = world_at(w, pointer);
    return found ? json_object_get_int64(found) : INT64_MIN;
}

/* True when the head has the line "name: value". */
static inline bool world_header(const struct world *w, const char *line) {
    size_t len = strlen(line);
    const char *head = w->res.head.data;
    for (const char *p = head ? strstr(head, line) : NULL; p; p = strstr(p + 1, line))
        if ((p == head || p[-1] == '\n') && p[len] == '\r')
            return true;
    return false;
}

#endif
