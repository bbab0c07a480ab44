#include "lib/strategy_schema.h"

#include <stdio.h>
#include <string.h>

#include "engine/strategy.h"
#include "lib/spec.h"

#define NAME   "^[A-Za-z_][A-Za-z0-9_]*$"
#define DEFINE "^[A-Za-z_][A-Za-z0-9_]*( *\\([A-Za-z0-9_, ]*\\))?$"

/* What a rule is for, by its word without side. */
static const struct {
    const char *word, *help;
} helps[] = {
    {"entry", "Condition: go long (short) when flat or on the other side."},
    {"exit", "Condition: close what is held of this side."},
    {"exit2", "Condition: close a part of each entry, once an entry."},
    {"exit2Share", "Number from 0 to 1: that part of the entry's units; a half when left out."},
    {"limit", "Price: the entry is a limit order at it."},
    {"stop", "Price: the entry is a stop order at it; with limit, a stop-limit order."},
    {"stopLoss", "Price on the losing side, fixed when the entry is decided; a number is a "
                 "fraction of the entry price."},
    {"takeProfit", "Price on the winning side, fixed when the entry is decided; a number is a "
                   "fraction of the entry price."},
    {"takeProfit2", "A second target."},
    {"takeProfit3", "A third target."},
    {"takeProfitShare", "Number from 0 to 1: the part of the entry that takeProfit closes."},
    {"takeProfit2Share", "Number from 0 to 1: the part of the entry that takeProfit2 closes."},
    {"takeProfit3Share", "Number from 0 to 1: the part of the entry that takeProfit3 closes."},
    {"trailingStop", "Price whose distance from the close of the deciding bar is kept from the "
                     "best price since entry."},
    {"trailingDistance", "Distance in price from the best price since entry, judged anew at every "
                         "close; never looser."},
    {"breakEven", "Price on the winning side: once reached, the stop stands at the entry price."},
    {"session", "Condition: where it is false, no entry is decided."},
    {"size", "Number: a share of equity; or an object with type and value."},
    {"entryBars", "Number: bars that an entry at a price lives; 1 when left out."},
    {"cooldown", "Number: bars after an exit without an entry."},
    {"maxTradesPerDay", "Number: entries that are filled in one UTC day."},
    {"pyramiding", "Whole number, a constant: entries of a side held at once; 1 when left out."},
};

static const char *help_of(const char *word) {
    const char *point = strchr(word, '.');
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
        if (strcmp(helps[i].word, point ? point + 1 : word) == 0)
            return helps[i].help;
    }
    return NULL;
}

static void open_object(struct json_out *j, const char *key) {
    json_key(j, key);
    json_begin(j, '{');
}

static void text(struct json_out *j, const char *key, const char *help) {
    open_object(j, key);
    json_put_string(j, "type", "string");
    if (help)
        json_put_string(j, "description", help);
    json_end(j, '}');
}

static void reference(struct json_out *j, const char *to) {
    json_put_string(j, "$ref", to);
}

static void number(struct json_out *j, const char *key, const char *type, const char *help) {
    open_object(j, key);
    json_put_string(j, "type", type);
    json_put_string(j, "description", help);
    json_end(j, '}');
}

/* Strings of an array. */
static void strings(struct json_out *j, const char *key, const char *const *all, size_t n) {
    json_key(j, key);
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++)
        json_string(j, all[i]);
    json_end(j, ']');
}

static void expression(struct json_out *j) {
    open_object(j, "expression");
    json_put_string(j, "type", "string");
    json_put_int(j, "maxLength", EXPR_MAX);
    json_put_string(j, "description",
                    "An expression, judged on each closed bar: docs/strategies.md.");
    json_end(j, '}');
}

static void param_values(struct json_out *j, const char *type) {
    static const char *const words[] = {"default", "min", "max", "step"};
    static const char *const texts[] = {"The value when none is given.", "The least value.",
                                        "The greatest value.", "From one value to the next."};
    bool flag = strcmp(type, "bool") == 0;
    const char *kind = flag ? "boolean" : strcmp(type, "int") == 0 ? "integer" : "number";
    json_begin(j, '{');
    open_object(j, "properties");
    open_object(j, "type");
    json_put_string(j, "const", type);
    json_end(j, '}');
    for (size_t i = 0; i < 4; i++) /* bounds of a switch are read by nobody */
        if (i == 0 || !flag)
            number(j, words[i], kind, texts[i]);
    json_end(j, '}');
    json_end(j, '}');
}

static void param(struct json_out *j) {
    static const char *const keys[] = {"type", "default", "min", "max", "step", "help"};
    static const char *const types[] = {"int", "float", "bool"};
    open_object(j, "param");
    json_put_string(j, "type", "object");
    strings(j, "required", keys, 2);
    open_object(j, "properties");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        open_object(j, keys[i]);
        if (i == 0)
            strings(j, "enum", types, 3);
        if (i == 5)
            json_put_string(j, "type", "string");
        json_end(j, '}');
    }
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    json_key(j, "anyOf");
    json_begin(j, '[');
    for (size_t i = 0; i < 3; i++)
        param_values(j, types[i]);
    json_end(j, ']');
    json_end(j, '}');
}

/* An expression or a number, as members of an object; the array of ways stays open. */
static void counted_ways(struct json_out *j) {
    json_key(j, "anyOf");
    json_begin(j, '[');
    json_begin(j, '{');
    reference(j, "#/$defs/expression");
    json_end(j, '}');
    json_begin(j, '{');
    json_put_string(j, "type", "number");
    json_end(j, '}');
}

static void counted(struct json_out *j) {
    counted_ways(j);
    json_end(j, ']');
}

/* Ends the properties of an object, and it: there are no others. */
static void end_properties(struct json_out *j) {
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    json_end(j, '}');
}

/* A stop or target: a price, or how far from the entry price. */
static void level(struct json_out *j) {
    static const char *const ways[][2] = {
        {"fraction", "Of the entry price; a constant: a number, or made of parameters."},
        {"distance", "In price from the entry price, judged on the bar that decides the entry."}};
    counted_ways(j);
    for (size_t i = 0; i < 2; i++) {
        json_begin(j, '{');
        json_put_string(j, "type", "object");
        strings(j, "required", &ways[i][0], 1);
        open_object(j, "properties");
        open_object(j, ways[i][0]);
        json_put_string(j, "description", ways[i][1]);
        counted(j);
        json_end(j, '}');
        end_properties(j);
    }
    json_end(j, ']');
}

static void size(struct json_out *j) {
    static const char *const types[] = {"equity", "cash", "units", "risk"};
    static const char *const required[] = {"type", "value"};
    counted_ways(j);
    json_begin(j, '{');
    json_put_string(j, "type", "object");
    strings(j, "required", required, 2);
    open_object(j, "properties");
    open_object(j, "type");
    strings(j, "enum", types, 4);
    json_end(j, '}');
    open_object(j, "value");
    counted(j);
    json_end(j, '}');
    end_properties(j);
    json_end(j, ']');
}

static void rules(struct json_out *j) {
    const char *word;
    open_object(j, "rules");
    json_put_string(j, "type", "object");
    open_object(j, "properties");
    for (size_t i = 0; (word = strategy_rule_word(i)) != NULL; i++) {
        open_object(j, word);
        json_put_string(j, "description", help_of(word));
        if (strcmp(word, "size") == 0)
            size(j);
        else if (strategy_rule_level(strategy_rule_at(i)))
            level(j);
        else if (strategy_rule_counts(strategy_rule_at(i)))
            counted(j);
        else
            reference(j, "#/$defs/expression");
        json_end(j, '}');
    }
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    json_key(j, "anyOf");
    json_begin(j, '[');
    static const char *const entries[] = {"long.entry", "short.entry"};
    for (size_t i = 0; i < 2; i++) {
        json_begin(j, '{');
        strings(j, "required", &entries[i], 1);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}

/* A map of names to values of one kind. */
static void map(struct json_out *j, const char *key, const char *names, size_t max,
                const char *values) {
    open_object(j, key);
    json_put_string(j, "type", "object");
    json_put_int(j, "maxProperties", (int64_t)max);
    open_object(j, "propertyNames");
    json_put_string(j, "pattern", names);
    json_end(j, '}');
    open_object(j, "additionalProperties");
    reference(j, values);
    json_end(j, '}');
    json_end(j, '}');
}

void strategy_schema(struct json_out *j) {
    static const char *const required[] = {"name", "rules"};
    char name[48];
    snprintf(name, sizeof name, "^[A-Za-z0-9_.-]{1,%d}$", STRATEGY_NAME_MAX - 1);
    json_begin(j, '{');
    json_put_string(j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_put_string(j, "title", "A strategy of Candlemill");
    json_put_string(j, "type", "object");
    strings(j, "required", required, 2);
    open_object(j, "properties");
    open_object(j, "name");
    json_put_string(j, "type", "string");
    json_put_string(j, "pattern", name);
    json_end(j, '}');
    text(j, "title", "One line for lists.");
    text(j, "help", "What it does and where it comes from.");
    map(j, "params", NAME, STRATEGY_PARAMS_MAX, "#/$defs/param");
    map(j, "define", DEFINE, STRATEGY_DEFINES_MAX, "#/$defs/expression");
    rules(j);
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    open_object(j, "$defs");
    expression(j);
    param(j);
    json_end(j, '}');
    json_end(j, '}');
}
