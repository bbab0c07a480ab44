/* Random but repeatable strategies, bars and requests, for properties that must hold of all of
 * them. */
#ifndef TESTS_RANDOM_RUN_H
#define TESTS_RANDOM_RUN_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/backtest.h"
#include "engine/rules.h"
#include "tests/random_expr.h"
#include "tests/suite.h"

#define RANDOM_STRATEGIES 3

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
        MUST(bars_append(&b, t, open, high, low, close, random_below(r, 100)), "out of memory");
        t += MS_PER_HOUR * (random_below(r, 20) == 0 ? 1 + random_below(r, 60) : 1);
    }
    return b;
}

/* A request with the texts it borrows. */
struct random_request {
    struct bt_config cfg;
    struct strategy strategies[RANDOM_STRATEGIES];
    char texts[RANDOM_STRATEGIES][RULE_COUNT][RANDOM_TEXT_MAX];
};

/* A condition that compiles, with this strategy's rules. */
static inline void random_rule(struct random *r, struct random_request *q, int k, int rule) {
    char *text = q->texts[k][rule];
    do {
        text[0] = '\0';
        random_condition(r, 1, text);
    } while (!random_compiles(text, VALUE_CONDITION));
    q->strategies[k].rules[rule] = text;
}

/* A price some way under or over the close; now and then anywhere. */
static inline void random_price(struct random *r, struct random_request *q, int k, int rule,
                                char away) {
    char *text = q->texts[k][rule];
    int n = 1 + random_below(r, 8);
    if (random_below(r, 6) == 0)
        snprintf(text, RANDOM_TEXT_MAX, "sma(close, %d)", n);
    else if (r->scale || random_below(r, 3) == 0)
        snprintf(text, RANDOM_TEXT_MAX, "close %c %d * atr(%d) / 4", away, n, 1 + n % 4);
    else
        snprintf(text, RANDOM_TEXT_MAX, "close %c %d * 0.25", away, n);
    q->strategies[k].rules[rule] = text;
}

static inline void random_value(struct random *r, struct random_request *q, int k, int rule) {
    char *text = q->texts[k][rule];
    if (rule == RULE_ENTRY_BARS || rule == RULE_COOLDOWN || rule == RULE_MAX_TRADES_PER_DAY)
        snprintf(text, RANDOM_TEXT_MAX, "%d", 1 + random_below(r, 4));
    else
        snprintf(text, RANDOM_TEXT_MAX, "%.3f", 0.05 + 0.9 * random_unit(r));
    q->strategies[k].rules[rule] = text;
}

/* Orders, parts and moving stops of one side. */
static inline void random_orders(struct random *r, struct random_request *q, int k,
                                 enum side side) {
    static const struct {
        enum rule rule;
        bool profit; /* on the side of the close where it wins */
        int seldom;
    } prices[] = {
        {RULE_LONG_STOP_LOSS, false, 2},     {RULE_LONG_TAKE_PROFIT, true, 2},
        {RULE_LONG_TRAILING_STOP, false, 2}, {RULE_LONG_TAKE_PROFIT2, true, 6},
        {RULE_LONG_TAKE_PROFIT3, true, 8},   {RULE_LONG_BREAK_EVEN, true, 6},
        {RULE_LONG_LIMIT, false, 6},         {RULE_LONG_STOP, true, 6},
    };
    static const enum rule shares[][2] = {
        {RULE_LONG_TAKE_PROFIT_SHARE, RULE_LONG_TAKE_PROFIT},
        {RULE_LONG_TAKE_PROFIT2_SHARE, RULE_LONG_TAKE_PROFIT2},
        {RULE_LONG_EXIT2_SHARE, RULE_LONG_EXIT2},
    };
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
        bool up = prices[i].profit == (side == SIDE_LONG);
        if (random_below(r, prices[i].seldom) == 0)
            random_price(r, q, k, (int)rule_of(side, prices[i].rule), up ? '+' : '-');
    }
    if (random_below(r, 6) == 0)
        random_rule(r, q, k, (int)rule_of(side, RULE_LONG_EXIT2));
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        if (q->strategies[k].rules[rule_of(side, shares[i][1])] && random_below(r, 2))
            random_value(r, q, k, (int)rule_of(side, shares[i][0]));
    }
    const enum rule trail = rule_of(side, RULE_LONG_TRAILING_STOP);
    bool trails = q->strategies[k].rules[trail] || q->cfg.trailing_stop.kind != STOP_NONE;
    if (!trails && random_below(r, 6) == 0) {
        char *text = q->texts[k][rule_of(side, RULE_LONG_TRAILING_DISTANCE)];
        snprintf(text, RANDOM_TEXT_MAX, "%d * atr(%d)", 1 + random_below(r, 3),
                 1 + random_below(r, 9));
        q->strategies[k].rules[rule_of(side, RULE_LONG_TRAILING_DISTANCE)] = text;
    }
}

static inline void random_rules(struct random *r, struct random_request *q, int k, bool orders) {
    static const enum rule numbers[] = {RULE_ENTRY_BARS, RULE_COOLDOWN, RULE_MAX_TRADES_PER_DAY,
                                        RULE_SIZE};
    struct strategy *s = &q->strategies[k];
    *s = (struct strategy){.name = "random", .title = "random"};
    bool positions = r->positions;
    r->positions = orders && positions;
    for (int rule = 0; rule <= RULE_SHORT_EXIT; rule++) {
        if (rule == RULE_LONG_ENTRY || random_below(r, 4))
            random_rule(r, q, k, rule);
    }
    if (orders && random_below(r, 6) == 0)
        random_rule(r, q, k, RULE_SESSION);
    for (int side = 0; orders && side < SIDE_COUNT; side++)
        random_orders(r, q, k, (enum side)side);
    for (size_t i = 0; orders && i < sizeof numbers / sizeof *numbers; i++) {
        bool rests = s->rules[RULE_LONG_LIMIT] || s->rules[RULE_LONG_STOP] ||
                     s->rules[RULE_SHORT_LIMIT] || s->rules[RULE_SHORT_STOP];
        if (random_below(r, 8) == 0 && (rests || numbers[i] != RULE_ENTRY_BARS))
            random_value(r, q, k, (int)numbers[i]);
    }
    r->positions = positions;
}

static inline bool random_accepted(const struct bt_config *cfg) {
    struct rules rules[RANDOM_STRATEGIES] = {0};
    struct bt_error err;
    struct plan *p = plan_new();
    MUST(p, "out of memory");
    bool good = rules_compile(cfg, p, rules, &err);
    for (size_t k = 0; k < cfg->n_strategies; k++)
        rules_release(&rules[k]);
    plan_free(p);
    return good;
}

static inline void random_fraction(struct random *r, struct bt_stop *stop) {
    if (random_below(r, 4) == 0)
        *stop = (struct bt_stop){.kind = STOP_FRACTION, .fraction = 0.002 + 0.05 * random_unit(r)};
}

static inline void random_request(struct random *r, struct random_request *q) {
    struct bt_config *c = &q->cfg;
    bt_config_init(c, PROFILE_CANDLEMILL);
    c->interval = INTERVAL_1H;
    c->want_equity = true;
    c->n_strategies = random_below(r, 3) ? 1 : 2 + (size_t)random_below(r, RANDOM_STRATEGIES - 1);
    if (c->n_strategies > 1 && random_below(r, 2))
        c->combine = (enum bt_combine)(1 + random_below(r, 3));
    random_fraction(r, &c->stop_loss);
    random_fraction(r, &c->take_profit);
    random_fraction(r, &c->trailing_stop);
    do { /* rules may not fit one another */
        for (size_t k = 0; k < c->n_strategies; k++) {
            random_rules(r, q, (int)k, c->combine == COMBINE_SLEEVES);
            c->strategies[k].strategy = &q->strategies[k];
        }
    } while (!random_accepted(c));
    c->sides = (enum bt_sides)(random_below(r, 6) % 4 % 3);
    c->fill = random_below(r, 3) ? FILL_OPEN : FILL_CLOSE;
    c->path = (enum bt_path)random_below(r, 4);
    c->pyramiding = random_below(r, 3) ? 1 : 3;
    c->max_bars = random_below(r, 4) ? 0 : 1 + random_below(r, 30);
    c->leverage = random_below(r, 3) ? 1 : 1 + random_below(r, 60);
    c->hedging = c->combine == COMBINE_SLEEVES && random_below(r, 6) == 0;
    c->lot_step = random_below(r, 4) ? 0 : 0.25;
    if (random_below(r, 3) == 0) {
        c->funding = 0.001 * (random_unit(r) - 0.3);
        c->borrow = 0.2 * random_unit(r);
        c->tick = random_below(r, 2) ? 0.25 : 0.1;
        c->lot_min_value = random_below(r, 2) ? 0 : 500;
        c->commission_maker = 0.0001;
    }
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
}

static inline struct bt_result random_result(const struct bt_config *cfg, const struct bars *b,
                                             size_t first) {
    struct bt_result res;
    struct bt_error err = {.strategy = 0};
    enum bt_status status = backtest_run(cfg, b, first, NULL, NULL, &res, &err);
    MUST(status == BT_OK, "status %d, strategy %d, %s: %s", (int)status, err.strategy,
         err.expr.where, err.expr.message);
    return res;
}

#endif
