#include "worker/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "worker/history.h"
#include "worker/hint.h"
#include "worker/must.h"
#include "worker/relay.h"
#include "worker/reports.h"
#include "worker/scan.h"

#define STORE_TIMEOUT_MS 3000
#define LEAVE_GRACE_MS   5000 /* after worker.drain, before what still lives is killed */
#define SUBSCRIBERS_MS   1000 /* after a reconnect: others connect again, too, and should hear it */
#define REDIS_AWAY_MS    2000 /* a restart is no news */
#define MESSAGES_A_TURN  256  /* from the bus, before everything else has its turn again */

static bool open_store(struct supervisor *s) {
    struct store_options options = {.sync_full = s->conf.store_sync_full,
                                    .timeout_ms = STORE_TIMEOUT_MS,
                                    .program = "candlemilld"};
    struct err e;
    while (!(s->store = store_open(s->conf.store_uri, &options, &e))) {
        if (e.code != ERR_UNAVAILABLE)
            log_fatal("store.uri: %s", e.message);
        if (!s->store_away)
            log_error("store: %s", e.message);
        s->store_away = true;
        usleep(500000);
        if (proc_terminate)
            return false;
    }
    return true;
}

static void open_bus(struct supervisor *s) {
    struct err e;
    s->bus = bus_open(&s->conf, &e);
    s->sub = s->bus ? bus_sub_open(&s->conf, &e) : NULL;
    if (!s->sub)
        log_fatal("bus.uri: %s", e.message);
    relay_subscribe(s);
}

void supervisor_assign(struct supervisor *s) {
    struct runner_proc *r;
    struct job *j;
    while (!s->pool.closing && (r = pool_idle(&s->pool)) &&
           (j = scheduler_pick(&s->jobs.sched, s->conf.user_running))) {
        int attempt = j->attempts + 1;
        if (!pool_hand(r, j->id, j->user->id, attempt)) {
            scheduler_queue(j);
            continue;
        }
        jobs_move(&s->jobs, j, JOB_OURS);
        j->handed = attempt;
        j->handed_ms = clock_mono_ms();
        j->hints = 0;
        j->hint_ms = 0;
    }
}

/* Says when Redis comes, and when it has been away for a while. */
static void say_bus(struct supervisor *s, int64_t now_ms) {
    if (bus_is_none(s->bus))
        return;
    if (bus_sub_up(s->sub)) {
        if (!s->bus_told || s->bus_told_away)
            log_info("Redis is connected");
        s->bus_told = true;
        s->bus_told_away = false;
        s->bus_seen_ms = now_ms;
    } else if (!s->bus_told_away && now_ms - s->bus_seen_ms > REDIS_AWAY_MS) {
        log_warn("Redis is away, events wait: %s", bus_sub_error(s->sub));
        s->bus_told_away = true;
    }
}

/* True: there may be more. */
static bool hear_bus(struct supervisor *s) {
    struct bus_message m;
    int n = 0;
    while (n < MESSAGES_A_TURN && bus_sub_next(s->sub, &m)) {
        relay_heard(s, &m);
        bus_message_release(&m);
        n++;
    }
    unsigned sub = bus_sub_generation(s->sub), bus = bus_generation(s->bus);
    if (sub != s->sub_generation || bus != s->bus_generation) {
        if (sub != s->sub_generation)
            supervisor_rescan(s); /* hints were missed */
        announce_retry(s, clock_mono_ms() + SUBSCRIBERS_MS);
        s->sub_generation = sub;
        s->bus_generation = bus;
    }
    return n == MESSAGES_A_TURN;
}

static void reload(struct supervisor *s) {
    struct conf fresh;
    struct err e;
    proc_reload = 0;
    if (options_load(s->options, &fresh, &e) != ERR_NONE) {
        log_error("not reloaded: %s", e.message);
        return;
    }
    if (strcmp(fresh.store_uri, s->conf.store_uri) != 0 ||
        strcmp(fresh.worker_slots, s->conf.worker_slots) != 0) {
        log_error("not reloaded: store.uri and worker.slots change only by a restart");
        return;
    }
    proc_notify("RELOADING=1");
    s->conf = fresh;
    log_init("candlemilld", (enum log_level)fresh.log_level);
    bus_sub_close(s->sub);
    bus_close(s->bus);
    open_bus(s);
    s->sub_generation = s->bus_generation = 0;
    if (s->history >= 0)
        close(s->history);
    s->history = history_open(fresh.worker_history);
    s->pool.n = pool_wanted(&fresh);
    pool_tell(&s->pool, ORDER_RETIRE, false); /* each is replaced when its job is done */
    proc_notify("READY=1");
    log_info("reloaded");
}

static void drain(struct supervisor *s, int64_t now_ms) {
    bool again = s->leaving_ms > 0;
    log_info(again ? "releasing what still runs" : "draining");
    proc_notify("STOPPING=1");
    pool_tell(&s->pool, again ? ORDER_RELEASE : ORDER_DRAIN, true);
    if (!again)
        s->leaving_ms = now_ms + s->conf.worker_drain * 1000 + LEAVE_GRACE_MS;
}

/* What --until-idle still waits for. */
struct rest {
    bool work; /* something that we may have to do */
    int elsewhere;
    bool still; /* a job elsewhere whose beat did not move since we began to watch */
    int64_t since_ms;
};

static void count_rest(struct job *j, void *arg) {
    struct rest *r = arg;
    if (j->state == JOB_WAITING || j->state == JOB_OURS)
        r->work = true;
    if (j->state == JOB_ELSEWHERE) {
        r->elsewhere++;
        r->still = r->still || j->watch.since_ms <= r->since_ms;
    }
}

/* --until-idle: every open job has an end, or for a whole lease all were seen to live elsewhere. */
static bool idle(struct supervisor *s, int64_t now_ms) {
    struct rest r = {.since_ms = s->idle_ms};
    if (!s->scanned || s->store_away || s->scan_due_ms == 0)
        return false;
    jobs_each(&s->jobs, count_rest, &r);
    if (r.work || !announce_done(s)) {
        s->idle_ms = -1;
        return false;
    }
    if (r.elsewhere == 0)
        return true;
    if (s->idle_ms < 0)
        s->idle_ms = now_ms;
    return now_ms - s->idle_ms >= s->conf.worker_lease * 1000 && !r.still;
}

static void wait_events(struct supervisor *s, int64_t until_ms, const sigset_t *open_mask) {
    struct pollfd fds[POOL_MAX + 1];
    int n = pool_fds(&s->pool, fds), bus = bus_sub_fd(s->sub);
    int64_t wait = until_ms - clock_mono_ms(), bus_wait = bus_sub_wait_ms(s->sub);
    if (bus >= 0)
        fds[n++] = (struct pollfd){.fd = bus, .events = bus_sub_events(s->sub)};
    if (bus_wait >= 0 && bus_wait < wait)
        wait = bus_wait;
    if (wait < 0)
        wait = 0;
    struct timespec t = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
    (void)ppoll(fds, (nfds_t)n, &t, open_mask);
}

/* One turn of the loop; returns when the next must come at the latest. */
static int64_t turn(struct supervisor *s) {
    int64_t now = clock_mono_ms();
    if (proc_reload && s->leaving_ms == 0)
        reload(s);
    reports_take(s);
    if (proc_child) {
        proc_child = 0;
        pool_reap(&s->pool, s, now, scan_death);
    }
    pool_fill(&s->pool, s, now);
    bool more = hear_bus(s);
    now = clock_mono_ms();
    say_bus(s, now);
    if (now >= s->scan_due_ms) {
        scan_run(s, now);
        proc_notify("WATCHDOG=1");
    }
    supervisor_assign(s);
    now = clock_mono_ms();
    int64_t next = announce_step(s, now);
    if (s->scan_due_ms < next)
        next = s->scan_due_ms;
    if (now + SCAN_MS < next)
        next = now + SCAN_MS; /* slots and runners that could not be had are tried again */
    return more ? now : next;
}

static void loop(struct supervisor *s, const sigset_t *open_mask) {
    int terminations = 0;
    for (;;) {
        int64_t next = turn(s), now = clock_mono_ms();
        if (proc_terminate != terminations) {
            terminations = proc_terminate;
            drain(s, now);
        }
        if (s->options->until_idle && s->leaving_ms == 0) {
            if (pool_slots(&s->pool) == 0) {
                log_info("other workers of this host do the work");
                return;
            }
            if (idle(s, now)) {
                log_info("nothing is left to do");
                drain(s, now);
            }
        }
        if (s->leaving_ms > 0 && pool_alive(&s->pool) == 0) {
            (void)announce_step(s, ANNOUNCE_ALL_MS);
            return;
        }
        if (s->leaving_ms > 0 && now >= s->leaving_ms) {
            log_warn("runners that do not leave are killed");
            pool_kill(&s->pool);
            s->leaving_ms = now + LEAVE_GRACE_MS;
        }
        if (s->leaving_ms > 0 && s->leaving_ms < next)
            next = s->leaving_ms;
        wait_events(s, next, open_mask);
    }
}

int supervisor_main(const struct options *o, const struct conf *conf) {
    struct supervisor *s = must_have(1, sizeof *s);
    sigset_t ours, open_mask;
    s->options = o;
    s->conf = *conf;
    s->idle_ms = -1;
    s->scan_limit = SCAN_LIMIT;
    random_hex(s->nonce, 8);
    /* libmongoc keeps counters in a file of /dev/shm, which a killed runner would leave behind */
    setenv("MONGOC_DISABLE_SHM", "1", 0);
    proc_signals();
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGCHLD);

    if (open_store(s)) {
        sigprocmask(SIG_BLOCK, &ours, &open_mask);
        open_bus(s);
        jobs_init(&s->jobs);
        pool_init(&s->pool, &s->conf);
        lease_clock_init(&s->lease);
        s->history = history_open(s->conf.worker_history);
        log_info("%d runners, store %s", s->pool.n, s->conf.store_sync_full ? "full" : "normal");
        proc_notify("READY=1");
        s->bus_seen_ms = clock_mono_ms();
        loop(s, &open_mask);
        log_info("ended");
        pool_release(&s->pool);
        jobs_release(&s->jobs);
        bus_sub_close(s->sub);
        bus_close(s->bus);
        if (s->history >= 0)
            close(s->history);
        store_close(s->store);
    }
    free(s);
    return EXIT_SUCCESS;
}
