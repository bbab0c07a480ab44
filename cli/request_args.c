/* A request out of the options of a command line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/strategy.h"
#include "lib/spec.h"

/* A value as JSON; what is no JSON is a string: --set fill=close. */
static struct json_object *value_of(const char *text) {
    struct json_object *v = json_parse(text, strlen(text), NULL);
    return v ? v : json_object_new_string(text);
}

static bool is_null(const char *text) {
    return strcmp(text, "null") == 0;
}

/* KEY=VALUE into o; null takes the key away. */
static bool set_pair(struct json_object *o, const char *pair, struct err *e) {
    const char *equal = strchr(pair, '=');
    char key[64];
    size_t len = equal ? (size_t)(equal - pair) : 0;
    if (len == 0 || len >= sizeof key) {
        err_set(e, ERR_INVALID, "'%.60s' must be KEY=VALUE", pair);
        return false;
    }
    memcpy(key, pair, len);
    key[len] = '\0';
    if (is_null(equal + 1))
        json_object_object_del(o, key);
    else
        json_object_object_add(o, key, value_of(equal + 1));
    return true;
}

static struct json_object *file_strategy(const char *path, struct err *e) {
    struct buf text;
    if (read_input(path, JSON_BODY_MAX, &text, e) != ERR_NONE)
        return NULL;
    struct json_object *o = json_parse(text.data ? text.data : "", text.len, e);
    buf_release(&text);
    if (o && !json_object_is_type(o, json_type_object)) {
        err_set(e, ERR_INVALID, "%s: a strategy is a JSON object", path);
        json_object_put(o);
        return NULL;
    }
    if (!o && e->line > 0) {
        struct err parse = *e;
        err_set(e, ERR_INVALID, "%.200s: line %d, column %d: %.200s", path, parse.line,
                parse.column, parse.message);
    }
    return o;
}

/* A built-in's name, a file with one, or a name that the service may know. */
static struct json_object *strategy_word(const char *text, struct err *e) {
    bool file = strchr(text, '/') || strcmp(text, "-") == 0 ||
                (!preset_find(text) && access(text, R_OK) == 0) ||
                (strlen(text) > 5 && strcmp(text + strlen(text) - 5, ".json") == 0);
    if (file)
        return file_strategy(text, e);
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string(text));
    return o;
}

static struct json_object *child(struct json_object *o, const char *key) {
    struct json_object *v;
    if (json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_object))
        return v;
    v = json_object_new_object();
    json_object_object_add(o, key, v);
    return v;
}

/* Where the parameters of the strategy go: into its own "params" beside the name, or, when it is
 * an object with rules, into strategyParams. */
static struct json_object *params_of(struct json_object *out, struct json_object *strategy,
                                     struct err *e) {
    struct json_object *name = NULL;
    if (json_object_is_type(strategy, json_type_string))
        return child(child(out, "strategyParams"), json_object_get_string(strategy));
    if (!json_object_object_get_ex(strategy, "rules", NULL))
        return child(strategy, "params");
    json_object_object_get_ex(strategy, "name", &name);
    if (json_object_is_type(name, json_type_string))
        return child(child(out, "strategyParams"), json_object_get_string(name));
    err_set(e, ERR_INVALID, "the strategy has no name");
    return NULL;
}

static struct json_object *only_strategy(struct json_object *out) {
    struct json_object *list = NULL;
    json_object_object_get_ex(out, "strategies", &list);
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) != 1)
        return NULL;
    return json_object_array_get_idx(list, 0);
}

/* {"name":"sma"} is "sma". */
static void shorten(struct json_object *list) {
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *o = json_object_array_get_idx(list, i), *name;
        if (json_object_object_length(o) == 1 && json_object_object_get_ex(o, "name", &name))
            json_object_array_put_idx(list, i, json_object_get(name));
    }
}

/* --strategy and --param, in the order they stand; they replace the strategies of --request. */
static bool take_strategies(const struct args *a, struct json_object *out, bool *ret_usage,
                            struct err *e) {
    struct json_object *list = NULL, *last = only_strategy(out);
    if (args_value(a, "strategy")) {
        list = json_object_new_array();
        last = NULL;
        json_object_object_add(out, "strategies", list);
    }
    for (size_t i = 0; i < a->n; i++) {
        const char *name = a->items[i].option ? a->items[i].option->name : "";
        const char *value = a->items[i].value;
        if (strcmp(name, "strategy") == 0) {
            last = strategy_word(value, e);
            if (!last)
                return false;
            json_object_array_add(list, last);
        } else if (strcmp(name, "param") == 0) {
            *ret_usage = true;
            if (!last)
                return err_set(e, ERR_INVALID, "--param %.60s stands before any --strategy",
                               value) == ERR_NONE;
            struct json_object *params = params_of(out, last, e);
            if (!params || !set_pair(params, value, e))
                return false;
            *ret_usage = false;
        }
    }
    if (list)
        shorten(list);
    return true;
}

/* --request: flattened, so that options find its words; the user id goes back into it. */
static struct json_object *read_request(const char *path, struct err *e) {
    struct buf text;
    const char *user = NULL;
    if (read_input(path, JSON_BODY_MAX, &text, e) != ERR_NONE)
        return NULL;
    struct json_object *body = json_parse(text.data ? text.data : "", text.len, e);
    buf_release(&text);
    if (!body) {
        struct err parse = *e;
        err_set(e, ERR_INVALID, "%.200s: line %d, column %d: %.200s", path, parse.line,
                parse.column, parse.message);
        return NULL;
    }
    struct json_object *flat = request_flatten(body, &user, e);
    if (flat && user)
        json_object_object_add(flat, "userId", json_object_new_string(user));
    json_object_put(body);
    return flat;
}

static bool take_options(const struct args *a, struct json_object *out, bool *ret_usage,
                         struct err *e) {
    static const char *const words[][2] = {{"symbol", "symbol"},
                                           {"interval", "interval"},
                                           {"start", "startDate"},
                                           {"end", "endDate"},
                                           {"profile", "profile"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *value = args_value(a, words[i][0]);
        if (value)
            json_object_object_add(out, words[i][1], json_object_new_string(value));
    }
    if (!take_strategies(a, out, ret_usage, e))
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!a->items[i].option || strcmp(a->items[i].option->name, "set") != 0)
            continue;
        if (!set_pair(out, a->items[i].value, e)) {
            *ret_usage = true;
            return false;
        }
    }
    return true;
}

struct json_object *request_from_args(const struct args *a, bool *ret_usage, struct err *e) {
    const char *path = args_value(a, "request");
    *ret_usage = false;
    struct json_object *out = path ? read_request(path, e) : json_object_new_object();
    if (out && !take_options(a, out, ret_usage, e)) {
        json_object_put(out);
        return NULL;
    }
    return out;
}
