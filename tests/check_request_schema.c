/* The JSON Schema of a request says what the reader does: defaults are taken, bounds are the same
 * bounds, and every word has what a form needs. */
#include "lib/spec_schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/spec.h"
#include "tests/suite.h"

static struct json_object *get(struct json_object *o, const char *key) {
    struct json_object *v = NULL;
    json_object_object_get_ex(o, key, &v);
    return v;
}

static const char *text(struct json_object *o, const char *key) {
    return json_object_get_string(get(o, key));
}

static struct json_object *made(void) {
    struct buf b;
    struct json_out j;
    struct err e = {0};
    buf_init(&b, 1 << 20);
    json_out_init(&j, &b);
    request_schema(&j);
    struct json_object *o = json_parse(b.data, b.len, &e);
    ck_assert_msg(o != NULL, "%s", e.message);
    buf_release(&b);
    return o;
}

/* A good request with one word more; it may need another beside it. */
static bool taken(const char *word, struct json_object *value, struct err *e) {
    struct request r;
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "symbol", json_object_new_string("X"));
    json_object_object_add(o, "interval", json_object_new_string("1h"));
    json_object_object_add(o, "strategies", json_object_new_array());
    json_object_array_add(get(o, "strategies"), json_object_new_string("rsi"));
    if (strcmp(word, "lowerInterval") == 0)
        json_object_object_add(o, "path", json_object_new_string("lower"));
    if (strcmp(word, "exclusiveOrders") == 0)
        json_object_object_add(o, "profile", json_object_new_string("backtesting.py"));
    json_object_object_add(o, word, json_object_get(value));
    *e = (struct err){0};
    bool good = request_parse(o, &r, e) == ERR_NONE;
    if (good)
        request_release(&r);
    json_object_put(o);
    return good;
}

/* The number, as the word's value, as {"member":number}, or as {"type":type,"value":number}. */
static bool takes(const char *word, const char *type, const char *member, double v, struct err *e) {
    struct json_object *number = json_object_new_double(v), *value = number;
    if (member) {
        value = json_object_new_object();
        json_object_object_add(value, member, number);
        if (type)
            json_object_object_add(value, "type", json_object_new_string(type));
    }
    bool good = taken(word, value, e);
    json_object_put(value);
    return good;
}

static void bounds(const char *word, const char *type, const char *member,
                   struct json_object *row) {
    struct err e;
    struct json_object *above = get(row, "exclusiveMinimum"), *min = get(row, "minimum");
    double low = json_object_get_double(above ? above : min);
    double high = json_object_get_double(get(row, "maximum"));
    bool whole = strcmp(text(row, "type"), "integer") == 0;
    ck_assert_msg(low < high, "%s has bounds", word);
    if (strcmp(word, "warmup") == 0 || strcmp(word, "maintenance") == 0)
        low = 0.02; /* other words bound it more closely: strategies, leverage */
    if (strcmp(word, "warmup") == 0)
        low = 1000;
    ck_assert_msg(!takes(word, type, member, high + (whole ? 1 : high * 0.01 + 1e-9), &e),
                  "%s %s above %g", word, member ? member : "", high);
    ck_assert_msg(takes(word, type, member, high, &e), "%s: %s", word, e.message);
    if (above)
        ck_assert_msg(!takes(word, type, member, low, &e), "%s at %g", word, low);
    else if (strcmp(word, "commission") != 0 || strcmp(member ? member : "rate", "rate") != 0)
        ck_assert_msg(takes(word, type, member, low, &e), "%s: %s", word, e.message);
    ck_assert_msg(!takes(word, type, member, json_object_get_double(above ? above : min) - 1, &e),
                  "%s below %g", word, low);
}

static void way(const char *word, struct json_object *row) {
    struct json_object *own = get(row, "properties");
    const char *type = text(row, "type");
    if (type && (strcmp(type, "number") == 0 || strcmp(type, "integer") == 0))
        bounds(word, NULL, NULL, row);
    if (!own || strcmp(word, "strategyParams") == 0)
        return;
    if (get(own, "value")) {
        if (strcmp(text(get(own, "type"), "const"), "risk") != 0) /* needs a stop */
            bounds(word, text(get(own, "type"), "const"), "value", get(own, "value"));
        return;
    }
    json_object_object_foreach(own, member, one) {
        ck_assert_msg(text(one, "title") && text(one, "description"), "%s.%s", word, member);
        bounds(word, NULL, member, one);
    }
}

START_TEST(bounds_are_the_readers) {
    struct json_object *schema = made();
    json_object_object_foreach(get(schema, "properties"), word, row) {
        struct json_object *ways = get(row, "anyOf");
        way(word, row);
        for (size_t i = 0; ways && i < json_object_array_length(ways); i++)
            way(word, json_object_array_get_idx(ways, i));
    }
    json_object_put(schema);
}
END_TEST

START_TEST(defaults_and_choices_are_taken) {
    struct json_object *schema = made();
    size_t defaults = 0, choices = 0;
    json_object_object_foreach(get(schema, "properties"), word, row) {
        struct json_object *names = get(row, "enum"), *value = get(row, "default");
        struct err e;
        if (value && ++defaults)
            ck_assert_msg(taken(word, value, &e), "%s: %s", word, e.message);
        for (size_t i = 0; names && i < json_object_array_length(names); i++) {
            struct json_object *name = json_object_array_get_idx(names, i);
            bool good = taken(word, name, &e);
            choices++; /* some need another word; none is unknown */
            ck_assert_msg(good || strcmp(e.word, "choice") != 0, "%s: %s", word, e.message);
        }
    }
    ck_assert_uint_ge(defaults, 15);
    ck_assert_uint_ge(choices, 20);
    json_object_put(schema);
}
END_TEST

START_TEST(every_word_says_what_a_form_needs) {
    struct json_object *schema = made(), *rows = get(schema, "properties");
    const char *word;
    size_t n = 0;
    for (; (word = request_word_at(n)); n++) {
        struct json_object *row = get(rows, word);
        ck_assert_msg(row && text(row, "title") && text(row, "description"), "%s", word);
        ck_assert_msg(text(row, "x-group") != NULL, "%s has a group", word);
        ck_assert_msg(get(row, "type") || get(row, "enum") || get(row, "anyOf"), "%s", word);
    }
    ck_assert_int_eq(json_object_object_length(rows), (int)n);
    ck_assert_str_eq(text(get(rows, "slippage"), "x-profile"), "candlemill");
    ck_assert_str_eq(text(get(rows, "exclusiveOrders"), "x-profile"), "backtesting.py");
    ck_assert_str_eq(text(get(get(rows, "lowerInterval"), "x-when"), "path"), "lower");
    json_object_put(schema);
}
END_TEST

START_TEST(the_published_file_is_the_programs_own) {
    char path[4096];
    static char file[1 << 16];
    const char *srcdir = getenv("srcdir");
    struct err e = {0};
    snprintf(path, sizeof path, "%s/docs/request.schema.json", srcdir ? srcdir : ".");
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is missing", path);
    size_t len = fread(file, 1, sizeof file, f);
    fclose(f);
    struct json_object *own = made(), *read = json_parse(file, len, &e);
    ck_assert_msg(json_object_equal(own, read),
                  "docs/request.schema.json: make it anew from GET /api/algo/schema/request");
    json_object_put(own);
    json_object_put(read);
}
END_TEST

SUITE_MAIN("request_schema", every_word_says_what_a_form_needs, defaults_and_choices_are_taken,
           bounds_are_the_readers, the_published_file_is_the_programs_own)
