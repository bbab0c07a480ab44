/* The end of a backtest and its large parts; the row that makes a POST happen once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store_mongo.h"

#define PART_KEY_MAX (2 * ID_MAX + 32)

static void part_key(const char *id, int attempt, const char *name, size_t k,
                     char ret[static PART_KEY_MAX]) {
    snprintf(ret, PART_KEY_MAX, "%s:%d:%s:%zu", id, attempt, name, k);
}

static enum err_code put_part(struct mongo_store *s, const struct result *r, const struct part *p,
                              struct err *e) {
    size_t k = 0, at = 0;
    do {
        size_t len = p->len - at < PART_CHUNK ? p->len - at : PART_CHUNK;
        char key[PART_KEY_MAX];
        part_key(r->id, r->attempt, p->name, k, key);
        bson_t *doc = BCON_NEW("_id", BCON_UTF8(key), "backtestId", BCON_UTF8(r->id), "attempt",
                               BCON_INT32(r->attempt), "name", BCON_UTF8(p->name), "k",
                               BCON_INT32((int32_t)k), "total", BCON_INT64((int64_t)p->len));
        const uint8_t *data = len > 0 ? (const uint8_t *)p->data + at : (const uint8_t *)"";
        bson_append_binary(doc, "data", 4, BSON_SUBTYPE_BINARY, data, (uint32_t)len);
        enum err_code code = mongo_put(s, TRADES, key, doc, e);
        if (code != ERR_NONE)
            return code;
        k++;
        at += len;
    } while (at < p->len);
    return ERR_NONE;
}

static void remove_parts(struct mongo_store *s, const struct result *r) {
    mongo_delete(s, TRADES,
                 BCON_NEW("backtestId", BCON_UTF8(r->id), "attempt", BCON_INT32(r->attempt)), NULL,
                 NULL);
}

static enum err_code insert_row(struct mongo_store *s, const struct result *r, struct err *e) {
    bson_t *doc = BCON_NEW("_id", BCON_UTF8(r->id), "userId", BCON_UTF8(r->user_id), "attempt",
                           BCON_INT32(r->attempt), "token", BCON_UTF8(r->token), "status",
                           BCON_UTF8(run_status_name(r->status)), "completedAt",
                           BCON_DATE_TIME(r->completed_ms));
    put_word(doc, "kind", r->kind);
    put_word(doc, "code", r->code);
    put_text(doc, "error", r->error);
    put_word(doc, "dataHash", r->data_hash);
    put_word(doc, "engine", r->engine);
    put_text(doc, "summary", r->summary); /* as text: announced again it must be the same bytes */
    put_text(doc, "body", r->body);
    return mongo_insert(s, RESULTS, doc, e);
}

/* An end exists. Ours, from a try whose answer was lost: fine. Another's: our parts go, unless it
 * is the end of this very attempt, whose parts they then are. */
static enum err_code lost_the_race(struct store *base, const struct result *r, size_t n_parts,
                                   enum err_code duplicate) {
    struct result there;
    if (mongo_result_get(base, NULL, r->id, false, &there, NULL) != ERR_NONE)
        return duplicate;
    bool own = r->token[0] && strcmp(there.token, r->token) == 0;
    bool shared = !there.deleted && there.attempt == r->attempt && there.status == RUN_COMPLETED;
    result_release(&there);
    if (own)
        return ERR_NONE;
    if (n_parts > 0 && !shared)
        remove_parts(mongo_of(base), r);
    return duplicate;
}

enum err_code mongo_result_insert(struct store *base, const struct result *r,
                                  const struct part *parts, size_t n_parts, struct err *e) {
    struct mongo_store *s = mongo_of(base);
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < n_parts && code == ERR_NONE; i++)
        code = put_part(s, r, &parts[i], e);
    if (code == ERR_NONE)
        code = insert_row(s, r, e);
    if (code == ERR_DUPLICATE)
        return lost_the_race(base, r, n_parts, code);
    if (code == ERR_FULL || code == ERR_TOO_LARGE || code == ERR_INVALID) {
        if (n_parts > 0)
            remove_parts(s, r); /* no end of ours is there: nothing half written stays */
        return code;
    }
    if (code != ERR_NONE)
        return code; /* unknown: the parts may belong to an end that is there */

    /* the end stands; what follows is cache, mended when the record is closed */
    if (r->attempt > 0)
        mongo_attempt_end(base, r->id, r->attempt, NULL, ATTEMPT_DONE, NULL);
    mongo_update(s, BACKTESTS, mongo_still_open(r->id), mongo_end_cache(r), NULL, NULL);
    return ERR_NONE;
}

void mongo_read_result(const bson_t *doc, struct result *ret) {
    struct result r = {0};
    char status[16];
    get_text(doc, "_id", r.id, sizeof r.id);
    get_text(doc, "userId", r.user_id, sizeof r.user_id);
    r.attempt = (int)get_int(doc, "attempt");
    get_text(doc, "token", r.token, sizeof r.token);
    get_text(doc, "kind", r.kind, sizeof r.kind);
    get_text(doc, "status", status, sizeof status);
    if (!run_status_parse(status, &r.status))
        r.status = RUN_FAILED; /* a tombstone's: it has ended, no more is said */
    r.deleted = get_bool(doc, "deleted", false);
    r.completed_ms = get_time(doc, "completedAt");
    get_text(doc, "code", r.code, sizeof r.code);
    r.error = get_heap(doc, "error");
    get_text(doc, "dataHash", r.data_hash, sizeof r.data_hash);
    get_text(doc, "engine", r.engine, sizeof r.engine);
    r.summary = get_heap(doc, "summary");
    r.body = get_heap(doc, "body");
    *ret = r;
}

enum err_code mongo_result_get(struct store *base, const char *owner, const char *id,
                               bool with_body, struct result *ret, struct err *e) {
    bson_t *opts = with_body ? NULL : BCON_NEW("projection", "{", "body", BCON_INT32(0), "}");
    struct mongo_rows rows = mongo_find(mongo_of(base), RESULTS, mongo_by_id(id, owner), opts);
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    mongo_read_result(doc, ret);
    mongo_close(&rows);
    return ERR_NONE;
}

enum err_code mongo_result_exists(struct store *base, const char *id, struct err *e) {
    struct mongo_rows rows = mongo_find(mongo_of(base), RESULTS, mongo_by_id(id, NULL),
                                        BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}"));
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code == ERR_NONE)
        mongo_close(&rows);
    return code;
}

/* --- parts back ------------------------------------------------------------------------------ */

static enum err_code broken(struct err *e) {
    return err_set(e, ERR_INTERNAL, "a part of a result is broken");
}

/* Chunk k by its _id, appended; *data is made at the first, when its length is known. */
static enum err_code get_chunk(struct mongo_store *s, const char *key, char **data, size_t *total,
                               size_t *at, struct err *e) {
    struct mongo_rows rows = mongo_find(s, TRADES, mongo_by_id(key, NULL), NULL);
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    bson_iter_t it;
    if (!bson_iter_init_find(&it, doc, "data") || !BSON_ITER_HOLDS_BINARY(&it)) {
        mongo_close(&rows);
        return broken(e);
    }
    uint32_t len;
    const uint8_t *chunk;
    bson_iter_binary(&it, NULL, &len, &chunk);
    if (!*data) {
        *total = (size_t)get_int(doc, "total");
        *data = malloc(*total + 1);
    }
    if (!*data)
        code = err_set(e, ERR_INTERNAL, "out of memory");
    else if (len > *total - *at || (len == 0 && *total > 0))
        code = broken(e);
    else {
        memcpy(*data + *at, chunk, len);
        *at += len;
    }
    mongo_close(&rows);
    return code;
}

enum err_code mongo_part_get(struct store *base, const char *id, int attempt, const char *name,
                             char **ret_data, size_t *ret_len, struct err *e) {
    char *data = NULL;
    size_t total = 0, at = 0, k = 0;
    do {
        char key[PART_KEY_MAX];
        part_key(id, attempt, name, k, key);
        enum err_code code = get_chunk(mongo_of(base), key, &data, &total, &at, e);
        if (code != ERR_NONE) {
            free(data);
            return k > 0 && code == ERR_NOT_FOUND ? broken(e) : code;
        }
        k++;
    } while (at < total);
    data[total] = 0;
    *ret_data = data;
    *ret_len = total;
    return ERR_NONE;
}

/* --- idempotency ----------------------------------------------------------------------------- */

static enum err_code insert_idempotency(struct mongo_store *s, const struct idempotency *row,
                                        struct err *e) {
    return mongo_insert(s, IDEMPOTENCY,
                        BCON_NEW("_id", BCON_UTF8(row->key), "payloadHash",
                                 BCON_UTF8(row->payload_hash), "backtestId",
                                 BCON_UTF8(row->backtest_id), "createdAt",
                                 BCON_DATE_TIME(row->created_ms)),
                        e);
}

/* The row that is there; ERR_NOT_FOUND: none is. */
static enum err_code get_idempotency(struct mongo_store *s, const char *key,
                                     struct idempotency *ret, struct err *e) {
    struct mongo_rows rows = mongo_find(s, IDEMPOTENCY, mongo_by_id(key, NULL), NULL);
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    struct idempotency found = {.created_ms = get_time(doc, "createdAt")};
    get_text(doc, "_id", found.key, sizeof found.key);
    get_text(doc, "payloadHash", found.payload_hash, sizeof found.payload_hash);
    get_text(doc, "backtestId", found.backtest_id, sizeof found.backtest_id);
    mongo_close(&rows);
    *ret = found;
    return ERR_NONE;
}

#define IDEMPOTENCY_TRIES 10

/* An expired row is deleted and the insert decides again. Between the two another process finds no
 * row at all; it tries to insert like everybody else. */
enum err_code mongo_idempotency_insert(struct store *base, const struct idempotency *row,
                                       struct idempotency *ret_existing, struct err *e) {
    struct mongo_store *s = mongo_of(base);
    int64_t expired = row->created_ms - IDEMPOTENCY_HOURS * MS_PER_HOUR;
    for (int i = 0; i < IDEMPOTENCY_TRIES; i++) {
        enum err_code code = insert_idempotency(s, row, e);
        if (code != ERR_DUPLICATE)
            return code;
        struct idempotency there;
        code = get_idempotency(s, row->key, &there, e);
        if (code == ERR_NONE && there.created_ms >= expired) {
            if (ret_existing)
                *ret_existing = there;
            return err_set(e, ERR_DUPLICATE, "a record with this id exists");
        }
        if (code == ERR_NONE)
            code = mongo_delete(s, IDEMPOTENCY,
                                BCON_NEW("_id", BCON_UTF8(row->key), "createdAt", "{", "$lt",
                                         BCON_DATE_TIME(expired), "}"),
                                NULL, e);
        if (code != ERR_NONE && code != ERR_NOT_FOUND)
            return code;
    }
    return err_set(e, ERR_UNAVAILABLE, "the key's row comes and goes");
}
