/* The way of the price inside one bar, and what stops, targets, trailing stops and the margin do on
 * it. */
#ifndef ENGINE_PATH_H
#define ENGINE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/account.h"

/* An account on its way through a bar. trades has room for every entry of the account. */
struct walk {
    struct account account;
    struct trade *trades; /* closed on the way, finished */
    size_t n;
    const struct terms *terms;
    size_t bar;
};

/* True when a bar with these extremes could touch a level of the account, in whatever order the bar
 * walked; false is certain, also for trailing stops that the bar itself would raise. */
bool path_touches(const struct account *a, double maintenance, double low, double high);

/* Closes every entry at fill price `price`. */
void walk_close_all(struct walk *w, double price, enum trade_reason reason);

/* The whole account at raw price `raw`, when the margin is used up there. */
void walk_liquidate(struct walk *w, double raw);

/* Stops and targets that the price has reached or passed at `raw`, filled there. */
void walk_at(struct walk *w, double raw);

/* From the open, O-H-L-C (up_first) or O-L-H-C, to the close; levels fill where they are met. */
void walk_bar(struct walk *w, bool up_first);

#endif
