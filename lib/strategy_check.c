/* Does every expression of a strategy compile, and where does one not. */
#include "lib/spec.h"

#include <stdio.h>
#include <string.h>

#include "engine/plan.h"
#include "lib/spec_words.h"
#include "lib/zone.h"

/* Where the text named `where` (a define or a rule) stands in the strategy's object. */
static void locate(const char *where, const struct strategy *s, struct json_object *tree,
                   const char *pointer, char ret[static ERR_POINTER_MAX]) {
    char map[ERR_POINTER_MAX];
    snprintf(ret, ERR_POINTER_MAX, "%s", pointer);
    if (!tree)
        return;
    if (strncmp(where, "define.", 7) == 0)
        where += 7;
    for (size_t i = 0; i < s->n_defines; i++) {
        if (strcmp(where, s->defines[i].name) == 0) {
            spec_pointer(map, pointer, "define");
            spec_pointer(ret, map, where);
            return;
        }
    }
    struct json_object *rules = spec_member(tree, "rules");
    spec_pointer(map, pointer, "rules");
    const char *point = strchr(where, '.');
    if (spec_member(rules, where))
        spec_pointer(ret, map, where);
    else if (point && spec_member(rules, point + 1)) /* "stopLoss" serves both sides */
        spec_pointer(ret, map, point + 1);
}

enum err_code spec_expr_error(const struct expr_error *x, const struct strategy *s,
                              struct json_object *tree, const char *pointer, struct err *e) {
    char at[ERR_POINTER_MAX];
    locate(x->where, s, tree, pointer, at);
    err_at(e, ERR_INVALID, at, "expression", "%s%s%s, line %d, column %d: %s", s->name,
           x->where[0] ? " " : "", x->where, x->line, x->column, x->message);
    if (e) {
        e->line = x->line;
        e->column = x->column;
    }
    return ERR_INVALID;
}

static enum err_code check(struct plan *plan, const struct strategy *s, struct json_object *o,
                           const char *pointer, size_t *ret_lookback, struct err *e) {
    double params[STRATEGY_PARAMS_MAX];
    struct expr_error x;
    for (size_t i = 0; i < s->n_params; i++)
        params[i] = s->params[i].def;
    for (size_t i = 0; i < s->n_defines; i++) {
        struct strategy before = *s; /* a define sees the ones before it */
        bool function = strchr(s->defines[i].name, '(') != NULL;
        before.n_defines = function ? i + 1 : i; /* its head and body are read with the others */
        const struct plan_scope scope = {.strategy = &before, .params = params, .position = true};
        const char *expr = function ? "0" : s->defines[i].expr;
        if (plan_add(plan, expr, &scope, VALUE_NUMBER, &x) >= 0 ||
            plan_add(plan, expr, &scope, VALUE_CONDITION, &x) >= 0)
            continue;
        if (x.where[0] == '\0') /* else the mistake is in a function that it calls */
            snprintf(x.where, sizeof x.where, "%s", s->defines[i].name);
        return spec_expr_error(&x, s, o, pointer, e);
    }
    const struct plan_scope scope = {.strategy = s, .params = params, .position = true};
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        if (!s->rules[rule])
            continue;
        int node = plan_add(plan, s->rules[rule], &scope,
                            rule < RULE_CONDITIONS ? VALUE_CONDITION : VALUE_NUMBER, &x);
        if (node < 0) {
            if (x.where[0] == '\0')
                snprintf(x.where, sizeof x.where, "%s", rule_name((enum rule)rule));
            return spec_expr_error(&x, s, o, pointer, e);
        }
        size_t lookback = plan_lookback(plan, node);
        if (lookback > *ret_lookback)
            *ret_lookback = lookback;
    }
    return ERR_NONE;
}

/* Rules that mean nothing together: the engine says which. */
static enum err_code check_together(const struct strategy *s, struct json_object *o,
                                    const char *pointer, struct err *e) {
    struct bt_config cfg;
    struct bt_error found;
    size_t warmup;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.find_zone = zone_find;
    cfg.n_strategies = 1;
    cfg.strategies[0].strategy = s;
    for (size_t i = 0; i < s->n_params; i++)
        cfg.strategies[0].params[i] = s->params[i].def;
    enum bt_status status = backtest_warmup(&cfg, &warmup, &found);
    if (status == BT_BAD_STRATEGY)
        return spec_expr_error(&found.expr, s, o, pointer, e);
    return status == BT_OK ? ERR_NONE : err_set(e, ERR_INTERNAL, "out of memory");
}

enum err_code strategy_check(const struct strategy *s, struct json_object *o, const char *pointer,
                             size_t *ret_lookback, struct err *e) {
    struct plan *plan = plan_new();
    size_t lookback = 0;
    if (!plan)
        return err_set(e, ERR_INTERNAL, "out of memory");
    plan_zones(plan, zone_find);
    enum err_code code = check(plan, s, o, pointer, &lookback, e);
    plan_free(plan);
    if (code == ERR_NONE)
        code = check_together(s, o, pointer, e);
    if (code == ERR_NONE && ret_lookback)
        *ret_lookback = lookback;
    return code;
}
