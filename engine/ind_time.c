/* Clock and calendar of the bar's open time, in a time zone; longer bars. */
#include "engine/ind_row.h"

enum part { MINUTE, HOUR, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR };

#define MINUTES_PER_DAY 1440
#define DAYS_PER_WEEK   7
#define DAYS_PER_400    146097 /* of the calendar's 400 years */
#define DAYS_TO_MARCH_0 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

struct date {
    int64_t year;
    int month, day;
};

/* Years that begin in March end with the leap day, so months have fixed places in them. */
static struct date date_of(int64_t days) {
    int64_t z = days + DAYS_TO_MARCH_0, era = floor_div(z, DAYS_PER_400);
    int64_t day = z - era * DAYS_PER_400;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    return (struct date){.year = year + era * 400 + (month <= 2),
                         .month = month,
                         .day = (int)(of_year - (153 * from_march + 2) / 5) + 1};
}

/* Pine's: 1 is Sunday. */
static int day_of_week(int64_t days) {
    return (int)(days + 4 - floor_div(days + 4, DAYS_PER_WEEK) * DAYS_PER_WEEK) + 1;
}

static double part_of(enum part part, int64_t local_ms) {
    int64_t days = floor_div(local_ms, MS_PER_DAY);
    int64_t minute = (local_ms - days * MS_PER_DAY) / MS_PER_MINUTE;
    switch (part) {
    case MINUTE:
        return (double)(minute % 60);
    case HOUR:
        return (double)(minute / 60);
    case DAY_OF_WEEK:
        return day_of_week(days);
    case DAY_OF_MONTH:
        return date_of(days).day;
    case MONTH:
        return date_of(days).month;
    case YEAR:
        break;
    }
    return (double)date_of(days).year;
}

static int64_t local_time(const struct kernel_call *c, size_t i, double zone) {
    int64_t t = c->bars->t[c->first + i];
    return t + zone_offset_ms(c->zones[(int)zone], t);
}

/* arg: part, zone. */
static void run_part(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = part_of((enum part)c->arg[0], local_time(c, i, c->arg[1]));
}

static const struct kernel kernel_part = {.run = run_part};

static int part(struct plan *p, const struct ind_use *use, enum part part) {
    int zone = plan_zone(p, use->text[0], use->text_len[0]);
    return plan_node(p, &kernel_part, NULL, (double[KERNEL_ARGS_MAX]){part, zone});
}

#define BUILD(name, what)                                                                          \
    static void build_##name(struct plan *p, const struct ind_use *use, int *ret_outputs) {        \
        ret_outputs[0] = part(p, use, what);                                                       \
    }

BUILD(minute, MINUTE)
BUILD(hour, HOUR)
BUILD(dayofweek, DAY_OF_WEEK)
BUILD(dayofmonth, DAY_OF_MONTH)
BUILD(month, MONTH)
BUILD(year, YEAR)

/* arg: first minute, minute behind the last, days as bits 1 (Sunday) to 7, zone. A session over
 * midnight belongs to the day it began on. */
static void run_session(const struct kernel_call *c) {
    int64_t start = (int64_t)c->arg[0], end = (int64_t)c->arg[1];
    unsigned days = (unsigned)c->arg[2];
    for (size_t w = 0; w < (c->n + 63) / 64; w++)
        c->mask_out[w] = 0;
    for (size_t i = 0; i < c->n; i++) {
        int64_t local = local_time(c, i, c->arg[3]), day = floor_div(local, MS_PER_DAY);
        int64_t minute = (local - day * MS_PER_DAY) / MS_PER_MINUTE;
        bool late = minute >= start, early = minute < end;
        bool inside = start < end ? late && early : late || early;
        if (inside && start >= end && !late)
            day--;
        inside = inside && days >> day_of_week(day) & 1;
        c->mask_out[i / 64] |= (uint64_t)inside << (i % 64);
    }
}

static const struct kernel kernel_session = {.type = VALUE_CONDITION, .run = run_session};

/* "hhmm" as minutes of the day, or -1. */
static int clock_minutes(const char *s) {
    for (int i = 0; i < 4; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
    }
    int hour = (s[0] - '0') * 10 + (s[1] - '0'), minute = (s[2] - '0') * 10 + (s[3] - '0');
    return minute < 60 && hour * 60 + minute <= MINUTES_PER_DAY ? hour * 60 + minute : -1;
}

#define CLOCKS_BYTES 9 /* 0930-1600 */

/* "0930-1600", or with days behind it, "0930-1600:23456". */
static bool session_parse(const char *s, size_t len, double *ret_arg) {
    unsigned days = 0;
    if (len < CLOCKS_BYTES || s[4] != '-' || (len > CLOCKS_BYTES && s[CLOCKS_BYTES] != ':'))
        return false;
    for (size_t i = CLOCKS_BYTES + 1; i < len; i++) {
        if (s[i] < '1' || s[i] > '7')
            return false;
        days |= 1U << (s[i] - '0');
    }
    ret_arg[0] = clock_minutes(s);
    ret_arg[1] = clock_minutes(s + 5);
    ret_arg[2] = len == CLOCKS_BYTES ? 0xfe : days;
    return ret_arg[0] >= 0 && ret_arg[1] >= 0 && ret_arg[2] > 0;
}

static void build_session(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    double arg[KERNEL_ARGS_MAX] = {0};
    if (!session_parse(use->text[0], use->text_len[0], arg))
        p->refusal = "a session is written \"0930-1600\" or \"0930-1600:23456\" (1 is Sunday)";
    else
        arg[3] = plan_zone(p, use->text[1], use->text_len[1]);
    ret_outputs[0] = plan_node(p, &kernel_session, NULL, arg);
}

#define ZONE                                                                                       \
    { .name = "zone", .kind = ARG_TEXT, .def = "UTC" }
#define ROW(word, text, rule)                                                                      \
    {                                                                                              \
        .info = {.name = #word,                                                                    \
                 .group = "time",                                                                  \
                 .help = text,                                                                     \
                 .formula = rule,                                                                  \
                 .source = "Pine's " #word "; the time zone database",                             \
                 .pine = #word,                                                                    \
                 .args = {ZONE},                                                                   \
                 .n_args = 1},                                                                     \
        .build = build_##word                                                                      \
    }

const struct ind_row ind_time[] = {
    ROW(minute, "Minute of the bar's open time, 0 to 59.",
        "hour(\"Europe/Berlin\") asks in a zone"),
    ROW(hour, "Hour of the bar's open time, 0 to 23.", "hour(\"Europe/Berlin\") asks in a zone"),
    ROW(dayofweek, "Day of the week of the bar's open time: 1 is Sunday, 7 Saturday.",
        "dayofweek(\"Europe/Berlin\") asks in a zone"),
    ROW(dayofmonth, "Day of the month of the bar's open time, 1 to 31.",
        "dayofmonth(\"Europe/Berlin\") asks in a zone"),
    ROW(month, "Month of the bar's open time, 1 to 12.", "month(\"Europe/Berlin\") asks in a zone"),
    ROW(year, "Year of the bar's open time.", "year(\"Europe/Berlin\") asks in a zone"),
    {.info = {.name = "session",
              .group = "time",
              .help = "True where the bar opens within these hours of a time zone.",
              .formula = "start <= local open time < end; over midnight when end is not behind "
                         "start, and then of the day it began on; days after a colon, 1 is "
                         "Sunday: session(\"0930-1600:23456\", \"America/New_York\")",
              .source = "Pine's session strings; the time zone database",
              .args = {{.name = "hours", .kind = ARG_TEXT}, ZONE},
              .n_args = 2,
              .condition = true},
     .build = build_session},
    {.info = {.name = "tf",
              .group = "time",
              .help = "A value of longer bars: the last one that has ended.",
              .formula =
                  "The expression on bars of that interval, made of the bars read; seen from "
                  "the close of the first bar that ends with it or later, then held",
              .seed = "A partial first bar counts. Warm-up: (lookback + 1) bars of the interval.",
              .source = "Pine's request.security, but closed bars only: it cannot look ahead",
              .pine = "request.security",
              .args = {{.name = "interval", .kind = ARG_TEXT}, IND_SERIES("expression")},
              .n_args = 2,
              .other_bars = true}},
    {.kernel = NULL},
};
