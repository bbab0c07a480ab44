#include "engine/carry.h"

#define FUNDING_MS (8 * MS_PER_HOUR)

static int64_t floor_div(int64_t t, int64_t step) {
    return t / step - (t % step < 0);
}

/* Index of the first rate later than t. */
static size_t later(const struct carry *c, int64_t t) {
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->times[mid] <= t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t carry_next(const struct carry *c, const struct bars *b, size_t after) {
    int64_t t = b->t[after], due = INT64_MAX;
    if (c->times) {
        size_t k = later(c, t);
        due = k < c->n ? c->times[k] : due;
    } else if (c->funding < 0 || c->funding > 0) {
        due = (floor_div(t, FUNDING_MS) + 1) * FUNDING_MS;
    }
    if (c->borrow > 0) {
        int64_t midnight = (floor_div(t, MS_PER_DAY) + 1) * MS_PER_DAY;
        due = midnight < due ? midnight : due;
    }
    return due == INT64_MAX ? b->n : bars_find(b, due);
}

/* Sum of the funding rates due in (from, to]. */
static double rates(const struct carry *c, int64_t from, int64_t to) {
    if (!c->times)
        return c->funding * (double)(floor_div(to, FUNDING_MS) - floor_div(from, FUNDING_MS));
    double sum = 0;
    for (size_t k = later(c, from); k < c->n && c->times[k] <= to; k++)
        sum += c->rates[k];
    return sum;
}

void carry_charge(struct walk *w) {
    const struct carry *c = &w->terms->carry;
    const struct bars *b = w->terms->bars;
    int64_t before = b->t[w->bar - 1], now = b->t[w->bar];
    double close = b->c[w->bar - 1];
    for (size_t k = 0; k < w->account.n; k++) {
        struct entry *e = &w->account.entries[k];
        int64_t from = e->since > before ? e->since : before;
        if (from >= now)
            continue;
        double paid = e->size * close * rates(c, from, now);
        if (e->size < 0 && c->borrow > 0) {
            double days = (double)(floor_div(now, MS_PER_DAY) - floor_div(from, MS_PER_DAY));
            paid += -e->size * close * (c->borrow / 365 * days);
        }
        e->carry -= paid;
        w->account.cash -= paid;
    }
}
