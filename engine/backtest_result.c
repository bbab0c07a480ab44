/* What is left of a run: trades, equity, metrics, the honest band. */
#include <math.h>
#include <stdlib.h>

#include "engine/backtest_run.h"
#include "engine/measure.h"

static void measure_account(const struct run *r, size_t k, struct metrics *ret) {
    const struct ledger *g = &r->lanes[0].brokers[k].ledger;
    const struct measure m = {.bars = r->bars,
                              .first = r->first,
                              .interval = r->cfg->interval,
                              .annualisation = r->cfg->annualisation,
                              .risk_free = r->cfg->risk_free,
                              .trials = r->cfg->trials,
                              .trades = g->trades,
                              .n_trades = g->n,
                              .fill_value = g->fill_value,
                              .commission = g->commission,
                              .exposed = ledger_exposed(g->trades, g->n, g->open_bar, r->bars,
                                                        r->first, r->cfg->interval)};
    measure_default(&m, &r->lanes[0].curves[k], ret);
}

static bool measure_total(const struct run *r, struct bt_result *res) {
    const struct ledger *ledgers[BACKTEST_STRATEGIES_MAX];
    struct measure m = {.bars = r->bars,
                        .first = r->first,
                        .interval = r->cfg->interval,
                        .annualisation = r->cfg->annualisation,
                        .risk_free = r->cfg->risk_free,
                        .trials = r->cfg->trials};
    int64_t open_bar = -1;
    for (size_t k = 0; k < r->n; k++) {
        const struct ledger *g = ledgers[k] = &r->lanes[0].brokers[k].ledger;
        m.fill_value += g->fill_value;
        m.commission += g->commission;
        if (g->open_bar >= 0 && (open_bar < 0 || g->open_bar < open_bar))
            open_bar = g->open_bar;
    }
    if (!ledger_join(ledgers, r->n, &res->trades, &res->n_trades))
        return false;
    m.trades = res->trades;
    m.n_trades = res->n_trades;
    m.exposed = ledger_exposed(m.trades, m.n_trades, open_bar, r->bars, r->first, m.interval);
    measure_default(&m, &r->lanes[0].total, &res->metrics);
    return true;
}

/* Final equity and deepest fall of a lane, all accounts together. */
static struct bt_whole whole_of(const struct run *r, size_t lane) {
    const struct lane *l = &r->lanes[lane];
    const struct curve *c = r->n > 1 ? &l->total : &l->curves[0];
    return (struct bt_whole){.final_equity = c->last,
                             .max_drawdown = c->drawdowns.n ? -100 * c->drawdowns.deepest : 0};
}

static void measure_band(const struct run *r, struct bt_result *res) {
    size_t order_bars = 0;
    for (size_t lane = 0; lane < r->n_lanes; lane++) {
        for (size_t k = 0; k < r->n; k++)
            order_bars += r->lanes[lane].brokers[k].order_bars;
    }
    /* no bar's order mattered in any of the runs: they are one and the same */
    if (r->n_lanes == 1 || order_bars == 0)
        return;
    res->has_band = true;
    for (size_t lane = 0; lane < r->n_lanes; lane++) {
        if (r->lanes[lane].path == PATH_PESSIMISTIC)
            res->pessimistic = whole_of(r, lane);
        if (r->lanes[lane].path == PATH_OPTIMISTIC)
            res->optimistic = whole_of(r, lane);
    }
}

static void no_metrics(struct metrics *m) {
    for (int k = 0; k < METRIC_COUNT; k++)
        metric_set(m, (enum metric)k, (double)NAN, "decided by vote: no account of its own");
}

enum bt_status run_result(struct run *r, struct bt_result *ret) {
    bool vote = r->cfg->combine != COMBINE_SLEEVES;
    struct bt_result res = {.n_bars = r->bars->n - r->first,
                            .n_strategies = r->cfg->n_strategies,
                            .annualisation = r->cfg->annualisation};
    for (size_t k = 0; k < r->n; k++) {
        res.size_cuts += r->lanes[0].brokers[k].size_cuts;
        res.order_bars += r->lanes[0].brokers[k].order_bars;
        res.strategies[k].diagnosis = r->lanes[0].brokers[k].diagnosis;
        measure_account(r, k, &res.strategies[k].metrics);
    }
    if (r->n > 1) {
        if (!measure_total(r, &res)) {
            free(res.trades);
            return BT_NOMEM;
        }
        res.equity = r->lanes[0].total.values;
        r->lanes[0].total.values = NULL;
    } else {
        struct ledger *g = &r->lanes[0].brokers[0].ledger;
        res.metrics = res.strategies[0].metrics;
        res.trades = g->trades;
        res.n_trades = g->n;
        ledger_init(g);
        res.equity = r->lanes[0].curves[0].values;
        r->lanes[0].curves[0].values = NULL;
    }
    for (size_t k = 0; k < res.n_strategies; k++) {
        res.strategies[k].lookback = r->rules[k].lookback;
        if (!vote)
            continue;
        no_metrics(&res.strategies[k].metrics);
        for (int rule = 0; rule <= RULE_SHORT_EXIT; rule++)
            res.strategies[k].diagnosis.signals[rule] = r->vote.signals[k][rule];
    }
    measure_band(r, &res);
    for (size_t k = 0; r->cfg->want_spans && k < r->n; k++) {
        struct curve *c = &r->lanes[0].curves[k];
        res.spans[res.n_accounts++] = c->spans;
        c->spans = (struct spans){.at = NULL};
    }
    struct lane *own = &r->lanes[0];
    curve_days_take(&res.daily, r->n > 1 ? &own->total : &own->curves[0], &r->days);
    *ret = res;
    return BT_OK;
}
