/* The description of a request as a JSON Schema (draft 2020-12), made of lib/spec_table.c: what the
 * API answers and the page makes its form of. Beside the standard's keywords a word has "x-group"
 * (what it belongs with), "x-basic" (a form shows it without being asked), "x-fraction" (people
 * read the number as percent), "x-unit", "x-profile" (the one profile that has it), "x-when" (it
 * means something only beside these values) and "x-plain" (the member of its object that a plain
 * number is). What a schema cannot say (expressions, words that must fit one another) request_parse
 * does.
 */
#ifndef LIB_SPEC_SCHEMA_H
#define LIB_SPEC_SCHEMA_H

#include "lib/json.h"

void request_schema(struct json_out *j);

#endif
