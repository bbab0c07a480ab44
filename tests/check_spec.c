/* Every word of a request: its default, its bounds, its error; strategies in each form. */
#include "lib/spec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

/* A good request around the words of the test: {"symbol":…,<words>}. */
#define BASE "\"symbol\":\"BTCUSDT\",\"interval\":\"1h\",\"strategies\":[\"sma\"]"

static struct json_object *tree(const char *text) {
    struct err e = {0};
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s in %s", e.message, text);
    return o;
}

/* Flattens and parses as a program does; a failure is located in the body. */
static enum err_code read_body(const char *text, struct request *r, struct err *e) {
    const char *user;
    struct json_object *body = tree(text);
    struct json_object *flat = request_flatten(body, &user, e);
    enum err_code code = flat ? request_parse(flat, r, e) : e->code;
    if (code != ERR_NONE)
        request_locate(body, e);
    json_object_put(flat);
    json_object_put(body);
    return code;
}

static struct request good(const char *text) {
    struct request r;
    struct err e = {0};
    ck_assert_msg(read_body(text, &r, &e) == ERR_NONE, "%s at %s\nin %s", e.message, e.pointer,
                  text);
    return r;
}

START_TEST(defaults_are_the_documented_ones) {
    struct request r = good("{" BASE "}");
    ck_assert_str_eq(r.symbol, "BTCUSDT");
    ck_assert_int_eq(r.interval, INTERVAL_1H);
    ck_assert_int_eq(r.cfg.interval, INTERVAL_1H);
    ck_assert(r.start_ms == INT64_MIN && r.end_ms == INT64_MAX);
    ck_assert_int_eq(r.warmup, -1);
    ck_assert_int_eq(r.priority, 0);
    const struct bt_config *c = &r.cfg;
    ck_assert_int_eq(c->profile, PROFILE_CANDLEMILL);
    ck_assert_int_eq(c->combine, COMBINE_SLEEVES);
    ck_assert_int_eq(c->sides, SIDES_BOTH);
    ck_assert_double_eq(c->cash, 10000);
    ck_assert_int_eq(c->size_type, SIZE_EQUITY);
    ck_assert_double_eq(c->size, 1);
    ck_assert_double_eq(c->commission_rate + c->commission_fixed + c->commission_minimum, 0);
    ck_assert_double_eq(c->spread + c->slippage, 0);
    ck_assert_double_eq(c->leverage, 1);
    ck_assert_double_eq(c->maintenance, 0.005);
    ck_assert_int_eq(c->fill, FILL_OPEN);
    ck_assert_int_eq(c->path, PATH_PESSIMISTIC);
    ck_assert_int_eq(c->stop_loss.kind, STOP_NONE);
    ck_assert(!c->hedging && !c->exclusive_orders && c->finalize);
    ck_assert_int_eq(c->pyramiding, 1);
    ck_assert_int_eq(c->max_bars, 0);
    ck_assert_double_eq(c->lot_step + c->lot_min, 0);
    ck_assert_double_eq(c->annualisation, 365);
    ck_assert_double_eq(c->risk_free, 0);
    ck_assert_uint_eq(c->n_strategies, 1);
    ck_assert_str_eq(c->strategies[0].strategy->name, "sma");
    ck_assert_double_eq(c->strategies[0].params[0], 10);
    ck_assert_double_eq(c->strategies[0].params[1], 30);
    ck_assert_uint_eq(r.want_warmup, 30); /* sma 30: 29 bars, the cross one more; no recursion */
    request_release(&r);
}
END_TEST

START_TEST(every_word_is_read) {
    struct request r =
        good("{\"symbol\":\"EURUSD\",\"interval\":\"1M\",\"startDate\":\"2024-01-01\","
             "\"endDate\":\"2024-06-01T12:00:00Z\",\"strategies\":[\"rsi\",\"sma\"],"
             "\"strategyParams\":{\"sma\":{\"fast\":5,\"slow\":9},\"rsi\":{\"lower\":25.5}},"
             "\"combine\":\"majority\",\"sides\":\"long\",\"cash\":5e3,\"size\":0.25,"
             "\"commission\":{\"rate\":0.001,\"fixed\":1,\"minimum\":2},\"spread\":0.0002,"
             "\"slippage\":0.0001,\"leverage\":10,\"maintenance\":0.01,\"fill\":\"close\","
             "\"path\":\"olhc\",\"stopLoss\":0.05,\"takeProfit\":2,"
             "\"trailingStop\":\"close - 2 * atr(14)\",\"hedging\":false,\"pyramiding\":3,"
             "\"maxBars\":12,\"finalize\":false,\"lot\":{\"step\":0.01,\"min\":0.1},"
             "\"annualisation\":252,\"riskFree\":0.02,\"profile\":\"candlemill\",\"warmup\":500,"
             "\"tags\":[\"a\",\"b\"],\"note\":\"hello\",\"priority\":9}");
    const struct bt_config *c = &r.cfg;
    ck_assert_int_eq(r.interval, INTERVAL_1MO);
    ck_assert(r.start_ms == 1704067200000 && r.end_ms == 1717243200000);
    ck_assert_int_eq(r.warmup, 500);
    ck_assert_uint_eq(r.want_warmup, 500);
    ck_assert_int_eq(r.priority, 9);
    ck_assert_int_eq(c->combine, COMBINE_MAJORITY);
    ck_assert_int_eq(c->sides, SIDES_LONG);
    ck_assert_double_eq(c->cash, 5000);
    ck_assert_double_eq(c->size, 0.25);
    ck_assert_double_eq(c->commission_rate, 0.001);
    ck_assert_double_eq(c->commission_fixed, 1);
    ck_assert_double_eq(c->commission_minimum, 2);
    ck_assert_double_eq(c->spread, 0.0002);
    ck_assert_double_eq(c->slippage, 0.0001);
    ck_assert_double_eq(c->leverage, 10);
    ck_assert_double_eq(c->maintenance, 0.01);
    ck_assert_int_eq(c->fill, FILL_CLOSE);
    ck_assert_int_eq(c->path, PATH_OLHC);
    ck_assert(c->stop_loss.kind == STOP_FRACTION && c->stop_loss.fraction == 0.05);
    ck_assert(c->take_profit.kind == STOP_FRACTION && c->take_profit.fraction == 2);
    ck_assert(c->trailing_stop.kind == STOP_EXPR);
    ck_assert_str_eq(c->trailing_stop.expr, "close - 2 * atr(14)");
    ck_assert_int_eq(c->pyramiding, 3);
    ck_assert_int_eq(c->max_bars, 12);
    ck_assert(!c->finalize);
    ck_assert(c->lot_step == 0.01 && c->lot_min == 0.1);
    ck_assert_double_eq(c->annualisation, 252);
    ck_assert_double_eq(c->risk_free, 0.02);
    ck_assert_double_eq(c->strategies[0].params[1], 25.5);
    ck_assert(c->strategies[1].params[0] == 5 && c->strategies[1].params[1] == 9);
    request_release(&r);

    r = good(
        "{\"symbol\":\"EURUSD\",\"interval\":\"1h\",\"strategies\":[\"sma\"],\"path\":\"lower\","
        "\"lowerInterval\":\"5m\",\"commission\":{\"rate\":0.001,\"maker\":0.0002},\"hedging\":"
        "true,"
        "\"breakEven\":0.02,\"cooldown\":4,\"maxTradesPerDay\":2,\"lot\":{\"minValue\":10},"
        "\"tick\":0.5,"
        "\"funding\":\"EURUSD.F\",\"borrow\":0.03}");
    ck_assert(c->path == PATH_LOWER && r.lower == INTERVAL_5M && c->hedging);
    ck_assert(c->commission_rate == 0.001 && c->commission_maker == 0.0002);
    ck_assert(c->break_even.kind == STOP_FRACTION && c->break_even.fraction == 0.02);
    ck_assert(c->cooldown == 4 && c->max_trades_per_day == 2 && !c->size_given);
    ck_assert(c->lot_min_value == 10 && c->tick == 0.5 && c->borrow == 0.03 && c->funding == 0);
    ck_assert_str_eq(r.funding, "EURUSD.F");
    request_release(&r);
    r = good(
        "{\"symbol\":\"EURUSD\",\"interval\":\"1h\",\"strategies\":[\"sma\"],\"funding\":-0.0001}");
    ck_assert(c->funding == -0.0001 && isnan(c->commission_maker) && isnan(c->cooldown));
    request_release(&r);

    static const struct {
        const char *words;
        enum bt_size_type type;
        double size;
    } sizes[] = {
        {"\"size\":1", SIZE_EQUITY, 1},
        {"\"size\":{\"type\":\"equity\",\"value\":0.1}", SIZE_EQUITY, 0.1},
        {"\"size\":{\"type\":\"cash\",\"value\":250}", SIZE_CASH, 250},
        {"\"size\":{\"type\":\"units\",\"value\":3}", SIZE_UNITS, 3},
        {"\"size\":{\"type\":\"risk\",\"value\":0.01},\"stopLoss\":0.1", SIZE_RISK, 0.01},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char text[300];
        snprintf(text, sizeof text, "{" BASE ",%s}", sizes[i].words);
        r = good(text);
        ck_assert(r.cfg.size_type == sizes[i].type && r.cfg.size == sizes[i].size);
        request_release(&r);
    }
}
END_TEST

/* The body that users of this kind of service send. */
START_TEST(the_contracts_request_passes_in_both_forms) {
    static const char *const bodies[] = {
        "{\"userId\":\"user123\",\"symbol\":\"BTCUSDT\",\"interval\":\"1h\","
        "\"startDate\":\"2024-01-01\",\"endDate\":\"2024-12-31\",\"strategies\":[\"sma\",\"rsi\"],"
        "\"strategyParams\":{\"sma\":{\"fast\":12,\"slow\":26},\"rsi\":{\"period\":7}}}",
        "{\"userId\":\"user123\",\"symbol\":\"BTCUSDT\",\"strategies\":[\"sma\",\"rsi\"],"
        "\"params\":{\"interval\":\"1h\",\"startDate\":\"2024-01-01\",\"endDate\":\"2024-12-31\","
        "\"sma\":{\"fast\":12,\"slow\":26},\"rsi\":{\"period\":7}}}",
        "{\"params\":{\"userId\":\"user123\",\"symbol\":\"BTCUSDT\",\"interval\":\"1h\","
        "\"startDate\":\"2024-01-01\",\"endDate\":\"2024-12-31\",\"strategies\":[\"sma\",\"rsi\"],"
        "\"strategyParams\":{\"sma\":{\"fast\":12,\"slow\":26},\"rsi\":{\"period\":7}}}}",
        "{\"userId\":\"user123\",\"symbol\":\"BTCUSDT\",\"interval\":\"1h\",\"strategies\":"
        "[{\"name\":\"sma\",\"params\":{\"fast\":12,\"slow\":26}},\"rsi\"],\"strategyParams\":"
        "{\"sma\":{\"fast\":3},\"rsi\":{\"period\":null}},\"startDate\":\"2024-01-01\","
        "\"params\":{\"symbol\":\"BTCUSDT\",\"endDate\":\"2024-12-31\",\"rsi\":{\"period\":7},"
        "\"cash\":null}}",
    };
    for (size_t i = 0; i < 3; i++) {
        const char *user = NULL;
        struct err e = {0};
        struct json_object *body = tree(bodies[i]);
        struct json_object *flat = request_flatten(body, &user, &e);
        ck_assert_msg(flat != NULL, "%s", e.message);
        ck_assert_str_eq(user, "user123");
        ck_assert(!json_object_object_get_ex(flat, "userId", NULL));
        ck_assert(!json_object_object_get_ex(flat, "params", NULL));
        struct request r;
        ck_assert_msg(request_parse(flat, &r, &e) == ERR_NONE, "%s", e.message);
        ck_assert_double_eq(r.cfg.strategies[0].params[0], 12);
        ck_assert_double_eq(r.cfg.strategies[0].params[1], 26);
        ck_assert_double_eq(r.cfg.strategies[1].params[0], 7);
        ck_assert_double_eq(r.cfg.strategies[1].params[1], 30);
        /* what is stored parses again to the same */
        char *text = json_text(flat);
        struct request again = good(text);
        ck_assert_double_eq(again.cfg.strategies[1].params[0], 7);
        request_release(&again);
        free(text);
        request_release(&r);
        json_object_put(flat);
        json_object_put(body);
    }
    struct err e = {0};
    struct request r;
    ck_assert_int_eq(read_body(bodies[3], &r, &e), ERR_INVALID); /* rsi in both, not equal */
    ck_assert_str_eq(e.pointer, "/params/rsi");
    ck_assert_str_eq(e.word, "given_twice");
}
END_TEST

START_TEST(bad_bodies_are_named) {
    static const struct {
        const char *body, *pointer, *message;
    } rows[] = {
        {"[1]", "", "a request must be a JSON object"},
        {"{\"params\":3}", "/params", "params must be an object"},
        {"{" BASE ",\"userId\":5}", "/userId",
         "userId must be a string of 1 to 64 letters, digits or _.@-"},
        {"{" BASE ",\"params\":{\"userId\":\"a b\"}}", "/params/userId",
         "userId must be a string of 1 to 64 letters, digits or _.@-"},
        {"{" BASE ",\"userId\":\"a\",\"params\":{\"userId\":\"b\"}}", "/params/userId",
         "userId is given outside and inside params, with different values"},
        {"{" BASE ",\"cash\":1,\"params\":{\"cash\":2}}", "/params/cash",
         "cash is given outside and inside params, with different values"},
        {"{" BASE ",\"params\":{\"cash\":-2}}", "/params/cash",
         "cash must be a number above 0 and at most 1e+15 (money)"},
        {"{" BASE ",\"params\":{\"csh\":2}}", "/params/csh",
         "unknown word 'csh'; did you mean 'cash'?"},
        {"{" BASE ",\"params\":{\"sma\":{\"fast\":2,\"slo\":3}}}", "/params/sma/slo",
         "sma has no parameter 'slo'; did you mean 'slow'?"},
        {"{" BASE ",\"a/b~c\":1}", "/a~1b~0c", "unknown word 'a/b~c'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request r;
        struct err e = {0};
        ck_assert_int_eq(read_body(rows[i].body, &r, &e), ERR_INVALID);
        ck_assert_str_eq(e.message, rows[i].message);
        ck_assert_str_eq(e.pointer, rows[i].pointer);
    }
    /* equal values in both places are fine, whatever their type */
    struct request r = good("{" BASE ",\"cash\":5,\"params\":{\"cash\":5.0}}");
    request_release(&r);
}
END_TEST

struct bad_row {
    const char *words, *pointer, *word, *message;
};

static void all_bad(const struct bad_row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char text[2000];
        struct request r = {.priority = 77};
        struct err e = {0};
        const char *words = rows[i].words;
        /* a row that starts with { is the whole body */
        snprintf(text, sizeof text, *words == '{' ? "%s" : "{" BASE ",%s}", words);
        ck_assert_msg(read_body(text, &r, &e) == ERR_INVALID, "accepted: %s", text);
        ck_assert_msg(strcmp(e.message, rows[i].message) == 0, "%s\nsays %s\nnot  %s", text,
                      e.message, rows[i].message);
        ck_assert_msg(strcmp(e.pointer, rows[i].pointer) == 0, "%s: pointer %s", text, e.pointer);
        ck_assert_msg(strcmp(e.word, rows[i].word) == 0, "%s: word %s", text, e.word);
        ck_assert_int_eq(r.priority, 77); /* untouched */
    }
}

START_TEST(bad_words_are_named) {
    static const struct bad_row rows[] = {
        {"{\"interval\":\"1h\",\"strategies\":[\"sma\"]}", "/symbol", "missing",
         "symbol is missing"},
        {"{\"symbol\":\"X\",\"strategies\":[\"sma\"]}", "/interval", "missing",
         "interval is missing"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\"}", "/strategies", "missing",
         "strategies is missing"},
        {"{\"symbol\":\"X\",\"interval\":null,\"strategies\":[\"sma\"]}", "/interval", "missing",
         "interval is missing"},
        {"{\"symbol\":\"A B\",\"interval\":\"1h\",\"strategies\":[\"sma\"]}", "/symbol", "format",
         "symbol must be 1 to 32 letters, digits or _.:^=@-"},
        {"{\"symbol\":7,\"interval\":\"1h\",\"strategies\":[\"sma\"]}", "/symbol", "type",
         "symbol must be a string"},
        {"{\"symbol\":\"X\",\"interval\":\"1H\",\"strategies\":[\"sma\"]}", "/interval", "choice",
         "interval must be '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', "
         "'1d', '3d', '1w' or '1M', not '1H'"},
        {"\"stratgies\":[]", "/stratgies", "unknown_key",
         "unknown word 'stratgies'; did you mean 'strategies'?"},
        {"\"startDate\":\"yesterday\"", "/startDate", "format",
         "startDate must be a date: 2024-01-01 or 2024-01-01T00:00:00Z, not 'yesterday'"},
        {"\"startDate\":20240101", "/startDate", "type", "startDate must be a string"},
        {"\"startDate\":\"2024-02-30\"", "/startDate", "format",
         "startDate must be a date: 2024-01-01 or 2024-01-01T00:00:00Z, not '2024-02-30'"},
        {"\"startDate\":\"2024-02-01\",\"endDate\":\"2024-02-01\"", "/endDate", "range",
         "endDate must be after startDate (bars with startDate <= open time < endDate are "
         "tested)"},
        {"\"cash\":0", "/cash", "range", "cash must be a number above 0 and at most 1e+15 (money)"},
        {"\"cash\":\"10\"", "/cash", "type",
         "cash must be a number above 0 and at most 1e+15 (money)"},
        {"\"combine\":\"most\"", "/combine", "choice",
         "combine must be 'sleeves', 'all', 'any' or 'majority', not 'most'"},
        {"\"sides\":1", "/sides", "type", "sides must be 'both', 'long' or 'short'"},
        {"\"size\":1.5", "/size", "range",
         "size must be a number above 0 and at most 1 (a share of equity: 0.5 is half of it)"},
        {"\"size\":{\"type\":\"lots\",\"value\":1}", "/size/type", "choice",
         "size.type must be 'equity', 'cash', 'units' or 'risk', not 'lots'"},
        {"\"size\":{\"value\":1}", "/size/type", "type",
         "size.type must be 'equity', 'cash', 'units' or 'risk'"},
        {"\"size\":{\"type\":\"units\"}", "/size/value", "type",
         "size.value must be a number above 0 and at most 1e+15 (units a trade)"},
        {"\"size\":{\"type\":\"units\",\"vale\":1}", "/size/vale", "unknown_key",
         "unknown key 'vale'; did you mean 'value'?"},
        {"\"commission\":0.2", "/commission", "range",
         "commission must be a number from 0 to 0.1 (a rate: 0.001 is 0.1 %)"},
        {"\"commission\":{\"rat\":0.1}", "/commission/rat", "unknown_key",
         "unknown key 'rat'; did you mean 'rate'?"},
        {"\"commission\":{\"fixed\":-1}", "/commission/fixed", "range",
         "commission.fixed must be a number from 0 to 1000000000 (money a fill)"},
        {"\"spread\":-0.1", "/spread", "range",
         "spread must be a number from 0 to 0.5 (a rate: 0.001 is 0.1 %)"},
        {"\"slippage\":1", "/slippage", "range",
         "slippage must be a number from 0 to 0.5 (a rate: 0.001 is 0.1 %)"},
        {"\"leverage\":126", "/leverage", "range", "leverage must be a number from 1 to 125"},
        {"\"leverage\":0.5", "/leverage", "range", "leverage must be a number from 1 to 125"},
        {"\"leverage\":100,\"maintenance\":0.01", "/maintenance", "range",
         "maintenance must be below the initial margin 1/leverage = 0.01"},
        {"\"fill\":\"next\"", "/fill", "choice", "fill must be 'open' or 'close', not 'next'"},
        {"\"path\":\"lower\"", "/lowerInterval", "missing",
         "path 'lower' needs lowerInterval: the interval of the finer bars"},
        {"\"path\":\"lower\",\"lowerInterval\":\"1h\"", "/lowerInterval", "range",
         "bars of 1h do not add up to 1h"},
        {"\"lowerInterval\":\"1m\"", "/lowerInterval", "conflict",
         "lowerInterval belongs to path 'lower'"},
        {"\"funding\":0.2", "/funding", "range",
         "funding must be a number from -0.1 to 0.1 (a rate per 8 h; or the symbol of a funding "
         "series)"},
        {"\"funding\":\"a b\"", "/funding", "format",
         "funding must be a rate per 8 h or a symbol of 1 to 32 letters, digits or _.:^=@-"},
        {"\"maxTradesPerDay\":0", "/maxTradesPerDay", "range",
         "maxTradesPerDay must be a number from 1 to 1000000 (entries in one UTC day)"},
        {"\"stopLoss\":0", "/stopLoss", "range",
         "stopLoss must be a number above 0 and at most 1 (a fraction of the entry price: 0.05 is "
         "5 %)"},
        {"\"takeProfit\":true", "/takeProfit", "type",
         "takeProfit must be a number (a fraction of the entry price) or a string (an expression "
         "that gives a price)"},
        {"\"hedging\":true,\"combine\":\"any\"", "/hedging", "conflict",
         "a vote has one wish at a time: hedging needs combine 'sleeves'"},
        {"\"hedging\":1", "/hedging", "type", "hedging must be true or false"},
        {"\"exclusiveOrders\":false", "/exclusiveOrders", "profile",
         "exclusiveOrders exists in profile 'backtesting.py' only"},
        {"\"pyramiding\":0", "/pyramiding", "range",
         "pyramiding must be a whole number from 1 to 1000 (entries held at once)"},
        {"\"pyramiding\":1.5", "/pyramiding", "range",
         "pyramiding must be a whole number from 1 to 1000 (entries held at once)"},
        {"\"maxBars\":0", "/maxBars", "range",
         "maxBars must be a whole number from 1 to 20971520 (bars)"},
        {"\"lot\":1", "/lot", "type", "lot must be an object"},
        {"\"lot\":{\"step\":-1}", "/lot/step", "range",
         "lot.step must be a number from 0 to 1e+15 (units; 0 is any fraction)"},
        {"\"annualisation\":400", "/annualisation", "range",
         "annualisation must be a number from 1 to 366 (days a year)"},
        {"\"riskFree\":2", "/riskFree", "range",
         "riskFree must be a number from -0.5 to 1 (a yearly rate: 0.02 is 2 %)"},
        {"\"profile\":\"vectorbt\"", "/profile", "choice",
         "profile must be 'candlemill' or 'backtesting.py', not 'vectorbt'"},
        {"\"warmup\":29", "/warmup", "range",
         "warmup must not be below the 30 bars that the strategies need"},
        {"\"warmup\":-1", "/warmup", "range",
         "warmup must be a whole number from 0 to 20971520 (bars)"},
        {"\"tags\":\"a\"", "/tags", "type", "tags must be an array of at most 16 strings"},
        {"\"tags\":[\"a\",\"\"]", "/tags/1", "range", "a tag has 1 to 64 bytes"},
        {"\"tags\":[3]", "/tags/0", "type", "tags.0 must be a string"},
        {"\"note\":[]", "/note", "type", "note must be a string"},
        {"\"priority\":10", "/priority", "range", "priority must be a whole number from 0 to 9"},
        {"\"size\":{\"type\":\"risk\",\"value\":0.1},\"combine\":\"all\"", "/size", "conflict",
         "size 'risk' needs a stopLoss: a vote has only the request's stops"},
    };
    all_bad(rows, sizeof rows / sizeof *rows);
}
END_TEST

START_TEST(bad_strategies_are_named) {
    static const struct bad_row rows[] = {
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":\"sma\"}", "/strategies", "type",
         "strategies must be an array"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[]}", "/strategies", "range",
         "strategies must hold 1 to 32 of them"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[\"sma\",\"smaa\"]}",
         "/strategies/1", "unknown_strategy", "there is no strategy 'smaa'; did you mean 'sma'?"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":\"zzz\"}]}",
         "/strategies/0/name", "unknown_strategy", "there is no strategy 'zzz'"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[7]}", "/strategies/0", "type",
         "a strategy is a name, {\"name\",\"params\"} or an object with rules"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[null]}", "/strategies/0", "type",
         "a strategy is a name, {\"name\",\"params\"} or an object with rules"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":\"sma\",\"parms\":{}}]}",
         "/strategies/0/parms", "unknown_key", "unknown key 'parms'; did you mean 'params'?"},
        {"\"strategyParams\":[]", "/strategyParams", "type",
         "strategyParams must be an object: {\"sma\":{\"fast\":10}}"},
        {"\"strategyParams\":{\"smaa\":{}}", "/strategyParams/smaa", "unknown_key",
         "unknown strategy 'smaa'; did you mean 'sma'?"},
        {"\"strategyParams\":{\"sma\":3}", "/strategyParams/sma", "type",
         "the parameters of sma must be an object"},
        {"\"strategyParams\":{\"sma\":{\"fasst\":3}}", "/strategyParams/sma/fasst", "unknown_key",
         "sma has no parameter 'fasst'; did you mean 'fast'?"},
        {"\"strategyParams\":{\"sma\":{\"length\":3}}", "/strategyParams/sma/length", "unknown_key",
         "sma has no parameter 'length' (it has fast, slow)"},
        {"\"strategyParams\":{\"sma\":{\"fast\":3.5}}", "/strategyParams/sma/fast", "range", NULL},
        {"\"strategyParams\":{\"sma\":{\"fast\":\"3\"}}", "/strategyParams/sma/fast", "type", NULL},
        {"{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[{\"name\":\"sma\",\"params\":"
         "{\"fast\":-1}}]}",
         "/strategies/0/params/fast", "range", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].message) {
            all_bad(&rows[i], 1);
            continue;
        }
        char text[400];
        struct request r;
        struct err e = {0};
        snprintf(text, sizeof text, *rows[i].words == '{' ? "%s" : "{" BASE ",%s}", rows[i].words);
        ck_assert_int_eq(read_body(text, &r, &e), ERR_INVALID);
        ck_assert_str_eq(e.pointer, rows[i].pointer);
        ck_assert_str_eq(e.word, rows[i].word);
        ck_assert_ptr_nonnull(strstr(e.message, "must be a whole number from "));
    }
}
END_TEST

#define COMPAT "\"profile\":\"backtesting.py\""

START_TEST(the_profile_refuses_what_it_lacks) {
    static const struct bad_row rows[] = {
        {COMPAT ",\"slippage\":0", "/slippage", "profile",
         "profile 'backtesting.py' has no slippage"},
        {COMPAT ",\"maintenance\":0.005", "/maintenance", "profile",
         "profile 'backtesting.py' has no maintenance"},
        {COMPAT ",\"path\":\"ohlc\"", "/path", "profile", "profile 'backtesting.py' has no path"},
        {COMPAT ",\"lot\":{\"step\":1}", "/lot", "profile", "profile 'backtesting.py' has no lot"},
        {COMPAT ",\"trailingStop\":0.1", "/trailingStop", "profile",
         "profile 'backtesting.py' has no trailingStop"},
        {COMPAT ",\"commission\":{\"rate\":0,\"minimum\":0}", "/commission/minimum", "profile",
         "profile 'backtesting.py' has no minimum commission"},
        {COMPAT ",\"size\":{\"type\":\"cash\",\"value\":10}", "/size/type", "profile",
         "profile 'backtesting.py' sizes by 'equity' (a share of the free margin) or 'units'"},
        {COMPAT ",\"size\":{\"type\":\"units\",\"value\":1.5}", "/size/value", "profile",
         "profile 'backtesting.py' trades whole units"},
        {COMPAT ",\"combine\":\"any\"", "/combine", "profile",
         "profile 'backtesting.py' has no votes: combine must be 'sleeves'"},
        {COMPAT ",\"warmup\":100", "/warmup", "profile",
         "profile 'backtesting.py' reads no bars before startDate: leave warmup out"},
        {COMPAT ",\"commission\":-0.2", "/commission", "range",
         "commission must be a number from -0.1 to 0.1 (a rate: 0.001 is 0.1 %)"},
        {"{\"symbol\":\"X\",\"interval\":\"1h\"," COMPAT ",\"strategies\":[{\"name\":\"t\","
         "\"rules\":{\"long.entry\":\"close > open\",\"trailingStop\":\"close - atr(14)\"}}]}",
         "/strategies/0", "profile", "profile 'backtesting.py' has no trailingStop, which t has"},
    };
    all_bad(rows, sizeof rows / sizeof *rows);
    struct request r = good("{" BASE "," COMPAT ",\"commission\":-0.001,\"hedging\":true,"
                            "\"exclusiveOrders\":true,\"leverage\":20,\"fill\":\"close\"}");
    ck_assert_int_eq(r.cfg.profile, PROFILE_BACKTESTING_PY);
    ck_assert(r.cfg.hedging && r.cfg.exclusive_orders && r.cfg.finalize);
    ck_assert_double_eq(r.cfg.commission_rate, -0.001);
    ck_assert_double_eq(r.cfg.annualisation, 0); /* the library's own choice */
    ck_assert_uint_eq(r.want_warmup, 0);
    request_release(&r);
}
END_TEST

SUITE_MAIN("spec", defaults_are_the_documented_ones, every_word_is_read,
           the_contracts_request_passes_in_both_forms, bad_bodies_are_named, bad_words_are_named,
           bad_strategies_are_named, the_profile_refuses_what_it_lacks)
