/* What must hold of every run: neither the block size nor the width of registers changes a bit, and
 * the future does not reach back. Random strategies over random bars. */
#include <math.h>

#include "tests/random_run.h"

#define CASES random_cases()
#define SEED  UINT64_C(0x9e3779b97f4a7c15)

static bool same_metrics(const struct metrics *a, const struct metrics *b) {
    return memcmp(a->value, b->value, sizeof a->value) == 0 &&
           memcmp(a->null_reason, b->null_reason, sizeof a->null_reason) == 0;
}

static bool same_trade(const struct trade *a, const struct trade *b) {
    return a->size == b->size && a->entry_bar == b->entry_bar && a->exit_bar == b->exit_bar &&
           a->entry_time == b->entry_time && a->exit_time == b->exit_time &&
           a->entry_price == b->entry_price && a->exit_price == b->exit_price && a->pnl == b->pnl &&
           a->return_pct == b->return_pct && a->commission == b->commission && a->mae == b->mae &&
           a->mfe == b->mfe && a->entry_reason == b->entry_reason &&
           a->exit_reason == b->exit_reason && a->strategy == b->strategy;
}

static void assert_same(const struct bt_result *a, const struct bt_result *b, int number,
                        size_t block) {
    MUST(a->n_trades == b->n_trades, "case %d, block %zu: %zu or %zu trades", number, block,
         a->n_trades, b->n_trades);
    for (size_t i = 0; i < a->n_trades; i++)
        MUST(same_trade(&a->trades[i], &b->trades[i]), "case %d, block %zu: trade %zu", number,
             block, i);
    MUST(memcmp(a->equity, b->equity, a->n_bars * sizeof *a->equity) == 0,
         "case %d, block %zu: equity", number, block);
    MUST(same_metrics(&a->metrics, &b->metrics), "case %d, block %zu: metrics", number, block);
    MUST(a->size_cuts == b->size_cuts && a->order_bars == b->order_bars, "case %d", number);
    for (size_t k = 0; k < a->n_strategies; k++) {
        MUST(same_metrics(&a->strategies[k].metrics, &b->strategies[k].metrics),
             "case %d, block %zu: metrics of strategy %zu", number, block, k);
        MUST(memcmp(a->strategies[k].diagnosis.signals, b->strategies[k].diagnosis.signals,
                    sizeof a->strategies[k].diagnosis.signals) == 0,
             "case %d", number);
        MUST(memcmp(a->strategies[k].diagnosis.refused, b->strategies[k].diagnosis.refused,
                    sizeof a->strategies[k].diagnosis.refused) == 0,
             "case %d", number);
    }
}

/* Small bars mostly; now and then more than the default block. */
static size_t length_of(struct random *r) {
    return random_below(r, 500) == 0 ? 5000 : 100 + (size_t)random_below(r, 150);
}

START_TEST(block_sizes_change_no_bit) {
    static const size_t blocks[] = {1, 7, 64, 100, 0};
    static struct random r;
    r = (struct random){.state = SEED, .positions = true};
    static struct random_request q;
    size_t trades = 0, stopped = 0, orders = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, length_of(&r));
        random_request(&r, &q);
        size_t first = (size_t)random_below(&r, 80);
        q.cfg.block = b.n;
        struct bt_result whole = random_result(&q.cfg, &b, first);
        q.cfg.block = blocks[number % 5];
        struct bt_result res = random_result(&q.cfg, &b, first);
        assert_same(&whole, &res, number, q.cfg.block);
        bt_result_release(&res);
        double pnl = 0;
        for (size_t i = 0; i < whole.n_trades; i++)
            pnl += whole.trades[i].pnl;
        double change = whole.equity[whole.n_bars - 1] - q.cfg.cash;
        MUST(!q.cfg.finalize || fabs(pnl - change) <= 1e-9 * q.cfg.cash,
             "case %d: trades made %.12g, equity %.12g", number, pnl, change);
        trades += whole.n_trades;
        orders += whole.order_bars;
        for (size_t i = 0; i < whole.n_trades; i++)
            stopped += whole.trades[i].exit_reason != REASON_SIGNAL &&
                       whole.trades[i].exit_reason != REASON_REVERSE;
        bt_result_release(&whole);
        bars_release(&b);
    }
    /* the cases must be worth something */
    MUST(trades > 5 * (size_t)CASES && stopped > 2 * (size_t)CASES && orders > (size_t)CASES / 2,
         "%zu trades, %zu stopped, %zu order bars", trades, stopped, orders);
    int rows;
    const struct ind_info **table = random_table(&rows);
    for (int row = 0; row < rows; row++)
        MUST(r.drawn[row] > 0, "%s was never tried", table[row]->name);
}
END_TEST

/* Conditions as bits, numbers as their bytes; all nulls are one. */
static uint64_t sum_of(const struct eval *e, int node, bool condition, size_t n, uint64_t sum) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 1;
        double x = condition ? 0 : eval_number(e, node)[i];
        if (condition)
            bits = eval_mask(e, node)[i / 64] >> (i % 64) & 1;
        else if (x == x)
            memcpy(&bits, &x, sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static uint64_t columns_sum(const struct plan *p, const struct rules *rules, size_t n_rules,
                            const struct bars *b, bool narrow) {
    uint64_t sum = 0;
    struct eval *e = eval_new(p, b, 128);
    MUST(e, "out of memory");
    if (narrow)
        eval_narrow(e);
    for (size_t n; (n = eval_next(e)) > 0;) {
        for (size_t k = 0; k < n_rules; k++) {
            for (int rule = 0; rule < RULE_COUNT; rule++) {
                int node = rules[k].node[rule];
                if (node >= 0)
                    sum = sum_of(e, node, rule < RULE_CONDITIONS, n, sum);
            }
        }
    }
    eval_free(e);
    return sum;
}

START_TEST(the_width_of_registers_changes_no_bit) {
    static struct random r;
    r = (struct random){.state = SEED + 6, .positions = true};
    static struct random_request q;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, length_of(&r));
        random_request(&r, &q);
        for (size_t i = 0; i < b.n && number % 2; i++) /* off the grid of quarters */
            b.c[i] += (b.h[i] - b.c[i]) * random_unit(&r);
        struct rules rules[RANDOM_STRATEGIES] = {0};
        struct bt_error err;
        struct plan *p = plan_new();
        MUST(p && rules_compile(&q.cfg, p, rules, &err), "case %d", number);
        uint64_t wide = columns_sum(p, rules, q.cfg.n_strategies, &b, false);
        uint64_t narrow = columns_sum(p, rules, q.cfg.n_strategies, &b, true);
        MUST(wide == narrow, "case %d: columns of %s", number, q.strategies[0].rules[0]);
        for (size_t k = 0; k < q.cfg.n_strategies; k++)
            rules_release(&rules[k]);
        plan_free(p);
        struct bt_result one = random_result(&q.cfg, &b, 0);
        q.cfg.narrow = true;
        struct bt_result other = random_result(&q.cfg, &b, 0);
        assert_same(&one, &other, number, 0);
        bt_result_release(&one);
        bt_result_release(&other);
        bars_release(&b);
    }
}
END_TEST

START_TEST(the_future_does_not_reach_back) {
    static struct random r;
    r = (struct random){.state = SEED + 1, .positions = true};
    static struct random_request q;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 60 + (size_t)random_below(&r, 150));
        random_request(&r, &q);
        q.cfg.finalize = false;
        q.cfg.block = 128;
        size_t first = (size_t)random_below(&r, 40);
        size_t cut = first + 1 + (size_t)random_below(&r, (int)(b.n - first - 1));
        struct bars past = bars_slice(&b, 0, cut);
        struct bt_result all = random_result(&q.cfg, &b, first);
        struct bt_result then = random_result(&q.cfg, &past, first);
        MUST(memcmp(all.equity, then.equity, then.n_bars * sizeof *then.equity) == 0,
             "case %d: equity before bar %zu changed", number, cut);
        MUST(then.n_trades <= all.n_trades, "case %d", number);
        for (size_t i = 0; i < then.n_trades; i++)
            MUST(same_trade(&then.trades[i], &all.trades[i]), "case %d: trade %zu", number, i);
        MUST(then.n_trades == all.n_trades ||
                 all.trades[then.n_trades].exit_bar >= (int64_t)then.n_bars,
             "case %d: a trade before bar %zu is missing", number, cut);
        bt_result_release(&all);
        bt_result_release(&then);
        bars_release(&b);
    }
}
END_TEST

/* The same numbers from a plain loop over the whole curve. */
START_TEST(drawdown_and_per_bar_figures_match_a_plain_loop) {
    static struct random r;
    r = (struct random){.state = SEED + 3};
    static struct random_request q;
    for (int number = 0; number < CASES / 10; number++) {
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 1000));
        random_request(&r, &q);
        struct bt_result res = random_result(&q.cfg, &b, 0);
        double peak = q.cfg.cash, deepest = 0, before = q.cfg.cash, sum = 0, squares = 0;
        double n = (double)res.n_bars;
        for (size_t i = 0; i < res.n_bars; i++) {
            peak = res.equity[i] > peak ? res.equity[i] : peak;
            double fall = 1 - res.equity[i] / peak;
            deepest = fall > deepest ? fall : deepest;
            double x = before > 0 ? res.equity[i] / before - 1 : 0;
            sum += x;
            before = res.equity[i];
        }
        double mean = sum / n;
        before = q.cfg.cash;
        for (size_t i = 0; i < res.n_bars; i++) {
            double x = (before > 0 ? res.equity[i] / before - 1 : 0) - mean;
            squares += x * x;
            before = res.equity[i];
        }
        double sharpe = mean / sqrt(squares / (n - 1)) * sqrt(8760), got;
        got = res.metrics.value[METRIC_MAX_DRAWDOWN];
        MUST(fabs(got + 100 * deepest) <= 1e-9, "case %d: %g, not %g", number, got, -100 * deepest);
        got = res.metrics.value[METRIC_SHARPE_PER_BAR];
        MUST(isnan(got) ? !isfinite(sharpe) : fabs(got - sharpe) <= 1e-7 * (1 + fabs(sharpe)),
             "case %d: %g, not %g", number, got, sharpe);
        bt_result_release(&res);
        bars_release(&b);
    }
}
END_TEST

SUITE_MAIN("independence", block_sizes_change_no_bit, the_width_of_registers_changes_no_bit,
           the_future_does_not_reach_back, drawdown_and_per_bar_figures_match_a_plain_loop)
