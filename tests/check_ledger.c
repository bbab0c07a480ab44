/* Trades and totals of a ledger, and the equity curve it leaves. */
#include "engine/ledger.h"

#include "engine/curve.h"
#include "tests/near.h"

START_TEST(extremes_become_mae_and_mfe) {
    struct trade t = {.size = 10, .entry_price = 100, .pnl = 50};
    trade_finish(&t, 90, 120);
    NEAR(t.mae, -10);
    NEAR(t.mfe, 20);
    NEAR(t.return_pct, 5);
    t = (struct trade){.size = -10, .entry_price = 100, .pnl = -20};
    trade_finish(&t, 90, 120);
    NEAR(t.mae, -20);
    NEAR(t.mfe, 10);
    NEAR(t.return_pct, -2);
    trade_finish(&t, 101, 102); /* entered below all it saw: never better than 0 */
    NEAR(t.mae, -2);
    NEAR(t.mfe, 0);
}
END_TEST

START_TEST(totals_count_every_fill) {
    struct ledger g;
    ledger_init(&g);
    ledger_fill(&g, 10, 100, 1.5);
    ledger_fill(&g, -10, 110, 2);
    NEAR(g.fill_value, 2100);
    NEAR(g.commission, 3.5);
    for (int i = 0; i < 1000; i++)
        ledger_trade(&g, &(struct trade){.exit_bar = i});
    ck_assert_uint_eq(g.n, 1000);
    ck_assert_int_eq((int)g.trades[999].exit_bar, 999);
    ck_assert(!g.nomem);
    ledger_release(&g);
}
END_TEST

START_TEST(ledgers_join_in_the_order_of_exits) {
    struct ledger a, b;
    ledger_init(&a);
    ledger_init(&b);
    ledger_trade(&a, &(struct trade){.exit_bar = 3, .strategy = 0});
    ledger_trade(&a, &(struct trade){.exit_bar = 9, .strategy = 0});
    ledger_trade(&b, &(struct trade){.exit_bar = 1, .strategy = 1});
    ledger_trade(&b, &(struct trade){.exit_bar = 3, .strategy = 1});
    const struct ledger *const both[] = {&a, &b};
    struct trade *all = NULL;
    size_t n = 0;
    ck_assert(ledger_join(both, 2, &all, &n));
    const int bars[] = {1, 3, 3, 9}, whose[] = {1, 0, 1, 0};
    ck_assert_uint_eq(n, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq((int)all[i].exit_bar, bars[i]);
        ck_assert_int_eq(all[i].strategy, whose[i]);
    }
    free(all);
    ledger_release(&a);
    ledger_release(&b);
}
END_TEST

START_TEST(exposure_counts_a_bar_once) {
    const struct trade t[] = {{.entry_bar = 2, .exit_bar = 5},
                              {.entry_bar = 5, .exit_bar = 5},
                              {.entry_bar = 60, .exit_bar = 130}};
    ck_assert_uint_eq(ledger_exposed(t, 0, -1, 200), 0);
    ck_assert_uint_eq(ledger_exposed(t, 2, -1, 200), 4);
    ck_assert_uint_eq(ledger_exposed(t, 3, -1, 200), 4 + 71);
    ck_assert_uint_eq(ledger_exposed(t, 3, 198, 200), 4 + 71 + 2);
    ck_assert_uint_eq(ledger_exposed(t, 3, 0, 200), 200);
    ck_assert_uint_eq(ledger_exposed(t, 0, 64, 128), 64);
}
END_TEST

static struct bars hours(const double *close, size_t n) {
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        ck_assert(
            bars_append(&b, (int64_t)i * MS_PER_HOUR, close[i], close[i], close[i], close[i], 0));
    return b;
}

/* equity after each hour: 100 -> 110, 99, 88, 110, 121, 121, 100 */
START_TEST(drawdowns_are_episodes_from_peak_to_recovery) {
    const double close[] = {110, 99, 88, 110, 121, 121, 100};
    struct bars b = hours(close, 7);
    struct days days;
    struct curve c;
    ck_assert(days_init(&days, &b, 0, INTERVAL_1H));
    ck_assert(curve_init(&c, &b, &days, 0, INTERVAL_1H, 100, false));
    curve_span(&c, 7, 0, 1);
    curve_end(&c);
    ck_assert_uint_eq(c.drawdowns.n, 2);
    NEAR(c.drawdowns.deepest, 0.2);
    NEAR(c.drawdowns.depth_sum, 0.2 + 21 / 121.0);
    NEAR(c.drawdowns.longest, 3.0 * MS_PER_HOUR);    /* 110 at hour 1, back at hour 4 */
    NEAR(c.drawdowns.length_sum, 4.0 * MS_PER_HOUR); /* the last stands from hour 6 to the end, 7 */
    NEAR(c.peak, 121);
    NEAR(c.last, 100);
    NEAR(curve_mean(&c), 749 / 7.0);
    curve_release(&c);
    days_release(&days);
    bars_release(&b);
}
END_TEST

START_TEST(a_fall_from_the_start_counts_from_the_first_open) {
    const double close[] = {90, 80, 100};
    struct bars b = hours(close, 3);
    struct days days;
    struct curve c;
    ck_assert(days_init(&days, &b, 0, INTERVAL_1H));
    ck_assert(curve_init(&c, &b, &days, 0, INTERVAL_1H, 100, false));
    curve_span(&c, 3, 0, 1);
    curve_end(&c);
    ck_assert_uint_eq(c.drawdowns.n, 1);
    NEAR(c.drawdowns.deepest, 0.2);
    NEAR(c.drawdowns.longest, 3.0 * MS_PER_HOUR);
    curve_release(&c);
    days_release(&days);
    bars_release(&b);
}
END_TEST

START_TEST(a_flat_stretch_is_the_same_in_one_span_or_many) {
    const double close[] = {100, 103, 101, 99, 104, 102, 98, 105, 106, 107};
    struct bars b = hours(close, 10);
    struct days days;
    struct curve c[2];
    ck_assert(days_init(&days, &b, 0, INTERVAL_1H));
    for (int k = 0; k < 2; k++) {
        ck_assert(curve_init(&c[k], &b, &days, 0, INTERVAL_1H, 1000, true));
        curve_span(&c[k], 2, 900.1, 1);
        for (size_t i = 2; k == 1 && i < 8; i++)
            curve_span(&c[k], i + 1, 1003.3, 0);
        if (k == 0)
            curve_span(&c[k], 8, 1003.3, 0);
        curve_span(&c[k], 10, 700.7, 3);
        curve_end(&c[k]);
    }
    ck_assert(curve_mean(&c[0]) == curve_mean(&c[1]));
    double mean[2], deviation[2];
    for (int k = 0; k < 2; k++)
        curve_returns(&c[k], &mean[k], &deviation[k]);
    ck_assert(mean[0] == mean[1] && deviation[0] == deviation[1]);
    ck_assert_mem_eq(c[0].values, c[1].values, 10 * sizeof(double));
    ck_assert_mem_eq(&c[0].drawdowns, &c[1].drawdowns, sizeof c[0].drawdowns);
    NEAR(c[0].values[5], 1003.3);
    NEAR(c[0].values[9], 700.7 + 3 * 107);
    for (int k = 0; k < 2; k++)
        curve_release(&c[k]);
    days_release(&days);
    bars_release(&b);
}
END_TEST

START_TEST(days_are_utc_days_of_open_times) {
    struct bars b;
    bars_init(&b);
    /* an hour before midnight, midnight, a day missing, two bars of the day after */
    const int64_t hour[] = {23, 24, 73, 74};
    for (size_t i = 0; i < 4; i++)
        ck_assert(bars_append(&b, hour[i] * MS_PER_HOUR, 1, 1, 1, 1, 0));
    struct days d;
    ck_assert(days_init(&d, &b, 0, INTERVAL_1H));
    ck_assert_uint_eq(d.n, 3);
    ck_assert_uint_eq(d.all, 4);
    ck_assert_uint_eq(d.last[0], 0);
    ck_assert_uint_eq(d.last[1], 1);
    ck_assert_uint_eq(d.last[2], 3);
    days_release(&d);
    ck_assert(days_init(&d, &b, 2, INTERVAL_1H));
    ck_assert_uint_eq(d.n, 1);
    ck_assert_uint_eq(d.last[0], 3);
    days_release(&d);
    ck_assert(days_init(&d, &b, 0, INTERVAL_1W)); /* bars longer than a day are their own samples */
    ck_assert_uint_eq(d.n, 4);
    ck_assert(d.longer);
    days_release(&d);
    bars_release(&b);
}
END_TEST

SUITE_MAIN("ledger", extremes_become_mae_and_mfe, totals_count_every_fill,
           ledgers_join_in_the_order_of_exits, exposure_counts_a_bar_once,
           drawdowns_are_episodes_from_peak_to_recovery,
           a_fall_from_the_start_counts_from_the_first_open,
           a_flat_stretch_is_the_same_in_one_span_or_many, days_are_utc_days_of_open_times)
