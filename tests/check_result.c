/* What is said about a finished run: the body's words, why there are no trades, and parts that come
 * back byte for byte. */
#include "lib/result.h"

#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"

#include "tests/suite.h"

#define HOUR   MS_PER_HOUR
#define START  INT64_C(1704067200000) /* 2024-01-01 */
#define N_BARS 400

/* A wave with a slow drift: averages cross often. Nothing random, nothing from libm. */
static struct bars wave(size_t n) {
    struct bars b;
    bars_init(&b);
    double price = 100;
    for (size_t i = 0; i < n; i++) {
        double open = price;
        price += (i / 20) % 2 == 0 ? 0.7 : -0.6;
        double high = open > price ? open : price, low = open < price ? open : price;
        int64_t t = START + (int64_t)i * HOUR + (i >= 300 ? 5 * HOUR : 0); /* one gap */
        ck_assert(bars_append(&b, t, open, high + 0.25, low - 0.25, price, 10));
    }
    return b;
}

struct world {
    struct bars bars;
    struct request request;
    struct market_data data;
    struct bt_result result;
};

static struct world run_request(const char *words) {
    struct world w = {.bars = wave(N_BARS)};
    char text[1500];
    struct err e = {0};
    snprintf(text, sizeof text, "{\"symbol\":\"WAVE\",\"interval\":\"1h\",%s}", words);
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s", e.message);
    ck_assert_msg(request_parse(o, &w.request, &e) == ERR_NONE, "%s", e.message);
    json_object_put(o);
    ck_assert_msg(market_from_bars(&w.bars, INTERVAL_1H, &w.request, w.request.want_warmup, &w.data,
                                   &e) == ERR_NONE,
                  "%s", e.message);
    w.request.cfg.want_equity = true;
    struct bt_error error;
    ck_assert_int_eq(
        backtest_run(&w.request.cfg, &w.data.bars, w.data.first, NULL, NULL, &w.result, &error),
        BT_OK);
    return w;
}

static void world_release(struct world *w) {
    bt_result_release(&w->result);
    market_data_release(&w->data);
    request_release(&w->request);
    bars_release(&w->bars);
}

static struct json_object *body_of(const struct world *w, const char *id) {
    struct err e = {0};
    char *text = result_body(id, &w->request, &w->data, &w->result);
    ck_assert_ptr_nonnull(text);
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s in %s", e.message, text);
    free(text);
    return o;
}

/* a.b.0.c into the tree; NULL member = JSON null */
static struct json_object *at(struct json_object *o, const char *path) {
    char key[64];
    while (*path) {
        size_t n = strcspn(path, "/");
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        if (json_object_is_type(o, json_type_array)) {
            int64_t i;
            ck_assert(parse_i64(key, 0, 1000, &i));
            o = json_object_array_get_idx(o, (size_t)i);
        } else {
            ck_assert_msg(json_object_object_get_ex(o, key, &o), "no %s", key);
        }
        path += n + (path[n] == '/');
    }
    return o;
}

static const char *text_at(struct json_object *o, const char *path) {
    return json_object_get_string(at(o, path));
}

START_TEST(the_band_says_what_the_order_of_prices_was_worth) {
    struct world w =
        run_request("\"strategies\":[\"sma\"],\"stopLoss\":0.001,\"takeProfit\":0.001");
    struct json_object *o = body_of(&w, NULL), *band = at(o, "band");
    ck_assert(w.result.has_band);
    ck_assert_double_eq(json_object_get_double(at(band, "pessimistic/finalEquity")),
                        w.result.metrics.value[METRIC_FINAL_EQUITY]);
    ck_assert_double_eq(json_object_get_double(at(band, "optimistic/finalEquity")),
                        w.result.optimistic.final_equity);
    ck_assert_double_eq(json_object_get_double(at(band, "optimistic/maxDrawdown")),
                        w.result.optimistic.max_drawdown);
    ck_assert_int_eq(json_object_get_int(at(band, "orderBars")), (int)w.result.order_bars);
    json_object_put(o);
    world_release(&w);
}
END_TEST

START_TEST(the_body_has_the_documented_words) {
    struct world w =
        run_request("\"strategies\":[\"sma\",{\"name\":\"sma\",\"params\":{\"fast\":3}}],"
                    "\"startDate\":\"2024-01-05\",\"endDate\":\"2024-12-31\"");
    struct json_object *o = body_of(&w, "bt_0123456789abcdef01234567");
    static const char *const words[] = {
        "backtestId", "id",   "resultId", "status",   "summary",  "metrics", "basis",
        "strategies", "data", "engine",   "warnings", "noTrades", "band",    "breakdowns"};
    size_t i = 0;
    json_object_object_foreach(o, key, v) {
        (void)v;
        ck_assert_str_eq(key, words[i]);
        i++;
    }
    ck_assert_uint_eq(i, sizeof words / sizeof *words);
    ck_assert_str_eq(text_at(o, "backtestId"), "bt_0123456789abcdef01234567");
    ck_assert_str_eq(text_at(o, "resultId"), "res_0123456789abcdef01234567");
    ck_assert_str_eq(text_at(o, "status"), "completed");
    ck_assert_int_eq(strncmp(text_at(o, "engine"), "candlemill ", 11), 0);
    ck_assert_ptr_null(at(o, "noTrades"));
    ck_assert_ptr_null(at(o, "band"));

    struct json_object *parts = at(o, "breakdowns");
    double pnl = 0;
    int64_t trades = 0;
    for (size_t k = 0; k < 2; k++) {
        struct json_object *one = json_object_array_get_idx(at(parts, "strategy"), k);
        pnl += json_object_get_double(at(one, "pnl"));
        trades += json_object_get_int64(at(one, "trades"));
    }
    ck_assert_int_eq(trades, (int64_t)w.result.n_trades);
    for (size_t k = 0; k < w.result.n_trades; k++)
        pnl -= w.result.trades[k].pnl;
    ck_assert_double_eq_tol(pnl, 0, 1e-6);
    ck_assert_str_eq(text_at(parts, "side/0/name"), "long");
    ck_assert_int_eq(json_object_get_int(at(parts, "months/0/year")), 2024);
    ck_assert_str_eq(
        text_at(parts, "drawdowns/0/peak"),
        time_format(w.result.daily.drawdowns.top[0].peak_ms, (char[TIME_TEXT_MAX]){0}));
    ck_assert_ptr_null(at(parts, "rolling")); /* 12 days */
    ck_assert(json_object_array_length(at(parts, "sparkline")) > 10);

    const struct metrics *m = &w.result.metrics;
    ck_assert(json_object_object_length(at(o, "metrics")) == METRIC_COUNT);
    ck_assert(json_object_object_length(at(o, "basis/definitions")) == METRIC_COUNT);
    ck_assert_double_eq(json_object_get_double(at(o, "metrics/finalEquity")),
                        m->value[METRIC_FINAL_EQUITY]);
    ck_assert_double_eq(json_object_get_double(at(o, "summary/totalReturn")),
                        m->value[METRIC_TOTAL_RETURN]);
    for (int k = 0; k < METRIC_COUNT; k++) {
        char path[80];
        const char *name = metric_info_at((enum metric)k)->name;
        snprintf(path, sizeof path, "metrics/%s", name);
        bool null = at(o, path) == NULL;
        ck_assert_msg(null == !isfinite(m->value[k]), "%s", name);
        ck_assert_msg(null == json_object_object_get_ex(at(o, "basis/nulls"), name, NULL), "%s",
                      name);
    }
    /* fewer than 30 days: no ratio, and it says why */
    ck_assert_ptr_null(at(o, "summary/sharpeRatio"));
    ck_assert_ptr_nonnull(text_at(o, "basis/nulls/sharpeRatio"));
    ck_assert_str_eq(text_at(o, "basis/profile"), "candlemill");
    ck_assert_double_eq(json_object_get_double(at(o, "basis/annualisation")), 365);
    ck_assert_str_eq(text_at(o, "basis/sampling"), "1d");

    ck_assert_uint_eq(json_object_array_length(at(o, "strategies")), 2);
    ck_assert_str_eq(text_at(o, "strategies/1/name"), "sma");
    ck_assert_int_eq(json_object_get_int(at(o, "strategies/1/params/fast")), 3);
    ck_assert_int_eq(json_object_get_int(at(o, "strategies/1/params/slow")), 30);

    ck_assert_str_eq(text_at(o, "data/symbol"), "WAVE");
    ck_assert_str_eq(text_at(o, "data/interval"), "1h");
    ck_assert_str_eq(text_at(o, "data/from"), "2024-01-05T00:00:00Z");
    ck_assert_str_eq(text_at(o, "data/to"), "2024-01-17T20:00:00Z");
    ck_assert_int_eq(json_object_get_int(at(o, "data/bars")), 304);
    ck_assert_int_eq(json_object_get_int(at(o, "data/warmup")), 30);
    ck_assert_int_eq(json_object_get_int(at(o, "data/gaps")), 1);
    ck_assert_str_eq(text_at(o, "data/hash"), w.data.hash);
    ck_assert_uint_eq(strlen(w.data.hash), 32);
    ck_assert_uint_eq(json_object_array_length(at(o, "warnings")), 1);
    ck_assert_str_eq(text_at(o, "warnings/0"),
                     "The data ends on 2024-01-17, before endDate 2024-12-31.");
    json_object_put(o);
    world_release(&w);
}
END_TEST

START_TEST(warnings_say_what_is_short) {
    struct world w = run_request("\"strategies\":[\"ema\"],\"startDate\":\"2023-12-01\"");
    struct json_object *o = body_of(&w, NULL);
    ck_assert_ptr_null(at(o, "backtestId"));
    ck_assert_ptr_null(at(o, "resultId"));
    ck_assert_str_eq(text_at(o, "warnings/0"),
                     "The data starts on 2024-01-01, after startDate 2023-12-01.");
    char want[160];
    snprintf(
        want, sizeof want,
        "Only 0 of %zu warm-up bars are stored before the range: the first signals come later, "
        "and averages with a memory start colder, than they could.",
        w.request.want_warmup);
    ck_assert_str_eq(text_at(o, "warnings/1"), want);
    ck_assert_uint_gt(w.request.want_warmup, 0);
    json_object_put(o);
    world_release(&w);
}
END_TEST

#define RULE(name, expr) "{\"name\":\"t\",\"rules\":{\"" name "\":\"" expr "\""

START_TEST(a_run_without_trades_says_why) {
    static const struct {
        const char *words, *message, *signals, *refused;
        int64_t signal_count;
    } rows[] = {
        {"\"strategies\":[" RULE("long.entry", "close > 1000") "}}]",
         "No entry rule was ever true.", "long.entry", NULL, 0},
        {"\"strategies\":[" RULE("long.entry", "close > sma(close, 1000)") "}}]",
         "The range is shorter than the strategies' warm-up.", "long.entry", NULL, 0},
        {"\"strategies\":[" RULE("long.entry", "close > 0") ",\"stopLoss\":\"close + 1\"}}]",
         "Entries were wanted, but each was refused.", "long.entry", "stop_side", N_BARS},
        {"\"sides\":\"short\",\"strategies\":[" RULE("long.entry", "close > 0") "}}]",
         "Entry rules were true only where they could not act: during warm-up, on the last bar, or "
         "for a side that is switched off.",
         "long.entry", NULL, N_BARS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = run_request(rows[i].words);
        struct json_object *o = body_of(&w, NULL);
        ck_assert_uint_eq(w.result.n_trades, 0);
        ck_assert_str_eq(text_at(o, "noTrades/message"), rows[i].message);
        ck_assert_int_eq(json_object_get_int(at(o, "noTrades/bars")), N_BARS);
        struct json_object *s = at(o, "noTrades/strategies/0");
        ck_assert_str_eq(text_at(s, "name"), "t");
        ck_assert_int_eq(json_object_get_int64(at(at(s, "signals"), rows[i].signals)),
                         rows[i].signal_count);
        if (rows[i].refused) {
            ck_assert_int_gt(json_object_get_int64(at(at(s, "refused"), rows[i].refused)), 0);
            ck_assert_str_eq(text_at(s, "examples/0/reason"), rows[i].refused);
            ck_assert_int_eq(strncmp(text_at(s, "examples/0/time"), "2024-01-01T", 11), 0);
        } else {
            ck_assert_int_eq(json_object_object_length(at(s, "refused")), 0);
        }
        json_object_put(o);
        world_release(&w);
    }
}
END_TEST

START_TEST(trades_come_back_byte_for_byte) {
    struct world w = run_request("\"strategies\":[\"sma\",\"rsi\"],\"stopLoss\":0.02");
    size_t len = 0, n = 0, again_len = 0;
    ck_assert_uint_gt(w.result.n_trades, 5);
    char *data = trades_pack(&w.result, &len);
    ck_assert_uint_eq(len, w.result.n_trades * TRADE_BYTES);
    struct trade *trades = trades_unpack(data, len, &n);
    ck_assert_ptr_nonnull(trades);
    ck_assert_uint_eq(n, w.result.n_trades);
    struct bt_result copy = {.trades = trades, .n_trades = n};
    char *again = trades_pack(&copy, &again_len);
    ck_assert_uint_eq(again_len, len);
    ck_assert_mem_eq(again, data, len);
    for (size_t i = 0; i < n; i++) {
        struct trade one;
        ck_assert(trade_unpack(data, len, i, &one));
        const struct trade *t = &w.result.trades[i];
        ck_assert(one.size == t->size && one.pnl == t->pnl && one.mae == t->mae &&
                  one.mfe == t->mfe && one.exit_time == t->exit_time &&
                  one.exit_reason == t->exit_reason && one.strategy == t->strategy);
    }
    struct trade one;
    ck_assert(!trade_unpack(data, len, n, &one));
    ck_assert_ptr_null(trades_unpack(data, len - 1, &n));
    memset(data + TRADE_BYTES - 16, 0x7f, 4); /* an unknown reason */
    ck_assert_ptr_null(trades_unpack(data, len, &n));
    free(again);
    free(data);
    free(trades);

    struct bt_result none = {.n_trades = 0};
    data = trades_pack(&none, &len);
    ck_assert_uint_eq(len, 0);
    trades = trades_unpack(data, len, &n);
    ck_assert_ptr_nonnull(trades);
    ck_assert_uint_eq(n, 0);
    free(data);
    free(trades);
    world_release(&w);
}
END_TEST

START_TEST(a_trade_as_json_and_csv) {
    struct trade t = {.size = -2.5,
                      .entry_bar = 3,
                      .exit_bar = 7,
                      .entry_time = 0,
                      .exit_time = START,
                      .entry_price = 100.1,
                      .exit_price = 99,
                      .pnl = 2.75,
                      .return_pct = 1.0989010989010988,
                      .commission = 0,
                      .mae = -0.5,
                      .mfe = 1.5,
                      .entry_reason = REASON_SIGNAL,
                      .exit_reason = REASON_STOP_LOSS};
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    const double at[] = {1.25, (double)NAN, 3, 4};
    const struct series_values values = {.name = {"f", "s"}, .width = 2, .at = at};
    trade_json(&j, &t, "sma", &values);
    ck_assert_str_eq(
        b.data,
        "{\"size\":-2.5,\"entryBar\":3,\"exitBar\":7,\"entryTime\":\"1970-01-01T00:00:00Z\","
        "\"exitTime\":\"2024-01-01T00:00:00Z\",\"entryPrice\":100.1,\"exitPrice\":99,\"pnl\":2.75,"
        "\"returnPct\":1.0989010989010988,\"commission\":0,\"entryReason\":\"signal\","
        "\"exitReason\":\"stopLoss\",\"mae\":-0.5,\"mfe\":1.5,\"strategy\":\"sma\","
        "\"entryValues\":{\"f\":1.25,\"s\":null},\"exitValues\":{\"f\":3,\"s\":4}}");
    buf_clear(&b);
    trade_csv_header(&b);
    trade_csv(&b, &t, "a \"b\", c", &values);
    trade_csv(&b, &t, "x", NULL);
    equity_csv_header(&b);
    equity_csv(&b, START, 10000.5, -1.25);
    ck_assert_str_eq(
        b.data,
        "size,entryBar,exitBar,entryTime,exitTime,entryPrice,exitPrice,pnl,returnPct,"
        "commission,entryReason,exitReason,mae,mfe,strategy,entryValues,exitValues\n"
        "-2.5,3,7,1970-01-01T00:00:00Z,2024-01-01T00:00:00Z,100.1,99,2.75,"
        "1.0989010989010988,0,signal,stopLoss,-0.5,1.5,\"a \"\"b\"\", c\",f=1.25 s=,f=3 s=4\n"
        "-2.5,3,7,1970-01-01T00:00:00Z,2024-01-01T00:00:00Z,100.1,99,2.75,"
        "1.0989010989010988,0,signal,stopLoss,-0.5,1.5,x,,\n"
        "time,equity,drawdown\n2024-01-01T00:00:00Z,10000.5,-1.25\n");
    buf_release(&b);
}
END_TEST

START_TEST(values_come_back_from_their_part) {
    struct world w = run_request("\"strategies\":[\"sma\",\"rsi\"]");
    struct trade_values v, again;
    size_t len;
    ck_assert(trade_values_init(&v, &w.request.cfg, &w.data.bars, w.data.first, &w.result));
    ck_assert_uint_eq(v.width, 2);
    char *data = values_pack(&v, &len);
    ck_assert(values_unpack(data, len, &again));
    ck_assert_uint_eq(again.n, v.n);
    ck_assert_mem_eq(again.at, v.at, 2 * v.n * v.width * sizeof *v.at);
    ck_assert_ptr_null(values_of(&again, v.n));
    ck_assert_ptr_eq(values_of(&again, 1), again.at + 4);
    trade_values_release(&again);
    ck_assert(!values_unpack(data, len - 1, &again));
    ck_assert(!values_unpack(data, 7, &again));
    data[0] = TRADE_SERIES_MAX + 1;
    ck_assert(!values_unpack(data, len, &again));
    free(data);
    trade_values_release(&v);
    struct json_object *o = body_of(&w, NULL);
    ck_assert_str_eq(text_at(o, "strategies/0/series/1"), "s");
    json_object_put(o);
    world_release(&w);
}
END_TEST

START_TEST(definitions_follow_the_profile) {
    for (int m = 0; m < METRIC_COUNT; m++) {
        ck_assert_ptr_nonnull(metric_definition((enum metric)m, PROFILE_CANDLEMILL));
        ck_assert_ptr_nonnull(metric_definition((enum metric)m, PROFILE_BACKTESTING_PY));
    }
    ck_assert_str_ne(metric_definition(METRIC_SHARPE_RATIO, PROFILE_CANDLEMILL),
                     metric_definition(METRIC_SHARPE_RATIO, PROFILE_BACKTESTING_PY));
    struct world w = run_request("\"strategies\":[\"sma\"],\"profile\":\"backtesting.py\"");
    struct json_object *o = body_of(&w, NULL);
    ck_assert_str_eq(text_at(o, "basis/profile"), "backtesting.py");
    ck_assert_str_eq(text_at(o, "basis/definitions/sharpeRatio"),
                     "Annual return over annual volatility.");
    json_object_put(o);
    world_release(&w);
}
END_TEST

SUITE_MAIN("result", the_band_says_what_the_order_of_prices_was_worth,
           the_body_has_the_documented_words, warnings_say_what_is_short,
           a_run_without_trades_says_why, trades_come_back_byte_for_byte, a_trade_as_json_and_csv,
           values_come_back_from_their_part, definitions_follow_the_profile)
