/* What a client sees of backtests: order, snapshots, filters. */
#include "tests/ws_world.h"

START_TEST(all_mine_in_the_right_order) {
    struct world *w = world_start(&fast_times);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    publish(w, EVENT_STARTED, "bt_1", "ann", 1, 0);
    expect(w, "started bt_1");
    ck_assert_str_eq(w->frame,
                     "{\"event\":\"backtest:started\",\"data\":{\"backtestId\":\"bt_1\","
                     "\"userId\":\"ann\",\"attempt\":1,\"seq\":0,\"kind\":\"backtest\"}}");
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 0);
    expect(w, "progress bt_1 0");
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 60);
    expect(w, "progress bt_1 60");
    publish(w, EVENT_STARTED, "bt_1", "ann", 2, 0); /* a takeover begins again from 0 */
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 10);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 60);
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 61);
    expect(w, "progress bt_1 61");
    publish(w, EVENT_STARTED, "bt_2", "ann", 1, 0);
    expect(w, "started bt_2");
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 2, 70);
    expect(w, "complete bt_1 success");
    ck_assert_str_eq(
        w->frame,
        "{\"event\":\"backtest:complete\",\"data\":{\"backtestId\":\"bt_1\",\"userId\":\"ann\","
        "\"status\":\"success\",\"resultId\":\"res_1\",\"summary\":{\"totalReturn\":1.5},"
        "\"attempt\":2,\"seq\":71,\"kind\":\"backtest\"}}");
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 2, 70); /* announced again */
    publish(w, EVENT_ERROR, "bt_1", "ann", 3, 80);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 3, 90);
    expect_nothing(w);
    publish(w, EVENT_ERROR, "bt_2", "ann", 1, 1);
    expect(w, "error bt_2 error");
    world_end(w);
}
END_TEST

START_TEST(no_more_than_was_asked_for) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_STARTED, "bt_1", "ann", 1, 0);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    publish(w, EVENT_PROGRESS, "bt_2", "ann", 1, 5); /* another of hers */
    publish(w, EVENT_PROGRESS, "bt_3", "bob", 1, 5); /* another user's */
    publish(w, EVENT_PROGRESS, "bt_4", "local", 1, 5);
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 5);
    expect(w, "progress bt_1 5");
    subscribe(w, NULL, NULL); /* who gives no name is local */
    expect(w, "subscribed local");
    expect(w, "started bt_4");
    expect(w, "progress bt_4 5");
    publish(w, EVENT_PROGRESS, "bt_3", "bob", 1, 6);
    expect_nothing(w);
    world_end(w);
}
END_TEST

START_TEST(an_event_that_was_missed_makes_its_start) {
    struct world *w = world_start(&fast_times);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 3, 40);
    expect(w, "started bt_1");
    ck_assert_ptr_nonnull(strstr(w->frame, "\"attempt\":3,\"seq\":0,"));
    expect(w, "progress bt_1 40");
    publish(w, EVENT_STARTED, "bt_1", "ann", 4, 0);
    publish(w, EVENT_ERROR, "bt_2", "ann", 0, 0); /* cancelled before it ran */
    expect(w, "started bt_2");
    expect(w, "error bt_2 error");
    expect_nothing(w);
    world_end(w);
}
END_TEST

START_TEST(a_finished_one_answers_at_once) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    expect(w, "complete bt_1 success");
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    expect_nothing(w);
    subscribe(w, NULL, "bt_1"); /* the id alone: its key names the owner */
    expect(w, "subscribed bt_1 ann");
    expect(w, "complete bt_1 success"); /* it was asked for again, so it is answered again */
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "complete bt_1 success");
    expect_nothing(w);
    world_end(w);
}
END_TEST

START_TEST(all_mine_begins_with_the_open_ones) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 30);
    publish(w, EVENT_COMPLETE, "bt_2", "ann", 1, 9);
    publish(w, EVENT_PROGRESS, "bt_3", "bob", 1, 30);
    ck_assert_int_eq(bus_task(w->bus, "bt_4", "ann", NULL, "{}", NULL), ERR_NONE);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 30");
    expect_nothing(w); /* ended ones are not replayed, pending ones have nothing to show */
    publish(w, EVENT_STARTED, "bt_4", "ann", 1, 0);
    expect(w, "started bt_4");
    world_end(w);
}
END_TEST

/* A publisher in full swing while the client subscribes: whatever the moment, the end is not missed
 * and nothing comes twice (progress may be coalesced). */
START_TEST(no_gap_between_snapshot_and_events) {
    struct world *w = world_start(&fast_times);
    for (int round = 0; round < 40; round++) {
        char id[16], gist[256], last[64];
        int percent = -1, started = 0;
        snprintf(id, sizeof id, "bt_%d", round);
        snprintf(last, sizeof last, "complete %s success", id);
        publish(w, EVENT_STARTED, id, "ann", 1, 0);
        pid_t publisher = fork();
        if (publisher == 0) {
            struct conf conf;
            redis_conf(&w->redis, &conf);
            w->bus = bus_open(&conf, NULL);
            for (int p = 0; p <= 100; p++)
                publish(w, EVENT_PROGRESS, id, "ann", 1, p);
            publish(w, EVENT_COMPLETE, id, "ann", 1, 101);
            bus_close(w->bus);
            _exit(0);
        }
        pause_ms(round % 10);
        subscribe(w, round % 2 ? "ann" : NULL, id);
        for (;;) {
            ck_assert_msg(world_frame(w, clock_mono_ms() + WORLD_PATIENCE_MS), "nothing more");
            world_gist(w->frame, gist);
            if (strncmp(gist, "subscribed", 10) == 0) {
                ck_assert_int_eq(started, 0);
                continue;
            }
            ck_assert_msg(strncmp(gist, "started", 7) == 0 ? started++ == 0 : started == 1,
                          "round %d: %s", round, gist);
            if (strcmp(gist, last) == 0)
                break;
            if (strncmp(gist, "progress", 8) != 0)
                continue;
            int64_t p;
            ck_assert(parse_i64(strrchr(gist, ' ') + 1, 0, 100, &p));
            ck_assert_msg(p > percent, "round %d: %d then %d", round, percent, (int)p);
            percent = (int)p;
        }
        waitpid(publisher, NULL, 0);
        expect_nothing(w);
        unsubscribe(w, round % 2 ? "ann" : NULL, id);
    }
    world_end(w);
}
END_TEST

START_TEST(unsubscribe_undoes_the_equal_subscribe) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 10);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 10");
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect_nothing(w);
    unsubscribe(w, NULL, "bt_1"); /* not equal: no such subscription */
    unsubscribe(w, "ann", NULL);
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_2", "ann", 1, 10);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 20);
    expect(w, "progress bt_1 20");
    unsubscribe(w, "ann", "bt_1");
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 30);
    expect_nothing(w);
    redisReply *r = redis_do(&w->redis, "PUBSUB NUMSUB backtest:user:ann");
    ck_assert_int_eq(r->element[1]->integer, 0); /* the room was left */
    freeReplyObject(r);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 5);
    subscribe(w, "ann", "bt_1"); /* started was said; the percentage never falls */
    expect(w, "subscribed bt_1 ann");
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 20);
    expect(w, "progress bt_1 20"); /* the newest, once more after a pause */
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 2, 21);
    expect(w, "progress bt_1 21");
    world_end(w);
}
END_TEST

START_TEST(junk_in_the_room_changes_nothing) {
    static const char *const junk[] = {
        "",
        "junk",
        "[]",
        "{}",
        "{\"event\":\"backtest:complete\"}",
        "{\"event\":\"backtest:complete\",\"data\":{}}",
        "{\"event\":\"bye\",\"data\":{\"code\":\"x\"}}",
        "{\"event\":\"backtest:task\",\"data\":{\"backtestId\":\"bt_1\",\"userId\":\"ann\"}}",
        /* of a program that knows only the contract: it says no attempt */
        "{\"event\":\"backtest:complete\",\"data\":{\"backtestId\":\"bt_1\",\"userId\":\"ann\"}}",
        /* of another user */
        "{\"event\":\"backtest:complete\",\"data\":{\"backtestId\":\"bt_1\",\"userId\":\"bob\","
        "\"attempt\":1}}",
        "{\"event\":\"backtest:progress\",\"data\":{\"backtestId\":\"bt_1\",\"userId\":\"ann\","
        "\"attempt\":1,\"seq\":50,\"progress\":\"50\"}}",
        "{\"event\":\"backtest:progress\",\"data\":{\"backtestId\":\"../x\",\"userId\":\"ann\","
        "\"attempt\":1,\"seq\":50,\"progress\":50}}",
    };
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        ck_assert_int_eq(bus_publish(w->bus, "backtest:user:ann", junk[i], strlen(junk[i]), NULL),
                         ERR_NONE);
        expect_nothing(w);
    }
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 2);
    expect(w, "progress bt_1 2");
    world_end(w);
}
END_TEST

START_TEST(newlines_of_others_never_break_a_frame) {
    struct world *w = world_start(&fast_times);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    static const char spaced[] =
        "{ \"event\" : \"backtest:complete\",\n \"data\" : { \"backtestId\":\"bt_1\",\n"
        "\"userId\":\"ann\", \"attempt\":1, \"summary\" : { \"a\" :\n 1.50 } } }\n";
    ck_assert_int_eq(bus_publish(w->bus, "backtest:user:ann", spaced, sizeof spaced - 1, NULL),
                     ERR_NONE);
    expect(w, "started bt_1");
    expect(w, "complete bt_1 success");
    ck_assert_ptr_nonnull(strstr(w->frame, "\"summary\":{\"a\":1.50}"));
    world_end(w);
}
END_TEST

SUITE_MAIN("feed", all_mine_in_the_right_order, no_more_than_was_asked_for,
           an_event_that_was_missed_makes_its_start, a_finished_one_answers_at_once,
           all_mine_begins_with_the_open_ones, no_gap_between_snapshot_and_events,
           unsubscribe_undoes_the_equal_subscribe, junk_in_the_room_changes_nothing,
           newlines_of_others_never_break_a_frame)
