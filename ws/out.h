/* Frames to the browser, one a line, through a descriptor that never blocks. Bounded: while the
 * reader is slow, only the newest progress of each backtest waits; all else waits in full, and when
 * there is no room even so, the reader is too slow to be served. */
#ifndef WS_OUT_H
#define WS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out_entry;

struct out {
    int fd;
    struct out_entry *head, *tail; /* oldest first */
    size_t sent;                   /* of the head, bytes */
    size_t bytes, max;             /* of all entries */
    int64_t stuck_ms;              /* since when the reader takes nothing; 0: it takes */
    bool full;                     /* a frame found no room */
    bool broken;                   /* the reader is gone */
};

void out_init(struct out *o, int fd, size_t max); /* makes fd non-blocking */
void out_release(struct out *o);

/* A whole JSON text without newline. id: progress of that backtest, which a newer one replaces;
 * NULL: everything else. */
void out_frame(struct out *o, const char *frame, size_t len, const char *id);

/* Writes what goes without blocking. */
void out_flush(struct out *o);

static inline bool out_empty(const struct out *o) {
    return o->head == NULL;
}

#endif
