#include "engine/path.h"

#include <math.h>

#include "engine/enter.h"

struct reach walk_reach(const struct walk *w, double low, double high) {
    const struct account *a = &w->account;
    struct reach r = {.below = -HUGE_VAL, .above = HUGE_VAL};
    for (size_t k = 0; k < a->n; k++) {
        const struct entry *e = &a->entries[k];
        r.moves |= isfinite(e->trail);
        if (e->size > 0) {
            double trail = (high > e->high ? high : e->high) - e->trail;
            r.below = e->stop > r.below ? e->stop : r.below;
            r.below = trail > r.below ? trail : r.below;
            r.above = e->next < r.above ? e->next : r.above;
        } else {
            double trail = (low < e->low ? low : e->low) + e->trail;
            r.above = e->stop < r.above ? e->stop : r.above;
            r.above = trail < r.above ? trail : r.above;
            r.below = e->next > r.below ? e->next : r.below;
        }
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct resting *o = &w->rest[side];
        if (!o->alive)
            continue;
        bool stop = !isnan(o->order.stop) && !o->woken;
        double price = stop ? o->order.stop : o->order.limit;
        if (stop == (side == SIDE_LONG))
            r.above = price < r.above ? price : r.above;
        else
            r.below = price > r.below ? price : r.below;
    }
    if (a->n > 0) {
        r.cash = a->cash;
        r.slope = account_slope(a, w->terms->maintenance);
    } else {
        r.cash = 1;
    }
    return r;
}

/* Closes `units` of entry k; the trade is not settled yet. */
static void close_units(struct walk *w, size_t k, double units, double price, bool maker,
                        enum trade_reason reason) {
    double held = fabs(w->account.entries[k].size);
    units = units < held ? units : held;
    double fee = cost_commission(maker ? &w->terms->maker : &w->terms->costs, units, price);
    account_close(&w->account, k, units, w->terms, w->bar, price, fee, reason, &w->trades[w->n++]);
    if (w->account.n == 0)
        w->left_bar = w->bar;
    w->fills++;
    w->fill_value += units * price;
    w->fees += fee;
}

static void settle(struct walk *w, size_t from) {
    account_settle(&w->account, w->trades + from, w->n - from);
}

/* What a market order of entry k's closing would pay at raw price `raw`. */
static double market_price(const struct walk *w, size_t k, double raw) {
    return cost_price(&w->terms->costs, raw, w->account.entries[k].size < 0);
}

/* What a limit pays: the open may lie off the grid. */
static double limit_price(const struct walk *w, double raw, bool buy) {
    return tick_round(w->terms->costs.tick, raw, buy);
}

void walk_close_one(struct walk *w, size_t k, double raw, enum trade_reason reason) {
    size_t from = w->n;
    close_units(w, k, HUGE_VAL, market_price(w, k, raw), false, reason);
    settle(w, from);
}

/* All entries of a side as one group, each at `price`. */
static void close_side(struct walk *w, enum side side, double price, bool maker,
                       enum trade_reason reason) {
    size_t from = w->n;
    for (size_t k = 0; k < w->account.n;) {
        if ((side == SIDE_LONG) == (w->account.entries[k].size > 0))
            close_units(w, k, HUGE_VAL, price, maker, reason);
        else
            k++;
    }
    if (w->n > from)
        settle(w, from);
}

void walk_close_side(struct walk *w, enum side side, double raw, enum trade_reason reason) {
    close_side(w, side, cost_price(&w->terms->costs, raw, side == SIDE_SHORT), false, reason);
}

void walk_close_part(struct walk *w, enum side side, double share, double raw) {
    struct account *a = &w->account;
    for (size_t k = 0; k < a->n;) {
        struct entry *e = &a->entries[k];
        size_t n = a->n, from = w->n;
        if ((side == SIDE_LONG) == (e->size > 0) && !e->parted) {
            double units = lot_part(&w->terms->lot, e->whole, share, fabs(e->size));
            e->parted = true;
            if (units > 0) {
                close_units(w, k, units, market_price(w, k, raw), false, REASON_SIGNAL);
                settle(w, from);
            }
        }
        k += a->n == n;
    }
}

static void liquidate(struct walk *w, double raw) {
    size_t from = w->n;
    while (w->account.n > 0)
        close_units(w, 0, HUGE_VAL, market_price(w, 0, raw), false, REASON_LIQUIDATION);
    settle(w, from);
}

void walk_liquidate(struct walk *w, double raw) {
    if (account_used_up(&w->account, w->terms->maintenance, raw))
        liquidate(w, raw);
}

static enum trade_reason stop_reason(const struct entry *e) {
    return entry_stop(e) == e->stop ? e->stop_reason : REASON_TRAILING_STOP;
}

/* The price has come to entry k's next price: the nearest target (the first of equal ones) closes
 * its part there, or the stop moves to the entry price. False: the entry is gone. */
static bool profit_met(struct walk *w, size_t k, double raw) {
    struct entry *e = &w->account.entries[k];
    int met = -1;
    for (int i = TARGETS - 1; i >= 0; i--) {
        if (e->target[i] == e->next)
            met = i;
    }
    double far = e->size > 0 ? HUGE_VAL : -HUGE_VAL;
    if (met < 0) {
        e->break_even = far;
        entry_next(e);
        if (e->size > 0 ? e->price > e->stop : e->price < e->stop) {
            e->stop = e->price;
            e->stop_reason = REASON_BREAK_EVEN;
        }
        return true;
    }
    double held = fabs(e->size), share = e->share[met];
    double units = isnan(share) ? held : lot_part(&w->terms->lot, e->whole, share, held);
    e->target[met] = far;
    entry_next(e);
    if (units == 0)
        return true;
    size_t from = w->n;
    close_units(w, k, units, limit_price(w, raw, e->size < 0), true, REASON_TAKE_PROFIT);
    settle(w, from);
    return units < held;
}

void walk_at(struct walk *w, double raw) {
    struct account *a = &w->account;
    account_reach(a, raw);
    for (size_t k = 0; k < a->n;) {
        struct entry *e = &a->entries[k];
        bool is_long = e->size > 0, there = true;
        double stop = entry_stop(e);
        if (is_long ? raw <= stop : raw >= stop) {
            walk_close_one(w, k, raw, stop_reason(e));
            continue;
        }
        while (there && (is_long ? raw >= e->next : raw <= e->next))
            there = profit_met(w, k, raw);
        k += there;
    }
}

/* The order of a side fills at fill price `price`. */
static void fill_order(struct walk *w, enum side side, double raw, double price, bool maker) {
    struct resting *r = &w->rest[side];
    enum side other = side == SIDE_LONG ? SIDE_SHORT : SIDE_LONG;
    r->alive = false;
    if (!w->terms->hedging)
        close_side(w, other, price, maker, REASON_REVERSE);
    walk_enter(w, &r->order, raw, price, maker);
}

/* The order's price has come at `raw`. */
static void order_met(struct walk *w, enum side side, double raw) {
    struct resting *r = &w->rest[side];
    bool buy = side == SIDE_LONG, stop = !isnan(r->order.stop) && !r->woken;
    double limit = r->order.limit;
    if (!stop) {
        fill_order(w, side, raw, limit_price(w, raw, buy), true);
        return;
    }
    double price = cost_price(&w->terms->costs, raw, buy);
    if (isnan(limit)) {
        fill_order(w, side, raw, price, false);
    } else if (buy ? raw <= limit : raw >= limit) {
        bool beyond = buy ? price > limit : price < limit;
        fill_order(w, side, raw, beyond ? limit : price, false);
    } else {
        r->woken = true;
    }
}

/* The price that a resting order waits for, and whether it is met on the way up. */
static double order_price(const struct resting *r, enum side side, bool *ret_up) {
    bool stop = !isnan(r->order.stop) && !r->woken;
    *ret_up = stop == (side == SIDE_LONG);
    return stop ? r->order.stop : r->order.limit;
}

void walk_orders_at(struct walk *w, double raw) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        bool up;
        double price = order_price(&w->rest[side], (enum side)side, &up);
        if (w->rest[side].alive && (up ? raw >= price : raw <= price))
            order_met(w, (enum side)side, raw);
    }
}

enum met_what { MET_NOTHING, MET_STOP, MET_PROFIT, MET_ORDER, MET_LIQUIDATION };

/* What is met first on the way from `at` to `to`. */
struct met {
    enum met_what what;
    size_t which; /* entry, or side of the order */
    double raw;
};

static void meet(struct met *m, bool up, double to, double at, double level, enum met_what what,
                 size_t which) {
    if (up ? level > to : level < to)
        return;
    double raw = (up ? level < at : level > at) ? at : level; /* passed already: here and now */
    if (m->what != MET_NOTHING && (up ? raw >= m->raw : raw <= m->raw))
        return;
    m->what = what;
    m->which = which;
    m->raw = raw;
}

/* At the same price stops go before targets and break-even, those before entry orders, and all of
 * them before the liquidation. */
static struct met first_met(const struct walk *w, bool up, double at, double to) {
    const struct account *a = &w->account;
    struct met m = {.what = MET_NOTHING};
    for (size_t k = 0; k < a->n; k++) {
        if (up != (a->entries[k].size > 0))
            meet(&m, up, to, at, entry_stop(&a->entries[k]), MET_STOP, k);
    }
    for (size_t k = 0; k < a->n; k++) {
        if (up == (a->entries[k].size > 0))
            meet(&m, up, to, at, a->entries[k].next, MET_PROFIT, k);
    }
    for (size_t side = 0; side < SIDE_COUNT; side++) {
        bool its_up;
        double price = order_price(&w->rest[side], (enum side)side, &its_up);
        if (w->rest[side].alive && its_up == up)
            meet(&m, up, to, at, price, MET_ORDER, side);
    }
    double maintenance = w->terms->maintenance, slope = account_slope(a, maintenance);
    if (a->n > 0 && (up ? slope < 0 : slope > 0))
        meet(&m, up, to, at, account_liquidation(a, maintenance), MET_LIQUIDATION, 0);
    else if (account_used_up(a, maintenance, at)) /* the fee of a fill took the rest */
        meet(&m, up, to, at, at, MET_LIQUIDATION, 0);
    return m;
}

static void walk_leg(struct walk *w, double from, double to) {
    struct account *a = &w->account;
    double at = from;
    while (a->n > 0 || w->rest[SIDE_LONG].alive || w->rest[SIDE_SHORT].alive) {
        struct met m = first_met(w, to > from, at, to);
        if (m.what == MET_NOTHING)
            break;
        account_reach(a, m.raw);
        at = m.raw;
        switch (m.what) {
        case MET_STOP:
            walk_close_one(w, m.which, at, stop_reason(&a->entries[m.which]));
            break;
        case MET_PROFIT:
            profit_met(w, m.which, at);
            break;
        case MET_ORDER:
            order_met(w, (enum side)m.which, at);
            walk_at(w, at); /* what the new entry's price has passed already */
            break;
        case MET_LIQUIDATION:
            liquidate(w, at);
            break;
        case MET_NOTHING:
            break;
        }
    }
    account_reach(a, to);
}

void walk_bar(struct walk *w, const struct ohlc *bar, bool up_first) {
    double first = up_first ? bar->h : bar->l, second = up_first ? bar->l : bar->h;
    walk_at(w, bar->o);
    walk_orders_at(w, bar->o);
    walk_at(w, bar->o); /* of the entries that the open just made */
    walk_liquidate(w, bar->o);
    walk_leg(w, bar->o, first);
    walk_leg(w, first, second);
    walk_leg(w, second, bar->c);
}
