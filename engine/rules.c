#include "engine/rules.h"

#include <string.h>

static const char *const words[LEVEL_COUNT] = {
    [LEVEL_STOP] = "stopLoss",
    [LEVEL_TARGET] = "takeProfit",
    [LEVEL_TRAIL] = "trailingStop",
};

static void copy_text(char *to, size_t size, const char *from) {
    size_t n = strlen(from);
    if (n >= size)
        n = size - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

struct compile {
    const struct bt_config *cfg;
    struct plan *plan;
    struct rules *rules;
    struct bt_error *err;
};

/* A rule that reads the position gets a program; the node to keep, -1: refused. */
static int add_program(struct compile *c, enum rule rule, int node, enum value_type want,
                       const char *where) {
    struct expr_error *e = &c->err->expr;
    *e = (struct expr_error){.line = 1, .column = 1};
    copy_text(e->where, sizeof e->where, where);
    if (c->cfg->combine != COMBINE_SLEEVES) {
        copy_text(e->message, sizeof e->message,
                  "a strategy that reads the position cannot vote: it has no account of its own");
        return -1;
    }
    if (c->cfg->profile == PROFILE_BACKTESTING_PY) {
        copy_text(e->message, sizeof e->message,
                  "profile 'backtesting.py' has no position functions");
        return -1;
    }
    struct program *pr = program_new(c->plan, node);
    if (!pr) {
        copy_text(e->message, sizeof e->message, "there is no room for this rule in memory");
        return -1;
    }
    c->rules->program[rule] = pr;
    return want == VALUE_CONDITION ? program_bound(pr) : node;
}

/* Adds one expression and counts its lookback; -1: refused. */
static int add(struct compile *c, enum rule rule, const char *expr, const struct plan_scope *scope,
               enum value_type want, const char *where) {
    struct expr_error e = {.line = 1, .column = 1};
    int node = plan_add(c->plan, expr, scope, want, &e);
    if (node < 0) {
        if (e.where[0] == '\0')
            copy_text(e.where, sizeof e.where, where);
        c->err->expr = e;
        return -1;
    }
    struct rules *r = c->rules;
    size_t all = plan_lookback(c->plan, node);
    size_t compat = plan_lookback_indicators(c->plan, node);
    size_t recursive = plan_recursive_length(c->plan, node);
    r->lookback = all > r->lookback ? all : r->lookback;
    r->lookback_compat = compat > r->lookback_compat ? compat : r->lookback_compat;
    r->recursive_length = recursive > r->recursive_length ? recursive : r->recursive_length;
    return plan_position(c->plan, node) ? add_program(c, rule, node, want, where) : node;
}

static bool refuse(struct compile *c, enum rule rule, const char *message) {
    struct expr_error *e = &c->err->expr;
    *e = (struct expr_error){.line = 1, .column = 1};
    copy_text(e->message, sizeof e->message, message);
    copy_text(e->where, sizeof e->where, rule_name(rule));
    return false;
}

/* Rules that the broker follows. */
static bool is_done(enum rule rule) {
    return rule <= RULE_SHORT_EXIT || rule == RULE_LONG_STOP_LOSS || rule == RULE_SHORT_STOP_LOSS ||
           rule == RULE_LONG_TAKE_PROFIT || rule == RULE_SHORT_TAKE_PROFIT ||
           rule == RULE_LONG_TRAILING_STOP || rule == RULE_SHORT_TRAILING_STOP;
}

static const struct bt_stop *word_of(const struct bt_config *cfg, enum level level) {
    return level == LEVEL_STOP     ? &cfg->stop_loss
           : level == LEVEL_TARGET ? &cfg->take_profit
                                   : &cfg->trailing_stop;
}

/* One stop of one side: the request's word, else the strategy's own. */
static bool add_level(struct compile *c, const struct strategy *s, const struct plan_scope *scope,
                      enum side side, enum level level) {
    const struct bt_stop *word = word_of(c->cfg, level);
    enum rule rule = level_rule_of(side, level);
    struct level_rule *out = &c->rules->level_rule[side][level];
    int *node = &c->rules->node[rule];
    bool vote = c->cfg->combine != COMBINE_SLEEVES;
    if (vote && s->rules[rule])
        return refuse(
            c, rule,
            "a strategy with stops of its own cannot vote: only the request's stops apply");
    if (word->kind == STOP_FRACTION) {
        *out = (struct level_rule){.kind = STOP_FRACTION, .fraction = word->fraction};
        return true;
    }
    const char *expr = word->kind == STOP_EXPR ? word->expr : s->rules[rule];
    if (!expr)
        return true;
    static const struct plan_scope nothing = {.position = true};
    *node = add(c, rule, expr, vote ? &nothing : scope, VALUE_NUMBER,
                word->kind == STOP_EXPR ? words[level] : rule_name(rule));
    out->kind = STOP_EXPR;
    return *node >= 0;
}

static bool add_strategy(struct compile *c, const struct bt_strategy *bs) {
    const struct strategy *s = bs->strategy;
    const struct plan_scope scope = {.strategy = s, .params = bs->params, .position = true};
    for (int r = 0; r < RULE_COUNT; r++) {
        c->rules->node[r] = -1;
        if (s->rules[r] && !is_done((enum rule)r))
            return refuse(c, (enum rule)r, "this rule is not in this version");
    }
    for (int r = 0; r <= RULE_SHORT_EXIT; r++) {
        if (!s->rules[r])
            continue;
        int node =
            add(c, (enum rule)r, s->rules[r], &scope, VALUE_CONDITION, rule_name((enum rule)r));
        if (node < 0)
            return false;
        c->rules->node[r] = node;
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++) {
            if (!add_level(c, s, &scope, (enum side)side, (enum level)level))
                return false;
        }
    }
    return true;
}

bool rules_compile(const struct bt_config *cfg, struct plan *plan, struct rules *ret,
                   struct bt_error *err) {
    struct bt_error found = {.strategy = 0};
    for (size_t k = 0; k < cfg->n_strategies; k++) {
        ret[k] = (struct rules){.lookback = 0};
        found.strategy = (int)k;
        struct compile c = {.cfg = cfg, .plan = plan, .rules = &ret[k], .err = &found};
        if (!add_strategy(&c, &cfg->strategies[k])) {
            *err = found;
            return false;
        }
    }
    return true;
}

bool rules_rest(const struct rules *r) {
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++) {
            if (r->level_rule[side][level].kind != STOP_NONE)
                return true;
        }
    }
    return false;
}

void rules_release(struct rules *r) {
    for (int k = 0; k < RULE_COUNT; k++) {
        program_free(r->program[k]);
        r->program[k] = NULL;
    }
}

void rules_signals(const struct rules *r, const struct eval *e, size_t n, struct signals *ret) {
    *ret = (struct signals){.first = eval_first(e), .n = n};
    for (int k = 0; k < RULE_CONDITIONS; k++)
        ret->rule[k] = r->node[k] >= 0 ? eval_mask(e, r->node[k]) : NULL;
    for (int k = RULE_CONDITIONS; k < RULE_COUNT; k++)
        ret->number[k] = r->node[k] >= 0 && !r->program[k] ? eval_number(e, r->node[k]) : NULL;
    for (int k = 0; k < RULE_COUNT; k++) {
        if (!r->program[k])
            continue;
        program_block(r->program[k], e);
        ret->program[k] = r->program[k];
        ret->run = program_value;
    }
}
