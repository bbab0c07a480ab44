#include "engine/btpy.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules.h"

/* An entry order that waits, as the strategy keeps it. */
struct waiting {
    int id;      /* 0: none */
    size_t last; /* bar that may fill it */
};

struct run {
    const struct bt_config *cfg;
    const struct bars *bars;
    struct plan *plan;
    struct eval *eval;
    struct rules *rules;
    size_t n;
    struct btpy_broker *brokers;
    struct waiting (*waiting)[SIDE_COUNT]; /* of each strategy */
    double *equity; /* n + 1 rows of bars->n: one a strategy, then their sum */
};

static void run_release(struct run *r) {
    for (size_t k = 0; r->brokers && k < r->n; k++)
        btpy_release(&r->brokers[k]);
    eval_free(r->eval);
    plan_free(r->plan);
    for (size_t k = 0; r->rules && k < r->cfg->n_strategies; k++)
        rules_release(&r->rules[k]);
    free(r->rules);
    free(r->brokers);
    free(r->waiting);
    free(r->equity);
}

static enum bt_status run_open(struct run *r, struct bt_error *err) {
    const struct bt_config *cfg = r->cfg;
    r->plan = plan_new();
    r->rules = calloc(cfg->n_strategies, sizeof *r->rules);
    if (!r->plan || !r->rules)
        return BT_NOMEM;
    plan_strict_crosses(r->plan);
    if (!rules_compile(cfg, r->plan, r->rules, err))
        return BT_BAD_STRATEGY;
    r->eval = eval_new(r->plan, r->bars, cfg->block);
    r->brokers = calloc(cfg->n_strategies, sizeof *r->brokers);
    r->waiting = calloc(cfg->n_strategies, sizeof *r->waiting);
    r->equity = calloc((cfg->n_strategies + 1) * r->bars->n, sizeof *r->equity);
    if (!r->eval || !r->brokers || !r->waiting || !r->equity)
        return BT_NOMEM;
    for (size_t k = 0; k < cfg->n_strategies; k++, r->n++) {
        const struct btpy_terms terms = {.bars = r->bars,
                                         .rate = cfg->commission_rate,
                                         .fixed = cfg->commission_fixed,
                                         .spread = cfg->spread,
                                         .leverage = cfg->leverage,
                                         .on_close = cfg->fill == FILL_CLOSE,
                                         .hedging = cfg->hedging,
                                         .exclusive = cfg->exclusive_orders,
                                         .strategy = (int)k};
        if (!btpy_init(&r->brokers[k], &terms, cfg->cash / (double)cfg->n_strategies,
                       (size_t)cfg->pyramiding + 2))
            return BT_NOMEM;
    }
    return BT_OK;
}

/* The price that an entry waits for, NAN: none; false: it has none on this bar. */
static bool add_price(const struct signals *s, enum rule rule, size_t bar, double *ret) {
    *ret = signals_number(s, rule, bar, NULL);
    return !rule_given(s, rule) || (*ret > 0 && isfinite(*ret));
}

/* How long an entry waits; false: out of bounds. */
static bool add_life(const struct signals *s, size_t bar, size_t bars, size_t *ret_last) {
    double life =
        rule_given(s, RULE_ENTRY_BARS) ? signals_number(s, RULE_ENTRY_BARS, bar, NULL) : 1;
    if (!(life >= 1))
        return false;
    *ret_last = bar + (life < (double)bars ? (size_t)life : bars);
    return true;
}

/* The stops of an entry into the order; false: refused. They lie around its limit, else its stop,
 * else the close: that library ends the run where they do not. */
static bool add_levels(const struct rules *r, const struct signals *s, size_t bar, double close,
                       struct btpy_order *o, enum refusal *why) {
    struct order levels = {.side = o->size > 0 ? 1 : -1};
    const struct level_rule *rule = r->level_rule[o->size > 0 ? SIDE_LONG : SIDE_SHORT];
    double from = !isnan(o->limit) ? o->limit : !isnan(o->stop) ? o->stop : close;
    if (!order_levels(&levels, rule, s, bar, close, from, NULL, why))
        return false;
    if (rule[LEVEL_STOP].kind == STOP_EXPR)
        o->sl = levels.price[LEVEL_STOP];
    if (rule[LEVEL_STOP].kind == STOP_FRACTION)
        o->sl_fraction = rule[LEVEL_STOP].fraction;
    if (rule[LEVEL_TARGET].kind == STOP_EXPR)
        o->tp = levels.price[LEVEL_TARGET];
    if (rule[LEVEL_TARGET].kind == STOP_FRACTION)
        o->tp_fraction = rule[LEVEL_TARGET].fraction;
    return true;
}

static void refuse(struct btpy_broker *br, enum refusal why, size_t bar) {
    struct bt_diagnosis *d = &br->diagnosis;
    d->refused[why]++;
    if (d->n_examples < REFUSAL_EXAMPLES_MAX) {
        d->examples[d->n_examples].time = br->terms.bars->t[bar];
        d->examples[d->n_examples++].reason = why;
    }
}

static void close_old(struct btpy_broker *br, const struct bt_config *cfg, size_t bar) {
    size_t fill_bar = cfg->fill == FILL_CLOSE ? bar : bar + 1;
    for (size_t i = 0; cfg->max_bars > 0 && i < br->n_trades; i++) {
        if (fill_bar - br->trades[i].bar >= (size_t)cfg->max_bars)
            btpy_close(br, i, REASON_MAX_BARS);
    }
}

/* Everything about an entry of the side into the order; false: refused. */
static bool prepare(const struct btpy_broker *br, const struct rules *r, const struct signals *s,
                    size_t bar, struct btpy_order *o, size_t *ret_last, enum refusal *why) {
    enum side side = o->size > 0 ? SIDE_LONG : SIDE_SHORT;
    const struct bars *b = br->terms.bars;
    *why = REFUSED_SIZE_ZERO;
    if (o->size == 0)
        return false;
    *why = REFUSED_ENTRY_NULL;
    if (!add_price(s, rule_of(side, RULE_LONG_LIMIT), bar, &o->limit) ||
        !add_price(s, rule_of(side, RULE_LONG_STOP), bar, &o->stop))
        return false;
    *why = REFUSED_SIZE_NULL;
    return add_life(s, bar, b->n, ret_last) && add_levels(r, s, bar, b->c[bar], o, why);
}

static void enter(struct btpy_broker *br, const struct bt_config *cfg, const struct rules *r,
                  const struct signals *s, size_t bar, enum side side,
                  struct waiting waiting[SIDE_COUNT]) {
    double share = cfg->size >= 1 ? 1 - DBL_EPSILON : cfg->size;
    double size = cfg->size_type == SIZE_EQUITY ? share : floor(cfg->size);
    const double none = (double)NAN;
    struct btpy_order o = {.size = side == SIDE_LONG ? size : -size,
                           .limit = none,
                           .stop = none,
                           .sl = none,
                           .tp = none,
                           .sl_fraction = none,
                           .tp_fraction = none,
                           .reason = REASON_SIGNAL};
    enum refusal why;
    size_t last;
    if (!prepare(br, r, s, bar, &o, &last, &why)) {
        refuse(br, why, bar);
        return;
    }
    int id = btpy_order(br, &o);
    if (!isnan(o.limit) || !isnan(o.stop))
        waiting[side] = (struct waiting){.id = id, .last = last};
}

/* What the strategy's next() does at the close of `bar`: cancel, close, then enter. */
static void decide(struct btpy_broker *br, const struct bt_config *cfg, const struct rules *r,
                   const struct signals *s, size_t bar, struct waiting waiting[SIDE_COUNT]) {
    double position = 0;
    for (size_t i = 0; i < br->n_trades; i++)
        position += br->trades[i].size;
    bool more = br->n_trades > 0 && br->n_trades < (size_t)cfg->pyramiding;
    bool is_long = position > 0, is_short = position < 0;
    bool up = (!is_long || more) && signals_at(s, RULE_LONG_ENTRY, bar);
    bool down = !up && (!is_short || more) && signals_at(s, RULE_SHORT_ENTRY, bar);
    bool out = !up && !down &&
               ((is_long && signals_at(s, RULE_LONG_EXIT, bar)) ||
                (is_short && signals_at(s, RULE_SHORT_EXIT, bar)));
    bool turn = (up && is_short) || (down && is_long);
    bool allowed = (up && cfg->sides != SIDES_SHORT) || (down && cfg->sides != SIDES_LONG);
    for (int k = 0; k < SIDE_COUNT; k++) {
        bool back = up || down || signals_at(s, rule_of((enum side)k, RULE_LONG_EXIT), bar);
        if (back || bar >= waiting[k].last) {
            btpy_cancel(br, waiting[k].id);
            waiting[k].id = 0;
        }
    }
    close_old(br, cfg, bar);
    if (out || turn)
        btpy_close_all(br, turn && allowed ? REASON_REVERSE : REASON_SIGNAL);
    if (allowed)
        enter(br, cfg, r, s, bar, up ? SIDE_LONG : SIDE_SHORT, waiting);
}

static void run_block(struct run *r, size_t k, size_t n) {
    struct btpy_broker *br = &r->brokers[k];
    const struct rules *rules = &r->rules[k];
    double *equity = r->equity + k * r->bars->n;
    struct signals s;
    rules_signals(rules, r->eval, n, &s);
    size_t start = rules->lookback_compat + 1;
    for (size_t bar = s.first > start ? s.first : start; bar < s.first + n; bar++) {
        equity[bar] = btpy_next(br, bar);
        for (int rule = 0; rule <= RULE_SHORT_EXIT; rule++)
            br->diagnosis.signals[rule] += signals_at(&s, (enum rule)rule, bar);
        if (!br->ruined)
            decide(br, r->cfg, rules, &s, bar, r->waiting[k]);
    }
}

/* The last pass, and the head of the curve that no bar has made. */
static void run_finish(struct run *r, size_t k) {
    struct btpy_broker *br = &r->brokers[k];
    size_t n = r->bars->n, start = r->rules[k].lookback_compat + 1;
    double *equity = r->equity + k * n;
    if (r->cfg->finalize && start < n && !br->ruined)
        equity[n - 1] = btpy_finalize(br);
    double head = start < n ? equity[start] : br->cash;
    for (size_t i = 0; i < n && i < start; i++)
        equity[i] = head;
    double *sum = r->equity + r->n * n;
    for (size_t i = 0; i < n; i++)
        sum[i] += equity[i];
}

static bool measure(const struct run *r, const struct trade *trades, size_t n_trades,
                    const struct ledger *g, size_t row, size_t warmup, struct metrics *ret,
                    struct curve_days *ret_days) {
    double days = r->cfg->annualisation > 0 ? r->cfg->annualisation : btpy_annualisation(r->bars);
    struct measure m = {.bars = r->bars,
                        .interval = r->cfg->interval,
                        .annualisation = days,
                        .risk_free = r->cfg->risk_free,
                        .trials = r->cfg->trials,
                        .trades = trades,
                        .n_trades = n_trades,
                        .fill_value = g->fill_value,
                        .commission = g->commission,
                        .exposed =
                            ledger_exposed(trades, n_trades, -1, r->bars, 0, r->cfg->interval)};
    return btpy_measure(&m, r->equity + row * r->bars->n, warmup, ret, ret_days);
}

static enum bt_status run_result(const struct run *r, struct bt_result *ret) {
    const struct ledger *ledgers[BACKTEST_STRATEGIES_MAX];
    struct ledger total = {.n = 0};
    size_t n = r->bars->n, warmup = 0;
    struct bt_result res = {.n_bars = n, .n_strategies = r->n};
    res.annualisation =
        r->cfg->annualisation > 0 ? r->cfg->annualisation : btpy_annualisation(r->bars);
    for (size_t k = 0; k < r->n; k++) {
        const struct ledger *g = ledgers[k] = &r->brokers[k].ledger;
        size_t first = r->rules[k].lookback_compat;
        if (g->nomem || !measure(r, g->trades, g->n, g, k, first, &res.strategies[k].metrics, NULL))
            return BT_NOMEM;
        res.strategies[k].diagnosis = r->brokers[k].diagnosis;
        res.strategies[k].lookback = first;
        warmup = first > warmup ? first : warmup;
        total.fill_value += g->fill_value;
        total.commission += g->commission;
    }
    if (r->cfg->want_equity) {
        res.equity = malloc(n * sizeof *res.equity);
        if (!res.equity)
            return BT_NOMEM;
        memcpy(res.equity, r->equity + r->n * n, n * sizeof *res.equity);
    }
    if (!ledger_join(ledgers, r->n, &res.trades, &res.n_trades) ||
        !measure(r, res.trades, res.n_trades, &total, r->n, warmup, &res.metrics, &res.daily)) {
        bt_result_release(&res);
        return BT_NOMEM;
    }
    *ret = res;
    return BT_OK;
}

static enum bt_status run_bars(struct run *r, bt_poll_fn *poll, void *poll_arg) {
    size_t n;
    while ((n = eval_next(r->eval)) > 0) {
        for (size_t k = 0; k < r->n; k++)
            run_block(r, k, n);
        if (poll && poll(poll_arg, eval_first(r->eval) + n, r->bars->n))
            return BT_CANCELLED;
    }
    for (size_t k = 0; k < r->n; k++)
        run_finish(r, k);
    return BT_OK;
}

enum bt_status btpy_run(const struct bt_config *cfg, const struct bars *b, bt_poll_fn *poll,
                        void *poll_arg, struct bt_result *ret, struct bt_error *err) {
    struct run r = {.cfg = cfg, .bars = b};
    if (cfg->combine != COMBINE_SLEEVES) {
        static const char text[] = "profile backtesting.py has no votes";
        *err = (struct bt_error){.strategy = 0};
        memcpy(err->expr.message, text, sizeof text);
        return BT_BAD_STRATEGY;
    }
    enum bt_status status = run_open(&r, err);
    if (status == BT_OK)
        status = run_bars(&r, poll, poll_arg);
    if (status == BT_OK)
        status = run_result(&r, ret);
    run_release(&r);
    return status;
}
