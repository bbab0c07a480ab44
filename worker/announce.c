#include "worker/announce.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "worker/history.h"
#include "worker/supervisor.h"

#define AGAIN_MS 1000 /* between tries, and before we announce an end of somebody else's */

static void flush(struct supervisor *s, int64_t now_ms) {
    struct announce *a = &s->announce;
    struct err e;
    if (store_close_ended(s->store, (const char(*)[ID_MAX])a->ids, a->n, &e) != ERR_NONE) {
        log_debug("closing %zu ended backtests: %s", a->n, e.message);
        a->close_ms = now_ms + AGAIN_MS;
        return;
    }
    for (size_t i = 0; i < a->n; i++) {
        struct job *j = jobs_find(&s->jobs, a->ids[i]);
        if (j && j->state == JOB_ENDED)
            jobs_drop(&s->jobs, j);
    }
    a->n = 0;
}

/* Into the list of those to be closed. A full list that the store does not take loses nothing: the
 * next scan brings the job here again. */
static void close_soon(struct supervisor *s, struct job *j, int64_t now_ms) {
    struct announce *a = &s->announce;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->ids[i], j->id) == 0)
            return;
    if (a->n == CLOSE_BATCH)
        return;
    if (a->n == 0)
        a->close_ms = now_ms + CLOSE_AFTER_MS;
    snprintf(a->ids[a->n++], ID_MAX, "%s", j->id);
    if (a->n == CLOSE_BATCH)
        a->close_ms = now_ms;
}

void announce_ended(struct supervisor *s, struct job *j, bool announced) {
    int64_t now = clock_mono_ms();
    if (j->state != JOB_ENDED) {
        jobs_move(&s->jobs, j, JOB_ENDED);
        j->ended_ms = now;
    }
    j->announced = j->announced || announced || bus_is_none(s->bus);
    if (j->announced)
        close_soon(s, j, now);
    else
        s->announce.pending = true;
}

/* False: Redis is away. */
static bool announce(struct supervisor *s, struct job *j) {
    struct result r;
    struct event ev;
    struct err e;
    enum err_code rc = store_result_get(s->store, NULL, j->id, false, &r, &e);
    j->tried = true;
    if (rc != ERR_NONE) {
        if (rc == ERR_NOT_FOUND)
            supervisor_rescan(s); /* deleted since */
        return rc == ERR_NOT_FOUND;
    }
    bool heard = true;
    if (r.deleted) {
        (void)store_backtest_delete(s->store, NULL, j->id, &e); /* a removal that was cut short */
    } else {
        run_end_event(&r, &ev);
        rc = bus_event(s->bus, &ev, &e);
        /* what does not fit on the bus will never fit: its readers find it in the store */
        heard = rc == ERR_NONE || rc == ERR_TOO_LARGE;
        if (heard)
            log_debug("%s: its end was announced", j->id);
    }
    result_release(&r);
    if (heard)
        announce_ended(s, j, true);
    return heard;
}

struct slice {
    struct supervisor *s;
    int64_t now_ms;
    int left;
    bool away, waiting;
};

static void step(struct job *j, void *arg) {
    struct slice *t = arg;
    if (j->state != JOB_ENDED || j->announced)
        return;
    bool due = j->announce || t->now_ms - j->ended_ms >= AGAIN_MS;
    if (due && t->left > 0 && !t->away) {
        t->left--;
        t->away = !announce(t->s, j);
    }
    t->waiting = t->waiting || !j->announced;
}

int64_t announce_step(struct supervisor *s, int64_t now_ms) {
    struct announce *a = &s->announce;
    if (a->pending && now_ms >= a->again_ms) {
        struct slice t = {.s = s, .now_ms = now_ms, .left = ANNOUNCE_SLICE};
        jobs_each(&s->jobs, step, &t);
        a->pending = t.waiting;
        a->again_ms = t.left == 0 && !t.away ? now_ms : now_ms + AGAIN_MS / 4;
    }
    if (a->n > 0 && now_ms >= a->close_ms)
        flush(s, now_ms);
    int64_t next = INT64_MAX;
    if (a->pending)
        next = a->again_ms;
    if (a->n > 0 && a->close_ms < next)
        next = a->close_ms;
    return next;
}

static void hurry(struct job *j, void *arg) {
    struct supervisor *s = arg;
    if (j->state == JOB_ENDED && !j->announced) {
        j->announce = true;
        s->announce.pending = true;
    }
}

void announce_retry(struct supervisor *s, int64_t at_ms) {
    jobs_each(&s->jobs, hurry, s);
    s->announce.again_ms = at_ms;
}

enum err_code announce_write(struct supervisor *s, struct result *r, const struct part *parts,
                             size_t n_parts, struct err *e) {
    struct job *j = jobs_put(&s->jobs, r->id, r->user_id, clock_mono_ms());
    enum err_code rc = run_end(s->store, r, parts, n_parts, e);
    if (rc == ERR_NONE) {
        if (r->attempt > 0)
            history_add(s->history, r->id, r->attempt, "end");
        j->announce = true;
        announce_ended(s, j, false);
        s->announce.again_ms = 0;
    } else if (rc == ERR_DUPLICATE) {
        announce_ended(s, j, false);
    } else {
        log_warn("%s: its end cannot be written: %s", r->id, e->message);
    }
    return rc;
}

enum err_code announce_failure(struct supervisor *s, const char *id, const char *user, int attempt,
                               const char *code, const char *error) {
    struct result r = {.attempt = attempt, .status = RUN_FAILED, .completed_ms = clock_now_ms()};
    char text[ERR_MESSAGE_MAX];
    struct err e;
    snprintf(text, sizeof text, "%s", error);
    snprintf(r.id, sizeof r.id, "%s", id);
    snprintf(r.user_id, sizeof r.user_id, "%s", user);
    snprintf(r.code, sizeof r.code, "%s", code);
    r.error = text;
    enum err_code rc = announce_write(s, &r, NULL, 0, &e);
    if (rc == ERR_NONE)
        log_info("%s attempt %d failed: %s", r.id, attempt, text);
    return rc;
}

static void untold(struct job *j, void *arg) {
    bool *ret = arg;
    if (j->state == JOB_ENDED && !j->announced && !j->tried)
        *ret = true;
}

bool announce_done(struct supervisor *s) {
    bool left = s->announce.n > 0;
    jobs_each(&s->jobs, untold, &left);
    return !left;
}
