#include "ws/show.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"

static void put_event(struct out *o, const struct event *ev) {
    struct buf frame;
    buf_init(&frame, BUS_MESSAGE_MAX + 1024);
    event_frame(ev, &frame);
    if (!frame.failed)
        out_frame(o, frame.data, frame.len, ev->kind == EVENT_PROGRESS ? ev->id : NULL);
    else if (event_is_end(ev))
        o->full = true; /* no memory for what must not be lost: the client comes back for it */
    buf_release(&frame);
}

static void put_started(struct out *o, struct watch *w, const struct event *ev) {
    struct event started = {.kind = EVENT_STARTED, .attempt = ev->attempt};
    memcpy(started.id, ev->id, sizeof started.id);
    memcpy(started.user_id, ev->user_id, sizeof started.user_id);
    memcpy(started.run_kind, ev->run_kind, sizeof started.run_kind);
    if (!w->started)
        put_event(o, &started);
    w->started = true;
}

/* Whether this progress says more than what was shown. Within an attempt the percentage orders it:
 * an answer to an ask knows no seq. */
static bool is_news(const struct watch *w, const struct event *ev) {
    if (ev->attempt < w->attempt)
        return false; /* of a runner that has lost it */
    return ev->progress > w->percent || (w->lapsed && ev->progress == w->percent);
}

void show_event(struct out *o, struct watch *w, const struct event *ev, bool again) {
    if (w->ended && !(again && event_is_end(ev)))
        return;
    put_started(o, w, ev);
    if (event_is_end(ev)) {
        put_event(o, ev);
        w->ended = true;
        w->lapsed = false;
    } else if (ev->kind == EVENT_PROGRESS && is_news(w, ev)) {
        put_event(o, ev);
        w->attempt = ev->attempt;
        w->percent = ev->progress;
        w->lapsed = false;
    }
}

void show_not_found(struct out *o, const char *id, const char *user_id) {
    struct event ev = {.kind = EVENT_ERROR, .attempt = -1, .error = "No such backtest"};
    snprintf(ev.id, sizeof ev.id, "%s", id);
    snprintf(ev.user_id, sizeof ev.user_id, "%s", user_id);
    snprintf(ev.code, sizeof ev.code, "not_found");
    ev.timestamp_ms = clock_now_ms();
    put_event(o, &ev);
}

/* {"event":name,"data":{ ... is open; frame_end closes both and queues it. */
static void frame_begin(struct json_out *j, struct buf *b, const char *name) {
    buf_init(b, WS_LINE_MAX);
    json_out_init(j, b);
    json_begin(j, '{');
    json_put_string(j, "event", name);
    json_key(j, "data");
    json_begin(j, '{');
}

static void frame_end(struct json_out *j, struct out *o) {
    json_end(j, '}');
    json_end(j, '}');
    if (!j->buf->failed)
        out_frame(o, j->buf->data, j->buf->len, NULL);
    buf_release(j->buf);
}

void show_ready(struct out *o, int heartbeat_ms) {
    struct buf b;
    struct json_out j;
    frame_begin(&j, &b, "ready");
    json_put_int(&j, "heartbeatMs", heartbeat_ms);
    json_put_int(&j, "roomsMax", WS_ROOMS_MAX);
    frame_end(&j, o);
}

void show_subscribed(struct out *o, const char *id, const char *user_id) {
    struct buf b;
    struct json_out j;
    frame_begin(&j, &b, "subscribed");
    if (id[0])
        json_put_string(&j, "backtestId", id);
    json_put_string(&j, "userId", user_id);
    frame_end(&j, o);
}

void show_heartbeat(struct out *o) {
    struct buf b;
    struct json_out j;
    frame_begin(&j, &b, "heartbeat");
    json_put_time(&j, "time", clock_now_ms());
    frame_end(&j, o);
}

void show_bye(struct out *o, const char *code, const char *reason, int retry_ms) {
    struct buf b;
    struct json_out j;
    frame_begin(&j, &b, "bye");
    json_put_string(&j, "code", code);
    json_put_string(&j, "reason", reason);
    json_put_int(&j, "retryAfterMs", retry_ms);
    frame_end(&j, o);
}
