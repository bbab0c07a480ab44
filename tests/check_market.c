/* Bars for a run: cut to range and warm-up, aggregated, out of a real store; and what is said when
 * they are not there. */
#include "lib/market_extra.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"

#include "tests/suite.h"

#define JAN1 INT64_C(1704067200000) /* 2024-01-01, a Monday */

static void add(struct bars *b, int64_t t) {
    double p = 100 + (double)(b->n % 7);
    ck_assert(bars_append(b, t, p, p + 1, p - 1, p + 0.5, 2));
}

static struct bars series(int64_t from, int64_t step, size_t n) {
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        add(&b, from + (int64_t)i * step);
    return b;
}

static struct request wish(enum interval iv, const char *start, const char *end) {
    struct request r = {.interval = iv, .start_ms = INT64_MIN, .end_ms = INT64_MAX, .warmup = -1};
    snprintf(r.symbol, sizeof r.symbol, "BTCUSDT");
    if (start)
        ck_assert(time_parse(start, &r.start_ms));
    if (end)
        ck_assert(time_parse(end, &r.end_ms));
    return r;
}

START_TEST(cuts_to_the_range_and_its_warmup) {
    struct bars b = series(JAN1, MS_PER_HOUR, 240); /* ten days */
    struct err e = {0};
    struct market_data d;
    struct request r = wish(INTERVAL_1H, "2024-01-03", "2024-01-05");
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 30, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.first, 30);
    ck_assert_uint_eq(d.bars.n, 78);
    ck_assert_uint_eq(d.bars.cap, 0); /* a view */
    ck_assert(d.bars.t[d.first] == r.start_ms);
    ck_assert(d.bars.t[d.bars.n - 1] == r.end_ms - MS_PER_HOUR); /* the end is not in it */
    ck_assert(d.gaps == 0 && d.partial == 0 && !d.starts_late && !d.ends_early);
    char hash[HASH_HEX_MAX];
    memcpy(hash, d.hash, sizeof hash);
    market_data_release(&d);

    /* the same bars: the same hash; another price, or more warm-up: another one */
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 30, &d, &e), ERR_NONE);
    ck_assert_str_eq(d.hash, hash);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 31, &d, &e), ERR_NONE);
    ck_assert_str_ne(d.hash, hash);
    b.v[20] += 1;
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 30, &d, &e), ERR_NONE);
    ck_assert_str_ne(d.hash, hash);

    /* fewer bars before the range than wanted; a range beyond the data */
    r = wish(INTERVAL_1H, "2024-01-01T05:00:00Z", "2025-01-01");
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 30, &d, &e), ERR_NONE);
    ck_assert(d.first == 5 && d.wanted_warmup == 30 && !d.starts_late && d.ends_early);
    r = wish(INTERVAL_1H, "2023-12-30", NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 0, &d, &e), ERR_NONE);
    ck_assert(d.first == 0 && d.bars.n == 240 && d.starts_late && !d.ends_early);
    bars_release(&b);
}
END_TEST

START_TEST(counts_gaps_in_the_range_only) {
    struct bars b;
    struct err e = {0};
    struct market_data d;
    bars_init(&b);
    static const int hours[] = {0, 1, 5, 6, 7, 20, 21, 30, 31};
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
        add(&b, JAN1 + hours[i] * MS_PER_HOUR);
    struct request r = wish(INTERVAL_1H, "2024-01-01T06:00:00Z", NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 3, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.first, 3);
    ck_assert_uint_eq(d.gaps, 2);
    bars_release(&b);

    /* months are as long as they are; a daily bar may open at any hour */
    b = series(JAN1 + 5 * MS_PER_HOUR, MS_PER_DAY, 60);
    r = wish(INTERVAL_1D, NULL, NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1D, &r, 0, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.gaps, 0);
    bars_release(&b);
    bars_init(&b);
    for (int64_t t = JAN1; b.n < 24; t = interval_next(INTERVAL_1MO, t))
        add(&b, t);
    r = wish(INTERVAL_1MO, NULL, NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1MO, &r, 0, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.gaps, 0);
    bars_release(&b);
}
END_TEST

START_TEST(aggregates_whole_buckets_and_names_partial_ones) {
    /* minutes from 23:30 to 02:29: half an hour, two whole ones, half an hour */
    struct bars b = series(JAN1 - 30 * MS_PER_MINUTE, MS_PER_MINUTE, 180);
    struct err e = {0};
    struct market_data d;
    struct request r = wish(INTERVAL_1H, NULL, NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1M, &r, 0, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.bars.n, 4);
    ck_assert_int_eq(d.source, INTERVAL_1M);
    ck_assert_uint_eq(d.partial, 2);
    ck_assert(d.partial_first_ms == JAN1 - MS_PER_HOUR);
    market_data_release(&d);

    /* a range that ends inside a bucket takes the whole bucket; one that starts inside does not */
    r = wish(INTERVAL_1H, "2023-12-31T23:30:00Z", "2024-01-01T00:10:00Z");
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1M, &r, 1, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.bars.n, 2);
    ck_assert_uint_eq(d.first, 1);
    ck_assert(d.bars.t[1] == JAN1);
    ck_assert_double_eq(d.bars.v[1], 120);
    ck_assert_uint_eq(d.partial, 1);
    market_data_release(&d);

    r = wish(INTERVAL_1M, NULL, NULL);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 0, &d, &e), ERR_UNPROCESSABLE);
    ck_assert_str_eq(e.message, "Insufficient market data: bars of 1h do not add up to 1m");
    ck_assert_str_eq(e.word, "insufficient_data");
    bars_release(&b);
}
END_TEST

START_TEST(refuses_what_is_no_market) {
    struct bars b = series(JAN1, MS_PER_HOUR, 20);
    struct err e = {0};
    struct market_data d;
    struct request r = wish(INTERVAL_1H, NULL, NULL);
    b.t[7] = b.t[6];
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 0, &d, &e), ERR_UNPROCESSABLE);
    ck_assert_str_eq(e.word, "damaged_data");
    ck_assert_ptr_nonnull(strstr(e.message, "1h, the bar of 2024-01-01T06:00:00"));
    ck_assert_ptr_nonnull(strstr(e.message, "the time is there twice"));
    bars_release(&b);
}
END_TEST

START_TEST(infers_the_interval) {
    enum interval iv;
    int64_t step;
    for (int i = 0; i < INTERVAL_COUNT; i++) {
        struct bars b;
        bars_init(&b);
        for (int64_t t = JAN1; b.n < 40; t = interval_next((enum interval)i, t))
            if (b.n % 9 != 8 || i == INTERVAL_1MO)
                add(&b, t);
            else
                add(&b, t = interval_next((enum interval)i, t)); /* a gap now and then */
        ck_assert_msg(market_interval(&b, &iv, &step), "%s", interval_name((enum interval)i));
        ck_assert_int_eq(iv, i);
        bars_release(&b);
    }
    struct bars b = series(JAN1, 7 * MS_PER_MINUTE, 20);
    ck_assert(!market_interval(&b, &iv, &step));
    ck_assert(step == 7 * MS_PER_MINUTE);
    struct bars one = bars_slice(&b, 0, 1);
    ck_assert(!market_interval(&one, &iv, &step));
    ck_assert(step == 0);
    bars_release(&b);
}
END_TEST

/* A SQLite store in a folder of its own. */
struct world {
    char folder[64], path[96];
    struct store *store;
};

static struct world world_new(void) {
    struct world w = {.folder = "/tmp/check_market.XXXXXX"};
    char uri[128];
    struct err e = {0};
    ck_assert_ptr_nonnull(mkdtemp(w.folder));
    snprintf(w.path, sizeof w.path, "%s/store.db", w.folder);
    snprintf(uri, sizeof uri, "sqlite:%s", w.path);
    const struct store_options options = {.timeout_ms = 3000, .program = "check_market"};
    w.store = store_open(uri, &options, &e);
    ck_assert_msg(w.store != NULL, "%s", e.message);
    return w;
}

static void world_end(struct world *w) {
    char path[128];
    static const char *const ends[] = {"", "-wal", "-shm"};
    store_close(w->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", w->path, ends[i]);
        unlink(path);
    }
    rmdir(w->folder);
}

static void import(struct world *w, const char *symbol, enum interval iv, const struct bars *b,
                   size_t want_added, size_t want_replaced) {
    struct err e = {0};
    size_t added = 99, replaced = 99;
    ck_assert_msg(market_import(w->store, symbol, iv, b, &added, &replaced, &e) == ERR_NONE, "%s",
                  e.message);
    ck_assert_uint_eq(added, want_added);
    ck_assert_uint_eq(replaced, want_replaced);
}

START_TEST(imports_merge_by_time) {
    struct world w = world_new();
    struct err e = {0};
    struct bars b = series(JAN1 - 5 * MS_PER_HOUR, MS_PER_HOUR, 48); /* over a year's end */
    struct bars odd;
    bars_init(&odd);
    for (size_t i = 0; i < b.n; i += 2)
        ck_assert(bars_append(&odd, b.t[i], 1, 3, 1, 2, 0));
    import(&w, "A", INTERVAL_1H, &odd, 24, 0);
    import(&w, "A", INTERVAL_1H, &b, 24, 24);
    import(&w, "A", INTERVAL_1H, &b, 0, 48);
    struct bars got;
    bars_init(&got);
    ck_assert_int_eq(store_candles_get(w.store, "A", INTERVAL_1H, INT64_MIN, INT64_MAX, &got, &e),
                     ERR_NONE);
    ck_assert_uint_eq(got.n, 48);
    ck_assert_mem_eq(got.t, b.t, 48 * sizeof *b.t);
    ck_assert_mem_eq(got.c, b.c, 48 * sizeof *b.c);
    struct bars none = {.n = 0};
    import(&w, "A", INTERVAL_1H, &none, 0, 0);
    bars_release(&got);
    bars_release(&odd);
    bars_release(&b);
    world_end(&w);
}
END_TEST

START_TEST(loads_exactly_the_warmup_over_gaps) {
    struct world w = world_new();
    struct err e = {0};
    struct market_data d;
    struct bars b;
    bars_init(&b);
    /* 100 hours, then three weeks without a bar, then ten days */
    for (int64_t i = 0; i < 100; i++)
        add(&b, JAN1 + i * MS_PER_HOUR);
    int64_t start = JAN1 + 28 * MS_PER_DAY;
    for (int64_t i = 0; i < 240; i++)
        add(&b, start - 24 * MS_PER_HOUR + i * MS_PER_HOUR);
    import(&w, "BTCUSDT", INTERVAL_1H, &b, 340, 0);
    struct request r = wish(INTERVAL_1H, "2024-01-29", NULL);
    ck_assert_int_eq(market_load(w.store, &r, 60, &d, &e), ERR_NONE);
    ck_assert_uint_eq(d.first, 60); /* 24 of the day before, 36 from before the gap */
    ck_assert(d.bars.t[60] == start);
    ck_assert(d.bars.t[0] == JAN1 + 64 * MS_PER_HOUR);
    ck_assert_uint_eq(d.bars.n, 60 + 216);
    char hash[HASH_HEX_MAX];
    memcpy(hash, d.hash, sizeof hash);
    market_data_release(&d);
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1H, &r, 60, &d, &e), ERR_NONE);
    ck_assert_str_eq(d.hash, hash); /* store or file: the same data */
    ck_assert_int_eq(market_load(w.store, &r, 5000, &d, &e), ERR_NONE);
    ck_assert(d.first == 124 && d.wanted_warmup == 5000);
    market_data_release(&d);
    r = wish(INTERVAL_1H, NULL, NULL);
    ck_assert_int_eq(market_load(w.store, &r, 60, &d, &e), ERR_NONE);
    ck_assert(d.first == 0 && d.bars.n == 340 && d.gaps == 1);
    market_data_release(&d);
    bars_release(&b);
    world_end(&w);
}
END_TEST

START_TEST(takes_the_coarsest_interval_that_divides) {
    struct world w = world_new();
    struct err e = {0};
    struct market_data d;
    struct bars minutes = series(JAN1, MS_PER_MINUTE, 3000);
    struct bars quarters = series(JAN1, 15 * MS_PER_MINUTE, 400);
    struct bars days = series(JAN1, MS_PER_DAY, 10);
    import(&w, "BTCUSDT", INTERVAL_1M, &minutes, 3000, 0);
    import(&w, "BTCUSDT", INTERVAL_15M, &quarters, 400, 0);
    import(&w, "BTCUSDT", INTERVAL_1D, &days, 10, 0);
    static const struct {
        enum interval want, source;
    } rows[] = {{INTERVAL_1M, INTERVAL_1M},
                {INTERVAL_5M, INTERVAL_1M},
                {INTERVAL_1H, INTERVAL_15M},
                {INTERVAL_1D, INTERVAL_1D},
                {INTERVAL_1W, INTERVAL_1D}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r = wish(rows[i].want, NULL, NULL);
        ck_assert_msg(market_load(w.store, &r, 0, &d, &e) == ERR_NONE, "%s", e.message);
        ck_assert_int_eq(d.source, rows[i].source);
        market_data_release(&d);
    }
    /* the range ends inside a bucket: the bar is made of all that is stored of it */
    struct request r = wish(INTERVAL_1H, "2024-01-01T02:00:00Z", "2024-01-01T04:20:00Z");
    ck_assert_int_eq(market_load(w.store, &r, 1, &d, &e), ERR_NONE);
    ck_assert(d.first == 1 && d.bars.n == 4 && d.partial == 0);
    ck_assert_double_eq(d.bars.v[3], 8);
    market_data_release(&d);
    bars_release(&minutes);
    bars_release(&quarters);
    bars_release(&days);
    world_end(&w);
}
END_TEST

START_TEST(says_what_is_missing) {
    struct world w = world_new();
    struct bars hours = series(JAN1 - 306 * MS_PER_DAY, MS_PER_HOUR, 24 * 214); /* 2023-03-01 … */
    struct bars days = series(JAN1, MS_PER_DAY, 10);
    import(&w, "BTCUSDT", INTERVAL_1H, &hours, hours.n, 0);
    import(&w, "ETHUSDT", INTERVAL_1D, &days, 10, 0);
    static const struct {
        const char *symbol;
        enum interval iv;
        const char *start, *end, *message;
    } rows[] = {
        {"BTCUSDT", INTERVAL_1H, "2024-01-01", "2024-12-31",
         "Insufficient market data: BTCUSDT 1h has 2023-03-01 to 2023-09-30, asked for 2024-01-01 "
         "to 2024-12-31"},
        {"BTCUSDT", INTERVAL_1D, "2024-01-01T06:00:00Z", NULL,
         "Insufficient market data: BTCUSDT 1h has 2023-03-01 to 2023-09-30, asked for "
         "2024-01-01T06:00:00Z to the end"},
        {"BTCUSDT", INTERVAL_1H, NULL, "2020-01-01",
         "Insufficient market data: BTCUSDT 1h has 2023-03-01 to 2023-09-30, asked for the start "
         "to 2020-01-01"},
        {"ETHUSDT", INTERVAL_1H, NULL, NULL,
         "Insufficient market data: ETHUSDT is stored as 1d only, 1h cannot be made of that"},
        {"BTCUSD", INTERVAL_1H, NULL, NULL,
         "Insufficient market data: no candles of BTCUSD are stored; did you mean 'BTCUSDT'?"},
        {"XYZ", INTERVAL_1H, NULL, NULL, "Insufficient market data: no candles of XYZ are stored"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r = wish(rows[i].iv, rows[i].start, rows[i].end);
        struct market_data d;
        struct err e = {0};
        snprintf(r.symbol, sizeof r.symbol, "%s", rows[i].symbol);
        ck_assert_int_eq(market_load(w.store, &r, 10, &d, &e), ERR_UNPROCESSABLE);
        ck_assert_str_eq(e.message, rows[i].message);
        ck_assert_str_eq(e.word, "insufficient_data");
    }
    bars_release(&hours);
    bars_release(&days);
    world_end(&w);
}
END_TEST

START_TEST(a_year_of_minutes_costs_little) {
    struct bars b = series(JAN1, MS_PER_MINUTE, 525600);
    struct request r = wish(INTERVAL_1M, NULL, NULL);
    struct market_data d;
    struct err e = {0};
    int64_t before = clock_mono_us();
    ck_assert_int_eq(market_from_bars(&b, INTERVAL_1M, &r, 0, &d, &e), ERR_NONE);
    double ms = (double)(clock_mono_us() - before) / 1e3;
    printf("525600 bars cut, counted and hashed: %.1f ms\n", ms);
    ck_assert_uint_eq(d.bars.n, 525600);
    bars_release(&b);
}
END_TEST

START_TEST(finer_bars_and_funding_come_from_the_store) {
    struct world w = world_new();
    struct err e = {0};
    struct market_data d;
    struct market_extra x;
    struct bars hours = series(JAN1, MS_PER_HOUR, 240),
                minutes = series(JAN1, MS_PER_MINUTE, 14400);
    struct bars rates;
    bars_init(&rates);
    for (int64_t i = 0; i < 30; i++) /* rate -0.0001, then 0.0002, … as 1 + rate */
        ck_assert(
            bars_append(&rates, JAN1 + i * 8 * MS_PER_HOUR, 1, 2, 0.5, i % 2 ? 1.0002 : 0.9999, 0));
    import(&w, "BTCUSDT", INTERVAL_1H, &hours, 240, 0);
    import(&w, "BTCUSDT", INTERVAL_1M, &minutes, 14400, 0);
    import(&w, "BTCUSDT.F", INTERVAL_8H, &rates, 30, 0);
    struct request r = wish(INTERVAL_1H, "2024-01-03", "2024-01-05");
    r.cfg.path = PATH_LOWER;
    r.lower = INTERVAL_5M;
    snprintf(r.funding, sizeof r.funding, "BTCUSDT.F");
    ck_assert_int_eq(market_load(w.store, &r, 30, &d, &e), ERR_NONE);
    ck_assert_msg(market_extra_load(w.store, &r, &d, NULL, NULL, &x, &e) == ERR_NONE, "%s",
                  e.message);
    ck_assert_ptr_eq(r.cfg.lower, &x.lower.bars);
    ck_assert_uint_eq(d.lower_bars, 48 * 12); /* of the range alone */
    ck_assert(x.lower.bars.t[0] == r.start_ms);
    ck_assert_uint_eq(r.cfg.n_funding, 6);
    ck_assert(r.cfg.funding_times[0] == r.start_ms);
    ck_assert(fabs(r.cfg.funding_rates[0] + 0.0001) < 1e-15 &&
              fabs(r.cfg.funding_rates[1] - 0.0002) < 1e-15);
    ck_assert(d.lower_hash[0] != 0 && d.funding_hash[0] != 0);
    market_extra_release(&x);

    snprintf(r.funding, sizeof r.funding, "NOBODY");
    ck_assert_int_eq(market_extra_load(w.store, &r, &d, NULL, NULL, &x, &e), ERR_UNPROCESSABLE);
    ck_assert_str_eq(e.message, "Insufficient market data: no funding series NOBODY is stored");
    market_data_release(&d);

    /* out of a file's minutes */
    ck_assert_int_eq(market_from_bars(&minutes, INTERVAL_1M, &r, 0, &d, &e), ERR_NONE);
    ck_assert_int_eq(market_extra_from_bars(&minutes, INTERVAL_1M, &r, &d, &x, &e),
                     ERR_UNPROCESSABLE);
    r.funding[0] = 0;
    ck_assert_int_eq(market_extra_from_bars(&minutes, INTERVAL_1M, &r, &d, &x, &e), ERR_NONE);
    ck_assert_uint_eq(d.lower_bars, 48 * 12);
    market_extra_release(&x);
    market_data_release(&d);
    bars_release(&hours);
    bars_release(&minutes);
    bars_release(&rates);
    world_end(&w);
}
END_TEST

SUITE_MAIN("market", finer_bars_and_funding_come_from_the_store, cuts_to_the_range_and_its_warmup,
           counts_gaps_in_the_range_only, aggregates_whole_buckets_and_names_partial_ones,
           infers_the_interval, refuses_what_is_no_market, imports_merge_by_time,
           loads_exactly_the_warmup_over_gaps, takes_the_coarsest_interval_that_divides,
           says_what_is_missing, a_year_of_minutes_costs_little)
