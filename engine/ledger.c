#include "engine/ledger.h"

#include <math.h>
#include <stdlib.h>

void ledger_init(struct ledger *g) {
    *g = (struct ledger){.open_bar = -1};
}

void ledger_release(struct ledger *g) {
    free(g->trades);
    ledger_init(g);
}

void ledger_fill(struct ledger *g, double units, double price, double commission) {
    g->fill_value += fabs(units) * price;
    g->commission += commission;
}

struct trade *ledger_room(struct ledger *g) {
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct trade *bigger = realloc(g->trades, cap * sizeof *bigger);
        if (!bigger) {
            g->nomem = true;
            return NULL;
        }
        g->trades = bigger;
        g->cap = cap;
    }
    return &g->trades[g->n];
}

void ledger_trade(struct ledger *g, const struct trade *t) {
    struct trade *room = ledger_room(g);
    if (!room)
        return;
    *room = *t;
    g->n++;
}

void trade_finish(struct trade *t, double low, double high) {
    double worst = t->size > 0 ? low : high, best = t->size > 0 ? high : low;
    double percent = (t->size > 0 ? 100 : -100) / t->entry_price;
    double mae = (worst - t->entry_price) * percent, mfe = (best - t->entry_price) * percent;
    t->mae = mae < 0 ? mae : 0;
    t->mfe = mfe > 0 ? mfe : 0;
    t->return_pct = t->pnl / t->size * percent;
}

bool ledger_join(const struct ledger *const *ledgers, size_t n, struct trade **ret, size_t *ret_n) {
    size_t total = 0, at[BACKTEST_STRATEGIES_MAX] = {0};
    for (size_t k = 0; k < n; k++)
        total += ledgers[k]->n;
    struct trade *all = malloc((total ? total : 1) * sizeof *all);
    if (!all)
        return false;
    for (size_t i = 0; i < total; i++) {
        size_t best = n;
        for (size_t k = 0; k < n; k++) {
            if (at[k] < ledgers[k]->n &&
                (best == n ||
                 ledgers[k]->trades[at[k]].exit_bar < ledgers[best]->trades[at[best]].exit_bar))
                best = k;
        }
        all[i] = ledgers[best]->trades[at[best]++];
    }
    *ret = all;
    *ret_n = total;
    return true;
}

static void set_bits(uint64_t *bits, size_t from, size_t to) /* [from, to) */
{
    for (size_t w = from / 64; w * 64 < to; w++) {
        uint64_t word = ~UINT64_C(0);
        if (w == from / 64)
            word &= ~UINT64_C(0) << (from % 64);
        if (to - w * 64 < 64)
            word &= ~UINT64_C(0) >> (64 - (to - w * 64));
        bits[w] |= word;
    }
}

/* First bar in [from, to) whose bit is `want`; `to` when there is none. */
static size_t next_bit(const uint64_t *bits, bool want, size_t from, size_t to) {
    while (from < to) {
        uint64_t word = (want ? bits[from / 64] : ~bits[from / 64]) >> (from % 64);
        if (word) {
            from += (size_t)__builtin_ctzll(word);
            return from < to ? from : to;
        }
        from = (from / 64 + 1) * 64;
    }
    return to;
}

bool ledger_exposed(const struct trade *trades, size_t n, int64_t open_bar, const struct bars *b,
                    size_t first, enum interval iv, struct exposure *ret) {
    size_t bars = b->n - first;
    uint64_t *bits = calloc(bars / 64 + 1, sizeof *bits);
    struct exposure out = {.bars = 0};
    if (!bits)
        return false;
    for (size_t i = 0; i < n; i++)
        set_bits(bits, (size_t)trades[i].entry_bar, (size_t)trades[i].exit_bar + 1);
    if (open_bar >= 0)
        set_bits(bits, (size_t)open_bar, bars);
    for (size_t from = next_bit(bits, true, 0, bars), to; from < bars;
         from = next_bit(bits, true, to, bars)) {
        to = next_bit(bits, false, from, bars);
        out.bars += to - from;
        out.ms += (double)(interval_next(iv, b->t[first + to - 1]) - b->t[first + from]);
    }
    free(bits);
    *ret = out;
    return true;
}
