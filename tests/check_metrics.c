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

static void world_curve(struct world *w) {
    ck_assert(days_init(&w->days, &w->b, 0, INTERVAL_6H));
    ck_assert(curve_init(&w->curve, &w->b, &w->days, 0, INTERVAL_6H, 1000, false));
}

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
    world_curve(w);
}

/* The same world with fewer bars. */
static void world_cut(struct world *w, size_t bars) {
    curve_release(&w->curve);
    days_release(&w->days);
    w->b.n = bars;
    world_curve(w);
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
    w.m.exposed = (struct exposure){.bars = 39, .ms = 10 * (double)MS_PER_DAY};
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
    METRIC(&w, METRIC_EXPOSURE_BARS, 39);
    METRIC(&w, METRIC_TIME_IN_MARKET, 25);
    METRIC(&w, METRIC_TIME_UNDER_WATER, 100);
    METRIC(&w, METRIC_MAX_DRAWDOWN_INTRABAR, -2.107468572837068);
    METRIC(&w, METRIC_SKEWNESS, -0.2577555363322928);
    METRIC(&w, METRIC_KURTOSIS, 1.0935884126794457);
    METRIC(&w, METRIC_PROBABILISTIC_SHARPE, 60.71229397159066);
    METRIC(&w, METRIC_DEFLATED_SHARPE, 60.71229397159066); /* one trial */
    METRIC(&w, METRIC_CORRELATION, 0.9985200118822134);
    METRIC(&w, METRIC_TRACKING_ERROR, 175.0452108933165);
    METRIC(&w, METRIC_INFORMATION_RATIO, -1.8211938869232795);
    world_release(&w);
}
END_TEST

START_TEST(other_years_count_days_with_bars_only) {
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 900, 1);
    w.m.annualisation = 252;
    w.m.risk_free = 0.03;
    w.m.trials = 50;
    world_measure(&w);
    METRIC(&w, METRIC_CAGR, 17.02123739904595); /* elapsed time, whatever the annualisation */
    METRIC(&w, METRIC_ANNUAL_RETURN, 12.730577302065935);
    METRIC(&w, METRIC_ANNUAL_VOLATILITY, 18.095636665400654);
    METRIC(&w, METRIC_SHARPE_RATIO, 0.5401591496433487);
    METRIC(&w, METRIC_SHARPE_PER_BAR, 0.4060566181248662);
    METRIC(&w, METRIC_SORTINO_RATIO, 0.7514444866305334);
    METRIC(&w, METRIC_BETA, 0.10924861986279155);
    METRIC(&w, METRIC_ALPHA, -13.32205849472114);
    METRIC(&w, METRIC_SKEWNESS, -0.2578975414692266);
    METRIC(&w, METRIC_KURTOSIS, 1.0675063895937145);
    METRIC(&w, METRIC_PROBABILISTIC_SHARPE, 58.271307593635754);
    METRIC(&w, METRIC_DEFLATED_SHARPE, 1.9345226752932154);
    METRIC(&w, METRIC_CORRELATION, 0.9985475640572113);
    METRIC(&w, METRIC_TRACKING_ERROR, 147.33050516436856);
    METRIC(&w, METRIC_INFORMATION_RATIO, -1.5322047340090799);
    world_release(&w);
}
END_TEST

static struct trade traded(double pnl, double return_pct, int hours) {
    return (struct trade){
        .size = 1, .pnl = pnl, .return_pct = return_pct, .exit_time = hours * MS_PER_HOUR};
}

START_TEST(the_best_of_many_trials_without_skill_deflates) {
    static const struct {
        double trials, deflated;
    } cases[] = {{1, 60.71229397159066},
                 {2, 40.20953888414779},
                 {3, 28.062821480087806},
                 {10, 9.63266306169029},
                 {1000, 0.1425822832254231},
                 {1000000, 0.00021530646565071088},
                 {1000000000, 2.967823320432217e-07}};
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 900, 1);
    curve_end(&w.curve);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w.m.trials = cases[i].trials;
        measure_default(&w.m, &w.curve, &w.got);
        METRIC(&w, METRIC_DEFLATED_SHARPE, cases[i].deflated);
    }
    world_release(&w);
}
END_TEST

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
    METRIC(&w, METRIC_WINNING_TRADES, 2);
    METRIC(&w, METRIC_LOSING_TRADES, 2);
    METRIC(&w, METRIC_BREAKEVEN_TRADES, 1);
    METRIC(&w, METRIC_AVG_WIN, 6.25);
    METRIC(&w, METRIC_AVG_LOSS, -2.5);
    METRIC(&w, METRIC_EXPECTANCY_MONEY, 12);
    METRIC(&w, METRIC_EXPECTANCY_R, 12 / 35.0);
    METRIC(&w, METRIC_LONGEST_WIN_STREAK, 1);
    METRIC(&w, METRIC_LONGEST_LOSS_STREAK, 1);
    world_release(&w);
}
END_TEST

START_TEST(streaks_and_price_moves) {
    struct trade trades[8];
    const double pnl[8] = {5, 5, 0, 5, -1, -1, -1, 2};
    struct world w;
    world_init(&w);
    curve_span(&w.curve, w.b.n, 1000, 0);
    for (int i = 0; i < 8; i++) {
        trades[i] = traded(pnl[i], pnl[i] / 10, 1);
        trades[i].mae = -i;
        trades[i].mfe = 2 * i + 0.5;
    }
    w.m.trades = trades;
    w.m.n_trades = 8;
    world_measure(&w);
    METRIC(&w, METRIC_LONGEST_WIN_STREAK, 2); /* the breakeven trade ends it */
    METRIC(&w, METRIC_LONGEST_LOSS_STREAK, 3);
    METRIC(&w, METRIC_AVG_MAE, -3.5);
    METRIC(&w, METRIC_WORST_MAE, -7);
    METRIC(&w, METRIC_AVG_MFE, 7.5);
    METRIC(&w, METRIC_BEST_MFE, 14.5);
    METRIC(&w, METRIC_EDGE_RATIO, 7.5 / 3.5);
    w.m.n_trades = 1;
    measure_default(&w.m, &w.curve, &w.got);
    NO_METRIC(&w, METRIC_EDGE_RATIO, "no trade moved against its entry");
    NO_METRIC(&w, METRIC_AVG_LOSS, "no losing trade");
    NO_METRIC(&w, METRIC_EXPECTANCY_R, "no losing trade");
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
    METRIC(&w, METRIC_LONGEST_WIN_STREAK, 0);
    METRIC(&w, METRIC_TIME_UNDER_WATER, 0);
    METRIC(&w, METRIC_MAX_DRAWDOWN_INTRABAR, 0);
    NO_METRIC(&w, METRIC_EXPECTANCY_MONEY, "no trades");
    NO_METRIC(&w, METRIC_AVG_WIN, "no trades");
    NO_METRIC(&w, METRIC_EDGE_RATIO, "no trades");
    NO_METRIC(&w, METRIC_WORST_MAE, "no trades");
    NO_METRIC(&w, METRIC_SKEWNESS, "daily returns do not vary");
    NO_METRIC(&w, METRIC_PROBABILISTIC_SHARPE, "daily returns do not vary");
    NO_METRIC(&w, METRIC_CORRELATION, "daily returns do not vary");
    world_release(&w);
}
END_TEST

/* Every reason that a run gives is one of the row's own. */
START_TEST(the_rows_know_their_reasons) {
    struct world w;
    for (int k = 0; k < 3; k++) {
        const struct trade t = traded(k == 1 ? 10 : -10, k == 1 ? 1 : -1, 1);
        world_init(&w);
        if (k == 2)
            world_cut(&w, 29 * 4);
        curve_span(&w.curve, w.b.n, 1000, 0);
        w.m.trades = &t;
        w.m.n_trades = k > 0;
        world_measure(&w);
        for (int m = 0; m < METRIC_COUNT; m++) {
            const char *reason = w.got.null_reason[m];
            const struct metric_info *info = metric_info_at((enum metric)m);
            ck_assert_msg(!reason || (info->null_when && strstr(info->null_when, reason)), "%s: %s",
                          info->name, reason);
        }
        world_release(&w);
    }
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
            NO_METRIC(&w, METRIC_SKEWNESS, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_DEFLATED_SHARPE, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_TRACKING_ERROR, "fewer than 30 daily returns");
            NO_METRIC(&w, METRIC_INFORMATION_RATIO, "fewer than 30 daily returns");
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
        ck_assert(strlen(info->definition) > 8 && strlen(info->basis) > 3);
        ck_assert(i == 0 || info->group >= metric_info_at((enum metric)(i - 1))->group);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(info->name, metric_info_at((enum metric)k)->name);
    }
}
END_TEST

SUITE_MAIN("metrics", figures_of_the_equity_curve, other_years_count_days_with_bars_only,
           the_best_of_many_trials_without_skill_deflates, figures_of_trades,
           streaks_and_price_moves, no_trades_give_nulls_with_reasons,
           one_sided_trades_give_nulls_with_reasons, few_days_give_no_yearly_figures,
           the_rows_know_their_reasons, every_metric_has_a_row)
