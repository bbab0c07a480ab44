#include "engine/broker.h"

#include <math.h>
#include <stdlib.h>

#include "engine/carry.h"
#include "engine/enter.h"
#include "engine/mask.h"

bool broker_init(struct broker *br, const struct broker_config *cfg, double cash) {
    size_t held = (size_t)(cfg->pyramiding > 1 ? cfg->pyramiding : 1) * SIDE_COUNT;
    /* a bar opens at most four entries, and an entry ends in a part a target, a rule's and a rest
     */
    size_t closed = (held + WALK_REFUSALS) * (TARGETS + 2);
    struct broker out = {.cfg = *cfg, .next = cfg->terms.first};
    out.cfg.terms.begun = cash;
    out.entries = calloc(3 * held, sizeof *out.entries);
    out.trades = calloc(3 * closed, sizeof *out.trades);
    if (!out.entries || !out.trades) {
        free(out.entries);
        free(out.trades);
        return false;
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++)
            out.cfg.terms.levels[side] |= cfg->terms.level[side][level].kind != STOP_NONE;
    }
    ledger_init(&out.ledger);
    *br = out;
    struct walk *const walks[] = {&br->live, &br->up, &br->down};
    for (size_t k = 0; k < 3; k++) {
        walks[k]->terms = &br->cfg.terms;
        walks[k]->trades = br->trades + k * closed;
        walks[k]->account.entries = br->entries + k * held;
        walks[k]->day = INT64_MIN;
        walks[k]->left_bar = SIZE_MAX;
    }
    br->live.account.cash = cash;
    br->carry_bar = carry_next(&br->cfg.terms.carry, cfg->terms.bars, br->next);
    br->plain = broker_is_plain(br);
    return true;
}

void broker_release(struct broker *br) {
    free(br->entries);
    free(br->trades);
    ledger_release(&br->ledger);
    *br = (struct broker){0};
}

void broker_book(struct broker *br, struct walk *w) {
    struct bt_diagnosis *d = &br->diagnosis;
    if (w->fills == 0 && w->n_refused == 0)
        return;
    for (size_t i = 0; i < w->n; i++)
        ledger_trade(&br->ledger, &w->trades[i]);
    for (size_t i = 0; i < w->n_refused; i++) {
        d->refused[w->refused[i]]++;
        if (d->n_examples < REFUSAL_EXAMPLES_MAX) {
            d->examples[d->n_examples].time = br->cfg.terms.bars->t[w->bar];
            d->examples[d->n_examples++].reason = w->refused[i];
        }
    }
    br->ledger.fill_value += w->fill_value;
    br->ledger.commission += w->fees;
    br->size_cuts += w->cuts;
    w->n = w->fills = w->cuts = w->n_refused = 0;
    w->fill_value = w->fees = 0;
}

/* Entries whose time is over; out at raw price `raw`. */
static void close_old(struct broker *br, size_t bar, double raw) {
    struct walk *w = &br->live;
    size_t n = (size_t)br->cfg.max_bars;
    for (size_t k = 0; n > 0 && k < w->account.n;) {
        if (bar - w->account.entries[k].bar < n)
            k++;
        else
            walk_close_one(w, k, raw, REASON_MAX_BARS);
    }
}

/* Market exits of what was decided, at raw price `raw`. */
static void exit_market(struct broker *br, double raw) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct order *o = &br->order[side];
        if (o->exit)
            walk_close_side(&br->live, (enum side)side, raw, o->exit_reason);
        else if (o->part)
            walk_close_part(&br->live, (enum side)side, o->parted, raw);
    }
}

static void enter_market(struct broker *br, double raw) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (br->order[side].enter)
            walk_enter_market(&br->live, &br->order[side], raw);
    }
}

/* Step 1 of a bar: the open. */
static void at_open(struct broker *br, size_t bar) {
    struct walk *w = &br->live;
    double open = br->cfg.terms.bars->o[bar];
    bool due = br->due;
    w->bar = bar;
    br->due = false;
    if (bar >= br->carry_bar) { /* beyond it: nothing was held there */
        if (bar == br->carry_bar)
            carry_charge(w);
        br->carry_bar = carry_next(&br->cfg.terms.carry, br->cfg.terms.bars, bar);
    }
    if (w->account.n > 0) {
        account_reach(&w->account, open);
        walk_liquidate(w, open);
        if (due)
            exit_market(br, open);
        if (br->cfg.fill == FILL_OPEN)
            close_old(br, bar, open);
        walk_at(w, open);
        broker_book(br, w);
    }
    if (due)
        enter_market(br, open);
    if (w->rest[SIDE_LONG].alive || w->rest[SIDE_SHORT].alive) {
        for (int side = 0; side < SIDE_COUNT; side++)
            w->rest[side].alive &= bar <= w->rest[side].order.last;
        walk_orders_at(w, open);
    }
    broker_book(br, w);
}

/* Step 3 with fill: close. */
static void at_close(struct broker *br, const struct signals *s, size_t bar, bool may_decide) {
    struct walk *w = &br->live;
    double close = br->cfg.terms.bars->c[bar];
    bool any = may_decide && broker_decide(br, s, bar);
    w->bar = bar;
    w->at_close = true;
    if (any)
        exit_market(br, close);
    close_old(br, bar, close);
    broker_book(br, w);
    if (any)
        enter_market(br, close);
    walk_liquidate(w, close);
    broker_book(br, w);
    w->at_close = false;
}

static void bar_step(struct broker *br, const struct signals *s, size_t bar) {
    const struct bars *b = br->cfg.terms.bars;
    struct walk *w = &br->live;
    bool last = bar + 1 == b->n;
    at_open(br, bar);
    if (w->account.n > 0 || w->rest[SIDE_LONG].alive || w->rest[SIDE_SHORT].alive)
        broker_inside(br, bar);
    if (br->cfg.fill == FILL_CLOSE)
        at_close(br, s, bar, !(last && br->cfg.finalize));
    if (last && br->cfg.finalize) {
        w->bar = bar;
        walk_close_side(w, SIDE_LONG, b->c[bar], REASON_END);
        walk_close_side(w, SIDE_SHORT, b->c[bar], REASON_END);
        broker_book(br, w);
    }
    if (br->cfg.fill == FILL_OPEN && !last)
        br->due = broker_decide(br, s, bar);
    if (br->judged)
        broker_distances(br, s, bar);
    if (last)
        br->ledger.open_bar =
            w->account.n ? (int64_t)(w->account.entries[0].bar - w->terms->first) : -1;
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

void broker_block(struct broker *br, const struct signals *s, struct curve *c) {
    size_t to = s->first + s->n;
    if (to <= br->next)
        return;
    if (br->cfg.decide_from < to)
        count_signals(br, s);
    broker_rules(br, s);
    const struct account *a = &br->live.account;
    while (br->next < to) {
        if (br->plain)
            broker_plain(br, s, c, to);
        if (!br->due) {
            br->next = broker_quiet(br, s, br->next, to);
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
