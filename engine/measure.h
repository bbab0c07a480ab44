/* From trades and equity curve to the numbers of a result. */
#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include "engine/backtest.h"
#include "engine/curve.h"

struct measure {
    const struct bars *bars;
    size_t first; /* the range is [first, bars->n) */
    enum interval interval;
    double annualisation, risk_free;
    const struct trade *trades;
    size_t n_trades;
    double fill_value, commission; /* of all fills (struct ledger) */
    size_t exposed;                /* bars with a position */
};

/* The default profile's definitions (ENGINE.md 7), from a curve that has ended. */
void measure_default(const struct measure *m, const struct curve *c, struct metrics *ret);

/* Bars a year of this interval: annualisation x 1 d / interval. */
double measure_bars_per_year(double annualisation, enum interval iv);

/* Figures of trades that both profiles define alike: count, wins, best and worst, durations, SQN,
 * expectancy, payoff; and the totals of fills. */
void measure_trades(const struct measure *m, double mean_equity, struct metrics *ret);

/* Gives a metric its value, or `reason` where the value is not a finite number. */
void metric_set(struct metrics *ret, enum metric m, double value, const char *reason);

#endif
