#include "engine/cost.h"

#include <math.h>

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
