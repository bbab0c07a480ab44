/* TradingView's Pine (v4, v5, v6) -> a request of ours: the strategy subset that maps
 * (docs/pine.md).
 *
 * Never a silent change of meaning: whatever would trade differently is refused with its line and
 * reason, all such lines at once, and then there is no request. What cannot change a trade
 * (drawings, alerts, titles) is left out; where the same rule may still give another fill, a note
 * says so. */
#ifndef LIB_PINE_H
#define LIB_PINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/json.h"

#define PINE_SOURCE_MAX (128U << 10) /* TradingView's own limit is 100,000 characters of code */
#define PINE_NOTES_MAX  100          /* nobody reads more; the last one says that there are more */

struct pine_note {
    int line;     /* from 1; 0: the script as a whole */
    bool refused; /* else only told */
    char text[240];
};

struct pine {
    struct pine_note notes[PINE_NOTES_MAX]; /* by line */
    size_t n_notes, n_refused;              /* n_refused of those notes are refusals */
    struct json_object *request; /* {"strategies":[{…}],"cash":…,…}; NULL when a line was refused */
};

/* tick: syminfo.mintick, the market's step of prices; 0: not known, what counts ticks is refused.
 * ERR_NONE also when lines were refused; else *e (too large, no memory) and *ret is untouched. */
enum err_code pine_import(const char *text, size_t len, double tick, struct pine *ret,
                          struct err *e);
void pine_release(struct pine *p);

#endif
