/* Profile backtesting.py against figures that the library itself gave on real candles, to 1e-9 of
 * their size (or to the printed digits, where those are fewer). The candles cannot be shipped:
 * without them the suite is skipped. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/backtest.h"
#include "lib/csv.h"
#include "tests/suite.h"

#define SKIPPED 77

enum market { GOOG, EURUSD, BTC_1M, BTC_5M, BTC_1H, MARKETS };

static const struct {
    const char *file;
    enum interval interval, stored;
} markets[MARKETS] = {
    [GOOG] = {"GOOG-1d.csv", INTERVAL_1D, INTERVAL_1D},
    [EURUSD] = {"EURUSD-1h.csv", INTERVAL_1H, INTERVAL_1H},
    [BTC_1M] = {"BTCUSDT-PERP-1m.csv", INTERVAL_1M, INTERVAL_1M},
    [BTC_5M] = {"BTCUSDT-PERP-1m.csv", INTERVAL_5M, INTERVAL_1M},
    [BTC_1H] = {"BTCUSDT-PERP-1m.csv", INTERVAL_1H, INTERVAL_1M},
};

/* The folder with the candles: $CANDLEMILL_SHARED, or shared/data beside the source tree. */
static FILE *open_candles(const char *file) {
    const char *given = getenv("CANDLEMILL_SHARED"), *srcdir = getenv("srcdir");
    char path[4096];
    if (given)
        snprintf(path, sizeof path, "%s/%s", given, file);
    else
        snprintf(path, sizeof path, "%s/../shared/data/%s", srcdir ? srcdir : ".", file);
    return fopen(path, "rb");
}

static struct bars load(enum market m) {
    FILE *f = open_candles(markets[m].file);
    ck_assert_ptr_nonnull(f);
    static char text[8 << 20];
    size_t n = fread(text, 1, sizeof text, f);
    ck_assert(n > 0 && n < sizeof text);
    fclose(f);
    struct bars b, out;
    struct err e;
    ck_assert_int_eq(csv_read(text, n, &b, &e), ERR_NONE);
    if (markets[m].interval == markets[m].stored)
        return b;
    ck_assert(bars_aggregate(&b, markets[m].interval, &out));
    bars_release(&b);
    return out;
}

/* True when got rounds to the printed figure, or is as near as 1e-9. */
static bool agrees(double got, double want, int digits) {
    double size = want == 0 ? 1 : fabs(want);
    double printed = 0.5 * pow(10, floor(log10(size)) + 1 - digits);
    double allowed = 1e-9 * size > printed ? 1e-9 * size : printed;
    return fabs(got - want) <= allowed;
}

static struct bt_result run(const struct bt_config *cfg, const struct bars *b) {
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    enum bt_status status = backtest_run(cfg, b, 0, NULL, NULL, &res, &err);
    ck_assert_msg(status == BT_OK, "status %d: %s", (int)status, err.expr.message);
    return res;
}

static struct bt_config config_of(const struct strategy *s, double p0, double p1, double p2) {
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_BACKTESTING_PY);
    cfg.n_strategies = 1;
    cfg.strategies[0] = (struct bt_strategy){.strategy = s, .params = {p0, p1, p2}};
    return cfg;
}

START_TEST(every_key_of_the_published_run) {
    const struct {
        enum metric metric;
        double want;
        int digits;
    } keys[] = {
        {METRIC_EXPOSURE_TIME, 96.74115456238361, 16},
        {METRIC_FINAL_EQUITY, 51422.98999999996, 16},
        {METRIC_PEAK_EQUITY, 75787.44, 16},
        {METRIC_TOTAL_RETURN, 414.2298999999996, 16},
        {METRIC_BUY_HOLD_RETURN, 522.0601851851852, 16},
        {METRIC_ANNUAL_RETURN, 21.191099249053224, 16},
        {METRIC_ANNUAL_VOLATILITY, 36.49716090702389, 16},
        {METRIC_CAGR, 21.160245705962623, 16},
        {METRIC_SHARPE_RATIO, 0.5806232244485349, 16},
        {METRIC_SORTINO_RATIO, 1.0853434352488662, 16},
        {METRIC_CALMAR_RATIO, 0.44166409202994605, 16},
        {METRIC_ALPHA, 394.37391142027462, 16},
        {METRIC_BETA, 0.03803390709192, 13},
        {METRIC_MAX_DRAWDOWN, -47.98012705007589, 16},
        {METRIC_AVG_DRAWDOWN, -5.925851581948801, 16},
        {METRIC_MAX_DRAWDOWN_DURATION, 584 * 86400, 16},
        {METRIC_AVG_DRAWDOWN_DURATION, 41 * 86400, 16},
        {METRIC_TRADE_COUNT, 66, 16},
        {METRIC_WIN_RATE, 46.96969696969697, 16},
        {METRIC_BEST_TRADE, 53.59595229490424, 16},
        {METRIC_WORST_TRADE, -18.39887353835481, 16},
        {METRIC_AVG_TRADE, 2.531715975158555, 16},
        {METRIC_MAX_TRADE_DURATION, 183 * 86400, 16},
        {METRIC_AVG_TRADE_DURATION, 46 * 86400, 16},
        {METRIC_PROFIT_FACTOR, 2.167945974262033, 16},
        {METRIC_EXPECTANCY, 3.2748078066748834, 16},
        {METRIC_SQN, 1.0766187356697705, 16},
        {METRIC_KELLY, 0.1518705127029717, 16},
    };
    struct bars b = load(GOOG);
    struct bt_config cfg = config_of(preset_find("sma"), 10, 30, 0);
    cfg.interval = INTERVAL_1D;
    struct bt_result res = run(&cfg, &b);
    ck_assert_uint_eq(b.n, 2148);
    ck_assert_int_eq((int)((b.t[b.n - 1] - b.t[0]) / MS_PER_DAY), 3116);
    ck_assert_double_eq(res.annualisation, 252);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        double got = res.metrics.value[keys[i].metric];
        ck_assert_msg(agrees(got, keys[i].want, keys[i].digits), "%s is %.17g, not %.17g",
                      metric_info_at(keys[i].metric)->name, got, keys[i].want);
    }
    const struct trade *t = &res.trades[0];
    ck_assert_int_eq((int)t->entry_bar, 70);
    ck_assert_int_eq((int)t->exit_bar, 86);
    ck_assert_double_eq(t->size, -55);
    ck_assert_double_eq(t->entry_price, 180.36);
    ck_assert_double_eq(t->exit_price, 186.31);
    ck_assert(agrees(t->pnl, -327.25, 12));
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

struct golden {
    const char *name;
    enum market market;
    const char *strategy;
    double params[3], cash, commission, spread, leverage;
    enum bt_sides sides;
    double stop, target; /* of the signal's close */
    size_t bars;
    double trades, final, total, drawdown, sharpe, sortino, wins, profit_factor;
};

static const struct golden runs[] = {
    {"GOOG SMA 10/30, commission",
     GOOG,
     "sma",
     {10, 30},
     1e4,
     .002,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     2148,
     66,
     39280.73682,
     292.8073682,
     -50.33957643,
     0.4933715823,
     0.8886425157,
     43.93939394,
     1.947822714},
    {"GOOG SMA 10/30 long only",
     GOOG,
     "sma",
     {10, 30},
     1e4,
     .001,
     0,
     1,
     SIDES_LONG,
     0,
     0,
     2148,
     33,
     53485.78656,
     434.8578656,
     -30.39560737,
     0.7923624245,
     1.55768953,
     51.51515152,
     3.76498007},
    {"GOOG SMA 20/50, spread",
     GOOG,
     "sma",
     {20, 50},
     1e4,
     .001,
     .0005,
     1,
     SIDES_BOTH,
     0,
     0,
     2148,
     40,
     12938.1377,
     29.38137702,
     -55.96996093,
     0.106302075,
     0.1578298135,
     30,
     1.353342311},
    {"GOOG SMA 10/30, stop and target",
     GOOG,
     "sma",
     {10, 30},
     1e4,
     .001,
     0,
     1,
     SIDES_BOTH,
     .05,
     .1,
     2148,
     66,
     20749.2477,
     107.492477,
     -32.1587086,
     0.439085477,
     0.711249948,
     45.45454545,
     1.54075632},
    {"GOOG RSI 14",
     GOOG,
     "rsi",
     {14, 30, 70},
     1e4,
     .001,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     2148,
     9,
     15406.32383,
     54.0632383,
     -49.31024189,
     0.2210656256,
     0.3696547753,
     77.77777778,
     3.417982192},
    {"GOOG RSI 7",
     GOOG,
     "rsi",
     {7, 20, 60},
     1e4,
     0,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     2148,
     17,
     7989.97,
     -20.1003,
     -58.09341827,
     -0.1539965277,
     -0.2146031792,
     64.70588235,
     0.8452810604},
    {"EURUSD SMA 10/30",
     EURUSD,
     "sma",
     {10, 30},
     1e4,
     .0002,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     5000,
     167,
     9155.417285,
     -8.445827153,
     -10.89495732,
     -1.430520839,
     -1.669201068,
     33.53293413,
     0.7495665425},
    {"EURUSD SMA 10/30, margin",
     EURUSD,
     "sma",
     {10, 30},
     1e4,
     .0001,
     0,
     20,
     SIDES_BOTH,
     .003,
     .006,
     5000,
     167,
     5955.833134,
     -40.44166866,
     -68.61280922,
     -0.5417138952,
     -0.5504864493,
     37.1257485,
     0.9985166444},
    {"EURUSD RSI 14",
     EURUSD,
     "rsi",
     {14, 30, 70},
     1e4,
     .0001,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     5000,
     21,
     10550.70765,
     5.507076527,
     -1.427792499,
     1.676095491,
     2.795034172,
     85.71428571,
     4.791229669},
    {"BTC 1m SMA 50/200 long only",
     BTC_1M,
     "sma",
     {50, 200},
     1e9,
     .0004,
     0,
     1,
     SIDES_LONG,
     0,
     0,
     45031,
     148,
     822835349.3,
     -17.71646507,
     -21.36275462,
     -23.43358134,
     -3.065690766,
     26.35135135,
     0.6772144138},
    {"BTC 1h SMA 10/30",
     BTC_1H,
     "sma",
     {10, 30},
     1e9,
     .0004,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     751,
     32,
     845934962.5,
     -15.40650375,
     -21.19729267,
     -11.01854006,
     -2.149341977,
     34.375,
     0.6136775436},
    {"BTC 5m RSI 14",
     BTC_5M,
     "rsi",
     {14, 30, 70},
     1e9,
     .0004,
     0,
     1,
     SIDES_BOTH,
     0,
     0,
     9007,
     29,
     984024313.2,
     -1.597568678,
     -21.50274118,
     -0.3645350925,
     -0.3792743974,
     72.4137931,
     1.013904096},
};

/* "close * 0.95" */
static const char *of_close(char text[32], double factor) {
    snprintf(text, 32, "close * %g", factor);
    return text;
}

START_TEST(every_column_of_the_other_runs) {
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const struct golden *g = &runs[i];
        struct bars b = load(g->market);
        struct strategy s = *preset_find(g->strategy);
        char text[4][32];
        if (g->stop > 0) {
            s.rules[RULE_LONG_STOP_LOSS] = of_close(text[0], 1 - g->stop);
            s.rules[RULE_LONG_TAKE_PROFIT] = of_close(text[1], 1 + g->target);
            s.rules[RULE_SHORT_STOP_LOSS] = of_close(text[2], 1 + g->stop);
            s.rules[RULE_SHORT_TAKE_PROFIT] = of_close(text[3], 1 - g->target);
        }
        struct bt_config cfg = config_of(&s, g->params[0], g->params[1], g->params[2]);
        cfg.interval = markets[g->market].interval;
        cfg.cash = g->cash;
        cfg.commission_rate = g->commission;
        cfg.spread = g->spread;
        cfg.leverage = g->leverage;
        cfg.sides = g->sides;
        struct bt_result res = run(&cfg, &b);
        ck_assert_msg(b.n == g->bars, "%s: %zu bars", g->name, b.n);
        const struct {
            enum metric metric;
            double want;
        } columns[] = {
            {METRIC_TRADE_COUNT, g->trades},  {METRIC_FINAL_EQUITY, g->final},
            {METRIC_TOTAL_RETURN, g->total},  {METRIC_MAX_DRAWDOWN, g->drawdown},
            {METRIC_SHARPE_RATIO, g->sharpe}, {METRIC_SORTINO_RATIO, g->sortino},
            {METRIC_WIN_RATE, g->wins},       {METRIC_PROFIT_FACTOR, g->profit_factor},
        };
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
            double got = res.metrics.value[columns[k].metric];
            ck_assert_msg(agrees(got, columns[k].want, 10), "%s: %s is %.13g, not %.10g", g->name,
                          metric_info_at(columns[k].metric)->name, got, columns[k].want);
        }
        bt_result_release(&res);
        bars_release(&b);
    }
}
END_TEST

int main(void) {
    FILE *f = open_candles(markets[GOOG].file);
    if (!f) {
        puts("skipped: no ../shared/data");
        return SKIPPED;
    }
    fclose(f);
    const TTest *tests[] = {every_key_of_the_published_run, every_column_of_the_other_runs};
    return suite_run("golden", tests, sizeof tests / sizeof *tests);
}
