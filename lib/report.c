#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/decimate.h"
#include "lib/report_parts.h"

#define CURVE_POINTS 700

static void put_strategies(struct buf *out, struct json_object *body) {
    struct json_object *list = report_get(body, "strategies");
    for (size_t i = 0; i < report_length(list); i++) {
        struct json_object *s = json_object_array_get_idx(list, i);
        struct json_object *params = report_get(s, "params");
        const char *between = " (";
        buf_str(out, i ? " + " : "");
        html_text(out, report_text(s, "name"));
        if (!params || json_object_object_length(params) == 0)
            continue;
        json_object_object_foreach(params, key, v) {
            buf_str(out, between);
            html_text(out, key);
            buf_char(out, ' ');
            html_text(out, json_object_get_string(v));
            between = ", ";
        }
        buf_char(out, ')');
    }
}

static void put_title(struct buf *out, struct json_object *body) {
    struct json_object *data = report_get(body, "data");
    put_strategies(out, body);
    buf_str(out, " on ");
    html_text(out, report_text(data, "symbol"));
    buf_char(out, ' ');
    html_text(out, report_text(data, "interval"));
}

static void put_head(struct buf *out, struct json_object *body) {
    buf_str(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                 "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                 "style-src 'nonce-report'; base-uri 'none'; form-action 'none'\">\n"
                 "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
                 "<meta name=referrer content=no-referrer>\n<title>");
    put_title(out, body);
    buf_fmt(out, "</title>\n<style nonce=report>%s</style>\n</head>\n<body>\n<header>\n<h1>",
            report_style);
    put_title(out, body);
    struct json_object *data = report_get(body, "data");
    buf_fmt(out, "</h1>\n<p class=muted>%.10s to %.10s, ", report_text(data, "from"),
            report_text(data, "to"));
    html_number(out, report_number(data, "bars"), 0);
    buf_str(out, " bars");
    if (report_number(data, "gaps") > 0) {
        buf_str(out, ", ");
        html_number(out, report_number(data, "gaps"), 0);
        buf_str(out, " gaps");
    }
    if (strcmp(report_text(data, "source"), report_text(data, "interval")) != 0) {
        buf_str(out, ", made of ");
        html_text(out, report_text(data, "source"));
        buf_str(out, " bars");
    }
    buf_str(out, "</p>\n</header>\n");
}

static void put_tiles(struct buf *out, struct json_object *metrics) {
    static const enum metric shown[] = {
        METRIC_TOTAL_RETURN,    METRIC_FINAL_EQUITY, METRIC_MAX_DRAWDOWN, METRIC_SHARPE_RATIO,
        METRIC_BUY_HOLD_RETURN, METRIC_TRADE_COUNT,  METRIC_WIN_RATE,     METRIC_PROFIT_FACTOR};
    buf_str(out, "<section class=tiles aria-label=Summary>\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct metric_info *info = metric_info_at(shown[i]);
        double v = report_number(metrics, info->name);
        bool gain = shown[i] == METRIC_TOTAL_RETURN || shown[i] == METRIC_BUY_HOLD_RETURN;
        const char *tone = gain ? html_tone(v) : "";
        buf_fmt(out, "<div><span>%s</span><b%s%s>", info->label, tone[0] ? " class=" : "",
                tone[0] ? tone + 1 : "");
        html_metric(out, shown[i], v);
        buf_str(out, "</b></div>\n");
    }
    buf_str(out, "</section>\n");
}

static void put_warnings(struct buf *out, struct json_object *list) {
    if (report_length(list) == 0)
        return;
    buf_str(out, "<section class=warm><ul>\n");
    for (size_t i = 0; i < report_length(list); i++) {
        buf_str(out, "<li>");
        html_text(out, json_object_get_string(json_object_array_get_idx(list, i)));
        buf_str(out, "</li>\n");
    }
    buf_str(out, "</ul></section>\n");
}

static bool put_curves(struct buf *out, const struct report *r) {
    const struct equity_curve *c = r->curve;
    double *fall = calloc(c->n + 1, sizeof *fall), *thin = calloc(CURVE_POINTS, sizeof *thin);
    int64_t *t = calloc(CURVE_POINTS, sizeof *t);
    size_t *chosen = calloc(CURVE_POINTS, sizeof *chosen);
    bool good = fall && thin && t && chosen;
    if (good && c->n >= 2) {
        drawdown_curve(c->equity, c->n, r->start, fall);
        size_t n = decimate(c->equity, fall, c->n, CURVE_POINTS, chosen);
        for (size_t i = 0; i < n; i++) {
            t[i] = c->t[chosen[i]];
            thin[i] = c->equity[chosen[i]];
        }
        struct report_line line = {"equity", "Equity over time", t, thin, n, false, 280, ""};
        buf_str(out, "<section><h2>Equity</h2>\n");
        report_chart(out, &line);
        for (size_t i = 0; i < n; i++)
            thin[i] = fall[chosen[i]];
        line = (struct report_line){"fall", "Drawdown over time", t, thin, n, true, 150, " %"};
        buf_str(out, "<h2>Drawdown</h2>\n");
        report_chart(out, &line);
        buf_str(out, "</section>\n");
    }
    free(fall);
    free(thin);
    free(t);
    free(chosen);
    return good;
}

static bool put_rolling(struct buf *out, struct json_object *breakdowns) {
    struct json_object *rolling = report_get(breakdowns, "rolling");
    struct json_object *times = report_get(rolling, "t"), *sharpe = report_get(rolling, "sharpe");
    size_t n = report_length(times);
    int64_t *t = calloc(n + 1, sizeof *t);
    double *v = calloc(n + 1, sizeof *v);
    bool good = t && v;
    if (good && n >= 2 && report_length(sharpe) == n) {
        for (size_t i = 0; i < n; i++) {
            struct json_object *one = json_object_array_get_idx(sharpe, i);
            t[i] = json_object_get_int64(json_object_array_get_idx(times, i));
            v[i] = one ? json_object_get_double(one) : (double)NAN;
        }
        const struct report_line line = {
            "rolling", "Rolling Sharpe ratio over time", t, v, n, true, 170, ""};
        buf_fmt(out, "<section><h2>Sharpe ratio of the last %.0f days</h2>\n",
                report_number(rolling, "days"));
        report_chart(out, &line);
        buf_str(out, "</section>\n");
    }
    free(t);
    free(v);
    return good;
}

static void put_distribution(struct buf *out, struct json_object *breakdowns) {
    struct json_object *d = report_get(breakdowns, "distribution");
    struct json_object *quantiles = report_get(d, "quantiles");
    if (!d)
        return;
    buf_str(out, "<section><h2>Trades by return</h2>\n");
    report_histogram(out, d);
    buf_str(out, "<p class=muted>Half of the trades lie between ");
    html_number(out, report_number(quantiles, "25"), 2);
    buf_str(out, " and ");
    html_number(out, report_number(quantiles, "75"), 2);
    buf_str(out, " %, nine of ten between ");
    html_number(out, report_number(quantiles, "5"), 2);
    buf_str(out, " and ");
    html_number(out, report_number(quantiles, "95"), 2);
    buf_str(out, " %; the outermost bars hold what lies further out.</p></section>\n");
}

static void put_foot(struct buf *out, struct json_object *body) {
    buf_str(out, "<footer>Data ");
    html_text(out, report_text(report_get(body, "data"), "hash"));
    if (report_text(body, "backtestId")[0]) {
        buf_str(out, "; backtest ");
        html_text(out, report_text(body, "backtestId"));
    }
    buf_str(out, "; ");
    html_text(out, report_text(body, "engine"));
    buf_str(out, ". Times are UTC.</footer>\n</body>\n</html>\n");
}

bool report_html(struct buf *out, const struct report *r) {
    struct json_object *b = report_get(r->body, "breakdowns");
    size_t before = out->len;
    put_head(out, r->body);
    put_tiles(out, report_get(r->body, "metrics"));
    put_warnings(out, report_get(r->body, "warnings"));
    report_no_trades(out, r->body);
    bool good = put_curves(out, r);
    report_months(out, b);
    report_strategies(out, r->body);
    buf_str(out, "<div class=two>\n");
    put_distribution(out, b);
    good = put_rolling(out, b) && good;
    buf_str(out, "</div>\n");
    report_groups(out, b);
    report_falls(out, b);
    report_band(out, r->body);
    report_metrics(out, r->body);
    report_trades(out, r->trades, r->trades_len);
    put_foot(out, r->body);
    return good && !out->failed && out->len - before <= REPORT_BYTES_MAX;
}
