#include "worker/hint.h"

#include <stdio.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "worker/scan.h"
#include "worker/supervisor.h"

#define KNOWN_MAX (2 * SCAN_LIMIT) /* hints beyond it are left to the scan */

void hint_heard(struct supervisor *s, const char *id, const char *user, int priority) {
    if (jobs_find(&s->jobs, id) || s->jobs.n >= KNOWN_MAX)
        return;
    struct job *j = jobs_put(&s->jobs, id, user, clock_mono_ms());
    j->created_ms = clock_now_ms();
    j->priority = priority;
    scheduler_queue(j);
}

static void send(struct supervisor *s, const struct job *j) {
    char key[ID_MAX + 32];
    struct backtest b;
    struct err e;
    snprintf(key, sizeof key, "candlemill:hinted:%s", j->id);
    if (!bus_lock(s->bus, key, HINT_FIRST_MS - 1000) ||
        store_backtest_get(s->store, NULL, j->id, &b, &e) != ERR_NONE)
        return; /* another supervisor does it, or the next time */
    if (bus_task(s->bus, b.id, b.user_id, b.kind, b.params, &e) != ERR_NONE)
        log_debug("%s: the hint was not sent: %s", j->id, e.message);
    backtest_release(&b);
}

void hint_again(struct supervisor *s, struct job *j, int64_t now_ms) {
    if (bus_is_none(s->bus))
        return;
    if (j->hint_ms == 0)
        j->hint_ms = now_ms + HINT_FIRST_MS;
    if (now_ms < j->hint_ms || s->hint_budget == 0)
        return;
    s->hint_budget--;
    send(s, j);
    int64_t wait = HINT_FIRST_MS;
    for (int i = 0; i <= j->hints && wait < HINT_LAST_MS; i++)
        wait *= 2;
    j->hints++;
    j->hint_ms = now_ms + (wait < HINT_LAST_MS ? wait : HINT_LAST_MS);
}
