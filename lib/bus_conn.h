/* One connection to Redis that never blocks: shared by the sending side (bus.c, which waits for it
 * with a deadline) and the subscriber (bus_sub.c, which lets the caller's loop wait). Only the
 * parsing is hiredis's: its contexts die of a timeout, raise SIGPIPE, block in name lookups and
 * forget AUTH on a reconnect. */
#ifndef LIB_BUS_CONN_H
#define LIB_BUS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/bus_addr.h"
#include "lib/err.h"

struct redisReader;
struct redisReply;

#define BUS_BACKOFF_FIRST_MS 100
#define BUS_BACKOFF_MAX_MS   5000

enum bus_conn_state { BUS_DOWN, BUS_CONNECTING, BUS_GREETING, BUS_READY };

struct bus_conn {
    struct bus_addr addr;
    enum bus_conn_state state; /* GREETING: AUTH is sent, its answer is not here */
    int fd;                    /* -1 while down */
    struct redisReader *reader;
    struct buf out;      /* formatted, not yet sent */
    int64_t next_try_ms; /* monotonic; meaningful while down */
    int backoff_ms;      /* 0 after a success */
    struct err why;      /* why it is down */
};

enum err_code bus_conn_init(struct bus_conn *c, const struct conf *conf, struct err *e);
void bus_conn_release(struct bus_conn *c);

/* Starts to connect when that is due. False: still down (c->why). */
bool bus_conn_start(struct bus_conn *c, int lookup_wait_ms);

/* Takes what the socket lets happen now: finishes the connect, AUTH, sends, reads. False: the
 * connection is gone (bus_conn_fail was called). */
bool bus_conn_step(struct bus_conn *c);

/* Waits for the socket until the monotonic time in ms, or until it may go on. */
void bus_conn_wait(struct bus_conn *c, int64_t until_ms);
short bus_conn_poll_events(const struct bus_conn *c);

/* Closes at once; the next try waits (exponential, with jitter). bus_conn_rest() closes too, but
 * the next start is not put off. */
void bus_conn_fail(struct bus_conn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void bus_conn_rest(struct bus_conn *c);

/* Queues a command. False: out of memory or far too much unsent; the connection was failed. */
bool bus_conn_command(struct bus_conn *c, size_t argc, const char *const *argv, const size_t *lens);

/* The next whole reply, NULL when there is none (or the stream is broken: then it is down). The
 * caller frees it with freeReplyObject. Only while BUS_READY. */
struct redisReply *bus_conn_reply(struct bus_conn *c);

#endif
