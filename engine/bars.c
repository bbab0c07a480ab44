#include "engine/bars.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t ms; /* 0: a calendar month */
} intervals[INTERVAL_COUNT] = {
    [INTERVAL_1M] = {"1m", MS_PER_MINUTE},
    [INTERVAL_3M] = {"3m", 3 * MS_PER_MINUTE},
    [INTERVAL_5M] = {"5m", 5 * MS_PER_MINUTE},
    [INTERVAL_15M] = {"15m", 15 * MS_PER_MINUTE},
    [INTERVAL_30M] = {"30m", 30 * MS_PER_MINUTE},
    [INTERVAL_1H] = {"1h", MS_PER_HOUR},
    [INTERVAL_2H] = {"2h", 2 * MS_PER_HOUR},
    [INTERVAL_4H] = {"4h", 4 * MS_PER_HOUR},
    [INTERVAL_6H] = {"6h", 6 * MS_PER_HOUR},
    [INTERVAL_8H] = {"8h", 8 * MS_PER_HOUR},
    [INTERVAL_12H] = {"12h", 12 * MS_PER_HOUR},
    [INTERVAL_1D] = {"1d", MS_PER_DAY},
    [INTERVAL_3D] = {"3d", 3 * MS_PER_DAY},
    [INTERVAL_1W] = {"1w", 7 * MS_PER_DAY},
    [INTERVAL_1MO] = {"1M", 0},
};

bool interval_parse(const char *name, enum interval *ret) {
    for (int i = 0; i < INTERVAL_COUNT; i++) {
        if (strcmp(name, intervals[i].name) == 0) {
            *ret = (enum interval)i;
            return true;
        }
    }
    return false;
}

const char *interval_name(enum interval iv) {
    return intervals[iv].name;
}

int64_t interval_ms(enum interval iv) {
    return intervals[iv].ms ? intervals[iv].ms : 30 * MS_PER_DAY;
}

static int64_t floor_div(int64_t a, int64_t b) {
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

/* Days from the epoch to a civil date and back: H. Hinnant, "chrono-compatible low-level date
 * algorithms" (public domain formulas), years of 400-year eras starting in March. */
static int64_t days_from_civil(int64_t year, int month) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *ret_year, int *ret_month) {
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    *ret_month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

int64_t interval_floor(enum interval iv, int64_t t) {
    int64_t ms = intervals[iv].ms;
    if (ms == 0) {
        int64_t year;
        int month;
        civil_from_days(floor_div(t, MS_PER_DAY), &year, &month);
        return days_from_civil(year, month) * MS_PER_DAY;
    }
    /* the epoch was a Thursday: Monday-based weeks start four days after a multiple of seven */
    int64_t shift = iv == INTERVAL_1W ? 4 * MS_PER_DAY : 0;
    return floor_div(t - shift, ms) * ms + shift;
}

int64_t interval_next(enum interval iv, int64_t t) {
    int64_t start = interval_floor(iv, t);
    if (intervals[iv].ms)
        return start + intervals[iv].ms;
    return interval_floor(iv, start + 31 * MS_PER_DAY);
}

bool interval_divides(enum interval from, enum interval to) {
    if (from >= to)
        return false;
    if (to == INTERVAL_1MO || to == INTERVAL_1W)
        return MS_PER_DAY % intervals[from].ms == 0;
    return intervals[to].ms % intervals[from].ms == 0;
}

void bars_init(struct bars *b) {
    *b = (struct bars){0};
}

void bars_release(struct bars *b) {
    if (b->cap > 0) {
        free(b->t);
        free(b->o);
        free(b->h);
        free(b->l);
        free(b->c);
        free(b->v);
    }
    bars_init(b);
}

static bool grow(double **column, size_t n) {
    double *bigger = realloc(*column, n * sizeof *bigger);
    if (!bigger)
        return false;
    *column = bigger;
    return true;
}

bool bars_reserve(struct bars *b, size_t n) {
    if (n <= b->cap)
        return true;
    if (n > SIZE_MAX / sizeof(double) / 2)
        return false;
    int64_t *t = realloc(b->t, n * sizeof *t);
    if (!t)
        return false;
    b->t = t;
    if (!grow(&b->o, n) || !grow(&b->h, n) || !grow(&b->l, n) || !grow(&b->c, n) || !grow(&b->v, n))
        return false;
    b->cap = n;
    return true;
}

bool bars_append(struct bars *b, int64_t t, double o, double h, double l, double c, double v) {
    if (b->n == b->cap && !bars_reserve(b, b->cap ? b->cap * 2 : 256))
        return false;
    b->t[b->n] = t;
    b->o[b->n] = o;
    b->h[b->n] = h;
    b->l[b->n] = l;
    b->c[b->n] = c;
    b->v[b->n] = v;
    b->n++;
    return true;
}

struct bars bars_slice(const struct bars *b, size_t from, size_t to) {
    return (struct bars){.n = to - from,
                         .t = b->t + from,
                         .o = b->o + from,
                         .h = b->h + from,
                         .l = b->l + from,
                         .c = b->c + from,
                         .v = b->v + from};
}

size_t bars_find(const struct bars *b, int64_t t) {
    size_t low = 0, high = b->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->t[mid] < t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

#define LESS(a, b) ((a) < (b) ? (a) : (b))
#define MORE(a, b) ((a) > (b) ? (a) : (b))

/* Two lanes each: a minimum that waits for the one before it takes its time. */
void bars_extremes(const struct bars *b, size_t from, size_t to, double *ret_low,
                   double *ret_high) {
    const double *l = b->l, *h = b->h;
    double low0 = l[from], low1 = low0, high0 = h[from], high1 = high0;
    size_t i = from + 1;
    for (; i + 2 <= to; i += 2) {
        low0 = LESS(l[i], low0);
        low1 = LESS(l[i + 1], low1);
        high0 = MORE(h[i], high0);
        high1 = MORE(h[i + 1], high1);
    }
    if (i < to) {
        low0 = LESS(l[i], low0);
        high0 = MORE(h[i], high0);
    }
    *ret_low = LESS(low0, low1);
    *ret_high = MORE(high0, high1);
}

bool bars_aggregate(const struct bars *in, enum interval iv, struct bars *ret) {
    struct bars out;
    bars_init(&out);
    int64_t end = INT64_MIN;
    for (size_t i = 0; i < in->n; i++) {
        if (out.n == 0 || in->t[i] >= end) {
            end = interval_next(iv, in->t[i]);
            if (!bars_append(&out, interval_floor(iv, in->t[i]), in->o[i], in->h[i], in->l[i],
                             in->c[i], in->v[i])) {
                bars_release(&out);
                return false;
            }
            continue;
        }
        size_t k = out.n - 1;
        if (in->h[i] > out.h[k])
            out.h[k] = in->h[i];
        if (in->l[i] < out.l[k])
            out.l[k] = in->l[i];
        out.c[k] = in->c[i];
        out.v[k] += in->v[i];
    }
    *ret = out;
    return true;
}

const char *bars_check(const struct bars *b, size_t *ret_bar) {
    for (size_t i = 0; i < b->n; i++) {
        *ret_bar = i;
        if (i > 0 && b->t[i] <= b->t[i - 1])
            return b->t[i] == b->t[i - 1] ? "the time is there twice" : "the time goes back";
        if (!isfinite(b->o[i]) || !isfinite(b->h[i]) || !isfinite(b->l[i]) || !isfinite(b->c[i]) ||
            !isfinite(b->v[i]))
            return "a value is not a finite number";
        if (b->l[i] > b->h[i])
            return "low is above high";
        if (b->o[i] < b->l[i] || b->o[i] > b->h[i])
            return "open is outside low and high";
        if (b->c[i] < b->l[i] || b->c[i] > b->h[i])
            return "close is outside low and high";
        if (b->l[i] <= 0)
            return "a price is not above 0";
        if (b->v[i] < 0)
            return "volume is negative";
    }
    return NULL;
}

void month_of(int64_t t, int *ret_year, int *ret_month) {
    int64_t year;
    civil_from_days(floor_div(t, MS_PER_DAY), &year, ret_month);
    *ret_year = (int)year;
}
