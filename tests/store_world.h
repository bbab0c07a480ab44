/* What the cases of check_store share: a store of their own over either implementation, and
 * records to put in. Every case runs twice, _i says over which (Check's loop index). */
#ifndef TESTS_STORE_WORLD_H
#define TESTS_STORE_WORLD_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/run.h"
#include "lib/store.h"

enum { OVER_SQLITE, OVER_MONGO, OVER_COUNT };

#define WORLD_TIMEOUT_MS 3000

/* A Check program starts the world, runs, ends it: temp folder and, unless CANDLEMILL_TEST_MONGO
 * names one, a MongoDB-compatible server; "skipped: …" is printed where none can be had. */
void world_begin(void);
bool world_has_mongo(void);
void world_end(void);

/* Folder of the whole world, gone at the end. */
const char *world_folder(void);

/* The uri of this case's own store: a new, empty database for each test process (and those it
 * forks). world_open fails the test when it cannot be opened. */
const char *world_uri(int kind);
struct store *world_open(int kind);
struct store *world_open_uri(const char *uri, int timeout_ms);

/* A MongoDB-compatible server of one's own over a folder (NULL: a temp one), for the cases that
 * kill, freeze or fill it. port 0: a free one; option: one more for the server, or NULL. False:
 * none can be had. */
struct mongo_server {
    char uri[256];
    char folder[256];
    int port;
    pid_t script, server;
    bool absent; /* not started because it cannot be had on this machine */
};
bool mongo_server_start(struct mongo_server *m, const char *folder, int port, const char *option);
void mongo_server_kill(struct mongo_server *m);   /* -9 */
void mongo_server_freeze(struct mongo_server *m); /* returns when it has stopped; SIGCONT thaws */
void mongo_server_stop(struct mongo_server *m);

/* The error of the last ok() or gives(). */
extern struct err world_err;
#define ok(call)                                                                                   \
    do {                                                                                           \
        enum err_code code_ = (call);                                                              \
        ck_assert_msg(code_ == ERR_NONE, "%s: %s: %s", #call, err_word(code_), world_err.message); \
    } while (0)
#define gives(expected, call)                                                                      \
    do {                                                                                           \
        enum err_code code_ = (call);                                                              \
        ck_assert_msg(code_ == (expected), "%s: %s instead of %s: %s", #call, err_word(code_),     \
                      err_word(expected), code_ ? world_err.message : "");                         \
    } while (0)

/* Records, valid and complete; texts are static. */
struct backtest a_backtest(const char *id, const char *user, int64_t created_ms);
struct attempt an_attempt(const char *id, int n, const char *token);
struct result an_end(const char *id, const char *user, int attempt, const char *token);

/* The record read back, released by the caller. */
struct backtest got(struct store *s, const char *id);

/* Inserts a backtest that has ended with attempt 1 and a part "trades". */
void ended_backtest(struct store *s, const char *id, const char *user);

/* A process that holds the write lock of a SQLite file until it is killed. */
pid_t world_hold_lock(const char *path);

/* Runs job(i, arg) in n processes that start together; sums what they return (0 .. 100). */
int in_processes(int n, int (*job)(int i, void *arg), void *arg);

/* The cases of one file, each added once a store. */
void store_cases_backtests(TCase *tcase);
void store_cases_jobs(TCase *tcase);
void store_cases_results(TCase *tcase);
void store_cases_candles(TCase *tcase);
void store_cases_races(TCase *tcase);
void store_cases_faults(TCase *tcase);
void store_cases_sqlite(TCase *tcase); /* this store's own, once */
void store_cases_mongo(TCase *tcase);
#define STORE_CASES(name, ...)                                                                     \
    void store_cases_##name(TCase *tcase) {                                                        \
        const TTest *tests[] = {__VA_ARGS__};                                                      \
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)                                  \
            tcase_add_loop_test(tcase, tests[i], OVER_SQLITE,                                      \
                                world_has_mongo() ? OVER_COUNT : OVER_MONGO);                      \
    }

#endif
