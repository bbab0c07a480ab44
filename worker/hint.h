/* Hints: a task on the bus wakes us before the next scan would, and wakes foreign workers again
 * that have missed it. */
#ifndef WORKER_HINT_H
#define WORKER_HINT_H

#include <stdint.h>

#define HINT_FIRST_MS 5000 /* then 10, 20, 40 s, then every */
#define HINT_LAST_MS  60000
#define HINTS_A_SCAN  20 /* a long queue is not worth a storm of hints */

struct supervisor;
struct job;

/* A task was heard: the job may be run, unless it is known already. */
void hint_heard(struct supervisor *s, const char *id, const char *user, int priority);

/* Sends the hint of a waiting job again when it is due. */
void hint_again(struct supervisor *s, struct job *j, int64_t now_ms);

#endif
