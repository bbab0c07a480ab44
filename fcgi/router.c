#include "fcgi/router.h"

#include <stdio.h>
#include <string.h>

#include "fcgi/problem.h"
#include "lib/auth.h"
#include "lib/id.h"

const struct query_key query_user_only[] = {QUERY_USER_ID, {0}};

/* --- finding the row -------------------------------------------------------------------------- */

/* Matches path against "/api/x/{id}/y"; the {…} go to args. */
static bool matches(const char *pattern, const char *path, char args[HTTP_ARGS_MAX][HTTP_ARG_MAX]) {
    size_t n = 0;
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t len = strcspn(path, "/");
        if (len == 0 || len >= HTTP_ARG_MAX || n == HTTP_ARGS_MAX)
            return false;
        memcpy(args[n], path, len);
        args[n][len] = '\0';
        if (!id_valid(args[n++]))
            return false; /* no record and no strategy has such a name */
        path += len;
        pattern += strcspn(pattern, "}") + 1;
    }
    return *pattern == *path;
}

/* "GET, HEAD, POST" of all rows of a path. */
static void allow(struct http_res *s, unsigned methods) {
    char text[80] = "";
    size_t len = 0;
    for (int m = 0; m < HTTP_OTHER; m++)
        if (methods & 1U << m)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? ", " : "",
                                    http_method_name((enum http_method)m));
    http_header(s, "Allow", text);
}

static const struct route *find(const struct app *app, struct http_req *r, struct http_res *s,
                                struct err *e) {
    enum http_method method = r->method == HTTP_HEAD ? HTTP_GET : r->method;
    unsigned methods = 0;
    for (const struct route *const *list = app->routes; *list; list++)
        for (const struct route *row = *list; row->path; row++) {
            char args[HTTP_ARGS_MAX][HTTP_ARG_MAX] = {""};
            if (!matches(row->path, r->path, args))
                continue;
            if (row->method == method) {
                memcpy(r->args, args, sizeof args);
                return row;
            }
            methods |= 1U << row->method;
            if (row->method == HTTP_GET)
                methods |= 1U << HTTP_HEAD;
        }
    if (methods == 0) {
        err_set(e, ERR_NOT_FOUND, "there is nothing at this address");
    } else {
        allow(s, methods);
        err_set(e, ERR_METHOD, "this address does not take %s", http_method_name(r->method));
    }
    return NULL;
}

/* --- the policies of a row -------------------------------------------------------------------- */

/* JSON or CSV? ?format= wins, then the better quality, then the more specific range, then JSON. */
static enum err_code negotiate(const struct route *row, struct http_req *r, struct http_res *s,
                               struct err *e) {
    int json_rank, csv_rank = -1;
    int json = http_accepts(r->accept, "application", "json", &json_rank);
    if (row->flags & ROUTE_HTML) {
        int rank;
        return http_accepts(r->accept, "text", "html", &rank) > 0
                   ? ERR_NONE
                   : err_set(e, ERR_NOT_ACCEPTABLE, "the answer is text/html");
    }
    int csv = row->flags & ROUTE_CSV ? http_accepts(r->accept, "text", "csv", &csv_rank) : 0;
    if (row->flags & ROUTE_CSV) {
        http_header(s, "Vary", "Accept");
        int64_t format = http_number(r, "format", -1);
        if (format >= 0) {
            r->csv = format == 1;
            return ERR_NONE;
        }
    }
    if (json == 0 && csv == 0)
        return err_set(e, ERR_NOT_ACCEPTABLE, "the answer is application/json%s",
                       row->flags & ROUTE_CSV ? " or text/csv" : "");
    r->csv = csv > json || (csv == json && csv_rank > json_rank);
    return ERR_NONE;
}

static enum err_code body(const struct route *row, struct http_req *r, struct err *e) {
    if (!row->body) {
        if (r->body_done)
            return ERR_NONE;
        return err_at(e, ERR_INVALID, "", "unexpected_body", "no body is taken here");
    }
    if (r->body_done && row->flags & ROUTE_BODY_OPTIONAL)
        return ERR_NONE;
    if ((!r->body_done || r->content_type) && !http_content_is(r->content_type, row->body))
        return err_at(e, ERR_MEDIA_TYPE, "Content-Type", NULL, "the body must be %s%s", row->body,
                      r->content_type ? "" : "; this one has no Content-Type");
    return http_read_body(r, row->max_body, e);
}

/* Trusted mode: this machine's own programs and pages only. Its rule about bodies is kept by the
 * rows, which take application/json or text/csv or nothing. */
static enum err_code trusted(const struct http_req *r, struct err *e) {
    struct auth_facts facts = {
        .remote_addr = r->remote_addr,
        .server_addr = r->server_addr,
        .host = r->host,
        .port = r->server_port,
        .origin = r->origin,
        .fetch_site = r->sec_fetch_site,
        .forwarded = r->forwarded,
        .method = http_method_name(r->method),
    };
    return auth_trusted(&facts, e);
}

static void owner(struct http_req *r) {
    const char *user = http_text(r, "userId");
    r->owner = user;
    r->user = user ? user : "local";
}

static enum err_code run(struct app *app, const struct route *row, struct http_req *r,
                         struct http_res *s, struct err *e) {
    enum err_code code = http_query(r, row->query, e);
    if (code == ERR_NONE)
        code = negotiate(row, r, s, e);
    if (code == ERR_NONE)
        code = body(row, r, e);
    if (code == ERR_NONE)
        owner(r);
    if (code == ERR_NONE && row->flags & ROUTE_STORE)
        code = app_store(app, e);
    return code == ERR_NONE ? row->handle(app, r, s, e) : code;
}

void router_answer(struct app *app, struct http_req *r, struct http_res *s, char *const *env) {
    struct err e;
    const struct route *row;
    enum err_code code = http_req_init(r, env, &e);
    if (code == ERR_NONE)
        code = trusted(r, &e);
    if (code == ERR_NONE) {
        row = find(app, r, s, &e);
        code = row ? run(app, row, r, s, &e) : e.code;
    }
    if (code == ERR_NONE && (s->body.failed || s->head.failed))
        code = err_set(&e, ERR_INTERNAL, "the answer is too large or memory ended");
    if (code != ERR_NONE) {
        problem_write(r, s, &e);
    } else if (s->status == 200 && (r->method == HTTP_GET || r->method == HTTP_HEAD) &&
               http_not_modified(r, s)) {
        s->status = 304;
        buf_clear(&s->body);
    }
}

/* --- the table for people --------------------------------------------------------------------- */

void router_print(const struct app *app, struct buf *out) {
    for (const struct route *const *list = app->routes; *list; list++)
        for (const struct route *row = *list; row->path; row++) {
            buf_fmt(out, "%-6s %s", http_method_name(row->method), row->path);
            char separator = '?';
            for (const struct query_key *k = row->query; k && k->name; k++) {
                buf_fmt(out, "%c%s%s", separator, k->name, k->required ? "*" : "");
                separator = '&';
            }
            if (row->body)
                buf_fmt(out, "  takes %s (%zu KB)", row->body, row->max_body >> 10);
            if (row->flags & ROUTE_CSV)
                buf_str(out, "  gives CSV too");
            buf_fmt(out, "  %s\n", row->help);
        }
}
