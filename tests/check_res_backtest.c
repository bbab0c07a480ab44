#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/run.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {submit_routes, backtest_routes, result_routes, NULL};

#define JSON "application/json"
#define LIST "/api/algo/backtest"

/* Submits one and returns its id. */
static void submit(struct world *w, const char *user, const char *symbol, const char *more,
                   char ret[static ID_MAX]) {
    char text[400];
    snprintf(text, sizeof text,
             "{\"userId\":\"%s\",\"symbol\":\"%s\",\"interval\":\"1d\",\"strategies\":[\"sma\"]%s}",
             user, symbol, more);
    ck_assert_int_eq(world_call(w, "POST", LIST, JSON, text, NULL), 202);
    snprintf(ret, ID_MAX, "%s", world_text(w, "/id"));
}

static int one(struct world *w, const char *method, const char *id, const char *rest) {
    char uri[300];
    snprintf(uri, sizeof uri, LIST "/%s%s", id, rest);
    return world_call(w, method, uri, NULL, NULL, NULL);
}

static int count(struct world *w, const char *query) {
    char uri[300];
    snprintf(uri, sizeof uri, LIST "%s", query);
    ck_assert_msg(world_get(w, uri) == 200, "%s: %s", uri, w->res.body.data);
    return (int)json_object_array_length(world_at(w, "/items"));
}

START_TEST(lists_and_filters) {
    struct world w;
    char id[5][ID_MAX];
    world_open(&w, routes);
    ck_assert_int_eq(count(&w, ""), 0);
    ck_assert_ptr_null(world_at(&w, "/next"));
    submit(&w, "anna", "BTCUSDT", ",\"tags\":[\"blue\"]", id[0]);
    submit(&w, "anna", "ETHUSDT", ",\"tags\":[\"blue\",\"red & \\\"x\\\"\"]", id[1]);
    submit(&w, "bert", "BTCUSDT", "", id[2]);
    submit(&w, "bert", "BTCUSDT", "", id[3]);
    submit(&w, "bert", "ETHUSDT", "", id[4]);
    ck_assert_int_eq(one(&w, "POST", id[4], "/cancel"), 200);
    static const struct {
        const char *query;
        int n;
    } rows[] = {
        {"", 5},
        {"?userId=anna", 2},
        {"?userId=carl", 0},
        {"?symbol=BTCUSDT", 3},
        {"?symbol=BTCUSDT&userId=bert", 2},
        {"?symbol=BTC", 0},
        {"?tag=blue", 2},
        {"?tag=red+%26+%22x%22", 1},
        {"?tag=red", 0},
        {"?status=pending", 4},
        {"?status=cancelled", 1},
        {"?status=completed", 0},
        {"?kind=backtest", 5},
        {"?kind=sweep", 0},
        {"?limit=3", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(count(&w, rows[i].query) == rows[i].n, "%s", rows[i].query);
    ck_assert_int_eq(world_get(&w, LIST "?status=open"), 400);
    ck_assert_int_eq(world_get(&w, LIST "?limit=0"), 400);
    ck_assert_int_eq(world_get(&w, LIST "?state=pending"), 400);
    world_close(&w);
}
END_TEST

START_TEST(pages) {
    struct world w;
    char id[7][ID_MAX], uri[300], line[400];
    int seen = 0, rounds = 0;
    world_open(&w, routes);
    for (int i = 0; i < 7; i++)
        submit(&w, "anna", "BTCUSDT", "", id[i]);
    submit(&w, "bert", "BTCUSDT", "", id[0]);
    snprintf(uri, sizeof uri, LIST "?userId=anna&limit=3");
    for (;;) {
        ck_assert_int_eq(world_get(&w, uri), 200);
        seen += (int)json_object_array_length(world_at(&w, "/items"));
        ck_assert_str_eq(world_text(&w, "/items/0/userId"), "anna");
        rounds++;
        if (!world_at(&w, "/next"))
            break;
        ck_assert_int_eq((int)json_object_array_length(world_at(&w, "/items")), 3);
        snprintf(uri, sizeof uri, LIST "?userId=anna&limit=3&cursor=%s", world_text(&w, "/next"));
        snprintf(line, sizeof line, "Link: <%s>; rel=\"next\"", uri);
        ck_assert_msg(world_header(&w, line), "%s", w.res.head.data);
    }
    ck_assert_int_eq(seen, 7);
    ck_assert_int_eq(rounds, 3);
    ck_assert_ptr_null(strstr(w.res.head.data, "Link"));
    static const char *const bad[] = {"x", "1", ".a", "1.", "-1.bt_1", "1.b%20c", "1.a.b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(uri, sizeof uri, LIST "?cursor=%s", bad[i]);
        ck_assert_msg(world_get(&w, uri) == 400, "%s", bad[i]);
        ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "?cursor");
    }
    world_close(&w);
}
END_TEST

START_TEST(cancels_and_deletes) {
    struct world w;
    char id[ID_MAX];
    world_open(&w, routes);
    submit(&w, "anna", "BTCUSDT", "", id);
    ck_assert_int_eq(one(&w, "DELETE", id, ""), 409);
    ck_assert_str_eq(w.res.type, "application/problem+json");
    ck_assert_str_eq(world_text(&w, "/status"), "pending");
    ck_assert_str_eq(world_text(&w, "/backtestId"), id);
    ck_assert_int_eq(one(&w, "POST", id, "/cancel"), 200);
    ck_assert_str_eq(world_text(&w, "/status"), "cancelled");
    ck_assert_str_eq(world_text(&w, "/error"), "Cancelled");
    ck_assert_str_ne(world_text(&w, "/completedAt"), "");
    char *ended = strdup(w.res.body.data);
    ck_assert_int_eq(one(&w, "POST", id, "/cancel"), 200); /* again: how it ended */
    ck_assert_str_eq(w.res.body.data, ended);
    ck_assert_int_eq(one(&w, "GET", id, ""), 200);
    ck_assert_str_eq(w.res.body.data, ended);
    free(ended);
    struct open_list open; /* announced and closed, so no worker looks at it any more */
    ck_assert_int_eq(store_open_jobs(w.app.store, 10, &open, NULL), ERR_NONE);
    ck_assert_uint_eq(open.n, 0);
    open_list_release(&open);
    ck_assert_int_eq(one(&w, "DELETE", id, ""), 204);
    ck_assert_uint_eq(w.res.body.len, 0);
    static const char *const rests[] = {"", "/result", "/trades", "/equity"};
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++)
        ck_assert_int_eq(one(&w, "GET", id, rests[i]), 404);
    ck_assert_int_eq(one(&w, "DELETE", id, ""), 404);
    ck_assert_int_eq(one(&w, "POST", id, "/cancel"), 404);
    ck_assert_int_eq(count(&w, ""), 0);
    world_close(&w);
}
END_TEST

/* A job that has ended otherwise meanwhile is told as it ended. */
START_TEST(cancels_too_late) {
    struct world w;
    char id[ID_MAX];
    struct attempt a;
    struct err e;
    world_open(&w, routes);
    submit(&w, "anna", "BTCUSDT", "", id);
    ck_assert_int_eq(run_claim(w.app.store, id, 1, "host:1", &a, &e), ERR_NONE);
    ck_assert_int_eq(one(&w, "GET", id, ""), 200);
    ck_assert_str_eq(world_text(&w, "/status"), "running");
    struct result r = {.user_id = "anna",
                       .attempt = 1,
                       .status = RUN_FAILED,
                       .error = strdup("Insufficient market data"),
                       .code = "insufficient_data",
                       .completed_ms = clock_now_ms()};
    memcpy(r.id, id, sizeof r.id);
    ck_assert_int_eq(run_end(w.app.store, &r, NULL, 0, &e), ERR_NONE);
    result_release(&r);
    ck_assert_int_eq(one(&w, "POST", id, "/cancel"), 200);
    ck_assert_str_eq(world_text(&w, "/status"), "failed");
    ck_assert_str_eq(world_text(&w, "/error"), "Insufficient market data");
    ck_assert_int_eq(world_int(&w, "/attempt"), 1);
    ck_assert_int_eq(one(&w, "GET", id, "/result"), 409);
    ck_assert_str_eq(world_text(&w, "/status"), "failed");
    ck_assert_str_eq(world_text(&w, "/error"), "Insufficient market data");
    world_close(&w);
}
END_TEST

START_TEST(judges_cancel_bodies) {
    static const struct {
        const char *body;
        int status;
        const char *pointer;
    } rows[] = {
        {"{\"userId\":\"bert\"}", 404, NULL},
        {"{\"userId\":5}", 400, "/userId"},
        {"{\"userId\":\"a b\"}", 400, "/userId"},
        {"{\"force\":true}", 400, "/force"},
        {"[]", 400, ""},
        {"{", 400, ""},
        {"{\"userId\":\"anna\"}", 200, NULL},
        {"{}", 200, NULL},
        {"{\"userId\":null}", 200, NULL},
    };
    struct world w;
    char id[ID_MAX], uri[120];
    world_open(&w, routes);
    submit(&w, "anna", "BTCUSDT", "", id);
    snprintf(uri, sizeof uri, LIST "/%s/cancel", id);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = world_call(&w, "POST", uri, JSON, rows[i].body, NULL);
        ck_assert_msg(status == rows[i].status, "%s: %d", rows[i].body, status);
        if (rows[i].pointer)
            ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), rows[i].pointer);
    }
    snprintf(uri, sizeof uri, LIST "/%s/cancel?userId=anna", id);
    ck_assert_int_eq(world_call(&w, "POST", uri, JSON, "{\"userId\":\"bert\"}", NULL), 400);
    world_close(&w);
}
END_TEST

/* Every route by id, for the owner, for another user and without a filter. */
START_TEST(hides_other_users) {
    static const struct {
        const char *method, *rest;
        int own; /* status for the owner: of a pending, then of a cancelled one */
        int own_ended;
    } rows[] = {
        {"GET", "", 200, 200},        {"GET", "/result", 409, 409},  {"GET", "/trades", 409, 409},
        {"GET", "/equity", 409, 409}, {"POST", "/cancel", 200, 200}, {"DELETE", "", 409, 204},
    };
    for (int ended = 0; ended < 2; ended++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct world w;
            char id[ID_MAX], rest[100];
            world_open(&w, routes);
            submit(&w, "anna", "BTCUSDT", "", id);
            if (ended)
                ck_assert_int_eq(one(&w, "POST", id, "/cancel"), 200);
            snprintf(rest, sizeof rest, "%s?userId=bert", rows[i].rest);
            ck_assert_msg(one(&w, rows[i].method, id, rest) == 404, "%s %s", rows[i].method, rest);
            ck_assert_str_eq(world_text(&w, "/code"), "not_found");
            ck_assert_ptr_null(strstr(w.res.body.data, "anna"));
            ck_assert_int_eq(one(&w, "GET", id, "?userId=anna"), 200);
            ck_assert_str_eq(world_text(&w, "/status"), ended ? "cancelled" : "pending");
            int status = ended ? rows[i].own_ended : rows[i].own;
            snprintf(rest, sizeof rest, "%s%s", rows[i].rest, i % 2 ? "?userId=anna" : "");
            ck_assert_msg(one(&w, rows[i].method, id, rest) == status, "%s %s", rows[i].method,
                          rest);
            world_close(&w);
        }
}
END_TEST

START_TEST(tells_what_is_unchanged) {
    struct world w;
    char id[ID_MAX], uri[120], line[100];
    struct attempt a;
    struct err e;
    world_open(&w, routes);
    submit(&w, "anna", "BTCUSDT", "", id);
    snprintf(uri, sizeof uri, LIST "/%s", id);
    ck_assert_int_eq(world_get(&w, uri), 200);
    ck_assert_str_ne(w.res.etag, "");
    snprintf(line, sizeof line, "HTTP_IF_NONE_MATCH=%s", w.res.etag);
    const char *const same[] = {line, NULL};
    ck_assert_int_eq(world_call(&w, "GET", uri, NULL, NULL, same), 304);
    ck_assert_int_eq(run_claim(w.app.store, id, 1, "host:1", &a, &e), ERR_NONE);
    ck_assert_int_eq(world_call(&w, "GET", uri, NULL, NULL, same), 200);
    ck_assert_str_eq(world_text(&w, "/status"), "running");
    world_close(&w);
}
END_TEST

SUITE_MAIN("res_backtest", lists_and_filters, pages, cancels_and_deletes, cancels_too_late,
           judges_cancel_bodies, hides_other_users, tells_what_is_unchanged)
