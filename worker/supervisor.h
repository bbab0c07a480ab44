/* The supervisor: one process a host that keeps the runners alive, decides the order of the jobs,
 * watches leases, announces ends, answers asks and relays foreign programs. One loop, no threads;
 * everything it remembers can be lost: the store has the truth. */
#ifndef WORKER_SUPERVISOR_H
#define WORKER_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bus.h"
#include "lib/conf.h"
#include "lib/store.h"
#include "worker/announce.h"
#include "worker/jobs.h"
#include "worker/lease.h"
#include "worker/pool.h"
#include "worker/said.h"

/* How main() was asked to run; kept for SIGHUP. */
struct options {
    const char *file; /* -f, or NULL */
    char **settings;  /* -o */
    int n_settings;
    bool verbose, until_idle;
};
enum err_code options_load(const struct options *o, struct conf *ret, struct err *e);

struct supervisor {
    const struct options *options;
    struct conf conf;
    char nonce[17]; /* of this life; in the owner's name of every attempt of our runners */
    struct store *store;
    bool store_away; /* said so once */
    struct bus *bus;
    struct bus_sub *sub;
    unsigned sub_generation, bus_generation;
    bool bus_told, bus_told_away; /* what was logged about Redis */
    int64_t bus_seen_ms;          /* when it was last there */
    struct jobs jobs;
    struct pool pool;
    struct lease_clock lease;
    struct announce announce;
    struct said said; /* what was logged once about foreign messages */
    int history;

    int64_t scan_due_ms;     /* 0: at once */
    int64_t scan_planned_ms; /* the regular time: a scan much later proves no lease over */
    size_t scan_limit;       /* SCAN_LIMIT, less when the store is slow */
    int hint_budget;         /* hints that may still be sent before the next scan */
    bool unwritable;         /* since the last scan the store refused a write */
    bool scanned;            /* a scan has succeeded */
    int64_t idle_ms;    /* --until-idle: since when there was nothing for us to do, -1: there is */
    int64_t leaving_ms; /* when the drain ends for good, 0: not draining */
};

/* The whole life; the exit status. */
int supervisor_main(const struct options *o, const struct conf *conf);

/* Hands waiting jobs to idle runners. */
void supervisor_assign(struct supervisor *s);

/* Next scan at once. */
static inline void supervisor_rescan(struct supervisor *s) {
    s->scan_due_ms = 0;
}

#endif
