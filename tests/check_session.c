/* The loop of a connection: lines, limits, slow readers, heartbeats, ends. */
#include "tests/ws_world.h"

START_TEST(lines_in_any_pieces) {
    struct world *w = world_start(&fast_times);
    static const char two[] = "{\"event\":\"ping\"}\n{\"event\":\"ping\",\"data\":{}}\r\n";
    ck_assert(write_all(w->to, two, sizeof two - 1));
    expect(w, "heartbeat");
    expect(w, "heartbeat");
    for (size_t i = 0; i < sizeof two - 1; i++) { /* a byte at a time */
        ck_assert(write_all(w->to, two + i, 1));
        if (i % 8 == 0)
            pause_ms(1);
    }
    expect(w, "heartbeat");
    expect(w, "heartbeat");
    ck_assert(write_all(w->to, two, 5)); /* a line that never ends is no command */
    close(w->to);
    ck_assert_int_eq(world_status(w), 0);
    close(w->from);
    bus_close(w->bus);
    bus_sub_close(w->asks);
    redis_stop(&w->redis);
}
END_TEST

/* A session that ends by itself: its last word, and no more. */
static void ends_with(struct world *w, const char *bye) {
    expect(w, bye);
    ck_assert_ptr_nonnull(strstr(w->frame, "\"reason\":\""));
    ck_assert_ptr_nonnull(strstr(w->frame, "\"retryAfterMs\":"));
    ck_assert_int_eq(world_status(w), 1);
    close(w->to);
    close(w->from);
}

START_TEST(malformed_lines_end_it) {
    static const char *const lines[] = {
        "",
        " ",
        "x",
        "{",
        "[]",
        "null",
        "7",
        "\"ping\"",
        "{}",
        "{\"event\":null}",
        "{\"event\":7}",
        "{\"event\":[\"ping\"]}",
        "{\"event\":\"\"}",
        "{\"event\":\"Ping\"}",
        "{\"event\":\"backtest:started\",\"data\":{\"backtestId\":\"a\"}}",
        "{\"event\":\"ping\"}{\"event\":\"ping\"}",
        "{\"event\":\"ping\"} x",
        "BIN{\"event\":\"ping\"}", /* what websocketd makes of a binary message before a text */
        "{'event':'ping'}",
        "{\"event\":\"ping\",\"event\":\"ping\"}",
        "{\"event\":\"ping\",\"data\":[]}",
        "{\"event\":\"ping\",\"data\":1}",
        "{\"event\":\"backtest:subscribe\",\"data\":\"bt_1\"}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":7}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":\"\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":\"a b\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":\"a*\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":{}}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"backtestId\":1}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"backtestId\":\"\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"backtestId\":\"../x\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"backtestId\":\"a\\u0000\"}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"backtestId\":"
        "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg\"}}",
        "{\"event\":\"backtest:unsubscribe\",\"data\":{\"backtestId\":true}}",
        "{\"event\":\"backtest:subscribe\",\"data\":{\"userId\":\"\xff\"}}",
        "{\"event\":\"ping\",\"data\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]"
        "]"
        "]]]]]]]]]]]]]]]]]]}",
    };
    static struct world w;
    redis_start(&w.redis);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        world_session(&w, &fast_times, SESSION_PATIENCE_MS);
        expect(&w, "ready");
        char both[512];
        snprintf(both, sizeof both, "%s\n{\"event\":\"ping\"}", lines[i]);
        say(&w, both); /* after a mistake nothing is heard any more */
        expect(&w, "bye protocol");
        ck_assert_msg(world_status(&w) == 1, "row %zu", i);
        close(w.to);
        close(w.from);
    }
    redis_stop(&w.redis);
}
END_TEST

START_TEST(unknown_members_are_no_mistake) {
    struct world *w = world_start(&fast_times);
    say(w, "{\"event\":\"ping\",\"data\":null,\"id\":7}");
    expect(w, "heartbeat");
    say(w, "{\"data\":{\"userId\":\"ann\",\"backtestId\":null,\"since\":[1]},"
           "\"event\":\"backtest:subscribe\"}");
    expect(w, "subscribed ann");
    say(w, "{\"event\":\"backtest:subscribe\"}");
    expect(w, "subscribed local");
    world_end(w);
}
END_TEST

START_TEST(four_kilobytes_a_line) {
    struct world *w = world_start(&fast_times);
    char line[WS_LINE_MAX + 3];
    memset(line, ' ', sizeof line);
    memcpy(line, "{\"event\":\"ping\"}", 16);
    line[WS_LINE_MAX] = '\0';
    say(w, line);
    expect(w, "heartbeat");
    say(w, line);
    expect(w, "heartbeat");
    line[WS_LINE_MAX] = ' ';
    line[WS_LINE_MAX + 1] = '\0';
    say(w, line);
    expect(w, "bye limit");
    ck_assert_int_eq(world_status(w), 1);
    close(w->to);
    close(w->from);
    bus_close(w->bus);
    bus_sub_close(w->asks);
    /* without any newline too: it is not collected for ever */
    world_session(w, &fast_times, SESSION_PATIENCE_MS);
    expect(w, "ready");
    ck_assert(write_all(w->to, line, WS_LINE_MAX + 1));
    ends_with(w, "bye limit");
    redis_stop(&w->redis);
}
END_TEST

START_TEST(sixty_four_rooms) {
    static struct world w;
    char name[32], gist[64];
    redis_start(&w.redis);
    world_session(&w, &fast_times, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    for (int i = 0; i < WS_ROOMS_MAX; i++) {
        snprintf(name, sizeof name, "user%d", i);
        snprintf(gist, sizeof gist, "subscribed user%d", i);
        subscribe(&w, name, NULL);
        expect(&w, gist);
    }
    subscribe(&w, "user0", "bt_1"); /* the room is there already */
    expect(&w, "subscribed bt_1 user0");
    unsubscribe(&w, "user5", NULL); /* a room is given back */
    subscribe(&w, "other", NULL);
    expect(&w, "subscribed other");
    subscribe(&w, "one.more", NULL);
    ends_with(&w, "bye limit");
    redis_stop(&w.redis);
}
END_TEST

START_TEST(subscriptions_are_bounded) {
    static struct world w;
    char id[32], gist[64];
    struct feed_times slow = fast_times;
    slow.quiet = slow.ask_again = 60000;
    redis_start(&w.redis);
    world_session(&w, &slow, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    for (int i = 0; i < WS_SUBSCRIBES_MAX; i++) {
        snprintf(id, sizeof id, "bt_%d", i);
        snprintf(gist, sizeof gist, "subscribed bt_%d ann", i);
        subscribe(&w, "ann", id);
        expect(&w, gist);
    }
    subscribe(&w, "ann", "bt_0"); /* one that is there is none more */
    expect(&w, "subscribed bt_0 ann");
    subscribe(&w, "ann", "bt_more");
    ends_with(&w, "bye limit");
    redis_stop(&w.redis);
}
END_TEST

START_TEST(heartbeats_and_pings) {
    static struct world w;
    struct feed_times beating = fast_times;
    beating.heartbeat = 200;
    redis_start(&w.redis);
    world_session(&w, &beating, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    ck_assert_ptr_nonnull(strstr(w.frame, "\"heartbeatMs\":200"));
    int64_t t0 = clock_mono_ms();
    for (int i = 1; i <= 5; i++) {
        expect(&w, "heartbeat");
        int64_t late = clock_mono_ms() - t0 - i * 200;
        ck_assert_msg(late >= -20 && late < 1000, "heartbeat %d is %d ms late", i, (int)late);
    }
    close(w.to);
    ck_assert_int_eq(world_status(&w), 0);
    close(w.from);
    redis_stop(&w.redis);
}
END_TEST

START_TEST(the_end_by_eof_and_by_signals) {
    static struct world w;
    static const int signals[] = {SIGTERM, SIGINT};
    redis_start(&w.redis);
    for (size_t i = 0; i < 2; i++) {
        world_session(&w, &fast_times, SESSION_PATIENCE_MS);
        expect(&w, "ready");
        int64_t t0 = clock_mono_ms();
        ck_assert_int_eq(kill(w.pid, signals[i]), 0);
        expect(&w, "bye shutdown");
        ck_assert_int_eq(world_status(&w), 0);
        ck_assert_int_lt(clock_mono_ms() - t0, 2000); /* a busy machine may be late */
        close(w.to);
        close(w.from);
    }
    /* a client that is gone, seen by the write */
    world_session(&w, &fast_times, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    close(w.from);
    w.from = -1;
    say(&w, "{\"event\":\"ping\"}");
    int status;
    ck_assert_int_eq(waitpid(w.pid, &status, 0), w.pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0); /* and not by SIGPIPE */
    close(w.to);
    redis_stop(&w.redis);
}
END_TEST

/* A reader that stops: far more progress than any queue holds, then ends. When it reads again, it
 * has every end and of each backtest at most a few progress frames, the percentages rising. */
START_TEST(a_slow_reader_loses_progress_but_no_end) {
    enum { JOBS = 150, STEPS = 30 };
    static struct world w;
    char id[16], gist[256];
    int percent[JOBS], shown = 0, ends = 0, starts = 0;
    redis_start(&w.redis);
    world_bus(&w);
    world_session(&w, &fast_times, SESSION_PATIENCE_MS);
    expect(&w, "ready");
    subscribe(&w, "ann", NULL);
    expect(&w, "subscribed ann");
    for (int step = 0; step <= STEPS; step++) {
        for (int job = 0; job < JOBS; job++) {
            snprintf(id, sizeof id, "bt_%d", job);
            publish(&w, step < STEPS ? EVENT_PROGRESS : EVENT_COMPLETE, id, "ann", 1, 3 * step);
        }
    }
    for (int job = 0; job < JOBS; job++)
        percent[job] = -1;
    while (ends < JOBS) {
        int64_t job, p;
        ck_assert_msg(world_frame(&w, clock_mono_ms() + WORLD_PATIENCE_MS), "%d ends of %d", ends,
                      JOBS);
        world_gist(w.frame, gist);
        char *number = strstr(gist, "bt_") + 3, *space = strchr(number, ' ');
        if (space)
            *space = '\0';
        ck_assert(parse_i64(number, 0, JOBS - 1, &job));
        starts += strncmp(gist, "started", 7) == 0;
        if (strncmp(gist, "progress", 8) == 0) {
            ck_assert(parse_i64(space + 1, 0, 100, &p));
            ck_assert_int_gt(p, percent[job]);
            percent[job] = (int)p;
            shown++;
        } else if (strncmp(gist, "complete", 8) == 0) {
            ck_assert_int_le(percent[job], 100);
            percent[job] = 1000;
            ends++;
        }
    }
    ck_assert_int_eq(starts, JOBS);
    ck_assert_msg(shown < JOBS * STEPS / 2, "%d progress frames of %d", shown, JOBS * STEPS);
    expect_nothing(&w);
    world_end(&w);
}
END_TEST

START_TEST(a_reader_that_stands_still_is_left) {
    static struct world w;
    redis_start(&w.redis);
    world_bus(&w);
    world_session(&w, &fast_times, 300);
    expect(&w, "ready");
    subscribe(&w, "ann", NULL);
    expect(&w, "subscribed ann");
    int64_t t0 = clock_mono_ms();
    for (int i = 0; i < 400; i++) { /* more than a pipe holds, less than the queue */
        char id[16];
        snprintf(id, sizeof id, "bt_%d", i);
        publish(&w, EVENT_COMPLETE, id, "ann", 1, 1);
    }
    int status = 0;
    while (waitpid(w.pid, &status, WNOHANG) == 0) {
        ck_assert(clock_mono_ms() - t0 < 5000);
        pause_ms(5);
    }
    ck_assert_int_ge(clock_mono_ms() - t0, 250);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    close(w.to);
    close(w.from);

    /* and one for whom the queue is full is left at once: an end is never dropped in silence */
    world_session(&w, &fast_times, 60000);
    expect(&w, "ready");
    subscribe(&w, "ann", NULL);
    expect(&w, "subscribed ann");
    t0 = clock_mono_ms();
    for (int i = 0; waitpid(w.pid, &status, WNOHANG) == 0; i++) {
        char id[16];
        ck_assert_int_lt(clock_mono_ms() - t0, 10000);
        snprintf(id, sizeof id, "job_%d", i);
        publish(&w, EVENT_COMPLETE, id, "ann", 1, 1);
    }
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    close(w.to);
    close(w.from);
    bus_close(w.bus);
    bus_sub_close(w.asks);
    redis_stop(&w.redis);
}
END_TEST

START_TEST(what_it_remembers_is_bounded) {
    struct watches t = {0};
    char id[16];
    for (int i = 0; i < WS_BACKTESTS_MAX; i++) {
        snprintf(id, sizeof id, "bt_%d", i);
        struct watch *w = watches_get(&t, id, i);
        ck_assert_ptr_nonnull(w);
        w->ended = i % 2 == 1;
    }
    ck_assert_ptr_eq(watches_get(&t, "bt_7", 9999), watches_find(&t, "bt_7"));
    ck_assert_uint_eq(t.n, WS_BACKTESTS_MAX);
    watches_get(&t, "new", 9999);
    ck_assert_uint_eq(t.n, WS_BACKTESTS_MAX);
    ck_assert_ptr_nonnull(watches_find(&t, "new"));
    ck_assert_ptr_nonnull(watches_find(&t, "bt_0")); /* older, but open */
    ck_assert_ptr_null(watches_find(&t, "bt_1"));
    size_t n = 0;
    for (struct watch *w = watches_first(&t); w; w = watches_after(&t, w))
        n++;
    ck_assert_uint_eq(n, WS_BACKTESTS_MAX);
    watches_release(&t);
}
END_TEST

SUITE_MAIN("session", lines_in_any_pieces, malformed_lines_end_it, unknown_members_are_no_mistake,
           four_kilobytes_a_line, sixty_four_rooms, subscriptions_are_bounded, heartbeats_and_pings,
           the_end_by_eof_and_by_signals, a_slow_reader_loses_progress_but_no_end,
           a_reader_that_stands_still_is_left, what_it_remembers_is_bounded)
