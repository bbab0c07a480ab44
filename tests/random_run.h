/* Random but repeatable strategies, bars and requests, for properties that must hold of all of
 * them. */
#ifndef TESTS_RANDOM_RUN_H
#define TESTS_RANDOM_RUN_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/backtest.h"
#include "tests/suite.h"

#define RANDOM_TEXT_MAX   600
#define RANDOM_STRATEGIES 3

struct random {
    uint64_t state;
};

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t random_next(struct random *r) {
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(2685821657736338717);
}

static inline int random_below(struct random *r, int n) {
    return (int)(random_next(r) >> 33) % n;
}

static inline double random_unit(struct random *r) {
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

/* A walk on a grid of quarters, so that equal prices and touched levels are common; with gaps in
 * time and jumps in price. */
static inline struct bars random_bars(struct random *r, size_t n) {
    struct bars b;
    bars_init(&b);
    double close = 100;
    int64_t t = random_below(r, 48) * MS_PER_HOUR;
    for (size_t i = 0; i < n; i++) {
        double open = close + (random_below(r, 10) == 0 ? random_below(r, 17) - 8 : 0) * 0.5;
        open = open < 20 ? 20 : open;
        close = open + (random_below(r, 13) - 6) * 0.25;
        close = close < 20 ? 20 : close > 300 ? 300 : close;
        double high = (open > close ? open : close) + random_below(r, 5) * 0.25;
        double low = (open < close ? open : close) - random_below(r, 5) * 0.25;
        ck_assert(bars_append(&b, t, open, high, low, close, random_below(r, 100)));
        t += MS_PER_HOUR * (random_below(r, 20) == 0 ? 1 + random_below(r, 60) : 1);
    }
    return b;
}

static inline void random_add(char *text, const char *more) {
    size_t used = strlen(text), n = strlen(more);
    ck_assert(used + n < RANDOM_TEXT_MAX);
    memcpy(text + used, more, n + 1);
}

static inline void random_number(struct random *r, int depth, char *text) {
    static const char *const plain[] = {"close", "open", "high", "low", "hl2", "hlc3", "volume"};
    static const char *const windows[] = {"sma", "ema", "rma", "wma", "stdev", "highest", "lowest"};
    char part[48];
    int kind = depth > 0 ? random_below(r, 9) : 0;
    if (kind <= 1) {
        random_add(text, plain[random_below(r, depth > 0 ? 6 : 4)]);
    } else if (kind <= 4) {
        random_add(text, windows[random_below(r, 7)]);
        random_add(text, "(");
        random_number(r, depth - 1, text);
        snprintf(part, sizeof part, ", %d)", 2 + random_below(r, 20));
        random_add(text, part);
    } else if (kind == 5) {
        snprintf(part, sizeof part, "atr(%d)", 1 + random_below(r, 14));
        random_add(text, part);
    } else if (kind == 6) {
        random_number(r, depth - 1, text);
        snprintf(part, sizeof part, "[%d]", 1 + random_below(r, 9));
        random_add(text, part);
    } else {
        random_add(text, "(");
        random_number(r, depth - 1, text);
        random_add(text, kind == 7 ? " + " : " - ");
        random_number(r, depth - 1, text);
        random_add(text, kind == 7 ? ") / 2" : ")");
    }
}

static inline void random_condition(struct random *r, int depth, char *text) {
    char part[64];
    int kind = random_below(r, depth > 0 ? 9 : 6);
    if (kind <= 2) {
        random_add(text, kind == 0 ? "crossover(" : kind == 1 ? "crossunder(" : "cross(");
        random_number(r, 2, text);
        random_add(text, ", ");
        random_number(r, 2, text);
        random_add(text, ")");
    } else if (kind == 3) {
        int length = 2 + random_below(r, 14), level = 20 + random_below(r, 60);
        snprintf(part, sizeof part, "rsi(close, %d) %s %d", length, level < 50 ? "<" : ">", level);
        random_add(text, part);
    } else if (kind <= 5) {
        random_number(r, 2, text);
        random_add(text, kind == 4 ? " > " : " <= ");
        random_number(r, 2, text);
    } else {
        random_add(text, kind == 8 ? "not (" : "(");
        random_condition(r, depth - 1, text);
        random_add(text, kind == 6 ? ") and (" : kind == 7 ? ") or (" : ") and (");
        random_condition(r, depth - 1, text);
        random_add(text, ")");
    }
}

/* A request with the texts it borrows. */
struct random_request {
    struct bt_config cfg;
    struct strategy strategies[RANDOM_STRATEGIES];
    char texts[RANDOM_STRATEGIES][RULE_COUNT][RANDOM_TEXT_MAX];
};

static inline void random_rules(struct random *r, struct random_request *q, int k, bool stops) {
    struct strategy *s = &q->strategies[k];
    *s = (struct strategy){.name = "random", .title = "random"};
    for (int rule = 0; rule <= RULE_SHORT_EXIT; rule++) {
        char *text = q->texts[k][rule];
        if (rule != RULE_LONG_ENTRY && random_below(r, 4) == 0)
            continue;
        random_condition(r, 1, text);
        s->rules[rule] = text;
    }
    static const char *const away[] = {
        [RULE_LONG_STOP_LOSS] = "-",     [RULE_LONG_TAKE_PROFIT] = "+",
        [RULE_LONG_TRAILING_STOP] = "-", [RULE_SHORT_STOP_LOSS] = "+",
        [RULE_SHORT_TAKE_PROFIT] = "-",  [RULE_SHORT_TRAILING_STOP] = "-",
    };
    for (int rule = RULE_LONG_STOP_LOSS; stops && rule <= RULE_SHORT_TRAILING_STOP; rule++) {
        if (!away[rule])
            continue;
        char *text = q->texts[k][rule];
        int n = 1 + random_below(r, 12);
        if (random_below(r, 2))
            continue;
        if (random_below(r, 6))
            snprintf(text, RANDOM_TEXT_MAX, "close %s %d * 0.25", away[rule], n);
        else
            snprintf(text, RANDOM_TEXT_MAX, "sma(close, %d)", n);
        s->rules[rule] = text;
    }
}

/* Rules of orders, parts and moving stops, each in one of three strategies. */
static inline void random_orders(struct random *r, struct random_request *q, int k) {
    static const struct {
        enum rule rule;
        const char *texts[3];
    } rows[] = {
        {RULE_LONG_LIMIT, {"close - 0.5", "low", "lowest(low, 4)"}},
        {RULE_SHORT_LIMIT, {"close + 0.5", "high", "sma(close, 9)"}},
        {RULE_LONG_STOP, {"close + 0.25", "highest(high, 3)", "high"}},
        {RULE_SHORT_STOP, {"close - 0.25", "lowest(low, 3)", "low"}},
        {RULE_LONG_EXIT2, {"close > open", "rsi(close, 5) > 60", "bars_in_trade > 2"}},
        {RULE_SHORT_EXIT2, {"close < open", "close < sma(close, 8)", "open_profit > 0"}},
        {RULE_SESSION, {"close > open", "volume > 20", "true"}},
        {RULE_LONG_TAKE_PROFIT2, {"close + 2", "high + 1", "close + 0.75"}},
        {RULE_SHORT_TAKE_PROFIT3, {"close - 2", "low - 1", "close - 0.75"}},
        {RULE_LONG_BREAK_EVEN, {"close + 1", "high + 0.25", "close + 0.5"}},
        {RULE_SHORT_BREAK_EVEN, {"close - 1", "low - 0.25", "close - 0.5"}},
        {RULE_ENTRY_BARS, {"2", "5", "volume / 10"}},
        {RULE_COOLDOWN, {"3", "1", "0"}},
        {RULE_MAX_TRADES_PER_DAY, {"2", "4", "volume / 20"}},
        {RULE_SIZE, {"0.5", "volume / 100", "equity > 9000 ? 0.9 : 0.3"}},
        {RULE_LONG_TAKE_PROFIT_SHARE, {"0.5", "0.25", "volume / 100"}},
        {RULE_LONG_EXIT2_SHARE, {"0.3", "0.7", "1"}},
        {RULE_LONG_TRAILING_DISTANCE, {"atr(5)", "high - low + 0.5", "highest(high, 5) - close"}},
        {RULE_SHORT_TRAILING_DISTANCE, {"2 * atr(3)", "1.5", "close - lowest(low, 5)"}},
    };
    struct strategy *s = &q->strategies[k];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (random_below(r, 3) == 0)
            s->rules[rows[i].rule] = rows[i].texts[random_below(r, 3)];
    }
    if (!s->rules[RULE_LONG_LIMIT] && !s->rules[RULE_SHORT_LIMIT] && !s->rules[RULE_LONG_STOP] &&
        !s->rules[RULE_SHORT_STOP])
        s->rules[RULE_ENTRY_BARS] = NULL;
    if (!s->rules[RULE_LONG_TAKE_PROFIT])
        s->rules[RULE_LONG_TAKE_PROFIT_SHARE] = NULL;
    if (!s->rules[RULE_LONG_EXIT2])
        s->rules[RULE_LONG_EXIT2_SHARE] = NULL;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (s->rules[rule_of((enum side)side, RULE_LONG_TRAILING_STOP)])
            s->rules[rule_of((enum side)side, RULE_LONG_TRAILING_DISTANCE)] = NULL;
    }
}

static inline void random_fraction(struct random *r, struct bt_stop *stop) {
    if (random_below(r, 4) == 0)
        *stop = (struct bt_stop){.kind = STOP_FRACTION, .fraction = 0.002 + 0.05 * random_unit(r)};
}

static inline void random_request(struct random *r, struct random_request *q) {
    memset(q, 0, sizeof *q);
    struct bt_config *c = &q->cfg;
    bt_config_init(c, PROFILE_CANDLEMILL);
    c->interval = INTERVAL_1H;
    c->want_equity = true;
    c->n_strategies = random_below(r, 3) ? 1 : 2 + (size_t)random_below(r, RANDOM_STRATEGIES - 1);
    if (c->n_strategies > 1 && random_below(r, 2))
        c->combine = (enum bt_combine)(1 + random_below(r, 3));
    for (size_t k = 0; k < c->n_strategies; k++) {
        random_rules(r, q, (int)k, c->combine == COMBINE_SLEEVES);
        if (c->combine == COMBINE_SLEEVES && random_below(r, 2))
            random_orders(r, q, (int)k);
        c->strategies[k].strategy = &q->strategies[k];
    }
    c->hedging = c->combine == COMBINE_SLEEVES && random_below(r, 4) == 0;
    if (random_below(r, 3) == 0) {
        c->funding = 0.001 * (random_unit(r) - 0.3);
        c->borrow = 0.2 * random_unit(r);
        c->tick = random_below(r, 2) ? 0.25 : 0.1;
        c->lot_min_value = random_below(r, 2) ? 0 : 500;
        c->commission_maker = 0.0001;
    }
    c->sides = (enum bt_sides)(random_below(r, 6) % 4 % 3);
    c->fill = random_below(r, 3) ? FILL_OPEN : FILL_CLOSE;
    c->path = (enum bt_path)random_below(r, 4);
    c->pyramiding = random_below(r, 3) ? 1 : 3;
    c->max_bars = random_below(r, 4) ? 0 : 1 + random_below(r, 30);
    c->leverage = random_below(r, 3) ? 1 : 1 + random_below(r, 60);
    c->lot_step = random_below(r, 4) ? 0 : 0.25;
    c->finalize = random_below(r, 2);
    if (random_below(r, 2)) {
        c->commission_rate = 0.001 * random_unit(r);
        c->commission_fixed = random_below(r, 2);
        c->commission_minimum = random_below(r, 3);
        c->spread = 0.002 * random_unit(r);
        c->slippage = 0.001 * random_unit(r);
    }
    c->size_type = (enum bt_size_type)random_below(r, 4);
    c->size = c->size_type == SIZE_EQUITY ? 0.2 + 0.8 * random_unit(r)
              : c->size_type == SIZE_RISK ? 0.05 * random_unit(r)
              : c->size_type == SIZE_CASH ? 4000
                                          : 30;
    random_fraction(r, &c->stop_loss);
    random_fraction(r, &c->take_profit);
    random_fraction(r, &c->trailing_stop);
}

static inline struct bt_result random_result(const struct bt_config *cfg, const struct bars *b,
                                             size_t first) {
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    enum bt_status status = backtest_run(cfg, b, first, NULL, NULL, &res, &err);
    ck_assert_msg(status == BT_OK, "status %d, strategy %d, %s: %s", (int)status, err.strategy,
                  err.expr.where, err.expr.message);
    return res;
}

#endif
