/* The report's long lists: every metric with its definition, the trades, why there were none. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/report.h"
#include "lib/report_parts.h"

void report_metrics(struct buf *out, struct json_object *body) {
    struct json_object *metrics = report_get(body, "metrics"), *basis = report_get(body, "basis");
    struct json_object *definitions = report_get(basis, "definitions");
    struct json_object *nulls = report_get(basis, "nulls");
    buf_str(out, "<section class=long><h2>All metrics</h2>\n");
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct metric_info *info = metric_info_at((enum metric)m);
        double v = report_number(metrics, info->name);
        if (m == 0 || info->group != metric_info_at((enum metric)(m - 1))->group)
            buf_fmt(out, "%s<table class=metrics>\n<caption>%s</caption>\n<tbody>\n",
                    m ? "</tbody>\n</table>\n" : "", metric_group_name(info->group));
        buf_fmt(out, "<tr><th scope=row>%s</th><td>", info->label);
        html_metric(out, (enum metric)m, v);
        buf_str(out, "</td><td>");
        if (!isfinite(v) && report_text(nulls, info->name)[0]) {
            buf_str(out, "None: ");
            html_text(out, report_text(nulls, info->name));
            buf_str(out, ". ");
        }
        html_text(out, report_text(definitions, info->name));
        buf_str(out, "</td></tr>\n");
    }
    buf_str(out, "</tbody>\n</table></section>\n");
}

/* A price or a size: about seven digits. */
static void put_quantity(struct buf *out, double v) {
    int magnitude = v != 0 && isfinite(v) ? (int)floor(log10(fabs(v))) : 0;
    int decimals = 6 - magnitude;
    html_number(out, v, decimals < 0 ? 0 : decimals > 8 ? 8 : decimals);
}

static void put_trade(struct buf *out, const struct trade *t, size_t number) {
    char entry[TIME_TEXT_MAX], exit[TIME_TEXT_MAX];
    time_format(t->entry_time, entry);
    time_format(t->exit_time, exit);
    entry[10] = exit[10] = ' ';
    buf_fmt(out,
            "<tr><td class=wide>%zu</td><td class=left>%s</td><td class=left>%.16s</td>"
            "<td class=\"left wide\">%.16s</td><td class=wide>",
            number, t->size < 0 ? "short" : "long", entry, exit);
    put_quantity(out, t->entry_price);
    buf_str(out, "</td><td class=wide>");
    put_quantity(out, t->exit_price);
    buf_fmt(out, "</td><td class=\"num%s\">", html_tone(t->pnl));
    html_number(out, t->pnl, 2);
    buf_str(out, "</td><td>");
    html_number(out, t->return_pct, 2);
    buf_fmt(out, " %%</td><td class=\"left wide\">%s</td></tr>\n", reason_name(t->exit_reason));
}

void report_trades(struct buf *out, const char *trades, size_t len) {
    size_t n = trades ? len / TRADE_BYTES : 0;
    size_t shown = n < REPORT_TRADES_MAX ? n : REPORT_TRADES_MAX;
    if (n == 0)
        return;
    buf_str(out, "<section class=long><h2>Trades</h2>\n<table class=trades>\n<thead><tr>"
                 "<th scope=col class=wide>#</th><th scope=col class=left>Side</th>"
                 "<th scope=col class=left>Entry (UTC)</th>"
                 "<th scope=col class=\"left wide\">Exit (UTC)</th>"
                 "<th scope=col class=wide>Entry price</th><th scope=col class=wide>Exit price</th>"
                 "<th scope=col>Profit</th><th scope=col>Return</th>"
                 "<th scope=col class=\"left wide\">Closed by</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        struct trade t;
        if (trade_unpack(trades, len, i, &t))
            put_trade(out, &t, i + 1);
    }
    buf_str(out, "</tbody>\n</table>\n");
    if (shown < n) {
        buf_str(out, "<p class=muted>The first ");
        html_number(out, (double)shown, 0);
        buf_str(out, " of ");
        html_number(out, (double)n, 0);
        buf_str(out, " trades; the CSV has all of them.</p>\n");
    }
    buf_str(out, "</section>\n");
}

void report_no_trades(struct buf *out, struct json_object *body) {
    struct json_object *why = report_get(body, "noTrades"), *list = report_get(why, "strategies");
    if (!why)
        return;
    buf_str(out, "<section class=warm><h2>No trades</h2>\n<p>");
    html_text(out, report_text(why, "message"));
    buf_str(out, "</p>\n<ul>\n");
    for (size_t i = 0; i < report_length(list); i++) {
        struct json_object *s = json_object_array_get_idx(list, i);
        buf_str(out, "<li>");
        html_text(out, report_text(s, "name"));
        buf_str(out, ": warm-up ");
        html_number(out, report_number(s, "lookback"), 0);
        buf_str(out, " bars");
        struct json_object *signals = report_get(s, "signals"), *refused = report_get(s, "refused");
        if (signals) {
            json_object_object_foreach(signals, rule, count) {
                buf_str(out, "; ");
                html_text(out, rule);
                buf_str(out, " was true on ");
                html_number(out, json_object_get_double(count), 0);
                buf_str(out, " bars");
            }
        }
        if (refused) {
            json_object_object_foreach(refused, reason, times) {
                buf_str(out, "; refused ");
                html_number(out, json_object_get_double(times), 0);
                buf_str(out, " times: ");
                html_text(out, reason);
            }
        }
        buf_str(out, "</li>\n");
    }
    buf_str(out, "</ul></section>\n");
}
