/* What the rules make of a closed bar. */
#include <math.h>

#include "engine/broker.h"

/* The rules at one close. */
struct moment {
    struct broker *br;
    const struct signals *s;
    size_t bar;
    const double *position; /* of the close, when a rule has a program */
};

static struct moment moment_at(struct broker *br, const struct signals *s, size_t bar) {
    if (s->run)
        account_position(&br->live.account, bar, br->cfg.terms.bars->c[bar], br->position);
    return (struct moment){.br = br, .s = s, .bar = bar, .position = br->position};
}

/* Rules with a program are counted where they are judged; count_signals counts the others. */
static bool is(const struct moment *m, enum rule rule) {
    if (!signals_rule(m->s, rule, m->bar, m->position))
        return false;
    if (m->s->program[rule])
        m->br->diagnosis.signals[rule]++;
    return true;
}

static double number(const struct moment *m, enum rule rule) {
    return signals_number(m->s, rule, m->bar, m->position);
}

/* A number of the entry: the request's own, else the rule's, else the default. False: null, or out
 * of [least, most]. */
static bool read(const struct moment *m, double own, enum rule rule, double least, double most,
                 double otherwise, double *ret) {
    double x = !isnan(own) ? own : rule_given(m->s, rule) ? number(m, rule) : otherwise;
    *ret = x;
    return x >= least && x <= most;
}

static bool read_numbers(const struct moment *m, enum side side, struct order *o) {
    const struct broker_config *cfg = &m->br->cfg;
    if (m->br->bare) {
        o->size = cfg->size;
        o->most_a_day = HUGE_VAL;
        for (int k = 0; k < TARGETS; k++)
            o->share[k] = (double)NAN;
        return true;
    }
    bool share = cfg->terms.size_type == SIZE_EQUITY || cfg->terms.size_type == SIZE_RISK;
    const double none = (double)NAN;
    double bars;
    if (!read(m, cfg->size, RULE_SIZE, 0, share ? 1 : HUGE_VAL, 0, &o->size) || !(o->size > 0) ||
        isinf(o->size))
        return false;
    if (!read(m, none, RULE_ENTRY_BARS, 1, HUGE_VAL, 1, &bars) ||
        !read(m, cfg->most_a_day, RULE_MAX_TRADES_PER_DAY, 0, HUGE_VAL, HUGE_VAL, &o->most_a_day))
        return false;
    size_t left = cfg->terms.bars->n - m->bar;
    o->last = m->bar + (bars < (double)left ? (size_t)bars : left);
    static const enum rule shares[TARGETS] = {
        RULE_LONG_TAKE_PROFIT_SHARE, RULE_LONG_TAKE_PROFIT2_SHARE, RULE_LONG_TAKE_PROFIT3_SHARE};
    for (int k = 0; k < TARGETS; k++) {
        enum rule rule = rule_of(side, shares[k]);
        o->share[k] = none;
        if (rule_given(m->s, rule) && !(read(m, none, rule, 0, 1, 0, &o->share[k])))
            return false;
    }
    return true;
}

/* The price that the order rests at, or NaN; false: it should have one and has none. */
static bool read_price(const struct moment *m, enum side side, enum rule rule, bool up,
                       double *ret) {
    enum rule its = rule_of(side, rule);
    *ret = (double)NAN;
    if (!rule_given(m->s, its))
        return true;
    *ret = tick_round(m->br->cfg.terms.costs.tick, number(m, its), up);
    return *ret > 0 && isfinite(*ret);
}

/* Session and cooldown. */
static bool door_open(const struct moment *m, enum refusal *ret) {
    const struct broker *br = m->br;
    double cooldown;
    *ret = REFUSED_SESSION;
    if (rule_given(m->s, RULE_SESSION) && !is(m, RULE_SESSION))
        return false;
    *ret = REFUSED_SIZE_NULL;
    if (!read(m, br->cfg.cooldown, RULE_COOLDOWN, 0, HUGE_VAL, 0, &cooldown))
        return false;
    *ret = REFUSED_COOLDOWN;
    size_t left = br->live.left_bar;
    return left == SIZE_MAX || (double)(m->bar - left) >= cooldown;
}

/* Everything about an entry of the side; false: refused, with the reason. */
static bool prepare(const struct moment *m, enum side side, struct order *o, enum refusal *ret) {
    const struct broker *br = m->br;
    const struct broker_config *cfg = &br->cfg;
    double close = cfg->terms.bars->c[m->bar];
    o->side = side == SIDE_LONG ? 1 : -1;
    o->entry_reason = cfg->vote ? REASON_VOTE : REASON_SIGNAL;
    if (!br->bare && !door_open(m, ret))
        return false;
    o->limit = o->stop = (double)NAN;
    *ret = REFUSED_ENTRY_NULL;
    if (!br->bare && (!read_price(m, side, RULE_LONG_LIMIT, side == SIDE_SHORT, &o->limit) ||
                      !read_price(m, side, RULE_LONG_STOP, side == SIDE_LONG, &o->stop)))
        return false;
    double from = order_rests(o) ? fmin(o->limit * o->side, o->stop * o->side) * o->side : close;
    if (cfg->terms.levels[side] &&
        !order_levels(o, cfg->terms.level[side], m->s, m->bar, close, from, m->position, ret))
        return false;
    *ret = REFUSED_SIZE_NULL;
    return read_numbers(m, side, o);
}

static void refuse(struct broker *br, enum refusal why, size_t bar) {
    struct bt_diagnosis *d = &br->diagnosis;
    d->refused[why]++;
    if (d->n_examples < REFUSAL_EXAMPLES_MAX) {
        d->examples[d->n_examples].time = br->cfg.terms.bars->t[bar];
        d->examples[d->n_examples++].reason = why;
    }
}

/* The entry rule of a side is true. */
static void enter(const struct moment *m, enum side side) {
    struct broker *br = m->br;
    const struct broker_config *cfg = &br->cfg;
    enum side other = side == SIDE_LONG ? SIDE_SHORT : SIDE_LONG;
    struct order *o = &br->order[side];
    bool turn = !cfg->terms.hedging && br->live.account.held[other] > 0;
    enum refusal why;
    br->live.rest[side].alive = false;
    if (!cfg->terms.hedging)
        br->live.rest[other].alive = false;
    if (cfg->allow[side]) {
        if (!prepare(m, side, o, &why)) {
            refuse(br, why, m->bar);
        } else if (order_rests(o)) {
            br->live.rest[side] = (struct resting){.alive = true, .order = *o};
            turn = false; /* not before it fills */
        } else {
            o->enter = true;
        }
    }
    if (turn) {
        br->order[other].exit = true;
        br->order[other].exit_reason = cfg->vote          ? REASON_VOTE
                                       : cfg->allow[side] ? REASON_REVERSE
                                                          : REASON_SIGNAL;
    }
}

/* No entry rule spoke: the exits of a side. */
static void leave(const struct moment *m, enum side side) {
    struct broker *br = m->br;
    struct order *o = &br->order[side];
    bool held = br->live.account.held[side] > 0;
    if ((held || br->live.rest[side].alive) && is(m, rule_of(side, RULE_LONG_EXIT))) {
        br->live.rest[side].alive = false;
        o->exit = held;
        o->exit_reason = br->cfg.vote ? REASON_VOTE : REASON_SIGNAL;
    } else if (held && is(m, rule_of(side, RULE_LONG_EXIT2))) {
        o->part = read(m, (double)NAN, rule_of(side, RULE_LONG_EXIT2_SHARE), 0, 1, 0.5, &o->parted);
    }
}

unsigned broker_acting(const struct broker *br) {
    const struct account *a = &br->live.account;
    unsigned rules = 0;
    for (int k = 0; k < SIDE_COUNT; k++) {
        enum side side = (enum side)k;
        size_t held = a->held[side];
        if (held < (size_t)br->cfg.pyramiding)
            rules |= 1u << rule_of(side, RULE_LONG_ENTRY);
        if (held > 0)
            rules |= 1u << rule_of(side, RULE_LONG_EXIT) | 1u << rule_of(side, RULE_LONG_EXIT2);
        else if (br->live.rest[side].alive)
            rules |= 1u << rule_of(side, RULE_LONG_EXIT);
    }
    return rules;
}

/* One of the rules that may act could be true at this close. */
static bool speaks(const struct broker *br, const struct signals *s, size_t bar) {
    for (unsigned rules = broker_acting(br); rules; rules &= rules - 1) {
        if (signals_at(s, (enum rule)__builtin_ctz(rules), bar))
            return true;
    }
    return false;
}

bool broker_decide(struct broker *br, const struct signals *s, size_t bar) {
    if (bar < br->cfg.decide_from || !speaks(br, s, bar))
        return false;
    struct moment m = moment_at(br, s, bar);
    bool entered = false;
    for (int k = 0; k < SIDE_COUNT; k++) {
        struct order *o = &br->order[k];
        o->exit = o->part = o->enter = false;
    }
    for (int k = 0; k < SIDE_COUNT; k++) {
        enum side side = (enum side)k;
        size_t held = br->live.account.held[side];
        bool room = held < (size_t)br->cfg.pyramiding && (br->cfg.terms.hedging || !entered);
        if (room && is(&m, rule_of(side, RULE_LONG_ENTRY))) {
            enter(&m, side);
            entered = true;
        } else if (br->cfg.terms.hedging) {
            leave(&m, side);
        }
    }
    for (int k = 0; k < SIDE_COUNT && !entered && !br->cfg.terms.hedging; k++)
        leave(&m, (enum side)k);
    const struct order *a = &br->order[SIDE_LONG], *b = &br->order[SIDE_SHORT];
    return a->exit || a->part || a->enter || b->exit || b->part || b->enter;
}

/* Rules that only some strategies have. */
static bool is_bare(const struct broker_config *cfg, const struct signals *s) {
    if (isnan(cfg->size) || !isnan(cfg->cooldown) || !isnan(cfg->most_a_day))
        return false;
    for (int rule = RULE_SHORT_EXIT + 1; rule < RULE_COUNT; rule++) {
        bool stop = rule >= RULE_LONG_STOP_LOSS && rule <= RULE_SHORT_TRAILING_DISTANCE;
        if (!stop && rule_given(s, (enum rule)rule))
            return false;
    }
    return true;
}

void broker_rules(struct broker *br, const struct signals *s) {
    const struct level_rule(*level)[LEVEL_COUNT] = br->cfg.terms.level;
    br->bare = is_bare(&br->cfg, s);
    br->judged = level[SIDE_LONG][LEVEL_DISTANCE].kind != STOP_NONE ||
                 level[SIDE_SHORT][LEVEL_DISTANCE].kind != STOP_NONE;
}

void broker_distances(struct broker *br, const struct signals *s, size_t bar) {
    struct account *a = &br->live.account;
    struct moment m = moment_at(br, s, bar);
    for (size_t k = 0; k < a->n; k++) {
        struct entry *e = &a->entries[k];
        enum side side = e->size > 0 ? SIDE_LONG : SIDE_SHORT;
        if (br->cfg.terms.level[side][LEVEL_DISTANCE].kind == STOP_NONE)
            continue;
        double distance = number(&m, level_rule_of(side, LEVEL_DISTANCE)), kept = entry_stop(e);
        if (!(distance > 0))
            continue;
        if (kept > e->stop || kept < e->stop) {
            e->stop = kept;
            e->stop_reason = REASON_TRAILING_STOP;
        }
        e->trail = distance;
    }
}
