#include "lib/strategy_probe.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/eval.h"
#include "engine/mask.h"
#include "engine/rules.h"

/* The rules of one strategy evaluated over bars, from a start of its own. */
struct columns {
    struct plan *plan;
    struct rules rules;
    struct eval *eval;
    struct bars bars;
    size_t n; /* bars in the block */
};

static void columns_release(struct columns *c) {
    rules_release(&c->rules);
    eval_free(c->eval);
    plan_free(c->plan);
}

static bool columns_init(struct columns *c, const struct bt_config *cfg, const struct bars *b,
                         size_t from, struct bt_error *err) {
    *c = (struct columns){.bars = bars_slice(b, from, b->n)};
    c->plan = plan_new();
    if (!c->plan || !rules_compile(cfg, c->plan, &c->rules, err))
        return false;
    c->eval = eval_new(c->plan, &c->bars, 0);
    return c->eval;
}

/* A rule whose value every bar is known without the account. */
static bool is_column(const struct columns *c, int rule) {
    return c->rules.node[rule] >= 0 && !c->rules.program[rule];
}

static double value_at(const struct columns *c, int rule, size_t i) {
    int node = c->rules.node[rule];
    if (rule >= RULE_CONDITIONS)
        return eval_number(c->eval, node)[i];
    return (double)(eval_mask(c->eval, node)[i / 64] >> (i % 64) & 1);
}

/* Counts bars from `from` on, and keeps every value: one row a rule. */
static void collect(struct columns *c, size_t from, double *const values[RULE_COUNT],
                    struct probe *p) {
    size_t n;
    while ((n = eval_next(c->eval)) > 0) {
        size_t first = eval_first(c->eval);
        for (int rule = 0; rule < RULE_COUNT; rule++) {
            if (!is_column(c, rule))
                continue;
            for (size_t i = 0; i < n; i++) {
                double v = values[rule][first + i] = value_at(c, rule, i);
                if (first + i < from)
                    continue;
                p->rules[rule].judged++;
                p->rules[rule].fired += rule < RULE_CONDITIONS ? v > 0 : !isnan(v);
            }
        }
    }
}

static bool same(double a, double b) {
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-6 * (fabs(a) + fabs(b));
}

/* The last bar behind its warm-up on which a later start gives another value. */
static void compare(struct columns *c, size_t start, double *const values[RULE_COUNT],
                    struct probe *p) {
    size_t n, total = c->bars.n;
    while ((n = eval_next(c->eval)) > 0) {
        size_t first = eval_first(c->eval);
        for (int rule = 0; rule < RULE_COUNT; rule++) {
            for (size_t i = 0; is_column(c, rule) && i < n; i++) {
                size_t at = first + i;
                if (at < p->lookback || same(values[rule][start + at], value_at(c, rule, i)))
                    continue;
                if (at + 1 > p->rules[rule].settled)
                    p->rules[rule].settled = at + 1;
                /* in the last tenth still: it does not settle */
                p->rules[rule].settles &= at < total - total / 10;
            }
        }
    }
}

static enum err_code no_memory(struct err *e) {
    return err_set(e, ERR_INTERNAL, "out of memory");
}

static enum err_code probe_columns(const struct bt_config *cfg, const struct bars *b, size_t first,
                                   double *const values[RULE_COUNT], struct probe *p,
                                   struct err *e) {
    struct bt_error wrong = {.strategy = 0};
    struct columns c;
    bool good = columns_init(&c, cfg, b, 0, &wrong);
    for (int rule = 0; good && rule < RULE_COUNT; rule++) {
        p->rules[rule].present = c.rules.node[rule] >= 0;
        p->rules[rule].account = c.rules.program[rule] != NULL;
        p->rules[rule].settles = true;
    }
    if (good) {
        p->lookback = c.rules.lookback;
        p->wanted = p->lookback + 10 * c.rules.recursive_length;
        collect(&c, first > p->lookback ? first : p->lookback, values, p);
    }
    columns_release(&c);
    for (size_t k = 1; good && k <= PROBE_STARTS; k++) {
        size_t start = b->n * k / (PROBE_STARTS + 1);
        good = columns_init(&c, cfg, b, start, &wrong);
        if (good)
            compare(&c, start, values, p);
        columns_release(&c);
    }
    if (good)
        return ERR_NONE;
    return wrong.expr.message[0] ? err_set(e, ERR_INVALID, "%s", wrong.expr.message) : no_memory(e);
}

/* --- runs ------------------------------------------------------------------------------------- */

static enum err_code run(const struct bt_config *cfg, const struct market_data *d,
                         struct bt_result *ret, struct err *e) {
    struct bt_error wrong = {.strategy = 0};
    switch (backtest_run(cfg, &d->bars, d->first, NULL, NULL, ret, &wrong)) {
    case BT_OK:
        return ERR_NONE;
    case BT_BAD_STRATEGY:
        return err_set(e, ERR_INVALID, "%s", wrong.expr.message);
    case BT_NO_BARS:
        return err_set(e, ERR_UNPROCESSABLE, "there are no bars in the range");
    default:
        return no_memory(e);
    }
}

static bool same_trades(const struct bt_result *a, const struct bt_result *b) {
    bool equal = a->n_trades == b->n_trades;
    for (size_t i = 0; equal && i < a->n_trades; i++) {
        const struct trade *x = &a->trades[i], *y = &b->trades[i];
        equal = x->entry_bar == y->entry_bar && x->exit_bar == y->exit_bar &&
                same(x->size, y->size) && same(x->exit_price, y->exit_price);
    }
    return equal;
}

/* Values near the parameter's own, inside its bounds: a step to each side, the double, the half. */
static void choose(const struct param *param, double own, struct probe_param *ret) {
    double step = param->step > 0 ? param->step : fabs(own) / 10 + 1e-3;
    double wishes[PROBE_TRIES] = {own + step, own - step, own * 2, own / 2};
    if (param->type == PARAM_BOOL) {
        ret->tried[ret->n_tried++] = own > 0 ? 0 : 1;
        return;
    }
    for (size_t i = 0; i < PROBE_TRIES; i++) {
        double v = param->type == PARAM_INT ? floor(wishes[i]) : wishes[i];
        v = v < param->min ? param->min : v > param->max ? param->max : v;
        bool again = same(v, own);
        for (size_t k = 0; k < ret->n_tried; k++)
            again |= same(v, ret->tried[k]);
        if (!again)
            ret->tried[ret->n_tried++] = v;
    }
}

/* A value that does not even compile (a length of 0) says nothing: it is left out. */
static enum err_code probe_params(const struct request *r, const struct market_data *d,
                                  const struct bt_result *own, struct probe *p, struct err *e) {
    const struct strategy *s = r->cfg.strategies[0].strategy;
    for (size_t i = 0; i < s->n_params; i++) {
        struct probe_param *param = &p->params[i], wishes = {.n_tried = 0};
        choose(&s->params[i], r->cfg.strategies[0].params[i], &wishes);
        for (size_t k = 0; k < wishes.n_tried && !param->matters; k++) {
            struct bt_config cfg = r->cfg;
            struct bt_result res;
            cfg.strategies[0].params[i] = wishes.tried[k];
            enum err_code code = run(&cfg, d, &res, e);
            if (code == ERR_INVALID)
                continue;
            if (code != ERR_NONE)
                return code;
            param->tried[param->n_tried++] = wishes.tried[k];
            param->matters = !same_trades(own, &res);
            bt_result_release(&res);
        }
    }
    return ERR_NONE;
}

static enum err_code probe_runs(const struct request *r, const struct market_data *d,
                                struct probe *p, struct err *e) {
    struct bt_result own;
    enum err_code code = run(&r->cfg, d, &own, e);
    if (code != ERR_NONE)
        return code;
    p->bars = own.n_bars;
    p->trades = own.n_trades;
    for (int rule = 0; rule < RULE_CONDITIONS; rule++) {
        if (p->rules[rule].account)
            p->rules[rule].fired = own.strategies[0].diagnosis.signals[rule];
    }
    code = probe_params(r, d, &own, p, e);
    bt_result_release(&own);
    return code;
}

enum err_code strategy_probe(const struct request *r, const struct market_data *d,
                             struct probe *ret, struct err *e) {
    struct probe p = {.bars = 0};
    double *values[RULE_COUNT], *all = calloc(RULE_COUNT * d->bars.n + 1, sizeof *all);
    if (!all)
        return no_memory(e);
    for (size_t rule = 0; rule < RULE_COUNT; rule++)
        values[rule] = all + rule * d->bars.n;
    enum err_code code = probe_columns(&r->cfg, &d->bars, d->first, values, &p, e);
    free(all);
    if (code == ERR_NONE)
        code = probe_runs(r, d, &p, e);
    if (code == ERR_NONE)
        *ret = p;
    return code;
}

/* --- telling ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void warn(char **ret, size_t *n, const char *fmt,
                                                       ...) {
    va_list ap;
    va_start(ap, fmt);
    char text[256];
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ret[*n] = strdup(text);
    *n += ret[*n] != NULL;
}

/* Conditions that never or always hold; `true` alone is meant so. */
static void warn_fired(const struct probe_rule *rule, const char *name, const char *expr,
                       bool condition, char **ret, size_t *n) {
    if (rule->account && !condition)
        return;
    if (rule->fired == 0)
        warn(ret, n, condition ? "%s is never true%s" : "%s never gives a price or a number%s",
             name, rule->account ? " where it was judged" : "");
    else if (condition && rule->fired == rule->judged && strcmp(expr, "true") != 0)
        warn(ret, n, "%s is true on every bar", name);
    else if (!condition && rule->fired < rule->judged)
        warn(ret, n, "%s is null on %llu of %llu bars: entries there are refused", name,
             (unsigned long long)(rule->judged - rule->fired), (unsigned long long)rule->judged);
}

size_t probe_warnings(const struct probe *p, const struct strategy *s,
                      char *ret[static PROBE_WARNINGS_MAX]) {
    size_t n = 0;
    for (int k = 0; k < RULE_COUNT; k++) {
        const struct probe_rule *rule = &p->rules[k];
        const char *name = rule_name((enum rule)k);
        if (!rule->present || !s->rules[k])
            continue;
        warn_fired(rule, name, s->rules[k], k < RULE_CONDITIONS, ret, &n);
        if (!rule->settles)
            warn(ret, &n, "%s depends on where the data begin: it never settles", name);
        else if (rule->settled > p->wanted)
            warn(ret, &n,
                 "%s settles %zu bars after the start, but only %zu bars of warm-up are read", name,
                 rule->settled, p->wanted);
    }
    for (size_t i = 0; i < s->n_params; i++) {
        if (!p->params[i].matters && p->params[i].n_tried > 0)
            warn(ret, &n, "parameter %s changes no trade", s->params[i].name);
    }
    return n;
}

static void put_rule(struct json_out *j, const struct probe_rule *rule, int k) {
    json_begin(j, '{');
    json_put_string(j, "rule", rule_name((enum rule)k));
    json_put_bool(j, "readsPosition", rule->account);
    json_put_int(j, k < RULE_CONDITIONS ? "true" : "notNull", (int64_t)rule->fired);
    json_key(j, "bars");
    if (rule->account)
        json_null(j);
    else
        json_int(j, (int64_t)rule->judged);
    json_key(j, "settledAfter");
    if (rule->settles && !rule->account)
        json_int(j, (int64_t)rule->settled);
    else
        json_null(j);
    json_end(j, '}');
}

void probe_json(struct json_out *j, const struct probe *p, const struct strategy *s) {
    char *warnings[PROBE_WARNINGS_MAX];
    size_t n = probe_warnings(p, s, warnings);
    json_begin(j, '{');
    json_put_string(j, "strategy", s->name);
    json_put_int(j, "bars", (int64_t)p->bars);
    json_put_int(j, "trades", (int64_t)p->trades);
    json_key(j, "warmup");
    json_begin(j, '{');
    json_put_int(j, "lookback", (int64_t)p->lookback);
    json_put_int(j, "read", (int64_t)p->wanted);
    json_end(j, '}');
    json_key(j, "rules");
    json_begin(j, '[');
    for (int k = 0; k < RULE_COUNT; k++) {
        if (p->rules[k].present)
            put_rule(j, &p->rules[k], k);
    }
    json_end(j, ']');
    json_key(j, "params");
    json_begin(j, '[');
    for (size_t i = 0; i < s->n_params; i++) {
        json_begin(j, '{');
        json_put_string(j, "name", s->params[i].name);
        json_put_bool(j, "matters", p->params[i].matters);
        json_key(j, "tried");
        json_begin(j, '[');
        for (size_t k = 0; k < p->params[i].n_tried; k++)
            json_double(j, p->params[i].tried[k]);
        json_end(j, ']');
        json_end(j, '}');
    }
    json_end(j, ']');
    json_key(j, "warnings");
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_string(j, warnings[i]);
        free(warnings[i]);
    }
    json_end(j, ']');
    json_end(j, '}');
}
