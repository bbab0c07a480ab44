#include "engine/backtest.h"

#include <math.h>
#include <stdlib.h>

#include "engine/backtest_run.h"
#include "engine/btpy.h"

void bt_config_init(struct bt_config *cfg, enum bt_profile profile) {
    *cfg = (struct bt_config){.profile = profile,
                              .cash = 10000,
                              .size = 1,
                              .leverage = 1,
                              .maintenance = 0.005,
                              .commission_maker = (double)NAN,
                              .cooldown = (double)NAN,
                              .max_trades_per_day = (double)NAN,
                              .finalize = true,
                              .pyramiding = 1,
                              .trials = 1,
                              .annualisation = profile == PROFILE_CANDLEMILL ? 365 : 0};
}

static void lane_release(struct lane *l, size_t n) {
    for (size_t k = 0; k < n; k++) {
        if (l->brokers)
            broker_release(&l->brokers[k]);
        if (l->curves)
            curve_release(&l->curves[k]);
    }
    curve_release(&l->total);
    free(l->brokers);
    free(l->curves);
    free(l->sum.close);
}

static void run_release(struct run *r) {
    for (size_t lane = 0; lane < r->n_lanes; lane++)
        lane_release(&r->lanes[lane], r->n);
    days_release(&r->days);
    vote_release(&r->vote);
    eval_free(r->eval);
    plan_free(r->plan);
    for (size_t k = 0; r->rules && k < r->cfg->n_strategies; k++)
        rules_release(&r->rules[k]);
    free(r->rules);
    free(r->decide_from);
    free(r->signals);
}

static struct terms terms_of(const struct run *r, size_t k) {
    const struct bt_config *cfg = r->cfg;
    const struct rules *rules = &r->rules[k];
    struct terms out = {
        .costs = {.rate = cfg->commission_rate,
                  .fixed = cfg->commission_fixed,
                  .per_unit = cfg->commission_per_unit,
                  .minimum = cfg->commission_minimum,
                  .adverse = cfg->spread / 2 + cfg->slippage,
                  .tick = cfg->tick},
        .lot = {.step = cfg->lot_step, .min = cfg->lot_min, .min_value = cfg->lot_min_value},
        .leverage = cfg->leverage,
        .maintenance = cfg->maintenance,
        .volume_limit = cfg->volume_limit,
        .size_type = rules->own_size ? cfg->strategies[k].strategy->size_type : cfg->size_type,
        .hedging = cfg->hedging,
        .carry = {.funding = cfg->funding,
                  .borrow = cfg->borrow,
                  .times = cfg->funding_times,
                  .rates = cfg->funding_rates,
                  .n = cfg->n_funding},
        .bars = r->bars,
        .interval = cfg->interval,
        .first = r->first,
        .strategy = (int)k};
    out.maker = out.costs;
    if (!isnan(cfg->commission_maker))
        out.maker.rate = cfg->commission_maker;
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++)
            out.level[side][level] = rules->level_rule[side][level];
    }
    return out;
}

static struct broker_config broker_of(const struct run *r, enum bt_path path, size_t k) {
    const struct bt_config *cfg = r->cfg;
    return (struct broker_config){
        .terms = terms_of(r, k),
        .fill = cfg->fill,
        .path = path,
        .lower = cfg->lower,
        .allow = {cfg->sides != SIDES_SHORT, cfg->sides != SIDES_LONG},
        .finalize = cfg->finalize,
        .vote = cfg->combine != COMBINE_SLEEVES,
        .pyramiding = r->rules[k].pyramiding > 0 ? r->rules[k].pyramiding : cfg->pyramiding,
        .max_bars = cfg->max_bars,
        .size = r->rules[k].node[RULE_SIZE] >= 0 ? (double)NAN : cfg->size,
        .cooldown = cfg->cooldown,
        .most_a_day = cfg->max_trades_per_day,
        .decide_from = cfg->combine == COMBINE_SLEEVES ? r->decide_from[k] : r->first,
    };
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

static bool lane_open(struct run *r, struct lane *l, bool want_equity) {
    const struct bt_config *cfg = r->cfg;
    double cash = cfg->cash / (double)r->n;
    l->brokers = calloc(r->n, sizeof *l->brokers);
    l->curves = calloc(r->n, sizeof *l->curves);
    if (!l->brokers || !l->curves)
        return false;
    for (size_t k = 0; k < r->n; k++) {
        struct broker_config terms = broker_of(r, l->path, k);
        if (!broker_init(&l->brokers[k], &terms, cash) ||
            !curve_init(&l->curves[k], r->bars, &r->days, r->first, cfg->interval, cash,
                        want_equity && r->n == 1))
            return false;
        l->curves[k].want_spans = cfg->want_spans && l == r->lanes;
        l->curves[k].wide &= !cfg->narrow;
    }
    if (r->n == 1)
        return true;
    l->sum.close = calloc(3 * r->block, sizeof *l->sum.close);
    l->sum.low = l->sum.close + r->block;
    l->sum.high = l->sum.low + r->block;
    if (!l->sum.close ||
        !curve_init(&l->total, r->bars, &r->days, r->first, cfg->interval, cfg->cash, want_equity))
        return false;
    l->total.wide &= !cfg->narrow;
    return true;
}

/* True when the order of prices inside a bar can matter at all. */
static bool has_levels(const struct run *r) {
    for (size_t k = 0; k < r->cfg->n_strategies; k++) {
        if (rules_rest(&r->rules[k]))
            return true;
    }
    return false;
}

static bool run_open(struct run *r) {
    const struct bt_config *cfg = r->cfg;
    bool vote = cfg->combine != COMBINE_SLEEVES;
    r->n = vote ? 1 : cfg->n_strategies;
    r->eval = eval_new(r->plan, r->bars, r->block);
    if (!r->eval || !days_init(&r->days, r->bars, r->first, cfg->interval))
        return false;
    if (cfg->narrow)
        eval_narrow(r->eval);
    if (vote && !vote_init(&r->vote, cfg->combine, cfg->n_strategies, r->block))
        return false;
    enum bt_path paths[LANES_MAX] = {cfg->path};
    size_t n = 1;
    for (int path = PATH_PESSIMISTIC; cfg->want_band && has_levels(r) && path <= PATH_OPTIMISTIC;
         path++) {
        if ((enum bt_path)path != cfg->path)
            paths[n++] = (enum bt_path)path;
    }
    for (size_t lane = 0; lane < n; lane++) {
        r->lanes[r->n_lanes].path = paths[lane];
        if (!lane_open(r, &r->lanes[r->n_lanes++], cfg->want_equity && lane == 0))
            return false;
    }
    return true;
}

/* The accounts of a lane over the block's bars, the first in range being `from`. */
static void lane_block(struct run *r, struct lane *l, const struct signals *signals, size_t from,
                       size_t to) {
    struct curve_share *sum = &l->sum;
    sum->first = from;
    for (size_t i = 0; sum->close && i < to - from; i++)
        sum->close[i] = sum->low[i] = sum->high[i] = 0;
    for (size_t k = 0; k < r->n; k++) {
        l->curves[k].share = sum->close ? sum : NULL;
        broker_block(&l->brokers[k], &signals[k], &l->curves[k]);
    }
    for (size_t i = 0; sum->close && i < to - from; i++)
        sum->low[i] = sum->high[i] < sum->low[i] ? sum->high[i] : sum->low[i];
    if (sum->close)
        curve_values(&l->total, to - from, sum->close, sum->low);
}

/* One block whose last bars are in range. */
static void run_block(struct run *r, size_t n) {
    size_t first = eval_first(r->eval), to = first + n;
    size_t from = first > r->first ? first : r->first;
    const struct signals *signals = r->signals;
    struct signals changes;
    for (size_t k = 0; k < r->cfg->n_strategies; k++)
        rules_signals(&r->rules[k], r->eval, n, &r->signals[k]);
    if (r->cfg->combine != COMBINE_SLEEVES) {
        vote_block(&r->vote, r->signals, r->decide_from, &changes);
        signals = &changes;
    }
    for (size_t lane = 0; lane < r->n_lanes; lane++)
        lane_block(r, &r->lanes[lane], signals, from, to);
}

static bool lane_end(struct run *r, struct lane *l) {
    for (size_t k = 0; k < r->n; k++) {
        curve_end(&l->curves[k]);
        if (l->brokers[k].ledger.nomem || l->curves[k].spans.nomem)
            return false;
    }
    if (l->sum.close)
        curve_end(&l->total);
    return true;
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
    for (size_t lane = 0; lane < r->n_lanes; lane++) {
        if (!lane_end(r, &r->lanes[lane]))
            return BT_NOMEM;
    }
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
    for (size_t k = 0; k < r->n_accounts; k++)
        spans_release(&r->spans[k]);
    r->n_accounts = 0;
    curve_days_release(&r->daily);
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
