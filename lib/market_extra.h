/* What a run reads besides its own bars: finer bars for path 'lower', a funding series. */
#ifndef LIB_MARKET_EXTRA_H
#define LIB_MARKET_EXTRA_H

#include "lib/market.h"

struct market_extra {
    struct market_data lower;
    bool have_lower;
    int64_t *times; /* of the funding rates */
    double *rates;
};

/* Loads what r asks for over the bars of d, points r->cfg at it and says in d what it was; nothing
 * asked for: nothing done. ret must live as long as the run. keep: as in market_load_kept, or NULL.
 */
enum err_code market_extra_load(struct store *s, struct request *r, struct market_data *d,
                                market_keep_fn *keep, void *arg, struct market_extra *ret,
                                struct err *e);

/* The same from a file's bars of interval `stored`; a file has no funding series. */
enum err_code market_extra_from_bars(const struct bars *b, enum interval stored, struct request *r,
                                     struct market_data *d, struct market_extra *ret,
                                     struct err *e);
void market_extra_release(struct market_extra *x);

#endif
