/* What a submit and a cancel say on Redis, when they say it, and that Redis may be away. */
#include "fcgi/res.h"
#include "lib/clock.h"
#include "tests/api_world.h"
#include "tests/redis_server.h"
#include "tests/suite.h"

static const struct route *const routes[] = {submit_routes, backtest_routes, NULL};

#define POST "/api/algo/backtest"
#define BODY                                                                                       \
    "{\"userId\":\"anna\",\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"],"          \
    "\"cash\":500}"

static struct redis_server redis;
static struct world w;
static redisContext *listener;

static void open_both(void) {
    struct err e;
    char setting[150];
    redis_start(&redis);
    world_open(&w, routes);
    bus_close(w.app.bus);
    snprintf(setting, sizeof setting, "bus.uri=%s", redis.uri);
    ck_assert_int_eq(conf_set(&w.app.conf, setting, &e), ERR_NONE);
    w.app.bus = bus_open(&w.app.conf, &e);
    ck_assert_ptr_nonnull(w.app.bus);
    listener = redisConnectUnix(redis.path);
    ck_assert(listener && !listener->err);
    redisReply *reply = redisCommand(listener, "SUBSCRIBE backtest:task backtest:progress "
                                               "backtest:complete backtest:error "
                                               "backtest:user:anna");
    ck_assert_ptr_nonnull(reply);
    freeReplyObject(reply);
    for (int i = 1; i < 5; i++) {
        ck_assert_int_eq(redisGetReply(listener, (void **)&reply), REDIS_OK);
        freeReplyObject(reply);
    }
}

static void close_both(void) {
    redisFree(listener);
    world_close(&w);
    redis_stop(&redis);
}

/* The next message: its channel, and its data as w.json. */
static void next(const char *channel) {
    redisReply *reply;
    struct err e;
    struct timeval patience = {.tv_sec = 5};
    redisSetTimeout(listener, patience);
    ck_assert_int_eq(redisGetReply(listener, (void **)&reply), REDIS_OK);
    ck_assert_uint_eq(reply->elements, 3);
    ck_assert_str_eq(reply->element[1]->str, channel);
    json_object_put(w.json);
    w.json = json_parse(reply->element[2]->str, reply->element[2]->len, &e);
    ck_assert_ptr_nonnull(w.json);
    freeReplyObject(reply);
}

START_TEST(hints_and_announces) {
    char id[ID_MAX], uri[120];
    open_both();
    ck_assert_int_eq(world_call(&w, "POST", POST, "application/json", BODY, NULL), 202);
    snprintf(id, sizeof id, "%s", world_text(&w, "/id"));
    next("backtest:task");
    ck_assert_str_eq(world_text(&w, "/backtestId"), id);
    ck_assert_str_eq(world_text(&w, "/userId"), "anna");
    ck_assert_str_eq(world_text(&w, "/params/symbol"), "X");
    ck_assert_str_eq(world_text(&w, "/params/strategies/0"), "sma");
    ck_assert_int_eq(world_int(&w, "/params/cash"), 500);
    ck_assert_ptr_null(world_at(&w, "/params/userId"));
    ck_assert_int_eq(world_int(&w, "/attempt"), 0);
    snprintf(uri, sizeof uri, POST "/%s/cancel", id);
    ck_assert_int_eq(world_call(&w, "POST", uri, NULL, NULL, NULL), 200);
    next("backtest:error");
    ck_assert_str_eq(world_text(&w, "/backtestId"), id);
    ck_assert_str_eq(world_text(&w, "/status"), "cancelled");
    ck_assert_str_eq(world_text(&w, "/error"), "Cancelled");
    next("backtest:user:anna");
    ck_assert_str_eq(world_text(&w, "/event"), "backtest:error");
    ck_assert_str_eq(world_text(&w, "/data/status"), "cancelled");
    struct open_list open;
    ck_assert_int_eq(store_open_jobs(w.app.store, 10, &open, NULL), ERR_NONE);
    ck_assert_uint_eq(open.n, 0);
    open_list_release(&open);
    close_both();
}
END_TEST

/* A repeated request under a key is no new task. */
START_TEST(hints_once) {
    const char *const key[] = {"HTTP_IDEMPOTENCY_KEY=k", NULL};
    open_both();
    ck_assert_int_eq(world_call(&w, "POST", POST, "application/json", BODY, key), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST, "application/json", BODY, key), 202);
    ck_assert_int_eq(world_call(&w, "POST", POST "?userId=anna", "application/json",
                                "{\"symbol\":\"Y\",\"interval\":\"1d\",\"strategies\":[\"sma\"]}",
                                NULL),
                     202);
    next("backtest:task");
    ck_assert_str_eq(world_text(&w, "/params/symbol"), "X");
    next("backtest:task");
    ck_assert_str_eq(world_text(&w, "/params/symbol"), "Y");
    close_both();
}
END_TEST

START_TEST(works_without_redis) {
    char uri[120];
    open_both();
    redis_kill(&redis);
    int64_t from = clock_mono_ms();
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(world_call(&w, "POST", POST, "application/json", BODY, NULL), 202);
        snprintf(uri, sizeof uri, POST "/%s/cancel", world_text(&w, "/id"));
        ck_assert_int_eq(world_call(&w, "POST", uri, NULL, NULL, NULL), 200);
        ck_assert_str_eq(world_text(&w, "/status"), "cancelled");
    }
    ck_assert_int_lt(clock_mono_ms() - from, 5000);
    ck_assert(w.app.bus_away);
    struct open_list open; /* they wait to be announced by a supervisor */
    ck_assert_int_eq(store_open_jobs(w.app.store, 50, &open, NULL), ERR_NONE);
    ck_assert_uint_eq(open.n, 20);
    ck_assert(open.items[0].ended);
    open_list_release(&open);
    close_both();
}
END_TEST

/* A Redis that hangs costs a request nothing: the answer is made before, and the wait is bounded.
 */
START_TEST(outlasts_a_hanging_redis) {
    open_both();
    redis_freeze(&redis);
    int64_t from = clock_mono_ms();
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(world_call(&w, "POST", POST, "application/json", BODY, NULL), 202);
    ck_assert_int_lt(clock_mono_ms() - from, 5 * (BUS_BOUND_MS + 300));
    redis_thaw(&redis);
    close_both();
}
END_TEST

SUITE_MAIN("res_bus", hints_and_announces, hints_once, works_without_redis,
           outlasts_a_hanging_redis)
