/* The report: one page, nothing in it that asks for more, whatever the result was. */
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#define DAY (24 * MS_PER_HOUR)

static struct json_object *parsed(const char *text) {
    struct err e = {0};
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s", e.message);
    return o;
}

static char *page_of(struct json_object *body, const struct equity_curve *curve,
                     const struct bt_result *res) {
    struct buf out;
    size_t len = 0;
    char *trades = res ? trades_pack(res, &len) : NULL;
    const struct report r = {
        .body = body, .curve = curve, .start = 10000, .trades = trades, .trades_len = len};
    buf_init(&out, 4 * REPORT_BYTES_MAX);
    ck_assert(report_html(&out, &r));
    ck_assert_uint_le(out.len, REPORT_BYTES_MAX);
    free(trades);
    return buf_detach(&out);
}

/* As many `<name` as `</name`. */
static void balanced(const char *page, const char *name) {
    char open[24], close[24];
    int n = 0, m = 0;
    snprintf(open, sizeof open, "<%s", name);
    snprintf(close, sizeof close, "</%s>", name);
    for (const char *p = page; (p = strstr(p, open)) != NULL; p++)
        n += p[strlen(open)] == ' ' || p[strlen(open)] == '>';
    for (const char *p = page; (p = strstr(p, close)) != NULL; p++)
        m++;
    ck_assert_msg(n == m, "%d times <%s, %d times %s", n, name, m, close);
}

static void well_formed(const char *page) {
    static const char *const pairs[] = {"html",  "head", "body",    "style", "section", "div",
                                        "table", "tr",   "td",      "th",    "svg",     "text",
                                        "ul",    "li",   "caption", "p",     "tbody",   "thead"};
    static const char *const never[] = {"<script", "<img",   "<link", "http://", "https://",
                                        "url(",    "onload", "nan",   "inf<",    "src="};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        balanced(page, pairs[i]);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        ck_assert_msg(!strstr(page, never[i]), "it has %s", never[i]);
    ck_assert_ptr_nonnull(strstr(page, "default-src 'none'; style-src 'nonce-report'"));
}

START_TEST(a_result_without_anything_is_a_page) {
    struct json_object *body = parsed("{}");
    char *page = page_of(body, &(struct equity_curve){.n = 0}, NULL);
    well_formed(page);
    ck_assert_ptr_null(strstr(page, "<h2>Equity</h2>"));
    free(page);
    json_object_put(body);
}
END_TEST

START_TEST(text_never_becomes_markup) {
    struct json_object *body = parsed(
        "{\"backtestId\":\"<script>a\",\"engine\":\"<script>b\",\"warnings\":[\"<script>c\"],"
        "\"noTrades\":{\"message\":\"<script>d\",\"strategies\":[{\"name\":\"<script>e\","
        "\"signals\":{\"<script>f\":1},\"refused\":{\"<script>g\":2}}]},"
        "\"strategies\":[{\"name\":\"<script>h\",\"params\":{\"<script>i\":\"<script>j\"}},"
        "{\"name\":\"<script>k\"}],\"data\":{\"symbol\":\"<script>l\",\"interval\":\"<script>\","
        "\"source\":\"<script>m\",\"hash\":\"<script>n\",\"gaps\":3},"
        "\"basis\":{\"nulls\":{\"sqn\":\"<script>o\"},\"definitions\":{\"sqn\":\"<script>p\"}},"
        "\"breakdowns\":{\"side\":[{\"name\":\"<script>q\",\"trades\":1}],"
        "\"strategy\":[{\"name\":\"<script>r\"},{\"name\":\"<script>s\"}]}}");
    char *page = page_of(body, &(struct equity_curve){.n = 0}, NULL);
    well_formed(page);
    for (char c = 'a'; c <= 's'; c++) {
        char want[24];
        snprintf(want, sizeof want, "&lt;script&gt;%c", c);
        ck_assert_msg(strstr(page, want) != NULL || c == 'q', "no %s", want);
    }
    free(page);
    json_object_put(body);
}
END_TEST

START_TEST(a_hundred_thousand_trades_fit) {
    const size_t n = 500000, n_trades = 100000;
    struct equity_curve c = {
        .n = n, .t = malloc(n * sizeof(int64_t)), .equity = malloc(n * sizeof(double))};
    struct bt_result res = {.n_trades = n_trades, .trades = calloc(n_trades, sizeof *res.trades)};
    for (size_t i = 0; i < n; i++) {
        c.t[i] = (int64_t)i * MS_PER_MINUTE;
        c.equity[i] = 1e7 + 1e6 * sin((double)i / 5e4) + (double)(i * 7919 % 1000);
    }
    for (size_t i = 0; i < n_trades; i++)
        res.trades[i] = (struct trade){.size = i % 2 ? -1234.5678 : 0.00012345,
                                       .entry_time = (int64_t)i * DAY,
                                       .exit_time = (int64_t)i * DAY + MS_PER_HOUR,
                                       .entry_price = 12345.678,
                                       .exit_price = 0.00001234,
                                       .pnl = i % 3 ? -123456.789 : 98765.4321,
                                       .return_pct = -99.99,
                                       .exit_reason = REASON_TRAILING_STOP};
    struct json_object *body = parsed("{\"strategies\":[{\"name\":\"sma\"}]}");
    char *page = page_of(body, &c, &res);
    well_formed(page);
    ck_assert_ptr_nonnull(
        strstr(page, "The first 250 of 100,000 trades; the CSV has all of them."));
    ck_assert_ptr_nonnull(strstr(page, "<h2>Drawdown</h2>"));
    ck_assert_ptr_nonnull(strstr(page, ">trailingStop</td>"));
    free(page);
    json_object_put(body);
    free(res.trades);
    equity_release(&c);
}
END_TEST

START_TEST(flat_and_wild_curves_are_drawn) {
    static const double values[][4] = {
        {10000, 10000, 10000, 10000}, {0, 0, 0, 0}, {10000, -5, 1e14, 3}, {1e-9, 2e-9, 3e-9, 1e-9}};
    for (size_t k = 0; k < 4; k++) {
        int64_t t[4] = {0, MS_PER_MINUTE, 2 * DAY, 900 * DAY};
        double equity[4];
        memcpy(equity, values[k], sizeof equity);
        struct json_object *body = parsed("{\"breakdowns\":{\"rolling\":{\"days\":90,"
                                          "\"t\":[0,86400000],\"sharpe\":[null,1.5]},"
                                          "\"distribution\":{\"from\":0,\"width\":1,\"counts\":[3],"
                                          "\"quantiles\":{}}}}");
        char *page = page_of(body, &(struct equity_curve){.n = 4, .t = t, .equity = equity}, NULL);
        well_formed(page);
        ck_assert_ptr_nonnull(strstr(page, "Sharpe ratio of the last 90 days"));
        ck_assert_ptr_nonnull(strstr(page, "Trades by return"));
        free(page);
        json_object_put(body);
    }
}
END_TEST

SUITE_MAIN("report", a_result_without_anything_is_a_page, text_never_becomes_markup,
           a_hundred_thousand_trades_fit, flat_and_wild_curves_are_drawn)
