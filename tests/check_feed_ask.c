/* What a session cannot find in Redis, and Redis that goes away: asks, owners, reconnects, bye. */
#include "tests/ws_world.h"

START_TEST(a_missing_key_is_asked_for) {
    struct world *w = world_start(&fast_times);
    struct event end = make(EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    struct ask a = next_ask(w, "ann", "bt_1");
    answer(w, &a, "ann", &end);
    expect(w, "started bt_1");
    expect(w, "complete bt_1 success");
    subscribe(w, "ann", "bt_1"); /* the answerer did not set the key: asked and answered again */
    expect(w, "subscribed bt_1 ann");
    a = next_ask(w, "ann", "bt_1");
    answer(w, &a, "ann", &end);
    expect(w, "complete bt_1 success");
    world_end(w);
}
END_TEST

START_TEST(no_answer_is_asked_for_again) {
    struct world *w = world_start(&fast_times);
    struct event end = make(EVENT_ERROR, "bt_1", "ann", 1, 9);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    struct ask first = next_ask(w, "ann", "bt_1");
    int64_t t0 = clock_mono_ms();
    struct ask second = next_ask(w, "ann", "bt_1");
    ck_assert_int_ge(clock_mono_ms() - t0, fast_times.ask_again - 20);
    next_ask(w, "ann", "bt_1");
    ck_assert_str_eq(first.reply, second.reply);
    answer(w, &second, "ann", &end);
    expect(w, "started bt_1");
    expect(w, "error bt_1 error");
    world_end(w);
}
END_TEST

START_TEST(pending_shows_nothing_until_something_happens) {
    struct world *w = world_start(&fast_times);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    struct ask a = next_ask(w, "ann", "bt_1");
    answer(w, &a, "ann", NULL);
    expect_nothing(w);
    a = next_ask(w, "ann", "bt_1"); /* quiet for long: asked again */
    answer(w, &a, "ann", NULL);
    expect_nothing(w);
    publish(w, EVENT_STARTED, "bt_1", "ann", 1, 0);
    expect(w, "started bt_1");
    world_end(w);
}
END_TEST

START_TEST(an_id_alone_finds_its_room) {
    struct world *w = world_start(&fast_times);
    subscribe(w, NULL, "bt_1");
    struct ask a = next_ask(w, "", "bt_1"); /* trusted mode: no owner filter */
    expect_nothing(w);
    answer(w, &a, "ann", NULL);
    expect(w, "subscribed bt_1 ann");
    expect_nothing(w);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");

    /* what happens between the answer and the room's acknowledgement is in the key by then */
    subscribe(w, NULL, "bt_2");
    a = next_ask(w, "", "bt_2");
    publish(w, EVENT_COMPLETE, "bt_2", "bob", 1, 1);
    answer(w, &a, "bob", NULL);
    expect(w, "subscribed bt_2 bob");
    expect(w, "started bt_2");
    expect(w, "complete bt_2 success");

    unsubscribe(w, NULL, "bt_1");
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 2);
    expect_nothing(w);
    world_end(w);
}
END_TEST

START_TEST(not_found_is_said_and_forgotten) {
    struct world *w = world_start(&fast_times);
    subscribe(w, NULL, "bt_1");
    struct ask a = next_ask(w, "", "bt_1");
    answer(w, &a, NULL, NULL);
    expect(w, "error bt_1 error not_found");
    ck_assert_ptr_nonnull(strstr(w->frame, "\"userId\":null"));
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    expect_nothing(w);
    subscribe(w, NULL, "bt_1"); /* now it is there */
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");
    world_end(w);
}
END_TEST

START_TEST(the_owner_filter_applies_in_full) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    subscribe(w, "bob", "bt_1");
    expect(w, "subscribed bt_1 bob"); /* his room, in which it never appears */
    struct ask a = next_ask(w, "bob", "bt_1");
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 2);
    expect_nothing(w);
    answer(w, &a, NULL, NULL);
    expect(w, "error bt_1 error not_found");
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 1, 3);
    expect_nothing(w);

    /* an answerer that named the true owner all the same tells him nothing */
    struct event end = make(EVENT_COMPLETE, "bt_1", "ann", 1, 3);
    subscribe(w, "bob", "bt_1");
    expect(w, "subscribed bt_1 bob");
    a = next_ask(w, "bob", "bt_1");
    answer(w, &a, "ann", &end);
    expect(w, "error bt_1 error not_found");

    /* two filters for one id: each gets its own answer */
    freeReplyObject(redis_do(&w->redis, "FLUSHALL"));
    subscribe(w, "bob", "bt_1");
    subscribe(w, "cid", "bt_1");
    expect(w, "subscribed bt_1 bob");
    expect(w, "subscribed bt_1 cid");
    a = next_ask(w, "bob", "bt_1");
    answer(w, &a, NULL, NULL);
    expect(w, "error bt_1 error not_found");
    ck_assert_ptr_nonnull(strstr(w->frame, "\"bob\""));
    a = next_ask(w, "cid", "bt_1");
    answer(w, &a, NULL, NULL);
    expect(w, "error bt_1 error not_found");
    ck_assert_ptr_nonnull(strstr(w->frame, "\"cid\""));
    world_end(w);
}
END_TEST

START_TEST(silence_is_asked_about) {
    struct world *w = world_start(&fast_times);
    struct event end = make(EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");
    int64_t t0 = clock_mono_ms();
    struct ask a = next_ask(w, "ann", "bt_1");
    ck_assert_int_ge(clock_mono_ms() - t0, fast_times.quiet - 50);
    struct event stored = make(EVENT_PROGRESS, "bt_1", "ann", 1, 20);
    stored.seq = 0; /* what the store alone knows */
    answer(w, &a, "ann", &stored);
    expect(w, "progress bt_1 20");
    a = next_ask(w, "ann", "bt_1");
    stored.progress = 15;
    answer(w, &a, "ann", &stored);
    expect_nothing(w);
    a = next_ask(w, "ann", "bt_1");
    answer(w, &a, "ann", &end); /* its end was published while nobody could hear */
    expect(w, "complete bt_1 success");
    world_end(w);
}
END_TEST

START_TEST(silence_of_all_is_one_question) {
    struct world *w = world_start(&fast_times);
    for (int i = 0; i < 5; i++) {
        char id[8], gist[32];
        snprintf(id, sizeof id, "bt_%d", i);
        publish(w, EVENT_PROGRESS, id, "ann", 1, 1);
        if (i == 0) {
            subscribe(w, "ann", NULL);
            expect(w, "subscribed ann");
        }
        snprintf(gist, sizeof gist, "started %s", id);
        expect(w, gist);
        snprintf(gist, sizeof gist, "progress %s 1", id);
        expect(w, gist);
    }
    struct ask a = next_ask(w, "ann", "");
    /* whoever answers sets keys and hash: one has ended, one was deleted, the others go on */
    struct event end = make(EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    struct event more = make(EVENT_PROGRESS, "bt_2", "ann", 1, 50);
    ck_assert_int_eq(bus_state_set(w->bus, &end, NULL), ERR_NONE);
    ck_assert_int_eq(bus_state_set(w->bus, &more, NULL), ERR_NONE);
    freeReplyObject(redis_do(&w->redis, "HDEL backtest:open:ann bt_3"));
    freeReplyObject(redis_do(&w->redis, "DEL backtest:state:bt_3"));
    answer(w, &a, "ann", NULL);
    expect(w, "progress bt_2 50");
    expect(w, "complete bt_1 success");
    a = next_ask(w, "ann", "bt_3");
    answer(w, &a, NULL, NULL);
    expect(w, "error bt_3 error not_found");
    a = next_ask(w, "ann", ""); /* those that go on are silent again */
    expect_nothing(w);
    world_end(w);
}
END_TEST

/* After a restart the supervisor is heard again too. */
static void come_back(struct world *w) {
    redis_start_again(&w->redis);
    world_settle(w->asks);
}

START_TEST(after_a_restart_with_its_keys) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    subscribe(w, "ann", "bt_1");
    expect(w, "subscribed bt_1 ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");
    redis_halt(&w->redis);
    come_back(w);
    struct ask a = next_ask(w, "ann", "bt_1"); /* asked at once: an end may have been missed */
    struct event end = make(EVENT_COMPLETE, "bt_1", "ann", 1, 9);
    answer(w, &a, "ann", &end);
    expect(w, "complete bt_1 success");
    world_end(w);
}
END_TEST

START_TEST(after_a_restart_without_its_keys) {
    struct world *w = world_start(&fast_times);
    publish(w, EVENT_PROGRESS, "bt_1", "ann", 1, 1);
    publish(w, EVENT_COMPLETE, "bt_0", "ann", 1, 1);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    expect(w, "started bt_1");
    expect(w, "progress bt_1 1");
    redis_kill(&w->redis);
    come_back(w);
    struct event more = make(EVENT_PROGRESS, "bt_1", "ann", 1, 20);
    bool for_all = false, for_one = false;
    while (!for_all || !for_one) { /* in either order: each at a moment of its own */
        struct bus_message m;
        struct ask a;
        while (!bus_sub_next(w->asks, &m))
            pause_ms(1);
        ck_assert(ask_parse(m.data, m.len, &a));
        bus_message_release(&m);
        ck_assert_str_eq(a.user_id, "ann");
        for_all = for_all || !a.id[0];
        for_one = for_one || a.id[0];
        if (a.id[0])
            answer(w, &a, "ann", &more);
    }
    expect(w, "progress bt_1 20");
    publish(w, EVENT_COMPLETE, "bt_1", "ann", 1, 30); /* and the room is heard again */
    expect(w, "complete bt_1 success");
    world_end(w);
}
END_TEST

START_TEST(redis_away_for_long_is_a_bye) {
    struct world *w = world_start(&fast_times);
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    redis_halt(&w->redis);
    int64_t t0 = clock_mono_ms();
    expect(w, "bye bus");
    ck_assert_int_ge(clock_mono_ms() - t0, fast_times.grace - 50);
    ck_assert_ptr_nonnull(strstr(w->frame, "\"reason\":\"Redis is away: "));
    ck_assert_int_eq(world_status(w), 1);
    close(w->to);
    close(w->from);
    bus_close(w->bus);
    bus_sub_close(w->asks);
    redis_stop(&w->redis);
}
END_TEST

START_TEST(redis_away_at_the_start_is_a_bye) {
    static struct world w;
    redis_prepare(&w.redis);
    world_session(&w, &fast_times, SESSION_PATIENCE_MS);
    subscribe(&w, "ann", NULL); /* not read before "ready" */
    expect(&w, "bye bus");
    ck_assert_int_eq(world_status(&w), 1);
    /* a client that leaves meanwhile is not waited for */
    struct feed_times patient = fast_times;
    patient.grace = 60000;
    world_session(&w, &patient, SESSION_PATIENCE_MS);
    subscribe(&w, "ann", NULL);
    close(w.to);
    ck_assert_int_eq(world_status(&w), 0);
    redis_stop(&w.redis);
}
END_TEST

START_TEST(redis_that_refuses_to_be_read_is_a_bye) {
    struct world *w = world_start(&fast_times);
    freeReplyObject(redis_do(&w->redis, "ACL SETUSER default -hgetall"));
    subscribe(w, "ann", NULL);
    expect(w, "subscribed ann");
    expect(w, "bye bus");
    ck_assert_ptr_nonnull(strstr(w->frame, "NOPERM"));
    ck_assert_int_eq(world_status(w), 1);
    close(w->to);
    close(w->from);
    bus_close(w->bus);
    bus_sub_close(w->asks);
    redis_stop(&w->redis);
}
END_TEST

SUITE_MAIN("feed_ask", a_missing_key_is_asked_for, no_answer_is_asked_for_again,
           pending_shows_nothing_until_something_happens, an_id_alone_finds_its_room,
           not_found_is_said_and_forgotten, the_owner_filter_applies_in_full,
           silence_is_asked_about, silence_of_all_is_one_question, after_a_restart_with_its_keys,
           after_a_restart_without_its_keys, redis_away_for_long_is_a_bye,
           redis_away_at_the_start_is_a_bye, redis_that_refuses_to_be_read_is_a_bye)
