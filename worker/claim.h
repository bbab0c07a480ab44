/* The owner's side of an attempt: claim it, keep it by beats, look whether the backtest has ended
 * meanwhile, and stop by itself when it could not beat for half a lease (DESIGN 4, steps 2 to 4).
 */
#ifndef WORKER_CLAIM_H
#define WORKER_CLAIM_H

#include <stdint.h>

#include "lib/run.h"
#include "lib/store.h"

enum hold {
    HOLD_KEPT,
    HOLD_ENDED, /* an end exists: cancelled, or somebody was faster */
    HOLD_LOST,  /* an observer has ended our attempt */
    HOLD_FENCED /* no beat for half a lease: the store is away, others may soon take over */
};

struct claim {
    struct attempt attempt;
    int64_t lease_ms;
    int64_t good_ms;   /* when the last beat that the store took was begun */
    int64_t tried_ms;  /* when a beat was tried last */
    int64_t looked_ms; /* when we looked for an end last */
};

/* Claims attempt n. ERR_DUPLICATE: somebody else has it. ERR_CONFLICT: it was claimed, but the
 * backtest has an end already, and the attempt is closed again. */
enum err_code claim_make(struct claim *c, struct store *s, const char *id, int n, const char *owner,
                         int64_t lease_ms, struct err *e);

/* To be called often: beats and looks when due. Anything but HOLD_KEPT: stop the work. */
enum hold claim_keep(struct claim *c, struct store *s, double progress);

/* The same without waiting for the next look: before the end is written. */
enum hold claim_check(struct claim *c, struct store *s);

/* Gives the attempt back. ERR_UNAVAILABLE: the store did not take it. */
enum err_code claim_leave(struct claim *c, struct store *s, enum attempt_end end, struct err *e);

#endif
