/* Events of foreign workers: beats and end of an attempt that we keep for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/result.h"
#include "worker/history.h"
#include "worker/relay.h"
#include "worker/supervisor.h"

/* What is wrong with an event, for the log; NULL: nothing is. ret_away: the store is. */
static const char *refuse(struct supervisor *s, const struct event *ev, struct attempt *ret,
                          bool *ret_away) {
    struct backtest b;
    struct err e;
    enum err_code rc = store_backtest_get(s->store, ev->user_id, ev->id, &b, &e);
    *ret_away = rc != ERR_NONE && rc != ERR_NOT_FOUND;
    if (rc != ERR_NONE)
        return "no such backtest of that user";
    bool open = b.open;
    backtest_release(&b);
    rc = store_result_exists(s->store, ev->id, &e);
    *ret_away = rc != ERR_NONE && rc != ERR_NOT_FOUND;
    if (!open || rc != ERR_NOT_FOUND)
        return "the backtest has ended";
    *ret = (struct attempt){.end = ATTEMPT_LOST};
    rc = store_attempt_get(s->store, ev->id, 0, ret, &e);
    *ret_away = rc != ERR_NONE && rc != ERR_NOT_FOUND;
    if (rc == ERR_NONE && ret->end == ATTEMPT_LIVE && strcmp(ret->owner, ATTEMPT_FOREIGN) != 0)
        return "one of our runners has the backtest";
    return NULL;
}

static void say_started(struct supervisor *s, const struct event *ev, int attempt) {
    struct event started = {.kind = EVENT_STARTED, .attempt = attempt};
    struct err e;
    memcpy(started.id, ev->id, sizeof started.id);
    memcpy(started.user_id, ev->user_id, sizeof started.user_id);
    (void)bus_event_relay(s->bus, &started, &e);
}

/* The attempt that a foreign worker's event belongs to; its first event makes it. */
static bool attempt_of(struct supervisor *s, const struct event *ev, struct attempt *a) {
    struct err e;
    if (a->end == ATTEMPT_LIVE)
        return true;
    switch (run_claim(s->store, ev->id, a->n + 1, ATTEMPT_FOREIGN, a, &e)) {
    case ERR_NONE:
        history_add(s->history, ev->id, a->n, "start");
        log_info("%s attempt %d: a foreign worker has begun", ev->id, a->n);
        say_started(s, ev, a->n);
        supervisor_rescan(s);
        return true;
    case ERR_DUPLICATE: /* another supervisor, for the same event; or a runner was faster */
        return store_attempt_get(s->store, ev->id, 0, a, &e) == ERR_NONE &&
               a->end == ATTEMPT_LIVE && strcmp(a->owner, ATTEMPT_FOREIGN) == 0;
    default:
        return false;
    }
}

static void progress(struct supervisor *s, struct event *ev, struct attempt *a) {
    struct err e;
    a->beat++;
    a->progress = ev->progress;
    if (store_attempt_beat(s->store, a, &e) != ERR_NONE)
        return;
    ev->attempt = a->n;
    ev->seq = a->beat;
    (void)bus_event_relay(s->bus, ev, &e);
}

static void end(struct supervisor *s, const struct event *ev, const struct attempt *a) {
    struct result r = {.attempt = a->n, .completed_ms = clock_now_ms()};
    static const struct bt_result nothing;
    static const struct bars no_bars;
    struct part parts[] = {{.name = "trades"}, {.name = "equity"}};
    char error[sizeof ev->error];
    struct err e;
    memcpy(r.id, ev->id, sizeof r.id);
    memcpy(r.user_id, ev->user_id, sizeof r.user_id);
    snprintf(error, sizeof error, "%s", ev->error[0] ? ev->error : "The backtest failed");
    if (ev->kind == EVENT_COMPLETE) {
        r.status = RUN_COMPLETED;
        snprintf(r.engine, sizeof r.engine, "%s", ATTEMPT_FOREIGN);
        r.body = relay_body(ev->id, ev->summary ? ev->summary : "{}", &r.summary);
        char *trades = trades_pack(&nothing, &parts[0].len);
        char *equity = equity_pack(&no_bars, &nothing, &parts[1].len);
        parts[0].data = trades;
        parts[1].data = equity;
        if (r.body && r.summary && trades && equity)
            (void)announce_write(s, &r, parts, sizeof parts / sizeof *parts, &e);
        free(trades);
        free(equity);
    } else {
        bool cancelled = strcmp(ev->status, "cancelled") == 0;
        r.status = cancelled ? RUN_CANCELLED : RUN_FAILED;
        r.error = error;
        snprintf(r.code, sizeof r.code, "%s",
                 ev->code[0] ? ev->code : (cancelled ? "" : ATTEMPT_FOREIGN));
        (void)announce_write(s, &r, NULL, 0, &e);
    }
    free(r.body);
    free(r.summary);
}

void relay_event(struct supervisor *s, enum event_kind kind, const char *text, size_t len) {
    struct event ev;
    struct attempt a;
    struct json_object *tree = NULL;
    char key[ID_MAX + USER_MAX + 32];
    bool away;
    if (!event_parse(kind, text, len, &ev, &tree)) {
        said_once(&s->said, event_name(kind), "not an event", text, text);
        return;
    }
    /* the user is part of it: who does not know the owner must not silence the worker */
    snprintf(key, sizeof key, "candlemill:relayed:%s:%s", ev.user_id, ev.id);
    /* ours always carry an attempt; of a foreign worker's progress one in RELAY_GAP_MS is enough */
    if (ev.attempt >= 0 || (kind == EVENT_PROGRESS && !bus_lock(s->bus, key, RELAY_GAP_MS))) {
        json_object_put(tree);
        return;
    }
    const char *why = refuse(s, &ev, &a, &away);
    if (why && !away)
        said_once(&s->said, event_name(kind), why, ev.id, text);
    else if (!why && !away && attempt_of(s, &ev, &a)) {
        if (kind == EVENT_PROGRESS)
            progress(s, &ev, &a);
        else
            end(s, &ev, &a);
    }
    json_object_put(tree);
}
