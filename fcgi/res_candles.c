/* Candles of one symbol and interval: uploading, reading, removing. */
#include <stdio.h>
#include <string.h>

#include "fcgi/answer.h"
#include "fcgi/res.h"
#include "lib/clock.h"
#include "lib/csv.h"
#include "lib/market.h"

/* --- reading ---------------------------------------------------------------------------------- */

struct window {
    const char *symbol;
    enum interval interval;
    int64_t from, to; /* from <= open time < to */
    size_t limit;     /* 0: none */
    bool last;        /* the last `limit` bars of the window rather than the first */
};

static enum err_code read_window(const struct http_req *r, struct window *w, struct err *e) {
    *w = (struct window){
        .symbol = http_text(r, "symbol"),
        .interval = (enum interval)http_number(r, "interval", 0),
        .from = http_number(r, "from", INT64_MIN),
        .to = http_number(r, "to", INT64_MAX),
        .limit = (size_t)http_number(r, "limit", r->csv ? 0 : CANDLES_DEFAULT),
        .last = http_text(r, "from") == NULL,
    };
    if (w->from >= w->to)
        return err_at(e, ERR_INVALID, "?to", "range", "to: must be later than from");
    return ERR_NONE;
}

/* What is stored of exactly this interval; ERR_NOT_FOUND when nothing is. */
static enum err_code find_series(struct app *app, const char *symbol, enum interval iv,
                                 struct series_info *ret, struct err *e) {
    struct series_list list;
    enum err_code code = store_series(app->store, symbol, &list, e);
    if (code != ERR_NONE)
        return code;
    code = ERR_NOT_FOUND;
    for (size_t i = 0; i < list.n && code == ERR_NOT_FOUND; i++)
        if (list.items[i].interval == iv) {
            *ret = list.items[i];
            code = ERR_NONE;
        }
    series_list_release(&list);
    if (code == ERR_NOT_FOUND)
        err_set(e, code, "there are no %s candles of %s", interval_name(iv), symbol);
    return code;
}

/* Reads bucket by bucket from the end that is wanted, until there are enough. One bar more than the
 * limit tells that the window goes on. */
static enum err_code read_stored(struct app *app, const struct window *w,
                                 const struct series_info *info, struct bars *ret, struct err *e) {
    int64_t from = w->from > info->from ? w->from : info->from;
    int64_t to = w->to <= info->to ? w->to : info->to + 1;
    if (w->limit == 0)
        return from < to ? store_candles_get(app->store, w->symbol, w->interval, from, to, ret, e)
                         : ERR_NONE;
    if (w->last) { /* where do the last `limit` begin? */
        int64_t begin = to;
        for (size_t n = 0; begin > from && n < w->limit;) {
            struct bars part;
            int64_t end = begin;
            bars_init(&part);
            begin = candle_bucket_floor(w->interval, begin - 1);
            enum err_code code =
                store_candles_get(app->store, w->symbol, w->interval, begin, end, &part, e);
            n += part.n;
            bars_release(&part);
            if (code != ERR_NONE)
                return code;
        }
        from = begin > from ? begin : from;
    }
    while (from < to && (w->last || ret->n <= w->limit)) {
        int64_t end = candle_bucket_next(w->interval, from);
        end = end < to ? end : to;
        enum err_code code =
            store_candles_get(app->store, w->symbol, w->interval, from, end, ret, e);
        if (code != ERR_NONE)
            return code;
        from = end;
    }
    return ERR_NONE;
}

/* A missing interval is made of a finer one, as a backtest would. */
static enum err_code read_aggregated(struct app *app, const struct window *w,
                                     struct market_data *ret, struct err *e) {
    struct request q = {.interval = w->interval, .start_ms = w->from, .end_ms = w->to};
    snprintf(q.symbol, sizeof q.symbol, "%s", w->symbol);
    struct err why;
    enum err_code code = market_load(app->store, &q, 0, ret, &why);
    if (code == ERR_UNPROCESSABLE)
        return err_set(e, ERR_NOT_FOUND, "there are no candles of %s to make %s of", w->symbol,
                       interval_name(w->interval));
    if (code != ERR_NONE)
        *e = why;
    return code;
}

static void put_column(struct json_out *j, const char *key, const double *values, size_t n) {
    json_key(j, key);
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++)
        json_double(j, values[i]);
    json_end(j, ']');
}

static void answer_columns(const struct http_req *r, struct http_res *s, const struct window *w,
                           const struct bars *b, int64_t next) {
    struct json_out j;
    char text[TIME_TEXT_MAX] = "";
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "symbol", w->symbol);
    json_put_string(&j, "interval", interval_name(w->interval));
    json_put_int(&j, "bars", (int64_t)b->n);
    json_key(&j, "t");
    json_begin(&j, '[');
    for (size_t i = 0; i < b->n; i++)
        json_int(&j, b->t[i]);
    json_end(&j, ']');
    put_column(&j, "o", b->o, b->n);
    put_column(&j, "h", b->h, b->n);
    put_column(&j, "l", b->l, b->n);
    put_column(&j, "c", b->c, b->n);
    put_column(&j, "v", b->v, b->n);
    answer_next(r, s, &j, "from", next == INT64_MIN ? "" : time_format(next, text));
    json_end(&j, '}');
}

static void answer_rows(struct http_res *s, const struct window *w, const struct bars *b) {
    answer_csv(s, w->symbol, interval_name(w->interval));
    buf_str(&s->body, "time,open,high,low,close,volume\n");
    for (size_t i = 0; i < b->n; i++) {
        const double row[] = {b->o[i], b->h[i], b->l[i], b->c[i], b->v[i]};
        char text[TIME_TEXT_MAX];
        buf_str(&s->body, time_format(b->t[i], text));
        for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
            char number[DOUBLE_TEXT_MAX];
            int len = double_format(row[k], number);
            buf_char(&s->body, ',');
            buf_add(&s->body, number, (size_t)len);
        }
        buf_char(&s->body, '\n');
    }
}

/* Cuts the bars that were read to the limit and answers them. */
static void answer_bars(const struct http_req *r, struct http_res *s, const struct window *w,
                        const struct bars *b) {
    size_t from = 0, to = b->n;
    int64_t next = INT64_MIN;
    if (w->limit > 0 && b->n > w->limit) {
        if (w->last) {
            from = b->n - w->limit;
        } else {
            to = w->limit;
            next = b->t[to];
        }
    }
    struct bars shown = bars_slice(b, from, to);
    if (r->csv)
        answer_rows(s, w, &shown);
    else
        answer_columns(r, s, w, &shown, next);
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
}

static enum err_code show(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct window w;
    struct series_info info;
    if (read_window(r, &w, e) != ERR_NONE)
        return e->code;
    enum err_code code = find_series(app, w.symbol, w.interval, &info, e);
    if (code == ERR_NONE) {
        struct bars b;
        bars_init(&b);
        code = read_stored(app, &w, &info, &b, e);
        if (code == ERR_NONE)
            answer_bars(r, s, &w, &b);
        bars_release(&b);
    } else if (code == ERR_NOT_FOUND) {
        struct market_data d;
        code = read_aggregated(app, &w, &d, e);
        if (code == ERR_NONE) {
            answer_bars(r, s, &w, &d.bars);
            market_data_release(&d);
        }
    }
    return code;
}

/* --- uploading -------------------------------------------------------------------------------- */

static enum err_code import(struct app *app, struct http_req *r, struct http_res *s,
                            const struct bars *b, struct err *e) {
    const char *symbol = http_text(r, "symbol");
    enum interval iv = (enum interval)http_number(r, "interval", 0), found;
    size_t added = 0, replaced = 0;
    struct series_info info;
    struct json_out j;
    if (b->n == 0)
        return err_at(e, ERR_UNPROCESSABLE, "/line/1", "no_rows", "there is no row of candles");
    if (b->n > 2 && market_interval(b, &found, NULL) && interval_ms(found) < interval_ms(iv))
        return err_at(e, ERR_UNPROCESSABLE, "?interval", "interval_mismatch",
                      "interval: the rows are mostly %s apart, so they are no %s candles",
                      interval_name(found), interval_name(iv));
    enum err_code code = market_import(app->store, symbol, iv, b, &added, &replaced, e);
    if (code == ERR_NONE)
        code = find_series(app, symbol, iv, &info, e);
    if (code != ERR_NONE)
        return code;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "symbol", symbol);
    json_put_string(&j, "interval", interval_name(iv));
    json_put_int(&j, "rows", (int64_t)b->n);
    json_put_int(&j, "added", (int64_t)added);
    json_put_int(&j, "replaced", (int64_t)replaced);
    json_put_int(&j, "bars", info.bars);
    json_key(&j, "from");
    time_json(&j, info.from);
    json_key(&j, "to");
    time_json(&j, info.to);
    json_end(&j, '}');
    return ERR_NONE;
}

static enum err_code upload(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    struct bars b;
    enum err_code code = csv_read(r->body.data ? r->body.data : "", r->body.len, &b, e);
    if (code != ERR_NONE)
        return code;
    code = import(app, r, s, &b, e);
    bars_release(&b);
    return code;
}

/* --- removing --------------------------------------------------------------------------------- */

static enum err_code remove_all(struct app *app, struct http_req *r, struct http_res *s,
                                struct err *e) {
    const char *symbol = http_text(r, "symbol");
    enum interval iv = (enum interval)http_number(r, "interval", 0);
    struct series_info info;
    enum err_code code = find_series(app, symbol, iv, &info, e);
    if (code == ERR_NONE)
        code = store_candles_delete(app->store, symbol, iv, e);
    if (code == ERR_NONE)
        s->status = 204;
    return code;
}

#define QUERY_SERIES                                                                               \
    QUERY_USER_ID, {.name = "symbol", .type = QUERY_SYMBOL, .required = true}, {                   \
        .name = "interval", .type = QUERY_INTERVAL, .required = true                               \
    }

static const struct query_key series_query[] = {QUERY_SERIES, {0}};
static const struct query_key read_query[] = {
    QUERY_SERIES,
    {.name = "from", .type = QUERY_TIME},
    {.name = "to", .type = QUERY_TIME},
    {.name = "limit", .type = QUERY_INT, .min = 1, .max = CANDLES_MAX},
    QUERY_FORMAT,
    {0},
};

const struct route candle_routes[] = {
    {HTTP_GET, "/api/market/candles", show, ROUTE_STORE | ROUTE_CSV, read_query, NULL, 0,
     "candles as columns (the newest, or from `from` on); as CSV all of them"},
    {HTTP_PUT, "/api/market/candles", upload, ROUTE_STORE, series_query, "text/csv", CSV_BODY_MAX,
     "store candles; rows with a known time replace the old ones"},
    {HTTP_DELETE, "/api/market/candles", remove_all, ROUTE_STORE, series_query, NULL, 0,
     "remove all of a symbol's interval"},
    {0},
};
