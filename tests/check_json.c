/* What the door refuses, with its place; what comes out reads back. */
#include "lib/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

START_TEST(refuses_what_is_not_json) {
    const struct {
        const char *text, *word;
        int line, column;
    } cases[] = {
        {"", "syntax", 1, 1},
        {"{", "syntax", 1, 2},
        {"{\"a\":1,}", "syntax", 1, 8},
        {"[1,]", "syntax", 1, 4},
        {"{\"a\" 1}", "syntax", 1, 6},
        {"{'a':1}", "syntax", 1, 2},
        {"['a']", "syntax", 1, 2},
        {"NaN", "syntax", 1, 1},
        {"[Infinity]", "syntax", 1, 2},
        {"[-Infinity]", "syntax", 1, 3},
        {"[1e400]", "number_range", 1, 2},
        {"[123456789012345678901]", "number_range", 1, 2},
        {"[01]", "syntax", 1, 3},
        {"[1.]", "syntax", 1, 4},
        {"[+1]", "syntax", 1, 2},
        {"[.5]", "syntax", 1, 2},
        {"[0x10]", "syntax", 1, 3},
        {"{\"a\":1,\"a\":2}", "duplicate_key", 1, 9},
        {"{\"a\":{\"b\":1},\n \"a\":2}", "duplicate_key", 2, 3},
        {"[\"\\u0000\"]", "nul", 1, 4},
        {"[\"\\ud800\"]", "syntax", 1, 9},
        {"[\"\\x\"]", "syntax", 1, 4},
        {"[\"a\nb\"]", "syntax", 1, 4},
        {"[\"\xff\"]", "utf8", 1, 3},
        {"[\"\xc0\xaf\"]", "utf8", 1, 3},
        {"[\"\xed\xa0\x80\"]", "utf8", 1, 3},
        {"{} x", "syntax", 1, 4},
        {"{}{}", "syntax", 1, 3},
        {"// c\n1", "syntax", 1, 1},
        {"[tru]", "syntax", 1, 2},
        {"\xef\xbb\xbf{}", "syntax", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        ck_assert_ptr_null(json_parse(cases[i].text, strlen(cases[i].text), &e));
        ck_assert_msg(e.code == ERR_INVALID, "row %zu", i);
        ck_assert_msg(strcmp(e.word, cases[i].word) == 0, "row %zu: %s: %s", i, e.word, e.message);
        ck_assert_msg(e.line == cases[i].line && e.column == cases[i].column,
                      "row %zu: line %d, column %d", i, e.line, e.column);
    }
}
END_TEST

START_TEST(bounds_the_depth) {
    char deep[200];
    struct err e = {0};
    for (int n = 32; n <= 33; n++) {
        memset(deep, '[', (size_t)n);
        memset(deep + n, ']', (size_t)n);
        struct json_object *o = json_parse(deep, 2 * (size_t)n, &e);
        ck_assert_int_eq(o != NULL, n == 32);
        json_object_put(o);
    }
    ck_assert_str_eq(e.word, "too_deep");
}
END_TEST

START_TEST(typed_getters_name_the_field) {
    const char *text = "{\"s\":\"x\",\"d\":1.5,\"i\":7,\"w\":3.0,\"b\":true,\"n\":null}";
    struct err e = {0};
    struct json_object *o = json_parse(text, strlen(text), &e);
    const char *s;
    double d;
    int64_t i;
    bool b;
    ck_assert_ptr_nonnull(o);
    ck_assert(json_get_string(o, "s", &s, &e) && strcmp(s, "x") == 0);
    ck_assert(json_get_number(o, "d", &d, &e) && json_get_number(o, "i", &d, &e));
    ck_assert(json_get_int(o, "w", &i, &e) && i == 3);
    ck_assert(json_get_bool(o, "b", &b, &e) && b);
    ck_assert(!json_get_int(o, "absent", &i, &e) && e.code == ERR_NONE);
    ck_assert(!json_get_int(o, "n", &i, &e) && e.code == ERR_NONE);
    ck_assert(!json_get_int(o, "d", &i, &e));
    ck_assert_str_eq(e.pointer, "/d");
    ck_assert_str_eq(e.message, "d must be a whole number");
    json_object_put(o);
}
END_TEST

START_TEST(doubles_read_back_and_are_short) {
    const struct {
        double v;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {12.3, "12.3"},
                 {1e300, "1e+300"},
                 {-0.0, "0"},
                 {100000, "100000"},
                 {1.0 / 3, "0.3333333333333333"},
                 {5e-324, "4.94065645841247e-324"},
                 {123456.789, "123456.789"}};
    char text[DOUBLE_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double_format(cases[i].v, text);
        ck_assert_str_eq(text, cases[i].text);
    }
    unsigned long long bits = 88172645463325252ULL;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17; /* xorshift */
        double v, back;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        double_format(v, text);
        ck_assert(parse_double(text, -HUGE_VAL, HUGE_VAL, &back));
        ck_assert(back == v);
    }
}
END_TEST

/* The quick way for usual numbers gives the very text that printf and strtod would agree on. */
START_TEST(doubles_are_the_shortest_that_printf_finds) {
    static const double scales[] = {1e-5, 1e-3, 0.1, 1, 100, 1e6, 1e14, 1e16};
    unsigned long long bits = 88172645463325252ULL;
    for (int i = 0; i < 40000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        double v = (double)(bits >> 11) / 9007199254740992.0 * scales[i % 8];
        if (i % 3 == 0) /* a price, and its neighbours */
            v = (double)(bits % 100000000) / 1000.0 * (1 + (double)(i % 4) * 0x1p-52);
        char text[DOUBLE_TEXT_MAX], plain[DOUBLE_TEXT_MAX];
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(plain, sizeof plain, "%.*g", digits, v);
            if (strtod(plain, NULL) == v)
                break;
        }
        double_format(i % 2 ? v : -v, text);
        if (v != (double)(long long)v)
            ck_assert_str_eq(text + (i % 2 ? 0 : 1), plain);
    }
}
END_TEST

START_TEST(writes_nested_json_without_nan) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    json_out_init(&j, &b);
    json_begin(&j, '{');
    json_put_string(&j, "a", "q\"\\\n\x01");
    json_key(&j, "l");
    json_begin(&j, '[');
    json_double(&j, (double)NAN);
    json_double(&j, (double)INFINITY);
    json_begin(&j, '{');
    json_end(&j, '}');
    json_boolean(&j, true);
    json_end(&j, ']');
    json_put_time(&j, "t", 1733758200000);
    json_put_raw(&j, "r", NULL);
    json_end(&j, '}');
    ck_assert_str_eq(b.data, "{\"a\":\"q\\\"\\\\\\n\\u0001\",\"l\":[null,null,{},true],"
                             "\"t\":\"2024-12-09T15:30:00Z\",\"r\":null}");
    struct err e;
    struct json_object *o = json_parse(b.data, b.len, &e);
    char *text = json_text(o);
    ck_assert_str_eq(text, b.data);
    free(text);
    json_object_put(o);
    buf_release(&b);
}
END_TEST

START_TEST(numbers_are_whole_strings) {
    double d;
    int64_t i;
    const char *bad[] = {"", " 1", "1 ", "0x10", "nan", "inf", "1e999", "1,5", "1.2.3", "--1"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        ck_assert_msg(!parse_double(bad[k], -1e300, 1e300, &d), "'%s'", bad[k]);
        ck_assert_msg(!parse_i64(bad[k], INT64_MIN, INT64_MAX, &i), "'%s'", bad[k]);
    }
    ck_assert(!parse_i64("9223372036854775808", INT64_MIN, INT64_MAX, &i));
    ck_assert(parse_i64("-5", -5, 5, &i) && i == -5);
    ck_assert(!parse_i64("6", -5, 5, &i));
    ck_assert(parse_double("1.5e2", 0, 150, &d));
}
END_TEST

SUITE_MAIN("json", refuses_what_is_not_json, bounds_the_depth, typed_getters_name_the_field,
           doubles_read_back_and_are_short, doubles_are_the_shortest_that_printf_finds,
           writes_nested_json_without_nan, numbers_are_whole_strings)
