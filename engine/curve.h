/* The equity curve, read once while it is made: day ends, drawdowns and per-bar returns, without
 * keeping a value a bar.
 *
 * Between fills equity is affine in the close, so the broker hands over spans (cash, units);
 * several accounts together hand over values. Spans come in the order of bars and leave none out.
 * Sums have four lanes, bar i of the range in lane i % 4, so that the same numbers come out bit for
 * bit wherever the blocks end. */
#ifndef ENGINE_CURVE_H
#define ENGINE_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bars.h"
#include "engine/spans.h"

#define CURVE_LANES 4
#define CURVE_ROOM  256 /* values that may wait: they are read together */

/* The samples that daily figures are made of: UTC days of the bars' open times, or, for bars longer
 * than a day, the bars. */
struct days {
    size_t *last; /* last bar of each day that has bars, absolute index */
    size_t n;     /* days with bars */
    size_t all;   /* days from the first to the last, those without bars too; n for longer bars */
    bool longer;  /* bars are longer than a day */
};

/* False: out of memory. The range is [first, b->n), not empty. */
bool days_init(struct days *d, const struct bars *b, size_t first, enum interval iv);
void days_release(struct days *d);

/* One episode: from the moment the peak stood to the close that is at or above it, or to the end.
 */
struct drawdown {
    double depth;                       /* 0..1 */
    int64_t peak_ms, trough_ms, end_ms; /* ends of bars; the start: the first bar's open */
    bool recovered;
};

#define DRAWDOWNS_TOP 5

struct drawdowns {
    size_t n;
    double deepest;   /* 0..1, largest depth */
    double depth_sum; /* of all episodes */
    double longest;   /* ms from peak to recovery, or to the end */
    double length_sum;
    double inside; /* 0..1, largest depth at the bars' worst prices; NaN: not known */
    struct drawdown top[DRAWDOWNS_TOP]; /* deepest first, of equal ones the earlier */
    size_t n_top;
};

/* What outlives a curve: equity at the ends of the days, and the falls. */
struct curve_days {
    struct days days;
    double start;
    double *equity; /* days.n of them */
    struct drawdowns drawdowns;
};

/* One block's equity of several accounts, added up: at the close, and with every bar at its low and
 * at its high. */
struct curve_share {
    double *close, *low, *high; /* [0]: bar `first` */
    size_t first;
};

struct curve {
    const struct bars *bars;
    const struct days *days;
    size_t first; /* bar */
    enum interval interval;
    bool wide;       /* engine/wide.h */
    double start;    /* the point before the first bar: its cash at the first bar's open */
    double *day;     /* equity at the end of each day with bars */
    double *values;  /* one a bar, or NULL when not wanted */
    bool want_spans; /* keep what curve_span was given */
    struct spans spans;
    struct curve_share *share; /* or NULL: every value is added to it as well */
    size_t next_day;           /* index of the day that is not complete yet */
    size_t done;               /* bars of the range that are in the figures */
    size_t waiting;            /* bars behind them whose values wait */
    double last;               /* after curve_end: equity at the last bar */
    double sum[CURVE_LANES], ret[CURVE_LANES], ret_squared[CURVE_LANES];
    double peak, trough; /* trough < peak: an episode is open */
    double dip;          /* lowest worst value since the peak, at most the peak */
    size_t peak_end;     /* bars seen when the peak stood: 0 = the start */
    size_t trough_end;   /* and when the trough did */
    struct drawdowns drawdowns;
    double worst[CURVE_ROOM];     /* equity at the worst prices of the bars that wait */
    double chunk[1 + CURVE_ROOM]; /* at their closes; [0]: the bar before them */
};

/* bars and days are borrowed. want_values: keep one equity value a bar in c->values.
 * False: out of memory. */
bool curve_init(struct curve *c, const struct bars *b, const struct days *days, size_t first,
                enum interval iv, double start, bool want_values);
void curve_release(struct curve *c);

/* First bar whose value it was not given yet. */
static inline size_t curve_at(const struct curve *c) {
    return c->first + c->done + c->waiting;
}

/* Room for the values of the n bars that follow, or for some of them: how many. The caller writes
 * c->chunk + 1 + c->waiting and c->worst + c->waiting (cash + units x close, and x the worst
 * price), and may then have them taken, or not. */
size_t curve_room(struct curve *c, size_t n);
void curve_take(struct curve *c, size_t n, double cash, double units);

/* The bars that follow, up to absolute bar `to`: equity is cash + units x close. */
void curve_span(struct curve *c, size_t to, double cash, double units);

/* The n bars that follow: equity at their closes and at their worst prices (NULL: not known). */
void curve_values(struct curve *c, size_t n, const double *values, const double *worst);

/* After the last bar: reads what waits and ends an open episode. */
void curve_end(struct curve *c);

/* Hands over the day ends of a curve that has ended, and the days (*days is empty then). */
void curve_days_take(struct curve_days *ret, struct curve *c, struct days *days);
void curve_days_release(struct curve_days *d);

double curve_mean(const struct curve *c); /* of equity over the bars of the range */

/* Mean and standard deviation (ddof 1) of the returns per bar. */
void curve_returns(const struct curve *c, double *ret_mean, double *ret_deviation);

#endif
