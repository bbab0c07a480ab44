/* What must hold of every run: the block size changes no bit, the future does not reach back, and
 * equity is cash plus positions at each close. Random strategies over random bars. */
#include <math.h>

#include "tests/random_run.h"

#define CASES 2000
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
    ck_assert_msg(a->n_trades == b->n_trades, "case %d, block %zu: %zu or %zu trades", number,
                  block, a->n_trades, b->n_trades);
    for (size_t i = 0; i < a->n_trades; i++)
        ck_assert_msg(same_trade(&a->trades[i], &b->trades[i]), "case %d, block %zu: trade %zu",
                      number, block, i);
    ck_assert_msg(memcmp(a->equity, b->equity, a->n_bars * sizeof *a->equity) == 0,
                  "case %d, block %zu: equity", number, block);
    ck_assert_msg(same_metrics(&a->metrics, &b->metrics), "case %d, block %zu: metrics", number,
                  block);
    ck_assert(a->size_cuts == b->size_cuts && a->order_bars == b->order_bars);
    for (size_t k = 0; k < a->n_strategies; k++) {
        ck_assert_msg(same_metrics(&a->strategies[k].metrics, &b->strategies[k].metrics),
                      "case %d, block %zu: metrics of strategy %zu", number, block, k);
        ck_assert(memcmp(a->strategies[k].diagnosis.signals, b->strategies[k].diagnosis.signals,
                         sizeof a->strategies[k].diagnosis.signals) == 0);
        ck_assert(memcmp(a->strategies[k].diagnosis.refused, b->strategies[k].diagnosis.refused,
                         sizeof a->strategies[k].diagnosis.refused) == 0);
    }
}

static size_t length_of(struct random *r) {
    return random_below(r, 50) == 0 ? 5000 : 100 + (size_t)random_below(r, 900);
}

START_TEST(block_sizes_change_no_bit) {
    static const size_t blocks[] = {1, 64, 1000, 4096};
    struct random r = {SEED};
    static struct random_request q;
    size_t trades = 0, stopped = 0, orders = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, length_of(&r));
        random_request(&r, &q);
        size_t first = (size_t)random_below(&r, 80);
        q.cfg.block = b.n;
        struct bt_result whole = random_result(&q.cfg, &b, first);
        for (size_t i = number % 10 ? 1 : 0; i < sizeof blocks / sizeof *blocks; i++) {
            if (i > 0 && blocks[i] / 4 > b.n)
                continue;
            q.cfg.block = blocks[i];
            struct bt_result res = random_result(&q.cfg, &b, first);
            assert_same(&whole, &res, number, blocks[i]);
            bt_result_release(&res);
        }
        double pnl = 0;
        for (size_t i = 0; i < whole.n_trades; i++)
            pnl += whole.trades[i].pnl;
        double change = whole.equity[whole.n_bars - 1] - q.cfg.cash;
        ck_assert_msg(!q.cfg.finalize || fabs(pnl - change) <= 1e-8 * q.cfg.cash,
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
    ck_assert_msg(trades > 20 * CASES && stopped > 5 * CASES && orders > CASES,
                  "%zu trades, %zu stopped, %zu order bars", trades, stopped, orders);
}
END_TEST

/* Sleeves: what each strategy made and paid adds up to the whole, to the cent and far below. */
START_TEST(sleeves_add_up) {
    struct random r = {SEED + 4};
    static struct random_request q;
    size_t several = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 60 + (size_t)random_below(&r, 200));
        random_request(&r, &q);
        q.cfg.finalize = true;
        if (q.cfg.n_strategies > 1 && q.cfg.combine == COMBINE_SLEEVES) {
            struct bt_result res = random_result(&q.cfg, &b, 0);
            double equity = 0, paid = 0, count = 0, made[RANDOM_STRATEGIES] = {0};
            double sleeve = q.cfg.cash / (double)q.cfg.n_strategies;
            for (size_t i = 0; i < res.n_trades; i++)
                made[res.trades[i].strategy] += res.trades[i].pnl;
            for (size_t k = 0; k < res.n_strategies; k++) {
                const double *m = res.strategies[k].metrics.value;
                equity += m[METRIC_FINAL_EQUITY];
                paid += m[METRIC_COMMISSION_TOTAL];
                count += m[METRIC_TRADE_COUNT];
                ck_assert_msg(fabs(sleeve + made[k] - m[METRIC_FINAL_EQUITY]) < 1e-6,
                              "case %d, strategy %zu: %.12g from trades, %.12g", number, k,
                              sleeve + made[k], m[METRIC_FINAL_EQUITY]);
            }
            const double *all = res.metrics.value;
            ck_assert_msg(fabs(equity - all[METRIC_FINAL_EQUITY]) < 1e-6 &&
                              fabs(paid - all[METRIC_COMMISSION_TOTAL]) < 1e-6 &&
                              count == all[METRIC_TRADE_COUNT],
                          "case %d: equity %.12g, not %.12g", number, equity,
                          all[METRIC_FINAL_EQUITY]);
            several++;
            bt_result_release(&res);
        }
        bars_release(&b);
    }
    ck_assert_msg(several > CASES / 20, "%zu cases had several strategies", several);
}
END_TEST

START_TEST(the_future_does_not_reach_back) {
    struct random r = {SEED + 1};
    static struct random_request q;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 60 + (size_t)random_below(&r, 500));
        random_request(&r, &q);
        q.cfg.finalize = false;
        size_t first = (size_t)random_below(&r, 40);
        size_t cut = first + 1 + (size_t)random_below(&r, (int)(b.n - first - 1));
        struct bars past = bars_slice(&b, 0, cut);
        struct bt_result all = random_result(&q.cfg, &b, first);
        struct bt_result then = random_result(&q.cfg, &past, first);
        ck_assert_msg(memcmp(all.equity, then.equity, then.n_bars * sizeof *then.equity) == 0,
                      "case %d: equity before bar %zu changed", number, cut);
        ck_assert(then.n_trades <= all.n_trades);
        for (size_t i = 0; i < then.n_trades; i++)
            ck_assert_msg(same_trade(&then.trades[i], &all.trades[i]), "case %d: trade %zu", number,
                          i);
        ck_assert_msg(then.n_trades == all.n_trades ||
                          all.trades[then.n_trades].exit_bar >= (int64_t)then.n_bars,
                      "case %d: a trade before bar %zu is missing", number, cut);
        bt_result_release(&all);
        bt_result_release(&then);
        bars_release(&b);
    }
}
END_TEST

static double fee(const struct bt_config *c, double size, double price) {
    double f = c->commission_fixed + c->commission_rate * fabs(size) * price;
    return f > c->commission_minimum ? f : c->commission_minimum;
}

START_TEST(equity_is_cash_and_positions_at_each_close) {
    struct random r = {SEED + 2};
    static struct random_request q;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 300));
        random_request(&r, &q);
        q.cfg.finalize = true;
        q.cfg.funding = q.cfg.borrow = 0; /* they fall due while a trade is held */
        q.cfg.commission_maker = (double)NAN;
        size_t first = (size_t)random_below(&r, 20);
        struct bt_result res = random_result(&q.cfg, &b, first);
        double *want = calloc(res.n_bars, sizeof *want);
        ck_assert_ptr_nonnull(want);
        for (size_t i = 0; i < res.n_bars; i++)
            want[i] = q.cfg.cash;
        for (size_t k = 0; k < res.n_trades; k++) {
            const struct trade *t = &res.trades[k];
            double entry_fee = t->commission - fee(&q.cfg, t->size, t->exit_price);
            for (size_t i = (size_t)t->entry_bar; i < res.n_bars; i++)
                want[i] += (int64_t)i >= t->exit_bar
                               ? t->pnl
                               : t->size * (b.c[first + i] - t->entry_price) - entry_fee;
        }
        for (size_t i = 0; i < res.n_bars; i++) {
            ck_assert_msg(fabs(res.equity[i] - want[i]) <= 1e-8 * q.cfg.cash,
                          "case %d, bar %zu: %.12g, not %.12g", number, i, res.equity[i], want[i]);
            ck_assert_msg(res.equity[i] >= -1e-8 * q.cfg.cash, "case %d, bar %zu: %g below 0",
                          number, i, res.equity[i]);
        }
        free(want);
        bt_result_release(&res);
        bars_release(&b);
    }
}
END_TEST

/* The same numbers from a plain loop over the whole curve. */
START_TEST(drawdown_and_per_bar_figures_match_a_plain_loop) {
    struct random r = {SEED + 3};
    static struct random_request q;
    for (int number = 0; number < CASES / 4; number++) {
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
        ck_assert_msg(fabs(got + 100 * deepest) <= 1e-9, "case %d: %g, not %g", number, got,
                      -100 * deepest);
        got = res.metrics.value[METRIC_SHARPE_PER_BAR];
        ck_assert_msg(isnan(got) ? !isfinite(sharpe)
                                 : fabs(got - sharpe) <= 1e-7 * (1 + fabs(sharpe)),
                      "case %d: %g, not %g", number, got, sharpe);
        bt_result_release(&res);
        bars_release(&b);
    }
}
END_TEST

SUITE_MAIN("independence", block_sizes_change_no_bit, sleeves_add_up,
           the_future_does_not_reach_back, equity_is_cash_and_positions_at_each_close,
           drawdown_and_per_bar_figures_match_a_plain_loop)
