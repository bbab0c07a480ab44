/* Users' backtests: insert, get, list, delete. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/store_mongo.h"

enum err_code mongo_backtest_insert(struct store *base, const struct backtest *b, struct err *e) {
    bson_t *doc = BCON_NEW("_id", BCON_UTF8(b->id), "userId", BCON_UTF8(b->user_id), "kind",
                           BCON_UTF8(b->kind), "status", BCON_UTF8(run_status_name(b->status)));
    if (!put_json(doc, "params", b->params, e) || (b->tags && !put_json(doc, "tags", b->tags, e))) {
        bson_destroy(doc);
        return e ? e->code : ERR_INVALID;
    }
    char result_id[ID_MAX];
    id_result(b->id, result_id);
    put_text(doc, "resultId", b->status == RUN_COMPLETED ? result_id : NULL);
    BSON_APPEND_DOUBLE(doc, "progress", b->progress);
    BSON_APPEND_INT32(doc, "attempt", b->attempt);
    BSON_APPEND_INT32(doc, "priority", b->priority);
    BSON_APPEND_BOOL(doc, "open", b->open);
    put_text(doc, "note", b->note);
    put_text(doc, "error", b->error);
    put_time(doc, "createdAt", b->created_ms);
    put_time(doc, "updatedAt", b->updated_ms);
    put_time(doc, "startedAt", b->started_ms);
    put_time(doc, "completedAt", b->completed_ms);
    return mongo_insert(mongo_of(base), BACKTESTS, doc, e);
}

/* A record of another API has fewer fields: what is absent has our default. */
static void read_doc(const bson_t *doc, struct backtest *ret) {
    struct backtest b = {0};
    char status[16];
    bson_iter_t it, symbol;
    get_text(doc, "_id", b.id, sizeof b.id);
    get_text(doc, "userId", b.user_id, sizeof b.user_id);
    get_text(doc, "kind", b.kind, sizeof b.kind);
    if (!b.kind[0])
        memcpy(b.kind, "backtest", sizeof "backtest");
    get_text(doc, "status", status, sizeof status);
    if (!run_status_parse(status, &b.status))
        b.status = RUN_PENDING;
    b.progress = get_double(doc, "progress");
    b.attempt = (int)get_int(doc, "attempt");
    b.priority = (int)get_int(doc, "priority");
    b.open = get_bool(doc, "open", !run_ended(b.status));
    if (bson_iter_init(&it, doc) && bson_iter_find_descendant(&it, "params.symbol", &symbol) &&
        BSON_ITER_HOLDS_UTF8(&symbol)) {
        const char *text = bson_iter_utf8(&symbol, NULL);
        memcpy(b.symbol, text, strnlen(text, sizeof b.symbol - 1));
    }
    b.created_ms = get_time(doc, "createdAt");
    b.updated_ms = get_time(doc, "updatedAt");
    b.started_ms = get_time(doc, "startedAt");
    b.completed_ms = get_time(doc, "completedAt");
    b.tags = get_json(doc, "tags");
    b.note = get_heap(doc, "note");
    b.error = get_heap(doc, "error");
    b.params = get_json(doc, "params");
    *ret = b;
}

enum err_code mongo_backtest_get(struct store *base, const char *owner, const char *id,
                                 struct backtest *ret, struct err *e) {
    const bson_t *doc;
    struct mongo_rows rows = mongo_find(mongo_of(base), BACKTESTS, mongo_by_id(id, owner), NULL);
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    read_doc(doc, ret);
    mongo_close(&rows);
    return ERR_NONE;
}

static bson_t *list_filter(const struct backtest_filter *f) {
    bson_t *filter = BCON_NEW("_id", "{", "$type", BCON_UTF8("string"), "}");
    put_text(filter, "userId", f->owner);
    put_text(filter, "status", f->status);
    put_text(filter, "params.symbol", f->symbol);
    put_text(filter, "kind", f->kind);
    put_text(filter, "tags", f->tag);
    if (f->cursor_id[0]) {
        bson_t *after =
            BCON_NEW("$or", "[", "{", "createdAt", "{", "$lt", BCON_DATE_TIME(f->cursor_created_ms),
                     "}", "}", "{", "createdAt", BCON_DATE_TIME(f->cursor_created_ms), "_id", "{",
                     "$lt", BCON_UTF8(f->cursor_id), "}", "}", "]");
        bson_concat(filter, after);
        bson_destroy(after);
    }
    return filter;
}

enum err_code mongo_backtest_list(struct store *base, const struct backtest_filter *f,
                                  struct backtest_list *ret, struct err *e) {
    struct backtest_list list = {.items = calloc(f->limit, sizeof *list.items)};
    if (!list.items)
        return err_set(e, ERR_INTERNAL, "out of memory");
    bson_t *opts = BCON_NEW("sort", "{", "createdAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}",
                            "limit", BCON_INT64((int64_t)f->limit + 1));
    struct mongo_rows rows = mongo_find(mongo_of(base), BACKTESTS, list_filter(f), opts);
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        if (list.n == f->limit) {
            list.more = true;
            mongo_close(&rows);
            break;
        }
        read_doc(doc, &list.items[list.n++]);
    }
    if (code != ERR_NONE && code != ERR_NOT_FOUND) {
        backtest_list_release(&list);
        return code;
    }
    *ret = list;
    return ERR_NONE;
}

/* --- delete ---------------------------------------------------------------------------------- */

/* The end becomes a tombstone; ERR_NOT_FOUND: there is none of this owner that is not one yet. */
static enum err_code bury(struct mongo_store *s, const char *owner, const char *id, struct err *e) {
    struct mongo_rows rows = mongo_find(
        s, RESULTS, mongo_by_id(id, owner),
        BCON_NEW("projection", "{", "userId", BCON_INT32(1), "deleted", BCON_INT32(1), "}"));
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    char user[USER_MAX];
    bool deleted = get_bool(doc, "deleted", false);
    get_text(doc, "userId", user, sizeof user);
    mongo_close(&rows);
    if (deleted)
        return err_set(e, ERR_NOT_FOUND, "no such record");
    return mongo_put(s, RESULTS, id,
                     BCON_NEW("_id", BCON_UTF8(id), "userId", BCON_UTF8(user), "deleted",
                              BCON_BOOL(true), "completedAt", BCON_DATE_TIME(clock_now_ms())),
                     e);
}

static enum err_code remove_rest(struct mongo_store *s, const char *id, int64_t *ret_records,
                                 struct err *e) {
    enum err_code code = mongo_delete(s, BACKTESTS, mongo_by_id(id, NULL), ret_records, e);
    if (code == ERR_NONE)
        code = mongo_delete(s, TRADES, BCON_NEW("backtestId", BCON_UTF8(id)), NULL, e);
    if (code == ERR_NONE)
        code = mongo_delete(s, ATTEMPTS, BCON_NEW("backtestId", BCON_UTF8(id)), NULL, e);
    return code;
}

enum err_code mongo_backtest_delete(struct store *base, const char *owner, const char *id,
                                    struct err *e) {
    struct mongo_store *s = mongo_of(base);
    enum err_code code = bury(s, owner, id, e);
    int64_t records = 0;
    if (code == ERR_NONE)
        return remove_rest(s, id, &records, e);
    if (code != ERR_NOT_FOUND)
        return code;

    /* no end of this owner: not ended yet, a tombstone whose removal was cut short, or nothing */
    code = mongo_result_exists(base, id, e);
    if (code == ERR_NOT_FOUND) {
        struct mongo_rows rows = mongo_find(s, BACKTESTS, mongo_by_id(id, owner), NULL);
        const bson_t *doc;
        code = mongo_next(&rows, &doc, e);
        if (code != ERR_NONE)
            return code;
        mongo_close(&rows);
        return err_set(e, ERR_CONFLICT, "the backtest has not ended");
    }
    struct result r;
    if (code == ERR_NONE)
        code = mongo_result_get(base, owner, id, false, &r, e);
    if (code != ERR_NONE)
        return code;
    result_release(&r);
    code = remove_rest(s, id, &records, e);
    if (code == ERR_NONE && records == 0)
        return err_set(e, ERR_NOT_FOUND, "no such record");
    return code;
}
