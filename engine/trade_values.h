/* What a strategy's defined series said when its trades were decided: the reason of a trade in
 * numbers. A second look at the bars after the run, as far as the last of those trades. */
#ifndef ENGINE_TRADE_VALUES_H
#define ENGINE_TRADE_VALUES_H

#include "engine/backtest.h"

#define TRADE_SERIES_MAX 8    /* the first defines of a strategy that are no functions */
#define TRADE_VALUES_MAX 2000 /* the first trades of a run */

struct trade_values {
    size_t n;     /* trades, the first ones of the result */
    size_t width; /* most series of any strategy; 0: there are none */

    /* Per trade width values at its entry, then width at its exit, in the order of
     * trade_series_name; conditions are 1 or 0, NaN: null, or no such series. */
    double *at;
};

/* Name of series k of a strategy, NULL past the last. Series that read the position have no column
 * and are left out of the values (NaN), not of the names. */
const char *trade_series_name(const struct strategy *s, size_t k);

/* Of the last bar that had closed when the fill was made. False: out of memory. */
bool trade_values_init(struct trade_values *ret, const struct bt_config *cfg, const struct bars *b,
                       size_t first, const struct bt_result *res);
void trade_values_release(struct trade_values *v);

#endif
