/* Rules that read the position: columns and the account meet in a small program. */
#include "engine/program.h"

#include <math.h>
#include <string.h>

#include "engine/account.h"
#include "tests/columns.h"
#include "tests/near.h"

static const struct plan_scope scope = {.position = true};

static int add(struct plan *p, const char *expr, enum value_type want) {
    struct expr_error err = {.message = ""};
    int node = plan_add(p, expr, &scope, want, &err);
    ck_assert_msg(node >= 0, "%s: %s", expr, err.message);
    return node;
}

/* What a program gives on every bar of a walk, the position being p. */
static void gives(const char *expr, enum value_type type, const double *position,
                  double want(const struct bars *b, size_t i),
                  bool bound(const struct bars *b, size_t i)) {
    struct bars b;
    columns_walk(&b, 200, 7);
    struct plan *p = plan_new();
    int node = add(p, expr, type);
    ck_assert(plan_position(p, node));
    struct program *pr = program_new(p, node);
    ck_assert_ptr_nonnull(pr);
    struct eval *e = eval_new(p, &b, 37);
    size_t n;
    while ((n = eval_next(e)) > 0) {
        program_block(pr, e);
        for (size_t i = 0; i < n; i++) {
            size_t bar = eval_first(e) + i;
            double got = program_value(pr, i, position);
            ck_assert_msg(columns_same(got, want(&b, bar)), "%s, bar %zu: %.17g, not %.17g", expr,
                          bar, got, want(&b, bar));
            if (!bound)
                continue;
            bool may = eval_mask(e, program_bound(pr))[i / 64] >> (i % 64) & 1;
            ck_assert_msg(may == bound(&b, bar), "%s, bar %zu: bound %d", expr, bar, may);
        }
    }
    eval_free(e);
    program_free(pr);
    plan_free(p);
    bars_release(&b);
}

static const double held[POSITION_COUNT] = {
    [POSITION_SIZE] = -3,   [POSITION_AVG_PRICE] = 101, [POSITION_OPEN_PROFIT] = 12.5,
    [POSITION_BARS] = 4,    [POSITION_EQUITY] = 10050,  [POSITION_HIGHEST] = 103,
    [POSITION_LOWEST] = 97,
};

static double below_lowest(const struct bars *b, size_t i) {
    return b->c[i] < b->o[i] && b->c[i] < 97 + 1;
}

static bool falls(const struct bars *b, size_t i) {
    return b->c[i] < b->o[i];
}

static double either(const struct bars *b, size_t i) {
    return b->c[i] > b->o[i] || (b->c[i] < b->o[i] && b->h[i] > 103);
}

static bool moves(const struct bars *b, size_t i) {
    return b->c[i] != b->o[i];
}

static double always(const struct bars *b, size_t i) {
    (void)b, (void)i;
    return 1;
}

static bool anywhere(const struct bars *b, size_t i) {
    (void)b, (void)i;
    return true;
}

static double price(const struct bars *b, size_t i) {
    return 101 + 0.5 * (i ? b->h[i - 1] - b->l[i - 1] : (double)NAN);
}

static double shares(const struct bars *b, size_t i) {
    return 10050 * 0.01 / b->c[i] + fabs(-3.0) * 12.5 + 4;
}

START_TEST(columns_and_the_position_meet) {
    gives("close < open and close < lowest_since_entry + 1", VALUE_CONDITION, held, below_lowest,
          falls);
    gives("close > open or close < open and high > highest_since_entry", VALUE_CONDITION, held,
          either, moves);
    gives("not (position_size > 0)", VALUE_CONDITION, held, always, anywhere);
    gives("bars_in_trade >= 4 ? position_size == -3 : close > open", VALUE_CONDITION, held, always,
          anywhere);
    gives("position_avg_price + 0.5 * (high - low)[1]", VALUE_NUMBER, held, price, NULL);
    gives("equity * 0.01 / close + abs(position_size) * open_profit + bars_in_trade", VALUE_NUMBER,
          held, shares, NULL);
}
END_TEST

START_TEST(a_flat_account_has_no_price) {
    struct account a = {.cash = 500};
    double flat[POSITION_COUNT];
    account_position(&a, 9, 100, flat);
    ck_assert_double_eq(flat[POSITION_SIZE], 0);
    ck_assert_double_eq(flat[POSITION_OPEN_PROFIT], 0);
    ck_assert_double_eq(flat[POSITION_EQUITY], 500);
    ck_assert(isnan(flat[POSITION_AVG_PRICE]) && isnan(flat[POSITION_BARS]));
    ck_assert(isnan(flat[POSITION_HIGHEST]) && isnan(flat[POSITION_LOWEST]));
    gives("na(position_avg_price) and not (bars_in_trade >= 0) and nz(open_profit, 1) == 0",
          VALUE_CONDITION, flat, always, anywhere);

    struct entry entries[] = {{.size = 2, .price = 90, .bar = 3, .low = 80, .high = 110},
                              {.size = 1, .price = 96, .bar = 5, .low = 85, .high = 120}};
    struct account two = {.cash = 300, .units = 3, .n = 2, .entries = entries};
    double got[POSITION_COUNT];
    account_position(&two, 9, 100, got);
    NEAR(got[POSITION_SIZE], 3);
    NEAR(got[POSITION_AVG_PRICE], 92);
    NEAR(got[POSITION_OPEN_PROFIT], 24);
    NEAR(got[POSITION_BARS], 6);
    NEAR(got[POSITION_EQUITY], 600);
    NEAR(got[POSITION_HIGHEST], 120);
    NEAR(got[POSITION_LOWEST], 80);
}
END_TEST

START_TEST(what_needs_a_past_is_refused) {
    static const struct {
        const char *expr;
        int column;
    } rows[] = {
        {"position_size[1] == 0", 1},
        {"1 > sma(open_profit, 3)", 5},
        {"crossover(equity, 5)", 1},
        {"close > open and barssince(bars_in_trade > 3) > 2", 18},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct expr_error err = {.message = ""};
        struct plan *p = plan_new();
        ck_assert_int_lt(plan_add(p, rows[i].expr, &scope, VALUE_CONDITION, &err), 0);
        ck_assert_msg(strstr(err.message, "a value of the position has no past"), "%s: %s",
                      rows[i].expr, err.message);
        ck_assert_msg(err.column == rows[i].column, "%s: column %d", rows[i].expr, err.column);
        ck_assert_int_ge(plan_add(p, "close > open", NULL, VALUE_CONDITION, &err), 0);
        plan_free(p);
    }
}
END_TEST

static struct bt_config config_of(const struct strategy *s) {
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.interval = INTERVAL_1H;
    cfg.want_equity = true;
    cfg.n_strategies = 1;
    cfg.strategies[0].strategy = s;
    return cfg;
}

static struct bt_result run(const struct bt_config *cfg, const struct bars *b) {
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    ck_assert_msg(backtest_run(cfg, b, 0, NULL, NULL, &res, &err) == BT_OK, "%s", err.expr.message);
    return res;
}

static void same(const struct bt_result *a, const struct bt_result *b) {
    ck_assert_uint_eq(a->n_trades, b->n_trades);
    for (size_t i = 0; i < a->n_trades; i++) {
        ck_assert_int_eq(a->trades[i].entry_bar, b->trades[i].entry_bar);
        ck_assert_int_eq(a->trades[i].exit_bar, b->trades[i].exit_bar);
        ck_assert_double_eq(a->trades[i].pnl, b->trades[i].pnl);
    }
    ck_assert_mem_eq(a->equity, b->equity, a->n_bars * sizeof *a->equity);
}

#define ENTER "crossover(close, sma(close, 5))"

/* Out after five bars: by the position's age as by maxBars. */
START_TEST(the_age_of_a_trade_is_counted_as_max_bars_counts_it) {
    static const struct strategy by_rule = {
        .name = "rule",
        .rules = {[RULE_LONG_ENTRY] = ENTER, [RULE_LONG_EXIT] = "bars_in_trade >= 4"}};
    static const struct strategy plain = {.name = "plain", .rules = {[RULE_LONG_ENTRY] = ENTER}};
    struct bars b;
    columns_walk(&b, 3000, 11);
    struct bt_config rule = config_of(&by_rule), max = config_of(&plain);
    max.max_bars = 5;
    struct bt_result one = run(&rule, &b), two = run(&max, &b);
    ck_assert_uint_gt(one.n_trades, 100);
    same(&one, &two);
    ck_assert_int_eq(one.trades[one.n_trades - 1].exit_reason, REASON_END);
    ck_assert_uint_eq(one.strategies[0].diagnosis.signals[RULE_LONG_EXIT], one.n_trades - 1);
    bt_result_release(&one);
    bt_result_release(&two);
    bars_release(&b);
}
END_TEST

/* Every exit is due where the rule, computed from the bars, was first true. */
START_TEST(exits_follow_the_highest_price_since_entry) {
    static const struct strategy s = {
        .name = "chandelier",
        .rules = {[RULE_LONG_ENTRY] = ENTER " and position_size == 0",
                  [RULE_LONG_EXIT] = "close < highest_since_entry - 3 or open_profit > 500"}};
    struct bars b;
    columns_walk(&b, 3000, 12);
    struct bt_config cfg = config_of(&s);
    struct bt_result res = run(&cfg, &b);
    ck_assert_uint_gt(res.n_trades, 50);
    for (size_t k = 0; k + 1 < res.n_trades; k++) {
        const struct trade *t = &res.trades[k];
        double high = t->entry_price;
        for (int64_t i = t->entry_bar; i < t->exit_bar; i++) {
            high = b.h[i] > high ? b.h[i] : high;
            bool out = b.c[i] < high - 3 || t->size * (b.c[i] - t->entry_price) > 500;
            ck_assert_msg(out == (i + 1 == t->exit_bar), "trade %zu, bar %d", k, (int)i);
        }
        ck_assert_int_eq(t->exit_reason, REASON_SIGNAL);
    }
    static const size_t blocks[] = {1, 3, 64, 1000, 4000};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        cfg.block = blocks[i];
        struct bt_result again = run(&cfg, &b);
        same(&res, &again);
        bt_result_release(&again);
    }
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

/* A stop made of the account: 1 % of equity below the close, whatever the units. */
START_TEST(prices_may_read_the_position) {
    static const struct strategy s = {
        .name = "stop",
        .rules = {[RULE_LONG_ENTRY] = ENTER, [RULE_LONG_STOP_LOSS] = "close - equity / 1000"}};
    struct bars b;
    columns_walk(&b, 500, 13);
    struct bt_config cfg = config_of(&s);
    struct bt_result res = run(&cfg, &b);
    size_t stopped = 0;
    for (size_t k = 0; k < res.n_trades; k++) {
        const struct trade *t = &res.trades[k];
        int64_t signal = t->entry_bar - 1;
        double stop = b.c[signal] - res.equity[signal] / 1000;
        if (t->exit_reason == REASON_STOP_LOSS && b.o[t->exit_bar] > stop) {
            NEAR(t->exit_price, stop);
            stopped++;
        }
    }
    ck_assert_uint_gt(stopped, 3);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(a_vote_and_the_other_profile_have_no_position) {
    static const struct strategy s = {
        .name = "s", .rules = {[RULE_LONG_ENTRY] = ENTER, [RULE_LONG_EXIT] = "bars_in_trade > 3"}};
    struct bars b;
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    columns_walk(&b, 50, 1);
    struct bt_config cfg = config_of(&s);
    cfg.strategies[cfg.n_strategies++].strategy = &s;
    cfg.combine = COMBINE_ALL;
    ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
    ck_assert(strstr(err.expr.message, "cannot vote"));
    ck_assert_str_eq(err.expr.where, "long.exit");
    cfg = config_of(&s);
    cfg.profile = PROFILE_BACKTESTING_PY;
    ck_assert_int_eq(backtest_run(&cfg, &b, 0, NULL, NULL, &res, &err), BT_BAD_STRATEGY);
    ck_assert(strstr(err.expr.message, "no position functions"));
    bars_release(&b);
}
END_TEST

SUITE_MAIN("program", columns_and_the_position_meet, a_flat_account_has_no_price,
           what_needs_a_past_is_refused, the_age_of_a_trade_is_counted_as_max_bars_counts_it,
           exits_follow_the_highest_price_since_entry, prices_may_read_the_position,
           a_vote_and_the_other_profile_have_no_position)
