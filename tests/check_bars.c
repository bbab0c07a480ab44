/* Intervals by the calendar, aggregation, and what bars_check refuses. */
#include "engine/bars.h"

#include "tests/suite.h"

#define DAY(n) ((n)*MS_PER_DAY)

START_TEST(every_interval_reads_back) {
    for (int i = 0; i < INTERVAL_COUNT; i++) {
        enum interval iv = INTERVAL_COUNT;
        ck_assert(interval_parse(interval_name((enum interval)i), &iv));
        ck_assert_int_eq(iv, i);
    }
    enum interval iv;
    ck_assert(!interval_parse("7m", &iv));
    ck_assert(!interval_parse("", &iv));
}
END_TEST

START_TEST(floors_by_utc_calendar) {
    const struct {
        enum interval iv;
        int64_t t, floor, next;
    } cases[] = {
        {INTERVAL_1H, 3599999, 0, 3600000},
        {INTERVAL_1D, -1, -MS_PER_DAY, 0},
        {INTERVAL_1W, 0, DAY(-3), DAY(4)},                      /* Thursday -> Monday 1969-12-29 */
        {INTERVAL_3D, DAY(4), DAY(3), DAY(6)},                  /* floor from the epoch */
        {INTERVAL_1MO, DAY(19782) + 5, DAY(19754), DAY(19783)}, /* 2024-02-29: leap February */
        {INTERVAL_1MO, DAY(-1), DAY(-31), 0},                   /* December 1969 */
        {INTERVAL_1MO, DAY(11016), DAY(10988), DAY(11017)},     /* 2000-02-29 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(interval_floor(cases[i].iv, cases[i].t) == cases[i].floor, "floor, row %zu",
                      i);
        ck_assert_msg(interval_next(cases[i].iv, cases[i].t) == cases[i].next, "next, row %zu", i);
    }
}
END_TEST

START_TEST(knows_which_interval_divides_which) {
    ck_assert(interval_divides(INTERVAL_1M, INTERVAL_1H));
    ck_assert(interval_divides(INTERVAL_1H, INTERVAL_1MO));
    ck_assert(interval_divides(INTERVAL_4H, INTERVAL_1W));
    ck_assert(!interval_divides(INTERVAL_1W, INTERVAL_1MO));
    ck_assert(!interval_divides(INTERVAL_3D, INTERVAL_1W));
    ck_assert(!interval_divides(INTERVAL_8H, INTERVAL_12H));
    ck_assert(!interval_divides(INTERVAL_1H, INTERVAL_1H));
}
END_TEST

START_TEST(aggregates_and_keeps_partial_buckets) {
    struct bars in, out;
    bars_init(&in);
    /* 30-minute bars: the last of one hour, an hour missing, then a whole hour */
    ck_assert(bars_append(&in, 1800000, 10, 12, 9, 11, 5));
    ck_assert(bars_append(&in, 7200000, 11, 15, 11, 14, 1));
    ck_assert(bars_append(&in, 9000000, 14, 14, 8, 9, 2));
    ck_assert(bars_aggregate(&in, INTERVAL_1H, &out));
    ck_assert_uint_eq(out.n, 2);
    ck_assert_int_eq(out.t[0], 0);
    ck_assert_int_eq(out.t[1], 7200000);
    ck_assert_double_eq(out.o[1], 11);
    ck_assert_double_eq(out.h[1], 15);
    ck_assert_double_eq(out.l[1], 8);
    ck_assert_double_eq(out.c[1], 9);
    ck_assert_double_eq(out.v[1], 3);
    bars_release(&in);
    bars_release(&out);
}
END_TEST

START_TEST(finds_by_time_and_slices) {
    struct bars b;
    bars_init(&b);
    for (int64_t i = 0; i < 1000; i++)
        ck_assert(bars_append(&b, i * 10, 1, 1, 1, 1, 0));
    ck_assert_uint_eq(bars_find(&b, -5), 0);
    ck_assert_uint_eq(bars_find(&b, 10), 1);
    ck_assert_uint_eq(bars_find(&b, 11), 2);
    ck_assert_uint_eq(bars_find(&b, 99999), 1000);
    struct bars view = bars_slice(&b, 10, 20);
    ck_assert_uint_eq(view.n, 10);
    ck_assert_int_eq(view.t[0], 100);
    bars_release(&view); /* a view owns nothing */
    bars_release(&b);
}
END_TEST

START_TEST(names_what_is_wrong_with_a_bar) {
    const struct {
        double o, h, l, c, v;
        const char *want;
    } cases[] = {
        {1, 2, 3, 2, 0, "low is above high"},
        {5, 4, 1, 2, 0, "open is outside low and high"},
        {2, 4, 1, 5, 0, "close is outside low and high"},
        {0, 4, 0, 2, 0, "a price is not above 0"},
        {2, 4, 1, 2, -1, "volume is negative"},
        {2, 1.0 / 0.0, 1, 2, 0, "a value is not a finite number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bars b;
        size_t bar = 99;
        bars_init(&b);
        ck_assert(bars_append(&b, 0, 1, 1, 1, 1, 0));
        ck_assert(bars_append(&b, 1, cases[i].o, cases[i].h, cases[i].l, cases[i].c, cases[i].v));
        ck_assert_str_eq(bars_check(&b, &bar), cases[i].want);
        ck_assert_uint_eq(bar, 1);
        bars_release(&b);
    }
    struct bars b;
    size_t bar;
    bars_init(&b);
    ck_assert(bars_append(&b, 5, 1, 1, 1, 1, 0));
    ck_assert(bars_append(&b, 5, 1, 1, 1, 1, 0));
    ck_assert_str_eq(bars_check(&b, &bar), "the time is there twice");
    b.t[1] = 4;
    ck_assert_str_eq(bars_check(&b, &bar), "the time goes back");
    b.t[1] = 6;
    ck_assert_ptr_null(bars_check(&b, &bar));
    bars_release(&b);
}
END_TEST

SUITE_MAIN("bars", every_interval_reads_back, floors_by_utc_calendar,
           knows_which_interval_divides_which, aggregates_and_keeps_partial_buckets,
           finds_by_time_and_slices, names_what_is_wrong_with_a_bar)
