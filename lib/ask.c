#include "lib/ask.h"

#include <stdio.h>
#include <string.h>

#include "lib/id.h"
#include "lib/json.h"

void ask_write(const struct ask *a, struct buf *out) {
    struct json_out j;
    json_out_init(&j, out);
    json_begin(&j, '{');
    json_put_string(&j, "userId", a->user_id[0] ? a->user_id : NULL);
    if (a->id[0])
        json_put_string(&j, "backtestId", a->id);
    json_put_string(&j, "reply", a->reply);
    json_end(&j, '}');
}

/* A member that is a valid id or user, or absent (then ret is empty). */
static bool name(struct json_object *o, const char *key, bool (*valid)(const char *), char *ret,
                 size_t size) {
    struct err e = {0};
    const char *s = "";
    ret[0] = '\0';
    if (!json_get_string(o, key, &s, &e))
        return e.code == ERR_NONE;
    snprintf(ret, size, "%s", s);
    return valid(s);
}

/* Whatever answers publishes on it, so a channel of ours can never be named here. */
static bool reply_valid(const char *s) {
    static const char prefix[] = "candlemill:reply:";
    return strncmp(s, prefix, sizeof prefix - 1) == 0 && strlen(s) < ASK_REPLY_MAX &&
           id_valid(s + sizeof prefix - 1);
}

bool ask_parse(const char *text, size_t len, struct ask *ret) {
    struct json_object *o = json_parse(text, len, NULL);
    struct ask a;
    bool ok = o && json_object_is_type(o, json_type_object) &&
              name(o, "userId", user_valid, a.user_id, sizeof a.user_id) &&
              name(o, "backtestId", id_valid, a.id, sizeof a.id) &&
              name(o, "reply", reply_valid, a.reply, sizeof a.reply) && a.reply[0] &&
              (a.id[0] || a.user_id[0]);
    json_object_put(o);
    if (ok)
        *ret = a;
    return ok;
}

void ask_lock_key(const struct ask *a, char ret[static ASK_KEY_MAX]) {
    snprintf(ret, ASK_KEY_MAX, "candlemill:asked:%s:%s", a->reply, a->id);
}

void ask_answer_write(const struct ask *a, const char *owner, const struct event *ev,
                      struct buf *out) {
    struct json_out j;
    json_out_init(&j, out);
    json_begin(&j, '{');
    json_put_string(&j, "userId", owner);
    json_put_string(&j, "backtestId", a->id[0] ? a->id : NULL);
    json_key(&j, "event");
    if (ev)
        event_frame(ev, out);
    else
        json_null(&j);
    json_end(&j, '}');
}

bool ask_answer_parse(const char *text, size_t len, struct ask_answer *ret,
                      struct json_object **ret_tree) {
    struct json_object *o = json_parse(text, len, NULL);
    struct ask_answer a = {0};
    struct err e = {0};
    if (!o || !json_object_is_type(o, json_type_object) ||
        !name(o, "userId", user_valid, a.user_id, sizeof a.user_id) ||
        !name(o, "backtestId", id_valid, a.id, sizeof a.id))
        goto refuse;
    struct json_object *frame = json_get_object(o, "event", &e);
    if (e.code)
        goto refuse;
    a.has_event = frame != NULL;
    if (frame && !event_read_frame(frame, &a.event))
        goto refuse;
    if (frame && a.id[0] && strcmp(a.id, a.event.id) != 0)
        goto refuse;
    if (frame)
        memcpy(a.id, a.event.id, sizeof a.id);
    *ret = a;
    *ret_tree = o;
    return true;
refuse:
    json_object_put(o);
    return false;
}
