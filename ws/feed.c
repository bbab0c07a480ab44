#include "ws/feed.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/json.h"
#include "lib/log.h"
#include "ws/command.h"
#include "ws/show.h"

#define RETRY_LATER_MS 10000 /* after a client's own mistake */
#define STEP_MAX       100   /* messages of the bus between two looks at everything else */
#define UNREAD_MS      100   /* a key that could not be read is tried again */

static const char room_prefix[] = "backtest:user:";

const struct feed_times feed_times_default = {.heartbeat = 20000,
                                              .quiet = 10000,
                                              .grace = 5000,
                                              .ask_again = 1500,
                                              .spread = 1000,
                                              .rest = 2000};

unsigned feed_random(unsigned below) {
    unsigned r = 0;
    if (getrandom(&r, sizeof r, GRND_NONBLOCK) != sizeof r)
        r = (unsigned)clock_mono_us();
    return below ? r % below : 0;
}

bool feed_init(struct feed *f, const struct feed_times *times, struct bus *bus, struct bus_sub *sub,
               struct out *out, struct err *e) {
    char name[33];
    int64_t now = clock_mono_ms();
    *f = (struct feed){.times = times,
                       .bus = bus,
                       .sub = sub,
                       .out = out,
                       .beat_ms = now,
                       .due_ms = INT64_MAX,
                       .sub_gone_ms = now};
    random_hex(name, 16);
    snprintf(f->reply, sizeof f->reply, "candlemill:reply:%s", name);
    return bus_sub_add(sub, f->reply, e) == ERR_NONE;
}

void feed_release(struct feed *f) {
    wants_release(&f->wants);
    watches_release(&f->watches);
}

void feed_say_bye(struct feed *f, const char *code, int retry_ms, const char *fmt, ...) {
    va_list args;
    if (f->bye.code)
        return;
    f->bye.code = code;
    f->bye.retry_ms = retry_ms;
    va_start(args, fmt);
    vsnprintf(f->bye.reason, sizeof f->bye.reason, fmt, args);
    va_end(args);
}

static void subscribe(struct feed *f, const char *user_id, const char *id) {
    struct want *want = wants_find(&f->wants, user_id, id);
    int64_t now = clock_mono_ms();
    if (!want && f->wants.n >= WS_SUBSCRIBES_MAX) {
        feed_say_bye(f, "limit", RETRY_LATER_MS, "more than %d subscriptions", WS_SUBSCRIBES_MAX);
        return;
    }
    bool again = want != NULL;
    struct watch *w = id[0] ? watches_get(&f->watches, id, now) : NULL;
    if (!want)
        want = wants_add(&f->wants, user_id, id);
    if (!want || (id[0] && !w)) {
        feed_say_bye(f, "internal", RETRY_LATER_MS, "out of memory");
        return;
    }
    if (w) {
        w->heard_ms = now;
        feed_due_at(f, now + f->times->quiet);
    }
    want->fresh = true;
    if (again && want->state == WANT_LIVE)
        want->state = WANT_SUBSCRIBING; /* says "subscribed" and reads anew */
    else if (!again && user_id[0])
        feed_enter(f, want, user_id);
    else if (!again)
        want->unread = true; /* its key names the owner */
    feed_advance(f, now);
}

static void unsubscribe(struct feed *f, const char *user_id, const char *id) {
    struct want *want = wants_find(&f->wants, user_id, id);
    if (want)
        feed_drop_want(f, want);
}

void feed_line(struct feed *f, const char *line, size_t len) {
    struct command c;
    struct err e = {0};
    if (f->bye.code)
        return;
    if (!command_parse(line, len, &c, &e)) {
        feed_say_bye(f, "protocol", RETRY_LATER_MS, "%.150s", e.message);
        return;
    }
    if (c.kind == COMMAND_PING) {
        show_heartbeat(f->out);
        return;
    }
    if (!c.id[0] && !c.user_id[0])
        snprintf(c.user_id, sizeof c.user_id, "%s", FEED_LOCAL_USER);
    if (c.kind == COMMAND_SUBSCRIBE)
        subscribe(f, c.user_id, c.id);
    else
        unsubscribe(f, c.user_id, c.id);
}

/* A room's message. It must name the room's own user and come from a publisher of ours (they always
 * say the attempt): anything else changes nothing. */
static void room_message(struct feed *f, const struct bus_message *m) {
    const char *user = m->channel + sizeof room_prefix - 1;
    struct json_object *tree = NULL;
    struct event ev;
    bool ours = m->len <= BUS_MESSAGE_MAX && event_parse_frame(m->data, m->len, &ev, &tree) &&
                ev.attempt >= 0 && strcmp(ev.user_id, user) == 0;
    if (ours)
        feed_heard(f, &ev, false);
    else if (!f->odd_said)
        log_warn("a message on %s is no event of ours: %.100s", m->channel, m->data);
    f->odd_said = f->odd_said || !ours;
    json_object_put(tree);
}

static void message(struct feed *f, const struct bus_message *m) {
    if (strcmp(m->channel, f->reply) == 0)
        feed_answer(f, m->data, m->len);
    else if (strncmp(m->channel, room_prefix, sizeof room_prefix - 1) == 0)
        room_message(f, m);
}

/* Since when one of the two connections is gone, and whether that is too long. */
static void watch_bus(struct feed *f, int64_t now) {
    if (bus_sub_up(f->sub))
        f->sub_gone_ms = 0;
    else if (!f->sub_gone_ms)
        f->sub_gone_ms = now;
    bool sub_lost = f->sub_gone_ms && now - f->sub_gone_ms >= f->times->grace;
    bool bus_lost = f->bus_gone_ms && now - f->bus_gone_ms >= f->times->grace;
    if (sub_lost || bus_lost)
        feed_say_bye(f, "bus", f->times->grace + (int)feed_random((unsigned)f->times->grace),
                     "%.150s", sub_lost ? bus_sub_error(f->sub) : f->bus_why);
    if (f->used_ms && now - f->used_ms >= f->times->rest) {
        bus_rest(f->bus);
        f->used_ms = 0;
    }
}

void feed_step(struct feed *f) {
    struct bus_message m;
    int64_t now = clock_mono_ms();
    f->more = false;
    for (int n = 0; !f->bye.code && !f->more && bus_sub_next(f->sub, &m); n++) {
        feed_advance(f, now); /* what was acknowledged before this message comes before it */
        message(f, &m);
        bus_message_release(&m);
        f->more = n >= STEP_MAX; /* a flood must not keep us from the client */
    }
    if (!f->ready && bus_sub_settled(f->sub)) {
        show_ready(f->out, f->times->heartbeat);
        f->ready = true;
        f->generation = bus_sub_generation(f->sub);
    }
    feed_advance(f, now);
    feed_ask_due(f, now);
    if (f->ready && now - f->beat_ms >= f->times->heartbeat) {
        show_heartbeat(f->out);
        f->beat_ms = now;
    }
    watch_bus(f, now);
}

static bool anything_unread(const struct feed *f) {
    for (size_t i = 0; i < f->wants.n; i++)
        if (f->wants.list[i].unread)
            return true;
    return false;
}

static int64_t sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int feed_wait_ms(const struct feed *f) {
    int64_t now = clock_mono_ms();
    if (f->more)
        return 0;
    int64_t at = sooner(f->beat_ms + f->times->heartbeat, f->due_ms);
    int sub = bus_sub_wait_ms(f->sub);
    if (sub >= 0)
        at = sooner(at, now + sub);
    if (f->used_ms)
        at = sooner(at, f->used_ms + f->times->rest);
    if (f->sub_gone_ms)
        at = sooner(at, f->sub_gone_ms + f->times->grace);
    if (f->bus_gone_ms)
        at = sooner(at, f->bus_gone_ms + f->times->grace);
    if (anything_unread(f))
        at = sooner(at, now + UNREAD_MS);
    return at > now ? (int)(at - now) : 0;
}
