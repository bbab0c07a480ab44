/* The breakdowns of a result as JSON. */
#include "lib/result.h"

#include <math.h>
#include <stdio.h>

#include "engine/breakdown.h"
#include "lib/clock.h"

#define SPARKLINE_POINTS 60

static void put_time(struct json_out *j, const char *key, int64_t ms) {
    char text[TIME_TEXT_MAX];
    json_put_string(j, key, time_format(ms, text));
}

/* The falls, deepest first. */
static void put_drawdowns(struct json_out *j, const struct drawdowns *d) {
    json_key(j, "drawdowns");
    json_begin(j, '[');
    for (size_t i = 0; i < d->n_top; i++) {
        const struct drawdown *one = &d->top[i];
        json_begin(j, '{');
        json_put_double(j, "depth", -100 * one->depth);
        put_time(j, "peak", one->peak_ms);
        put_time(j, "trough", one->trough_ms);
        json_key(j, "recovery");
        if (one->recovered) {
            char text[TIME_TEXT_MAX];
            json_string(j, time_format(one->end_ms, text));
        } else {
            json_null(j);
        }
        json_put_double(j, "duration", (double)(one->end_ms - one->peak_ms) / 1000);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_group(struct json_out *j, const char *name, const struct trade_group *g) {
    if (g->trades == 0)
        return;
    double n = (double)g->trades;
    json_begin(j, '{');
    json_put_string(j, "name", name);
    json_put_int(j, "trades", (int64_t)g->trades);
    json_put_double(j, "winRate", 100 * (double)g->wins / n);
    json_put_double(j, "pnl", g->pnl);
    json_put_double(j, "expectancy", g->returns / n);
    json_put_double(j, "profitFactor", g->lost > 0 ? g->won / g->lost : (double)NAN);
    json_put_double(j, "commission", g->commission);
    json_end(j, '}');
}

static void put_groups(struct json_out *j, const struct request *r, const struct breakdown *b) {
    static const char *const sides[SIDE_COUNT] = {"long", "short"};
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    json_key(j, "side");
    json_begin(j, '[');
    for (int i = 0; i < SIDE_COUNT; i++)
        put_group(j, sides[i], &b->side[i]);
    json_end(j, ']');
    json_key(j, "strategy");
    json_begin(j, '[');
    for (size_t i = 0; i < r->cfg.n_strategies && r->cfg.combine == COMBINE_SLEEVES; i++)
        put_group(j, r->cfg.strategies[i].strategy->name, &b->strategy[i]);
    json_end(j, ']');
    json_key(j, "exitReason");
    json_begin(j, '[');
    for (int i = 0; i < REASON_COUNT; i++)
        put_group(j, reason_name((enum trade_reason)i), &b->exit[i]);
    json_end(j, ']');
    json_key(j, "weekday");
    json_begin(j, '[');
    for (int i = 0; i < 7; i++)
        put_group(j, days[i], &b->weekday[i]);
    json_end(j, ']');
    json_key(j, "hour");
    json_begin(j, '[');
    for (int i = 0; i < 24; i++) {
        char name[8];
        snprintf(name, sizeof name, "%02d:00", i % 24);
        put_group(j, name, &b->hour[i]);
    }
    json_end(j, ']');
}

static void put_periods(struct json_out *j, const char *key, const struct period *list, size_t n) {
    json_key(j, key);
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_begin(j, '{');
        json_put_int(j, "year", list[i].year);
        if (list[i].month > 0)
            json_put_int(j, "month", list[i].month);
        json_put_double(j, "return", list[i].return_pct);
        json_put_int(j, "trades", (int64_t)list[i].trades);
        json_put_double(j, "pnl", list[i].pnl);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_rolling(struct json_out *j, const struct breakdown *b) {
    json_key(j, "rolling");
    if (b->n_points == 0) {
        json_null(j);
        return;
    }
    json_begin(j, '{');
    json_put_int(j, "days", (int64_t)b->window);
    json_key(j, "t");
    json_begin(j, '[');
    for (size_t i = 0; i < b->n_points; i++)
        json_int(j, b->points[i].day_ms);
    json_end(j, ']');
    json_key(j, "sharpe");
    json_begin(j, '[');
    for (size_t i = 0; i < b->n_points; i++)
        json_double(j, b->points[i].sharpe);
    json_end(j, ']');
    json_key(j, "volatility");
    json_begin(j, '[');
    for (size_t i = 0; i < b->n_points; i++)
        json_double(j, b->points[i].volatility);
    json_end(j, ']');
    json_end(j, '}');
}

static void put_distribution(struct json_out *j, const struct distribution *d) {
    json_key(j, "distribution");
    if (d->n_bins == 0) {
        json_null(j);
        return;
    }
    json_begin(j, '{');
    json_put_double(j, "from", d->from);
    json_put_double(j, "width", d->width);
    json_key(j, "counts");
    json_begin(j, '[');
    for (size_t i = 0; i < d->n_bins; i++)
        json_int(j, (int64_t)d->counts[i]);
    json_end(j, ']');
    json_key(j, "quantiles");
    json_begin(j, '{');
    for (int i = 0; i < 7; i++) {
        char name[8];
        snprintf(name, sizeof name, "%.0f", 100 * breakdown_quantiles[i]);
        json_put_double(j, name, d->quantile[i]);
    }
    json_end(j, '}');
    json_end(j, '}');
}

/* Equity at the start and at ends of days, few enough for a line of text. */
static void put_sparkline(struct json_out *j, const struct curve_days *d) {
    size_t n = d->days.n < SPARKLINE_POINTS ? d->days.n : SPARKLINE_POINTS;
    json_key(j, "sparkline");
    json_begin(j, '[');
    json_double(j, d->start);
    for (size_t k = 1; k <= n; k++)
        json_double(j, d->equity[d->days.n * k / n - 1]);
    json_end(j, ']');
}

bool breakdowns_json(struct json_out *j, const struct request *r, const struct market_data *d,
                     const struct bt_result *res) {
    struct breakdown b;
    if (!breakdown_init(&b, &r->cfg, &d->bars, d->first, res))
        return false;
    json_begin(j, '{');
    put_sparkline(j, &res->daily);
    put_drawdowns(j, &res->daily.drawdowns);
    put_groups(j, r, &b);
    put_periods(j, "months", b.months, b.n_months);
    put_periods(j, "years", b.years, b.n_years);
    json_put_int(j, "monthsLeftOut", (int64_t)b.months_left_out);
    put_rolling(j, &b);
    put_distribution(j, &b.distribution);
    json_end(j, '}');
    breakdown_release(&b);
    return true;
}
