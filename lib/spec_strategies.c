/* strategies and strategyParams: names, objects and parameters -> bt_config.strategies. */
#include "lib/spec_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRESETS_SHOWN 64

static enum err_code unknown_strategy(const char *name, const char *p, struct err *e) {
    const char *names[PRESETS_SHOWN];
    size_t n = 0;
    for (const struct strategy *s; n < PRESETS_SHOWN && (s = preset_at(n)) != NULL; n++)
        names[n] = s->name;
    const char *near = name_suggest(name, names, n);
    if (near)
        return err_at(e, ERR_INVALID, p, "unknown_strategy",
                      "there is no strategy '%.40s'; did you mean '%s'?", name, near);
    return err_at(e, ERR_INVALID, p, "unknown_strategy", "there is no strategy '%.40s'", name);
}

static enum err_code unknown_param(const struct strategy *s, const char *key, const char *p,
                                   struct err *e) {
    const char *names[STRATEGY_PARAMS_MAX];
    for (size_t i = 0; i < s->n_params; i++)
        names[i] = s->params[i].name;
    const char *near = name_suggest(key, names, s->n_params);
    if (near)
        return err_at(e, ERR_INVALID, p, "unknown_key",
                      "%s has no parameter '%.40s'; did you mean '%s'?", s->name, key, near);
    char all[200] = "";
    size_t len = 0;
    for (size_t i = 0; i < s->n_params && len < sizeof all; i++)
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i ? ", " : "", names[i]);
    return err_at(e, ERR_INVALID, p, "unknown_key", "%s has no parameter '%.40s' (it has %s)",
                  s->name, key, s->n_params ? all : "none");
}

static enum err_code read_param(const struct param *param, struct json_object *v, const char *p,
                                double *ret, struct err *e) {
    if (param->type == PARAM_BOOL) {
        bool flag;
        enum err_code code = spec_flag(v, p, &flag, e);
        if (code == ERR_NONE)
            *ret = flag;
        return code;
    }
    const struct range range = {
        .min = param->min, .max = param->max, .whole = param->type == PARAM_INT};
    return spec_number(v, p, &range, ret, e);
}

/* Values by name over those of bs; null keeps the default. */
static enum err_code apply_params(struct bt_strategy *bs, struct json_object *o, const char *p,
                                  struct err *e) {
    const struct strategy *s = bs->strategy;
    if (!json_object_is_type(o, json_type_object))
        return err_at(e, ERR_INVALID, p, "type", "the parameters of %s must be an object", s->name);
    json_object_object_foreach(o, key, v) {
        char at[ERR_POINTER_MAX];
        spec_pointer(at, p, key);
        int i = strategy_param(s, key);
        if (i < 0)
            return unknown_param(s, key, at, e);
        enum err_code code = v ? read_param(&s->params[i], v, at, &bs->params[i], e) : ERR_NONE;
        if (code != ERR_NONE)
            return code;
    }
    return ERR_NONE;
}

/* A strategy of its own, not a name with parameters: then params describe, they do not set. */
static bool is_object_form(struct json_object *v) {
    return json_object_is_type(v, json_type_object) &&
           (spec_member(v, "rules") || spec_member(v, "define"));
}

static enum err_code resolve(struct request *r, struct json_object *v, const char *p,
                             struct bt_strategy *bs, struct err *e) {
    static const char *const keys[] = {"name", "params"};
    if (is_object_form(v)) {
        struct strategy *own = &r->owned[r->n_owned];
        enum err_code code = strategy_parse(v, p, own, e);
        if (code != ERR_NONE)
            return code;
        r->n_owned++;
        bs->strategy = own;
        return ERR_NONE;
    }
    char at[ERR_POINTER_MAX];
    struct json_object *name = v;
    snprintf(at, sizeof at, "%s", p);
    if (json_object_is_type(v, json_type_object)) {
        enum err_code code = spec_keys(v, p, "key", keys, 2, e);
        if (code != ERR_NONE)
            return code;
        spec_pointer(at, p, "name");
        name = spec_member(v, "name");
    }
    if (!json_object_is_type(name, json_type_string))
        return err_at(e, ERR_INVALID, at, "type",
                      "a strategy is a name, {\"name\",\"params\"} or an object with rules");
    bs->strategy = preset_find(json_object_get_string(name));
    return bs->strategy ? ERR_NONE : unknown_strategy(json_object_get_string(name), at, e);
}

/* One entry of strategies: what it is, then its defaults, strategyParams, its own params. */
static enum err_code read_strategy(struct request *r, struct json_object *v, size_t i,
                                   struct json_object *params, struct err *e) {
    char p[ERR_POINTER_MAX], at[ERR_POINTER_MAX];
    struct bt_strategy *bs = &r->cfg.strategies[i];
    spec_pointer_at(p, "/strategies", i);
    enum err_code code = resolve(r, v, p, bs, e);
    if (code != ERR_NONE)
        return code;
    const struct strategy *s = bs->strategy;
    for (size_t k = 0; k < s->n_params; k++)
        bs->params[k] = s->params[k].def;
    struct json_object *shared = params ? spec_member(params, s->name) : NULL;
    if (shared) {
        spec_pointer(at, "/strategyParams", s->name);
        code = apply_params(bs, shared, at, e);
    }
    struct json_object *own = is_object_form(v) ? NULL : spec_member(v, "params");
    if (code == ERR_NONE && own) {
        spec_pointer(at, p, "params");
        code = apply_params(bs, own, at, e);
    }
    return code;
}

enum err_code spec_strategies(struct request *r, struct json_object *strategies,
                              struct json_object *params, struct err *e) {
    if (!json_object_is_type(strategies, json_type_array))
        return err_at(e, ERR_INVALID, "/strategies", "type", "strategies must be an array");
    size_t n = json_object_array_length(strategies);
    if (n < 1 || n > BACKTEST_STRATEGIES_MAX)
        return err_at(e, ERR_INVALID, "/strategies", "range",
                      "strategies must hold 1 to %d of them", BACKTEST_STRATEGIES_MAX);
    if (params && !json_object_is_type(params, json_type_object))
        return err_at(e, ERR_INVALID, "/strategyParams", "type",
                      "strategyParams must be an object: {\"sma\":{\"fast\":10}}");
    const char *names[BACKTEST_STRATEGIES_MAX];
    for (size_t i = 0; i < n; i++) {
        enum err_code code =
            read_strategy(r, json_object_array_get_idx(strategies, i), i, params, e);
        if (code != ERR_NONE)
            return code;
        names[i] = r->cfg.strategies[i].strategy->name;
        r->cfg.n_strategies = i + 1;
    }
    return params ? spec_keys(params, "/strategyParams", "strategy", names, n, e) : ERR_NONE;
}

/* The strategy's own object in the tree, NULL for a built-in one. */
static struct json_object *own_object(const struct request *r, size_t i) {
    struct json_object *v = json_object_array_get_idx(spec_member(r->tree, "strategies"), i);
    return is_object_form(v) ? v : NULL;
}

/* The word of the request that holds the expression, or NULL: it is a strategy's. */
static const char *own_word(const struct request *r, const char *where) {
    const struct bt_config *cfg = &r->cfg;
    if (strcmp(where, "stopLoss") == 0 && cfg->stop_loss.kind == STOP_EXPR)
        return "/stopLoss";
    if (strcmp(where, "takeProfit") == 0 && cfg->take_profit.kind == STOP_EXPR)
        return "/takeProfit";
    if (strcmp(where, "trailingStop") == 0 && cfg->trailing_stop.kind == STOP_EXPR)
        return "/trailingStop";
    if (strcmp(where, "breakEven") == 0 && cfg->break_even.kind == STOP_EXPR)
        return "/breakEven";
    if (strcmp(where, "size") == 0 && cfg->size_expr)
        return "/size";
    return NULL;
}

enum err_code spec_compile(struct request *r, struct err *e) {
    char p[ERR_POINTER_MAX];
    for (size_t i = 0; i < r->cfg.n_strategies; i++) {
        struct json_object *own = own_object(r, i);
        spec_pointer_at(p, "/strategies", i);
        enum err_code code =
            own ? strategy_check(r->cfg.strategies[i].strategy, own, p, NULL, e) : ERR_NONE;
        if (code != ERR_NONE)
            return code;
    }
    struct bt_error found = {.strategy = 0};
    enum bt_status status = backtest_warmup(&r->cfg, &r->want_warmup, &found);
    if (status == BT_OK)
        return ERR_NONE;
    if (status != BT_BAD_STRATEGY)
        return err_set(e, ERR_INTERNAL, "out of memory");
    const char *word = own_word(r, found.expr.where);
    if (word) {
        err_at(e, ERR_INVALID, word, "expression", "%s: line %d, column %d: %s", word + 1,
               found.expr.line, found.expr.column, found.expr.message);
        if (e) {
            e->line = found.expr.line;
            e->column = found.expr.column;
        }
        return ERR_INVALID;
    }
    size_t i = (size_t)found.strategy;
    spec_pointer_at(p, "/strategies", i);
    return spec_expr_error(&found.expr, r->cfg.strategies[i].strategy, own_object(r, i), p, e);
}
