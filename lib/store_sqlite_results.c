/* The end of a backtest and its large parts. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/store_sqlite.h"

#define CHUNK ((size_t)128 << 10) /* SQLite copies a row in memory before it writes it */

static enum err_code put_part(struct sqlite_store *s, const struct result *r, const struct part *p,
                              struct err *e) {
    int64_t k = 0;
    size_t at = 0;
    do {
        size_t len = p->len - at < CHUNK ? p->len - at : CHUNK;
        struct sq q = sq_open(s, SQ_PART_PUT,
                              "INSERT OR REPLACE INTO trades (id, attempt, name, k, total, data)"
                              " VALUES (?, ?, ?, ?, ?, ?)");
        sq_text(&q, r->id);
        sq_int(&q, r->attempt);
        sq_text(&q, p->name);
        sq_int(&q, k++);
        sq_int(&q, (int64_t)p->len);
        sq_blob(&q, (const char *)p->data + at, len);
        enum err_code code = sq_exec(&q, e);
        if (code != ERR_NONE)
            return code;
        at += len;
    } while (at < p->len);
    return ERR_NONE;
}

static const char *absent_if_empty(const char *s) {
    return s[0] ? s : NULL;
}

static enum err_code insert_row(struct sqlite_store *s, const struct result *r, struct err *e) {
    struct sq q = sq_open(s, SQ_RESULT_INSERT,
                          "INSERT INTO results (id, user_id, attempt, token, status, deleted,"
                          " completed_ms, kind, code, error, data_hash, engine, summary, body)"
                          " VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_text(&q, r->id);
    sq_text(&q, r->user_id);
    sq_int(&q, r->attempt);
    sq_text(&q, r->token);
    sq_text(&q, run_status_name(r->status));
    sq_int(&q, r->completed_ms);
    sq_text(&q, absent_if_empty(r->kind));
    sq_text(&q, absent_if_empty(r->code));
    sq_text(&q, r->error);
    sq_text(&q, absent_if_empty(r->data_hash));
    sq_text(&q, absent_if_empty(r->engine));
    sq_text(&q, r->summary);
    sq_text(&q, r->body);
    return sq_exec(&q, e);
}

/* The attempt as done, the record's cache. */
static enum err_code spread_end(struct sqlite_store *s, const struct result *r, struct err *e) {
    if (r->attempt > 0) {
        struct sq q = sq_open(s, SQ_ATTEMPT_END_OWN,
                              "UPDATE attempts SET ended = 'done' WHERE id = ? AND n = ?"
                              " AND ended = 'live'");
        sq_text(&q, r->id);
        sq_int(&q, r->attempt);
        enum err_code code = sq_exec(&q, e);
        if (code != ERR_NONE)
            return code;
    }
    struct sq q = sq_open(s, SQ_BACKTEST_END,
                          "UPDATE backtests SET status = ?1, attempt = max(attempt, ?2),"
                          " progress = iif(?1 = 'completed', 100, progress), error = ?3,"
                          " completed_ms = ?4, updated_ms = ?4"
                          " WHERE id = ?5 AND status IN ('pending', 'running')");
    sq_text(&q, run_status_name(r->status));
    sq_int(&q, r->attempt);
    sq_text(&q, r->error);
    sq_int(&q, r->completed_ms);
    sq_text(&q, r->id);
    return sq_exec(&q, e);
}

static enum err_code insert_all(struct sqlite_store *s, const struct result *r,
                                const struct part *parts, size_t n_parts, struct err *e) {
    /* first the row that decides: a loser is rolled back before it has written its parts */
    enum err_code code = insert_row(s, r, e);
    for (size_t i = 0; i < n_parts && code == ERR_NONE; i++)
        code = put_part(s, r, &parts[i], e);
    return code == ERR_NONE ? spread_end(s, r, e) : code;
}

enum err_code sqlite_result_insert(struct store *base, const struct result *r,
                                   const struct part *parts, size_t n_parts, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    if (code != ERR_NONE)
        return code;
    code = sq_durable(s, sq_end(s, insert_all(s, r, parts, n_parts, e), e), e);
    struct result existing;
    if (code != ERR_DUPLICATE || sqlite_result_get(base, NULL, r->id, false, &existing, NULL))
        return code;
    bool own = r->token[0] && strcmp(existing.token, r->token) == 0;
    result_release(&existing);
    return own ? ERR_NONE : code;
}

enum err_code sqlite_result_get(struct store *base, const char *owner, const char *id,
                                bool with_body, struct result *ret, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_RESULT_GET,
                          "SELECT id, user_id, attempt, token, status, deleted, completed_ms, kind,"
                          " code, error, data_hash, engine, summary, iif(?, body, NULL)"
                          " FROM results WHERE id = ? AND user_id = coalesce(?, user_id)");
    sq_int(&q, with_body);
    sq_text(&q, id);
    sq_text(&q, owner);
    enum err_code code = sq_next(&q, e);
    if (code != ERR_NONE)
        return code;
    struct result r = {0};
    char status[16];
    sq_get_text(&q, r.id, sizeof r.id);
    sq_get_text(&q, r.user_id, sizeof r.user_id);
    r.attempt = (int)sq_get_int(&q);
    sq_get_text(&q, r.token, sizeof r.token);
    sq_get_text(&q, status, sizeof status);
    run_status_parse(status, &r.status);
    r.deleted = sq_get_int(&q) != 0;
    r.completed_ms = sq_get_int(&q);
    sq_get_text(&q, r.kind, sizeof r.kind);
    sq_get_text(&q, r.code, sizeof r.code);
    r.error = sq_get_heap(&q);
    sq_get_text(&q, r.data_hash, sizeof r.data_hash);
    sq_get_text(&q, r.engine, sizeof r.engine);
    r.summary = sq_get_heap(&q);
    r.body = sq_get_heap(&q);
    bool failed = q.rc != SQLITE_OK;
    sq_close(&q);
    if (failed) {
        result_release(&r);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    *ret = r;
    return ERR_NONE;
}

enum err_code sqlite_result_exists(struct store *base, const char *id, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_RESULT_EXISTS, "SELECT 1 FROM results WHERE id = ?");
    sq_text(&q, id);
    enum err_code code = sq_next(&q, e);
    sq_close(&q);
    return code;
}

enum err_code sqlite_part_get(struct store *base, const char *id, int attempt, const char *name,
                              char **ret_data, size_t *ret_len, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_PART_GET,
                          "SELECT total, data FROM trades WHERE id = ? AND attempt = ? AND name = ?"
                          " ORDER BY k");
    sq_text(&q, id);
    sq_int(&q, attempt);
    sq_text(&q, name);
    char *data = NULL;
    size_t total = 0, at = 0;
    enum err_code code;
    while ((code = sq_next(&q, e)) == ERR_NONE) {
        size_t len, want = (size_t)sq_get_int(&q);
        const char *chunk = sq_get_blob(&q, &len);
        if (!data) {
            total = want;
            data = malloc(total + 1);
        }
        if (!data || len > total - at) {
            sq_close(&q);
            free(data);
            return err_set(e, ERR_INTERNAL,
                           data ? "a part of a result is broken" : "out of memory");
        }
        memcpy(data + at, chunk, len);
        at += len;
    }
    if (code != ERR_NOT_FOUND || !data) {
        free(data);
        return code;
    }
    if (at != total) {
        free(data);
        return err_set(e, ERR_INTERNAL, "a part of a result is broken");
    }
    data[total] = 0;
    *ret_data = data;
    *ret_len = total;
    return ERR_NONE;
}
