/* Breakdowns: groups that add up to the whole, months that compound to the total, quantiles,
 * rolling figures against plain second computations. */
#include "engine/breakdown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/near.h"
#include "tests/random_run.h"

static struct breakdown made(const struct bt_config *cfg, const struct bars *b, size_t first,
                             const struct bt_result *res) {
    struct breakdown out;
    ck_assert(breakdown_init(&out, cfg, b, first, res));
    return out;
}

static void groups_add_up(const struct trade_group *groups, size_t n,
                          const struct trade_group *all) {
    struct trade_group sum = {0};
    double scale = 1 + all->won + all->lost;
    for (size_t i = 0; i < n; i++) {
        sum.trades += groups[i].trades;
        sum.wins += groups[i].wins;
        sum.pnl += groups[i].pnl;
        sum.commission += groups[i].commission;
        sum.returns += groups[i].returns;
    }
    ck_assert_uint_eq(sum.trades, all->trades);
    ck_assert_uint_eq(sum.wins, all->wins);
    ck_assert(fabs(sum.pnl - all->pnl) <= 1e-9 * scale);
    ck_assert(fabs(sum.commission - all->commission) <= 1e-9 * scale);
    ck_assert(fabs(sum.returns - all->returns) <= 1e-9 * (1 + fabs(all->returns) + scale));
}

static void periods_compound(const struct period *list, size_t n, const struct bt_result *res) {
    double growth = 1, pnl = 0, sum = 0;
    size_t trades = 0;
    for (size_t i = 0; i < n; i++) {
        growth *= 1 + list[i].return_pct / 100;
        trades += list[i].trades;
        pnl += list[i].pnl;
    }
    for (size_t i = 0; i < res->n_trades; i++)
        sum += res->trades[i].pnl;
    ck_assert_uint_eq(trades, res->n_trades);
    ck_assert(fabs(pnl - sum) <= 1e-9 * (1 + fabs(sum) + 1e4));
    if (res->metrics.value[METRIC_FINAL_EQUITY] > 1)
        near_at(__LINE__, "growth", 100 * (growth - 1), res->metrics.value[METRIC_TOTAL_RETURN]);
}

START_TEST(parts_add_up_to_the_whole) {
    struct random r = {.state = 20240601};
    size_t traded = 0;
    for (int run = 0; run < 300; run++) {
        static struct random_request q;
        struct bars b = random_bars(&r, 200 + (size_t)random_below(&r, 2500));
        struct bt_result res;
        struct bt_error err;
        random_request(&r, &q);
        if (backtest_run(&q.cfg, &b, 20, NULL, NULL, &res, &err) == BT_OK) {
            struct breakdown d = made(&q.cfg, &b, 20, &res);
            ck_assert_uint_eq(d.all.trades, res.n_trades);
            groups_add_up(d.side, SIDE_COUNT, &d.all);
            groups_add_up(d.strategy, BACKTEST_STRATEGIES_MAX, &d.all);
            groups_add_up(d.exit, REASON_COUNT, &d.all);
            groups_add_up(d.weekday, 7, &d.all);
            groups_add_up(d.hour, 24, &d.all);
            periods_compound(d.months, d.n_months, &res);
            periods_compound(d.years, d.n_years, &res);
            size_t counted = 0;
            for (size_t k = 0; k < d.distribution.n_bins; k++)
                counted += d.distribution.counts[k];
            ck_assert_uint_eq(counted, res.n_trades);
            traded += res.n_trades;
            breakdown_release(&d);
            bt_result_release(&res);
        }
        bars_release(&b);
    }
    ck_assert_uint_ge(traded, 1000);
}
END_TEST

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(quantiles_are_those_of_the_sorted_trades) {
    struct random r = {.state = 7};
    static struct trade trades[1000];
    double sorted[1000];
    for (int run = 0; run < 200; run++) {
        size_t n = 1 + (size_t)random_below(&r, run < 100 ? 20 : 1000);
        struct breakdown d = {.window = 0};
        for (size_t i = 0; i < n; i++) {
            double v = run % 2 ? random_below(&r, 7) : 20 * random_unit(&r) - 8;
            trades[i] = (struct trade){.size = 1, .return_pct = v, .pnl = v};
            sorted[i] = v;
        }
        qsort(sorted, n, sizeof *sorted, by_value);
        ck_assert(breakdown_trades(&d, trades, n));
        for (size_t k = 0; k < 7; k++) {
            double at = breakdown_quantiles[k] * (double)(n - 1);
            size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
            double want = sorted[low] + (sorted[high] - sorted[low]) * (at - (double)low);
            near_at(__LINE__, "quantile", d.distribution.quantile[k], want);
        }
        const struct distribution *s = &d.distribution;
        size_t counted = 0;
        for (size_t k = 0; k < s->n_bins; k++)
            counted += s->counts[k];
        ck_assert_uint_eq(counted, n);
        ck_assert_uint_ge(s->n_bins, 1);
        ck_assert(s->from <= s->quantile[0]);
        ck_assert(s->from + s->width * (double)s->n_bins >= s->quantile[6]);
    }
}
END_TEST

/* Buys on the first bar and holds: equity follows the close. */
static struct bt_result hold(const struct bars *b, enum interval iv, struct bt_config *cfg) {
    struct bt_result res;
    struct bt_error err;
    bt_config_init(cfg, PROFILE_CANDLEMILL);
    cfg->strategies[0].strategy = preset_find("buyhold");
    cfg->n_strategies = 1;
    cfg->interval = iv;
    ck_assert_int_eq(backtest_run(cfg, b, 0, NULL, NULL, &res, &err), BT_OK);
    return res;
}

/* 400 daily bars from 2019-11-15, without the 20th to the 22nd of February 2020. */
START_TEST(months_and_rolling_figures_of_a_daily_series) {
    const int64_t begin = INT64_C(1573776000000);
    struct bars b;
    struct bt_config cfg;
    bars_init(&b);
    double price = 100;
    for (int i = 0; i < 400; i++) {
        double close = price * (1 + ((i * 7) % 11 - 5) * 0.001);
        if (i < 97 || i > 99)
            ck_assert(bars_append(&b, begin + i * MS_PER_DAY, price, fmax(price, close),
                                  fmin(price, close), close, 1));
        price = close;
    }
    struct bt_result res = hold(&b, INTERVAL_1D, &cfg);
    struct breakdown d = made(&cfg, &b, 0, &res);
    ck_assert_uint_eq(d.n_months, 14);
    ck_assert_uint_eq(d.n_years, 2);
    ck_assert_int_eq(d.months[0].year, 2019);
    ck_assert_int_eq(d.months[0].month, 11);
    ck_assert_int_eq(d.months[13].year, 2020);
    ck_assert_int_eq(d.months[13].month, 12);
    ck_assert_uint_eq(d.months[13].trades, 1);
    ck_assert_int_eq(d.years[1].month, 0);
    ck_assert_uint_eq(d.window, 90);
    ck_assert_uint_eq(d.n_points, BREAKDOWN_POINTS_MAX);
    ck_assert_int_eq(d.points[0].day_ms, begin + 89 * MS_PER_DAY);
    ck_assert_int_eq(d.points[d.n_points - 1].day_ms, begin + 399 * MS_PER_DAY);

    /* the last 90 days again, from the closes; the absent days are before them */
    const double *c = b.c + b.n - 91;
    double mean = 0, squares = 0;
    for (int i = 1; i <= 90; i++)
        mean += (c[i] / c[i - 1] - 1) / 90;
    for (int i = 1; i <= 90; i++)
        squares += pow(c[i] / c[i - 1] - 1 - mean, 2);
    const struct rolling_point *last = &d.points[d.n_points - 1];
    near_at(__LINE__, "sharpe", last->sharpe, mean / sqrt(squares / 89) * sqrt(365));
    near_at(__LINE__, "volatility", last->volatility, 100 * sqrt(squares / 89) * sqrt(365));
    breakdown_release(&d);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

START_TEST(a_short_run_has_no_rolling_figures) {
    struct bars b;
    struct bt_config cfg;
    bars_init(&b);
    for (int i = 0; i < 59; i++)
        ck_assert(bars_append(&b, i * MS_PER_DAY, 10, 12, 8, 9 + i % 3, 1));
    struct bt_result res = hold(&b, INTERVAL_1D, &cfg);
    struct breakdown d = made(&cfg, &b, 0, &res);
    ck_assert_uint_eq(d.window, 0);
    ck_assert_uint_eq(d.n_points, 0);
    ck_assert_uint_eq(d.all.trades, 1);
    ck_assert_uint_eq(d.exit[REASON_END].trades, 1);
    ck_assert_uint_eq(d.weekday[4].trades, 1); /* the second day of the epoch is a Friday */
    breakdown_release(&d);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

SUITE_MAIN("breakdown", parts_add_up_to_the_whole, quantiles_are_those_of_the_sorted_trades,
           months_and_rolling_figures_of_a_daily_series, a_short_run_has_no_rolling_figures)
