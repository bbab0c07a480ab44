/* Words that a strategy carries trade as the same words of a request do, and the request's replace
 * them: stops as fractions, pyramiding, sizes as numbers and expressions. */
#include "lib/spec.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

#define N 600

/* Prices that wander: the same ones on every machine. */
static void make_bars(struct bars *b) {
    uint32_t x = 12345;
    double price = 100;
    bars_init(b);
    for (int i = 0; i < N; i++) {
        double step[3];
        for (int k = 0; k < 3; k++) {
            x = x * 1664525 + 1013904223;
            step[k] = (double)(x >> 8) / (1 << 24);
        }
        double open = price, close = open * (0.98 + 0.04 * step[0]);
        double top = (open > close ? open : close) * (1 + 0.01 * step[1]);
        double bottom = (open < close ? open : close) * (1 - 0.01 * step[2]);
        ck_assert(
            bars_append(b, (int64_t)(i + 400000) * MS_PER_HOUR, open, top, bottom, close, 50));
        price = close;
    }
}

static enum err_code parse(const char *rules, const char *words, struct request *r, struct err *e) {
    char text[2048];
    snprintf(text, sizeof text,
             "{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":\"t\",\"params\":{"
             "\"pct\":{\"type\":\"float\",\"default\":2,\"min\":0.1,\"max\":50}},\"rules\":{"
             "\"long.entry\":\"close > open\",\"long.exit\":\"close < close[3]\"%s}}]%s}",
             rules, words);
    struct json_object *o = json_parse(text, strlen(text), e);
    ck_assert_msg(o != NULL, "%s", text);
    enum err_code code = request_parse(o, r, e);
    json_object_put(o);
    return code;
}

struct outcome {
    size_t trades;
    double equity;
};

static struct outcome run(const struct bars *b, const char *rules, const char *words) {
    struct request r;
    struct err e = {0};
    struct bt_error wrong = {.strategy = 0};
    struct bt_result res;
    ck_assert_msg(parse(rules, words, &r, &e) == ERR_NONE, "%s%s: %s", rules, words, e.message);
    ck_assert_int_eq(backtest_run(&r.cfg, b, 0, NULL, NULL, &res, &wrong), BT_OK);
    struct outcome out = {res.n_trades, res.metrics.value[METRIC_FINAL_EQUITY]};
    bt_result_release(&res);
    request_release(&r);
    return out;
}

START_TEST(carried_words_are_the_requests) {
    static const struct {
        const char *rules, *words;
    } rows[] = {
        {",\"stopLoss\":0.02,\"takeProfit\":0.03", ",\"stopLoss\":0.02,\"takeProfit\":0.03"},
        {",\"stopLoss\":{\"fraction\":\"pct / 100\"}", ",\"stopLoss\":0.02"},
        {",\"trailingStop\":{\"fraction\":0.015}", ",\"trailingStop\":0.015"},
        {",\"breakEven\":0.01,\"stopLoss\":0.02", ",\"breakEven\":0.01,\"stopLoss\":0.02"},
        {",\"pyramiding\":3,\"size\":{\"type\":\"cash\",\"value\":900}",
         ",\"pyramiding\":3,\"size\":{\"type\":\"cash\",\"value\":900}"},
        {",\"stopLoss\":{\"distance\":1.5},\"takeProfit\":{\"distance\":\"atr(5) * 2\"}",
         ",\"stopLoss\":\"close - 1.5\",\"takeProfit\":\"close + atr(5) * 2\""},
        {",\"cooldown\":4,\"size\":0.5", ",\"cooldown\":4,\"size\":0.5"},
        {",\"size\":\"rsi(close, 14) / 100\"", ",\"size\":\"rsi(close, 14) / 100\""},
        {",\"size\":{\"type\":\"units\",\"value\":\"floor(equity / close / 3)\"}",
         ",\"size\":{\"type\":\"units\",\"value\":\"floor(equity / close / 3)\"}"},
    };
    struct bars b;
    make_bars(&b);
    struct outcome bare = run(&b, "", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome own = run(&b, rows[i].rules, ""), said = run(&b, "", rows[i].words);
        ck_assert_msg(own.trades == said.trades && !(own.equity < said.equity) &&
                          !(own.equity > said.equity),
                      "%s: %zu trades, %.17g; the request's %zu, %.17g", rows[i].rules, own.trades,
                      own.equity, said.trades, said.equity);
        ck_assert_msg(own.equity < bare.equity || own.equity > bare.equity, "%s changes nothing",
                      rows[i].rules);
    }
    bars_release(&b);
}
END_TEST

/* Each word of the request alone stands for all of the strategy's. */
START_TEST(the_request_replaces_them) {
    struct bars b;
    make_bars(&b);
    struct outcome said = run(&b, "", ",\"stopLoss\":0.01,\"pyramiding\":2,\"size\":\"0.25\"");
    struct outcome both = run(&b, ",\"stopLoss\":0.05,\"pyramiding\":9,\"size\":0.1",
                              ",\"stopLoss\":0.01,\"pyramiding\":2,\"size\":\"0.25\"");
    ck_assert_uint_eq(both.trades, said.trades);
    ck_assert(!(both.equity < said.equity) && !(both.equity > said.equity));
    struct outcome one = run(&b, ",\"pyramiding\":9,\"size\":0.1", ",\"pyramiding\":1");
    struct outcome plain = run(&b, ",\"size\":0.1", "");
    ck_assert(!(one.equity < plain.equity) && !(one.equity > plain.equity));
    bars_release(&b);
}
END_TEST

START_TEST(mistakes_in_them_are_named) {
    static const struct {
        const char *rules, *words, *pointer, *says;
    } rows[] = {
        {",\"stopLoss\":1.5", "", "/strategies/0/rules/stopLoss", "above 0 and at most 1"},
        {",\"takeProfit\":0", "", "/strategies/0/rules/takeProfit", "above 0 and at most 100"},
        {",\"stopLoss\":{\"fraction\":\"close\"}", "", "/strategies/0/rules/stopLoss",
         "this is a constant"},
        {",\"stopLoss\":{\"fraction\":0.1,\"distance\":1}", "", "/strategies/0/rules/stopLoss",
         "not both"},
        {",\"stopLoss\":{\"distance\":1}", ",\"profile\":\"backtesting.py\"",
         "/strategies/0/rules/stopLoss", "has no distances"},
        {",\"stopLoss\":{\"part\":1}", "", "/strategies/0/rules/stopLoss/part", "unknown key"},
        {",\"limit\":3", "", "/strategies/0/rules/limit", "must be a string"},
        {",\"trailingDistance\":3", "", "/strategies/0/rules/trailingDistance", "must be a string"},
        {",\"pyramiding\":2.5", "", "/strategies/0/rules/pyramiding", "whole number from 1"},
        {",\"pyramiding\":\"close\"", "", "/strategies/0/rules/pyramiding", "this is a constant"},
        {"", ",\"size\":\"clos / 2\"", "/size", "did you mean 'close'?"},
        {"", ",\"size\":\"close > 1\"", "/size", "a number is needed here"},
        {"", ",\"size\":\"0.5\",\"profile\":\"backtesting.py\"", "/size", "no expression"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r;
        struct err e = {0};
        enum err_code code = parse(rows[i].rules, rows[i].words, &r, &e);
        ck_assert_msg(code == ERR_INVALID, "accepted: %s%s", rows[i].rules, rows[i].words);
        ck_assert_msg(strstr(e.message, rows[i].says) != NULL, "%s", e.message);
        ck_assert_msg(strcmp(e.pointer, rows[i].pointer) == 0, "%s%s: at %s", rows[i].rules,
                      rows[i].words, e.pointer);
    }
}
END_TEST

SUITE_MAIN("own_words", carried_words_are_the_requests, the_request_replaces_them,
           mistakes_in_them_are_named)
