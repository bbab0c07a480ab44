#include <math.h>

#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/result.h"
#include "lib/run.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {submit_routes, backtest_routes, result_routes, NULL};

#define BARS   3000
#define TRADES 120
#define DAY    86400000
#define RESULT_FOR                                                                                 \
    "{\"backtestId\":\"x\",\"metrics\":{\"totalReturn\":12.5,\"sharpeRatio\":null},"               \
    "\"strategies\":[{\"name\":\"sma\"},{\"name\":\"rsi\"}]}"

struct done {
    struct world w;
    char id[ID_MAX];
    double equity[BARS];
};

static double value(size_t i) { /* rises with two valleys */
    double x = (double)i;
    return 10000 + x + (i == 1234 ? -5000 : 0) + (i == 2222 ? 20000 : 0);
}

/* A completed backtest, its parts made by the very functions of the worker. */
static void finish(struct done *d, bool with_parts) {
    struct err e;
    struct attempt a;
    struct bt_result made = {.n_bars = BARS, .n_trades = TRADES};
    struct bars bars;
    world_open(&d->w, routes);
    ck_assert_int_eq(world_call(&d->w, "POST", "/api/algo/backtest", "application/json",
                                "{\"userId\":\"anna\",\"symbol\":\"X\",\"interval\":\"1d\","
                                "\"strategies\":[\"sma\",\"rsi\"]}",
                                NULL),
                     202);
    snprintf(d->id, sizeof d->id, "%s", world_text(&d->w, "/id"));
    ck_assert_int_eq(run_claim(d->w.app.store, d->id, 1, "host:1", &a, &e), ERR_NONE);
    made.trades = calloc(TRADES, sizeof *made.trades);
    for (int i = 0; i < TRADES; i++)
        made.trades[i] = (struct trade){.size = i % 2 ? -1 : 1,
                                        .entry_bar = i,
                                        .exit_bar = i + 1,
                                        .entry_time = (int64_t)i * DAY,
                                        .exit_time = (int64_t)(i + 1) * DAY,
                                        .entry_price = 100,
                                        .exit_price = 101.5,
                                        .strategy = i % 2};
    bars_init(&bars);
    for (size_t i = 0; i < BARS; i++) {
        d->equity[i] = value(i);
        ck_assert(bars_append(&bars, (int64_t)i * DAY, 1, 2, 0.5, 1, 1));
    }
    made.equity = d->equity;
    struct part parts[2] = {{.name = "trades"}, {.name = "equity"}};
    char *trades = trades_pack(&made, &parts[0].len);
    char *equity = equity_pack(&bars, &made, &parts[1].len);
    parts[0].data = trades;
    parts[1].data = equity;
    struct result r = {.user_id = "anna",
                       .attempt = 1,
                       .status = RUN_COMPLETED,
                       .summary = strdup("{\"totalReturn\":12.5}"),
                       .body = strdup(RESULT_FOR),
                       .completed_ms = clock_now_ms()};
    memcpy(r.id, d->id, sizeof r.id);
    memcpy(r.token, a.token, sizeof r.token);
    ck_assert_int_eq(run_end(d->w.app.store, &r, with_parts ? parts : NULL, with_parts ? 2 : 0, &e),
                     ERR_NONE);
    result_release(&r);
    free(trades);
    free(equity);
    free(made.trades);
    bars_release(&bars);
}

static int get(struct done *d, const char *rest, const char *header) {
    char uri[300];
    const char *const headers[] = {header, NULL};
    snprintf(uri, sizeof uri, "/api/algo/backtest/%s%s", d->id, rest);
    return world_call(&d->w, "GET", uri, NULL, NULL, headers);
}

static size_t lines(const struct buf *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

static struct done d;

START_TEST(shows_results) {
    finish(&d, true);
    ck_assert_int_eq(get(&d, "/result", NULL), 200);
    ck_assert_str_eq(d.w.res.body.data, RESULT_FOR);
    ck_assert_int_eq(get(&d, "/result", "HTTP_ACCEPT=text/csv"), 200);
    ck_assert_uint_eq(lines(&d.w.res.body), METRIC_COUNT + 1);
    ck_assert_int_eq(
        strncmp(d.w.res.body.data, "metric,value,unit\ntotalReturn,12.5,percent\n", 43), 0);
    ck_assert_ptr_nonnull(strstr(d.w.res.body.data, "\nsharpeRatio,,ratio\n"));
    ck_assert_int_eq(get(&d, "", NULL), 200);
    ck_assert_str_eq(world_text(&d.w, "/status"), "completed");
    ck_assert_str_ne(world_text(&d.w, "/resultId"), "");
    ck_assert_int_eq(world_int(&d.w, "/progress"), 100);
    world_close(&d.w);
}
END_TEST

START_TEST(reports_are_files_to_keep) {
    finish(&d, true);
    ck_assert_int_eq(get(&d, "/report", "HTTP_ACCEPT=text/html"), 200);
    const char *page = d.w.res.body.data;
    ck_assert_str_eq(d.w.res.type, "text/html; charset=utf-8");
    ck_assert_ptr_nonnull(strstr(d.w.res.head.data, "Content-Disposition: attachment; filename="));
    ck_assert_int_eq(strncmp(page, "<!doctype html>", 15), 0);
    ck_assert_ptr_nonnull(strstr(page, "<h2>Equity</h2>"));
    ck_assert_ptr_nonnull(strstr(page, "<h2>Trades</h2>"));
    ck_assert_int_eq(get(&d, "/report", "HTTP_ACCEPT=application/json"), 406);
    world_close(&d.w);
    finish(&d, false); /* a foreign worker's result: no parts */
    ck_assert_int_eq(get(&d, "/report", NULL), 200);
    ck_assert_ptr_null(strstr(d.w.res.body.data, "<h2>Equity</h2>"));
    world_close(&d.w);
}
END_TEST

START_TEST(pages_trades) {
    char rest[100], line[200];
    finish(&d, true);
    ck_assert_int_eq(get(&d, "/trades?limit=50", NULL), 200);
    ck_assert_int_eq(world_int(&d.w, "/count"), TRADES);
    ck_assert_int_eq((int)json_object_array_length(world_at(&d.w, "/items")), 50);
    ck_assert_str_eq(world_text(&d.w, "/items/0/strategy"), "sma");
    ck_assert_str_eq(world_text(&d.w, "/items/1/strategy"), "rsi");
    ck_assert_int_eq(world_int(&d.w, "/items/1/size"), -1);
    snprintf(line, sizeof line,
             "Link: </api/algo/backtest/%s/trades?limit=50&cursor=50>; rel=\"next\"", d.id);
    ck_assert(world_header(&d.w, line));
    snprintf(rest, sizeof rest, "/trades?limit=100&cursor=%s", world_text(&d.w, "/next"));
    ck_assert_int_eq(get(&d, rest, NULL), 200);
    ck_assert_int_eq((int)json_object_array_length(world_at(&d.w, "/items")), 70);
    ck_assert_int_eq(world_int(&d.w, "/items/0/entryBar"), 50);
    ck_assert_ptr_null(world_at(&d.w, "/next"));
    ck_assert_int_eq(get(&d, "/trades?cursor=120", NULL), 200);
    ck_assert_int_eq((int)json_object_array_length(world_at(&d.w, "/items")), 0);
    ck_assert_int_eq(get(&d, "/trades?format=csv&limit=1", NULL), 200); /* whole */
    ck_assert_uint_eq(lines(&d.w.res.body), TRADES + 1);
    snprintf(line, sizeof line, "Content-Disposition: attachment; filename=\"%s-trades.csv\"",
             d.id);
    ck_assert(world_header(&d.w, line));
    world_close(&d.w);
}
END_TEST

START_TEST(decimates_equity) {
    finish(&d, true);
    ck_assert_int_eq(get(&d, "/equity?points=100", NULL), 200);
    size_t n = json_object_array_length(world_at(&d.w, "/t"));
    ck_assert_uint_le(n, 100);
    ck_assert_uint_gt(n, 60);
    ck_assert_uint_eq(json_object_array_length(world_at(&d.w, "/equity")), n);
    ck_assert_uint_eq(json_object_array_length(world_at(&d.w, "/drawdown")), n);
    ck_assert_int_eq(world_int(&d.w, "/bars"), BARS);
    double deepest = 0, highest = 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *t = json_object_array_get_idx(world_at(&d.w, "/t"), i);
        size_t bar = (size_t)(json_object_get_int64(t) / DAY);
        double equity =
            json_object_get_double(json_object_array_get_idx(world_at(&d.w, "/equity"), i));
        ck_assert_double_eq(equity, value(bar));
        highest = fmax(highest, equity);
        deepest =
            fmin(deepest,
                 json_object_get_double(json_object_array_get_idx(world_at(&d.w, "/drawdown"), i)));
    }
    ck_assert_double_eq(highest, value(2222));
    double first_fall = (value(1234) / value(1233) - 1) * 100;
    double second_fall = (value(2223) / value(2222) - 1) * 100;
    ck_assert_double_eq_tol(deepest, fmin(first_fall, second_fall), 1e-9);
    ck_assert_int_eq(get(&d, "/equity", NULL), 200);
    ck_assert_uint_le(json_object_array_length(world_at(&d.w, "/t")), 2000);
    ck_assert_int_eq(get(&d, "/equity?points=10000", NULL), 200);
    ck_assert_uint_eq(json_object_array_length(world_at(&d.w, "/t")), BARS);
    ck_assert_int_eq(get(&d, "/equity?points=7", NULL), 400);
    ck_assert_int_eq(get(&d, "/equity?points=10001", NULL), 400);
    ck_assert_int_eq(get(&d, "/equity", "HTTP_ACCEPT=text/csv"), 200);
    ck_assert_uint_eq(lines(&d.w.res.body), BARS + 1);
    ck_assert_ptr_nonnull(strstr(d.w.res.body.data, "time,equity,drawdown\n1970-01-01T00:00:00Z,"
                                                    "10000,0\n1970-01-02T00:00:00Z,10001,0\n"));
    world_close(&d.w);
}
END_TEST

START_TEST(tags_each_form) {
    static const char *const forms[] = {"/result",          "/result?format=csv", "/trades",
                                        "/trades?limit=7",  "/trades?format=csv", "/equity",
                                        "/equity?points=9", "/equity?format=csv"};
    char etags[8][HTTP_ETAG_MAX];
    finish(&d, true);
    for (size_t i = 0; i < 8; i++) {
        char line[80];
        ck_assert_int_eq(get(&d, forms[i], NULL), 200);
        memcpy(etags[i], d.w.res.etag, sizeof etags[i]);
        ck_assert_int_eq(etags[i][0], '"'); /* strong */
        ck_assert(d.w.res.storable);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(etags[k], etags[i]);
        snprintf(line, sizeof line, "HTTP_IF_NONE_MATCH=W/%.39s", etags[i]);
        ck_assert_int_eq(get(&d, forms[i], line), 304);
        ck_assert_uint_eq(d.w.res.body.len, 0);
    }
    ck_assert_int_eq(get(&d, "/result?userId=bert", NULL), 404);
    ck_assert_int_eq(get(&d, "/trades?userId=bert", NULL), 404);
    ck_assert_int_eq(get(&d, "/equity?userId=bert", NULL), 404);
    world_close(&d.w);
}
END_TEST

START_TEST(shows_foreign_results) {
    finish(&d, false);
    ck_assert_int_eq(get(&d, "/trades", NULL), 200);
    ck_assert_int_eq(world_int(&d.w, "/count"), 0);
    ck_assert_int_eq(get(&d, "/trades?format=csv", NULL), 200);
    ck_assert_uint_eq(lines(&d.w.res.body), 1);
    ck_assert_int_eq(get(&d, "/equity", NULL), 200);
    ck_assert_uint_eq(json_object_array_length(world_at(&d.w, "/t")), 0);
    world_close(&d.w);
}
END_TEST

SUITE_MAIN("res_result", shows_results, reports_are_files_to_keep, pages_trades, decimates_equity,
           tags_each_form, shows_foreign_results)
