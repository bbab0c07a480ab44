#include "engine/breakdown.h"

#include <math.h>
#include <stdlib.h>

const double breakdown_quantiles[7] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

static void add(struct trade_group *g, const struct trade *t) {
    g->trades++;
    g->wins += t->pnl > 0;
    g->pnl += t->pnl;
    g->won += t->pnl > 0 ? t->pnl : 0;
    g->lost -= t->pnl < 0 ? t->pnl : 0;
    g->commission += t->commission;
    g->returns += t->return_pct;
}

static size_t hours_since_monday(int64_t t) {
    return (size_t)((t - interval_floor(INTERVAL_1W, t)) / MS_PER_HOUR);
}

static void swap(double *a, double *b) {
    double t = *a;
    *a = *b;
    *b = t;
}

/* Moves the k-th smallest of v[0, n) to its place: smaller ones before, larger ones behind it. */
static void select_kth(double *v, size_t n, size_t k) {
    size_t from = 0, to = n;
    while (to - from > 1) {
        double pivot = v[from + (to - from) / 2];
        size_t less = from, i = from, more = to;
        while (i < more) {
            if (v[i] < pivot)
                swap(&v[less++], &v[i++]);
            else if (v[i] > pivot)
                swap(&v[i], &v[--more]);
            else
                i++;
        }
        if (k >= less && k < more)
            return;
        if (k < less)
            to = less;
        else
            from = more;
    }
}

static double quantile(double *v, size_t n, double q) {
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    select_kth(v, n, k);
    double low = v[k], high = low;
    for (size_t i = k + 1; i < n; i++)
        high = i == k + 1 || v[i] < high ? v[i] : high;
    return low + (high - low) * (at - (double)k);
}

/* The least of 1, 2, 5, 10, … at or above x. */
static double nice(double x) {
    double base = pow(10, floor(log10(x)));
    for (int k = 0; k < 3; k++) {
        static const double steps[] = {1, 2, 5};
        if (steps[k] * base >= x)
            return steps[k] * base;
    }
    return 10 * base;
}

/* About twenty bins over the middle 98 %. */
static void spread(struct distribution *d, const double *v, size_t n) {
    double low = d->quantile[0], high = d->quantile[6];
    d->width = nice(fmax((high - low) / 20, 1e-9 * fmax(1, fabs(high))));
    d->from = d->width * floor(low / d->width);
    d->n_bins = (size_t)((high - d->from) / d->width) + 1;
    d->n_bins = d->n_bins < BREAKDOWN_BINS_MAX ? d->n_bins : BREAKDOWN_BINS_MAX;
    for (size_t i = 0; i < n; i++) {
        double k = floor((v[i] - d->from) / d->width);
        double last = (double)d->n_bins - 1;
        d->counts[(size_t)(k < 0 ? 0 : k < last ? k : last)]++;
    }
}

static bool distribute(struct distribution *d, const struct trade *trades, size_t n) {
    double *v = malloc(n * sizeof *v);
    if (!v)
        return false;
    for (size_t i = 0; i < n; i++)
        v[i] = isfinite(trades[i].return_pct) ? trades[i].return_pct : 0;
    for (size_t k = 0; k < 7; k++)
        d->quantile[k] = quantile(v, n, breakdown_quantiles[k]);
    spread(d, v, n);
    free(v);
    return true;
}

bool breakdown_trades(struct breakdown *b, const struct trade *trades, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct trade *t = &trades[i];
        size_t hours = hours_since_monday(t->entry_time);
        struct trade_group *const groups[] = {
            &b->all,
            &b->side[t->size < 0 ? SIDE_SHORT : SIDE_LONG],
            &b->strategy[t->strategy],
            &b->exit[t->exit_reason],
            &b->weekday[hours / 24],
            &b->hour[hours % 24],
        };
        for (size_t k = 0; k < sizeof groups / sizeof *groups; k++)
            add(groups[k], t);
    }
    return n == 0 || distribute(&b->distribution, trades, n);
}
