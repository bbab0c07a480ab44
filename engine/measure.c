#include "engine/measure.h"

#include <math.h>

#define SAMPLES_MIN 30

double measure_bars_per_year(double annualisation, enum interval iv) {
    return annualisation * (double)MS_PER_DAY / (double)interval_ms(iv);
}

double measure_elapsed(const struct measure *m) {
    const struct bars *b = m->bars;
    return (double)(interval_next(m->interval, b->t[b->n - 1]) - b->t[m->first]);
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
    double elapsed = measure_elapsed(m);
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

    metric_set(ret, METRIC_TIME_UNDER_WATER, 100 * dd->length_sum / elapsed, NULL);
    metric_set(ret, METRIC_MAX_DRAWDOWN_INTRABAR, dd->inside > 0 ? -100 * dd->inside : dd->inside,
               "not measured in this profile");

    measure_daily(m, c, ret);
    measure_per_bar(m, c, ret);
    measure_trades(m, curve_mean(c), ret);
}
