/* Users' backtests: insert, get, list, delete, close. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/store_sqlite.h"

#define COLUMNS                                                                                    \
    "id, user_id, kind, status, progress, attempt, priority, open, symbol, created_ms,"            \
    " updated_ms, started_ms, completed_ms, tags, note, error, params"

enum err_code sqlite_backtest_insert(struct store *base, const struct backtest *b, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    struct sq q = sq_open(s, SQ_BACKTEST_INSERT,
                          "INSERT INTO backtests (" COLUMNS ")"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sq_text(&q, b->id);
    sq_text(&q, b->user_id);
    sq_text(&q, b->kind);
    sq_text(&q, run_status_name(b->status));
    sq_double(&q, b->progress);
    sq_int(&q, b->attempt);
    sq_int(&q, b->priority);
    sq_int(&q, b->open);
    sq_text(&q, b->symbol);
    sq_int(&q, b->created_ms);
    sq_int(&q, b->updated_ms);
    sq_int(&q, b->started_ms);
    sq_int(&q, b->completed_ms);
    sq_text(&q, b->tags);
    sq_text(&q, b->note);
    sq_text(&q, b->error);
    sq_text(&q, b->params);
    return sq_durable(s, sq_exec(&q, e), e);
}

/* The row at hand; false: out of memory, nothing is left in *ret. */
static bool read_row(struct sq *q, struct backtest *ret) {
    struct backtest b = {0};
    char status[16];
    sq_get_text(q, b.id, sizeof b.id);
    sq_get_text(q, b.user_id, sizeof b.user_id);
    sq_get_text(q, b.kind, sizeof b.kind);
    sq_get_text(q, status, sizeof status);
    run_status_parse(status, &b.status);
    b.progress = sq_get_double(q);
    b.attempt = (int)sq_get_int(q);
    b.priority = (int)sq_get_int(q);
    b.open = sq_get_int(q) != 0;
    sq_get_text(q, b.symbol, sizeof b.symbol);
    b.created_ms = sq_get_int(q);
    b.updated_ms = sq_get_int(q);
    b.started_ms = sq_get_int(q);
    b.completed_ms = sq_get_int(q);
    b.tags = sq_get_heap(q);
    b.note = sq_get_heap(q);
    b.error = sq_get_heap(q);
    b.params = sq_get_heap(q);
    if (q->rc != SQLITE_OK) {
        backtest_release(&b);
        return false;
    }
    *ret = b;
    return true;
}

static enum err_code no_memory(struct sq *q, struct err *e) {
    sq_close(q);
    return err_set(e, ERR_INTERNAL, "out of memory");
}

enum err_code sqlite_backtest_get(struct store *base, const char *owner, const char *id,
                                  struct backtest *ret, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_BACKTEST_GET,
                          "SELECT " COLUMNS " FROM backtests WHERE id = ? AND user_id ="
                          " coalesce(?, user_id)");
    sq_text(&q, id);
    sq_text(&q, owner);
    enum err_code code = sq_next(&q, e);
    if (code != ERR_NONE)
        return code;
    if (!read_row(&q, ret))
        return no_memory(&q, e);
    sq_close(&q);
    return ERR_NONE;
}

/* Filters as text, each with one value in the same order as bind_filter; NULL: out of memory. */
static char *list_sql(const struct backtest_filter *f) {
    struct buf b;
    buf_init(&b, 2048);
    buf_str(&b, "SELECT " COLUMNS " FROM backtests WHERE 1");
    if (f->owner)
        buf_str(&b, " AND user_id = ?");
    if (f->status)
        buf_str(&b, " AND status = ?");
    if (f->symbol)
        buf_str(&b, " AND symbol = ?");
    if (f->kind)
        buf_str(&b, " AND kind = ?");
    if (f->tag)
        buf_str(&b, " AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)");
    if (f->cursor_id[0])
        buf_str(&b, " AND (created_ms, id) < (?, ?)");
    buf_str(&b, " ORDER BY created_ms DESC, id DESC LIMIT ?");
    char *sql = buf_detach(&b);
    buf_release(&b);
    return sql;
}

static void bind_filter(struct sq *q, const struct backtest_filter *f) {
    const char *values[] = {f->owner, f->status, f->symbol, f->kind, f->tag};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i])
            sq_text(q, values[i]);
    if (f->cursor_id[0]) {
        sq_int(q, f->cursor_created_ms);
        sq_text(q, f->cursor_id);
    }
    sq_int(q, (int64_t)f->limit + 1);
}

enum err_code sqlite_backtest_list(struct store *base, const struct backtest_filter *f,
                                   struct backtest_list *ret, struct err *e) {
    char *sql = list_sql(f);
    struct backtest_list list = {.items = calloc(f->limit, sizeof *list.items)};
    if (!sql || !list.items) {
        free(sql);
        free(list.items);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    struct sq q = sq_open(sqlite_of(base), SQ_ONCE, sql);
    bind_filter(&q, f);
    enum err_code code;
    while ((code = sq_next(&q, e)) == ERR_NONE) {
        if (list.n == f->limit) {
            list.more = true;
            sq_close(&q);
            break;
        }
        if (!read_row(&q, &list.items[list.n])) {
            code = no_memory(&q, e);
            break;
        }
        list.n++;
    }
    free(sql);
    if (code != ERR_NONE && code != ERR_NOT_FOUND) {
        backtest_list_release(&list);
        return code;
    }
    *ret = list;
    return ERR_NONE;
}

/* --- delete ---------------------------------------------------------------------------------- */

static enum err_code delete_where_id(struct sqlite_store *s, enum sq_slot slot, const char *sql,
                                     const char *id, struct err *e) {
    struct sq q = sq_open(s, slot, sql);
    sq_text(&q, id);
    return sq_exec(&q, e);
}

/* ERR_CONFLICT or ERR_NOT_FOUND: there was no end to turn into a tombstone. */
static enum err_code not_ended(struct sqlite_store *s, const char *owner, const char *id,
                               struct err *e) {
    struct sq q =
        sq_open(s, SQ_BACKTEST_EXISTS,
                "SELECT 1 FROM backtests WHERE id = ?1 AND user_id = coalesce(?2, user_id)"
                " AND NOT EXISTS (SELECT 1 FROM results WHERE id = ?1)");
    sq_text(&q, id);
    sq_text(&q, owner);
    enum err_code code = sq_next(&q, e);
    sq_close(&q);
    return code == ERR_NONE ? err_set(e, ERR_CONFLICT, "the backtest has not ended") : code;
}

static enum err_code delete_all(struct sqlite_store *s, const char *owner, const char *id,
                                struct err *e) {
    struct sq q = sq_open(s, SQ_RESULT_TOMBSTONE,
                          "UPDATE results SET deleted = 1, completed_ms = ?, attempt = 0,"
                          " token = '', code = NULL, error = NULL, data_hash = NULL, engine = NULL,"
                          " summary = NULL, body = NULL"
                          " WHERE id = ? AND user_id = coalesce(?, user_id) AND deleted = 0");
    sq_int(&q, clock_now_ms());
    sq_text(&q, id);
    sq_text(&q, owner);
    enum err_code code = sq_change(&q, e);
    if (code == ERR_NOT_FOUND)
        return not_ended(s, owner, id, e);
    if (code == ERR_NONE)
        code = delete_where_id(s, SQ_BACKTEST_DELETE, "DELETE FROM backtests WHERE id = ?", id, e);
    if (code == ERR_NONE)
        code = delete_where_id(s, SQ_PART_DELETE, "DELETE FROM trades WHERE id = ?", id, e);
    if (code == ERR_NONE)
        code = delete_where_id(s, SQ_ATTEMPT_DELETE, "DELETE FROM attempts WHERE id = ?", id, e);
    return code;
}

enum err_code sqlite_backtest_delete(struct store *base, const char *owner, const char *id,
                                     struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    if (code == ERR_NONE)
        code = sq_end(s, delete_all(s, owner, id, e), e);
    return sq_durable(s, code, e);
}

enum err_code sqlite_close_ended(struct store *base, const char (*ids)[ID_MAX], size_t n,
                                 struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    if (code != ERR_NONE)
        return code;
    for (size_t i = 0; i < n && code == ERR_NONE; i++) {
        /* the cached status was written by the end's own transaction */
        struct sq q = sq_open(s, SQ_BACKTEST_CLOSE,
                              "UPDATE backtests SET open = 0 WHERE id = ?1 AND open = 1"
                              " AND EXISTS (SELECT 1 FROM results WHERE id = ?1)");
        sq_text(&q, ids[i]);
        code = sq_exec(&q, e);
    }
    return sq_end(s, code, e);
}
