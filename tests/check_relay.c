/* The parts of the relay that need no store: a foreign result's body, progress by time, and that
 * nonsense is logged once. (The whole of it: tests/worker/.) */
#include <stdio.h>
#include <string.h>

#include "engine/metrics.h"
#include "lib/json.h"
#include "tests/suite.h"
#include "worker/progress.h"
#include "worker/relay.h"
#include "worker/said.h"

START_TEST(a_foreign_summary_becomes_metrics) {
    char *summary = NULL;
    char *body = relay_body("bt_1",
                            "{\"totalReturn\":12.5,\"maxDrawdown\":-3,\"sharpeRatio\":\"x\","
                            "\"colour\":\"red\",\"tradeCount\":7}",
                            &summary);
    struct json_object *b = json_parse(body, strlen(body), NULL);
    ck_assert_ptr_nonnull(b);
    ck_assert_str_eq(summary, "{\"totalReturn\":12.5,\"maxDrawdown\":-3,\"tradeCount\":7}");
    struct json_object *metrics = json_get_object(b, "metrics", NULL);
    struct json_object *nulls = json_get_object(json_get_object(b, "basis", NULL), "nulls", NULL);
    ck_assert_int_eq(json_object_object_length(metrics), METRIC_COUNT);
    ck_assert_int_eq(json_object_object_length(nulls), METRIC_COUNT - 3);
    const char *why = "";
    double v = 0;
    ck_assert(json_get_string(nulls, "sharpeRatio", &why, NULL));
    ck_assert_str_eq(why, "foreign");
    ck_assert(json_get_number(metrics, "totalReturn", &v, NULL));
    ck_assert_double_eq(v, 12.5);
    const char *result = "";
    ck_assert(json_get_string(b, "resultId", &result, NULL));
    ck_assert_str_eq(result, "res_1");
    json_object_put(b);
    free(body);
    free(summary);
}
END_TEST

START_TEST(progress_speaks_by_time_and_change) {
    struct progress p;
    progress_init(&p);
    ck_assert(progress_due(&p, 0, 1000));  /* once the data is there */
    ck_assert(!progress_due(&p, 0, 9000)); /* nothing has changed */
    ck_assert(progress_due(&p, 1, 9000));
    ck_assert(!progress_due(&p, 2, 9000 + PROGRESS_GAP_MS - 1));
    ck_assert(progress_due(&p, 3, 9000 + PROGRESS_GAP_MS));
    ck_assert_int_eq(p.seq, 3);
    int said = 0;
    for (int64_t t = 20000; t < 30000; t++)
        said += progress_due(&p, progress_percent((uint64_t)(t - 20000), 10000), t);
    ck_assert_int_le(said, 40); /* ten seconds, four a second */
    ck_assert_int_ge(said, 39);
    ck_assert_int_eq(progress_percent(0, 0), 100);
    ck_assert_int_eq(progress_percent(999, 1000), 99);
}
END_TEST

START_TEST(nonsense_is_said_once) {
    static struct said s;
    char text[32];
    FILE *log = freopen("/dev/null", "w", stderr); /* only the memory is looked at */
    ck_assert_ptr_nonnull(log);
    said_once(&s, "backtest:task", "not a task", "x", "x");
    size_t after_one = s.next;
    said_once(&s, "backtest:task", "not a task", "x", "x");
    ck_assert_uint_eq(s.next, after_one);
    said_once(&s, "backtest:error", "not a task", "x", "x");
    ck_assert_uint_eq(s.next, after_one + 1);
    for (int i = 0; i < 3 * SAID_MAX; i++) {
        snprintf(text, sizeof text, "%d", i);
        said_once(&s, "c", "why", text, text);
    }
    ck_assert_uint_lt(s.next, SAID_MAX);
}
END_TEST

SUITE_MAIN("relay", a_foreign_summary_becomes_metrics, progress_speaks_by_time_and_change,
           nonsense_is_said_once)
