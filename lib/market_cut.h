/* Inside of lib/market*.c. */
#ifndef LIB_MARKET_CUT_H
#define LIB_MARKET_CUT_H

#include "lib/market.h"

/* What there is: bars around the range, and where all of them lie. */
struct source {
    struct bars bars; /* owned when its cap is not 0 */
    enum interval interval;
    int64_t from, to; /* open times of the first and last bar, read or not */
};

/* Aggregates, cuts and describes; takes over the source's bars. */
enum err_code market_cut(struct source *src, const struct request *r, size_t warmup,
                         struct market_data *ret, struct err *e);

/* Source bars that open before this belong to the range's last bucket. */
int64_t market_source_end(const struct request *r);

/* ERR_UNPROCESSABLE "insufficient_data", with the text, or with what there is and what was asked.
 */
enum err_code market_insufficient(struct err *e, const char *text);
enum err_code market_outside(const struct request *r, enum interval iv, int64_t from, int64_t to,
                             struct err *e);

#endif
