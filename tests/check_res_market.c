#include "fcgi/res.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {symbol_routes, candle_routes, system_routes, NULL};

#define CANDLES "/api/market/candles"
#define HEAD    "time,open,high,low,close,volume\n"

static int put(struct world *w, const char *query, const char *csv) {
    char uri[200];
    snprintf(uri, sizeof uri, CANDLES "?%s", query);
    return world_call(w, "PUT", uri, "text/csv", csv, NULL);
}

static int get(struct world *w, const char *query) {
    char uri[300];
    snprintf(uri, sizeof uri, CANDLES "?%s", query);
    return world_get(w, uri);
}

/* 100 hourly bars over New Year: two calendar buckets. Bar i opens at 2023-12-30 00:00 + i h. */
static void fill(struct world *w) {
    struct buf csv;
    buf_init(&csv, 100000);
    buf_str(&csv, HEAD);
    for (int i = 0; i < 100; i++)
        buf_fmt(&csv, "%lld,%d,%d,%d,%d,%d\n", 1703894400000LL + i * 3600000LL, 100 + i, 110 + i,
                90 + i, 101 + i, i);
    ck_assert_int_eq(put(w, "symbol=BTCUSDT&interval=1h", csv.data), 200);
    buf_release(&csv);
}

static int bars(const struct world *w) {
    return (int)json_object_array_length(world_at(w, "/t"));
}

START_TEST(stores_candles) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(put(&w, "symbol=X:Y&interval=1d",
                         HEAD "2024-01-01,1,2,0.5,1.5,10\n2024-01-02,1,2,0.5,1.5,10\n"),
                     200);
    ck_assert_int_eq(world_int(&w, "/rows"), 2);
    ck_assert_int_eq(world_int(&w, "/added"), 2);
    ck_assert_int_eq(world_int(&w, "/replaced"), 0);
    ck_assert_int_eq(put(&w, "symbol=X:Y&interval=1d",
                         "Date;Close;Open;High;Low\n2024-01-02;1;1;2;0.5\n2024-01-03;1;1;2;1\n"),
                     200);
    ck_assert_int_eq(world_int(&w, "/added"), 1);
    ck_assert_int_eq(world_int(&w, "/replaced"), 1);
    ck_assert_int_eq(world_int(&w, "/bars"), 3);
    ck_assert_str_eq(world_text(&w, "/from"), "2024-01-01T00:00:00Z");
    ck_assert_str_eq(world_text(&w, "/to"), "2024-01-03T00:00:00Z");
    ck_assert_int_eq(get(&w, "symbol=X%3AY&interval=1d"), 200);
    ck_assert_str_eq(world_text(&w, "/c"), "[ 1.5, 1, 1 ]");
    ck_assert_str_eq(world_text(&w, "/v"), "[ 10, 0, 0 ]");
    world_close(&w);
}
END_TEST

START_TEST(lists_symbols) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(world_get(&w, "/api/market/symbols"), 200);
    ck_assert_int_eq((int)json_object_array_length(world_at(&w, "/items")), 0);
    fill(&w);
    ck_assert_int_eq(put(&w, "symbol=BTCUSDT&interval=1d", HEAD "2024-01-01,1,2,0.5,1.5,10\n"),
                     200);
    ck_assert_int_eq(put(&w, "symbol=AAA&interval=1d", HEAD "1970-01-01,1,2,0.5,1.5,10\n"), 200);
    ck_assert_int_eq(world_get(&w, "/api/market/symbols"), 200);
    ck_assert_str_eq(
        w.res.body.data,
        "{\"items\":[{\"symbol\":\"AAA\",\"intervals\":[{\"interval\":\"1d\","
        "\"from\":\"1970-01-01T00:00:00Z\",\"to\":\"1970-01-01T00:00:00Z\",\"bars\":1}]},"
        "{\"symbol\":\"BTCUSDT\",\"intervals\":[{\"interval\":\"1h\","
        "\"from\":\"2023-12-30T00:00:00Z\",\"to\":\"2024-01-03T03:00:00Z\",\"bars\":100},"
        "{\"interval\":\"1d\",\"from\":\"2024-01-01T00:00:00Z\",\"to\":\"2024-01-01T00:00:00Z\","
        "\"bars\":1}]}],\"next\":null}");
    ck_assert_int_eq(world_get(&w, "/api/market/symbols?symbol=AAA"), 200);
    ck_assert_int_eq((int)json_object_array_length(world_at(&w, "/items")), 1);
    world_close(&w);
}
END_TEST

START_TEST(reads_windows) {
    static const struct {
        const char *query;
        int n, first; /* bar number */
        const char *next;
    } rows[] = {
        {"", 100, 0, ""},
        {"&limit=10", 10, 90, ""},
        {"&limit=60", 60, 40, ""},
        {"&limit=100", 100, 0, ""},
        {"&limit=200", 100, 0, ""},
        {"&from=2023-12-30&limit=10", 10, 0, "2023-12-30T10:00:00Z"},
        {"&from=2023-12-31T12:00:00Z&limit=20", 20, 36, "2024-01-01T08:00:00Z"},
        {"&from=2023-12-31&limit=76", 76, 24, ""},
        {"&from=2020-01-01&limit=5", 5, 0, "2023-12-30T05:00:00Z"},
        {"&from=2024-01-01", 52, 48, ""},
        {"&from=2024-01-01&to=2024-01-01T05:00:00Z", 5, 48, ""},
        {"&to=2024-01-01T05:00:00Z&limit=10", 10, 43, ""},
        {"&to=2023-12-30T01:00:00Z", 1, 0, ""},
        {"&from=2025-01-01", 0, -1, ""},
        {"&to=2020-01-01", 0, -1, ""},
    };
    struct world w;
    world_open(&w, routes);
    fill(&w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char query[200];
        snprintf(query, sizeof query, "symbol=BTCUSDT&interval=1h%s", rows[i].query);
        ck_assert_msg(get(&w, query) == 200, "%s: %s", query, w.res.body.data);
        ck_assert_msg(bars(&w) == rows[i].n, "%s: %d", query, bars(&w));
        if (rows[i].n)
            ck_assert_msg(world_int(&w, "/o/0") == 100 + rows[i].first, "%s", query);
        ck_assert_msg(strcmp(world_text(&w, "/next"), rows[i].next) == 0, "%s: %s", query,
                      world_text(&w, "/next"));
        ck_assert_int_eq(strstr(w.res.head.data, "Link: ") != NULL, rows[i].next[0] != '\0');
    }
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1h&from=2024-01-02&to=2024-01-01"), 400);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "?to");
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1h&format=csv"), 200);
    ck_assert_int_eq(strncmp(w.res.body.data, HEAD "2023-12-30T00:00:00Z,100,110,90,101,0\n", 70),
                     0);
    ck_assert(world_header(&w, "Content-Disposition: attachment; filename=\"BTCUSDT-1h.csv\""));
    /* what was given out can be taken in again */
    char *csv = strdup(w.res.body.data);
    ck_assert_int_eq(put(&w, "symbol=COPY&interval=1h", csv), 200);
    ck_assert_int_eq(world_int(&w, "/added"), 100);
    ck_assert_int_eq(get(&w, "symbol=COPY&interval=1h&format=csv"), 200);
    ck_assert_str_eq(w.res.body.data, csv);
    free(csv);
    world_close(&w);
}
END_TEST

START_TEST(aggregates_what_is_missing) {
    struct world w;
    world_open(&w, routes);
    fill(&w);
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1d"), 200);
    ck_assert_int_eq(bars(&w), 5);
    ck_assert_int_eq(world_int(&w, "/o/1"), 124);
    ck_assert_int_eq(world_int(&w, "/h/1"), 110 + 47);
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1d&from=2023-12-31&limit=2"), 200);
    ck_assert_int_eq(bars(&w), 2);
    ck_assert_int_eq(world_int(&w, "/o/0"), 124);
    ck_assert_str_eq(world_text(&w, "/next"), "2024-01-02T00:00:00Z");
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1m"), 404);
    ck_assert_int_eq(get(&w, "symbol=NONE&interval=1h"), 404);
    world_close(&w);
}
END_TEST

START_TEST(removes_candles) {
    struct world w;
    world_open(&w, routes);
    fill(&w);
    ck_assert_int_eq(world_call(&w, "DELETE", CANDLES "?symbol=BTCUSDT", NULL, NULL, NULL), 400);
    ck_assert_int_eq(
        world_call(&w, "DELETE", CANDLES "?symbol=BTCUSDT&interval=1d", NULL, NULL, NULL), 404);
    ck_assert_int_eq(
        world_call(&w, "DELETE", CANDLES "?symbol=BTCUSDT&interval=1h", NULL, NULL, NULL), 204);
    ck_assert_int_eq(get(&w, "symbol=BTCUSDT&interval=1h"), 404);
    world_close(&w);
}
END_TEST

START_TEST(refuses_the_wrong_interval) {
    struct world w;
    world_open(&w, routes);
    const char *minutes = HEAD "60,1,2,0.5,1.5,1\n120,1,2,0.5,1.5,1\n180,1,2,0.5,1.5,1\n";
    ck_assert_int_eq(put(&w, "symbol=X&interval=1h", minutes), 422);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "?interval");
    ck_assert_str_eq(world_text(&w, "/code"), "interval_mismatch");
    ck_assert_int_eq(put(&w, "symbol=X&interval=1m", minutes), 200);
    world_close(&w);
}
END_TEST

START_TEST(reports_on_itself) {
    struct world w;
    struct err e;
    world_open(&w, routes);
    ck_assert_int_eq(world_get(&w, "/api/health"), 200);
    ck_assert_str_eq(w.res.body.data, "{\"status\":\"ok\"}");
    ck_assert_int_eq(world_get(&w, "/api/version"), 200);
    ck_assert_str_eq(world_text(&w, "/version"), PACKAGE_VERSION);
    ck_assert_int_eq(world_get(&w, "/api/ready"), 200);
    ck_assert_str_eq(world_text(&w, "/bus"), "none");
    bus_close(w.app.bus);
    ck_assert_int_eq(conf_set(&w.app.conf, "bus.uri=unix:/nowhere/redis.sock", &e), ERR_NONE);
    w.app.bus = bus_open(&w.app.conf, &e);
    ck_assert_ptr_nonnull(w.app.bus);
    ck_assert_int_eq(world_get(&w, "/api/ready"), 200); /* Redis away: late, not down */
    ck_assert_str_eq(world_text(&w, "/bus"), "away");
    store_close(w.app.store);
    w.app.store = NULL;
    ck_assert_int_eq(conf_set(&w.app.conf, "store.uri=sqlite:/nowhere/db", &e), ERR_NONE);
    ck_assert_int_eq(world_get(&w, "/api/ready"), 503);
    ck_assert_int_eq(world_get(&w, "/api/health"), 200);
    world_close(&w);
}
END_TEST

SUITE_MAIN("res_market", stores_candles, lists_symbols, reads_windows, aggregates_what_is_missing,
           removes_candles, refuses_the_wrong_interval, reports_on_itself)
