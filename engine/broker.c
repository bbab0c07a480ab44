#include "engine/broker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCAN 64 /* bars whose extremes are taken together before single bars are looked at */

bool broker_init(struct broker *br, const struct broker_config *cfg, double cash) {
    size_t room = (size_t)(cfg->pyramiding > 1 ? cfg->pyramiding : 1);
    struct broker out = {.cfg = *cfg, .next = cfg->terms.first};
    out.entries = calloc(3 * room, sizeof *out.entries);
    out.trades = calloc(3 * room, sizeof *out.trades);
    if (!out.entries || !out.trades) {
        free(out.entries);
        free(out.trades);
        return false;
    }
    ledger_init(&out.ledger);
    *br = out;
    struct walk *const walks[] = {&br->live, &br->up, &br->down};
    for (size_t k = 0; k < 3; k++) {
        walks[k]->terms = &br->cfg.terms;
        walks[k]->trades = br->trades + k * room;
        walks[k]->account.entries = br->entries + k * room;
    }
    br->live.account.cash = cash;
    return true;
}

void broker_release(struct broker *br) {
    free(br->entries);
    free(br->trades);
    ledger_release(&br->ledger);
    *br = (struct broker){0};
}

/* What the live account closed goes to the ledger. */
static void book(struct broker *br, struct walk *w) {
    for (size_t i = 0; i < w->n; i++) {
        const struct trade *t = &w->trades[i];
        double fee = cost_commission(&br->cfg.terms.costs, fabs(t->size), t->exit_price);
        ledger_fill(&br->ledger, t->size, t->exit_price, fee);
        ledger_trade(&br->ledger, t);
    }
    w->n = 0;
}

static void refuse(struct broker *br, enum refusal why, size_t bar) {
    struct bt_diagnosis *d = &br->diagnosis;
    d->refused[why]++;
    if (d->n_examples < REFUSAL_EXAMPLES_MAX) {
        d->examples[d->n_examples].time = br->cfg.terms.bars->t[bar];
        d->examples[d->n_examples++].reason = why;
    }
}

/* Units wanted at fill price `price`, before margin and lots; NAN: risk without a stop. */
static double wanted(const struct broker *br, const struct order *o, const struct levels *v,
                     double price, double raw) {
    const struct broker_config *cfg = &br->cfg;
    const struct terms *t = &cfg->terms;
    double equity = account_equity(&br->live.account, raw);
    switch (cfg->size_type) {
    case SIZE_UNITS:
        return cfg->size;
    case SIZE_CASH:
        return cost_units(&t->costs, cfg->size, price, t->leverage);
    case SIZE_RISK: {
        double trail = o->enter > 0 ? raw - v->trail : raw + v->trail;
        double by_stop = fabs(price - v->stop), by_trail = fabs(price - trail);
        double risk = by_stop < by_trail ? by_stop : by_trail;
        return isfinite(risk) ? cfg->size * equity / risk : (double)NAN;
    }
    case SIZE_EQUITY:
        break;
    }
    return cost_units(&t->costs, cfg->size * equity, price, t->leverage);
}

/* Opens what the order asks for at raw price `raw`. */
static void enter(struct broker *br, const struct order *o, size_t bar, double raw) {
    const struct broker_config *cfg = &br->cfg;
    const struct terms *t = &cfg->terms;
    struct account *a = &br->live.account;
    double price = cost_price(&t->costs, raw, o->enter > 0);
    struct levels v = order_fix(o, cfg->level[o->enter > 0 ? SIDE_LONG : SIDE_SHORT], price);

    double n = wanted(br, o, &v, price, raw);
    if (isnan(n)) {
        refuse(br, REFUSED_STOP_NULL, bar);
        return;
    }
    double most = n;
    if (a->n > 0 || cfg->size_type != SIZE_EQUITY) { /* a share of a flat account fits always */
        double free_margin = account_equity(a, raw) - fabs(a->units) * raw / t->leverage;
        most = cost_units(&t->costs, free_margin, price, t->leverage);
    }
    double units = lot_floor(&t->lot, n < most ? n : most);
    if (units == 0) {
        refuse(br, lot_floor(&t->lot, n) == 0 ? REFUSED_SIZE_ZERO : REFUSED_MARGIN, bar);
        return;
    }
    if (most < n && units < lot_floor(&t->lot, n))
        br->size_cuts++;

    double fee = cost_commission(&t->costs, units, price);
    double size = o->enter > 0 ? units : -units;
    a->entries[a->n++] = (struct entry){.size = size,
                                        .price = price,
                                        .commission = fee,
                                        .levels = v,
                                        .low = raw,
                                        .high = raw,
                                        .bar = bar,
                                        .reason = o->entry_reason};
    a->cash -= size * price + fee;
    a->units += size;
    ledger_fill(&br->ledger, units, price, fee);
}

/* Rules with a program are counted where they are judged; count_signals counts the others. */
static bool says(struct broker *br, const struct signals *s, enum rule rule, size_t bar,
                 const double *position) {
    if (!signals_rule(s, rule, bar, position))
        return false;
    if (s->program[rule])
        br->diagnosis.signals[rule]++;
    return true;
}

/* What the rules say at this close; false: nothing. */
static bool decide(struct broker *br, const struct signals *s, size_t bar, struct order *ret) {
    const struct broker_config *cfg = &br->cfg;
    const struct account *a = &br->live.account;
    if (bar < cfg->decide_from)
        return false;
    bool more = a->n > 0 && a->n < (size_t)cfg->pyramiding;
    bool is_long = a->units > 0, is_short = a->units < 0;
    double close = cfg->terms.bars->c[bar], position[POSITION_COUNT];
    if (s->run)
        account_position(a, bar, close, position);
    struct order o = {.enter = 0};
    if ((!is_long || more) && says(br, s, RULE_LONG_ENTRY, bar, position))
        o.enter = 1;
    else if ((!is_short || more) && says(br, s, RULE_SHORT_ENTRY, bar, position))
        o.enter = -1;
    else if ((is_long && says(br, s, RULE_LONG_EXIT, bar, position)) ||
             (is_short && says(br, s, RULE_SHORT_EXIT, bar, position)))
        o.exit = true;
    else
        return false;

    enum side side = o.enter > 0 ? SIDE_LONG : SIDE_SHORT;
    bool turn = (o.enter > 0 && is_short) || (o.enter < 0 && is_long);
    bool allowed = o.enter != 0 && cfg->allow[side];
    o.exit |= turn;
    o.exit_reason = cfg->vote ? REASON_VOTE : turn && allowed ? REASON_REVERSE : REASON_SIGNAL;
    o.entry_reason = cfg->vote ? REASON_VOTE : REASON_SIGNAL;
    if (!allowed)
        o.enter = 0;
    enum refusal why;
    if (o.enter && !order_levels(&o, cfg->level[side], s, bar, close, position, &why)) {
        refuse(br, why, bar);
        o.enter = 0;
    }
    *ret = o;
    return o.exit || o.enter;
}

/* Entries whose time is over; out at raw price `raw`. */
static void close_old(struct broker *br, size_t bar, double raw) {
    struct walk *w = &br->live;
    size_t n = (size_t)br->cfg.max_bars;
    double price = cost_price(&br->cfg.terms.costs, raw, w->account.units < 0);
    for (size_t k = 0; br->cfg.max_bars > 0 && k < w->account.n;) {
        if (bar - w->account.entries[k].bar < n) {
            k++;
            continue;
        }
        account_close(&w->account, k, w->terms, bar, price, REASON_MAX_BARS, &w->trades[w->n]);
        account_settle(&w->account, &w->trades[w->n++], 1);
    }
}

/* Market exits and entries of `o` at raw price `raw`. */
static void exit_market(struct broker *br, const struct order *o, double raw) {
    struct walk *w = &br->live;
    double price = cost_price(&br->cfg.terms.costs, raw, w->account.units < 0);
    if (o->exit)
        walk_close_all(w, price, o->exit_reason);
}

/* Step 1 of a bar: the open. */
static void at_open(struct broker *br, size_t bar) {
    struct walk *w = &br->live;
    double open = br->cfg.terms.bars->o[bar];
    w->bar = bar;
    if (w->account.n > 0) {
        account_reach(&w->account, open);
        walk_liquidate(w, open);
        if (br->due)
            exit_market(br, &br->order, open);
        if (br->cfg.fill == FILL_OPEN)
            close_old(br, bar, open);
        walk_at(w, open);
        book(br, w);
    }
    if (br->due && br->order.enter)
        enter(br, &br->order, bar, open);
    br->due = false;
}

static void walk_copy(struct walk *to, const struct walk *from) {
    struct entry *entries = to->account.entries;
    to->account = from->account;
    to->account.entries = entries;
    memcpy(entries, from->account.entries, from->account.n * sizeof *entries);
    to->bar = from->bar;
    to->n = 0;
}

/* Which of both ways the path takes: true = O-H-L-C. */
static bool choose_up(enum bt_path path, const struct walk *up, double up_equity,
                      const struct walk *down, double down_equity, bool equal) {
    switch (path) {
    case PATH_OHLC:
        return true;
    case PATH_OLHC:
        return false;
    case PATH_PESSIMISTIC:
    case PATH_OPTIMISTIC:
        break;
    }
    if (equal)
        return up->n <= down->n;
    return path == PATH_OPTIMISTIC ? up_equity > down_equity : up_equity < down_equity;
}

/* Step 2: inside the bar. */
static void inside(struct broker *br, size_t bar) {
    struct walk *w = &br->live;
    const struct bars *b = br->cfg.terms.bars;
    if (!path_touches(&w->account, br->cfg.terms.maintenance, b->l[bar], b->h[bar])) {
        account_reach(&w->account, b->h[bar]);
        account_reach(&w->account, b->l[bar]);
        return;
    }
    w->bar = bar;
    walk_copy(&br->up, w);
    walk_copy(&br->down, w);
    walk_bar(&br->up, true);
    walk_bar(&br->down, false);
    double up = account_equity(&br->up.account, b->c[bar]);
    double down = account_equity(&br->down.account, b->c[bar]);
    /* the same fills in another order may differ in the last digit */
    bool equal = fabs(up - down) <= 1e-12 * (fabs(up) + fabs(down));
    if (!equal)
        br->order_bars++;
    struct walk *way =
        choose_up(br->cfg.path, &br->up, up, &br->down, down, equal) ? &br->up : &br->down;
    book(br, way);
    walk_copy(w, way);
}

static void bar_step(struct broker *br, const struct signals *s, size_t bar) {
    const struct bars *b = br->cfg.terms.bars;
    struct walk *w = &br->live;
    bool last = bar + 1 == b->n;
    at_open(br, bar);
    if (w->account.n > 0)
        inside(br, bar);

    if (br->cfg.fill == FILL_CLOSE) {
        struct order o;
        bool any = !(last && br->cfg.finalize) && decide(br, s, bar, &o);
        w->bar = bar;
        if (any)
            exit_market(br, &o, b->c[bar]);
        close_old(br, bar, b->c[bar]);
        book(br, w);
        if (any && o.enter)
            enter(br, &o, bar, b->c[bar]);
        walk_liquidate(w, b->c[bar]);
        book(br, w);
    }
    if (last && br->cfg.finalize && w->account.n > 0) {
        w->bar = bar;
        walk_close_all(w, cost_price(&br->cfg.terms.costs, b->c[bar], w->account.units < 0),
                       REASON_END);
        book(br, w);
    }
    if (br->cfg.fill == FILL_OPEN && !last)
        br->due = decide(br, s, bar, &br->order);
    if (last)
        br->ledger.open_bar =
            w->account.n ? (int64_t)(w->account.entries[0].bar - w->terms->first) : -1;
}

/* Walks the open position over bars that touch none of its levels; returns the first that may. */
static size_t hold(struct broker *br, size_t from, size_t to) {
    struct account *a = &br->live.account;
    const struct bars *b = br->cfg.terms.bars;
    double maintenance = br->cfg.terms.maintenance;
    while (from < to) {
        size_t n = to - from < SCAN ? to - from : SCAN;
        double low, high;
        bars_extremes(b, from, from + n, &low, &high);
        if (path_touches(a, maintenance, low, high)) {
            for (size_t i = from; i < from + n; i++) {
                if (path_touches(a, maintenance, b->l[i], b->h[i]))
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

/* Rules that may act in the present state. */
static unsigned acting(const struct broker *br) {
    const struct account *a = &br->live.account;
    const unsigned long_entry = 1u << RULE_LONG_ENTRY, short_entry = 1u << RULE_SHORT_ENTRY;
    bool more = a->n < (size_t)br->cfg.pyramiding;
    if (a->units > 0)
        return short_entry | 1u << RULE_LONG_EXIT | (more ? long_entry : 0);
    if (a->units < 0)
        return long_entry | 1u << RULE_SHORT_EXIT | (more ? short_entry : 0);
    return long_entry | short_entry;
}

/* First bar in [from, to) on which something may happen, holding the position until there. */
static size_t quiet(struct broker *br, const struct signals *s, size_t from, size_t to) {
    const struct account *a = &br->live.account;
    size_t end = to;
    if (end == br->cfg.terms.bars->n)
        end--; /* the last bar has its own rules */
    size_t decide = from > br->cfg.decide_from ? from : br->cfg.decide_from;
    if (decide < end)
        end = signals_next(s, acting(br), decide, end);
    if (a->n == 0)
        return end > from ? end : from;
    if (br->cfg.max_bars > 0) {
        size_t due = a->entries[0].bar + (size_t)br->cfg.max_bars;
        end = due < end ? due : end;
    }
    return end > from ? hold(br, from, end) : from;
}

static void count_signals(struct broker *br, const struct signals *s) {
    size_t begin = br->cfg.decide_from > br->next ? br->cfg.decide_from : br->next;
    size_t from = begin - s->first;
    for (int r = 0; r <= RULE_SHORT_EXIT; r++) {
        if (!s->rule[r] || s->program[r])
            continue;
        for (size_t w = from / 64; w * 64 < s->n; w++) {
            uint64_t keep = w == from / 64 ? ~UINT64_C(0) << (from % 64) : ~UINT64_C(0);
            br->diagnosis.signals[r] += (uint64_t)__builtin_popcountll(s->rule[r][w] & keep);
        }
    }
}

#define AHEAD 192 /* bars: a handful of fills, so that no more loads wait than a core can hold */

/* Opens and times are read at fills alone, so no earlier load has brought them near: asks for those
 * behind the signals of bars from `done` on, a word of the masks at a time, one a cache line. */
static size_t prefetch_fills(const struct broker *br, const struct signals *s, size_t done) {
    const struct bars *b = br->cfg.terms.bars;
    while (done < s->n && s->first + done < br->next + AHEAD) {
        uint64_t bits = 0;
        for (int r = 0; r <= RULE_SHORT_EXIT; r++)
            bits |= s->rule[r] ? s->rule[r][done / 64] : 0;
        while (bits) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            size_t fill = s->first + done + bit + 1;
            __builtin_prefetch(b->o + fill);
            __builtin_prefetch(b->t + fill);
            bits &= ~(UINT64_C(0xff) << (bit & ~7u));
        }
        done += 64;
    }
    return done;
}

void broker_block(struct broker *br, const struct signals *s, struct curve *c) {
    size_t to = s->first + s->n;
    if (to <= br->next)
        return;
    if (br->cfg.decide_from < to)
        count_signals(br, s);
    const struct account *a = &br->live.account;
    size_t asked = (br->next - s->first) & ~(size_t)63;
    while (br->next < to) {
        asked = prefetch_fills(br, s, asked);
        if (!br->due) {
            br->next = quiet(br, s, br->next, to);
            if (br->next == to)
                break;
        }
        double cash = a->cash, units = a->units;
        size_t bar = br->next++;
        bar_step(br, s, bar);
        if (a->cash != cash || a->units != units)
            curve_span(c, bar, cash, units);
    }
    curve_span(c, to, a->cash, a->units);
}
