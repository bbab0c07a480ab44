#include "engine/trade_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/eval.h"

static const struct define *series(const struct strategy *s, size_t k) {
    for (size_t i = 0; i < s->n_defines; i++)
        if (!strchr(s->defines[i].name, '(') && k-- == 0)
            return &s->defines[i];
    return NULL;
}

const char *trade_series_name(const struct strategy *s, size_t k) {
    const struct define *d = k < TRADE_SERIES_MAX ? series(s, k) : NULL;
    return d ? d->name : NULL;
}

struct column {
    int node; /* -1: none */
    bool condition;
};

/* One moment at which values are wanted. */
struct want {
    size_t bar;
    size_t row; /* of values, counted in widths */
    int strategy;
};

static int by_bar(const void *a, const void *b) {
    const struct want *x = a, *y = b;
    return (x->bar > y->bar) - (x->bar < y->bar);
}

/* The last bar that had closed at a fill on `bar` (from 0 in the range); false: there is none. */
static bool closed_bar(const struct bt_config *cfg, size_t first, int64_t bar,
                       enum trade_reason reason, size_t *ret) {
    bool at_close = reason == REASON_END || (cfg->fill == FILL_CLOSE &&
                                             (reason == REASON_SIGNAL || reason == REASON_REVERSE ||
                                              reason == REASON_VOTE || reason == REASON_MAX_BARS));
    size_t absolute = first + (size_t)bar;
    if (!at_close && absolute == 0)
        return false;
    *ret = at_close ? absolute : absolute - 1;
    return true;
}

static size_t collect(const struct bt_config *cfg, size_t first, const struct bt_result *res,
                      size_t n, struct want *ret) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const struct trade *t = &res->trades[i];
        struct want *w = &ret[k];
        *w = (struct want){.row = 2 * i, .strategy = t->strategy};
        k += closed_bar(cfg, first, t->entry_bar, t->entry_reason, &w->bar);
        w = &ret[k];
        *w = (struct want){.row = 2 * i + 1, .strategy = t->strategy};
        k += closed_bar(cfg, first, t->exit_bar, t->exit_reason, &w->bar);
    }
    qsort(ret, k, sizeof *ret, by_bar);
    return k;
}

static void compile(struct plan *plan, const struct bt_strategy *bs,
                    struct column ret[static TRADE_SERIES_MAX]) {
    const struct plan_scope scope = {
        .strategy = bs->strategy, .params = bs->params, .position = true};
    struct expr_error ignored;
    for (size_t k = 0; k < TRADE_SERIES_MAX; k++) {
        const char *name = trade_series_name(bs->strategy, k);
        struct column c = {.node = -1};
        if (name) {
            c.node = plan_add(plan, name, &scope, VALUE_NUMBER, &ignored);
            c.condition = c.node < 0;
            if (c.condition)
                c.node = plan_add(plan, name, &scope, VALUE_CONDITION, &ignored);
        }
        if (c.node >= 0 && plan_position(plan, c.node))
            c.node = -1;
        ret[k] = c;
    }
}

static double value_at(const struct eval *e, const struct column *c, size_t i) {
    if (c->node < 0)
        return (double)NAN;
    if (c->condition)
        return (double)(eval_mask(e, c->node)[i / 64] >> (i % 64) & 1);
    return eval_number(e, c->node)[i];
}

static void look(struct eval *e, struct column (*columns)[TRADE_SERIES_MAX],
                 const struct want *wants, size_t n, struct trade_values *ret) {
    size_t at = 0, bars;
    while (at < n && (bars = eval_next(e)) > 0) {
        for (; at < n && wants[at].bar < eval_first(e) + bars; at++) {
            const struct want *w = &wants[at];
            for (size_t k = 0; k < ret->width; k++)
                ret->at[w->row * ret->width + k] =
                    value_at(e, &columns[w->strategy][k], w->bar - eval_first(e));
        }
    }
}

static bool fill(struct trade_values *out, const struct bt_config *cfg, const struct bars *b,
                 size_t first, const struct bt_result *res) {
    struct column columns[BACKTEST_STRATEGIES_MAX][TRADE_SERIES_MAX];
    struct want *wants = malloc(2 * out->n * sizeof *wants);
    struct plan *plan = plan_new();
    struct eval *e = NULL;
    if (plan) {
        plan_interval(plan, cfg->interval);
        plan_zones(plan, cfg->find_zone);
        if (cfg->profile == PROFILE_BACKTESTING_PY)
            plan_strict_crosses(plan);
        for (size_t k = 0; k < cfg->n_strategies; k++)
            compile(plan, &cfg->strategies[k], columns[k]);
        e = eval_new(plan, b, 0);
    }
    bool good = wants && e;
    if (good)
        look(e, columns, wants, collect(cfg, first, res, out->n, wants), out);
    free(wants);
    eval_free(e);
    plan_free(plan);
    return good;
}

bool trade_values_init(struct trade_values *ret, const struct bt_config *cfg, const struct bars *b,
                       size_t first, const struct bt_result *res) {
    struct trade_values out = {.n = res->n_trades < TRADE_VALUES_MAX ? res->n_trades
                                                                     : TRADE_VALUES_MAX};
    for (size_t s = 0; s < cfg->n_strategies && cfg->combine == COMBINE_SLEEVES; s++)
        while (trade_series_name(cfg->strategies[s].strategy, out.width))
            out.width++;
    if (out.width == 0 || out.n == 0) {
        *ret = (struct trade_values){.n = 0};
        return true;
    }
    size_t cells = 2 * out.n * out.width;
    out.at = malloc(cells * sizeof *out.at);
    for (size_t i = 0; out.at && i < cells; i++)
        out.at[i] = (double)NAN;
    /* profile backtesting.py reads no bars before the range */
    struct bars range = bars_slice(b, first, b->n);
    bool compatible = cfg->profile == PROFILE_BACKTESTING_PY;
    if (!out.at || !fill(&out, cfg, compatible ? &range : b, compatible ? 0 : first, res)) {
        free(out.at);
        return false;
    }
    *ret = out;
    return true;
}

void trade_values_release(struct trade_values *v) {
    free(v->at);
    *v = (struct trade_values){.n = 0};
}
