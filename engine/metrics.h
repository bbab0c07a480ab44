/* The numbers of a result. One row a metric: its word, unit, definition, basis and null reasons
 * drive JSON, CSV, text, the page and docs/metrics.md (`candlemill metrics`). A value that cannot
 * be given is NaN with a reason, never 0 or infinity. */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include <stddef.h>

/* In the order of their groups. */
enum metric {
    METRIC_TOTAL_RETURN,
    METRIC_BUY_HOLD_RETURN,
    METRIC_CAGR,
    METRIC_ANNUAL_RETURN,
    METRIC_FINAL_EQUITY,
    METRIC_PEAK_EQUITY,
    METRIC_MAX_DRAWDOWN,
    METRIC_MAX_DRAWDOWN_INTRABAR,
    METRIC_AVG_DRAWDOWN,
    METRIC_MAX_DRAWDOWN_DURATION,
    METRIC_AVG_DRAWDOWN_DURATION,
    METRIC_TIME_UNDER_WATER,
    METRIC_ANNUAL_VOLATILITY,
    METRIC_SKEWNESS,
    METRIC_KURTOSIS,
    METRIC_SHARPE_RATIO,
    METRIC_SHARPE_PER_BAR,
    METRIC_SORTINO_RATIO,
    METRIC_CALMAR_RATIO,
    METRIC_PROBABILISTIC_SHARPE,
    METRIC_DEFLATED_SHARPE,
    METRIC_ALPHA,
    METRIC_BETA,
    METRIC_CORRELATION,
    METRIC_TRACKING_ERROR,
    METRIC_INFORMATION_RATIO,
    METRIC_TRADE_COUNT,
    METRIC_WINNING_TRADES,
    METRIC_LOSING_TRADES,
    METRIC_BREAKEVEN_TRADES,
    METRIC_WIN_RATE,
    METRIC_PROFIT_FACTOR,
    METRIC_PAYOFF_RATIO,
    METRIC_EXPECTANCY,
    METRIC_EXPECTANCY_MONEY,
    METRIC_EXPECTANCY_R,
    METRIC_AVG_TRADE,
    METRIC_AVG_WIN,
    METRIC_AVG_LOSS,
    METRIC_BEST_TRADE,
    METRIC_WORST_TRADE,
    METRIC_LONGEST_WIN_STREAK,
    METRIC_LONGEST_LOSS_STREAK,
    METRIC_MAX_TRADE_DURATION,
    METRIC_AVG_TRADE_DURATION,
    METRIC_SQN,
    METRIC_KELLY,
    METRIC_AVG_MAE,
    METRIC_WORST_MAE,
    METRIC_AVG_MFE,
    METRIC_BEST_MFE,
    METRIC_EDGE_RATIO,
    METRIC_EXPOSURE_TIME,
    METRIC_EXPOSURE_BARS,
    METRIC_TIME_IN_MARKET,
    METRIC_TURNOVER,
    METRIC_COMMISSION_TOTAL,
    METRIC_COUNT
};

enum metric_unit { UNIT_PERCENT, UNIT_MONEY, UNIT_SECONDS, UNIT_RATIO, UNIT_COUNT };

enum metric_group {
    GROUP_RETURN,
    GROUP_RISK,
    GROUP_RATIO,
    GROUP_MARKET,
    GROUP_TRADES,
    GROUP_EXCURSION,
    GROUP_EXPOSURE,
    GROUP_COUNT
};

struct metric_info {
    const char *name;  /* "maxDrawdown": the word in JSON and CSV */
    const char *label; /* "Max. drawdown" */
    enum metric_unit unit;
    enum metric_group group;
    const char *basis;      /* what it is made of: "daily returns" */
    const char *definition; /* the formula of the default profile */
    const char *null_when; /* the reasons it may have no value, "; " between; NULL: it always has */
};

struct metrics {
    double value[METRIC_COUNT];            /* NaN where there is none */
    const char *null_reason[METRIC_COUNT]; /* static text where value is NaN, else NULL */
};

const struct metric_info *metric_info_at(enum metric m);
const char *metric_unit_name(enum metric_unit u);   /* "percent" */
const char *metric_group_name(enum metric_group g); /* "Return against risk" */

#endif
