/* The observer's side of a job's life: what the open records say, and what is to be done about each
 * (DESIGN 4, steps 4 to 7). */
#ifndef WORKER_SCAN_H
#define WORKER_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store.h"
#include "worker/jobs.h"
#include "worker/lease.h"

struct supervisor;

/* Open records read at once; older ones first, so all get their turn. */
#define SCAN_LIMIT     16384
#define SCAN_LIMIT_MIN 512

enum verdict {
    VERDICT_WAITING,   /* nobody has it */
    VERDICT_OURS,      /* one of our runners has it */
    VERDICT_ELSEWHERE, /* somebody else has */
    VERDICT_ENDED,
    VERDICT_OWED,     /* an attempt of ours that no runner has any more: its end is to be written */
    VERDICT_LOST,     /* its lease is over */
    VERDICT_WORN_OUT, /* too many lost, retried or released attempts: it fails */
    VERDICT_NOBODY    /* no foreign worker took it for relay.patience */
};

/* What a verdict depends on besides the record and what we remember. */
struct scan_rules {
    int64_t lease_ms, silence_ms;
    int64_t patience_ms; /* 0: there are runners */
    const char *nonce;   /* in the owner's name of our attempts */
};

/* Takes what a good read that ended at now_ms said about a job into j, and judges it. handed: the
 * attempt that one of our runners was handed and has not reported back, 0: none. Pure. */
enum verdict scan_judge(struct job *j, const struct open_job *seen, int handed,
                        const struct lease_clock *clock, const struct scan_rules *rules,
                        int64_t now_ms);

/* How long a job waits before it is tried again, by the number of its retries so far. */
int64_t scan_backoff_ms(int retries);

/* Reads the open records and acts on all of them; plans the next scan. */
void scan_run(struct supervisor *s, int64_t now_ms);

/* A runner died with a job in its hands: the attempt ends as lost at once. */
void scan_death(struct supervisor *s, const char *id, int attempt, int status);

#endif
