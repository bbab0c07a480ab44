/* What a fill costs, and how many units a budget buys. Rates are fractions, units are magnitudes
 * (>= 0). */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include <stdbool.h>

struct costs {
    double rate, fixed, minimum; /* commission: max(minimum, fixed + rate x value) */
    double adverse;              /* spread / 2 + slippage: what a market fill loses of the price */
};

/* Grid of order sizes; 0 = any fraction, no minimum. */
struct lot {
    double step, min;
};

/* Commission in money of one fill; nothing for no units. */
double cost_commission(const struct costs *c, double units, double price);

/* Price of a market, stop or liquidation fill: moved against the trader, also outside the bar. */
double cost_price(const struct costs *c, double raw, bool buy);

/* Largest n >= 0 with n x price / leverage + commission(n, price) <= budget. */
double cost_units(const struct costs *c, double budget, double price, double leverage);

/* n put down on the grid; 0 when that is below the minimum. A step missed by rounding alone counts.
 */
double lot_floor(const struct lot *lot, double n);

#endif
