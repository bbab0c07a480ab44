/* Path 'lower': the order of prices out of finer bars, by hand-computed ledgers. */
#include "tests/broker_world.h"

#define FLAT                                                                                       \
    { 100, 101, 99, 100 }

/* Long from bar 2's open, stop 96, target 105; bar 3 has both in it. fine: four quarters of bar 3,
 * none at all when NULL. */
static void run(struct world *w, struct bars *lower, const double fine[][4], size_t n) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {100, 106, 95, 100}, FLAT};
    world_init(w, rows, 5);
    w->cfg.path = PATH_LOWER;
    w->cfg.finalize = true;
    world_rule(w, RULE_LONG_ENTRY, 1);
    world_level(w, SIDE_LONG, LEVEL_STOP, 96);
    world_level(w, SIDE_LONG, LEVEL_TARGET, 105);
    bars_init(lower);
    for (size_t i = 0; i < n; i++)
        ck_assert(bars_append(lower, (int64_t)(3 * 4 + i) * MS_PER_HOUR / 4, fine[i][0], fine[i][1],
                              fine[i][2], fine[i][3], 1));
    w->cfg.lower = lower;
    world_run(w);
}

START_TEST(finer_bars_say_what_came_first) {
    static const double up_first[][4] = {
        {100, 103, 100, 103}, {103, 106, 102, 104}, {104, 104, 95, 96}, {96, 100, 96, 100}};
    static const double down_first[][4] = {
        {100, 101, 97, 97}, {97, 98, 95, 98}, {98, 106, 98, 104}, {104, 104, 100, 100}};
    struct world w;
    struct bars lower;
    run(&w, &lower, up_first, 4);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 2, 3, 100, 105, REASON_TAKE_PROFIT);
    ck_assert_uint_eq(w.br.order_bars, 1); /* the bar itself does not say it */
    world_release(&w);
    bars_release(&lower);

    run(&w, &lower, down_first, 4);
    TRADE(&w, 0, 10, 2, 3, 100, 96, REASON_STOP_LOSS);
    world_release(&w);
    bars_release(&lower);
}
END_TEST

START_TEST(a_finer_bar_may_gap_over_a_level) {
    static const double fine[][4] = {
        {100, 101, 97, 97}, {95, 98, 95, 98}, {98, 106, 98, 104}, {104, 104, 100, 100}};
    struct world w;
    struct bars lower;
    run(&w, &lower, fine, 4);
    TRADE(&w, 0, 10, 2, 3, 100, 95, REASON_STOP_LOSS); /* at the finer bar's open */
    world_release(&w);
    bars_release(&lower);
}
END_TEST

START_TEST(a_finer_bar_with_both_is_pessimistic) {
    static const double fine[][4] = {{100, 106, 95, 100}, {100, 101, 99, 100}};
    struct world w;
    struct bars lower;
    run(&w, &lower, fine, 2);
    TRADE(&w, 0, 10, 2, 3, 100, 96, REASON_STOP_LOSS);
    world_release(&w);
    bars_release(&lower);
}
END_TEST

START_TEST(without_the_high_and_the_low_a_bar_is_pessimistic) {
    /* the target is met first, but the low of 95 is nowhere */
    static const double short_of[][4] = {
        {100, 103, 100, 103}, {103, 106, 102, 104}, {104, 104, 97, 98}, {98, 100, 98, 100}};
    struct world w;
    struct bars lower;
    for (size_t n = 0; n <= 4; n += 4) {
        run(&w, &lower, short_of, n);
        TRADE(&w, 0, 10, 2, 3, 100, 96, REASON_STOP_LOSS);
        world_release(&w);
        bars_release(&lower);
    }
}
END_TEST

START_TEST(the_price_ends_at_the_close_when_the_last_finer_bar_is_absent) {
    static const double rows[][4] = {FLAT, FLAT, FLAT, {100, 104, 97, 100}, FLAT};
    static const double fine[][4] = {{100, 104, 100, 104}, {104, 104, 97, 98}};
    struct world w;
    struct bars lower;
    world_init(&w, rows, 5);
    w.cfg.path = PATH_LOWER;
    world_rule(&w, RULE_LONG_ENTRY, 2);
    world_number(&w, RULE_LONG_LIMIT, 97);
    world_level(&w, SIDE_LONG, LEVEL_TARGET, 99);
    bars_init(&lower);
    for (size_t i = 0; i < 2; i++)
        ck_assert(bars_append(&lower, (int64_t)(3 * 4 + i) * MS_PER_HOUR / 4, fine[i][0],
                              fine[i][1], fine[i][2], fine[i][3], 1));
    w.cfg.lower = &lower;
    world_run(&w);
    TRADES(&w, 1);
    TRADE(&w, 0, 10, 3, 3, 97, 100, REASON_TAKE_PROFIT);
    NEAR(w.br.ledger.trades[0].mfe, 100 * 3 / 97.0);
    world_release(&w);
    bars_release(&lower);
}
END_TEST

SUITE_MAIN("lower", finer_bars_say_what_came_first, a_finer_bar_may_gap_over_a_level,
           a_finer_bar_with_both_is_pessimistic, without_the_high_and_the_low_a_bar_is_pessimistic,
           the_price_ends_at_the_close_when_the_last_finer_bar_is_absent)
