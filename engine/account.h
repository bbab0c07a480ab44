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
    double size;  /* units; negative: short */
    double price; /* fill */
    double commission;
    struct levels levels;
    double low, high; /* raw extremes since entry: trailing stop, mae and mfe */
    size_t bar;       /* absolute */
    enum trade_reason reason;
};

/* Always: all entries have the same sign; units is the sum of their sizes, 0 exactly when n is 0.
 */
struct account {
    double cash;
    double units;
    size_t n;
    struct entry *entries; /* room for `pyramiding` of them, owned by the broker */
};

/* What does not change during a run. */
struct terms {
    struct costs costs;
    struct lot lot;
    double leverage, maintenance;
    const struct bars *bars;
    size_t first; /* bar that the result calls 0 */
    int strategy;
};

static inline double account_equity(const struct account *a, double raw) {
    return a->cash + a->units * raw;
}

/* The entry's stop price at present: the nearer of stop and trailing stop. */
static inline double entry_stop(const struct entry *e) {
    if (e->size > 0) {
        double trail = e->high - e->levels.trail;
        return trail > e->levels.stop ? trail : e->levels.stop;
    }
    double trail = e->low + e->levels.trail;
    return trail < e->levels.stop ? trail : e->levels.stop;
}

/* Raw price at which the maintenance margin is used up: longs at or below it, shorts at or above
 * it. Infinitely far (-HUGE_VAL for longs, HUGE_VAL when flat) when there is none. */
static inline double account_liquidation(const struct account *a, double maintenance) {
    /* cash + units x p = maintenance x |units| x p */
    if (a->units > 0)
        return a->cash < 0 ? -a->cash / (a->units * (1 - maintenance)) : -HUGE_VAL;
    if (a->units < 0)
        return a->cash > 0 ? a->cash / (-a->units * (1 + maintenance)) : 0;
    return HUGE_VAL;
}

/* True when the price has reached that level; without the division. */
static inline bool account_used_up(const struct account *a, double maintenance, double raw) {
    if (a->units > 0)
        return a->units * (1 - maintenance) * raw <= -a->cash;
    return a->units < 0 && -a->units * (1 + maintenance) * raw >= a->cash;
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

/* Closes entry k at fill price `price` on `bar` and writes the trade without its last numbers (low
 * and high of the entry are kept in mae and mfe until account_settle). */
void account_close(struct account *a, size_t k, const struct terms *t, size_t bar, double price,
                   enum trade_reason reason, struct trade *ret);

/* Finishes trades that closed together: what a flat account owes is forgiven to them, by size. */
void account_settle(struct account *a, struct trade *trades, size_t n);

#endif
