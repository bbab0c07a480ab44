#include "worker/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/must.h"

void jobs_init(struct jobs *t) {
    *t = (struct jobs){.n_buckets = 1024};
    t->buckets = must_have(t->n_buckets, sizeof *t->buckets);
    scheduler_init(&t->sched);
}

static void free_job(struct job *j, void *arg) {
    jobs_drop(arg, j);
}

void jobs_release(struct jobs *t) {
    jobs_each(t, free_job, t);
    free(t->buckets);
    scheduler_release(&t->sched);
}

static size_t bucket(const struct jobs *t, const char *id) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32) & (t->n_buckets - 1);
}

struct job *jobs_find(const struct jobs *t, const char *id) {
    struct job *j = t->buckets[bucket(t, id)];
    while (j && strcmp(j->id, id) != 0)
        j = j->next;
    return j;
}

static void grow(struct jobs *t) {
    struct job **old = t->buckets;
    size_t n_old = t->n_buckets;
    t->n_buckets *= 2;
    t->buckets = must_have(t->n_buckets, sizeof *t->buckets);
    for (size_t i = 0; i < n_old; i++) {
        for (struct job *j = old[i], *next; j; j = next) {
            next = j->next;
            size_t b = bucket(t, j->id);
            j->next = t->buckets[b];
            t->buckets[b] = j;
        }
    }
    free(old);
}

struct job *jobs_put(struct jobs *t, const char *id, const char *user, int64_t now_ms) {
    struct job *j = jobs_find(t, id);
    if (j)
        return j;
    if (t->n >= t->n_buckets)
        grow(t);
    j = must_have(1, sizeof *j);
    snprintf(j->id, sizeof j->id, "%s", id);
    j->user = scheduler_user(&t->sched, user);
    j->heap_at = HEAP_NOWHERE;
    j->scan = t->scan;
    j->idle_since_ms = now_ms;
    size_t b = bucket(t, id);
    j->next = t->buckets[b];
    t->buckets[b] = j;
    t->n++;
    return j;
}

static bool runs(enum job_state s) {
    return s == JOB_OURS || s == JOB_ELSEWHERE;
}

void jobs_move(struct jobs *t, struct job *j, enum job_state state) {
    (void)t;
    scheduler_unqueue(j);
    j->user->running += (int64_t)runs(state) - (int64_t)runs(j->state);
    j->state = state;
}

void jobs_drop(struct jobs *t, struct job *j) {
    jobs_move(t, j, JOB_ENDED);
    struct job **at = &t->buckets[bucket(t, j->id)];
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    t->n--;
    scheduler_leave(&t->sched, j->user);
    free(j);
}

void jobs_sweep(struct jobs *t, int64_t newest_ms) {
    for (size_t i = 0; i < t->n_buckets; i++) {
        for (struct job *j = t->buckets[i], *next; j; j = next) {
            next = j->next;
            if (j->scan != t->scan && j->state != JOB_OURS && j->created_ms < newest_ms)
                jobs_drop(t, j);
        }
    }
}

void jobs_each(struct jobs *t, void (*f)(struct job *j, void *arg), void *arg) {
    for (size_t i = 0; i < t->n_buckets; i++) {
        for (struct job *j = t->buckets[i], *next; j; j = next) {
            next = j->next;
            f(j, arg);
        }
    }
}
