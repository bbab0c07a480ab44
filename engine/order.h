/* Orders of the default profile: what a closed bar decided, and the prices that its stops work at.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/backtest.h"

#define TARGETS 3

enum level {
    LEVEL_STOP,
    LEVEL_TARGET, /* TARGETS of them follow one another */
    LEVEL_TARGET2,
    LEVEL_TARGET3,
    LEVEL_TRAIL,    /* a price whose distance from the close is kept */
    LEVEL_DISTANCE, /* a distance, judged anew at every close */
    LEVEL_BREAK_EVEN,
    LEVEL_COUNT
};

/* The strategy's rule that gives a level. */
static inline enum rule level_rule_of(enum side side, enum level level) {
    static const enum rule of_long[LEVEL_COUNT] = {
        [LEVEL_STOP] = RULE_LONG_STOP_LOSS,       [LEVEL_TARGET] = RULE_LONG_TAKE_PROFIT,
        [LEVEL_TARGET2] = RULE_LONG_TAKE_PROFIT2, [LEVEL_TARGET3] = RULE_LONG_TAKE_PROFIT3,
        [LEVEL_TRAIL] = RULE_LONG_TRAILING_STOP,  [LEVEL_DISTANCE] = RULE_LONG_TRAILING_DISTANCE,
        [LEVEL_BREAK_EVEN] = RULE_LONG_BREAK_EVEN};
    return rule_of(side, of_long[level]);
}

/* Where the levels of one side come from. */
struct level_rule {
    enum bt_stop_kind kind;
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
    double stop, target[TARGETS], break_even;
    double trail; /* distance from the extreme, INFINITY when there is none */
};

/* What a close decided about one side. */
struct order {
    bool exit;     /* close what the side holds */
    bool part;     /* else close a part of each of its entries */
    double parted; /* that part, 0..1 */
    enum trade_reason exit_reason;
    bool enter;
    int side; /* +1 or -1 */
    enum trade_reason entry_reason;
    double limit, stop;        /* prices it rests at, NaN: none; both NaN: at market */
    double size;               /* in the meaning of terms.size_type */
    double price[LEVEL_COUNT]; /* STOP_EXPR levels as the signal bar gave them; distances */
    double share[TARGETS];     /* of the entry's units that each target closes, NaN: all left */
    double most_a_day;         /* entries filled in one UTC day */
    size_t last;               /* resting: the last bar that may fill it */
};

static inline bool order_rests(const struct order *o) {
    return o->limit == o->limit || o->stop == o->stop;
}

static inline bool rule_given(const struct signals *s, enum rule rule) {
    return s->program[rule] ||
           (rule < RULE_CONDITIONS ? s->rule[rule] != NULL : s->number[rule] != NULL);
}

/* The mask alone. */
static inline bool signals_at(const struct signals *s, enum rule rule, size_t bar) {
    size_t i = bar - s->first;
    return s->rule[rule] && (s->rule[rule][i / 64] >> (i % 64) & 1);
}

/* A rule on a closed bar: is it true, which number does it give (NaN: null, or there is no such
 * rule). position: the account's state at that close; not read when s->run is NULL. */
bool signals_rule(const struct signals *s, enum rule rule, size_t bar,
                  const double position[POSITION_COUNT]);
double signals_number(const struct signals *s, enum rule rule, size_t bar,
                      const double position[POSITION_COUNT]);

/* First bar in [from, to) on which one of `rules` (bits 1 << enum rule) is true; `to` when none is.
 */
size_t signals_next(const struct signals *s, unsigned rules, size_t from, size_t to);

/* Reads the levels of an entry decided at `bar` whose close is `close` into o->price. Prices must
 * lie on their side of `from`, where the entry is expected: the close, or the price the order rests
 * at. False: refused, with the reason: a level is null or on the wrong side. */
bool order_levels(struct order *o, const struct level_rule rule[LEVEL_COUNT],
                  const struct signals *s, size_t bar, double close, double from,
                  const double position[POSITION_COUNT], enum refusal *ret);

/* An entry without levels. */
struct levels levels_none(int side);

/* The same levels once the entry price is known, on the grid of prices, off the trader's favour. */
struct levels order_fix(const struct order *o, const struct level_rule rule[LEVEL_COUNT],
                        double entry_price, double tick);

#endif
