/* The client's subscriptions. A room is a user's channel on the bus; several subscriptions share
 * one. */
#ifndef WS_WANT_H
#define WS_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/limits.h"

enum want_state {
    WANT_LOCATING,    /* an id alone: its owner is not known yet */
    WANT_SUBSCRIBING, /* waits for the server's acknowledgement of the room */
    WANT_LIVE,        /* "subscribed" was said */
};

struct want {
    char user_id[USER_MAX]; /* as the client said it; empty: whoever owns id */
    char id[ID_MAX];        /* empty: all of user_id's */
    char room[USER_MAX];    /* the owner whose room it is; empty while locating */
    enum want_state state;
    bool unread;    /* the key or the hash is to be read (again) */
    bool fresh;     /* ... because the client just asked: an end is shown again */
    int64_t ask_ms; /* all of a user's: when to ask for them; 0: no need */
    int asked;
};

struct wants {
    struct want *list;
    size_t n, cap;
};

void wants_release(struct wants *t);
struct want *wants_find(const struct wants *t, const char *user_id, const char *id);

/* A new one. NULL: out of memory. Pointers into the list do not outlive it. */
struct want *wants_add(struct wants *t, const char *user_id, const char *id);
void wants_remove(struct wants *t, struct want *w);

bool wants_room(const struct wants *t, const char *room); /* some subscription is in it */
size_t wants_rooms(const struct wants *t);                /* how many different ones */
/* The one whose filter asks for all of those with this id. */
const struct want *wants_by_id(const struct wants *t, const char *id);
bool wants_fresh(const struct wants *t, const char *id); /* one with this id waits for its answer */

/* A live subscription shows events of this backtest of this owner. */
bool wants_covers(const struct wants *t, const char *owner, const char *id);

#endif
