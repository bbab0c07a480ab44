/* Backtests as their users know them: the list, one of them, cancelling, deleting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/answer.h"
#include "fcgi/problem.h"
#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/id.h"
#include "lib/run.h"

#define CANCEL_BODY_MAX 4096 /* {"userId":"…"} */

/* --- the list --------------------------------------------------------------------------------- */

/* The cursor names the last item that was shown: "<created ms>.<id>". */
static enum err_code cursor_read(const char *text, struct backtest_filter *f, struct err *e) {
    char stamp[24];
    size_t len = strcspn(text, ".");
    if (text[len] == '.' && len < sizeof stamp && id_valid(text + len + 1)) {
        memcpy(stamp, text, len);
        stamp[len] = '\0';
        if (parse_i64(stamp, 0, INT64_MAX, &f->cursor_created_ms)) {
            snprintf(f->cursor_id, sizeof f->cursor_id, "%s", text + len + 1);
            return ERR_NONE;
        }
    }
    return err_at(e, ERR_INVALID, "?cursor", "bad_value",
                  "cursor: must be the `next` of an earlier answer");
}

static void put_rows(struct http_res *s, const struct backtest *items, size_t n) {
    buf_str(&s->body, "backtestId,userId,kind,status,progress,symbol,createdAt,startedAt,"
                      "completedAt,error,note\n");
    for (size_t i = 0; i < n; i++) {
        const struct backtest *b = &items[i];
        const int64_t times[] = {b->created_ms, b->started_ms, b->completed_ms};
        char text[TIME_TEXT_MAX], progress[DOUBLE_TEXT_MAX];
        double_format(b->progress, progress);
        buf_fmt(&s->body, "%s,", b->id);
        csv_safe(&s->body, b->user_id);
        buf_fmt(&s->body, ",%s,%s,%s,", b->kind, run_status_name(b->status), progress);
        csv_safe(&s->body, b->symbol);
        for (size_t k = 0; k < sizeof times / sizeof *times; k++)
            buf_fmt(&s->body, ",%s", times[k] ? time_format(times[k], text) : "");
        buf_char(&s->body, ',');
        csv_safe(&s->body, b->error);
        buf_char(&s->body, ',');
        csv_safe(&s->body, b->note);
        buf_char(&s->body, '\n');
    }
}

static void put_items(const struct http_req *r, struct http_res *s,
                      const struct backtest_list *found) {
    struct json_out j;
    char next[ID_MAX + 24] = "";
    if (found->more && found->n > 0) {
        const struct backtest *last = &found->items[found->n - 1];
        snprintf(next, sizeof next, "%lld.%s", (long long)last->created_ms, last->id);
    }
    answer_json(s, &j);
    json_begin(&j, '{');
    json_key(&j, "items");
    json_begin(&j, '[');
    for (size_t i = 0; i < found->n; i++)
        backtest_json(&j, &found->items[i]);
    json_end(&j, ']');
    answer_next(r, s, &j, "cursor", next);
    json_end(&j, '}');
}

static enum err_code list(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct backtest_filter f = {
        .owner = r->owner,
        .status = http_text(r, "status"),
        .symbol = http_text(r, "symbol"),
        .tag = http_text(r, "tag"),
        .kind = http_text(r, "kind"),
        .limit = (size_t)http_number(r, "limit", LIST_LIMIT_DEFAULT),
    };
    struct backtest_list found;
    const char *cursor = http_text(r, "cursor");
    enum err_code code = cursor ? cursor_read(cursor, &f, e) : ERR_NONE;
    if (code == ERR_NONE)
        code = store_backtest_list(app->store, &f, &found, e);
    if (code != ERR_NONE)
        return code;
    if (r->csv) {
        answer_csv(s, "backtests", "list");
        put_rows(s, found.items, found.n);
    } else {
        put_items(r, s, &found);
    }
    backtest_list_release(&found);
    return ERR_NONE;
}

/* --- one -------------------------------------------------------------------------------------- */

static void answer_backtest(struct http_res *s, const struct backtest *b) {
    struct json_out j;
    answer_json(s, &j);
    backtest_json(&j, b);
}

static enum err_code show(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct backtest b;
    enum err_code code = run_read(app->store, r->owner, r->args[0], &b, e);
    if (code != ERR_NONE)
        return code;
    answer_backtest(s, &b);
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
    backtest_release(&b);
    return ERR_NONE;
}

static enum err_code delete (struct app *app, struct http_req *r, struct http_res *s,
                             struct err *e) {
    struct backtest b;
    enum err_code code = store_backtest_delete(app->store, r->owner, r->args[0], e);
    if (code == ERR_NONE) s->status = 204;
    if (code != ERR_CONFLICT) return code;
    code = run_read(app->store, r->owner, r->args[0], &b, e);
    if (code != ERR_NONE) return code;
    problem_state(r, s, &b, "A backtest that has not ended cannot be deleted: cancel it first.");
    backtest_release(&b);
    return ERR_NONE;
}

/* --- cancel ----------------------------------------------------------------------------------- */

struct announcement {
    struct app *app;
    struct result result;
};

static void announce(void *arg) {
    struct announcement *a = arg;
    struct err e;
    app_bus_said(a->app, run_announce(a->app->store, a->app->bus, &a->result, &e), &e);
    result_release(&a->result);
    free(a);
}

/* Inserts the end "cancelled"; the first end wins, so a job may turn out to have ended otherwise.
 */
static enum err_code end_it(struct app *app, struct http_res *s, const struct backtest *b,
                            struct err *e) {
    struct announcement *a = malloc(sizeof *a);
    char *error = strdup("Cancelled");
    if (!a || !error) {
        free(a);
        free(error);
        return err_set(e, ERR_INTERNAL, "out of memory for a cancel");
    }
    *a = (struct announcement){
        .app = app,
        .result = {.attempt = b->attempt,
                   .status = RUN_CANCELLED,
                   .error = error,
                   .completed_ms = clock_now_ms()},
    };
    memcpy(a->result.id, b->id, sizeof b->id);
    memcpy(a->result.user_id, b->user_id, sizeof b->user_id);
    memcpy(a->result.kind, b->kind, sizeof b->kind);
    enum err_code code = run_end(app->store, &a->result, NULL, 0, e);
    if (code == ERR_NONE) {
        s->after = announce;
        s->after_arg = a;
        return ERR_NONE;
    }
    result_release(&a->result);
    free(a);
    return code == ERR_DUPLICATE ? ERR_NONE : code;
}

/* The optional body: {} or {"userId":"…"}, which filters like ?userId=. */
static enum err_code cancel_body(struct http_req *r, struct json_object **ret_body, struct err *e) {
    const char *user = NULL;
    *ret_body = NULL;
    if (r->body.len == 0)
        return ERR_NONE;
    struct json_object *body = json_parse(r->body.data, r->body.len, e);
    if (!body)
        return e->code;
    *ret_body = body;
    if (!json_object_is_type(body, json_type_object))
        return err_at(e, ERR_INVALID, "", "type", "the body must be an object or empty");
    json_object_object_foreach(body, key, value) {
        (void)value;
        char pointer[80];
        snprintf(pointer, sizeof pointer, "/%.70s", key);
        if (strcmp(key, "userId") != 0)
            return err_at(e, ERR_INVALID, pointer, "unknown_key",
                          "'%.70s' is no word of a cancel; userId is the only one", key);
    }
    *e = (struct err){0};
    if (!json_get_string(body, "userId", &user, e))
        return e->code;
    if (!user_valid(user))
        return err_at(e, ERR_INVALID, "/userId", "bad_value",
                      "userId: must be 1 to 64 of A-Z a-z 0-9 _ . @ -");
    if (r->owner && strcmp(r->owner, user) != 0)
        return err_at(e, ERR_INVALID, "/userId", "conflict",
                      "userId: the body names another user than the query");
    r->owner = user;
    return ERR_NONE;
}

static enum err_code cancel_it(struct app *app, struct http_req *r, struct http_res *s,
                               struct err *e) {
    struct backtest b;
    enum err_code code = run_read(app->store, r->owner, r->args[0], &b, e);
    if (code == ERR_NONE && !run_ended(b.status)) {
        code = end_it(app, s, &b, e);
        backtest_release(&b);
        if (code == ERR_NONE)
            code = run_read(app->store, r->owner, r->args[0], &b, e);
    }
    if (code != ERR_NONE)
        return code;
    answer_backtest(s, &b);
    backtest_release(&b);
    return ERR_NONE;
}

static enum err_code cancel(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    struct json_object *body;
    enum err_code code = cancel_body(r, &body, e);
    if (code == ERR_NONE)
        code = cancel_it(app, r, s, e);
    r->owner = NULL; /* it may point into the body */
    json_object_put(body);
    return code;
}

static const struct query_key list_query[] = {
    QUERY_USER_ID,
    {.name = "status", .type = QUERY_WORD, .words = "pending|running|completed|failed|cancelled"},
    {.name = "symbol", .type = QUERY_SYMBOL},
    {.name = "tag", .type = QUERY_TEXT, .min = 1, .max = TAG_LEN_MAX},
    {.name = "kind", .type = QUERY_WORD, .words = "backtest|sweep|walkforward"},
    {.name = "limit", .type = QUERY_INT, .min = 1, .max = LIST_LIMIT_MAX},
    {.name = "cursor", .type = QUERY_TEXT, .min = 1, .max = 100},
    QUERY_FORMAT,
    {0},
};

const struct route backtest_routes[] = {
    {HTTP_GET, "/api/algo/backtest", list, ROUTE_STORE | ROUTE_CSV, list_query, NULL, 0,
     "backtests, newest first"},
    {HTTP_GET, "/api/algo/backtest/{id}", show, ROUTE_STORE, query_user_only, NULL, 0,
     "one backtest: status, progress, request"},
    {HTTP_DELETE, "/api/algo/backtest/{id}", delete, ROUTE_STORE, query_user_only, NULL, 0,
     "remove one that has ended, with its result"},
    {HTTP_POST, "/api/algo/backtest/{id}/cancel", cancel, ROUTE_STORE | ROUTE_BODY_OPTIONAL,
     query_user_only, "application/json", CANCEL_BODY_MAX, "end it; answers how it ended"},
    {0},
};
