/* Requests drawn from bytes: one byte a word of a request, one byte a rule of each strategy, so
 * that every word of execution meets every other. */
#ifndef TESTS_FUZZ_DRAW_H
#define TESTS_FUZZ_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/json.h"

/* A request out of the bytes at *at, which moves on; bytes behind the end are 0. Every word that
 * requests and strategies have is known here, or it aborts. The caller puts the object. */
struct json_object *draw_request(const uint8_t **at, const uint8_t *end);

/* Takes out of the request what an error's pointer names, so that the rest may be tried; false:
 * that is nothing it could do without. */
bool draw_without(struct json_object *request, const char *pointer);

#endif
