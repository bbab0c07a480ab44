/* The index of functions that expressions may call. One row a function; the row drives the parser's
 * types, warm-up, the API (GET /api/algo/functions), `candlemill functions` and the tests. */
#ifndef ENGINE_IND_H
#define ENGINE_IND_H

#include <stdbool.h>
#include <stddef.h>

enum ind_arg_kind {
    ARG_SERIES,    /* a number of its own each bar */
    ARG_CONDITION, /* true or false each bar */
    ARG_INT,       /* the rest are constants: the same on every bar; may be made of parameters */
    ARG_FLOAT,
    ARG_BOOL,
    ARG_TEXT /* in quotes */
};

struct ind_arg {
    const char *name;
    enum ind_arg_kind kind;
    double min, max; /* of ARG_INT and ARG_FLOAT */
    const char *def; /* "high", "1": it may be left out; NULL: must be given */
};

#define IND_ARGS_MAX    6
#define IND_OUTPUTS_MAX 4
#define IND_ALIASES_MAX 3

/* What a row says of itself to people; the evaluator's part of a row is private to engine/.
 * A function whose arguments may all be left out is written without brackets: close, tr. */
struct ind_info {
    const char *name; /* "bb" */
    const char
        *group;       /* "average", "momentum", "volatility", "extreme", "event", "price", "math" */
    const char *help; /* one line */
    const char *formula; /* what is computed */
    const char
        *seed; /* its first values and what a null does; NULL: bar by bar, null in, null out */
    const char *source;   /* whose formula and seed; where Pine and TA-Lib differ, that too */
    const char *lookback; /* bars before its first value, an expression of the arguments; NULL: 0 */
    const char *pine;     /* its name in Pine, "ta.sma", or NULL */
    const char *talib;    /* its name in TA-Lib, "SMA", or NULL */
    const char *aliases[IND_ALIASES_MAX]; /* other names an expression may call it by */
    struct ind_arg args[IND_ARGS_MAX];
    size_t n_args;
    bool variadic; /* the last argument may be repeated, IND_ARGS_MAX in all */
    const char
        *outputs[IND_OUTPUTS_MAX]; /* "middle","upper","lower"; a bare call gives the first */
    size_t n_outputs;              /* 0: one, without a name */
    bool condition;                /* gives a condition instead of a number */
    bool other_bars;               /* tf: its last argument is judged on longer bars */
    bool position;                 /* known to the broker only (engine/plan.h) */
};

/* Rows in the order they are shown; NULL past the end. */
const struct ind_info *ind_info_at(size_t i);

/* Row by name or alias, or NULL. */
const struct ind_info *ind_info_find(const char *name);

/* True when it may stand without brackets. */
bool ind_bare(const struct ind_info *info);

/* Bars before the first value when every series argument has one from the first bar on.
 * `constants`: one number an argument, ignored for series and conditions. */
size_t ind_lookback(const struct ind_info *info, const double *constants);

#endif
