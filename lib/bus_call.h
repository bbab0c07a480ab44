/* What bus.c and bus_script.c share: one bounded command and its reply. */
#ifndef LIB_BUS_CALL_H
#define LIB_BUS_CALL_H

#include <stddef.h>

#include "lib/bus.h"
#include "lib/bus_conn.h"

struct bus {
    struct bus_conn conn;
    bool up; /* the last call worked */
    unsigned generation;
    unsigned script_generation; /* the connection whose server was seen to know the script */
    int owed;                   /* answers that nobody waits for */
};

#define BUS_ARGS_MAX 14

struct bus_args {
    size_t n;
    const char *text[BUS_ARGS_MAX];
    size_t len[BUS_ARGS_MAX];
};

void bus_arg_n(struct bus_args *a, const char *text, size_t len);
void bus_arg(struct bus_args *a, const char *text);

/* Sends and waits until then (bus_bound), connect and AUTH included. *ret is freed by the caller
 * with freeReplyObject; an error reply of Redis becomes ERR_UNAVAILABLE, but one that begins with
 * NOSCRIPT ERR_NOT_FOUND. Not for bus none. */
enum err_code bus_call(struct bus *b, const struct bus_args *a, int64_t until_ms,
                       struct redisReply **ret, struct err *e);
/* Sends without waiting; the answer is dropped when it comes. False: the connection is not up. */
bool bus_send(struct bus *b, const struct bus_args *a);

int64_t bus_bound(void); /* BUS_BOUND_MS from now */

#endif
