/* Users' backtests over both stores. */
#include "tests/store_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

/* Equal as JSON, whatever the spelling of numbers and spaces; key order counts. */
static void same_json(const char *a, const char *b) {
    struct json_object *x = json_parse(a, strlen(a), &world_err);
    struct json_object *y = json_parse(b, strlen(b), &world_err);
    ck_assert_msg(x && y, "%s / %s: %s", a, b, world_err.message);
    ck_assert_msg(json_object_equal(x, y), "%s is not %s", a, b);
    json_object_put(x);
    json_object_put(y);
}

START_TEST(backtest_reads_back_as_stored) {
    struct store *s = world_open(_i);
    struct backtest b =
        a_backtest("bt_0123456789abcdef01234567", "user@example.org", 1700000000123);
    b.status = RUN_FAILED;
    b.progress = 37.5;
    b.attempt = 2;
    b.priority = 7;
    b.open = false;
    b.note = (char[]){"a note \xc3\xa4\xe2\x82\xac \"quoted\"\n"};
    b.error = (char[]){"Insufficient market data"};
    b.updated_ms = b.created_ms + 1;
    b.started_ms = b.created_ms + 2;
    b.completed_ms = b.created_ms + 3;
    ok(store_backtest_insert(s, &b, &world_err));

    struct backtest r = got(s, b.id);
    ck_assert_str_eq(r.id, b.id);
    ck_assert_str_eq(r.user_id, b.user_id);
    ck_assert_str_eq(r.kind, "backtest");
    ck_assert_str_eq(r.symbol, "BTCUSDT");
    ck_assert_int_eq(r.status, RUN_FAILED);
    ck_assert_double_eq(r.progress, 37.5);
    ck_assert_int_eq(r.attempt, 2);
    ck_assert_int_eq(r.priority, 7);
    ck_assert(!r.open);
    ck_assert_str_eq(r.note, b.note);
    ck_assert_str_eq(r.error, b.error);
    same_json(r.params, b.params);
    same_json(r.tags, b.tags);
    ck_assert_int_eq(r.created_ms, b.created_ms);
    ck_assert_int_eq(r.updated_ms, b.updated_ms);
    ck_assert_int_eq(r.started_ms, b.started_ms);
    ck_assert_int_eq(r.completed_ms, b.completed_ms);
    backtest_release(&r);

    gives(ERR_DUPLICATE, store_backtest_insert(s, &b, &world_err));
    store_close(s);
}
END_TEST

START_TEST(absent_stays_absent) {
    struct store *s = world_open(_i);
    struct backtest b = a_backtest("plain-id_1", "u", 5);
    b.tags = NULL;
    ok(store_backtest_insert(s, &b, &world_err));
    struct backtest r = got(s, b.id);
    ck_assert_ptr_null(r.note);
    ck_assert_ptr_null(r.error);
    ck_assert_ptr_null(r.tags);
    ck_assert_int_eq(r.started_ms, 0);
    ck_assert_int_eq(r.completed_ms, 0);
    ck_assert(r.open);
    backtest_release(&r);
    store_close(s);
}
END_TEST

/* What a request may hold, and what has broken other stores: dots and dollars in keys, an empty
 * key, extended-JSON words of MongoDB, deep nesting, exact numbers. */
START_TEST(params_keep_order_numbers_and_odd_keys) {
    static const char *const texts[] = {
        "{}",
        "{\"zebra\":1,\"apple\":2,\"mango\":{\"b\":1,\"a\":2}}",
        "{\"n\":[0,-1,2147483647,2147483648,-9007199254740993,9223372036854775807]}",
        "{\"d\":[0.1,1e-300,1.7976931348623157e308,-2.5,3.0000000000000004,5e-324]}",
        "{\"a.b\":1,\"$set\":{\"x\":1},\"c\":{\"$oid\":\"0123456789abcdef01234567\"},\"x.y.z\":[]}",
        "{\"$date\":\"2024-01-01\",\"r\":{\"$regex\":\"^a\"},\"\":\"empty key\"}",
        "{\"t\":true,\"f\":false,\"z\":null,\"s\":\"\",\"l\":[[],[{}],[null,[1,[2,[3]]]]]}",
        "{\"u\":\"\\u00e4\\u20ac\\ud83d\\ude00 \\\"quotes\\\" \\\\ \\n\\t\",\"\xc3\xbc\":1}",
        "{\"long.entry\":\"crossover(f, s) and rsi(close, 14) < 70\",\"stopLoss\":0.02}",
    };
    struct store *s = world_open(_i);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char id[32];
        snprintf(id, sizeof id, "odd%zu", i);
        struct backtest b = a_backtest(id, "u", 1);
        b.params = strdup(texts[i]);
        ok(store_backtest_insert(s, &b, &world_err));
        struct backtest r = got(s, id);
        same_json(r.params, texts[i]);
        backtest_release(&r);
        free(b.params);
    }
    /* json_object_equal does not see the order of keys */
    struct backtest r = got(s, "odd1");
    ck_assert_str_eq(r.params, texts[1]);
    backtest_release(&r);
    store_close(s);
}
END_TEST

START_TEST(params_that_are_no_object_are_refused) {
    struct store *s = world_open(_i);
    static const char *const texts[] = {"",      "{",           "[1]",
                                        "\"x\"", "{\"a\":NaN}", "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct backtest b = a_backtest("bad", "u", 1);
        b.params = strdup(texts[i]);
        gives(ERR_INVALID, store_backtest_insert(s, &b, &world_err));
        free(b.params);
    }
    struct backtest b = a_backtest("bad", "u", 1);
    b.tags = (char[]){"{\"not\":\"a list\"}"};
    gives(ERR_INVALID, store_backtest_insert(s, &b, &world_err));
    b = a_backtest("bad id", "u", 1);
    gives(ERR_INVALID, store_backtest_insert(s, &b, &world_err));
    b = a_backtest("bad", "u|v", 1);
    gives(ERR_INVALID, store_backtest_insert(s, &b, &world_err));
    struct backtest none;
    gives(ERR_NOT_FOUND, store_backtest_get(s, NULL, "bad", &none, &world_err));
    store_close(s);
}
END_TEST

START_TEST(another_users_record_is_not_found_on_every_call) {
    struct store *s = world_open(_i);
    ended_backtest(s, "mine", "alice");
    struct backtest b = {.note = NULL};
    struct result r = {.attempt = 77};

    gives(ERR_NOT_FOUND, store_backtest_get(s, "bob", "mine", &b, &world_err));
    gives(ERR_NOT_FOUND, store_result_get(s, "bob", "mine", true, &r, &world_err));
    gives(ERR_NOT_FOUND, store_backtest_delete(s, "bob", "mine", &world_err));
    ck_assert_int_eq(r.attempt, 77); /* ret_ untouched */
    struct backtest_filter f = {.owner = "bob", .limit = 10};
    struct backtest_list list;
    ok(store_backtest_list(s, &f, &list, &world_err));
    ck_assert_uint_eq(list.n, 0);
    backtest_list_release(&list);

    ok(store_backtest_get(s, "alice", "mine", &b, &world_err));
    backtest_release(&b);
    ok(store_result_get(s, "alice", "mine", true, &r, &world_err));
    result_release(&r);
    ok(store_backtest_get(s, NULL, "mine", &b, &world_err));
    backtest_release(&b);

    /* one that has not ended: not found for others, a conflict for its owner */
    b = a_backtest("young", "alice", 1);
    ok(store_backtest_insert(s, &b, &world_err));
    gives(ERR_NOT_FOUND, store_backtest_delete(s, "bob", "young", &world_err));
    gives(ERR_CONFLICT, store_backtest_delete(s, "alice", "young", &world_err));
    gives(ERR_CONFLICT, store_backtest_delete(s, NULL, "young", &world_err));
    gives(ERR_NOT_FOUND, store_backtest_delete(s, NULL, "nobody", &world_err));
    store_close(s);
}
END_TEST

/* Pages through all of a list; checks the order and that nothing is missed or shown twice. */
static size_t page_through(struct store *s, struct backtest_filter f) {
    size_t seen = 0;
    int64_t last_ms = INT64_MAX;
    char last_id[ID_MAX] = "";
    for (;;) {
        struct backtest_list list;
        ok(store_backtest_list(s, &f, &list, &world_err));
        ck_assert_uint_le(list.n, f.limit);
        for (size_t i = 0; i < list.n; i++) {
            const struct backtest *b = &list.items[i];
            ck_assert(b->created_ms < last_ms ||
                      (b->created_ms == last_ms && strcmp(b->id, last_id) < 0));
            last_ms = b->created_ms;
            memcpy(last_id, b->id, sizeof last_id);
            ck_assert_ptr_nonnull(b->params);
        }
        seen += list.n;
        bool more = list.more;
        ck_assert(!more || list.n == f.limit);
        backtest_list_release(&list);
        if (!more)
            return seen;
        f.cursor_created_ms = last_ms;
        memcpy(f.cursor_id, last_id, sizeof f.cursor_id);
    }
}

START_TEST(list_pages_newest_first_with_filters) {
    char eth[] = "{\"symbol\":\"ETHUSDT\"}";
    struct store *s = world_open(_i);
    for (int i = 0; i < 60; i++) {
        char id[32];
        snprintf(id, sizeof id, "job%02d", i);
        struct backtest b = a_backtest(id, i % 3 ? "alice" : "bob", 1000 + i / 4); /* ties */
        b.status = i % 5 == 0 ? RUN_COMPLETED : RUN_PENDING;
        if (i % 2) {
            memcpy(b.symbol, "ETHUSDT", 8);
            b.params = eth;
        }
        b.tags = i % 4 == 0 ? (char[]){"[\"x\",\"it's\"]"} : NULL;
        if (i == 59)
            memcpy(b.kind, "sweep", 6);
        ok(store_backtest_insert(s, &b, &world_err));
    }
    for (size_t limit = 1; limit <= 61; limit += 6) {
        struct backtest_filter f = {.limit = limit};
        ck_assert_uint_eq(page_through(s, f), 60);
        f.owner = "bob";
        ck_assert_uint_eq(page_through(s, f), 20);
        f.status = "completed"; /* multiples of 15 */
        ck_assert_uint_eq(page_through(s, f), 4);
        f = (struct backtest_filter){.limit = limit, .symbol = "ETHUSDT"};
        ck_assert_uint_eq(page_through(s, f), 30);
        f.tag = "x"; /* only on even ones */
        ck_assert_uint_eq(page_through(s, f), 0);
        f.symbol = "BTCUSDT";
        f.tag = "it's";
        ck_assert_uint_eq(page_through(s, f), 15);
        f = (struct backtest_filter){.limit = limit, .kind = "sweep"};
        ck_assert_uint_eq(page_through(s, f), 1);
        f.kind = "' OR 1=1 --";
        ck_assert_uint_eq(page_through(s, f), 0);
    }
    struct backtest_list list;
    struct backtest_filter f = {.limit = 0};
    gives(ERR_INVALID, store_backtest_list(s, &f, &list, &world_err));
    store_close(s);
}
END_TEST

START_TEST(delete_leaves_a_tombstone_and_nothing_else) {
    struct store *s = world_open(_i);
    ended_backtest(s, "gone", "alice");
    ended_backtest(s, "stays", "alice");
    ok(store_backtest_delete(s, "alice", "gone", &world_err));

    struct backtest b;
    struct attempt a;
    char *data;
    size_t len;
    gives(ERR_NOT_FOUND, store_backtest_get(s, NULL, "gone", &b, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_get(s, "gone", 0, &a, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "gone", 1, "trades", &data, &len, &world_err));
    ok(store_result_exists(s, "gone", &world_err));
    struct result r;
    ok(store_result_get(s, "alice", "gone", true, &r, &world_err));
    ck_assert(r.deleted);
    ck_assert_str_eq(r.user_id, "alice");
    ck_assert_ptr_null(r.body);
    ck_assert_ptr_null(r.summary);
    ck_assert_int_gt(r.completed_ms, 5000); /* when it was deleted */
    result_release(&r);
    gives(ERR_NOT_FOUND, store_result_get(s, "bob", "gone", true, &r, &world_err));
    gives(ERR_NOT_FOUND, store_backtest_delete(s, "alice", "gone", &world_err));

    /* no late worker brings it back */
    r = an_end("gone", "alice", 1, "token");
    struct part part = {.name = "trades", .data = "bytes", .len = 5};
    gives(ERR_DUPLICATE, store_result_insert(s, &r, &part, 1, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "gone", 1, "trades", &data, &len, &world_err));

    ok(store_part_get(s, "stays", 1, "trades", &data, &len, &world_err));
    free(data);
    b = got(s, "stays");
    ck_assert_int_eq(b.status, RUN_COMPLETED);
    backtest_release(&b);
    store_close(s);
}
END_TEST

STORE_CASES(backtests, backtest_reads_back_as_stored, absent_stays_absent,
            params_keep_order_numbers_and_odd_keys, params_that_are_no_object_are_refused,
            another_users_record_is_not_found_on_every_call, list_pages_newest_first_with_filters,
            delete_leaves_a_tombstone_and_nothing_else)
