/* The store: one contract, two implementations (sqlite:PATH, mongodb://…); no caller knows which.
 *
 * Uniqueness lives in _id; every decision of a job's life is an insert (DESIGN 4). Every call
 * returns ERR_NONE or fills *e: ERR_DUPLICATE (the _id exists), ERR_NOT_FOUND, ERR_UNAVAILABLE (the
 * server or the lock did not answer within the bound: a write may or may not have happened, read
 * back by _id), ERR_FULL (no space: nothing of this record was written), ERR_TOO_LARGE (a record
 * past STORE_RECORD_MAX, nothing was written), ERR_INVALID (what the caller gave breaks the
 * contract), ERR_INTERNAL. e may be NULL. ret_ outputs are untouched on failure. `owner` NULL means
 * any user; otherwise it is part of the filter, and another user's record is ERR_NOT_FOUND. A store
 * belongs to one process: open it after fork. Not thread safe. After ERR_UNAVAILABLE the next call
 * connects again by itself. */
#ifndef LIB_STORE_H
#define LIB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bars.h"
#include "lib/err.h"
#include "lib/run.h"

struct store;

struct store_options {
    bool sync_full;      /* SQLite: what is answered for waits for the disk (synchronous=FULL) */
    int timeout_ms;      /* bound of one round trip: MongoDB's timeouts, SQLite's wait for a lock */
    const char *program; /* appname, for the server's log; may be NULL */
};

/* Opens, makes or migrates the schema. NULL: *e says why (ERR_INVALID for a bad uri, a WAL path on
 * a network filesystem, or a file of a newer version). */
struct store *store_open(const char *uri, const struct store_options *opt, struct err *e);
void store_close(struct store *s);

/* Answers: the store reads and could write now (ERR_FULL when it has no room left). */
enum err_code store_ping(struct store *s, struct err *e);

/* For a moment when nobody waits for this process: pays what writes have put off (SQLite: copies
 * the WAL into the file). Not calling it costs time later, nothing else. */
void store_rest(struct store *s);

/* --- backtests ---------------------------------------------------------------------------------
 */

/* All of *b is stored as given. b->symbol is the symbol of its params (MongoDB filters by
 * params.symbol, which another API's records have too). Params and tags come back as equal JSON:
 * keys in their order, every number the same float64, spelling of numbers and spaces not kept. */
enum err_code store_backtest_insert(struct store *s, const struct backtest *b, struct err *e);
enum err_code store_backtest_get(struct store *s, const char *owner, const char *id,
                                 struct backtest *ret, struct err *e);

struct backtest_filter {
    const char *owner;  /* NULL: any */
    const char *status; /* run_status_name, or NULL */
    const char *symbol, *tag, *kind;
    size_t limit; /* 1 .. LIST_LIMIT_MAX */
    /* After this record in the order (created_ms, id) descending; id empty: from the newest. */
    int64_t cursor_created_ms;
    char cursor_id[ID_MAX];
};

struct backtest_list {
    struct backtest *items;
    size_t n;
    bool more; /* records after the last item exist */
};
enum err_code store_backtest_list(struct store *s, const struct backtest_filter *f,
                                  struct backtest_list *ret, struct err *e);
void backtest_list_release(struct backtest_list *l);

/* Turns the end into a tombstone {deleted:true}, then removes backtest, parts, attempts.
 * ERR_CONFLICT: it has not ended. Called again it finishes a removal that was cut short, and is
 * ERR_NOT_FOUND when nothing was left of it. */
enum err_code store_backtest_delete(struct store *s, const char *owner, const char *id,
                                    struct err *e);

/* Sets open = false for all of the ids in one go, and mends their cached status from the end where
 * it lags. Records without an end are left open. */
enum err_code store_close_ended(struct store *s, const char (*ids)[ID_MAX], size_t n,
                                struct err *e);

/* Open records with what decides about them: the scheduler's view, oldest first. */
struct open_job {
    char id[ID_MAX];
    char user_id[USER_MAX];
    int priority;
    int64_t created_ms;
    bool ended;                /* a results row exists: it only waits to be announced */
    int attempts;              /* highest attempt, 0: none */
    int lost, retry, released; /* ends of attempts so far */
    struct attempt last;       /* the highest attempt, when attempts > 0 */
};
struct open_list {
    struct open_job *items;
    size_t n;
};
/* A record without `open` counts as open while its status is pending or running (MongoDB). */
enum err_code store_open_jobs(struct store *s, size_t limit, struct open_list *ret, struct err *e);
void open_list_release(struct open_list *l);

/* Open jobs of one user by their cached status: how many wait, how many run. */
enum err_code store_user_load(struct store *s, const char *user, int64_t *ret_queued,
                              int64_t *ret_running, struct err *e);

/* --- attempts ----------------------------------------------------------------------------------
 */

/* Inserts "<id>:<n>" (a->n from 1) and caches status running, attempt n, progress and, the first
 * time, started_ms in the record (never over a terminal status or a higher attempt). SQLite: one
 * commit. MongoDB: once the insert is made the call succeeds, the cache is mended by later calls.
 */
enum err_code store_attempt_insert(struct store *s, const struct attempt *a, struct err *e);

/* The attempt, by number; n 0: the highest. */
enum err_code store_attempt_get(struct store *s, const char *id, int n, struct attempt *ret,
                                struct err *e);

/* The owner's beat (a->beat, a->progress): only while the attempt is live and carries this token,
 * else ERR_NOT_FOUND. Also caches progress in the record, as above. */
enum err_code store_attempt_beat(struct store *s, const struct attempt *a, struct err *e);

/* Ends a live attempt; ERR_NOT_FOUND when there is none, or not live any more, or another's. token
 * NULL: whoever's. */
enum err_code store_attempt_end(struct store *s, const char *id, int n, const char *token,
                                enum attempt_end end, struct err *e);

/* --- results and their parts -------------------------------------------------------------------
 */

/* A large part of a result ("trades", "equity"), written in chunks under (id, attempt). */
struct part {
    const char *name;
    const void *data;
    size_t len;
};

/* Parts first, then the insert that decides, then the attempt (while live) as done and the cached
 * status, error, progress (100 when completed) and completed_ms. SQLite: one transaction.
 * ERR_DUPLICATE: an end exists; the parts just written are gone. An end that carries r->token
 * itself is this very call made before: ERR_NONE. A part needs an attempt (r->attempt > 0). */
enum err_code store_result_insert(struct store *s, const struct result *r, const struct part *parts,
                                  size_t n_parts, struct err *e);

/* Tombstones too (ret->deleted; then only id, user_id and completed_ms, its removal, say
 * something); with_body false leaves body NULL. */
enum err_code store_result_get(struct store *s, const char *owner, const char *id, bool with_body,
                               struct result *ret, struct err *e);

/* Cheap: has it an end (tombstones included)? ERR_NONE yes, ERR_NOT_FOUND no. */
enum err_code store_result_exists(struct store *s, const char *id, struct err *e);

/* The whole part as heap bytes (never NULL), ERR_NOT_FOUND when there is none. Caller frees. */
enum err_code store_part_get(struct store *s, const char *id, int attempt, const char *name,
                             char **ret_data, size_t *ret_len, struct err *e);

/* --- candles -----------------------------------------------------------------------------------
 */

/* One calendar bucket of one symbol and interval; columns as in struct bars. */
struct candle_bucket {
    int64_t bucket;   /* its start, ms */
    struct bars bars; /* all inside the bucket */
};

/* Replaces whole buckets, all of them or none (SQLite: one transaction; MongoDB: one after the
 * other, as given). A bucket without bars is removed. Stores beside the columns: bars, first and
 * last time, content hash. ERR_INVALID: a bar outside its bucket. */
enum err_code store_candles_put(struct store *s, const char *symbol, enum interval iv,
                                const struct candle_bucket *buckets, size_t n, struct err *e);

/* Appends the bars with from <= t < to, ascending, to *ret (initialised by the caller). None:
 * ERR_NONE. */
enum err_code store_candles_get(struct store *s, const char *symbol, enum interval iv, int64_t from,
                                int64_t to, struct bars *ret, struct err *e);

/* Start of the calendar bucket that holds t: months for minutes, years for hours, decades for days.
 */
int64_t candle_bucket_floor(enum interval iv, int64_t t);
int64_t candle_bucket_next(enum interval iv, int64_t t);

struct series_info {
    char symbol[SYMBOL_MAX];
    enum interval interval;
    int64_t from, to; /* open times of the first and last bar */
    int64_t bars;
    char hash[33]; /* changes when any stored bar changes */
};
struct series_list {
    struct series_info *items;
    size_t n;
};
/* What is stored, by symbol, then interval; symbol NULL: all. No columns are read. */
enum err_code store_series(struct store *s, const char *symbol, struct series_list *ret,
                           struct err *e);
void series_list_release(struct series_list *l);

enum err_code store_candles_delete(struct store *s, const char *symbol, enum interval iv,
                                   struct err *e);

/* --- idempotency -------------------------------------------------------------------------------
 */

struct idempotency {
    char key[USER_MAX + IDEMPOTENCY_KEY_MAX + 1]; /* "<user>:<key>" */
    char payload_hash[33];
    char backtest_id[ID_MAX];
    int64_t created_ms;
};
/* ERR_DUPLICATE: *ret_existing (may be NULL) is the row that is there. A row older than
 * IDEMPOTENCY_HOURS before row->created_ms is replaced. */
enum err_code store_idempotency_insert(struct store *s, const struct idempotency *row,
                                       struct idempotency *ret_existing, struct err *e);

#endif
