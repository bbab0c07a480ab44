/* Candles as columns, and the intervals they come in.
 *
 * Always true of a struct bars: t rises strictly (open times, epoch milliseconds, UTC); o h l c v
 * are finite float64 with 0 < l <= o,c <= h and v >= 0; a gap is an absent bar, never a filled one.
 * bars_check() proves it; everything that takes a struct bars relies on it. */
#ifndef ENGINE_BARS_H
#define ENGINE_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bars {
    size_t n;
    int64_t *t;
    double *o, *h, *l, *c, *v;
    size_t cap; /* bars the columns have room for; 0: a view, the columns belong to somebody else */
};

enum interval {
    INTERVAL_1M,
    INTERVAL_3M,
    INTERVAL_5M,
    INTERVAL_15M,
    INTERVAL_30M,
    INTERVAL_1H,
    INTERVAL_2H,
    INTERVAL_4H,
    INTERVAL_6H,
    INTERVAL_8H,
    INTERVAL_12H,
    INTERVAL_1D,
    INTERVAL_3D,
    INTERVAL_1W,
    INTERVAL_1MO, /* calendar month, written "1M" */
    INTERVAL_COUNT
};

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR   (60 * MS_PER_MINUTE)
#define MS_PER_DAY    (24 * MS_PER_HOUR)

/* "1h" and so on; "1m" is a minute, "1M" a month. False: no such interval. */
bool interval_parse(const char *name, enum interval *ret);
const char *interval_name(enum interval iv);

/* Nominal length in ms; 30 days for INTERVAL_1MO, which has no fixed length. */
int64_t interval_ms(enum interval iv);

/* Start of the bucket that holds t: floor from the epoch; 1w from Monday, 1M by calendar (UTC). */
int64_t interval_floor(enum interval iv, int64_t t);

/* Start of the bucket after the one that holds t: the end of a bar that opens at t. */
int64_t interval_next(enum interval iv, int64_t t);

/* True when bars of `from` add up to bars of `to` (`from` shorter, and it divides `to`). */
bool interval_divides(enum interval from, enum interval to);

/* Owned columns. bars_append and bars_reserve return false when memory ends (nothing changes). */
void bars_init(struct bars *b);
void bars_release(struct bars *b);
bool bars_reserve(struct bars *b, size_t n);
bool bars_append(struct bars *b, int64_t t, double o, double h, double l, double c, double v);

/* A view on bars [from, to) of b; valid while b's columns live. */
struct bars bars_slice(const struct bars *b, size_t from, size_t to);

/* Index of the first bar with open time >= t (b->n when there is none). */
size_t bars_find(const struct bars *b, int64_t t);

/* Lowest low and highest high of bars [from, to), from < to. */
void bars_extremes(const struct bars *b, size_t from, size_t to, double *ret_low, double *ret_high);

/* Buckets of `iv` out of finer bars: first open, highest high, lowest low, last close, summed
 * volume. Empty buckets give no bar; partial ones, first and last included, are kept. False: out of
 * memory. */
bool bars_aggregate(const struct bars *in, enum interval iv, struct bars *ret);

/* First thing wrong with the columns, as a short English sentence (NULL: nothing) and its bar
 * index. */
const char *bars_check(const struct bars *b, size_t *ret_bar);

/* The UTC year and month (1..12) of a time. */
void month_of(int64_t t, int *ret_year, int *ret_month);

#endif
