/* POST /api/algo/backtest: judged, stored, answered 202; the hint for the workers goes out once the
 * answer is on its way (DESIGN 4, step 1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/answer.h"
#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/id.h"
#include "lib/run.h"
#include "lib/spec.h"

struct hint {
    struct app *app;
    char id[ID_MAX], user[USER_MAX];
    char *params;
};

static void send_hint(void *arg) {
    struct hint *h = arg;
    struct err e;
    app_bus_said(h->app, bus_task(h->app->bus, h->id, h->user, "backtest", h->params, &e), &e);
    free(h->params);
    free(h);
}

/* The user a new record belongs to: of the query or of the body; both only when equal. */
static enum err_code choose_user(struct http_req *r, const char *in_body, struct err *e) {
    const char *in_query = http_text(r, "userId");
    if (in_body && !user_valid(in_body))
        return err_at(e, ERR_INVALID, "/userId", "bad_value",
                      "userId: must be 1 to 64 of A-Z a-z 0-9 _ . @ -");
    if (in_body && in_query && strcmp(in_body, in_query) != 0)
        return err_at(e, ERR_INVALID, "/userId", "conflict",
                      "userId: the body names another user than the query");
    if (in_body)
        r->user = in_body;
    return ERR_NONE;
}

/* The record of a judged request. params, tags and note are heap copies. */
static enum err_code make_record(const char *user, struct json_object *params,
                                 const struct request *q, struct backtest *ret, struct err *e) {
    const char *note = NULL;
    struct json_object *tags = json_get_array(params, "tags", NULL);
    json_get_string(params, "note", &note, NULL);
    *ret = (struct backtest){
        .kind = "backtest",
        .status = RUN_PENDING,
        .priority = q->priority,
        .open = true,
        .params = json_text(params),
        .tags = tags ? json_text(tags) : NULL,
        .note = note ? strdup(note) : NULL,
        .created_ms = clock_now_ms(),
    };
    ret->updated_ms = ret->created_ms;
    id_new(ret->id);
    snprintf(ret->user_id, sizeof ret->user_id, "%s", user);
    snprintf(ret->symbol, sizeof ret->symbol, "%s", q->symbol);
    if (!ret->params || (tags && !ret->tags) || (note && !ret->note)) {
        backtest_release(ret);
        return err_set(e, ERR_INTERNAL, "out of memory for a request");
    }
    return ERR_NONE;
}

static enum err_code check_load(struct app *app, const char *user, struct err *e) {
    int64_t queued, running;
    enum err_code code = store_user_load(app->store, user, &queued, &running, e);
    if (code != ERR_NONE)
        return code;
    if (queued + running >= app->conf.user_queued)
        return err_at(e, ERR_BUSY, NULL, "too_many_jobs",
                      "%s has %lld backtests that have not ended, %lld are allowed: wait or cancel",
                      user, (long long)(queued + running), (long long)app->conf.user_queued);
    return ERR_NONE;
}

/* An insert whose answer was lost is looked up; the same record twice is the same backtest. */
static enum err_code insert(struct app *app, const struct backtest *b, struct err *e) {
    struct backtest there;
    enum err_code code = store_backtest_insert(app->store, b, e);
    if (code == ERR_UNAVAILABLE &&
        store_backtest_get(app->store, b->user_id, b->id, &there, NULL) == ERR_NONE) {
        backtest_release(&there);
        return ERR_NONE;
    }
    return code;
}

/* --- Idempotency-Key -------------------------------------------------------------------------- */

static enum err_code check_key(const char *key, struct err *e) {
    size_t len = strlen(key);
    for (const char *p = key; *p; p++)
        if (*p <= 0x20 || *p >= 0x7f)
            len = 0;
    if (len == 0 || len > IDEMPOTENCY_KEY_MAX)
        return err_at(e, ERR_INVALID, "Idempotency-Key", "bad_value",
                      "Idempotency-Key: must be 1 to %d visible ASCII characters",
                      IDEMPOTENCY_KEY_MAX);
    return ERR_NONE;
}

/* Takes the key for *b, or gives *b the id that the key was taken for. *ret_again: that backtest
 * exists already, so there is nothing left to do. */
static enum err_code take_key(struct app *app, const char *key, struct backtest *b, bool *ret_again,
                              struct err *e) {
    struct idempotency row = {.created_ms = b->created_ms}, first;
    struct hash h;
    snprintf(row.key, sizeof row.key, "%s:%s", b->user_id, key);
    snprintf(row.backtest_id, sizeof row.backtest_id, "%s", b->id);
    hash_init(&h);
    hash_add(&h, b->params, strlen(b->params));
    hash_hex(&h, row.payload_hash);
    *ret_again = false;
    enum err_code code = store_idempotency_insert(app->store, &row, &first, e);
    if (code != ERR_DUPLICATE)
        return code;
    if (strcmp(first.payload_hash, row.payload_hash) != 0)
        return err_at(e, ERR_UNPROCESSABLE, "Idempotency-Key", "key_reused",
                      "Idempotency-Key: was used for another request within the last %d hours",
                      IDEMPOTENCY_HOURS);
    memcpy(b->id, first.backtest_id, sizeof b->id);
    struct backtest there;
    code = run_read(app->store, b->user_id, b->id, &there, e);
    if (code == ERR_NONE) {
        backtest_release(b);
        *b = there;
        *ret_again = true;
    }
    if (code != ERR_NOT_FOUND)
        return code;
    code = store_result_exists(app->store, b->id, e); /* ended without a record: deleted */
    if (code == ERR_NONE)
        return err_at(e, ERR_CONFLICT, "Idempotency-Key", "deleted",
                      "the backtest %s that was made with this Idempotency-Key has been deleted",
                      b->id);
    return code == ERR_NOT_FOUND ? ERR_NONE : code;
}

/* Stores *b unless it is there already. *ret_new: this call made it. */
static enum err_code accept(struct app *app, const char *key, struct backtest *b, bool *ret_new,
                            struct err *e) {
    bool again = false;
    *ret_new = false;
    enum err_code code = key ? take_key(app, key, b, &again, e) : ERR_NONE;
    if (code != ERR_NONE || again)
        return code;
    code = check_load(app, b->user_id, e);
    if (code != ERR_NONE)
        return code;
    code = insert(app, b, e);
    *ret_new = code == ERR_NONE;
    return code == ERR_DUPLICATE && key ? ERR_NONE : code; /* a twin request was faster */
}

/* --- the handler ------------------------------------------------------------------------------ */

static enum err_code answer(struct app *app, const struct http_req *r, struct http_res *s,
                            struct backtest *b, bool fresh, struct err *e) {
    struct json_out j;
    char location[HTTP_PATH_MAX + ID_MAX + 32];
    struct hint *h = NULL;
    if (fresh) {
        h = malloc(sizeof *h);
        if (!h)
            return err_set(e, ERR_INTERNAL, "out of memory for a hint"); /* the scan finds it */
    }
    s->status = 202;
    snprintf(location, sizeof location, "%s/api/algo/backtest/%s", r->prefix, b->id);
    http_header(s, "Location", location);
    answer_json(s, &j);
    backtest_json(&j, b);
    memcpy(s->job, b->id, sizeof s->job);
    if (h) {
        *h = (struct hint){.app = app, .params = b->params};
        b->params = NULL;
        memcpy(h->id, b->id, sizeof h->id);
        memcpy(h->user, b->user_id, sizeof h->user);
        s->after = send_hint;
        s->after_arg = h;
    }
    return ERR_NONE;
}

static enum err_code submit_judged(struct app *app, struct http_req *r, struct http_res *s,
                                   struct json_object *params, struct err *e) {
    struct request q;
    struct backtest b;
    bool fresh;
    enum err_code code = request_parse(params, &q, e);
    if (code != ERR_NONE)
        return code;
    code = make_record(r->user, params, &q, &b, e);
    request_release(&q);
    if (code != ERR_NONE)
        return code;
    code = accept(app, r->idempotency_key, &b, &fresh, e);
    if (code == ERR_NONE)
        code = answer(app, r, s, &b, fresh, e);
    backtest_release(&b);
    return code;
}

static enum err_code submit(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    const char *user = NULL;
    if (r->idempotency_key && check_key(r->idempotency_key, e) != ERR_NONE)
        return e->code;
    struct json_object *body = json_parse(r->body.data ? r->body.data : "", r->body.len, e);
    if (!body)
        return e->code;
    struct json_object *params = request_flatten(body, &user, e);
    enum err_code code = params ? choose_user(r, user, e) : e->code;
    if (code == ERR_NONE)
        code = submit_judged(app, r, s, params, e);
    if (code == ERR_INVALID)
        request_locate(body, e);
    json_object_put(params);
    json_object_put(body);
    return code;
}

const struct route submit_routes[] = {
    {HTTP_POST, "/api/algo/backtest", submit, ROUTE_STORE, query_user_only, "application/json",
     JSON_BODY_MAX, "run a strategy over a market: 202 and the new backtest"},
    {0},
};
