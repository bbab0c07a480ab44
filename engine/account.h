/* One account of the default profile: cash, open entries, margin. Prices are raw (the bar's) or
 * fills (what was paid, after spread and slippage); the names say which. */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/cost.h"
#include "engine/ledger.h"
#include "engine/order.h"

struct entry {
    double size;              /* units still held; negative: short */
    double whole;             /* units it had at first, a magnitude */
    double price;             /* fill */
    double commission, carry; /* of the units still held: paid at entry; funding and borrow since */
    double stop;  /* the nearest that does not move by itself: stop loss, break-even, kept trail */
    double trail; /* distance from the extreme, INFINITY when there is none */
    double next;  /* the nearest price on the side of profit at which something happens */
    double target[TARGETS], share[TARGETS]; /* of whole that each closes, NaN: all that is left */
    double break_even;
    double low, high; /* raw extremes since entry: trailing stop, mae and mfe */
    size_t bar;       /* absolute */
    int64_t since;    /* ms: carrying costs that fall due later are its own */
    enum trade_reason reason, stop_reason;
    bool parted; /* its exit2 is made */
};

/* Always: units is the sum of the entries' sizes, gross of their magnitudes; both 0 exactly when n
 * is 0. Without hedging all entries have the same sign. Oldest first. */
struct account {
    double cash;
    double units, gross;
    size_t n, held[SIDE_COUNT]; /* entries, and those of each side */
    struct entry *entries;      /* room for all that may be held, owned by the broker */
};

/* Costs of holding: funding as a rate per 8 h at 00, 08 and 16 UTC, or a series of rates; borrow as
 * a yearly rate on short positions at 00 UTC. */
struct carry {
    double funding, borrow;
    const int64_t *times; /* rising; NULL: no series */
    const double *rates;
    size_t n;
};

/* What does not change during a run. */
struct terms {
    struct costs costs, maker; /* maker: of limit and take-profit fills */
    struct lot lot;
    double leverage, maintenance;
    double volume_limit; /* share of the last closed bar's volume that an entry may be; 0: any */
    double begun;        /* the starting cash */
    enum bt_size_type size_type;
    struct level_rule level[SIDE_COUNT][LEVEL_COUNT];
    bool levels[SIDE_COUNT]; /* the side has any of them; filled by broker_init */
    bool hedging;
    struct carry carry;
    const struct bars *bars;
    enum interval interval;
    size_t first; /* bar that the result calls 0 */
    int strategy;
};

/* Less margin than this is left over by rounding and buys nothing. */
static inline double account_dust(const struct terms *t, double equity) {
    return 1e-10 * (equity > t->begun ? equity : t->begun);
}

static inline double account_equity(const struct account *a, double raw) {
    return a->cash + a->units * raw;
}

/* The entry's stop price at present: the nearer of stop and trailing stop. */
static inline double entry_stop(const struct entry *e) {
    if (e->size > 0) {
        double trail = e->high - e->trail;
        return trail > e->stop ? trail : e->stop;
    }
    double trail = e->low + e->trail;
    return trail < e->stop ? trail : e->stop;
}

/* After a change of targets or break-even. */
void entry_next(struct entry *e);

/* How the distance to the maintenance margin, cash + units x p - maintenance x gross x p, moves
 * with the price p. */
static inline double account_slope(const struct account *a, double maintenance) {
    return a->units > 0           ? a->gross > a->units ? a->units - maintenance * a->gross
                                                        : a->units * (1 - maintenance)
                     : a->gross > -a->units ? a->units - maintenance * a->gross
                                  : a->units * (1 + maintenance);
}

/* Raw price at which the maintenance margin is used up: on the way down when the slope is above 0,
 * on the way up when it is below. Infinitely far (-HUGE_VAL or HUGE_VAL) when there is none. */
static inline double account_liquidation(const struct account *a, double maintenance) {
    double slope = account_slope(a, maintenance);
    if (slope > 0)
        return a->cash < 0 ? -a->cash / slope : -HUGE_VAL;
    if (slope < 0)
        return a->cash > 0 ? a->cash / -slope : 0;
    return HUGE_VAL;
}

/* True when the price has reached that level; without the division. */
static inline bool account_used_up(const struct account *a, double maintenance, double raw) {
    return a->n > 0 && a->cash + account_slope(a, maintenance) * raw <= 0;
}

/* The price walked on to `raw`. */
static inline void account_reach(struct account *a, double raw) {
    for (size_t k = 0; k < a->n; k++) {
        struct entry *e = &a->entries[k];
        e->high = raw > e->high ? raw : e->high;
        e->low = raw < e->low ? raw : e->low;
    }
}

/* What the position functions give at the close of `bar`. */
void account_position(const struct account *a, size_t bar, double close,
                      double ret[POSITION_COUNT]);

/* The entry written to a->entries[a->n] is there from now on, and paid. */
void account_open(struct account *a);

/* Closes `units` (a magnitude; no less than held: all) of entry k at fill price `price` on `bar`
 * for `fee`, and writes the trade without its last numbers (low and high of the entry are kept in
 * mae and mfe until account_settle). */
void account_close(struct account *a, size_t k, double units, const struct terms *t, size_t bar,
                   double price, double fee, enum trade_reason reason, struct trade *ret);

/* Finishes trades that closed together: what a flat account owes is forgiven to them, by size. */
void account_settle(struct account *a, struct trade *trades, size_t n);

#endif
