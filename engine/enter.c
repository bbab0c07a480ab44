#include "engine/enter.h"

#include <math.h>

/* Units wanted at fill price `price`, before margin and lots; NAN: risk without a stop. */
static double wanted(const struct walk *w, const struct order *o, const struct levels *v,
                     const struct costs *costs, double price, double raw) {
    const struct terms *t = w->terms;
    double equity = account_equity(&w->account, raw);
    switch (t->size_type) {
    case SIZE_UNITS:
        return o->size;
    case SIZE_CASH:
        return cost_units(costs, o->size, price, t->leverage);
    case SIZE_RISK: {
        double trail = o->side > 0 ? raw - v->trail : raw + v->trail;
        double by_stop = fabs(price - v->stop), by_trail = fabs(price - trail);
        double risk = by_stop < by_trail ? by_stop : by_trail;
        return isfinite(risk) ? o->size * equity / risk : (double)NAN;
    }
    case SIZE_EQUITY:
        break;
    }
    return cost_units(costs, o->size * equity, price, t->leverage);
}

static void refuse(struct walk *w, enum refusal why) {
    if (w->n_refused < WALK_REFUSALS)
        w->refused[w->n_refused++] = why;
}

static int64_t day_of(int64_t t) {
    return t / MS_PER_DAY - (t % MS_PER_DAY < 0);
}

/* Counts the entry; false: the day has had its number. */
static bool day_allows(struct walk *w, const struct order *o) {
    if (isinf(o->most_a_day))
        return true;
    int64_t day = day_of(w->terms->bars->t[w->bar]);
    if (day != w->day) {
        w->day = day;
        w->day_entries = 0;
    }
    return w->day_entries + 1 <= o->most_a_day;
}

/* How many units; 0: refused. */
static double units_of(struct walk *w, const struct order *o, const struct levels *v,
                       const struct costs *costs, double price, double raw) {
    const struct terms *t = w->terms;
    const struct account *a = &w->account;
    double n = wanted(w, o, v, costs, price, raw);
    if (isnan(n)) {
        refuse(w, REFUSED_STOP_NULL);
        return 0;
    }
    double most = n;
    if (a->n > 0 || t->size_type != SIZE_EQUITY) { /* a share of a flat account fits always */
        double free_margin = account_equity(a, raw) - a->gross * raw / t->leverage;
        most = cost_units(costs, free_margin, price, t->leverage);
    }
    if (t->volume_limit > 0) {
        double traded = t->bars->v[w->at_close ? w->bar : w->bar - 1] * t->volume_limit;
        most = traded < most ? traded : most;
    }
    double units = lot_floor(&t->lot, n < most ? n : most), whole = lot_floor(&t->lot, n);
    if (isinf(units)) /* the tick took the price to 0 */
        whole = 0;
    if (whole == 0 || units * price < account_dust(t, account_equity(a, raw)) * t->leverage)
        units = 0;
    if (units == 0) {
        refuse(w, whole == 0 ? REFUSED_SIZE_ZERO : REFUSED_MARGIN);
        return 0;
    }
    if (units * price < t->lot.min_value) {
        refuse(w, units < whole ? REFUSED_MARGIN : REFUSED_MIN_VALUE);
        return 0;
    }
    if (most < n && units < whole)
        w->cuts++;
    return units;
}

void walk_enter(struct walk *w, const struct order *o, double raw, double price, bool maker) {
    const struct terms *t = w->terms;
    const struct costs *costs = maker ? &t->maker : &t->costs;
    if (!day_allows(w, o)) {
        refuse(w, REFUSED_MAX_TRADES);
        return;
    }
    enum side side = o->side > 0 ? SIDE_LONG : SIDE_SHORT;
    struct levels v =
        t->levels[side] ? order_fix(o, t->level[side], price, t->costs.tick) : levels_none(o->side);
    double units = units_of(w, o, &v, costs, price, raw);
    if (units == 0)
        return;
    /* filled beyond the price at which it would stand still: there is nothing to wait for */
    bool beyond = o->side > 0 ? v.break_even > price : v.break_even < price;
    int64_t now = t->bars->t[w->bar];
    struct entry *e = &w->account.entries[w->account.n];
    e->size = o->side > 0 ? units : -units;
    e->whole = units;
    e->price = price;
    e->commission = cost_commission(costs, units, price);
    e->carry = 0;
    e->stop = v.stop;
    e->stop_reason = REASON_STOP_LOSS;
    e->trail = v.trail;
    e->break_even = beyond ? v.break_even : o->side > 0 ? HUGE_VAL : -HUGE_VAL;
    for (int k = 0; k < TARGETS; k++) {
        e->target[k] = v.target[k];
        e->share[k] = o->share[k];
    }
    e->low = e->high = raw;
    e->bar = w->bar;
    e->since = w->at_close ? interval_next(t->interval, now) - 1 : now;
    e->reason = o->entry_reason;
    e->parted = false;
    entry_next(e);
    w->day_entries++;
    w->fills++;
    w->fill_value += units * price;
    w->fees += e->commission;
    account_open(&w->account);
}

void walk_enter_market(struct walk *w, const struct order *o, double raw) {
    walk_enter(w, o, raw, cost_price(&w->terms->costs, raw, o->side > 0), false);
}
