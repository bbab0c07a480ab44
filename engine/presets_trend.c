/* Built-in strategies: the direction of a trend. */
#include "engine/presets.h"

static const struct param ichimoku_params[] = {
    LENGTH("conversion", 9, 1, "Bars of the conversion line."),
    LENGTH("base", 26, 1, "Bars of the base line."),
    LENGTH("span", 52, 1, "Bars of the slow edge of the cloud."),
    LENGTH("ahead", 26, 1, "Bars that the cloud is drawn ahead, the present one counted."),
};

static const struct define ichimoku_defines[] = {
    {"conv", "(highest(high, conversion) + lowest(low, conversion)) / 2"},
    {"slow", "(highest(high, base) + lowest(low, base)) / 2"},
    {"edge_a", "((conv + slow) / 2)[ahead - 1]"},
    {"edge_b", "((highest(high, span) + lowest(low, span)) / 2)[ahead - 1]"},
};

static const struct param momentum_params[] = {
    LENGTH("period", 90, 1, "Bars over which the change of the price is taken."),
    NUMBER("least", 0, 0, 1000, 0.5, "Percent that the price must have moved."),
};

static const struct define momentum_defines[] = {{"move", "roc(close, period)"}};

static const struct param supertrend_params[] = {
    LENGTH("period", 10, 1, "Length of the average true range, bars."),
    NUMBER("factor", 3, 0.1, 50, 0.1,
           "Average true ranges from the middle of the bar to the line."),
};

static const struct define supertrend_defines[] = {{"t", "supertrend(factor, period)"}};

static const struct param adx_params[] = {
    LENGTH("period", 14, 2, "Length of the directional movement, bars."),
    NUMBER("least", 25, 0, 100, 1, "Strength of a trend that is worth following."),
};

static const struct define adx_defines[] = {{"d", "dmi(period, period)"}};

const struct strategy presets_trend[] = {
    {.name = "supertrend",
     .title = "Supertrend",
     .help =
         "Long when the supertrend turns up, short when it turns down: always in the market, with "
         "a line at some average true ranges that follows the price and never gives back. Olivier "
         "Seban's indicator; TradingView's Supertrend Strategy with its 10 and 3.",
     PARAMS(supertrend_params),
     DEFINES(supertrend_defines),
     .rules = {[RULE_LONG_ENTRY] = "t.direction < t.direction[1]",
               [RULE_SHORT_ENTRY] = "t.direction > t.direction[1]"}},
    {.name = "adx",
     .title = "Directional movement in a strong trend",
     .help = "Long while the plus indicator is above the minus indicator and the trend is strong, "
             "short the other way round; out when they cross back. The directional movement of J. "
             "Welles Wilder's New Concepts in Technical Trading Systems (1978); a trend counts as "
             "strong where its average directional index is above 25, as is customary.",
     PARAMS(adx_params),
     DEFINES(adx_defines),
     .rules = {[RULE_LONG_ENTRY] = "d.plus > d.minus and d.adx > least",
               [RULE_LONG_EXIT] = "d.plus < d.minus",
               [RULE_SHORT_ENTRY] = "d.minus > d.plus and d.adx > least",
               [RULE_SHORT_EXIT] = "d.minus < d.plus"}},
    {.name = "ichimoku",
     .title = "Ichimoku cloud",
     .help =
         "Long when the conversion line comes above the base line while the close is above both "
         "edges of the cloud, out when it comes below; short the other way round below the cloud. "
         "Goichi Hosoda's chart (published 1969) with his 9, 26, 52; the cloud under a bar was "
         "drawn from values of 25 bars before, because he counts the present bar.",
     PARAMS(ichimoku_params),
     DEFINES(ichimoku_defines),
     .rules = {[RULE_LONG_ENTRY] = "crossover(conv, slow) and close > max(edge_a, edge_b)",
               [RULE_LONG_EXIT] = "crossunder(conv, slow)",
               [RULE_SHORT_ENTRY] = "crossunder(conv, slow) and close < min(edge_a, edge_b)",
               [RULE_SHORT_EXIT] = "crossover(conv, slow)"}},
    {.name = "momentum",
     .title = "Time-series momentum",
     .help =
         "Long when the price has risen by more than `least` percent over `period` bars, short "
         "when it has fallen by as much: what has gone up goes on going up. Moskowitz, Ooi and "
         "Pedersen (Time series momentum, 2012) found it in 58 futures with 12 months; with daily "
         "bars, 90 is the shorter look that markets open all week are usually tried with.",
     PARAMS(momentum_params),
     DEFINES(momentum_defines),
     .rules = {[RULE_LONG_ENTRY] = "move > least", [RULE_SHORT_ENTRY] = "move < -least"}},
    {.name = NULL},
};
