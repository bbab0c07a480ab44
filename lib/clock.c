#include "lib/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t now(clockid_t clock, int64_t per_second) {
    struct timespec ts;
    clock_gettime(clock, &ts);
    return ts.tv_sec * per_second + ts.tv_nsec / (INT64_C(1000000000) / per_second);
}

int64_t clock_now_ms(void) {
    return now(CLOCK_REALTIME, 1000);
}

int64_t clock_mono_ms(void) {
    return now(CLOCK_MONOTONIC, 1000);
}

int64_t clock_mono_us(void) {
    return now(CLOCK_MONOTONIC, 1000000);
}

static int64_t split(int64_t ms, struct tm *ret) {
    int64_t rest = ms % 1000;
    if (rest < 0)
        rest += 1000;
    time_t seconds = (time_t)((ms - rest) / 1000);
    gmtime_r(&seconds, ret);
    return rest;
}

char *time_format(int64_t ms, char buf[static TIME_TEXT_MAX]) {
    struct tm tm;
    int64_t rest = split(ms, &tm);
    size_t len = strftime(buf, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest)
        snprintf(buf + len, TIME_TEXT_MAX - len, ".%03dZ", (int)rest);
    else
        snprintf(buf + len, TIME_TEXT_MAX - len, "Z");
    return buf;
}

char *date_format(int64_t ms, char buf[static TIME_TEXT_MAX]) {
    struct tm tm;
    split(ms, &tm);
    strftime(buf, TIME_TEXT_MAX, "%Y-%m-%d", &tm);
    return buf;
}

/* Exactly `digits` digits at *p, moved on. */
static bool number(const char **p, int digits, int *ret) {
    int v = 0;
    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)**p))
            return false;
        v = v * 10 + (**p - '0');
        (*p)++;
    }
    *ret = v;
    return true;
}

static bool expect(const char **p, char c) {
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* ".123456": milliseconds, further digits cut. */
static bool fraction(const char **p, int *ret_ms) {
    *ret_ms = 0;
    if (**p != '.')
        return true;
    (*p)++;
    int scale = 100, digits = 0;
    for (; isdigit((unsigned char)**p); (*p)++, digits++) {
        *ret_ms += (**p - '0') * scale;
        scale /= 10;
    }
    return digits > 0 && digits <= 9;
}

/* "Z", "+02:00", "+0200", or nothing (UTC). */
static bool zone(const char **p, int *ret_minutes) {
    *ret_minutes = 0;
    if (**p == '\0')
        return true;
    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        return true;
    }
    int sign = **p == '-' ? -1 : 1, hours, minutes;
    if (**p != '+' && **p != '-')
        return false;
    (*p)++;
    if (!number(p, 2, &hours))
        return false;
    if (**p == ':')
        (*p)++;
    if (!number(p, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

bool time_parse(const char *text, int64_t *ret_ms) {
    const char *p = text;
    int year, month, day, hour = 0, minute = 0, second = 0, ms = 0, offset = 0;
    if (!number(&p, 4, &year) || !expect(&p, '-') || !number(&p, 2, &month) || !expect(&p, '-') ||
        !number(&p, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    if (*p != '\0') {
        if (*p != 'T' && *p != 't' && *p != ' ')
            return false;
        p++;
        if (!number(&p, 2, &hour) || !expect(&p, ':') || !number(&p, 2, &minute))
            return false;
        if (*p == ':') {
            p++;
            if (!number(&p, 2, &second) || !fraction(&p, &ms))
                return false;
        }
        if (hour > 23 || minute > 59 || second > 59 || !zone(&p, &offset) || *p != '\0')
            return false;
    }
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    *ret_ms = ((int64_t)timegm(&tm) - offset * 60) * 1000 + ms;
    return true;
}
