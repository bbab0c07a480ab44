/* Where the money is: equity is cash plus positions at each close, what trades and open positions
 * made is the change of equity, and sleeves add up. Random strategies over random bars. */
#include <math.h>

#include "tests/random_run.h"

#define CASES random_cases()
#define SEED  UINT64_C(0x9e3779b97f4a7c15)

/* Without what falls due while a trade is held, and without a second rate. */
static void plain_costs(struct bt_config *c) {
    c->funding = c->borrow = 0;
    c->commission_maker = (double)NAN;
}

/* What the trade's exit cost; the rest of its commission is its part of the entry's. */
static double exit_fee(const struct bt_config *c, const struct trade *t) {
    double f = c->commission_fixed + c->commission_rate * fabs(t->size) * t->exit_price;
    return f > c->commission_minimum ? f : c->commission_minimum;
}

/* What additions may round away: a lucky account with leverage grows to a billion. */
static double rounding(const struct bt_config *c, const struct bt_result *res) {
    return 1e-9 * c->cash + 1e-12 * res->metrics.value[METRIC_PEAK_EQUITY];
}

/* Adds the trade to the equity of each bar from its entry on. */
static void add_trade(const struct bt_config *c, const struct trade *t, const double *close,
                      double *equity, size_t n) {
    double entry_fee = t->commission - exit_fee(c, t);
    for (size_t i = (size_t)t->entry_bar; i < n; i++)
        equity[i] +=
            (int64_t)i >= t->exit_bar ? t->pnl : t->size * (close[i] - t->entry_price) - entry_fee;
}

START_TEST(equity_is_cash_and_positions_at_each_close) {
    static struct random r;
    r = (struct random){.state = SEED + 2, .positions = true};
    static struct random_request q;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 150));
        random_request(&r, &q);
        plain_costs(&q.cfg);
        q.cfg.finalize = true;
        q.cfg.block = 128;
        size_t first = (size_t)random_below(&r, 20);
        struct bt_result res = random_result(&q.cfg, &b, first);
        double *want = calloc(res.n_bars, sizeof *want);
        MUST(want, "out of memory");
        for (size_t i = 0; i < res.n_bars; i++)
            want[i] = q.cfg.cash;
        for (size_t k = 0; k < res.n_trades; k++)
            add_trade(&q.cfg, &res.trades[k], b.c + first, want, res.n_bars);
        for (size_t i = 0; i < res.n_bars; i++) {
            MUST(fabs(res.equity[i] - want[i]) <= rounding(&q.cfg, &res),
                 "case %d, bar %zu: %.12g, not %.12g", number, i, res.equity[i], want[i]);
            MUST(res.equity[i] >= -1e-9 * q.cfg.cash, "case %d, bar %zu: %g below 0", number, i,
                 res.equity[i]);
        }
        free(want);
        bt_result_release(&res);
        bars_release(&b);
    }
}
END_TEST

/* The same run once left open at the end: what is still open is known from the run that closes it.
 */
START_TEST(profits_of_trades_and_open_ones_are_the_change_of_equity) {
    static struct random r;
    r = (struct random){.state = SEED + 4, .positions = true};
    static struct random_request q;
    size_t open = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 150));
        random_request(&r, &q);
        q.cfg.fill = FILL_OPEN; /* at a close, the last bar's own fills differ with finalize */
        plain_costs(&q.cfg);
        q.cfg.block = 128;
        q.cfg.finalize = true;
        struct bt_result closed = random_result(&q.cfg, &b, 0);
        q.cfg.finalize = false;
        struct bt_result res = random_result(&q.cfg, &b, 0);
        double sum = 0, profit = 0;
        for (size_t k = 0; k < res.n_trades; k++)
            sum += res.trades[k].pnl;
        for (size_t k = 0; k < closed.n_trades; k++) {
            const struct trade *t = &closed.trades[k];
            if (t->exit_reason != REASON_END)
                continue;
            profit +=
                t->size * (b.c[b.n - 1] - t->entry_price) - (t->commission - exit_fee(&q.cfg, t));
            open++;
        }
        double change = res.equity[res.n_bars - 1] - q.cfg.cash;
        MUST(fabs(sum + profit - change) <= rounding(&q.cfg, &closed),
             "case %d: %.12g of trades and %.12g open, but equity changed by %.12g", number, sum,
             profit, change);
        bt_result_release(&closed);
        bt_result_release(&res);
        bars_release(&b);
    }
    MUST(open > (size_t)CASES / 8, "%zu open positions", open);
}
END_TEST

/* Sleeves: what each strategy made and paid adds up to the whole, to the cent and far below. */
START_TEST(sleeves_add_up) {
    static struct random r;
    r = (struct random){.state = SEED + 5, .positions = true};
    static struct random_request q;
    size_t several = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 60 + (size_t)random_below(&r, 200));
        random_request(&r, &q);
        q.cfg.finalize = true;
        q.cfg.block = 128;
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
                MUST(fabs(sleeve + made[k] - m[METRIC_FINAL_EQUITY]) < rounding(&q.cfg, &res),
                     "case %d, strategy %zu: %.12g from trades, %.12g", number, k, sleeve + made[k],
                     m[METRIC_FINAL_EQUITY]);
            }
            const double *all = res.metrics.value;
            MUST(fabs(equity - all[METRIC_FINAL_EQUITY]) < rounding(&q.cfg, &res) &&
                     fabs(paid - all[METRIC_COMMISSION_TOTAL]) < rounding(&q.cfg, &res) &&
                     count == all[METRIC_TRADE_COUNT],
                 "case %d: equity %.12g, not %.12g", number, equity, all[METRIC_FINAL_EQUITY]);
            several++;
            bt_result_release(&res);
        }
        bars_release(&b);
    }
    MUST(several > (size_t)CASES / 20, "%zu cases had several strategies", several);
}
END_TEST

SUITE_MAIN("accounting", equity_is_cash_and_positions_at_each_close,
           profits_of_trades_and_open_ones_are_the_change_of_equity, sleeves_add_up)
