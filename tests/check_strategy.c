/* A strategy as an object: read, checked expression by expression, written back the same. */
#include "lib/spec.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

static struct json_object *tree(const char *text) {
    struct err e = {0};
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s in %s", e.message, text);
    return o;
}

static enum err_code read_strategy(struct json_object *o, struct strategy *s, struct err *e) {
    enum err_code code = strategy_parse(o, "", s, e);
    if (code != ERR_NONE)
        return code;
    code = strategy_check(s, o, "", NULL, e);
    if (code != ERR_NONE)
        strategy_release(s);
    return code;
}

static const char trend[] =
    "{\"name\":\"trend\",\"title\":\"Trend with a volatility stop\",\"help\":\"Rides trends.\","
    "\"params\":{\"fast\":{\"type\":\"int\",\"default\":10,\"min\":2,\"max\":400,\"step\":1},"
    "\"slow\":{\"type\":\"int\",\"default\":30,\"min\":3,\"max\":1000,\"step\":1,\"help\":\"long\"}"
    ","
    "\"mult\":{\"type\":\"float\",\"default\":2.5,\"min\":0.5,\"max\":9,\"step\":0.5},"
    "\"shorts\":{\"type\":\"bool\",\"default\":true}},"
    "\"define\":{\"f\":\"sma(close, fast)\",\"s\":\"sma(close, slow)\",\"up\":\"f > s\"},"
    "\"rules\":{\"long.entry\":\"crossover(f, s) and rsi(close, 14) < 70\","
    "\"long.exit\":\"crossunder(f, s)\",\"short.entry\":\"crossunder(f, s) and not up\","
    "\"stopLoss\":\"close - mult * atr(14)\",\"long.takeProfit\":\"close * 1.1\","
    "\"short.takeProfit\":\"close * 0.9\"}}";

START_TEST(reads_and_writes_the_same) {
    struct strategy s;
    struct err e = {0};
    struct json_object *o = tree(trend);
    ck_assert_msg(read_strategy(o, &s, &e) == ERR_NONE, "%s", e.message);
    ck_assert_str_eq(s.name, "trend");
    ck_assert_uint_eq(s.n_params, 4);
    ck_assert_int_eq(strategy_param(&s, "mult"), 2);
    ck_assert_int_eq(s.params[3].type, PARAM_BOOL);
    ck_assert_double_eq(s.params[3].def, 1);
    ck_assert_uint_eq(s.n_defines, 3);
    ck_assert_str_eq(s.rules[RULE_LONG_STOP_LOSS], "close - mult * atr(14)");
    ck_assert_str_eq(s.rules[RULE_SHORT_STOP_LOSS], "close - mult * atr(14)");
    ck_assert_ptr_null(s.rules[RULE_SHORT_EXIT]);
    size_t lookback = 0;
    ck_assert_int_eq(strategy_check(&s, o, "", &lookback, &e), ERR_NONE);
    ck_assert_uint_eq(lookback, 30);

    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    strategy_json(&j, &s);
    ck_assert_str_eq(b.data, trend);
    buf_release(&b);
    strategy_release(&s);
    json_object_put(o);
}
END_TEST

START_TEST(every_preset_survives_the_round_trip) {
    const struct strategy *preset;
    size_t n = 0;
    for (; (preset = preset_at(n)) != NULL; n++) {
        struct buf b, again;
        struct json_out j;
        struct strategy s;
        struct err e = {0};
        buf_init(&b, 1 << 16);
        buf_init(&again, 1 << 16);
        json_out_init(&j, &b);
        strategy_json(&j, preset);
        struct json_object *o = tree(b.data);
        ck_assert_msg(read_strategy(o, &s, &e) == ERR_NONE, "%s: %s", preset->name, e.message);
        json_out_init(&j, &again);
        strategy_json(&j, &s);
        ck_assert_str_eq(again.data, b.data);
        buf_release(&b);
        buf_release(&again);
        strategy_release(&s);
        json_object_put(o);
    }
    ck_assert_uint_ge(n, 7);
}
END_TEST

#define ENTRY "\"rules\":{\"long.entry\":\"close > open\"}"
#define NAMED "{\"name\":\"t\","

START_TEST(mistakes_are_named) {
    static const struct {
        const char *text, *pointer, *message; /* message: how it starts */
        int line, column;
    } rows[] = {
        {"{" ENTRY "}", "/name", "name must be a string", 0, 0},
        {"{\"name\":\"a b\"," ENTRY "}", "/name",
         "a strategy's name has 1 to 31 letters, digits or _.-", 0, 0},
        {NAMED "\"rule\":{}}", "/rule", "unknown key 'rule'; did you mean 'rules'?", 0, 0},
        {NAMED "\"rules\":{}}", "/rules", "a strategy needs a rule long.entry or short.entry", 0,
         0},
        {NAMED "\"rules\":[]}", "/rules", "rules must be an object", 0, 0},
        {NAMED "\"rules\":{\"long.entri\":\"true\"}}", "/rules/long.entri",
         "unknown rule 'long.entri'; did you mean 'long.entry'?", 0, 0},
        {NAMED "\"rules\":{\"long.entry\":true}}", "/rules/long.entry",
         "rules.long.entry must be a string", 0, 0},
        {NAMED "\"rules\":{\"long.entry\":\"close > open\",\"size\":{\"type\":\"risk\"}}}",
         "/rules/size/value", "rules.size.value must be a string", 0, 0},
        {NAMED "\"rules\":{\"long.entry\":\"close > open\",\"size\":{\"type\":\"all\"}}}",
         "/rules/size/type",
         "rules.size.type must be 'equity', 'cash', 'units' or 'risk', not 'all'", 0, 0},
        {NAMED "\"rules\":{\"long.entry\":\"true\",\"stopLoss\":\"1\",\"short.stopLoss\":\"2\"}}",
         "/rules/short.stopLoss", "short.stopLoss is given twice: with and without its side", 0, 0},
        {NAMED "\"params\":{\"1a\":{}}," ENTRY "}", "/params/1a", "'1a' is no name: ", 0, 0},
        {NAMED "\"params\":{\"close\":{\"type\":\"int\",\"default\":1}}," ENTRY "}",
         "/params/close", "'close' is a word of the language: choose another", 0, 0},
        {NAMED "\"params\":{\"n\":{\"default\":1}}," ENTRY "}", "/params/n/type",
         "params.n.type must be 'int', 'float' or 'bool'", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"int\"}}," ENTRY "}", "/params/n/default",
         "params.n.default must be a whole number from -1000000000 to 1000000000", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"int\",\"default\":1,\"min\":2}}," ENTRY "}",
         "/params/n/default", "params.n.default must be a whole number from 2 to 1000000000", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"int\",\"default\":1,\"min\":2,\"max\":1}}," ENTRY "}",
         "/params/n/max", "params.n.max must be a whole number from 2 to 1000000000", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"bool\",\"default\":1}}," ENTRY "}",
         "/params/n/default", "params.n.default must be true or false", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"int\",\"default\":1,\"steps\":2}}," ENTRY "}",
         "/params/n/steps", "unknown key 'steps'; did you mean 'step'?", 0, 0},
        {NAMED "\"params\":{\"n\":{\"type\":\"int\",\"default\":1}},\"define\":{\"n\":\"1\"}," ENTRY
               "}",
         "/define/n", "'n' is a parameter already", 0, 0},
        {NAMED "\"define\":{\"x\":1}," ENTRY "}", "/define/x", "define.x must be a string", 0, 0},
        /* expressions, also in what nothing uses */
        {NAMED "\"define\":{\"unused\":\"smaa(close, 3)\"}," ENTRY "}", "/define/unused",
         "t unused, line 1, column 1: unknown function 'smaa'; did you mean 'sma'?", 1, 1},
        {NAMED "\"define\":{\"a\":\"b + 1\",\"b\":\"1\"}," ENTRY "}", "/define/a",
         "t a, line 1, column 1: ", 1, 1},
        {NAMED "\"rules\":{\"long.entry\":\"close >\\n  opn\"}}", "/rules/long.entry",
         "t long.entry, line 2, column 3: ", 2, 3},
        {NAMED "\"rules\":{\"long.entry\":\"close > open\",\"stopLoss\":\"close - atr(14\"}}",
         "/rules/stopLoss", "t long.stopLoss, line 1, column ", 1, -1},
        {NAMED "\"rules\":{\"long.entry\":\"close + open\"}}", "/rules/long.entry",
         "t long.entry, line 1, column ", 1, -1},
        {NAMED "\"rules\":{\"long.entry\":\"\"}}", "/rules/long.entry",
         "t long.entry, line 1, column 1: ", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strategy s;
        struct err e = {0};
        struct json_object *o = tree(rows[i].text);
        ck_assert_msg(read_strategy(o, &s, &e) == ERR_INVALID, "accepted: %s", rows[i].text);
        ck_assert_msg(strncmp(e.message, rows[i].message, strlen(rows[i].message)) == 0,
                      "%s\nsays %s\nnot  %s", rows[i].text, e.message, rows[i].message);
        ck_assert_msg(strcmp(e.pointer, rows[i].pointer) == 0, "%s: %s", rows[i].text, e.pointer);
        ck_assert_int_eq(e.line, rows[i].line);
        if (rows[i].column >= 0)
            ck_assert_msg(e.column == rows[i].column, "%s: column %d", rows[i].text, e.column);
        json_object_put(o);
    }
}
END_TEST

/* In a request the pointer says where in it the text stands. */
START_TEST(a_request_points_into_its_strategies) {
    static const struct {
        const char *text, *pointer;
    } rows[] = {
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[\"sma\",{\"name\":\"t\",\"rules\":"
         "{\"long.entry\":\"clse > open\"}}]}",
         "/strategies/1/rules/long.entry"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":\"t\",\"define\":"
         "{\"a\":\"sma(close)\"},\"rules\":{\"long.entry\":\"close > a\"}}]}",
         "/strategies/0/define/a"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[\"sma\"],\"stopLoss\":\"close - "
         "\"}",
         "/stopLoss"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"combine\":\"all\",\"strategies\":[{\"name\":"
         "\"t\","
         "\"rules\":{\"long.entry\":\"close > open\",\"stopLoss\":\"close - atr(14)\"}}]}",
         "/strategies/0/rules/stopLoss"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r;
        struct err e = {0};
        struct json_object *o = tree(rows[i].text);
        ck_assert_msg(request_parse(o, &r, &e) == ERR_INVALID, "accepted: %s", rows[i].text);
        ck_assert_str_eq(e.pointer, rows[i].pointer);
        ck_assert_str_eq(e.word, "expression");
        ck_assert_int_eq(e.line, 1);
        ck_assert_int_ge(e.column, 1);
        json_object_put(o);
    }
    struct request r;
    struct err e = {0};
    struct json_object *o = tree("{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":"
                                 "\"t\",\"params\":{\"n\":{\"type\":\"int\",\"default\":5}},"
                                 "\"rules\":{\"short.entry\":\"close < lowest(low, n)[1]\"}}],"
                                 "\"strategyParams\":{\"t\":{\"n\":50}}}");
    ck_assert_msg(request_parse(o, &r, &e) == ERR_NONE, "%s", e.message);
    json_object_put(o); /* the request holds its own reference */
    ck_assert_double_eq(r.cfg.strategies[0].params[0], 50);
    ck_assert_uint_eq(r.want_warmup, 50);
    struct request moved = r;
    ck_assert_str_eq(moved.cfg.strategies[0].strategy->rules[RULE_SHORT_ENTRY],
                     "close < lowest(low, n)[1]");
    request_release(&moved);
}
END_TEST

SUITE_MAIN("strategy", reads_and_writes_the_same, every_preset_survives_the_round_trip,
           mistakes_are_named, a_request_points_into_its_strategies)
