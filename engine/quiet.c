/* The bars between two events: what makes a run fast. */
#include "engine/broker.h"

#define SCAN 64 /* bars whose extremes are taken together before single bars are looked at */

/* Walks over bars that touch no level and no resting order; returns the first that may. */
static size_t hold(struct broker *br, size_t from, size_t to) {
    struct walk *w = &br->live;
    struct account *a = &w->account;
    const struct bars *b = br->cfg.terms.bars;
    while (from < to) {
        size_t n = to - from < SCAN ? to - from : SCAN;
        double low, high;
        bars_extremes(b, from, from + n, &low, &high);
        if (walk_touches(w, low, high)) {
            for (size_t i = from; i < from + n; i++) {
                if (walk_touches(w, b->l[i], b->h[i]))
                    return i;
                account_reach(a, b->h[i]);
                account_reach(a, b->l[i]);
            }
        } else {
            account_reach(a, high);
            account_reach(a, low);
        }
        from += n;
    }
    return to;
}

/* The same bar by bar, while a distance is judged at every close. */
static size_t hold_judged(struct broker *br, const struct signals *s, size_t from, size_t to) {
    const struct bars *b = br->cfg.terms.bars;
    for (size_t i = from; i < to; i++) {
        if (walk_touches(&br->live, b->l[i], b->h[i]))
            return i;
        account_reach(&br->live.account, b->h[i]);
        account_reach(&br->live.account, b->l[i]);
        broker_distances(br, s, i);
    }
    return to;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t broker_quiet(struct broker *br, const struct signals *s, size_t from, size_t to) {
    const struct broker_config *cfg = &br->cfg;
    const struct walk *w = &br->live;
    size_t end = to;
    bool resting = false;
    if (end == cfg->terms.bars->n)
        end--; /* the last bar has its own rules */
    size_t decide = from > cfg->decide_from ? from : cfg->decide_from;
    if (decide < end)
        end = signals_next(s, broker_acting(br), decide, end);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!w->rest[side].alive)
            continue;
        end = least(end, w->rest[side].order.last + 1); /* there it is taken back */
        resting = true;
    }
    if (w->account.n == 0 && !resting)
        return end > from ? end : from;
    if (w->account.n > 0) {
        if (cfg->max_bars > 0)
            end = least(end, w->account.entries[0].bar + (size_t)cfg->max_bars);
        end = least(end, br->carry_bar);
    }
    if (end <= from)
        return from;
    return br->judged && w->account.n > 0 ? hold_judged(br, s, from, end) : hold(br, from, end);
}
