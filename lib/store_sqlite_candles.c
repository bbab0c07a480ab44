/* Candles by bucket. */
#include <stdlib.h>
#include <string.h>

#include "lib/store_sqlite.h"

static enum err_code delete_bucket(struct sqlite_store *s, const char *symbol, enum interval iv,
                                   int64_t bucket, struct err *e) {
    struct sq q = sq_open(s, SQ_CANDLES_DELETE,
                          "DELETE FROM candles WHERE symbol = ? AND interval = ? AND bucket = ?");
    sq_text(&q, symbol);
    sq_text(&q, interval_name(iv));
    sq_int(&q, bucket);
    return sq_exec(&q, e);
}

static enum err_code put_bucket(struct sqlite_store *s, const char *symbol, enum interval iv,
                                const struct candle_bucket *bucket, struct err *e) {
    const struct bars *b = &bucket->bars;
    if (b->n == 0)
        return delete_bucket(s, symbol, iv, bucket->bucket, e);
    char *packed = malloc(b->n * CANDLE_BYTES);
    if (!packed)
        return err_set(e, ERR_INTERNAL, "out of memory");
    char hash[33];
    candle_pack(b, packed);
    candle_hash(packed, b->n, hash);
    struct sq q =
        sq_open(s, SQ_CANDLES_PUT,
                "INSERT OR REPLACE INTO candles (symbol, interval, bucket, n, first, last,"
                " hash, columns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    sq_text(&q, symbol);
    sq_text(&q, interval_name(iv));
    sq_int(&q, bucket->bucket);
    sq_int(&q, (int64_t)b->n);
    sq_int(&q, b->t[0]);
    sq_int(&q, b->t[b->n - 1]);
    sq_text(&q, hash);
    sq_blob(&q, packed, b->n * CANDLE_BYTES);
    enum err_code code = sq_exec(&q, e);
    free(packed);
    return code;
}

enum err_code sqlite_candles_put(struct store *base, const char *symbol, enum interval iv,
                                 const struct candle_bucket *buckets, size_t n, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    if (code != ERR_NONE)
        return code;
    for (size_t i = 0; i < n && code == ERR_NONE; i++)
        code = put_bucket(s, symbol, iv, &buckets[i], e);
    return sq_durable(s, sq_end(s, code, e), e);
}

static bool append(struct sq *q, int64_t from, int64_t to, struct bars *ret, const char **why) {
    size_t n = (size_t)sq_get_int(q), len;
    const char *packed = sq_get_blob(q, &len);
    if (len != n * CANDLE_BYTES) {
        *why = "a stored candle bucket is broken";
        return false;
    }
    const char *columns[6];
    for (size_t i = 0; i < 6; i++)
        columns[i] = packed + 8 * n * i;
    *why = "out of memory";
    return candle_unpack(columns, n, from, to, ret);
}

enum err_code sqlite_candles_get(struct store *base, const char *symbol, enum interval iv,
                                 int64_t from, int64_t to, struct bars *ret, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_CANDLES_GET,
                          "SELECT n, columns FROM candles WHERE symbol = ? AND interval = ?"
                          " AND bucket >= ? AND bucket < ? ORDER BY bucket");
    sq_text(&q, symbol);
    sq_text(&q, interval_name(iv));
    sq_int(&q, candle_bucket_floor(iv, from));
    sq_int(&q, to);
    size_t before = ret->n;
    enum err_code code;
    while ((code = sq_next(&q, e)) == ERR_NONE) {
        const char *why;
        if (!append(&q, from, to, ret, &why)) {
            sq_close(&q);
            code = err_set(e, ERR_INTERNAL, "%s", why);
            break;
        }
    }
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    ret->n = before;
    return code;
}

enum err_code sqlite_series(struct store *base, const char *symbol, struct series_list *ret,
                            struct err *e) {
    struct sq q = sq_open(sqlite_of(base), symbol ? SQ_SERIES : SQ_ONCE,
                          symbol ? "SELECT symbol, interval, n, first, last, hash FROM candles"
                                   " WHERE symbol = ? ORDER BY symbol, interval, bucket"
                                 : "SELECT symbol, interval, n, first, last, hash FROM candles"
                                   " ORDER BY symbol, interval, bucket");
    if (symbol)
        sq_text(&q, symbol);
    struct series_sum sum = {0};
    enum err_code code;
    while ((code = sq_next(&q, e)) == ERR_NONE) {
        struct candle_row row;
        char interval[8];
        sq_get_text(&q, row.symbol, sizeof row.symbol);
        sq_get_text(&q, interval, sizeof interval);
        row.n = sq_get_int(&q);
        row.first = sq_get_int(&q);
        row.last = sq_get_int(&q);
        sq_get_text(&q, row.hash, sizeof row.hash);
        if (!interval_parse(interval, &row.interval))
            continue;
        if (!series_add(&sum, &row)) {
            sq_close(&q);
            code = err_set(e, ERR_INTERNAL, "out of memory");
            break;
        }
    }
    if (code != ERR_NOT_FOUND) {
        series_list_release(&sum.list);
        return code;
    }
    series_finish(&sum);
    *ret = sum.list;
    return ERR_NONE;
}

enum err_code sqlite_candles_delete(struct store *base, const char *symbol, enum interval iv,
                                    struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    struct sq q =
        sq_open(s, SQ_CANDLES_DELETE_ALL, "DELETE FROM candles WHERE symbol = ? AND interval = ?");
    sq_text(&q, symbol);
    sq_text(&q, interval_name(iv));
    return sq_durable(s, sq_exec(&q, e), e);
}
