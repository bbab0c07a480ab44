/* The way of the price inside one bar, and what stops, targets, trailing stops, resting entries and
 * the margin do on it. */
#ifndef ENGINE_PATH_H
#define ENGINE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/account.h"

/* An entry order that waits for its price. */
struct resting {
    bool alive;
    bool woken; /* a stop-limit whose stop was met: now a limit */
    struct order order;
};

#define WALK_REFUSALS 4 /* two sides, at market and resting */

/* An account on its way through a bar, and what has happened since the last booking. trades has
 * room for all that one bar can close. */
struct walk {
    struct account account;
    struct resting rest[SIDE_COUNT];
    struct trade *trades; /* closed on the way, finished */
    size_t n;
    size_t fills, cuts; /* cuts: entries cut to the free margin */
    double fill_value, fees;
    enum refusal refused[WALK_REFUSALS];
    size_t n_refused;
    int64_t day; /* UTC day of the last entry, and entries of that day */
    double day_entries;
    const struct terms *terms;
    size_t bar;
    size_t left_bar; /* on which the last position ended, SIZE_MAX: none has */
    bool at_close;   /* fills are made at the bar's close, not at its open or inside */
};

struct ohlc {
    double o, h, l, c;
};

/* What lies nearest around the price: levels of the account, resting orders, the liquidation. */
struct reach {
    double below, above; /* prices at which something happens */
    double cash, slope;  /* the margin is used up where cash + slope x price <= 0 */
    bool moves;          /* a trailing stop: it is another after every bar */
};

/* As a bar with these extremes could find it at worst, also trailing stops that the bar itself
 * would raise. */
struct reach walk_reach(const struct walk *w, double low, double high);

/* True when the margin could be used up. */
static inline bool reach_drained(const struct reach *r, double low, double high) {
    return r->cash + r->slope * (r->slope > 0 ? low : high) <= 0;
}

/* True when such a bar could meet any of it, in whatever order it walked; false is certain. */
static inline bool reach_meets(const struct reach *r, double low, double high) {
    return low <= r->below || high >= r->above || reach_drained(r, low, high);
}

static inline bool walk_touches(const struct walk *w, double low, double high) {
    struct reach r = walk_reach(w, low, high);
    return reach_meets(&r, low, high);
}

/* Closes every entry of the side, or `share` of each one that was not parted yet, at raw price
 * `raw`. */
void walk_close_side(struct walk *w, enum side side, double raw, enum trade_reason reason);
void walk_close_part(struct walk *w, enum side side, double share, double raw);

/* Closes entry k, at market, at raw price `raw`. */
void walk_close_one(struct walk *w, size_t k, double raw, enum trade_reason reason);

/* The whole account at raw price `raw`, when the margin is used up there. */
void walk_liquidate(struct walk *w, double raw);

/* Stops and targets that the price has reached or passed at `raw`, filled there. */
void walk_at(struct walk *w, double raw);

/* Resting entries that the price has reached or passed at `raw`, filled there. */
void walk_orders_at(struct walk *w, double raw);

/* From the open, O-H-L-C (up_first) or O-L-H-C, to the close; levels fill where they are met. */
void walk_bar(struct walk *w, const struct ohlc *bar, bool up_first);

#endif
