/* One candlemill-ws session under test: a real redis-server, the session in a child process behind
 * two pipes, and the test in the place of everybody else: the client, the publishers, and the
 * supervisor that answers asks. Frames are compared by their gist: "progress bt_1 45". */
#ifndef TESTS_WS_WORLD_H
#define TESTS_WS_WORLD_H

#include <errno.h>
#include <poll.h>

#include "lib/ask.h"
#include "lib/bus.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "tests/redis_server.h"
#include "tests/suite.h"
#include "ws/session.h"

#define WORLD_PATIENCE_MS 10000

/* Everything faster than in life, and no heartbeat that a test has not asked for. */
static const struct feed_times fast_times = {
    .heartbeat = 60000, .quiet = 400, .grace = 1000, .ask_again = 150, .spread = 30, .rest = 50};

struct world {
    struct redis_server redis;
    struct bus *bus;      /* publishers */
    struct bus_sub *asks; /* the supervisor's ear */
    pid_t pid;
    struct ask last; /* the last that was heard */
    int to, from;    /* the client's ends */
    char text[1 << 17];
    size_t len;
    char frame[1 << 17]; /* the last one, whole */
};

static inline void world_session(struct world *w, const struct feed_times *times, int patience_ms) {
    int down[2], up[2];
    pid_t parent = getpid();
    ck_assert_int_eq(pipe2(down, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(up, O_CLOEXEC), 0);
    w->pid = fork();
    ck_assert_int_ge(w->pid, 0);
    if (w->pid == 0) {
        struct conf conf;
        struct err e;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(126);
        close(down[1]);
        close(up[0]);
        redis_conf(&w->redis, &conf);
        log_init("candlemill-ws", LOG_WARN_L);
        proc_signals();
        struct session_setup setup = {.in = down[0],
                                      .out = up[1],
                                      .bus = bus_open(&conf, &e),
                                      .sub = bus_sub_open(&conf, &e),
                                      .times = times,
                                      .patience_ms = patience_ms};
        int status = session_run(&setup);
        bus_close(setup.bus);
        bus_sub_close(setup.sub);
        exit(status); /* not _exit: the leak checker speaks here */
    }
    close(down[0]);
    close(up[1]);
    w->to = down[1];
    w->from = up[0];
    w->len = 0;
}

static inline void world_settle(struct bus_sub *s) {
    struct bus_message m;
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    while (!bus_sub_settled(s)) {
        ck_assert_msg(clock_mono_ms() < until, "%s", bus_sub_error(s));
        if (bus_sub_next(s, &m))
            bus_message_release(&m);
        pause_ms(1);
    }
}

/* Whole lines to the client; true when one is in w->frame. */
static inline bool world_frame(struct world *w, int64_t until_ms) {
    for (;;) {
        char *end = memchr(w->text, '\n', w->len);
        if (end) {
            size_t n = (size_t)(end - w->text);
            memcpy(w->frame, w->text, n);
            w->frame[n] = '\0';
            w->len -= n + 1;
            memmove(w->text, end + 1, w->len);
            return true;
        }
        struct pollfd p = {.fd = w->from, .events = POLLIN};
        int64_t left = until_ms - clock_mono_ms();
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            return false;
        ssize_t n = read(w->from, w->text + w->len, sizeof w->text - w->len);
        if (n <= 0)
            return false;
        w->len += (size_t)n;
    }
}

/* "event id detail" of a frame; what has no id or detail goes without. */
static inline void world_gist(const char *frame, char ret[static 256]) {
    struct json_object *tree = json_parse(frame, strlen(frame), NULL), *data;
    const char *event = "", *id = "", *user = "", *detail = "", *more = "";
    int64_t progress = -1;
    char number[8] = "";
    ck_assert_msg(tree != NULL, "no JSON: %s", frame);
    ck_assert_msg(json_get_string(tree, "event", &event, NULL), "no event: %s", frame);
    data = json_get_object(tree, "data", NULL);
    ck_assert_msg(data != NULL, "no data: %s", frame);
    json_get_string(data, "backtestId", &id, NULL);
    json_get_string(data, "status", &detail, NULL);
    json_get_string(data, "code", &more, NULL);
    if (strcmp(event, "subscribed") == 0)
        json_get_string(data, "userId", &user, NULL);
    if (json_get_int(data, "progress", &progress, NULL))
        snprintf(number, sizeof number, "%d", (int)progress);
    const char *parts[] = {id, user, detail, number, more};
    snprintf(ret, 256, "%s", strncmp(event, "backtest:", 9) == 0 ? event + 9 : event);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i][0])
            snprintf(ret + strlen(ret), 256 - strlen(ret), " %s", parts[i]);
    json_object_put(tree);
}

static inline void world_expect_at(struct world *w, const char *want, int line) {
    char gist[256];
    ck_assert_msg(world_frame(w, clock_mono_ms() + WORLD_PATIENCE_MS),
                  "line %d: no frame, expected %s", line, want);
    world_gist(w->frame, gist);
    ck_assert_msg(strcmp(gist, want) == 0, "line %d: %s, expected %s", line, w->frame, want);
}
#define expect(w, want) world_expect_at(w, want, __LINE__)

static inline void say(struct world *w, const char *line) {
    struct buf b; /* one write: after it the session may be gone */
    buf_init(&b, 1 << 16);
    buf_str(&b, line);
    buf_char(&b, '\n');
    ck_assert(write_all(w->to, b.data, b.len));
    buf_release(&b);
}

static inline void subscribe(struct world *w, const char *user, const char *id) {
    char line[300];
    snprintf(line, sizeof line, "{\"event\":\"backtest:subscribe\",\"data\":{%s%s%s%s%s%s%s}}",
             user ? "\"userId\":\"" : "", user ? user : "", user ? "\"" : "", user && id ? "," : "",
             id ? "\"backtestId\":\"" : "", id ? id : "", id ? "\"" : "");
    say(w, line);
}

static inline void unsubscribe(struct world *w, const char *user, const char *id) {
    char line[300];
    snprintf(line, sizeof line, "{\"event\":\"backtest:unsubscribe\",\"data\":{%s%s%s%s%s%s%s}}",
             user ? "\"userId\":\"" : "", user ? user : "", user ? "\"" : "", user && id ? "," : "",
             id ? "\"backtestId\":\"" : "", id ? id : "", id ? "\"" : "");
    say(w, line);
}

/* All that was published has been dealt with, and no frame has come of it. (A PING of our own says
 * that Redis has delivered; a first heartbeat may still overtake what was there before it.) */
static inline void expect_nothing_at(struct world *w, int line) {
    freeReplyObject(redis_do(&w->redis, "PING"));
    for (int i = 0; i < 2; i++) {
        say(w, "{\"event\":\"ping\"}");
        world_expect_at(w, "heartbeat", line);
    }
}
#define expect_nothing(w) expect_nothing_at(w, __LINE__)

static inline struct event make(enum event_kind kind, const char *id, const char *user, int attempt,
                                int percent) {
    struct event ev = {.kind = kind,
                       .attempt = attempt,
                       .seq = kind == EVENT_STARTED ? 0 : percent + 1,
                       .progress = percent,
                       .message = "Processing",
                       .result_id = "res_1",
                       .summary = "{\"totalReturn\":1.5}",
                       .error = "Bad data",
                       .timestamp_ms = 1733758200000};
    snprintf(ev.id, sizeof ev.id, "%s", id);
    snprintf(ev.user_id, sizeof ev.user_id, "%s", user);
    return ev;
}

static inline void publish(struct world *w, enum event_kind kind, const char *id, const char *user,
                           int attempt, int percent) {
    struct event ev = make(kind, id, user, attempt, percent);
    struct err e;
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    while (bus_event(w->bus, &ev, &e) != ERR_NONE) { /* Redis may just have come back */
        ck_assert_msg(clock_mono_ms() < until, "%s", e.message);
        pause_ms(2);
    }
}

/* The next ask; its user and id must be these ("" = none). One that is the last again is a retry.
 */
static inline struct ask next_ask_at(struct world *w, const char *user, const char *id, int line) {
    struct bus_message m;
    struct ask a, last = w->last;
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    do {
        while (!bus_sub_next(w->asks, &m)) {
            ck_assert_msg(clock_mono_ms() < until, "line %d: no ask for %s", line, id);
            struct pollfd p = {.fd = bus_sub_fd(w->asks), .events = bus_sub_events(w->asks)};
            poll(&p, 1, 10);
        }
        ck_assert_msg(ask_parse(m.data, m.len, &a), "%s", m.data);
        bus_message_release(&m);
        w->last = a;
        if (strcmp(a.id, id) == 0 && strcmp(a.user_id, user) == 0)
            return a;
    } while (strcmp(a.id, last.id) == 0 && strcmp(a.user_id, last.user_id) == 0);
    ck_abort_msg("line %d: asked for %s of %s, expected %s of %s", line, a.id, a.user_id, id, user);
    return a;
}
#define next_ask(w, user, id) next_ask_at(w, user, id, __LINE__)

/* What a supervisor says: an event, NULL for pending, or not found (owner NULL). */
static inline void answer(struct world *w, const struct ask *a, const char *owner,
                          const struct event *ev) {
    struct buf text;
    struct event lost = {.kind = EVENT_ERROR, .attempt = -1};
    struct err e;
    snprintf(lost.id, sizeof lost.id, "%s", a->id);
    snprintf(lost.code, sizeof lost.code, "not_found");
    buf_init(&text, BUS_MESSAGE_MAX);
    ask_answer_write(a, owner, owner ? ev : &lost, &text);
    ck_assert_msg(bus_publish(w->bus, a->reply, text.data, text.len, &e) == ERR_NONE, "%s",
                  e.message);
    buf_release(&text);
}

static inline void world_bus(struct world *w) {
    struct conf conf;
    struct err e;
    redis_conf(&w->redis, &conf);
    w->bus = bus_open(&conf, &e);
    w->asks = bus_sub_open(&conf, &e);
    ck_assert_int_eq(bus_sub_add(w->asks, CHANNEL_ASK, &e), ERR_NONE);
    world_settle(w->asks);
}

static inline struct world *world_start(const struct feed_times *times) {
    static struct world w;
    redis_start(&w.redis);
    world_bus(&w);
    world_session(&w, times, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    return &w;
}

/* The exit status; nothing more may come from it. */
static inline int world_status(struct world *w) {
    int status = 0;
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    while (waitpid(w->pid, &status, WNOHANG) == 0) {
        ck_assert_msg(clock_mono_ms() < until, "the session does not end");
        pause_ms(2);
    }
    ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    ck_assert_msg(!world_frame(w, clock_mono_ms() + 10), "after the end: %s", w->frame);
    return WEXITSTATUS(status);
}

static inline void world_end(struct world *w) {
    close(w->to);
    ck_assert_int_eq(world_status(w), 0);
    close(w->from);
    bus_close(w->bus);
    bus_sub_close(w->asks);
    redis_stop(&w->redis);
}

#endif
