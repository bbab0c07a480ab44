/* The subscriber of the bus, as a poll loop drives it, against a real redis-server. */
#include "lib/bus.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/redis_server.h"
#include "tests/suite.h"

static struct redis_server server;

static struct bus_sub *open_sub(struct bus **ret_bus) {
    struct conf conf;
    struct err e;
    redis_conf(&server, &conf);
    struct bus_sub *s = bus_sub_open(&conf, &e);
    ck_assert_msg(s != NULL, "%s", e.message);
    *ret_bus = bus_open(&conf, &e);
    return s;
}

/* One turn of a caller's loop; true: *m is filled. */
static bool turn(struct bus_sub *s, struct bus_message *m, int longest_ms) {
    if (bus_sub_next(s, m))
        return true;
    int wait = bus_sub_wait_ms(s);
    struct pollfd p = {.fd = bus_sub_fd(s), .events = bus_sub_events(s)};
    poll(&p, 1, wait < longest_ms ? wait : longest_ms);
    return bus_sub_next(s, m);
}

static void settle(struct bus_sub *s, unsigned generation) {
    struct bus_message m;
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!bus_sub_settled(s) || bus_sub_generation(s) < generation) {
        ck_assert_msg(clock_mono_ms() < until, "not settled: %s", bus_sub_error(s));
        ck_assert(!turn(s, &m, 50));
    }
    ck_assert(bus_sub_up(s));
}

static struct bus_message wait_message(struct bus_sub *s) {
    struct bus_message m;
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!turn(s, &m, 50))
        ck_assert_msg(clock_mono_ms() < until, "no message: %s", bus_sub_error(s));
    return m;
}

static void next_is(struct bus_sub *s, const char *channel, const char *data) {
    struct bus_message m = wait_message(s);
    ck_assert_str_eq(m.channel, channel);
    ck_assert_str_eq(m.data, data);
    ck_assert_uint_eq(m.len, strlen(data));
    bus_message_release(&m);
}

static void say(struct bus *b, const char *channel, const char *data) {
    struct err e;
    ck_assert_msg(bus_publish(b, channel, data, strlen(data), &e) == ERR_NONE, "%s", e.message);
}

START_TEST(hears_what_it_subscribed_to_and_no_more) {
    struct bus *b;
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    settle(s, 1); /* a connection without channels settles too */
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE);
    ck_assert_int_eq(bus_sub_add(s, "two", NULL), ERR_NONE);
    ck_assert_int_eq(bus_sub_add(s, "two", NULL), ERR_NONE);
    ck_assert(!bus_sub_settled(s));
    settle(s, 1);
    say(b, "three", "no");
    say(b, "one", "a");
    say(b, "two", "b");
    next_is(s, "one", "a");
    next_is(s, "two", "b");
    bus_sub_remove(s, "one");
    bus_sub_remove(s, "one");
    bus_sub_remove(s, "never");
    ck_assert_int_eq(bus_sub_add(s, "three", NULL), ERR_NONE);
    settle(s, 1);
    say(b, "one", "no");
    say(b, "three", "c");
    next_is(s, "three", "c");
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE); /* away and back at once */
    bus_sub_remove(s, "one");
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE);
    settle(s, 1);
    say(b, "one", "d");
    next_is(s, "one", "d");
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

/* Events that do not wait for the answer come in order, before one that does, and their answers are
 * never taken for another's; a server that started anew, without the script, gets them all the
 * same.
 */
START_TEST(events_without_waiting_keep_their_order) {
    struct bus *b;
    struct event ev = {.kind = EVENT_PROGRESS, .id = "bt_1", .user_id = "ann", .attempt = 1};
    char *state = NULL, seen[24];
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    ck_assert_int_eq(bus_sub_add(s, CHANNEL_PROGRESS, NULL), ERR_NONE);
    for (unsigned life = 1; life <= 2; life++) {
        settle(s, life);
        for (int n = 0; n < 100; n++) {
            ev.seq++;
            ev.progress = n;
            bus_event_soon(b, &ev);
        }
        snprintf(seen, sizeof seen, "\"seq\":%d,", (int)ev.seq);
        ck_assert_int_eq(bus_state_get(b, ev.id, &state, NULL), ERR_NONE);
        ck_assert_ptr_nonnull(strstr(state, seen));
        free(state);
        for (int n = 0; n < 100; n++) {
            struct bus_message m = wait_message(s);
            snprintf(seen, sizeof seen, "\"seq\":%d,", (int)ev.seq - 99 + n);
            ck_assert_ptr_nonnull(strstr(m.data, seen));
            bus_message_release(&m);
        }
        if (life == 1) {
            redis_kill(&server);
            redis_start_again(&server);
        }
    }
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(events_reach_channel_and_room_in_order) {
    struct bus *b;
    struct event ev = {.kind = EVENT_STARTED, .id = "bt_1", .user_id = "ann", .attempt = 1};
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    static const char *const channels[] = {CHANNEL_TASK, CHANNEL_PROGRESS, CHANNEL_COMPLETE,
                                           CHANNEL_ERROR, "backtest:user:ann"};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        ck_assert_int_eq(bus_sub_add(s, channels[i], NULL), ERR_NONE);
    settle(s, 1);
#define DATA(rest)        "{\"backtestId\":\"bt_1\",\"userId\":\"ann\"" rest ",\"kind\":\"backtest\"}"
#define FRAME(name, rest) "{\"event\":\"" name "\",\"data\":" DATA(rest) "}"
#define PROGRESS(a, n)    ",\"progress\":" #n ",\"message\":\"\",\"attempt\":" #a ",\"seq\":" #n
#define ERROR                                                                                      \
    ",\"status\":\"error\",\"error\":\"Bad\",\"timestamp\":\"2024-12-09T15:30:00Z\","              \
    "\"attempt\":1,\"seq\":9"
    ck_assert_int_eq(bus_task(b, "bt_1", "ann", NULL, "{\"symbol\":\"X\"}", NULL), ERR_NONE);
    next_is(s, CHANNEL_TASK, DATA(",\"params\":{\"symbol\":\"X\"},\"attempt\":0,\"seq\":0"));
    ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE); /* started has no global channel */
    next_is(s, "backtest:user:ann", FRAME("backtest:started", ",\"attempt\":1,\"seq\":0"));
    ev.kind = EVENT_PROGRESS;
    ev.seq = ev.progress = 5;
    ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE);
    next_is(s, CHANNEL_PROGRESS, DATA(PROGRESS(1, 5)));
    next_is(s, "backtest:user:ann", FRAME(CHANNEL_PROGRESS, PROGRESS(1, 5)));
    ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE); /* not newer: nobody is woken */
    ev.seq = ev.progress = 4;
    ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE);
    ev.seq = ev.progress = 6;
    ck_assert_int_eq(bus_state_set(b, &ev, NULL), ERR_NONE); /* says nothing */
    ev.seq = ev.progress = 7;
    ck_assert_int_eq(bus_event_relay(b, &ev, NULL), ERR_NONE); /* the room alone */
    next_is(s, "backtest:user:ann", FRAME(CHANNEL_PROGRESS, PROGRESS(1, 7)));
    ev.kind = EVENT_ERROR;
    ev.seq = 9;
    ev.timestamp_ms = 1733758200000;
    snprintf(ev.error, sizeof ev.error, "Bad");
    for (int i = 0; i < 2; i++) { /* an end is announced again as often as is asked */
        ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE);
        next_is(s, CHANNEL_ERROR, DATA(ERROR));
        next_is(s, "backtest:user:ann", FRAME(CHANNEL_ERROR, ERROR));
    }
    ev.kind = EVENT_PROGRESS;
    ev.seq = ev.progress = 99;
    ck_assert_int_eq(bus_event(b, &ev, NULL), ERR_NONE); /* after the end: silence */
    say(b, CHANNEL_TASK, "last");
    next_is(s, CHANNEL_TASK, "last");
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(subscribes_again_after_a_restart) {
    struct bus *b;
    struct bus_message m;
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE);
    settle(s, 1);
    ck_assert_uint_eq(bus_sub_generation(s), 1);
    redis_halt(&server);
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (bus_sub_fd(s) >= 0) { /* it is seen as gone, by the socket alone */
        ck_assert(clock_mono_ms() < until);
        ck_assert(!turn(s, &m, 50));
    }
    ck_assert(!bus_sub_up(s) && !bus_sub_settled(s));
    ck_assert_int_eq(bus_sub_add(s, "two", NULL), ERR_NONE); /* while it is away */
    redis_start_again(&server);
    settle(s, 2);
    ck_assert_uint_eq(bus_sub_generation(s), 2);
    int64_t bus_until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (bus_ping(b, NULL) != ERR_NONE) {
        ck_assert(clock_mono_ms() < bus_until);
        pause_ms(5);
    }
    say(b, "one", "a");
    say(b, "two", "b");
    next_is(s, "one", "a");
    next_is(s, "two", "b");
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(a_silent_server_is_gone) {
    struct bus *b;
    struct bus_message m;
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE);
    settle(s, 1);
    redis_freeze(&server);
    int64_t t0 = clock_mono_ms(), until = t0 + 30000;
    while (bus_sub_up(s)) { /* 10 s idle, a PING, 5 s without its answer */
        ck_assert_msg(clock_mono_ms() < until, "it still waits");
        ck_assert(!turn(s, &m, 1000));
    }
    ck_assert_int_ge(clock_mono_ms() - t0, 14000);
    redis_thaw(&server);
    settle(s, 2);
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(reads_what_was_sent_before_the_end) {
    struct bus *b;
    redis_start(&server);
    struct bus_sub *s = open_sub(&b);
    ck_assert_int_eq(bus_sub_add(s, "one", NULL), ERR_NONE);
    settle(s, 1);
    char *large = malloc(40001); /* more than one read of the socket */
    memset(large, 'x', 40000);
    large[40000] = '\0';
    for (int i = 0; i < 4; i++)
        say(b, "one", large);
    say(b, "one", "last");
    redis_halt(&server);
    for (int i = 0; i < 4; i++)
        next_is(s, "one", large);
    next_is(s, "one", "last");
    free(large);
    bus_sub_close(s);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(what_is_no_redis_is_left) {

    struct conf conf = {0};
    struct err e;
    struct bus_message m;
    char folder[] = "/tmp/candlemill-odd-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&un, sizeof un), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    snprintf(conf.bus_uri, sizeof conf.bus_uri, "unix:%s", path);
    struct bus_sub *s = bus_sub_open(&conf, &e);
    ck_assert(!bus_sub_next(s, &m));
    int fd = accept(listener, NULL, NULL);
    ck_assert_int_eq(write(fd, "HTTP/1.1 400 Bad Request\r\n", 26), 26);
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!strstr(bus_sub_error(s), "no Redis protocol")) {
        ck_assert_msg(clock_mono_ms() < until, "%s", bus_sub_error(s));
        ck_assert(!turn(s, &m, 20));
    }
    close(fd);
    close(listener);
    unlink(path);
    rmdir(folder);
    bus_sub_close(s);
}
END_TEST

SUITE_MAIN("bus_sub", hears_what_it_subscribed_to_and_no_more,
           events_without_waiting_keep_their_order, events_reach_channel_and_room_in_order,
           subscribes_again_after_a_restart, a_silent_server_is_gone,
           reads_what_was_sent_before_the_end, what_is_no_redis_is_left)
