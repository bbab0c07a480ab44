/* Memory for a daemon's own bookkeeping: without it there is nothing to continue with, so the
 * program says so and ends; the store keeps every job, and systemd starts it again. */
#ifndef WORKER_MUST_H
#define WORKER_MUST_H

#include <stdlib.h>

#include "lib/log.h"

/* Zeroed. */
static inline void *must_have(size_t n, size_t size) {
    void *p = calloc(n, size);
    if (!p)
        log_fatal("out of memory");
    return p;
}

static inline void *must_grow(void *old, size_t n, size_t size) {
    void *p = reallocarray(old, n, size);
    if (!p)
        log_fatal("out of memory");
    return p;
}

#endif
