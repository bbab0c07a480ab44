/* The gate before json-c; used by json_parse only. */
#ifndef LIB_JSON_STRICT_H
#define LIB_JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* False: *e is ERR_INVALID with line, column and a word (syntax, duplicate_key, too_deep, utf8,
 * nul, number_range, too_many_keys). */
bool json_strict_check(const char *text, size_t len, struct err *e);

#endif
