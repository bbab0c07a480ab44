/* Private to lib/store_mongo*.c: the connection and the few shapes of a request to the server.
 *
 * Records are as DESIGN 3 names them. `_id` is the public id as a string ("bt_…" and whatever ids
 * come from elsewhere), never an ObjectId: one id has one spelling on the bus, in URLs and here. A
 * record of another API whose _id is no string is not ours and is not seen.
 *
 * bson_t pointers given to these functions are taken: the call destroys them. NULL is {}. */
#ifndef LIB_STORE_MONGO_H
#define LIB_STORE_MONGO_H

#include <mongoc/mongoc.h>

#include "lib/json.h"
#include "lib/store_ops.h"

enum mongo_coll {
    BACKTESTS,
    ATTEMPTS,
    RESULTS,
    TRADES,
    CANDLES,
    IDEMPOTENCY,
    META, /* {_id:"schema", version}: which indexes were made */
    COLL_COUNT
};

struct mongo_store {
    struct store base;
    int timeout_ms;
    mongoc_uri_t *uri;
    char database[64];
    mongoc_client_t *client;
    mongoc_collection_t *colls[COLL_COUNT];
    bool stale; /* the last call got no answer: the next one connects anew */
};

static inline struct mongo_store *mongo_of(struct store *s) {
    return (struct mongo_store *)s; /* base is the first member */
}

/* --- requests: store_mongo_query.c ----------------------------------------------------------- */

/* What the driver or the server said, as ours. */
enum err_code mongo_fail(struct mongo_store *s, const bson_error_t *error, struct err *e);

/* The collection, over a fresh connection when the last call got no answer. */
mongoc_collection_t *mongo_coll(struct mongo_store *s, enum mongo_coll which);

enum err_code mongo_insert(struct mongo_store *s, enum mongo_coll which, bson_t *doc,
                           struct err *e);
/* ret_matched may be NULL. */
enum err_code mongo_update(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                           bson_t *update, int64_t *ret_matched, struct err *e);
/* Replaces or inserts by _id. */
enum err_code mongo_put(struct mongo_store *s, enum mongo_coll which, const char *id, bson_t *doc,
                        struct err *e);
enum err_code mongo_delete(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                           int64_t *ret_deleted, struct err *e);
enum err_code mongo_count(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                          int64_t *ret, struct err *e);

/* Rows one by one; opts as for find (sort, limit, projection). */
struct mongo_rows {
    struct mongo_store *s;
    mongoc_cursor_t *cursor;
};
struct mongo_rows mongo_find(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                             bson_t *opts);
/* ERR_NONE: *ret until the next call; anything else closes (ERR_NOT_FOUND: no more). */
enum err_code mongo_next(struct mongo_rows *rows, const bson_t **ret, struct err *e);
void mongo_close(struct mongo_rows *rows);

/* {_id: id} and, when owner is not NULL, userId. */
bson_t *mongo_by_id(const char *id, const char *owner);
bson_t *mongo_in(const char *key, const char *const *values, size_t n); /* {key:{$in:[…]}} */

/* --- fields ---------------------------------------------------------------------------------- */

/* Absent instead of NULL, an empty word, 0. */
void put_text(bson_t *doc, const char *key, const char *v);
void put_word(bson_t *doc, const char *key, const char *v);
void put_time(bson_t *doc, const char *key, int64_t ms);

/* Absent or of another type: empty, NULL, 0. Numbers of any BSON type. */
void get_text(const bson_t *doc, const char *key, char *ret, size_t size);
char *get_heap(const bson_t *doc, const char *key);
int64_t get_int(const bson_t *doc, const char *key);
double get_double(const bson_t *doc, const char *key);
int64_t get_time(const bson_t *doc, const char *key);
bool get_bool(const bson_t *doc, const char *key, bool absent);

/* JSON text (an object or a list) as a real BSON value under key, and back: keys in their order,
 * every number the same float64. Field by field, so that nobody's "$oid" becomes an ObjectId. */
bool put_json(bson_t *doc, const char *key, const char *text, struct err *e);
char *get_json(const bson_t *doc, const char *key); /* NULL: absent, or out of memory */

/* --- what is cached in `backtests`, and rows that several
 * read---------------------------------------- */

/* {_id, status pending or running}: what a cached status may still be written over. */
bson_t *mongo_still_open(const char *id);
/* The update that writes an end into the record. */
bson_t *mongo_end_cache(const struct result *r);

void mongo_read_result(const bson_t *doc, struct result *ret);

/* --- the operations, by noun: store_mongo_NOUN.c --------------------------------------------- */

enum err_code mongo_backtest_insert(struct store *s, const struct backtest *b, struct err *e);
enum err_code mongo_backtest_get(struct store *s, const char *owner, const char *id,
                                 struct backtest *ret, struct err *e);
enum err_code mongo_backtest_list(struct store *s, const struct backtest_filter *f,
                                  struct backtest_list *ret, struct err *e);
enum err_code mongo_backtest_delete(struct store *s, const char *owner, const char *id,
                                    struct err *e);
enum err_code mongo_close_ended(struct store *s, const char (*ids)[ID_MAX], size_t n,
                                struct err *e);
enum err_code mongo_open_jobs(struct store *s, size_t limit, struct open_list *ret, struct err *e);
enum err_code mongo_user_load(struct store *s, const char *user, int64_t *ret_queued,
                              int64_t *ret_running, struct err *e);
enum err_code mongo_attempt_insert(struct store *s, const struct attempt *a, struct err *e);
enum err_code mongo_attempt_get(struct store *s, const char *id, int n, struct attempt *ret,
                                struct err *e);
enum err_code mongo_attempt_beat(struct store *s, const struct attempt *a, struct err *e);
enum err_code mongo_attempt_end(struct store *s, const char *id, int n, const char *token,
                                enum attempt_end end, struct err *e);
enum err_code mongo_result_insert(struct store *s, const struct result *r, const struct part *parts,
                                  size_t n_parts, struct err *e);
enum err_code mongo_result_get(struct store *s, const char *owner, const char *id, bool with_body,
                               struct result *ret, struct err *e);
enum err_code mongo_result_exists(struct store *s, const char *id, struct err *e);
enum err_code mongo_part_get(struct store *s, const char *id, int attempt, const char *name,
                             char **ret_data, size_t *ret_len, struct err *e);
enum err_code mongo_candles_put(struct store *s, const char *symbol, enum interval iv,
                                const struct candle_bucket *buckets, size_t n, struct err *e);
enum err_code mongo_candles_get(struct store *s, const char *symbol, enum interval iv, int64_t from,
                                int64_t to, struct bars *ret, struct err *e);
enum err_code mongo_series(struct store *s, const char *symbol, struct series_list *ret,
                           struct err *e);
enum err_code mongo_candles_delete(struct store *s, const char *symbol, enum interval iv,
                                   struct err *e);
enum err_code mongo_idempotency_insert(struct store *s, const struct idempotency *row,
                                       struct idempotency *ret_existing, struct err *e);

#endif
