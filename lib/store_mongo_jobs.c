/* What decides a job's life: attempts, open jobs, what is cached of them in `backtests`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/store_mongo.h"

#define ATTEMPT_KEY_MAX (ID_MAX + 12)

static void attempt_key(const char *id, int n, char ret[static ATTEMPT_KEY_MAX]) {
    snprintf(ret, ATTEMPT_KEY_MAX, "%s:%d", id, n);
}

static void read_attempt(const bson_t *doc, struct attempt *ret) {
    struct attempt a = {0};
    char end[16];
    get_text(doc, "backtestId", a.id, sizeof a.id);
    a.n = (int)get_int(doc, "n");
    get_text(doc, "token", a.token, sizeof a.token);
    get_text(doc, "owner", a.owner, sizeof a.owner);
    a.beat = get_int(doc, "beat");
    a.progress = get_double(doc, "progress");
    get_text(doc, "end", end, sizeof end);
    attempt_end_parse(end, &a.end);
    a.started_ms = get_time(doc, "startedAt");
    *ret = a;
}

/* --- the cache ------------------------------------------------------------------------------- */

bson_t *mongo_still_open(const char *id) {
    return BCON_NEW("_id", BCON_UTF8(id), "status", "{", "$in", "[", BCON_UTF8("pending"),
                    BCON_UTF8("running"), "]", "}");
}

/* Running, at attempt n or from a lower one. Only a cache: whether it worked decides nothing. */
static void cache_running(struct mongo_store *s, const struct attempt *a) {
    bson_t *filter = mongo_still_open(a->id);
    bson_t *not_higher = BCON_NEW("attempt", "{", "$not", "{", "$gt", BCON_INT32(a->n), "}", "}");
    bson_concat(filter, not_higher);
    bson_destroy(not_higher);
    bson_t *update = BCON_NEW("$set", "{", "status", BCON_UTF8("running"), "attempt",
                              BCON_INT32(a->n), "progress", BCON_DOUBLE(a->progress), "updatedAt",
                              BCON_DATE_TIME(clock_now_ms()), "}");
    if (a->started_ms != 0) { /* the first start stays */
        bson_t *first = BCON_NEW("$min", "{", "startedAt", BCON_DATE_TIME(a->started_ms), "}");
        bson_concat(update, first);
        bson_destroy(first);
    }
    mongo_update(s, BACKTESTS, filter, update, NULL, NULL);
}

bson_t *mongo_end_cache(const struct result *r) {
    bson_t *update = bson_new();
    bson_t set;
    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &set);
    BSON_APPEND_UTF8(&set, "status", run_status_name(r->status));
    BSON_APPEND_DATE_TIME(&set, "completedAt", r->completed_ms);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", r->completed_ms);
    if (r->status == RUN_COMPLETED) {
        char result_id[ID_MAX];
        id_result(r->id, result_id);
        BSON_APPEND_UTF8(&set, "resultId", result_id);
        BSON_APPEND_DOUBLE(&set, "progress", 100);
    }
    put_text(&set, "error", r->error);
    put_word(&set, "dataHash", r->data_hash);
    put_word(&set, "engineVersion", r->engine);
    bson_append_document_end(update, &set);
    bson_t max;
    BSON_APPEND_DOCUMENT_BEGIN(update, "$max", &max);
    BSON_APPEND_INT32(&max, "attempt", r->attempt);
    bson_append_document_end(update, &max);
    return update;
}

/* --- attempts -------------------------------------------------------------------------------- */

enum err_code mongo_attempt_insert(struct store *base, const struct attempt *a, struct err *e) {
    struct mongo_store *s = mongo_of(base);
    char key[ATTEMPT_KEY_MAX];
    attempt_key(a->id, a->n, key);
    bson_t *doc = BCON_NEW("_id", BCON_UTF8(key), "backtestId", BCON_UTF8(a->id), "n",
                           BCON_INT32(a->n), "token", BCON_UTF8(a->token), "owner",
                           BCON_UTF8(a->owner), "beat", BCON_INT64(a->beat), "progress",
                           BCON_DOUBLE(a->progress), "end", BCON_UTF8(attempt_end_name(a->end)));
    put_time(doc, "startedAt", a->started_ms);
    enum err_code code = mongo_insert(s, ATTEMPTS, doc, e);
    if (code == ERR_NONE)
        cache_running(s, a);
    return code;
}

enum err_code mongo_attempt_get(struct store *base, const char *id, int n, struct attempt *ret,
                                struct err *e) {
    struct mongo_store *s = mongo_of(base);
    struct mongo_rows rows;
    if (n > 0) {
        char key[ATTEMPT_KEY_MAX];
        attempt_key(id, n, key);
        rows = mongo_find(s, ATTEMPTS, mongo_by_id(key, NULL), NULL);
    } else {
        rows = mongo_find(s, ATTEMPTS, BCON_NEW("backtestId", BCON_UTF8(id)),
                          BCON_NEW("sort", "{", "n", BCON_INT32(-1), "}", "limit", BCON_INT64(1)));
    }
    const bson_t *doc;
    enum err_code code = mongo_next(&rows, &doc, e);
    if (code != ERR_NONE)
        return code;
    read_attempt(doc, ret);
    mongo_close(&rows);
    return ERR_NONE;
}

/* An update of a live attempt, of this token's alone unless it is NULL. */
static enum err_code update_live(struct mongo_store *s, const char *id, int n, const char *token,
                                 bson_t *update, struct err *e) {
    char key[ATTEMPT_KEY_MAX];
    attempt_key(id, n, key);
    bson_t *filter = BCON_NEW("_id", BCON_UTF8(key), "end", BCON_UTF8("live"));
    if (token)
        BSON_APPEND_UTF8(filter, "token", token);
    int64_t matched = 0;
    enum err_code code = mongo_update(s, ATTEMPTS, filter, update, &matched, e);
    if (code == ERR_NONE && matched == 0)
        return err_set(e, ERR_NOT_FOUND, "no such live attempt");
    return code;
}

enum err_code mongo_attempt_beat(struct store *base, const struct attempt *a, struct err *e) {
    struct mongo_store *s = mongo_of(base);
    enum err_code code = update_live(s, a->id, a->n, a->token,
                                     BCON_NEW("$set", "{", "beat", BCON_INT64(a->beat), "progress",
                                              BCON_DOUBLE(a->progress), "}"),
                                     e);
    if (code == ERR_NONE)
        cache_running(s, a);
    return code;
}

enum err_code mongo_attempt_end(struct store *base, const char *id, int n, const char *token,
                                enum attempt_end end, struct err *e) {
    return update_live(mongo_of(base), id, n, token,
                       BCON_NEW("$set", "{", "end", BCON_UTF8(attempt_end_name(end)), "}"), e);
}

/* --- open jobs: three queries, however many jobs --------------------------------------------- */

struct lookup {
    struct open_list list; /* oldest first */
    size_t cap;
    struct open_job **by_id; /* sorted */
    const char **ids;
};

static int compare_jobs(const void *a, const void *b) {
    const struct open_job *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static struct open_job *look_up(const struct lookup *l, const char *id) {
    struct open_job key, *at = &key, **found;
    snprintf(key.id, sizeof key.id, "%s", id);
    found = bsearch(&at, l->by_id, l->list.n, sizeof *l->by_id, compare_jobs);
    return found ? *found : NULL;
}

/* A record without `open` was written by another API: open while its status says so. */
static enum err_code find_open(struct mongo_store *s, size_t limit, struct lookup *l,
                               struct err *e) {
    bson_t *filter =
        BCON_NEW("_id", "{", "$type", BCON_UTF8("string"), "}", "$or", "[", "{", "open",
                 BCON_BOOL(true), "}", "{", "open", "{", "$exists", BCON_BOOL(false), "}", "status",
                 "{", "$in", "[", BCON_UTF8("pending"), BCON_UTF8("running"), "]", "}", "}", "]");
    bson_t *opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}", "limit",
                 BCON_INT64((int64_t)limit), "projection", "{", "userId", BCON_INT32(1), "priority",
                 BCON_INT32(1), "createdAt", BCON_INT32(1), "}");
    struct mongo_rows rows = mongo_find(s, BACKTESTS, filter, opts);
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        struct open_job job = {.priority = (int)get_int(doc, "priority"),
                               .created_ms = get_time(doc, "createdAt")};
        get_text(doc, "_id", job.id, sizeof job.id);
        get_text(doc, "userId", job.user_id, sizeof job.user_id);
        if (!id_valid(job.id) || !user_valid(job.user_id))
            continue; /* another API's, and nothing that we could answer for */
        void *items = l->list.items;
        if (!store_grow(&items, &l->cap, l->list.n, sizeof job)) {
            mongo_close(&rows);
            return err_set(e, ERR_INTERNAL, "out of memory");
        }
        l->list.items = items;
        l->list.items[l->list.n++] = job;
    }
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

static bool sort_lookup(struct lookup *l) {
    l->by_id = calloc(l->list.n, sizeof *l->by_id);
    l->ids = calloc(l->list.n, sizeof *l->ids);
    if (!l->by_id || !l->ids)
        return false;
    for (size_t i = 0; i < l->list.n; i++) {
        l->by_id[i] = &l->list.items[i];
        l->ids[i] = l->list.items[i].id;
    }
    qsort(l->by_id, l->list.n, sizeof *l->by_id, compare_jobs);
    return true;
}

static enum err_code mark_ended(struct mongo_store *s, struct lookup *l, struct err *e) {
    struct mongo_rows rows = mongo_find(s, RESULTS, mongo_in("_id", l->ids, l->list.n),
                                        BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}"));
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        char id[ID_MAX];
        get_text(doc, "_id", id, sizeof id);
        struct open_job *job = look_up(l, id);
        if (job)
            job->ended = true;
    }
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

static enum err_code count_attempts(struct mongo_store *s, struct lookup *l, struct err *e) {
    struct mongo_rows rows =
        mongo_find(s, ATTEMPTS, mongo_in("backtestId", l->ids, l->list.n), NULL);
    const bson_t *doc;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        struct attempt a;
        read_attempt(doc, &a);
        struct open_job *job = look_up(l, a.id);
        if (!job)
            continue;
        job->lost += a.end == ATTEMPT_LOST;
        job->retry += a.end == ATTEMPT_RETRY;
        job->released += a.end == ATTEMPT_RELEASED;
        if (a.n > job->attempts) {
            job->attempts = a.n;
            job->last = a;
        }
    }
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

enum err_code mongo_open_jobs(struct store *base, size_t limit, struct open_list *ret,
                              struct err *e) {
    struct mongo_store *s = mongo_of(base);
    struct lookup l = {.cap = 0};
    enum err_code code = find_open(s, limit, &l, e);
    if (code == ERR_NONE && l.list.n > 0) {
        code = sort_lookup(&l) ? ERR_NONE : err_set(e, ERR_INTERNAL, "out of memory");
        if (code == ERR_NONE)
            code = mark_ended(s, &l, e);
        if (code == ERR_NONE)
            code = count_attempts(s, &l, e);
    }
    free(l.by_id);
    free(l.ids);
    if (code != ERR_NONE) {
        open_list_release(&l.list);
        return code;
    }
    *ret = l.list;
    return ERR_NONE;
}

enum err_code mongo_user_load(struct store *base, const char *user, int64_t *ret_queued,
                              int64_t *ret_running, struct err *e) {
    static const char *const statuses[] = {"pending", "running"};
    int64_t counts[2];
    for (int i = 0; i < 2; i++) {
        bson_t *filter = BCON_NEW("userId", BCON_UTF8(user), "status", BCON_UTF8(statuses[i]),
                                  "open", "{", "$ne", BCON_BOOL(false), "}");
        enum err_code code = mongo_count(mongo_of(base), BACKTESTS, filter, &counts[i], e);
        if (code != ERR_NONE)
            return code;
    }
    *ret_queued = counts[0];
    *ret_running = counts[1];
    return ERR_NONE;
}

/* --- closing --------------------------------------------------------------------------------- */

/* The end's words where the cache lags (its writer may have died between the two), then closed. */
static bool add_close(mongoc_bulk_operation_t *bulk, const struct result *r, bson_error_t *error) {
    bool fine = true;
    if (!r->deleted) {
        bson_t *filter = mongo_still_open(r->id), *update = mongo_end_cache(r);
        fine = mongoc_bulk_operation_update_one_with_opts(bulk, filter, update, NULL, error);
        bson_destroy(filter);
        bson_destroy(update);
    }
    bson_t *filter = mongo_by_id(r->id, NULL);
    bson_t *update = BCON_NEW("$set", "{", "open", BCON_BOOL(false), "}");
    fine = fine && mongoc_bulk_operation_update_one_with_opts(bulk, filter, update, NULL, error);
    bson_destroy(filter);
    bson_destroy(update);
    return fine;
}

enum err_code mongo_close_ended(struct store *base, const char (*ids)[ID_MAX], size_t n,
                                struct err *e) {
    struct mongo_store *s = mongo_of(base);
    const char **list = calloc(n, sizeof *list);
    if (!list)
        return err_set(e, ERR_INTERNAL, "out of memory");
    for (size_t i = 0; i < n; i++)
        list[i] = ids[i];
    struct mongo_rows rows = mongo_find(
        s, RESULTS, mongo_in("_id", list, n),
        BCON_NEW("projection", "{", "body", BCON_INT32(0), "summary", BCON_INT32(0), "}"));
    free(list);
    mongoc_bulk_operation_t *bulk =
        mongoc_collection_create_bulk_operation_with_opts(mongo_coll(s, BACKTESTS), NULL);
    bson_error_t error;
    const bson_t *doc;
    size_t ended = 0;
    enum err_code code;
    while ((code = mongo_next(&rows, &doc, e)) == ERR_NONE) {
        struct result r;
        mongo_read_result(doc, &r);
        bool fine = add_close(bulk, &r, &error);
        result_release(&r);
        if (!fine) {
            mongo_close(&rows);
            code = mongo_fail(s, &error, e);
            break;
        }
        ended++;
    }
    if (code == ERR_NOT_FOUND) {
        code = ERR_NONE;
        if (ended > 0 && !mongoc_bulk_operation_execute(bulk, NULL, &error))
            code = mongo_fail(s, &error, e);
    }
    mongoc_bulk_operation_destroy(bulk);
    return code;
}
