/* Reads TZif files (RFC 8536): a block of transitions, then a rule for the years behind the last.
 */
#include "lib/zone.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define FILE_MAX_BYTES 65536 /* the largest has 4 KB */
#define HEADER_BYTES   44
#define SPANS_MAX      2048 /* the largest has 240, and 2 a year behind them */
#define DAY_S          86400
#define HOUR_S         3600

struct spans {
    int64_t from_s[SPANS_MAX];
    int32_t offset_s[SPANS_MAX];
    size_t n;
};

struct known {
    struct zone zone;
    char name[NAME_MAX_BYTES];
    struct known *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct known *known; /* never shrinks: as many as the database has names */

static int64_t big_endian(const unsigned char *s, int bytes) {
    uint64_t x = s[0] & 0x80 ? ~UINT64_C(0) : 0;
    for (int i = 0; i < bytes; i++)
        x = x << 8 | s[i];
    return (int64_t)x;
}

static void add_span(struct spans *out, int64_t from_s, int64_t offset_s) {
    if (out->n == SPANS_MAX || (out->n > 0 && from_s <= out->from_s[out->n - 1]))
        return;
    out->from_s[out->n] = from_s;
    out->offset_s[out->n++] = (int32_t)offset_s;
}

static int64_t days_to_year(int year) { /* 1970-01-01 is 0 */
    int64_t y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 - 719162;
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Mm.w.d/time: weekday d (0 Sunday) of week w (5: the last) of month m. */
struct when {
    int month, week, day;
    int64_t time_s;
};

static int64_t moment(const struct when *w, int year) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t first = days_to_year(year);
    for (int m = 1; m < w->month; m++)
        first += lengths[m - 1] + (m == 2 && is_leap(year));
    int length = lengths[w->month - 1] + (w->month == 2 && is_leap(year));
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = (w->day - weekday + 7) % 7 + (w->week - 1) * 7;
    while (day >= length)
        day -= 7;
    return (first + day) * DAY_S + w->time_s;
}

/* "EST", "<+03>" */
static bool skip_name(const char **s) {
    const char *at = *s;
    if (*at == '<') {
        at = strchr(at, '>');
        *s = at ? at + 1 : *s;
        return at;
    }
    while ((*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z'))
        at++;
    bool found = at - *s >= 3;
    *s = at;
    return found;
}

/* "-4:30" in seconds. */
static bool read_time(const char **s, int64_t *ret_s) {
    int64_t total = 0, unit = HOUR_S;
    bool negative = **s == '-';
    *s += **s == '-' || **s == '+';
    if (**s < '0' || **s > '9')
        return false;
    for (; unit > 0; unit /= 60) {
        char *end;
        total += strtol(*s, &end, 10) * unit;
        *s = end;
        if (**s != ':')
            break;
        *s += 1;
    }
    *ret_s = negative ? -total : total;
    return true;
}

static bool read_when(const char **s, struct when *ret) {
    char *end;
    if (strncmp(*s, ",M", 2) != 0)
        return false;
    ret->month = (int)strtol(*s + 2, &end, 10);
    ret->week = *end == '.' ? (int)strtol(end + 1, &end, 10) : 0;
    ret->day = *end == '.' ? (int)strtol(end + 1, &end, 10) : -1;
    ret->time_s = 2 * HOUR_S;
    *s = end;
    if (**s == '/') {
        *s += 1;
        if (!read_time(s, &ret->time_s))
            return false;
    }
    return ret->month >= 1 && ret->month <= 12 && ret->week >= 1 && ret->week <= 5 &&
           ret->day >= 0 && ret->day <= 6;
}

/* "EST5EDT,M3.2.0,M11.1.0": the years behind the last transition. Without daylight saving the last
 * transition holds, and so it does when the rule is of a form that no zone uses today. */
static void add_rule(struct spans *out, const char *rule) {
    int64_t standard, summer;
    struct when start, end;
    if (!skip_name(&rule) || !read_time(&rule, &standard) || !skip_name(&rule))
        return;
    summer = standard - HOUR_S;
    if (*rule != ',' && !read_time(&rule, &summer))
        return;
    if (!read_when(&rule, &start) || !read_when(&rule, &end))
        return;
    /* the rule counts west of Greenwich */
    for (int year = 1970; year <= ZONE_LAST_YEAR; year++) {
        int64_t into = moment(&start, year) + standard, out_of = moment(&end, year) + summer;
        if (into < out_of)
            add_span(out, into, -summer);
        add_span(out, out_of, -standard);
        if (into > out_of)
            add_span(out, into, -summer);
    }
}

/* One block; width: bytes of a time. NULL: not well formed; else what stands behind it. */
static const unsigned char *read_block(const unsigned char *s, const unsigned char *end, int width,
                                       struct spans *out) {
    size_t counts[6], size = 0;
    static const size_t bytes[] = {1, 1, 4, 1, 6, 1};
    if (end - s < HEADER_BYTES || memcmp(s, "TZif", 4) != 0)
        return NULL;
    for (int i = 0; i < 6; i++) {
        counts[i] = (size_t)big_endian(s + 20 + 4 * i, 4);
        if (counts[i] > FILE_MAX_BYTES)
            return NULL;
        size += counts[i] * bytes[i];
    }
    size_t leaps = counts[2], times = counts[3], types = counts[4];
    size += (times + leaps) * (size_t)width;
    s += HEADER_BYTES;
    if ((size_t)(end - s) < size || types == 0)
        return NULL;
    const unsigned char *which = s + times * (size_t)width, *type = which + times;
    out->n = 0;
    add_span(out, INT64_MIN, big_endian(type, 4));
    for (size_t i = 0; i < times; i++) {
        if (which[i] >= types)
            return NULL;
        add_span(out, big_endian(s + i * (size_t)width, width), big_endian(type + 6 * which[i], 4));
    }
    return s + size;
}

static bool parse(const unsigned char *s, size_t len, struct spans *out) {
    const unsigned char *end = s + len, *rest = read_block(s, end, 4, out);
    if (!rest || s[4] < '2')
        return rest;
    rest = read_block(rest, end, 8, out);
    if (rest && rest < end && *rest == '\n') {
        char rule[128] = "";
        size_t n = (size_t)(end - rest) - 1;
        memcpy(rule, rest + 1, n < sizeof rule ? n : sizeof rule - 1);
        add_rule(out, rule);
    }
    return rest;
}

static bool read_file(const char *name, struct spans *out) {
    const char *folder = getenv("TZDIR");
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", folder ? folder : "/usr/share/zoneinfo", name);
    FILE *f = n > 0 && n < (int)sizeof path ? fopen(path, "rbe") : NULL;
    unsigned char *bytes = f ? malloc(FILE_MAX_BYTES) : NULL;
    size_t len = bytes ? fread(bytes, 1, FILE_MAX_BYTES, f) : 0;
    bool ok = len > 0 && len < FILE_MAX_BYTES && parse(bytes, len, out);
    free(bytes);
    if (f)
        fclose(f);
    return ok;
}

/* Letters, digits, _ + - and single slashes: never a way out of the folder. */
static bool well_formed(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");
    return n > 0 && name[n] == '\0' && name[0] != '/' && name[n - 1] != '/' && !strstr(name, "//");
}

static struct known *make(const char *name, const struct spans *s) {
    struct known *k = calloc(1, sizeof *k);
    int64_t *from = calloc(s->n, sizeof *from);
    int32_t *offset = calloc(s->n, sizeof *offset);
    if (!k || !from || !offset) {
        free(k);
        free(from);
        free(offset);
        return NULL;
    }
    for (size_t i = 0; i < s->n; i++) {
        from[i] = s->from_s[i] < INT64_MIN / 1000 ? INT64_MIN : s->from_s[i] * 1000;
        offset[i] = s->offset_s[i];
    }
    memcpy(k->name, name, strlen(name) + 1);
    k->zone = (struct zone){.name = k->name, .n = s->n, .from_ms = from, .offset_s = offset};
    return k;
}

static struct known *load(const char *name) {
    struct spans *spans = well_formed(name) ? malloc(sizeof *spans) : NULL;
    struct known *k = spans && read_file(name, spans) ? make(name, spans) : NULL;
    free(spans);
    return k;
}

const struct zone *zone_find(const char *name, size_t len) {
    char text[NAME_MAX_BYTES] = "";
    if (len >= sizeof text)
        return NULL;
    memcpy(text, name, len);
    pthread_mutex_lock(&lock);
    struct known *k = known;
    while (k && strcmp(k->name, text) != 0)
        k = k->next;
    if (!k && (k = load(text))) {
        k->next = known;
        known = k;
    }
    pthread_mutex_unlock(&lock);
    return k ? &k->zone : NULL;
}
