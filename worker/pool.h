/* The runner processes of one supervisor: start, feed, hear, reap, replace. */
#ifndef WORKER_POOL_H
#define WORKER_POOL_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/conf.h"
#include "lib/limits.h"
#include "worker/order.h"

#define POOL_MAX 256

enum runner_state { RUNNER_NONE, RUNNER_STARTING, RUNNER_IDLE, RUNNER_BUSY, RUNNER_LEAVING };

struct runner_proc {
    enum runner_state state;
    pid_t pid;
    int fd;      /* our end of the pair, -1: closed */
    int slot_fd; /* the slot's lock, -1: no slot, no runner */
    bool retired;
    int64_t start_ms; /* not before: one that dies at its start must not spin */
    int attempt;      /* RUNNER_BUSY: what it was handed, 0: nothing */
    char id[ID_MAX];
};

struct pool {
    struct runner_proc runners[POOL_MAX];
    int n; /* wanted */
    bool closing;
};

struct supervisor;

/* What became of a job that a runner had; the supervisor's side of it is in scan.c. */
typedef void pool_death_fn(struct supervisor *s, const char *id, int attempt, int status);

/* How many runners the configuration asks for. */
int pool_wanted(const struct conf *conf);

void pool_init(struct pool *p, const struct conf *conf);

/* Takes slots and starts what is missing and due. */
void pool_fill(struct pool *p, struct supervisor *s, int64_t now_ms);
int pool_slots(const struct pool *p); /* that we hold */
int pool_alive(const struct pool *p);
bool pool_busy(const struct pool *p);

struct runner_proc *pool_idle(struct pool *p);
/* False: it is gone; it will be reaped. */
bool pool_hand(struct runner_proc *r, const char *id, const char *user, int attempt);

/* Adds the descriptors to poll; returns how many. fds has room for POOL_MAX. */
int pool_fds(const struct pool *p, struct pollfd *fds);

/* One report, or false. *ret_runner is whose; a report that frees it has freed it already. */
bool pool_report(struct pool *p, struct report *ret, struct runner_proc **ret_runner);

/* Collects the dead; a job that one had is passed to death. */
void pool_reap(struct pool *p, struct supervisor *s, int64_t now_ms, pool_death_fn *death);

/* ORDER_RETIRE, ORDER_DRAIN or ORDER_RELEASE to all; closing: nothing is started any more. */
void pool_tell(struct pool *p, enum order_kind kind, bool closing);
void pool_kill(struct pool *p);
void pool_release(struct pool *p);

#endif
