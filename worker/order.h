/* What a supervisor and a runner say to each other: one struct a message over a SOCK_SEQPACKET pair
 * between two processes of the same binary. The supervisor decides the order of the jobs, the
 * runner owns the attempt. End of file means: drain. */
#ifndef WORKER_ORDER_H
#define WORKER_ORDER_H

#include "lib/conf.h"
#include "lib/limits.h"

#define RUNNER_OPTION      "--runner"
#define RUNNER_FD          3  /* the runner's end of the pair */
#define SLOT_FD            4  /* the slot's lock: held as long as the runner lives */
#define RUNNER_EXIT_MEMORY 76 /* a library gave up for want of memory */
#define RUNNER_EXIT_CPU    75 /* the job used up its processor time in a place that does not ask */

/* The first message to a runner. */
struct runner_start {
    struct conf conf;
    char nonce[17]; /* of this supervisor's life; part of the owner's name */
};

enum order_kind {
    ORDER_RUN,
    ORDER_RETIRE, /* finish the job at hand, then leave */
    ORDER_DRAIN,  /* the same, but within worker.drain: then release it */
    ORDER_RELEASE /* release it now and leave */
};

struct order {
    enum order_kind kind;
    int attempt; /* ORDER_RUN: the one to claim */
    char id[ID_MAX];
    char user[USER_MAX];
};

enum report_kind {
    REPORT_READY,   /* the store is open: hand me something */
    REPORT_CLAIMED, /* attempt n is ours */
    /* each of the following frees the runner: */
    REPORT_ENDED,    /* we wrote the end and announced it */
    REPORT_SILENT,   /* we wrote the end, but could not announce it */
    REPORT_OVER,     /* somebody else ended it */
    REPORT_TAKEN,    /* somebody else has that attempt */
    REPORT_GONE,     /* there is no such backtest */
    REPORT_CLOSED,   /* it has ended, and everybody knows: an old hint */
    REPORT_AWAY,     /* the store did not answer; whether we hold the attempt is not known */
    REPORT_RETRY,    /* ended as retry or released; the store knows */
    REPORT_RELEASED, /* the same for released */
    REPORT_FENCED    /* ended as retry, but the store does not know yet */
};

struct report {
    enum report_kind kind;
    int attempt;
    char id[ID_MAX];
};

/* Owner of an attempt: "host:pid/nonce". */
#define OWNER_MAX 96
void owner_name(char ret[static OWNER_MAX], int pid, const char *nonce);

#endif
