#include "worker/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/log.h"
#include "worker/supervisor.h"

static void reply(struct supervisor *s, const struct ask *a, const char *owner,
                  const struct event *ev) {
    struct buf out;
    struct err e;
    buf_init(&out, BUS_MESSAGE_MAX);
    ask_answer_write(a, owner, ev, &out);
    if (!out.failed && bus_publish(s->bus, a->reply, out.data, out.len, &e) != ERR_NONE)
        log_debug("an answer was not sent: %s", e.message);
    buf_release(&out);
}

/* What can be said of a running job from the store alone. seq 0: whatever its runner says is newer.
 */
static void running_event(const char *id, const char *user, int attempt, double progress,
                          struct event *ret) {
    *ret = (struct event){.kind = progress > 0 ? EVENT_PROGRESS : EVENT_STARTED,
                          .attempt = attempt,
                          .progress = (int)progress};
    snprintf(ret->id, sizeof ret->id, "%s", id);
    snprintf(ret->user_id, sizeof ret->user_id, "%s", user);
    if (progress > 0)
        snprintf(ret->message, sizeof ret->message, "Running");
}

/* Sets state key and open hash, and answers with what then is the newest: a runner may have said
 * more since the store was read. */
static void answer_running(struct supervisor *s, const struct ask *a, const struct backtest *b) {
    struct event ev, newest;
    struct json_object *tree = NULL;
    struct err e;
    char *frame = NULL;
    running_event(b->id, b->user_id, b->attempt, b->progress, &ev);
    snprintf(ev.run_kind, sizeof ev.run_kind, "%s", b->kind);
    (void)bus_state_set(s->bus, &ev, &e);
    if (bus_state_get(s->bus, b->id, &frame, &e) == ERR_NONE && frame &&
        event_parse_frame(frame, strlen(frame), &newest, &tree) && strcmp(newest.id, b->id) == 0 &&
        strcmp(newest.user_id, b->user_id) == 0)
        reply(s, a, b->user_id, &newest);
    else
        reply(s, a, b->user_id, &ev);
    json_object_put(tree);
    free(frame);
}

static void answer_ended(struct supervisor *s, const struct ask *a, const struct backtest *b) {
    struct result r;
    struct event ev;
    struct err e;
    if (store_result_get(s->store, b->user_id, b->id, false, &r, &e) != ERR_NONE)
        return; /* it asks again */
    run_end_event(&r, &ev);
    (void)bus_state_set(s->bus, &ev, &e);
    reply(s, a, b->user_id, &ev);
    result_release(&r);
}

static void answer_one(struct supervisor *s, const struct ask *a) {
    struct backtest b;
    struct err e;
    enum err_code rc = run_read(s->store, a->user_id[0] ? a->user_id : NULL, a->id, &b, &e);
    if (rc == ERR_NOT_FOUND) {
        struct event ev = {.kind = EVENT_ERROR,
                           .attempt = -1,
                           .error = "There is no such backtest",
                           .code = "not_found"};
        snprintf(ev.id, sizeof ev.id, "%s", a->id);
        snprintf(ev.user_id, sizeof ev.user_id, "%s", a->user_id);
        reply(s, a, NULL, &ev);
    }
    if (rc != ERR_NONE)
        return; /* the store is away: it asks again */
    if (run_ended(b.status)) {
        answer_ended(s, a, &b);
    } else if (b.status == RUN_RUNNING) {
        answer_running(s, a, &b);
    } else {
        (void)bus_open_set(s->bus, b.id, b.user_id, &e);
        reply(s, a, b.user_id, NULL);
    }
    backtest_release(&b);
}

struct open_of {
    struct supervisor *s;
    const char *user;
};

static void set_open(struct job *j, void *arg) {
    const struct open_of *o = arg;
    struct event ev;
    struct err e;
    if (strcmp(j->user->id, o->user) != 0 || j->state == JOB_ENDED)
        return;
    if (j->attempts == 0) {
        (void)bus_open_set(o->s->bus, j->id, o->user, &e);
        return;
    }
    running_event(j->id, o->user, j->attempts, j->progress, &ev);
    (void)bus_state_set(o->s->bus, &ev, &e);
}

void ask_heard(struct supervisor *s, const char *text, size_t len) {
    struct ask a;
    char key[ASK_KEY_MAX];
    if (!ask_parse(text, len, &a)) {
        said_once(&s->said, CHANNEL_ASK, "not a question", text, text);
        return;
    }
    ask_lock_key(&a, key);
    if (!s->scanned || s->store_away || !bus_lock(s->bus, key, ASK_LOCK_MS))
        return;
    if (a.id[0]) {
        answer_one(s, &a);
        return;
    }
    struct open_of o = {.s = s, .user = a.user_id};
    jobs_each(&s->jobs, set_open, &o);
    reply(s, &a, a.user_id, NULL);
}
