/* Figures made of daily returns: the equity's, and buy and hold's beside them. */
#include "engine/measure.h"

#include <math.h>

#define SAMPLES_MIN 30 /* fewer daily returns say nothing about a year */

static const char few_days[] = "fewer than 30 daily returns";
static const char even_days[] = "daily returns do not vary";
static const char still_market[] = "the market did not move";

/* Days without bars return 0 in both; `n` minus the days with bars are such zeros. */
struct daily {
    const struct curve *c;
    double first_open;
    double n; /* samples: with annualisation 365 all days, else those with bars */
    double empty;
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

/* Sums of powers of the distances from the means, in the order of days. */
struct sums {
    double mean, market_mean;
    double squares, cubes, fourths;
    double market_squares, product, active_squares;
    double below; /* squares of what is missing to the risk-free rate */
};

static struct sums sum(const struct daily *d, double rf) {
    size_t days = d->c->days->n;
    struct sums s = {.mean = 0};
    for (size_t i = 0; i < days; i++) {
        s.mean += day_return(d, i);
        s.market_mean += market_return(d, i);
    }
    s.mean /= d->n;
    s.market_mean /= d->n;
    for (size_t i = 0; i < days; i++) {
        double r = day_return(d, i), x = r - s.mean, y = market_return(d, i) - s.market_mean;
        double short_of = r < rf ? r - rf : 0;
        s.squares += x * x;
        s.cubes += x * x * x;
        s.fourths += x * x * (x * x);
        s.market_squares += y * y;
        s.product += x * y;
        s.active_squares += (x - y) * (x - y);
        s.below += short_of * short_of;
    }
    double x = -s.mean, y = -s.market_mean;
    s.squares += d->empty * (x * x);
    s.cubes += d->empty * (x * x * x);
    s.fourths += d->empty * (x * x * (x * x));
    s.market_squares += d->empty * (y * y);
    s.product += d->empty * (x * y);
    s.active_squares += d->empty * ((x - y) * (x - y));
    s.below += rf > 0 ? d->empty * rf * rf : 0;
    return s;
}

static double normal_tail(double x) {
    return erfc(x / sqrt(2)) / 2;
}

/* Where the normal distribution has `tail` (0 < tail <= 1/2) above it. Newton on the logarithm. */
static double normal_quantile(double tail) {
    double x = sqrt(-2 * log(2 * tail)) * 0.5, step = 1;
    for (int i = 0; i < 60 && fabs(step) > 1e-15 * (1 + x); i++) {
        double above = normal_tail(x), density = exp(-x * x / 2) / sqrt(2 * acos(-1));
        step = (log(above) - log(tail)) * above / density;
        x += step;
    }
    return x;
}

/* The expected largest of n standard normal values (Bailey and López de Prado). */
static double expected_best(double n) {
    const double euler = 0.5772156649015329;
    if (!(n >= 2))
        return 0;
    return (1 - euler) * normal_quantile(1 / n) + euler * normal_quantile(1 / (n * exp(1)));
}

/* Probabilistic and deflated Sharpe ratio, with the raw kurtosis. */
static void measure_chance(const struct measure *m, double n, double sharpe, double skewness,
                           double kurtosis, const char *none, struct metrics *ret) {
    double spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe;
    double z = spread > 0 ? sharpe * sqrt(n - 1) / sqrt(spread) : (double)NAN;
    const char *reason = none ? none : "the returns are too skewed for it";
    metric_set(ret, METRIC_PROBABILISTIC_SHARPE, 100 * normal_tail(-z), reason);
    metric_set(ret, METRIC_DEFLATED_SHARPE, 100 * normal_tail(expected_best(m->trials) - z),
               reason);
}

static void measure_shape(const struct measure *m, const struct daily *d, const struct sums *s,
                          double rf, const char *none, struct metrics *ret) {
    double n = d->n, second = s->squares / n, deviation = sqrt(s->squares / (n - 1));
    const double null = (double)NAN;
    double skewness = none ? null : s->cubes / n / (second * sqrt(second));
    double kurtosis = none ? null : s->fourths / n / (second * second);
    metric_set(ret, METRIC_SKEWNESS, skewness, none);
    metric_set(ret, METRIC_KURTOSIS, kurtosis, none);
    measure_chance(m, n, (s->mean - rf) / deviation, skewness, kurtosis, none, ret);
}

/* Beside buy and hold. */
static void measure_market(const struct daily *d, const struct sums *s, double a, bool few,
                           bool even, struct metrics *ret) {
    const double null = (double)NAN;
    bool still = !(s->market_squares > 0);
    double beta = few || still ? null : s->product / s->market_squares;
    const char *no_beta = few ? few_days : still_market;
    double active = sqrt(s->active_squares / (d->n - 1)), ahead = s->mean - s->market_mean;
    bool same = !(active > 1e-12 * fabs(ahead)) || !(active > 0);
    metric_set(ret, METRIC_BETA, beta, no_beta);
    metric_set(ret, METRIC_ALPHA, 100 * a * (s->mean - beta * s->market_mean), no_beta);
    metric_set(ret, METRIC_CORRELATION,
               few || still || even ? null : s->product / sqrt(s->squares * s->market_squares),
               few || still ? no_beta : even_days);
    metric_set(ret, METRIC_TRACKING_ERROR, few ? null : 100 * active * sqrt(a), few_days);
    metric_set(ret, METRIC_INFORMATION_RATIO, few || same ? null : ahead / active * sqrt(a),
               few ? few_days : "equity moved exactly as buy and hold");
}

void measure_daily(const struct measure *m, const struct curve *c, struct metrics *ret) {
    const struct days *days = c->days;
    bool every_day = m->annualisation == 365 && !days->longer;
    struct daily d = {
        .c = c, .first_open = m->bars->o[m->first], .n = (double)(every_day ? days->all : days->n)};
    d.empty = d.n - (double)days->n;
    double a =
        days->longer ? measure_bars_per_year(m->annualisation, m->interval) : m->annualisation;
    double rf = pow(1 + m->risk_free, 1 / a) - 1;
    struct sums s = sum(&d, rf);
    double deviation = sqrt(s.squares / (d.n - 1));
    bool few = d.n < SAMPLES_MIN;
    bool even = !(deviation > 1e-12 * fabs(s.mean)) || !(deviation > 0);
    const double null = (double)NAN;
    const char *none = few ? few_days : even ? even_days : NULL;
    metric_set(ret, METRIC_ANNUAL_RETURN, few ? null : 100 * a * s.mean, few_days);
    metric_set(ret, METRIC_ANNUAL_VOLATILITY, few ? null : 100 * deviation * sqrt(a), few_days);
    metric_set(ret, METRIC_SHARPE_RATIO, none ? null : (s.mean - rf) / deviation * sqrt(a), none);
    metric_set(ret, METRIC_SORTINO_RATIO,
               few || !(s.below > 0) ? null : (s.mean - rf) / sqrt(s.below / d.n) * sqrt(a),
               few ? few_days : "no losing day");
    measure_shape(m, &d, &s, rf, none, ret);
    measure_market(&d, &s, a, few, even, ret);
}
