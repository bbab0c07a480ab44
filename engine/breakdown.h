/* What a run was made of: its trades by side, strategy, exit, weekday and hour, its months and
 * years, its rolling figures and the spread of its trades. Made from trades and day ends after the
 * run, so that a run for its metrics alone does not pay for it. */
#ifndef ENGINE_BREAKDOWN_H
#define ENGINE_BREAKDOWN_H

#include "engine/backtest.h"

#define BREAKDOWN_PERIODS_MAX 600 /* months, and years: the last ones of a longer run */
#define BREAKDOWN_POINTS_MAX  120 /* of a rolling series */
#define BREAKDOWN_BINS_MAX    48

/* Closed trades that have something in common. */
struct trade_group {
    size_t trades, wins;
    double pnl, won, lost; /* money after costs; lost as a magnitude */
    double commission;
    double returns; /* sum of return_pct */
};

/* A UTC month or year that has bars. */
struct period {
    int year, month;   /* month 1..12; 0: the whole year */
    double return_pct; /* of equity, from the end of the period before */
    size_t trades;     /* closed in it */
    double pnl;
};

struct rolling_point {
    int64_t day_ms;            /* open time of the window's last day */
    double sharpe, volatility; /* annualised; volatility in percent; NaN: the days do not vary */
};

/* Trades by return_pct: bin k counts [from + k x width, from + (k + 1) x width), the first and the
 * last also what lies outside. */
struct distribution {
    double from, width;
    size_t counts[BREAKDOWN_BINS_MAX], n_bins; /* 0: no trades */
    double quantile[7];                        /* at breakdown_quantiles, linear between trades */
};
extern const double breakdown_quantiles[7]; /* 0.01 … 0.99 */

struct breakdown {
    struct trade_group all, side[SIDE_COUNT], strategy[BACKTEST_STRATEGIES_MAX], exit[REASON_COUNT],
        weekday[7], hour[24]; /* Monday first; UTC, by entry time */
    struct period *months, *years;
    size_t n_months, n_years;
    size_t months_left_out; /* older than those kept */
    size_t window;          /* daily returns in a rolling figure; 0: too few days */
    struct rolling_point *points;
    size_t n_points;
    struct distribution distribution;
};

/* The range of b from `first` on is what was tested. False: out of memory. */
bool breakdown_init(struct breakdown *ret, const struct bt_config *cfg, const struct bars *b,
                    size_t first, const struct bt_result *res);
void breakdown_release(struct breakdown *b);

/* The part that needs the trades alone. */
bool breakdown_trades(struct breakdown *b, const struct trade *trades, size_t n);

#endif
