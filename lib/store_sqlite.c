/* The embedded store: one file in WAL mode. Opening it, its tables, its migrations. */
#include "lib/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/clock.h"

#define APPLICATION_ID 0x434e444c /* "CNDL" */
#define SPACE_MIN      (4U << 20) /* below this much free space the store is not ready */
#define WAL_REST       2000       /* pages in the WAL that make a rest worth while: 8 MB */
#define WAL_MOST       16000      /* pages after which a commit waits for the checkpoint itself */
#define WAL_SIZE_LIMIT (64U << 20)

/* One script a version: user_version says how many have run. Never edit one that was released. */
static const char *const migrations[] = {
    "CREATE TABLE backtests (id TEXT PRIMARY KEY NOT NULL, user_id TEXT NOT NULL,"
    " kind TEXT NOT NULL, status TEXT NOT NULL, progress REAL NOT NULL, attempt INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, open INTEGER NOT NULL, symbol TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL,"
    " completed_ms INTEGER NOT NULL, tags TEXT, note TEXT, error TEXT, params TEXT NOT NULL);"
    "CREATE INDEX backtests_newest ON backtests (created_ms, id);"
    "CREATE INDEX backtests_owner ON backtests (user_id, created_ms, id);"
    "CREATE INDEX backtests_open ON backtests (created_ms, id, user_id, priority, open) WHERE open "
    "= 1;"
    /* counting thousands of open jobs at every submit costs more than the submit: kept here */
    "CREATE TABLE loads (user_id TEXT PRIMARY KEY NOT NULL, queued INTEGER NOT NULL,"
    " running INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TRIGGER load_insert AFTER INSERT ON backtests WHEN new.open = 1 BEGIN"
    " INSERT INTO loads VALUES (new.user_id, new.status = 'pending', new.status = 'running')"
    " ON CONFLICT DO UPDATE SET queued = queued + excluded.queued,"
    " running = running + excluded.running; END;"
    "CREATE TRIGGER load_update AFTER UPDATE OF status, open ON backtests"
    " WHEN (old.status, old.open) <> (new.status, new.open) BEGIN UPDATE loads SET"
    " queued = queued + (new.open = 1 AND new.status = 'pending')"
    " - (old.open = 1 AND old.status = 'pending'),"
    " running = running + (new.open = 1 AND new.status = 'running')"
    " - (old.open = 1 AND old.status = 'running') WHERE user_id = new.user_id; END;"
    "CREATE TRIGGER load_delete AFTER DELETE ON backtests WHEN old.open = 1 BEGIN UPDATE loads SET"
    " queued = queued - (old.status = 'pending'), running = running - (old.status = 'running')"
    " WHERE user_id = old.user_id; END;"
    "CREATE TABLE attempts (id TEXT NOT NULL, n INTEGER NOT NULL, token TEXT NOT NULL,"
    " owner TEXT NOT NULL, beat INTEGER NOT NULL, progress REAL NOT NULL, ended TEXT NOT NULL,"
    " started_ms INTEGER NOT NULL, PRIMARY KEY (id, n)) WITHOUT ROWID;"
    "CREATE TABLE results (id TEXT PRIMARY KEY NOT NULL, user_id TEXT NOT NULL,"
    " attempt INTEGER NOT NULL, token TEXT NOT NULL, status TEXT NOT NULL,"
    " deleted INTEGER NOT NULL, completed_ms INTEGER NOT NULL, kind TEXT, code TEXT, error TEXT,"
    " data_hash TEXT, engine TEXT, summary TEXT, body TEXT);"
    "CREATE TABLE trades (id TEXT NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL,"
    " k INTEGER NOT NULL, total INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY (id, attempt, name, k));"
    "CREATE TABLE candles (symbol TEXT NOT NULL, interval TEXT NOT NULL, bucket INTEGER NOT NULL,"
    " n INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hash TEXT NOT NULL,"
    " columns BLOB NOT NULL, PRIMARY KEY (symbol, interval, bucket));"
    "CREATE TABLE idempotency (key TEXT PRIMARY KEY NOT NULL, payload_hash TEXT NOT NULL,"
    " backtest_id TEXT NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;",
};
#define SCHEMA_VERSION ((int)(sizeof migrations / sizeof *migrations))

static enum err_code pragma_int(struct sqlite_store *s, const char *sql, int64_t *ret,
                                struct err *e) {
    struct sq q = sq_open(s, SQ_ONCE, sql);
    enum err_code code = sq_next(&q, e);
    if (code != ERR_NONE)
        return code;
    *ret = sq_get_int(&q);
    sq_close(&q);
    return ERR_NONE;
}

static enum err_code script(struct sqlite_store *s, const char *sql, struct err *e) {
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : sq_fail(s, sqlite3_extended_errcode(s->db), e);
}

static enum err_code migrate_from(struct sqlite_store *s, int64_t version, struct err *e) {
    int64_t application, tables;
    enum err_code code = pragma_int(s, "PRAGMA application_id", &application, e);
    if (code == ERR_NONE)
        code = pragma_int(s, "SELECT count(*) FROM sqlite_schema", &tables, e);
    if (code != ERR_NONE)
        return code;
    if (application != APPLICATION_ID && (version != 0 || tables != 0))
        return err_at(e, ERR_INVALID, NULL, "store_foreign",
                      "the file is the database of another program");
    if (version > SCHEMA_VERSION)
        return err_at(e, ERR_INVALID, NULL, "store_newer",
                      "the store was made by a newer version (schema %lld, this program knows %d)",
                      (long long)version, SCHEMA_VERSION);
    for (; version < SCHEMA_VERSION && code == ERR_NONE; version++)
        code = script(s, migrations[version], e);
    char set[96];
    snprintf(set, sizeof set, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    return code == ERR_NONE ? script(s, set, e) : code;
}

enum err_code sqlite_migrate(struct sqlite_store *s, struct err *e) {
    int64_t version;
    enum err_code code = pragma_int(s, "PRAGMA user_version", &version, e);
    if (code != ERR_NONE || version == SCHEMA_VERSION)
        return code;
    code = sq_begin(s, e);
    if (code != ERR_NONE)
        return code;
    /* another process may have done it while this one waited for the lock */
    code = pragma_int(s, "PRAGMA user_version", &version, e);
    if (code == ERR_NONE && version != SCHEMA_VERSION)
        code = migrate_from(s, version, e);
    return sq_end(s, code, e);
}

/* Waits for a lock in short random steps: SQLite's own steps grow to 100 ms, and whoever waited
 * longest would wait on while others come and go. */
static int on_busy(void *arg, int count) {
    struct sqlite_store *s = arg;
    int64_t now = clock_mono_us();
    if (count == 0)
        s->busy_since_us = now;
    if (now - s->busy_since_us >= (int64_t)s->timeout_ms * 1000)
        return 0;
    s->random = s->random * 1103515245U + 12345U;
    usleep(100 + (s->random >> 16) % (count < 20 ? 400 : 2000));
    return 1;
}

bool store_network_fs(unsigned long magic) {
    static const unsigned long magics[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x01021997, /* 9p */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x73757245, /* Coda */
        0x00c36400, /* Ceph */
        0x0bd00bd0, /* Lustre */
        0x47504653, /* GPFS */
        0x19830326, /* BeeGFS */
        0x7461636f, /* OCFS2 */
        0x01161970, /* GFS2 */
        0xaad7aaea, /* PanFS */
        0x013111a8, /* IBRIX */
    };
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if ((magic & 0xffffffff) == magics[i])
            return true;
    return false;
}

/* The folder is there and on a disk of this host; the file is made here, for its owner alone (it
 * will hold password hashes), and SQLite gives -wal and -shm the same mode. */
static enum err_code prepare_file(const char *path, struct err *e) {
    if (path[0] == 0 || strchr(path, '?') || strcmp(path, ":memory:") == 0)
        return err_at(e, ERR_INVALID, NULL, "store_uri",
                      "store.uri sqlite: needs the path of a file");
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return err_at(e, ERR_INVALID, NULL, "store_uri", "the store's path is too long");
    struct statfs fs;
    const char *parent = dirname(folder);
    if (statfs(parent, &fs) != 0)
        return err_set(e, ERR_INVALID, "the store's folder %s: %s", parent, strerror(errno));
    if (store_network_fs((unsigned long)fs.f_type))
        return err_at(
            e, ERR_INVALID, NULL, "store_network",
            "%s is on a network filesystem, where SQLite's WAL is not safe: put the store "
            "on a local disk or use MongoDB",
            parent);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_INVALID,
                       "the store %s: %s", path, strerror(errno));
    close(fd);
    return ERR_NONE;
}

/* The switch to WAL needs the file alone and does not wait for it by itself. */
static enum err_code enter_wal(struct sqlite_store *s, struct err *e) {
    int64_t deadline = clock_mono_ms() + s->timeout_ms;
    for (;;) {
        char mode[16] = "";
        struct sq q = sq_open(s, SQ_ONCE, "PRAGMA journal_mode = WAL");
        enum err_code code = sq_next(&q, e);
        if (code == ERR_NONE) {
            sq_get_text(&q, mode, sizeof mode);
            sq_close(&q);
            if (strcmp(mode, "wal") == 0)
                return ERR_NONE;
            code = err_set(e, ERR_INVALID, "the store's file does not take WAL mode");
        }
        if (code != ERR_UNAVAILABLE || clock_mono_ms() >= deadline)
            return code;
        usleep(1000 + (unsigned)getpid() % 1000);
    }
}

static void sqlite_close(struct store *base) {
    struct sqlite_store *s = sqlite_of(base);
    for (int i = 0; i < SQ_SLOTS; i++)
        sqlite3_finalize(s->stmts[i]);
    sqlite3_close(s->db);
    free(s);
}

static enum err_code sqlite_ping(struct store *base, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    struct statvfs fs;
    if (statvfs(sqlite3_db_filename(s->db, "main"), &fs) != 0)
        return err_set(e, ERR_UNAVAILABLE, "the store's file: %s", strerror(errno));
    if ((uint64_t)fs.f_bavail * fs.f_frsize < SPACE_MIN)
        return err_set(e, ERR_FULL, "the store has no space left");
    int64_t version;
    enum err_code code = sq_begin(s, e);
    if (code != ERR_NONE)
        return code;
    code = pragma_int(s, "PRAGMA user_version", &version, e);
    return sq_end(s, code, e);
}

/* First what disturbs nobody; then the little that came meanwhile, with the others kept out, so
 * that the WAL starts anew: under load it would grow for ever, and each commit would try again. */
static void checkpoint(struct sqlite_store *s) {
    sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    s->wal_pages = 0; /* until the next commit: one that could not finish is tried again then */
}

static void sqlite_rest(struct store *base) {
    struct sqlite_store *s = sqlite_of(base);
    if (s->wal_pages >= WAL_REST)
        checkpoint(s);
}

/* After each commit. A program that never rests must not let the WAL grow. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int pages) {
    struct sqlite_store *s = arg;
    (void)db;
    (void)name;
    s->wal_pages = pages;
    if (pages >= WAL_MOST)
        checkpoint(s);
    return SQLITE_OK;
}

static const struct store_ops ops = {
    .close = sqlite_close,
    .ping = sqlite_ping,
    .rest = sqlite_rest,
    .backtest_insert = sqlite_backtest_insert,
    .backtest_get = sqlite_backtest_get,
    .backtest_list = sqlite_backtest_list,
    .backtest_delete = sqlite_backtest_delete,
    .close_ended = sqlite_close_ended,
    .open_jobs = sqlite_open_jobs,
    .user_load = sqlite_user_load,
    .attempt_insert = sqlite_attempt_insert,
    .attempt_get = sqlite_attempt_get,
    .attempt_beat = sqlite_attempt_beat,
    .attempt_end = sqlite_attempt_end,
    .result_insert = sqlite_result_insert,
    .result_get = sqlite_result_get,
    .result_exists = sqlite_result_exists,
    .part_get = sqlite_part_get,
    .candles_put = sqlite_candles_put,
    .candles_get = sqlite_candles_get,
    .series = sqlite_series,
    .candles_delete = sqlite_candles_delete,
    .idempotency_insert = sqlite_idempotency_insert,
};

static enum err_code set_up(struct sqlite_store *s, struct err *e) {
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_handler(s->db, on_busy, s);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    enum err_code code = enter_wal(s, e);
    sqlite3_wal_hook(s->db, on_commit, s);
    char pragmas[160];
    /* NORMAL: what must be on the disk before the answer is synced by sq_durable */
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = %u;"
             "PRAGMA temp_store = MEMORY",
             WAL_SIZE_LIMIT);
    if (code == ERR_NONE)
        code = script(s, pragmas, e);
    return code == ERR_NONE ? sqlite_migrate(s, e) : code;
}

struct store *store_sqlite_open(const char *path, const struct store_options *opt, struct err *e) {
    if (prepare_file(path, e) != ERR_NONE)
        return NULL;
    struct sqlite_store *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    s->base.ops = &ops;
    s->timeout_ms = opt->timeout_ms;
    s->sync_full = opt->sync_full;
    s->random = (unsigned)getpid();
    int rc = sqlite3_open_v2(
        path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    enum err_code code = rc == SQLITE_OK ? set_up(s, e) : sq_fail(s, rc, e);
    if (code != ERR_NONE) {
        sqlite_close(&s->base);
        return NULL;
    }
    return &s->base;
}
