/* Finding the next signal in masks, and the stops of an entry. */
#include "engine/order.h"

#include <math.h>

#include "tests/suite.h"

START_TEST(finds_the_next_set_bit_of_any_wanted_rule) {
    uint64_t enter[4] = {UINT64_C(1) << 5, 0, 0, UINT64_C(1) << 63}, leave[4] = {0, 1, 0, 0};
    const struct signals s = {
        .first = 1000, .n = 256, .rule = {[RULE_LONG_ENTRY] = enter, [RULE_LONG_EXIT] = leave}};
    const unsigned in = 1u << RULE_LONG_ENTRY, out = 1u << RULE_LONG_EXIT;
    ck_assert_uint_eq(signals_next(&s, in, 1000, 1256), 1005);
    ck_assert_uint_eq(signals_next(&s, in, 1005, 1256), 1005);
    ck_assert_uint_eq(signals_next(&s, in, 1006, 1256), 1255);
    ck_assert_uint_eq(signals_next(&s, in | out, 1006, 1256), 1064);
    ck_assert_uint_eq(signals_next(&s, in, 1006, 1255), 1255); /* the end, not the bit behind it */
    ck_assert_uint_eq(signals_next(&s, out, 1065, 1256), 1256);
    ck_assert_uint_eq(signals_next(&s, 1u << RULE_SHORT_ENTRY, 1000, 1256), 1256);
    ck_assert_uint_eq(signals_next(&s, in, 1005, 1005), 1005);
    ck_assert(signals_at(&s, RULE_LONG_EXIT, 1064));
    ck_assert(!signals_at(&s, RULE_LONG_EXIT, 1063));
    ck_assert(!signals_at(&s, RULE_SHORT_EXIT, 1064));
}
END_TEST

/* One bar at index 7 whose close is 100, and a level of each side there. */
static bool levels(int enter, enum level level, double price, struct order *ret,
                   enum refusal *why) {
    const struct signals s = {.first = 7,
                              .n = 1,
                              .number = {[RULE_LONG_STOP_LOSS] = &price,
                                         [RULE_LONG_TAKE_PROFIT] = &price,
                                         [RULE_LONG_TRAILING_STOP] = &price,
                                         [RULE_SHORT_STOP_LOSS] = &price,
                                         [RULE_SHORT_TAKE_PROFIT] = &price,
                                         [RULE_SHORT_TRAILING_STOP] = &price}};
    struct level_rule rules[LEVEL_COUNT] = {[LEVEL_STOP] = {.kind = STOP_NONE}};
    rules[level].kind = STOP_EXPR;
    *ret = (struct order){.side = enter};
    return order_levels(ret, rules, &s, 7, 100, 100, NULL, why);
}

START_TEST(a_level_must_lie_on_its_own_side_of_the_close) {
    const struct {
        int enter;
        enum level level;
        double price;
        bool good;
        enum refusal why;
    } cases[] = {
        {1, LEVEL_STOP, 95, true, 0},
        {1, LEVEL_STOP, 100, false, REFUSED_STOP_SIDE},
        {1, LEVEL_STOP, 105, false, REFUSED_STOP_SIDE},
        {1, LEVEL_STOP, (double)NAN, false, REFUSED_STOP_NULL},
        {-1, LEVEL_STOP, 105, true, 0},
        {-1, LEVEL_STOP, 95, false, REFUSED_STOP_SIDE},
        {1, LEVEL_TARGET, 105, true, 0},
        {1, LEVEL_TARGET, 95, false, REFUSED_STOP_SIDE},
        {-1, LEVEL_TARGET, 95, true, 0},
        {-1, LEVEL_TARGET, 105, false, REFUSED_STOP_SIDE},
        {-1, LEVEL_TARGET, (double)NAN, false, REFUSED_STOP_NULL},
        {1, LEVEL_TRAIL, 95, true, 0},
        {-1, LEVEL_TRAIL, 95, true, 0}, /* a distance: one expression for both sides */
        {1, LEVEL_TRAIL, 100, false, REFUSED_STOP_SIDE},
        {1, LEVEL_TRAIL, (double)NAN, false, REFUSED_STOP_NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct order o;
        enum refusal why = REFUSED_COUNT;
        bool good = levels(cases[i].enter, cases[i].level, cases[i].price, &o, &why);
        ck_assert_msg(good == cases[i].good, "row %zu", i);
        ck_assert_msg(good || why == cases[i].why, "row %zu: %s", i, refusal_name(why));
        double want = cases[i].level == LEVEL_TRAIL ? 5 : cases[i].price;
        ck_assert_msg(!good || o.price[cases[i].level] == want, "row %zu", i);
    }
}
END_TEST

START_TEST(fractions_are_of_the_entry_price) {
    const struct level_rule rules[LEVEL_COUNT] = {
        [LEVEL_STOP] = {.kind = STOP_FRACTION, .fraction = 0.05},
        [LEVEL_TARGET] = {.kind = STOP_FRACTION, .fraction = 0.1},
        [LEVEL_TRAIL] = {.kind = STOP_FRACTION, .fraction = 0.02},
    };
    const struct order up = {.side = 1}, down = {.side = -1};
    struct levels v = order_fix(&up, rules, 200, 0);
    ck_assert_double_eq(v.stop, 190);
    ck_assert_double_eq(v.target[0], 220);
    ck_assert_double_eq(v.trail, 4);
    v = order_fix(&down, rules, 200, 0);
    ck_assert_double_eq(v.stop, 210);
    ck_assert_double_eq(v.target[0], 180);
    ck_assert_double_eq(v.trail, 4);
}
END_TEST

START_TEST(absent_levels_are_out_of_reach) {
    const struct level_rule rules[LEVEL_COUNT] = {[LEVEL_STOP] = {.kind = STOP_NONE}};
    const struct order up = {.side = 1}, down = {.side = -1};
    struct levels v = order_fix(&up, rules, 200, 0);
    ck_assert(isinf(v.stop) && v.stop < 0 && isinf(v.target[0]) && v.target[0] > 0 &&
              isinf(v.trail));
    v = order_fix(&down, rules, 200, 0);
    ck_assert(isinf(v.stop) && v.stop > 0 && isinf(v.target[0]) && v.target[0] < 0 &&
              isinf(v.trail));
}
END_TEST

START_TEST(reasons_have_the_words_of_a_result) {
    const char *const words[REASON_COUNT] = {
        "signal",      "reverse", "stopLoss", "takeProfit", "trailingStop",
        "liquidation", "maxBars", "vote",     "end",        "breakEven"};
    for (int r = 0; r < REASON_COUNT; r++)
        ck_assert_str_eq(reason_name((enum trade_reason)r), words[r]);
    const char *const refused[REFUSED_COUNT] = {"stop_side", "stop_null", "size_zero",  "margin",
                                                "size_null", "min_value", "entry_null", "session",
                                                "cooldown",  "max_trades"};
    for (int r = 0; r < REFUSED_COUNT; r++)
        ck_assert_str_eq(refusal_name((enum refusal)r), refused[r]);
}
END_TEST

SUITE_MAIN("order", finds_the_next_set_bit_of_any_wanted_rule,
           a_level_must_lie_on_its_own_side_of_the_close, fractions_are_of_the_entry_price,
           absent_levels_are_out_of_reach, reasons_have_the_words_of_a_result)
