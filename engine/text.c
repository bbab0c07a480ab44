#include "engine/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

struct out {
    char *at, *end; /* end: room for the terminator stays */
};

static void put(struct out *o, const char *s, size_t n) {
    while (n > 0) {
        size_t bytes = text_char_bytes(s, s + n);
        if (bytes > (size_t)(o->end - o->at)) {
            o->end = o->at; /* nothing after a cut */
            return;
        }
        memcpy(o->at, s, bytes);
        o->at += bytes;
        s += bytes;
        n -= bytes;
    }
}

static void put_word(struct out *o, const char *s) {
    size_t n = strlen(s);
    if (n <= TEXT_WORD_MAX) {
        put(o, s, n);
        return;
    }
    size_t kept = 0;
    while (kept + text_char_bytes(s + kept, s + n) <= TEXT_WORD_MAX)
        kept += text_char_bytes(s + kept, s + n);
    put(o, s, kept);
    put(o, "…", strlen("…"));
}

static void put_digits(struct out *o, uint64_t u, int at_least) {
    char digits[24];
    size_t n = 0;
    do {
        digits[sizeof digits - ++n] = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0 || n < (size_t)at_least);
    put(o, digits + sizeof digits - n, n);
}

static void put_number(struct out *o, double x) {
    if (isnan(x)) {
        put(o, "na", 2);
        return;
    }
    if (signbit(x) && x != 0)
        put(o, "-", 1);
    x = fabs(x);
    if (x >= 1e15) { /* beyond whole numbers that a double holds exactly: powers of ten */
        int exponent = (int)floor(log10(x));
        put(o, "1e", 2);
        put_digits(o, (uint64_t)exponent, 1);
        return;
    }
    double whole = floor(x);
    uint64_t millionths = (uint64_t)llround((x - whole) * 1e6);
    if (millionths == 1000000) {
        whole += 1;
        millionths = 0;
    }
    put_digits(o, (uint64_t)whole, 1);
    if (millionths == 0)
        return;
    int places = 6;
    while (millionths % 10 == 0) {
        millionths /= 10;
        places--;
    }
    put(o, ".", 1);
    put_digits(o, millionths, places);
}

void text_format(char *buf, size_t cap, const char *format, ...) {
    struct out o = {buf, buf + cap - 1};
    va_list args;
    va_start(args, format);
    for (const char *p = format; *p;) {
        const char *directive = strchr(p, '%');
        if (!directive) {
            put(&o, p, strlen(p));
            break;
        }
        put(&o, p, (size_t)(directive - p));
        switch (directive[1]) {
        case 's':
            put_word(&o, va_arg(args, const char *));
            break;
        case 'd': {
            int64_t i = va_arg(args, int);
            if (i < 0)
                put(&o, "-", 1);
            put_digits(&o, (uint64_t)(i < 0 ? -i : i), 1);
            break;
        }
        case 'f':
            put_number(&o, va_arg(args, double));
            break;
        default:
            put(&o, "%", 1);
            break;
        }
        p = directive + 2;
    }
    va_end(args);
    *o.at = '\0';
}

size_t text_char_bytes(const char *s, const char *end) {
    unsigned char lead = (unsigned char)*s;
    size_t want = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (lead >= 0xf8 || want > (size_t)(end - s))
        return 1;
    for (size_t i = 1; i < want; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 1;
    }
    return want;
}
