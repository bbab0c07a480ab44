/* JSON at the door and on the way out.
 *
 * In: json_parse is RFC 8259 to the letter (no NaN, no single quotes, no duplicate keys, no \u0000,
 * no number outside float64, valid UTF-8, JSON_DEPTH_MAX deep, nothing after the value) and says
 * line and column; then json-c holds the tree. Typed getters name the field in the error. Out:
 * struct json_out writes into a buf; it keeps commas and nesting right, never writes NaN or
 * infinity (null instead), and writes a double as the shortest text that reads back as itself. */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/* The tree (free with json_object_put), or NULL with *e filled (ERR_INVALID, line, column). */
struct json_object *json_parse(const char *text, size_t len, struct err *e);

/* Typed looks into an object; key absent or JSON null = false without error; wrong type = false
 * with e->code set (ERR_INVALID, pointer "/key"). Strings are borrowed from the tree. */
bool json_get_string(struct json_object *o, const char *key, const char **ret, struct err *e);
bool json_get_number(struct json_object *o, const char *key, double *ret, struct err *e);
bool json_get_int(struct json_object *o, const char *key, int64_t *ret, struct err *e);
bool json_get_bool(struct json_object *o, const char *key, bool *ret, struct err *e);
struct json_object *json_get_object(struct json_object *o, const char *key, struct err *e);
struct json_object *json_get_array(struct json_object *o, const char *key, struct err *e);

/* Plain text of a tree for storing and hashing: no spaces, keys in their order. Heap; caller frees.
 */
char *json_text(struct json_object *o);

/* Shortest text of a double that reads back as itself ("0.1"); finite values only. Returns its
 * length. */
#define DOUBLE_TEXT_MAX 32
int double_format(double v, char ret[static DOUBLE_TEXT_MAX]);

/* The whole string is one number in [min, max], finite; no locale. */
bool parse_double(const char *s, double min, double max, double *ret);
bool parse_i64(const char *s, int64_t min, int64_t max, int64_t *ret);

struct json_out {
    struct buf *buf;
    bool comma; /* the next value in this container needs one */
};

void json_out_init(struct json_out *j, struct buf *buf);
void json_begin(struct json_out *j, char open); /* '{' or '[' */
void json_end(struct json_out *j, char close);  /* '}' or ']' */
void json_key(struct json_out *j, const char *key);
void json_string(struct json_out *j, const char *s); /* NULL -> null */
void json_string_n(struct json_out *j, const char *s, size_t len);
void json_double(struct json_out *j, double v);
void json_int(struct json_out *j, int64_t v);
void json_boolean(struct json_out *j, bool v);
void json_null(struct json_out *j);
void json_time(struct json_out *j, int64_t ms);      /* RFC 3339; 0 -> null */
void json_raw(struct json_out *j, const char *text); /* JSON made before; NULL -> null */

/* key + value in one */
void json_put_string(struct json_out *j, const char *key, const char *s);
void json_put_double(struct json_out *j, const char *key, double v);
void json_put_int(struct json_out *j, const char *key, int64_t v);
void json_put_bool(struct json_out *j, const char *key, bool v);
void json_put_time(struct json_out *j, const char *key, int64_t ms);
void json_put_raw(struct json_out *j, const char *key, const char *text);

#endif
