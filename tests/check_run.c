/* The record's words, and the steps of a job's life, over SQLite and without a bus. */
#include "lib/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/event.h"
#include "lib/id.h"
#include "lib/store.h"
#include "tests/suite.h"

static struct err err;
static char folder[64];

static struct store *open_store(void) {
    char uri[128];
    snprintf(folder, sizeof folder, "/tmp/candlemill-run.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(uri, sizeof uri, "sqlite:%s/s.db", folder);
    struct store_options opt = {.timeout_ms = 1000};
    struct store *s = store_open(uri, &opt, &err);
    ck_assert_msg(s, "%s", err.message);
    return s;
}

static void end_store(struct store *s) {
    static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm"};
    char path[128];
    store_close(s);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

static void put(struct store *s, const char *id) {
    struct backtest b = {.user_id = "u", .kind = "backtest", .open = true, .created_ms = 1000};
    snprintf(b.id, sizeof b.id, "%s", id);
    b.params = (char[]){"{\"symbol\":\"X\"}"};
    ck_assert_int_eq(store_backtest_insert(s, &b, &err), ERR_NONE);
}

static struct result an_end(const char *id, int attempt, enum run_status status) {
    struct result r = {
        .user_id = "u", .attempt = attempt, .status = status, .completed_ms = 1733758200000};
    snprintf(r.id, sizeof r.id, "%s", id);
    if (status == RUN_COMPLETED) {
        r.summary = (char[]){"{\"totalReturn\":1.5}"};
        r.body = (char[]){"{}"};
    }
    return r;
}

static void reads(struct store *s, const char *id, enum run_status status, int attempt,
                  double progress) {
    struct backtest b;
    ck_assert_int_eq(run_read(s, "u", id, &b, &err), ERR_NONE);
    ck_assert_str_eq(run_status_name(b.status), run_status_name(status));
    ck_assert_int_eq(b.attempt, attempt);
    ck_assert_double_eq(b.progress, progress);
    backtest_release(&b);
}

START_TEST(words_read_back) {
    for (int i = RUN_PENDING; i <= RUN_CANCELLED; i++) {
        enum run_status s = RUN_PENDING;
        ck_assert(run_status_parse(run_status_name((enum run_status)i), &s));
        ck_assert_int_eq(s, i);
    }
    for (int i = ATTEMPT_LIVE; i <= ATTEMPT_RELEASED; i++) {
        enum attempt_end end = ATTEMPT_LIVE;
        ck_assert(attempt_end_parse(attempt_end_name((enum attempt_end)i), &end));
        ck_assert_int_eq(end, i);
    }
    enum run_status s;
    enum attempt_end end;
    ck_assert(!run_status_parse("Pending", &s));
    ck_assert(!run_status_parse("", &s));
    ck_assert(!attempt_end_parse("dead", &end));
}
END_TEST

START_TEST(record_as_json) {
    struct backtest b = {.id = "bt_0123456789abcdef01234567",
                         .user_id = "u",
                         .kind = "backtest",
                         .status = RUN_COMPLETED,
                         .progress = 100,
                         .attempt = 1,
                         .created_ms = 1733758200000,
                         .updated_ms = 1733758201500};
    b.params = (char[]){"{\"symbol\":\"X\"}"};
    b.tags = (char[]){"[\"a\"]"};
    struct buf out;
    struct json_out j;
    buf_init(&out, 4096);
    json_out_init(&j, &out);
    backtest_json(&j, &b);
    ck_assert_str_eq(
        out.data, "{\"backtestId\":\"bt_0123456789abcdef01234567\","
                  "\"id\":\"bt_0123456789abcdef01234567\",\"userId\":\"u\",\"kind\":\"backtest\","
                  "\"status\":\"completed\",\"progress\":100,\"params\":{\"symbol\":\"X\"},"
                  "\"resultId\":\"res_0123456789abcdef01234567\",\"error\":null,\"attempt\":1,"
                  "\"tags\":[\"a\"],\"note\":null,\"createdAt\":\"2024-12-09T15:30:00Z\","
                  "\"updatedAt\":\"2024-12-09T15:30:01.500Z\",\"startedAt\":null,"
                  "\"completedAt\":null}");
    buf_clear(&out);
    json_out_init(&j, &out);
    b.status = RUN_RUNNING;
    b.tags = NULL;
    backtest_json(&j, &b);
    ck_assert_ptr_nonnull(strstr(out.data, "\"resultId\":null"));
    ck_assert_ptr_nonnull(strstr(out.data, "\"tags\":[]"));
    buf_release(&out);
}
END_TEST

START_TEST(truth_is_the_end_else_the_attempt_else_pending) {
    struct store *s = open_store();
    struct backtest b;
    put(s, "j");
    reads(s, "j", RUN_PENDING, 0, 0);
    ck_assert_int_eq(run_read(s, "other", "j", &b, &err), ERR_NOT_FOUND);
    ck_assert_int_eq(run_read(s, NULL, "nobody", &b, &err), ERR_NOT_FOUND);

    struct attempt a;
    ck_assert_int_eq(run_claim(s, "j", 1, "host:1", &a, &err), ERR_NONE);
    a.progress = 40;
    ck_assert_int_eq(store_attempt_beat(s, &a, &err), ERR_NONE);
    reads(s, "j", RUN_RUNNING, 1, 40);
    ck_assert_int_eq(store_attempt_end(s, "j", 1, NULL, ATTEMPT_LOST, &err), ERR_NONE);
    reads(s, "j", RUN_RUNNING, 1, 40);
    ck_assert_int_eq(run_claim(s, "j", 2, "host:2", &a, &err), ERR_NONE);
    reads(s, "j", RUN_RUNNING, 2, 0);

    struct result r = an_end("j", 2, RUN_FAILED);
    r.error = (char[]){"bad data"};
    ck_assert_int_eq(run_end(s, &r, NULL, 0, &err), ERR_NONE);
    ck_assert_int_eq(run_read(s, NULL, "j", &b, &err), ERR_NONE);
    ck_assert_int_eq(b.status, RUN_FAILED);
    ck_assert_str_eq(b.error, "bad data");
    ck_assert_int_eq(b.completed_ms, r.completed_ms);
    ck_assert_int_ne(b.started_ms, 0);
    backtest_release(&b);

    ck_assert_int_eq(store_backtest_delete(s, "u", "j", &err), ERR_NONE);
    ck_assert_int_eq(run_read(s, NULL, "j", &b, &err), ERR_NOT_FOUND);
    end_store(s);
}
END_TEST

START_TEST(claims_and_ends_have_one_winner) {
    struct store *s = open_store();
    put(s, "j");
    struct attempt a = {.n = 0}, other = {.n = 99};
    ck_assert_int_eq(run_claim(s, "j", 1, "host:1", &a, &err), ERR_NONE);
    ck_assert_int_eq(a.n, 1);
    ck_assert_uint_eq(strlen(a.token), 32);
    ck_assert_str_eq(a.id, "j");
    ck_assert_str_eq(a.owner, "host:1");
    ck_assert_int_eq(run_claim(s, "j", 1, "host:2", &other, &err), ERR_DUPLICATE);
    ck_assert_int_eq(other.n, 99);

    struct result r = an_end("j", 1, RUN_COMPLETED), late = an_end("j", 0, RUN_CANCELLED);
    struct part part = {.name = "trades", .data = "x", .len = 1};
    ck_assert_int_eq(run_end(s, &r, &part, 1, &err), ERR_NONE);
    ck_assert_uint_eq(strlen(r.token), 32);
    ck_assert_int_eq(run_end(s, &r, &part, 1, &err), ERR_NONE); /* the same end, tried again */
    ck_assert_int_eq(run_end(s, &late, NULL, 0, &err), ERR_DUPLICATE);
    reads(s, "j", RUN_COMPLETED, 1, 100);
    end_store(s);
}
END_TEST

START_TEST(end_event_is_made_from_the_row_alone) {
    struct event ev;
    struct result r = an_end("bt_0123456789abcdef01234567", 2, RUN_COMPLETED);
    run_end_event(&r, &ev);
    ck_assert_int_eq(ev.kind, EVENT_COMPLETE);
    ck_assert_str_eq(ev.status, "success");
    ck_assert_str_eq(ev.result_id, "res_0123456789abcdef01234567");
    ck_assert_str_eq(ev.summary, r.summary);
    ck_assert_int_eq(ev.attempt, 2);
    ck_assert_int_eq(ev.timestamp_ms, r.completed_ms);

    r = an_end("j", 0, RUN_CANCELLED);
    r.error = (char[]){"whatever"};
    run_end_event(&r, &ev);
    ck_assert_int_eq(ev.kind, EVENT_ERROR);
    ck_assert_str_eq(ev.status, "cancelled");
    ck_assert_str_eq(ev.error, "Cancelled");
    ck_assert_int_eq(ev.attempt, 0);

    /* a long text is cut at a whole character: 2-byte ones, so that both alignments come up */
    char text[2000];
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 1 < sizeof text - 1; i += 2)
            memcpy(text + i, "\xc3\xa4", 2);
        text[sizeof text - 2] = 0;
        r = an_end("j", 1, RUN_FAILED);
        r.error = text;
        memcpy(r.code, "bad", 4);
        run_end_event(&r, &ev);
        size_t len = strlen(ev.error);
        ck_assert_uint_ge(len, sizeof ev.error - 2);
        ck_assert_mem_eq(ev.error, text, len);
        ck_assert_int_eq(ev.error[len - 1], '\xa4');
        ck_assert_str_eq(ev.status, "error");
        ck_assert_str_eq(ev.code, "bad");
    }
}
END_TEST

START_TEST(announced_end_closes_the_record) {
    struct store *s = open_store();
    put(s, "j");
    struct result r = an_end("j", 0, RUN_CANCELLED);
    ck_assert_int_eq(run_end(s, &r, NULL, 0, &err), ERR_NONE);
    struct backtest b;
    ck_assert_int_eq(store_backtest_get(s, NULL, "j", &b, &err), ERR_NONE);
    ck_assert(b.open);
    backtest_release(&b);
    ck_assert_int_eq(run_announce(s, NULL, &r, &err), ERR_NONE);
    ck_assert_int_eq(store_backtest_get(s, NULL, "j", &b, &err), ERR_NONE);
    ck_assert(!b.open);
    backtest_release(&b);

    /* a tombstone says nothing and is no error */
    ck_assert_int_eq(store_backtest_delete(s, "u", "j", &err), ERR_NONE);
    struct result tombstone;
    ck_assert_int_eq(store_result_get(s, NULL, "j", false, &tombstone, &err), ERR_NONE);
    ck_assert_int_eq(run_announce(s, NULL, &tombstone, &err), ERR_NONE);
    result_release(&tombstone);
    end_store(s);
}
END_TEST

SUITE_MAIN("run", words_read_back, record_as_json, truth_is_the_end_else_the_attempt_else_pending,
           claims_and_ends_have_one_winner, end_event_is_made_from_the_row_alone,
           announced_end_closes_the_record)
