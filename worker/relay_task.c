/* A task on the bus: a hint when it is our own, a record to be made when a foreign API sent it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/json.h"
#include "lib/spec.h"
#include "worker/hint.h"
#include "worker/relay.h"
#include "worker/supervisor.h"

/* Judged like a request of our own: *b gets what the record of a good one has. */
static enum err_code judge(struct json_object *params, struct backtest *b, struct err *e) {
    struct request r;
    const char *note = NULL, *user = NULL;
    if (!params)
        return err_at(e, ERR_INVALID, "/params", "required", "params: must be an object");
    struct json_object *flat = request_flatten(params, &user, e);
    if (!flat)
        return e->code;
    enum err_code rc = request_parse(flat, &r, e);
    b->params = json_text(flat);
    if (rc == ERR_NONE) {
        struct json_object *tags = json_get_array(flat, "tags", NULL);
        b->tags = tags ? json_text(tags) : NULL;
        b->note = json_get_string(flat, "note", &note, NULL) ? strdup(note) : NULL;
        b->priority = r.priority;
        snprintf(b->symbol, sizeof b->symbol, "%s", r.symbol);
        request_release(&r);
    }
    json_object_put(flat);
    return rc;
}

/* A record for a task without one. */
static void make(struct supervisor *s, const char *id, const char *user,
                 struct json_object *params) {
    struct backtest b = {.kind = "backtest", .open = true, .created_ms = clock_now_ms()};
    struct err why, e;
    b.updated_ms = b.created_ms;
    snprintf(b.id, sizeof b.id, "%s", id);
    snprintf(b.user_id, sizeof b.user_id, "%s", user);
    enum err_code wrong = judge(params, &b, &why);
    if (!b.params)
        b.params = strdup("{}");
    enum err_code rc =
        b.params ? store_backtest_insert(s->store, &b, &e) : err_set(&e, ERR_INTERNAL, "no memory");
    if (rc == ERR_NONE && wrong) {
        (void)announce_failure(s, id, user, 0, why.word[0] ? why.word : err_word(why.code),
                               why.message);
    } else if (rc == ERR_NONE) {
        (void)bus_open_set(s->bus, id, user, &e);
        hint_heard(s, id, user, b.priority);
    } else if (rc != ERR_DUPLICATE) { /* a duplicate: another supervisor was faster */
        said_once(&s->said, CHANNEL_TASK, e.message, id, id);
    }
    backtest_release(&b);
}

static void foreign(struct supervisor *s, const char *id, const char *user,
                    struct json_object *params, const char *text) {
    struct backtest b;
    struct err e;
    switch (store_backtest_get(s->store, NULL, id, &b, &e)) {
    case ERR_NONE:
        if (strcmp(b.user_id, user) != 0)
            said_once(&s->said, CHANNEL_TASK, "the id is another user's", id, text);
        else if (b.open)
            hint_heard(s, id, user, b.priority);
        backtest_release(&b);
        break;
    case ERR_NOT_FOUND:
        if (store_result_exists(s->store, id, &e) == ERR_NONE)
            said_once(&s->said, CHANNEL_TASK, "the id was used and deleted", id, text);
        else if (e.code == ERR_NOT_FOUND)
            make(s, id, user, params);
        break;
    default:
        said_once(&s->said, CHANNEL_TASK, e.message, id, text);
    }
}

void relay_task(struct supervisor *s, const char *text, size_t len) {
    struct json_object *task = json_parse(text, len, NULL), *unused;
    const char *id = "", *user = "";
    int64_t priority = 0;
    bool good = task && json_object_is_type(task, json_type_object) &&
                json_get_string(task, "backtestId", &id, NULL) && id_valid(id) &&
                json_get_string(task, "userId", &user, NULL) && user_valid(user);
    if (!good) {
        said_once(&s->said, CHANNEL_TASK, "not a task", text, text);
    } else {
        struct json_object *params = json_get_object(task, "params", NULL);
        bool own = json_object_object_get_ex(task, "attempt", &unused);
        if (params)
            (void)json_get_int(params, "priority", &priority, NULL);
        if (!own && s->conf.relay_tasks)
            foreign(s, id, user, params, text);
        else
            hint_heard(s, id, user, priority > 0 && priority <= 9 ? (int)priority : 0);
    }
    json_object_put(task);
}
