#include "ws/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "lib/clock.h"
#include "lib/limits.h"

struct out_entry {
    struct out_entry *next;
    char id[ID_MAX]; /* progress of it; empty: never dropped */
    size_t len;
    char text[]; /* with its newline */
};

#define BATCH 32

void out_init(struct out *o, int fd, size_t max) {
    *o = (struct out){.fd = fd, .max = max};
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void out_release(struct out *o) {
    while (o->head) {
        struct out_entry *e = o->head;
        o->head = e->next;
        free(e);
    }
    *o = (struct out){.fd = o->fd, .max = o->max};
}

/* Takes out every waiting progress of this backtest (NULL: of all), but what is on its way. */
static void drop_progress(struct out *o, const char *id) {
    struct out_entry **link = &o->head, *last = NULL;
    while (*link) {
        struct out_entry *e = *link;
        bool on_its_way = e == o->head && o->sent > 0;
        if (!on_its_way && e->id[0] && (!id || strcmp(e->id, id) == 0)) {
            *link = e->next;
            o->bytes -= e->len;
            free(e);
        } else {
            last = e;
            link = &e->next;
        }
    }
    o->tail = last;
}

void out_frame(struct out *o, const char *frame, size_t len, const char *id) {
    if (o->full || o->broken)
        return;
    if (id)
        drop_progress(o, id);
    if (o->bytes + len + 1 > o->max && id)
        return; /* the next one comes */
    if (o->bytes + len + 1 > o->max)
        drop_progress(o, NULL);
    struct out_entry *e = o->bytes + len + 1 > o->max ? NULL : malloc(sizeof *e + len + 1);
    if (!e) {
        o->full = true;
        return;
    }
    e->next = NULL;
    e->id[0] = '\0';
    if (id)
        memcpy(e->id, id, strlen(id) + 1);
    memcpy(e->text, frame, len);
    e->text[len] = '\n';
    e->len = len + 1;
    *(o->tail ? &o->tail->next : &o->head) = e;
    o->tail = e;
    o->bytes += e->len;
}

static void written(struct out *o, size_t n) {
    o->stuck_ms = 0;
    while (o->head && n >= o->head->len - o->sent) {
        struct out_entry *e = o->head;
        n -= e->len - o->sent;
        o->sent = 0;
        o->bytes -= e->len;
        o->head = e->next;
        free(e);
    }
    o->sent += n;
    if (!o->head)
        o->tail = NULL;
}

void out_flush(struct out *o) {
    while (o->head && !o->broken) {
        struct iovec parts[BATCH];
        int n = 0;
        for (struct out_entry *e = o->head; e && n < BATCH; e = e->next, n++)
            parts[n] = (struct iovec){.iov_base = e->text, .iov_len = e->len};
        parts[0].iov_base = o->head->text + o->sent;
        parts[0].iov_len -= o->sent;
        ssize_t done = writev(o->fd, parts, n);
        if (done > 0) {
            written(o, (size_t)done);
        } else if (done < 0 && errno == EAGAIN) {
            if (!o->stuck_ms)
                o->stuck_ms = clock_mono_ms();
            return;
        } else if (done == 0 || errno != EINTR) {
            o->broken = true;
        }
    }
}
