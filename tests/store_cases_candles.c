/* Candles by bucket over both stores. */
#include "tests/store_world.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

static int64_t at(const char *text) {
    int64_t ms;
    ck_assert_msg(time_parse(text, &ms), "%s", text);
    return ms;
}

START_TEST(buckets_follow_the_calendar) {
    static const struct {
        enum interval iv;
        const char *t, *floor, *next;
    } rows[] = {
        {INTERVAL_1M, "2024-02-29T23:59:00Z", "2024-02-01", "2024-03-01"},
        {INTERVAL_30M, "2024-12-31T23:30:00Z", "2024-12-01", "2025-01-01"},
        {INTERVAL_1H, "2024-12-31T23:00:00Z", "2024-01-01", "2025-01-01"},
        {INTERVAL_12H, "2023-01-01", "2023-01-01", "2024-01-01"},
        {INTERVAL_1D, "2029-12-31", "2020-01-01", "2030-01-01"},
        {INTERVAL_1D, "2020-01-01", "2020-01-01", "2030-01-01"},
        {INTERVAL_1W, "1969-12-29", "1960-01-01", "1970-01-01"},
        {INTERVAL_1MO, "1999-12-01", "1990-01-01", "2000-01-01"},
        {INTERVAL_3M, "1969-12-31T23:57:00Z", "1969-12-01", "1970-01-01"},
        {INTERVAL_1H, "1969-12-31T23:00:00Z", "1969-01-01", "1970-01-01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t t = at(rows[i].t);
        ck_assert_int_eq(candle_bucket_floor(rows[i].iv, t), at(rows[i].floor));
        ck_assert_int_eq(candle_bucket_next(rows[i].iv, t), at(rows[i].next));
    }
    /* from one bucket to the next there is no hole, over 60 years, for every interval */
    for (int iv = 0; iv < INTERVAL_COUNT; iv++) {
        int64_t b = candle_bucket_floor((enum interval)iv, at("1968-06-15")), next;
        for (; b < at("2030-01-01"); b = next) {
            next = candle_bucket_next((enum interval)iv, b);
            ck_assert_int_gt(next, b);
            ck_assert_int_eq(candle_bucket_floor((enum interval)iv, b), b);
            ck_assert_int_eq(candle_bucket_floor((enum interval)iv, next - 1), b);
            ck_assert_int_eq(candle_bucket_floor((enum interval)iv, next), next);
        }
    }
}
END_TEST

/* n bars from `from`, one an interval, with values that no other bar has. */
static struct bars some_bars(enum interval iv, int64_t from, size_t n, double base) {
    struct bars b;
    bars_init(&b);
    int64_t t = from;
    for (size_t i = 0; i < n; i++, t = interval_next(iv, t)) {
        double o = base + (double)i / 7;
        ck_assert(bars_append(&b, t, o, o + 1.5, o - 0.25, o + 0.1, (double)i));
    }
    return b;
}

/* Puts all bars, cut at the buckets. */
static void put_bars(struct store *s, const char *symbol, enum interval iv, const struct bars *b) {
    struct candle_bucket buckets[64];
    size_t n = 0;
    for (size_t from = 0, to; from < b->n; from = to) {
        ck_assert_uint_lt(n, 64);
        buckets[n].bucket = candle_bucket_floor(iv, b->t[from]);
        to = bars_find(b, candle_bucket_next(iv, b->t[from]));
        buckets[n++].bars = bars_slice(b, from, to);
    }
    ok(store_candles_put(s, symbol, iv, buckets, n, &world_err));
}

static void same_bars(const struct bars *a, const struct bars *b) {
    ck_assert_uint_eq(a->n, b->n);
    if (a->n == 0)
        return;
    ck_assert_mem_eq(a->t, b->t, a->n * sizeof *a->t);
    ck_assert_mem_eq(a->o, b->o, a->n * sizeof *a->o);
    ck_assert_mem_eq(a->h, b->h, a->n * sizeof *a->h);
    ck_assert_mem_eq(a->l, b->l, a->n * sizeof *a->l);
    ck_assert_mem_eq(a->c, b->c, a->n * sizeof *a->c);
    ck_assert_mem_eq(a->v, b->v, a->n * sizeof *a->v);
}

static void range_is(struct store *s, const char *symbol, enum interval iv, int64_t from,
                     int64_t to, const struct bars *all) {
    struct bars got_bars;
    bars_init(&got_bars);
    ok(store_candles_get(s, symbol, iv, from, to, &got_bars, &world_err));
    struct bars want = bars_slice(all, bars_find(all, from), bars_find(all, to));
    same_bars(&got_bars, &want);
    bars_release(&got_bars);
}

START_TEST(candles_come_back_bit_for_bit) {
    struct store *s = world_open(_i);
    /* 40 days of minutes over three months, 3 years of hours, 25 years of days */
    struct bars m = some_bars(INTERVAL_1M, at("2024-01-25"), 57600, 100);
    struct bars h = some_bars(INTERVAL_1H, at("2022-06-01"), 3 * 8760, 2000);
    struct bars d = some_bars(INTERVAL_1D, at("1998-03-01"), 9131, 3);
    put_bars(s, "BTC-USD:X", INTERVAL_1M, &m);
    put_bars(s, "BTC-USD:X", INTERVAL_1H, &h);
    put_bars(s, "BTC-USD:X", INTERVAL_1D, &d);

    range_is(s, "BTC-USD:X", INTERVAL_1M, INT64_MIN, INT64_MAX, &m);
    range_is(s, "BTC-USD:X", INTERVAL_1H, INT64_MIN, INT64_MAX, &h);
    range_is(s, "BTC-USD:X", INTERVAL_1D, INT64_MIN, INT64_MAX, &d);
    /* ends that lie on, beside and between bars and buckets */
    static const char *const stamps[] = {
        "2024-01-01",           "2024-01-25T00:01:00Z", "2024-01-31T23:59:30Z", "2024-02-01",
        "2024-02-29T12:00:00Z", "2024-03-01",           "2024-03-05",           "2025-01-01"};
    size_t n = sizeof stamps / sizeof *stamps;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            range_is(s, "BTC-USD:X", INTERVAL_1M, at(stamps[i]),
                     at(stamps[j]) < at(stamps[i]) ? at(stamps[i]) : at(stamps[j]), &m);
    struct bars none;
    bars_init(&none);
    ok(store_candles_get(s, "ETH", INTERVAL_1M, INT64_MIN, INT64_MAX, &none, &world_err));
    ok(store_candles_get(s, "BTC-USD:X", INTERVAL_5M, INT64_MIN, INT64_MAX, &none, &world_err));
    ok(store_candles_get(s, "BTC-USD:X", INTERVAL_1M, 5, 5, &none, &world_err));
    ck_assert_uint_eq(none.n, 0);
    /* appended after what is there */
    ck_assert(bars_append(&none, 1, 1, 1, 1, 1, 1));
    ok(store_candles_get(s, "BTC-USD:X", INTERVAL_1D, at("1998-03-01"), at("1998-03-03"), &none,
                         &world_err));
    ck_assert_uint_eq(none.n, 3);
    ck_assert_int_eq(none.t[0], 1);
    ck_assert_int_eq(none.t[2], at("1998-03-02"));
    bars_release(&none);
    bars_release(&m);
    bars_release(&h);
    bars_release(&d);
    store_close(s);
}
END_TEST

static struct series_info series_of(struct store *s, const char *symbol, enum interval iv) {
    struct series_list list;
    struct series_info found = {.bars = -1};
    ok(store_series(s, symbol, &list, &world_err));
    for (size_t i = 0; i < list.n; i++)
        if (list.items[i].interval == iv)
            found = list.items[i];
    series_list_release(&list);
    return found;
}

START_TEST(series_say_what_is_stored) {
    struct store *s = world_open(_i);
    struct series_list list;
    ok(store_series(s, NULL, &list, &world_err));
    ck_assert_uint_eq(list.n, 0);
    series_list_release(&list);

    struct bars h = some_bars(INTERVAL_1H, at("2023-12-31T20:00:00Z"), 10, 50);
    struct bars d = some_bars(INTERVAL_1D, at("2024-01-01"), 5, 50);
    struct bars month = some_bars(INTERVAL_1MO, at("2024-01-01"), 2, 50);
    put_bars(s, "ZZZ", INTERVAL_1H, &h);
    put_bars(s, "AAA", INTERVAL_1MO, &month);
    put_bars(s, "AAA", INTERVAL_1D, &d);
    put_bars(s, "AAA", INTERVAL_1H, &h);
    ok(store_series(s, NULL, &list, &world_err));
    ck_assert_uint_eq(list.n, 4);
    static const struct {
        const char *symbol;
        enum interval iv;
    } order[] = {
        {"AAA", INTERVAL_1H}, {"AAA", INTERVAL_1D}, {"AAA", INTERVAL_1MO}, {"ZZZ", INTERVAL_1H}};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(list.items[i].symbol, order[i].symbol);
        ck_assert_int_eq(list.items[i].interval, order[i].iv);
    }
    ck_assert_int_eq(list.items[0].bars, 10); /* over two buckets */
    ck_assert_int_eq(list.items[0].from, h.t[0]);
    ck_assert_int_eq(list.items[0].to, h.t[9]);
    ck_assert_str_eq(list.items[0].hash, list.items[3].hash); /* names content, not symbols */
    series_list_release(&list);
    ok(store_series(s, "ZZZ", &list, &world_err));
    ck_assert_uint_eq(list.n, 1);
    series_list_release(&list);

    ok(store_candles_delete(s, "AAA", INTERVAL_1D, &world_err));
    ok(store_series(s, "AAA", &list, &world_err));
    ck_assert_uint_eq(list.n, 2);
    series_list_release(&list);
    bars_release(&h);
    bars_release(&d);
    bars_release(&month);
    store_close(s);
}
END_TEST

START_TEST(hash_changes_with_any_bar) {
    struct store *s = world_open(_i);
    struct bars h = some_bars(INTERVAL_1H, at("2023-12-31T20:00:00Z"), 10, 50);
    put_bars(s, "X", INTERVAL_1H, &h);
    struct series_info before = series_of(s, "X", INTERVAL_1H);
    put_bars(s, "X", INTERVAL_1H, &h);
    ck_assert_str_eq(series_of(s, "X", INTERVAL_1H).hash, before.hash);
    double *columns[] = {h.o, h.h, h.c, h.v};
    for (size_t i = 0; i < 4; i++) {
        double old = columns[i][i * 3];
        columns[i][i * 3] += i == 0 ? -0.1 : i == 2 ? 1e-9 : 0.5;
        put_bars(s, "X", INTERVAL_1H, &h);
        ck_assert_str_ne(series_of(s, "X", INTERVAL_1H).hash, before.hash);
        columns[i][i * 3] = old;
        put_bars(s, "X", INTERVAL_1H, &h);
        ck_assert_str_eq(series_of(s, "X", INTERVAL_1H).hash, before.hash);
    }
    /* a bucket is replaced as a whole: fewer bars now */
    struct candle_bucket bucket = {.bucket = at("2024-01-01"), .bars = bars_slice(&h, 5, 7)};
    ok(store_candles_put(s, "X", INTERVAL_1H, &bucket, 1, &world_err));
    ck_assert_int_eq(series_of(s, "X", INTERVAL_1H).bars, 6);
    /* and one without bars is removed */
    bucket.bars.n = 0;
    ok(store_candles_put(s, "X", INTERVAL_1H, &bucket, 1, &world_err));
    ck_assert_int_eq(series_of(s, "X", INTERVAL_1H).bars, 4);
    ck_assert_int_eq(series_of(s, "X", INTERVAL_1H).to, at("2023-12-31T23:00:00Z"));
    bars_release(&h);
    store_close(s);
}
END_TEST

START_TEST(misplaced_candles_are_refused) {
    struct store *s = world_open(_i);
    struct bars h = some_bars(INTERVAL_1H, at("2023-12-31T20:00:00Z"), 10, 50);
    struct candle_bucket buckets[] = {{at("2023-01-01"), bars_slice(&h, 0, 4)},
                                      {at("2024-01-01"), bars_slice(&h, 3, 6)}};
    gives(ERR_INVALID, store_candles_put(s, "X", INTERVAL_1H, buckets, 2, &world_err));
    buckets[1] = (struct candle_bucket){at("2024-02-01"), bars_slice(&h, 4, 6)};
    gives(ERR_INVALID, store_candles_put(s, "X", INTERVAL_1H, buckets, 2, &world_err));
    buckets[1] = (struct candle_bucket){at("2024-01-01"), bars_slice(&h, 4, 6)};
    h.h[4] = 1; /* below its low */
    gives(ERR_INVALID, store_candles_put(s, "X", INTERVAL_1H, buckets, 2, &world_err));
    gives(ERR_INVALID, store_candles_put(s, "X|Y", INTERVAL_1H, buckets, 1, &world_err));
    ck_assert_int_eq(series_of(s, "X", INTERVAL_1H).bars, -1); /* none or all of them */
    bars_release(&h);
    store_close(s);
}
END_TEST

STORE_CASES(candles, buckets_follow_the_calendar, candles_come_back_bit_for_bit,
            series_say_what_is_stored, hash_changes_with_any_bar, misplaced_candles_are_refused)
