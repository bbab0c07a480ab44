#include "engine/rules.h"

#include <math.h>
#include <string.h>

#include "engine/plan_node.h"

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

/* What profile backtesting.py knows. */
static bool is_basic(enum rule rule) {
    return rule <= RULE_SHORT_EXIT || (rule >= RULE_LONG_LIMIT && rule <= RULE_SHORT_TAKE_PROFIT) ||
           rule == RULE_LONG_TRAILING_STOP || rule == RULE_SHORT_TRAILING_STOP ||
           rule == RULE_ENTRY_BARS;
}

/* A stop of the request and the strategy's rules in whose place it stands. */
static const struct word {
    const char *name;
    enum level level;
    enum rule replaces[6]; /* of long; RULE_COUNT: none */
} words[] = {
    {"stopLoss", LEVEL_STOP, {RULE_LONG_STOP_LOSS, RULE_COUNT}},
    {"takeProfit",
     LEVEL_TARGET,
     {RULE_LONG_TAKE_PROFIT, RULE_LONG_TAKE_PROFIT2, RULE_LONG_TAKE_PROFIT3,
      RULE_LONG_TAKE_PROFIT_SHARE, RULE_LONG_TAKE_PROFIT2_SHARE, RULE_LONG_TAKE_PROFIT3_SHARE}},
    {"trailingStop",
     LEVEL_TRAIL,
     {RULE_LONG_TRAILING_STOP, RULE_LONG_TRAILING_DISTANCE, RULE_COUNT}},
    {"breakEven", LEVEL_BREAK_EVEN, {RULE_LONG_BREAK_EVEN, RULE_COUNT}},
};

#define WORDS (sizeof words / sizeof *words)

static const struct bt_stop *word_value(const struct bt_config *cfg, size_t word) {
    const struct bt_stop *const values[WORDS] = {&cfg->stop_loss, &cfg->take_profit,
                                                 &cfg->trailing_stop, &cfg->break_even};
    return values[word];
}

static bool is_replaced(const struct bt_config *cfg, enum rule rule) {
    if (rule == RULE_SIZE)
        return cfg->size_given;
    if (rule == RULE_PYRAMIDING)
        return cfg->pyramiding_given;
    for (size_t w = 0; w < WORDS; w++) {
        if (word_value(cfg, w)->kind == STOP_NONE)
            continue;
        for (size_t i = 0; i < 6 && words[w].replaces[i] != RULE_COUNT; i++) {
            if (rule == words[w].replaces[i] || rule == rule_of(SIDE_SHORT, words[w].replaces[i]))
                return true;
        }
    }
    return false;
}

/* The stops of the request, for both sides, and its size when that is an expression. */
static bool add_words(struct compile *c, const struct plan_scope *scope) {
    static const struct plan_scope nothing = {.position = true};
    bool vote = c->cfg->combine != COMBINE_SLEEVES;
    if (c->cfg->size_expr) {
        int node = add(c, RULE_SIZE, c->cfg->size_expr, vote ? &nothing : scope, VALUE_NUMBER,
                       rule_name(RULE_SIZE));
        if (node < 0)
            return false;
        c->rules->node[RULE_SIZE] = node;
    }
    for (size_t w = 0; w < WORDS; w++) {
        const struct bt_stop *value = word_value(c->cfg, w);
        if (value->kind == STOP_NONE)
            continue;
        for (int side = 0; side < SIDE_COUNT; side++) {
            enum rule rule = level_rule_of((enum side)side, words[w].level);
            int node = -1;
            if (value->kind == STOP_EXPR) {
                node =
                    add(c, rule, value->expr, vote ? &nothing : scope, VALUE_NUMBER, words[w].name);
                if (node < 0)
                    return false;
            }
            c->rules->level_rule[side][words[w].level] =
                (struct level_rule){.kind = value->kind, .fraction = value->fraction};
            c->rules->node[rule] = node;
        }
    }
    return true;
}

/* A rule that is a number, read once. False: refused. */
static bool constant(struct compile *c, const struct strategy *s, const struct plan_scope *scope,
                     enum rule rule, double *ret) {
    int node = add(c, rule, s->rules[rule], scope, VALUE_NUMBER, rule_name(rule));
    if (node < 0)
        return false;
    return plan_is_constant(c->plan, node, ret) ||
           refuse(c, rule, "this is a constant: a number or made of parameters");
}

static bool add_pyramiding(struct compile *c, const struct strategy *s,
                           const struct plan_scope *scope) {
    double x;
    if (!constant(c, s, scope, RULE_PYRAMIDING, &x))
        return false;
    if (!(x >= 1 && x <= PYRAMIDING_MAX) || x - floor(x) > 0)
        return refuse(c, RULE_PYRAMIDING, "pyramiding is a whole number from 1 to 1000");
    c->rules->pyramiding = (int)x;
    return true;
}

/* A stop or target as a fraction of the entry price. */
static bool add_fraction(struct compile *c, const struct strategy *s,
                         const struct plan_scope *scope, enum rule rule) {
    double x;
    if (!constant(c, s, scope, rule, &x))
        return false;
    for (int k = 0; k < SIDE_COUNT * LEVEL_COUNT; k++) {
        enum side side = (enum side)(k / LEVEL_COUNT);
        enum level level = (enum level)(k % LEVEL_COUNT);
        if (level_rule_of(side, level) != rule)
            continue;
        bool below = level == LEVEL_STOP || level == LEVEL_TRAIL;
        if (!(x > 0 && x <= (below ? 1 : 100)))
            return refuse(c, rule,
                          below ? "a fraction of the entry price is above 0 and at most 1"
                                : "a fraction of the entry price is above 0 and at most 100");
        c->rules->level_rule[side][level] =
            (struct level_rule){.kind = STOP_FRACTION, .fraction = x};
    }
    return true;
}

static bool add_rule(struct compile *c, const struct strategy *s, const struct plan_scope *scope,
                     enum rule rule) {
    bool py = c->cfg->profile == PROFILE_BACKTESTING_PY;
    if (py && !is_basic(rule))
        return refuse(c, rule, "profile 'backtesting.py' has no such rule");
    if (c->cfg->combine != COMBINE_SLEEVES && rule > RULE_SHORT_EXIT)
        return refuse(c, rule,
                      "a strategy with stops or orders of its own cannot vote: only the request's "
                      "stops and size apply");
    if (is_replaced(c->cfg, rule))
        return true;
    if (rule == RULE_PYRAMIDING)
        return add_pyramiding(c, s, scope);
    if (s->form[rule] == FORM_FRACTION)
        return add_fraction(c, s, scope, rule);
    if (s->form[rule] == FORM_DISTANCE && py)
        return refuse(c, rule, "profile 'backtesting.py' has no distances");
    c->rules->own_size |= rule == RULE_SIZE;
    int node = add(c, rule, s->rules[rule], scope,
                   rule < RULE_CONDITIONS ? VALUE_CONDITION : VALUE_NUMBER, rule_name(rule));
    c->rules->node[rule] = node;
    for (int side = 0; side < SIDE_COUNT; side++) {
        for (int level = 0; level < LEVEL_COUNT; level++) {
            if (level_rule_of((enum side)side, (enum level)level) == rule)
                c->rules->level_rule[side][level].kind =
                    s->form[rule] == FORM_DISTANCE ? STOP_DISTANCE : STOP_EXPR;
        }
    }
    return node >= 0;
}

/* Rules that mean nothing together, or without another. */
static bool check_together(struct compile *c, const struct strategy *s) {
    for (int k = 0; k < SIDE_COUNT; k++) {
        enum side side = (enum side)k;
        if (s->rules[rule_of(side, RULE_LONG_TRAILING_STOP)] &&
            s->rules[rule_of(side, RULE_LONG_TRAILING_DISTANCE)])
            return refuse(c, rule_of(side, RULE_LONG_TRAILING_DISTANCE),
                          "trailingStop and trailingDistance are two ways to say one thing: "
                          "give one of them");
        static const enum rule needs[][2] = {
            {RULE_LONG_TAKE_PROFIT_SHARE, RULE_LONG_TAKE_PROFIT},
            {RULE_LONG_TAKE_PROFIT2_SHARE, RULE_LONG_TAKE_PROFIT2},
            {RULE_LONG_TAKE_PROFIT3_SHARE, RULE_LONG_TAKE_PROFIT3},
            {RULE_LONG_EXIT2_SHARE, RULE_LONG_EXIT2},
        };
        for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
            if (s->rules[rule_of(side, needs[i][0])] && !s->rules[rule_of(side, needs[i][1])])
                return refuse(c, rule_of(side, needs[i][0]),
                              "there is nothing that it is a share of");
        }
    }
    static const enum rule resting[] = {RULE_LONG_LIMIT, RULE_SHORT_LIMIT, RULE_LONG_STOP,
                                        RULE_SHORT_STOP};
    bool rests = false;
    for (size_t i = 0; i < 4; i++)
        rests |= s->rules[resting[i]] != NULL;
    if (s->rules[RULE_ENTRY_BARS] && !rests)
        return refuse(c, RULE_ENTRY_BARS, "no entry rests: there is no limit and no stop");
    return true;
}

static bool add_strategy(struct compile *c, const struct bt_strategy *bs) {
    const struct strategy *s = bs->strategy;
    const struct plan_scope scope = {.strategy = s, .params = bs->params, .position = true};
    for (int rule = 0; rule < RULE_COUNT; rule++)
        c->rules->node[rule] = -1;
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        if (s->rules[rule] && !add_rule(c, s, &scope, (enum rule)rule))
            return false;
    }
    return check_together(c, s) && add_words(c, &scope);
}

bool rules_compile(const struct bt_config *cfg, struct plan *plan, struct rules *ret,
                   struct bt_error *err) {
    struct bt_error found = {.strategy = 0};
    plan_interval(plan, cfg->interval);
    plan_zones(plan, cfg->find_zone);
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
        if (r->node[rule_of((enum side)side, RULE_LONG_LIMIT)] >= 0 ||
            r->node[rule_of((enum side)side, RULE_LONG_STOP)] >= 0)
            return true;
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
