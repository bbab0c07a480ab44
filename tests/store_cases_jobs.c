/* Attempts, open jobs, what is cached of them, idempotency: over both stores. */
#include "tests/store_world.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"

static void cached(struct store *s, const char *id, enum run_status status, int attempt,
                   double progress) {
    struct backtest b = got(s, id);
    ck_assert_str_eq(run_status_name(b.status), run_status_name(status));
    ck_assert_int_eq(b.attempt, attempt);
    ck_assert_double_eq(b.progress, progress);
    backtest_release(&b);
}

static void put(struct store *s, const char *id, const char *user, int64_t created_ms) {
    struct backtest b = a_backtest(id, user, created_ms);
    ok(store_backtest_insert(s, &b, &world_err));
}

static void claim(struct store *s, const char *id, int n, const char *token) {
    struct attempt a = an_attempt(id, n, token);
    ok(store_attempt_insert(s, &a, &world_err));
}

START_TEST(attempt_is_claimed_once_and_cached) {
    struct store *s = world_open(_i);
    put(s, "j", "u", 1);
    struct attempt a = an_attempt("j", 1, "t1"), r;
    a.beat = 3;
    a.progress = 12.5;
    ok(store_attempt_insert(s, &a, &world_err));
    cached(s, "j", RUN_RUNNING, 1, 12.5);
    struct backtest b = got(s, "j");
    ck_assert_int_eq(b.started_ms, a.started_ms);
    ck_assert_int_gt(b.updated_ms, 1);
    backtest_release(&b);

    ok(store_attempt_get(s, "j", 1, &r, &world_err));
    ck_assert_str_eq(r.id, "j");
    ck_assert_str_eq(r.token, "t1");
    ck_assert_str_eq(r.owner, "host:1");
    ck_assert_int_eq(r.n, 1);
    ck_assert_int_eq(r.beat, 3);
    ck_assert_double_eq(r.progress, 12.5);
    ck_assert_int_eq(r.end, ATTEMPT_LIVE);
    ck_assert_int_eq(r.started_ms, a.started_ms);

    memcpy(a.token, "t2", 3);
    gives(ERR_DUPLICATE, store_attempt_insert(s, &a, &world_err));
    ok(store_attempt_get(s, "j", 1, &r, &world_err));
    ck_assert_str_eq(r.token, "t1");

    gives(ERR_NOT_FOUND, store_attempt_get(s, "j", 2, &r, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_get(s, "other", 0, &r, &world_err));
    a = an_attempt("j", 0, "t");
    gives(ERR_INVALID, store_attempt_insert(s, &a, &world_err));

    /* ten attempts: the highest by number, not by text; the first start stays */
    for (int n = 2; n <= 10; n++)
        claim(s, "j", n, "t");
    ok(store_attempt_get(s, "j", 0, &r, &world_err));
    ck_assert_int_eq(r.n, 10);
    cached(s, "j", RUN_RUNNING, 10, 0);
    b = got(s, "j");
    ck_assert_int_eq(b.started_ms, 1001);
    backtest_release(&b);
    store_close(s);
}
END_TEST

START_TEST(cached_status_never_goes_back) {
    struct store *s = world_open(_i);
    put(s, "j", "u", 1);
    claim(s, "j", 5, "t5");
    claim(s, "j", 3, "t3"); /* late, lower: may exist, changes nothing */
    cached(s, "j", RUN_RUNNING, 5, 0);
    struct attempt low = an_attempt("j", 3, "t3"), high = an_attempt("j", 5, "t5");
    high.progress = 50;
    low.progress = 90;
    ok(store_attempt_beat(s, &high, &world_err));
    ok(store_attempt_beat(s, &low, &world_err));
    cached(s, "j", RUN_RUNNING, 5, 50);

    struct result r = an_end("j", "u", 5, "t5");
    r.status = RUN_CANCELLED;
    r.summary = r.body = NULL;
    r.error = (char[]){"Cancelled"};
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    cached(s, "j", RUN_CANCELLED, 5, 50);
    claim(s, "j", 6, "t6");
    struct attempt late = an_attempt("j", 6, "t6");
    late.progress = 99;
    ok(store_attempt_beat(s, &late, &world_err));
    cached(s, "j", RUN_CANCELLED, 5, 50);
    store_close(s);
}
END_TEST

START_TEST(beat_is_the_live_owners_alone) {
    struct store *s = world_open(_i);
    put(s, "j", "u", 1);
    claim(s, "j", 1, "mine");
    struct attempt a = an_attempt("j", 1, "mine"), r;
    a.beat = 7;
    a.progress = 33;
    ok(store_attempt_beat(s, &a, &world_err));
    ok(store_attempt_beat(s, &a, &world_err)); /* unchanged is not "not found" */
    ok(store_attempt_get(s, "j", 1, &r, &world_err));
    ck_assert_int_eq(r.beat, 7);
    ck_assert_double_eq(r.progress, 33);

    struct attempt other = an_attempt("j", 1, "other");
    other.beat = 8;
    gives(ERR_NOT_FOUND, store_attempt_beat(s, &other, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_end(s, "j", 1, "other", ATTEMPT_RELEASED, &world_err));
    gives(ERR_INVALID, store_attempt_end(s, "j", 1, "mine", ATTEMPT_LIVE, &world_err));
    ok(store_attempt_end(s, "j", 1, "mine", ATTEMPT_RELEASED, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_beat(s, &a, &world_err));
    gives(ERR_NOT_FOUND, store_attempt_end(s, "j", 1, NULL, ATTEMPT_LOST, &world_err));
    ok(store_attempt_get(s, "j", 1, &r, &world_err));
    ck_assert_int_eq(r.end, ATTEMPT_RELEASED);
    ck_assert_int_eq(r.beat, 7);

    claim(s, "j", 2, "x");
    ok(store_attempt_end(s, "j", 2, NULL, ATTEMPT_LOST, &world_err)); /* whoever's */
    gives(ERR_NOT_FOUND, store_attempt_end(s, "j", 9, NULL, ATTEMPT_LOST, &world_err));
    store_close(s);
}
END_TEST

static int beat_many(int i, void *arg) {
    struct store *s = world_open((int)(intptr_t)arg);
    char id[16];
    snprintf(id, sizeof id, "j%d", i);
    struct attempt a = an_attempt(id, 1, "t");
    for (int k = 1; k <= 25; k++) {
        a.beat = k;
        a.progress = k;
        if (store_attempt_beat(s, &a, &world_err) != ERR_NONE)
            return 101;
    }
    store_close(s);
    return 1;
}

START_TEST(beats_of_many_runners_do_not_lose_one_another) {
    struct store *s = world_open(_i);
    char id[16];
    for (int i = 0; i < 8; i++) {
        snprintf(id, sizeof id, "j%d", i);
        put(s, id, "u", 1);
        claim(s, id, 1, "t");
    }
    store_close(s);
    ck_assert_int_eq(in_processes(8, beat_many, (void *)(intptr_t)_i), 8);
    s = world_open(_i);
    for (int i = 0; i < 8; i++) {
        struct attempt a;
        snprintf(id, sizeof id, "j%d", i);
        ok(store_attempt_get(s, id, 1, &a, &world_err));
        ck_assert_int_eq(a.beat, 25);
        cached(s, id, RUN_RUNNING, 1, 25);
    }
    store_close(s);
}
END_TEST

START_TEST(open_jobs_show_what_decides) {
    struct store *s = world_open(_i);
    put(s, "c-third", "u", 30);
    put(s, "a-first", "u", 10);
    put(s, "b-second", "v", 20);
    ended_backtest(s, "d-ended", "u"); /* created at 1000, still open */
    struct backtest closed = a_backtest("closed", "u", 1);
    closed.open = false;
    ok(store_backtest_insert(s, &closed, &world_err));
    struct backtest first = a_backtest("e-urgent", "u", 2000);
    first.priority = 9;
    ok(store_backtest_insert(s, &first, &world_err));

    static const enum attempt_end ends[] = {ATTEMPT_LOST,  ATTEMPT_RELEASED, ATTEMPT_RETRY,
                                            ATTEMPT_RETRY, ATTEMPT_LOST,     ATTEMPT_RELEASED,
                                            ATTEMPT_RETRY, ATTEMPT_RELEASED, ATTEMPT_RELEASED};
    for (int n = 1; n <= 9; n++) {
        claim(s, "b-second", n, "t");
        ok(store_attempt_end(s, "b-second", n, NULL, ends[n - 1], &world_err));
    }
    claim(s, "b-second", 10, "live");

    struct open_list list;
    ok(store_open_jobs(s, 100, &list, &world_err));
    ck_assert_uint_eq(list.n, 5);
    static const char *const order[] = {"a-first", "b-second", "c-third", "d-ended", "e-urgent"};
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(list.items[i].id, order[i]);
    const struct open_job *b = &list.items[1];
    ck_assert_str_eq(b->user_id, "v");
    ck_assert_int_eq(b->created_ms, 20);
    ck_assert_int_eq(b->attempts, 10);
    ck_assert_int_eq(b->lost, 2);
    ck_assert_int_eq(b->retry, 3);
    ck_assert_int_eq(b->released, 4);
    ck_assert_str_eq(b->last.token, "live");
    ck_assert_int_eq(b->last.n, 10);
    ck_assert_int_eq(b->last.end, ATTEMPT_LIVE);
    ck_assert(!b->ended);
    ck_assert_int_eq(list.items[0].attempts, 0);
    ck_assert(list.items[3].ended);
    ck_assert_int_eq(list.items[3].last.end, ATTEMPT_DONE);
    ck_assert_int_eq(list.items[4].priority, 9);
    open_list_release(&list);

    ok(store_open_jobs(s, 2, &list, &world_err));
    ck_assert_uint_eq(list.n, 2);
    ck_assert_str_eq(list.items[1].id, "b-second");
    ck_assert_int_eq(list.items[1].attempts, 10);
    open_list_release(&list);
    store_close(s);
}
END_TEST

START_TEST(only_ended_records_close) {
    struct store *s = world_open(_i);
    ended_backtest(s, "done1", "u");
    ended_backtest(s, "done2", "u");
    put(s, "young", "u", 1);
    const char ids[4][ID_MAX] = {"done1", "young", "nobody", "done2"};
    ok(store_close_ended(s, ids, 4, &world_err));
    ok(store_close_ended(s, ids, 4, &world_err)); /* twice is harmless */
    ok(store_close_ended(s, ids, 0, &world_err));
    struct open_list list;
    ok(store_open_jobs(s, 10, &list, &world_err));
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.items[0].id, "young");
    open_list_release(&list);
    struct backtest b = got(s, "done2");
    ck_assert(!b.open);
    ck_assert_int_eq(b.status, RUN_COMPLETED);
    backtest_release(&b);
    store_close(s);
}
END_TEST

START_TEST(load_counts_a_users_open_jobs) {
    struct store *s = world_open(_i);
    int64_t queued = -1, running = -1;
    ok(store_user_load(s, "u", &queued, &running, &world_err));
    ck_assert_int_eq(queued, 0);
    ck_assert_int_eq(running, 0);
    put(s, "q1", "u", 1);
    put(s, "q2", "u", 1);
    put(s, "r1", "u", 1);
    put(s, "other", "v", 1);
    claim(s, "r1", 1, "t");
    ended_backtest(s, "done", "u"); /* waits to be announced: neither */
    ok(store_user_load(s, "u", &queued, &running, &world_err));
    ck_assert_int_eq(queued, 2);
    ck_assert_int_eq(running, 1);

    /* lost and taken again it runs; ended, closed, deleted it counts no more */
    ok(store_attempt_end(s, "r1", 1, NULL, ATTEMPT_LOST, &world_err));
    claim(s, "r1", 2, "t");
    claim(s, "q1", 1, "t");
    struct result r = an_end("q2", "u", 0, "t");
    r.status = RUN_CANCELLED;
    ok(store_result_insert(s, &r, NULL, 0, &world_err));
    const char ids[2][ID_MAX] = {"done", "q2"};
    ok(store_close_ended(s, ids, 2, &world_err));
    ok(store_backtest_delete(s, "u", "done", &world_err));
    ok(store_user_load(s, "u", &queued, &running, &world_err));
    ck_assert_int_eq(queued, 0);
    ck_assert_int_eq(running, 2);
    ok(store_user_load(s, "v", &queued, &running, &world_err));
    ck_assert_int_eq(queued, 1);
    ck_assert_int_eq(running, 0);
    store_close(s);
}
END_TEST

START_TEST(idempotency_row_decides_for_a_day) {
    struct store *s = world_open(_i);
    struct idempotency row = {.key = "u:key 1", .payload_hash = "h1", .backtest_id = "bt_1"};
    struct idempotency there = {.key = ""};
    row.created_ms = 1000 * MS_PER_HOUR;
    ok(store_idempotency_insert(s, &row, &there, &world_err));
    ck_assert_str_eq(there.key, "");

    struct idempotency again = {.key = "u:key 1", .payload_hash = "h2", .backtest_id = "bt_2"};
    again.created_ms = row.created_ms + (IDEMPOTENCY_HOURS * MS_PER_HOUR);
    gives(ERR_DUPLICATE, store_idempotency_insert(s, &again, &there, &world_err));
    ck_assert_str_eq(there.key, "u:key 1");
    ck_assert_str_eq(there.payload_hash, "h1");
    ck_assert_str_eq(there.backtest_id, "bt_1");
    ck_assert_int_eq(there.created_ms, row.created_ms);
    gives(ERR_DUPLICATE, store_idempotency_insert(s, &again, NULL, &world_err));

    again.created_ms++; /* a day is over */
    ok(store_idempotency_insert(s, &again, &there, &world_err));
    gives(ERR_DUPLICATE, store_idempotency_insert(s, &again, &there, &world_err));
    ck_assert_str_eq(there.backtest_id, "bt_2");
    memcpy(row.key, "v:key 1", 8);
    ok(store_idempotency_insert(s, &row, NULL, &world_err));
    store_close(s);
}
END_TEST

STORE_CASES(jobs, attempt_is_claimed_once_and_cached, cached_status_never_goes_back,
            beat_is_the_live_owners_alone, beats_of_many_runners_do_not_lose_one_another,
            open_jobs_show_what_decides, only_ended_records_close, load_counts_a_users_open_jobs,
            idempotency_row_decides_for_a_day)
