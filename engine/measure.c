#include "engine/measure.h"

#include <math.h>

#define SAMPLES_MIN 30 /* fewer daily returns say nothing about a year */

static const char few_days[] = "fewer than 30 daily returns";

double measure_bars_per_year(double annualisation, enum interval iv) {
    return annualisation * (double)MS_PER_DAY / (double)interval_ms(iv);
}

/* Daily returns of the equity and of buy and hold; days without bars return 0 in both. */
struct daily {
    const struct curve *c;
    double first_open;
    double n; /* samples: with annualisation 365 all days, else those with bars */
};

static double day_return(const struct daily *d, size_t i) {
    double before = i ? d->c->day[i - 1] : d->c->start;
    return before > 0 ? d->c->day[i] / before - 1 : 0;
}

static double market_return(const struct daily *d, size_t i) {
    const struct days *days = d->c->days;
    const double *close = d->c->bars->c;
    return close[days->last[i]] / (i ? close[days->last[i - 1]] : d->first_open) - 1;
}

/* Two passes, in the order of days; `n` minus the days with bars are zeros. */
static void moments(const struct daily *d, double (*value)(const struct daily *, size_t),
                    double *ret_mean, double *ret_squares) {
    size_t bars = d->c->days->n;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < bars; i++)
        sum += value(d, i);
    double mean = sum / d->n;
    for (size_t i = 0; i < bars; i++) {
        double x = value(d, i) - mean;
        squares += x * x;
    }
    *ret_mean = mean;
    *ret_squares = squares + (d->n - (double)bars) * mean * mean;
}

static void measure_daily(const struct measure *m, const struct daily *d, struct metrics *ret) {
    size_t bars = d->c->days->n;
    double a = d->c->days->longer ? measure_bars_per_year(m->annualisation, m->interval)
                                  : m->annualisation;
    double rf = pow(1 + m->risk_free, 1 / a) - 1;
    double mean, squares, market_mean, market_squares;
    moments(d, day_return, &mean, &squares);
    moments(d, market_return, &market_mean, &market_squares);
    double deviation = sqrt(squares / (d->n - 1));
    bool even = !(deviation > 1e-12 * fabs(mean)) || !(deviation > 0);

    double empty = d->n - (double)bars, below = 0, product = empty * mean * market_mean;
    if (rf > 0)
        below = empty * rf * rf;
    for (size_t i = 0; i < bars; i++) {
        double r = day_return(d, i);
        double short_of = r < rf ? r - rf : 0;
        below += short_of * short_of;
        product += (r - mean) * (market_return(d, i) - market_mean);
    }
    bool few = d->n < SAMPLES_MIN;
    const double null = (double)NAN;
    double beta = few || !(market_squares > 0) ? null : product / market_squares;
    const char *no_beta = few ? few_days : "the market did not move";
    metric_set(ret, METRIC_ANNUAL_RETURN, few ? null : 100 * a * mean, few_days);
    metric_set(ret, METRIC_ANNUAL_VOLATILITY, few ? null : 100 * deviation * sqrt(a), few_days);
    metric_set(ret, METRIC_SHARPE_RATIO, few || even ? null : (mean - rf) / deviation * sqrt(a),
               few ? few_days : "daily returns do not vary");
    metric_set(ret, METRIC_SORTINO_RATIO,
               few || !(below > 0) ? null : (mean - rf) / sqrt(below / d->n) * sqrt(a),
               few ? few_days : "no losing day");
    metric_set(ret, METRIC_BETA, beta, no_beta);
    metric_set(ret, METRIC_ALPHA, 100 * a * (mean - beta * market_mean), no_beta);
}

static void measure_per_bar(const struct measure *m, const struct curve *c, struct metrics *ret) {
    double mean, deviation;
    double a = measure_bars_per_year(m->annualisation, m->interval);
    curve_returns(c, &mean, &deviation);
    double rf = pow(1 + m->risk_free, 1 / a) - 1;
    bool few = m->bars->n - m->first < SAMPLES_MIN;
    /* the deviation comes from sums, so an even growth leaves rounding behind */
    bool even = !(deviation > 1e-6 * fabs(mean));
    metric_set(ret, METRIC_SHARPE_PER_BAR,
               few || even ? (double)NAN : (mean - rf) / deviation * sqrt(a),
               few ? "fewer than 30 bars" : "returns per bar do not vary");
}

void measure_default(const struct measure *m, const struct curve *c, struct metrics *ret) {
    const struct bars *b = m->bars;
    const struct drawdowns *dd = &c->drawdowns;
    double final = c->last, n = (double)dd->n;
    double elapsed = (double)(interval_next(m->interval, b->t[b->n - 1]) - b->t[m->first]);
    double years = elapsed / (365 * (double)MS_PER_DAY);
    double cagr = 100 * (pow(final / c->start, 1 / years) - 1);
    double deepest = 100 * dd->deepest;
    const char *no_fall = "no drawdown";

    metric_set(ret, METRIC_TOTAL_RETURN, 100 * (final / c->start - 1), NULL);
    metric_set(ret, METRIC_BUY_HOLD_RETURN, 100 * (b->c[b->n - 1] / b->o[m->first] - 1), NULL);
    metric_set(ret, METRIC_FINAL_EQUITY, final, NULL);
    metric_set(ret, METRIC_PEAK_EQUITY, c->peak, NULL);
    metric_set(ret, METRIC_CAGR, cagr, "too short a time to compound to a year");
    metric_set(ret, METRIC_MAX_DRAWDOWN, dd->n ? -deepest : 0, NULL);
    metric_set(ret, METRIC_CALMAR_RATIO, dd->n ? cagr / deepest : (double)NAN, no_fall);
    metric_set(ret, METRIC_AVG_DRAWDOWN, -100 * dd->depth_sum / n, no_fall);
    metric_set(ret, METRIC_MAX_DRAWDOWN_DURATION, dd->longest / 1000, NULL);
    metric_set(ret, METRIC_AVG_DRAWDOWN_DURATION, dd->length_sum / n / 1000, no_fall);

    const struct days *days = c->days;
    bool every_day = m->annualisation == 365 && !days->longer;
    const struct daily daily = {
        .c = c, .first_open = b->o[m->first], .n = (double)(every_day ? days->all : days->n)};
    measure_daily(m, &daily, ret);
    measure_per_bar(m, c, ret);
    measure_trades(m, curve_mean(c), ret);
}
