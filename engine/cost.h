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

/* The next price of the grid at or above (up), or at or below. */
double tick_round(double tick, double price, bool up);

/* Commission in money of one fill; nothing for no units. */
static inline double cost_commission(const struct costs *c, double units, double price) {
    if (units <= 0)
        return 0;
    double fee = c->fixed + c->rate * (units * price) + c->per_unit * units;
    return c->minimum > 0 && fee < c->minimum ? c->minimum : fee; /* below 0: a rebate */
}

/* Price of a market, stop or liquidation fill: moved against the trader, also outside the bar, and
 * to the next tick against him. */
static inline double cost_price(const struct costs *c, double raw, bool buy) {
    double price = buy ? raw * (1 + c->adverse) : raw * (1 - c->adverse);
    return c->tick > 0 ? tick_round(c->tick, price, buy) : price;
}

/* Largest n >= 0 with n x price / leverage + commission(n, price) <= budget. */
static inline double cost_units(const struct costs *c, double budget, double price,
                                double leverage) {
    /* max(a, b) <= x is a <= x and b <= x: the smaller of the two answers */
    double n = (budget - c->fixed) / (price / leverage + c->rate * price + c->per_unit);
    if (c->minimum > 0 && (c->minimum > c->fixed || c->rate < 0)) {
        double by_minimum = (budget - c->minimum) * leverage / price;
        n = by_minimum < n ? by_minimum : n;
    }
    return n > 0 ? n : 0;
}

/* n put down on the grid; 0 when that is below the minimum. A step missed by rounding alone counts.
 */
double lot_floor(const struct lot *lot, double n);

/* Units of `share` of `whole`, on the grid, out of what is left: all of it when the rest would be
 * too small to trade. */
double lot_part(const struct lot *lot, double whole, double share, double left);

#endif
