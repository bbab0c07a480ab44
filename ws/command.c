#include "ws/command.h"

#include <stdio.h>
#include <string.h>

#include "lib/id.h"
#include "lib/json.h"

static const struct {
    const char *name;
    enum command_kind kind;
} names[] = {
    {"backtest:subscribe", COMMAND_SUBSCRIBE},
    {"backtest:unsubscribe", COMMAND_UNSUBSCRIBE},
    {"ping", COMMAND_PING},
};

static bool name_kind(const char *name, enum command_kind *ret) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].name) == 0) {
            *ret = names[i].kind;
            return true;
        }
    }
    return false;
}

/* A member that is valid, or absent or null (then ret stays empty). */
static bool member(struct json_object *data, const char *key, bool (*valid)(const char *),
                   char *ret, size_t size, struct err *e) {
    const char *s;
    struct err wrong = {0};
    if (!json_get_string(data, key, &s, &wrong)) {
        if (wrong.code && e)
            *e = wrong;
        return wrong.code == ERR_NONE;
    }
    if (!valid(s)) {
        err_at(e, ERR_INVALID, NULL, NULL, "%s is not valid", key);
        return false;
    }
    snprintf(ret, size, "%s", s);
    return true;
}

static bool read_command(struct json_object *o, struct command *c, struct err *e) {
    const char *name = NULL;
    struct err wrong = {0};
    if (!json_object_is_type(o, json_type_object)) {
        err_set(e, ERR_INVALID, "an object {\"event\",\"data\"} is expected");
        return false;
    }
    if (!json_get_string(o, "event", &name, &wrong)) {
        err_set(e, ERR_INVALID, "event must be a string");
        return false;
    }
    if (!name_kind(name, &c->kind)) {
        err_set(e, ERR_INVALID, "unknown event: %.64s", name);
        return false;
    }
    struct json_object *data = json_get_object(o, "data", &wrong);
    if (wrong.code) {
        err_set(e, ERR_INVALID, "data must be an object");
        return false;
    }
    if (c->kind == COMMAND_PING || !data)
        return true;
    return member(data, "userId", user_valid, c->user_id, sizeof c->user_id, e) &&
           member(data, "backtestId", id_valid, c->id, sizeof c->id, e);
}

bool command_parse(const char *line, size_t len, struct command *ret, struct err *e) {
    struct command c = {0};
    struct json_object *o = json_parse(line, len, e);
    bool ok = o && read_command(o, &c, e);
    json_object_put(o);
    if (ok)
        *ret = c;
    return ok;
}
