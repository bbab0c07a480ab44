/* The functions of the language as data, for the API and the command line alike. */
#ifndef LIB_FUNCTIONS_H
#define LIB_FUNCTIONS_H

#include "engine/ind.h"
#include "lib/json.h"

const char *argument_kind_name(enum ind_arg_kind kind); /* "series" */

/* {name, group, help, formula, seed, source, lookback, pine, talib, aliases:[], gives,
 * args:[{name, kind, default, min, max}], variadic, outputs:[]} */
void function_json(struct json_out *j, const struct ind_info *f);

/* "bb(source, length, mult).middle .upper .lower" */
void function_call(struct buf *b, const struct ind_info *f);

/* docs/functions.md: all of them. */
void functions_markdown(struct buf *b);

#endif
