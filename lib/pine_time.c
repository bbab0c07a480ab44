/* Time in Pine's expressions: timestamp, time with a session, hours and days in a zone. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/pine_ast.h"

/* Days from 1970-01-01, Gregorian. */
static int64_t days_of(int64_t y, int64_t m, int64_t d) {
    y -= m <= 2;
    int64_t era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* A word of the text at *at, a number or letters; its length, 0 at the end. */
static size_t word_at(struct pine_slice t, size_t *at) {
    while (*at < t.len && !isalnum((unsigned char)t.at[*at]) && t.at[*at] != '+')
        (*at)++;
    size_t n = *at;
    while (n < t.len && isalnum((unsigned char)t.at[n]) &&
           !isdigit((unsigned char)t.at[n]) == !isdigit((unsigned char)t.at[*at]))
        n++;
    return n - *at;
}

/* "01 Jan 2020 00:00 +0000", "Jan 1 2020", "2020-01-01": parts in the order they stand. */
static bool date_of(struct pine_slice t, double v[6]) {
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    double numbers[5] = {0};
    size_t n = 0, at = 0, len;
    int month = 0;
    while ((len = word_at(t, &at)) > 0) {
        if (isdigit((unsigned char)t.at[at]) && n < 5) {
            for (size_t k = 0; k < len && k < 9; k++)
                numbers[n] = numbers[n] * 10 + (t.at[at + k] - (int)'0');
            n++;
        } else if (isalpha((unsigned char)t.at[at]) && len >= 3 && month == 0) {
            char low[4] = "";
            for (size_t k = 0; k < 3; k++)
                low[k] = (char)tolower((unsigned char)t.at[at + k]);
            const char *found = strstr(months, low);
            if (found && (found - months) % 3 == 0)
                month = (int)(found - months) / 3 + 1;
            else if (strncmp(low, "gmt", 3) != 0 && strncmp(low, "utc", 3) != 0)
                return false;
        } else if (len != 1 || (t.at[at] != 'T' && t.at[at] != 'Z')) {
            return false;
        }
        at += len;
        if (at < t.len && t.at[at] == '+')
            break; /* the zone: +0000 */
    }
    const char *zone = memchr(t.at, '+', t.len);
    for (size_t k = 0; zone && zone + k + 1 < t.at + t.len; k++) {
        if (zone[k + 1] != '0' && zone[k + 1] != ':')
            return false; /* another zone than UTC */
    }
    if (month > 0) {
        bool day_first = numbers[0] <= 31;
        v[0] = day_first ? numbers[1] : numbers[0];
        v[1] = month;
        v[2] = day_first ? numbers[0] : numbers[1];
        v[3] = numbers[2];
        v[4] = numbers[3];
        return n >= 2;
    }
    for (size_t k = 0; k < n; k++)
        v[k] = numbers[k];
    return n >= 3;
}

/* timestamp(2020, 1, 31, 0, 0), timestamp("UTC", …), timestamp("31 Jan 2020"): milliseconds. */
static bool put_timestamp(struct pine_script *s, int call, const struct pine_env *env,
                          struct buf *ret) {
    double v[6] = {0, 1, 1, 0, 0, 0};
    size_t n = 0;
    int line = s->nodes[call].line, arg = s->nodes[call].args;
    struct pine_slice text;
    if (arg >= 0 && pine_text_of(s, s->nodes[arg].a, env, &text)) {
        bool zone = s->nodes[arg].next >= 0, utc = pine_is(text, "UTC") || pine_is(text, "GMT") ||
                                                   pine_is(text, "GMT+0") || pine_is(text, "UTC+0");
        if (zone ? !utc : !date_of(text, v)) {
            pine_refuse(s, line, "timestamp: '%.*s' is no date in UTC that is understood here",
                        (int)(text.len < 40 ? text.len : 40), text.at);
            return false;
        }
        n = zone ? 0 : 3;
        arg = s->nodes[arg].next;
    }
    for (; arg >= 0 && n < 6; arg = s->nodes[arg].next, n++) {
        if (!pine_constant(s, s->nodes[arg].a, &v[n])) {
            pine_refuse(s, line, "timestamp needs numbers here: year, month, day, hour, minute");
            return false;
        }
    }
    bool good = v[0] >= 1970 && v[0] <= 9999 && v[1] >= 1 && v[1] <= 12;
    for (size_t k = 2; k < 6; k++)
        good = good && v[k] >= 0 && v[k] <= 99;
    if (n < 3 || !good) {
        pine_refuse(s, line, "timestamp needs a year, a month and a day");
        return false;
    }
    int64_t days = days_of((int64_t)v[0], (int64_t)v[1], (int64_t)v[2]);
    pine_tell(s, line, "timestamp is taken as UTC");
    buf_fmt(ret, "%lld",
            (long long)(days * 86400000 +
                        ((int64_t)v[3] * 3600 + (int64_t)v[4] * 60 + (int64_t)v[5]) * 1000));
    return true;
}

/* A zone in quotes behind what is there. */
static bool put_zone(struct pine_script *s, int node, const struct pine_env *env, const char *lead,
                     struct buf *ret) {
    struct pine_slice zone;
    if (node < 0) {
        pine_tell(s, 0, "hours and days are counted in UTC, Pine's in the exchange's time");
        return true;
    }
    int now = s->now;
    bool known = pine_text_of(s, node, env, &zone);
    s->now = now;
    if (!known || memchr(zone.at, '"', zone.len)) {
        pine_refuse(s, s->nodes[node].line, "a time zone is a text here: \"America/New_York\"");
        return false;
    }
    if (pine_is(zone, "UTC") || pine_is(zone, "GMT"))
        return true;
    buf_fmt(ret, "%s\"%.*s\"", lead, (int)(zone.len < 60 ? zone.len : 60), zone.at);
    return true;
}

static int nth(const struct pine_script *s, int call, int n) {
    int arg = s->nodes[call].args;
    while (n-- > 0 && arg >= 0)
        arg = s->nodes[arg].next;
    return arg >= 0 ? s->nodes[arg].a : -1;
}

/* time(timeframe.period, "0930-1600", zone): the bar's time in the session, else na. */
static bool put_session(struct pine_script *s, int call, const struct pine_env *env,
                        struct buf *ret) {
    struct pine_slice hours, frame;
    int line = s->nodes[call].line, period = nth(s, call, 0), session = nth(s, call, 1);
    bool chart = period >= 0 && s->nodes[period].kind == PINE_N_NAME &&
                 (pine_is(s->nodes[period].text, "timeframe.period") ||
                  (s->version == 4 && pine_is(s->nodes[period].text, "period")));
    chart = chart || (pine_text_of(s, period, env, &frame) && frame.len == 0);
    if (!chart || session < 0 || !pine_text_of(s, session, env, &hours) || hours.len > 40 ||
        memchr(hours.at, '"', hours.len)) {
        pine_refuse(s, line, "time: only time(timeframe.period, \"0930-1600\") is understood here");
        return false;
    }
    bool days = memchr(hours.at, ':', hours.len) != NULL;
    buf_fmt(ret, "(session(\"%.*s%s\"", (int)hours.len, hours.at,
            s->version == 4 && !days ? ":23456" : "");
    bool good = put_zone(s, nth(s, call, 2), env, ", ", ret);
    buf_str(ret, ") ? time : na)");
    return good;
}

bool pine_time_call(struct pine_script *s, int call, const struct pine_env *env, struct buf *ret,
                    bool *ret_known) {
    static const char *const parts[] = {"minute",     "hour",  "dayofweek",
                                        "dayofmonth", "month", "year"};
    struct pine_slice name = s->nodes[call].text;
    *ret_known = true;
    if (pine_is(name, "timestamp"))
        return put_timestamp(s, call, env, ret);
    if (pine_is(name, "time"))
        return put_session(s, call, env, ret);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!pine_is(name, parts[i]))
            continue;
        int of = nth(s, call, 0);
        if (of >= 0 && (s->nodes[of].kind != PINE_N_NAME || !pine_is(s->nodes[of].text, "time"))) {
            pine_refuse(s, s->nodes[call].line, "%s is that of the bar here: %s(time, zone)",
                        parts[i], parts[i]);
            return false;
        }
        buf_str(ret, parts[i]);
        struct buf zone;
        buf_init(&zone, 100);
        bool good = put_zone(s, nth(s, call, 1), env, "", &zone);
        if (good && zone.len > 0)
            buf_fmt(ret, "(%s)", zone.data);
        buf_release(&zone);
        return good;
    }
    *ret_known = false;
    return false;
}
