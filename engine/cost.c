#include "engine/cost.h"

#include <math.h>

double cost_commission(const struct costs *c, double units, double price) {
    if (units <= 0)
        return 0;
    double fee = c->fixed + c->rate * (units * price) + c->per_unit * units;
    return c->minimum > 0 && fee < c->minimum ? c->minimum : fee; /* below 0: a rebate */
}

double cost_price(const struct costs *c, double raw, bool buy) {
    double price = buy ? raw * (1 + c->adverse) : raw * (1 - c->adverse);
    return c->tick > 0 ? tick_round(c->tick, price, buy) : price;
}

double cost_units(const struct costs *c, double budget, double price, double leverage) {
    /* max(a, b) <= x is a <= x and b <= x: the smaller of the two answers */
    double n = (budget - c->fixed) / (price / leverage + c->rate * price + c->per_unit);
    if (c->minimum > 0 && (c->minimum > c->fixed || c->rate < 0)) {
        double by_minimum = (budget - c->minimum) * leverage / price;
        n = by_minimum < n ? by_minimum : n;
    }
    return n > 0 ? n : 0;
}

/* 0.3 / 0.1 is 2.9999999999999996: a whole step that rounding took must not be lost. */
static double whole_steps(double steps) {
    double whole = floor(steps);
    return steps - whole > 1 - 1e-12 * (steps + 1) ? whole + 1 : whole;
}

double lot_floor(const struct lot *lot, double n) {
    if (lot->step > 0)
        n = whole_steps(n / lot->step) * lot->step;
    return n >= lot->min && n > 0 ? n : 0;
}

double lot_part(const struct lot *lot, double whole, double share, double left) {
    double n = share * whole;
    if (lot->step > 0)
        n = whole_steps(n / lot->step) * lot->step;
    bool rest = left - n >= lot->min && left - n > 1e-12 * left;
    return rest ? n : left;
}

double tick_round(double tick, double price, bool up) {
    if (!(tick > 0))
        return price;
    double steps = price / tick, whole = whole_steps(steps);
    if (up && steps - whole > 1e-12 * (steps + 1))
        whole += 1;
    return whole * tick;
}
