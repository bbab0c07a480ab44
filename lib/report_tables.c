/* The report's tables: months, falls, groups of trades, strategies, the honest band. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/report_parts.h"

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static void put_cell(struct buf *out, double v, int decimals, const char *unit) {
    buf_str(out, "<td>");
    html_number(out, v, decimals);
    buf_fmt(out, "%s</td>", isfinite(v) ? unit : "");
}

/* The return of a month (0: of the year) in a list; NaN: not in it. */
static double return_in(struct json_object *list, double year, double month) {
    for (size_t i = 0; i < report_length(list); i++) {
        struct json_object *p = json_object_array_get_idx(list, i);
        double of = month > 0 ? report_number(p, "month") : 0;
        if (report_number(p, "year") == year && of == month)
            return report_number(p, "return");
    }
    return (double)NAN;
}

static double largest(struct json_object *list) {
    double most = 0;
    for (size_t i = 0; i < report_length(list); i++) {
        double v = fabs(report_number(json_object_array_get_idx(list, i), "return"));
        most = v > most ? v : most;
    }
    return most;
}

static void put_month(struct buf *out, double v, int month, double most) {
    int depth = fabs(v) > most * 0.6 ? 3 : fabs(v) > most * 0.25 ? 2 : 1;
    if (!isfinite(v)) {
        buf_fmt(out, "<td><b>%s</b></td>", month_names[month]);
        return;
    }
    if (fabs(v) < 0.05)
        buf_str(out, "<td>");
    else
        buf_fmt(out, "<td class=%c%d>", v > 0 ? 'g' : 'l', depth);
    buf_fmt(out, "<b>%s</b>", month_names[month]);
    html_number(out, v, 1);
    buf_str(out, "</td>");
}

void report_months(struct buf *out, struct json_object *b) {
    struct json_object *months = report_get(b, "months"), *years = report_get(b, "years");
    double most = largest(months);
    if (report_length(months) == 0)
        return;
    buf_str(out, "<section><h2>Returns by month, %</h2>\n<table class=months>\n<thead><tr>"
                 "<th scope=col class=left>Year</th>");
    for (int m = 0; m < 12; m++)
        buf_fmt(out, "<th scope=col>%s</th>", month_names[m]);
    buf_str(out, "<th scope=col>Year</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report_length(years); i++) {
        struct json_object *year = json_object_array_get_idx(years, i);
        double number = report_number(year, "year"), all = report_number(year, "return");
        buf_fmt(out, "<tr><th scope=row>%.0f</th>", number);
        for (int m = 0; m < 12; m++)
            put_month(out, return_in(months, number, m + 1), m, most);
        buf_fmt(out, "<td class=\"year%s\">", html_tone(all));
        html_number(out, all, 1);
        buf_str(out, "</td></tr>\n");
    }
    buf_str(out, "</tbody>\n</table>\n");
    if (report_number(b, "monthsLeftOut") > 0)
        buf_fmt(out, "<p class=muted>%.0f older months are left out.</p>\n",
                report_number(b, "monthsLeftOut"));
    buf_str(out, "</section>\n");
}

void report_falls(struct buf *out, struct json_object *b) {
    struct json_object *list = report_get(b, "drawdowns");
    if (report_length(list) == 0)
        return;
    buf_str(out, "<section><h2>Deepest falls</h2>\n<table class=falls>\n<thead><tr>"
                 "<th scope=col class=left>Peak</th><th scope=col class=left>Trough</th>"
                 "<th scope=col class=\"left wide\">Recovered</th><th scope=col>Length</th>"
                 "<th scope=col>Depth</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report_length(list); i++) {
        struct json_object *d = json_object_array_get_idx(list, i);
        const char *recovery = report_text(d, "recovery");
        buf_fmt(out,
                "<tr><td class=left>%.10s</td><td class=left>%.10s</td>"
                "<td class=\"left wide\">%.10s</td><td>",
                report_text(d, "peak"), report_text(d, "trough"),
                recovery[0] ? recovery : "not yet");
        html_duration(out, report_number(d, "duration"));
        buf_str(out, "</td>");
        put_cell(out, report_number(d, "depth"), 2, " %");
        buf_str(out, "</tr>\n");
    }
    buf_str(out, "</tbody>\n</table></section>\n");
}

/* "takeProfit" -> "Take profit" */
static void put_words(struct buf *out, const char *name) {
    char text[80];
    size_t n = 0;
    for (; *name && n + 2 < sizeof text; name++) {
        bool capital = *name >= 'A' && *name <= 'Z';
        if (capital && n > 0)
            text[n++] = ' ';
        char small = (char)(capital ? *name + 'a' - 'A' : *name);
        text[n] = (char)(n == 0 && small >= 'a' && small <= 'z' ? small + 'A' - 'a' : small);
        n++;
    }
    text[n] = '\0';
    html_text(out, text);
}

static void put_groups(struct buf *out, struct json_object *list, const char *title, bool words) {
    if (report_length(list) == 0)
        return;
    buf_fmt(out,
            "<table class=groups>\n<caption>%s</caption>\n<thead><tr><th scope=col class=left></th>"
            "<th scope=col>Trades</th><th scope=col>Wins</th><th scope=col>Profit</th>"
            "<th scope=col class=wide>Expectancy</th><th scope=col class=wide>Profit factor</th>"
            "<th scope=col class=wide>Commissions</th></tr></thead>\n<tbody>\n",
            title);
    for (size_t i = 0; i < report_length(list); i++) {
        struct json_object *g = json_object_array_get_idx(list, i);
        double pnl = report_number(g, "pnl");
        buf_str(out, "<tr><th scope=row>");
        if (words)
            put_words(out, report_text(g, "name"));
        else
            html_text(out, report_text(g, "name"));
        buf_str(out, "</th>");
        put_cell(out, report_number(g, "trades"), 0, "");
        put_cell(out, report_number(g, "winRate"), 1, " %");
        buf_fmt(out, "<td class=\"num%s\">", html_tone(pnl));
        html_number(out, pnl, 2);
        buf_str(out, "</td>");
        buf_str(out, "<td class=wide>");
        html_number(out, report_number(g, "expectancy"), 3);
        buf_str(out, " %</td><td class=wide>");
        html_number(out, report_number(g, "profitFactor"), 2);
        buf_str(out, "</td><td class=wide>");
        html_number(out, report_number(g, "commission"), 2);
        buf_str(out, "</td></tr>\n");
    }
    buf_str(out, "</tbody>\n</table>\n");
}

void report_groups(struct buf *out, struct json_object *b) {
    struct json_object *strategies = report_get(b, "strategy"), *hours = report_get(b, "hour");
    if (report_length(report_get(b, "side")) == 0)
        return;
    buf_str(out, "<section><h2>Where the trades came from</h2>\n");
    put_groups(out, report_get(b, "side"), "Side", true);
    if (report_length(strategies) > 1)
        put_groups(out, strategies, "Strategy", false);
    put_groups(out, report_get(b, "exitReason"), "Closed by", true);
    put_groups(out, report_get(b, "weekday"), "Day of entry (UTC)", false);
    if (report_length(hours) > 1)
        put_groups(out, hours, "Hour of entry (UTC)", false);
    buf_str(out, "</section>\n");
}

void report_strategies(struct buf *out, struct json_object *body) {
    static const enum metric shown[] = {METRIC_TOTAL_RETURN, METRIC_MAX_DRAWDOWN,
                                        METRIC_SHARPE_RATIO, METRIC_TRADE_COUNT,
                                        METRIC_WIN_RATE,     METRIC_PROFIT_FACTOR};
    struct json_object *list = report_get(body, "strategies");
    if (report_length(list) < 2)
        return;
    buf_str(out, "<section><h2>Strategies</h2>\n<table>\n<thead><tr>"
                 "<th scope=col class=left>Strategy</th>");
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
        buf_fmt(out, "<th scope=col%s>%s</th>", k > 1 ? " class=wide" : "",
                metric_info_at(shown[k])->label);
    buf_str(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i <= report_length(list); i++) {
        bool total = i == report_length(list);
        struct json_object *s = total ? body : json_object_array_get_idx(list, i);
        buf_str(out, "<tr><th scope=row>");
        html_text(out, total ? "Together" : report_text(s, "name"));
        buf_str(out, "</th>");
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
            double v = report_number(report_get(s, "metrics"), metric_info_at(shown[k])->name);
            buf_fmt(out, "<td%s>", k > 1 ? " class=wide" : "");
            html_metric(out, shown[k], v);
            buf_str(out, "</td>");
        }
        buf_str(out, "</tr>\n");
    }
    buf_str(out, "</tbody>\n</table></section>\n");
}

void report_band(struct buf *out, struct json_object *body) {
    static const char *const ends[] = {"pessimistic", "optimistic"};
    struct json_object *band = report_get(body, "band");
    if (!band)
        return;
    buf_str(out, "<section><h2>Order of prices inside the bars</h2>\n<p class=muted>It decided the "
                 "outcome in ");
    html_number(out, report_number(band, "orderBars"), 0);
    buf_str(out, " bars. Two runs, not bounds:</p>\n<table>\n<thead><tr>"
                 "<th scope=col class=left>Path</th><th scope=col>Final equity</th>"
                 "<th scope=col>Max. drawdown</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < 2; i++) {
        struct json_object *end = report_get(band, ends[i]);
        buf_str(out, "<tr><th scope=row>");
        put_words(out, ends[i]);
        buf_str(out, "</th>");
        put_cell(out, report_number(end, "finalEquity"), 2, "");
        put_cell(out, report_number(end, "maxDrawdown"), 2, " %");
        buf_str(out, "</tr>\n");
    }
    buf_str(out, "</tbody>\n</table></section>\n");
}
