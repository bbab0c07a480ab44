/* Inside of lib/spec*.c: readers of single words. Each fills *e with the pointer of the value. */
#ifndef LIB_SPEC_WORDS_H
#define LIB_SPEC_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/spec.h"
#include "lib/spec_table.h"

enum err_code spec_number(struct json_object *v, const char *pointer, const struct range *range,
                          double *ret, struct err *e);
enum err_code spec_flag(struct json_object *v, const char *pointer, bool *ret, struct err *e);
enum err_code spec_string(struct json_object *v, const char *pointer, const char **ret,
                          struct err *e);

/* Index of the string in names. */
enum err_code spec_choice(struct json_object *v, const char *pointer, const char *const *names,
                          size_t n, int *ret, struct err *e);

/* Every key of the object is one of names, else the nearest is suggested. what: "word", "rule". */
enum err_code spec_keys(struct json_object *o, const char *pointer, const char *what,
                        const char *const *names, size_t n, struct err *e);

/* pointer + "/" + token, escaped; a pointer too long is cut. */
void spec_pointer(char ret[static ERR_POINTER_MAX], const char *pointer, const char *token);
void spec_pointer_at(char ret[static ERR_POINTER_MAX], const char *pointer, size_t i);

/* The member, or NULL when absent or null. */
struct json_object *spec_member(struct json_object *o, const char *key);

/* "equity", "cash", … by enum bt_size_type. */
extern const char *const spec_size_types[];

/* {"type":"risk","value":…}: its type, and the pointer of its value, which the caller reads. */
enum err_code spec_size_form(struct json_object *o, const char *pointer,
                             enum bt_size_type *ret_type, char ret_at[static ERR_POINTER_MAX],
                             struct err *e);

/* Words with a form of their own: lib/spec_forms.c. */
word_read spec_symbol, spec_interval, spec_start, spec_end, spec_size, spec_commission, spec_stop,
    spec_lower_interval, spec_funding, spec_lot, spec_tags, spec_note;

/* strategies and strategyParams, of r->tree: lib/spec_strategies.c. */
enum err_code spec_strategies(struct request *r, struct json_object *strategies,
                              struct json_object *params, struct err *e);

/* Compiles everything; fills r->want_warmup. */
enum err_code spec_compile(struct request *r, struct err *e);

/* The error of an expression as an error of the request: pointer of the text, line, column. tree:
 * the strategy's own object, or NULL. */
enum err_code spec_expr_error(const struct expr_error *x, const struct strategy *s,
                              struct json_object *tree, const char *pointer, struct err *e);

/* What the profile backtesting.py lacks (ENGINE.md 8), and what only it has. */
enum err_code spec_profile(const struct request *r, struct err *e);

#endif
