/* What only the MongoDB store can meet: errors of a server, records of another API, and what a
 * crash between two writes leaves behind. The driver itself makes these states. */
#include "tests/store_world.h"

#include <mongoc/mongoc.h>
#include <stdio.h>
#include <string.h>

/* The driver beside the store, on the same database. */
struct raw {
    mongoc_client_t *client;
    mongoc_database_t *db;
};

static struct raw raw_open(const char *uri) {
    struct raw r;
    mongoc_uri_t *parsed = mongoc_uri_new(uri);
    ck_assert_ptr_nonnull(parsed);
    r.client = mongoc_client_new_from_uri(parsed);
    r.db = mongoc_client_get_database(r.client, mongoc_uri_get_database(parsed));
    mongoc_uri_destroy(parsed);
    return r;
}

static void raw_close(struct raw *r) {
    mongoc_database_destroy(r->db);
    mongoc_client_destroy(r->client);
}

static void raw_command(struct raw *r, const char *db, bson_t *command) {
    bson_error_t error;
    ck_assert_msg(mongoc_client_command_simple(r->client, db, command, NULL, NULL, &error), "%s",
                  error.message);
    bson_destroy(command);
}

/* Extended JSON is fine here: these texts are the test's own. */
static void raw_insert(struct raw *r, const char *collection, const char *json) {
    bson_error_t error;
    bson_t *doc = bson_new_from_json((const uint8_t *)json, -1, &error);
    ck_assert_msg(doc, "%s", error.message);
    mongoc_collection_t *c = mongoc_database_get_collection(r->db, collection);
    ck_assert_msg(mongoc_collection_insert_one(c, doc, NULL, NULL, &error), "%s", error.message);
    mongoc_collection_destroy(c);
    bson_destroy(doc);
}

static void raw_set(struct raw *r, const char *collection, const char *id, const char *json) {
    bson_error_t error;
    bson_t *update = bson_new_from_json((const uint8_t *)json, -1, &error);
    ck_assert_msg(update, "%s", error.message);
    bson_t *filter = BCON_NEW("_id", BCON_UTF8(id));
    mongoc_collection_t *c = mongoc_database_get_collection(r->db, collection);
    ck_assert_msg(mongoc_collection_update_one(c, filter, update, NULL, NULL, &error), "%s",
                  error.message);
    mongoc_collection_destroy(c);
    bson_destroy(update);
    bson_destroy(filter);
}

START_TEST(servers_errors_become_ours) {
    static const struct {
        int server;
        enum err_code ours;
    } rows[] = {
        {14031, ERR_FULL},        /* OutOfDiskSpace */
        {10334, ERR_TOO_LARGE},   /* BSONObjectTooLarge */
        {10107, ERR_UNAVAILABLE}, /* NotWritablePrimary */
        {11602, ERR_UNAVAILABLE}, /* InterruptedDueToReplStateChange */
        {91, ERR_UNAVAILABLE},    /* ShutdownInProgress */
        {50, ERR_UNAVAILABLE},    /* MaxTimeMSExpired */
        {13, ERR_INTERNAL},       /* Unauthorized: no time mends it */
    };
    struct mongo_server server;
    ck_assert(mongo_server_start(&server, NULL, 0, "--enable-test-commands"));
    char uri[512];
    snprintf(uri, sizeof uri, "%s/errors", server.uri);
    struct store *s = world_open_uri(uri, WORLD_TIMEOUT_MS);
    struct raw raw = raw_open(uri);
    struct backtest b = a_backtest("j", "u", 1), there;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        raw_command(&raw, "admin",
                    BCON_NEW("configureFailPoint", BCON_UTF8("failCommand"), "mode", "{", "times",
                             BCON_INT32(1), "}", "data", "{", "failCommands", "[",
                             BCON_UTF8("insert"), "]", "errorCode", BCON_INT32(rows[i].server),
                             "}"));
        gives(rows[i].ours, store_backtest_insert(s, &b, &world_err));
        gives(ERR_NOT_FOUND, store_backtest_get(s, NULL, "j", &there, &world_err));
    }
    raw_command(&raw, "admin",
                BCON_NEW("configureFailPoint", BCON_UTF8("failCommand"), "mode", "{", "times",
                         BCON_INT32(1), "}", "data", "{", "failCommands", "[", BCON_UTF8("insert"),
                         "]", "closeConnection", BCON_BOOL(true), "}"));
    gives(ERR_UNAVAILABLE, store_backtest_insert(s, &b, &world_err));
    ok(store_backtest_insert(s, &b, &world_err)); /* over a new connection */
    raw_close(&raw);
    store_close(s);
    mongo_server_stop(&server);
}
END_TEST

START_TEST(records_of_another_api_are_open_jobs) {
    struct store *s = world_open(OVER_MONGO);
    struct raw raw = raw_open(world_uri(OVER_MONGO));
    raw_insert(&raw, "backtests",
               "{\"_id\":\"foreign-1\",\"userId\":\"user123\",\"status\":\"pending\",\"params\":{"
               "\"symbol\":\"BTCUSDT\",\"when\":{\"$date\":\"2024-01-01T00:00:00Z\"}},"
               "\"createdAt\":{\"$date\":\"2024-01-02T00:00:00Z\"}}");
    raw_insert(&raw, "backtests",
               "{\"_id\":\"foreign-2\",\"userId\":\"user123\",\"status\":\"completed\","
               "\"createdAt\":{\"$date\":\"2024-01-02T00:00:00Z\"}}");
    raw_insert(&raw, "backtests",
               "{\"_id\":{\"$oid\":\"0123456789abcdef01234567\"},\"userId\":\"user123\","
               "\"status\":\"pending\",\"createdAt\":{\"$date\":\"2024-01-02T00:00:00Z\"}}");
    raw_insert(&raw, "backtests",
               "{\"_id\":\"no valid id\",\"userId\":\"user123\",\"status\":\"pending\"}");

    struct open_list open;
    ok(store_open_jobs(s, 10, &open, &world_err));
    ck_assert_uint_eq(open.n, 1);
    ck_assert_str_eq(open.items[0].id, "foreign-1");
    open_list_release(&open);
    int64_t queued, running;
    ok(store_user_load(s, "user123", &queued, &running, &world_err));
    ck_assert_int_ge(queued, 1);

    struct backtest b = got(s, "foreign-1");
    ck_assert(b.open);
    ck_assert_str_eq(b.kind, "backtest");
    ck_assert_str_eq(b.symbol, "BTCUSDT");
    ck_assert_str_eq(b.params, "{\"symbol\":\"BTCUSDT\",\"when\":\"2024-01-01T00:00:00Z\"}");
    ck_assert_int_eq(b.created_ms, 1704153600000);
    backtest_release(&b);
    b = got(s, "foreign-2");
    ck_assert(!b.open);
    backtest_release(&b);

    /* its job runs, ends and closes like any other */
    struct attempt a = an_attempt("foreign-1", 1, "t");
    struct result r = an_end("foreign-1", "user123", 1, "t");
    ok(store_attempt_insert(s, &a, &world_err));
    b = got(s, "foreign-1");
    ck_assert_int_eq(b.status, RUN_RUNNING);
    ck_assert_int_eq(b.attempt, 1);
    ck_assert_int_eq(b.started_ms, a.started_ms);
    backtest_release(&b);
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    const char ids[1][ID_MAX] = {"foreign-1"};
    ok(store_close_ended(s, ids, 1, &world_err));
    b = got(s, "foreign-1");
    ck_assert(!b.open);
    ck_assert_int_eq(b.status, RUN_COMPLETED);
    backtest_release(&b);
    ok(store_open_jobs(s, 10, &open, &world_err));
    ck_assert_uint_eq(open.n, 0);
    open_list_release(&open);
    raw_close(&raw);
    store_close(s);
}
END_TEST

START_TEST(closing_mends_a_cache_that_lags) {
    struct store *s = world_open(OVER_MONGO);
    struct raw raw = raw_open(world_uri(OVER_MONGO));
    struct backtest b = a_backtest("j", "u", 1);
    ok(store_backtest_insert(s, &b, &world_err));
    /* the runner died right after the insert that decides */
    raw_insert(
        &raw, "results",
        "{\"_id\":\"j\",\"userId\":\"u\",\"attempt\":2,\"token\":\"t\",\"status\":\"failed\","
        "\"error\":\"no data\",\"completedAt\":{\"$date\":\"2024-01-01T00:00:00Z\"}}");
    b = got(s, "j");
    ck_assert_int_eq(b.status, RUN_PENDING);
    backtest_release(&b);
    const char ids[1][ID_MAX] = {"j"};
    ok(store_close_ended(s, ids, 1, &world_err));
    b = got(s, "j");
    ck_assert(!b.open);
    ck_assert_int_eq(b.status, RUN_FAILED);
    ck_assert_str_eq(b.error, "no data");
    ck_assert_int_eq(b.attempt, 2);
    ck_assert_int_eq(b.completed_ms, 1704067200000);
    backtest_release(&b);
    raw_close(&raw);
    store_close(s);
}
END_TEST

START_TEST(delete_that_was_cut_short_is_finished) {
    struct store *s = world_open(OVER_MONGO);
    struct raw raw = raw_open(world_uri(OVER_MONGO));
    ended_backtest(s, "j", "u");
    raw_set(&raw, "results", "j", "{\"$set\":{\"deleted\":true}}");
    gives(ERR_NOT_FOUND, store_backtest_delete(s, "v", "j", &world_err));
    struct backtest b = got(s, "j");
    backtest_release(&b);
    ok(store_backtest_delete(s, "u", "j", &world_err));
    struct attempt a;
    char *data;
    size_t len;
    gives(ERR_NOT_FOUND, store_backtest_get(s, NULL, "j", &b, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_get(s, "j", 1, &a, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    gives(ERR_NOT_FOUND, store_backtest_delete(s, "u", "j", &world_err));
    raw_close(&raw);
    store_close(s);
}
END_TEST

START_TEST(indexes_are_made) {
    struct store *s = world_open(OVER_MONGO);
    struct raw raw = raw_open(world_uri(OVER_MONGO));
    static const struct {
        const char *collection;
        int indexes; /* with that of _id */
    } rows[] = {{"backtests", 5}, {"attempts", 2}, {"trades", 2}, {"candles", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mongoc_collection_t *c = mongoc_database_get_collection(raw.db, rows[i].collection);
        mongoc_cursor_t *cursor = mongoc_collection_find_indexes_with_opts(c, NULL);
        const bson_t *doc;
        int n = 0;
        while (mongoc_cursor_next(cursor, &doc))
            n++;
        ck_assert_msg(n == rows[i].indexes, "%s has %d indexes", rows[i].collection, n);
        mongoc_cursor_destroy(cursor);
        mongoc_collection_destroy(c);
    }
    raw_close(&raw);
    store_close(s);
}
END_TEST

START_TEST(uris_that_cannot_keep_the_promise_are_refused) {
    struct store_options opt = {.timeout_ms = 300};
    char uri[600];
    /* a newer schema */
    store_close(world_open(OVER_MONGO));
    struct raw raw = raw_open(world_uri(OVER_MONGO));
    raw_set(&raw, "meta", "schema", "{\"$set\":{\"version\":99}}");
    ck_assert_ptr_null(store_open(world_uri(OVER_MONGO), &opt, &world_err));
    ck_assert_int_eq(world_err.code, ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(world_err.message, "newer"));
    raw_close(&raw);

    snprintf(uri, sizeof uri, "%s%cw=0", world_uri(OVER_MONGO),
             strchr(world_uri(OVER_MONGO), '?') ? '&' : '?');
    ck_assert_ptr_null(store_open(uri, &opt, &world_err));
    ck_assert_int_eq(world_err.code, ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(world_err.message, "w=0"));
    ck_assert_ptr_null(store_open("mongodb://", &opt, &world_err));
    ck_assert_int_eq(world_err.code, ERR_INVALID);
    /* nobody listens on port 1 */
    ck_assert_ptr_null(store_open("mongodb://127.0.0.1:1/x", &opt, &world_err));
    ck_assert_int_eq(world_err.code, ERR_UNAVAILABLE);
}
END_TEST

void store_cases_mongo(TCase *tcase) {
    const TTest *tests[] = {servers_errors_become_ours,
                            records_of_another_api_are_open_jobs,
                            closing_mends_a_cache_that_lags,
                            delete_that_was_cut_short_is_finished,
                            indexes_are_made,
                            uris_that_cannot_keep_the_promise_are_refused};
    for (size_t i = 0; world_has_mongo() && i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
}
