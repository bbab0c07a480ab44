/* The JSON Schema of a strategy says what the reader does: what one takes the other takes too, and
 * what it refuses by its form the schema refuses. The schema is judged by the few words it uses. */
#include "lib/strategy_schema.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "lib/spec.h"
#include "tests/suite.h"

static struct json_object *parse(const char *text) {
    struct err e = {0};
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s in %s", e.message, text);
    return o;
}

static struct json_object *get(struct json_object *o, const char *key) {
    struct json_object *v = NULL;
    json_object_object_get_ex(o, key, &v);
    return v;
}

static bool is_type(struct json_object *v, const char *type) {
    static const struct {
        const char *word;
        json_type type;
    } rows[] = {{"object", json_type_object},
                {"string", json_type_string},
                {"boolean", json_type_boolean},
                {"integer", json_type_int}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].word, type) == 0)
            return json_object_is_type(v, rows[i].type);
    }
    ck_assert_str_eq(type, "number");
    return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

static bool matches(const char *text, const char *pattern) {
    regex_t re;
    ck_assert_msg(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0, "%s", pattern);
    bool good = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return good;
}

static bool valid(struct json_object *schema, struct json_object *root, struct json_object *v);

static bool valid_members(struct json_object *schema, struct json_object *root,
                          struct json_object *v) {
    struct json_object *own = get(schema, "properties"),
                       *more = get(schema, "additionalProperties");
    struct json_object *names = get(schema, "propertyNames"), *max = get(schema, "maxProperties");
    if (!json_object_is_type(v, json_type_object))
        return true;
    if (max && json_object_object_length(v) > json_object_get_int(max))
        return false;
    json_object_object_foreach(v, key, member) {
        struct json_object *row = own ? get(own, key) : NULL;
        if (names && !matches(key, json_object_get_string(get(names, "pattern"))))
            return false;
        if (row ? !valid(row, root, member)
                : more &&
                      (json_object_is_type(more, json_type_boolean) ? !json_object_get_boolean(more)
                                                                    : !valid(more, root, member)))
            return false;
    }
    struct json_object *required = get(schema, "required");
    for (size_t i = 0; required && i < json_object_array_length(required); i++) {
        if (!get(v, json_object_get_string(json_object_array_get_idx(required, i))))
            return false;
    }
    return true;
}

static bool valid(struct json_object *schema, struct json_object *root, struct json_object *v) {
    struct json_object *row;
    if ((row = get(schema, "$ref"))) {
        const char *name = strrchr(json_object_get_string(row), '/') + 1;
        ck_assert_ptr_nonnull(get(get(root, "$defs"), name));
        if (!valid(get(get(root, "$defs"), name), root, v))
            return false;
    }
    if ((row = get(schema, "type")) && !is_type(v, json_object_get_string(row)))
        return false;
    if ((row = get(schema, "const")) && !json_object_equal(row, v))
        return false;
    if ((row = get(schema, "pattern")) &&
        !matches(json_object_get_string(v), json_object_get_string(row)))
        return false;
    if ((row = get(schema, "maxLength")) &&
        json_object_get_string_len(v) > json_object_get_int(row))
        return false;
    static const char *const any[] = {"enum", "anyOf"};
    for (size_t k = 0; k < 2; k++) {
        bool found = !(row = get(schema, any[k]));
        for (size_t i = 0; row && i < json_object_array_length(row); i++) {
            struct json_object *one = json_object_array_get_idx(row, i);
            found |= k == 0 ? json_object_equal(one, v) : valid(one, root, v);
        }
        if (!found)
            return false;
    }
    return valid_members(schema, root, v);
}

static struct json_object *made(void) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_out_init(&j, &b);
    strategy_schema(&j);
    struct json_object *o = parse(b.data);
    buf_release(&b);
    return o;
}

static char *read_doc(const char *name) {
    char path[4096];
    static char text[1 << 17];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/docs/%s", srcdir ? srcdir : ".", name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

START_TEST(the_published_file_is_the_programs_own) {
    struct json_object *own = made(), *file = parse(read_doc("strategy.schema.json"));
    ck_assert_msg(json_object_equal(own, file),
                  "docs/strategy.schema.json: make it anew by candlemill strategy schema");
    json_object_put(own);
    json_object_put(file);
}
END_TEST

START_TEST(every_rule_is_described_with_an_example) {
    struct json_object *schema = made();
    struct json_object *rules = get(get(get(schema, "properties"), "rules"), "properties");
    const char *docs = read_doc("strategies.md"), *word;
    size_t n = 0;
    for (; (word = strategy_rule_word(n)); n++) {
        struct json_object *help = get(get(rules, word), "description");
        char quoted[64];
        ck_assert_msg(help != NULL, "%s has no description", word);
        if (strncmp(word, "long.", 5) == 0 || strncmp(word, "short.", 6) == 0)
            continue; /* shown once, under the word of both or of the long side */
        snprintf(quoted, sizeof quoted, "| `%s` |", word);
        ck_assert_msg(strstr(docs, quoted), "docs/strategies.md has no row for %s", word);
    }
    ck_assert_uint_eq((size_t)json_object_object_length(rules), n);
    json_object_put(schema);
}
END_TEST

START_TEST(built_in_strategies_are_valid) {
    struct json_object *schema = made();
    const struct strategy *s;
    for (size_t i = 0; (s = preset_at(i)); i++) {
        struct buf b;
        struct json_out j;
        buf_init(&b, 1 << 16);
        json_out_init(&j, &b);
        strategy_json(&j, s);
        struct json_object *o = parse(b.data);
        ck_assert_msg(valid(schema, schema, o), "%s", s->name);
        json_object_put(o);
        buf_release(&b);
    }
    json_object_put(schema);
}
END_TEST

#define ENTRY       "\"rules\":{\"long.entry\":\"close > open\"}"
#define NAMED       "{\"name\":\"t\","
#define PARAM(text) NAMED "\"params\":{\"n\":{" text "}}," ENTRY "}"
#define RULE(text)  NAMED "\"rules\":{\"long.entry\":\"true\"," text "}}"

START_TEST(the_schema_and_the_reader_agree) {
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {NAMED ENTRY "}", true},
        {NAMED "\"title\":\"T\",\"help\":\"h\",\"params\":{},\"define\":{}," ENTRY "}", true},
        {"{" ENTRY "}", false},
        {"{\"name\":\"a b\"," ENTRY "}", false},
        {"{\"name\":\"a.b-c_d\"," ENTRY "}", true},
        {"{\"name\":\"a23456789012345678901234567890123\"," ENTRY "}", false},
        {NAMED "\"rule\":{}}", false},
        {NAMED "\"rules\":{}}", false},
        {NAMED "\"rules\":[]}", false},
        {NAMED "\"rules\":{\"short.entry\":\"close < open\"}}", true},
        {NAMED "\"rules\":{\"long.entri\":\"true\"}}", false},
        {NAMED "\"rules\":{\"long.entry\":true}}", false},
        {NAMED "\"title\":5," ENTRY "}", false},
        {NAMED "\"params\":{\"1a\":{\"type\":\"int\",\"default\":1}}," ENTRY "}", false},
        {PARAM("\"type\":\"int\",\"default\":5,\"min\":1,\"max\":9,\"step\":2,\"help\":\"h\""),
         true},
        {PARAM("\"type\":\"float\",\"default\":5,\"min\":0.5"), true},
        {PARAM("\"type\":\"bool\",\"default\":true"), true},
        {PARAM("\"default\":1"), false},
        {PARAM("\"type\":\"int\""), false},
        {PARAM("\"type\":\"int\",\"default\":1.5"), false},
        {PARAM("\"type\":\"bool\",\"default\":1"), false},
        {PARAM("\"type\":\"number\",\"default\":1"), false},
        {PARAM("\"type\":\"int\",\"default\":1,\"steps\":2"), false},
        {PARAM("\"type\":\"float\",\"default\":\"1\""), false},
        {NAMED "\"define\":{\"x\":1}," ENTRY "}", false},
        {NAMED "\"define\":{\"x\":\"close\",\"f(a, b)\":\"a + b\"}," ENTRY "}", true},
        {NAMED "\"define\":{\"x y\":\"close\"}," ENTRY "}", false},
        {RULE("\"long.limit\":\"low\",\"entryBars\":\"3\""), true},
        {RULE("\"exit2\":\"close < open\",\"exit2Share\":\"0.3\""), true},
        {RULE("\"takeProfit\":\"close * 1.1\",\"long.takeProfit2\":\"close * 1.2\""), true},
        {RULE("\"size\":\"0.5\""), true},
        {RULE("\"size\":{\"type\":\"risk\",\"value\":\"0.01\"}"), true},
        {RULE("\"size\":{\"type\":\"rsk\",\"value\":\"0.01\"}"), false},
        {RULE("\"size\":{\"type\":\"risk\"}"), false},
        {RULE("\"size\":{\"type\":\"risk\",\"value\":0.01}"), true},
        {RULE("\"size\":{\"type\":\"risk\",\"value\":true}"), false},
        {RULE("\"size\":0.5"), true},
        {RULE("\"size\":[0.5]"), false},
        {RULE("\"stopLoss\":0.05,\"takeProfit\":{\"fraction\":\"0.1\"}"), true},
        {RULE("\"breakEven\":{\"fraction\":0.1},\"pyramiding\":3"), true},
        {RULE("\"stopLoss\":{\"share\":0.1}"), false},
        {RULE("\"stopLoss\":true"), false},
        {RULE("\"trailingDistance\":0.1"), false},
        {RULE("\"stop\":5"), false},
        {RULE("\"cooldown\":2,\"exit2Share\":0.3,\"entryBars\":3"), true},
        {RULE("\"stoploss\":\"close - 1\""), false},
        {RULE("\"session\":\"hour < 5\",\"cooldown\":\"2\",\"maxTradesPerDay\":\"1\""), true},
    };
    struct json_object *schema = made();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strategy s;
        struct err e = {0};
        struct json_object *o = parse(rows[i].text);
        bool read = strategy_parse(o, "", &s, &e) == ERR_NONE;
        if (read)
            strategy_release(&s);
        ck_assert_msg(read == rows[i].good, "reader: %s: %s", rows[i].text, e.message);
        ck_assert_msg(valid(schema, schema, o) == rows[i].good, "schema: %s", rows[i].text);
        json_object_put(o);
    }
    json_object_put(schema);
}
END_TEST

SUITE_MAIN("schema", the_published_file_is_the_programs_own,
           every_rule_is_described_with_an_example, built_in_strategies_are_valid,
           the_schema_and_the_reader_agree)
