/* Orders of the default profile: what a closed bar decided, and the prices that its stops work at.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/backtest.h"

enum level { LEVEL_STOP, LEVEL_TARGET, LEVEL_TRAIL, LEVEL_COUNT };

/* The strategy's rule that gives a level. */
static inline enum rule level_rule_of(enum side side, enum level level) {
    static const enum rule of_long[LEVEL_COUNT] = {
        [LEVEL_STOP] = RULE_LONG_STOP_LOSS,
        [LEVEL_TARGET] = RULE_LONG_TAKE_PROFIT,
        [LEVEL_TRAIL] = RULE_LONG_TRAILING_STOP,
    };
    return rule_of(side, of_long[level]);
}

/* Where the levels of one side come from. */
struct level_rule {
    int kind;        /* STOP_NONE, STOP_FRACTION or STOP_EXPR of struct bt_stop */
    double fraction; /* of the trade's own entry price */
};

/* The account on a closed bar, as the position functions of a rule read it. Flat: no price, no
 * bars, no extremes (NaN); size and open profit 0. */
enum position_value {
    POSITION_SIZE,        /* units, negative: short */
    POSITION_AVG_PRICE,   /* mean fill price of the units held */
    POSITION_OPEN_PROFIT, /* units x (close - fill price), money, before costs */
    POSITION_BARS,        /* since the oldest entry's bar: 0 on that bar */
    POSITION_EQUITY,      /* at the close */
    POSITION_HIGHEST,     /* raw extremes since the oldest entry, as the path walked them */
    POSITION_LOWEST,
    POSITION_COUNT
};

/* The value of a rule that reads the position, on bar first + i; a condition gives 0 or 1. */
typedef double rule_fn(const void *program, size_t i, const double position[POSITION_COUNT]);

/* What the rules say about the bars of one block, bars first .. first + n - 1. */
struct signals {
    size_t first, n;
    const uint64_t *rule[RULE_CONDITIONS]; /* bit i: true at bar first + i; NULL: never */
    const double *number[RULE_COUNT];      /* of the rules that give numbers; NaN = null */

    /* Or NULL. Of a rule with a program the mask says on which bars it could be true, number is not
     * read; run is called on bars where the rule could act, with the state of that close. */
    const void *program[RULE_COUNT];
    rule_fn *run; /* NULL: no rule has a program */
};

/* Levels of one entry. Absent: infinitely far away, so that comparisons need no case for it. */
struct levels {
    double stop, target;
    double trail; /* distance from the extreme, INFINITY when there is none */
};

struct order {
    bool exit; /* close what is held */
    enum trade_reason exit_reason;
    int enter; /* then go long (+1) or short (-1); 0: stay out */
    enum trade_reason entry_reason;
    double price[LEVEL_COUNT]; /* STOP_EXPR levels as the signal bar gave them (trail: distance) */
};

static inline bool signals_at(const struct signals *s, enum rule rule, size_t bar) {
    size_t i = bar - s->first;
    return s->rule[rule] && (s->rule[rule][i / 64] >> (i % 64) & 1);
}

/* A rule on a closed bar: is it true, which number does it give. position: the account's state at
 * that close; not read when s->run is NULL. */
bool signals_rule(const struct signals *s, enum rule rule, size_t bar,
                  const double position[POSITION_COUNT]);
double signals_number(const struct signals *s, enum rule rule, size_t bar,
                      const double position[POSITION_COUNT]);

/* First bar in [from, to) on which one of `rules` (bits 1 << enum rule) is true; `to` when none is.
 */
size_t signals_next(const struct signals *s, unsigned rules, size_t from, size_t to);

/* Reads the levels of an entry decided at `bar` whose close is `close` into o->price.
 * False: refused, with the reason: a level is null or on the wrong side of the close. */
bool order_levels(struct order *o, const struct level_rule rule[LEVEL_COUNT],
                  const struct signals *s, size_t bar, double close,
                  const double position[POSITION_COUNT], enum refusal *ret);

/* The same levels once the entry price is known. */
struct levels order_fix(const struct order *o, const struct level_rule rule[LEVEL_COUNT],
                        double entry_price);

#endif
