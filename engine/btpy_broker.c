#include "engine/btpy.h"

#include <math.h>
#include <stdlib.h>

bool btpy_init(struct btpy_broker *br, const struct btpy_terms *terms, double cash,
               size_t most_trades) {
    struct btpy_broker out = {.terms = *terms, .cash = cash, .next_id = 1};
    /* a trade has a stop, a target and at most two orders that close it; entries of one bar, too */
    out.trades_cap = most_trades;
    out.orders_cap = 4 * most_trades + 16;
    out.trades = calloc(out.trades_cap, sizeof *out.trades);
    out.orders = calloc(out.orders_cap, sizeof *out.orders);
    out.queue = calloc(out.orders_cap, sizeof *out.queue);
    ledger_init(&out.ledger);
    *br = out;
    if (out.trades && out.orders && out.queue)
        return true;
    btpy_release(br);
    return false;
}

void btpy_release(struct btpy_broker *br) {
    free(br->trades);
    free(br->orders);
    free(br->queue);
    ledger_release(&br->ledger);
    *br = (struct btpy_broker){0};
}

static double sign_of(double x) {
    return x < 0 ? -1 : 1;
}

static double commission(const struct btpy_broker *br, double size, double price) {
    return br->terms.fixed + fabs(size) * price * br->terms.rate;
}

static double last_price(const struct btpy_broker *br) {
    return br->terms.bars->c[br->bar];
}

/* In that library's order of operations: whether a peak is reached again, so where a drawdown ends,
 * hangs on the last bit. */
static double equity(const struct btpy_broker *br) {
    double units = 0, paid = 0;
    for (size_t i = 0; i < br->n_trades; i++) {
        units += br->trades[i].size;
        paid += br->trades[i].size * br->trades[i].price;
    }
    return br->cash + (last_price(br) * units - paid);
}

/* With trades at the close of the very bar that is being processed, as that library does. */
static double margin_available(const struct btpy_broker *br) {
    double used = 0;
    for (size_t i = 0; i < br->n_trades; i++)
        used += fabs(br->trades[i].size) * last_price(br) / br->terms.leverage;
    double margin = equity(br) - used;
    return margin > 0 ? margin : 0;
}

/* Index of an order by id, SIZE_MAX: gone. */
static size_t find_order(const struct btpy_broker *br, int id) {
    for (size_t i = 0; i < br->n_orders; i++) {
        if (br->orders[i].id == id)
            return i;
    }
    return SIZE_MAX;
}

static size_t find_trade(const struct btpy_broker *br, int id) {
    for (size_t i = 0; i < br->n_trades; i++) {
        if (br->trades[i].id == id)
            return i;
    }
    return SIZE_MAX;
}

void btpy_cancel(struct btpy_broker *br, int id) {
    size_t i = find_order(br, id);
    if (i == SIZE_MAX)
        return;
    br->n_orders--;
    for (; i < br->n_orders; i++)
        br->orders[i] = br->orders[i + 1];
}

/* Returns the order's id, 0: no room. */
static int insert_order(struct btpy_broker *br, const struct btpy_order *o, bool front) {
    if (br->n_orders == br->orders_cap)
        return 0;
    size_t at = front ? 0 : br->n_orders;
    for (size_t i = br->n_orders; i > at; i--)
        br->orders[i] = br->orders[i - 1];
    br->n_orders++;
    br->orders[at] = *o;
    br->orders[at].id = br->next_id++;
    return br->orders[at].id;
}

bool btpy_close(struct btpy_broker *br, size_t trade, enum trade_reason reason) {
    const struct btpy_trade *t = &br->trades[trade];
    const struct btpy_order o = {.size = -t->size,
                                 .limit = (double)NAN,
                                 .stop = (double)NAN,
                                 .reason = reason,
                                 .trade = t->id};
    return insert_order(br, &o, true) != 0;
}

bool btpy_close_all(struct btpy_broker *br, enum trade_reason reason) {
    for (size_t i = 0; i < br->n_trades; i++) {
        if (!btpy_close(br, i, reason))
            return false;
    }
    return true;
}

static bool is_contingent(const struct btpy_broker *br, const struct btpy_order *o) {
    if (!o->trade)
        return false;
    size_t i = find_trade(br, o->trade);
    return i != SIZE_MAX && (br->trades[i].sl_order == o->id || br->trades[i].tp_order == o->id);
}

int btpy_order(struct btpy_broker *br, const struct btpy_order *o) {
    if (br->terms.exclusive) {
        /* (the order behind one that is taken out is passed over, as in ruin below) */
        for (size_t i = 0; i < br->n_orders; i++) {
            if (!is_contingent(br, &br->orders[i]))
                btpy_cancel(br, br->orders[i].id);
        }
        if (!btpy_close_all(br, REASON_REVERSE))
            return 0;
    }
    return insert_order(br, o, false);
}

static void extremes_of(const struct btpy_broker *br, const struct btpy_trade *t, size_t to,
                        double price, double *low, double *high) {
    const struct bars *b = br->terms.bars;
    *low = t->raw < price ? t->raw : price;
    *high = t->raw > price ? t->raw : price;
    size_t from = t->at_open ? t->bar : t->bar + 1;
    if (from < to) {
        double l, h;
        bars_extremes(b, from, to, &l, &h);
        *low = l < *low ? l : *low;
        *high = h > *high ? h : *high;
    }
}

/* Closes `size` units (sign of the trade) of open trade i at a price of `bar`. */
static void close_trade(struct btpy_broker *br, size_t i, double size, double price, size_t bar,
                        enum trade_reason reason) {
    struct btpy_trade *open = &br->trades[i];
    const struct bars *b = br->terms.bars;
    double entry_fee = commission(br, size, open->price), exit_fee = commission(br, size, price);
    double gross = size * (price - open->price), fees = exit_fee + entry_fee;
    struct trade t = {.size = size,
                      .entry_bar = (int64_t)open->bar,
                      .exit_bar = (int64_t)bar,
                      .entry_time = b->t[open->bar],
                      .exit_time = b->t[bar],
                      .entry_price = open->price,
                      .exit_price = price,
                      .pnl = gross - fees,
                      .commission = fees,
                      .entry_reason = open->reason,
                      .exit_reason = reason,
                      .strategy = br->terms.strategy};
    double low, high;
    extremes_of(br, open, bar, price, &low, &high);
    trade_finish(&t, low, high);
    double pct = sign_of(size) * (price / open->price - 1);
    t.return_pct = 100 * (pct - fees / (fabs(size) * open->price));
    br->cash += gross - exit_fee;
    ledger_fill(&br->ledger, size, open->price, entry_fee);
    ledger_fill(&br->ledger, size, price, exit_fee);
    ledger_trade(&br->ledger, &t);

    if (size != open->size) {
        open->size -= size;
        size_t sl = find_order(br, open->sl_order), tp = find_order(br, open->tp_order);
        if (sl != SIZE_MAX)
            br->orders[sl].size = -open->size;
        if (tp != SIZE_MAX)
            br->orders[tp].size = -open->size;
        return;
    }
    btpy_cancel(br, open->sl_order);
    btpy_cancel(br, open->tp_order);
    br->n_trades--;
    for (; i < br->n_trades; i++)
        br->trades[i] = br->trades[i + 1];
}

static void refuse(struct btpy_broker *br, enum refusal why) {
    struct bt_diagnosis *d = &br->diagnosis;
    d->refused[why]++;
    if (d->n_examples < REFUSAL_EXAMPLES_MAX) {
        d->examples[d->n_examples].time = br->terms.bars->t[br->bar];
        d->examples[d->n_examples++].reason = why;
    }
}

/* x // y of that library's language: the floor of the exact quotient. */
static double floor_div(double x, double y) {
    double mod = fmod(x, y);
    double quotient = (x - mod) / y;
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

static bool open_trade(struct btpy_broker *br, const struct btpy_order *o, double size,
                       double price, double raw, size_t bar, bool at_open) {
    if (br->n_trades == br->trades_cap)
        return false;
    struct btpy_trade *t = &br->trades[br->n_trades++];
    *t = (struct btpy_trade){.size = size,
                             .price = price,
                             .raw = raw,
                             .bar = bar,
                             .at_open = at_open,
                             .reason = o->reason,
                             .id = br->next_id++};
    br->cash -= commission(br, size, price);
    struct btpy_order exit = {.size = -size, .limit = o->tp, .stop = (double)NAN, .trade = t->id};
    if (!isnan(o->tp)) {
        exit.reason = REASON_TAKE_PROFIT;
        t->tp_order = insert_order(br, &exit, false);
    }
    if (!isnan(o->sl)) {
        exit.reason = REASON_STOP_LOSS;
        exit.limit = (double)NAN;
        exit.stop = o->sl;
        t->sl_order = insert_order(br, &exit, true);
    }
    return true;
}

/* Opposite trades are closed first, oldest first, at the price without spread. Returns what is
 * left. */
static double net(struct btpy_broker *br, double size, double price, size_t bar,
                  enum trade_reason reason) {
    for (size_t i = 0; i < br->n_trades && size != 0;) {
        double held = br->trades[i].size;
        if (held * size > 0) {
            i++;
        } else if (fabs(size) >= fabs(held)) {
            close_trade(br, i, held, price, bar, reason);
            size += held;
        } else {
            close_trade(br, i, -size, price, bar, reason);
            size = 0;
        }
    }
    return size;
}

/* Whether the order fills on this bar, and at which price; its stop is gone once it was hit. */
static bool price_of(const struct btpy_broker *br, struct btpy_order *o, double *ret_price,
                     double *ret_stop) {
    const struct bars *b = br->terms.bars;
    double open = b->o[br->bar], high = b->h[br->bar], low = b->l[br->bar];
    bool buy = o->size > 0;
    double stop = o->stop;
    bool hit = !isnan(stop);
    if (hit) {
        if (buy ? high < stop : low > stop)
            return false;
        o->stop = (double)NAN;
    }
    *ret_stop = stop;
    if (!isnan(o->limit)) {
        bool reached = buy ? low <= o->limit : high >= o->limit;
        bool before_stop = hit && (buy ? o->limit <= stop : o->limit >= stop);
        if (!reached || before_stop)
            return false;
        double from = hit ? stop : open;
        *ret_price =
            buy ? (from < o->limit ? from : o->limit) : (from > o->limit ? from : o->limit);
        return true;
    }
    bool on_close = br->terms.on_close && !is_contingent(br, o);
    double price = on_close ? b->c[br->bar - 1] : open;
    if (hit)
        price = buy ? (price > stop ? price : stop) : (price < stop ? price : stop);
    *ret_price = price;
    return true;
}

static void fill_exit(struct btpy_broker *br, const struct btpy_order *o, double price,
                      size_t bar) {
    size_t i = find_trade(br, o->trade);
    if (i == SIZE_MAX) {
        btpy_cancel(br, o->id); /* the trade went before, by its stop or target */
        return;
    }
    double held = br->trades[i].size;
    double size = fabs(o->size) < fabs(held) ? -o->size : held;
    int id = o->id;
    close_trade(br, i, size, price, bar, o->reason);
    btpy_cancel(br, id);
}

/* A stop and its target may lie in one bar, when the loss side is surely untouched. */
static bool target_in_bar(const struct btpy_broker *br, const struct btpy_order *o) {
    double high = br->terms.bars->h[br->bar], low = br->terms.bars->l[br->bar];
    if (isnan(o->tp) || !isnan(o->limit))
        return false;
    return o->size > 0 ? o->tp <= high && (isnan(o->sl) || o->sl < low)
                       : o->tp >= low && (isnan(o->sl) || o->sl > high);
}

/* Fills an order that opens; true: its trade's stop and target are to be tried on this bar. */
static bool fill_entry(struct btpy_broker *br, struct btpy_order o, double price, double stop,
                       size_t bar) {
    bool market = isnan(o.limit) && isnan(stop);
    double adjusted = price * (1 + copysign(br->terms.spread, o.size));
    double with_fee = adjusted + commission(br, o.size, price) / fabs(o.size);
    double size = o.size;
    btpy_cancel(br, o.id);
    if (fabs(size) < 1) {
        double units = floor_div(margin_available(br) * br->terms.leverage * fabs(size), with_fee);
        if (!(units >= 1)) {
            refuse(br, REFUSED_SIZE_ZERO);
            return false;
        }
        size = copysign(units, size);
    }
    if (!br->terms.hedging)
        size = net(br, size, price, bar, REASON_REVERSE);
    if (fabs(size) * with_fee > margin_available(br) * br->terms.leverage) {
        refuse(br, REFUSED_MARGIN);
        return false;
    }
    if (size == 0)
        return false;
    if (!isnan(o.sl_fraction))
        o.sl = adjusted * (1 - copysign(o.sl_fraction, size));
    if (!isnan(o.tp_fraction))
        o.tp = adjusted * (1 + copysign(o.tp_fraction, size));
    if (!open_trade(br, &o, size, adjusted, price, bar, market && bar == br->bar)) {
        refuse(br, REFUSED_MARGIN);
        return false;
    }
    return market ? !isnan(o.sl) || !isnan(o.tp) : !isnan(stop) && target_in_bar(br, &o);
}

static void process(struct btpy_broker *br) {
    bool again;
    do {
        again = false;
        size_t n = br->n_orders;
        for (size_t i = 0; i < n; i++)
            br->queue[i] = br->orders[i].id;
        for (size_t i = 0; i < n; i++) {
            size_t at = find_order(br, br->queue[i]);
            double price, stop;
            if (at == SIZE_MAX || !price_of(br, &br->orders[at], &price, &stop))
                continue;
            struct btpy_order o = br->orders[at];
            bool market = isnan(o.limit) && isnan(stop);
            bool before = market && br->terms.on_close && !is_contingent(br, &o);
            size_t bar = before ? br->bar - 1 : br->bar;
            if (o.trade)
                fill_exit(br, &o, price, bar);
            else if (fill_entry(br, o, price, stop, bar))
                again = true;
        }
    } while (again);
}

double btpy_next(struct btpy_broker *br, size_t bar) {
    if (br->ruined)
        return 0;
    br->bar = bar;
    process(br);
    double now = equity(br);
    if (now > 0)
        return now;
    /* That library walks its list of trades while each close takes one out of it, so it passes over
     * every other one; what stays open is in no statistic. */
    for (size_t i = 0; i < br->n_trades; i++)
        close_trade(br, i, br->trades[i].size, last_price(br), bar, REASON_LIQUIDATION);
    br->n_trades = 0;
    br->n_orders = 0;
    br->cash = 0;
    br->ruined = true;
    return 0;
}

double btpy_finalize(struct btpy_broker *br) {
    for (size_t i = br->n_trades; i > 0; i--)
        btpy_close(br, i - 1, REASON_END);
    return btpy_next(br, br->bar);
}
