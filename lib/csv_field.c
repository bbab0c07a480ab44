/* One field of a row: a number or a stamp, without a copy and without the locale. */
#include "lib/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/limits.h"

#define EXACT_MANTISSA (UINT64_C(1) << 53) /* whole numbers up to here are doubles */
#define EXACT_POWER    22                  /* 10^22 is the last power of ten that is a double */
#define DIGITS_MAX     19                  /* always fit 64 bits */

static const double power[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static inline bool digit(const char *p, const char *end) {
    return p < end && (unsigned char)(*p - '0') < 10;
}

/* Appends the digits at p to the mantissa, which wraps in long numbers: those go to strtod. */
static inline const char *digits(const char *p, const char *end, uint64_t *mantissa) {
    uint64_t m = *mantissa;
    for (; digit(p, end); p++)
        m = m * 10 + (uint64_t)(*p - '0');
    *mantissa = m;
    return p;
}

/* The text [p, end) is a number by now; strtod wants a NUL behind it. */
static bool number_by_strtod(const char *p, const char *end, double *ret) {
    char copy[CSV_LINE_MAX + 1];
    size_t len = (size_t)(end - p);
    if (len > CSV_LINE_MAX)
        return false;
    memcpy(copy, p, len);
    copy[len] = '\0';
    *ret = strtod(copy, NULL);
    return true;
}

/* Any number. */
__attribute__((noinline)) static const char *number_slow(const char *p, const char *end,
                                                         double *ret) {
    const char *start = p;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t mantissa = 0;
    const char *first = p;
    p = digits(p, end, &mantissa);
    ptrdiff_t count = p - first;
    int exponent = 0;
    if (p < end && *p == '.') {
        const char *point = p + 1;
        p = digits(point, end, &mantissa);
        count += p - point;
        if (p - point <= DIGITS_MAX)
            exponent = -(int)(p - point);
    }
    if (count == 0)
        return NULL;
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        bool down = q < end && *q == '-';
        if (q < end && (*q == '-' || *q == '+'))
            q++;
        if (!digit(q, end))
            return NULL;
        int power10 = 0;
        for (; digit(q, end); q++)
            if (power10 < 10000)
                power10 = power10 * 10 + (*q - '0');
        exponent += down ? -power10 : power10;
        p = q;
    }
    /* Both operands are exact doubles, so one division or product rounds once and is right. */
    if (count <= DIGITS_MAX && mantissa <= EXACT_MANTISSA && exponent >= -EXACT_POWER &&
        exponent <= EXACT_POWER) {
        double v = (double)mantissa;
        v = exponent < 0 ? v / power[-exponent] : v * power[exponent];
        *ret = negative ? -v : v;
        return p;
    }
    return number_by_strtod(start, p, ret) ? p : NULL;
}

/* The 8 bytes at p, first in the low byte, each 0..9 where it is a digit. */
static inline uint64_t eight_bytes(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w ^ UINT64_C(0x3030303030303030);
}

/* The top bit of every byte that is no digit: 0x76 carries into it from 10 on. Nothing is carried
 * to the next byte by ASCII, so at least the first two set bits are right. */
static inline uint64_t stops(uint64_t bytes) {
    return ((bytes + UINT64_C(0x7676767676767676)) | bytes) & UINT64_C(0x8080808080808080);
}

static inline unsigned first_stop(uint64_t stops) {
    return (unsigned)__builtin_ctzll(stops) / 8;
}

/* The number that the low n bytes (0 to 7) spell: pairs, fours and eights are added up. */
static inline double value_of(uint64_t bytes, unsigned n) {
    uint64_t v = bytes << 8 << (56 - 8 * n); /* two steps: a shift by 64 is not allowed */
    v = v * 10 + (v >> 8);
    v = (v & UINT64_C(0x00ff00ff00ff00ff)) * 100 + (v >> 16 & UINT64_C(0x00ff00ff00ff00ff));
    return (double)(int64_t)((v & UINT64_C(0xffff)) * 10000 + (v >> 32 & UINT64_C(0xffff)));
}

static inline bool exponent_follows(char c) {
    return (c | 0x20) == 'e';
}

/* The form of nearly every price: up to 7 digits, a point, up to 7 more. Then the mantissa is below
 * 10^14 and one division gives the nearest double, as above. */
const char *csv_number(const char *p, const char *end, double *ret) {
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || end - p < 24)
        return number_slow(p, end, ret);
    uint64_t bytes = eight_bytes(p), stop = stops(bytes);
    unsigned n = stop ? first_stop(stop) : 8;
    if (n == 0 || n == 8 || exponent_follows(p[n]))
        return number_slow(p, end, ret);
    if (p[n] != '.') {
        *ret = value_of(bytes, n);
        return p + n;
    }
    uint64_t second = stop & (stop - 1);
    if (second) { /* all of it lies in the 8 bytes: the point is taken out */
        unsigned len = first_stop(second);
        uint64_t whole = (UINT64_C(1) << (8 * n)) - 1;
        if (exponent_follows(p[len]))
            return number_slow(p, end, ret);
        *ret = value_of((bytes & whole) | (bytes >> 8 & ~whole), len - 1) / power[len - 1 - n];
        return p + len;
    }
    uint64_t rest = eight_bytes(p + n + 1);
    stop = stops(rest);
    unsigned m = stop ? first_stop(stop) : 8;
    if (m == 8 || exponent_follows(p[n + 1 + m]))
        return number_slow(p, end, ret);
    *ret = (value_of(bytes, n) * power[m] + value_of(rest, m)) / power[m];
    return p + n + 1 + m;
}

/* Two digits at p as a number, or a value >= 100. */
static inline unsigned two(const char *p) {
    unsigned tens = (unsigned char)(p[0] - '0'), ones = (unsigned char)(p[1] - '0');
    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* Anything else that time_parse knows (zones, short forms), from a copy with a NUL. */
__attribute__((noinline)) static const char *stamp_slow(const char *p, const char *end,
                                                        int64_t *ret_ms) {
    char copy[48];
    size_t len = 0;
    while (p + len < end && len < sizeof copy - 1 && strchr("0123456789-+:.TtZz ", p[len]))
        len++;
    while (len > 0 && p[len - 1] == ' ')
        len--;
    memcpy(copy, p, len);
    copy[len] = '\0';
    return time_parse(copy, ret_ms) ? p + len : NULL;
}

/* 20240102 in full: eight digits that are a date of 1900 to 2099 (as seconds they would all lie in
 * 1970). */
static bool compact_date(int64_t v, int64_t *ret_ms) {
    if (v < 19000101 || v > 20991231)
        return false;
    char text[11] = {(char)('0' + v / 10000000),
                     (char)('0' + v / 1000000 % 10),
                     (char)('0' + v / 100000 % 10),
                     (char)('0' + v / 10000 % 10),
                     '-',
                     (char)('0' + v / 1000 % 10),
                     (char)('0' + v / 100 % 10),
                     '-',
                     (char)('0' + v / 10 % 10),
                     (char)('0' + v % 10),
                     '\0'};
    return time_parse(text, ret_ms);
}

/* Digits behind a point, at least one: adds the first three as milliseconds. */
static const char *fraction(const char *p, const char *end, int64_t *ms) {
    static const int scales[] = {100, 10, 1};
    const char *first = p;
    for (; p - first < 3 && digit(p, end); p++)
        *ms += (*p - '0') * scales[p - first];
    while (digit(p, end))
        p++;
    return p > first ? p : NULL;
}

/* Epoch time in the unit its size tells: seconds below 10^11 (year 5138), then milli-, micro- and
 * nanoseconds. */
static const char *stamp_epoch(const char *p, const char *end, int64_t *ret_ms) {
    bool negative = p < end && *p == '-';
    uint64_t v = 0;
    const char *first = p + (negative ? 1 : 0);
    const char *q = digits(first, end, &v);
    if (q == first || q - first > DIGITS_MAX || v > INT64_MAX)
        return NULL;
    int64_t ms = (int64_t)v;
    if (q - first == 8 && !negative && compact_date(ms, ret_ms))
        return q;
    if (v < UINT64_C(100000000000)) {
        ms *= 1000;
        if (q < end && *q == '.')
            q = fraction(q + 1, end, &ms);
    } else if (v >= UINT64_C(100000000000000000)) {
        ms /= 1000000;
    } else if (v >= UINT64_C(100000000000000)) {
        ms /= 1000;
    }
    *ret_ms = negative ? -ms : ms;
    return q;
}

/* "2024-01-02": its month is looked up once. Days past the 28th need the calendar. */
static bool read_date(const char *p, struct csv_day *last, int64_t *ret_ms) {
    if (last->known && memcmp(p, last->text, sizeof last->text) == 0) {
        *ret_ms = last->ms;
        return true;
    }
    unsigned day = two(p + 8);
    if (last->known && day >= 1 && day <= 28 && memcmp(p, last->text, 8) == 0) {
        last->ms = last->month_ms + (int64_t)(day - 1) * MS_PER_DAY;
    } else {
        char text[11];
        memcpy(text, p, 10);
        text[10] = '\0';
        last->known = time_parse(text, &last->ms);
        if (!last->known)
            return false;
        last->month_ms = last->ms - (int64_t)(day - 1) * MS_PER_DAY;
    }
    memcpy(last->text, p, sizeof last->text);
    *ret_ms = last->ms;
    return true;
}

const char *csv_stamp(const char *p, const char *end, struct csv_day *day, int64_t *ret_ms) {
    if (end - p < 10 || p[4] != '-' || p[7] != '-')
        return stamp_epoch(p, end, ret_ms);
    int64_t date;
    if (!read_date(p, day, &date))
        return NULL;
    if (end - p == 10) {
        *ret_ms = date;
        return p + 10;
    }
    if (end - p < 19 || (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':')
        return stamp_slow(p, end, ret_ms);
    unsigned hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
    if (hour > 23 || minute > 59 || second > 59)
        return NULL;
    int64_t ms = date + ((int64_t)hour * 3600 + minute * 60 + second) * 1000;
    const char *q = p + 19;
    if (q < end && *q == '.') {
        q = fraction(q + 1, end, &ms);
        if (!q)
            return NULL;
    }
    if (q < end && *q == 'Z')
        q++;
    if (q < end) /* a zone, or nothing of ours */
        return stamp_slow(p, end, ret_ms);
    *ret_ms = ms;
    return q;
}
