/* The steps of a job's life that decide something, and what an unknown answer meant. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/store.h"

/* --- the truth ------------------------------------------------------------------------------- */

static void take_end(struct backtest *b, struct result *r) {
    b->status = r->status;
    b->completed_ms = r->completed_ms;
    if (b->updated_ms < r->completed_ms)
        b->updated_ms = r->completed_ms;
    if (b->attempt < r->attempt)
        b->attempt = r->attempt;
    if (r->status == RUN_COMPLETED)
        b->progress = 100;
    free(b->error);
    b->error = r->error;
    r->error = NULL;
}

static void take_attempt(struct backtest *b, const struct attempt *a) {
    b->status = RUN_RUNNING;
    b->attempt = a->n;
    b->progress = a->progress;
    if (b->started_ms == 0)
        b->started_ms = a->started_ms;
}

/* Fills in what decides about *b; ERR_NOT_FOUND: a tombstone. */
static enum err_code derive(struct store *s, struct backtest *b, struct err *e) {
    struct result r;
    enum err_code code = store_result_get(s, NULL, b->id, false, &r, e);
    if (code == ERR_NONE) {
        bool deleted = r.deleted;
        if (!deleted)
            take_end(b, &r);
        result_release(&r);
        return deleted ? err_set(e, ERR_NOT_FOUND, "no such backtest") : ERR_NONE;
    }
    if (code != ERR_NOT_FOUND)
        return code;

    /* the cache may lag behind the attempts; without one it is pending whatever the cache says */
    b->status = RUN_PENDING;
    struct attempt a;
    code = store_attempt_get(s, b->id, 0, &a, e);
    if (code == ERR_NONE)
        take_attempt(b, &a);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

enum err_code run_read(struct store *s, const char *owner, const char *id, struct backtest *ret,
                       struct err *e) {
    struct backtest b;
    enum err_code code = store_backtest_get(s, owner, id, &b, e);
    if (code != ERR_NONE)
        return code;
    code = derive(s, &b, e);
    if (code != ERR_NONE) {
        backtest_release(&b);
        return code;
    }
    *ret = b;
    return ERR_NONE;
}

/* --- deciding -------------------------------------------------------------------------------- */

enum err_code run_claim(struct store *s, const char *id, int n, const char *owner,
                        struct attempt *ret, struct err *e) {
    struct attempt a = {.n = n, .end = ATTEMPT_LIVE, .started_ms = clock_now_ms()};
    size_t len = strnlen(id, sizeof a.id - 1);
    memcpy(a.id, id, len);
    len = strnlen(owner, sizeof a.owner - 1);
    memcpy(a.owner, owner, len);
    random_hex(a.token, 16);

    enum err_code code = store_attempt_insert(s, &a, e);
    if (code == ERR_UNAVAILABLE) {
        /* it may have been written all the same: our token there means won */
        struct attempt there;
        if (store_attempt_get(s, id, n, &there, NULL) == ERR_NONE)
            code = strcmp(there.token, a.token) == 0
                       ? ERR_NONE
                       : err_set(e, ERR_DUPLICATE, "the attempt is another's");
    }
    if (code == ERR_NONE)
        *ret = a;
    return code;
}

enum err_code run_end(struct store *s, struct result *r, const struct part *parts, size_t n_parts,
                      struct err *e) {
    if (!r->token[0])
        random_hex(r->token, 16);
    /* the store itself takes an end that is there under our token for this one */
    enum err_code code = store_result_insert(s, r, parts, n_parts, e);
    if (code != ERR_UNAVAILABLE)
        return code;
    struct result there;
    if (store_result_get(s, NULL, r->id, false, &there, NULL) != ERR_NONE)
        return code;
    bool own = strcmp(there.token, r->token) == 0;
    result_release(&there);
    return own ? ERR_NONE : err_set(e, ERR_DUPLICATE, "the backtest has an end already");
}
