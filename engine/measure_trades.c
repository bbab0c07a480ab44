/* Figures made of closed trades and of fills. */
#include "engine/measure.h"

#include <math.h>

static const char no_trades[] = "no trades";
static const char no_loser[] = "no losing trade";
static const char no_winner[] = "no winning trade";

void metric_set(struct metrics *ret, enum metric m, double value, const char *reason) {
    bool is_null = !isfinite(value);
    ret->value[m] = is_null ? (double)NAN : value;
    ret->null_reason[m] = is_null ? reason : NULL;
}

/* Everything that one pass over the trades gives. */
struct sums {
    double won, lost;         /* money, lost as a magnitude */
    double won_pct, lost_pct; /* returns, lost as a magnitude */
    size_t wins, losses;      /* by money after costs */
    size_t wins_now, losses_now, win_streak, loss_streak;
    double pnl, returns, best, worst;
    double growth; /* product of 1 + return, 2^growth_exponent taken out; 0: a trade lost all */
    int growth_exponent;
    double seconds, longest; /* durations */
    double mae, mfe, worst_mae, best_mfe;
};

static size_t most(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Sums by arithmetic: nobody can foretell which way the next trade went. */
static void add_outcome(struct sums *s, const struct trade *t) {
    size_t won = t->pnl > 0, lost = t->pnl < 0;
    s->wins += won;
    s->losses += lost;
    s->won += t->pnl * (double)won;
    s->lost -= t->pnl * (double)lost;
    s->won_pct += t->return_pct * (double)won;
    s->lost_pct -= t->return_pct * (double)lost;
    s->wins_now = (s->wins_now + 1) * won;
    s->losses_now = (s->losses_now + 1) * lost;
    s->win_streak = most(s->wins_now, s->win_streak);
    s->loss_streak = most(s->losses_now, s->loss_streak);
}

static void add(struct sums *s, const struct trade *t) {
    double r = t->return_pct;
    s->pnl += t->pnl;
    s->returns += r;
    s->best = r > s->best ? r : s->best;
    s->worst = r < s->worst ? r : s->worst;
    add_outcome(s, t);
    /* a product and one logarithm at the end instead of a logarithm a trade */
    s->growth *= r > -100 ? 1 + r / 100 : 0;
    if (s->growth > 1e100 || s->growth < 1e-100) {
        int exponent;
        s->growth = frexp(s->growth, &exponent);
        s->growth_exponent += exponent;
    }
    double seconds = (double)(t->exit_time - t->entry_time) / 1000;
    s->seconds += seconds;
    s->longest = seconds > s->longest ? seconds : s->longest;
    s->mae += t->mae;
    s->mfe += t->mfe;
    s->worst_mae = t->mae < s->worst_mae ? t->mae : s->worst_mae;
    s->best_mfe = t->mfe > s->best_mfe ? t->mfe : s->best_mfe;
}

/* In percent; -100 once a trade has lost all of its value. */
static double geometric_mean(const struct sums *s, double n) {
    double logs = log(s->growth) + s->growth_exponent * log(2);
    return s->growth > 0 ? 100 * (exp(logs / n) - 1) : -100;
}

static double sqn(const struct measure *m, double mean) {
    double n = (double)m->n_trades, squares = 0;
    for (size_t i = 0; i < m->n_trades; i++) {
        double d = m->trades[i].pnl - mean;
        squares += d * d;
    }
    return sqrt(n) * mean / sqrt(squares / (n - 1));
}

static void measure_outcomes(const struct sums *s, double n, struct metrics *ret) {
    double wins = (double)s->wins, losses = (double)s->losses;
    const char *no_loss = n > 0 ? no_loser : no_trades, *no_win = n > 0 ? no_winner : no_trades;
    const char *one_side = s->losses == 0 ? no_loss : no_win;
    double ratio = s->won_pct / wins / (s->lost_pct / losses);
    metric_set(ret, METRIC_TRADE_COUNT, n, NULL);
    metric_set(ret, METRIC_WINNING_TRADES, wins, NULL);
    metric_set(ret, METRIC_LOSING_TRADES, losses, NULL);
    metric_set(ret, METRIC_BREAKEVEN_TRADES, n - wins - losses, NULL);
    metric_set(ret, METRIC_LONGEST_WIN_STREAK, (double)s->win_streak, NULL);
    metric_set(ret, METRIC_LONGEST_LOSS_STREAK, (double)s->loss_streak, NULL);
    metric_set(ret, METRIC_WIN_RATE, 100 * wins / n, no_trades);
    metric_set(ret, METRIC_AVG_WIN, s->won_pct / wins, no_win);
    metric_set(ret, METRIC_AVG_LOSS, -s->lost_pct / losses, no_loss);
    metric_set(ret, METRIC_PROFIT_FACTOR, s->won / s->lost, no_loss);
    metric_set(ret, METRIC_PAYOFF_RATIO, s->wins ? s->won / wins / (s->lost / losses) : (double)NAN,
               one_side);
    metric_set(ret, METRIC_EXPECTANCY_R, s->pnl / n / (s->lost / losses), no_loss);
    metric_set(ret, METRIC_KELLY, wins / n - (1 - wins / n) / ratio, one_side);
}

static void measure_moves(const struct sums *s, double n, struct metrics *ret) {
    const double null = (double)NAN;
    metric_set(ret, METRIC_AVG_MAE, s->mae / n, no_trades);
    metric_set(ret, METRIC_WORST_MAE, n > 0 ? s->worst_mae : null, no_trades);
    metric_set(ret, METRIC_AVG_MFE, s->mfe / n, no_trades);
    metric_set(ret, METRIC_BEST_MFE, n > 0 ? s->best_mfe : null, no_trades);
    metric_set(ret, METRIC_EDGE_RATIO, s->mfe / -s->mae,
               n > 0 ? "no trade moved against its entry" : no_trades);
}

void measure_trades(const struct measure *m, double mean_equity, struct metrics *ret) {
    double n = (double)m->n_trades;
    struct sums s = {.best = -HUGE_VAL, .worst = HUGE_VAL, .growth = 1};
    for (size_t i = 0; i < m->n_trades; i++)
        add(&s, &m->trades[i]);
    measure_outcomes(&s, n, ret);
    measure_moves(&s, n, ret);
    metric_set(ret, METRIC_BEST_TRADE, s.best, no_trades);
    metric_set(ret, METRIC_WORST_TRADE, s.worst, no_trades);
    metric_set(ret, METRIC_AVG_TRADE, n > 0 ? geometric_mean(&s, n) : (double)NAN, no_trades);
    metric_set(ret, METRIC_EXPECTANCY, s.returns / n, no_trades);
    metric_set(ret, METRIC_EXPECTANCY_MONEY, s.pnl / n, no_trades);
    metric_set(ret, METRIC_SQN, n > 1 ? sqn(m, s.pnl / n) : (double)NAN,
               m->n_trades == 0   ? no_trades
               : m->n_trades == 1 ? "one trade only"
                                  : "all trades gained the same");
    metric_set(ret, METRIC_MAX_TRADE_DURATION, n > 0 ? s.longest : (double)NAN, no_trades);
    metric_set(ret, METRIC_AVG_TRADE_DURATION, s.seconds / n, no_trades);
    metric_set(ret, METRIC_EXPOSURE_TIME,
               100 * (double)m->exposed.bars / (double)(m->bars->n - m->first), NULL);
    metric_set(ret, METRIC_EXPOSURE_BARS, (double)m->exposed.bars, NULL);
    metric_set(ret, METRIC_TIME_IN_MARKET, 100 * m->exposed.ms / measure_elapsed(m), NULL);
    metric_set(ret, METRIC_TURNOVER, m->fill_value / mean_equity, "no equity");
    metric_set(ret, METRIC_COMMISSION_TOTAL, m->commission, NULL);
}
