/* Foreign programs on the four channels (DESIGN 2, Relay): an API that only publishes a task gets
 * its record, a worker that only publishes events gets its attempt and its result. Anybody may
 * publish: whatever does not fit an open record changes nothing and is logged once. */
#ifndef WORKER_RELAY_H
#define WORKER_RELAY_H

#include "lib/bus.h"

#define RELAY_GAP_MS 250 /* a foreign worker's progress is passed on at most this often */

struct supervisor;

/* The channels we listen to. */
void relay_subscribe(struct supervisor *s);

void relay_heard(struct supervisor *s, const struct bus_message *m);

/* backtest:task, and the other three. */
void relay_task(struct supervisor *s, const char *text, size_t len);
void relay_event(struct supervisor *s, enum event_kind kind, const char *text, size_t len);

/* The body of a foreign worker's result: the metrics that its summary names, the others null.
 * *ret_summary: the words it knows. Heap; NULL: out of memory. */
char *relay_body(const char *id, const char *summary, char **ret_summary);

#endif
