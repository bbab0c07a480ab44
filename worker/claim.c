#include "worker/claim.h"

#include "lib/clock.h"
#include "worker/lease.h"

#define BEAT_AGAIN_MS 250 /* after a beat that the store did not take */

enum err_code claim_make(struct claim *c, struct store *s, const char *id, int n, const char *owner,
                         int64_t lease_ms, struct err *e) {
    int64_t now = clock_mono_ms();
    *c = (struct claim){.lease_ms = lease_ms, .good_ms = now, .tried_ms = now, .looked_ms = now};
    if (run_claim(s, id, n, owner, &c->attempt, e) != ERR_NONE)
        return e->code;
    switch (store_result_exists(s, id, e)) {
    case ERR_NOT_FOUND:
        return ERR_NONE;
    case ERR_NONE:
        (void)claim_leave(c, s, ATTEMPT_DONE, e);
        return err_set(e, ERR_CONFLICT, "the backtest has ended already");
    default:
        /* unknown: the next look will tell; the insert of the end decides in any case */
        c->looked_ms = 0;
        return ERR_NONE;
    }
}

static enum hold look(struct claim *c, struct store *s, int64_t now) {
    struct err e;
    if (store_result_exists(s, c->attempt.id, &e) == ERR_NONE)
        return HOLD_ENDED;
    if (e.code == ERR_NOT_FOUND)
        c->looked_ms = now;
    return HOLD_KEPT;
}

static enum hold beat(struct claim *c, struct store *s, double progress, int64_t now) {
    struct err e;
    c->tried_ms = now;
    c->attempt.beat++;
    c->attempt.progress = progress;
    switch (store_attempt_beat(s, &c->attempt, &e)) {
    case ERR_NONE:
        c->good_ms = now;
        return HOLD_KEPT;
    case ERR_NOT_FOUND:
        return look(c, s, now) == HOLD_ENDED ? HOLD_ENDED : HOLD_LOST;
    default:
        return HOLD_KEPT;
    }
}

static enum hold fence(const struct claim *c, int64_t now) {
    return now - c->good_ms > c->lease_ms / 2 ? HOLD_FENCED : HOLD_KEPT;
}

enum hold claim_keep(struct claim *c, struct store *s, double progress) {
    int64_t now = clock_mono_ms();
    /* before anything else: who slept past half a lease must not beat as if nothing had happened */
    enum hold h = fence(c, now);
    bool behind = c->good_ms != c->tried_ms;
    if (h == HOLD_KEPT && now - c->tried_ms >= (behind ? BEAT_AGAIN_MS : BEAT_MS))
        h = beat(c, s, progress, now);
    if (h == HOLD_KEPT && now - c->looked_ms >= LOOK_MS)
        h = look(c, s, now);
    return h == HOLD_KEPT ? fence(c, clock_mono_ms()) : h;
}

enum hold claim_check(struct claim *c, struct store *s) {
    int64_t now = clock_mono_ms();
    enum hold h = fence(c, now);
    return h == HOLD_KEPT ? look(c, s, now) : h;
}

enum err_code claim_leave(struct claim *c, struct store *s, enum attempt_end end, struct err *e) {
    enum err_code rc = store_attempt_end(s, c->attempt.id, c->attempt.n, c->attempt.token, end, e);
    return rc == ERR_NOT_FOUND ? ERR_NONE : rc; /* somebody has ended it: then it is given back */
}
