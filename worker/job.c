#include "worker/job.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/market_extra.h"
#include "lib/result.h"
#include "lib/spec.h"
#include "worker/bounds.h"
#include "worker/claim.h"
#include "worker/history.h"
#include "worker/must.h"
#include "worker/progress.h"

#define POLL_GAP_MS 10 /* how often a running engine looks up */

/* Why a run stopped before its own end. */
enum stop { STOP_NO, STOP_HOLD, STOP_RELEASE, STOP_CPU };

struct job_now {
    struct runner *runner;
    struct backtest record;
    struct claim claim;
    struct request request;
    struct market_data data;
    struct market_extra extra;
    struct progress progress;
    struct bt_result result;
    int64_t next_ms; /* of the next look up */
    enum stop stop;
    enum hold hold;
};

static void say(struct job_now *j, size_t bars_done) {
    const struct bars *b = &j->data.bars;
    size_t at = j->data.first + bars_done;
    struct event ev;
    if (b->n == 0)
        return;
    progress_event(&j->progress, j->record.id, j->record.user_id, j->claim.attempt.n,
                   b->t[at < b->n ? at : b->n - 1], &ev);
    snprintf(ev.run_kind, sizeof ev.run_kind, "%s", j->record.kind);
    bus_event_soon(j->runner->bus, &ev);
}

/* Beats, looks and listens when it is time. True: stop, and j->stop says why. */
static bool look_up(struct job_now *j, double percent, int64_t now) {
    if (bounds_cpu_over()) {
        j->stop = STOP_CPU;
    } else if ((j->hold = claim_keep(&j->claim, j->runner->store, percent)) != HOLD_KEPT) {
        j->stop = STOP_HOLD;
    } else {
        runner_listen(j->runner);
        if (now >= j->runner->release_ms)
            j->stop = STOP_RELEASE;
    }
    j->next_ms = clock_mono_ms() + POLL_GAP_MS;
    return j->stop != STOP_NO;
}

/* While candles are read. */
static bool keep_job(void *arg) {
    struct job_now *j = arg;
    int64_t now = clock_mono_ms();
    return now >= j->next_ms && look_up(j, 0, now);
}

/* Between two blocks of the engine. */
static bool poll_job(void *arg, size_t done, size_t total) {
    struct job_now *j = arg;
    int64_t now = clock_mono_ms();
    if (now < j->next_ms)
        return false;
    int percent = progress_percent(done, total);
    if (look_up(j, percent, now))
        return true;
    if (progress_due(&j->progress, percent, now))
        say(j, done);
    return false;
}

/* The engine's words as an error, *e. */
static enum err_code engine_error(const struct job_now *j, enum bt_status status,
                                  const struct bt_error *why, struct err *e) {
    switch (status) {
    case BT_NOMEM:
        return bounds_memory_error(&j->runner->conf, e);
    case BT_NO_BARS:
        return err_at(e, ERR_UNPROCESSABLE, NULL, "insufficient_data",
                      "Insufficient market data: there is no bar in the range");
    case BT_BAD_STRATEGY:
        return err_at(e, ERR_UNPROCESSABLE, NULL, "bad_strategy", "strategy %d: %s", why->strategy,
                      why->expr.message);
    default:
        return err_set(e, ERR_INTERNAL, "the engine stopped");
    }
}

/* Libraries say it in these words; in a process whose memory is bounded it is the job's doing. */
static enum err_code explain(const struct job_now *j, struct err *e) {
    static const char words[] = "out of memory";
    bool memory = e->code == ERR_INTERNAL && strncmp(e->message, words, sizeof words - 1) == 0;
    return memory ? bounds_memory_error(&j->runner->conf, e) : e->code;
}

/* Request -> bars -> result. ERR_NONE with j->stop set: stopped on the way. */
static enum err_code compute(struct job_now *j, struct err *e) {
    struct bt_error why;
    struct json_object *params = json_parse(j->record.params, strlen(j->record.params), e);
    if (!params)
        return explain(j, e);
    enum err_code rc = request_parse(params, &j->request, e);
    json_object_put(params);
    if (rc != ERR_NONE)
        return explain(j, e);

    rc = cache_load(j->runner->cache, j->runner->store, &j->request, j->request.want_warmup,
                    keep_job, j, &j->data, e);
    if (rc != ERR_NONE)
        return explain(j, e);
    rc = market_extra_load(j->runner->store, &j->request, &j->data, keep_job, j, &j->extra, e);
    if (rc != ERR_NONE)
        return explain(j, e);
    if (progress_due(&j->progress, 0, clock_mono_ms()))
        say(j, 0);

    /* values of their own for the profile that has no spans */
    j->request.cfg.want_equity = j->request.cfg.profile == PROFILE_BACKTESTING_PY;
    j->request.cfg.want_spans = true;
    enum bt_status status =
        backtest_run(&j->request.cfg, &j->data.bars, j->data.first, poll_job, j, &j->result, &why);
    return status == BT_OK || status == BT_CANCELLED ? ERR_NONE : engine_error(j, status, &why, e);
}

/* The end, inserted. Tried again while the attempt may be kept; ERR_UNAVAILABLE: given up. */
static enum err_code write_end(struct job_now *j, struct result *r, const struct part *parts,
                               size_t n, struct err *e) {
    for (;;) {
        j->hold = claim_check(&j->claim, j->runner->store);
        if (j->hold != HOLD_KEPT)
            return err_set(e, ERR_CONFLICT, "the attempt is not ours any more");
        enum err_code rc = run_end(j->runner->store, r, parts, n, e);
        if (rc != ERR_UNAVAILABLE)
            return rc;
        usleep(100000);
        j->hold = claim_keep(&j->claim, j->runner->store, 100);
    }
}

static enum err_code write_success(struct job_now *j, struct result *r, struct err *e) {
    struct bars range = bars_slice(&j->data.bars, j->data.first, j->data.bars.n);
    struct part parts[] = {{.name = "trades"}, {.name = "equity"}, {.name = "values"}};
    struct trade_values said = {.n = 0};
    char *trades = trades_pack(&j->result, &parts[0].len);
    char *equity = equity_pack(&range, &j->result, &parts[1].len);
    bool looked =
        trade_values_init(&said, &j->request.cfg, &j->data.bars, j->data.first, &j->result);
    char *values = looked ? values_pack(&said, &parts[2].len) : NULL;
    size_t n = said.n > 0 ? 3 : 2;
    r->status = RUN_COMPLETED;
    r->summary = result_summary(&j->result);
    r->body = result_body(j->record.id, &j->request, &j->data, &j->result);
    snprintf(r->data_hash, sizeof r->data_hash, "%s", j->data.hash);
    parts[0].data = trades;
    parts[1].data = equity;
    parts[2].data = values;
    enum err_code rc = trades && equity && values && r->summary && r->body
                           ? write_end(j, r, parts, n, e)
                           : bounds_memory_error(&j->runner->conf, e);
    free(trades);
    free(equity);
    free(values);
    trade_values_release(&said);
    return rc;
}

/* Errors that come again however often one tries. */
static bool deterministic(enum err_code code) {
    return code != ERR_NONE && code != ERR_UNAVAILABLE && code != ERR_FULL &&
           code != ERR_INTERNAL && code != ERR_CONFLICT && code != ERR_DUPLICATE;
}

static enum err_code write_failure(struct job_now *j, struct result *r, struct err *e) {
    struct err why = *e;
    free(r->summary);
    free(r->body);
    r->summary = r->body = NULL;
    r->status = RUN_FAILED;
    r->error = strdup(why.message);
    if (!r->error)
        return bounds_memory_error(&j->runner->conf, e);
    snprintf(r->code, sizeof r->code, "%s", why.word[0] ? why.word : err_word(why.code));
    enum err_code rc = write_end(j, r, NULL, 0, e);
    if (rc == ERR_NONE)
        log_info("%s attempt %d failed: %s", j->record.id, j->claim.attempt.n, why.message);
    return rc;
}

static void announce(struct job_now *j, const struct result *r) {
    struct event ev;
    struct err e;
    run_end_event(r, &ev);
    bool heard = bus_event(j->runner->bus, &ev, &e) == ERR_NONE;
    store_rest(j->runner->store); /* the next job goes to another runner meanwhile */
    runner_report(heard ? REPORT_ENDED : REPORT_SILENT, j->record.id, j->claim.attempt.n);
}

/* The attempt goes back; a fence that the store cannot be told of is the supervisor's to tell. */
static void give_back(struct job_now *j, enum attempt_end end) {
    struct err e;
    const char *id = j->record.id;
    int n = j->claim.attempt.n;
    if (claim_leave(&j->claim, j->runner->store, end, &e) != ERR_NONE)
        runner_report(REPORT_FENCED, id, n);
    else
        runner_report(end == ATTEMPT_RELEASED ? REPORT_RELEASED : REPORT_RETRY, id, n);
}

/* How a claimed job ended, said to store, Redis and supervisor. */
static void finish(struct job_now *j, enum err_code rc, struct err *e) {
    const char *id = j->record.id;
    int n = j->claim.attempt.n;
    struct result r = {.attempt = n};
    snprintf(r.id, sizeof r.id, "%s", id);
    snprintf(r.user_id, sizeof r.user_id, "%s", j->record.user_id);
    snprintf(r.kind, sizeof r.kind, "%s", j->record.kind);
    snprintf(r.engine, sizeof r.engine, "%.23s", engine_version);
    if (j->stop == STOP_CPU)
        rc = bounds_cpu_error(&j->runner->conf, e);
    if (j->stop == STOP_NO || j->stop == STOP_CPU) {
        r.completed_ms = clock_now_ms();
        if (rc == ERR_NONE)
            rc = write_success(j, &r, e);
        if (deterministic(rc))
            rc = write_failure(j, &r, e);
    }

    if (j->stop == STOP_RELEASE) {
        log_info("%s attempt %d is released", id, n);
        give_back(j, ATTEMPT_RELEASED);
    } else if (j->stop != STOP_HOLD && rc == ERR_NONE) {
        history_add(j->runner->history, id, n, "end");
        announce(j, &r);
    } else if (j->hold == HOLD_ENDED || rc == ERR_DUPLICATE) {
        struct err ignored;
        log_info("%s attempt %d: it has ended meanwhile", id, n);
        (void)claim_leave(&j->claim, j->runner->store, ATTEMPT_DONE, &ignored);
        runner_report(REPORT_OVER, id, n);
    } else if (j->hold == HOLD_LOST) {
        log_warn("%s attempt %d was taken over by another worker", id, n);
        runner_report(REPORT_TAKEN, id, n);
    } else {
        log_warn("%s attempt %d is given up to be tried again: %s", id, n,
                 j->hold == HOLD_FENCED ? "no beat for half a lease" : e->message);
        give_back(j, ATTEMPT_RETRY);
    }
    free(r.error);
    free(r.summary);
    free(r.body);
}

/* The job goes back; it comes again every second, its story only once. */
static void away(struct runner *r, const struct order *o, const struct err *e) {
    if (!r->away_told)
        log_warn("%s cannot be claimed, and will be tried again: %s", o->id, e->message);
    r->away_told = true;
    runner_report(REPORT_AWAY, o->id, o->attempt);
}

/* The record, when it still waits to be run; released by the caller in any case. */
static bool fetch(struct job_now *j, const struct order *o, struct err *e) {
    enum err_code rc = store_backtest_get(j->runner->store, o->user, o->id, &j->record, e);
    if (rc == ERR_NONE && j->record.open)
        return true;
    if (rc == ERR_NONE || rc == ERR_NOT_FOUND) {
        runner_report(rc == ERR_NONE ? REPORT_CLOSED : REPORT_GONE, o->id, o->attempt);
    } else {
        away(j->runner, o, e);
    }
    return false;
}

static bool claim(struct job_now *j, const struct order *o, struct err *e) {
    struct runner *r = j->runner;
    switch (claim_make(&j->claim, r->store, o->id, o->attempt, r->owner,
                       r->conf.worker_lease * 1000, e)) {
    case ERR_NONE:
        runner_report(REPORT_CLAIMED, o->id, o->attempt);
        history_add(r->history, o->id, o->attempt, "start");
        r->away_told = false;
        return true;
    case ERR_DUPLICATE:
        runner_report(REPORT_TAKEN, o->id, o->attempt);
        return false;
    case ERR_CONFLICT:
        runner_report(REPORT_OVER, o->id, o->attempt);
        return false;
    default:
        away(r, o, e);
        return false;
    }
}

static void say_started(struct job_now *j) {
    struct event ev = {.kind = EVENT_STARTED, .attempt = j->claim.attempt.n};
    snprintf(ev.id, sizeof ev.id, "%s", j->record.id);
    snprintf(ev.user_id, sizeof ev.user_id, "%s", j->record.user_id);
    snprintf(ev.run_kind, sizeof ev.run_kind, "%s", j->record.kind);
    bus_event_soon(j->runner->bus, &ev);
}

void job_run(struct runner *r, const struct order *o) {
    struct job_now j = {.runner = r};
    struct err e = {0};
    progress_init(&j.progress);
    if (fetch(&j, o, &e) && claim(&j, o, &e)) {
        say_started(&j);
        if (!bounds_cpu(r->conf.worker_cpu))
            log_warn("the limit of processor time could not be set");
        finish(&j, compute(&j, &e), &e);
        bt_result_release(&j.result);
        market_data_release(&j.data);
        market_extra_release(&j.extra);
        cache_rest(r->cache);
        request_release(&j.request);
    }
    backtest_release(&j.record);
}
