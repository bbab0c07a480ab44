/* A result as one page of HTML that needs nothing else: no script, no fetch, charts as SVG. It is
 * read offline, in the dark too, on paper and on a telephone, and stays under REPORT_BYTES_MAX
 * however many bars and trades the run had: curves are thinned, the trades' list is cut and says
 * so.
 */
#ifndef LIB_REPORT_H
#define LIB_REPORT_H

#include "lib/json.h"
#include "lib/result.h"

#define REPORT_BYTES_MAX  (1000 * 1000)
#define REPORT_TRADES_MAX 250

struct report {
    struct json_object *body; /* of result_body */
    const struct equity_curve *curve;
    double start;       /* cash before the first bar */
    const char *trades; /* the packed part, or NULL */
    size_t trades_len;
};

/* Appends the page. False: out of memory or longer than the limit. */
bool report_html(struct buf *out, const struct report *r);

#endif
