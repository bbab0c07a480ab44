/* The description of a strategy as a JSON Schema (draft 2020-12): docs/strategy.schema.json, the
 * API's answer and `candlemill strategy schema`. What it cannot say (expressions, names that are
 * taken, a default inside its bounds) strategy_check does. */
#ifndef LIB_STRATEGY_SCHEMA_H
#define LIB_STRATEGY_SCHEMA_H

#include "lib/json.h"

void strategy_schema(struct json_out *j);

#endif
