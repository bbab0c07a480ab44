/* How often a job speaks: once when its data is there, then at most four times a second and only
 * when the percentage has changed. By time, never by bars, so short and long jobs are told alike.
 */
#ifndef WORKER_PROGRESS_H
#define WORKER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"

#define PROGRESS_GAP_MS 250

struct progress {
    int percent;     /* said last, -1: nothing yet */
    int64_t said_ms; /* when */
    int64_t seq;     /* of the last event of this attempt */
};

void progress_init(struct progress *p);

/* True: percent is to be said now (and counts as said). */
bool progress_due(struct progress *p, int percent, int64_t now_ms);

/* The event "Processing 2024-06-01"; bar_ms: open time of the bar that is being processed. */
void progress_event(const struct progress *p, const char *id, const char *user, int attempt,
                    int64_t bar_ms, struct event *ret);

/* How far, in whole percent. */
int progress_percent(uint64_t done, uint64_t total);

#endif
