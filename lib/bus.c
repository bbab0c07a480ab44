#include "lib/bus.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bus_call.h"
#include "lib/clock.h"

struct bus *bus_open(const struct conf *conf, struct err *e) {
    struct bus *b = calloc(1, sizeof *b);
    if (!b) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    if (bus_conn_init(&b->conn, conf, e) != ERR_NONE) {
        bus_close(b);
        return NULL;
    }
    b->up = b->conn.addr.none;
    return b;
}

void bus_close(struct bus *b) {
    if (!b)
        return;
    bus_conn_release(&b->conn);
    free(b);
}

bool bus_is_none(const struct bus *b) {
    return b->conn.addr.none;
}

bool bus_up(const struct bus *b) {
    return b->up;
}

unsigned bus_generation(const struct bus *b) {
    return b->generation;
}

void bus_rest(struct bus *b) {
    if (b->conn.state != BUS_DOWN)
        bus_conn_rest(&b->conn);
}

void bus_room(const char *user, char ret[static ROOM_MAX]) {
    snprintf(ret, ROOM_MAX, "backtest:user:%s", user);
}

void bus_arg_n(struct bus_args *a, const char *text, size_t len) {
    a->text[a->n] = text;
    a->len[a->n++] = len;
}

void bus_arg(struct bus_args *a, const char *text) {
    bus_arg_n(a, text, strlen(text));
}

/* False: not connected; at once again when it went away while we were quiet. */
static bool still_up(struct bus_conn *c) {
    if (c->state == BUS_READY && !bus_conn_step(c))
        c->next_try_ms = 0;
    return c->state == BUS_READY;
}

/* Connected and greeted, or failed. */
static bool connected(struct bus *b, int64_t until_ms) {
    struct bus_conn *c = &b->conn;
    if (still_up(c))
        return true;
    if (!bus_conn_start(c, BUS_BOUND_MS))
        return false;
    while (c->state != BUS_READY) {
        if (!bus_conn_step(c))
            return false;
        if (c->state != BUS_READY && clock_mono_ms() >= until_ms) {
            bus_conn_fail(c, "no connection within %d ms", BUS_BOUND_MS);
            return false;
        }
        if (c->state != BUS_READY)
            bus_conn_wait(c, until_ms);
    }
    b->generation++;
    b->owed = 0;
    return true;
}

/* The next answer that somebody waits for, if it is here. */
static struct redisReply *answer(struct bus *b) {
    struct redisReply *r = bus_conn_reply(&b->conn);
    while (r && b->owed > 0) {
        freeReplyObject(r);
        b->owed--;
        r = bus_conn_reply(&b->conn);
    }
    return r;
}

bool bus_send(struct bus *b, const struct bus_args *a) {
    struct bus_conn *c = &b->conn;
    if (!still_up(c) || !bus_conn_command(c, a->n, a->text, a->len) || !bus_conn_step(c))
        return false;
    b->owed++;
    struct redisReply *early = answer(b); /* none: all that can be here are owed */
    freeReplyObject(early);
    return true;
}

int64_t bus_bound(void) {
    return clock_mono_ms() + BUS_BOUND_MS;
}

enum err_code bus_call(struct bus *b, const struct bus_args *a, int64_t until,
                       struct redisReply **ret, struct err *e) {
    struct bus_conn *c = &b->conn;
    struct redisReply *r = NULL;

    b->up = false;
    if (!connected(b, until) || !bus_conn_command(c, a->n, a->text, a->len))
        goto away;
    while (bus_conn_step(c)) {
        r = answer(b);
        if (r || c->state == BUS_DOWN)
            break;
        if (clock_mono_ms() >= until) /* a late answer must not be taken for the next one's */
            bus_conn_fail(c, "no answer within %d ms", BUS_BOUND_MS);
        else
            bus_conn_wait(c, until);
    }
    if (!r)
        goto away;
    c->backoff_ms = 0;
    if (r->type == REDIS_REPLY_ERROR) {
        bool no_script = strncmp(r->str, "NOSCRIPT", 8) == 0;
        enum err_code code = err_set(e, no_script ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
                                     "Redis refused %s: %s", a->text[0], r->str);
        freeReplyObject(r);
        return code;
    }
    b->up = true;
    *ret = r;
    return ERR_NONE;
away:
    if (e)
        *e = c->why;
    return ERR_UNAVAILABLE;
}

/* A call whose reply says nothing more than that it worked. */
static enum err_code done(struct bus *b, const struct bus_args *a, struct err *e) {
    struct redisReply *r = NULL;
    enum err_code code = bus_call(b, a, bus_bound(), &r, e);
    freeReplyObject(r);
    return code;
}

enum err_code bus_ping(struct bus *b, struct err *e) {
    struct bus_args a = {0};
    if (bus_is_none(b))
        return ERR_NONE;
    bus_arg(&a, "PING");
    return done(b, &a, e);
}

enum err_code bus_publish(struct bus *b, const char *channel, const char *data, size_t len,
                          struct err *e) {
    struct bus_args a = {0};
    if (bus_is_none(b))
        return ERR_NONE;
    if (len > BUS_SEND_MAX)
        return err_set(e, ERR_TOO_LARGE, "a message of %zu bytes is too large for the bus", len);
    bus_arg(&a, "PUBLISH");
    bus_arg(&a, channel);
    bus_arg_n(&a, data, len);
    return done(b, &a, e);
}

enum err_code bus_state_get(struct bus *b, const char *id, char **ret, struct err *e) {
    struct bus_args a = {0};
    struct redisReply *r = NULL;
    char key[BUS_KEY_MAX];
    *ret = NULL;
    if (bus_is_none(b))
        return ERR_NONE;
    snprintf(key, sizeof key, "backtest:state:%s", id);
    bus_arg(&a, "GET");
    bus_arg(&a, key);
    enum err_code code = bus_call(b, &a, bus_bound(), &r, e);
    if (code == ERR_NONE && r->type == REDIS_REPLY_STRING) {
        *ret = strdup(r->str);
        if (!*ret)
            code = err_set(e, ERR_INTERNAL, "out of memory");
    }
    freeReplyObject(r);
    return code;
}

static bool open_fill(struct bus_open *o, struct redisReply *const *pair) {
    if (pair[0]->type != REDIS_REPLY_STRING || pair[1]->type != REDIS_REPLY_STRING)
        return false;
    o->id = strdup(pair[0]->str);
    o->frame = pair[1]->len > 0 ? strdup(pair[1]->str) : NULL;
    return o->id && (o->frame || pair[1]->len == 0);
}

enum err_code bus_open_get(struct bus *b, const char *user, struct bus_open **ret, size_t *ret_n,
                           struct err *e) {
    struct bus_args a = {0};
    struct redisReply *r = NULL;
    char key[BUS_KEY_MAX];
    *ret = NULL;
    *ret_n = 0;
    if (bus_is_none(b))
        return ERR_NONE;
    snprintf(key, sizeof key, "backtest:open:%s", user);
    bus_arg(&a, "HGETALL");
    bus_arg(&a, key);
    enum err_code code = bus_call(b, &a, bus_bound(), &r, e);
    size_t n = code == ERR_NONE && r->type == REDIS_REPLY_ARRAY ? r->elements / 2 : 0;
    struct bus_open *open = n ? calloc(n, sizeof *open) : NULL;
    bool whole = n == 0 || open;
    for (size_t i = 0; whole && i < n; i++)
        whole = open_fill(&open[i], &r->element[2 * i]);
    freeReplyObject(r);
    if (!whole) {
        bus_open_free(open, n);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    *ret = open;
    *ret_n = n;
    return code;
}

void bus_open_free(struct bus_open *open, size_t n) {
    for (size_t i = 0; open && i < n; i++) {
        free(open[i].id);
        free(open[i].frame);
    }
    free(open);
}

bool bus_lock(struct bus *b, const char *key, int ttl_ms) {
    struct bus_args a = {0};
    struct redisReply *r = NULL;
    char ttl[16];
    if (bus_is_none(b))
        return true;
    snprintf(ttl, sizeof ttl, "%d", ttl_ms);
    bus_arg(&a, "SET");
    bus_arg(&a, key);
    bus_arg(&a, "1");
    bus_arg(&a, "NX");
    bus_arg(&a, "PX");
    bus_arg(&a, ttl);
    bool got = bus_call(b, &a, bus_bound(), &r, NULL) == ERR_NONE && r->type == REDIS_REPLY_STATUS;
    freeReplyObject(r);
    return got;
}
