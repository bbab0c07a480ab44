/* Redis: hints, events, rooms, state keys (DESIGN 2). Everything on it is a hint: losing a message
 * delays something, it never loses a backtest.
 *
 * bus_uri: redis://host:port, unix:/path, or "none" (then every call succeeds and does nothing).
 * Sending is bounded: a call never blocks longer than BUS_BOUND_MS in all; when Redis is away calls
 * fail at once until the next try is due (exponential backoff with jitter, 100 ms to 5 s). All of
 * it raises no SIGPIPE. Errors are ERR_UNAVAILABLE with a sentence, unless said otherwise. Unless a
 * call reads, its error means: not known whether it happened.
 *
 * A process that forks and goes on opens its own bus; descriptors are close-on-exec. */
#ifndef LIB_BUS_H
#define LIB_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/event.h"

#define BUS_BOUND_MS    200
#define BUS_STATE_TTL_S 86400
#define BUS_SEND_MAX    (512U << 10) /* a message that we publish; a task with a long request fits */

#define ROOM_MAX    (USER_MAX + 16)
#define BUS_KEY_MAX (ID_MAX + 32)

struct bus;

/* NULL for a bad uri or bus.user (ERR_INVALID) or an unreadable password file (ERR_UNAVAILABLE);
 * the connection is made when first needed. */
struct bus *bus_open(const struct conf *conf, struct err *e);
void bus_close(struct bus *b);
bool bus_is_none(const struct bus *b);

/* True while the last call worked (bus none: true); counts up with each (re)connection made. */
bool bus_up(const struct bus *b);
unsigned bus_generation(const struct bus *b);

/* Lets the connection go until the next call needs one: for a caller that will be quiet. */
void bus_rest(struct bus *b);

enum err_code bus_ping(struct bus *b, struct err *e);
enum err_code bus_publish(struct bus *b, const char *channel, const char *data, size_t len,
                          struct err *e);

/* A new task's hint: {"backtestId","userId","params","attempt":0,"seq":0,"kind"} on backtest:task,
 * and its field in the open hash (empty while there is no event). kind NULL: "backtest". May be
 * sent again; one whose end is known stays out of the hash. */
enum err_code bus_task(struct bus *b, const char *id, const char *user, const char *kind,
                       const char *params, struct err *e);

/* One event, in one round trip (a script): compare-and-set of backtest:state:<id> (an end is never
 * replaced, anything else only by an end or a higher (attempt, seq)), the open hash of the user
 * (an end always takes the field away), and, where the compare-and-set took it or it is an end,
 * PUBLISH on its global channel (EVENT_STARTED has none) and, as a frame, on the user's room.
 * ERR_TOO_LARGE: a frame above BUS_MESSAGE_MAX. */
enum err_code bus_event(struct bus *b, const struct event *ev, struct err *e);

/* The same without waiting for the answer, for what is worth less than a round trip (a start, a
 * percentage): whether it was heard is not told. */
void bus_event_soon(struct bus *b, const struct event *ev);

/* An event that a foreign program has published on the global channel itself (the relay): the same
 * without the global channel. */
enum err_code bus_event_relay(struct bus *b, const struct event *ev, struct err *e);

/* Sets the state key and the open hash only, by the same rules (an answer to an ask); publishes
 * nothing. */
enum err_code bus_state_set(struct bus *b, const struct event *ev, struct err *e);

/* A pending backtest has no event: puts it in the open hash (an answer to an ask). */
enum err_code bus_open_set(struct bus *b, const char *id, const char *user, struct err *e);

/* The newest frame of a backtest; *ret NULL when there is none. Heap. */
enum err_code bus_state_get(struct bus *b, const char *id, char **ret, struct err *e);

/* All of the user's open backtests, in no order. */
struct bus_open {
    char *id, *frame; /* frame: the newest, NULL while there is none */
};
enum err_code bus_open_get(struct bus *b, const char *user, struct bus_open **ret, size_t *ret_n,
                           struct err *e);
void bus_open_free(struct bus_open *open, size_t n);

/* SET NX PX: true = we have it (also with bus none); false: somebody else has, or Redis is away. */
bool bus_lock(struct bus *b, const char *key, int ttl_ms);

/* "backtest:user:<userId>" */
void bus_room(const char *user, char ret[static ROOM_MAX]);

/* --- a subscriber: its own connection, for a poll loop ---------------------------------------
 * The loop: call bus_sub_next until it gives nothing; then poll bus_sub_fd for bus_sub_events, at
 * most bus_sub_wait_ms long; again. */

struct bus_sub;

struct bus_sub *bus_sub_open(const struct conf *conf, struct err *e); /* errors as bus_open */
void bus_sub_close(struct bus_sub *s);

/* The descriptor to poll, -1 while not connected; changes after a reconnect. A loop that polls for
 * POLLIN alone works too when it calls bus_sub_next at least every second. */
int bus_sub_fd(const struct bus_sub *s);
short bus_sub_events(const struct bus_sub *s);
/* When bus_sub_next has something to do by itself (reconnect, PING), in ms; -1: bus none. */
int bus_sub_wait_ms(const struct bus_sub *s);

/* Counts connections whose SUBSCRIBEs are all acknowledged: when it has changed, events were
 * missed, and what is read from now on misses none. */
unsigned bus_sub_generation(const struct bus_sub *s);
/* Such a connection stands. */
bool bus_sub_up(const struct bus_sub *s);
/* Why it is down: a sentence. */
const char *bus_sub_error(const struct bus_sub *s);

/* Never waits: SUBSCRIBE goes out with the next bus_sub_next, and again after each reconnect.
 * ERR_INTERNAL: out of memory. A channel that is there already is kept. */
enum err_code bus_sub_add(struct bus_sub *s, const char *channel, struct err *e);
void bus_sub_remove(struct bus_sub *s, const char *channel);
/* All SUBSCRIBEs so far are acknowledged by the server (bus none: true) / that of one channel is.
 */
bool bus_sub_settled(const struct bus_sub *s);
bool bus_sub_acked(const struct bus_sub *s, const char *channel);

struct bus_message {
    char *channel, *data; /* heap, NUL-terminated; bus_message_release */
    size_t len;
};
/* The next message without blocking: true = *ret is filled. Sends PINGs when idle (10 s) and takes
 * a server that answers nothing for 5 s for gone; reconnects with backoff. */
bool bus_sub_next(struct bus_sub *s, struct bus_message *ret);
void bus_message_release(struct bus_message *m);

#endif
