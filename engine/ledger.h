/* What a broker has done: closed trades and the totals of all fills. */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/backtest.h"

struct ledger {
    struct trade *trades; /* in the order they were closed */
    size_t n, cap;
    double fill_value; /* sum of |units| x price over all fills, the open position's entries too */
    double commission; /* of all fills */
    int64_t open_bar;  /* first bar of the position still open at the end, -1 when flat */
    bool nomem;        /* a trade was lost: the run must fail */
};

void ledger_init(struct ledger *g);
void ledger_release(struct ledger *g);

/* One fill's value and fee. */
void ledger_fill(struct ledger *g, double units, double price, double commission);

/* Room for one more trade, which counts once n is raised; NULL and nomem: memory ended. */
struct trade *ledger_room(struct ledger *g);

/* A closed trade. Room doubles, so a trade costs no allocation but now and then. */
void ledger_trade(struct ledger *g, const struct trade *t);

/* Finishes the numbers that follow from the others: return_pct, mae and mfe from the raw extremes.
 */
static inline void trade_finish(struct trade *t, double low, double high) {
    double worst = t->size > 0 ? low : high, best = t->size > 0 ? high : low;
    double percent = (t->size > 0 ? 100 : -100) / t->entry_price;
    double mae = (worst - t->entry_price) * percent, mfe = (best - t->entry_price) * percent;
    t->mae = mae < 0 ? mae : 0;
    t->mfe = mfe > 0 ? mfe : 0;
    t->return_pct = t->pnl / t->size * percent;
}

/* Trades of n ledgers joined in the order they were closed (ties: by ledger) into one owned array.
 * False: out of memory. */
bool ledger_join(const struct ledger *const *ledgers, size_t n, struct trade **ret, size_t *ret_n);

/* When one of the trades, or an open position, was held: bars, and the time from the open of the
 * first to the end of the last bar of each unbroken stretch of them. */
struct exposure {
    size_t bars;
    double ms;
};

/* Over the range [first, b->n). Trades in the order they were closed. */
struct exposure ledger_exposed(const struct trade *trades, size_t n, int64_t open_bar,
                               const struct bars *b, size_t first, enum interval iv);

#endif
