#include "lib/json.h"

#include <errno.h>
#include <json-c/json_tokener.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_strict.h"
#include "lib/limits.h"

struct json_object *json_parse(const char *text, size_t len, struct err *e) {
    if (len > INT_MAX) {
        err_set(e, ERR_TOO_LARGE, "the JSON text is too large");
        return NULL;
    }
    if (!json_strict_check(text, len, e))
        return NULL;
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
    if (!tokener) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    struct json_object *tree = json_tokener_parse_ex(tokener, text, (int)len);
    enum json_tokener_error status = json_tokener_get_error(tokener);
    if (status == json_tokener_continue) { /* a bare number at the end: the NUL says it is whole */
        tree = json_tokener_parse_ex(tokener, "", 1);
        status = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (status != json_tokener_success) {
        err_at(e, ERR_INVALID, NULL, "syntax", "%s", json_tokener_error_desc(status));
        json_object_put(tree);
        return NULL;
    }
    if (!tree)
        err_at(e, ERR_INVALID, NULL, "type", "null is no answer here: an object is expected");
    return tree;
}

/* The member, or NULL when absent or null. */
static struct json_object *member(struct json_object *o, const char *key) {
    struct json_object *v;
    return json_object_object_get_ex(o, key, &v) ? v : NULL;
}

static bool wrong_type(const char *key, const char *wanted, struct err *e) {
    char pointer[ERR_POINTER_MAX];
    snprintf(pointer, sizeof pointer, "/%s", key);
    err_at(e, ERR_INVALID, pointer, "type", "%s must be %s", key, wanted);
    return false;
}

bool json_get_string(struct json_object *o, const char *key, const char **ret, struct err *e) {
    struct json_object *v = member(o, key);
    if (!v)
        return false;
    if (!json_object_is_type(v, json_type_string))
        return wrong_type(key, "a string", e);
    *ret = json_object_get_string(v);
    return true;
}

bool json_get_number(struct json_object *o, const char *key, double *ret, struct err *e) {
    struct json_object *v = member(o, key);
    if (!v)
        return false;
    if (!json_object_is_type(v, json_type_double) && !json_object_is_type(v, json_type_int))
        return wrong_type(key, "a number", e);
    *ret = json_object_get_double(v);
    return true;
}

bool json_get_int(struct json_object *o, const char *key, int64_t *ret, struct err *e) {
    struct json_object *v = member(o, key);
    if (!v)
        return false;
    if (json_object_is_type(v, json_type_int)) {
        *ret = json_object_get_int64(v);
        return true;
    }
    double d = json_object_is_type(v, json_type_double) ? json_object_get_double(v) : 0.5;
    /* 2^53: whole numbers are exact up to here */
    if (!(fabs(d) <= 9007199254740992.0) || d != (double)(int64_t)d)
        return wrong_type(key, "a whole number", e);
    *ret = (int64_t)d;
    return true;
}

bool json_get_bool(struct json_object *o, const char *key, bool *ret, struct err *e) {
    struct json_object *v = member(o, key);
    if (!v)
        return false;
    if (!json_object_is_type(v, json_type_boolean))
        return wrong_type(key, "true or false", e);
    *ret = json_object_get_boolean(v);
    return true;
}

struct json_object *json_get_object(struct json_object *o, const char *key, struct err *e) {
    struct json_object *v = member(o, key);
    if (v && !json_object_is_type(v, json_type_object)) {
        wrong_type(key, "an object", e);
        return NULL;
    }
    return v;
}

struct json_object *json_get_array(struct json_object *o, const char *key, struct err *e) {
    struct json_object *v = member(o, key);
    if (v && !json_object_is_type(v, json_type_array)) {
        wrong_type(key, "an array", e);
        return NULL;
    }
    return v;
}

static void put_tree(struct json_out *j, struct json_object *o) {
    switch (json_object_get_type(o)) {
    case json_type_null:
        json_null(j);
        break;
    case json_type_boolean:
        json_boolean(j, json_object_get_boolean(o));
        break;
    case json_type_double:
        json_double(j, json_object_get_double(o));
        break;
    case json_type_int:
        json_int(j, json_object_get_int64(o));
        break;
    case json_type_string:
        json_string_n(j, json_object_get_string(o), (size_t)json_object_get_string_len(o));
        break;
    case json_type_array:
        json_begin(j, '[');
        for (size_t i = 0; i < json_object_array_length(o); i++)
            put_tree(j, json_object_array_get_idx(o, i));
        json_end(j, ']');
        break;
    case json_type_object:
        json_begin(j, '{');
        json_object_object_foreach(o, key, v) {
            json_key(j, key);
            put_tree(j, v);
        }
        json_end(j, '}');
        break;
    }
}

char *json_text(struct json_object *o) {
    struct buf b;
    struct json_out j;
    buf_init(&b, SIZE_MAX / 4);
    json_out_init(&j, &b);
    put_tree(&j, o);
    return buf_detach(&b);
}

bool parse_double(const char *s, double min, double max, double *ret) {
    char *end;
    if (!(*s == '-' || *s == '+' || *s == '.' || (*s >= '0' && *s <= '9')))
        return false; /* no spaces, "nan", "inf" */
    if (s[strspn(s, "0123456789.eE+-")] != '\0')
        return false; /* no hexadecimal */
    double v = strtod(s, &end);
    if (end == s || *end != '\0' || !isfinite(v) || v < min || v > max)
        return false;
    *ret = v;
    return true;
}

bool parse_i64(const char *s, int64_t min, int64_t max, int64_t *ret) {
    char *end;
    if (!(*s == '-' || (*s >= '0' && *s <= '9')))
        return false;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end != '\0' || v < min || v > max)
        return false;
    *ret = v;
    return true;
}
