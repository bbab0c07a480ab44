/* Plans: equal nodes are one, lookbacks are static, mistakes of a strategy's names are told, and
 * nothing grows without a limit. */
#include "engine/plan_node.h"

#include "tests/columns.h"

START_TEST(equal_nodes_are_shared) {
    struct plan *p = plan_new();
    int a = columns_add(p, "crossover(sma(close, 10), sma(close, 30))");
    /* close, two averages, lt, le, [1], and */
    ck_assert_uint_eq(plan_nodes(p), 7);
    ck_assert_int_eq(columns_add(p, "crossover( sma(close,10), ta.sma(close, 3 * 10))"), a);
    ck_assert_uint_eq(plan_nodes(p), 7);
    columns_add(p, "crossunder(sma(close, 10), sma(close, 30))"); /* lt, le, [1], and */
    ck_assert_uint_eq(plan_nodes(p), 11);
    columns_add(p, "bb(close, 30, 2).upper"); /* shares close and the mean: stdev, 2, *, + */
    ck_assert_uint_eq(plan_nodes(p), 15);
    plan_free(p);
}
END_TEST

START_TEST(order_of_operands_does_not_matter_where_bits_do_not_change) {
    struct plan *p = plan_new();
    ck_assert_int_eq(columns_add(p, "close + open"), columns_add(p, "open + close"));
    ck_assert_int_eq(columns_add(p, "close * open"), columns_add(p, "open * close"));
    ck_assert_int_eq(columns_add(p, "close > open"), columns_add(p, "open < close"));
    ck_assert_int_ne(columns_add(p, "close - open"), columns_add(p, "open - close"));
    ck_assert_int_eq(columns_add(p, "cross(close, open)"), columns_add(p, "cross(open, close)"));
    ck_assert_int_ne(columns_add(p, "crossover(close, open)"),
                     columns_add(p, "crossover(open, close)"));
    plan_free(p);
}
END_TEST

START_TEST(only_what_is_asked_for_is_evaluated) {
    struct plan *p = plan_new();
    columns_add(p, "macd(close, 12, 26, 9).line"); /* close, two ema, -, signal, where */
    ck_assert_uint_eq(plan_nodes(p), 6);
    columns_add(p, "1 + 2 * 3");
    ck_assert_uint_eq(plan_nodes(p), 7);
    plan_free(p);
}
END_TEST

START_TEST(lookbacks_are_static) {
    static const struct {
        const char *expr;
        size_t lookback, indicators, recursive;
    } rows[] = {
        {"close", 0, 0, 0},
        {"5", 0, 0, 0},
        {"close[3]", 3, 0, 0},
        {"sma(close, 30)", 29, 29, 0},
        {"ema(close, 30)", 29, 29, 30},
        {"rma(close, 30)", 29, 29, 30},
        {"rsi(close, 14)", 14, 14, 14},
        {"atr(14)", 14, 14, 14},
        {"macd(close, 12, 26, 9).signal", 33, 33, 26},
        {"macd(close, 12, 26, 9).line", 33, 33, 26},
        {"macd(close, 3, 5, 20).hist", 23, 23, 20},
        {"crossover(sma(close, 10), sma(close, 30))", 30, 29, 0},
        {"close crosses below open", 1, 0, 0},
        {"crossover(sma(close, 10), sma(close, 30))[2]", 32, 29, 0},
        {"sma(close, 10)[5] > ema(open, 7)", 14, 9, 7},
        {"ema(sma(close[2], 10), 7)", 17, 15, 7},
        {"highest(high, 20)[1]", 20, 19, 0},
        {"mom(close, 10)", 10, 10, 0},
        {"roc(close[1], 10)", 11, 10, 0},
        {"stdev(close, 20)", 19, 19, 0},
        {"bb(close, 20, 2).lower", 19, 19, 0},
        {"tr", 1, 1, 0},
        {"tr(true)", 0, 0, 0},
        {"barssince(close > sma(close, 5))", 4, 4, 0},
        {"valuewhen(close > open, sma(close, 5), 3)", 4, 4, 0},
        {"nz(sma(close, 5))", 4, 4, 0},
        {"close > open ? sma(close, 5) : sma(close, 8)", 7, 7, 0},
        {"true", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plan *p = plan_new();
        int node = columns_add(p, rows[i].expr);
        ck_assert_msg(plan_lookback(p, node) == rows[i].lookback, "%s: %zu", rows[i].expr,
                      plan_lookback(p, node));
        ck_assert_msg(plan_lookback_indicators(p, node) == rows[i].indicators, "%s: indicators %zu",
                      rows[i].expr, plan_lookback_indicators(p, node));
        ck_assert_msg(plan_recursive_length(p, node) == rows[i].recursive, "%s: recursive %zu",
                      rows[i].expr, plan_recursive_length(p, node));
        plan_free(p);
    }
}
END_TEST

/* Names of a strategy that are refused, and where the message says they stand. */
static void refuses(const struct strategy *s, const char *where, int line, int column,
                    const char *message) {
    static const double values[] = {1, 2, 3};
    const struct plan_scope scope = {.strategy = s, .params = values};
    struct expr_error err;
    struct plan *p = plan_new();
    ck_assert_int_eq(plan_add(p, "close > 1", &scope, VALUE_CONDITION, &err), -1);
    ck_assert_str_eq(err.message, message);
    ck_assert_str_eq(err.where, where);
    ck_assert_int_eq(err.line, line);
    ck_assert_int_eq(err.column, column);
    plan_free(p);
}

#define PARAM(word) ((struct param){.name = word, .type = PARAM_INT})
#define DEFINES(...)                                                                               \
    .defines = (const struct define[]){__VA_ARGS__},                                               \
    .n_defines = sizeof((const struct define[]){__VA_ARGS__}) / sizeof(struct define)

START_TEST(a_strategys_names_are_checked) {
    const struct strategy reserved = {.params = &PARAM("close"), .n_params = 1};
    refuses(&reserved, "params.close", 1, 1,
            "'close' is a word of the language already: choose another name");
    const struct strategy digit = {.params = &PARAM("2nd"), .n_params = 1};
    refuses(&digit, "params.2nd", 1, 1,
            "'2nd' is no name: letters, digits and _, no digit first, at most 31");
    const struct strategy twice = {
        .params = &PARAM("x"), .n_params = 1, DEFINES({"y", "1"}, {"x", "2"})};
    refuses(&twice, "define.x", 1, 1, "'x' is there twice");
    const struct strategy word = {DEFINES({"crosses", "1"})};
    refuses(&word, "define.crosses", 1, 1,
            "'crosses' is a word of the language already: choose another name");
}
END_TEST

START_TEST(a_mistake_in_a_define_is_told_there) {
    const struct strategy unknown = {DEFINES({"a", "close"}, {"b", "a +\n smaa(close, 3)"})};
    refuses(&unknown, "define.b", 2, 2, "unknown function 'smaa'; did you mean 'sma'?");
    const struct strategy later = {DEFINES({"first", "second"}, {"second", "close"})};
    refuses(&later, "define.first", 1, 1, "unknown name 'second'");
    const struct strategy self = {DEFINES({"again", "again + 1"})};
    refuses(&self, "define.again", 1, 1, "unknown name 'again'");
}
END_TEST

/* What a strategy's expression is beside the same written out. */
static void means(const struct strategy *s, const char *expr, const char *written) {
    static const double values[] = {3, 5, 7};
    const struct plan_scope scope = {.strategy = s, .params = values};
    struct expr_error err = {.message = ""};
    struct plan *p = columns_plan();
    int a = plan_add(p, expr, &scope, VALUE_NUMBER, &err);
    ck_assert_msg(a >= 0, "%s: %s: %s", expr, err.where, err.message);
    ck_assert_msg(a == columns_add(p, written), "%s is not %s", expr, written);
    plan_free(p);
}

START_TEST(functions_are_written_out_where_they_are_called) {
    const struct param params[] = {{.name = "n"}, {.name = "sma"}};
    const struct strategy s = {.params = params,
                               .n_params = 2,
                               DEFINES({"f(x, k)", "sma(x, k) - x"}, {"base", "f(close, n)"},
                                       {"g(x)", "f(x, n) + f(x[1], 2 * n)"},
                                       {"pick(c, a, b)", "c ? a : b"},
                                       {"hull(x, n)", "wma(2 * wma(x, n) - x, n)"})};
    means(&s, "f(high, 4)", "sma(high, 4) - high");
    means(&s, "base", "sma(close, 3) - close");
    means(&s, "g(open)", "sma(open, 3) - open + (sma(open[1], 6) - open[1])");
    means(&s, "pick(close > open, base, sma)", "close > open ? sma(close, 3) - close : 5");
    means(&s, "hull(close, 9)", "wma(2 * wma(close, 9) - close, 9)"); /* its n hides the other */
    means(&s, "tf(\"4h\", f(close, n))", "tf(\"4h\", sma(close, 3) - close)");
    means(&s, "tf(\"4h\", base) + base",
          "tf(\"4h\", sma(close, 3) - close) + (sma(close, 3) - close)");
    means(&s, "sma(close, sma)", "sma(close, 5)"); /* a name and a function are two things */
}
END_TEST

START_TEST(mistakes_in_functions_are_told) {
    const struct strategy form = {DEFINES({"f(x", "x"})};
    refuses(&form, "define.f(x", 1, 1, "'f(x' is no function: write f(a, b), at most 6 arguments");
    const struct strategy word = {DEFINES({"sma(x, n)", "x"})};
    refuses(&word, "define.sma(x, n)", 1, 1,
            "'sma(x, n)' is a word of the language already: choose another name");
    const struct strategy argument = {DEFINES({"f(close)", "close"})};
    refuses(&argument, "define.f(close)", 1, 1,
            "'f(close)' has an argument that is a word of the language: choose another name");
    const struct strategy itself = {DEFINES({"f(x)", "f(x) + 1"}, {"y", "f(close)"})};
    refuses(&itself, "define.f(x)", 1, 1, "unknown function 'f'");
    const struct strategy count = {DEFINES({"f(x, n)", "sma(x, n)"}, {"y", "f(close)"})};
    refuses(&count, "define.y", 1, 1, "f(x, n) takes 2 arguments, not 1");
    const struct strategy bare = {DEFINES({"f(x)", "x"}, {"y", "f + 1"})};
    refuses(&bare, "define.y", 1, 1, "'f(x)' is a function: write its arguments");
    const struct strategy constant = {DEFINES({"f(x, n)", "sma(x, n)"}, {"y", "f(1, close)"})};
    refuses(&constant, "define.f(x, n)", 1, 8,
            "length of sma must be a constant: a number or made of parameters");
    const struct strategy near = {DEFINES({"smooth(x)", "x"}, {"y", "smoth(close)"})};
    refuses(&near, "define.y", 1, 1, "unknown function 'smoth'; did you mean 'smooth'?");
    const struct strategy frame = {DEFINES({"f(x)", "tf(\"4h\", sma(x, 3))"}, {"y", "f(close)"})};
    refuses(&frame, "define.f(x)", 1, 14,
            "an argument that changes cannot be used inside tf: write tf(…) where the function is "
            "called");
    const struct strategy uncalled = {DEFINES({"f(x)", "x + sqrtt(x)"})};
    refuses(&uncalled, "define.f(x)", 1, 5, "unknown function 'sqrtt'; did you mean 'sqrt'?");
    const struct strategy argument_name = {DEFINES({"f(length)", "lenght + 1"})};
    refuses(&argument_name, "define.f(length)", 1, 1,
            "unknown name 'lenght'; did you mean 'length'?");
    const struct strategy unread = {DEFINES({"f(x)", "x +"})};
    refuses(&unread, "define.f(x)", 1, 4, "the expression ends where a value is needed");
}
END_TEST

START_TEST(doubling_functions_are_refused) {
    static char names[STRATEGY_DEFINES_MAX][16], exprs[STRATEGY_DEFINES_MAX][32];
    struct define defines[STRATEGY_DEFINES_MAX];
    for (int i = 0; i < STRATEGY_DEFINES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "f%d(x)", i);
        snprintf(exprs[i], sizeof exprs[i], i ? "f%d(x) + f%d(x)" : "x", i - 1, i - 1);
        defines[i] = (struct define){names[i], exprs[i]};
    }
    const struct strategy s = {.defines = defines, .n_defines = STRATEGY_DEFINES_MAX};
    const struct plan_scope scope = {.strategy = &s};
    struct expr_error err;
    struct plan *p = plan_new();
    ck_assert_int_eq(plan_add(p, "f63(close)", &scope, VALUE_NUMBER, &err), -1);
    ck_assert_str_eq(err.message,
                     "the functions call one another too often: more than 50000 parts");
    ck_assert_int_ge(plan_add(p, "f5(close)", &scope, VALUE_NUMBER, &err), 0);
    plan_free(p);
}
END_TEST

START_TEST(longer_bars_count_for_warm_up) {
    struct plan *p = columns_plan();
    struct expr_error err;
    ck_assert_uint_eq(plan_lookback(p, columns_add(p, "tf(\"4h\", close)")), 3);
    ck_assert_uint_eq(plan_lookback(p, columns_add(p, "tf(\"4h\", ema(close, 10))")), 39);
    ck_assert_uint_eq(plan_recursive_length(p, columns_add(p, "tf(\"4h\", ema(close, 10))")), 40);
    ck_assert_uint_eq(plan_lookback(p, columns_add(p, "tf(\"1M\", close)")), 31 * 24 - 1);
    ck_assert_uint_eq(plan_lookback(p, columns_add(p, "tf(\"1h\", sma(close, 5))")), 4);
    ck_assert_int_eq(plan_add(p, "tf(\"30m\", close)", NULL, VALUE_NUMBER, &err), -1);
    ck_assert_str_eq(err.message, "bars of 30m are not made of whole bars of 1h");
    ck_assert_int_eq(err.column, 4);
    plan_free(p);
}
END_TEST

START_TEST(doubling_defines_stay_small) {
    /* each is twice the one before: 2^63 sums as text, 63 as nodes */
    static char names[STRATEGY_DEFINES_MAX][16], exprs[STRATEGY_DEFINES_MAX][32];
    struct define defines[STRATEGY_DEFINES_MAX];
    for (int i = 0; i < STRATEGY_DEFINES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "d%d", i);
        snprintf(exprs[i], sizeof exprs[i], i ? "d%d + d%d" : "close", i - 1, i - 1);
        defines[i] = (struct define){names[i], exprs[i]};
    }
    const struct strategy s = {.defines = defines, .n_defines = STRATEGY_DEFINES_MAX};
    const struct plan_scope scope = {.strategy = &s};
    struct expr_error err;
    struct plan *p = plan_new();
    ck_assert_int_ge(plan_add(p, "d63", &scope, VALUE_NUMBER, &err), 0);
    ck_assert_uint_eq(plan_nodes(p), STRATEGY_DEFINES_MAX);
    plan_free(p);
}
END_TEST

/* The broker judges what stands on a value of the position; the columns below it are evaluated. */
START_TEST(position_values_stand_above_columns) {
    const struct plan_scope scope = {.position = true};
    struct expr_error err = {.message = ""};
    struct plan *p = plan_new();
    int node = plan_add(p, "close > position_avg_price * 1.1 and sma(close, 3) > open", &scope,
                        VALUE_CONDITION, &err);
    ck_assert_msg(node >= 0, "%s", err.message);
    ck_assert(plan_position(p, node));
    ck_assert_uint_eq(plan_lookback(p, node), 2);
    /* close, 1.1, sma, open and the comparison of two columns */
    ck_assert_uint_eq(plan_nodes(p), 5);
    for (int i = 0; i < p->n; i++) {
        const struct plan_node *n = &p->nodes[i];
        ck_assert(n->used == (n->needed && !n->position));
        ck_assert(!n->position || n->kernel == &kernel_position || n->kernel->pure);
    }
    struct bars b;
    columns_walk(&b, 50, 1);
    struct eval *e = eval_new(p, &b, 0);
    ck_assert_uint_eq(eval_next(e), 50);
    eval_free(e);
    bars_release(&b);
    ck_assert_int_ge(plan_add(p, "nz(strategy.open_profit, 0)", &scope, VALUE_NUMBER, &err), 0);
    ck_assert(!plan_position(p, columns_add(p, "close")));
    plan_free(p);
}
END_TEST

START_TEST(position_values_have_no_past) {
    static const char *const exprs[] = {"equity[1] > 5", "sma(equity, 3) > 5",
                                        "crossover(close, position_avg_price)",
                                        "barssince(position_size > 0) > 5"};
    const struct plan_scope scope = {.position = true};
    struct expr_error err;
    struct plan *p = plan_new();
    for (size_t i = 0; i < sizeof exprs / sizeof *exprs; i++) {
        ck_assert_int_eq(plan_add(p, exprs[i], &scope, VALUE_CONDITION, &err), -1);
        ck_assert_str_eq(err.message, "a value of the position has no past: no windows, no "
                                      "crosses and no [n] of it");
    }
    ck_assert_int_eq(plan_add(p, "close > equity", NULL, VALUE_CONDITION, &err), -1);
    ck_assert_str_eq(err.message, "'equity' belongs to a position, which is not known here");
    ck_assert_int_eq(err.column, 9);
    ck_assert_int_ge(plan_add(p, "close > 1", &scope, VALUE_CONDITION, &err), 0); /* goes on */
    plan_free(p);
}
END_TEST

START_TEST(history_and_nodes_have_limits) {
    struct plan *p = plan_new();
    struct expr_error err = {.message = ""};
    char expr[64];
    int added = 0;
    while (added < 1000) {
        snprintf(expr, sizeof expr, "sma(close * 1.%03d, 50000)", added);
        if (plan_add(p, expr, NULL, VALUE_NUMBER, &err) < 0)
            break;
        added++;
    }
    ck_assert_int_eq(added, PLAN_HISTORY_MAX / 49999);
    ck_assert_str_eq(err.message, "the expressions look back over too many bars in all");
    plan_free(p);

    p = plan_new();
    for (added = 0; added < 2 * PLAN_NODES_MAX; added++) {
        snprintf(expr, sizeof expr, "close * %d", added + 2);
        if (plan_add(p, expr, NULL, VALUE_NUMBER, &err) < 0)
            break;
    }
    ck_assert_int_eq(added, (PLAN_NODES_MAX - 1) / 2);
    ck_assert_str_eq(err.message, "the strategies have too many different parts in all");
    plan_free(p);
}
END_TEST

START_TEST(a_mistake_leaves_the_plan_as_good_as_before) {
    struct plan *p = plan_new();
    struct expr_error err;
    ck_assert_int_eq(plan_add(p, "sma(close, 3) + smaa(1)", NULL, VALUE_NUMBER, &err), -1);
    ck_assert_uint_eq(plan_nodes(p), 0);
    columns_add(p, "sma(close, 3)");
    ck_assert_uint_eq(plan_nodes(p), 2);
    plan_free(p);
    plan_free(NULL);
}
END_TEST

START_TEST(strict_crosses_need_a_bar_on_the_other_side) {
    struct bars b;
    bars_init(&b);
    static const double closes[] = {1, 2, 3, 1, 2, 2, 3}; /* against 2 */
    for (int i = 0; i < 7; i++)
        ck_assert(bars_append(&b, i, 2, 3, 1, closes[i], 1));
    for (int strict = 0; strict < 2; strict++) {
        struct plan *p = plan_new();
        if (strict)
            plan_strict_crosses(p);
        int node = columns_add(p, "crossover(close, 2)");
        struct eval *e = eval_new(p, &b, 0);
        ck_assert_uint_eq(eval_next(e), 7);
        /* bars 2 and 6 come from a tie */
        ck_assert_uint_eq(eval_mask(e, node)[0], strict ? 0 : (1u << 2 | 1u << 6));
        eval_free(e);
        plan_free(p);
    }
    bars_release(&b);
}
END_TEST

SUITE_MAIN("plan", equal_nodes_are_shared,
           order_of_operands_does_not_matter_where_bits_do_not_change,
           only_what_is_asked_for_is_evaluated, lookbacks_are_static, a_strategys_names_are_checked,
           a_mistake_in_a_define_is_told_there, functions_are_written_out_where_they_are_called,
           mistakes_in_functions_are_told, doubling_functions_are_refused,
           longer_bars_count_for_warm_up, doubling_defines_stay_small,
           position_values_stand_above_columns, position_values_have_no_past,
           history_and_nodes_have_limits, a_mistake_leaves_the_plan_as_good_as_before,
           strict_crosses_need_a_bar_on_the_other_side)
