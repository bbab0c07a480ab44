/* One backtest: configuration and bars in, trades, equity and metrics out. The rules are
 * ENGINE.md's; docs/execution.md says them to users. Pure: no I/O, no clock, no globals. */
#ifndef ENGINE_BACKTEST_H
#define ENGINE_BACKTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bars.h"
#include "engine/curve.h"
#include "engine/metrics.h"
#include "engine/plan.h"
#include "engine/spans.h"
#include "engine/strategy.h"
#include "engine/zone.h"

#define BACKTEST_STRATEGIES_MAX 32
#define PYRAMIDING_MAX          1000 /* entries of a side held at once */

enum bt_profile { PROFILE_CANDLEMILL, PROFILE_BACKTESTING_PY };
enum bt_combine { COMBINE_SLEEVES, COMBINE_ALL, COMBINE_ANY, COMBINE_MAJORITY };
enum bt_sides { SIDES_BOTH, SIDES_LONG, SIDES_SHORT };
enum bt_fill { FILL_OPEN, FILL_CLOSE };
enum bt_path { PATH_PESSIMISTIC, PATH_OPTIMISTIC, PATH_OHLC, PATH_OLHC, PATH_LOWER };

enum bt_stop_kind {
    STOP_NONE,
    STOP_FRACTION,
    STOP_EXPR,    /* a price */
    STOP_DISTANCE /* from the trade's own entry price; a strategy's only, not a word of a request */
};

/* A stop word of the request; it replaces the strategy's own. */
struct bt_stop {
    enum bt_stop_kind kind;
    double fraction; /* of the trade's own entry price */
    const char
        *expr; /* gives a price (trailingStop: the price whose distance from the close is kept) */
};

struct bt_strategy {
    const struct strategy *strategy;
    double params[STRATEGY_PARAMS_MAX]; /* in the order of strategy->params */
};

/* All strings and strategies are borrowed until backtest_run returns. Rates are fractions. */
struct bt_config {
    enum bt_profile profile;
    struct bt_strategy strategies[BACKTEST_STRATEGIES_MAX];
    size_t n_strategies;
    enum bt_combine combine;
    enum bt_sides sides;
    double cash;
    enum bt_size_type size_type;
    double size;
    bool size_given;       /* by the request: a size rule of a strategy does not apply */
    const char *size_expr; /* NULL, or the request's size as an expression, instead of size */
    double commission_rate, commission_fixed, commission_minimum;
    double commission_per_unit;
    double commission_maker; /* rate of limit and take-profit fills; NaN: commission_rate */
    double spread, slippage;
    double leverage, maintenance;
    enum bt_fill fill;
    enum bt_path path;
    const struct bars *lower; /* PATH_LOWER: finer bars; borrowed */
    struct bt_stop stop_loss, take_profit, trailing_stop, break_even;
    bool hedging, exclusive_orders, finalize;
    int pyramiding;
    bool pyramiding_given;                   /* by the request: a strategy's own does not apply */
    int max_bars;                            /* 0: none */
    double lot_step, lot_min, lot_min_value; /* units, units, money of an entry */
    double volume_limit; /* share of the last closed bar\'s volume an entry may be, 0: any */
    double tick;         /* grid of prices, 0: any */
    double cooldown, max_trades_per_day; /* NaN: the strategy's own */
    double borrow;                       /* yearly rate on short positions */
    double funding; /* rate per 8 h; or a series of n_funding rates, borrowed */
    const int64_t *funding_times;
    const double *funding_rates;
    size_t n_funding;
    double annualisation; /* days a year; 0: the profile's own choice */
    double risk_free;     /* yearly rate */
    double trials;        /* >= 1: tries out of which this run was chosen (deflatedSharpe) */
    enum interval interval;
    zone_find_fn *find_zone; /* time zones of expressions; NULL: UTC alone */
    size_t block;            /* bars a block, 0: the default */
    bool narrow;             /* as on a machine without wide registers (wide.h): for tests */
    bool want_equity;        /* keep one equity value a bar */
    bool want_spans;         /* keep what the equity is made of (not profile backtesting.py) */
    bool want_band;          /* make the runs of the honest band too */
};

/* Defaults of ENGINE.md 1 for a profile, no strategies. */
void bt_config_init(struct bt_config *cfg, enum bt_profile profile);

enum trade_reason {
    REASON_SIGNAL, /* a rule of the strategy */
    REASON_REVERSE,
    REASON_STOP_LOSS,
    REASON_TAKE_PROFIT,
    REASON_TRAILING_STOP,
    REASON_LIQUIDATION,
    REASON_MAX_BARS,
    REASON_VOTE,
    REASON_END,
    REASON_BREAK_EVEN, /* results are stored by number: new ones come last */
    REASON_COUNT
};
const char *reason_name(enum trade_reason r); /* "signal", "stopLoss", … */

struct trade {
    double size;                   /* units; negative: short */
    int64_t entry_bar, exit_bar;   /* from 0 in the range tested */
    int64_t entry_time, exit_time; /* open time of those bars, ms */
    double entry_price, exit_price;
    double pnl;        /* money, net of both commissions */
    double return_pct; /* percent of |size| x entry price */
    double commission; /* money, both fills */
    double mae, mfe;   /* percent of entry price, mae <= 0 <= mfe */
    enum trade_reason entry_reason, exit_reason;
    int strategy; /* index into bt_config.strategies */
};

/* Why an entry was refused. */
enum refusal {
    REFUSED_STOP_SIDE,
    REFUSED_STOP_NULL,
    REFUSED_SIZE_ZERO,
    REFUSED_MARGIN,
    REFUSED_SIZE_NULL,  /* the size rule, or another number of the entry: null or out of bounds */
    REFUSED_MIN_VALUE,  /* worth less than the smallest order */
    REFUSED_ENTRY_NULL, /* the price that it would rest at */
    REFUSED_SESSION,
    REFUSED_COOLDOWN,
    REFUSED_MAX_TRADES,
    REFUSED_COUNT
};
const char *refusal_name(enum refusal r); /* "stop_side", … */

#define REFUSAL_EXAMPLES_MAX 20

/* Counted on every run: explains a run without trades. Signals count closed bars in range on which
 * the rule was true. */
struct bt_diagnosis {
    uint64_t signals[RULE_COUNT];
    uint64_t refused[REFUSED_COUNT];
    struct {
        int64_t time;
        enum refusal reason;
    } examples[REFUSAL_EXAMPLES_MAX];
    size_t n_examples;
};

/* Of a vote the strategies have no metrics (all null), and refusals are counted at the first. */
struct bt_strategy_result {
    struct metrics metrics;
    struct bt_diagnosis diagnosis;
    size_t lookback; /* warm-up of this strategy's rules, bars */
};

/* A whole run in two numbers: one end of the honest band. */
struct bt_whole {
    double final_equity;
    double max_drawdown; /* percent, 0 or below */
};

struct bt_result {
    size_t n_bars; /* in range */
    struct trade *trades;
    size_t n_trades;
    double *equity; /* n_bars values at each close, or NULL when not wanted */
    struct spans spans[BACKTEST_STRATEGIES_MAX]; /* of each account; equity is their sum in order */
    size_t n_accounts;                           /* 0: no spans */
    struct curve_days daily;                     /* of all accounts together */
    struct metrics metrics;
    struct bt_strategy_result strategies[BACKTEST_STRATEGIES_MAX];
    size_t n_strategies;
    double annualisation; /* days a year that was used */
    size_t size_cuts;     /* entries cut to the free margin: a warning */
    size_t order_bars;    /* bars whose two walks (O-H-L-C, O-L-H-C) end in different equity */
    bool has_band;        /* the two runs were wanted, and the order of prices mattered in one */
    struct bt_whole pessimistic, optimistic; /* whole runs, not bounds of anything */
};

enum bt_status { BT_OK, BT_CANCELLED, BT_NOMEM, BT_BAD_STRATEGY, BT_NO_BARS };

struct bt_error {
    struct expr_error expr; /* BT_BAD_STRATEGY: where and what */
    int strategy;           /* index of the strategy it is in */
};

/* Called between blocks; true = stop now (BT_CANCELLED). NULL: never asked. Costs nothing
 * measurable. */
typedef bool bt_poll_fn(void *arg, size_t bars_done, size_t bars_total);

/* Runs cfg over b; bars before `first` are warm-up, the range tested is [first, b->n).
 * On BT_OK *ret is filled and owned by the caller (bt_result_release); else it is untouched. */
enum bt_status backtest_run(const struct bt_config *cfg, const struct bars *b, size_t first,
                            bt_poll_fn *poll, void *poll_arg, struct bt_result *ret,
                            struct bt_error *err);
void bt_result_release(struct bt_result *r);

/* Bars before the range that this configuration wants (ENGINE.md 3, Warm-up): the largest, over its
 * strategies, of lookback + 10 x the longest length of a recursive function; 0 for backtesting.py.
 * Also proves that every expression compiles: BT_OK or BT_BAD_STRATEGY. */
enum bt_status backtest_warmup(const struct bt_config *cfg, size_t *ret_bars, struct bt_error *err);

#endif
