/* What a fill costs, how many units a budget buys, and the grids of sizes and prices. Rates are
 * fractions, units are magnitudes (>= 0). */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include <stdbool.h>

struct costs {
    double rate, fixed, per_unit; /* commission: fixed + rate x value + per_unit x units, */
    double minimum;               /* and no less than this when it is above 0 */
    double adverse;               /* spread / 2 + slippage: what a market fill loses of the price */
    double tick;                  /* grid of prices; 0: any price */
};

/* Grid of order sizes; 0 = any fraction, no minimum. */
struct lot {
    double step, min;
    double min_value; /* money: units x price of an entry is no less */
};

/* Commission in money of one fill; nothing for no units. */
double cost_commission(const struct costs *c, double units, double price);

/* Price of a market, stop or liquidation fill: moved against the trader, also outside the bar, and
 * to the next tick against him. */
double cost_price(const struct costs *c, double raw, bool buy);

/* Largest n >= 0 with n x price / leverage + commission(n, price) <= budget. */
double cost_units(const struct costs *c, double budget, double price, double leverage);

/* n put down on the grid; 0 when that is below the minimum. A step missed by rounding alone counts.
 */
double lot_floor(const struct lot *lot, double n);

/* Units of `share` of `whole`, on the grid, out of what is left: all of it when the rest would be
 * too small to trade. */
double lot_part(const struct lot *lot, double whole, double share, double left);

/* The next price of the grid at or above (up), or at or below. */
double tick_round(double tick, double price, bool up);

#endif
