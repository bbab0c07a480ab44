/* The shortest decimal text that reads back as the same double. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

#define DIGITS_FEW  15 /* as many always survive text -> double -> text */
#define DIGITS_MOST 17 /* as many always survive double -> text -> double */

typedef unsigned __int128 wide;

/* Any finite number. */
static int format_any(double v, char ret[static DOUBLE_TEXT_MAX]) {
    int len = 0;
    for (int digits = DIGITS_FEW; digits <= DIGITS_MOST; digits++) {
        len = snprintf(ret, DOUBLE_TEXT_MAX, "%.*g", digits, v);
        if (digits < DIGITS_MOST && strtod(ret, NULL) == v)
            break;
    }
    return len;
}

/* n digits, the first `before` of them before the point; none or less: as many zeros behind it. */
static int lay_out(bool negative, uint64_t digits, int n, int before, char *ret) {
    char text[20], *at = ret;
    for (int i = n; i-- > 0; digits /= 10)
        text[i] = (char)('0' + digits % 10);
    while (n > before && text[n - 1] == '0')
        n--;
    if (negative)
        *at++ = '-';
    if (before <= 0)
        *at++ = '0';
    for (int i = before < 0 ? before : 0; i < n; i++) {
        if (i == before)
            *at++ = '.';
        *at++ = i < 0 ? '0' : text[i];
    }
    *at = '\0';
    return (int)(at - ret);
}

/* What most numbers are, 1e-3 <= |v| < 1e15: then |v| 10^k with 17 digits before the point is
 * m 10^k / 2^s in integers of 128 bits, and everything is exact. -1: not here. */
static int format_usual(double v, char ret[static DOUBLE_TEXT_MAX]) {
    double size = fabs(v);
    if (!(size >= 1e-3 && size < 1e15))
        return -1;
    uint64_t bits, power = 1;
    memcpy(&bits, &size, sizeof bits);
    int exponent = (int)(bits >> 52) - 1022, k = DIGITS_MOST; /* size = m 2^(exponent - 53) */
    uint64_t m = (bits & (UINT64_MAX >> 12)) | UINT64_C(1) << 52;
    for (double limit = 1; size >= limit; limit *= 10)
        k--; /* digits before the point */
    for (double limit = 0.1; size < limit; limit /= 10)
        k++;
    int before = DIGITS_MOST - k, s = 53 - exponent;
    for (int i = 0; i < k; i++)
        power *= 10;
    wide x = (wide)m * power, whole = x >> s, rest = x & (((wide)1 << s) - 1);
    /* the neighbour below a power of two is nearer than half a bit; the limits above are rounded */
    if (m == UINT64_C(1) << 52 || whole < UINT64_C(10000000000000000) ||
        whole >= UINT64_C(100000000000000000))
        return -1;
    uint64_t unit = 100;
    for (int digits = DIGITS_FEW; digits <= DIGITS_MOST; digits++, unit /= 10) {
        uint64_t n = (uint64_t)whole / unit;
        wide step = (wide)unit << s, left = ((whole % unit) << s) + rest;
        if (2 * left > step || (2 * left == step && n % 2 == 1)) {
            n++;
            left = step - left;
        }
        /* left: how far n is from v; it reads back as v within half of its last bit */
        if (2 * left == power)
            return -1;
        if (2 * left < power || digits == DIGITS_MOST)
            return n * unit == UINT64_C(100000000000000000)
                       ? -1
                       : lay_out(v < 0, n, digits, before, ret);
    }
    return -1;
}

int double_format(double v, char ret[static DOUBLE_TEXT_MAX]) {
    if (fabs(v) < 1e15 && v == (double)(int64_t)v)
        return snprintf(ret, DOUBLE_TEXT_MAX, "%" PRId64, (int64_t)v); /* -0 becomes 0 */
    int len = format_usual(v, ret);
    return len > 0 ? len : format_any(v, ret);
}
