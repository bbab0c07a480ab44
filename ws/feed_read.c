#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "ws/feed.h"
#include "ws/show.h"

#define PENDING_FRESH_MS 1000 /* an answer this young is not asked for again */

void feed_bus_result(struct feed *f, enum err_code code, const struct err *e) {
    int64_t now = clock_mono_ms();
    f->used_ms = now;
    if (code == ERR_NONE) {
        f->bus_gone_ms = 0;
    } else {
        snprintf(f->bus_why, sizeof f->bus_why, "%.159s", e->message);
        if (!f->bus_gone_ms)
            f->bus_gone_ms = now;
    }
}

void feed_enter(struct feed *f, struct want *want, const char *owner) {
    char room[ROOM_MAX];
    struct err e;
    if (!wants_room(&f->wants, owner) && wants_rooms(&f->wants) >= WS_ROOMS_MAX) {
        feed_say_bye(f, "limit", 10000, "more than %d rooms", WS_ROOMS_MAX);
        return;
    }
    snprintf(want->room, sizeof want->room, "%s", owner);
    want->state = WANT_SUBSCRIBING;
    bus_room(owner, room);
    if (bus_sub_add(f->sub, room, &e) != ERR_NONE)
        feed_say_bye(f, "internal", 10000, "%.150s", e.message);
}

void feed_drop_want(struct feed *f, struct want *want) {
    char owner[USER_MAX], room[ROOM_MAX];
    memcpy(owner, want->room, sizeof owner);
    wants_remove(&f->wants, want);
    if (!owner[0])
        return;
    bus_room(owner, room);
    if (!wants_room(&f->wants, owner))
        bus_sub_remove(f->sub, room);
    for (struct watch *w = watches_first(&f->watches); w; w = watches_after(&f->watches, w))
        if (strcmp(w->user_id, owner) == 0 && !wants_covers(&f->wants, owner, w->id))
            w->lapsed = true;
}

void feed_refuse(struct feed *f, struct want *want) {
    show_not_found(f->out, want->id, want->user_id);
    feed_drop_want(f, want);
}

/* It lives, and nothing needs to be asked for a while. */
static void heard(struct feed *f, struct watch *w, const char *owner) {
    int64_t now = clock_mono_ms();
    snprintf(w->user_id, sizeof w->user_id, "%s", owner);
    w->heard_ms = now;
    w->ask_ms = 0;
    w->asked = 0;
    feed_due_at(f, now + f->times->quiet);
}

void feed_heard(struct feed *f, const struct event *ev, bool again) {
    if (!wants_covers(&f->wants, ev->user_id, ev->id))
        return;
    struct watch *w = watches_get(&f->watches, ev->id, clock_mono_ms());
    if (!w) {
        feed_say_bye(f, "internal", 10000, "out of memory");
        return;
    }
    heard(f, w, ev->user_id);
    show_event(f->out, w, ev, again);
    for (size_t i = 0; i < f->wants.n; i++)
        if (f->wants.list[i].state == WANT_LIVE && strcmp(f->wants.list[i].id, ev->id) == 0)
            f->wants.list[i].fresh = false; /* it has its answer */
}

/* The state key of a backtest: true = read; *ret_found says whether there is an event in it, then
 * *ret_tree is to be put. */
static bool read_state(struct feed *f, const char *id, bool *ret_found, struct event *ret,
                       struct json_object **ret_tree) {
    struct err e = {0};
    char *frame;
    enum err_code code = bus_state_get(f->bus, id, &frame, &e);
    feed_bus_result(f, code, &e);
    *ret_tree = NULL;
    *ret_found = code == ERR_NONE && frame &&
                 event_parse_frame(frame, strlen(frame), ret, ret_tree) && strcmp(ret->id, id) == 0;
    free(frame);
    return code == ERR_NONE;
}

/* An id alone: its key names the owner, else an answer will. */
static void read_owner(struct feed *f, struct want *want) {
    struct json_object *tree;
    struct event ev;
    bool found;
    struct watch *w = watches_find(&f->watches, want->id);
    if (read_state(f, want->id, &found, &ev, &tree)) {
        want->unread = false;
        if (found)
            feed_enter(f, want, ev.user_id);
        else if (w)
            feed_ask_within(f, w, 0);
    }
    json_object_put(tree);
}

static void read_one(struct feed *f, struct want *want) {
    struct json_object *tree;
    struct event ev;
    bool found;
    struct watch *w = watches_get(&f->watches, want->id, clock_mono_ms());
    if (w && read_state(f, want->id, &found, &ev, &tree)) {
        bool again = want->fresh;
        want->unread = false;
        if (found && strcmp(ev.user_id, want->room) == 0) {
            feed_heard(f, &ev, again);
        } else if (clock_mono_ms() - w->pending_ms >= PENDING_FRESH_MS) {
            feed_ask_within(f, w, 0);
        }
        json_object_put(tree);
    }
}

/* One field of the open hash. */
static void read_open(struct feed *f, const struct want *want, const struct bus_open *o) {
    struct json_object *tree = NULL;
    struct event ev;
    if (strlen(o->id) >= ID_MAX)
        return;
    struct watch *w = watches_get(&f->watches, o->id, clock_mono_ms());
    if (!w)
        return;
    w->round = f->round;
    if (!o->frame) {
        heard(f, w, want->room);
    } else if (event_parse_frame(o->frame, strlen(o->frame), &ev, &tree) &&
               strcmp(ev.id, o->id) == 0 && strcmp(ev.user_id, want->room) == 0 &&
               !event_is_end(&ev)) {
        feed_heard(f, &ev, false);
    }
    json_object_put(tree);
}

/* One that we thought open and that is not in the hash: it has ended, or Redis has forgotten. */
static void read_missing(struct feed *f, struct watch *w) {
    struct json_object *tree;
    struct event ev;
    bool found;
    if (read_state(f, w->id, &found, &ev, &tree)) {
        if (found && event_is_end(&ev) && strcmp(ev.user_id, w->user_id) == 0)
            feed_heard(f, &ev, false);
        else
            feed_ask_within(f, w, f->times->spread);
    }
    json_object_put(tree);
}

static void read_all(struct feed *f, struct want *want) {
    struct bus_open *open;
    size_t n;
    struct err e = {0};
    enum err_code code = bus_open_get(f->bus, want->room, &open, &n, &e);
    feed_bus_result(f, code, &e);
    if (code != ERR_NONE)
        return;
    want->unread = want->fresh = false;
    f->round++;
    for (size_t i = 0; i < n && i < WS_BACKTESTS_MAX; i++)
        read_open(f, want, &open[i]);
    bus_open_free(open, n);
    for (struct watch *w = watches_first(&f->watches); w; w = watches_after(&f->watches, w))
        if (!w->ended && w->round != f->round && strcmp(w->user_id, want->room) == 0 &&
            !wants_by_id(&f->wants, w->id))
            read_missing(f, w);
}

/* A new connection: whatever was said in between was missed, and Redis may have lost its keys. All
 * connections of all users come here at once, so each asks at a time of its own. */
static void read_all_again(struct feed *f, int64_t now) {
    int spread = f->times->spread;
    f->generation = bus_sub_generation(f->sub);
    for (size_t i = 0; i < f->wants.n; i++) {
        struct want *want = &f->wants.list[i];
        struct watch *w = want->id[0] ? watches_find(&f->watches, want->id) : NULL;
        want->unread = true;
        if (w && !w->ended)
            feed_ask_within(f, w, spread);
        if (!want->id[0]) {
            want->ask_ms = now + feed_random((unsigned)spread);
            feed_due_at(f, want->ask_ms);
        }
    }
}

static void advance(struct feed *f, struct want *want) {
    char room[ROOM_MAX];
    if (want->state == WANT_LOCATING) {
        if (want->unread)
            read_owner(f, want);
        return;
    }
    if (want->state == WANT_LIVE && !want->unread)
        return;
    bus_room(want->room, room);
    if (!bus_sub_acked(f->sub, room))
        return;
    if (want->state == WANT_SUBSCRIBING) {
        show_subscribed(f->out, want->id, want->room);
        want->state = WANT_LIVE;
        want->unread = true;
    }
    if (want->id[0])
        read_one(f, want);
    else
        read_all(f, want);
}

void feed_advance(struct feed *f, int64_t now) {
    if (f->ready && bus_sub_generation(f->sub) != f->generation)
        read_all_again(f, now);
    for (size_t i = 0; i < f->wants.n && !f->bye.code; i++)
        advance(f, &f->wants.list[i]);
}
