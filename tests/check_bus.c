/* The sending side of the bus against a real redis-server. */
#include "lib/bus.h"

#include "lib/ask.h"
#include "tests/redis_server.h"
#include "tests/suite.h"

static struct redis_server server;

static struct bus *open_bus(void) {
    struct conf conf;
    struct err e;
    redis_conf(&server, &conf);
    struct bus *b = bus_open(&conf, &e);
    ck_assert_msg(b != NULL, "%s", e.message);
    return b;
}

static struct event make(enum event_kind kind, int attempt, int64_t seq) {
    return (struct event){.kind = kind,
                          .id = "bt_1",
                          .user_id = "ann",
                          .attempt = attempt,
                          .seq = seq,
                          .progress = (int)seq,
                          .message = "Processing",
                          .result_id = "res_1",
                          .error = "Bad data",
                          .timestamp_ms = 1733758200000};
}

/* At the first try; but a machine that is busy with other suites may need more than the bound. */
static void set(struct bus *b, enum event_kind kind, int attempt, int64_t seq) {
    struct event ev = make(kind, attempt, seq);
    struct err e;
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    bool late = false;
    while (bus_event(b, &ev, &e) != ERR_NONE) {
        late = late || strstr(e.message, "within 200 ms");
        ck_assert_msg(late && clock_mono_ms() < until, "%s", e.message);
        pause_ms(5);
    }
}

/* The state key holds this event, the open hash what belongs to it. */
static void expect(struct bus *b, enum event_kind kind, int attempt, int64_t seq) {
    struct event ev = make(kind, attempt, seq);
    struct buf frame;
    struct bus_open *open;
    size_t n;
    char *state;
    buf_init(&frame, 4096);
    event_frame(&ev, &frame);
    ck_assert_int_eq(bus_state_get(b, "bt_1", &state, NULL), ERR_NONE);
    ck_assert_ptr_nonnull(state);
    ck_assert_str_eq(state, frame.data);
    ck_assert_int_eq(bus_open_get(b, "ann", &open, &n, NULL), ERR_NONE);
    ck_assert_uint_eq(n, event_is_end(&ev) ? 0 : 1);
    if (n) {
        ck_assert_str_eq(open[0].id, "bt_1");
        ck_assert_str_eq(open[0].frame, frame.data);
    }
    bus_open_free(open, n);
    free(state);
    buf_release(&frame);
}

static void forget(void) {
    freeReplyObject(redis_do(&server, "FLUSHALL"));
}

START_TEST(newest_state_wins_in_every_order) {
    /* what was sent, and which of them must stand; by rank, lowest first */
    static const struct {
        enum event_kind kind;
        int attempt;
        int64_t seq;
    } rank[] = {
        {EVENT_STARTED, 1, 0},  {EVENT_PROGRESS, 1, 1}, {EVENT_PROGRESS, 1, 9},
        {EVENT_PROGRESS, 2, 1}, {EVENT_COMPLETE, 1, 2}, /* outranks all, whatever its numbers */
    };
    enum { N = sizeof rank / sizeof *rank };
    redis_start(&server);
    struct bus *b = open_bus();
    for (int first = 0; first < N; first++) {
        for (int second = 0; second < N; second++) {
            for (int third = 0; third < N; third++) {
                int order[] = {first, second, third}, best = 0;
                forget();
                for (int i = 0; i < 3; i++) {
                    best = order[i] > best ? order[i] : best;
                    set(b, rank[order[i]].kind, rank[order[i]].attempt, rank[order[i]].seq);
                    expect(b, rank[best].kind, rank[best].attempt, rank[best].seq);
                }
            }
        }
    }
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(first_end_is_never_replaced) {
    redis_start(&server);
    struct bus *b = open_bus();
    set(b, EVENT_ERROR, 1, 3);
    set(b, EVENT_COMPLETE, 9, 99);
    expect(b, EVENT_ERROR, 1, 3);
    struct event ev = make(EVENT_COMPLETE, 9, 100);
    ck_assert_int_eq(bus_state_set(b, &ev, NULL), ERR_NONE);
    expect(b, EVENT_ERROR, 1, 3);
    ck_assert_int_eq(bus_task(b, "bt_1", "ann", NULL, "{}", NULL), ERR_NONE); /* a late hint */
    expect(b, EVENT_ERROR, 1, 3);

    redisReply *ttl = redis_do(&server, "TTL backtest:state:bt_1");
    ck_assert_int_gt(ttl->integer, BUS_STATE_TTL_S - 60);
    ck_assert_int_le(ttl->integer, BUS_STATE_TTL_S);
    freeReplyObject(ttl);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(odd_keys_of_others_do_no_harm) {
    static const char *const odd[] = {
        "SET backtest:state:bt_1 not-json", "SET backtest:state:bt_1 7",
        "SET backtest:state:bt_1 {\"data\":7}", "LPUSH backtest:state:bt_1 x",
        "SET backtest:state:bt_1 {\"event\":\"backtest:progress\",\"data\":{\"attempt\":null}}"};
    redis_start(&server);
    struct bus *b = open_bus();
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        forget();
        redisReply *r = redis_do(&server, odd[i]);
        ck_assert_msg(r->type != REDIS_REPLY_ERROR, "%s", odd[i]);
        freeReplyObject(r);
        set(b, EVENT_PROGRESS, 1, 1);
        expect(b, EVENT_PROGRESS, 1, 1);
    }
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(a_task_is_open_until_it_ends) {
    struct bus_open *open;
    size_t n;
    redis_start(&server);
    struct bus *b = open_bus();
    ck_assert_int_eq(bus_task(b, "bt_1", "ann", "backtest", "{\"symbol\":\"X\"}", NULL), ERR_NONE);
    ck_assert_int_eq(bus_open_set(b, "bt_2", "ann", NULL), ERR_NONE);
    ck_assert_int_eq(bus_open_get(b, "ann", &open, &n, NULL), ERR_NONE);
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_null(open[0].frame);
    ck_assert_ptr_null(open[1].frame);
    bus_open_free(open, n);
    ck_assert_int_eq(bus_open_get(b, "bob", &open, &n, NULL), ERR_NONE);
    ck_assert_uint_eq(n, 0);

    forget();
    set(b, EVENT_PROGRESS, 1, 1);
    ck_assert_int_eq(bus_task(b, "bt_1", "ann", NULL, "{}", NULL), ERR_NONE); /* hinted again */
    expect(b, EVENT_PROGRESS, 1, 1);
    char *state;
    ck_assert_int_eq(bus_state_get(b, "bt_unknown", &state, NULL), ERR_NONE);
    ck_assert_ptr_null(state);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(the_script_has_the_name_we_call_it_by) {
    redis_start(&server);
    struct bus *b = open_bus();
    set(b, EVENT_PROGRESS, 1, 1); /* NOSCRIPT, then EVAL, which the server keeps under its SHA-1 */
    set(b, EVENT_PROGRESS, 1, 2);
    redisReply *stats = redis_do(&server, "INFO commandstats");
    const char *eval = strstr(stats->str, "cmdstat_eval:calls=1,");
    const char *sha = strstr(stats->str, "cmdstat_evalsha:calls=2,");
    ck_assert_msg(eval && sha, "%s", stats->str);
    freeReplyObject(stats);
    freeReplyObject(redis_do(&server, "SCRIPT FLUSH")); /* known again after any restart */
    set(b, EVENT_PROGRESS, 1, 3);
    expect(b, EVENT_PROGRESS, 1, 3);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(a_frozen_server_costs_one_bound) {
    struct err e;
    redis_start(&server);
    struct bus *b = open_bus(), *fresh = open_bus();
    ck_assert_int_eq(bus_ping(b, NULL), ERR_NONE);
    redis_freeze(&server);
    struct bus *both[] = {b, fresh}; /* one is connected, one has to connect */
    for (size_t i = 0; i < 2; i++) {
        struct event ev = make(EVENT_PROGRESS, 1, 1);
        int64_t t0 = clock_mono_us();
        ck_assert_int_eq(bus_event(both[i], &ev, &e), ERR_UNAVAILABLE);
        int64_t slow = clock_mono_us() - t0; /* 200 ms, and what a busy machine adds */
        ck_assert_msg(slow >= 150000 && slow <= 400000, "bounded by %lld us", (long long)slow);
        ck_assert(!bus_up(both[i]));
        t0 = clock_mono_us();
        ck_assert_int_eq(bus_event(both[i], &ev, &e), ERR_UNAVAILABLE);
        int64_t fast = clock_mono_us() - t0;
        ck_assert_msg(fast < 100000, "fails at once, not after %lld us", (long long)fast);
        ck_assert_str_eq(e.message, "Redis is away: no answer within 200 ms");
        printf("frozen server: %lld us, then %lld us\n", (long long)slow, (long long)fast);
    }
    redis_thaw(&server);
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (bus_ping(b, &e) != ERR_NONE) {
        ck_assert_msg(clock_mono_ms() < until, "not back: %s", e.message);
        pause_ms(5);
    }
    ck_assert(bus_up(b));
    ck_assert_uint_ge(bus_generation(b), 2);
    bus_close(b);
    bus_close(fresh);
    redis_stop(&server);
}
END_TEST

START_TEST(a_restart_between_calls_is_not_noticed) {
    struct err e;
    redis_start(&server);
    struct bus *b = open_bus();
    set(b, EVENT_PROGRESS, 1, 1);
    redis_halt(&server);
    ck_assert_int_eq(bus_ping(b, &e), ERR_UNAVAILABLE); /* and the connection is known dead */
    redis_start_again(&server);
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (bus_ping(b, &e) != ERR_NONE) {
        ck_assert(clock_mono_ms() < until);
        pause_ms(5);
    }
    expect(b, EVENT_PROGRESS, 1, 1); /* it kept its keys */
    redis_halt(&server);
    redis_start_again(&server); /* nobody called meanwhile: the first call must work */
    set(b, EVENT_PROGRESS, 1, 2);
    expect(b, EVENT_PROGRESS, 1, 2);
    redis_kill(&server);
    redis_start_again(&server);
    set(b, EVENT_PROGRESS, 1, 1); /* without its keys it takes what comes */
    expect(b, EVENT_PROGRESS, 1, 1);
    bus_rest(b);
    expect(b, EVENT_PROGRESS, 1, 1);
    ck_assert_uint_ge(bus_generation(b), 5);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(none_does_nothing_well) {
    struct conf conf = {.bus_uri = "none"};
    struct err e;
    struct bus *b = bus_open(&conf, &e);
    struct bus_sub *s = bus_sub_open(&conf, &e);
    struct event ev = make(EVENT_COMPLETE, 1, 1);
    struct bus_open *open;
    struct bus_message m;
    char *state;
    size_t n = 7;
    ck_assert(bus_is_none(b) && bus_up(b));
    ck_assert_int_eq(bus_ping(b, &e), ERR_NONE);
    ck_assert_int_eq(bus_publish(b, "x", "y", 1, &e), ERR_NONE);
    ck_assert_int_eq(bus_event(b, &ev, &e), ERR_NONE);
    ck_assert_int_eq(bus_task(b, "a", "u", NULL, "{}", &e), ERR_NONE);
    ck_assert_int_eq(bus_state_get(b, "a", &state, &e), ERR_NONE);
    ck_assert_ptr_null(state);
    ck_assert_int_eq(bus_open_get(b, "u", &open, &n, &e), ERR_NONE);
    ck_assert_uint_eq(n, 0);
    ck_assert(bus_lock(b, "k", 1000));
    ck_assert_int_eq(bus_sub_add(s, "x", &e), ERR_NONE);
    ck_assert(!bus_sub_next(s, &m));
    ck_assert_int_eq(bus_sub_fd(s), -1);
    ck_assert_int_eq(bus_sub_wait_ms(s), -1);
    ck_assert(bus_sub_settled(s) && !bus_sub_up(s));
    bus_close(b);
    bus_sub_close(s);
}
END_TEST

START_TEST(one_holds_a_lock) {
    redis_start(&server);
    struct bus *b = open_bus(), *other = open_bus();
    struct ask a = {.user_id = "ann", .id = "bt_1", .reply = "candlemill:reply:1"};
    char key[ASK_KEY_MAX];
    ask_lock_key(&a, key);
    ck_assert(bus_lock(b, key, 50));
    ck_assert(!bus_lock(other, key, 50));
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!bus_lock(other, key, 50)) {
        ck_assert(clock_mono_ms() < until);
        pause_ms(5);
    }
    bus_close(b);
    bus_close(other);
    redis_stop(&server);
}
END_TEST

START_TEST(too_large_is_said_and_harms_nothing) {
    struct err e;
    redis_start(&server);
    struct bus *b = open_bus();
    char *large = malloc(BUS_SEND_MAX + 1);
    memset(large, ' ', BUS_SEND_MAX + 1);
    large[0] = '{';
    large[BUS_MESSAGE_MAX] = '}';
    large[BUS_MESSAGE_MAX + 1] = '\0';
    struct event ev = make(EVENT_COMPLETE, 1, 1);
    ev.summary = large;
    ck_assert_int_eq(bus_event(b, &ev, &e), ERR_TOO_LARGE);
    ck_assert_int_eq(bus_publish(b, "x", large, BUS_SEND_MAX + 1, &e), ERR_TOO_LARGE);
    ck_assert_int_eq(bus_publish(b, "x", large, BUS_SEND_MAX, &e), ERR_NONE);
    set(b, EVENT_PROGRESS, 1, 1);
    expect(b, EVENT_PROGRESS, 1, 1);
    free(large);
    bus_close(b);
    redis_stop(&server);
}
END_TEST

SUITE_MAIN("bus", newest_state_wins_in_every_order, first_end_is_never_replaced,
           odd_keys_of_others_do_no_harm, a_task_is_open_until_it_ends,
           the_script_has_the_name_we_call_it_by, a_frozen_server_costs_one_bound,
           a_restart_between_calls_is_not_noticed, none_does_nothing_well, one_holds_a_lock,
           too_large_is_said_and_harms_nothing)
