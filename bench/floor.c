#include "bench/floor.h"

#include <math.h>

#define YEAR_DAYS 365.0

struct average {
    double sum;
    size_t n;
};

/* The order of additions of the engine: add the new, divide, subtract the oldest. */
static double next(struct average *a, const double *c, size_t i) {
    a->sum += c[i];
    double mean = a->sum / (double)a->n;
    a->sum -= c[i + 1 - a->n];
    return mean;
}

static struct average begin(const double *c, size_t n, size_t until) {
    struct average a = {0, n};
    for (size_t i = 0; i + 1 < n; i++)
        a.sum += c[i];
    for (size_t i = n - 1; i < until; i++)
        next(&a, c, i);
    return a;
}

double floor_averages(const struct bars *b, size_t fast, size_t slow) {
    struct average f = begin(b->c, fast, slow - 1), s = begin(b->c, slow, slow - 1);
    double difference = 0;
    for (size_t i = slow - 1; i < b->n; i++)
        difference = next(&f, b->c, i) - next(&s, b->c, i);
    return difference;
}

struct spread {
    double sum, squares;
    size_t n;
};

static void add(struct spread *s, double r) {
    s->sum += r;
    s->squares += r * r;
    s->n++;
}

static double sharpe(const struct spread *s, double per_year) {
    double mean = s->sum / (double)s->n;
    double variance = (s->squares - s->sum * mean) / (double)(s->n - 1);
    return mean / sqrt(variance) * sqrt(per_year);
}

struct floor_result floor_sma_cross(const struct bars *b, size_t fast, size_t slow, double fee) {
    struct average f = begin(b->c, fast, slow - 1), s = begin(b->c, slow, slow - 1);
    struct spread bars = {0}, days = {0};
    struct floor_result r = {0};
    double cash = 10000, units = 0, entry = 0, high = 0, low = 0;
    double last = cash, last_day = cash, peak = cash, depth = 0;
    double before_fast = 0, before_slow = 0;
    int want = 0;
    int64_t day_end = b->t[0] / MS_PER_DAY * MS_PER_DAY + MS_PER_DAY;

    for (size_t i = 0; i < b->n; i++) {
        if (b->t[i] >= day_end) {
            add(&days, last / last_day - 1);
            last_day = last;
            day_end = b->t[i] / MS_PER_DAY * MS_PER_DAY + MS_PER_DAY;
        }
        if (want) {
            double price = b->o[i];
            if (units != 0) {
                cash += units * price - fabs(units) * price * fee;
                double worst = units > 0 ? low / entry - 1 : 1 - high / entry;
                double best = units > 0 ? high / entry - 1 : 1 - low / entry;
                r.mae = worst < r.mae ? worst : r.mae;
                r.mfe = best > r.mfe ? best : r.mfe;
                r.trades++;
            }
            units = want * cash / (price * (1 + fee));
            cash -= units * price + fabs(units) * price * fee;
            entry = high = low = price;
            want = 0;
        }
        high = b->h[i] > high ? b->h[i] : high;
        low = b->l[i] < low ? b->l[i] : low;
        double equity = cash + units * b->c[i];
        add(&bars, equity / last - 1);
        last = equity;
        peak = equity > peak ? equity : peak;
        double fall = equity / peak - 1;
        depth = fall < depth ? fall : depth;
        if (i + 1 < slow)
            continue;
        double now_fast = next(&f, b->c, i), now_slow = next(&s, b->c, i);
        if (i + 1 > slow) {
            if (now_fast > now_slow && before_fast <= before_slow && units <= 0)
                want = 1;
            else if (now_fast < now_slow && before_fast >= before_slow && units >= 0)
                want = -1;
        }
        before_fast = now_fast;
        before_slow = now_slow;
    }
    r.final_equity = last;
    r.max_drawdown = depth;
    r.sharpe_bar = sharpe(&bars, YEAR_DAYS * (double)MS_PER_DAY / (double)(b->t[1] - b->t[0]));
    r.sharpe_day = sharpe(&days, YEAR_DAYS);
    return r;
}
