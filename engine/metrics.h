/* The numbers of a result. One row a metric: its word, unit and definition drive JSON, CSV, text,
 * the page's tooltips and the docs. A value that cannot be given is NaN with a reason, never 0 or
 * infinity. */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include <stddef.h>

enum metric {
    METRIC_TOTAL_RETURN,
    METRIC_BUY_HOLD_RETURN,
    METRIC_FINAL_EQUITY,
    METRIC_PEAK_EQUITY,
    METRIC_CAGR,
    METRIC_ANNUAL_RETURN,
    METRIC_ANNUAL_VOLATILITY,
    METRIC_SHARPE_RATIO,
    METRIC_SHARPE_PER_BAR,
    METRIC_SORTINO_RATIO,
    METRIC_CALMAR_RATIO,
    METRIC_MAX_DRAWDOWN,
    METRIC_AVG_DRAWDOWN,
    METRIC_MAX_DRAWDOWN_DURATION,
    METRIC_AVG_DRAWDOWN_DURATION,
    METRIC_TRADE_COUNT,
    METRIC_WIN_RATE,
    METRIC_BEST_TRADE,
    METRIC_WORST_TRADE,
    METRIC_AVG_TRADE,
    METRIC_MAX_TRADE_DURATION,
    METRIC_AVG_TRADE_DURATION,
    METRIC_PROFIT_FACTOR,
    METRIC_EXPECTANCY,
    METRIC_PAYOFF_RATIO,
    METRIC_SQN,
    METRIC_KELLY,
    METRIC_EXPOSURE_TIME,
    METRIC_TURNOVER,
    METRIC_ALPHA,
    METRIC_BETA,
    METRIC_COMMISSION_TOTAL,
    METRIC_COUNT
};

enum metric_unit { UNIT_PERCENT, UNIT_MONEY, UNIT_SECONDS, UNIT_RATIO, UNIT_COUNT };

struct metric_info {
    const char *name;  /* "maxDrawdown": the word in JSON and CSV */
    const char *label; /* "Max. drawdown" */
    enum metric_unit unit;
    const char *definition; /* one sentence: formula and basis of the default profile */
};

struct metrics {
    double value[METRIC_COUNT];            /* NaN where there is none */
    const char *null_reason[METRIC_COUNT]; /* static text where value is NaN, else NULL */
};

const struct metric_info *metric_info_at(enum metric m);

#endif
