#include "tests/fuzz/draw.h"

#include <string.h>

#include "lib/spec.h"
#include "tests/fuzz/fuzz.h"

#define CHOICES    12
#define STRATEGIES 2
#define WORD_MAX   64

/* A word and some of its values as JSON; the first half of all bytes leaves it out. */
struct word {
    const char *name;
    const char *values[CHOICES];
};

static const struct word words[] = {
    {"symbol", {NULL}},   /* always there */
    {"interval", {NULL}}, /* the same */
    {"strategies", {NULL}},
    {"strategyParams", {NULL}}, /* nothing of execution */
    {"tags", {NULL}},
    {"note", {NULL}},
    {"priority", {NULL}},
    {"startDate", {"\"2023-11-15\"", "\"2023-11-17T05:30:00Z\"", "\"2023-12-01\""}},
    {"endDate", {"\"2023-11-16\"", "\"2023-11-20T05:00:00Z\"", "\"2024-02-01\""}},
    {"combine", {"\"sleeves\"", "\"all\"", "\"any\"", "\"majority\""}},
    {"sides", {"\"both\"", "\"long\"", "\"short\""}},
    {"cash", {"1e-6", "100", "1e6", "1e15", "3"}},
    {"size",
     {"1", "0.5", "1e-9", "{\"type\":\"cash\",\"value\":500}", "{\"type\":\"cash\",\"value\":1e12}",
      "{\"type\":\"units\",\"value\":3}", "{\"type\":\"units\",\"value\":1e9}",
      "{\"type\":\"units\",\"value\":1e-9}", "{\"type\":\"risk\",\"value\":0.01}",
      "{\"type\":\"risk\",\"value\":1}"}},
    {"commission",
     {"0.001", "0.1", "{\"rate\":0.001,\"fixed\":1,\"minimum\":2}", "{\"maker\":-0.01}",
      "{\"perUnit\":0.5,\"maker\":-0.0002,\"minimum\":1}", "{\"fixed\":1e9}",
      "{\"rate\":0.05,\"maker\":0,\"fixed\":3}", "{\"perUnit\":1e6}", "{\"minimum\":50}"}},
    {"spread", {"0.001", "0.5", "1e-9"}},
    {"slippage", {"0.0005", "0.5"}},
    {"leverage", {"2", "5", "50", "125", "1.5"}},
    {"maintenance", {"0", "0.004", "0.3", "0.99"}},
    {"fill", {"\"open\"", "\"close\"", "\"close\""}},
    {"path",
     {"\"pessimistic\"", "\"optimistic\"", "\"ohlc\"", "\"olhc\"", "\"lower\"", "\"lower\""}},
    {"lowerInterval", {"\"1m\"", "\"5m\"", "\"15m\"", "\"1h\""}},
    {"stopLoss", {"0.01", "1", "1e-9", "\"close * 0.99\"", "\"low\"", "\"close - atr(2)\""}},
    {"takeProfit", {"0.01", "100", "1e-9", "\"high\"", "\"close * 1.01\""}},
    {"trailingStop", {"0.01", "1", "1e-9", "\"close - atr(3)\"", "\"low\""}},
    {"breakEven", {"0.005", "100", "1e-9", "\"high\""}},
    {"hedging", {"true"}},
    {"pyramiding", {"1", "2", "5", "40"}},
    {"maxBars", {"1", "2", "20"}},
    {"cooldown", {"0", "1", "5", "2.5"}},
    {"maxTradesPerDay", {"1", "2", "1.5"}},
    {"finalize", {"true", "false"}},
    {"exclusiveOrders", {"true", "false"}},
    {"lot",
     {"{\"step\":0.25}", "{\"step\":1e-8}", "{\"min\":2}", "{\"step\":1,\"min\":1,\"minValue\":10}",
      "{\"minValue\":1e9}", "{\"step\":1e9}", "{\"step\":0.1,\"min\":0.15}"}},
    {"volumeLimit", {"1e-6", "0.2", "1"}},
    {"tick", {"0.01", "1", "7", "1e9", "1e-9", "150"}},
    {"funding", {"0.0001", "-0.001", "0.01"}},
    {"borrow", {"0.1", "5"}},
    {"annualisation", {"252", "1"}},
    {"riskFree", {"0.02", "-0.5", "1"}},
    {"trials", {"20", "1e9"}},
    {"profile", {"\"candlemill\"", "\"candlemill\"", "\"backtesting.py\""}},
    {"warmup", {"100", "5000"}},
};

static const char *const conditions[] = {
    "true",
    "close > open",
    "close < open",
    "close > close[1]",
    "crossover(close, sma(close, 3))",
    "crossunder(close, ema(close, 4))",
    "volume > 100",
    "hour % 3 == 0",
    "bars_in_trade >= 2",
    "open_profit < 0 or close > open",
    "position_size == 0 and low < low[1]",
    "equity > 10000",
};

static const char *const numbers[] = {
    "close",
    "low",
    "high",
    "close * 1.01",
    "close * 0.99",
    "close - atr(2)",
    "close + atr(2)",
    "close > open ? close * 1.002 : na",
    "highest(high, 3)",
    "lowest(low, 3)",
    "atr(2)",
    "high - low",
    "position_avg_price",
    "0 - close",
    "1e100",
    "0",
    "0.25",
    "0.5",
    "1",
    "1.5",
    "3",
    "rsi(close, 2) / 100",
    "1 / (high - low)",
    "bars_in_trade / 4",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct json_object *value_of(const char *text) {
    struct err e;
    struct json_object *v = json_parse(text, strlen(text), &e);
    FUZZ_MUST(v != NULL);
    return v;
}

static void all_words_are_known(void) {
    const char *name;
    for (size_t i = 0; (name = request_word_at(i)) != NULL; i++) {
        bool known = false;
        for (size_t k = 0; k < COUNT(words); k++)
            known |= strcmp(words[k].name, name) == 0;
        if (!known)
            fprintf(stderr, "the word %s of a request is not drawn\n", name);
        FUZZ_MUST(known);
    }
}

static uint8_t next(const uint8_t **at, const uint8_t *end) {
    return *at < end ? *(*at)++ : 0;
}

static bool is_condition(const char *rule) {
    const char *dot = strchr(rule, '.'), *name = dot ? dot + 1 : rule;
    return strcmp(name, "entry") == 0 || strcmp(name, "exit") == 0 || strcmp(name, "exit2") == 0 ||
           strcmp(name, "session") == 0;
}

/* A rule's byte 0..127: absent. */
static void draw_rule(struct json_object *rules, const char *rule, uint8_t byte) {
    static const char *const sizes[] = {"{\"type\":\"risk\",\"value\":\"0.01\"}",
                                        "{\"type\":\"cash\",\"value\":\"close * 2\"}",
                                        "{\"type\":\"units\",\"value\":\"atr(2)\"}"};
    if (byte < 128)
        return;
    size_t k = byte - 128;
    struct json_object *v = NULL;
    if (strcmp(rule, "size") == 0 && k % 2)
        v = value_of(sizes[k / 2 % COUNT(sizes)]);
    else if (is_condition(rule))
        v = json_object_new_string(conditions[k % COUNT(conditions)]);
    else
        v = json_object_new_string(numbers[k % COUNT(numbers)]);
    json_object_object_add(rules, rule, v);
}

static struct json_object *draw_strategy(const char *name, const uint8_t **at, const uint8_t *end) {
    struct json_object *s = json_object_new_object(), *rules = json_object_new_object();
    const char *rule;
    json_object_object_add(s, "name", json_object_new_string(name));
    json_object_object_add(s, "rules", rules);
    for (size_t i = 0; (rule = strategy_rule_word(i)) != NULL; i++)
        draw_rule(rules, rule, next(at, end));
    struct json_object *v;
    if (!json_object_object_get_ex(rules, "long.entry", &v) &&
        !json_object_object_get_ex(rules, "short.entry", &v))
        json_object_object_add(rules, "long.entry", json_object_new_string("true"));
    return s;
}

struct json_object *draw_request(const uint8_t **at, const uint8_t *end) {
    static const char *const intervals[] = {"1h", "4h", "1d", "15m", "1w"};
    static const char *const names[STRATEGIES] = {"a", "b"};
    all_words_are_known();
    struct json_object *o = json_object_new_object(), *list = json_object_new_array();
    json_object_object_add(o, "symbol", json_object_new_string("X"));
    json_object_object_add(o, "interval",
                           json_object_new_string(intervals[next(at, end) % COUNT(intervals)]));
    size_t n = 1 + next(at, end) % STRATEGIES;
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t choices = 0;
        while (choices < CHOICES && words[i].values[choices])
            choices++;
        uint8_t byte = choices > 0 ? next(at, end) : 0;
        if (byte >= 128)
            json_object_object_add(o, words[i].name, value_of(words[i].values[byte % choices]));
    }
    for (size_t i = 0; i < n; i++)
        json_object_array_add(list, draw_strategy(names[i], at, end));
    json_object_object_add(o, "strategies", list);
    return o;
}

static bool take(struct json_object *o, const char *name) {
    struct json_object *v;
    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, name, &v))
        return false;
    json_object_object_del(o, name);
    return true;
}

/* The pointer's first word, "" when there is none; returns what follows it. */
static const char *first_word(const char *pointer, char ret[static WORD_MAX]) {
    size_t n = 0;
    if (*pointer == '/')
        pointer++;
    n = strcspn(pointer, "/");
    snprintf(ret, WORD_MAX, "%.*s", (int)n, pointer);
    return pointer + n;
}

/* "/strategies/1/rules/long.stop": the rule may be written without its side. */
static bool rule_taken(struct json_object *request, const char *pointer) {
    char strategies[WORD_MAX], at[WORD_MAX], rules_word[WORD_MAX], name[WORD_MAX];
    struct json_object *list, *rules;
    pointer = first_word(first_word(pointer, strategies), at);
    first_word(first_word(pointer, rules_word), name);
    if (strcmp(rules_word, "rules") != 0 ||
        !json_object_object_get_ex(request, strategies, &list) ||
        !json_object_is_type(list, json_type_array))
        return false;
    struct json_object *s = json_object_array_get_idx(list, strtoul(at, NULL, 10));
    const char *dot = strchr(name, '.');
    return s && json_object_object_get_ex(s, "rules", &rules) &&
           (take(rules, name) || (dot && take(rules, dot + 1)));
}

bool draw_without(struct json_object *request, const char *pointer) {
    char name[WORD_MAX];
    first_word(pointer, name);
    if (strcmp(name, "strategies") == 0)
        return rule_taken(request, pointer) || take(request, "profile");
    return take(request, name) || (strcmp(name, "lowerInterval") == 0 && take(request, "path"));
}
