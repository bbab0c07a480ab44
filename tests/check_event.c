/* Events and asks as text: the exact shapes, and what is refused when somebody else wrote them. */
#include "lib/ask.h"
#include "lib/event.h"

#include <json-c/json_object.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

#define ID "bt_65a1b2c3d4e5f60718293a4b"
/* the envelope says one id, the event in it another */
#define ODD_ANSWER                                                                                 \
    "{\"userId\":\"u\",\"backtestId\":\"a\",\"event\":{\"event\":\"backtest:started\",\"data\":{"  \
    "\"backtestId\":\"b\",\"userId\":\"u\"}}}"
#define HEAD "{\"backtestId\":\"" ID "\",\"userId\":\"user123\""
#define TAIL ",\"attempt\":2,\"seq\":7,\"kind\":\"backtest\""

static struct event sample(enum event_kind kind) {
    return (struct event){.kind = kind,
                          .id = ID,
                          .user_id = "user123",
                          .attempt = 2,
                          .seq = 7,
                          .progress = 45,
                          .message = "Processing 2024-06-01",
                          .current_date = "2024-06-01",
                          .result_id = "res_65a1b2c3d4e5f60718293a4b",
                          .summary = "{\"totalReturn\":12.5,\"maxDrawdown\":-3.25}",
                          .error = "Insufficient market data",
                          .timestamp_ms = 1733758200000};
}

START_TEST(writes_the_shapes_of_the_contract) {
    static const char *const want[] = {
        [EVENT_STARTED] = HEAD TAIL "}",
        [EVENT_PROGRESS] = HEAD ",\"progress\":45,\"message\":\"Processing 2024-06-01\","
                                "\"currentDate\":\"2024-06-01\"" TAIL "}",
        [EVENT_COMPLETE] = HEAD ",\"status\":\"success\",\"resultId\":"
                                "\"res_65a1b2c3d4e5f60718293a4b\",\"summary\":"
                                "{\"totalReturn\":12.5,\"maxDrawdown\":-3.25}" TAIL "}",
        [EVENT_ERROR] = HEAD ",\"status\":\"error\",\"error\":\"Insufficient market data\","
                             "\"timestamp\":\"2024-12-09T15:30:00Z\"" TAIL "}",
    };
    struct buf data, frame;
    buf_init(&data, 4096);
    buf_init(&frame, 4096);
    for (enum event_kind kind = EVENT_STARTED; kind <= EVENT_ERROR; kind++) {
        struct event ev = sample(kind);
        char whole[1024];
        buf_clear(&data);
        buf_clear(&frame);
        event_data(&ev, &data);
        event_frame(&ev, &frame);
        ck_assert_str_eq(data.data, want[kind]);
        snprintf(whole, sizeof whole, "{\"event\":\"%s\",\"data\":%s}", event_name(kind),
                 want[kind]);
        ck_assert_str_eq(frame.data, whole);
    }
    struct event cancelled = sample(EVENT_ERROR);
    snprintf(cancelled.status, sizeof cancelled.status, "cancelled");
    snprintf(cancelled.error, sizeof cancelled.error, "Cancelled");
    snprintf(cancelled.code, sizeof cancelled.code, "cancelled");
    buf_clear(&data);
    event_data(&cancelled, &data);
    ck_assert_str_eq(data.data,
                     HEAD ",\"status\":\"cancelled\",\"error\":\"Cancelled\","
                          "\"timestamp\":\"2024-12-09T15:30:00Z\"" TAIL ",\"code\":\"cancelled\"}");
    buf_release(&data);
    buf_release(&frame);
}
END_TEST

START_TEST(what_is_written_reads_back) {
    for (enum event_kind kind = EVENT_STARTED; kind <= EVENT_ERROR; kind++) {
        struct event ev = sample(kind), back;
        struct json_object *tree;
        struct buf data, frame, again;
        buf_init(&data, 4096);
        buf_init(&frame, 4096);
        buf_init(&again, 4096);
        event_data(&ev, &data);
        event_frame(&ev, &frame);
        ck_assert(event_parse(kind, data.data, data.len, &back, &tree));
        ck_assert_int_eq(back.attempt, 2);
        ck_assert_int_eq(back.seq, 7);
        event_data(&back, &again);
        ck_assert_str_eq(again.data, data.data);
        json_object_put(tree);
        buf_clear(&again);
        ck_assert(event_parse_frame(frame.data, frame.len, &back, &tree));
        event_frame(&back, &again);
        ck_assert_str_eq(again.data, frame.data);
        json_object_put(tree);
        buf_release(&data);
        buf_release(&frame);
        buf_release(&again);
    }
}
END_TEST

START_TEST(reads_what_other_programs_send) {
    struct event ev;
    struct json_object *tree;
    static const char progress[] =
        " {\"userId\":\"u@x.org\",\"progress\":45.9,\"backtestId\":\"job-1\",\"extra\":[1]}\n";
    ck_assert(event_parse(EVENT_PROGRESS, progress, sizeof progress - 1, &ev, &tree));
    ck_assert_int_eq(ev.progress, 45);
    ck_assert_int_eq(ev.attempt, -1);
    ck_assert_str_eq(ev.id, "job-1");
    ck_assert_str_eq(ev.message, "");
    json_object_put(tree);

    static const char complete[] = "{\"backtestId\":\"job-1\",\"userId\":\"u\",\"summary\":"
                                   "{\"totalReturn\":0.10000000000000001,\"x\":null}}";
    ck_assert(event_parse(EVENT_COMPLETE, complete, sizeof complete - 1, &ev, &tree));
    ck_assert_str_eq(ev.summary, "{\"totalReturn\":0.10000000000000001,\"x\":null}");
    json_object_put(tree);

    static const char error[] = "{\"backtestId\":\"job-1\",\"userId\":\"u\",\"error\":\"bad\","
                                "\"timestamp\":\"yesterday\"}";
    ck_assert(event_parse(EVENT_ERROR, error, sizeof error - 1, &ev, &tree));
    ck_assert_int_eq(ev.timestamp_ms, 0);
    json_object_put(tree);

    /* a text that is too long is cut at a whole character */
    char text[700] = "{\"backtestId\":\"a\",\"userId\":\"u\",\"error\":\"";
    size_t n = strlen(text), first = n;
    for (int i = 0; i < 300; i++, n += 2)
        memcpy(text + n, "\xc3\xa4", 2);
    memcpy(text + n, "\"}", 3);
    ck_assert(event_parse(EVENT_ERROR, text, n + 2, &ev, &tree));
    ck_assert_uint_eq(strlen(ev.error), 478);
    ck_assert_int_eq(memcmp(ev.error, text + first, 478), 0);
    json_object_put(tree);
}
END_TEST

START_TEST(refuses_what_is_not_an_event) {
    static const struct {
        enum event_kind kind;
        const char *text;
    } rows[] = {
        {EVENT_PROGRESS, ""},
        {EVENT_PROGRESS, "progress"},
        {EVENT_PROGRESS, "[]"},
        {EVENT_PROGRESS, "null"},
        {EVENT_PROGRESS, "\"a\""},
        {EVENT_PROGRESS, "{}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"userId\":\"u\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":null,\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a b\",\"userId\":\"u\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"\",\"userId\":\"u\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":1,\"userId\":\"u\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u:x\",\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":[\"u\"],\"progress\":1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\"}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":\"1\"}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":-1}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":100.5}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":NaN}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":1,\"message\":2}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":1,\"attempt\":-1}"},
        {EVENT_PROGRESS,
         "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":1,\"attempt\":\"1\"}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":1,\"seq\":1.5}"},
        {EVENT_PROGRESS, "{\"backtestId\":\"a\",\"userId\":\"u\",\"progress\":1} x"},
        {EVENT_PROGRESS,
         "{\"backtestId\":\"a\",\"backtestId\":\"b\",\"userId\":\"u\",\"progress\":1}"},
        {EVENT_COMPLETE, "{\"backtestId\":\"a\",\"userId\":\"u\",\"status\":\"error\"}"},
        {EVENT_COMPLETE, "{\"backtestId\":\"a\",\"userId\":\"u\",\"status\":1}"},
        {EVENT_COMPLETE, "{\"backtestId\":\"a\",\"userId\":\"u\",\"summary\":[]}"},
        {EVENT_COMPLETE, "{\"backtestId\":\"a\",\"userId\":\"u\",\"resultId\":7}"},
        {EVENT_ERROR, "{\"backtestId\":\"a\",\"userId\":\"u\",\"status\":\"success\"}"},
        {EVENT_ERROR, "{\"backtestId\":\"a\",\"userId\":\"u\",\"error\":{}}"},
        {EVENT_ERROR, "{\"backtestId\":\"a\",\"userId\":\"u\",\"timestamp\":1733758200}"},
        {EVENT_ERROR, "{\"backtestId\":\"a\",\"code\":\"not_found\",\"error\":\"x\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event ev;
        struct json_object *tree = NULL;
        ck_assert_msg(!event_parse(rows[i].kind, rows[i].text, strlen(rows[i].text), &ev, &tree),
                      "row %zu: %s", i, rows[i].text);
        ck_assert_ptr_null(tree);
    }
    static const char *const frames[] = {
        "{\"event\":\"backtest:task\",\"data\":{\"backtestId\":\"a\",\"userId\":\"u\"}}",
        "{\"event\":1,\"data\":{\"backtestId\":\"a\",\"userId\":\"u\"}}",
        "{\"data\":{\"backtestId\":\"a\",\"userId\":\"u\"}}",
        "{\"event\":\"backtest:started\",\"data\":[]}",
        "{\"event\":\"backtest:started\"}",
        "{\"event\":\"backtest:started\",\"data\":{\"backtestId\":\"a\"}}",
    };
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct event ev;
        struct json_object *tree = NULL;
        ck_assert_msg(!event_parse_frame(frames[i], strlen(frames[i]), &ev, &tree), "frame %zu", i);
    }
}
END_TEST

START_TEST(asks_and_answers_read_back) {
    static const struct ask asks[] = {
        {"user123", ID, "candlemill:reply:00ff"},
        {"", ID, "candlemill:reply:00ff"},
        {"user123", "", "candlemill:reply:00ff"},
    };
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        struct ask back;
        buf_clear(&out);
        ask_write(&asks[i], &out);
        ck_assert(ask_parse(out.data, out.len, &back));
        ck_assert_str_eq(back.user_id, asks[i].user_id);
        ck_assert_str_eq(back.id, asks[i].id);
        ck_assert_str_eq(back.reply, asks[i].reply);
    }
    struct ask_answer answer;
    struct json_object *tree;
    struct event end = sample(EVENT_COMPLETE);

    buf_clear(&out);
    ask_answer_write(&asks[1], "user123", &end, &out);
    ck_assert(ask_answer_parse(out.data, out.len, &answer, &tree));
    ck_assert(answer.has_event);
    ck_assert_int_eq(answer.event.kind, EVENT_COMPLETE);
    ck_assert_str_eq(answer.event.summary, end.summary);
    ck_assert_str_eq(answer.user_id, "user123");
    json_object_put(tree);

    buf_clear(&out);
    ask_answer_write(&asks[1], "user123", NULL, &out);
    ck_assert_str_eq(out.data, "{\"userId\":\"user123\",\"backtestId\":\"" ID "\",\"event\":null}");
    ck_assert(ask_answer_parse(out.data, out.len, &answer, &tree));
    ck_assert(!answer.has_event);
    ck_assert_str_eq(answer.id, ID);
    json_object_put(tree);

    struct event lost = {
        .kind = EVENT_ERROR, .id = ID, .code = "not_found", .error = "No such backtest"};
    buf_clear(&out);
    ask_answer_write(&asks[1], NULL, &lost, &out);
    ck_assert(ask_answer_parse(out.data, out.len, &answer, &tree));
    ck_assert(answer.has_event);
    ck_assert_str_eq(answer.event.code, "not_found");
    ck_assert_str_eq(answer.user_id, "");
    json_object_put(tree);

    buf_clear(&out);
    ask_answer_write(&asks[2], "user123", NULL, &out);
    ck_assert(ask_answer_parse(out.data, out.len, &answer, &tree));
    ck_assert(!answer.has_event);
    ck_assert_str_eq(answer.id, "");
    json_object_put(tree);
    buf_release(&out);
}
END_TEST

START_TEST(refuses_bad_asks) {
    static const char *const asks[] = {
        "",
        "[]",
        "{\"userId\":\"u\"}",
        "{\"userId\":\"u\",\"reply\":\"backtest:complete\"}",
        "{\"userId\":\"u\",\"reply\":\"candlemill:reply:\"}",
        "{\"userId\":\"u\",\"reply\":\"candlemill:reply:a b\"}",
        "{\"userId\":\"u\",\"reply\":7}",
        "{\"userId\":null,\"reply\":\"candlemill:reply:1\"}",
        "{\"userId\":\"\",\"backtestId\":\"a\",\"reply\":\"candlemill:reply:1\"}",
        "{\"userId\":\"u\",\"backtestId\":\"a b\",\"reply\":\"candlemill:reply:1\"}",
        "{\"userId\":\"u\",\"backtestId\":1,\"reply\":\"candlemill:reply:1\"}",
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        struct ask a;
        ck_assert_msg(!ask_parse(asks[i], strlen(asks[i]), &a), "ask %zu", i);
    }
    static const char *const answers[] = {
        "",
        "7",
        "{\"userId\":1,\"event\":null}",
        "{\"userId\":\"u\",\"event\":1}",
        ODD_ANSWER,
        "{\"userId\":\"u\",\"event\":{\"event\":\"backtest:task\",\"data\":{}}}",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct ask_answer a;
        struct json_object *tree = NULL;
        ck_assert_msg(!ask_answer_parse(answers[i], strlen(answers[i]), &a, &tree), "answer %zu",
                      i);
    }
}
END_TEST

SUITE_MAIN("event", writes_the_shapes_of_the_contract, what_is_written_reads_back,
           reads_what_other_programs_send, refuses_what_is_not_an_event, asks_and_answers_read_back,
           refuses_bad_asks)
