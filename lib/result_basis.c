/* What the metrics mean where the profile backtesting.py differs from the default: its formulas are
 * that library's (0.6.6), so its digits are too. */
#include "lib/result.h"

static const char *const compatible[METRIC_COUNT] = {
    [METRIC_TOTAL_RETURN] = "Final equity over the equity at the first processed bar, minus 1.",
    [METRIC_BUY_HOLD_RETURN] =
        "Last close over the close of the first bar after warm-up, minus 1; no costs.",
    [METRIC_CAGR] = "Total return compounded to a year of 365.25 days of elapsed time.",
    [METRIC_ANNUAL_RETURN] = "Geometric mean of daily returns, compounded to a year.",
    [METRIC_ANNUAL_VOLATILITY] =
        "Lognormal: the root of (s² + (1+g)²)^A − (1+g)^(2A), with s² the variance (ddof 1) and g "
        "the geometric mean of daily returns, A the days a year.",
    [METRIC_SHARPE_RATIO] = "Annual return over annual volatility.",
    [METRIC_SORTINO_RATIO] =
        "Annual return over the root mean square of negative daily returns, annualised.",
    [METRIC_CALMAR_RATIO] = "Annual return over the largest drawdown.",
    [METRIC_AVG_DRAWDOWN] = "Mean depth of the falls from a peak that last longer than one bar.",
    [METRIC_PROFIT_FACTOR] =
        "Sum of the winning trades' returns over the sum of the losing ones', in percent returns.",
    [METRIC_ALPHA] = "Total return minus beta times buy and hold; not annualised.",
    [METRIC_BETA] =
        "Covariance of log bar returns of equity and close over the variance of the close's.",
};

const char *metric_definition(enum metric m, enum bt_profile profile) {
    if (profile == PROFILE_BACKTESTING_PY && compatible[m])
        return compatible[m];
    return metric_info_at(m)->definition;
}
