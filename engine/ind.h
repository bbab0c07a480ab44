/* The index of functions that expressions may call. One row a function; the row drives the parser's
 * types, warm-up, the API (GET /api/algo/functions), `candlemill functions` and the tests. */
#ifndef ENGINE_IND_H
#define ENGINE_IND_H

#include <stdbool.h>
#include <stddef.h>

struct ind_arg {
    const char *name;
    enum { ARG_SERIES, ARG_CONDITION, ARG_INT, ARG_FLOAT } kind; /* INT, FLOAT: constants */
    double min, max;                                             /* of constants */
    const char *def; /* "close", "14"; NULL: must be given */
};

#define IND_ARGS_MAX    6
#define IND_OUTPUTS_MAX 4

/* What a row says of itself to people; the evaluator's part of a row is private to engine/. */
struct ind_info {
    const char *name;    /* "bb" */
    const char *group;   /* "average", "momentum", "volatility", "event", "price", "math" */
    const char *help;    /* one line */
    const char *formula; /* source of the formula and of the seed rule */
    struct ind_arg args[IND_ARGS_MAX];
    size_t n_args;
    const char *outputs[IND_OUTPUTS_MAX]; /* "middle","upper","lower"; the first is what a bare call
                                             gives */
    size_t n_outputs;
    bool condition; /* gives a condition instead of a number */
};

/* Rows in the order they are shown; NULL past the end. */
const struct ind_info *ind_info_at(size_t i);

#endif
