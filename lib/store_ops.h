/* Private to lib/store*.c: what an implementation gives, and what both share. */
#ifndef LIB_STORE_OPS_H
#define LIB_STORE_OPS_H

#include "lib/id.h"
#include "lib/store.h"

/* The calls of store.h, one for one; arguments were checked by lib/store.c. */
struct store_ops {
    void (*close)(struct store *s);
    enum err_code (*ping)(struct store *s, struct err *e);
    void (*rest)(struct store *s); /* NULL: nothing is ever put off */

    enum err_code (*backtest_insert)(struct store *s, const struct backtest *b, struct err *e);
    enum err_code (*backtest_get)(struct store *s, const char *owner, const char *id,
                                  struct backtest *ret, struct err *e);
    enum err_code (*backtest_list)(struct store *s, const struct backtest_filter *f,
                                   struct backtest_list *ret, struct err *e);
    enum err_code (*backtest_delete)(struct store *s, const char *owner, const char *id,
                                     struct err *e);
    enum err_code (*close_ended)(struct store *s, const char (*ids)[ID_MAX], size_t n,
                                 struct err *e);
    enum err_code (*open_jobs)(struct store *s, size_t limit, struct open_list *ret, struct err *e);
    enum err_code (*user_load)(struct store *s, const char *user, int64_t *ret_queued,
                               int64_t *ret_running, struct err *e);

    enum err_code (*attempt_insert)(struct store *s, const struct attempt *a, struct err *e);
    enum err_code (*attempt_get)(struct store *s, const char *id, int n, struct attempt *ret,
                                 struct err *e);
    enum err_code (*attempt_beat)(struct store *s, const struct attempt *a, struct err *e);
    enum err_code (*attempt_end)(struct store *s, const char *id, int n, const char *token,
                                 enum attempt_end end, struct err *e);

    enum err_code (*result_insert)(struct store *s, const struct result *r,
                                   const struct part *parts, size_t n_parts, struct err *e);
    enum err_code (*result_get)(struct store *s, const char *owner, const char *id, bool with_body,
                                struct result *ret, struct err *e);
    enum err_code (*result_exists)(struct store *s, const char *id, struct err *e);
    enum err_code (*part_get)(struct store *s, const char *id, int attempt, const char *name,
                              char **ret_data, size_t *ret_len, struct err *e);

    enum err_code (*candles_put)(struct store *s, const char *symbol, enum interval iv,
                                 const struct candle_bucket *buckets, size_t n, struct err *e);
    enum err_code (*candles_get)(struct store *s, const char *symbol, enum interval iv,
                                 int64_t from, int64_t to, struct bars *ret, struct err *e);
    enum err_code (*series)(struct store *s, const char *symbol, struct series_list *ret,
                            struct err *e);
    enum err_code (*candles_delete)(struct store *s, const char *symbol, enum interval iv,
                                    struct err *e);

    enum err_code (*idempotency_insert)(struct store *s, const struct idempotency *row,
                                        struct idempotency *ret_existing, struct err *e);
};

/* The first member of each implementation's struct. */
struct store {
    const struct store_ops *ops;
};

struct store *store_sqlite_open(const char *path, const struct store_options *opt, struct err *e);
struct store *store_mongo_open(const char *uri, const struct store_options *opt, struct err *e);

/* A filesystem (statfs f_type) on which several hosts may hold the same file: WAL's shared memory
 * does not reach the others. */
bool store_network_fs(unsigned long magic);

/* A growing list of heap items: makes room for one more; false: out of memory. */
bool store_grow(void **items, size_t *cap, size_t n, size_t size);

/* Packed candle columns: t o h l c v one after the other, each n little-endian 8-byte values. */
#define CANDLE_BYTES 48
void candle_pack(const struct bars *b, char *ret);

/* Appends those of the n packed bars with from <= t < to; column i starts at columns[i]. */
bool candle_unpack(const char *const columns[static 6], size_t n, int64_t from, int64_t to,
                   struct bars *ret);
void candle_hash(const char *packed, size_t n, char ret[static 33]);

/* What is stored, from rows that come by symbol, interval (in any order) and bucket. */
struct series_sum {
    struct series_list list;
    size_t cap;
    struct hash hash; /* of the last item, over its buckets' hashes */
};
struct candle_row {
    char symbol[SYMBOL_MAX];
    enum interval interval;
    int64_t n, first, last;
    char hash[33];
};
bool series_add(struct series_sum *sum, const struct candle_row *row);
void series_finish(struct series_sum *sum); /* the last hash; sorted by symbol, interval */

#endif
