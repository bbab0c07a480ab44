#include "lib/spec_table.h"

#include <assert.h>
#include <string.h>

#include "lib/spec_words.h"

#define MONEY_MAX 1e15 /* beyond it a double no longer knows cents */
#define UNITS_MAX 1e15
#define RATE      "a rate: 0.001 is 0.1 %"
#define OF_ENTRY  "a fraction of the entry price: 0.05 is 5 %"

#define AT(field)       .offset = offsetof(struct request, field)
#define MEMBERS(rows)   .members = (rows), .n_members = sizeof(rows) / sizeof *(rows)
#define OWN             .profile = WORD_OWN_PROFILE
#define PRICE_OR_NUMBER WORD_FORM, .text = "expression", .read = spec_stop

static const char *const combines[] = {"sleeves", "all", "any", "majority", NULL};
static const char *const sides[] = {"both", "long", "short", NULL};
static const char *const fills[] = {"open", "close", NULL};
static const char *const paths[] = {"pessimistic", "optimistic", "ohlc", "olhc", "lower", NULL};
static const char *const profiles[] = {"candlemill", "backtesting.py", NULL};

const struct range spec_size_ranges[] = {
    [SIZE_EQUITY] = {.max = 1,
                     .above = true,
                     .fraction = true,
                     .unit = "a share of equity: 0.5 is half of it"},
    [SIZE_CASH] = {.max = MONEY_MAX, .above = true, .unit = "money a trade"},
    [SIZE_UNITS] = {.max = UNITS_MAX, .above = true, .unit = "units a trade"},
    [SIZE_RISK] = {.max = 1,
                   .above = true,
                   .fraction = true,
                   .unit = "a share of equity that is lost when the stop is hit"},
};

/* Below 0 only in profile backtesting.py, whose library knows rebates (lib/spec_forms.c). */
#define COMMISSION                                                                                 \
    { .min = -0.1, .max = 0.1, .fraction = true, .unit = RATE }

static const struct word_member fees[] = {
    {"rate", "Commission", "Of each fill's value.", AT(cfg.commission_rate), .range = COMMISSION},
    {"fixed", "Fixed fee", "Money a fill, beside the rate.", AT(cfg.commission_fixed),
     .range = {.max = 1e9, .unit = "money a fill"}},
    {"minimum", "Least fee", "Money a fill costs at least.", AT(cfg.commission_minimum),
     .range = {.max = 1e9, .unit = "money a fill"}},
    {"maker", "Maker rate", "Of limit and take-profit fills; below 0 a rebate.",
     AT(cfg.commission_maker),
     .range = {.min = -0.01,
               .max = 0.1,
               .fraction = true,
               .unit = "a rate: 0.001 is 0.1 %, below 0 a rebate"}},
    {"perUnit", "Fee a unit", "Money a unit traded.", AT(cfg.commission_per_unit),
     .range = {.max = 1e6, .unit = "money a unit"}},
};

static const struct word_member lots[] = {
    {"step", "Lot step", "Units are cut to this grid; 0 is any fraction.", AT(cfg.lot_step),
     .range = {.max = UNITS_MAX, .unit = "units; 0 is any fraction"}},
    {"min", "Smallest lot", "Units below which an entry is refused.", AT(cfg.lot_min),
     .range = {.max = UNITS_MAX, .unit = "units; 0 is any fraction"}},
    {"minValue", "Smallest order", "Money below which an entry is refused.", AT(cfg.lot_min_value),
     .range = {.max = MONEY_MAX, .unit = "money an entry is worth"}},
};

#define MARKET     .group = "Market"
#define STRATEGIES .group = "Strategies"
#define MONEY      .group = "Money and size"
#define COSTS      .group = "Costs"
#define STOPS      .group = "Stops and targets"
#define ORDERS     .group = "Orders"
#define ENTRIES    .group = "When to enter"
#define METRICS    .group = "Metrics"
#define RUN        .group = "This run"

const struct word spec_table[] = {
    {"symbol", "Symbol", "Whose candles.", MARKET, true, WORD_FORM, .text = "symbol",
     .read = spec_symbol},
    {"interval", "Interval", "Length of a bar.", MARKET, true, WORD_FORM, .text = "interval",
     .read = spec_interval},
    {"startDate", "From", "The first bar opens at or after it; all that is stored when left out.",
     MARKET, true, WORD_FORM, .text = "date", .read = spec_start},
    {"endDate", "Up to", "Bars that open before it are tested.", MARKET, true, WORD_FORM,
     .text = "date", .read = spec_end},
    {"strategies", "Strategies", "Names, or strategies as data (/api/algo/schema/strategy).",
     STRATEGIES, true, WORD_LATER},
    {"strategyParams", "Parameters", "Values of parameters, by strategy and name.", STRATEGIES,
     true, WORD_LATER},
    {"combine", "Together", "Sleeves trade apart, each with its part of the cash; else they vote.",
     STRATEGIES, .kind = WORD_CHOICE, AT(cfg.combine), .names = combines},
    {"cash", "Cash", "Money at the start.", MONEY, true, WORD_NUMBER, AT(cfg.cash),
     .range = {.max = MONEY_MAX, .above = true, .unit = "money"}},
    {"size", "Position size", "How much one entry is.", MONEY, true, WORD_FORM, AT(cfg.size),
     .read = spec_size},
    {"commission", "Commission", "Of each fill's value.", COSTS, true, WORD_FORM,
     AT(cfg.commission_rate), .range = COMMISSION, MEMBERS(fees), .read = spec_commission},
    {"spread", "Spread", "Of the price; half of it moves each market fill against you.", COSTS,
     .kind = WORD_NUMBER, AT(cfg.spread), .range = {.max = 0.5, .fraction = true, .unit = RATE}},
    {"slippage", "Slippage", "Of the price, on each market and stop fill.", COSTS,
     .kind = WORD_NUMBER, OWN, AT(cfg.slippage),
     .range = {.max = 0.5, .fraction = true, .unit = RATE}},
    {"leverage", "Leverage", "Initial margin is 1/leverage.", MONEY, .kind = WORD_NUMBER,
     AT(cfg.leverage), .range = {.min = 1, .max = 125}},
    {"maintenance", "Maintenance margin",
     "Of the position's value; below it the position is "
     "liquidated.",
     MONEY, .kind = WORD_NUMBER, OWN, AT(cfg.maintenance),
     .range = {.max = 0.99, .fraction = true, .unit = RATE}},
    {"sides", "Sides", "A side switched off opens nothing; its entry still closes the other.",
     ORDERS, .kind = WORD_CHOICE, AT(cfg.sides), .names = sides},
    {"fill", "Orders fill", "At the next bar's open, or at the close of the bar that decided.",
     ORDERS, .kind = WORD_CHOICE, AT(cfg.fill), .names = fills},
    {"path", "Path inside a bar", "Order of prices: lower takes it from finer bars.", ORDERS,
     .kind = WORD_CHOICE, OWN, AT(cfg.path), .names = paths},
    {"lowerInterval", "Finer bars", "The interval that says the order of prices.", ORDERS,
     .kind = WORD_FORM, OWN, .text = "interval", .when = {"path", "lower"},
     .read = spec_lower_interval},
    {"stopLoss", "Stop loss", "From the entry price, or an expression that gives a price.", STOPS,
     .kind = PRICE_OR_NUMBER, AT(cfg.stop_loss),
     .range = {.max = 1, .above = true, .fraction = true, .unit = OF_ENTRY}},
    {"takeProfit", "Take profit", "From the entry price, or an expression that gives a price.",
     STOPS, .kind = PRICE_OR_NUMBER, AT(cfg.take_profit),
     .range = {.max = 100, .above = true, .fraction = true, .unit = OF_ENTRY}},
    {"trailingStop", "Trailing stop", "Behind the best price since entry.", STOPS,
     .kind = PRICE_OR_NUMBER, OWN, AT(cfg.trailing_stop),
     .range = {.max = 1, .above = true, .fraction = true, .unit = OF_ENTRY}},
    {"breakEven", "Break-even", "Profit at which the stop moves to the entry price.", STOPS,
     .kind = PRICE_OR_NUMBER, OWN, AT(cfg.break_even),
     .range = {.max = 100, .above = true, .fraction = true, .unit = OF_ENTRY}},
    {"hedging", "Hedging", "Long and short may be held at once.", MONEY, .kind = WORD_FLAG,
     AT(cfg.hedging)},
    {"pyramiding", "Pyramiding", "Entries of a side held at once.", ENTRIES, .kind = WORD_WHOLE,
     AT(cfg.pyramiding),
     .range = {.min = 1, .max = PYRAMIDING_MAX, .unit = "entries held at once"}},
    {"maxBars", "Longest trade", "Bars after which a trade is closed.", STOPS, .kind = WORD_WHOLE,
     AT(cfg.max_bars), .range = {.min = 1, .max = BARS_MAX, .unit = "bars"}},
    {"cooldown", "Cooldown", "Bars after an exit without an entry.", ENTRIES, .kind = WORD_NUMBER,
     OWN, AT(cfg.cooldown),
     .range = {.max = BARS_MAX, .unit = "bars after an exit without an entry"}},
    {"maxTradesPerDay", "Trades a day", "Entries that are filled in one UTC day at most.", ENTRIES,
     .kind = WORD_NUMBER, OWN, AT(cfg.max_trades_per_day),
     .range = {.min = 1, .max = 1e6, .unit = "entries in one UTC day"}},
    {"finalize", "Close at the end", "What is open then is closed at the last close.", ORDERS,
     .kind = WORD_FLAG, AT(cfg.finalize)},
    {"exclusiveOrders", "Exclusive orders", "An order closes and cancels what was there.", ORDERS,
     .kind = WORD_FLAG, .profile = WORD_BACKTESTING_PY, AT(cfg.exclusive_orders)},
    {"lot", "Lot", "What sizes an order may have.", MONEY, .kind = WORD_FORM, OWN, MEMBERS(lots),
     .read = spec_lot},
    {"volumeLimit", "Volume limit", "The share of the last bar's volume that an entry may be.",
     MONEY, .kind = WORD_NUMBER, OWN, AT(cfg.volume_limit),
     .range =
         {.max = 1, .above = true, .fraction = true, .unit = "a share of the last bar's volume"}},
    {"tick", "Price tick", "Step of prices; 0 is any price.", COSTS, .kind = WORD_NUMBER, OWN,
     AT(cfg.tick), .range = {.max = 1e9, .unit = "price step; 0 is any price"}},
    {"funding", "Funding", "Per 8 h on what is held, or the symbol of a funding series.", COSTS,
     .kind = WORD_FORM, OWN, AT(cfg.funding), .text = "symbol",
     .range = {.min = -0.1,
               .max = 0.1,
               .fraction = true,
               .unit = "a rate per 8 h; or the symbol of a funding series"},
     .read = spec_funding},
    {"borrow", "Borrow rate", "A year, paid by shorts.", COSTS, .kind = WORD_NUMBER, OWN,
     AT(cfg.borrow), .range = {.max = 5, .fraction = true, .unit = "a yearly rate on shorts"}},
    {"annualisation", "Days a year", "365, or 252 to count only days with bars.", METRICS,
     .kind = WORD_NUMBER, AT(cfg.annualisation),
     .range = {.min = 1, .max = 366, .unit = "days a year"}},
    {"riskFree", "Risk-free rate", "A year.", METRICS, .kind = WORD_NUMBER, AT(cfg.risk_free),
     .range = {.min = -0.5, .max = 1, .fraction = true, .unit = "a yearly rate: 0.02 is 2 %"}},
    {"trials", "Trials", "Tries that this run was chosen from: it lowers deflatedSharpe.", METRICS,
     .kind = WORD_NUMBER, AT(cfg.trials),
     .range = {.min = 1, .max = 1e9, .whole = true, .unit = "tries this run was chosen from"}},
    {"profile", "Rules and formulas", "Whose rules of filling and whose metrics.", ORDERS,
     .kind = WORD_LATER, .names = profiles},
    {"warmup", "Warm-up", "Bars read before the range; what the strategies need when left out.",
     RUN, .kind = WORD_LATER, OWN, .range = {.max = BARS_MAX, .whole = true, .unit = "bars"}},
    {"tags", "Tags", "Words to find it by.", RUN, .kind = WORD_FORM, .text = "tags",
     .read = spec_tags},
    {"note", "Note", "What you want to remember of it.", RUN, .kind = WORD_FORM, .text = "text",
     .read = spec_note},
    {"priority", "Priority", "0 to 9: higher runs first.", RUN, .kind = WORD_WHOLE, AT(priority),
     .range = {.max = 9}},
};

const size_t spec_table_n = sizeof spec_table / sizeof *spec_table;
static_assert(sizeof spec_table / sizeof *spec_table <= SPEC_WORDS_MAX, "words fit");

const struct word *spec_word(const char *name) {
    for (size_t i = 0; i < spec_table_n; i++)
        if (strcmp(spec_table[i].name, name) == 0)
            return &spec_table[i];
    return NULL;
}
