/* Sixteen processes want the same thing: exactly one gets it. */
#include "tests/store_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#define PROCESSES 16
#define ROUNDS    12
#define BROKEN    101 /* more wins than in_processes takes: something else went wrong */

struct race {
    int kind;
    enum err_code (*once)(struct store *s, int process, int round);
};

static int run_race(int process, void *arg) {
    const struct race *race = arg;
    struct store *s = world_open(race->kind);
    int wins = 0;
    for (int round = 0; round < ROUNDS; round++) {
        enum err_code code = race->once(s, process, round);
        if (code == ERR_NONE)
            wins++;
        else if (code != ERR_DUPLICATE) {
            fprintf(stderr, "process %d: %s: %s\n", process, err_word(code), world_err.message);
            return BROKEN;
        }
    }
    store_close(s);
    return wins;
}

static void one_winner_each(int kind, enum err_code (*once)(struct store *s, int, int)) {
    struct race race = {kind, once};
    ck_assert_int_eq(in_processes(PROCESSES, run_race, &race), ROUNDS);
}

static void round_id(int round, char ret[static ID_MAX]) {
    snprintf(ret, ID_MAX, "race%d", round);
}

static enum err_code insert_backtest(struct store *s, int process, int round) {
    char id[ID_MAX], user[16];
    round_id(round, id);
    snprintf(user, sizeof user, "user%d", process);
    struct backtest b = a_backtest(id, user, 1);
    return store_backtest_insert(s, &b, &world_err);
}

START_TEST(sixteen_submits_of_one_id_make_one_backtest) {
    store_close(world_open(_i));
    one_winner_each(_i, insert_backtest);
    struct store *s = world_open(_i);
    struct backtest_filter f = {.limit = 100};
    struct backtest_list list;
    ok(store_backtest_list(s, &f, &list, &world_err));
    ck_assert_uint_eq(list.n, ROUNDS);
    backtest_list_release(&list);
    store_close(s);
}
END_TEST

static enum err_code insert_attempt(struct store *s, int process, int round) {
    char id[ID_MAX], token[16];
    round_id(round, id);
    snprintf(token, sizeof token, "token%d", process);
    struct attempt a = an_attempt(id, 1, token), there;
    enum err_code code = store_attempt_insert(s, &a, &world_err);
    if (code == ERR_NONE && (store_attempt_get(s, id, 1, &there, &world_err) != ERR_NONE ||
                             strcmp(there.token, token) != 0))
        return ERR_INTERNAL; /* won, and another's token is there */
    return code;
}

START_TEST(sixteen_claims_have_one_owner) {
    struct store *s = world_open(_i);
    for (int round = 0; round < ROUNDS; round++)
        ok(insert_backtest(s, 0, round));
    store_close(s);
    one_winner_each(_i, insert_attempt);
}
END_TEST

/* Each process ends its own attempt, with a part that says whose it is. */
static enum err_code insert_end(struct store *s, int process, int round) {
    char id[ID_MAX], token[16];
    round_id(round, id);
    snprintf(token, sizeof token, "token%d", process);
    struct result r = an_end(id, "user0", process + 1, token);
    struct part parts[] = {{"trades", token, strlen(token)}, {"equity", token, strlen(token)}};
    return store_result_insert(s, &r, parts, 2, &world_err);
}

START_TEST(sixteen_ends_are_one_and_losers_leave_nothing) {
    struct store *s = world_open(_i);
    for (int round = 0; round < ROUNDS; round++)
        ok(insert_backtest(s, 0, round));
    store_close(s);
    one_winner_each(_i, insert_end);
    s = world_open(_i);
    for (int round = 0; round < ROUNDS; round++) {
        char id[ID_MAX];
        round_id(round, id);
        struct result r;
        ok(store_result_get(s, "user0", id, false, &r, &world_err));
        for (int process = 0; process < PROCESSES; process++) {
            char *data;
            size_t len;
            enum err_code code =
                store_part_get(s, id, process + 1, "trades", &data, &len, &world_err);
            ck_assert_int_eq(code, r.attempt == process + 1 ? ERR_NONE : ERR_NOT_FOUND);
            if (code == ERR_NONE) {
                ck_assert_str_eq(data, r.token);
                free(data);
            }
        }
        struct backtest b = got(s, id);
        ck_assert_int_eq(b.status, RUN_COMPLETED);
        ck_assert_int_eq(b.attempt, r.attempt);
        backtest_release(&b);
        result_release(&r);
    }
    store_close(s);
}
END_TEST

static enum err_code insert_key(struct store *s, int process, int round) {
    struct idempotency row = {.payload_hash = "h", .created_ms = 1000 * MS_PER_HOUR}, there;
    snprintf(row.key, sizeof row.key, "u:key%d", round);
    snprintf(row.backtest_id, sizeof row.backtest_id, "bt_%d", process);
    enum err_code code = store_idempotency_insert(s, &row, &there, &world_err);
    if (code == ERR_DUPLICATE && there.created_ms != row.created_ms)
        return ERR_INTERNAL; /* shown a row that should have been replaced */
    return code;
}

START_TEST(sixteen_posts_with_one_key_are_one) {
    store_close(world_open(_i));
    one_winner_each(_i, insert_key);
}
END_TEST

START_TEST(sixteen_posts_over_an_expired_key_are_one) {
    struct store *s = world_open(_i);
    for (int round = 0; round < ROUNDS; round++) {
        struct idempotency row = {.payload_hash = "old", .backtest_id = "old", .created_ms = 1};
        snprintf(row.key, sizeof row.key, "u:key%d", round);
        ok(store_idempotency_insert(s, &row, NULL, &world_err));
    }
    store_close(s);
    one_winner_each(_i, insert_key);
}
END_TEST

static int first_open(int process, void *arg) {
    (void)process;
    struct store *s = world_open(*(int *)arg);
    bool fine = store_ping(s, &world_err) == ERR_NONE;
    store_close(s);
    return fine;
}

START_TEST(sixteen_may_make_the_schema) {
    int kind = _i;
    world_uri(kind); /* named before the fork, so that all mean the same */
    ck_assert_int_eq(in_processes(PROCESSES, first_open, &kind), PROCESSES);
    struct store *s = world_open(kind);
    ended_backtest(s, "j", "u");
    store_close(s);
}
END_TEST

STORE_CASES(races, sixteen_submits_of_one_id_make_one_backtest, sixteen_claims_have_one_owner,
            sixteen_ends_are_one_and_losers_leave_nothing, sixteen_posts_with_one_key_are_one,
            sixteen_posts_over_an_expired_key_are_one, sixteen_may_make_the_schema)
