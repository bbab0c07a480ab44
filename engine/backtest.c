#include "engine/backtest.h"

#include <math.h>
#include <stdlib.h>

#include "engine/broker.h"
#include "engine/btpy.h"
#include "engine/measure.h"
#include "engine/rules.h"
#include "engine/vote.h"

void bt_config_init(struct bt_config *cfg, enum bt_profile profile) {
    *cfg = (struct bt_config){.profile = profile,
                              .cash = 10000,
                              .size = 1,
                              .leverage = 1,
                              .maintenance = 0.005,
                              .finalize = true,
                              .pyramiding = 1,
                              .annualisation = profile == PROFILE_CANDLEMILL ? 365 : 0};
}

/* One run of the default profile. Accounts: one a strategy, or a single one that follows a vote. */
struct run {
    const struct bt_config *cfg;
    const struct bars *bars;
    size_t first, block;
    struct plan *plan;
    struct eval *eval;
    struct rules *rules;
    size_t *decide_from;
    struct signals *signals;
    struct days days;
    struct vote vote;
    size_t n; /* accounts */
    struct broker *brokers;
    struct curve *curves;
    struct curve total; /* of several accounts */
    double *sum;        /* their equity in the block */
};

static void run_release(struct run *r) {
    for (size_t k = 0; k < r->n; k++) {
        if (r->brokers)
            broker_release(&r->brokers[k]);
        if (r->curves)
            curve_release(&r->curves[k]);
    }
    curve_release(&r->total);
    days_release(&r->days);
    vote_release(&r->vote);
    eval_free(r->eval);
    plan_free(r->plan);
    free(r->rules);
    free(r->decide_from);
    free(r->signals);
    free(r->brokers);
    free(r->curves);
    free(r->sum);
}

static struct broker_config terms_of(const struct run *r, size_t k) {
    const struct bt_config *cfg = r->cfg;
    struct broker_config out = {
        .terms = {.costs = {.rate = cfg->commission_rate,
                            .fixed = cfg->commission_fixed,
                            .minimum = cfg->commission_minimum,
                            .adverse = cfg->spread / 2 + cfg->slippage},
                  .lot = {.step = cfg->lot_step, .min = cfg->lot_min},
                  .leverage = cfg->leverage,
                  .maintenance = cfg->maintenance,
                  .bars = r->bars,
                  .first = r->first,
                  .strategy = (int)k},
        .size_type = cfg->size_type,
        .size = cfg->size,
        .fill = cfg->fill,
        .path = cfg->path,
        .allow = {cfg->sides != SIDES_SHORT, cfg->sides != SIDES_LONG},
        .finalize = cfg->finalize,
        .vote = cfg->combine != COMBINE_SLEEVES,
        .pyramiding = cfg->pyramiding,
        .max_bars = cfg->max_bars,
        .decide_from = cfg->combine == COMBINE_SLEEVES ? r->decide_from[k] : r->first,
    };
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++)
            out.level[side][level] = r->rules[k].level_rule[side][level];
    }
    return out;
}

static enum bt_status run_compile(struct run *r, struct bt_error *err) {
    size_t n = r->cfg->n_strategies;
    r->plan = plan_new();
    r->rules = calloc(n, sizeof *r->rules);
    r->decide_from = calloc(n, sizeof *r->decide_from);
    r->signals = calloc(n, sizeof *r->signals);
    if (!r->plan || !r->rules || !r->decide_from || !r->signals)
        return BT_NOMEM;
    if (!rules_compile(r->cfg, r->plan, r->rules, err))
        return BT_BAD_STRATEGY;
    for (size_t k = 0; k < n; k++)
        r->decide_from[k] = r->rules[k].lookback > r->first ? r->rules[k].lookback : r->first;
    return BT_OK;
}

static bool run_open(struct run *r) {
    const struct bt_config *cfg = r->cfg;
    bool vote = cfg->combine != COMBINE_SLEEVES;
    size_t n = vote ? 1 : cfg->n_strategies;
    r->brokers = calloc(n, sizeof *r->brokers);
    r->curves = calloc(n, sizeof *r->curves);
    r->eval = eval_new(r->plan, r->bars, r->block);
    if (!r->brokers || !r->curves || !r->eval ||
        !days_init(&r->days, r->bars, r->first, cfg->interval))
        return false;
    if (vote && !vote_init(&r->vote, cfg->combine, cfg->n_strategies, r->block))
        return false;
    double cash = cfg->cash / (double)n;
    for (size_t k = 0; k < n; k++, r->n++) {
        struct broker_config terms = terms_of(r, k);
        if (!broker_init(&r->brokers[k], &terms, cash))
            return false;
        if (!curve_init(&r->curves[k], r->bars, &r->days, r->first, cfg->interval, cash,
                        cfg->want_equity && n == 1)) {
            broker_release(&r->brokers[k]);
            return false;
        }
    }
    if (n == 1)
        return true;
    r->sum = calloc(r->block, sizeof *r->sum);
    return r->sum && curve_init(&r->total, r->bars, &r->days, r->first, cfg->interval, cfg->cash,
                                cfg->want_equity);
}

/* One block whose last bars are in range. */
static void run_block(struct run *r, size_t n) {
    size_t first = eval_first(r->eval), to = first + n;
    size_t from = first > r->first ? first : r->first;
    for (size_t k = 0; k < r->cfg->n_strategies; k++)
        rules_signals(&r->rules[k], r->eval, n, &r->signals[k]);
    if (r->cfg->combine != COMBINE_SLEEVES) {
        struct signals changes;
        vote_block(&r->vote, r->signals, r->decide_from, &changes);
        broker_block(&r->brokers[0], &changes, &r->curves[0]);
        return;
    }
    for (size_t i = 0; r->sum && i < to - from; i++)
        r->sum[i] = 0;
    for (size_t k = 0; k < r->n; k++) {
        r->curves[k].share = r->sum;
        r->curves[k].share_first = from;
        broker_block(&r->brokers[k], &r->signals[k], &r->curves[k]);
    }
    if (r->sum)
        curve_values(&r->total, to - from, r->sum);
}

static enum bt_status run_bars(struct run *r, bt_poll_fn *poll, void *poll_arg) {
    size_t n, total = r->bars->n - r->first;
    while ((n = eval_next(r->eval)) > 0) {
        size_t to = eval_first(r->eval) + n;
        if (to > r->first)
            run_block(r, n);
        if (poll && poll(poll_arg, to > r->first ? to - r->first : 0, total))
            return BT_CANCELLED;
    }
    for (size_t k = 0; k < r->n; k++) {
        curve_end(&r->curves[k]);
        if (r->brokers[k].ledger.nomem)
            return BT_NOMEM;
    }
    if (r->sum)
        curve_end(&r->total);
    return BT_OK;
}

static bool measure_account(const struct run *r, size_t k, struct metrics *ret) {
    const struct ledger *g = &r->brokers[k].ledger;
    size_t exposed = ledger_exposed(g->trades, g->n, g->open_bar, r->bars->n - r->first);
    if (exposed == SIZE_MAX)
        return false;
    const struct measure m = {.bars = r->bars,
                              .first = r->first,
                              .interval = r->cfg->interval,
                              .annualisation = r->cfg->annualisation,
                              .risk_free = r->cfg->risk_free,
                              .trades = g->trades,
                              .n_trades = g->n,
                              .fill_value = g->fill_value,
                              .commission = g->commission,
                              .exposed = exposed};
    measure_default(&m, &r->curves[k], ret);
    return true;
}

static bool measure_total(const struct run *r, struct bt_result *res) {
    const struct ledger *ledgers[BACKTEST_STRATEGIES_MAX];
    struct measure m = {.bars = r->bars,
                        .first = r->first,
                        .interval = r->cfg->interval,
                        .annualisation = r->cfg->annualisation,
                        .risk_free = r->cfg->risk_free};
    int64_t open_bar = -1;
    for (size_t k = 0; k < r->n; k++) {
        const struct ledger *g = ledgers[k] = &r->brokers[k].ledger;
        m.fill_value += g->fill_value;
        m.commission += g->commission;
        if (g->open_bar >= 0 && (open_bar < 0 || g->open_bar < open_bar))
            open_bar = g->open_bar;
    }
    if (!ledger_join(ledgers, r->n, &res->trades, &res->n_trades))
        return false;
    m.trades = res->trades;
    m.n_trades = res->n_trades;
    m.exposed = ledger_exposed(m.trades, m.n_trades, open_bar, res->n_bars);
    if (m.exposed == SIZE_MAX)
        return false;
    measure_default(&m, &r->total, &res->metrics);
    return true;
}

static void no_metrics(struct metrics *m) {
    for (int k = 0; k < METRIC_COUNT; k++)
        metric_set(m, (enum metric)k, (double)NAN, "decided by vote: no account of its own");
}

static enum bt_status run_result(struct run *r, struct bt_result *ret) {
    bool vote = r->cfg->combine != COMBINE_SLEEVES;
    struct bt_result res = {.n_bars = r->bars->n - r->first,
                            .n_strategies = r->cfg->n_strategies,
                            .annualisation = r->cfg->annualisation};
    for (size_t k = 0; k < r->n; k++) {
        res.size_cuts += r->brokers[k].size_cuts;
        res.order_bars += r->brokers[k].order_bars;
        res.strategies[k].diagnosis = r->brokers[k].diagnosis;
        if (!measure_account(r, k, &res.strategies[k].metrics))
            return BT_NOMEM;
    }
    if (r->n > 1) {
        if (!measure_total(r, &res)) {
            free(res.trades);
            return BT_NOMEM;
        }
        res.equity = r->total.values;
        r->total.values = NULL;
    } else {
        struct ledger *g = &r->brokers[0].ledger;
        res.metrics = res.strategies[0].metrics;
        res.trades = g->trades;
        res.n_trades = g->n;
        ledger_init(g);
        res.equity = r->curves[0].values;
        r->curves[0].values = NULL;
    }
    for (size_t k = 0; k < res.n_strategies; k++) {
        res.strategies[k].lookback = r->rules[k].lookback;
        if (!vote)
            continue;
        no_metrics(&res.strategies[k].metrics);
        for (int rule = 0; rule <= RULE_SHORT_EXIT; rule++)
            res.strategies[k].diagnosis.signals[rule] = r->vote.signals[k][rule];
    }
    *ret = res;
    return BT_OK;
}

static enum bt_status run_candlemill(struct run *r, bt_poll_fn *poll, void *poll_arg,
                                     struct bt_result *ret, struct bt_error *err) {
    enum bt_status status = run_compile(r, err);
    if (status != BT_OK)
        return status;
    if (!run_open(r))
        return BT_NOMEM;
    status = run_bars(r, poll, poll_arg);
    return status == BT_OK ? run_result(r, ret) : status;
}

enum bt_status backtest_run(const struct bt_config *cfg, const struct bars *b, size_t first,
                            bt_poll_fn *poll, void *poll_arg, struct bt_result *ret,
                            struct bt_error *err) {
    if (first >= b->n)
        return BT_NO_BARS;
    if (cfg->profile == PROFILE_BACKTESTING_PY) {
        struct bars range = bars_slice(b, first, b->n);
        return btpy_run(cfg, &range, poll, poll_arg, ret, err);
    }
    size_t block = cfg->block ? cfg->block : EVAL_BLOCK;
    struct run r = {.cfg = cfg, .bars = b, .first = first, .block = block < b->n ? block : b->n};
    enum bt_status status = run_candlemill(&r, poll, poll_arg, ret, err);
    run_release(&r);
    return status;
}

void bt_result_release(struct bt_result *r) {
    free(r->trades);
    free(r->equity);
    r->trades = NULL;
    r->equity = NULL;
}

enum bt_status backtest_warmup(const struct bt_config *cfg, size_t *ret_bars,
                               struct bt_error *err) {
    struct run r = {.cfg = cfg};
    enum bt_status status = run_compile(&r, err);
    size_t most = 0;
    for (size_t k = 0; status == BT_OK && k < cfg->n_strategies; k++) {
        size_t bars = r.rules[k].lookback + 10 * r.rules[k].recursive_length;
        most = bars > most ? bars : most;
    }
    run_release(&r);
    if (status == BT_OK)
        *ret_bars = cfg->profile == PROFILE_BACKTESTING_PY ? 0 : most;
    return status;
}
