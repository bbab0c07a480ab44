/* Default-profile metrics over a made-up market of 6-hour bars, 40 days of which one is missing.
 * The figures were computed by an independent script from the definitions. */
#include "engine/measure.h"

#include <string.h>

#include "tests/near.h"

#define DAYS        40
#define MISSING_DAY 10

struct world {
    struct bars b;
    struct days days;
    struct curve curve;
    struct measure m;
    struct metrics got;
};

static void world_init(struct world *w) {
    *w = (struct world){.m = {.interval = INTERVAL_6H, .annualisation = 365}};
    double before = 100;
    int i = 0;
    for (int day = 0; day < DAYS; day++) {
        for (int hour = 0; hour < 24 && day != MISSING_DAY; hour += 6, i++) {
            double close = 90 + i * 37 % 23 + i * 0.125;
            double high = close > before ? close : before, low = close < before ? close : before;
            ck_assert(
                bars_append(&w->b, (day * 24 + hour) * MS_PER_HOUR, before, high, low, close, 1));
            before = close;
        }
    }
    w->m.bars = &w->b;
    ck_assert(days_init(&w->days, &w->b, 0, INTERVAL_6H));
    ck_assert(curve_init(&w->curve, &w->b, &w->days, 0, INTERVAL_6H, 1000, false));
}

static void world_measure(struct world *w) {
    curve_end(&w->curve);
    measure_default(&w->m, &w->curve, &w->got);
}

static void world_release(struct world *w) {
    curve_release(&w->curve);
    days_release(&w->days);
    bars_release(&w->b);
}

#define METRIC(w, metric, want)                                                                    \
    near_at(__LINE__, metric_info_at(metric)->name, (w)->got.value[metric], want)

#define NO_METRIC(w, metric, reason)                                                               \
    do {                                                                                           \
        ck_assert_msg(isnan((w)->got.value[metric]), "line %d: not null", __LINE__);               \
        ck_assert_str_eq((w)->got.null_reason[metric], reason);                                    \
    } while (0)

START_TEST(figures_of_the_equity_curve) {
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 900, 1);
    w.m.fill_value = 4321;
    w.m.commission = 12.5;
    w.m.exposed = 39;
    world_measure(&w);
    METRIC(&w, METRIC_TOTAL_RETURN, 1.7375);
    METRIC(&w, METRIC_BUY_HOLD_RETURN, 17.375);
    METRIC(&w, METRIC_FINAL_EQUITY, 1017.375);
    METRIC(&w, METRIC_PEAK_EQUITY, 1029.875);
    METRIC(&w, METRIC_CAGR, 17.02123739904595);
    METRIC(&w, METRIC_ANNUAL_RETURN, 17.97815157687585);
    METRIC(&w, METRIC_ANNUAL_VOLATILITY, 21.497624198349268);
    METRIC(&w, METRIC_SHARPE_RATIO, 0.8362855081565865);
    METRIC(&w, METRIC_SHARPE_PER_BAR, 0.5889260916377805);
    METRIC(&w, METRIC_SORTINO_RATIO, 1.1741459414535775);
    METRIC(&w, METRIC_CALMAR_RATIO, 8.076626915547315);
    METRIC(&w, METRIC_MAX_DRAWDOWN, -2.107468572837068);
    METRIC(&w, METRIC_AVG_DRAWDOWN, -1.7718251933927809);
    METRIC(&w, METRIC_MAX_DRAWDOWN_DURATION, 388800);
    METRIC(&w, METRIC_AVG_DRAWDOWN_DURATION, 203294.11764705883);
    METRIC(&w, METRIC_BETA, 0.1092367980989154);
    METRIC(&w, METRIC_ALPHA, -18.809461516872982);
    METRIC(&w, METRIC_TURNOVER, 4.275605946481665);
    METRIC(&w, METRIC_COMMISSION_TOTAL, 12.5);
    METRIC(&w, METRIC_EXPOSURE_TIME, 25);
    world_release(&w);
}
END_TEST

START_TEST(other_years_count_days_with_bars_only) {
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 900, 1);
    w.m.annualisation = 252;
    w.m.risk_free = 0.03;
    world_measure(&w);
    METRIC(&w, METRIC_CAGR, 17.02123739904595); /* elapsed time, whatever the annualisation */
    METRIC(&w, METRIC_ANNUAL_RETURN, 12.730577302065935);
    METRIC(&w, METRIC_ANNUAL_VOLATILITY, 18.095636665400654);
    METRIC(&w, METRIC_SHARPE_RATIO, 0.5401591496433487);
    METRIC(&w, METRIC_SHARPE_PER_BAR, 0.4060566181248662);
    METRIC(&w, METRIC_SORTINO_RATIO, 0.7514444866305334);
    METRIC(&w, METRIC_BETA, 0.10924861986279155);
    METRIC(&w, METRIC_ALPHA, -13.32205849472114);
    world_release(&w);
}
END_TEST

static struct trade traded(double pnl, double return_pct, int hours) {
    return (struct trade){
        .size = 1, .pnl = pnl, .return_pct = return_pct, .exit_time = hours * MS_PER_HOUR};
}

START_TEST(figures_of_trades) {
    const struct trade trades[] = {traded(100, 10, 12), traded(-50, -4, 6), traded(30, 2.5, 24),
                                   traded(-20, -1, 0), traded(0, 0, 18)};
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 1000, 0);
    w.m.trades = trades;
    w.m.n_trades = 5;
    world_measure(&w);
    METRIC(&w, METRIC_TRADE_COUNT, 5);
    METRIC(&w, METRIC_WIN_RATE, 40);
    METRIC(&w, METRIC_BEST_TRADE, 10);
    METRIC(&w, METRIC_WORST_TRADE, -4);
    METRIC(&w, METRIC_AVG_TRADE, 1.3922114847814582);
    METRIC(&w, METRIC_EXPECTANCY, 1.5);
    METRIC(&w, METRIC_PROFIT_FACTOR, 130 / 70.0);
    METRIC(&w, METRIC_PAYOFF_RATIO, 65 / 35.0);
    METRIC(&w, METRIC_SQN, 0.469237132203465);
    METRIC(&w, METRIC_KELLY, 0.16);
    METRIC(&w, METRIC_MAX_TRADE_DURATION, 24 * 3600);
    METRIC(&w, METRIC_AVG_TRADE_DURATION, 12 * 3600);
    world_release(&w);
}
END_TEST

START_TEST(no_trades_give_nulls_with_reasons) {
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 1000, 0);
    world_measure(&w);
    METRIC(&w, METRIC_TRADE_COUNT, 0);
    METRIC(&w, METRIC_TOTAL_RETURN, 0);
    METRIC(&w, METRIC_MAX_DRAWDOWN, 0);
    METRIC(&w, METRIC_MAX_DRAWDOWN_DURATION, 0);
    METRIC(&w, METRIC_ANNUAL_VOLATILITY, 0);
    METRIC(&w, METRIC_EXPOSURE_TIME, 0);
    METRIC(&w, METRIC_BETA, 0);
    NO_METRIC(&w, METRIC_WIN_RATE, "no trades");
    NO_METRIC(&w, METRIC_BEST_TRADE, "no trades");
    NO_METRIC(&w, METRIC_AVG_TRADE, "no trades");
    NO_METRIC(&w, METRIC_SQN, "no trades");
    NO_METRIC(&w, METRIC_KELLY, "no trades");
    NO_METRIC(&w, METRIC_PROFIT_FACTOR, "no trades");
    NO_METRIC(&w, METRIC_MAX_TRADE_DURATION, "no trades");
    NO_METRIC(&w, METRIC_CALMAR_RATIO, "no drawdown");
    NO_METRIC(&w, METRIC_AVG_DRAWDOWN, "no drawdown");
    NO_METRIC(&w, METRIC_SHARPE_RATIO, "daily returns do not vary");
    NO_METRIC(&w, METRIC_SHARPE_PER_BAR, "returns per bar do not vary");
    NO_METRIC(&w, METRIC_SORTINO_RATIO, "no losing day");
    world_release(&w);
}
END_TEST

START_TEST(one_sided_trades_give_nulls_with_reasons) {
    const struct trade win = traded(10, 1, 1), loss = traded(-10, -1, 1);
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 1000, 0);
    w.m.trades = &win;
    w.m.n_trades = 1;
    world_measure(&w);
    NO_METRIC(&w, METRIC_PROFIT_FACTOR, "no losing trade");
    NO_METRIC(&w, METRIC_PAYOFF_RATIO, "no losing trade");
    NO_METRIC(&w, METRIC_KELLY, "no losing trade");
    NO_METRIC(&w, METRIC_SQN, "one trade only");
    w.m.trades = &loss;
    measure_default(&w.m, &w.curve, &w.got);
    METRIC(&w, METRIC_PROFIT_FACTOR, 0);
    METRIC(&w, METRIC_WIN_RATE, 0);
    NO_METRIC(&w, METRIC_PAYOFF_RATIO, "no winning trade");
    NO_METRIC(&w, METRIC_KELLY, "no winning trade");
    world_release(&w);
}
END_TEST

START_TEST(few_days_give_no_yearly_figures) {
    struct world w;
    world_init(&w);
    days_release(&w.days);
    curve_release(&w.curve);
    w.b.n = 29 * 4; /* with the missing day: 30 days, 29 of them with bars */
    for (int k = 0; k < 2; k++) {
        w.m.annualisation = k == 0 ? 365 : 252;
        ck_assert(days_init(&w.days, &w.b, 0, INTERVAL_6H));
        ck_assert(curve_init(&w.curve, &w.b, &w.days, 0, INTERVAL_6H, 1000, false));
        curve_span(&w.curve, w.b.n, 900, 1);
        world_measure(&w);
        if (k == 0) {
            ck_assert(!isnan(w.got.value[METRIC_SHARPE_RATIO]));
        } else {
            NO_METRIC(&w, METRIC_SHARPE_RATIO, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_SORTINO_RATIO, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_ANNUAL_VOLATILITY, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_BETA, "fewer than 30 daily returns");
        }
        curve_release(&w.curve);
        days_release(&w.days);
    }
    bars_release(&w.b);
}
END_TEST

START_TEST(every_metric_has_a_row) {
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_info *info = metric_info_at((enum metric)i);
        ck_assert_msg(info->name && info->label && info->definition, "metric %d", i);
        ck_assert(strlen(info->definition) > 10);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(info->name, metric_info_at((enum metric)k)->name);
    }
}
END_TEST

SUITE_MAIN("metrics", figures_of_the_equity_curve, other_years_count_days_with_bars_only,
           figures_of_trades, no_trades_give_nulls_with_reasons,
           one_sided_trades_give_nulls_with_reasons, few_days_give_no_yearly_figures,
           every_metric_has_a_row)
