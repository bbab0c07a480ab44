/* Fair order: the user with the fewest running jobs, round-robin among equals; of that user the job
 * with the highest priority, which age raises: a step of priority is worth AGE_STEP_MS of waiting.
 */
#ifndef WORKER_SCHEDULER_H
#define WORKER_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/limits.h"

#define AGE_STEP_MS  60000
#define HEAP_NOWHERE SIZE_MAX

struct job;

struct user {
    char id[USER_MAX];
    int64_t running; /* on all hosts, as far as we know */
    size_t jobs;     /* known jobs; the user is forgotten with the last */
    uint64_t served; /* the turn in which it was served last */
    struct job **heap;
    size_t n, cap;
};

struct scheduler {
    struct user **users;
    size_t n, cap;
    uint64_t turn;
};

void scheduler_init(struct scheduler *s);
void scheduler_release(struct scheduler *s);

/* The user, made when it is not known; counts one job more. */
struct user *scheduler_user(struct scheduler *s, const char *id);
/* Counts one job less. */
void scheduler_leave(struct scheduler *s, struct user *u);

/* Into and out of the queue; both do nothing when it is there already. */
void scheduler_queue(struct job *j);
void scheduler_unqueue(struct job *j);

/* The next job to run, out of the queue; NULL when none may run. limit: jobs of one user at once.
 */
struct job *scheduler_pick(struct scheduler *s, int64_t limit);

#endif
