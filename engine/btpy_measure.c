#include "engine/btpy.h"

#include <math.h>

#define STAMPS 100 /* the last stamps, whose steps tell the period */

/* Median step of the last stamps in ms, 0 for a single bar. */
static double period_of(const struct bars *b) {
    double steps[STAMPS];
    size_t n = 0;
    size_t from = b->n > STAMPS ? b->n - STAMPS : 0;
    for (size_t i = from + 1; i < b->n; i++) {
        double step = (double)(b->t[i] - b->t[i - 1]);
        size_t k = n++;
        for (; k > 0 && steps[k - 1] > step; k--)
            steps[k] = steps[k - 1];
        steps[k] = step;
    }
    if (n == 0)
        return 0;
    return n % 2 ? steps[n / 2] : (steps[n / 2 - 1] + steps[n / 2]) / 2;
}

static int64_t whole_days(double period) {
    return (int64_t)(period / (double)MS_PER_DAY);
}

double btpy_annualisation(const struct bars *b) {
    int64_t days = whole_days(period_of(b));
    if (days == 7)
        return 52;
    if (days == 31)
        return 12;
    if (days == 365)
        return 1;
    size_t weekend = 0;
    for (size_t i = 0; i < b->n; i++) {
        int64_t since_monday = b->t[i] - interval_floor(INTERVAL_1W, b->t[i]);
        weekend += since_monday >= 5 * MS_PER_DAY;
    }
    return (double)weekend / (double)b->n > 2.0 / 7 * .6 ? 365 : 252;
}

/* Durations go up to the finest unit of the period: days, hours, minutes or seconds. In seconds. */
static double round_up(double ms, double period) {
    const int64_t units[] = {MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, 1000};
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        if ((int64_t)period % units[k] == 0)
            return ceil(ms / (double)units[k]) * (double)units[k] / 1000;
    }
    return ms / 1000;
}

/* First moment of the sample that follows the one of t. */
static int64_t sample_end(int64_t days, int64_t t) {
    if (days == 365)
        return t + 1; /* yearly bars are their own samples */
    return interval_next(days == 7 ? INTERVAL_1W : days == 31 ? INTERVAL_1MO : INTERVAL_1D, t);
}

struct samples {
    size_t n;         /* returns: one fewer than samples */
    double geometric; /* mean */
    double variance;  /* ddof 1 */
    double downside;  /* mean of the squared negative ones */
};

/* Visits the returns between the last equities of the samples. */
static struct samples sample(const struct bars *b, const double *equity, int64_t days) {
    struct samples s = {.n = 0};
    double mean = 0, squares = 0, logs = 0, below = 0;
    bool lost = false;
    for (int pass = 0; pass < 2; pass++) {
        double before = (double)NAN, sum = 0;
        s.n = 0;
        for (size_t i = 0; i < b->n;) {
            int64_t end = sample_end(days, b->t[i]);
            while (i + 1 < b->n && b->t[i + 1] < end)
                i++;
            double r = equity[i] / before - 1;
            before = equity[i++];
            if (isnan(r))
                continue;
            s.n++;
            sum += r;
            if (pass == 0)
                continue;
            squares += (r - mean) * (r - mean);
            below += r < 0 ? r * r : 0;
            lost = lost || r <= -1;
            logs += lost ? 0 : log(1 + r);
        }
        mean = sum / (double)s.n;
    }
    s.geometric = lost ? 0 : exp(logs / (double)s.n) - 1;
    s.variance = squares / (double)(s.n - 1);
    s.downside = below / (double)s.n;
    if (s.n < 2)
        s.variance = (double)NAN;
    return s;
}

static void measure_annual(const struct measure *m, const double *equity, double period,
                           struct metrics *ret) {
    const struct bars *b = m->bars;
    const char *short_data = "fewer than two daily returns";
    struct samples s = sample(b, equity, whole_days(period));
    double a = m->annualisation, g = 1 + s.geometric;
    double annual = pow(g, a) - 1;
    double volatility = sqrt(pow(s.variance + g * g, a) - pow(g, 2 * a));
    double sharpe = (annual - m->risk_free) / volatility;
    double years = (double)(b->t[b->n - 1] - b->t[0]) / (double)MS_PER_DAY / 365.25;
    metric_set(ret, METRIC_ANNUAL_RETURN, 100 * annual, short_data);
    metric_set(ret, METRIC_ANNUAL_VOLATILITY, 100 * volatility, short_data);
    metric_set(ret, METRIC_SHARPE_RATIO, sharpe,
               s.n < 2 ? short_data : "daily returns do not vary");
    metric_set(ret, METRIC_SORTINO_RATIO, (annual - m->risk_free) / (sqrt(s.downside) * sqrt(a)),
               s.n < 1 ? short_data : "no losing day");
    metric_set(ret, METRIC_CAGR, 100 * (pow(equity[b->n - 1] / equity[0], 1 / years) - 1),
               "too short a time to compound to a year");
}

/* Falls between two bars at a peak, longer than one bar. */
static void measure_drawdowns(const struct measure *m, const double *equity, double period,
                              struct metrics *ret) {
    const struct bars *b = m->bars;
    double peak = equity[0], deepest = 0, deep = 0, depths = 0, lengths = 0, longest = 0, n = 0;
    size_t at_peak = 0;
    for (size_t i = 0; i < b->n; i++) {
        peak = equity[i] > peak ? equity[i] : peak;
        double fall = 1 - equity[i] / peak;
        deep = fall > deep ? fall : deep;
        deepest = fall > deepest ? fall : deepest;
        bool last = i + 1 == b->n;
        if (fall != 0 && !last)
            continue;
        if (i > at_peak + 1) {
            double length = (double)(b->t[i] - b->t[at_peak]);
            longest = length > longest ? length : longest;
            lengths += length;
            depths += deep;
            n++;
        }
        at_peak = i;
        deep = 0;
    }
    const char *none = "no drawdown";
    double annual = ret->value[METRIC_ANNUAL_RETURN] / 100;
    metric_set(ret, METRIC_PEAK_EQUITY, peak, NULL);
    metric_set(ret, METRIC_MAX_DRAWDOWN, deepest > 0 ? -100 * deepest : 0, NULL);
    /* a fall of the last bar alone is no episode there, but its depth is the mean when there is no
     * other */
    bool last_alone = n == 0 && deepest > 0;
    metric_set(ret, METRIC_AVG_DRAWDOWN, -100 * (last_alone ? deepest : depths / n), none);
    metric_set(ret, METRIC_MAX_DRAWDOWN_DURATION, n > 0 ? round_up(longest, period) : (double)NAN,
               none);
    metric_set(ret, METRIC_AVG_DRAWDOWN_DURATION, round_up(lengths / n, period), none);
    metric_set(ret, METRIC_CALMAR_RATIO, annual / deepest, none);
}

static void measure_market(const struct measure *m, const double *equity, size_t warmup,
                           struct metrics *ret) {
    const struct bars *b = m->bars;
    double n = (double)b->n - 1, mean_e = 0, mean_c = 0, product = 0, squares = 0;
    for (size_t i = 1; i < b->n; i++) {
        mean_e += log(equity[i] / equity[i - 1]);
        mean_c += log(b->c[i] / b->c[i - 1]);
    }
    mean_e /= n;
    mean_c /= n;
    for (size_t i = 1; i < b->n; i++) {
        double c = log(b->c[i] / b->c[i - 1]) - mean_c;
        product += c * (log(equity[i] / equity[i - 1]) - mean_e);
        squares += c * c;
    }
    double hold = warmup < b->n ? 100 * (b->c[b->n - 1] / b->c[warmup] - 1) : (double)NAN;
    double total = 100 * ((equity[b->n - 1] - equity[0]) / equity[0]);
    double beta = b->n > 2 ? product / squares : (double)NAN;
    double rf = 100 * m->risk_free;
    const char *no_beta = "equity or market gives no returns";
    metric_set(ret, METRIC_TOTAL_RETURN, total, NULL);
    metric_set(ret, METRIC_BUY_HOLD_RETURN, hold, "no bar after the warm-up");
    metric_set(ret, METRIC_BETA, beta, no_beta);
    metric_set(ret, METRIC_ALPHA, total - rf - beta * (hold - rf), no_beta);
}

/* Profit factor on returns and Kelly on money; a trade that loses all makes the average 0. */
static void measure_library_trades(const struct measure *m, double period, struct metrics *ret) {
    double n = (double)m->n_trades, won = 0, lost = 0, money_won = 0, money_lost = 0, logs = 0;
    double wins = 0, losses = 0;
    bool all_lost = false;
    for (size_t i = 0; i < m->n_trades; i++) {
        const struct trade *t = &m->trades[i];
        double r = t->return_pct / 100;
        won += r > 0 ? r : 0;
        lost -= r < 0 ? r : 0;
        money_won += t->pnl > 0 ? t->pnl : 0;
        money_lost -= t->pnl < 0 ? t->pnl : 0;
        wins += t->pnl > 0;
        losses += t->pnl < 0;
        all_lost = all_lost || r <= -1;
        logs += all_lost ? 0 : log(1 + r);
    }
    const char *none = "no trades";
    double average = all_lost ? 0 : 100 * (exp(logs / n) - 1);
    double ratio = money_won / wins / (money_lost / losses);
    const char *one_side = m->n_trades == 0 ? none : "no winning or no losing trade";
    metric_set(ret, METRIC_AVG_TRADE, n > 0 ? average : (double)NAN, none);
    metric_set(ret, METRIC_PROFIT_FACTOR, won / lost, m->n_trades == 0 ? none : "no losing trade");
    metric_set(ret, METRIC_KELLY, wins / n - (1 - wins / n) / ratio, one_side);
    double longest = ret->value[METRIC_MAX_TRADE_DURATION];
    double mean = ret->value[METRIC_AVG_TRADE_DURATION];
    metric_set(ret, METRIC_MAX_TRADE_DURATION, round_up(1000 * longest, period), none);
    metric_set(ret, METRIC_AVG_TRADE_DURATION, round_up(1000 * mean, period), none);
}

static double sharpe_per_bar(const struct measure *m, const double *equity) {
    double n = (double)m->bars->n - 1, mean = 0, squares = 0;
    double a = measure_bars_per_year(m->annualisation, m->interval);
    double rf = pow(1 + m->risk_free, 1 / a) - 1;
    for (size_t i = 1; i < m->bars->n; i++)
        mean += equity[i] / equity[i - 1] - 1;
    mean /= n;
    for (size_t i = 1; i < m->bars->n; i++) {
        double d = equity[i] / equity[i - 1] - 1 - mean;
        squares += d * d;
    }
    return (mean - rf) / sqrt(squares / (n - 1)) * sqrt(a);
}

/* The words that the library lacks, by the default profile's definitions. */
static bool measure_rest(const struct measure *m, const double *equity, struct metrics *ret,
                         struct curve_days *ret_days) {
    struct days days;
    struct curve curve;
    if (!days_init(&days, m->bars, 0, m->interval))
        return false;
    bool good = curve_init(&curve, m->bars, &days, 0, m->interval, equity[0], false);
    if (good) {
        curve_values(&curve, m->bars->n, equity, NULL);
        curve_end(&curve);
        measure_default(m, &curve, ret);
        if (ret_days)
            curve_days_take(ret_days, &curve, &days);
        curve_release(&curve);
    }
    days_release(&days);
    return good;
}

bool btpy_measure(const struct measure *m, const double *equity, size_t warmup, struct metrics *ret,
                  struct curve_days *ret_days) {
    double period = period_of(m->bars);
    if (!measure_rest(m, equity, ret, ret_days))
        return false;
    measure_library_trades(m, period, ret);
    metric_set(ret, METRIC_FINAL_EQUITY, equity[m->bars->n - 1], NULL);
    measure_annual(m, equity, period, ret);
    measure_drawdowns(m, equity, period, ret);
    measure_market(m, equity, warmup, ret);
    metric_set(ret, METRIC_SHARPE_PER_BAR, sharpe_per_bar(m, equity),
               "returns per bar do not vary");
    return true;
}
