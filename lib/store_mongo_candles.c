/* Candles by bucket: {_id, symbol, interval, bucket, n, first, last, hash, t, o, h, l, c, v}. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/store_mongo.h"

static const char *const columns[6] = {"t", "o", "h", "l", "c", "v"};

#define BUCKET_KEY_MAX (SYMBOL_MAX + 8 + TIME_TEXT_MAX)

/* "BTCUSDT|1m|2024-02-01" */
static void bucket_key(const char *symbol, enum interval iv, int64_t bucket,
                       char ret[static BUCKET_KEY_MAX]) {
    char date[TIME_TEXT_MAX];
    snprintf(ret, BUCKET_KEY_MAX, "%s|%s|%s", symbol, interval_name(iv), date_format(bucket, date));
}

static enum err_code put_bucket(struct mongo_store *s, const char *symbol, enum interval iv,
                                const struct candle_bucket *bucket, struct err *e) {
    const struct bars *b = &bucket->bars;
    char key[BUCKET_KEY_MAX], hash[33];
    bucket_key(symbol, iv, bucket->bucket, key);
    if (b->n == 0)
        return mongo_delete(s, CANDLES, mongo_by_id(key, NULL), NULL, e);
    char *packed = malloc(b->n * CANDLE_BYTES);
    if (!packed)
        return err_set(e, ERR_INTERNAL, "out of memory");
    candle_pack(b, packed);
    candle_hash(packed, b->n, hash);
    bson_t *doc = BCON_NEW("_id", BCON_UTF8(key), "symbol", BCON_UTF8(symbol), "interval",
                           BCON_UTF8(interval_name(iv)), "bucket", BCON_INT64(bucket->bucket), "n",
                           BCON_INT64((int64_t)b->n), "first", BCON_INT64(b->t[0]), "last",
                           BCON_INT64(b->t[b->n - 1]), "hash", BCON_UTF8(hash));
    for (size_t i = 0; i < 6; i++)
        bson_append_binary(doc, columns[i], 1, BSON_SUBTYPE_BINARY,
                           (const uint8_t *)packed + 8 * b->n * i, (uint32_t)(8 * b->n));
    free(packed);
    return mongo_put(s, CANDLES, key, doc, e);
}

enum err_code mongo_candles_put(struct store *base, const char *symbol, enum interval iv,
                                const struct candle_bucket *buckets, size_t n, struct err *e) {
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < n && code == ERR_NONE; i++)
        code = put_bucket(mongo_of(base), symbol, iv, &buckets[i], e);
    return code;
}

static enum err_code append(const bson_t *doc, int64_t from, int64_t to, struct bars *ret,
                            struct err *e) {
    size_t n = (size_t)get_int(doc, "n");
    const char *at[6];
    for (size_t i = 0; i < 6; i++) {
        bson_iter_t it;
        uint32_t len = 0;
        const uint8_t *data = NULL;
        if (bson_iter_init_find(&it, doc, columns[i]) && BSON_ITER_HOLDS_BINARY(&it))
            bson_iter_binary(&it, NULL, &len, &data);
        if (!data || len != 8 * n)
            return err_set(e, ERR_INTERNAL, "a stored candle bucket is broken");
        at[i] = (const char *)data;
    }
    if (!candle_unpack(at, n, from, to, ret))
        return err_set(e, ERR_INTERNAL, "out of memory");
    return ERR_NONE;
}

enum err_code mongo_candles_get(struct store *base, const char *symbol, enum interval iv,
                                int64_t from, int64_t to, struct bars *ret, struct err *e) {
    bson_t *filter = BCON_NEW("symbol", BCON_UTF8(symbol), "interval", BCON_UTF8(interval_name(iv)),
                              "bucket", "{", "$gte", BCON_INT64(candle_bucket_floor(iv, from)),
                              "$lt", BCON_INT64(to), "}");
    bson_t *opts = BCON_NEW("sort", "{", "bucket", BCON_INT32(1), "}");
    struct mongo_rows rows = mongo_find(mongo_of(base), CANDLES, filter, opts);
    size_t before = ret->n;
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        code = append(doc, from, to, ret, e);
        if (code != ERR_NONE) {
            mongo_close(&rows);
            break;
        }
    }
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    ret->n = before;
    return code;
}

enum err_code mongo_series(struct store *base, const char *symbol, struct series_list *ret,
                           struct err *e) {
    bson_t *filter = bson_new();
    put_text(filter, "symbol", symbol);
    bson_t *opts =
        BCON_NEW("sort", "{", "symbol", BCON_INT32(1), "interval", BCON_INT32(1), "bucket",
                 BCON_INT32(1), "}", "projection", "{", "_id", BCON_INT32(0), "symbol",
                 BCON_INT32(1), "interval", BCON_INT32(1), "n", BCON_INT32(1), "first",
                 BCON_INT32(1), "last", BCON_INT32(1), "hash", BCON_INT32(1), "}");
    struct mongo_rows rows = mongo_find(mongo_of(base), CANDLES, filter, opts);
    struct series_sum sum = {.cap = 0};
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        struct candle_row row = {
            .n = get_int(doc, "n"), .first = get_int(doc, "first"), .last = get_int(doc, "last")};
        char interval[8];
        get_text(doc, "symbol", row.symbol, sizeof row.symbol);
        get_text(doc, "interval", interval, sizeof interval);
        get_text(doc, "hash", row.hash, sizeof row.hash);
        if (!interval_parse(interval, &row.interval))
            continue;
        if (!series_add(&sum, &row)) {
            mongo_close(&rows);
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

enum err_code mongo_candles_delete(struct store *base, const char *symbol, enum interval iv,
                                   struct err *e) {
    return mongo_delete(
        mongo_of(base), CANDLES,
        BCON_NEW("symbol", BCON_UTF8(symbol), "interval", BCON_UTF8(interval_name(iv))), NULL, e);
}
