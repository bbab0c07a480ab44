#include "engine/breakdown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/measure.h"

/* Daily returns of a rolling figure: the longer window where the run has at least two of them. */
static const size_t windows[] = {90, 30};

static int64_t day_time(const struct curve_days *d, const struct bars *b, size_t i) {
    int64_t t = b->t[d->days.last[i]];
    return d->days.longer ? t : interval_floor(INTERVAL_1D, t);
}

/* --- months and years ------------------------------------------------------------------------- */

/* The end of a month so far; a new one when its first day comes. False: out of memory. */
static bool add_day(struct period **list, size_t *n, size_t *cap, int year, int month,
                    double before, double equity, double *open) {
    struct period *last = *n ? &(*list)[*n - 1] : NULL;
    if (!last || last->year != year || last->month != month) {
        if (*n == *cap) {
            size_t more = *cap ? *cap * 2 : 64;
            struct period *bigger = realloc(*list, more * sizeof *bigger);
            if (!bigger)
                return false;
            *list = bigger;
            *cap = more;
        }
        last = &(*list)[(*n)++];
        *last = (struct period){.year = year, .month = month};
        *open = before;
    }
    last->return_pct = *open > 0 ? 100 * (equity / *open - 1) : 0;
    return true;
}

static bool split_days(struct breakdown *b, const struct bars *bars, const struct curve_days *d) {
    size_t month_cap = 0, year_cap = 0;
    double month_open = 0, year_open = 0;
    for (size_t i = 0; i < d->days.n; i++) {
        int y, m;
        month_of(bars->t[d->days.last[i]], &y, &m);
        double before = i ? d->equity[i - 1] : d->start;
        if (!add_day(&b->months, &b->n_months, &month_cap, y, m, before, d->equity[i],
                     &month_open) ||
            !add_day(&b->years, &b->n_years, &year_cap, y, 0, before, d->equity[i], &year_open))
            return false;
    }
    return true;
}

static void count_trades(struct breakdown *b, const struct trade *trades, size_t n) {
    size_t month = 0, year = 0; /* trades come in the order they were closed */
    for (size_t i = 0; i < n; i++) {
        int y, m;
        month_of(trades[i].exit_time, &y, &m);
        while (month + 1 < b->n_months &&
               (b->months[month].year < y ||
                (b->months[month].year == y && b->months[month].month < m)))
            month++;
        while (year + 1 < b->n_years && b->years[year].year < y)
            year++;
        struct period *const periods[] = {&b->months[month], &b->years[year]};
        for (int k = 0; k < 2; k++) {
            periods[k]->trades++;
            periods[k]->pnl += trades[i].pnl;
        }
    }
}

static size_t keep_last(struct period *list, size_t *n) {
    size_t away = *n > BREAKDOWN_PERIODS_MAX ? *n - BREAKDOWN_PERIODS_MAX : 0;
    memmove(list, list + away, (*n - away) * sizeof *list);
    *n -= away;
    return away;
}

/* --- rolling figures -------------------------------------------------------------------------- */

/* Daily returns with their days; days without bars return 0 when all days count. */
struct series {
    double *r;
    int64_t *t;
    size_t n;
};

static bool series_init(struct series *s, const struct bars *bars, const struct curve_days *d,
                        bool every_day) {
    size_t n = every_day ? d->days.all : d->days.n;
    struct series out = {malloc((n ? n : 1) * sizeof *out.r), malloc((n ? n : 1) * sizeof *out.t),
                         0};
    if (!out.r || !out.t) {
        free(out.r);
        free(out.t);
        return false;
    }
    for (size_t i = 0; i < d->days.n; i++) {
        int64_t t = day_time(d, bars, i);
        double before = i ? d->equity[i - 1] : d->start;
        while (every_day && out.n > 0 && out.t[out.n - 1] + MS_PER_DAY < t && out.n + 1 < n) {
            out.t[out.n] = out.t[out.n - 1] + MS_PER_DAY;
            out.r[out.n++] = 0;
        }
        out.t[out.n] = t;
        out.r[out.n++] = before > 0 ? d->equity[i] / before - 1 : 0;
    }
    *s = out;
    return true;
}

static struct rolling_point point(const struct series *s, size_t end, size_t window, double a,
                                  double rf) {
    const double *r = s->r + end - window;
    double mean = 0, squares = 0;
    for (size_t i = 0; i < window; i++)
        mean += r[i];
    mean /= (double)window;
    for (size_t i = 0; i < window; i++)
        squares += (r[i] - mean) * (r[i] - mean);
    double deviation = sqrt(squares / ((double)window - 1));
    bool even = !(deviation > 1e-12 * fabs(mean)) || !(deviation > 0);
    return (struct rolling_point){.day_ms = s->t[end - 1],
                                  .sharpe = even ? (double)NAN : (mean - rf) / deviation * sqrt(a),
                                  .volatility = 100 * deviation * sqrt(a)};
}

static bool roll(struct breakdown *b, const struct series *s, double a, double rf) {
    for (size_t k = 0; k < sizeof windows / sizeof *windows && b->window == 0; k++)
        b->window = s->n >= 2 * windows[k] ? windows[k] : 0;
    if (b->window == 0)
        return true;
    size_t ends = s->n - b->window + 1;
    size_t n = ends < BREAKDOWN_POINTS_MAX ? ends : BREAKDOWN_POINTS_MAX;
    b->points = calloc(n, sizeof *b->points);
    if (!b->points)
        return false;
    for (size_t k = 0; k < n; k++)
        b->points[k] = point(s, b->window + (ends - 1) * k / (n - 1), b->window, a, rf);
    b->n_points = n;
    return true;
}

static bool rolling(struct breakdown *b, const struct bt_config *cfg, const struct bars *bars,
                    const struct bt_result *res) {
    const struct curve_days *d = &res->daily;
    double a = d->days.longer ? measure_bars_per_year(res->annualisation, cfg->interval)
                              : res->annualisation;
    struct series s;
    if (!series_init(&s, bars, d, res->annualisation == 365 && !d->days.longer))
        return false;
    bool good = roll(b, &s, a, pow(1 + cfg->risk_free, 1 / a) - 1);
    free(s.r);
    free(s.t);
    return good;
}

bool breakdown_init(struct breakdown *ret, const struct bt_config *cfg, const struct bars *b,
                    size_t first, const struct bt_result *res) {
    struct breakdown out = {.window = 0};
    /* profile backtesting.py counts days from the range, as if nothing came before */
    struct bars from = bars_slice(b, first, b->n);
    const struct bars *bars = cfg->profile == PROFILE_BACKTESTING_PY ? &from : b;
    bool good = breakdown_trades(&out, res->trades, res->n_trades) &&
                split_days(&out, bars, &res->daily) && rolling(&out, cfg, bars, res);
    if (!good) {
        breakdown_release(&out);
        return false;
    }
    if (out.n_months > 0)
        count_trades(&out, res->trades, res->n_trades);
    out.months_left_out = keep_last(out.months, &out.n_months);
    keep_last(out.years, &out.n_years);
    *ret = out;
    return true;
}

void breakdown_release(struct breakdown *b) {
    free(b->months);
    free(b->years);
    free(b->points);
    *b = (struct breakdown){.window = 0};
}
