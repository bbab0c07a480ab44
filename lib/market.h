/* Candles between the store and the engine. */
#ifndef LIB_MARKET_H
#define LIB_MARKET_H

#include "engine/bars.h"
#include "lib/err.h"
#include "lib/spec.h"
#include "lib/store.h"

/* What data a run used; said in every result. */
struct market_data {
    struct bars bars; /* warm-up bars, then the range */
    size_t first;     /* index of the first bar in range = bars of warm-up */
    size_t gaps;      /* places in the range where bars are absent */
    char hash[33];    /* over all columns, warm-up included */
    enum interval
        source;        /* stored interval it was aggregated from; = interval when stored as asked */
    bool short_warmup; /* fewer bars were stored than wanted */
    bool partial_first, partial_last; /* aggregated from an incomplete bucket */
};

/* Bars of a request out of the store, aggregated from the coarsest stored interval that divides the
 * one asked for; warmup bars before start. Deterministic failures are ERR_UNPROCESSABLE with a text
 * a user can act on ("Insufficient market data: BTCUSDT 1h has 2023-03-01 to 2023-09-30, asked for
 * 2024-01-01 to 2024-12-31", word "insufficient_data"). */
enum err_code market_load(struct store *s, const struct request *r, size_t warmup,
                          struct market_data *ret, struct err *e);

/* The same from bars at hand (a CSV): aggregates when needed, cuts to the request's range. */
enum err_code market_from_bars(const struct bars *b, enum interval stored, const struct request *r,
                               size_t warmup, struct market_data *ret, struct err *e);
void market_data_release(struct market_data *d);

/* Puts bars into the store: merged with what is there (a bar with the same time is replaced).
 * *ret_added, *ret_replaced may be NULL. */
enum err_code market_import(struct store *s, const char *symbol, enum interval iv,
                            const struct bars *b, size_t *ret_added, size_t *ret_replaced,
                            struct err *e);

/* The commonest step of the bars as an interval; false: no interval has it. */
bool market_interval(const struct bars *b, enum interval *ret);

#endif
