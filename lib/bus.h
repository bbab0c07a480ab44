/* Redis: hints, events, rooms, state keys (DESIGN 2). Everything on it is a hint: losing a message
 * delays something, it never loses a backtest.
 *
 * bus_uri: redis://host:port, unix:/path, or "none" (then every call succeeds and does nothing).
 * Sending is bounded: a call never blocks longer than BUS_BOUND_MS in all; when Redis is away calls
 * fail at once until the next try is due (exponential backoff with jitter, 100 ms to 5 s). */
#ifndef LIB_BUS_H
#define LIB_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/event.h"

#define BUS_BOUND_MS    200
#define BUS_STATE_TTL_S 86400

struct bus;

/* NULL only for a bad uri (ERR_INVALID) or an unreadable password file; the connection is made when
 * first needed. */
struct bus *bus_open(const struct conf *conf, struct err *e);
void bus_close(struct bus *b);
bool bus_is_none(const struct bus *b);

/* True while the last call worked; counts up with each (re)connection made. */
bool bus_up(const struct bus *b);
unsigned bus_generation(const struct bus *b);

enum err_code bus_ping(struct bus *b, struct err *e);
enum err_code bus_publish(struct bus *b, const char *channel, const char *data, size_t len,
                          struct err *e);

/* A new task's hint: {"backtestId","userId","params","attempt":0,…} on backtest:task, and the open
 * hash. */
enum err_code bus_task(struct bus *b, const char *id, const char *user, const char *kind,
                       const char *params, struct err *e);

/* One event, in one round trip (a script): compare-and-set of backtest:state:<id> (an end is never
 * replaced, progress only by a higher (attempt, seq)), the open hash of the user, and, where the
 * compare-and-set took it or it is an end, PUBLISH on its global channel (EVENT_STARTED has none)
 * and, as a frame, on the user's room. */
enum err_code bus_event(struct bus *b, const struct event *ev, struct err *e);

/* Sets the state key and the open hash only (an answer to an ask); publishes nothing. */
enum err_code bus_state_set(struct bus *b, const struct event *ev, struct err *e);

/* The newest frame of a backtest / all of the user's open ones; *ret NULL when there is none. Heap.
 */
enum err_code bus_state_get(struct bus *b, const char *id, char **ret, struct err *e);
enum err_code bus_open_get(struct bus *b, const char *user, char ***ret, size_t *ret_n,
                           struct err *e);

/* SET NX PX: true = we have it (also with bus none). */
bool bus_lock(struct bus *b, const char *key, int ttl_ms);

/* "backtest:user:<userId>" */
void bus_room(const char *user, char ret[static USER_MAX + 16]);

/* --- a subscriber: its own connection, for a poll loop ------------------------------------------
 */

struct bus_sub;

struct bus_sub *bus_sub_open(const struct conf *conf, struct err *e);
void bus_sub_close(struct bus_sub *s);

/* The descriptor to poll for reading, -1 while not connected (then call bus_sub_next now and then:
 * it reconnects when due and subscribes again to everything). Changes after a reconnect. */
int bus_sub_fd(const struct bus_sub *s);
unsigned
bus_sub_generation(const struct bus_sub *s); /* counts connections: changed = events were missed */
bool bus_sub_up(const struct bus_sub *s);

enum err_code bus_sub_add(struct bus_sub *s, const char *channel, struct err *e);
void bus_sub_remove(struct bus_sub *s, const char *channel);
/* All SUBSCRIBEs so far are acknowledged by the server. */
bool bus_sub_settled(const struct bus_sub *s);

struct bus_message {
    char *channel, *data; /* heap, NUL-terminated; bus_message_release */
    size_t len;
};
/* The next message without blocking: true = *ret is filled. Sends PINGs when idle (10 s) and takes
 * a silent server for gone. */
bool bus_sub_next(struct bus_sub *s, struct bus_message *ret);
void bus_message_release(struct bus_message *m);

#endif
