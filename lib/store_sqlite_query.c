/* One statement at a time: prepare, bind, step, read, and what went wrong. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store_sqlite.h"

enum err_code sq_fail(struct sqlite_store *s, int rc, struct err *e) {
    int os = sqlite3_system_errno(s->db);
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        if (rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_UNIQUE)
            return err_set(e, ERR_DUPLICATE, "a record with this id exists");
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_UNAVAILABLE, "the store is busy: no lock within %d ms",
                       s->timeout_ms);
    case SQLITE_FULL:
        return err_set(e, ERR_FULL, "the store has no space left");
    case SQLITE_IOERR:
        if (os == ENOSPC || os == EDQUOT || os == EFBIG)
            return err_set(e, ERR_FULL, "the store has no space left");
        return err_set(e, ERR_UNAVAILABLE, "the store cannot be read or written: %s (%s)",
                       sqlite3_errstr(rc), strerror(os));
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
        return err_set(e, ERR_UNAVAILABLE, "the store cannot be written: %s", sqlite3_errstr(rc));
    case SQLITE_TOOBIG:
        return err_set(e, ERR_TOO_LARGE, "the record is too large");
    default:
        break;
    }
    return err_set(e, ERR_INTERNAL, "the store failed: %s (%s, %d)", sqlite3_errmsg(s->db),
                   sqlite3_errstr(rc), rc);
}

struct sq sq_open(struct sqlite_store *s, enum sq_slot slot, const char *sql) {
    struct sq q = {.s = s, .stmt = s->stmts[slot], .once = slot == SQ_ONCE, .in = 1};
    if (!q.stmt) {
        unsigned flags = q.once ? 0 : SQLITE_PREPARE_PERSISTENT;
        q.rc = sqlite3_prepare_v3(s->db, sql, -1, flags, &q.stmt, NULL);
        if (!q.once)
            s->stmts[slot] = q.stmt;
    }
    return q;
}

static void bound(struct sq *q, int rc) {
    if (q->rc == SQLITE_OK)
        q->rc = rc;
}

void sq_text(struct sq *q, const char *v) {
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_text64(q->stmt, q->in++, v, v ? strlen(v) : 0, SQLITE_STATIC,
                                     SQLITE_UTF8));
}

void sq_int(struct sq *q, int64_t v) {
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_int64(q->stmt, q->in++, v));
}

void sq_double(struct sq *q, double v) {
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_double(q->stmt, q->in++, v));
}

void sq_blob(struct sq *q, const void *data, size_t len) {
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_blob64(q->stmt, q->in++, len > 0 ? data : "", len, SQLITE_STATIC));
}

void sq_close(struct sq *q) {
    if (q->once)
        sqlite3_finalize(q->stmt);
    else if (q->stmt) {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
    }
    q->stmt = NULL;
}

enum err_code sq_next(struct sq *q, struct err *e) {
    int rc = q->rc != SQLITE_OK ? q->rc : sqlite3_step(q->stmt);
    q->column = 0;
    if (rc == SQLITE_ROW)
        return ERR_NONE;
    enum err_code code =
        rc == SQLITE_DONE ? err_set(e, ERR_NOT_FOUND, "no such record") : sq_fail(q->s, rc, e);
    sq_close(q);
    return code;
}

enum err_code sq_exec(struct sq *q, struct err *e) {
    int rc = q->rc != SQLITE_OK ? q->rc : sqlite3_step(q->stmt);
    enum err_code code = ERR_NONE;
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        code = sq_fail(q->s, rc, e);
    sq_close(q);
    return code;
}

enum err_code sq_change(struct sq *q, struct err *e) {
    struct sqlite_store *s = q->s;
    enum err_code code = sq_exec(q, e);
    if (code == ERR_NONE && sqlite3_changes(s->db) == 0)
        return err_set(e, ERR_NOT_FOUND, "no such record");
    return code;
}

void sq_get_text(struct sq *q, char *ret, size_t size) {
    const char *v = (const char *)sqlite3_column_text(q->stmt, q->column);
    size_t len = v ? (size_t)sqlite3_column_bytes(q->stmt, q->column) : 0;
    q->column++;
    if (len >= size)
        len = size - 1;
    if (len > 0)
        memcpy(ret, v, len);
    ret[len] = 0;
}

char *sq_get_heap(struct sq *q) {
    const char *v = (const char *)sqlite3_column_text(q->stmt, q->column++);
    if (!v)
        return NULL;
    char *copy = strdup(v);
    if (!copy)
        bound(q, SQLITE_NOMEM);
    return copy;
}

int64_t sq_get_int(struct sq *q) {
    return sqlite3_column_int64(q->stmt, q->column++);
}

double sq_get_double(struct sq *q) {
    return sqlite3_column_double(q->stmt, q->column++);
}

const char *sq_get_blob(struct sq *q, size_t *ret_len) {
    const char *v = sqlite3_column_blob(q->stmt, q->column);
    *ret_len = (size_t)sqlite3_column_bytes(q->stmt, q->column++);
    return v ? v : "";
}

enum err_code sq_durable(struct sqlite_store *s, enum err_code code, struct err *e) {
    sqlite3_file *wal = NULL;
    if (code != ERR_NONE || !s->sync_full)
        return code;
    int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (rc == SQLITE_OK)
        rc = wal && wal->pMethods ? wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) : SQLITE_IOERR;
    /* not ERR_UNAVAILABLE: reading the record back would not tell whether it is safe */
    if (rc != SQLITE_OK)
        return err_set(e, ERR_INTERNAL, "the store cannot make a write safe: %s",
                       sqlite3_errstr(rc));
    return ERR_NONE;
}

enum err_code sq_begin(struct sqlite_store *s, struct err *e) {
    struct sq q = sq_open(s, SQ_BEGIN, "BEGIN IMMEDIATE");
    return sq_exec(&q, e);
}

enum err_code sq_end(struct sqlite_store *s, enum err_code code, struct err *e) {
    if (code == ERR_NONE) {
        struct sq q = sq_open(s, SQ_COMMIT, "COMMIT");
        code = sq_exec(&q, e);
    }
    /* a failed COMMIT may leave the transaction open; a full disk may have ended it already */
    if (code != ERR_NONE && !sqlite3_get_autocommit(s->db)) {
        struct sq q = sq_open(s, SQ_ROLLBACK, "ROLLBACK");
        sq_exec(&q, NULL);
    }
    return code;
}
