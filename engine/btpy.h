/* Profile backtesting.py: that library's broker, run loop and formulas, to 1e-9. Its rules differ
 * from the default profile's in many small ways (ENGINE.md 8), so it has a broker of its own that
 * walks every bar. The facts: docs/execution.md. */
#ifndef ENGINE_BTPY_H
#define ENGINE_BTPY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/backtest.h"
#include "engine/ledger.h"
#include "engine/measure.h"

/* Absent prices are NAN. A stop order waits for its stop, then is a market order, or a limit order
 * when it has a limit too. */
struct btpy_order {
    double size; /* |size| < 1: share of the margin still free, else whole units; negative: sell */
    double limit, stop;
    double sl, tp;                   /* of the trade it opens */
    double sl_fraction, tp_fraction; /* the same as fractions of the entry price */
    enum trade_reason reason;        /* of the entry, or of the exit when `trade` is set */
    int trade;                       /* id of the trade it closes, 0: it opens one */
    int id;                          /* set by btpy_order */
};

struct btpy_trade {
    double size, price, raw; /* price: with the spread */
    size_t bar;
    bool at_open; /* entered at the open of its bar, so it saw all of it */
    enum trade_reason reason;
    int id, sl_order, tp_order; /* ids, 0: none */
};

struct btpy_terms {
    const struct bars *bars;
    double rate, fixed, spread, leverage;
    bool on_close, hedging, exclusive;
    int strategy;
};

struct btpy_broker {
    struct btpy_terms terms;
    double cash;
    size_t bar; /* being processed */
    bool ruined;
    struct btpy_order *orders; /* in the order they are tried */
    size_t n_orders, orders_cap;
    struct btpy_trade *trades; /* open, oldest first */
    size_t n_trades, trades_cap;
    int *queue; /* ids of one pass over the orders */
    int next_id;
    struct ledger ledger; /* closed trades */
    struct bt_diagnosis diagnosis;
};

/* most_trades: open trades there is room for. False: out of memory. */
bool btpy_init(struct btpy_broker *br, const struct btpy_terms *terms, double cash,
               size_t most_trades);
void btpy_release(struct btpy_broker *br);

/* Puts an order into the queue; it is tried from the next bar on. Its id, 0: no room. */
int btpy_order(struct btpy_broker *br, const struct btpy_order *o);

/* Takes an order out of the queue; one that is gone may be named. */
void btpy_cancel(struct btpy_broker *br, int id);

/* Queues orders that close a trade, or all trades, at the next market price. */
bool btpy_close(struct btpy_broker *br, size_t trade, enum trade_reason reason);
bool btpy_close_all(struct btpy_broker *br, enum trade_reason reason);

/* Tries the orders against `bar` and returns the equity at its close; once that is 0 or less all
 * trades are closed there and the broker is ruined: equity 0 for ever. */
double btpy_next(struct btpy_broker *br, size_t bar);

/* The last pass with finalize: closes what is open on the last bar once more. */
double btpy_finalize(struct btpy_broker *br);

/* That library's formulas. equity: one value a bar; warmup: the bar before the first that was
 * traded; ret_days: wanted, or NULL. False: out of memory. */
bool btpy_measure(const struct measure *m, const double *equity, size_t warmup, struct metrics *ret,
                  struct curve_days *ret_days);

/* Days a year it would choose for these bars. */
double btpy_annualisation(const struct bars *b);

/* backtest_run for this profile; b is the range alone. */
enum bt_status btpy_run(const struct bt_config *cfg, const struct bars *b, bt_poll_fn *poll,
                        void *poll_arg, struct bt_result *ret, struct bt_error *err);

#endif
