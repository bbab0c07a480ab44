#include "engine/metrics.h"

static const struct metric_info infos[METRIC_COUNT] = {
    [METRIC_TOTAL_RETURN] = {"totalReturn", "Total return", UNIT_PERCENT, GROUP_RETURN,
                             "equity at bar closes", "final equity / initial cash - 1.", NULL},
    [METRIC_BUY_HOLD_RETURN] = {"buyHoldReturn", "Buy and hold", UNIT_PERCENT, GROUP_RETURN,
                                "prices", "last close / first open - 1; no costs.", NULL},
    [METRIC_CAGR] = {"cagr", "Yearly growth (CAGR)", UNIT_PERCENT, GROUP_RETURN, "elapsed time",
                     "(final equity / initial cash)^(365 days / elapsed time) - 1, from the first "
                     "bar's open to the last bar's end, whatever the annualisation.",
                     "too short a time to compound to a year"},
    [METRIC_ANNUAL_RETURN] = {"annualReturn", "Annual return", UNIT_PERCENT, GROUP_RETURN,
                              "daily returns", "Mean daily return x A, the days a year.",
                              "fewer than 30 daily returns"},
    [METRIC_FINAL_EQUITY] = {"finalEquity", "Final equity", UNIT_MONEY, GROUP_RETURN,
                             "equity at bar closes",
                             "Cash plus the open position at the last close.", NULL},
    [METRIC_PEAK_EQUITY] = {"peakEquity", "Peak equity", UNIT_MONEY, GROUP_RETURN,
                            "equity at bar closes",
                            "Highest equity at a bar's close, or the initial cash.", NULL},
    [METRIC_MAX_DRAWDOWN] = {"maxDrawdown", "Max. drawdown", UNIT_PERCENT, GROUP_RISK,
                             "equity at bar closes",
                             "Deepest fall from a peak: the least of equity / highest equity so "
                             "far - 1; the initial cash is the first peak. Negative or 0.",
                             NULL},
    [METRIC_MAX_DRAWDOWN_INTRABAR] =
        {"maxDrawdownIntrabar", "Max. drawdown inside bars", UNIT_PERCENT, GROUP_RISK,
         "equity at bar extremes",
         "Max. drawdown with each bar's worst price (low when long, high when short) for the "
         "position "
         "held at its close, against the highest equity at an earlier close.",
         "not measured in this profile"},
    [METRIC_AVG_DRAWDOWN] = {"avgDrawdown", "Avg. drawdown", UNIT_PERCENT, GROUP_RISK,
                             "equity at bar closes",
                             "Mean depth over all episodes; an episode goes from a peak to the "
                             "next close at or above it, or to the end.",
                             "no drawdown"},
    [METRIC_MAX_DRAWDOWN_DURATION] = {"maxDrawdownDuration", "Longest drawdown", UNIT_SECONDS,
                                      GROUP_RISK, "equity at bar closes",
                                      "Longest episode, from the end of the peak's bar to the end "
                                      "of the bar that recovered, or to the end.",
                                      NULL},
    [METRIC_AVG_DRAWDOWN_DURATION] = {"avgDrawdownDuration", "Avg. drawdown length", UNIT_SECONDS,
                                      GROUP_RISK, "equity at bar closes",
                                      "Mean length of the episodes.", "no drawdown"},
    [METRIC_TIME_UNDER_WATER] = {"timeUnderWater", "Time under water", UNIT_PERCENT, GROUP_RISK,
                                 "elapsed time",
                                 "Summed length of all drawdown episodes / elapsed time.", NULL},
    [METRIC_ANNUAL_VOLATILITY] = {"annualVolatility", "Annual volatility", UNIT_PERCENT, GROUP_RISK,
                                  "daily returns",
                                  "Standard deviation (ddof 1) of daily returns x sqrt(A).",
                                  "fewer than 30 daily returns"},
    [METRIC_SKEWNESS] = {"skewness", "Skewness", UNIT_RATIO, GROUP_RISK, "daily returns",
                         "m3 / m2^1.5 with the central moments m_k = mean((r - mean)^k): below 0, "
                         "the losing days are the wilder ones.",
                         "fewer than 30 daily returns; daily returns do not vary"},
    [METRIC_KURTOSIS] = {"kurtosis", "Kurtosis", UNIT_RATIO, GROUP_RISK, "daily returns",
                         "m4 / m2^2, raw: 3 for a normal distribution, more means wilder extremes.",
                         "fewer than 30 daily returns; daily returns do not vary"},
    [METRIC_SHARPE_RATIO] =
        {"sharpeRatio", "Sharpe ratio", UNIT_RATIO, GROUP_RATIO, "daily returns",
         "(mean - rf) / standard deviation (ddof 1) x sqrt(A), rf = (1 + riskFree)^(1/A) - 1.",
         "fewer than 30 daily returns; daily returns do not vary"},
    [METRIC_SHARPE_PER_BAR] =
        {"sharpePerBar", "Sharpe ratio per bar", UNIT_RATIO, GROUP_RATIO, "returns per bar",
         "The Sharpe ratio of returns per bar, with A = annualisation x 1 d / interval.",
         "fewer than 30 bars; returns per bar do not vary"},
    [METRIC_SORTINO_RATIO] =
        {"sortinoRatio", "Sortino ratio", UNIT_RATIO, GROUP_RATIO, "daily returns",
         "(mean - rf) / sqrt(mean(min(r - rf, 0)^2)) x sqrt(A), over all days.",
         "fewer than 30 daily returns; no losing day"},
    [METRIC_CALMAR_RATIO] = {"calmarRatio", "Calmar ratio", UNIT_RATIO, GROUP_RATIO,
                             "CAGR and drawdown", "cagr / |maxDrawdown|.",
                             "no drawdown; too short a time to compound to a year"},
    [METRIC_PROBABILISTIC_SHARPE] = {"probabilisticSharpe", "Probabilistic Sharpe", UNIT_PERCENT,
                                     GROUP_RATIO, "daily returns",
                                     "Chance that the true Sharpe ratio is above 0: Phi(z), z = S "
                                     "x sqrt(n - 1) / sqrt(1 - skewness x S + (kurtosis - 1) / 4 x "
                                     "S^2), S = (mean - rf) / standard deviation a day, n days.",
                                     "fewer than 30 daily returns; daily returns do not vary; the "
                                     "returns are too skewed for it"},
    [METRIC_DEFLATED_SHARPE] =
        {"deflatedSharpe", "Deflated Sharpe", UNIT_PERCENT, GROUP_RATIO, "daily returns, trials",
         "Probabilistic Sharpe against the best of N trials without skill: Phi(z - e), e = (1 - g) "
         "x Phi^-1(1 "
         "- 1/N) + g x Phi^-1(1 - 1/(N x exp(1))), g = 0.5772156649015329 (Euler's); N is the "
         "request's trials, and with N = 1 e = 0.",
         "fewer than 30 daily returns; daily returns do not vary; the returns are too skewed for "
         "it"},
    [METRIC_ALPHA] = {"alpha", "Alpha", UNIT_PERCENT, GROUP_MARKET, "daily returns",
                      "(mean - beta x the market's mean) x A: the yearly part that buy and hold "
                      "does not explain.",
                      "fewer than 30 daily returns; the market did not move"},
    [METRIC_BETA] =
        {"beta", "Beta", UNIT_RATIO, GROUP_MARKET, "daily returns",
         "Covariance with buy and hold's daily returns / their variance (least squares).",
         "fewer than 30 daily returns; the market did not move"},
    [METRIC_CORRELATION] =
        {"correlation", "Correlation", UNIT_RATIO, GROUP_MARKET, "daily returns",
         "Covariance with buy and hold's daily returns / the product of both standard deviations.",
         "fewer than 30 daily returns; the market did not move; daily returns do not vary"},
    [METRIC_TRACKING_ERROR] =
        {"trackingError", "Tracking error", UNIT_PERCENT, GROUP_MARKET, "daily returns",
         "Standard deviation (ddof 1) of daily return minus buy and hold's x sqrt(A).",
         "fewer than 30 daily returns"},
    [METRIC_INFORMATION_RATIO] =
        {"informationRatio", "Information ratio", UNIT_RATIO, GROUP_MARKET, "daily returns",
         "Mean of daily return minus buy and hold's / its standard deviation (ddof 1) x sqrt(A).",
         "fewer than 30 daily returns; equity moved exactly as buy and hold"},
    [METRIC_TRADE_COUNT] = {"tradeCount", "Trades", UNIT_COUNT, GROUP_TRADES, "closed trades",
                            "Closed trades.", NULL},
    [METRIC_WINNING_TRADES] = {"winningTrades", "Winning trades", UNIT_COUNT, GROUP_TRADES,
                               "closed trades", "Trades with pnl > 0, after costs.", NULL},
    [METRIC_LOSING_TRADES] = {"losingTrades", "Losing trades", UNIT_COUNT, GROUP_TRADES,
                              "closed trades", "Trades with pnl < 0, after costs.", NULL},
    [METRIC_BREAKEVEN_TRADES] = {"breakevenTrades", "Breakeven trades", UNIT_COUNT, GROUP_TRADES,
                                 "closed trades", "Trades with pnl = 0, after costs.", NULL},
    [METRIC_WIN_RATE] = {"winRate", "Win rate", UNIT_PERCENT, GROUP_TRADES, "closed trades",
                         "Winning trades / all trades.", "no trades"},
    [METRIC_PROFIT_FACTOR] = {"profitFactor", "Profit factor", UNIT_RATIO, GROUP_TRADES,
                              "closed trades",
                              "Sum of the winning trades' pnl / |sum of the losing ones'|.",
                              "no trades; no losing trade"},
    [METRIC_PAYOFF_RATIO] = {"payoffRatio", "Payoff ratio", UNIT_RATIO, GROUP_TRADES,
                             "closed trades",
                             "Mean pnl of winning trades / |mean pnl of losing ones|.",
                             "no trades; no losing trade; no winning trade"},
    [METRIC_EXPECTANCY] = {"expectancy", "Expectancy", UNIT_PERCENT, GROUP_TRADES, "closed trades",
                           "Mean of pnl / (|size| x entryPrice).", "no trades"},
    [METRIC_EXPECTANCY_MONEY] = {"expectancyMoney", "Expectancy, money", UNIT_MONEY, GROUP_TRADES,
                                 "closed trades", "Mean pnl.", "no trades"},
    [METRIC_EXPECTANCY_R] =
        {"expectancyR", "Expectancy in R", UNIT_RATIO, GROUP_TRADES, "closed trades",
         "Mean pnl / R, where R is |mean pnl of losing trades|, the money a trade puts at risk.",
         "no trades; no losing trade"},
    [METRIC_AVG_TRADE] =
        {"avgTrade", "Avg. trade", UNIT_PERCENT, GROUP_TRADES, "closed trades",
         "Geometric mean of pnl / (|size| x entryPrice); -100 once a trade has lost all.",
         "no trades"},
    [METRIC_AVG_WIN] = {"avgWin", "Avg. winning trade", UNIT_PERCENT, GROUP_TRADES, "closed trades",
                        "Mean of pnl / (|size| x entryPrice) over winning trades.",
                        "no trades; no winning trade"},
    [METRIC_AVG_LOSS] = {"avgLoss", "Avg. losing trade", UNIT_PERCENT, GROUP_TRADES,
                         "closed trades", "Mean of pnl / (|size| x entryPrice) over losing trades.",
                         "no trades; no losing trade"},
    [METRIC_BEST_TRADE] = {"bestTrade", "Best trade", UNIT_PERCENT, GROUP_TRADES, "closed trades",
                           "Largest pnl / (|size| x entryPrice).", "no trades"},
    [METRIC_WORST_TRADE] = {"worstTrade", "Worst trade", UNIT_PERCENT, GROUP_TRADES,
                            "closed trades", "Smallest pnl / (|size| x entryPrice).", "no trades"},
    [METRIC_LONGEST_WIN_STREAK] =
        {"longestWinStreak", "Longest winning streak", UNIT_COUNT, GROUP_TRADES, "closed trades",
         "Most winning trades in a row, in the order they closed; a breakeven trade ends a streak.",
         NULL},
    [METRIC_LONGEST_LOSS_STREAK] =
        {"longestLossStreak", "Longest losing streak", UNIT_COUNT, GROUP_TRADES, "closed trades",
         "Most losing trades in a row, in the order they closed; a breakeven trade ends a streak.",
         NULL},
    [METRIC_MAX_TRADE_DURATION] =
        {"maxTradeDuration", "Longest trade", UNIT_SECONDS, GROUP_TRADES, "closed trades",
         "Longest time between the opens of the entry's and the exit's bar.", "no trades"},
    [METRIC_AVG_TRADE_DURATION] = {"avgTradeDuration", "Avg. trade length", UNIT_SECONDS,
                                   GROUP_TRADES, "closed trades",
                                   "Mean time between the opens of the entry's and the exit's bar.",
                                   "no trades"},
    [METRIC_SQN] = {"sqn", "SQN", UNIT_RATIO, GROUP_TRADES, "closed trades",
                    "sqrt(number of trades) x mean pnl / standard deviation of pnl (ddof 1).",
                    "no trades; one trade only; all trades gained the same"},
    [METRIC_KELLY] = {"kelly", "Kelly fraction", UNIT_RATIO, GROUP_TRADES, "closed trades",
                      "W - (1 - W) / (avgWin / |avgLoss|), W = win rate as a fraction.",
                      "no trades; no losing trade; no winning trade"},
    [METRIC_AVG_MAE] = {"avgMae", "Avg. adverse move (MAE)", UNIT_PERCENT, GROUP_EXCURSION,
                        "closed trades",
                        "Mean of mae, each trade's worst raw price from entry to exit, percent of "
                        "entryPrice; negative or 0.",
                        "no trades"},
    [METRIC_WORST_MAE] = {"worstMae", "Worst adverse move", UNIT_PERCENT, GROUP_EXCURSION,
                          "closed trades", "Lowest mae of all trades.", "no trades"},
    [METRIC_AVG_MFE] = {"avgMfe", "Avg. favourable move (MFE)", UNIT_PERCENT, GROUP_EXCURSION,
                        "closed trades",
                        "Mean of mfe, each trade's best raw price from entry to exit, percent of "
                        "entryPrice; positive or 0.",
                        "no trades"},
    [METRIC_BEST_MFE] = {"bestMfe", "Best favourable move", UNIT_PERCENT, GROUP_EXCURSION,
                         "closed trades", "Highest mfe of all trades.", "no trades"},
    [METRIC_EDGE_RATIO] =
        {"edgeRatio", "Edge ratio", UNIT_RATIO, GROUP_EXCURSION, "closed trades",
         "avgMfe / |avgMae|: above 1, prices went further for the trades than against them.",
         "no trades; no trade moved against its entry"},
    [METRIC_EXPOSURE_TIME] =
        {"exposureTime", "Exposure", UNIT_PERCENT, GROUP_EXPOSURE, "bars",
         "Bars entryBar..exitBar of all trades and the open position, each bar once / all bars.",
         NULL},
    [METRIC_EXPOSURE_BARS] =
        {"exposureBars", "Bars with a position", UNIT_COUNT, GROUP_EXPOSURE, "bars",
         "Bars entryBar..exitBar of all trades and the open position, each bar once.", NULL},
    [METRIC_TIME_IN_MARKET] = {"timeInMarket", "Time in the market", UNIT_PERCENT, GROUP_EXPOSURE,
                               "elapsed time",
                               "Time from the first bar's open to the last bar's end of each "
                               "unbroken stretch of such bars, gaps inside counted / elapsed time.",
                               NULL},
    [METRIC_TURNOVER] = {"turnover", "Turnover", UNIT_RATIO, GROUP_EXPOSURE, "fills",
                         "Sum of |units x price| of all fills / mean equity at bar closes.",
                         "no equity"},
    [METRIC_COMMISSION_TOTAL] = {"commissionTotal", "Commissions", UNIT_MONEY, GROUP_EXPOSURE,
                                 "fills", "Fees of all fills, the open position's entries too.",
                                 NULL},
};

const struct metric_info *metric_info_at(enum metric m) {
    return &infos[m];
}

const char *metric_unit_name(enum metric_unit u) {
    static const char *const names[] = {
        [UNIT_PERCENT] = "percent", [UNIT_MONEY] = "money", [UNIT_SECONDS] = "seconds",
        [UNIT_RATIO] = "ratio",     [UNIT_COUNT] = "count",
    };
    return names[u];
}

const char *metric_group_name(enum metric_group g) {
    static const char *const names[GROUP_COUNT] = {
        [GROUP_RETURN] = "Return",
        [GROUP_RISK] = "Risk",
        [GROUP_RATIO] = "Return against risk",
        [GROUP_MARKET] = "Against buy and hold",
        [GROUP_TRADES] = "Trades",
        [GROUP_EXCURSION] = "Price moves during trades",
        [GROUP_EXPOSURE] = "Exposure and costs",
    };
    return names[g];
}
