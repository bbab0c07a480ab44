/* Ends: announced at least once, then closed. Whoever inserts an end announces it; a supervisor
 * sees to those whose announcer died or could not reach Redis (DESIGN 4, step 7), and closes what
 * is announced in batches. */
#ifndef WORKER_ANNOUNCE_H
#define WORKER_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/limits.h"
#include "lib/run.h"

#define CLOSE_BATCH    64
#define CLOSE_AFTER_MS 50 /* an announced end waits this long for others to be closed with */
#define ANNOUNCE_SLICE 64 /* announcements between two looks at everything else */

struct supervisor;
struct job;

struct announce {
    char ids[CLOSE_BATCH][ID_MAX]; /* announced, to be closed */
    size_t n;
    int64_t close_ms; /* when at the latest; after a failure, when again */
    int64_t again_ms; /* when ends that are not announced yet are tried again */
    bool pending;     /* there are such */
};

/* The end is stored (by us, or seen by a scan). announced: everybody has been told. */
void announce_ended(struct supervisor *s, struct job *j, bool announced);

/* A now at which all is due: late enough, and a delay added to it is still a time. */
#define ANNOUNCE_ALL_MS (INT64_MAX / 2)

/* Announces and closes what is due; returns when it wants to be called again. */
int64_t announce_step(struct supervisor *s, int64_t now_ms);

/* Redis is back: all that is left to announce is due at that time. */
void announce_retry(struct supervisor *s, int64_t at_ms);

/* Writes an end that the supervisor itself decides: no runner could, or a foreign worker did.
 * ERR_DUPLICATE: there is one already. */
enum err_code announce_write(struct supervisor *s, struct result *r, const struct part *parts,
                             size_t n_parts, struct err *e);

/* A failure of that kind, with attempt 0 when there was none. */
enum err_code announce_failure(struct supervisor *s, const char *id, const char *user, int attempt,
                               const char *code, const char *error);

/* All ends are announced, or were tried once, and closed. */
bool announce_done(struct supervisor *s);

#endif
