#include "lib/spec_schema.h"

#include <math.h>
#include <string.h>

#include "lib/spec_words.h"

/* What a request says when it says nothing: where each default is read. */
static struct request nothing(void) {
    struct request r = {0};
    bt_config_init(&r.cfg, PROFILE_CANDLEMILL);
    return r;
}

static void open_object(struct json_out *j, const char *key) {
    if (key)
        json_key(j, key);
    json_begin(j, '{');
}

static void strings(struct json_out *j, const char *key, const char *const *all) {
    json_key(j, key);
    json_begin(j, '[');
    for (; *all; all++)
        json_string(j, *all);
    json_end(j, ']');
}

static void type(struct json_out *j, const char *name) {
    json_put_string(j, "type", name);
}

static void bounds(struct json_out *j, const struct range *range) {
    json_put_double(j, range->above ? "exclusiveMinimum" : "minimum", range->min);
    json_put_double(j, "maximum", range->max);
    if (range->fraction)
        json_put_bool(j, "x-fraction", true);
    if (range->unit)
        json_put_string(j, "x-unit", range->unit);
}

/* The members of an object that is a number within bounds. */
static void number(struct json_out *j, const struct range *range, bool whole) {
    type(j, whole || range->whole ? "integer" : "number");
    bounds(j, range);
}

/* A default out of bounds stands for "none", and none is told by leaving the word out. */
static void number_default(struct json_out *j, const struct range *range, double v) {
    if (isfinite(v) && v <= range->max && (range->above ? v > range->min : v >= range->min))
        json_put_double(j, "default", v);
}

/* A string's own keywords. */
static void string(struct json_out *j, const char *what) {
    type(j, "string");
    if (strcmp(what, "interval") == 0) {
        const char *names[INTERVAL_COUNT + 1] = {NULL};
        for (int i = 0; i < INTERVAL_COUNT; i++)
            names[i] = interval_name((enum interval)i);
        strings(j, "enum", names);
        return;
    }
    json_put_string(j, "x-text", what);
    if (strcmp(what, "expression") == 0)
        json_put_int(j, "maxLength", EXPR_MAX);
    else if (strcmp(what, "symbol") == 0)
        json_put_int(j, "maxLength", SYMBOL_MAX - 1);
    else if (strcmp(what, "text") == 0)
        json_put_int(j, "maxLength", NOTE_MAX);
}

static void members(struct json_out *j, const struct word *w, const struct request *r) {
    type(j, "object");
    open_object(j, "properties");
    for (size_t i = 0; i < w->n_members; i++) {
        const struct word_member *m = &w->members[i];
        double value;
        memcpy(&value, (const char *)r + m->offset, sizeof value);
        open_object(j, m->name);
        json_put_string(j, "title", m->title);
        json_put_string(j, "description", m->help);
        number(j, &m->range, false);
        number_default(j, &m->range, value);
        json_end(j, '}');
    }
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    if (w->range.max > 0)
        json_put_string(j, "x-plain", w->members[0].name);
}

/* An expression of a size is judged at each entry. */
static void number_or_expression(struct json_out *j, const struct range *range) {
    static const char *const types[] = {"number", "string", NULL};
    strings(j, "type", types);
    bounds(j, range);
    json_put_string(j, "x-text", "expression");
    json_put_int(j, "maxLength", EXPR_MAX);
}

/* size: a plain number is a share of equity; else its type says what the value counts. */
static void sizes(struct json_out *j) {
    static const char *const required[] = {"type", "value", NULL};
    json_key(j, "anyOf");
    json_begin(j, '[');
    open_object(j, NULL);
    number(j, &spec_size_ranges[SIZE_EQUITY], false);
    json_end(j, '}');
    open_object(j, NULL);
    string(j, "expression");
    json_end(j, '}');
    for (int t = SIZE_EQUITY; t <= SIZE_RISK; t++) {
        open_object(j, NULL);
        type(j, "object");
        strings(j, "required", required);
        open_object(j, "properties");
        open_object(j, "type");
        json_put_string(j, "const", spec_size_types[t]);
        json_end(j, '}');
        open_object(j, "value");
        number_or_expression(j, &spec_size_ranges[t]);
        json_end(j, '}');
        json_end(j, '}');
        json_put_bool(j, "additionalProperties", false);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_put_double(j, "default", nothing().cfg.size);
}

static void strategies(struct json_out *j) {
    type(j, "array");
    json_put_int(j, "minItems", 1);
    json_put_int(j, "maxItems", BACKTEST_STRATEGIES_MAX);
    open_object(j, "items");
    json_key(j, "anyOf");
    json_begin(j, '[');
    open_object(j, NULL);
    type(j, "string");
    json_end(j, '}');
    open_object(j, NULL);
    type(j, "object");
    strings(j, "required", (const char *const[]){"name", NULL});
    json_end(j, '}');
    json_end(j, ']');
    json_end(j, '}');
}

static void params(struct json_out *j) {
    type(j, "object");
    open_object(j, "additionalProperties");
    type(j, "object");
    open_object(j, "additionalProperties");
    json_key(j, "type");
    json_begin(j, '[');
    json_string(j, "number");
    json_string(j, "boolean");
    json_string(j, "null");
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, '}');
}

static void tags(struct json_out *j) {
    type(j, "array");
    json_put_int(j, "maxItems", TAGS_MAX);
    open_object(j, "items");
    type(j, "string");
    json_put_int(j, "minLength", 1);
    json_put_int(j, "maxLength", TAG_LEN_MAX);
    json_end(j, '}');
}

/* A number, a string, an object, or any of those. */
static void form(struct json_out *j, const struct word *w, const struct request *r) {
    int ways = (w->range.max > 0) + (w->text != NULL) + (w->n_members > 0);
    if (ways > 1) {
        json_key(j, "anyOf");
        json_begin(j, '[');
    }
    if (w->range.max > 0) {
        open_object(j, NULL);
        number(j, &w->range, false);
        json_end(j, '}');
    }
    if (w->text) {
        if (ways > 1)
            json_begin(j, '{');
        string(j, w->text);
        if (ways > 1)
            json_end(j, '}');
    }
    if (w->n_members > 0) {
        if (ways > 1)
            json_begin(j, '{');
        members(j, w, r);
        if (ways > 1)
            json_end(j, '}');
    }
    if (ways > 1)
        json_end(j, ']');
    if (w->range.max > 0 && w->read != spec_stop) { /* a stop's place holds no plain number */
        double plain;
        memcpy(&plain, (const char *)r + w->offset, sizeof plain);
        number_default(j, &w->range, plain);
    }
}

static void value(struct json_out *j, const struct word *w, const struct request *r) {
    static const struct {
        const char *word;
        void (*tell)(struct json_out *j);
    } own[] = {
        {"size", sizes}, {"strategies", strategies}, {"strategyParams", params}, {"tags", tags}};
    const char *at = (const char *)r + w->offset;
    double real;
    int whole;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(own[i].word, w->name) == 0) {
            own[i].tell(j);
            return;
        }
    }
    if (w->names) {
        strings(j, "enum", w->names);
        json_put_string(j, "default", w->names[0]);
        return;
    }
    switch (w->kind) {
    case WORD_NUMBER:
        memcpy(&real, at, sizeof real);
        number(j, &w->range, false);
        number_default(j, &w->range, real);
        break;
    case WORD_WHOLE:
        memcpy(&whole, at, sizeof whole);
        number(j, &w->range, true);
        number_default(j, &w->range, whole);
        break;
    case WORD_FLAG:
        type(j, "boolean");
        json_put_bool(j, "default", *(const bool *)at);
        break;
    case WORD_LATER:
        number(j, &w->range, true);
        break;
    default:
        form(j, w, r);
    }
}

static void word(struct json_out *j, const struct word *w, const struct request *r) {
    open_object(j, w->name);
    json_put_string(j, "title", w->title);
    json_put_string(j, "description", w->help);
    value(j, w, r);
    json_put_string(j, "x-group", w->group);
    if (w->basic)
        json_put_bool(j, "x-basic", true);
    if (w->profile != WORD_EVERYWHERE)
        json_put_string(j, "x-profile",
                        spec_word("profile")->names[w->profile == WORD_BACKTESTING_PY]);
    if (w->when[0]) {
        open_object(j, "x-when");
        json_put_string(j, w->when[0], w->when[1]);
        json_end(j, '}');
    }
    json_end(j, '}');
}

void request_schema(struct json_out *j) {
    static const char *const required[] = {"symbol", "interval", "strategies", NULL};
    struct request r = nothing();
    json_begin(j, '{');
    json_put_string(j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_put_string(j, "title", "A backtest's request of Candlemill");
    type(j, "object");
    strings(j, "required", required);
    open_object(j, "properties");
    for (size_t i = 0; i < spec_table_n; i++)
        word(j, &spec_table[i], &r);
    json_end(j, '}');
    json_put_bool(j, "additionalProperties", false);
    json_end(j, '}');
}
