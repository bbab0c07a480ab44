/* The common account, fast: market orders at the next open, one position at a time, a share of the
 * equity, no levels, no costs of holding. Nothing can happen between two of its signals but the
 * margin running out, so a signal, its fills and the bars held are one short step.
 *
 * Each number is computed as the broker's general road computes it, in the same order, so both give
 * the same bits (tests/check_plain.c compares them). What is not plain is left to that road: this
 * one stops at the bar, with the state that the other expects. */
#include <math.h>

#include "engine/broker.h"
#include "engine/lanes.h"
#include "engine/wide.h"

static bool no_levels(const struct terms *t) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++) {
            if (t->level[side][level].kind != STOP_NONE)
                return false;
        }
    }
    return true;
}

bool broker_is_plain(const struct broker *br) {
    const struct broker_config *cfg = &br->cfg;
    const struct terms *t = &cfg->terms;
    return cfg->fill == FILL_OPEN && cfg->pyramiding <= 1 && cfg->max_bars == 0 && !cfg->vote &&
           isnan(cfg->cooldown) && isnan(cfg->most_a_day) && cfg->size > 0 && cfg->size <= 1 &&
           t->size_type == SIZE_EQUITY && t->leverage == 1 && t->maintenance < 1 && !t->hedging &&
           t->volume_limit == 0 && t->lot.step == 0 && t->lot.min == 0 && t->lot.min_value == 0 &&
           no_levels(t) && br->carry_bar >= t->bars->n;
}

/* Rules beyond the four of entry and exit, which only the general road follows. */
static bool only_four(const struct signals *s) {
    if (s->run)
        return false;
    for (int r = 0; r < RULE_COUNT; r++) {
        if (r > RULE_SHORT_EXIT && rule_given(s, (enum rule)r))
            return false;
    }
    return true;
}

/* The position while it is held in registers. */
struct held {
    double cash, units; /* units 0: flat, and the rest means nothing */
    double price, commission, carry, low, high;
    size_t bar;
    int64_t time;
    enum trade_reason reason;
};

static struct held take(const struct broker *br) {
    const struct account *a = &br->live.account;
    struct held h = {.cash = a->cash};
    if (a->n == 0)
        return h;
    const struct entry *e = &a->entries[0];
    h = (struct held){.cash = a->cash,
                      .units = a->units,
                      .price = e->price,
                      .commission = e->commission,
                      .carry = e->carry,
                      .low = e->low,
                      .high = e->high,
                      .bar = e->bar,
                      .time = br->cfg.terms.bars->t[e->bar],
                      .reason = e->reason};
    return h;
}

static void give_back(struct broker *br, const struct held *h) {
    struct account *a = &br->live.account;
    double far = h->units > 0 ? HUGE_VAL : -HUGE_VAL;
    const double none = (double)NAN;
    a->cash = h->cash;
    a->units = h->units;
    a->gross = fabs(h->units);
    a->n = h->units != 0;
    a->held[SIDE_LONG] = h->units > 0;
    a->held[SIDE_SHORT] = h->units < 0;
    if (a->n == 0)
        return;
    a->entries[0] = (struct entry){.size = h->units,
                                   .whole = fabs(h->units),
                                   .price = h->price,
                                   .commission = h->commission,
                                   .carry = h->carry,
                                   .stop = -far,
                                   .trail = HUGE_VAL,
                                   .next = far,
                                   .target = {far, far, far},
                                   .share = {none, none, none},
                                   .break_even = far,
                                   .low = h->low,
                                   .high = h->high,
                                   .bar = h->bar,
                                   .since = h->time,
                                   .reason = h->reason,
                                   .stop_reason = REASON_STOP_LOSS};
}

/* First bar in [from, to) on which one of two masks (NULL: never) is set; `to` when none is. */
static size_t next_of(const struct signals *s, const uint64_t *a, const uint64_t *b, size_t from,
                      size_t to) {
    if (from >= to)
        return to;
    size_t i = from - s->first, n = to - s->first, w = i / 64;
    uint64_t keep = ~UINT64_C(0) << (i % 64);
    for (; w * 64 < n; w++, keep = ~UINT64_C(0)) {
        uint64_t bits = ((a ? a[w] : 0) | (b ? b[w] : 0)) & keep;
        if (bits) {
            size_t bar = s->first + w * 64 + (size_t)__builtin_ctzll(bits);
            return bar < to ? bar : to;
        }
    }
    return to;
}

#define STRIDE 4 /* bars a step */

/* Where what happens to a position goes while it is held over bars. */
struct track {
    double *close, *worst; /* equity a bar */
    double low, high;      /* extremes of prices */
};

typedef void follow_fn(const struct bars *b, size_t from, size_t n, double cash, double units,
                       struct track *k);

static void follow_few(const struct bars *b, size_t from, size_t n, double cash, double units,
                       struct track *k) {
    const double *worst = units > 0 ? b->l : b->h;
    for (size_t i = 0; i < n; i++) {
        k->low = b->l[from + i] < k->low ? b->l[from + i] : k->low;
        k->high = b->h[from + i] > k->high ? b->h[from + i] : k->high;
        k->close[i] = cash + units * b->c[from + i];
        k->worst[i] = cash + units * worst[from + i];
    }
}

/* n >= STRIDE. The last STRIDE bars overlap those before them: the same comes out twice, and a
 * loop's rest that nobody can foretell costs more. */
static void follow(const struct bars *b, size_t from, size_t n, double cash, double units,
                   struct track *k) {
    const double *l = b->l + from, *h = b->h + from, *c = b->c + from, *w = units > 0 ? l : h;
    double *restrict close = k->close, *restrict worst = k->worst;
    lanes low0 = lanes_both(k->low), low1 = low0, high0 = lanes_both(k->high), high1 = high0;
    for (size_t i = 0, last = n - STRIDE;; i = i + STRIDE < last ? i + STRIDE : last) {
        low0 = lanes_less(lanes_load(l + i), low0);
        low1 = lanes_less(lanes_load(l + i + 2), low1);
        high0 = lanes_more(lanes_load(h + i), high0);
        high1 = lanes_more(lanes_load(h + i + 2), high1);
        lanes_store(close + i, cash + units * lanes_load(c + i));
        lanes_store(close + i + 2, cash + units * lanes_load(c + i + 2));
        lanes_store(worst + i, cash + units * lanes_load(w + i));
        lanes_store(worst + i + 2, cash + units * lanes_load(w + i + 2));
        if (i == last)
            break;
    }
    k->low = lanes_least(lanes_less(low0, low1));
    k->high = lanes_most(lanes_more(high0, high1));
}

WIDE static void follow_wide(const struct bars *b, size_t from, size_t n, double cash, double units,
                             struct track *k) {
    const double *l = b->l + from, *h = b->h + from, *c = b->c + from, *w = units > 0 ? l : h;
    double *restrict close = k->close, *restrict worst = k->worst;
    four low = FOUR_AT(l), high = FOUR_AT(h);
    for (size_t i = 0, last = n - STRIDE;; i = i + STRIDE < last ? i + STRIDE : last) {
        low = FOUR_LESS(FOUR_AT(l + i), low);
        high = FOUR_MORE(FOUR_AT(h + i), high);
        *(four_anywhere *)(close + i) = cash + units * FOUR_AT(c + i);
        *(four_anywhere *)(worst + i) = cash + units * FOUR_AT(w + i);
        if (i == last)
            break;
    }
    double least = four_least(low), most = four_most(high);
    k->low = least < k->low ? least : k->low;
    k->high = most > k->high ? most : k->high;
}

/* Holds the position over bars [from, to), the curve too; returns the bar it came to: before `to`
 * where the margin may run out in the bars that follow. */
static size_t hold(struct held *h, const struct terms *t, struct curve *c, size_t from, size_t to) {
    follow_fn *follow_many = c->wide ? follow_wide : follow;
    while (from < to) {
        size_t n = curve_room(c, to - from);
        struct track k = {c->chunk + 1 + c->waiting, c->worst + c->waiting, h->low, h->high};
        (n < STRIDE ? follow_few : follow_many)(t->bars, from, n, h->cash, h->units, &k);
        double left = h->units > 0 ? h->cash + h->units * (1 - t->maintenance) * k.low
                                   : h->cash + h->units * (1 + t->maintenance) * k.high;
        if (left <= 0)
            break;
        h->low = k.low;
        h->high = k.high;
        curve_take(c, n, h->cash, h->units);
        from += n;
    }
    return from;
}

/* What a fill adds to the ledger. */
struct paid {
    double value, fee;
};

/* Closes at raw price `raw`, the open of `bar`; writes a trade that counts once the ledger's n is
 * raised. False, and nothing is done: the account would owe, or memory ends. */
static bool leave(struct broker *br, struct held *h, size_t bar, double raw,
                  enum trade_reason reason, struct paid *ret) {
    const struct terms *t = &br->cfg.terms;
    double size = h->units, units = fabs(size), price = cost_price(&t->costs, raw, size < 0);
    double fee = cost_commission(&t->costs, units, price), cash = h->cash + (size * price - fee);
    struct trade *out = cash < 0 ? NULL : ledger_room(&br->ledger);
    if (!out)
        return false;
    out->size = size;
    out->entry_bar = (int64_t)(h->bar - t->first);
    out->exit_bar = (int64_t)(bar - t->first);
    out->entry_time = h->time;
    out->exit_time = t->bars->t[bar];
    out->entry_price = h->price;
    out->exit_price = price;
    out->pnl = size * (price - h->price) - h->commission - fee + h->carry;
    out->commission = h->commission + fee;
    out->entry_reason = h->reason;
    out->exit_reason = reason;
    out->strategy = t->strategy;
    trade_finish(out, raw < h->low ? raw : h->low, raw > h->high ? raw : h->high);
    *ret = (struct paid){units * price, fee};
    h->cash = cash;
    h->units = 0;
    return true;
}

/* Opens at raw price `raw`, the open of `bar`. False, and nothing is done: it buys nothing. */
static bool enter(const struct broker *br, struct held *h, size_t bar, double raw, bool buy,
                  struct paid *ret) {
    const struct terms *t = &br->cfg.terms;
    double price = cost_price(&t->costs, raw, buy);
    double units = cost_units(&t->costs, br->cfg.size * (h->cash + 0 * raw), price, t->leverage);
    if (!(units > 0) || isinf(units) || units * price < account_dust(t, h->cash) * t->leverage)
        return false;
    double fee = cost_commission(&t->costs, units, price), size = buy ? units : -units;
    *h = (struct held){.cash = h->cash - (size * price + fee),
                       .units = size,
                       .price = price,
                       .commission = fee,
                       .low = raw,
                       .high = raw,
                       .bar = bar,
                       .time = t->bars->t[bar],
                       .reason = REASON_SIGNAL};
    *ret = (struct paid){units * price, fee};
    return true;
}

/* The fills at the open of `bar` that the close before decided; `side` 0: leaves only. False: the
 * general road must do them, and nothing is done. */
static bool fill(struct broker *br, struct held *h, size_t bar, int side) {
    const struct terms *t = &br->cfg.terms;
    struct ledger *g = &br->ledger;
    double open = t->bars->o[bar];
    bool allowed = side != 0 && br->cfg.allow[side > 0 ? SIDE_LONG : SIDE_SHORT];
    bool held = h->units != 0;
    struct held now = *h;
    struct paid left = {0}, entered = {0};
    if (held) {
        double slope = h->units * (h->units > 0 ? 1 - t->maintenance : 1 + t->maintenance);
        if (h->cash + slope * open <= 0 ||
            !leave(br, &now, bar, open, allowed ? REASON_REVERSE : REASON_SIGNAL, &left))
            return false;
    }
    if (allowed && !enter(br, &now, bar, open, side > 0, &entered))
        return false;
    *h = now;
    if (held) {
        g->n++;
        g->fill_value += left.value;
        g->commission += left.fee;
        br->live.left_bar = bar;
    }
    if (allowed) {
        g->fill_value += entered.value;
        g->commission += entered.fee;
    }
    return true;
}

/* Which side the close of `bar` turns to, in the order of the rules; 0: none. */
static int turn(const struct signals *s, const struct held *h, size_t bar) {
    if (h->units <= 0 && signals_at(s, RULE_LONG_ENTRY, bar))
        return 1;
    return h->units >= 0 && signals_at(s, RULE_SHORT_ENTRY, bar) ? -1 : 0;
}

void broker_plain(struct broker *br, const struct signals *s, struct curve *c, size_t to) {
    const struct terms *t = &br->cfg.terms;
    const uint64_t *const *rule = s->rule;
    if (!only_four(s) || br->due)
        return;
    struct held h = take(br);
    /* a decision whose fill lies in the next block is the general road's, and so is the last bar */
    size_t end = to - 1, from = br->next;
    curve_span(c, from, h.cash, h.units);
    while (from < end) {
        size_t decide = from > br->cfg.decide_from ? from : br->cfg.decide_from, bar;
        if (h.units > 0)
            bar = next_of(s, rule[RULE_SHORT_ENTRY], rule[RULE_LONG_EXIT], decide, end);
        else if (h.units < 0)
            bar = next_of(s, rule[RULE_LONG_ENTRY], rule[RULE_SHORT_EXIT], decide, end);
        else
            bar = next_of(s, rule[RULE_LONG_ENTRY], rule[RULE_SHORT_ENTRY], decide, end);
        size_t through = bar < end ? bar + 1 : end;
        if (h.units == 0)
            curve_span(c, through, h.cash, 0);
        else if ((from = hold(&h, t, c, from, through)) < through)
            break;
        from = through;
        if (bar < end && !fill(br, &h, bar + 1, turn(s, &h, bar))) {
            from = bar;
            break;
        }
    }
    br->next = from;
    give_back(br, &h);
}
