/* From the same state at a bar's open, equity at that bar's close: pessimistic <= ohlc, olhc <=
 * optimistic (two walks of one bar, not two runs). */
#include <math.h>
#include <stdlib.h>

#include "engine/broker.h"
#include "engine/rules.h"
#include "tests/random_run.h"

#define CASES random_cases()

/* One run up to `bar` by O-H-L-C, and that bar by `path`. */
struct lockstep {
    struct plan *plan;
    struct eval *eval;
    struct rules rules;
    struct days days;
    struct curve curve;
    struct broker broker;
};

static double equity_after(const struct bt_config *c, const struct bars *b, size_t bar,
                           enum bt_path path, size_t *ret_order_bars) {
    struct lockstep s = {.plan = plan_new()};
    struct bt_error err;
    ck_assert(rules_compile(c, s.plan, &s.rules, &err));
    s.eval = eval_new(s.plan, b, b->n);
    ck_assert(s.eval && eval_next(s.eval) == b->n);
    struct broker_config config = {
        .terms = {.costs = {.rate = c->commission_rate, .adverse = c->spread / 2 + c->slippage},
                  .leverage = c->leverage,
                  .maintenance = c->maintenance,
                  .size_type = c->size_type,
                  .hedging = c->hedging,
                  .bars = b,
                  .interval = INTERVAL_1H},
        .path = PATH_OHLC,
        .allow = {true, true},
        .pyramiding = c->pyramiding,
        .size = c->size,
        .cooldown = (double)NAN,
        .most_a_day = (double)NAN,
        .decide_from = s.rules.lookback};
    config.terms.maker = config.terms.costs;
    memcpy(config.terms.level, s.rules.level_rule, sizeof config.terms.level);
    struct signals signals;
    rules_signals(&s.rules, s.eval, bar, &signals);
    ck_assert(days_init(&s.days, b, 0, INTERVAL_1H) && broker_init(&s.broker, &config, 10000) &&
              curve_init(&s.curve, b, &s.days, 0, INTERVAL_1H, 10000, false));
    if (bar > 0)
        broker_block(&s.broker, &signals, &s.curve);
    size_t before = s.broker.order_bars;
    signals.n = bar + 1;
    s.broker.cfg.path = path;
    broker_block(&s.broker, &signals, &s.curve);
    *ret_order_bars = s.broker.order_bars - before;
    double equity = account_equity(&s.broker.live.account, b->c[bar]);
    broker_release(&s.broker);
    curve_release(&s.curve);
    days_release(&s.days);
    rules_release(&s.rules);
    eval_free(s.eval);
    plan_free(s.plan);
    return equity;
}

START_TEST(the_two_walks_lie_between_the_worse_and_the_better) {
    struct random r = {.state = UINT64_C(0x5eed0f0de5)};
    static struct random_request q;
    size_t differ = 0;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 40 + (size_t)random_below(&r, 60));
        random_request(&r, &q);
        q.cfg.combine = COMBINE_SLEEVES;
        q.cfg.n_strategies = 1;
        if (number % 2)
            q.cfg.take_profit = q.cfg.stop_loss =
                (struct bt_stop){.kind = STOP_FRACTION, .fraction = 0.003};
        size_t bar = 20 + (size_t)random_below(&r, (int)b.n - 21), order_bars;
        double at[4];
        for (int path = PATH_PESSIMISTIC; path <= PATH_OLHC; path++)
            at[path] = equity_after(&q.cfg, &b, bar, (enum bt_path)path, &order_bars);
        double slack = 1e-10 * fabs(at[PATH_OHLC]);
        for (int path = PATH_OHLC; path <= PATH_OLHC; path++)
            ck_assert_msg(at[PATH_PESSIMISTIC] <= at[path] + slack &&
                              at[path] <= at[PATH_OPTIMISTIC] + slack,
                          "case %d: %.12g, %.12g, %.12g", number, at[PATH_PESSIMISTIC], at[path],
                          at[PATH_OPTIMISTIC]);
        ck_assert((order_bars > 0) == (fabs(at[PATH_OHLC] - at[PATH_OLHC]) > slack));
        differ += order_bars;
        bars_release(&b);
    }
    ck_assert_msg(differ > (size_t)CASES / 100, "the order mattered in %zu cases", differ);
}
END_TEST

SUITE_MAIN("path_order", the_two_walks_lie_between_the_worse_and_the_better)
