#include "worker/runner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "worker/bounds.h"
#include "worker/history.h"
#include "worker/job.h"

#define STORE_TIMEOUT_MS 3000 /* DESIGN 4, step 3 */

void owner_name(char ret[static OWNER_MAX], int pid, const char *nonce) {
    char host[65] = "";
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "?");
    snprintf(ret, OWNER_MAX, "%.60s:%d/%.16s", host, pid, nonce);
}

static void leave(struct runner *r, int64_t release_ms) {
    r->leaving = true;
    if (release_ms < r->release_ms)
        r->release_ms = release_ms;
}

static void drain(struct runner *r) {
    if (!r->leaving || r->release_ms == INT64_MAX)
        leave(r, clock_mono_ms() + r->conf.worker_drain * 1000);
}

/* One message if there is one. False: none. */
static bool take(struct runner *r) {
    struct order o;
    ssize_t n = recv(RUNNER_FD, &o, sizeof o, MSG_DONTWAIT);
    if (n < 0)
        return errno == EINTR;
    if (n != (ssize_t)sizeof o) { /* 0: the supervisor is gone */
        drain(r);
        return false;
    }
    switch (o.kind) {
    case ORDER_RUN:
        r->order = o;
        r->has_order = true;
        break;
    case ORDER_RETIRE:
        leave(r, INT64_MAX);
        break;
    case ORDER_DRAIN:
        drain(r);
        break;
    case ORDER_RELEASE:
        leave(r, clock_mono_ms());
        break;
    }
    return true;
}

void runner_listen(struct runner *r) {
    while (take(r))
        continue;
    if (proc_terminate != r->terminations) {
        if (r->terminations > 0) /* asked twice: now */
            leave(r, clock_mono_ms());
        else
            drain(r);
        r->terminations = proc_terminate;
    }
}

void runner_report(enum report_kind kind, const char *id, int attempt) {
    struct report report;
    memset(&report, 0, sizeof report);
    report.kind = kind;
    report.attempt = attempt;
    snprintf(report.id, sizeof report.id, "%s", id);
    while (send(RUNNER_FD, &report, sizeof report, MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

/* Waits for an order, a signal or the end; the signals are blocked but here, so none is missed. */
static void wait_order(struct runner *r, const sigset_t *open_mask) {
    struct pollfd p = {.fd = RUNNER_FD, .events = POLLIN};
    runner_listen(r);
    if (!r->has_order && !r->leaving) {
        (void)ppoll(&p, 1, NULL, open_mask);
        runner_listen(r);
    }
}

static bool open_store(struct runner *r) {
    struct store_options options = {.sync_full = r->conf.store_sync_full,
                                    .timeout_ms = STORE_TIMEOUT_MS,
                                    .program = "candlemilld runner"};
    struct err e;
    bool said = false;
    while (!(r->store = store_open(r->conf.store_uri, &options, &e))) {
        if (e.code != ERR_UNAVAILABLE)
            log_fatal("store.uri: %s", e.message);
        if (!said)
            log_warn("the store is away: %s", e.message);
        said = true;
        usleep(500000);
        runner_listen(r);
        if (r->leaving)
            return false;
    }
    return true;
}

int runner_main(void) {
    struct runner_start start;
    struct runner r = {.release_ms = INT64_MAX};
    struct err e;
    sigset_t ours, open_mask;
    ssize_t n;
    while ((n = recv(RUNNER_FD, &start, sizeof start, 0)) < 0 && errno == EINTR)
        continue;
    if (n != (ssize_t)sizeof start)
        log_fatal("--runner is for candlemilld's own use");
    r.conf = start.conf;
    owner_name(r.owner, (int)getpid(), start.nonce);
    log_init("candlemilld", (enum log_level)r.conf.log_level);
    proc_signals();
    sigemptyset(&ours);
    sigprocmask(SIG_SETMASK, NULL, &open_mask);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);

    if (!open_store(&r))
        return 0;
    r.bus = bus_open(&r.conf, &e);
    if (!r.bus)
        log_fatal("bus.uri: %s", e.message);
    r.cache = cache_open(r.conf.worker_cache);
    r.history = history_open(r.conf.worker_history);
    if (!bounds_memory(r.conf.worker_memory))
        log_warn("the limit of memory could not be set");
    runner_report(REPORT_READY, "", 0);

    while (!r.leaving || r.has_order) {
        if (!r.has_order) {
            sigprocmask(SIG_BLOCK, &ours, NULL);
            wait_order(&r, &open_mask);
            sigprocmask(SIG_UNBLOCK, &ours, NULL);
            continue;
        }
        r.has_order = false;
        job_run(&r, &r.order);
    }
    cache_close(r.cache);
    bus_close(r.bus);
    store_close(r.store);
    if (r.history >= 0)
        close(r.history);
    return 0;
}
