#include "fcgi/router.h"

#include "lib/clock.h"
#include "tests/api_world.h"
#include "tests/suite.h"

/* --- routes of the test ----------------------------------------------------------------------- */

static int handled; /* handlers that ran */

static enum err_code echo(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    (void)app, (void)e;
    handled++;
    s->type = r->csv ? "text/csv" : "application/json";
    json_out_init(&j, &s->body);
    json_begin(&j, '{');
    json_put_string(&j, "arg", r->args[0]);
    json_put_string(&j, "owner", r->owner);
    json_put_string(&j, "user", r->user);
    json_put_int(&j, "n", http_number(r, "n", -1));
    json_key(&j, "body");
    json_string_n(&j, r->body.data ? r->body.data : "", r->body.len);
    json_end(&j, '}');
    http_etag(s, s->body.data, s->body.len);
    return ERR_NONE;
}

static enum err_code break_down(struct app *app, struct http_req *r, struct http_res *s,
                                struct err *e) {
    (void)app, (void)s;
    handled++;
    s->storable = true;
    buf_str(&s->body, "half an answer");
    err_at(e, (enum err_code)http_number(r, "n", 0), "/a/b", "special", "secret place: %s", "x");
    e->line = 3;
    e->column = 7;
    return e->code;
}

static const struct query_key numbers[] = {
    QUERY_USER_ID, QUERY_FORMAT, {.name = "n", .type = QUERY_INT, .max = 100}, {0}};

static const struct route first[] = {
    {HTTP_GET, "/api/t/things", echo, ROUTE_CSV, numbers, NULL, 0, "list"},
    {HTTP_POST, "/api/t/things", echo, 0, query_user_only, "application/json", 10, "make"},
    {HTTP_PUT, "/api/t/tables", echo, 0, query_user_only, "text/csv", 10, "put"},
    {0},
};
static const struct route second[] = {
    {HTTP_GET, "/api/t/things/{id}", echo, 0, numbers, NULL, 0, "one"},
    {HTTP_DELETE, "/api/t/things/{id}", echo, 0, query_user_only, NULL, 0, "remove"},
    {HTTP_POST, "/api/t/things/{id}/stop", echo, ROUTE_BODY_OPTIONAL, query_user_only,
     "application/json", 10, "stop"},
    {HTTP_GET, "/api/t/fail", break_down, 0, numbers, NULL, 0, "fail"},
    {HTTP_GET, "/api/t/stored", echo, ROUTE_STORE, numbers, NULL, 0, "needs the store"},
    {0},
};
static const struct route *const routes[] = {first, second, NULL};

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Status, and the code that a problem must have. */
static void want(struct world *w, int got, int status, const char *code) {
    ck_assert_msg(got == status, "%d instead of %d: %s", got, status, w->res.body.data);
    ck_assert_str_eq(w->res.type, "application/problem+json");
    ck_assert_str_eq(world_text(w, "/code"), code);
    ck_assert_str_eq(world_text(w, "/type"), "about:blank");
    ck_assert_str_eq(world_text(w, "/instance"), w->req.request_id);
    ck_assert_int_eq(world_int(w, "/status"), status);
    ck_assert_str_ne(world_text(w, "/title"), "");
    ck_assert_str_ne(world_text(w, "/detail"), "");
    ck_assert_ptr_nonnull(world_at(w, "/errors"));
}

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(finds_rows) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(world_get(&w, "/api/t/things"), 200);
    ck_assert_int_eq(world_get(&w, "/api/t/things/ab_1-Z"), 200);
    ck_assert_str_eq(world_text(&w, "/arg"), "ab_1-Z");
    ck_assert_int_eq(world_get(&w, "/below/api/t/things/x"), 200);
    ck_assert_int_eq(handled, 3);
    static const char *const nowhere[] = {
        "/",
        "/api/",
        "/api/t",
        "/api/t/thing",
        "/api/t/thingss",
        "/api/t/things/",
        "/api/t/things/a/",
        "/api/t/things/a/b",
        "/api/t/things/a/stop/",
        "/api/t/things//stop",
        "/api/t/things/a%2Fb",
        "/api/t/things/a.b",
        "/api/t/things/a%20b",
        "/api/t/things/"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/api/t/things/"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a",
        "/API/t/things",
    };
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        want(&w, world_get(&w, nowhere[i]), 404, "not_found");
    want(&w, world_get(&w, "/api/t/things/a%00"), 400, "path");
    ck_assert_int_eq(handled, 3);
    world_close(&w);
}
END_TEST

START_TEST(says_which_methods) {
    struct world w;
    world_open(&w, routes);
    want(&w, world_call(&w, "PUT", "/api/t/things", NULL, NULL, NULL), 405, "method_not_allowed");
    ck_assert(world_header(&w, "Allow: GET, HEAD, POST"));
    want(&w, world_call(&w, "OPTIONS", "/api/t/things/x", NULL, NULL, NULL), 405,
         "method_not_allowed");
    ck_assert(world_header(&w, "Allow: GET, HEAD, DELETE"));
    want(&w, world_call(&w, "GET", "/api/t/things/x/stop", NULL, NULL, NULL), 405,
         "method_not_allowed");
    ck_assert(world_header(&w, "Allow: POST"));
    want(&w, world_call(&w, "get", "/api/t/things", NULL, NULL, NULL), 405, "method_not_allowed");
    ck_assert_int_eq(world_call(&w, "HEAD", "/api/t/things", NULL, NULL, NULL), 200);
    ck_assert_uint_gt(w.res.body.len, 0); /* the transport leaves it out, its length is told */
    world_close(&w);
}
END_TEST

START_TEST(negotiates) {
    static const struct {
        const char *uri, *accept;
        int status;
        const char *type;
    } rows[] = {
        {"/api/t/things", NULL, 200, "application/json"},
        {"/api/t/things", "*/*", 200, "application/json"},
        {"/api/t/things", "text/csv", 200, "text/csv"},
        {"/api/t/things", "text/csv, */*", 200, "text/csv"},
        {"/api/t/things", "text/csv;q=0.5, application/json", 200, "application/json"},
        {"/api/t/things", "text/html, */*;q=0.8", 200, "application/json"},
        {"/api/t/things", "image/png", 406, "application/problem+json"},
        {"/api/t/things?format=csv", "application/json", 200, "text/csv"},
        {"/api/t/things?format=json", "text/csv", 200, "application/json"},
        {"/api/t/things/x", "text/csv", 406, "application/problem+json"},
        {"/api/t/things/x", "application/*", 200, "application/json"},
    };
    struct world w;
    world_open(&w, routes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[100];
        snprintf(line, sizeof line, "HTTP_ACCEPT=%s", rows[i].accept ? rows[i].accept : "");
        int status =
            world_call(&w, "GET", rows[i].uri, NULL, NULL, rows[i].accept ? HEADERS(line) : NULL);
        ck_assert_msg(status == rows[i].status, "row %zu: %d", i, status);
        ck_assert_str_eq(w.res.type, rows[i].type);
    }
    ck_assert_int_eq(world_get(&w, "/api/t/things"), 200);
    ck_assert(world_header(&w, "Vary: Accept"));
    world_close(&w);
}
END_TEST

START_TEST(judges_bodies) {
    struct world w;
    const char *json = "application/json";
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things", json, "0123456789", NULL), 200);
    ck_assert_str_eq(world_text(&w, "/body"), "0123456789");
    ck_assert_int_eq(world_call(&w, "PUT", "/api/t/tables", "text/csv", "a,b", NULL), 200);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things", NULL, NULL, NULL), 200);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things/x/stop", NULL, NULL, NULL), 200);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things/x/stop", json, "{}", NULL), 200);
    ck_assert_str_eq(world_text(&w, "/body"), "{}");
    handled = 0;
    want(&w, world_call(&w, "POST", "/api/t/things", json, "0123456789a", NULL), 413, "too_large");
    want(&w, world_call(&w, "POST", "/api/t/things", NULL, "{}", NULL), 415,
         "unsupported_media_type");
    want(&w, world_call(&w, "POST", "/api/t/things", "text/plain", "{}", NULL), 415,
         "unsupported_media_type");
    want(&w,
         world_call(&w, "POST", "/api/t/things", "application/x-www-form-urlencoded", "a=b", NULL),
         415, "unsupported_media_type");
    want(&w, world_call(&w, "POST", "/api/t/things", "text/csv", "{}", NULL), 415,
         "unsupported_media_type");
    want(&w, world_call(&w, "PUT", "/api/t/tables", json, "a,b", NULL), 415,
         "unsupported_media_type");
    want(&w, world_call(&w, "POST", "/api/t/things/x/stop", "text/plain", "{}", NULL), 415,
         "unsupported_media_type");
    want(&w, world_call(&w, "GET", "/api/t/things", json, "{}", NULL), 400, "unexpected_body");
    want(&w, world_call(&w, "DELETE", "/api/t/things/x", json, "{}", NULL), 400, "unexpected_body");
    w.announced = 5; /* more than comes */
    want(&w, world_call(&w, "POST", "/api/t/things", json, "{}", NULL), 400, "content_length");
    w.announced = -2; /* chunked */
    want(&w, world_call(&w, "POST", "/api/t/things", json, "0123456789a", NULL), 413, "too_large");
    ck_assert_int_eq(handled, 0);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things", json, "0123456789", NULL), 200);
    ck_assert_str_eq(world_text(&w, "/body"), "0123456789");
    world_close(&w);
}
END_TEST

START_TEST(forgets_the_request_before) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things?userId=anna", "application/json", "{}",
                                HEADERS("HTTP_X_REQUEST_ID=mine")),
                     200);
    ck_assert_str_eq(world_text(&w, "/owner"), "anna");
    ck_assert_str_eq(world_text(&w, "/user"), "anna");
    ck_assert_str_eq(w.req.request_id, "mine");
    ck_assert_int_eq(world_get(&w, "/api/t/things/x?n=5"), 200);
    ck_assert_ptr_null(world_at(&w, "/owner"));
    ck_assert_str_eq(world_text(&w, "/user"), "local");
    ck_assert_str_eq(world_text(&w, "/body"), "");
    ck_assert_int_eq(world_int(&w, "/n"), 5);
    ck_assert_str_ne(w.req.request_id, "mine");
    ck_assert_int_eq(world_get(&w, "/api/t/things"), 200);
    ck_assert_str_eq(world_text(&w, "/arg"), "");
    ck_assert_int_eq(world_int(&w, "/n"), -1);
    world_close(&w);
}
END_TEST

START_TEST(answers_304) {
    struct world w;
    char line[80], etag[HTTP_ETAG_MAX];
    world_open(&w, routes);
    ck_assert_int_eq(world_get(&w, "/api/t/things"), 200);
    memcpy(etag, w.res.etag, sizeof etag);
    snprintf(line, sizeof line, "HTTP_IF_NONE_MATCH=%s", etag);
    ck_assert_int_eq(world_call(&w, "GET", "/api/t/things", NULL, NULL, HEADERS(line)), 304);
    ck_assert_uint_eq(w.res.body.len, 0);
    ck_assert_str_eq(w.res.etag, etag);
    ck_assert_int_eq(world_call(&w, "HEAD", "/api/t/things", NULL, NULL, HEADERS(line)), 304);
    ck_assert_int_eq(world_call(&w, "GET", "/api/t/things?n=1", NULL, NULL, HEADERS(line)), 200);
    ck_assert_int_eq(world_call(&w, "POST", "/api/t/things", "application/json", "",
                                HEADERS("HTTP_IF_NONE_MATCH=*")),
                     200);
    world_close(&w);
}
END_TEST

START_TEST(writes_problems) {
    static const struct {
        enum err_code code;
        int status, entries;
        const char *retry;
    } rows[] = {
        {ERR_INVALID, 400, 1, NULL},    {ERR_FORBIDDEN, 403, 0, NULL},
        {ERR_NOT_FOUND, 404, 0, NULL},  {ERR_CONFLICT, 409, 0, NULL},
        {ERR_TOO_LARGE, 413, 1, NULL},  {ERR_UNPROCESSABLE, 422, 1, NULL},
        {ERR_BUSY, 429, 0, "5"},        {ERR_INTERNAL, 500, 0, NULL},
        {ERR_UNAVAILABLE, 503, 0, "2"}, {ERR_FULL, 507, 0, NULL},
    };
    struct world w;
    world_open(&w, routes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char uri[60], line[40];
        snprintf(uri, sizeof uri, "/api/t/fail?n=%d", (int)rows[i].code);
        want(&w, world_get(&w, uri), rows[i].status, "special");
        bool inside = rows[i].status >= 500;
        ck_assert_int_eq(strstr(w.res.body.data, "secret") == NULL, inside);
        ck_assert_ptr_null(strstr(w.res.body.data, "half"));
        ck_assert(!w.res.storable);
        ck_assert_int_eq((int)json_object_array_length(world_at(&w, "/errors")), rows[i].entries);
        if (rows[i].entries) {
            ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "/a/b");
            ck_assert_str_eq(world_text(&w, "/errors/0/code"), "special");
            ck_assert_str_eq(world_text(&w, "/errors/0/detail"), "secret place: x");
            ck_assert_int_eq(world_int(&w, "/errors/0/line"), 3);
            ck_assert_int_eq(world_int(&w, "/errors/0/column"), 7);
        }
        snprintf(line, sizeof line, "Retry-After: %s", rows[i].retry ? rows[i].retry : "");
        ck_assert_int_eq(world_header(&w, line), rows[i].retry != NULL);
    }
    world_close(&w);
}
END_TEST

START_TEST(waits_for_a_store) {
    struct world w;
    struct err e;
    world_open(&w, routes);
    store_close(w.app.store);
    w.app.store = NULL;
    w.app.store_retry_ms = clock_mono_ms() + 60000;
    want(&w, world_get(&w, "/api/t/stored"), 503, "unavailable");
    ck_assert(world_header(&w, "Retry-After: 2"));
    ck_assert_int_eq(world_get(&w, "/api/t/things"), 200);
    w.app.store_retry_ms = clock_mono_ms();
    ck_assert_int_eq(world_get(&w, "/api/t/stored"), 200);
    ck_assert_ptr_nonnull(w.app.store);
    ck_assert_int_eq(app_store(&w.app, &e), ERR_NONE);
    world_close(&w);
}
END_TEST

/* Each rule of trusted mode (DESIGN 5), wrong in each way. */
START_TEST(trusts_this_machine_only) {
    static const struct {
        const char *header, *method;
        int status;
    } rows[] = {
        {"REMOTE_ADDR=::1", "GET", 200},
        {"REMOTE_ADDR=10.0.0.1", "GET", 403},
        {"REMOTE_ADDR=", "GET", 403},
        {"SERVER_ADDR=::1", "GET", 200},
        {"SERVER_ADDR=192.168.1.2", "GET", 403},
        {"SERVER_ADDR=", "GET", 403},
        {"HTTP_HOST=localhost:4000", "GET", 200},
        {"HTTP_HOST=[::1]:4000", "GET", 200},
        {"HTTP_HOST=127.0.0.1:4001", "GET", 403},
        {"HTTP_HOST=127.0.0.1", "GET", 403},
        {"HTTP_HOST=evil.example:4000", "GET", 403},
        {"HTTP_HOST=localhost.evil.example:4000", "GET", 403},
        {"HTTP_HOST=127.0.0.1:4000.evil.example", "GET", 403},
        {"HTTP_HOST=", "GET", 403},
        {"HTTP_FORWARDED=for=127.0.0.1", "GET", 403},
        {"HTTP_X_FORWARDED_FOR=127.0.0.1", "GET", 403},
        {"HTTP_X_FORWARDED_PROTO=http", "GET", 403},
        {"HTTP_VIA=1.1 x", "GET", 403},
        {"HTTP_ORIGIN=http://127.0.0.1:4000", "POST", 200},
        {"HTTP_ORIGIN=https://127.0.0.1:4000", "POST", 403},
        {"HTTP_ORIGIN=http://localhost:4000", "POST", 403},
        {"HTTP_ORIGIN=http://127.0.0.1:4000.evil.example", "POST", 403},
        {"HTTP_ORIGIN=null", "POST", 403},
        {"HTTP_SEC_FETCH_SITE=same-origin", "POST", 200},
        {"HTTP_SEC_FETCH_SITE=none", "GET", 200},
        {"HTTP_SEC_FETCH_SITE=none", "POST", 403},
        {"HTTP_SEC_FETCH_SITE=same-site", "GET", 403},
        {"HTTP_SEC_FETCH_SITE=cross-site", "GET", 403},
    };
    struct world w;
    world_open(&w, routes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool post = strcmp(rows[i].method, "POST") == 0;
        handled = 0;
        int status =
            world_call(&w, rows[i].method, "/api/t/things", post ? "application/json" : NULL,
                       post ? "{}" : NULL, HEADERS(rows[i].header));
        ck_assert_msg(status == rows[i].status, "%s: %d", rows[i].header, status);
        ck_assert_int_eq(handled, status == 200);
        if (status != 200)
            want(&w, status, 403, "untrusted");
    }
    want(&w, world_call(&w, "GET", "/api/nowhere", NULL, NULL, HEADERS("REMOTE_ADDR=10.0.0.1")),
         403, "untrusted"); /* a stranger does not even learn what there is */
    world_close(&w);
}
END_TEST

START_TEST(prints_its_table) {
    struct app app = {.routes = routes};
    struct buf out;
    buf_init(&out, 10000);
    router_print(&app, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "POST   /api/t/things/{id}/stop?userId  "
                                           "takes application/json"));
    ck_assert_ptr_nonnull(strstr(out.data, "GET    /api/t/things?userId&format&n  gives CSV too"));
    buf_release(&out);
}
END_TEST

SUITE_MAIN("router", finds_rows, says_which_methods, negotiates, judges_bodies,
           forgets_the_request_before, answers_304, writes_problems, waits_for_a_store,
           trusts_this_machine_only, prints_its_table)
