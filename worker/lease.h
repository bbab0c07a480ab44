/* When is a lease over? By this observer's own monotonic clock, watching that a beat does not
 * change (DESIGN 4, step 4): clocks of two hosts are never compared, and only time in which our own
 * reads succeeded counts, so an outage of the store steals nothing. Pure: time is passed in. */
#ifndef WORKER_LEASE_H
#define WORKER_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#define BEAT_MS 2000 /* an owner beats this often */
#define LOOK_MS 250  /* an owner looks this often whether an end exists */
#define SCAN_MS 1000 /* an observer reads the open records this often */
#define LATE_MS 2000 /* a read that took, or came, this much too late proves nothing */

/* Our own reads: since when have they all succeeded in time? */
struct lease_clock {
    int64_t last_ms;  /* when the last good read began, -1: none yet */
    int64_t clean_ms; /* since when there was no bad one */
};

/* One attempt as we have seen it. */
struct lease_watch {
    int attempt;      /* 0: nothing seen yet */
    int64_t beat;     /* the beat last seen */
    int64_t since_ms; /* when we first saw that beat */
};

void lease_clock_init(struct lease_clock *c);

/* A read of all open records that was due at due_ms, began and ended. False: it was late, every
 * watch starts anew. */
bool lease_clock_read(struct lease_clock *c, int64_t due_ms, int64_t began_ms, int64_t ended_ms);
void lease_clock_failed(struct lease_clock *c, int64_t now_ms);

/* What a good read that ended at ended_ms said about an attempt. */
void lease_see(struct lease_watch *w, int attempt, int64_t beat, int64_t ended_ms);

/* The beat provably stood still for lease_ms of clean time: from the end of the read that saw it
 * first to the beginning of the last good one. */
bool lease_over(const struct lease_watch *w, const struct lease_clock *c, int64_t lease_ms);

/* When lease_over could become true at the earliest. */
int64_t lease_due(const struct lease_watch *w, const struct lease_clock *c, int64_t lease_ms);

#endif
