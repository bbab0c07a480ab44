/* Words of a request -> values of the engine (ENGINE.md 1): the only place where outside words
 * become a struct bt_config, so every check and every error text is here. */
#ifndef LIB_SPEC_H
#define LIB_SPEC_H

#include <stdint.h>

#include "engine/backtest.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/limits.h"

struct request {
    char symbol[SYMBOL_MAX];
    enum interval interval;
    int64_t start_ms, end_ms; /* start <= open time < end; INT64_MIN, INT64_MAX: all stored */
    int64_t warmup;           /* bars before the range, -1: computed */
    size_t want_warmup;       /* bars to read before the range: the computed number or more */
    struct bt_config cfg;     /* borrows from the strategies below and from the tree */
    enum interval lower;      /* of path 'lower' */
    char funding[SYMBOL_MAX]; /* symbol of the funding series, or empty */
    int priority;
    struct json_object *tree; /* the flattened params; kept for the strings that cfg borrows */
    struct strategy *owned;   /* strategies given as objects, BACKTEST_STRATEGIES_MAX rows */
    size_t n_owned;
};

/* The body of a POST, in either form the field knows, as one flat object without userId
 * ({userId,symbol,strategies,params:{…}} or flat; a word given both outside and inside params is
 * ERR_INVALID unless equal; keys of params that are strategies' names become strategyParams).
 * Nulls count as absent. *ret_user: the body's userId, borrowed from body, or NULL. The caller
 * frees the returned object, body may go first (values are shared by reference). */
struct json_object *request_flatten(struct json_object *body, const char **ret_user, struct err *e);

/* Points an error of request_parse at the place in the body as it was sent: "/cash" becomes
 * "/params/cash" where cash stood in params. */
void request_locate(struct json_object *body, struct err *e);

/* Judges flat params: unknown keys (nearest one suggested), types, bounds, dates, strategies, their
 * parameters, expressions (line, column). Takes its own reference to params. On failure *ret is
 * untouched. A request may be moved: nothing in it points at itself. */
enum err_code request_parse(struct json_object *params, struct request *ret, struct err *e);
void request_release(struct request *r);

/* The words of a request, in the order they are documented; NULL past the end. */
const char *request_word_at(size_t i);

/* A strategy object (ENGINE.md 3) -> struct strategy whose strings borrow from the tree; pointer is
 * where it stands in the request ("/strategies/0"; "" for a file). Everything is checked but the
 * expressions. strategy_release frees the arrays. */
enum err_code strategy_parse(struct json_object *o, const char *pointer, struct strategy *ret,
                             struct err *e);
void strategy_release(struct strategy *s);

/* Compiles every define and rule with the default parameters, also those that nothing uses:
 * ERR_INVALID with pointer, line and column. *ret_lookback (may be NULL): bars of warm-up. */
enum err_code strategy_check(const struct strategy *s, struct json_object *o, const char *pointer,
                             size_t *ret_lookback, struct err *e);

/* The words of "rules", in the order they are written; NULL past the end. */
const char *strategy_rule_word(size_t i);
enum rule strategy_rule_at(size_t i);      /* its rule, of long when it serves both sides */
bool strategy_rule_level(enum rule rule);  /* a stop or target: {"fraction":…} and the like */
bool strategy_rule_counts(enum rule rule); /* a number may stand for an expression */

/* The strategy as data, as strategy_parse reads it:
 * {"name","title","help","params":{"fast":{"type",
 * "default","min","max","step","help"}},"define":{…},"rules":{…}}; keys keep their order. */
void strategy_json(struct json_out *j, const struct strategy *s);

#endif
