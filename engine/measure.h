/* From trades and equity curve to the numbers of a result. */
#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include "engine/backtest.h"
#include "engine/curve.h"
#include "engine/ledger.h"

struct measure {
    const struct bars *bars;
    size_t first; /* the range is [first, bars->n) */
    enum interval interval;
    double annualisation, risk_free;
    double trials; /* tries out of which this run was chosen; below 1: 1 */
    const struct trade *trades;
    size_t n_trades;
    double fill_value, commission; /* of all fills (struct ledger) */
    struct exposure exposed;
};

/* The default profile's definitions (ENGINE.md 7), from a curve that has ended. */
void measure_default(const struct measure *m, const struct curve *c, struct metrics *ret);

/* Those made of daily returns. */
void measure_daily(const struct measure *m, const struct curve *c, struct metrics *ret);

/* Bars a year of this interval: annualisation x 1 d / interval. */
double measure_bars_per_year(double annualisation, enum interval iv);

/* Those made of closed trades and of fills. */
void measure_trades(const struct measure *m, double mean_equity, struct metrics *ret);

/* First bar's open to the last bar's end, ms. */
double measure_elapsed(const struct measure *m);

/* Gives a metric its value, or `reason` where the value is not a finite number. */
void metric_set(struct metrics *ret, enum metric m, double value, const char *reason);

#endif
