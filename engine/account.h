/* One account of the default profile: cash, open entries, margin. Prices are raw (the bar's) or
 * fills (what was paid, after spread and slippage); the names say which. */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

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
double entry_stop(const struct entry *e);

/* Raw price at which the maintenance margin is used up: longs at or below it, shorts at or above
 * it. Infinitely far (-INFINITY for longs, INFINITY for shorts) when there is none. */
double account_liquidation(const struct account *a, double maintenance);

/* The price walked on to `raw`. */
void account_reach(struct account *a, double raw);

/* Closes entry k at fill price `price` on `bar`; returns the trade without its last numbers (low
 * and high of the entry are kept in mae and mfe until account_settle). */
struct trade account_close(struct account *a, size_t k, const struct terms *t, size_t bar,
                           double price, enum trade_reason reason);

/* Finishes trades that closed together: what a flat account owes is forgiven to them, by size. */
void account_settle(struct account *a, struct trade *trades, size_t n);

#endif
