#include "bench/floor.h"

#include <math.h>

#define YEAR_DAYS 365.0

/* The averages add in the order of the law: the new, divide, subtract the oldest
 * (engine/ind_average.c says why). Both side by side, so that one division serves both. */
typedef double pair __attribute__((vector_size(16)));

struct averages {
    const double *c;
    size_t fast, slow;
    pair sum, n;
};

static pair next(struct averages *a, size_t i) {
    a->sum += a->c[i];
    pair mean = a->sum / a->n;
    a->sum -= (pair){a->c[i + 1 - a->fast], a->c[i + 1 - a->slow]};
    return mean;
}

/* As they stand before bar slow - 1, the first that has both. */
static struct averages begin(const double *c, size_t fast, size_t slow) {
    struct averages a = {c, fast, slow, {0, 0}, {(double)fast, (double)slow}};
    for (size_t i = 0; i + 1 < slow; i++)
        a.sum[1] += c[i];
    for (size_t i = 0; i + 1 < slow; i++) {
        a.sum[0] += c[i];
        if (i + 1 >= fast)
            a.sum[0] -= c[i + 1 - fast];
    }
    return a;
}

double floor_averages(const struct bars *b, size_t fast, size_t slow) {
    struct averages a = begin(b->c, fast, slow);
    double difference = 0;
    for (size_t i = slow - 1; i < b->n; i++) {
        pair now = next(&a, i);
        difference = now[0] - now[1];
    }
    return difference;
}

struct spread {
    double sum, squares;
    size_t n;
};

static double sharpe(const struct spread *s, double per_year) {
    double mean = s->sum / (double)s->n;
    double variance = (s->squares - s->sum * mean) / (double)(s->n - 1);
    return mean / sqrt(variance) * sqrt(per_year);
}

struct position {
    double cash, units, entry, high, low;
};

/* Closes what is held and goes the other way. */
static void turn(struct position *a, int side, double price, double fee, struct floor_result *r) {
    if (a->units != 0) {
        a->high = price > a->high ? price : a->high;
        a->low = price < a->low ? price : a->low;
        a->cash += a->units * price - fabs(a->units) * price * fee;
        double up = a->high / a->entry - 1, down = a->low / a->entry - 1;
        double sign = copysign(1, a->units), x = sign * up, y = sign * down;
        double worst = x < y ? x : y, best = x < y ? y : x;
        r->mae = worst < r->mae ? worst : r->mae;
        r->mfe = best > r->mfe ? best : r->mfe;
        r->trades++;
    }
    a->units = side * a->cash / (price * (1 + fee));
    a->cash -= a->units * price + fabs(a->units) * price * fee;
    a->entry = a->high = a->low = price;
}

struct floor_result floor_sma_cross(const struct bars *b, size_t fast, size_t slow, double fee) {
    enum { NONE = 2 }; /* no average yet */
    const double *o = b->o, *h = b->h, *l = b->l, *c = b->c;
    struct averages averages = begin(c, fast, slow);
    struct spread bars = {0, 0, b->n}, days = {0, 0, 0};
    struct floor_result r = {0};
    struct position a = {.cash = 10000};
    double last = 10000, last_day = last, peak = last, trough = last, depth = 0;
    int before = NONE;
    for (size_t i = 0; i < b->n;) {
        int64_t day_end = (b->t[i] / MS_PER_DAY + 1) * MS_PER_DAY;
        size_t to = i + MS_PER_DAY / MS_PER_MINUTE;
        if (to > b->n || b->t[to - 1] >= day_end)
            for (to = i + 1; to < b->n && b->t[to] < day_end;)
                to++;
        for (; i < to; i++) {
            a.high = h[i] > a.high ? h[i] : a.high;
            a.low = l[i] < a.low ? l[i] : a.low;
            __builtin_prefetch(o + i + 64); /* opens are read at fills alone */
            double equity = a.cash + a.units * c[i];
            double change = equity / last - 1;
            bars.sum += change;
            bars.squares += change * change;
            last = equity;
            if (equity >= peak) {
                depth = trough / peak - 1 < depth ? trough / peak - 1 : depth;
                peak = trough = equity;
            }
            trough = equity < trough ? equity : trough;
            if (i + 1 < slow)
                continue;
            pair now = next(&averages, i);
            int side = (now[0] > now[1]) - (now[0] < now[1]);
            if (side != before) {
                if (side * a.units <= 0 && side != 0 && before != NONE && i + 1 < b->n)
                    turn(&a, side, o[i + 1], fee, &r);
                before = side;
            }
        }
        double change = last / last_day - 1;
        days.sum += change;
        days.squares += change * change;
        days.n++;
        last_day = last;
    }
    r.final_equity = last;
    r.max_drawdown = trough / peak - 1 < depth ? trough / peak - 1 : depth;
    r.sharpe_bar = sharpe(&bars, YEAR_DAYS * (double)MS_PER_DAY / (double)(b->t[1] - b->t[0]));
    r.sharpe_day = sharpe(&days, YEAR_DAYS);
    return r;
}
