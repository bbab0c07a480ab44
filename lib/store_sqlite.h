/* Private to lib/store_sqlite*.c: the open file and one way to say a statement.
 *
 *     struct sq q = sq_open(s, SQ_X, "UPDATE … SET a = ? WHERE id = ?");
 *     sq_int(&q, a);
 *     sq_text(&q, id);
 *     return sq_exec(&q, e);
 *
 * Values go in and columns come out in their order. A statement is prepared once a slot and kept;
 * a failure to prepare or bind is remembered and reported by sq_exec or sq_next. After sq_next gave
 * ERR_NONE the statement holds a read lock until sq_close (or until sq_next gives anything else).
 */
#ifndef LIB_STORE_SQLITE_H
#define LIB_STORE_SQLITE_H

#include <sqlite3.h>

#include "lib/store_ops.h"

enum sq_slot {
    SQ_ONCE, /* prepared for this use alone */
    SQ_BEGIN,
    SQ_COMMIT,
    SQ_ROLLBACK,
    SQ_BACKTEST_INSERT,
    SQ_BACKTEST_GET,
    SQ_BACKTEST_EXISTS,
    SQ_BACKTEST_DELETE,
    SQ_BACKTEST_CLOSE,
    SQ_BACKTEST_CLAIMED,
    SQ_BACKTEST_BEAT,
    SQ_BACKTEST_END,
    SQ_OPEN_JOBS,
    SQ_USER_LOAD,
    SQ_ATTEMPT_INSERT,
    SQ_ATTEMPT_GET,
    SQ_ATTEMPT_LAST,
    SQ_ATTEMPT_BEAT,
    SQ_ATTEMPT_END,
    SQ_ATTEMPT_END_OWN,
    SQ_ATTEMPT_DELETE,
    SQ_RESULT_INSERT,
    SQ_RESULT_GET,
    SQ_RESULT_EXISTS,
    SQ_RESULT_TOMBSTONE,
    SQ_PART_PUT,
    SQ_PART_GET,
    SQ_PART_DELETE,
    SQ_CANDLES_PUT,
    SQ_CANDLES_GET,
    SQ_CANDLES_DELETE,
    SQ_CANDLES_DELETE_ALL,
    SQ_SERIES,
    SQ_IDEMPOTENCY_GET,
    SQ_IDEMPOTENCY_PUT,
    SQ_SLOTS
};

struct sqlite_store {
    struct store base;
    sqlite3 *db;
    int timeout_ms;
    bool sync_full;
    int wal_pages;         /* in the WAL after this connection's last commit */
    int64_t busy_since_us; /* when the present wait for a lock began */
    unsigned random;       /* jitter of that wait */
    sqlite3_stmt *stmts[SQ_SLOTS];
};

struct sq {
    struct sqlite_store *s;
    sqlite3_stmt *stmt;
    bool once;
    int rc;         /* first failure of prepare or bind */
    int in, column; /* next value, next column */
};

struct sq sq_open(struct sqlite_store *s, enum sq_slot slot, const char *sql);
void sq_text(struct sq *q, const char *v); /* NULL: null; borrowed until the statement ran */
void sq_int(struct sq *q, int64_t v);
void sq_double(struct sq *q, double v);
void sq_blob(struct sq *q, const void *data, size_t len);

/* Runs it to its end and closes it. ERR_DUPLICATE: the key exists. */
enum err_code sq_exec(struct sq *q, struct err *e);

/* The same, but ERR_NOT_FOUND when no row was changed. */
enum err_code sq_change(struct sq *q, struct err *e);

/* The next row: ERR_NONE; ERR_NOT_FOUND: none is left, closed. */
enum err_code sq_next(struct sq *q, struct err *e);
void sq_close(struct sq *q);

/* The next column. Text goes to a buffer (cut to fit; null: empty) or to the heap (null: NULL). */
void sq_get_text(struct sq *q, char *ret, size_t size);
char *sq_get_heap(struct sq *q);
int64_t sq_get_int(struct sq *q);
double sq_get_double(struct sq *q);
const char *sq_get_blob(struct sq *q, size_t *ret_len); /* until the next step */

enum err_code sq_fail(struct sqlite_store *s, int rc, struct err *e);

/* A write transaction; sq_end commits when code is ERR_NONE, else rolls back, and returns how it
 * all went. */
enum err_code sq_begin(struct sqlite_store *s, struct err *e);
enum err_code sq_end(struct sqlite_store *s, enum err_code code, struct err *e);

/* Everything committed so far, by whatever process, survives power loss from here on (with
 * store.sync = full). For what somebody is answered for. A commit alone survives the death of every
 * process, which is enough for claims, beats and closings: after power loss the claimants are gone
 * too, and losing the newest of these only means doing them again. Done after the transaction, so
 * that nobody waits for the write lock while the disk works, and the syncs of several processes
 * overlap. code is how the write went; a failure is passed on. */
enum err_code sq_durable(struct sqlite_store *s, enum err_code code, struct err *e);

static inline struct sqlite_store *sqlite_of(struct store *s) {
    return (struct sqlite_store *)s; /* base is the first member */
}

/* Makes or migrates the tables. */
enum err_code sqlite_migrate(struct sqlite_store *s, struct err *e);

/* The operations, by noun: store_sqlite_NOUN.c */
enum err_code sqlite_backtest_insert(struct store *s, const struct backtest *b, struct err *e);
enum err_code sqlite_backtest_get(struct store *s, const char *owner, const char *id,
                                  struct backtest *ret, struct err *e);
enum err_code sqlite_backtest_list(struct store *s, const struct backtest_filter *f,
                                   struct backtest_list *ret, struct err *e);
enum err_code sqlite_backtest_delete(struct store *s, const char *owner, const char *id,
                                     struct err *e);
enum err_code sqlite_close_ended(struct store *s, const char (*ids)[ID_MAX], size_t n,
                                 struct err *e);
enum err_code sqlite_open_jobs(struct store *s, size_t limit, struct open_list *ret, struct err *e);
enum err_code sqlite_user_load(struct store *s, const char *user, int64_t *ret_queued,
                               int64_t *ret_running, struct err *e);
enum err_code sqlite_attempt_insert(struct store *s, const struct attempt *a, struct err *e);
enum err_code sqlite_attempt_get(struct store *s, const char *id, int n, struct attempt *ret,
                                 struct err *e);
enum err_code sqlite_attempt_beat(struct store *s, const struct attempt *a, struct err *e);
enum err_code sqlite_attempt_end(struct store *s, const char *id, int n, const char *token,
                                 enum attempt_end end, struct err *e);
enum err_code sqlite_result_insert(struct store *s, const struct result *r,
                                   const struct part *parts, size_t n_parts, struct err *e);
enum err_code sqlite_result_get(struct store *s, const char *owner, const char *id, bool with_body,
                                struct result *ret, struct err *e);
enum err_code sqlite_result_exists(struct store *s, const char *id, struct err *e);
enum err_code sqlite_part_get(struct store *s, const char *id, int attempt, const char *name,
                              char **ret_data, size_t *ret_len, struct err *e);
enum err_code sqlite_candles_put(struct store *s, const char *symbol, enum interval iv,
                                 const struct candle_bucket *buckets, size_t n, struct err *e);
enum err_code sqlite_candles_get(struct store *s, const char *symbol, enum interval iv,
                                 int64_t from, int64_t to, struct bars *ret, struct err *e);
enum err_code sqlite_series(struct store *s, const char *symbol, struct series_list *ret,
                            struct err *e);
enum err_code sqlite_candles_delete(struct store *s, const char *symbol, enum interval iv,
                                    struct err *e);
enum err_code sqlite_idempotency_insert(struct store *s, const struct idempotency *row,
                                        struct idempotency *ret_existing, struct err *e);

#endif
