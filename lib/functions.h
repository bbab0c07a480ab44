/* The functions of the language as data, for the API and the command line alike. */
#ifndef LIB_FUNCTIONS_H
#define LIB_FUNCTIONS_H

#include "engine/ind.h"
#include "lib/json.h"

const char *argument_kind_name(enum ind_arg_kind kind); /* "series" */

/* {name, group, help, formula, gives, args:[{name, kind, default, min, max}], variadic, outputs:[]}
 */
void function_json(struct json_out *j, const struct ind_info *f);

#endif
