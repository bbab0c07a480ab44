#include "engine/cost.h"

#include <math.h>

double cost_commission(const struct costs *c, double units, double price) {
    if (units <= 0)
        return 0;
    double fee = c->fixed + c->rate * (units * price);
    return fee > c->minimum ? fee : c->minimum;
}

double cost_price(const struct costs *c, double raw, bool buy) {
    return buy ? raw * (1 + c->adverse) : raw * (1 - c->adverse);
}

double cost_units(const struct costs *c, double budget, double price, double leverage) {
    /* max(a, b) <= x is a <= x and b <= x: the smaller of the two answers */
    double n = (budget - c->fixed) / (price / leverage + c->rate * price);
    if (c->minimum > c->fixed) {
        double by_minimum = (budget - c->minimum) * leverage / price;
        n = by_minimum < n ? by_minimum : n;
    }
    return n > 0 ? n : 0;
}

double lot_floor(const struct lot *lot, double n) {
    if (lot->step > 0) {
        /* 0.3 / 0.1 is 2.9999999999999996: a whole step that rounding took must not be lost */
        double steps = n / lot->step;
        double whole = floor(steps);
        if (steps - whole > 1 - 1e-12 * (steps + 1))
            whole += 1;
        n = whole * lot->step;
    }
    return n >= lot->min && n > 0 ? n : 0;
}
