/* Built-in strategies: averages crossing one another. */
#include "engine/presets.h"

static const struct param two_averages[] = {
    LENGTH("fast", 10, 1, "Length of the fast average, bars."),
    LENGTH("slow", 30, 1, "Length of the slow average, bars."),
};

static const struct define sma_defines[] = {{"f", "sma(close, fast)"}, {"s", "sma(close, slow)"}};

static const struct define ema_defines[] = {{"f", "ema(close, fast)"}, {"s", "ema(close, slow)"}};

static const struct param macd_params[] = {
    LENGTH("fast", 12, 1, "Length of the fast average, bars."),
    LENGTH("slow", 26, 1, "Length of the slow average, bars."),
    LENGTH("signal", 9, 1, "Length of the signal line, bars."),
};

static const struct define macd_defines[] = {{"m", "macd(close, fast, slow, signal)"}};

const struct strategy presets_average[] = {
    {.name = "sma",
     .title = "Moving average crossover",
     .help =
         "Long when the fast simple moving average comes above the slow one, short when it comes "
         "below: always in the market after the first cross. The oldest trend rule there is, and "
         "the example strategy of nearly every backtester (backtesting.py's SmaCross, "
         "TradingView's MovingAvg2Line Cross).",
     PARAMS(two_averages),
     DEFINES(sma_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(f, s)", [RULE_SHORT_ENTRY] = "crossunder(f, s)"}},
    {.name = "ema",
     .title = "Exponential average crossover",
     .help =
         "The moving average crossover with exponential averages, which weigh the newest bars "
         "most and so turn sooner: long when fast comes above slow, short when it comes below. "
         "A staple of trend-following systems since the 1960s (Haurlan's exponential smoothing).",
     PARAMS(two_averages),
     DEFINES(ema_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(f, s)", [RULE_SHORT_ENTRY] = "crossunder(f, s)"}},
    {.name = "macd",
     .title = "MACD signal crossover",
     .help =
         "Long when the MACD line comes above its signal line, short when it comes below. Gerald "
         "Appel's indicator of the late 1970s with his 12, 26, 9.",
     PARAMS(macd_params),
     DEFINES(macd_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(m.line, m.signal)",
               [RULE_SHORT_ENTRY] = "crossunder(m.line, m.signal)"}},
    {.name = NULL},
};
