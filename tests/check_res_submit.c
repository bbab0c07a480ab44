#include <sys/wait.h>
#include <time.h>

#include "fcgi/res.h"
#include "lib/id.h"
#include "lib/run.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {submit_routes, backtest_routes, NULL};

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define JSON         "application/json"
#define POST         "/api/algo/backtest"

static const char body[] = "{\"userId\":\"user123\",\"symbol\":\"BTCUSDT\",\"interval\":\"1h\","
                           "\"startDate\":\"2024-01-01\",\"endDate\":\"2024-06-01\","
                           "\"strategies\":[\"sma\",\"rsi\"],"
                           "\"strategyParams\":{\"sma\":{\"fast\":5,\"slow\":20}},"
                           "\"tags\":[\"a\",\"b\"],\"note\":\"n\",\"priority\":3}";
static const char other[] = "{\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"]}";

static int count(struct world *w, const char *uri) {
    ck_assert_int_eq(world_get(w, uri), 200);
    return (int)json_object_array_length(world_at(w, "/items"));
}

START_TEST(accepts_a_request) {
    struct world w;
    char id[ID_MAX], location[120];
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, body, NULL), 202);
    snprintf(id, sizeof id, "%s", world_text(&w, "/backtestId"));
    ck_assert(id_valid(id) && strncmp(id, "bt_", 3) == 0);
    ck_assert_str_eq(world_text(&w, "/id"), id);
    snprintf(location, sizeof location, "Location: /api/algo/backtest/%s", id);
    ck_assert(world_header(&w, location));
    ck_assert_str_eq(w.res.job, id);
    ck_assert_str_eq(world_text(&w, "/userId"), "user123");
    ck_assert_str_eq(world_text(&w, "/kind"), "backtest");
    ck_assert_str_eq(world_text(&w, "/status"), "pending");
    ck_assert_int_eq(world_int(&w, "/progress"), 0);
    ck_assert_str_eq(world_text(&w, "/params/symbol"), "BTCUSDT");
    ck_assert_int_eq(world_int(&w, "/params/strategyParams/sma/fast"), 5);
    ck_assert_ptr_null(world_at(&w, "/params/userId"));
    ck_assert_ptr_null(world_at(&w, "/params/cash")); /* defaults are not filled in */
    ck_assert_str_eq(world_text(&w, "/tags/1"), "b");
    ck_assert_str_eq(world_text(&w, "/note"), "n");
    ck_assert_str_ne(world_text(&w, "/createdAt"), "");

    char *first = strdup(w.res.body.data), uri[120];
    snprintf(uri, sizeof uri, "/api/algo/backtest/%s", id);
    ck_assert_int_eq(world_get(&w, uri), 200);
    ck_assert_str_eq(w.res.body.data, first); /* what was answered is what was stored */
    free(first);
    struct open_list open;
    ck_assert_int_eq(store_open_jobs(w.app.store, 10, &open, NULL), ERR_NONE);
    ck_assert_uint_eq(open.n, 1);
    ck_assert_int_eq(open.items[0].priority, 3);
    open_list_release(&open);
    world_close(&w);
}
END_TEST

START_TEST(takes_both_forms) {
    static const char *const forms[] = {
        "{\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"],\"cash\":5}",
        "{\"symbol\":\"X\",\"strategies\":[\"sma\"],\"params\":{\"interval\":\"1d\",\"cash\":5}}",
        "{\"params\":{\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"],\"cash\":5}}",
        ("{\"symbol\":\"X\",\"strategies\":[\"sma\"],\"cash\":5,\"interval\":\"1d\","
         "\"params\":{\"cash\":5}}"),
    };
    struct world w;
    world_open(&w, routes);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        ck_assert_msg(world_call(&w, "POST", POST, JSON, forms[i], NULL) == 202, "form %zu: %s", i,
                      w.res.body.data);
        ck_assert_int_eq(world_int(&w, "/params/cash"), 5);
        ck_assert_str_eq(world_text(&w, "/params/symbol"), "X");
        ck_assert_ptr_null(world_at(&w, "/params/params"));
    }
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON,
                                "{\"cash\":1,\"params\":{\"symbol\":\"X\",\"interval\":\"1d\","
                                "\"strategies\":[\"sma\"],\"cash\":2}}",
                                NULL),
                     400);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON,
                                "{\"params\":{\"symbol\":\"X\",\"interval\":\"1d\","
                                "\"strategies\":[\"sma\"],\"cash\":-2}}",
                                NULL),
                     400);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "/params/cash");
    world_close(&w);
}
END_TEST

START_TEST(knows_whose_it_is) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 202);
    ck_assert_str_eq(world_text(&w, "/userId"), "local");
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=anna", JSON, other, NULL), 202);
    ck_assert_str_eq(world_text(&w, "/userId"), "anna");
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=user123", JSON, body, NULL), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=anna", JSON, body, NULL), 400);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "/userId");
    ck_assert_int_eq(count(&w, POST), 3);
    world_close(&w);
}
END_TEST

START_TEST(limits_a_user) {
    struct world w;
    struct err e;
    world_open(&w, routes);
    ck_assert_int_eq(conf_set(&w.app.conf, "user.queued=2", &e), ERR_NONE);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 429);
    ck_assert(world_header(&w, "Retry-After: 5"));
    ck_assert_str_eq(world_text(&w, "/code"), "too_many_jobs");
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=anna", JSON, other, NULL), 202);
    ck_assert_int_eq(count(&w, POST), 3);
    world_close(&w);
}
END_TEST

/* --- Idempotency-Key -------------------------------------------------------------------------- */

START_TEST(repeats_under_a_key) {
    struct world w;
    char id[ID_MAX], uri[120];
    const char *const *key = HEADERS("HTTP_IDEMPOTENCY_KEY=order-1");
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, key), 202);
    snprintf(id, sizeof id, "%s", world_text(&w, "/id"));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, key), 202);
        ck_assert_str_eq(world_text(&w, "/id"), id);
        snprintf(uri, sizeof uri, "Location: /api/algo/backtest/%s", id);
        ck_assert(world_header(&w, uri));
    }
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON,
                                "{\"symbol\":\"Y\",\"interval\":\"1d\",\"strategies\":[\"sma\"]}",
                                key),
                     422);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "Idempotency-Key");
    ck_assert_str_eq(world_text(&w, "/code"), "key_reused");
    ck_assert_int_eq(count(&w, POST), 1);

    /* another user's key is another key */
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=anna", JSON, other, key), 202);
    ck_assert_str_ne(world_text(&w, "/id"), id);
    ck_assert_int_eq(count(&w, POST), 2);

    /* a retry is no new job, so no limit stands against it; it shows how far the job is */
    struct err e;
    ck_assert_int_eq(conf_set(&w.app.conf, "user.queued=1", &e), ERR_NONE);
    snprintf(uri, sizeof uri, "/api/algo/backtest/%s/cancel", id);
    ck_assert_int_eq(world_call(&w, "POST", uri, NULL, NULL, NULL), 200);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, key), 202);
    ck_assert_str_eq(world_text(&w, "/status"), "cancelled");

    /* what was deleted is not made again */
    snprintf(uri, sizeof uri, "/api/algo/backtest/%s", id);
    ck_assert_int_eq(world_call(&w, "DELETE", uri, NULL, NULL, NULL), 204);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, key), 409);
    ck_assert_str_eq(world_text(&w, "/code"), "deleted");
    ck_assert_int_eq(world_get(&w, uri), 404);
    world_close(&w);
}
END_TEST

/* The row was written, then the process died: a retry inserts that very id. */
START_TEST(finishes_what_was_begun) {
    struct world w;
    char *text = strdup("{\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"]}");
    struct idempotency row = {.key = "local:k", .backtest_id = "bt_0123456789abcdef01234567"};
    struct hash h;
    world_open(&w, routes);
    hash_init(&h);
    hash_add(&h, text, strlen(text));
    hash_hex(&h, row.payload_hash);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, NULL), 202);
    row.created_ms = 1000 + (int64_t)time(NULL) * 1000;
    ck_assert_int_eq(store_idempotency_insert(w.app.store, &row, NULL, NULL), ERR_NONE);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, text, HEADERS("HTTP_IDEMPOTENCY_KEY=k")),
                     202);
    ck_assert_str_eq(world_text(&w, "/id"), row.backtest_id);
    ck_assert_int_eq(count(&w, POST), 2);
    free(text);
    world_close(&w);
}
END_TEST

START_TEST(refuses_bad_keys) {
    struct world w;
    char longest[200] = "HTTP_IDEMPOTENCY_KEY=";
    world_open(&w, routes);
    char *end = longest + strlen(longest);
    memset(end, 'k', IDEMPOTENCY_KEY_MAX);
    ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, HEADERS(longest)), 202);
    end[IDEMPOTENCY_KEY_MAX] = 'k';
    const char *const bad[] = {longest, "HTTP_IDEMPOTENCY_KEY=", "HTTP_IDEMPOTENCY_KEY=a b",
                               "HTTP_IDEMPOTENCY_KEY=\xc3\xa4", "HTTP_IDEMPOTENCY_KEY=a\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(world_call(&w, "POST", POST, JSON, other, HEADERS(bad[i])), 400);
        ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "Idempotency-Key");
    }
    ck_assert_int_eq(count(&w, POST), 1);
    world_close(&w);
}
END_TEST

#define TWINS 10

START_TEST(makes_one_of_a_hundred) {
    struct world w;
    int results[2];
    world_open(&w, routes);
    ck_assert_int_eq(pipe(results), 0);
    pid_t twins[TWINS];
    for (int i = 0; i < TWINS; i++) {
        twins[i] = fork();
        ck_assert_int_ge(twins[i], 0);
        if (twins[i] == 0) {
            struct err e;
            w.app.store = NULL; /* the parent's: each process opens its own */
            w.app.bus = NULL;
            if (app_open(&w.app, &e) != ERR_NONE)
                _exit(1);
            for (int k = 0; k < 100 / TWINS; k++) {
                char line[ID_MAX + 1] = "";
                if (world_call(&w, "POST", POST, JSON, other,
                               HEADERS("HTTP_IDEMPOTENCY_KEY=one")) == 202)
                    snprintf(line, sizeof line, "%s", world_text(&w, "/id"));
                if (write(results[1], line, ID_MAX) != ID_MAX)
                    _exit(1);
            }
            _exit(0);
        }
    }
    char first[ID_MAX] = "", got[ID_MAX];
    close(results[1]);
    int n = 0;
    while (read(results[0], got, ID_MAX) == ID_MAX) {
        ck_assert_str_ne(got, "");
        if (n++ == 0)
            memcpy(first, got, sizeof first);
        ck_assert_str_eq(got, first);
    }
    ck_assert_int_eq(n, 100);
    for (int i = 0; i < TWINS; i++) {
        int status;
        ck_assert_int_eq(waitpid(twins[i], &status, 0), twins[i]);
        ck_assert_int_eq(status, 0);
    }
    close(results[0]);
    ck_assert_int_eq(count(&w, POST), 1);
    world_close(&w);
}
END_TEST

SUITE_MAIN("res_submit", accepts_a_request, takes_both_forms, knows_whose_it_is, limits_a_user,
           repeats_under_a_key, finishes_what_was_begun, refuses_bad_keys, makes_one_of_a_hundred)
