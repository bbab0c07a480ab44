#include "lib/bus_conn.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"

#define RECEIVE_MAX 65536      /* bytes at once */
#define UNSENT_MAX  (4U << 20) /* a server that reads nothing is given up long before */

enum err_code bus_conn_init(struct bus_conn *c, const struct conf *conf, struct err *e) {
    *c = (struct bus_conn){.fd = -1};
    buf_init(&c->out, UNSENT_MAX);
    err_set(&c->why, ERR_UNAVAILABLE, "not connected to Redis yet");
    return bus_addr_init(&c->addr, conf, e);
}

void bus_conn_rest(struct bus_conn *c) {
    if (c->fd >= 0)
        close(c->fd);
    if (c->reader)
        redisReaderFree(c->reader);
    c->fd = -1;
    c->reader = NULL;
    c->state = BUS_DOWN;
    c->next_try_ms = 0;
    buf_release(&c->out);
}

void bus_conn_release(struct bus_conn *c) {
    bus_conn_rest(c);
    bus_addr_release(&c->addr);
}

/* Half of the wait is random: programs that lost the same server do not come back in step. */
static int jittered(int ms) {
    unsigned r = 0;
    if (getrandom(&r, sizeof r, GRND_NONBLOCK) != sizeof r)
        r = (unsigned)clock_mono_us();
    return ms / 2 + (int)(r % (unsigned)(ms / 2 + 1));
}

void bus_conn_fail(struct bus_conn *c, const char *fmt, ...) {
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    err_set(&c->why, ERR_UNAVAILABLE, "Redis is away: %s", text);
    bus_conn_rest(c);
    c->backoff_ms = c->backoff_ms ? c->backoff_ms * 2 : BUS_BACKOFF_FIRST_MS;
    if (c->backoff_ms > BUS_BACKOFF_MAX_MS)
        c->backoff_ms = BUS_BACKOFF_MAX_MS;
    c->next_try_ms = clock_mono_ms() + jittered(c->backoff_ms);
}

bool bus_conn_start(struct bus_conn *c, int lookup_wait_ms) {
    struct err e;
    if (c->state != BUS_DOWN)
        return true;
    if (c->addr.none || clock_mono_ms() < c->next_try_ms)
        return false;
    if (!bus_addr_find(&c->addr, lookup_wait_ms, &e)) {
        if (e.code)
            bus_conn_fail(c, "%s", e.message);
        return false; /* without an error the name server is still at it */
    }
    const struct sockaddr *to = (const struct sockaddr *)&c->addr.found;
    c->fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    c->reader = redisReaderCreate();
    if (c->fd < 0 || !c->reader) {
        bus_conn_fail(c, "%s", c->fd < 0 ? strerror(errno) : "out of memory");
        return false;
    }
    if (!c->addr.local) {
        int on = 1;
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    c->state = BUS_CONNECTING;
    /* EAGAIN: a unix socket whose queue is full; there is nothing to wait for */
    if (connect(c->fd, to, c->addr.found_len) != 0 && errno != EINPROGRESS && errno != EINTR) {
        bus_conn_fail(c, "%s", strerror(errno));
        return false;
    }
    return true;
}

static bool writable_now(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, 0) > 0;
}

/* Whether the connect is over; then greets. */
static bool finish_connect(struct bus_conn *c) {
    int why = 0;
    socklen_t len = sizeof why;
    if (!writable_now(c->fd))
        return true;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &why, &len) != 0 || why != 0) {
        bus_conn_fail(c, "%s", strerror(why ? why : errno));
        return false;
    }
    if (!c->addr.password[0]) {
        c->state = BUS_READY;
        return true;
    }
    /* AUTH goes before what the caller has queued meanwhile */
    struct buf queued = c->out;
    buf_init(&c->out, UNSENT_MAX);
    c->state = BUS_GREETING;
    const char *const argv[] = {"AUTH", c->addr.user, c->addr.password};
    const char *const alone[] = {"AUTH", c->addr.password};
    bool ok =
        c->addr.user[0] ? bus_conn_command(c, 3, argv, NULL) : bus_conn_command(c, 2, alone, NULL);
    if (ok)
        buf_add(&c->out, queued.data, queued.len);
    buf_release(&queued);
    return ok;
}

static bool flush(struct bus_conn *c) {
    while (c->out.len > 0) {
        ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0) {
            bus_conn_fail(c, "%s", strerror(errno));
            return false;
        }
        buf_drop(&c->out, (size_t)n);
    }
    return true;
}

static bool receive(struct bus_conn *c) {
    char chunk[2048]; /* on the stack of a thousand candlemill-ws: no more than it needs */
    for (size_t got = 0; got < RECEIVE_MAX;) {
        ssize_t n = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0 && got > 0)
            return true; /* what came before the end is read first */
        if (n <= 0) {
            bus_conn_fail(c, "%s", n < 0 ? strerror(errno) : "it closed the connection");
            return false;
        }
        if (redisReaderFeed(c->reader, chunk, (size_t)n) != REDIS_OK) {
            bus_conn_fail(c, "%s", c->reader->errstr);
            return false;
        }
        if ((size_t)n < sizeof chunk)
            return true;
        got += (size_t)n;
    }
    return true; /* poll() tells of more: a flood does not keep us here */
}

static struct redisReply *parse(struct bus_conn *c) {
    void *reply = NULL;
    if (redisReaderGetReply(c->reader, &reply) != REDIS_OK) {
        bus_conn_fail(c, "what it sends is no Redis protocol: %s", c->reader->errstr);
        return NULL;
    }
    return reply;
}

/* The answer to AUTH. */
static bool greeted(struct bus_conn *c) {
    struct redisReply *r = parse(c);
    if (!r)
        return c->state != BUS_DOWN;
    bool ok = r->type == REDIS_REPLY_STATUS;
    if (ok)
        c->state = BUS_READY;
    else
        bus_conn_fail(c, "AUTH: %s", r->type == REDIS_REPLY_ERROR ? r->str : "odd answer");
    freeReplyObject(r);
    return ok;
}

bool bus_conn_step(struct bus_conn *c) {
    if (c->state == BUS_DOWN)
        return false;
    if (c->state == BUS_CONNECTING && (!finish_connect(c) || c->state == BUS_CONNECTING))
        return c->state != BUS_DOWN;
    if (!flush(c) || !receive(c))
        return false;
    return c->state != BUS_GREETING || greeted(c);
}

short bus_conn_poll_events(const struct bus_conn *c) {
    bool wants_out = c->state == BUS_CONNECTING || c->out.len > 0;
    return (short)(wants_out ? POLLIN | POLLOUT : POLLIN);
}

void bus_conn_wait(struct bus_conn *c, int64_t until_ms) {
    struct pollfd p = {.fd = c->fd, .events = bus_conn_poll_events(c)};
    int64_t left = until_ms - clock_mono_ms();
    if (left > 0)
        (void)poll(&p, 1, (int)left);
}

bool bus_conn_command(struct bus_conn *c, size_t argc, const char *const *argv,
                      const size_t *lens) {
    buf_fmt(&c->out, "*%zu\r\n", argc);
    for (size_t i = 0; i < argc; i++) {
        size_t len = lens ? lens[i] : strlen(argv[i]);
        buf_fmt(&c->out, "$%zu\r\n", len);
        buf_add(&c->out, argv[i], len);
        buf_str(&c->out, "\r\n");
    }
    if (c->out.failed)
        bus_conn_fail(c, "it does not take what we send");
    return !c->out.failed && c->state != BUS_DOWN;
}

struct redisReply *bus_conn_reply(struct bus_conn *c) {
    return c->state == BUS_READY ? parse(c) : NULL;
}
