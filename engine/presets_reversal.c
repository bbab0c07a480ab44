/* Built-in strategies: prices coming back. */
#include "engine/presets.h"

static const struct param rsi_params[] = {
    LENGTH("period", 14, 1, "Length of the index, bars."),
    NUMBER("lower", 30, 0, 100, 1, "Oversold: goes long below it."),
    NUMBER("upper", 70, 0, 100, 1, "Overbought: goes out above it."),
};

static const struct define rsi_defines[] = {{"r", "rsi(close, period)"}};

static const struct param bollinger_params[] = {
    LENGTH("period", 20, 2, "Length of the mean and its deviation, bars."),
    NUMBER("mult", 2, 0.1, 10, 0.1, "Standard deviations from the mean to each band."),
};

static const struct define bollinger_defines[] = {{"b", "bb(close, period, mult)"}};

static const struct param stochastic_params[] = {
    LENGTH("period", 14, 1, "Bars whose range is looked at."),
    LENGTH("smooth", 3, 1, "Length of the average that makes %K of it."),
    LENGTH("signal", 3, 1, "Length of the average of %K that makes %D."),
    NUMBER("lower", 20, 0, 100, 1, "Oversold: crosses below it go long."),
    NUMBER("upper", 80, 0, 100, 1, "Overbought: crosses above it go short."),
};

static const struct define stochastic_defines[] = {
    {"bottom", "lowest(low, period)"},
    {"k", "sma(100 * (close - bottom) / (highest(high, period) - bottom), smooth)"},
    {"d", "sma(k, signal)"},
};

static const struct param meanrevert_params[] = {
    LENGTH("period", 20, 2, "Length of the mean and its deviation, bars."),
    NUMBER("entry", 2, 0.1, 20, 0.1, "Deviations from the mean at which a trade begins."),
    NUMBER("exit", 0.5, 0, 20, 0.1, "Deviations from the mean at which it ends."),
};

static const struct define meanrevert_defines[] = {
    {"z", "(close - sma(close, period)) / stdev(close, period)"},
};

static const struct param vwap_params[] = {
    NUMBER("away", 1, 0, 50, 0.1, "Percent below or above the average at which a trade begins."),
};

static const struct define vwap_defines[] = {
    {"fair", "vwap(hlc3)"},
    {"off", "100 * (close / fair - 1)"},
    {"day", "time - time % 86400000"},
};

const struct strategy presets_reversal[] = {
    {.name = "rsi",
     .title = "RSI oversold and overbought",
     .help = "Long while flat and the relative strength index is below `lower`, out above `upper`; "
             "never short. The textbook reading of J. Welles Wilder's index (New Concepts in "
             "Technical Trading Systems, 1978), with his length 14 and levels 30 and 70.",
     PARAMS(rsi_params),
     DEFINES(rsi_defines),
     .rules = {[RULE_LONG_ENTRY] = "r < lower", [RULE_LONG_EXIT] = "r > upper"}},
    {.name = "bollinger",
     .title = "Bollinger band reversion",
     .help =
         "Long when the close comes back above the lower band, short when it comes back below "
         "the upper one: a bet that prices return to their mean. The rules of TradingView's "
         "Bollinger Bands Strategy at market orders; bands of 20 bars and 2 deviations are John "
         "Bollinger's.",
     PARAMS(bollinger_params),
     DEFINES(bollinger_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(close, b.lower)",
               [RULE_SHORT_ENTRY] = "crossunder(close, b.upper)"}},
    {.name = "stochastic",
     .title = "Slow stochastic crossover",
     .help =
         "Long when %K comes above %D below `lower`, short when it comes below %D above `upper`. "
         "George Lane's oscillator of the 1950s, where the close stands in the range of the last "
         "bars, with the customary 14, 3, 3 and 20, 80; the rules of TradingView's Stochastic "
         "Slow Strategy.",
     PARAMS(stochastic_params),
     DEFINES(stochastic_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(k, d) and k < lower",
               [RULE_SHORT_ENTRY] = "crossunder(k, d) and k > upper"}},
    {.name = "meanrevert",
     .title = "Mean reversion by z-score",
     .help =
         "The z-score is the distance of the close from its mean in standard deviations: long "
         "below -`entry`, out above -`exit`; short above `entry`, out below `exit`. The rule of "
         "the statistical arbitrage literature (Gatev, Goetzmann and Rouwenhorst's pairs, entered "
         "at 2 deviations) on one price; Bollinger's bands as levels instead of crosses.",
     PARAMS(meanrevert_params),
     DEFINES(meanrevert_defines),
     .rules = {[RULE_LONG_ENTRY] = "z < -entry",
               [RULE_LONG_EXIT] = "z > -exit",
               [RULE_SHORT_ENTRY] = "z > entry",
               [RULE_SHORT_EXIT] = "z < exit"}},
    {.name = "vwap",
     .title = "Return to the day's average price",
     .help =
         "For bars shorter than a day. Long when the close is `away` percent below the volume-"
         "weighted average price of the day, short when it is as much above; out at the average "
         "or when the next day (UTC) has begun. Institutions measure their fills by that average "
         "(Berkowitz, Logue and Noser, 1988), so day traders take it for the fair price.",
     PARAMS(vwap_params),
     DEFINES(vwap_defines),
     .rules = {[RULE_LONG_ENTRY] = "off < -away",
               [RULE_LONG_EXIT] = "close >= fair or day > day[1]",
               [RULE_SHORT_ENTRY] = "off > away",
               [RULE_SHORT_EXIT] = "close <= fair or day > day[1]"}},
    {.name = NULL},
};
