/* What a completed backtest came to: result, trades, equity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/decimate.h"
#include "engine/metrics.h"
#include "fcgi/answer.h"
#include "fcgi/problem.h"
#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/report.h"
#include "lib/result.h"
#include "lib/run.h"

#define EQUITY_POINTS_DEFAULT 2000

/* --- the end of a backtest -------------------------------------------------------------------- */

/* No end yet, or one without figures: 409 that says so. */
static enum err_code refuse(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    struct backtest b;
    enum err_code code = run_read(app->store, r->owner, r->args[0], &b, e);
    if (code != ERR_NONE)
        return code;
    problem_state(r, s, &b,
                  run_ended(b.status) ? "This backtest did not complete, so it has no result."
                                      : "This backtest has not ended yet.");
    backtest_release(&b);
    return ERR_NONE;
}

/* The result of a completed backtest. *ret_done: the answer is made already (409, or 304 by the
 * ETag) and *ret is not filled. */
static enum err_code load(struct app *app, struct http_req *r, struct http_res *s, bool with_body,
                          struct result *ret, bool *ret_done, struct err *e) {
    enum err_code code = store_result_get(app->store, r->owner, r->args[0], with_body, ret, e);
    *ret_done = true;
    if (code == ERR_NOT_FOUND)
        return refuse(app, r, s, e);
    if (code != ERR_NONE)
        return code;
    if (ret->deleted || ret->status != RUN_COMPLETED) {
        bool deleted = ret->deleted;
        result_release(ret);
        return deleted ? err_set(e, ERR_NOT_FOUND, "there is no such backtest")
                       : refuse(app, r, s, e);
    }
    /* An end never changes, so who made it and how it is shown name the bytes of the answer. */
    char name[HTTP_PATH_MAX + QUERY_MAX + 128];
    int len = snprintf(name, sizeof name, "%s %s %s?%s %d %s", ret->id, ret->token, r->path,
                       r->query, r->csv, PACKAGE_VERSION);
    http_etag(s, name, (size_t)len);
    s->storable = true;
    *ret_done = http_not_modified(r, s);
    if (*ret_done)
        result_release(ret);
    return ERR_NONE;
}

/* --- result ----------------------------------------------------------------------------------- */

static void metrics_csv(struct json_object *metrics, struct buf *out) {
    buf_str(out, "metric,value,unit\n");
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct metric_info *info = metric_info_at((enum metric)m);
        char text[DOUBLE_TEXT_MAX] = "";
        double value;
        if (json_get_number(metrics, info->name, &value, NULL))
            double_format(value, text);
        buf_fmt(out, "%s,%s,%s\n", info->name, text, metric_unit_name(info->unit));
    }
}

static enum err_code show_result(struct app *app, struct http_req *r, struct http_res *s,
                                 struct err *e) {
    struct result end;
    bool done;
    enum err_code code = load(app, r, s, true, &end, &done, e);
    if (code != ERR_NONE || done)
        return code;
    if (!end.body) {
        code = err_set(e, ERR_INTERNAL, "%s completed without a body", end.id);
    } else if (!r->csv) {
        struct json_out j;
        answer_json(s, &j);
        json_raw(&j, end.body);
    } else {
        struct json_object *body = json_parse(end.body, strlen(end.body), e);
        if (body) {
            answer_csv(s, end.id, "metrics");
            metrics_csv(json_get_object(body, "metrics", NULL), &s->body);
            json_object_put(body);
        } else {
            code = err_set(e, ERR_INTERNAL, "%s: its body is no JSON", end.id);
        }
    }
    result_release(&end);
    return code;
}

/* --- trades ----------------------------------------------------------------------------------- */

/* Names of the strategies, in the order that trades count them. Borrowed from the tree. */
struct names {
    struct json_object *body;
    struct json_object *list;
    struct trade_values values; /* of their series at the trades */
};

static const char *name_at(const struct names *n, int i) {
    const char *name = NULL;
    struct json_object *one =
        n->list && i >= 0 ? json_object_array_get_idx(n->list, (size_t)i) : NULL;
    if (one)
        json_get_string(one, "name", &name, NULL);
    return name ? name : "";
}

/* What the series of its strategy said at trade i. */
static struct series_values series_of(const struct names *n, int strategy, size_t i) {
    struct series_values out = {.width = n->values.width, .at = values_of(&n->values, i)};
    struct json_object *one =
        n->list && strategy >= 0 ? json_object_array_get_idx(n->list, (size_t)strategy) : NULL;
    struct json_object *series = one ? json_get_array(one, "series", NULL) : NULL;
    for (size_t k = 0; series && k < TRADE_SERIES_MAX && k < json_object_array_length(series); k++)
        out.name[k] = json_object_get_string(json_object_array_get_idx(series, k));
    return out;
}

/* Rows [from, to) of the trades part, of which only these are unpacked. */
static enum err_code put_trades(const struct http_req *r, struct http_res *s, struct json_out *j,
                                const struct names *names, const char *data, size_t len,
                                size_t from, size_t to, struct err *e) {
    for (size_t i = from; i < to; i++) {
        struct trade t;
        if (!trade_unpack(data, len, i, &t))
            return err_set(e, ERR_INTERNAL, "trade %zu of %s is damaged", i, r->args[0]);
        const char *name = name_at(names, t.strategy);
        char guarded[STRATEGY_NAME_MAX + 1]; /* "-x" would be a formula */
        snprintf(guarded, sizeof guarded, "'%s", name);
        const struct series_values values = series_of(names, t.strategy, i);
        if (r->csv)
            trade_csv(&s->body, &t, name[0] == '-' ? guarded : name, &values);
        else
            trade_json(j, &t, name, &values);
    }
    return ERR_NONE;
}

static enum err_code answer_trades(const struct http_req *r, struct http_res *s,
                                   const struct names *names, const char *data, size_t len,
                                   struct err *e) {
    struct json_out j;
    char next[24] = "";
    size_t n = len / TRADE_BYTES;
    if (r->csv) {
        answer_csv(s, r->args[0], "trades");
        trade_csv_header(&s->body);
        return put_trades(r, s, &j, names, data, len, 0, n, e);
    }
    size_t from = (size_t)http_number(r, "cursor", 0);
    size_t limit = (size_t)http_number(r, "limit", LIST_LIMIT_DEFAULT);
    size_t to = from >= n ? from : n - from > limit ? from + limit : n;
    if (to < n)
        snprintf(next, sizeof next, "%zu", to);
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "backtestId", r->args[0]);
    json_put_int(&j, "count", (int64_t)n);
    json_key(&j, "items");
    json_begin(&j, '[');
    enum err_code code = put_trades(r, s, &j, names, data, len, from, to, e);
    json_end(&j, ']');
    answer_next(r, s, &j, "cursor", next);
    json_end(&j, '}');
    return code;
}

/* The part is there only when a strategy has series; older results have none. */
static enum err_code get_values(struct app *app, const struct result *end, struct trade_values *ret,
                                struct err *e) {
    char *data;
    size_t len;
    enum err_code code =
        store_part_get(app->store, end->id, end->attempt, "values", &data, &len, e);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    if (code != ERR_NONE)
        return code;
    bool good = values_unpack(data, len, ret);
    free(data);
    return good ? ERR_NONE : err_set(e, ERR_INTERNAL, "the values of %s are damaged", end->id);
}

static enum err_code show_trades(struct app *app, struct http_req *r, struct http_res *s,
                                 struct err *e) {
    struct result end;
    struct names names = {0};
    char *data = NULL;
    size_t len = 0;
    bool done;
    enum err_code code = load(app, r, s, true, &end, &done, e);
    if (code != ERR_NONE || done)
        return code;
    code = store_part_get(app->store, end.id, end.attempt, "trades", &data, &len, e);
    if (code == ERR_NOT_FOUND) /* a foreign worker's: it has none */
        code = ERR_NONE;
    if (code == ERR_NONE) {
        names.body = end.body ? json_parse(end.body, strlen(end.body), NULL) : NULL;
        names.list = names.body ? json_get_array(names.body, "strategies", NULL) : NULL;
        code = get_values(app, &end, &names.values, e);
        if (code == ERR_NONE)
            code = answer_trades(r, s, &names, data, len, e);
        trade_values_release(&names.values);
        json_object_put(names.body);
        free(data);
    }
    result_release(&end);
    return code;
}

/* --- equity ----------------------------------------------------------------------------------- */

static void curve_csv(struct http_res *s, const struct equity_curve *c, const double *drawdown) {
    char stamp[TIME_TEXT_MAX], equity[DOUBLE_TEXT_MAX], fall[DOUBLE_TEXT_MAX];
    buf_str(&s->body, "time,equity,drawdown\n");
    for (size_t i = 0; i < c->n; i++) {
        double_format(c->equity[i], equity);
        double_format(drawdown[i], fall);
        buf_fmt(&s->body, "%s,%s,%s\n", time_format(c->t[i], stamp), equity, fall);
    }
}

static void column(struct json_out *j, const char *key, const double *values, const size_t *chosen,
                   size_t n) {
    json_key(j, key);
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++)
        json_double(j, values[chosen[i]]);
    json_end(j, ']');
}

static void equity_json(const struct http_req *r, struct http_res *s, const struct equity_curve *c,
                        const double *drawdown, const size_t *chosen, size_t n) {
    struct json_out j;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "backtestId", r->args[0]);
    json_put_int(&j, "bars", (int64_t)c->n);
    json_key(&j, "t");
    json_begin(&j, '[');
    for (size_t i = 0; i < n; i++)
        json_int(&j, c->t[chosen[i]]);
    json_end(&j, ']');
    column(&j, "equity", c->equity, chosen, n);
    column(&j, "drawdown", drawdown, chosen, n);
    json_end(&j, '}');
}

/* The money before the first bar: drawdown counts from there. */
static double start_cash(struct app *app, const struct result *end, const struct equity_curve *c) {
    struct backtest b;
    double cash = 10000; /* ENGINE.md 1 */
    if (run_read(app->store, end->user_id, end->id, &b, NULL) == ERR_NONE) {
        struct json_object *params = b.params ? json_parse(b.params, strlen(b.params), NULL) : NULL;
        if (params)
            json_get_number(params, "cash", &cash, NULL);
        json_object_put(params);
        backtest_release(&b);
    }
    return c->n ? cash : 0;
}

static enum err_code get_curve(struct app *app, const struct result *end, struct equity_curve *ret,
                               struct err *e) {
    char *data;
    size_t len;
    *ret = (struct equity_curve){0};
    enum err_code code =
        store_part_get(app->store, end->id, end->attempt, "equity", &data, &len, e);
    if (code == ERR_NOT_FOUND)
        return ERR_NONE;
    if (code != ERR_NONE)
        return code;
    bool good = equity_unpack(data, len, ret);
    free(data);
    return good ? ERR_NONE : err_set(e, ERR_INTERNAL, "the equity of %s is no curve", end->id);
}

static enum err_code answer_curve(struct http_req *r, struct http_res *s, const struct result *end,
                                  const struct equity_curve *c, double start, struct err *e) {
    size_t points = (size_t)http_number(r, "points", EQUITY_POINTS_DEFAULT);
    double *drawdown = calloc(c->n + 1, sizeof *drawdown);
    size_t *chosen = calloc((c->n < points ? c->n : points) + 1, sizeof *chosen);
    enum err_code code = ERR_NONE;
    if (!drawdown || !chosen) {
        code = err_set(e, ERR_INTERNAL, "out of memory for an equity curve");
    } else {
        drawdown_curve(c->equity, c->n, start, drawdown);
        if (r->csv) {
            answer_csv(s, end->id, "equity");
            curve_csv(s, c, drawdown);
        } else {
            equity_json(r, s, c, drawdown, chosen,
                        decimate(c->equity, drawdown, c->n, points, chosen));
        }
    }
    free(drawdown);
    free(chosen);
    return code;
}

static enum err_code show_equity(struct app *app, struct http_req *r, struct http_res *s,
                                 struct err *e) {
    struct result end;
    struct equity_curve curve;
    bool done;
    enum err_code code = load(app, r, s, false, &end, &done, e);
    if (code != ERR_NONE || done)
        return code;
    code = get_curve(app, &end, &curve, e);
    if (code == ERR_NONE) {
        code = answer_curve(r, s, &end, &curve, start_cash(app, &end, &curve), e);
        equity_release(&curve);
    }
    result_release(&end);
    return code;
}

/* --- report ----------------------------------------------------------------------------------- */

static enum err_code make_report(struct http_res *s, const struct result *end,
                                 const struct equity_curve *curve, double start, const char *trades,
                                 size_t trades_len, struct err *e) {
    struct json_object *body = end->body ? json_parse(end->body, strlen(end->body), NULL) : NULL;
    const struct report r = {
        .body = body, .curve = curve, .start = start, .trades = trades, .trades_len = trades_len};
    if (!body)
        return err_set(e, ERR_INTERNAL, "%s: its body is no JSON", end->id);
    bool good = report_html(&s->body, &r);
    json_object_put(body);
    if (!good)
        return err_set(e, ERR_INTERNAL, "the report of %s is too long", end->id);
    char name[ID_MAX + 48];
    snprintf(name, sizeof name, "attachment; filename=\"%s-report.html\"", end->id);
    http_header(s, "Content-Disposition", name);
    s->type = "text/html; charset=utf-8";
    return ERR_NONE;
}

/* A file to keep: an attachment, so that it never runs as a page of this site. */
static enum err_code show_report(struct app *app, struct http_req *r, struct http_res *s,
                                 struct err *e) {
    struct result end;
    struct equity_curve curve;
    char *trades = NULL;
    size_t len = 0;
    bool done;
    enum err_code code = load(app, r, s, true, &end, &done, e);
    if (code != ERR_NONE || done)
        return code;
    code = get_curve(app, &end, &curve, e);
    if (code == ERR_NONE) {
        code = store_part_get(app->store, end.id, end.attempt, "trades", &trades, &len, e);
        if (code == ERR_NONE || code == ERR_NOT_FOUND)
            code = make_report(s, &end, &curve, start_cash(app, &end, &curve), trades, len, e);
        free(trades);
        equity_release(&curve);
    }
    result_release(&end);
    return code;
}

static const struct query_key report_query[] = {QUERY_USER_ID, {0}};
static const struct query_key result_query[] = {QUERY_USER_ID, QUERY_FORMAT, {0}};
static const struct query_key trades_query[] = {
    QUERY_USER_ID,
    QUERY_FORMAT,
    {.name = "limit", .type = QUERY_INT, .min = 1, .max = LIST_LIMIT_MAX},
    {.name = "cursor", .type = QUERY_INT, .min = 0, .max = INT64_C(1) << 40},
    {0},
};
static const struct query_key equity_query[] = {
    QUERY_USER_ID,
    QUERY_FORMAT,
    {.name = "points", .type = QUERY_INT, .min = DECIMATE_POINTS_MIN, .max = EQUITY_POINTS_MAX},
    {0},
};

const struct route result_routes[] = {
    {HTTP_GET, "/api/algo/backtest/{id}/result", show_result, ROUTE_STORE | ROUTE_CSV, result_query,
     NULL, 0, "summary, metrics, per strategy, what data, breakdowns"},
    {HTTP_GET, "/api/algo/backtest/{id}/report", show_report, ROUTE_STORE | ROUTE_HTML,
     report_query, NULL, 0, "one HTML file to keep: charts, tables, definitions"},
    {HTTP_GET, "/api/algo/backtest/{id}/trades", show_trades, ROUTE_STORE | ROUTE_CSV, trades_query,
     NULL, 0, "its trades, paged; as CSV all of them"},
    {HTTP_GET, "/api/algo/backtest/{id}/equity", show_equity, ROUTE_STORE | ROUTE_CSV, equity_query,
     NULL, 0, "equity and drawdown for a chart; as CSV every bar"},
    {0},
};
