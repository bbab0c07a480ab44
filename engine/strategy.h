/* A strategy is data: named parameters and rules, each one expression (ENGINE.md 3 in the design
 * papers, docs/strategies.md for users). The built-in ones are a const table of the very same
 * structs. */
#ifndef ENGINE_STRATEGY_H
#define ENGINE_STRATEGY_H

#include <stddef.h>

#define STRATEGY_NAME_MAX    32 /* bytes with the NUL: strategy, parameter and define names */
#define STRATEGY_PARAMS_MAX  32
#define STRATEGY_DEFINES_MAX 64

enum param_type { PARAM_INT, PARAM_FLOAT, PARAM_BOOL };

struct param {
    const char *name;
    enum param_type type;
    double def, min, max, step; /* PARAM_BOOL: 0 or 1 */
    const char *help;           /* one line, or NULL */
};

/* A named expression that later defines and rules may use. */
struct define {
    const char *name;
    const char *expr;
};

/* Conditions first, then prices and numbers. Rules of one side stand in pairs behind the first
 * four: rule_of(SIDE_SHORT, RULE_LONG_X) is RULE_SHORT_X. What each does: docs/execution.md. */
enum rule {
    RULE_LONG_ENTRY,
    RULE_LONG_EXIT,
    RULE_SHORT_ENTRY,
    RULE_SHORT_EXIT,
    RULE_LONG_EXIT2, /* a partial exit */
    RULE_SHORT_EXIT2,
    RULE_SESSION,    /* no entry is decided on a bar on which it is false */
    RULE_CONDITIONS, /* how many there are; the rest give numbers */

    RULE_LONG_LIMIT = RULE_CONDITIONS, /* price of a resting entry */
    RULE_SHORT_LIMIT,
    RULE_LONG_STOP, /* the same; with limit too: a stop-limit */
    RULE_SHORT_STOP,
    RULE_LONG_STOP_LOSS, /* prices */
    RULE_SHORT_STOP_LOSS,
    RULE_LONG_TAKE_PROFIT,
    RULE_SHORT_TAKE_PROFIT,
    RULE_LONG_TAKE_PROFIT2,
    RULE_SHORT_TAKE_PROFIT2,
    RULE_LONG_TAKE_PROFIT3,
    RULE_SHORT_TAKE_PROFIT3,
    RULE_LONG_TRAILING_STOP,
    RULE_SHORT_TRAILING_STOP,
    RULE_LONG_BREAK_EVEN, /* price at which the stop moves to the entry price */
    RULE_SHORT_BREAK_EVEN,
    RULE_LONG_TRAILING_DISTANCE, /* price units, judged anew at every close */
    RULE_SHORT_TRAILING_DISTANCE,
    RULE_LONG_TAKE_PROFIT_SHARE, /* 0..1 of the entry's units; none: all that is left */
    RULE_SHORT_TAKE_PROFIT_SHARE,
    RULE_LONG_TAKE_PROFIT2_SHARE,
    RULE_SHORT_TAKE_PROFIT2_SHARE,
    RULE_LONG_TAKE_PROFIT3_SHARE,
    RULE_SHORT_TAKE_PROFIT3_SHARE,
    RULE_LONG_EXIT2_SHARE, /* 0..1 of the entry's units; none: a half */
    RULE_SHORT_EXIT2_SHARE,
    RULE_SIZE,               /* value of size, in the meaning of strategy.size_type */
    RULE_ENTRY_BARS,         /* bars a resting entry lives; none: 1 */
    RULE_COOLDOWN,           /* bars after an exit on whose closes no entry is decided */
    RULE_MAX_TRADES_PER_DAY, /* entries filled in one UTC day */
    RULE_PYRAMIDING,         /* entries of a side held at once; a constant */
    RULE_COUNT
};

enum side { SIDE_LONG, SIDE_SHORT, SIDE_COUNT };

static inline enum rule rule_of(enum side side, enum rule long_rule) {
    return (enum rule)(long_rule <= RULE_SHORT_EXIT ? (int)long_rule + 2 * (int)side
                                                    : (int)long_rule + (int)side);
}

/* What the rule of a stop or target gives. */
enum level_form {
    FORM_PRICE,
    FORM_FRACTION, /* a constant, made of numbers and parameters: of the trade's own entry price */
    FORM_DISTANCE  /* price units from the trade's own entry price, judged where the entry is */
};

/* What the size of a strategy or of a request counts. */
enum bt_size_type { SIZE_EQUITY, SIZE_CASH, SIZE_UNITS, SIZE_RISK };

/* Strings are borrowed: a built-in's live for ever, a user's belong to whoever parsed them.
 * rules[]: NULL where the strategy has no such rule. A key without a side ("stopLoss") fills both.
 */
struct strategy {
    const char *name;
    const char *title;
    const char *help; /* a paragraph: what it does and where it comes from; may be NULL */
    const struct param *params;
    size_t n_params;
    const struct define *defines;
    size_t n_defines;
    const char *rules[RULE_COUNT];
    enum level_form form[RULE_COUNT]; /* of stops and targets */
    enum bt_size_type size_type;      /* of RULE_SIZE: "size":"expr" is SIZE_EQUITY, else
                                       * "size":{"type":"risk","value":"expr"} as in a request */
};

/* "long.entry", "short.stopLoss", … */
const char *rule_name(enum rule rule);

/* The built-in strategies, in the order they are shown; NULL past the end. */
const struct strategy *preset_at(size_t i);
const struct strategy *preset_find(const char *name);

/* Index of a parameter by name, or -1. */
int strategy_param(const struct strategy *s, const char *name);

/* Closest of n names to `word` (edit distance <= 2 and < half the word), or NULL: "did you mean".
 */
const char *name_suggest(const char *word, const char *const *names, size_t n);

#endif
