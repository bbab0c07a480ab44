/* What the broker knows of the position: leaves that no column holds (engine/plan.h). */
#include "engine/ind_row.h"
#include "engine/order.h"

const struct kernel kernel_position = {.position = true};

static int value(struct plan *p, enum position_value which) {
    return plan_node(p, &kernel_position, NULL, (double[KERNEL_ARGS_MAX]){which});
}

#define BUILD(name, which)                                                                         \
    static void build_##name(struct plan *p, const struct ind_use *use, int *ret_outputs) {        \
        (void)use;                                                                                 \
        ret_outputs[0] = value(p, which);                                                          \
    }

BUILD(position_size, POSITION_SIZE)
BUILD(position_avg_price, POSITION_AVG_PRICE)
BUILD(open_profit, POSITION_OPEN_PROFIT)
BUILD(bars_in_trade, POSITION_BARS)
BUILD(equity, POSITION_EQUITY)
BUILD(highest_since_entry, POSITION_HIGHEST)
BUILD(lowest_since_entry, POSITION_LOWEST)

#define ROW(row_name, row_help, row_formula)                                                       \
    {                                                                                              \
        .info = {.name = #row_name,                                                                \
                 .group = "position",                                                              \
                 .help = row_help,                                                                 \
                 .formula = row_formula,                                                           \
                 .position = true},                                                                \
        .build = build_##row_name                                                                  \
    }

const struct ind_row ind_position[] = {
    ROW(position_size, "Units held: negative when short, 0 when flat.",
        "At the close of the bar, as Pine's strategy.position_size."),
    ROW(position_avg_price, "Mean entry price of what is held; null when flat.",
        "Weighted by units, costs in the price left in, as Pine's strategy.position_avg_price."),
    ROW(open_profit, "Profit of what is held, in money, at the close; 0 when flat.",
        "units x (close - position_avg_price), as Pine's strategy.openprofit."),
    ROW(bars_in_trade, "Bars since the first entry of what is held: 0 on its bar; null when flat.",
        "Counts from the bar on which the position was opened."),
    ROW(equity, "The account's equity, in money, at the close.",
        "Cash and what is held at the close, as Pine's strategy.equity."),
    ROW(highest_since_entry, "Highest price since the position was opened; null when flat.",
        "Raw prices from the fill on, the entry's bar included."),
    ROW(lowest_since_entry, "Lowest price since the position was opened; null when flat.",
        "Raw prices from the fill on, the entry's bar included."),
    {.kernel = NULL},
};
