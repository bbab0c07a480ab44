#include "lib/event.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/json.h"

static const char *const names[] = {
    [EVENT_STARTED] = "backtest:started",
    [EVENT_PROGRESS] = CHANNEL_PROGRESS,
    [EVENT_COMPLETE] = CHANNEL_COMPLETE,
    [EVENT_ERROR] = CHANNEL_ERROR,
};

const char *event_name(enum event_kind kind) {
    return names[kind];
}

bool event_kind_parse(const char *name, enum event_kind *ret) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

static void put_data(struct json_out *j, const struct event *ev) {
    json_begin(j, '{');
    json_put_string(j, "backtestId", ev->id);
    json_put_string(j, "userId", ev->user_id[0] ? ev->user_id : NULL);
    switch (ev->kind) {
    case EVENT_STARTED:
        break;
    case EVENT_PROGRESS:
        json_put_int(j, "progress", ev->progress);
        json_put_string(j, "message", ev->message);
        if (ev->current_date[0])
            json_put_string(j, "currentDate", ev->current_date);
        break;
    case EVENT_COMPLETE:
        json_put_string(j, "status", ev->status[0] ? ev->status : "success");
        json_put_string(j, "resultId", ev->result_id);
        json_put_raw(j, "summary", ev->summary ? ev->summary : "{}");
        break;
    case EVENT_ERROR:
        json_put_string(j, "status", ev->status[0] ? ev->status : "error");
        json_put_string(j, "error", ev->error);
        json_put_time(j, "timestamp", ev->timestamp_ms);
        break;
    }
    if (ev->attempt >= 0) {
        json_put_int(j, "attempt", ev->attempt);
        json_put_int(j, "seq", ev->seq);
    }
    json_put_string(j, "kind", ev->run_kind[0] ? ev->run_kind : "backtest");
    if (ev->kind == EVENT_ERROR && ev->code[0])
        json_put_string(j, "code", ev->code);
    json_end(j, '}');
}

void event_data(const struct event *ev, struct buf *out) {
    struct json_out j;
    json_out_init(&j, out);
    put_data(&j, ev);
}

void event_frame(const struct event *ev, struct buf *out) {
    struct json_out j;
    json_out_init(&j, out);
    json_begin(&j, '{');
    json_put_string(&j, "event", event_name(ev->kind));
    json_key(&j, "data");
    put_data(&j, ev);
    json_end(&j, '}');
}

/* A member that is a string or not there; cut to fit, at a whole UTF-8 character. */
static bool text(struct json_object *o, const char *key, char *ret, size_t size) {
    const char *s = "";
    struct err e = {0};
    if (!json_get_string(o, key, &s, &e) && e.code)
        return false;
    size_t len = strlen(s);
    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(ret, s, len);
    ret[len] = '\0';
    return true;
}

/* A member that is whole and in range, or not there (then *ret stays). */
static bool whole(struct json_object *o, const char *key, int64_t max, int64_t *ret) {
    struct err e = {0};
    int64_t v = 0;
    if (!json_get_int(o, key, &v, &e))
        return e.code == ERR_NONE;
    if (v < 0 || v > max)
        return false;
    *ret = v;
    return true;
}

static bool read_progress(struct json_object *data, struct event *ret) {
    double percent = 0;
    if (!json_get_number(data, "progress", &percent, NULL) || !(percent >= 0 && percent <= 100))
        return false;
    ret->progress = (int)percent; /* a foreign worker may send 45.5 */
    return text(data, "message", ret->message, sizeof ret->message) &&
           text(data, "currentDate", ret->current_date, sizeof ret->current_date);
}

static bool read_complete(struct json_object *data, struct event *ret) {
    struct err e = {0};
    if (!text(data, "status", ret->status, sizeof ret->status) ||
        !text(data, "resultId", ret->result_id, sizeof ret->result_id))
        return false;
    if (ret->status[0] && strcmp(ret->status, "success") != 0)
        return false;
    struct json_object *summary = json_get_object(data, "summary", &e);
    if (summary)
        ret->summary = json_object_to_json_string_ext(summary, JSON_C_TO_STRING_PLAIN);
    return e.code == ERR_NONE;
}

static bool read_error(struct json_object *data, struct event *ret) {
    char when[TIME_TEXT_MAX];
    if (!text(data, "status", ret->status, sizeof ret->status) ||
        !text(data, "error", ret->error, sizeof ret->error) ||
        !text(data, "code", ret->code, sizeof ret->code) ||
        !text(data, "timestamp", when, sizeof when))
        return false;
    if (ret->status[0] && strcmp(ret->status, "error") != 0 &&
        strcmp(ret->status, "cancelled") != 0)
        return false;
    if (when[0] && !time_parse(when, &ret->timestamp_ms))
        ret->timestamp_ms = 0; /* people write times in many ways; the end counts all the same */
    return true;
}

static bool read_data(enum event_kind kind, struct json_object *data, bool nobody_allowed,
                      struct event *ret) {
    struct event ev = {.kind = kind, .attempt = -1};
    const char *id = "", *user = "";
    int64_t attempt = -1;

    if (!json_object_is_type(data, json_type_object) ||
        !json_get_string(data, "backtestId", &id, NULL) || !id_valid(id))
        return false;
    snprintf(ev.id, sizeof ev.id, "%s", id);
    struct err e = {0};
    bool named = json_get_string(data, "userId", &user, &e);
    if (e.code || (named && !user_valid(user)))
        return false;
    snprintf(ev.user_id, sizeof ev.user_id, "%s", user);
    if (!whole(data, "attempt", INT32_MAX, &attempt) || !whole(data, "seq", INT64_MAX, &ev.seq) ||
        !text(data, "kind", ev.run_kind, sizeof ev.run_kind))
        return false;
    ev.attempt = (int)attempt;
    if ((kind == EVENT_PROGRESS && !read_progress(data, &ev)) ||
        (kind == EVENT_COMPLETE && !read_complete(data, &ev)) ||
        (kind == EVENT_ERROR && !read_error(data, &ev)))
        return false;
    if (!named && !(nobody_allowed && strcmp(ev.code, "not_found") == 0))
        return false;
    *ret = ev;
    return true;
}

bool event_parse(enum event_kind kind, const char *message, size_t len, struct event *ret,
                 struct json_object **ret_tree) {
    struct json_object *tree = json_parse(message, len, NULL);
    if (!tree || !read_data(kind, tree, false, ret)) {
        json_object_put(tree);
        return false;
    }
    *ret_tree = tree;
    return true;
}

static bool read_frame(struct json_object *frame, bool nobody_allowed, struct event *ret) {
    const char *name = "";
    enum event_kind kind;
    return json_object_is_type(frame, json_type_object) &&
           json_get_string(frame, "event", &name, NULL) && event_kind_parse(name, &kind) &&
           read_data(kind, json_get_object(frame, "data", NULL), nobody_allowed, ret);
}

bool event_parse_frame(const char *message, size_t len, struct event *ret,
                       struct json_object **ret_tree) {
    struct json_object *tree = json_parse(message, len, NULL);
    if (!tree || !read_frame(tree, false, ret)) {
        json_object_put(tree);
        return false;
    }
    *ret_tree = tree;
    return true;
}

bool event_read_frame(struct json_object *frame, struct event *ret) {
    return read_frame(frame, true, ret);
}
