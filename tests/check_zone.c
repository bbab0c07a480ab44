/* Time zones: offsets on both sides of a change, years behind the last one in the file, names that
 * must not leave the folder, and the functions of the language that ask. */
#include "lib/zone.h"

#include <unistd.h>

#include "tests/columns.h"

#define HOUR_S 3600

/* 2024-03-10 07:00 UTC and so on: epoch seconds by `date -u +%s`. */
static const struct {
    const char *zone;
    int64_t t;
    double hours;
} moments[] = {
    {"America/New_York", 1710053999, -5}, /* 2024-03-10 06:59:59: the hour before the change */
    {"America/New_York", 1710054000, -4},
    {"America/New_York", 1730613599, -4}, /* 2024-11-03 05:59:59 */
    {"America/New_York", 1730613600, -5},
    {"America/New_York", 2531286000, -4}, /* 2050-03-19, behind the file's last transition */
    {"America/New_York", 2524608000, -5}, /* 2050-01-01 */
    {"Europe/Berlin", 1711846799, 1},     /* 2024-03-31 00:59:59 */
    {"Europe/Berlin", 1711846800, 2},
    {"Europe/Berlin", 2540671200, 2}, /* 2050-07-06 */
    {"Australia/Sydney", 1704067200, 11},
    {"Australia/Sydney", 1719792000, 10},
    {"Australia/Sydney", 2524608000, 11}, /* 2050: daylight saving spans the new year */
    {"Asia/Kolkata", 1704067200, 5.5},
    {"Asia/Tokyo", 2524608000, 9},
    {"Etc/GMT+5", 0, -5},
};

static bool absent(void) {
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0)
        return false;
    fprintf(stderr, "skipped: no time zone database\n");
    return true;
}

START_TEST(offsets_are_those_of_the_database) {
    if (absent())
        return;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        const struct zone *z = zone_find(moments[i].zone, strlen(moments[i].zone));
        ck_assert_msg(z != NULL, "%s", moments[i].zone);
        ck_assert_str_eq(z->name, moments[i].zone);
        ck_assert(z->from_ms[0] == INT64_MIN);
        for (size_t k = 1; k < z->n; k++)
            ck_assert(z->from_ms[k] > z->from_ms[k - 1]);
        double got = (double)zone_offset_ms(z, moments[i].t * 1000) / 1000 / HOUR_S;
        ck_assert_msg(got == moments[i].hours, "%s at %lld: %g, not %g", moments[i].zone,
                      (long long)moments[i].t, got, moments[i].hours);
        ck_assert_ptr_eq(z, zone_find(moments[i].zone, strlen(moments[i].zone)));
    }
}
END_TEST

START_TEST(other_names_are_none) {
    static const char *const names[] = {
        "",          "Mars",   "../zoneinfo/UTC", "/etc/passwd", "Europe/", "Europe//Rome",
        "tzdata.zi", "Europe", "zone1970.tab"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(!zone_find(names[i], strlen(names[i])), "%s", names[i]);
    char longest[200];
    memset(longest, 'a', sizeof longest);
    ck_assert_ptr_null(zone_find(longest, sizeof longest));
}
END_TEST

/* One value of an expression on an hourly bar that opens at t (epoch seconds). */
static double at(const char *expr, int64_t t) {
    struct bars b;
    struct expr_error err = {.message = ""};
    struct plan *p = columns_plan();
    plan_zones(p, zone_find);
    bars_init(&b);
    ck_assert(bars_append(&b, t * 1000, 1, 1, 1, 1, 1));
    int node = plan_add(p, expr, NULL, VALUE_NUMBER, &err);
    ck_assert_msg(node >= 0, "%s: %s", expr, err.message);
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), 1);
    double x = eval_number(e, node)[0];
    eval_free(e);
    plan_free(p);
    bars_release(&b);
    return x;
}

START_TEST(the_language_asks_in_a_zone) {
    if (absent())
        return;
    /* Friday 2024-03-08 14:30 UTC is 9:30 in New York; on Monday the 11th 13:30 is */
    ck_assert_double_eq(
        at("hour(\"America/New_York\") * 100 + minute(\"America/New_York\")", 1709908200), 930);
    ck_assert_double_eq(
        at("hour(\"America/New_York\") * 100 + minute(\"America/New_York\")", 1710163800), 930);
    ck_assert_double_eq(at("session(\"0930-1600\", \"America/New_York\") ? 1 : 0", 1709908200), 1);
    ck_assert_double_eq(at("session(\"0930-1600\", \"America/New_York\") ? 1 : 0", 1710163800), 1);
    ck_assert_double_eq(at("session(\"0930-1600\", \"America/New_York\") ? 1 : 0", 1710160200), 0);
    /* 2024-02-29 23:30 UTC is the 1st of March, a Friday, in Tokyo */
    ck_assert_double_eq(at("dayofmonth", 1709249400), 29);
    ck_assert_double_eq(at("dayofmonth(\"Asia/Tokyo\")", 1709249400), 1);
    ck_assert_double_eq(at("month(\"Asia/Tokyo\")", 1709249400), 3);
    ck_assert_double_eq(at("dayofweek(\"Asia/Tokyo\")", 1709249400), 6);
    ck_assert_double_eq(at("year", 946684799), 1999);
    ck_assert_double_eq(at("year(\"Europe/Berlin\")", 946684799), 2000);
    ck_assert_double_eq(at("session(\"1700-0100:2\", \"Asia/Tokyo\") ? 1 : 0", 1710169200), 1);
}
END_TEST

SUITE_MAIN("zone", offsets_are_those_of_the_database, other_names_are_none,
           the_language_asks_in_a_zone)
