/* Fees, prices against the trader, units for a budget, the lot grid. */
#include "engine/cost.h"

#include "tests/near.h"

START_TEST(commission_is_fixed_plus_rate_and_never_below_minimum) {
    const struct costs c = {.rate = 0.001, .fixed = 2, .minimum = 5};
    NEAR(cost_commission(&c, 10, 100), 5);   /* 2 + 1 = 3 */
    NEAR(cost_commission(&c, 100, 100), 12); /* 2 + 10 */
    NEAR(cost_commission(&c, 30, 100), 5);   /* 2 + 3 */
    ck_assert_double_eq(cost_commission(&c, 0, 100), 0);
    const struct costs per_unit = {.fixed = 1, .per_unit = 0.005, .minimum = 2};
    NEAR(cost_commission(&per_unit, 1000, 30), 6);
    NEAR(cost_commission(&per_unit, 100, 30), 2);
    NEAR(cost_units(&per_unit, 31 * 1000 + 1, 30.995, 1), 1000);
    const struct costs rebate = {.rate = -0.0001};
    NEAR(cost_commission(&rebate, 10, 100), -0.1);
    const struct costs free_of_charge = {.rate = 0};
    ck_assert_double_eq(cost_commission(&free_of_charge, 10, 100), 0);
}
END_TEST

START_TEST(prices_move_against_the_trader) {
    const struct costs c = {.adverse = 0.01 / 2 + 0.002};
    NEAR(cost_price(&c, 100, true), 100.7);
    NEAR(cost_price(&c, 100, false), 99.3);
}
END_TEST

START_TEST(a_budget_buys_units_and_pays_their_fee) {
    const struct costs rate = {.rate = 0.002};
    NEAR(cost_units(&rate, 1002, 100, 1), 10);
    NEAR(cost_units(&rate, 1020, 100, 10), 100); /* 10 of margin and 0.2 of fee a unit */
}
END_TEST

START_TEST(a_budget_pays_the_larger_of_minimum_and_rate) {
    const struct costs c = {.rate = 0.01, .fixed = 1, .minimum = 20};
    NEAR(cost_units(&c, 1020, 100, 1), 10); /* 1 + 10 < 20: the minimum counts */
    NEAR(cost_units(&c, 5051, 100, 1), 50); /* 1 + 50 > 20: the rate counts */
    ck_assert_double_eq(cost_units(&c, 20, 100, 1), 0);
    ck_assert_double_eq(cost_units(&c, -5, 100, 1), 0);
    double budgets[] = {25, 500, 1919, 1921, 1e6};
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        double n = cost_units(&c, budgets[i], 100, 4);
        NEAR(n * 100 / 4 + cost_commission(&c, n, 100), budgets[i]);
    }
    /* a rebate may take the fixed fee below the minimum */
    const struct costs rebate = {.rate = -0.001, .fixed = 6, .minimum = 5};
    NEAR(cost_units(&rebate, 1005, 100, 1), 10);
}
END_TEST

START_TEST(units_go_down_to_the_lot_grid) {
    const struct lot any = {.step = 0}, tenth = {.step = 0.1, .min = 0.2}, whole = {.step = 1};
    ck_assert_double_eq(lot_floor(&any, 1.2345), 1.2345);
    NEAR(lot_floor(&whole, 99.9), 99);
    NEAR(lot_floor(&tenth, 0.3), 0.3); /* 0.3 / 0.1 is 2.9999999999999996 */
    NEAR(lot_floor(&tenth, 0.29), 0.2);
    ck_assert_double_eq(lot_floor(&tenth, 0.19), 0);
    ck_assert_double_eq(lot_floor(&whole, 0.999), 0);
    ck_assert_double_eq(lot_floor(&any, 0), 0);
}
END_TEST

SUITE_MAIN("cost", commission_is_fixed_plus_rate_and_never_below_minimum,
           prices_move_against_the_trader, a_budget_buys_units_and_pays_their_fee,
           a_budget_pays_the_larger_of_minimum_and_rate, units_go_down_to_the_lot_grid)
