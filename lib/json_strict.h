/* The gate before json-c; used by json_parse only (and UTF-8 for query strings). */
#ifndef LIB_JSON_STRICT_H
#define LIB_JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* False: *e is ERR_INVALID with line, column and a word (syntax, duplicate_key, too_deep, utf8,
 * nul, number_range, too_many_keys). */
bool json_strict_check(const char *text, size_t len, struct err *e);

/* Length of one valid UTF-8 sequence at p (RFC 3629: no overlong forms, no surrogates), or 0. */
size_t utf8_length(const char *p, const char *end);

#endif
