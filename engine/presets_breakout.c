/* Built-in strategies: prices leaving a channel. */
#include "engine/presets.h"

static const struct param donchian_params[] = {
    LENGTH("entry", 20, 1, "Bars whose high or low must be broken to enter."),
    LENGTH("exit", 10, 1, "Bars whose opposite extreme, once broken, ends the trade."),
};

static const struct param keltner_params[] = {
    LENGTH("period", 20, 1, "Length of the average, bars."),
    LENGTH("width", 10, 1, "Length of the average true range, bars."),
    NUMBER("mult", 2, 0.1, 20, 0.1, "Average true ranges from the average to each band."),
};

static const struct define keltner_defines[] = {
    {"mid", "ema(close, period)"},
    {"band", "mult * atr(width)"},
};

static const struct param openrange_params[] = {
    LENGTH("bars", 4, 1, "Bars of the opening range."),
    {.name = "open_hour",
     .type = PARAM_INT,
     .def = 0,
     .min = 0,
     .max = 23,
     .step = 1,
     .help = "Hour (UTC) at which the day begins."},
};

/* The time of day counts from open_hour, so it falls where a day begins. */
static const struct define openrange_defines[] = {
    {"clock", "(time - open_hour * 3600000) % 86400000"},
    {"opens", "clock < clock[1]"},
    {"gone", "barssince(opens)"},
    {"top", "valuewhen(gone == bars - 1, highest(high, bars), 0)"},
    {"bottom", "valuewhen(gone == bars - 1, lowest(low, bars), 0)"},
};

const struct strategy presets_breakout[] = {
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
    {.name = "keltner",
     .title = "Keltner channel breakout",
     .help =
         "Long when the close comes above the upper band, out when it comes below the average; "
         "short the other way round. Chester Keltner's ten-day channel (How To Make Money in "
         "Commodities, 1960) in the form that Linda Raschke gave it: an exponential average, and "
         "bands at multiples of the average true range.",
     PARAMS(keltner_params),
     DEFINES(keltner_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(close, mid + band)",
               [RULE_LONG_EXIT] = "crossunder(close, mid)",
               [RULE_SHORT_ENTRY] = "crossunder(close, mid - band)",
               [RULE_SHORT_EXIT] = "crossover(close, mid)"}},
    {.name = "openrange",
     .title = "Opening range breakout",
     .help =
         "For bars shorter than a day. The first `bars` bars of a day, from `open_hour` on, make a "
         "range: long when a later close comes above its high, short when one comes below its "
         "low, stopped at the other end of it, out when the next day has begun. Toby Crabel's "
         "study (Day Trading with Short Term Price Patterns and Opening Range Breakout, 1990) "
         "made the name; he enters by stop orders inside the bar, this one at its close.",
     PARAMS(openrange_params),
     DEFINES(openrange_defines),
     .rules = {[RULE_LONG_ENTRY] = "gone >= bars and crossover(close, top)",
               [RULE_LONG_EXIT] = "opens",
               [RULE_SHORT_ENTRY] = "gone >= bars and crossunder(close, bottom)",
               [RULE_SHORT_EXIT] = "opens",
               [RULE_LONG_STOP_LOSS] = "bottom",
               [RULE_SHORT_STOP_LOSS] = "top"}},
    {.name = NULL},
};
