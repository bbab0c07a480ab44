#include "worker/reports.h"

#include "lib/clock.h"
#include "worker/supervisor.h"

#define AWAY_AGAIN_MS 500 /* a job whose runner could not reach the store */

/* The job is nobody's again; the next scan decides about it. */
static void take_back(struct supervisor *s, struct job *j) {
    jobs_move(&s->jobs, j, JOB_WAITING);
    supervisor_rescan(s);
}

/* A report about the attempt that the job is at. */
static void take_current(struct supervisor *s, struct job *j, const struct report *r) {
    switch (r->kind) {
    case REPORT_CLAIMED:
        j->attempts = r->attempt;
        break;
    case REPORT_TAKEN:
        jobs_move(&s->jobs, j, JOB_ELSEWHERE);
        break;
    case REPORT_GONE:
        said_once(&s->said, CHANNEL_TASK, "no such backtest of that user", j->id, j->id);
        jobs_drop(&s->jobs, j);
        break;
    case REPORT_CLOSED:
        jobs_drop(&s->jobs, j);
        break;
    case REPORT_AWAY:
        jobs_move(&s->jobs, j, JOB_WAITING);
        j->not_before_ms = clock_mono_ms() + AWAY_AGAIN_MS;
        break;
    case REPORT_FENCED:
        j->owed_attempt = r->attempt;
        j->owed_end = ATTEMPT_RETRY;
        jobs_move(&s->jobs, j, JOB_WAITING);
        break;
    case REPORT_RETRY:
    case REPORT_RELEASED:
        take_back(s, j);
        break;
    default:
        break;
    }
}

static void take(struct supervisor *s, const struct report *r) {
    struct job *j = jobs_find(&s->jobs, r->id);
    if (!j)
        return;
    switch (r->kind) {
    case REPORT_ENDED:
        announce_ended(s, j, true);
        break;
    case REPORT_SILENT:
        j->announce = true;
        announce_ended(s, j, false);
        break;
    case REPORT_OVER:
        announce_ended(s, j, false);
        break;
    default:
        /* a runner that was thought lost may speak up late: then the job has moved on */
        if (j->state == JOB_OURS && j->handed == r->attempt)
            take_current(s, j, r);
    }
}

void reports_take(struct supervisor *s) {
    struct runner_proc *from;
    struct report r;
    while (pool_report(&s->pool, &r, &from))
        if (r.kind != REPORT_READY)
            take(s, &r);
}
