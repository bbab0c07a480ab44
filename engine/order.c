#include "engine/order.h"

#include <math.h>

#include "engine/cost.h"

static const char *const reasons[REASON_COUNT] = {
    [REASON_SIGNAL] = "signal",
    [REASON_REVERSE] = "reverse",
    [REASON_STOP_LOSS] = "stopLoss",
    [REASON_TAKE_PROFIT] = "takeProfit",
    [REASON_TRAILING_STOP] = "trailingStop",
    [REASON_BREAK_EVEN] = "breakEven",
    [REASON_LIQUIDATION] = "liquidation",
    [REASON_MAX_BARS] = "maxBars",
    [REASON_VOTE] = "vote",
    [REASON_END] = "end",
};

const char *reason_name(enum trade_reason r) {
    return reasons[r];
}

static const char *const refusals[REFUSED_COUNT] = {
    [REFUSED_STOP_SIDE] = "stop_side",   [REFUSED_STOP_NULL] = "stop_null",
    [REFUSED_SIZE_ZERO] = "size_zero",   [REFUSED_MARGIN] = "margin",
    [REFUSED_SIZE_NULL] = "size_null",   [REFUSED_MIN_VALUE] = "min_value",
    [REFUSED_ENTRY_NULL] = "entry_null", [REFUSED_SESSION] = "session",
    [REFUSED_COOLDOWN] = "cooldown",     [REFUSED_MAX_TRADES] = "max_trades",
};

const char *refusal_name(enum refusal r) {
    return refusals[r];
}

size_t signals_next(const struct signals *s, unsigned rules, size_t from, size_t to) {
    if (from >= to)
        return to;
    const uint64_t *masks[RULE_CONDITIONS];
    size_t n = 0;
    for (int r = 0; r < RULE_CONDITIONS; r++) {
        if (rules >> r & 1 && s->rule[r])
            masks[n++] = s->rule[r];
    }
    if (n == 0)
        return to;
    size_t i = from - s->first;
    uint64_t keep = ~UINT64_C(0) << (i % 64);
    for (size_t w = i / 64; w * 64 < to - s->first; w++) {
        uint64_t bits = 0;
        for (size_t k = 0; k < n; k++)
            bits |= masks[k][w];
        bits &= keep;
        keep = ~UINT64_C(0);
        if (bits) {
            size_t bar = s->first + w * 64 + (size_t)__builtin_ctzll(bits);
            return bar < to ? bar : to;
        }
    }
    return to;
}

bool signals_rule(const struct signals *s, enum rule rule, size_t bar,
                  const double position[POSITION_COUNT]) {
    if (!signals_at(s, rule, bar))
        return false;
    return !s->program[rule] || s->run(s->program[rule], bar - s->first, position) != 0;
}

double signals_number(const struct signals *s, enum rule rule, size_t bar,
                      const double position[POSITION_COUNT]) {
    if (s->program[rule])
        return s->run(s->program[rule], bar - s->first, position);
    return s->number[rule] ? s->number[rule][bar - s->first] : (double)NAN;
}

/* Whether a level lies below the entry: the stop of a long, the targets of a short. */
static bool lies_below(enum level level, int side) {
    return (level == LEVEL_STOP) == (side > 0);
}

bool order_levels(struct order *o, const struct level_rule rule[LEVEL_COUNT],
                  const struct signals *s, size_t bar, double close, double from,
                  const double position[POSITION_COUNT], enum refusal *ret) {
    enum side side = o->side > 0 ? SIDE_LONG : SIDE_SHORT;
    for (int k = 0; k < LEVEL_COUNT; k++) {
        if (rule[k].kind != STOP_EXPR && rule[k].kind != STOP_DISTANCE)
            continue;
        enum level level = (enum level)k;
        double price = signals_number(s, level_rule_of(side, level), bar, position);
        if (isnan(price)) {
            *ret = REFUSED_STOP_NULL;
            return false;
        }
        /* a trailing stop is a distance, so that one expression serves both sides */
        bool distance = rule[k].kind == STOP_DISTANCE || level == LEVEL_DISTANCE;
        double away = distance                     ? price
                      : level == LEVEL_TRAIL       ? fabs(close - price)
                      : lies_below(level, o->side) ? from - price
                                                   : price - from;
        if (!(away > 0)) {
            *ret = REFUSED_STOP_SIDE;
            return false;
        }
        o->price[k] = level == LEVEL_TRAIL ? away : price;
    }
    return true;
}

struct levels levels_none(int side) {
    double far = side > 0 ? HUGE_VAL : -HUGE_VAL;
    return (struct levels){
        .stop = -far, .target = {far, far, far}, .break_even = far, .trail = HUGE_VAL};
}

struct levels order_fix(const struct order *o, const struct level_rule rule[LEVEL_COUNT],
                        double entry_price, double tick) {
    struct levels v = levels_none(o->side);
    double *const out[LEVEL_COUNT] = {&v.stop,  &v.target[0], &v.target[1], &v.target[2],
                                      &v.trail, &v.trail,     &v.break_even};
    for (int k = 0; k < LEVEL_COUNT; k++) {
        enum level level = (enum level)k;
        bool distance = level == LEVEL_TRAIL || level == LEVEL_DISTANCE;
        bool below = lies_below(level, o->side);
        if (rule[k].kind == STOP_NONE)
            continue;
        double value = o->price[k];
        if (rule[k].kind == STOP_FRACTION || rule[k].kind == STOP_DISTANCE) {
            double away = rule[k].kind == STOP_DISTANCE ? value : rule[k].fraction * entry_price;
            value = distance ? away : entry_price + (below ? -away : away);
        }
        /* a stop is met later, a target later too */
        *out[k] = distance ? value : tick_round(tick, value, !below);
    }
    return v;
}
