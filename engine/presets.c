/* The built-in strategies: data like a user's own. */
#include "engine/strategy.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define PARAMS(array)  .params = array, .n_params = COUNT(array)
#define DEFINES(array) .defines = array, .n_defines = COUNT(array)

#define LENGTH(word, value, least, text)                                                           \
    {                                                                                              \
        .name = word, .type = PARAM_INT, .def = value, .min = least, .max = 5000, .step = 1,       \
        .help = text                                                                               \
    }

static const struct param two_averages[] = {
    LENGTH("fast", 10, 1, "Length of the fast average, bars."),
    LENGTH("slow", 30, 1, "Length of the slow average, bars."),
};

static const struct define sma_defines[] = {{"f", "sma(close, fast)"}, {"s", "sma(close, slow)"}};

static const struct define ema_defines[] = {{"f", "ema(close, fast)"}, {"s", "ema(close, slow)"}};

static const struct param rsi_params[] = {
    LENGTH("period", 14, 1, "Length of the index, bars."),
    {.name = "lower",
     .type = PARAM_FLOAT,
     .def = 30,
     .min = 0,
     .max = 100,
     .step = 1,
     .help = "Oversold: goes long below it."},
    {.name = "upper",
     .type = PARAM_FLOAT,
     .def = 70,
     .min = 0,
     .max = 100,
     .step = 1,
     .help = "Overbought: goes out above it."},
};

static const struct define rsi_defines[] = {{"r", "rsi(close, period)"}};

static const struct param macd_params[] = {
    LENGTH("fast", 12, 1, "Length of the fast average, bars."),
    LENGTH("slow", 26, 1, "Length of the slow average, bars."),
    LENGTH("signal", 9, 1, "Length of the signal line, bars."),
};

static const struct define macd_defines[] = {{"m", "macd(close, fast, slow, signal)"}};

static const struct param bollinger_params[] = {
    LENGTH("period", 20, 2, "Length of the mean and its deviation, bars."),
    {.name = "mult",
     .type = PARAM_FLOAT,
     .def = 2,
     .min = 0.1,
     .max = 10,
     .step = 0.1,
     .help = "Standard deviations from the mean to each band."},
};

static const struct define bollinger_defines[] = {{"b", "bb(close, period, mult)"}};

static const struct param donchian_params[] = {
    LENGTH("entry", 20, 1, "Bars whose high or low must be broken to enter."),
    LENGTH("exit", 10, 1, "Bars whose opposite extreme, once broken, ends the trade."),
};

static const struct strategy presets[] = {
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
    {.name = "rsi",
     .title = "RSI oversold and overbought",
     .help = "Long while flat and the relative strength index is below `lower`, out above `upper`; "
             "never short. The textbook reading of J. Welles Wilder's index (New Concepts in "
             "Technical Trading Systems, 1978), with his length 14 and levels 30 and 70.",
     PARAMS(rsi_params),
     DEFINES(rsi_defines),
     .rules = {[RULE_LONG_ENTRY] = "r < lower", [RULE_LONG_EXIT] = "r > upper"}},
    {.name = "macd",
     .title = "MACD signal crossover",
     .help =
         "Long when the MACD line comes above its signal line, short when it comes below. Gerald "
         "Appel's indicator of the late 1970s with his 12, 26, 9.",
     PARAMS(macd_params),
     DEFINES(macd_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(m.line, m.signal)",
               [RULE_SHORT_ENTRY] = "crossunder(m.line, m.signal)"}},
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
    {.name = "donchian",
     .title = "Donchian channel breakout",
     .help =
         "Long above the highest high of the `entry` bars before, out below the lowest low of "
         "the `exit` bars before; short the other way round. Richard Donchian's channel as the "
         "Turtles traded it (their System 1: 20 bars in, 10 out). The channel is that of the bar "
         "before, or no close could ever leave it.",
     PARAMS(donchian_params),
     .rules = {[RULE_LONG_ENTRY] = "close > highest(high, entry)[1]",
               [RULE_LONG_EXIT] = "close < lowest(low, exit)[1]",
               [RULE_SHORT_ENTRY] = "close < lowest(low, entry)[1]",
               [RULE_SHORT_EXIT] = "close > highest(high, exit)[1]"}},
    {.name = "buyhold",
     .title = "Buy and hold",
     .help =
         "Buys at the first chance and holds to the end: what every other strategy has to beat, "
         "with the same costs.",
     .rules = {[RULE_LONG_ENTRY] = "true"}},
};

const struct strategy *preset_at(size_t i) {
    return i < COUNT(presets) ? &presets[i] : NULL;
}

const struct strategy *preset_find(const char *name) {
    for (size_t i = 0; i < COUNT(presets); i++) {
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    }
    return NULL;
}
