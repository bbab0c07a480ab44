#include "engine/measure.h"

#include <math.h>

static const char no_trades[] = "no trades";

void metric_set(struct metrics *ret, enum metric m, double value, const char *reason) {
    bool is_null = !isfinite(value);
    ret->value[m] = is_null ? (double)NAN : value;
    ret->null_reason[m] = is_null ? reason : NULL;
}

/* Money and returns of winning and losing trades. */
struct sides {
    double won, lost;         /* money, lost as a magnitude */
    double won_pct, lost_pct; /* returns, lost as a magnitude */
    size_t wins, losses;      /* by money after costs */
};

static struct sides split(const struct measure *m) {
    struct sides s = {.won = 0};
    for (size_t i = 0; i < m->n_trades; i++) {
        const struct trade *t = &m->trades[i];
        if (t->pnl > 0) {
            s.wins++;
            s.won += t->pnl;
            s.won_pct += t->return_pct;
        } else if (t->pnl < 0) {
            s.losses++;
            s.lost -= t->pnl;
            s.lost_pct -= t->return_pct;
        }
    }
    return s;
}

/* exp of the mean logarithm, minus 1, in percent; -100 once a trade has lost all of its value. */
static double geometric_mean(const struct measure *m) {
    double sum = 0;
    for (size_t i = 0; i < m->n_trades; i++) {
        double growth = 1 + m->trades[i].return_pct / 100;
        if (growth <= 0)
            return -100;
        sum += log(growth);
    }
    return 100 * (exp(sum / (double)m->n_trades) - 1);
}

static void durations(const struct measure *m, struct metrics *ret) {
    double n = (double)m->n_trades, sum = 0, longest = 0;
    for (size_t i = 0; i < m->n_trades; i++) {
        double s = (double)(m->trades[i].exit_time - m->trades[i].entry_time) / 1000;
        sum += s;
        longest = s > longest ? s : longest;
    }
    metric_set(ret, METRIC_MAX_TRADE_DURATION, n > 0 ? longest : (double)NAN, no_trades);
    metric_set(ret, METRIC_AVG_TRADE_DURATION, sum / n, no_trades);
}

static double sqn(const struct measure *m) {
    double n = (double)m->n_trades, mean = 0, squares = 0;
    for (size_t i = 0; i < m->n_trades; i++)
        mean += m->trades[i].pnl;
    mean /= n;
    for (size_t i = 0; i < m->n_trades; i++) {
        double d = m->trades[i].pnl - mean;
        squares += d * d;
    }
    return sqrt(n) * mean / sqrt(squares / (n - 1));
}

void measure_trades(const struct measure *m, double mean_equity, struct metrics *ret) {
    double n = (double)m->n_trades;
    double best = -HUGE_VAL, worst = HUGE_VAL, sum = 0;
    for (size_t i = 0; i < m->n_trades; i++) {
        double r = m->trades[i].return_pct;
        best = r > best ? r : best;
        worst = r < worst ? r : worst;
        sum += r;
    }
    struct sides s = split(m);
    double wins = (double)s.wins, losses = (double)s.losses;
    const char *no_loss = m->n_trades == 0 ? no_trades : "no losing trade";
    const char *one_side = m->n_trades == 0 ? no_trades
                           : s.losses == 0  ? "no losing trade"
                                            : "no winning trade";
    metric_set(ret, METRIC_TRADE_COUNT, n, NULL);
    metric_set(ret, METRIC_WIN_RATE, 100 * wins / n, no_trades);
    metric_set(ret, METRIC_BEST_TRADE, best, no_trades);
    metric_set(ret, METRIC_WORST_TRADE, worst, no_trades);
    metric_set(ret, METRIC_AVG_TRADE, geometric_mean(m), no_trades);
    metric_set(ret, METRIC_EXPECTANCY, sum / n, no_trades);
    metric_set(ret, METRIC_PROFIT_FACTOR, s.won / s.lost, no_loss);
    metric_set(ret, METRIC_PAYOFF_RATIO, s.wins ? s.won / wins / (s.lost / losses) : (double)NAN,
               one_side);
    double ratio = s.won_pct / wins / (s.lost_pct / losses);
    metric_set(ret, METRIC_KELLY, wins / n - (1 - wins / n) / ratio, one_side);
    metric_set(ret, METRIC_SQN, n > 1 ? sqn(m) : (double)NAN,
               m->n_trades == 0   ? no_trades
               : m->n_trades == 1 ? "one trade only"
                                  : "all trades gained the same");
    durations(m, ret);
    metric_set(ret, METRIC_EXPOSURE_TIME,
               100 * (double)m->exposed / (double)(m->bars->n - m->first), NULL);
    metric_set(ret, METRIC_TURNOVER, m->fill_value / mean_equity, "no equity");
    metric_set(ret, METRIC_COMMISSION_TOTAL, m->commission, NULL);
}
