#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "ws/feed.h"
#include "ws/show.h"

void feed_due_at(struct feed *f, int64_t at_ms) {
    if (at_ms < f->due_ms)
        f->due_ms = at_ms;
}

void feed_ask_within(struct feed *f, struct watch *w, int ms) {
    int64_t at = clock_mono_ms() + feed_random((unsigned)ms);
    if (!w->ask_ms || at < w->ask_ms)
        w->ask_ms = at;
    feed_due_at(f, w->ask_ms);
}

/* Asks, and says when to ask again if no answer comes. */
static int64_t ask(struct feed *f, const char *user_id, const char *id, int *asked, int64_t now) {
    struct ask a = {0};
    struct buf text;
    struct err e = {0};
    int64_t wait = (int64_t)f->times->ask_again << (*asked < 8 ? *asked : 8);
    snprintf(a.user_id, sizeof a.user_id, "%s", user_id);
    snprintf(a.id, sizeof a.id, "%s", id);
    snprintf(a.reply, sizeof a.reply, "%s", f->reply);
    if (!bus_sub_acked(f->sub, f->reply)) /* an answer would be lost */
        return now + f->times->ask_again;
    buf_init(&text, WS_LINE_MAX);
    ask_write(&a, &text);
    if (!text.failed)
        feed_bus_result(f, bus_publish(f->bus, CHANNEL_ASK, text.data, text.len, &e), &e);
    buf_release(&text);
    ++*asked;
    return now + (wait < f->times->quiet ? wait : f->times->quiet);
}

/* The subscription to all of this owner's, if there is one. */
static struct want *all_of(struct feed *f, const char *owner) {
    for (size_t i = 0; i < f->wants.n; i++) {
        struct want *want = &f->wants.list[i];
        if (!want->id[0] && want->state == WANT_LIVE && strcmp(want->room, owner) == 0)
            return want;
    }
    return NULL;
}

static void watch_due(struct feed *f, struct watch *w, int64_t now) {
    const struct want *by_id = wants_by_id(&f->wants, w->id);
    struct want *all = w->user_id[0] ? all_of(f, w->user_id) : NULL;
    if ((w->ended && !wants_fresh(&f->wants, w->id)) || (!by_id && !all)) {
        w->ask_ms = 0;
        return;
    }
    if (!w->ask_ms && !w->ended && now - w->heard_ms >= f->times->quiet) {
        if (by_id) {
            w->ask_ms = now;
        } else { /* one question for all that are silent */
            w->heard_ms = now;
            if (!all->ask_ms)
                all->ask_ms = now;
        }
    }
    if (w->ask_ms && w->ask_ms <= now) {
        const char *filter = by_id ? by_id->user_id : w->user_id;
        snprintf(w->asked_for, sizeof w->asked_for, "%s", filter);
        w->ask_ms = ask(f, filter, w->id, &w->asked, now);
    }
    if (w->ask_ms || !w->ended)
        feed_due_at(f, w->ask_ms ? w->ask_ms : w->heard_ms + f->times->quiet);
}

void feed_ask_due(struct feed *f, int64_t now) {
    if (now < f->due_ms)
        return;
    f->due_ms = INT64_MAX;
    for (struct watch *w = watches_first(&f->watches); w; w = watches_after(&f->watches, w))
        watch_due(f, w, now);
    for (size_t i = 0; i < f->wants.n; i++) {
        struct want *want = &f->wants.list[i];
        if (want->id[0] || !want->ask_ms)
            continue;
        if (want->ask_ms <= now)
            want->ask_ms = ask(f, want->room, "", &want->asked, now);
        feed_due_at(f, want->ask_ms);
    }
}

static bool same_filter(const struct want *want, const struct watch *w) {
    return !w->asked_for[0] || strcmp(want->user_id, w->asked_for) == 0;
}

/* Nobody has it, or nobody that was asked about. */
static void not_found(struct feed *f, struct watch *w) {
    bool wanted = false;
    for (size_t i = 0; i < f->wants.n;) {
        struct want *want = &f->wants.list[i];
        bool about = strcmp(want->id, w->id) == 0;
        if (about && same_filter(want, w)) {
            feed_refuse(f, want); /* the last one takes its place */
            continue;
        }
        wanted = wanted || about;
        i++;
    }
    if (wanted) {
        feed_ask_within(f, w, 0);
    } else if (!w->ended && w->user_id[0] && all_of(f, w->user_id)) {
        if (w->started)
            show_not_found(f->out, w->id, w->user_id); /* it was deleted */
        w->ended = true;
    }
}

static void found(struct feed *f, struct watch *w, const char *owner, const struct event *ev) {
    bool again = false;
    for (size_t i = 0; i < f->wants.n;) {
        struct want *want = &f->wants.list[i];
        if (strcmp(want->id, w->id) != 0) {
            i++;
            continue;
        }
        if (want->user_id[0] && strcmp(want->user_id, owner) != 0) {
            feed_refuse(f, want);
            continue;
        }
        if (want->state == WANT_LOCATING)
            feed_enter(f, want, owner);
        again = again || (want->state == WANT_LIVE && want->fresh);
        i++;
    }
    snprintf(w->user_id, sizeof w->user_id, "%s", owner);
    if (ev && strcmp(ev->user_id, owner) == 0)
        feed_heard(f, ev, again);
}

void feed_answer(struct feed *f, const char *text, size_t len) {
    struct json_object *tree = NULL;
    struct ask_answer a;
    int64_t now = clock_mono_ms();
    if (!ask_answer_parse(text, len, &a, &tree))
        return;
    struct watch *w = a.id[0] ? watches_find(&f->watches, a.id) : NULL;
    struct want *all = a.id[0] ? NULL : all_of(f, a.user_id);
    if (w) {
        w->heard_ms = now;
        w->ask_ms = 0;
        w->asked = 0;
        w->pending_ms = a.has_event ? 0 : now;
        if (a.has_event && strcmp(a.event.code, "not_found") == 0)
            not_found(f, w);
        else if (a.user_id[0])
            found(f, w, a.user_id, a.has_event ? &a.event : NULL);
        feed_due_at(f, now + f->times->quiet);
    } else if (all) {
        all->ask_ms = 0;
        all->asked = 0;
        all->unread = true;
    }
    json_object_put(tree);
}
