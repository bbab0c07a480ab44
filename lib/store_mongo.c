/* MongoDB: connection, its options, indexes. */
#include "lib/store_mongo.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA_VERSION     1
#define CONNECT_TIMEOUT_MS 2000
#define DATABASE_DEFAULT   "candlemill"

static const char *const names[COLL_COUNT] = {
    [BACKTESTS] = "backtests", [ATTEMPTS] = "attempts", [RESULTS] = "results",
    [TRADES] = "trades",       [CANDLES] = "candles",   [IDEMPOTENCY] = "idempotency",
    [META] = "meta",
};

/* --- connection ------------------------------------------------------------------------------ */

static void hang_up(struct mongo_store *s) {
    for (int i = 0; i < COLL_COUNT; i++) {
        mongoc_collection_destroy(s->colls[i]);
        s->colls[i] = NULL;
    }
    mongoc_client_destroy(s->client);
    s->client = NULL;
}

/* Makes the client; it connects when first used. A new one has no memory of servers that did not
 * answer (the driver would not look at them again for 5 s). */
static bool dial(struct mongo_store *s) {
    s->client = mongoc_client_new_from_uri(s->uri);
    if (!s->client)
        return false;
    mongoc_client_set_error_api(s->client, MONGOC_ERROR_API_VERSION_2);
    for (int i = 0; i < COLL_COUNT; i++)
        s->colls[i] = mongoc_client_get_collection(s->client, s->database, names[i]);
    s->stale = false;
    return true;
}

mongoc_collection_t *mongo_coll(struct mongo_store *s, enum mongo_coll which) {
    if (s->stale) {
        hang_up(s);
        dial(s); /* the uri was good before: only memory could be missing, and bson aborts then */
    }
    return s->colls[which];
}

static void mongo_store_close(struct store *base) {
    struct mongo_store *s = mongo_of(base);
    if (s->client)
        hang_up(s);
    mongoc_uri_destroy(s->uri);
    free(s);
}

static void option_int(mongoc_uri_t *uri, const char *name, int value) {
    if (!mongoc_uri_has_option(uri, name))
        mongoc_uri_set_option_as_int32(uri, name, value);
}

static void option_bool(mongoc_uri_t *uri, const char *name, bool value) {
    if (!mongoc_uri_has_option(uri, name))
        mongoc_uri_set_option_as_bool(uri, name, value);
}

/* What the uri does not say itself. Writes are idempotent by _id and read back when the answer is
 * unknown, so the driver retries none: a server that ignores transaction numbers (FerretDB) would
 * apply one twice. */
static void set_options(mongoc_uri_t *uri, const struct store_options *opt) {
    int connect = opt->timeout_ms < CONNECT_TIMEOUT_MS ? opt->timeout_ms : CONNECT_TIMEOUT_MS;
    option_int(uri, MONGOC_URI_CONNECTTIMEOUTMS, connect);
    option_int(uri, MONGOC_URI_SOCKETTIMEOUTMS, opt->timeout_ms);
    option_int(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, opt->timeout_ms);
    option_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, false);
    option_bool(uri, MONGOC_URI_RETRYWRITES, false);
    if (opt->program && !mongoc_uri_get_appname(uri))
        mongoc_uri_set_appname(uri, opt->program);

    if (!mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        mongoc_write_concern_t *w = mongoc_write_concern_new();
        mongoc_write_concern_set_wmajority(w, opt->timeout_ms);
        mongoc_write_concern_set_journal(w, true);
        mongoc_uri_set_write_concern(uri, w);
        mongoc_write_concern_destroy(w);
    }
    /* a read-back must not see a write that a failover may still take away */
    if (!mongoc_uri_has_option(uri, MONGOC_URI_READCONCERNLEVEL)) {
        mongoc_read_concern_t *r = mongoc_read_concern_new();
        mongoc_read_concern_set_level(r, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
        mongoc_uri_set_read_concern(uri, r);
        mongoc_read_concern_destroy(r);
    }
    /* what decides is read from the primary, whatever the uri says */
    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_uri_set_read_prefs_t(uri, primary);
    mongoc_read_prefs_destroy(primary);
}

static mongoc_uri_t *parse_uri(const char *text, const struct store_options *opt, struct err *e) {
    bson_error_t error;
    mongoc_uri_t *uri = mongoc_uri_new_with_error(text, &error);
    if (!uri) {
        err_at(e, ERR_INVALID, NULL, "store_uri", "store.uri: %s", error.message);
        return NULL;
    }
    const mongoc_write_concern_t *w = mongoc_uri_get_write_concern(uri);
    if (w && mongoc_write_concern_get_w(w) == 0) {
        err_at(e, ERR_INVALID, NULL, "store_uri",
               "store.uri: w=0 would lose accepted backtests without a word");
        mongoc_uri_destroy(uri);
        return NULL;
    }
    set_options(uri, opt);
    return uri;
}

/* --- indexes --------------------------------------------------------------------------------- */

static const struct {
    enum mongo_coll which;
    const char *keys; /* a leading - : descending */
} indexes[] = {
    {BACKTESTS, "-createdAt -_id"},
    {BACKTESTS, "userId -createdAt -_id"},
    {BACKTESTS, "open status createdAt _id"},
    {BACKTESTS, "userId status open"},
    {ATTEMPTS, "backtestId -n"},
    {TRADES, "backtestId attempt"},
    {CANDLES, "symbol interval bucket n first last hash"}, /* answers store_series by itself */
};

/* A server that cannot make one (FerretDB lacks kinds of them) still answers every query. */
static void make_index(struct mongo_store *s, enum mongo_coll which, const char *keys) {
    char name[128];
    size_t n = 0;
    bson_t key = BSON_INITIALIZER;
    for (const char *p = keys; *p; p += strspn(p, " ")) {
        bool down = *p == '-';
        const char *field = p + down;
        int len = (int)strcspn(field, " ");
        bson_append_int32(&key, field, len, down ? -1 : 1);
        p = field + len;
    }
    for (; keys[n] && n < sizeof name - 1; n++)
        name[n] = keys[n] == ' ' ? '_' : keys[n];
    name[n] = 0;
    bson_t *command = BCON_NEW("createIndexes", BCON_UTF8(names[which]), "indexes", "[", "{", "key",
                               BCON_DOCUMENT(&key), "name", BCON_UTF8(name), "}", "]");
    bson_error_t error;
    mongo_coll(s, which);
    mongoc_client_write_command_with_opts(s->client, s->database, command, NULL, NULL, &error);
    bson_destroy(command);
    bson_destroy(&key);
}

/* Indexes are made once a version, not at every start: as plain CGI a start is a request. */
static enum err_code migrate(struct mongo_store *s, struct err *e) {
    struct mongo_rows rows = mongo_find(s, META, mongo_by_id("schema", NULL), NULL);
    const bson_t *doc;
    int64_t version = 0;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code == ERR_NONE) {
        version = get_int(doc, "version");
        mongo_close(&rows);
    } else if (code != ERR_NOT_FOUND) {
        return code;
    }
    if (version > SCHEMA_VERSION)
        return err_at(e, ERR_INVALID, NULL, "store_newer",
                      "the store was made by a newer version (schema %lld, this program knows %d)",
                      (long long)version, SCHEMA_VERSION);
    if (version == SCHEMA_VERSION)
        return ERR_NONE;
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        make_index(s, indexes[i].which, indexes[i].keys);
    return mongo_put(s, META, "schema",
                     BCON_NEW("_id", BCON_UTF8("schema"), "version", BCON_INT32(SCHEMA_VERSION)),
                     e);
}

static enum err_code mongo_ping(struct store *base, struct err *e) {
    struct mongo_store *s = mongo_of(base);
    bson_error_t error;
    mongo_coll(s, META);
    bson_t *command = BCON_NEW("ping", BCON_INT32(1));
    bool fine = mongoc_client_command_simple(s->client, "admin", command, NULL, NULL, &error);
    bson_destroy(command);
    return fine ? ERR_NONE : mongo_fail(s, &error, e);
}

static const struct store_ops ops = {
    .close = mongo_store_close,
    .ping = mongo_ping,
    .backtest_insert = mongo_backtest_insert,
    .backtest_get = mongo_backtest_get,
    .backtest_list = mongo_backtest_list,
    .backtest_delete = mongo_backtest_delete,
    .close_ended = mongo_close_ended,
    .open_jobs = mongo_open_jobs,
    .user_load = mongo_user_load,
    .attempt_insert = mongo_attempt_insert,
    .attempt_get = mongo_attempt_get,
    .attempt_beat = mongo_attempt_beat,
    .attempt_end = mongo_attempt_end,
    .result_insert = mongo_result_insert,
    .result_get = mongo_result_get,
    .result_exists = mongo_result_exists,
    .part_get = mongo_part_get,
    .candles_put = mongo_candles_put,
    .candles_get = mongo_candles_get,
    .series = mongo_series,
    .candles_delete = mongo_candles_delete,
    .idempotency_insert = mongo_idempotency_insert,
};

struct store *store_mongo_open(const char *text, const struct store_options *opt, struct err *e) {
    static bool driver_ready;
    if (!driver_ready) {
        mongoc_init();
        mongoc_log_set_handler(NULL, NULL); /* what is wrong comes back as an error */
        driver_ready = true;
    }
    mongoc_uri_t *uri = parse_uri(text, opt, e);
    if (!uri)
        return NULL;
    struct mongo_store *s = calloc(1, sizeof *s);
    const char *database = mongoc_uri_get_database(uri);
    size_t len = database ? strlen(database) : 0;
    if (!s || len >= sizeof s->database) {
        err_set(e, s ? ERR_INVALID : ERR_INTERNAL,
                s ? "store.uri: the database's name is too long" : "out of memory");
        mongoc_uri_destroy(uri);
        free(s);
        return NULL;
    }
    if (!database || len == 0) {
        database = DATABASE_DEFAULT;
        len = strlen(database);
    }
    s->base.ops = &ops;
    s->timeout_ms = opt->timeout_ms;
    s->uri = uri;
    memcpy(s->database, database, len);
    if (!dial(s)) {
        err_set(e, ERR_INVALID, "store.uri: the driver refuses it (TLS or authentication options)");
        mongo_store_close(&s->base);
        return NULL;
    }
    if (migrate(s, e) != ERR_NONE) {
        mongo_store_close(&s->base);
        return NULL;
    }
    return &s->base;
}
