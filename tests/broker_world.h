/* A broker of the default profile with masks made by hand: bars as {o, h, l, c} rows an hour apart,
 * rules set bar by bar, levels as one constant price. */
#ifndef TESTS_BROKER_WORLD_H
#define TESTS_BROKER_WORLD_H

#include "engine/broker.h"
#include "tests/near.h"

#define WORLD_BARS_MAX 64

struct world {
    struct bars b;
    uint64_t mask[RULE_CONDITIONS];
    double number[RULE_COUNT][WORLD_BARS_MAX];
    bool given[RULE_COUNT]; /* the first four rules always are */
    struct broker_config cfg;
    double maker; /* rate of limit fills; NaN: as all others */
    double cash;
    struct days days;
    struct curve curve;
    struct broker br;
};

/* 10 units at market, no costs, everything else as the profile's defaults, finalize off. */
static inline void world_init(struct world *w, const double rows[][4], size_t n) {
    *w = (struct world){.cash = 10000, .maker = (double)NAN};
    ck_assert(n <= WORLD_BARS_MAX);
    for (size_t i = 0; i < n; i++)
        ck_assert(bars_append(&w->b, (int64_t)i * MS_PER_HOUR, rows[i][0], rows[i][1], rows[i][2],
                              rows[i][3], 1));
    size_t bad;
    ck_assert_ptr_null(bars_check(&w->b, &bad));
    w->cfg = (struct broker_config){.terms = {.leverage = 1,
                                              .maintenance = 0.005,
                                              .size_type = SIZE_UNITS,
                                              .interval = INTERVAL_1H},
                                    .size = 10,
                                    .cooldown = (double)NAN,
                                    .most_a_day = (double)NAN,
                                    .allow = {true, true},
                                    .pyramiding = 1};
}

static inline void world_rule(struct world *w, enum rule rule, size_t bar) {
    w->mask[rule] |= UINT64_C(1) << bar;
    w->given[rule] = true;
}

/* A rule that gives the same number on every bar. */
static inline void world_number(struct world *w, enum rule rule, double value) {
    w->given[rule] = true;
    for (size_t i = 0; i < w->b.n; i++)
        w->number[rule][i] = value;
}

static inline void world_level(struct world *w, enum side side, enum level level, double price) {
    w->cfg.terms.level[side][level].kind = STOP_EXPR;
    world_number(w, level_rule_of(side, level), price);
}

static inline void world_fraction(struct world *w, enum level level, double fraction) {
    for (int side = 0; side < SIDE_COUNT; side++)
        w->cfg.terms.level[side][level] =
            (struct level_rule){.kind = STOP_FRACTION, .fraction = fraction};
}

static inline void world_run(struct world *w) {
    w->cfg.terms.bars = &w->b;
    w->cfg.terms.maker = w->cfg.terms.costs;
    if (!isnan(w->maker))
        w->cfg.terms.maker.rate = w->maker;
    struct signals s = {.first = 0, .n = w->b.n};
    for (int r = 0; r < RULE_COUNT; r++) {
        if (r < RULE_CONDITIONS && (r <= RULE_SHORT_EXIT || w->given[r]))
            s.rule[r] = &w->mask[r];
        if (r >= RULE_CONDITIONS && w->given[r])
            s.number[r] = w->number[r];
    }
    ck_assert(days_init(&w->days, &w->b, 0, INTERVAL_1H));
    ck_assert(curve_init(&w->curve, &w->b, &w->days, 0, INTERVAL_1H, w->cash, true));
    ck_assert(broker_init(&w->br, &w->cfg, w->cash));
    broker_block(&w->br, &s, &w->curve);
    curve_end(&w->curve);
    ck_assert(!w->br.ledger.nomem);
}

static inline void world_release(struct world *w) {
    broker_release(&w->br);
    curve_release(&w->curve);
    days_release(&w->days);
    bars_release(&w->b);
}

#define TRADES(w, want)                                                                            \
    ck_assert_msg((w)->br.ledger.n == (size_t)(want), "line %d: %zu trades", __LINE__,             \
                  (w)->br.ledger.n)

#define TRADE(w, k, want_size, in_bar, out_bar, in_price, out_price, why)                          \
    do {                                                                                           \
        ck_assert_msg((w)->br.ledger.n > (k), "line %d: no trade %d", __LINE__, (k));              \
        const struct trade *t_ = &(w)->br.ledger.trades[k];                                        \
        NEAR(t_->size, want_size);                                                                 \
        NEAR(t_->entry_price, in_price);                                                           \
        NEAR(t_->exit_price, out_price);                                                           \
        ck_assert_msg(t_->entry_bar == (in_bar) && t_->exit_bar == (out_bar),                      \
                      "line %d: bars %d to %d", __LINE__, (int)t_->entry_bar, (int)t_->exit_bar);  \
        ck_assert_msg(t_->exit_reason == (why), "line %d: left by %s", __LINE__,                   \
                      reason_name(t_->exit_reason));                                               \
    } while (0)

#define EQUITY(w, bar, want) NEAR((w)->curve.values[bar], want)

#endif
