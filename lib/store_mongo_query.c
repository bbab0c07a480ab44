/* Requests to the server, and what its errors mean. */
#include <string.h>

#include "lib/store_mongo.h"

/* Server error codes, from MongoDB's error_codes.yml. */
static bool is_duplicate(uint32_t code) {
    return code == 11000 || code == 11001 || code == 12582;
}

static bool is_full(uint32_t code, const char *message) {
    return code == 14031 /* OutOfDiskSpace */ || code == 12501 /* quota */ ||
           strstr(message, "No space left on device") || strstr(message, "over your space quota");
}

static bool is_too_large(uint32_t code) {
    return code == 10334 /* BSONObjectTooLarge */ || code == 17419 || code == 17420;
}

/* Nothing is wrong with the request: the server cannot answer it now, or not in time. */
static bool is_passing(uint32_t code) {
    static const uint32_t codes[] = {
        1,     /* InternalError: a storage engine that gave up */
        6,     /* HostUnreachable */
        7,     /* HostNotFound */
        8,     /* UnknownError */
        24,    /* LockTimeout */
        50,    /* MaxTimeMSExpired */
        64,    /* WriteConcernFailed */
        89,    /* NetworkTimeout */
        91,    /* ShutdownInProgress */
        100,   /* UnsatisfiableWriteConcern */
        112,   /* WriteConflict */
        133,   /* FailedToSatisfyReadPreference */
        134,   /* ReadConcernMajorityNotAvailableYet */
        189,   /* PrimarySteppedDown */
        202,   /* NetworkInterfaceExceededTimeLimit */
        262,   /* ExceededTimeLimit */
        9001,  /* SocketException */
        10058, /* NotPrimaryOrSecondary (old) */
        10107, /* NotWritablePrimary */
        11600, /* InterruptedAtShutdown */
        11601, /* Interrupted */
        11602, /* InterruptedDueToReplStateChange */
        13388, /* StaleConfig */
        13435, /* NotPrimaryNoSecondaryOk */
        13436, /* NotPrimaryOrSecondary */
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == code)
            return true;
    return false;
}

enum err_code mongo_fail(struct mongo_store *s, const bson_error_t *error, struct err *e) {
    bool server = error->domain == MONGOC_ERROR_SERVER ||
                  error->domain == MONGOC_ERROR_WRITE_CONCERN ||
                  error->domain == MONGOC_ERROR_COLLECTION;
    if (server && is_duplicate(error->code))
        return err_set(e, ERR_DUPLICATE, "a record with this id exists");
    if (server && is_full(error->code, error->message))
        return err_set(e, ERR_FULL, "the store has no space left");
    if (server && is_too_large(error->code))
        return err_set(e, ERR_TOO_LARGE, "the record is too large");
    if (error->domain == MONGOC_ERROR_BSON)
        return err_set(e, ERR_INVALID, "the store does not take this record: %s", error->message);
    if (error->domain == MONGOC_ERROR_STREAM || error->domain == MONGOC_ERROR_SERVER_SELECTION ||
        error->domain == MONGOC_ERROR_WRITE_CONCERN || (server && is_passing(error->code))) {
        s->stale = true;
        return err_set(e, ERR_UNAVAILABLE, "the store does not answer: %s", error->message);
    }
    return err_set(e, ERR_INTERNAL, "the store failed: %s (%u.%u)", error->message, error->domain,
                   error->code);
}

/* --- writes ---------------------------------------------------------------------------------- */

#define DOCUMENT_MAX (16U << 20)

/* Dots, dollars and empty names may be in the request's own keys. */
static void lax_keys(bson_t *opts) {
    BSON_APPEND_INT32(opts, "validate", BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL);
}

static enum err_code too_large(struct err *e) {
    return err_set(e, ERR_TOO_LARGE, "the record is too large");
}

enum err_code mongo_insert(struct mongo_store *s, enum mongo_coll which, bson_t *doc,
                           struct err *e) {
    bson_t opts = BSON_INITIALIZER;
    bson_error_t error;
    enum err_code code = ERR_NONE;
    lax_keys(&opts);
    if (doc->len > DOCUMENT_MAX)
        code = too_large(e);
    else if (!mongoc_collection_insert_one(mongo_coll(s, which), doc, &opts, NULL, &error))
        code = mongo_fail(s, &error, e);
    bson_destroy(&opts);
    bson_destroy(doc);
    return code;
}

enum err_code mongo_update(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                           bson_t *update, int64_t *ret_matched, struct err *e) {
    bson_t reply;
    bson_error_t error;
    enum err_code code = ERR_NONE;
    if (!mongoc_collection_update_one(mongo_coll(s, which), filter, update, NULL, &reply, &error))
        code = mongo_fail(s, &error, e);
    else if (ret_matched)
        *ret_matched = get_int(&reply, "matchedCount");
    bson_destroy(&reply);
    bson_destroy(filter);
    bson_destroy(update);
    return code;
}

enum err_code mongo_put(struct mongo_store *s, enum mongo_coll which, const char *id, bson_t *doc,
                        struct err *e) {
    bson_t opts = BSON_INITIALIZER;
    bson_t *filter = mongo_by_id(id, NULL);
    bson_error_t error;
    enum err_code code = ERR_NONE;
    BSON_APPEND_BOOL(&opts, "upsert", true);
    if (doc->len > DOCUMENT_MAX)
        code = too_large(e);
    else if (!mongoc_collection_replace_one(mongo_coll(s, which), filter, doc, &opts, NULL, &error))
        code = mongo_fail(s, &error, e);
    bson_destroy(&opts);
    bson_destroy(filter);
    bson_destroy(doc);
    return code;
}

enum err_code mongo_delete(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                           int64_t *ret_deleted, struct err *e) {
    bson_t reply;
    bson_error_t error;
    enum err_code code = ERR_NONE;
    if (!mongoc_collection_delete_many(mongo_coll(s, which), filter, NULL, &reply, &error))
        code = mongo_fail(s, &error, e);
    else if (ret_deleted)
        *ret_deleted = get_int(&reply, "deletedCount");
    bson_destroy(&reply);
    bson_destroy(filter);
    return code;
}

/* --- reads ----------------------------------------------------------------------------------- */

enum err_code mongo_count(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                          int64_t *ret, struct err *e) {
    bson_t opts = BSON_INITIALIZER;
    bson_error_t error;
    BSON_APPEND_INT64(&opts, "maxTimeMS", s->timeout_ms);
    int64_t n =
        mongoc_collection_count_documents(mongo_coll(s, which), filter, &opts, NULL, NULL, &error);
    bson_destroy(&opts);
    bson_destroy(filter);
    if (n < 0)
        return mongo_fail(s, &error, e);
    *ret = n;
    return ERR_NONE;
}

struct mongo_rows mongo_find(struct mongo_store *s, enum mongo_coll which, bson_t *filter,
                             bson_t *opts) {
    bson_t empty = BSON_INITIALIZER;
    bson_t *all = opts ? opts : bson_new();
    BSON_APPEND_INT64(all, "maxTimeMS", s->timeout_ms);
    struct mongo_rows rows = {.s = s};
    rows.cursor =
        mongoc_collection_find_with_opts(mongo_coll(s, which), filter ? filter : &empty, all, NULL);
    bson_destroy(all);
    bson_destroy(&empty);
    if (filter)
        bson_destroy(filter);
    return rows;
}

enum err_code mongo_next(struct mongo_rows *rows, const bson_t **ret, struct err *e) {
    bson_error_t error;
    if (mongoc_cursor_next(rows->cursor, ret))
        return ERR_NONE;
    enum err_code code = mongoc_cursor_error(rows->cursor, &error)
                             ? mongo_fail(rows->s, &error, e)
                             : err_set(e, ERR_NOT_FOUND, "no such record");
    mongo_close(rows);
    return code;
}

void mongo_close(struct mongo_rows *rows) {
    mongoc_cursor_destroy(rows->cursor);
    rows->cursor = NULL;
}

bson_t *mongo_by_id(const char *id, const char *owner) {
    bson_t *filter = BCON_NEW("_id", BCON_UTF8(id));
    put_text(filter, "userId", owner);
    return filter;
}

bson_t *mongo_in(const char *key, const char *const *values, size_t n) {
    bson_t *filter = bson_new();
    bson_t in, list;
    BSON_APPEND_DOCUMENT_BEGIN(filter, key, &in);
    BSON_APPEND_ARRAY_BEGIN(&in, "$in", &list);
    for (size_t i = 0; i < n; i++) {
        char buf[16];
        const char *index;
        size_t len = bson_uint32_to_string((uint32_t)i, &index, buf, sizeof buf);
        bson_append_utf8(&list, index, (int)len, values[i], -1);
    }
    bson_append_array_end(&in, &list);
    bson_append_document_end(filter, &in);
    return filter;
}
