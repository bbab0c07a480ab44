#include "engine/path.h"

#include <math.h>

#define ALL_ENTRIES SIZE_MAX

bool path_touches(const struct account *a, double maintenance, double low, double high) {
    double below = -HUGE_VAL, above = HUGE_VAL; /* nearest levels under and over the price */
    for (size_t k = 0; k < a->n; k++) {
        const struct entry *e = &a->entries[k];
        if (e->size > 0) {
            double trail = (high > e->high ? high : e->high) - e->levels.trail;
            below = e->levels.stop > below ? e->levels.stop : below;
            below = trail > below ? trail : below;
            above = e->levels.target < above ? e->levels.target : above;
        } else {
            double trail = (low < e->low ? low : e->low) + e->levels.trail;
            above = e->levels.stop < above ? e->levels.stop : above;
            above = trail < above ? trail : above;
            below = e->levels.target > below ? e->levels.target : below;
        }
    }
    return low <= below || high >= above ||
           account_used_up(a, maintenance, a->units > 0 ? low : high);
}

/* Closes entry k (or all) as one group. */
static void fill(struct walk *w, size_t k, double price, enum trade_reason reason) {
    size_t from = w->n;
    do {
        size_t one = k == ALL_ENTRIES ? 0 : k;
        account_close(&w->account, one, w->terms, w->bar, price, reason, &w->trades[w->n++]);
    } while (k == ALL_ENTRIES && w->account.n > 0);
    account_settle(&w->account, w->trades + from, w->n - from);
}

void walk_close_all(struct walk *w, double price, enum trade_reason reason) {
    if (w->account.n > 0)
        fill(w, ALL_ENTRIES, price, reason);
}

void walk_liquidate(struct walk *w, double raw) {
    const struct account *a = &w->account;
    if (account_used_up(a, w->terms->maintenance, raw))
        fill(w, ALL_ENTRIES, cost_price(&w->terms->costs, raw, a->units < 0), REASON_LIQUIDATION);
}

static enum trade_reason stop_reason(const struct entry *e) {
    return entry_stop(e) == e->levels.stop ? REASON_STOP_LOSS : REASON_TRAILING_STOP;
}

void walk_at(struct walk *w, double raw) {
    struct account *a = &w->account;
    account_reach(a, raw);
    for (size_t k = 0; k < a->n;) {
        const struct entry *e = &a->entries[k];
        bool is_long = e->size > 0;
        double stop = entry_stop(e);
        if (is_long ? raw <= stop : raw >= stop)
            fill(w, k, cost_price(&w->terms->costs, raw, !is_long), stop_reason(e));
        else if (is_long ? raw >= e->levels.target : raw <= e->levels.target)
            fill(w, k, raw, REASON_TAKE_PROFIT);
        else
            k++;
    }
}

/* The first level met on the way from `at` to `to`. */
struct met {
    bool any;
    size_t entry; /* or ALL_ENTRIES: liquidation */
    double raw;
    enum trade_reason reason;
};

static void meet(struct met *m, bool up, double to, double at, size_t entry, double level,
                 enum trade_reason reason) {
    if (up ? level > to : level < to)
        return;
    double raw = (up ? level < at : level > at) ? at : level; /* passed already: here and now */
    if (m->any && (up ? raw >= m->raw : raw <= m->raw))
        return;
    *m = (struct met){.any = true, .entry = entry, .raw = raw, .reason = reason};
}

static void walk_leg(struct walk *w, double from, double to) {
    struct account *a = &w->account;
    bool up = to > from;
    double at = from;
    while (a->n > 0) {
        struct met m = {.any = false};
        for (size_t k = 0; k < a->n; k++) {
            const struct entry *e = &a->entries[k];
            if (up == (e->size > 0))
                meet(&m, up, to, at, k, e->levels.target, REASON_TAKE_PROFIT);
            else
                meet(&m, up, to, at, k, entry_stop(e), stop_reason(e));
        }
        /* last, so that a stop at the same price goes before it */
        if (up == (a->units < 0))
            meet(&m, up, to, at, ALL_ENTRIES, account_liquidation(a, w->terms->maintenance),
                 REASON_LIQUIDATION);
        if (!m.any)
            break;
        account_reach(a, m.raw);
        double price = m.reason == REASON_TAKE_PROFIT
                           ? m.raw
                           : cost_price(&w->terms->costs, m.raw, a->units < 0);
        fill(w, m.entry, price, m.reason);
        at = m.raw;
    }
    account_reach(a, to);
}

void walk_bar(struct walk *w, bool up_first) {
    const struct bars *b = w->terms->bars;
    double open = b->o[w->bar], close = b->c[w->bar];
    double first = up_first ? b->h[w->bar] : b->l[w->bar];
    double second = up_first ? b->l[w->bar] : b->h[w->bar];
    walk_at(w, open);
    walk_liquidate(w, open);
    walk_leg(w, open, first);
    walk_leg(w, first, second);
    walk_leg(w, second, close);
}
