/* The one script of the bus: what is known about a backtest, set and published in one step, so no
 * two publishers can leave an older state behind a newer one. */
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/bus_call.h"
#include "lib/json.h"

/* KEYS: state, open hash. ARGV: 1 id, 2 mode (pending, going, end), 3 attempt, 4 seq, 5 frame,
 * 6 seconds to live, 7 room or empty, 8 global channel or empty, 9 its message. A state that is not
 * ours to read counts as none. Its name is the SHA-1 of this text; a test holds the two together.
 */
static const char script[] =
    "local function read(key)\n"
    "  local old = redis.pcall('GET', key)\n"
    "  if type(old) ~= 'string' then return end\n"
    "  local ok, frame = pcall(cjson.decode, old)\n"
    "  if not ok or type(frame) ~= 'table' or type(frame.data) ~= 'table' then return end\n"
    "  local over = frame.event == 'backtest:complete' or frame.event == 'backtest:error'\n"
    "  return over, tonumber(frame.data.attempt) or -1, tonumber(frame.data.seq) or 0\n"
    "end\n"
    "local id, mode, frame, ttl = ARGV[1], ARGV[2], ARGV[5], ARGV[6]\n"
    "local over, attempt, seq = read(KEYS[1])\n"
    "local taken = not over\n"
    "if taken and mode == 'going' and attempt then\n"
    "  local a, s = tonumber(ARGV[3]), tonumber(ARGV[4])\n"
    "  taken = a > attempt or (a == attempt and s > seq)\n"
    "end\n"
    "if mode == 'end' then\n"
    "  redis.call('HDEL', KEYS[2], id)\n"
    "elseif taken then\n"
    "  if mode == 'going' then redis.call('HSET', KEYS[2], id, frame)\n"
    "  else redis.call('HSETNX', KEYS[2], id, '') end\n"
    "  redis.call('EXPIRE', KEYS[2], ttl)\n"
    "end\n"
    "if taken and mode ~= 'pending' then redis.call('SET', KEYS[1], frame, 'EX', ttl) end\n"
    "if taken or mode ~= 'going' then\n"
    "  if ARGV[8] ~= '' then redis.call('PUBLISH', ARGV[8], ARGV[9]) end\n"
    "  if ARGV[7] ~= '' then redis.call('PUBLISH', ARGV[7], frame) end\n"
    "end\n"
    "return taken and 1 or 0\n";
static const char script_sha1[] = "0ea56c47e794e853588cbcadd4e80fd7a3ddfed0";

/* What one run of the script is about. */
struct step {
    const char *id, *user, *mode;
    int attempt;
    int64_t seq;
    const char *frame;   /* "" for pending */
    const char *room;    /* or "" */
    const char *channel; /* or "" */
    const struct buf *data;
    bool soon; /* the answer is not waited for */
};

static enum err_code run(struct bus *b, const struct step *s, struct err *e) {
    char state[BUS_KEY_MAX], open[BUS_KEY_MAX], attempt[16], seq[24], ttl[16];
    struct bus_args a = {0};
    struct redisReply *r = NULL;
    int64_t until = bus_bound();

    snprintf(state, sizeof state, "backtest:state:%s", s->id);
    snprintf(open, sizeof open, "backtest:open:%s", s->user);
    snprintf(attempt, sizeof attempt, "%d", s->attempt);
    snprintf(seq, sizeof seq, "%" PRId64, s->seq);
    snprintf(ttl, sizeof ttl, "%d", BUS_STATE_TTL_S);
    bus_arg(&a, "EVALSHA");
    bus_arg(&a, script_sha1);
    bus_arg(&a, "2");
    bus_arg(&a, state);
    bus_arg(&a, open);
    bus_arg(&a, s->id);
    bus_arg(&a, s->mode);
    bus_arg(&a, attempt);
    bus_arg(&a, seq);
    bus_arg(&a, s->frame);
    bus_arg(&a, ttl);
    bus_arg(&a, s->room);
    bus_arg(&a, s->channel);
    bus_arg_n(&a, s->data ? s->data->data : "", s->data ? s->data->len : 0);
    if (s->soon && b->script_generation == b->generation && bus_send(b, &a))
        return ERR_NONE;
    enum err_code code = bus_call(b, &a, until, &r, e);
    if (code == ERR_NOT_FOUND) { /* a server that started anew knows no script */
        a.text[0] = "EVAL";
        a.len[0] = strlen("EVAL");
        a.text[1] = script;
        a.len[1] = sizeof script - 1;
        code = bus_call(b, &a, until, &r, e);
    }
    freeReplyObject(r);
    if (code == ERR_NONE)
        b->script_generation = b->generation;
    return code == ERR_NOT_FOUND ? ERR_UNAVAILABLE : code;
}

static enum err_code event(struct bus *b, const struct event *ev, bool to_room, bool to_channel,
                           bool soon, struct err *e) {
    char room[ROOM_MAX] = "";
    struct buf data, frame;
    enum err_code code;
    if (bus_is_none(b))
        return ERR_NONE;
    buf_init(&data, BUS_MESSAGE_MAX);
    buf_init(&frame, BUS_MESSAGE_MAX);
    event_frame(ev, &frame);
    to_channel = to_channel && ev->kind != EVENT_STARTED;
    if (to_channel)
        event_data(ev, &data);
    if (to_room)
        bus_room(ev->user_id, room);
    if (frame.failed || data.failed) {
        code = err_set(e, ERR_TOO_LARGE, "an event of %s is larger than %u bytes", ev->id,
                       BUS_MESSAGE_MAX);
    } else {
        struct step s = {.id = ev->id,
                         .user = ev->user_id,
                         .mode = event_is_end(ev) ? "end" : "going",
                         .attempt = ev->attempt,
                         .seq = ev->seq,
                         .frame = frame.data,
                         .room = room,
                         .channel = to_channel ? event_name(ev->kind) : "",
                         .data = to_channel ? &data : NULL,
                         .soon = soon};
        code = run(b, &s, e);
    }
    buf_release(&data);
    buf_release(&frame);
    return code;
}

enum err_code bus_event(struct bus *b, const struct event *ev, struct err *e) {
    return event(b, ev, true, true, false, e);
}

void bus_event_soon(struct bus *b, const struct event *ev) {
    struct err ignored;
    (void)event(b, ev, true, true, true, &ignored);
}

enum err_code bus_event_relay(struct bus *b, const struct event *ev, struct err *e) {
    return event(b, ev, true, false, false, e);
}

enum err_code bus_state_set(struct bus *b, const struct event *ev, struct err *e) {
    return event(b, ev, false, false, false, e);
}

static enum err_code pending(struct bus *b, const char *id, const char *user,
                             const struct buf *task, struct err *e) {
    struct step s = {.id = id,
                     .user = user,
                     .mode = "pending",
                     .frame = "",
                     .room = "",
                     .channel = task ? CHANNEL_TASK : "",
                     .data = task};
    return run(b, &s, e);
}

enum err_code bus_open_set(struct bus *b, const char *id, const char *user, struct err *e) {
    return bus_is_none(b) ? ERR_NONE : pending(b, id, user, NULL, e);
}

enum err_code bus_task(struct bus *b, const char *id, const char *user, const char *kind,
                       const char *params, struct err *e) {
    struct buf task;
    struct json_out j;
    if (bus_is_none(b))
        return ERR_NONE;
    buf_init(&task, BUS_SEND_MAX);
    json_out_init(&j, &task);
    json_begin(&j, '{');
    json_put_string(&j, "backtestId", id);
    json_put_string(&j, "userId", user);
    json_put_raw(&j, "params", params);
    json_put_int(&j, "attempt", 0);
    json_put_int(&j, "seq", 0);
    json_put_string(&j, "kind", kind ? kind : "backtest");
    json_end(&j, '}');
    enum err_code code = task.failed ? err_set(e, ERR_TOO_LARGE, "the task of %s is too large", id)
                                     : pending(b, id, user, &task, e);
    buf_release(&task);
    return code;
}
