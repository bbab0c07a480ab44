/* The bars between two events: what makes a run fast. */
#include "engine/broker.h"
#include "engine/lanes.h"

#define STRIDE 8 /* bars whose extremes are taken together before single bars are looked at */

struct extremes {
    double low, high;
};

/* Of bars [from, to), at most STRIDE. */
static struct extremes extremes_of(const struct bars *b, size_t from, size_t to) {
    const double *l = b->l + from, *h = b->h + from;
    struct extremes x = {l[0], h[0]};
    if (to - from == STRIDE) {
        lanes low0 = lanes_less(lanes_load(l), lanes_load(l + 2));
        lanes low1 = lanes_less(lanes_load(l + 4), lanes_load(l + 6));
        lanes high0 = lanes_more(lanes_load(h), lanes_load(h + 2));
        lanes high1 = lanes_more(lanes_load(h + 4), lanes_load(h + 6));
        x.low = lanes_least(lanes_less(low0, low1));
        x.high = lanes_most(lanes_more(high0, high1));
        return x;
    }
    for (size_t i = 1; i < to - from; i++) {
        x.low = l[i] < x.low ? l[i] : x.low;
        x.high = h[i] > x.high ? h[i] : x.high;
    }
    return x;
}

static void reach(struct account *a, struct extremes x) {
    account_reach(a, x.high);
    account_reach(a, x.low);
}

/* Walks over bars that touch no level and no resting order; returns the first that may. */
static size_t hold(struct broker *br, size_t from, size_t to) {
    struct walk *w = &br->live;
    const struct bars *b = br->cfg.terms.bars;
    struct reach r = walk_reach(w, b->l[from], b->h[from]);
    while (from < to) {
        size_t end = to - from < STRIDE ? to : from + STRIDE;
        struct extremes x = extremes_of(b, from, end);
        if (r.moves)
            r = walk_reach(w, x.low, x.high);
        if (!reach_meets(&r, x.low, x.high)) {
            reach(&w->account, x);
            from = end;
            continue;
        }
        for (; from < end; from++) {
            if (r.moves)
                r = walk_reach(w, b->l[from], b->h[from]);
            if (reach_meets(&r, b->l[from], b->h[from]))
                return from;
            reach(&w->account, (struct extremes){b->l[from], b->h[from]});
        }
    }
    return to;
}

/* The same bar by bar, while a distance is judged at every close. */
static size_t hold_judged(struct broker *br, const struct signals *s, size_t from, size_t to) {
    const struct bars *b = br->cfg.terms.bars;
    for (size_t i = from; i < to; i++) {
        if (walk_touches(&br->live, b->l[i], b->h[i]))
            return i;
        reach(&br->live.account, (struct extremes){b->l[i], b->h[i]});
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
