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

enum rule {
    RULE_LONG_ENTRY,
    RULE_LONG_EXIT,
    RULE_SHORT_ENTRY,
    RULE_SHORT_EXIT,
    RULE_LONG_STOP_LOSS,
    RULE_LONG_TAKE_PROFIT,
    RULE_LONG_TRAILING_STOP,
    RULE_SHORT_STOP_LOSS,
    RULE_SHORT_TAKE_PROFIT,
    RULE_SHORT_TRAILING_STOP,
    RULE_COUNT
};

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
