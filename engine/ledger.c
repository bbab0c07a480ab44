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

/* Bars [from, to) without a break: from the open at from_ms to the end of the bar at last_ms. */
struct stretch {
    int64_t from, to, from_ms, last_ms;
};

static void stretch_end(const struct stretch *s, enum interval iv, struct exposure *sum) {
    sum->bars += (size_t)(s->to - s->from);
    sum->ms += (double)(interval_next(iv, s->last_ms) - s->from_ms);
}

struct exposure ledger_exposed(const struct trade *trades, size_t n, int64_t open_bar,
                               const struct bars *b, size_t first, enum interval iv) {
    struct exposure sum = {.bars = 0};
    struct stretch s = {.from = INT64_MAX}; /* none yet */
    if (open_bar >= 0)
        s = (struct stretch){open_bar, (int64_t)(b->n - first), b->t[first + (size_t)open_bar],
                             b->t[b->n - 1]};
    for (size_t i = n; i-- > 0;) { /* from the last: those before end on its bar or earlier */
        const struct trade *t = &trades[i];
        if (s.from == INT64_MAX || t->exit_bar + 1 < s.from) {
            if (s.from != INT64_MAX)
                stretch_end(&s, iv, &sum);
            s = (struct stretch){t->entry_bar, t->exit_bar + 1, t->entry_time, t->exit_time};
            continue;
        }
        if (t->entry_bar < s.from) {
            s.from = t->entry_bar;
            s.from_ms = t->entry_time;
        }
        if (t->exit_bar >= s.to) { /* profile backtesting.py closes some on the bar before */
            s.to = t->exit_bar + 1;
            s.last_ms = t->exit_time;
        }
    }
    if (s.from != INT64_MAX)
        stretch_end(&s, iv, &sum);
    return sum;
}
