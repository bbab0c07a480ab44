/* The language: what is refused, where and with which words; precedence; limits. */
#include "engine/expr.h"

#include <math.h>

#include "engine/text.h"

#include "tests/columns.h"

static const struct param params[] = {
    {.name = "fast", .type = PARAM_INT, .def = 2, .min = 1, .max = 9, .step = 1},
    {.name = "ratio", .type = PARAM_FLOAT, .def = 1.5, .min = 0, .max = 9, .step = 0.5},
    {.name = "filter", .type = PARAM_BOOL, .def = 1, .max = 1, .step = 1},
};
static const double values[] = {2, 1.5, 1};
static const struct define defines[] = {
    {"m", "macd(close, 12, 26, 9)"}, {"mean", "sma(close, fast * 2)"}, {"up", "close > mean"}};
static const struct strategy strategy = {
    .name = "test", .params = params, .n_params = 3, .defines = defines, .n_defines = 3};
static const struct plan_scope scope = {.strategy = &strategy, .params = values};

static int compile(const char *expr, enum value_type want, struct expr_error *err) {
    struct plan *p = plan_new();
    *err = (struct expr_error){.line = -1};
    int node = plan_add(p, expr, &scope, want, err);
    plan_free(p);
    return node;
}

static const struct {
    const char *expr;
    int line, column;
    const char *message, *suggestion;
} mistakes[] = {
    /* words of the wrong kind */
    {"", 1, 1, "the expression is empty", ""},
    {"  // nothing", 1, 1, "the expression is empty", ""},
    {"close >", 1, 8, "the expression ends where a value is needed", ""},
    {"close > > 5", 1, 9, "'>' stands where a value is needed", ""},
    {"and close > 5", 1, 1, "'and' stands where a value is needed", ""},
    {"close > 5 close", 1, 11, "'close' stands where an operator or the end is needed", ""},
    {"close > 5)", 1, 10, "')' stands where an operator or the end is needed", ""},
    {"(close > 5", 1, 1, "'(' is never closed", ""},
    {"sma(close, 5", 1, 4, "'(' is never closed", ""},
    {"close[1", 1, 6, "'[' is never closed", ""},
    {"close[1) > 2", 1, 8, "')' stands where an operator or ']' is needed", ""},
    {"sma(close 5) > 1", 1, 11, "'5' stands where an operator, ',' or ')' is needed", ""},
    {"sma(close, ) > 1", 1, 12, "')' stands where a value is needed", ""},
    {"close > 5 ? true", 1, 17, "the expression ends where ':' and the value otherwise is needed",
     ""},
    {"close crosses open", 1, 15, "'open' stands where 'above' or 'below' is needed", ""},
    {"m. > 1", 1, 4, "'>' stands where the name of a field is needed", ""},
    {"ta.5", 1, 3, "'.5' stands where an operator or the end is needed", ""},
    {"ta > 5", 1, 1, "unknown name 'ta'", ""},
    /* signs and numbers of other languages */
    {"close > 1 && up", 1, 11, "'&&' is written 'and' here", "and"},
    {"up || up", 1, 4, "'||' is written 'or' here", "or"},
    {"!up", 1, 1, "'!' is written 'not' here", "not"},
    {"close = 5", 1, 7, "'=' is written '==' here", "=="},
    {"close <> 5", 1, 7, "'<>' is written '!=' here", "!="},
    {"close ** 2 > 5", 1, 7, "there is no operator '**': multiply", ""},
    {"close > \"5\"", 1, 9,
     "a text stands only as an argument of a function, as in tf(\"1h\", close)", ""},
    {"close > \"5", 1, 9, "the quote is never closed", ""},
    {"sma(\"a\", 3) > 1", 1, 5, "source of sma is a number, but this is a text", ""},
    {"hour(3) > 1", 1, 6, "zone of hour is a text in quotes, but this is a number", ""},
    {"hour(\"Mars\") > 1", 1, 1,
     "there is no such time zone: zones are named as \"America/New_York\"", ""},
    {"session(\"9-10\")", 1, 1,
     "a session is written \"0930-1600\" or \"0930-1600:23456\" (1 is Sunday)", ""},
    {"tf(\"2x\", close) > 1", 1, 4,
     "tf takes an interval: \"1m\" \"5m\" \"15m\" \"1h\" \"4h\" \"1d\" \"1w\" \"1M\" and the "
     "others "
     "of the candles",
     ""},
    {"tf(close, 2) > 1", 1, 4, "interval of tf is a text in quotes, as in tf(\"1h\", close)", ""},
    {"tf(\"1h\") > 1", 1, 1, "tf(interval, expression) takes 2 arguments, not 1", ""},
    {"tf(\"1h\", \"1h\") > 1", 1, 10,
     "tf takes a number or a condition after the interval, but this is a text", ""},
    {"tf(\"1h\", tf(\"4h\", close)) > 1", 1, 13,
     "tf cannot stand inside tf: its bars are longer already", ""},
    {"tf(\"1h\", clsoe) > 1", 1, 10, "unknown name 'clsoe'; did you mean 'close'?", "close"},
    {"wma(close, 50000) + wma(open, 50000) + wma(high, 50000) + wma(low, 50000) + wma(hl2, 50000) "
     "> 1",
     1, 1, "the windows are too long in all: more than 200000 values a bar", ""},
    {"close > 5;", 1, 10, "unexpected character ';'", ""},
    {"close × 2 > 1", 1, 7, "unexpected character '×'", ""},
    {"close > 5\x01", 1, 10, "a byte that is no character of a text", ""},
    {"close > 5\xff", 1, 10, "a byte that is no character of a text", ""},
    {"close > 1.2.3", 1, 9, "a number has one decimal point", ""},
    {"close > 2x", 1, 9, "a number and a name run together: write an operator after 2", ""},
    {"close > 1e200", 1, 9, "the number 1e200 is too large: at most 1e100", ""},
    /* names */
    {"smaa(close, 5) > 1", 1, 1, "unknown function 'smaa'; did you mean 'sma'?", "sma"},
    {"ta.smaa(close, 5) > 1", 1, 4, "unknown function 'smaa'; did you mean 'sma'?", "sma"},
    {"crossovr(close, open)", 1, 1, "unknown function 'crossovr'; did you mean 'crossover'?",
     "crossover"},
    {"zigzagger(3, 10) > 1", 1, 1, "unknown function 'zigzagger'", ""},
    {"clsoe > 5", 1, 1, "unknown name 'clsoe'; did you mean 'close'?", "close"},
    {"Close > 5", 1, 1, "unknown name 'Close'; did you mean 'close'?", "close"},
    {"close > fsat", 1, 9, "unknown name 'fsat'; did you mean 'fast'?", "fast"},
    {"up and TRUE", 1, 8, "unknown name 'TRUE'; did you mean 'true'?", "true"},
    {"up AND up", 1, 4, "'AND' stands where an operator or the end is needed", ""},
    {"sma > 5", 1, 1, "'sma' is a function: write sma(source, length)", ""},
    {"close(5) > 1", 1, 1, "'close' takes no arguments: write it without brackets", "close"},
    {"fast(3) > 1", 1, 1, "'fast' is a parameter, not a function", ""},
    {"mean(3) > 1", 1, 1, "'mean' is a define, not a function", ""},
    {"bb(close, 20, 2).uper > 1", 1, 18, "unknown field 'uper'; did you mean 'upper'?", "upper"},
    {"m.hits > 1", 1, 3, "unknown field 'hits'; did you mean 'hist'?", "hist"},
    {"close.upper > 1", 1, 7, "'close' has no fields", ""},
    /* arguments */
    {"sma(close) > 1", 1, 1, "sma(source, length) takes 2 arguments, not 1", ""},
    {"sma(close, 5, 6) > 1", 1, 1, "sma(source, length) takes 2 arguments, not 3", ""},
    {"atr() > 1", 1, 1, "atr(length) takes 1 argument, not 0", ""},
    {"highest() > 1", 1, 1, "highest(source, length) takes 1 to 2 arguments, not 0", ""},
    {"avg(close) > 1", 1, 1, "avg(number0, number1, …) takes 2 to 6 arguments, not 1", ""},
    {"max(1,2,3,4,5,6,7) > close", 1, 1, "max(number, …) takes 1 to 6 arguments, not 7", ""},
    {"sma(close, 0) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not 0", ""},
    {"sma(close, 2.5) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not 2.5", ""},
    {"sma(close, ratio) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not 1.5",
     ""},
    {"sma(close, -fast) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not -2", ""},
    {"sma(close, na) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not na", ""},
    {"sma(close, 60000) > 1", 1, 12, "length of sma is a whole number from 1 to 50000, not 60000",
     ""},
    {"sma(close, close) > 1", 1, 12,
     "length of sma must be a constant: a number or made of parameters", ""},
    {"sma(up, 5) > 1", 1, 5, "source of sma is a number, but this is a condition", ""},
    {"sma(close, up) > 1", 1, 12, "length of sma is a number, but this is a condition", ""},
    {"barssince(close) > 1", 1, 11, "condition of barssince is a condition, but this is a number",
     ""},
    {"tr(1) > 1", 1, 4, "handle_na of tr is a condition, but this is a number", ""},
    {"tr(up) > 1", 1, 4, "handle_na of tr must be a constant: a number or made of parameters", ""},
    {"bb(close, 20, -1) > 1", 1, 15, "mult of bb is a number from 0 to 1000, not -1", ""},
    /* types */
    {"close", 1, 1, "a condition (true or false) is needed here, but 'close' is a number", ""},
    {"close + up > 1", 1, 9, "'+' needs a number, but 'up' is a condition", ""},
    {"close and up", 1, 1, "'and' needs a condition, but 'close' is a number", ""},
    {"up or fast", 1, 7, "'or' needs a condition, but 'fast' is a number", ""},
    {"not close", 1, 5, "'not' needs a condition, but 'close' is a number: write not (a > b)", ""},
    {"not close > 5", 1, 5, "'not' needs a condition, but 'close' is a number: write not (a > b)",
     ""},
    {"-up", 1, 2, "'-' needs a number, but 'up' is a condition", ""},
    {"1 < close < 5", 1, 1,
     "'<' needs numbers, but '1 < close' is a condition: join comparisons by "
     "'and'",
     ""},
    {"close == up", 1, 7,
     "'==' compares like with like, but 'close' is a number and 'up' is a "
     "condition",
     ""},
    {"close[1] == na", 1, 10, "a comparison with na is never true: write na(close[1])",
     "na(close[1])"},
    {"na != close", 1, 4, "a comparison with na is never true: write not na(close)",
     "not na(close)"},
    {"na and up", 1, 1, "na is neither true nor false: 'and' needs a condition", ""},
    {"close ? up : up", 1, 1, "'?' needs a condition, but 'close' is a number", ""},
    {"up ? close : up", 1, 14,
     "both sides of ':' must be alike, but 'close' is a number and 'up' is a "
     "condition",
     ""},
    {"close[-1] > 1", 1, 7, "[-1] would look into the future: [1] is the bar before", ""},
    {"close[-fast] > 1", 1, 7, "[-2] would look into the future: [1] is the bar before", ""},
    {"close[1.5] > 1", 1, 7, "how many bars back is a whole number from 0 to 50000, not 1.5", ""},
    {"close[60000] > 1", 1, 7, "how many bars back is a whole number from 0 to 50000, not 60000",
     ""},
    {"close[fast * bar_index] > 1", 1, 7,
     "how many bars back must be a constant, but 'fast * bar_index' changes", ""},
    {"close[up] > 1", 1, 7, "'[ ]' needs a number, but 'up' is a condition", ""},
    /* places: lines, characters, comments */
    {"up and\n  clsoe > 5", 2, 3, "unknown name 'clsoe'; did you mean 'close'?", "close"},
    {"up // ein Wörtchen ü\nand // ü\n\tclsoe > 5", 3, 2,
     "unknown name 'clsoe'; did you mean 'close'?", "close"},
    {"up /* ü */ and up", 1, 4, "'/*' is written '//' here", "//"},
};

START_TEST(every_mistake_has_its_message) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct expr_error err;
        int node = compile(mistakes[i].expr, VALUE_CONDITION, &err);
        ck_assert_msg(node == -1, "%s: accepted", mistakes[i].expr);
        ck_assert_msg(strcmp(err.message, mistakes[i].message) == 0, "%s: %s", mistakes[i].expr,
                      err.message);
        ck_assert_msg(err.line == mistakes[i].line && err.column == mistakes[i].column,
                      "%s: at %d:%d", mistakes[i].expr, err.line, err.column);
        ck_assert_msg(strcmp(err.suggestion, mistakes[i].suggestion) == 0, "%s: suggests '%s'",
                      mistakes[i].expr, err.suggestion);
        ck_assert_str_eq(err.where, "");
    }
}
END_TEST

START_TEST(a_number_is_no_condition_and_the_other_way_round) {
    struct expr_error err;
    ck_assert_int_ge(compile("close - 2 * atr(14)", VALUE_NUMBER, &err), 0);
    ck_assert_int_eq(compile("close > 1", VALUE_NUMBER, &err), -1);
    ck_assert_str_eq(err.message, "a number is needed here, but 'close > 1' is a condition");
}
END_TEST

/* Both sides must be the very same node. */
static const struct {
    const char *written, *meant;
} precedence[] = {
    {"1 + 2 * 3", "7"},
    {"2 * 3 + 1", "7"},
    {"10 - 4 - 3", "3"},
    {"24 / 4 / 2", "3"},
    {"17 % 5 * 2", "4"},
    {"-7 % 5", "-2"},
    {"-2 * -3", "6"},
    {"- - 2", "2"},
    {"+2", "2"},
    {"1e2 + .5 + 5.", "105.5"},
    {"close + open * high", "close + (open * high)"},
    {"-close[1]", "-(close[1])"},
    {"not up and up", "(not up) and up"},
    {"up or up and close > 3", "up or (up and (close > 3))"},
    {"close > 1 == open > 2", "(close > 1) == (open > 2)"},
    {"close + 1 > open - 1", "(close + 1) > (open - 1)"},
    {"close > 1 ? 1 : close > 2 ? 2 : 3", "close > 1 ? 1 : (close > 2 ? 2 : 3)"},
    {"up ? close : open + 1", "up ? close : (open + 1)"},
    {"close crosses above open and up", "crossover(close, open) and up"},
    {"close + 1 crosses below open", "crossunder(close + 1, open)"},
    {"close[1][2]", "close[3 - 2][4 / 2]"},
    {"close[0]", "close"},
    {"sma(close, fast)", "sma(close, 2)"},
    {"sma(close, fast * 2 + 1)", "sma(close, 5)"},
    {"filter and up", "true and up"},
    {"mean", "sma(close, 4)"},
    {"m.signal", "macd(close, 12, 26, 9).signal"},
    {"m", "m.line"},
    {"bb(close, 20, 2)", "bb(close, 20, 2).middle"},
    {"bb(close, 20, 2).middle", "sma(close, 20)"},
    {"ta.sma(close, 2)", "sma(close, 2)"},
    {"math.max(close, open)", "max(close, open)"},
    {"ta.cmo(close, 9)", "cmou(close, 9)"},
    {"(ta.cmo(close, 9))", "cmou(close, 9)"},
    {"ta.dema(close, 9)", "dema(close, 9)"},
    {"ta.tr", "tr(false)"},
    {"highest(5)", "highest(high, 5)"},
    {"lowest(5)", "lowest(low, 5)"},
    {"change(close)", "change(close, 1)"},
    {"nz(close[1])", "nz(close[1], 0)"},
    {"mom(close, 3)", "change(close, 3)"},
    {"hl2", "(high + low) / 2"},
    {"true ? close : open", "close"},
    {"na(na)", "true"},
    {"1 / 0", "na"},
    {"1e99 * 100", "na"},
    {"1 < 2 and not (2 < 1)", "true"},
    {"na > 1", "false"},
    {"not (na > 1)", "true"},
    {"close != close // a comment", "close != close"},
};

static int add_any(struct plan *p, const char *expr) {
    struct expr_error err;
    int node = plan_add(p, expr, &scope, VALUE_NUMBER, &err);
    if (node < 0)
        node = plan_add(p, expr, &scope, VALUE_CONDITION, &err);
    ck_assert_msg(node >= 0, "%s: %d:%d: %s", expr, err.line, err.column, err.message);
    return node;
}

START_TEST(binds_as_pine_does) {
    struct plan *p = plan_new();
    for (size_t i = 0; i < sizeof precedence / sizeof *precedence; i++)
        ck_assert_msg(add_any(p, precedence[i].written) == add_any(p, precedence[i].meant),
                      "%s is not %s", precedence[i].written, precedence[i].meant);
    plan_free(p);
}
END_TEST

/* unit, n times, between head and tail. */
static char *repeat(const char *head, const char *unit, size_t n, const char *tail) {
    size_t bytes = strlen(head) + n * strlen(unit) + strlen(tail) + 1;
    char *text = malloc(bytes), *at = text;
    ck_assert_ptr_nonnull(text);
    at = stpcpy(at, head);
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, unit);
    stpcpy(at, tail);
    return text;
}

static void refused(char *expr, const char *message) {
    struct expr_error err;
    ck_assert_int_eq(compile(expr, VALUE_NUMBER, &err), -1);
    ck_assert_str_eq(err.message, message);
    free(expr);
}

static void accepted(char *expr) {
    struct expr_error err;
    int node = compile(expr, VALUE_NUMBER, &err);
    ck_assert_msg(node >= 0, "%.60s: %s", expr, err.message);
    free(expr);
}

START_TEST(size_and_depth_have_limits) {
    static const char deep[] = "the expression is nested too deeply: split it by defines";
    accepted(repeat("", "(", EXPR_DEPTH_MAX - 1,
                    "1)"
                    "))))))))))))))))))))))))))))))))))))))))))))))))))"
                    "))))))))))))))))))))))))))))))))))))))))))))))))"));
    refused(repeat("", "(", 4000, "1"), deep);
    refused(repeat("", "-", 4000, "1"), deep);
    refused(repeat("", "1>2?", 1000, "1"), deep);
    refused(repeat("", "true?1:", 500, "1"), deep);
    refused(repeat("", "abs(", 1000, "1"), deep);
    refused(repeat("", "close[", 600, "1"), deep);
    refused(repeat("", "1+", 1500, "1"), "the expression is too large: split it by defines");
    accepted(repeat("close", "+1", 500, ""));
    accepted(repeat("close", "[1]", 500, ""));
    accepted(repeat("1", " ", EXPR_BYTES_MAX - 1, ""));
    refused(repeat("1", " ", EXPR_BYTES_MAX, ""),
            "the expression is longer than 4096 bytes: split it by defines");
    refused(repeat("max(", "1,", 20, "1)"), "too many arguments");
    refused(repeat("", "1", 65, ""), "a number has at most 64 digits");
}
END_TEST

START_TEST(a_long_word_is_cut_in_the_message) {
    struct expr_error err;
    char *name = repeat("", "ab", 500, "");
    ck_assert_int_eq(compile(name, VALUE_NUMBER, &err), -1);
    ck_assert_msg(strlen(err.message) < 120, "%s", err.message);
    ck_assert_ptr_nonnull(strstr(err.message, "unknown name 'abab"));
    free(name);
}
END_TEST

START_TEST(messages_format_numbers) {
    static const struct {
        double x;
        const char *text;
    } rows[] = {{0, "0"},
                {-0.0, "0"},
                {12, "12"},
                {-3, "-3"},
                {2.5, "2.5"},
                {0.1, "0.1"},
                {1.0 / 3, "0.333333"},
                {0.9999999, "1"},
                {-0.25, "-0.25"},
                {1e20, "1e20"},
                {50000, "50000"},
                {1e-9, "0"}};
    char text[64];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_format(text, sizeof text, "%f", rows[i].x);
        ck_assert_str_eq(text, rows[i].text);
    }
    text_format(text, sizeof text, "%d %s %%", -12, "ü");
    ck_assert_str_eq(text, "-12 ü %");
    text_format(text, 4, "abü"); /* the cut never halves a character */
    ck_assert_str_eq(text, "ab");
}
END_TEST

/* Words in any order: whatever comes, it compiles or is refused at a place inside the text. */
START_TEST(word_soup_is_refused_in_place) {
    static const char *const words[] = {
        "close",   "sma",   "bb",     "macd",  "fast", "up",     "mean",      "m",
        "ta",      "math",  "true",   "na",    "tr",   "1",      "2.5",       "50000",
        "crosses", "above", "below",  "and",   "or",   "not",    "(",         ")",
        "(",       ")",     "[",      "]",     ",",    ".",      "?",         ":",
        "+",       "-",     "*",      "/",     "%",    "<",      ">=",        "==",
        "!=",      "\n",    "// x\n", "upper", "line", "signal", "crossover", "valuewhen",
        "max",     "nz",    "ü",      "\xc3",  "=",    "&&",     "1e5",       "hl2"};
    uint64_t random = 42;
    int compiled = 0;
    for (int round = 0; round < 20000; round++) {
        char expr[400];
        size_t n = 0;
        for (size_t k = 1 + columns_random(&random) % 12; k > 0; k--) {
            const char *word = words[columns_random(&random) % (sizeof words / sizeof *words)];
            n += (size_t)snprintf(expr + n, sizeof expr - n, "%s ", word);
        }
        struct expr_error err = {.message = ""};
        if (compile(expr, columns_random(&random) % 2 ? VALUE_NUMBER : VALUE_CONDITION, &err) >=
            0) {
            compiled++;
            continue;
        }
        int lines = 1;
        for (size_t i = 0; i < n; i++)
            lines += expr[i] == '\n';
        if (!err.message[0] || err.line < 1 || err.line > lines || err.column < 1 ||
            err.column > (int)n + 1)
            ck_abort_msg("%s: %d:%d: %s", expr, err.line, err.column, err.message);
    }
    ck_assert_int_gt(compiled, 50);
}
END_TEST

SUITE_MAIN("expr", word_soup_is_refused_in_place, every_mistake_has_its_message,
           a_number_is_no_condition_and_the_other_way_round, binds_as_pine_does,
           size_and_depth_have_limits, a_long_word_is_cut_in_the_message, messages_format_numbers)
