/* One connection's conversation: the client's commands, the rooms of the bus, the asks, and the
 * frames that follow from them (DESIGN 6). It waits for nothing; session.c owns the loop. */
#ifndef WS_FEED_H
#define WS_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/bus.h"
#include "ws/out.h"
#include "ws/want.h"
#include "ws/watch.h"

#define FEED_LOCAL_USER "local" /* trusted mode: "all mine" of whoever gives no userId */

/* All in ms. */
struct feed_times {
    int heartbeat; /* 20 s */
    int quiet;     /* 10 s without an event of an open backtest: ask */
    int grace;     /* 5 s without Redis: bye */
    int ask_again; /* 1.5 s without an answer; then twice that, up to `quiet` */
    int spread;    /* 1 s over which the connections ask after Redis came back */
    int rest;      /* 2 s unused: the second connection to Redis is let go */
};
extern const struct feed_times feed_times_default;

struct feed_bye {
    const char *code; /* NULL: none is due */
    char reason[160];
    int retry_ms;
};

struct feed {
    const struct feed_times *times;
    struct bus *bus;     /* state keys, asks */
    struct bus_sub *sub; /* rooms and answers */
    struct out *out;
    struct wants wants;
    struct watches watches;
    char reply[ASK_REPLY_MAX];
    unsigned generation;              /* of sub, as far as it was dealt with */
    unsigned round;                   /* counts readings of an open hash */
    int64_t beat_ms;                  /* the last heartbeat */
    int64_t due_ms;                   /* when an ask may be due; INT64_MAX: never */
    int64_t used_ms;                  /* when bus was used last; 0: it rests */
    int64_t sub_gone_ms, bus_gone_ms; /* since when; 0: they work */
    char bus_why[160];
    bool ready;    /* "ready" was said: lines may come */
    bool more;     /* the last step left messages: the socket does not announce them again */
    bool odd_said; /* a message that is none was logged */
    struct feed_bye bye;
};

/* False: *e (out of memory). All pointers are borrowed. */
bool feed_init(struct feed *f, const struct feed_times *times, struct bus *bus, struct bus_sub *sub,
               struct out *out, struct err *e);
void feed_release(struct feed *f);

void feed_line(struct feed *f, const char *line, size_t len); /* one line of the client */
void feed_step(struct feed *f);                               /* all that the bus and time bring */
int feed_wait_ms(const struct feed *f); /* until time brings something again */

/* The first reason stays. */
void feed_say_bye(struct feed *f, const char *code, int retry_ms, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* --- feed_ask.c: what cannot be found on the bus --- */

void feed_ask_within(struct feed *f, struct watch *w, int ms); /* at a random time in it */
void feed_due_at(struct feed *f, int64_t at_ms);               /* feed_ask_due looks again then */
void feed_ask_due(struct feed *f, int64_t now_ms); /* sends what is due, looks for the silent */
void feed_answer(struct feed *f, const char *text, size_t len);

/* --- feed_read.c: subscriptions on their way, state keys and open hashes --- */

/* Takes every subscription as far as the bus lets it now. */
void feed_advance(struct feed *f, int64_t now_ms);
/* A subscription's owner is known: its room. */
void feed_enter(struct feed *f, struct want *want, const char *owner);
/* There is no such backtest for it: says so and takes it away. */
void feed_refuse(struct feed *f, struct want *want);
void feed_drop_want(struct feed *f, struct want *want);
/* A call of the bus worked or did not; a long failure is a bye. */
void feed_bus_result(struct feed *f, enum err_code code, const struct err *e);
/* An event of its user's, from wherever: shown where a subscription covers it. again: as in
 * show_event. */
void feed_heard(struct feed *f, const struct event *ev, bool again);

unsigned feed_random(unsigned below); /* jitter */

#endif
