#include "engine/metrics.h"

static const struct metric_info infos[METRIC_COUNT] = {
    [METRIC_TOTAL_RETURN] = {"totalReturn", "Total return", UNIT_PERCENT,
                             "Final equity over the initial cash, minus 1."},
    [METRIC_BUY_HOLD_RETURN] = {"buyHoldReturn", "Buy and hold", UNIT_PERCENT,
                                "Last close over the first open, minus 1; no costs."},
    [METRIC_FINAL_EQUITY] = {"finalEquity", "Final equity", UNIT_MONEY,
                             "Cash and open position at the last close."},
    [METRIC_PEAK_EQUITY] = {"peakEquity", "Peak equity", UNIT_MONEY,
                            "Highest equity at a bar's close, or the initial cash."},
    [METRIC_CAGR] = {"cagr", "Yearly growth (CAGR)", UNIT_PERCENT,
                     "Total return compounded to a year of 365 days of elapsed time."},
    [METRIC_ANNUAL_RETURN] = {"annualReturn", "Annual return", UNIT_PERCENT,
                              "Mean daily return times the days a year."},
    [METRIC_ANNUAL_VOLATILITY] =
        {"annualVolatility", "Annual volatility", UNIT_PERCENT,
         "Standard deviation (ddof 1) of daily returns times the root of the days a year."},
    [METRIC_SHARPE_RATIO] =
        {"sharpeRatio", "Sharpe ratio", UNIT_RATIO,
         "Mean daily return above the risk-free rate over its standard deviation, annualised."},
    [METRIC_SHARPE_PER_BAR] =
        {"sharpePerBar", "Sharpe ratio per bar", UNIT_RATIO,
         "The Sharpe ratio of returns per bar instead of per day, annualised by bars a year."},
    [METRIC_SORTINO_RATIO] =
        {"sortinoRatio", "Sortino ratio", UNIT_RATIO,
         "Mean daily return above the risk-free rate over the root mean square of the days below "
         "it, annualised."},
    [METRIC_CALMAR_RATIO] = {"calmarRatio", "Calmar ratio", UNIT_RATIO,
                             "Yearly growth over the largest drawdown."},
    [METRIC_MAX_DRAWDOWN] = {"maxDrawdown", "Max. drawdown", UNIT_PERCENT,
                             "Deepest fall from a peak, on bar closes; negative or 0."},
    [METRIC_AVG_DRAWDOWN] = {"avgDrawdown", "Avg. drawdown", UNIT_PERCENT,
                             "Mean depth of all falls from a peak to its recovery or the end."},
    [METRIC_MAX_DRAWDOWN_DURATION] = {"maxDrawdownDuration", "Longest drawdown", UNIT_SECONDS,
                                      "Longest time from a peak to its recovery or the end."},
    [METRIC_AVG_DRAWDOWN_DURATION] = {"avgDrawdownDuration", "Avg. drawdown length", UNIT_SECONDS,
                                      "Mean time from a peak to its recovery or the end."},
    [METRIC_TRADE_COUNT] = {"tradeCount", "Trades", UNIT_COUNT, "Closed trades."},
    [METRIC_WIN_RATE] = {"winRate", "Win rate", UNIT_PERCENT,
                         "Trades with a profit after costs, of all trades."},
    [METRIC_BEST_TRADE] = {"bestTrade", "Best trade", UNIT_PERCENT,
                           "Largest profit over the entry value of its trade."},
    [METRIC_WORST_TRADE] = {"worstTrade", "Worst trade", UNIT_PERCENT,
                            "Smallest profit over the entry value of its trade."},
    [METRIC_AVG_TRADE] = {"avgTrade", "Avg. trade", UNIT_PERCENT,
                          "Geometric mean of profit over entry value."},
    [METRIC_MAX_TRADE_DURATION] = {"maxTradeDuration", "Longest trade", UNIT_SECONDS,
                                   "Longest time between the entry's and the exit's bar."},
    [METRIC_AVG_TRADE_DURATION] = {"avgTradeDuration", "Avg. trade length", UNIT_SECONDS,
                                   "Mean time between the entry's and the exit's bar."},
    [METRIC_PROFIT_FACTOR] = {"profitFactor", "Profit factor", UNIT_RATIO,
                              "Money won by winning trades over money lost by losing ones."},
    [METRIC_EXPECTANCY] = {"expectancy", "Expectancy", UNIT_PERCENT,
                           "Arithmetic mean of profit over entry value."},
    [METRIC_PAYOFF_RATIO] = {"payoffRatio", "Payoff ratio", UNIT_RATIO,
                             "Mean money of winning trades over mean money of losing ones."},
    [METRIC_SQN] = {"sqn", "SQN", UNIT_RATIO,
                    "Root of the number of trades times mean profit over its standard deviation "
                    "(ddof 1)."},
    [METRIC_KELLY] = {"kelly", "Kelly fraction", UNIT_RATIO,
                      "Win rate minus loss rate over the ratio of the mean winning to the mean "
                      "losing return per trade."},
    [METRIC_EXPOSURE_TIME] = {"exposureTime", "Exposure", UNIT_PERCENT,
                              "Bars with a position, entry and exit bar included, of all bars."},
    [METRIC_TURNOVER] = {"turnover", "Turnover", UNIT_RATIO,
                         "Value of all fills over the mean equity."},
    [METRIC_ALPHA] = {"alpha", "Alpha", UNIT_PERCENT,
                      "Yearly part of the daily returns that buy and hold does not explain (least "
                      "squares)."},
    [METRIC_BETA] = {"beta", "Beta", UNIT_RATIO,
                     "Daily return gained a daily return of buy and hold (least squares)."},
    [METRIC_COMMISSION_TOTAL] = {"commissionTotal", "Commissions", UNIT_MONEY,
                                 "Fees of all fills, the open position's entries too."},
};

const struct metric_info *metric_info_at(enum metric m) {
    return &infos[m];
}
