#include "lib/spec_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/strategy.h"

struct json_object *spec_member(struct json_object *o, const char *key) {
    struct json_object *v;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v
                                                                                             : NULL;
}

void spec_pointer(char ret[static ERR_POINTER_MAX], const char *pointer, const char *token) {
    char out[ERR_POINTER_MAX];
    size_t n = (size_t)snprintf(out, sizeof out, "%s/", pointer);
    for (; *token && n + 3 < sizeof out; token++) {
        if (*token == '~' || *token == '/') {
            out[n++] = '~';
            out[n++] = *token == '~' ? '0' : '1';
        } else {
            out[n++] = *token;
        }
    }
    out[n < sizeof out ? n : sizeof out - 1] = '\0';
    memcpy(ret, out, sizeof out);
}

void spec_pointer_at(char ret[static ERR_POINTER_MAX], const char *pointer, size_t i) {
    char index[24];
    snprintf(index, sizeof index, "%zu", i);
    spec_pointer(ret, pointer, index);
}

/* "/commission/rate" -> "commission.rate": how a person says it. */
static const char *spoken(const char *pointer, char ret[static ERR_POINTER_MAX]) {
    size_t n = 0;
    for (const char *p = pointer + (*pointer == '/'); *p && n + 1 < ERR_POINTER_MAX; p++)
        ret[n++] = *p == '/' ? '.' : *p;
    ret[n] = '\0';
    return n > 0 ? ret : "the value";
}

static enum err_code bad_type(const char *pointer, const char *wanted, struct err *e) {
    char name[ERR_POINTER_MAX];
    return err_at(e, ERR_INVALID, pointer, "type", "%s must be %s", spoken(pointer, name), wanted);
}

enum err_code spec_number(struct json_object *v, const char *pointer, const struct range *range,
                          double *ret, struct err *e) {
    char name[ERR_POINTER_MAX];
    bool number = json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int);
    double got = number ? json_object_get_double(v) : 0;
    bool inside = got <= range->max && (range->above ? got > range->min : got >= range->min);
    if (number && inside && (!range->whole || got == floor(got))) {
        *ret = got;
        return ERR_NONE;
    }
    return err_at(e, ERR_INVALID, pointer, number ? "range" : "type",
                  "%s must be a %s %s %.15g %s %.15g%s%s%s", spoken(pointer, name),
                  range->whole ? "whole number" : "number", range->above ? "above" : "from",
                  range->min, range->above ? "and at most" : "to", range->max,
                  range->unit ? " (" : "", range->unit ? range->unit : "", range->unit ? ")" : "");
}

enum err_code spec_flag(struct json_object *v, const char *pointer, bool *ret, struct err *e) {
    if (!json_object_is_type(v, json_type_boolean))
        return bad_type(pointer, "true or false", e);
    *ret = json_object_get_boolean(v);
    return ERR_NONE;
}

enum err_code spec_string(struct json_object *v, const char *pointer, const char **ret,
                          struct err *e) {
    if (!json_object_is_type(v, json_type_string))
        return bad_type(pointer, "a string", e);
    *ret = json_object_get_string(v);
    return ERR_NONE;
}

/* "'a', 'b' or 'c'" */
static void join_names(const char *const *names, size_t n, char *ret, size_t size) {
    size_t len = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < n && len < size; i++) {
        const char *between = i == 0 ? "" : i + 1 == n ? " or " : ", ";
        len += (size_t)snprintf(ret + len, size - len, "%s'%s'", between, names[i]);
    }
}

enum err_code spec_choice(struct json_object *v, const char *pointer, const char *const *names,
                          size_t n, int *ret, struct err *e) {
    char name[ERR_POINTER_MAX], all[240];
    const char *got = NULL;
    if (json_object_is_type(v, json_type_string)) {
        got = json_object_get_string(v);
        for (size_t i = 0; i < n; i++) {
            if (strcmp(names[i], got) == 0) {
                *ret = (int)i;
                return ERR_NONE;
            }
        }
    }
    join_names(names, n, all, sizeof all);
    if (!got)
        return err_at(e, ERR_INVALID, pointer, "type", "%s must be %s", spoken(pointer, name), all);
    return err_at(e, ERR_INVALID, pointer, "choice", "%s must be %s, not '%.40s'",
                  spoken(pointer, name), all, got);
}

enum err_code spec_keys(struct json_object *o, const char *pointer, const char *what,
                        const char *const *names, size_t n, struct err *e) {
    if (!json_object_is_type(o, json_type_object))
        return bad_type(pointer, "an object", e);
    json_object_object_foreach(o, key, v) {
        (void)v;
        bool known = false;
        for (size_t i = 0; i < n && !known; i++)
            known = strcmp(names[i], key) == 0;
        if (known)
            continue;
        char at[ERR_POINTER_MAX];
        spec_pointer(at, pointer, key);
        const char *near = name_suggest(key, names, n);
        if (near)
            return err_at(e, ERR_INVALID, at, "unknown_key",
                          "unknown %s '%.40s'; did you mean '%s'?", what, key, near);
        return err_at(e, ERR_INVALID, at, "unknown_key", "unknown %s '%.40s'", what, key);
    }
    return ERR_NONE;
}
