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

static struct bars hours(const double *close, size_t n) {
    struct bars b;
    bars_init(&b);
    for (size_t i = 0; i < n; i++)
        ck_assert(
            bars_append(&b, (int64_t)i * MS_PER_HOUR, close[i], close[i], close[i], close[i], 0));
    return b;
}

START_TEST(exposure_counts_a_bar_once) {
    const struct trade t[] = {
        {.entry_bar = 2, .exit_bar = 5},     {.entry_bar = 5, .exit_bar = 5},
        {.entry_bar = 60, .exit_bar = 130},  {.entry_bar = 140, .exit_bar = 142},
        {.entry_bar = 128, .exit_bar = 145}, {.entry_bar = 150, .exit_bar = 150}};
    static const struct {
        size_t n;
        int64_t open_bar;
        size_t bars, want;
    } cases[] = {{0, -1, 200, 0},           {2, -1, 200, 4},           {3, -1, 200, 4 + 71},
                 {3, 198, 200, 4 + 71 + 2}, {3, 0, 200, 200},          {0, 64, 128, 64},
                 {5, -1, 200, 4 + 86},      {6, 151, 200, 4 + 86 + 50}};
    const double closes[201] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bars b = hours(closes, 1 + cases[i].bars);
        struct trade timed[6];
        for (size_t k = 0; k < cases[i].n; k++) {
            timed[k] = t[k];
            timed[k].entry_time = b.t[1 + t[k].entry_bar];
            timed[k].exit_time = b.t[1 + t[k].exit_bar];
        }
        struct exposure e =
            ledger_exposed(timed, cases[i].n, cases[i].open_bar, &b, 1, INTERVAL_1H);
        ck_assert_uint_eq(e.bars, cases[i].want);
        ck_assert_double_eq(e.ms, (double)cases[i].want * MS_PER_HOUR);
        b.t[b.n - 1] += MS_PER_HOUR; /* a gap before the last bar */
        e = ledger_exposed(timed, cases[i].n, cases[i].open_bar, &b, 1, INTERVAL_1H);
        ck_assert_double_eq(e.ms, (double)(cases[i].want + (cases[i].open_bar >= 0)) * MS_PER_HOUR);
        bars_release(&b);
    }
}
END_TEST

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

/* 40 falls between 1 and 13 deep, each peak 20 above the last; inside the bars prices fall further.
 */
START_TEST(the_deepest_falls_are_kept_with_their_dates) {
    double close[400];
    size_t depth[40];
    for (size_t i = 0; i < 40; i++) {
        depth[i] = 1 + i * 7 % 13;
        for (size_t k = 0; k < 10; k++)
            close[i * 10 + k] = 1000 + 20 * (double)i - (k == 4 ? (double)depth[i] : k > 0);
    }
    struct bars b = hours(close, 400);
    struct days days;
    struct curve c, down;
    for (size_t i = 0; i < 400; i++) {
        b.l[i] -= i == 77 ? 30 : 0.25;
        b.h[i] += 0.125;
    }
    ck_assert(days_init(&days, &b, 0, INTERVAL_1H));
    ck_assert(curve_init(&c, &b, &days, 0, INTERVAL_1H, 1000, false));
    curve_span(&c, 400, 0, 1);
    curve_end(&c);
    ck_assert_uint_eq(c.drawdowns.n, 40);
    ck_assert_uint_eq(c.drawdowns.n_top, DRAWDOWNS_TOP);
    NEAR(c.drawdowns.inside, 1 - (1000 + 20 * 7 - 1 - 30) / (1000 + 20 * 7.0));
    static const size_t deepest[DRAWDOWNS_TOP] = {11, 9, 7, 5, 24}; /* 13 12 11 10 13 */
    for (size_t k = 0; k < DRAWDOWNS_TOP; k++) {
        const struct drawdown *d = &c.drawdowns.top[k];
        int64_t peak = (int64_t)deepest[k] * 10 + 1;
        ck_assert_int_eq(d->peak_ms, peak * MS_PER_HOUR);
        ck_assert_int_eq(d->trough_ms, (peak + 4) * MS_PER_HOUR);
        ck_assert_int_eq(d->end_ms, (peak + 10) * MS_PER_HOUR);
        ck_assert(d->recovered);
        NEAR(d->depth, (double)depth[deepest[k]] / (1000 + 20 * (double)deepest[k]));
    }
    curve_release(&c);

    ck_assert(curve_init(&down, &b, &days, 0, INTERVAL_1H, 2000, false));
    curve_span(&down, 400, 3000, -1); /* short: the highs are the worst */
    curve_end(&down);
    NEAR(down.drawdowns.inside, 1 - (3000 - 1780.125) / 2001);
    ck_assert(!down.drawdowns.top[0].recovered);
    ck_assert_int_eq(down.drawdowns.top[0].end_ms, 400 * MS_PER_HOUR);
    curve_release(&down);
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
    ck_assert(c[0].drawdowns.depth_sum == c[1].drawdowns.depth_sum);
    ck_assert(c[0].drawdowns.inside == c[1].drawdowns.inside);
    ck_assert_uint_eq(c[0].drawdowns.n_top, c[1].drawdowns.n_top);
    for (size_t k = 0; k < c[0].drawdowns.n_top; k++)
        ck_assert_int_eq(c[0].drawdowns.top[k].trough_ms, c[1].drawdowns.top[k].trough_ms);
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
           the_deepest_falls_are_kept_with_their_dates,
           a_fall_from_the_start_counts_from_the_first_open,
           a_flat_stretch_is_the_same_in_one_span_or_many, days_are_utc_days_of_open_times)
