/* Inside a bar: which way the price takes, and what it does on it. */
#include <math.h>
#include <string.h>

#include "engine/broker.h"

static void walk_copy(struct walk *to, const struct walk *from) {
    struct entry *entries = to->account.entries;
    to->account = from->account;
    to->account.entries = entries;
    memcpy(entries, from->account.entries, from->account.n * sizeof *entries);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (from->rest[side].alive)
            to->rest[side] = from->rest[side];
        else
            to->rest[side].alive = false;
    }
    to->bar = from->bar;
    to->left_bar = from->left_bar;
    to->at_close = from->at_close;
    to->day = from->day;
    to->day_entries = from->day_entries;
    to->n = to->fills = to->cuts = to->n_refused = 0;
    to->fill_value = to->fees = 0;
}

/* Both ways through a bar from the live state. True: they end in different equity. */
static bool walk_both(struct broker *br, const struct ohlc *bar, double *ret_up, double *ret_down) {
    walk_copy(&br->up, &br->live);
    walk_copy(&br->down, &br->live);
    walk_bar(&br->up, bar, true);
    walk_bar(&br->down, bar, false);
    double up = account_equity(&br->up.account, bar->c);
    double down = account_equity(&br->down.account, bar->c);
    *ret_up = up;
    *ret_down = down;
    /* the same fills in another order may differ in the last digit */
    return !(fabs(up - down) <= 1e-12 * (fabs(up) + fabs(down)));
}

/* Which of both ways the path takes: true = O-H-L-C. */
static bool choose_up(enum bt_path path, const struct broker *br, double up, double down,
                      bool differ) {
    switch (path) {
    case PATH_OHLC:
        return true;
    case PATH_OLHC:
        return false;
    case PATH_PESSIMISTIC:
    case PATH_LOWER:
    case PATH_OPTIMISTIC:
        break;
    }
    if (!differ)
        return br->up.fills <= br->down.fills;
    return path == PATH_OPTIMISTIC ? up > down : up < down;
}

static void take(struct broker *br, bool up) {
    struct walk *way = up ? &br->up : &br->down;
    broker_book(br, way);
    walk_copy(&br->live, way);
}

static void reach(struct walk *w, const struct ohlc *bar) {
    account_reach(&w->account, bar->h);
    account_reach(&w->account, bar->l);
}

static struct ohlc ohlc_at(const struct bars *b, size_t i) {
    return (struct ohlc){b->o[i], b->h[i], b->l[i], b->c[i]};
}

/* The finer bars of `bar`; false: there are none, or they do not reach its high and low. */
static bool finer(const struct broker *br, size_t bar, size_t *ret_from, size_t *ret_to) {
    const struct bars *b = br->cfg.terms.bars, *fine = br->cfg.lower;
    if (!fine)
        return false;
    size_t from = bars_find(fine, b->t[bar]);
    size_t to = bars_find(fine, interval_next(br->cfg.terms.interval, b->t[bar]));
    double low, high;
    if (from >= to)
        return false;
    bars_extremes(fine, from, to, &low, &high);
    *ret_from = from;
    *ret_to = to;
    return high >= b->h[bar] && low <= b->l[bar];
}

/* One of the finer bars. */
static void finer_inside(struct broker *br, const struct ohlc *fine) {
    double up, down;
    if (!walk_touches(&br->live, fine->l, fine->h)) {
        reach(&br->live, fine);
        return;
    }
    bool differ = walk_both(br, fine, &up, &down);
    take(br, choose_up(PATH_LOWER, br, up, down, differ));
}

/* True when all that the bar can do is to end the only entry, at one price: then both ways through
 * it do the same. */
static bool one_end(const struct walk *w, const struct reach *r, const struct ohlc *bar) {
    const struct account *a = &w->account;
    const struct entry *e = &a->entries[0];
    bool below = bar->l <= r->below, above = bar->h >= r->above;
    if (a->n != 1 || r->moves || w->rest[SIDE_LONG].alive || w->rest[SIDE_SHORT].alive ||
        below == above || reach_drained(r, bar->l, bar->h))
        return false;
    if (below == (e->size > 0))
        return true; /* its stop */
    return e->next == e->target[0] && isnan(e->share[0]) && isinf(e->break_even);
}

void broker_inside(struct broker *br, size_t bar) {
    struct walk *w = &br->live;
    const struct ohlc whole = ohlc_at(br->cfg.terms.bars, bar);
    const struct reach r = walk_reach(w, whole.l, whole.h);
    double up, down;
    size_t from, to;
    if (!reach_meets(&r, whole.l, whole.h)) {
        reach(w, &whole);
        return;
    }
    w->bar = bar;
    if (br->cfg.path != PATH_LOWER && one_end(w, &r, &whole)) {
        walk_bar(w, &whole, br->cfg.path != PATH_OLHC);
        broker_book(br, w);
        return;
    }
    bool differ = walk_both(br, &whole, &up, &down);
    br->order_bars += differ;
    if (br->cfg.path != PATH_LOWER || !finer(br, bar, &from, &to)) {
        take(br, choose_up(br->cfg.path, br, up, down, differ));
        return;
    }
    for (size_t i = from; i < to; i++) {
        const struct ohlc fine = ohlc_at(br->cfg.lower, i);
        finer_inside(br, &fine);
    }
    /* the last of them may be absent: the price still ends at this close */
    finer_inside(br, &(struct ohlc){whole.c, whole.c, whole.c, whole.c});
}
