/* A runner: one process that runs backtests one after the other, on its supervisor's orders. */
#ifndef WORKER_RUNNER_H
#define WORKER_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bus.h"
#include "lib/store.h"
#include "worker/cache.h"
#include "worker/order.h"

struct runner {
    struct conf conf;
    struct store *store;
    struct bus *bus;
    struct cache *cache;
    int history; /* descriptor, -1: none */
    char owner[OWNER_MAX];
    bool away_told;     /* that the store does not take a claim was logged */
    bool leaving;       /* take nothing more */
    int64_t release_ms; /* when a running job is to be released, INT64_MAX: never */
    bool has_order;     /* an order came while nobody waited for it */
    struct order order;
    int terminations; /* signals seen */
};

/* Never waits: takes what the supervisor, a signal or the end of the supervisor says about
 * leaving. */
void runner_listen(struct runner *r);

/* Sends a report; a supervisor that is gone hears nothing. */
void runner_report(enum report_kind kind, const char *id, int attempt);

/* The whole life of the process; its exit status. */
int runner_main(void);

#endif
