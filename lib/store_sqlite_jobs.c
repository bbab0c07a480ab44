/* What decides a job's life: open jobs, attempts, and the row that makes a POST happen once. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/store_sqlite.h"

#define ATTEMPT_COLUMNS "id, n, token, owner, beat, progress, ended, started_ms"

static void read_attempt(struct sq *q, struct attempt *ret) {
    char end[16];
    struct attempt a = {0};
    sq_get_text(q, a.id, sizeof a.id);
    a.n = (int)sq_get_int(q);
    sq_get_text(q, a.token, sizeof a.token);
    sq_get_text(q, a.owner, sizeof a.owner);
    a.beat = sq_get_int(q);
    a.progress = sq_get_double(q);
    sq_get_text(q, end, sizeof end);
    attempt_end_parse(end, &a.end);
    a.started_ms = sq_get_int(q);
    *ret = a;
}

static enum err_code insert_attempt(struct sqlite_store *s, const struct attempt *a,
                                    struct err *e) {
    struct sq q = sq_open(s, SQ_ATTEMPT_INSERT,
                          "INSERT INTO attempts (" ATTEMPT_COLUMNS ")"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    sq_text(&q, a->id);
    sq_int(&q, a->n);
    sq_text(&q, a->token);
    sq_text(&q, a->owner);
    sq_int(&q, a->beat);
    sq_double(&q, a->progress);
    sq_text(&q, attempt_end_name(a->end));
    sq_int(&q, a->started_ms);
    enum err_code code = sq_exec(&q, e);
    if (code != ERR_NONE)
        return code;

    q = sq_open(s, SQ_BACKTEST_CLAIMED,
                "UPDATE backtests SET status = 'running', attempt = ?1, progress = ?2,"
                " updated_ms = ?3, started_ms = iif(started_ms = 0, ?4, started_ms)"
                " WHERE id = ?5 AND status IN ('pending', 'running') AND attempt < ?1");
    sq_int(&q, a->n);
    sq_double(&q, a->progress);
    sq_int(&q, clock_now_ms());
    sq_int(&q, a->started_ms);
    sq_text(&q, a->id);
    return sq_exec(&q, e);
}

enum err_code sqlite_attempt_insert(struct store *base, const struct attempt *a, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    return code == ERR_NONE ? sq_end(s, insert_attempt(s, a, e), e) : code;
}

enum err_code sqlite_attempt_get(struct store *base, const char *id, int n, struct attempt *ret,
                                 struct err *e) {
    struct sq q;
    if (n > 0) {
        q = sq_open(sqlite_of(base), SQ_ATTEMPT_GET,
                    "SELECT " ATTEMPT_COLUMNS " FROM attempts WHERE id = ? AND n = ?");
        sq_text(&q, id);
        sq_int(&q, n);
    } else {
        q = sq_open(sqlite_of(base), SQ_ATTEMPT_LAST,
                    "SELECT " ATTEMPT_COLUMNS
                    " FROM attempts WHERE id = ? ORDER BY n DESC LIMIT 1");
        sq_text(&q, id);
    }
    enum err_code code = sq_next(&q, e);
    if (code != ERR_NONE)
        return code;
    read_attempt(&q, ret);
    sq_close(&q);
    return ERR_NONE;
}

static enum err_code beat(struct sqlite_store *s, const struct attempt *a, struct err *e) {
    struct sq q = sq_open(s, SQ_ATTEMPT_BEAT,
                          "UPDATE attempts SET beat = ?, progress = ?"
                          " WHERE id = ? AND n = ? AND token = ? AND ended = 'live'");
    sq_int(&q, a->beat);
    sq_double(&q, a->progress);
    sq_text(&q, a->id);
    sq_int(&q, a->n);
    sq_text(&q, a->token);
    enum err_code code = sq_change(&q, e);
    if (code != ERR_NONE)
        return code;

    q = sq_open(s, SQ_BACKTEST_BEAT,
                "UPDATE backtests SET progress = ?1, attempt = ?2, status = 'running',"
                " updated_ms = ?3"
                " WHERE id = ?4 AND status IN ('pending', 'running') AND attempt <= ?2");
    sq_double(&q, a->progress);
    sq_int(&q, a->n);
    sq_int(&q, clock_now_ms());
    sq_text(&q, a->id);
    return sq_exec(&q, e);
}

enum err_code sqlite_attempt_beat(struct store *base, const struct attempt *a, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    return code == ERR_NONE ? sq_end(s, beat(s, a, e), e) : code;
}

enum err_code sqlite_attempt_end(struct store *base, const char *id, int n, const char *token,
                                 enum attempt_end end, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_ATTEMPT_END,
                          "UPDATE attempts SET ended = ? WHERE id = ? AND n = ?"
                          " AND token = coalesce(?, token) AND ended = 'live'");
    sq_text(&q, attempt_end_name(end));
    sq_text(&q, id);
    sq_int(&q, n);
    sq_text(&q, token);
    return sq_change(&q, e);
}

/* --- open jobs ------------------------------------------------------------------------------- */

/* Rows come by job, its attempts rising: one job is one or more rows. */
static bool add_open_row(struct sq *q, struct open_list *list, size_t *cap) {
    struct open_job job = {0};
    sq_get_text(q, job.id, sizeof job.id);
    sq_get_text(q, job.user_id, sizeof job.user_id);
    job.priority = (int)sq_get_int(q);
    job.created_ms = sq_get_int(q);
    job.ended = sq_get_int(q) != 0;
    struct attempt a;
    read_attempt(q, &a);

    struct open_job *at = list->n > 0 ? &list->items[list->n - 1] : NULL;
    if (!at || strcmp(at->id, job.id) != 0) {
        void *items = list->items;
        if (!store_grow(&items, cap, list->n, sizeof *at))
            return false;
        list->items = items;
        at = &list->items[list->n++];
        *at = job;
    }
    if (a.n > 0) {
        at->attempts = a.n;
        at->lost += a.end == ATTEMPT_LOST;
        at->retry += a.end == ATTEMPT_RETRY;
        at->released += a.end == ATTEMPT_RELEASED;
        at->last = a;
    }
    return true;
}

enum err_code sqlite_open_jobs(struct store *base, size_t limit, struct open_list *ret,
                               struct err *e) {
    struct sq q =
        sq_open(sqlite_of(base), SQ_OPEN_JOBS,
                "SELECT b.id, b.user_id, b.priority, b.created_ms,"
                " EXISTS (SELECT 1 FROM results r WHERE r.id = b.id),"
                " a.id, a.n, a.token, a.owner, a.beat, a.progress, a.ended, a.started_ms"
                " FROM (SELECT id, user_id, priority, created_ms FROM backtests WHERE open = 1"
                "       ORDER BY created_ms, id LIMIT ?) b"
                " LEFT JOIN attempts a ON a.id = b.id ORDER BY b.created_ms, b.id, a.n");
    sq_int(&q, (int64_t)limit);
    struct open_list list = {0};
    size_t cap = 0;
    enum err_code code;
    while ((code = sq_next(&q, e)) == ERR_NONE) {
        if (!add_open_row(&q, &list, &cap)) {
            sq_close(&q);
            code = err_set(e, ERR_INTERNAL, "out of memory");
            break;
        }
    }
    if (code != ERR_NOT_FOUND) {
        open_list_release(&list);
        return code;
    }
    *ret = list;
    return ERR_NONE;
}

enum err_code sqlite_user_load(struct store *base, const char *user, int64_t *ret_queued,
                               int64_t *ret_running, struct err *e) {
    struct sq q = sq_open(sqlite_of(base), SQ_USER_LOAD,
                          "SELECT queued, running FROM loads WHERE user_id = ?");
    sq_text(&q, user);
    enum err_code code = sq_next(&q, e);
    if (code == ERR_NOT_FOUND) {
        *ret_queued = *ret_running = 0;
        return ERR_NONE;
    }
    if (code != ERR_NONE)
        return code;
    *ret_queued = sq_get_int(&q);
    *ret_running = sq_get_int(&q);
    sq_close(&q);
    return ERR_NONE;
}

/* --- idempotency ----------------------------------------------------------------------------- */

static enum err_code put_idempotency(struct sqlite_store *s, const struct idempotency *row,
                                     struct idempotency *ret_existing, struct err *e) {
    struct sq q = sq_open(s, SQ_IDEMPOTENCY_GET,
                          "SELECT key, payload_hash, backtest_id, created_ms FROM idempotency"
                          " WHERE key = ? AND created_ms >= ?");
    sq_text(&q, row->key);
    sq_int(&q, row->created_ms - IDEMPOTENCY_HOURS * MS_PER_HOUR);
    enum err_code code = sq_next(&q, e);
    if (code == ERR_NONE) {
        struct idempotency found;
        sq_get_text(&q, found.key, sizeof found.key);
        sq_get_text(&q, found.payload_hash, sizeof found.payload_hash);
        sq_get_text(&q, found.backtest_id, sizeof found.backtest_id);
        found.created_ms = sq_get_int(&q);
        sq_close(&q);
        if (ret_existing)
            *ret_existing = found;
        return err_set(e, ERR_DUPLICATE, "a record with this id exists");
    }
    if (code != ERR_NOT_FOUND)
        return code;
    q = sq_open(s, SQ_IDEMPOTENCY_PUT,
                "INSERT OR REPLACE INTO idempotency (key, payload_hash, backtest_id, created_ms)"
                " VALUES (?, ?, ?, ?)");
    sq_text(&q, row->key);
    sq_text(&q, row->payload_hash);
    sq_text(&q, row->backtest_id);
    sq_int(&q, row->created_ms);
    return sq_exec(&q, e);
}

enum err_code sqlite_idempotency_insert(struct store *base, const struct idempotency *row,
                                        struct idempotency *ret_existing, struct err *e) {
    struct sqlite_store *s = sqlite_of(base);
    enum err_code code = sq_begin(s, e);
    return code == ERR_NONE ? sq_end(s, put_idempotency(s, row, ret_existing, e), e) : code;
}
