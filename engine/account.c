#include "engine/account.h"

#include <math.h>

void account_position(const struct account *a, size_t bar, double close,
                      double ret[POSITION_COUNT]) {
    double paid = 0, units = 0, profit = 0, high = -HUGE_VAL, low = HUGE_VAL;
    size_t first = bar;
    for (size_t k = 0; k < a->n; k++) {
        const struct entry *e = &a->entries[k];
        units += e->size;
        paid += e->size * e->price;
        profit += e->size * (close - e->price);
        first = e->bar < first ? e->bar : first;
        high = e->high > high ? e->high : high;
        low = e->low < low ? e->low : low;
    }
    bool flat = a->n == 0;
    ret[POSITION_SIZE] = units;
    ret[POSITION_AVG_PRICE] = units != 0 ? paid / units : (double)NAN;
    ret[POSITION_OPEN_PROFIT] = profit;
    ret[POSITION_BARS] = flat ? (double)NAN : (double)(bar - first);
    ret[POSITION_EQUITY] = account_equity(a, close);
    ret[POSITION_HIGHEST] = flat ? (double)NAN : high;
    ret[POSITION_LOWEST] = flat ? (double)NAN : low;
}

void entry_next(struct entry *e) {
    double next = e->break_even;
    for (int k = 0; k < TARGETS; k++) {
        if (e->size > 0 ? e->target[k] < next : e->target[k] > next)
            next = e->target[k];
    }
    e->next = next;
}

/* Sums are made anew, so that no rounding stays behind when a position is closed. */
static void sum_up(struct account *a) {
    a->units = a->gross = 0;
    a->held[SIDE_LONG] = a->held[SIDE_SHORT] = 0;
    for (size_t i = 0; i < a->n; i++) {
        a->units += a->entries[i].size;
        a->gross += fabs(a->entries[i].size);
        a->held[a->entries[i].size > 0 ? SIDE_LONG : SIDE_SHORT]++;
    }
}

void account_open(struct account *a) {
    const struct entry *e = &a->entries[a->n++];
    a->cash -= e->size * e->price + e->commission;
    a->units += e->size;
    a->gross += fabs(e->size);
    a->held[e->size > 0 ? SIDE_LONG : SIDE_SHORT]++;
}

void account_close(struct account *a, size_t k, double units, const struct terms *t, size_t bar,
                   double price, double fee, enum trade_reason reason, struct trade *ret) {
    struct entry *e = &a->entries[k];
    double held = fabs(e->size);
    bool all = units >= held;
    double size = all ? e->size : e->size > 0 ? units : -units;
    double commission = all ? e->commission : e->commission * (units / held);
    double carry = all ? e->carry : e->carry * (units / held);
    a->cash += size * price - fee;
    *ret = (struct trade){.size = size,
                          .entry_bar = (int64_t)(e->bar - t->first),
                          .exit_bar = (int64_t)(bar - t->first),
                          .entry_time = t->bars->t[e->bar],
                          .exit_time = t->bars->t[bar],
                          .entry_price = e->price,
                          .exit_price = price,
                          .pnl = size * (price - e->price) - commission - fee + carry,
                          .return_pct = 0, /* all members named: nothing is cleared first */
                          .commission = commission + fee,
                          .mae = e->low,
                          .mfe = e->high,
                          .entry_reason = e->reason,
                          .exit_reason = reason,
                          .strategy = t->strategy};
    if (all) {
        a->n--;
        for (size_t i = k; i < a->n; i++)
            a->entries[i] = a->entries[i + 1];
    } else {
        e->size -= size;
        e->commission -= commission;
        e->carry -= carry;
    }
    sum_up(a);
}

void account_settle(struct account *a, struct trade *trades, size_t n) {
    double missing = a->n == 0 && a->cash < 0 ? -a->cash : 0, units = 0;
    for (size_t i = 0; i < n; i++)
        units += fabs(trades[i].size);
    for (size_t i = 0; i < n; i++) {
        if (missing > 0)
            trades[i].pnl += missing * (fabs(trades[i].size) / units);
        trade_finish(&trades[i], trades[i].mae, trades[i].mfe);
    }
    if (missing > 0 && n > 0)
        a->cash = 0;
}
