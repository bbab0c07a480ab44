#include "ws/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "ws/show.h"

#define CHUNK       512  /* most commands are far shorter */
#define FAREWELL_MS 150  /* websocketd gives us 250 ms after SIGINT */
#define RETRY_MS    2000 /* after a shutdown, plus as much at random: not all at once */

struct session {
    const struct session_setup *setup;
    struct feed feed;
    struct out out;
    struct buf line; /* what has come of the client's next lines */
    bool over;       /* the client is gone */
};

/* What is left of a line stays for the next read. */
static void take_lines(struct session *s) {
    size_t done = 0;
    while (!s->feed.bye.code) {
        const char *line = s->line.data + done;
        const char *end = memchr(line, '\n', s->line.len - done);
        if (!end)
            break;
        feed_line(&s->feed, line, (size_t)(end - line));
        done = (size_t)(end + 1 - s->line.data);
    }
    buf_drop(&s->line, done);
    if (s->line.len > WS_LINE_MAX)
        feed_say_bye(&s->feed, "limit", 10000, "a line of more than %d bytes", WS_LINE_MAX);
}

static void read_client(struct session *s) {
    size_t left = s->line.max - s->line.len;
    char *room = buf_room(&s->line, left < CHUNK ? left : CHUNK);
    ssize_t n = room ? read(s->setup->in, room, left < CHUNK ? left : CHUNK) : -1;
    if (n > 0) {
        buf_grown(&s->line, (size_t)n);
        take_lines(s);
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        s->over = true;
    }
}

static void wait_for_something(struct session *s) {
    int wait = feed_wait_ms(&s->feed);
    if (s->out.stuck_ms) {
        int64_t left = s->out.stuck_ms + s->setup->patience_ms - clock_mono_ms();
        wait = left < wait ? (int)(left > 0 ? left : 0) : wait;
    }
    struct pollfd p[] = {
        /* before "ready" nothing is read, but a client that leaves is seen */
        {.fd = s->setup->in, .events = s->feed.ready ? POLLIN : 0},
        {.fd = bus_sub_fd(s->setup->sub), .events = bus_sub_events(s->setup->sub)},
        {.fd = out_empty(&s->out) ? -1 : s->setup->out, .events = POLLOUT},
    };
    if (poll(p, 3, wait) <= 0)
        return;
    if (p[0].revents & POLLIN)
        read_client(s);
    else if (p[0].revents)
        s->over = true;
}

static bool too_slow(const struct session *s) {
    return s->out.full ||
           (s->out.stuck_ms && clock_mono_ms() - s->out.stuck_ms >= s->setup->patience_ms);
}

static void flush_until(struct out *o, int64_t until_ms) {
    out_flush(o);
    while (!out_empty(o) && !o->broken && clock_mono_ms() < until_ms) {
        struct pollfd p = {.fd = o->fd, .events = POLLOUT};
        if (poll(&p, 1, (int)(until_ms - clock_mono_ms())) <= 0)
            return;
        out_flush(o);
    }
}

static void farewell(struct session *s) {
    const struct feed_bye *bye = &s->feed.bye;
    if (strcmp(bye->code, "shutdown") != 0)
        log_info("bye %s: %s", bye->code, bye->reason);
    show_bye(&s->out, bye->code, bye->reason, bye->retry_ms);
    flush_until(&s->out, clock_mono_ms() + FAREWELL_MS);
}

int session_run(const struct session_setup *setup) {
    struct session s = {.setup = setup};
    struct err e;
    out_init(&s.out, setup->out, WS_QUEUE_MAX);
    buf_init(&s.line, WS_LINE_MAX + 1);
    if (!feed_init(&s.feed, setup->times, setup->bus, setup->sub, &s.out, &e))
        feed_say_bye(&s.feed, "internal", 10000, "%.150s", e.message);
    while (!s.feed.bye.code && !s.over) {
        feed_step(&s.feed);
        out_flush(&s.out);
        if (too_slow(&s))
            feed_say_bye(&s.feed, "slow", 1000, "the reader does not keep up");
        if (proc_terminate)
            feed_say_bye(&s.feed, "shutdown", RETRY_MS + (int)feed_random(RETRY_MS),
                         "the server stops or starts anew");
        s.over = s.over || s.out.broken;
        if (!s.feed.bye.code && !s.over)
            wait_for_something(&s);
    }
    bool bye = !s.over && s.feed.bye.code;
    bool bad = bye && strcmp(s.feed.bye.code, "shutdown") != 0;
    if (bye)
        farewell(&s);
    feed_release(&s.feed);
    buf_release(&s.line);
    out_release(&s.out);
    return bad ? 1 : 0;
}

void session_refuse(int fd, const char *code, const char *reason, int retry_ms) {
    struct out o;
    out_init(&o, fd, WS_QUEUE_MAX);
    log_info("bye %s: %s", code, reason);
    show_bye(&o, code, reason, retry_ms);
    flush_until(&o, clock_mono_ms() + FAREWELL_MS);
    out_release(&o);
}
