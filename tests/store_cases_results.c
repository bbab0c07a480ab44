/* Ends and their parts over both stores. */
#include "tests/store_world.h"

#include <stdlib.h>
#include <string.h>

static void running(struct store *s, const char *id) {
    struct backtest b = a_backtest(id, "u", 1);
    struct attempt a = an_attempt(id, 1, "t");
    ok(store_backtest_insert(s, &b, &world_err));
    ok(store_attempt_insert(s, &a, &world_err));
}

START_TEST(end_reads_back_and_spreads) {
    struct store *s = world_open(_i);
    running(s, "j");
    gives(ERR_NOT_FOUND, store_result_exists(s, "j", &world_err));
    struct result r = an_end("j", "u", 1, "t"), back;
    memcpy(r.kind, "sweep", 6);
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    ok(store_result_exists(s, "j", &world_err));

    ok(store_result_get(s, NULL, "j", true, &back, &world_err));
    ck_assert_str_eq(back.id, "j");
    ck_assert_str_eq(back.user_id, "u");
    ck_assert_int_eq(back.attempt, 1);
    ck_assert_str_eq(back.token, "t");
    ck_assert_str_eq(back.kind, "sweep");
    ck_assert_int_eq(back.status, RUN_COMPLETED);
    ck_assert(!back.deleted);
    ck_assert_ptr_null(back.error);
    ck_assert_str_eq(back.code, "");
    ck_assert_str_eq(back.summary, r.summary); /* text for text: every announcement is the same */
    ck_assert_str_eq(back.body, r.body);
    ck_assert_str_eq(back.data_hash, r.data_hash);
    ck_assert_str_eq(back.engine, r.engine);
    ck_assert_int_eq(back.completed_ms, 5000);
    result_release(&back);
    ok(store_result_get(s, NULL, "j", false, &back, &world_err));
    ck_assert_ptr_null(back.body);
    ck_assert_str_eq(back.summary, r.summary);
    result_release(&back);

    struct attempt a;
    ok(store_attempt_get(s, "j", 1, &a, &world_err));
    ck_assert_int_eq(a.end, ATTEMPT_DONE);
    struct backtest b = got(s, "j");
    ck_assert_int_eq(b.status, RUN_COMPLETED);
    ck_assert_double_eq(b.progress, 100);
    ck_assert_int_eq(b.completed_ms, 5000);
    ck_assert(b.open); /* until it is announced */
    backtest_release(&b);
    store_close(s);
}
END_TEST

START_TEST(first_end_is_final) {
    struct store *s = world_open(_i);
    running(s, "j");
    struct result fail = an_end("j", "u", 1, "supervisor");
    fail.status = RUN_FAILED;
    fail.summary = fail.body = NULL;
    fail.error = (char[]){"The worker was lost three times"};
    memcpy(fail.code, "worker_lost", 12);
    ok(store_result_insert(s, &fail, NULL, 0, &world_err));

    struct result late = an_end("j", "u", 1, "t"), back;
    struct part parts[] = {{"trades", "xyz", 3}, {"equity", "abc", 3}};
    gives(ERR_DUPLICATE, store_result_insert(s, &late, parts, 2, &world_err));
    char *data;
    size_t len;
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "equity", &data, &len, &world_err));
    ok(store_result_get(s, NULL, "j", true, &back, &world_err));
    ck_assert_int_eq(back.status, RUN_FAILED);
    ck_assert_str_eq(back.error, fail.error);
    ck_assert_str_eq(back.code, "worker_lost");
    ck_assert_ptr_null(back.body);
    result_release(&back);
    struct backtest b = got(s, "j");
    ck_assert_int_eq(b.status, RUN_FAILED);
    ck_assert_str_eq(b.error, fail.error);
    backtest_release(&b);
    store_close(s);
}
END_TEST

START_TEST(same_end_again_is_no_duplicate_and_keeps_its_parts) {
    struct store *s = world_open(_i);
    running(s, "j");
    struct result r = an_end("j", "u", 1, "t");
    struct part part = {"trades", "bytes", 5};
    ok(store_result_insert(s, &r, &part, 1, &world_err));
    ok(store_result_insert(s, &r, &part, 1, &world_err));
    char *data;
    size_t len;
    ok(store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    ck_assert_uint_eq(len, 5);
    free(data);

    /* a late loser of another attempt takes only its own parts away */
    struct result other = an_end("j", "u", 2, "t2");
    gives(ERR_DUPLICATE, store_result_insert(s, &other, &part, 1, &world_err));
    ok(store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    free(data);
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 2, "trades", &data, &len, &world_err));
    store_close(s);
}
END_TEST

START_TEST(parts_past_twenty_megabytes_come_back_whole) {
    struct store *s = world_open(_i);
    running(s, "j");
    size_t len = (22U << 20) + 12345, n;
    char *big = malloc(len), *back;
    ck_assert_ptr_nonnull(big);
    for (size_t i = 0; i < len; i++)
        big[i] = (char)(i * 2654435761U >> 24);
    struct part parts[] = {
        {"equity", big, len}, {"trades", "", 0}, {"exact", big, 2 * (size_t)PART_CHUNK}};
    struct result r = an_end("j", "u", 1, "t");
    ok(store_result_insert(s, &r, parts, 3, &world_err));
    for (int i = 0; i < 3; i++) {
        ok(store_part_get(s, "j", 1, parts[i].name, &back, &n, &world_err));
        ck_assert_uint_eq(n, parts[i].len);
        ck_assert_ptr_nonnull(back);
        ck_assert_mem_eq(back, parts[i].data, n);
        free(back);
    }
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "other", &back, &n, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 2, "equity", &back, &n, &world_err));
    ok(store_backtest_delete(s, NULL, "j", &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "equity", &back, &n, &world_err));
    free(big);
    store_close(s);
}
END_TEST

START_TEST(record_near_sixteen_megabytes) {
    struct store *s = world_open(_i);
    running(s, "fits");
    running(s, "over");
    size_t len = STORE_RECORD_MAX - 1000;
    char *body = malloc(STORE_RECORD_MAX + 2);
    ck_assert_ptr_nonnull(body);
    memset(body, 'x', STORE_RECORD_MAX + 1);
    body[len] = 0;
    struct result r = an_end("fits", "u", 1, "t"), back;
    r.body = body;
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    ok(store_result_get(s, NULL, "fits", true, &back, &world_err));
    ck_assert_uint_eq(strlen(back.body), len);
    ck_assert_str_eq(back.body, body);
    result_release(&back);

    body[len] = 'x';
    body[STORE_RECORD_MAX + 1] = 0;
    r = an_end("over", "u", 1, "t");
    r.body = body;
    struct part part = {"trades", "bytes", 5};
    gives(ERR_TOO_LARGE, store_result_insert(s, &r, &part, 1, &world_err));
    gives(ERR_NOT_FOUND, store_result_exists(s, "over", &world_err));
    char *data;
    gives(ERR_NOT_FOUND, store_part_get(s, "over", 1, "trades", &data, &len, &world_err));
    struct attempt a;
    ok(store_attempt_get(s, "over", 1, &a, &world_err));
    ck_assert_int_eq(a.end, ATTEMPT_LIVE);
    free(body);
    store_close(s);
}
END_TEST

START_TEST(broken_ends_are_refused) {
    struct store *s = world_open(_i);
    running(s, "j");
    struct part part = {"trades", "bytes", 5}, odd = {"a:b", "bytes", 5};
    struct result r = an_end("j", "u", 0, "t");
    gives(ERR_INVALID, store_result_insert(s, &r, &part, 1, &world_err));
    r = an_end("j", "u", 1, "t");
    gives(ERR_INVALID, store_result_insert(s, &r, &odd, 1, &world_err));
    r.status = RUN_RUNNING;
    gives(ERR_INVALID, store_result_insert(s, &r, NULL, 0, &world_err));
    gives(ERR_NOT_FOUND, store_result_exists(s, "j", &world_err));

    /* without an attempt: cancelled while pending */
    struct backtest b = a_backtest("p", "u", 1);
    ok(store_backtest_insert(s, &b, &world_err));
    r = an_end("p", "u", 0, "t");
    r.status = RUN_CANCELLED;
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    b = got(s, "p");
    ck_assert_int_eq(b.status, RUN_CANCELLED);
    ck_assert_int_eq(b.attempt, 0);
    backtest_release(&b);
    store_close(s);
}
END_TEST

STORE_CASES(results, end_reads_back_and_spreads, first_end_is_final,
            same_end_again_is_no_duplicate_and_keeps_its_parts,
            parts_past_twenty_megabytes_come_back_whole, record_near_sixteen_megabytes,
            broken_ends_are_refused)
