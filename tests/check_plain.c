/* The plain road through a run beside the general one: the same result bit for bit. A position's
 * longest life, far beyond the data, sends a run down the general road and changes nothing else. */
#include <limits.h>
#include <string.h>

#include "tests/random_run.h"

static void same_bits(const void *a, const void *b, size_t n, int number, const char *what) {
    ck_assert_msg(memcmp(a, b, n) == 0, "run %d: other %s", number, what);
}

static void compare(const struct bt_result *a, const struct bt_result *b, int number) {
    ck_assert_uint_eq(a->n_trades, b->n_trades);
    for (size_t i = 0; i < a->n_trades; i++) {
        const struct trade *x = &a->trades[i], *y = &b->trades[i];
        ck_assert_msg(x->entry_bar == y->entry_bar && x->exit_bar == y->exit_bar &&
                          x->entry_time == y->entry_time && x->exit_time == y->exit_time &&
                          x->entry_reason == y->entry_reason && x->exit_reason == y->exit_reason &&
                          x->strategy == y->strategy,
                      "run %d: trade %zu", number, i);
        const double *p[] = {&x->size,       &x->entry_price, &x->exit_price, &x->pnl,
                             &x->return_pct, &x->commission,  &x->mae,        &x->mfe};
        const double *q[] = {&y->size,       &y->entry_price, &y->exit_price, &y->pnl,
                             &y->return_pct, &y->commission,  &y->mae,        &y->mfe};
        for (size_t k = 0; k < sizeof p / sizeof *p; k++)
            same_bits(p[k], q[k], sizeof **p, number, "trade");
    }
    same_bits(a->equity, b->equity, a->n_bars * sizeof *a->equity, number, "equity");
    for (int m = 0; m < METRIC_COUNT; m++) {
        double x = a->metrics.value[m], y = b->metrics.value[m];
        ck_assert_msg(isnan(x) ? isnan(y) : memcmp(&x, &y, sizeof x) == 0, "run %d: metric %d",
                      number, m);
    }
    for (size_t k = 0; k < a->n_strategies; k++) {
        const struct bt_diagnosis *x = &a->strategies[k].diagnosis,
                                  *y = &b->strategies[k].diagnosis;
        same_bits(x->signals, y->signals, sizeof x->signals, number, "signals");
        same_bits(x->refused, y->refused, sizeof x->refused, number, "refusals");
        ck_assert_uint_eq(x->n_examples, y->n_examples);
    }
}

/* What sends a run down the plain road, mostly. */
static void make_plain(struct random *r, struct bt_config *cfg) {
    cfg->combine = COMBINE_SLEEVES;
    cfg->fill = FILL_OPEN;
    cfg->pyramiding = 1;
    cfg->max_bars = 0;
    cfg->leverage = 1;
    cfg->lot_step = 0;
    cfg->size_type = SIZE_EQUITY;
    cfg->size = random_below(r, 3) ? 1 : 0.1 + 0.9 * random_unit(r);
    cfg->stop_loss.kind = cfg->take_profit.kind = cfg->trailing_stop.kind = STOP_NONE;
    cfg->maintenance = random_below(r, 3) ? 0.005 : 0.7; /* the margin runs out early */
    if (random_below(r, 20) == 0)
        cfg->cash = 4; /* fixed commissions end it */
}

START_TEST(gives_the_same_bits) {
    struct random r = {.state = 4711};
    size_t trades = 0, liquidations = 0, refused = 0;
    for (int i = 0; i < 4000; i++) {
        static struct random_request q;
        struct bars b = random_bars(&r, 40 + (size_t)random_below(&r, 400));
        random_request(&r, &q);
        make_plain(&r, &q.cfg);
        for (size_t k = 0; k < q.cfg.n_strategies; k++) {
            for (int rule = RULE_SHORT_EXIT + 1; rule < RULE_COUNT; rule++)
                q.strategies[k].rules[rule] = NULL;
        }
        if (random_below(&r, 2))
            q.cfg.block = 1 + (size_t)random_below(&r, 200);
        size_t first = (size_t)random_below(&r, 30);
        q.cfg.narrow = i % 2; /* the plain road has its own loops for either width */
        struct bt_result plain = random_result(&q.cfg, &b, first);
        q.cfg.narrow = false;
        q.cfg.max_bars = INT_MAX;
        struct bt_result general = random_result(&q.cfg, &b, first);
        compare(&plain, &general, i);
        trades += plain.n_trades;
        refused += plain.strategies[0].diagnosis.refused[REFUSED_SIZE_ZERO];
        for (size_t k = 0; k < plain.n_trades; k++)
            liquidations += plain.trades[k].exit_reason == REASON_LIQUIDATION;
        bt_result_release(&plain);
        bt_result_release(&general);
        bars_release(&b);
    }
    /* there was something to compare, its corners too */
    ck_assert_msg(trades > 10000 && liquidations > 20 && refused > 20,
                  "%zu trades, %zu liquidations, %zu refusals", trades, liquidations, refused);
}
END_TEST

SUITE_MAIN("plain", gives_the_same_bits)
