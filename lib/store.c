/* Chooses the implementation by the uri's scheme, checks what callers give, hands on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/store_ops.h"

struct store *store_open(const char *uri, const struct store_options *opt, struct err *e) {
    if (strncmp(uri, "sqlite:", 7) == 0)
        return store_sqlite_open(uri + 7, opt, e);
    if (strncmp(uri, "mongodb://", 10) == 0 || strncmp(uri, "mongodb+srv://", 14) == 0)
        return store_mongo_open(uri, opt, e);
    err_at(e, ERR_INVALID, NULL, "store_uri", "store.uri must be sqlite:PATH or mongodb://…");
    return NULL;
}

void store_close(struct store *s) {
    if (s)
        s->ops->close(s);
}

enum err_code store_ping(struct store *s, struct err *e) {
    return s->ops->ping(s, e);
}

static enum err_code broken(struct err *e, const char *what) {
    return err_set(e, ERR_INVALID, "the store was given %s", what);
}

static enum err_code too_large(struct err *e) {
    return err_set(e, ERR_TOO_LARGE, "a record may have %u bytes", STORE_RECORD_MAX);
}

void store_rest(struct store *s) {
    if (s->ops->rest)
        s->ops->rest(s);
}

/* --- backtests ------------------------------------------------------------------------------- */

static size_t length(const char *s) {
    return s ? strlen(s) : 0;
}

/* One store keeps these as text, the other as its own kind of tree: neither may take what the other
 * would refuse. */
static bool is_json(const char *text, enum json_type type) {
    struct json_object *tree = json_parse(text, strlen(text), NULL);
    bool is = tree && json_object_is_type(tree, type);
    json_object_put(tree);
    return is;
}

enum err_code store_backtest_insert(struct store *s, const struct backtest *b, struct err *e) {
    if (!id_valid(b->id) || !user_valid(b->user_id))
        return broken(e, "a backtest whose id or user is not valid");
    if (length(b->params) + length(b->tags) + length(b->note) + length(b->error) > STORE_RECORD_MAX)
        return too_large(e);
    if (!b->params || !is_json(b->params, json_type_object))
        return broken(e, "a backtest whose params are no JSON object");
    if (b->tags && !is_json(b->tags, json_type_array))
        return broken(e, "a backtest whose tags are no JSON list");
    return s->ops->backtest_insert(s, b, e);
}

enum err_code store_backtest_get(struct store *s, const char *owner, const char *id,
                                 struct backtest *ret, struct err *e) {
    return s->ops->backtest_get(s, owner, id, ret, e);
}

enum err_code store_backtest_list(struct store *s, const struct backtest_filter *f,
                                  struct backtest_list *ret, struct err *e) {
    if (f->limit < 1 || f->limit > LIST_LIMIT_MAX)
        return broken(e, "a list limit out of range");
    return s->ops->backtest_list(s, f, ret, e);
}

void backtest_list_release(struct backtest_list *l) {
    for (size_t i = 0; i < l->n; i++)
        backtest_release(&l->items[i]);
    free(l->items);
    *l = (struct backtest_list){0};
}

enum err_code store_backtest_delete(struct store *s, const char *owner, const char *id,
                                    struct err *e) {
    return s->ops->backtest_delete(s, owner, id, e);
}

enum err_code store_close_ended(struct store *s, const char (*ids)[ID_MAX], size_t n,
                                struct err *e) {
    return n == 0 ? ERR_NONE : s->ops->close_ended(s, ids, n, e);
}

enum err_code store_open_jobs(struct store *s, size_t limit, struct open_list *ret, struct err *e) {
    if (limit == 0)
        return broken(e, "a limit of 0 open jobs");
    return s->ops->open_jobs(s, limit, ret, e);
}

void open_list_release(struct open_list *l) {
    free(l->items);
    *l = (struct open_list){0};
}

enum err_code store_user_load(struct store *s, const char *user, int64_t *ret_queued,
                              int64_t *ret_running, struct err *e) {
    return s->ops->user_load(s, user, ret_queued, ret_running, e);
}

/* --- attempts -------------------------------------------------------------------------------- */

enum err_code store_attempt_insert(struct store *s, const struct attempt *a, struct err *e) {
    if (!id_valid(a->id) || a->n < 1)
        return broken(e, "an attempt whose id or number is not valid");
    return s->ops->attempt_insert(s, a, e);
}

enum err_code store_attempt_get(struct store *s, const char *id, int n, struct attempt *ret,
                                struct err *e) {
    return s->ops->attempt_get(s, id, n, ret, e);
}

enum err_code store_attempt_beat(struct store *s, const struct attempt *a, struct err *e) {
    return s->ops->attempt_beat(s, a, e);
}

enum err_code store_attempt_end(struct store *s, const char *id, int n, const char *token,
                                enum attempt_end end, struct err *e) {
    if (end == ATTEMPT_LIVE)
        return broken(e, "an attempt that ends as live");
    return s->ops->attempt_end(s, id, n, token, end, e);
}

/* --- results --------------------------------------------------------------------------------- */

enum err_code store_result_insert(struct store *s, const struct result *r, const struct part *parts,
                                  size_t n_parts, struct err *e) {
    if (!id_valid(r->id) || !user_valid(r->user_id) || !run_ended(r->status) || r->deleted)
        return broken(e, "an end whose id, user or status is not valid");
    if (n_parts > 0 && r->attempt < 1)
        return broken(e, "parts of an end without an attempt");
    for (size_t i = 0; i < n_parts; i++)
        if (!id_valid(parts[i].name))
            return broken(e, "a part whose name is not valid");
    if (length(r->body) + length(r->summary) + length(r->error) > STORE_RECORD_MAX)
        return too_large(e);
    return s->ops->result_insert(s, r, parts, n_parts, e);
}

enum err_code store_result_get(struct store *s, const char *owner, const char *id, bool with_body,
                               struct result *ret, struct err *e) {
    return s->ops->result_get(s, owner, id, with_body, ret, e);
}

enum err_code store_result_exists(struct store *s, const char *id, struct err *e) {
    return s->ops->result_exists(s, id, e);
}

enum err_code store_part_get(struct store *s, const char *id, int attempt, const char *name,
                             char **ret_data, size_t *ret_len, struct err *e) {
    return s->ops->part_get(s, id, attempt, name, ret_data, ret_len, e);
}

/* Years 1 and 9999: callers may say "everything" with any number. */
#define TIME_MIN (INT64_C(-62135596800) * 1000)
#define TIME_MAX (INT64_C(253402300800) * 1000)

/* --- candles --------------------------------------------------------------------------------- */

enum err_code store_candles_put(struct store *s, const char *symbol, enum interval iv,
                                const struct candle_bucket *buckets, size_t n, struct err *e) {
    if (!symbol_valid(symbol))
        return broken(e, "a symbol that is not valid");
    for (size_t i = 0; i < n; i++) {
        const struct bars *b = &buckets[i].bars;
        int64_t start = buckets[i].bucket;
        if (candle_bucket_floor(iv, start) != start)
            return broken(e, "a candle bucket that starts in the middle");
        if (b->n == 0)
            continue;
        if (b->t[0] < start || b->t[b->n - 1] >= candle_bucket_next(iv, start))
            return broken(e, "a candle outside its bucket");
        if (bars_check(b, &(size_t){0}))
            return broken(e, "candles out of order or without sense");
        if (b->n > STORE_RECORD_MAX / CANDLE_BYTES)
            return too_large(e);
    }
    return s->ops->candles_put(s, symbol, iv, buckets, n, e);
}

enum err_code store_candles_get(struct store *s, const char *symbol, enum interval iv, int64_t from,
                                int64_t to, struct bars *ret, struct err *e) {
    if (from < TIME_MIN)
        from = TIME_MIN;
    if (to > TIME_MAX)
        to = TIME_MAX;
    if (from >= to)
        return ERR_NONE;
    return s->ops->candles_get(s, symbol, iv, from, to, ret, e);
}

enum err_code store_series(struct store *s, const char *symbol, struct series_list *ret,
                           struct err *e) {
    return s->ops->series(s, symbol, ret, e);
}

void series_list_release(struct series_list *l) {
    free(l->items);
    *l = (struct series_list){0};
}

enum err_code store_candles_delete(struct store *s, const char *symbol, enum interval iv,
                                   struct err *e) {
    return s->ops->candles_delete(s, symbol, iv, e);
}

/* --- idempotency ----------------------------------------------------------------------------- */

enum err_code store_idempotency_insert(struct store *s, const struct idempotency *row,
                                       struct idempotency *ret_existing, struct err *e) {
    return s->ops->idempotency_insert(s, row, ret_existing, e);
}

/* --- for the implementations ----------------------------------------------------------------- */

bool store_grow(void **items, size_t *cap, size_t n, size_t size) {
    if (n < *cap)
        return true;
    size_t bigger = *cap ? *cap * 2 : 16;
    void *moved = realloc(*items, bigger * size);
    if (!moved)
        return false;
    *items = moved;
    *cap = bigger;
    return true;
}
