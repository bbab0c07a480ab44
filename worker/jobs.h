/* What this supervisor knows about open backtests. Scans of the store fill it, hints run ahead of
 * them, and what a scan no longer has is forgotten: it is memory of an observer, never truth. */
#ifndef WORKER_JOBS_H
#define WORKER_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/limits.h"
#include "lib/run.h"
#include "worker/lease.h"
#include "worker/scheduler.h"

enum job_state {
    JOB_WAITING,   /* nobody has it; queued with the scheduler when it may run now */
    JOB_OURS,      /* handed to one of our runners */
    JOB_ELSEWHERE, /* a live attempt of somebody else */
    JOB_ENDED      /* has an end that waits to be announced or closed */
};

struct job {
    char id[ID_MAX];
    struct user *user;
    int priority;
    int64_t created_ms; /* orders jobs of one user */
    enum job_state state;
    size_t heap_at; /* place in the user's heap, HEAP_NOWHERE: not queued */
    uint64_t scan;  /* the last scan that had it, or the one that ran when a hint brought it */

    int handed;                /* JOB_OURS: the attempt that our runner is to claim */
    int64_t handed_ms;         /* when it was told so */
    double progress;           /* of the highest attempt */
    int attempts;              /* the highest that we know of */
    int lost, retry, released; /* ends of attempts so far */
    struct lease_watch watch;  /* of the live attempt */
    int backed_off;            /* the retry that not_before_ms was made for */
    int64_t not_before_ms;

    /* An end of an attempt that the store has not taken yet. */
    int owed_attempt; /* 0: none */
    enum attempt_end owed_end;

    int64_t idle_since_ms; /* no live attempt since */
    int64_t hint_ms;       /* the next hint, 0: none planned */
    int hints;

    int64_t ended_ms; /* when we first saw its end */
    bool announce;    /* the announcement is ours to make: now, not after a second's wait */
    bool tried;       /* an announcement was tried */
    bool announced;

    struct job *next; /* in its bucket */
};

struct jobs {
    struct job **buckets;
    size_t n_buckets, n;
    uint64_t scan; /* counts scans */
    struct scheduler sched;
};

void jobs_init(struct jobs *t);
void jobs_release(struct jobs *t);

struct job *jobs_find(const struct jobs *t, const char *id);

/* The job, made when it is not known. */
struct job *jobs_put(struct jobs *t, const char *id, const char *user, int64_t now_ms);
void jobs_drop(struct jobs *t, struct job *j);

/* Moves a job to another state; it leaves the scheduler's queue. */
void jobs_move(struct jobs *t, struct job *j, enum job_state state);

/* Forgets jobs that the last scan did not have. Those made at or after newest_ms stay when the scan
 * was cut off there (INT64_MAX: it was whole). */
void jobs_sweep(struct jobs *t, int64_t newest_ms);

/* Calls f on every job; f may drop the job it is given. */
void jobs_each(struct jobs *t, void (*f)(struct job *j, void *arg), void *arg);

#endif
