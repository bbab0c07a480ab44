/* Rows carry policy, the dispatcher enforces it: a handler sees only valid input. */
#ifndef FCGI_ROUTER_H
#define FCGI_ROUTER_H

#include "fcgi/app.h"
#include "lib/http.h"

enum route_flag {
    ROUTE_STORE = 1,         /* needs the store: 503 while it is away */
    ROUTE_BODY_OPTIONAL = 2, /* an empty body is fine */
    ROUTE_CSV = 4,           /* answers text/csv too, by Accept or ?format= */
    ROUTE_HTML = 8,          /* answers text/html */
};

/* Fills the answer and returns ERR_NONE, or fills *e and the dispatcher writes the problem. */
typedef enum err_code route_fn(struct app *app, struct http_req *r, struct http_res *s,
                               struct err *e);

struct route {
    enum http_method method; /* HTTP_GET answers HEAD too */
    const char *path;        /* "/api/algo/backtest/{id}" */
    route_fn *handle;
    unsigned flags;
    const struct query_key *query; /* what the query may hold */
    const char *body;              /* media type that is taken, NULL: no body */
    size_t max_body;
    const char *help; /* one line, for -R */
};

/* The row that every list of query keys has: ?userId= is the owner filter. */
#define QUERY_USER_ID                                                                              \
    { .name = "userId", .type = QUERY_USER }
#define QUERY_FORMAT                                                                               \
    { .name = "format", .type = QUERY_WORD, .words = "json|csv" }

extern const struct query_key query_user_only[];

/* Answers one request: whatever happens, *s is a whole answer afterwards. `env` are CGI's
 * variables; read and its argument give the body. */
void router_answer(struct app *app, struct http_req *r, struct http_res *s, char *const *env);

/* The route table as text, one line a route. */
void router_print(const struct app *app, struct buf *out);

#endif
