#include "worker/scan.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "worker/bounds.h"
#include "worker/hint.h"
#include "worker/order.h"
#include "worker/supervisor.h"

#define PING_MS 500 /* a store that answers later was not there all the time */

/* The attempt that a runner of ours has in its hands, 0: none. One that was handed to a runner that
 * does not even claim it for a lease (stopped, perhaps) counts as not handed. */
static int handed_of(const struct supervisor *s, const struct job *j, int64_t now_ms) {
    if (j->state != JOB_OURS ||
        (j->handed > j->attempts && now_ms - j->handed_ms > s->conf.worker_lease * 1000))
        return 0;
    for (int i = 0; i < POOL_MAX; i++) {
        const struct runner_proc *r = &s->pool.runners[i];
        if (r->attempt == j->handed && strcmp(r->id, j->id) == 0)
            return r->attempt;
    }
    return 0;
}

/* Writes the end of an attempt. False: the store did not take it; the next scan tries again, and
 * until then nothing else is written: each failure may take seconds. */
static bool end_attempt(struct supervisor *s, struct job *j, const struct attempt *a,
                        enum attempt_end end, const char *why) {
    struct err e;
    if (s->unwritable)
        return false;
    enum err_code rc = store_attempt_end(s->store, j->id, a->n, a->token, end, &e);
    if (rc != ERR_NONE && rc != ERR_NOT_FOUND) {
        log_warn("%s: %s", j->id, e.message);
        s->unwritable = true;
        return false;
    }
    if (rc == ERR_NONE)
        log_info("%s attempt %d of %s: %s", j->id, a->n, a->owner, why);
    supervisor_rescan(s);
    return true;
}

/* The beat stood still, but could its owner have written one? A store that reads and does not write
 * (a full disk, a lock somebody holds) must not look like a dead worker. */
static bool writable(struct supervisor *s) {
    struct err e;
    int64_t began = clock_mono_ms();
    bool ok = !s->unwritable && store_ping(s->store, &e) == ERR_NONE &&
              clock_mono_ms() - began <= PING_MS;
    if (!ok) {
        s->unwritable = true;
        lease_clock_failed(&s->lease, clock_mono_ms());
    }
    return ok;
}

static void wear_out(struct supervisor *s, struct job *j, const struct open_job *seen) {
    if (seen->lost >= LOST_MAX)
        announce_failure(s, j->id, j->user->id, seen->attempts, "worker_lost",
                         "The worker was lost 3 times while it ran this backtest");
    else if (seen->retry >= RETRY_MAX)
        announce_failure(s, j->id, j->user->id, seen->attempts, "unavailable",
                         "The store failed 5 times while this backtest ran; submit it again");
    else
        announce_failure(s, j->id, j->user->id, seen->attempts, "worker_lost",
                         "The backtest was handed over 20 times by workers that were stopped");
}

static void act(struct supervisor *s, struct job *j, const struct open_job *seen,
                enum verdict verdict, int64_t now_ms) {
    switch (verdict) {
    case VERDICT_WAITING:
        if (j->state != JOB_WAITING)
            jobs_move(&s->jobs, j, JOB_WAITING);
        if (now_ms >= j->not_before_ms)
            scheduler_queue(j);
        hint_again(s, j, now_ms);
        break;
    case VERDICT_OURS:
        break;
    case VERDICT_ELSEWHERE:
        if (j->state != JOB_ELSEWHERE)
            jobs_move(&s->jobs, j, JOB_ELSEWHERE);
        j->hints = 0;
        j->hint_ms = 0;
        break;
    case VERDICT_ENDED:
        announce_ended(s, j, false);
        break;
    case VERDICT_OWED: {
        bool known = j->owed_attempt == seen->last.n;
        enum attempt_end end = known ? j->owed_end : ATTEMPT_RETRY;
        if (end_attempt(s, j, &seen->last, end, end == ATTEMPT_LOST ? "lost" : "to be retried"))
            j->owed_attempt = 0;
        break;
    }
    case VERDICT_LOST:
        if (writable(s) && end_attempt(s, j, &seen->last, ATTEMPT_LOST, "lost: its lease is over"))
            jobs_move(&s->jobs, j, JOB_WAITING); /* also from a runner of ours that stands still */
        break;
    case VERDICT_WORN_OUT:
        wear_out(s, j, seen);
        break;
    case VERDICT_NOBODY:
        announce_failure(s, j->id, j->user->id, seen->attempts, "worker_lost",
                         "No worker took this backtest");
        break;
    }
}

static void take(struct supervisor *s, const struct open_job *seen, int64_t now_ms) {
    struct scan_rules rules = {.lease_ms = s->conf.worker_lease * 1000,
                               .silence_ms = s->conf.relay_silence * 1000,
                               .patience_ms =
                                   s->conf.worker_runners == 0 ? s->conf.relay_patience * 1000 : 0,
                               .nonce = s->nonce};
    struct job *j = jobs_find(&s->jobs, seen->id);
    if (j && strcmp(j->user->id, seen->user_id) != 0 && j->state != JOB_OURS) {
        jobs_drop(&s->jobs, j); /* a hint named the wrong user */
        j = NULL;
    }
    if (!j)
        j = jobs_put(&s->jobs, seen->id, seen->user_id, now_ms);
    j->scan = s->jobs.scan;
    act(s, j, seen, scan_judge(j, seen, handed_of(s, j, now_ms), &s->lease, &rules, now_ms),
        now_ms);
}

/* When to read again: every second, twice as often while others work for whom we may have to step
 * in (the sooner a last beat is seen, the sooner its lease is over), and when a lease ends. */
static void plan(struct job *j, void *arg) {
    struct supervisor *s = arg;
    if (j->watch.attempt == 0 || (j->state != JOB_OURS && j->state != JOB_ELSEWHERE))
        return;
    int64_t due = lease_due(&j->watch, &s->lease, s->conf.worker_lease * 1000) + 1;
    int64_t soon = s->lease.last_ms + SCAN_MS / 2;
    bool cheap = s->scan_planned_ms <= s->lease.last_ms + SCAN_MS + SCAN_MS / 20;
    if (j->state == JOB_ELSEWHERE && cheap && s->scan_due_ms > soon)
        s->scan_due_ms = soon;
    if (due < s->scan_due_ms && due > s->lease.last_ms)
        s->scan_due_ms = due;
}

/* A scan may take a tenth of our time, and be late for that; one that takes long reads less next
 * time: too slow a read proves no lease over. */
static void pace(struct supervisor *s, int64_t took_ms, int64_t ended_ms) {
    int64_t wait = took_ms * 10;
    if (took_ms > LATE_MS / 4 && s->scan_limit > SCAN_LIMIT_MIN)
        s->scan_limit /= 2;
    else if (took_ms < LATE_MS / 20 && s->scan_limit < SCAN_LIMIT)
        s->scan_limit *= 2;
    if (wait < SCAN_MS)
        wait = SCAN_MS;
    if (wait > 5 * SCAN_MS)
        wait = 5 * SCAN_MS;
    s->scan_planned_ms = s->scan_due_ms = ended_ms + wait;
}

void scan_run(struct supervisor *s, int64_t now_ms) {
    struct open_list list;
    struct err e;
    int64_t planned = s->scan_planned_ms > 0 ? s->scan_planned_ms : now_ms;
    size_t limit = s->scan_limit;
    s->jobs.scan++;
    enum err_code rc = store_open_jobs(s->store, limit, &list, &e);
    int64_t ended = clock_mono_ms();
    s->hint_budget = HINTS_A_SCAN;
    s->unwritable = false;
    if (rc != ERR_NONE) {
        lease_clock_failed(&s->lease, ended);
        s->scan_planned_ms = s->scan_due_ms = ended + SCAN_MS;
        if (!s->store_away)
            log_error("store: %s", e.message);
        s->store_away = true;
        return;
    }
    if (s->store_away)
        log_info("the store answers again");
    s->store_away = false;
    s->scanned = true;
    (void)lease_clock_read(&s->lease, planned, now_ms, ended);
    pace(s, ended - now_ms, ended);

    for (size_t i = 0; i < list.n; i++)
        take(s, &list.items[i], ended);
    jobs_sweep(&s->jobs, list.n < limit ? INT64_MAX : list.items[list.n - 1].created_ms);
    jobs_each(&s->jobs, plan, s);
    open_list_release(&list);
}

/* The runner died because the job used up what it may use: that fails at once. */
static bool used_up(struct supervisor *s, struct job *j, int attempt, int exit_status) {
    struct err e;
    if (exit_status == RUNNER_EXIT_CPU)
        bounds_cpu_error(&s->conf, &e);
    else if (exit_status == RUNNER_EXIT_MEMORY)
        bounds_memory_error(&s->conf, &e);
    else
        return false;
    return announce_failure(s, j->id, j->user->id, attempt, e.word, e.message) == ERR_NONE;
}

void scan_death(struct supervisor *s, const char *id, int attempt, int status) {
    struct job *j = jobs_find(&s->jobs, id);
    struct attempt a;
    struct err e;
    if (!j)
        return;
    if (j->state == JOB_OURS && j->handed == attempt)
        jobs_move(&s->jobs, j, JOB_WAITING); /* not queued: the scan decides */
    if (WIFEXITED(status) && used_up(s, j, attempt, WEXITSTATUS(status)))
        return;
    if (j->owed_attempt != attempt) { /* a fence that it told us of stays a retry */
        j->owed_attempt = attempt;
        j->owed_end = ATTEMPT_LOST;
    }
    enum err_code rc = store_attempt_get(s->store, id, attempt, &a, &e);
    bool lives = rc == ERR_NONE && a.end == ATTEMPT_LIVE && strstr(a.owner, s->nonce);
    const char *why = j->owed_end == ATTEMPT_LOST ? "lost" : "to be retried";
    if (rc == ERR_NOT_FOUND || (rc == ERR_NONE && !lives) ||
        (lives && end_attempt(s, j, &a, j->owed_end, why)))
        j->owed_attempt = 0;
    j->announce = true; /* if it had written an end, nobody else announces that */
    supervisor_rescan(s);
}
