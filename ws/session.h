/* The loop of one connection: lines from the client, messages of the bus, frames to the client. */
#ifndef WS_SESSION_H
#define WS_SESSION_H

#include "lib/bus.h"
#include "ws/feed.h"

struct session_setup {
    int in, out; /* pipes: the client's lines, frames to it */
    struct bus *bus;
    struct bus_sub *sub;
    const struct feed_times *times;
    int patience_ms; /* a reader that takes nothing this long is given up */
};

#define SESSION_PATIENCE_MS 10000

/* Until EOF, a signal (proc_terminate), or a bye. The exit status: 0 for the first two. */
int session_run(const struct session_setup *s);

/* A bye alone, to a client that gets no session. */
void session_refuse(int out, const char *code, const char *reason, int retry_ms);

#endif
