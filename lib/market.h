/* Candles between the store and the engine. */
#ifndef LIB_MARKET_H
#define LIB_MARKET_H

#include "engine/bars.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/spec.h"
#include "lib/store.h"

/* What data a run used; said in every result. */
struct market_data {
    struct bars bars; /* warm-up bars, then the range; a view when the caller owns the columns */
    size_t first;     /* index of the first bar in range = bars of warm-up */
    size_t gaps;      /* places in the range where bars are absent */
    char hash[HASH_HEX_MAX]; /* over all columns, warm-up included */
    enum interval source;    /* interval it was aggregated from; = the request's when stored so */
    size_t wanted_warmup;    /* more than `first`: fewer bars were there */
    size_t partial; /* aggregated bars with fewer source bars in them than they could have */
    int64_t partial_first_ms;         /* open time of the first of them */
    int64_t stored_from, stored_to;   /* open times of the first and last bar there is */
    size_t lower_bars, funding_rates; /* of path 'lower' and the funding series; 0: not read */
    char lower_hash[HASH_HEX_MAX], funding_hash[HASH_HEX_MAX];
    bool starts_late, ends_early; /* the range asked for reaches beyond them */
};

/* Bars of a request out of the store, aggregated from the coarsest stored interval that divides the
 * one asked for; warmup bars before start. An aggregated bar is made of all that is stored of its
 * bucket, so it does not depend on where the range ends inside it. Deterministic failures are
 * ERR_UNPROCESSABLE with a text a user can act on ("Insufficient market data: BTCUSDT 1h has
 * 2023-03-01 to 2023-09-30, asked for 2024-01-01 to 2024-12-31", word "insufficient_data"; candles
 * that are none, which somebody else wrote into a shared store: "damaged_data"). */
enum err_code market_load(struct store *s, const struct request *r, size_t warmup,
                          struct market_data *ret, struct err *e);

/* The same for somebody who must not be silent for long: keep is called again and again while a
 * long range is read; true = stop (ERR_CONFLICT). */
typedef bool market_keep_fn(void *arg);
enum err_code market_load_kept(struct store *s, const struct request *r, size_t warmup,
                               market_keep_fn *keep, void *arg, struct market_data *ret,
                               struct err *e);

/* The same from bars at hand (a CSV, a cache) of interval `stored`: aggregates when needed, else
 * ret->bars is a view on b, which must live as long. */
enum err_code market_from_bars(const struct bars *b, enum interval stored, const struct request *r,
                               size_t warmup, struct market_data *ret, struct err *e);
void market_data_release(struct market_data *d);

/* Which stored interval a request would read, and where it lies. ERR_UNPROCESSABLE
 * (insufficient_data) when none serves or it has no bar in the range. */
enum err_code market_choose(struct store *s, const struct request *r, struct series_info *ret,
                            struct err *e);

/* Puts bars into the store: merged with what is there (a bar with the same time is replaced).
 * *ret_added, *ret_replaced may be NULL. */
enum err_code market_import(struct store *s, const char *symbol, enum interval iv,
                            const struct bars *b, size_t *ret_added, size_t *ret_replaced,
                            struct err *e);

/* The commonest step of the bars as an interval; false: no interval has it. *ret_step (may be
 * NULL): that step in ms, 0 for a single bar. */
bool market_interval(const struct bars *b, enum interval *ret, int64_t *ret_step);

#endif
