/* What this connection knows about each backtest it has shown or was asked for: enough to say
 * nothing twice and never less than before. */
#ifndef WS_WATCH_H
#define WS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/limits.h"

struct watch {
    struct watch *next; /* in its bucket */
    char id[ID_MAX];
    char user_id[USER_MAX]; /* its owner; empty: not known yet */
    int attempt;            /* of the newest progress shown */
    int percent;            /* highest shown; -1: none */
    bool started, ended;
    bool lapsed;              /* nobody listened for a while: the newest may be shown once more */
    unsigned round;           /* the last reading of the open hash that had it */
    int64_t heard_ms;         /* when it was last heard of, or asked for by the client */
    int64_t ask_ms;           /* when to ask (again) for it; 0: no need */
    int asked;                /* asks without an answer so far */
    int64_t pending_ms;       /* when an answer said that nothing has happened yet; 0: never */
    char asked_for[USER_MAX]; /* the owner filter of the last ask */
};

#define WATCH_BUCKETS 64

struct watches {
    struct watch *bucket[WATCH_BUCKETS];
    size_t n;
};

void watches_release(struct watches *t);
struct watch *watches_find(const struct watches *t, const char *id);

/* Found or made (percent -1, heard now). Above WS_BACKTESTS_MAX the one that is longest silent
 * goes, ended ones first. NULL: out of memory. */
struct watch *watches_get(struct watches *t, const char *id, int64_t now_ms);

/* for (struct watch *w = watches_first(t); w; w = watches_after(t, w)) */
struct watch *watches_first(const struct watches *t);
struct watch *watches_after(const struct watches *t, const struct watch *w);

#endif
