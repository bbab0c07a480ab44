/* The two forms of a request's body, and where in them a word stands. */
#include "lib/spec.h"

#include <stdio.h>
#include <string.h>

#include "lib/id.h"
#include "lib/spec_words.h"

static bool is_word(const char *key) {
    const char *word;
    for (size_t i = 0; (word = request_word_at(i)) != NULL; i++)
        if (strcmp(word, key) == 0)
            return true;
    return false;
}

static bool is_number(struct json_object *v) {
    return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

static bool equal(struct json_object *a, struct json_object *b) {
    if (is_number(a) && is_number(b)) {
        double x = json_object_get_double(a), y = json_object_get_double(b);
        return !(x < y) && !(x > y);
    }
    return json_object_equal(a, b);
}

/* Is one of the strategies called so? Then it is a key of strategyParams. */
static bool names_strategy(struct json_object *strategies, const char *key) {
    if (!json_object_is_type(strategies, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(strategies); i++) {
        struct json_object *s = json_object_array_get_idx(strategies, i);
        if (json_object_is_type(s, json_type_object))
            s = spec_member(s, "name");
        if (json_object_is_type(s, json_type_string) && strcmp(json_object_get_string(s), key) == 0)
            return true;
    }
    return false;
}

static enum err_code put(struct json_object *out, const char *key, struct json_object *v,
                         const char *pointer, struct err *e) {
    struct json_object *there = spec_member(out, key);
    if (there && !equal(there, v))
        return err_at(e, ERR_INVALID, pointer, "given_twice",
                      "%.40s is given outside and inside params, with different values", key);
    if (!there && json_object_object_add(out, key, json_object_get(v)) != 0) {
        json_object_put(v);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    return ERR_NONE;
}

/* strategyParams of its own, so that the body's is not changed. */
static struct json_object *own_strategy_params(struct json_object *out) {
    struct json_object *copy = json_object_new_object();
    struct json_object *there = spec_member(out, "strategyParams");
    if (!copy)
        return NULL;
    if (json_object_is_type(there, json_type_object)) {
        json_object_object_foreach(there, key, v) {
            json_object_object_add(copy, key, json_object_get(v));
        }
    }
    json_object_object_add(out, "strategyParams", copy);
    return copy;
}

static enum err_code merge_params(struct json_object *out, struct json_object *params,
                                  struct err *e) {
    if (!json_object_is_type(params, json_type_object))
        return err_at(e, ERR_INVALID, "/params", "type", "params must be an object");
    struct json_object *strategies = spec_member(out, "strategies");
    if (!strategies)
        strategies = spec_member(params, "strategies");
    json_object_object_foreach(params, key, v) {
        char pointer[ERR_POINTER_MAX];
        struct json_object *to = out;
        spec_pointer(pointer, "/params", key);
        if (!v)
            continue;
        struct json_object *there = spec_member(out, "strategyParams");
        if (!is_word(key) && json_object_is_type(v, json_type_object) &&
            names_strategy(strategies, key) &&
            (!there || json_object_is_type(there, json_type_object)))
            to = own_strategy_params(out);
        enum err_code code =
            to ? put(to, key, v, pointer, e) : err_set(e, ERR_INTERNAL, "out of memory");
        if (code != ERR_NONE)
            return code;
    }
    return ERR_NONE;
}

static enum err_code take_user(struct json_object *out, struct json_object *body, const char **ret,
                               struct err *e) {
    struct json_object *v = spec_member(out, "userId");
    *ret = NULL;
    if (!v)
        return ERR_NONE;
    const char *pointer = spec_member(body, "userId") ? "/userId" : "/params/userId";
    if (!json_object_is_type(v, json_type_string) || !user_valid(json_object_get_string(v)))
        return err_at(e, ERR_INVALID, pointer, "format",
                      "userId must be a string of 1 to %d letters, digits or _.@-", USER_MAX - 1);
    *ret = json_object_get_string(v); /* the body holds it too */
    json_object_object_del(out, "userId");
    return ERR_NONE;
}

struct json_object *request_flatten(struct json_object *body, const char **ret_user,
                                    struct err *e) {
    if (!json_object_is_type(body, json_type_object)) {
        err_at(e, ERR_INVALID, "", "type", "a request must be a JSON object");
        return NULL;
    }
    struct json_object *out = json_object_new_object();
    enum err_code code = out ? ERR_NONE : err_set(e, ERR_INTERNAL, "out of memory");
    struct json_object *params = NULL;
    json_object_object_foreach(body, key, v) {
        if (strcmp(key, "params") == 0)
            params = v;
        else if (v && code == ERR_NONE)
            code = put(out, key, v, "", e);
    }
    if (code == ERR_NONE && params)
        code = merge_params(out, params, e);
    if (code == ERR_NONE)
        code = take_user(out, body, ret_user, e);
    if (code == ERR_NONE)
        return out;
    json_object_put(out);
    return NULL;
}

/* The first token of a pointer, unescaped; returns the rest. */
static const char *first_token(const char *pointer, char ret[static ERR_POINTER_MAX]) {
    size_t n = 0;
    const char *p = pointer + (*pointer == '/');
    for (; *p && *p != '/'; p++) {
        char c = *p;
        if (c == '~' && (p[1] == '0' || p[1] == '1'))
            c = *++p == '0' ? '~' : '/';
        if (n + 1 < ERR_POINTER_MAX)
            ret[n++] = c;
    }
    ret[n] = '\0';
    return p;
}

void request_locate(struct json_object *body, struct err *e) {
    char first[ERR_POINTER_MAX], second[ERR_POINTER_MAX], at[ERR_POINTER_MAX];
    struct json_object *params = spec_member(body, "params");
    if (!json_object_is_type(params, json_type_object) || strncmp(e->pointer, "/params/", 8) == 0)
        return;
    const char *rest = first_token(e->pointer, first);
    struct json_object *outside = spec_member(body, first);
    first_token(rest, second);
    if (strcmp(first, "strategyParams") == 0 && *rest && !spec_member(outside, second) &&
        spec_member(params, second))
        snprintf(at, sizeof at, "/params%s", rest);
    else if (!outside && spec_member(params, first))
        snprintf(at, sizeof at, "/params%.*s", ERR_POINTER_MAX - 8, e->pointer);
    else
        return;
    memcpy(e->pointer, at, sizeof e->pointer);
}
