/* The question of a program without a store (candlemill-ws) and its answer, DESIGN 2:
 *
 *   candlemill:ask   {"userId","backtestId"?,"reply"}     the asker is subscribed to `reply`
 * already <reply>          {"userId","backtestId","event"}      event: a frame {"event","data"} or
 * null
 *
 * About one backtest: the answer's event is its newest one, null while it is pending, or a
 * backtest:error with "code":"not_found"; userId is the record's owner, so an asker that knew the
 * id alone finds the room. About all of a user's (no backtestId): whoever answers sets the state
 * keys and the open hash of all that are open; the answer has backtestId and event null and says
 * that the hash can be read now. One program answers: bus_lock() on ask_lock_key(), ASK_LOCK_MS. */
#ifndef LIB_ASK_H
#define LIB_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/event.h"

#define CHANNEL_ASK   "candlemill:ask"
#define ASK_REPLY_MAX 80 /* "candlemill:reply:" + 32 hex today */
#define ASK_KEY_MAX   (ASK_REPLY_MAX + ID_MAX + 24)
#define ASK_LOCK_MS   1000 /* shorter than the time after which an asker asks again */

struct ask {
    char user_id[USER_MAX]; /* empty: no owner filter (trusted mode) */
    char id[ID_MAX];        /* empty: all that are open; then user_id is not */
    char reply[ASK_REPLY_MAX];
};

void ask_write(const struct ask *a, struct buf *out);
bool ask_parse(const char *text, size_t len, struct ask *ret);
void ask_lock_key(const struct ask *a, char ret[static ASK_KEY_MAX]);

/* ev NULL: pending, or the answer about all. owner: the record's, NULL when there is none. */
void ask_answer_write(const struct ask *a, const char *owner, const struct event *ev,
                      struct buf *out);

struct ask_answer {
    char user_id[USER_MAX]; /* empty: not found */
    char id[ID_MAX];        /* empty: about all */
    bool has_event;
    struct event event;
};
/* *ret_tree owns what ret->event borrows (json_object_put). */
bool ask_answer_parse(const char *text, size_t len, struct ask_answer *ret,
                      struct json_object **ret_tree);

#endif
