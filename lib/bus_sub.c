/* The subscriber of lib/bus.h. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bus.h"
#include "lib/bus_conn.h"
#include "lib/clock.h"

#define IDLE_MS    10000 /* then a PING asks whether the server is still there */
#define SILENCE_MS 5000  /* this long without the answer that is due: it is not */
#define LOOKUP_MS  50    /* how often we look whether the name server has answered */

struct channel {
    char *name;
    bool acked;
};

struct bus_sub {
    struct bus_conn conn;
    struct channel *channels;
    size_t n, cap;
    int64_t heard_ms; /* when the server last said something */
    int64_t owed_ms;  /* since when an answer is due; 0: none is */
    bool settled;     /* since the connect all was acknowledged once */
    unsigned generation;
};

struct bus_sub *bus_sub_open(const struct conf *conf, struct err *e) {
    struct bus_sub *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    if (bus_conn_init(&s->conn, conf, e) != ERR_NONE) {
        bus_sub_close(s);
        return NULL;
    }
    return s;
}

void bus_sub_close(struct bus_sub *s) {
    if (!s)
        return;
    bus_conn_release(&s->conn);
    for (size_t i = 0; i < s->n; i++)
        free(s->channels[i].name);
    free(s->channels);
    free(s);
}

int bus_sub_fd(const struct bus_sub *s) {
    return s->conn.fd;
}

short bus_sub_events(const struct bus_sub *s) {
    return bus_conn_poll_events(&s->conn);
}

unsigned bus_sub_generation(const struct bus_sub *s) {
    return s->generation;
}

bool bus_sub_up(const struct bus_sub *s) {
    return s->conn.state == BUS_READY && s->settled;
}

const char *bus_sub_error(const struct bus_sub *s) {
    return s->conn.why.message;
}

static struct channel *find(const struct bus_sub *s, const char *name) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->channels[i].name, name) == 0)
            return &s->channels[i];
    return NULL;
}

static bool all_acked(const struct bus_sub *s) {
    for (size_t i = 0; i < s->n; i++)
        if (!s->channels[i].acked)
            return false;
    return true;
}

bool bus_sub_settled(const struct bus_sub *s) {
    return s->conn.addr.none || (s->conn.state == BUS_READY && s->settled && all_acked(s));
}

bool bus_sub_acked(const struct bus_sub *s, const char *name) {
    const struct channel *c = find(s, name);
    return c && c->acked && s->conn.state == BUS_READY;
}

/* A command whose answer is due from now on. */
static void command(struct bus_sub *s, const char *verb, const char *argument) {
    const char *const argv[] = {verb, argument};
    if (s->conn.state != BUS_DOWN && bus_conn_command(&s->conn, argument ? 2 : 1, argv, NULL) &&
        s->owed_ms == 0)
        s->owed_ms = clock_mono_ms();
}

enum err_code bus_sub_add(struct bus_sub *s, const char *name, struct err *e) {
    if (find(s, name))
        return ERR_NONE;
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 4;
        struct channel *grown = realloc(s->channels, cap * sizeof *grown);
        if (!grown)
            return err_set(e, ERR_INTERNAL, "out of memory");
        s->channels = grown;
        s->cap = cap;
    }
    char *copy = strdup(name);
    if (!copy)
        return err_set(e, ERR_INTERNAL, "out of memory");
    s->channels[s->n++] = (struct channel){.name = copy};
    command(s, "SUBSCRIBE", name);
    return ERR_NONE;
}

void bus_sub_remove(struct bus_sub *s, const char *name) {
    struct channel *c = find(s, name);
    if (!c)
        return;
    command(s, "UNSUBSCRIBE", name);
    free(c->name);
    *c = s->channels[--s->n];
}

/* Everything again, and a PING in front: it settles a connection without channels. */
static bool connect_again(struct bus_sub *s) {
    s->settled = false;
    s->owed_ms = 0;
    for (size_t i = 0; i < s->n; i++)
        s->channels[i].acked = false;
    if (!bus_conn_start(&s->conn, 0))
        return false;
    s->owed_ms = s->heard_ms = clock_mono_ms();
    command(s, "PING", NULL);
    for (size_t i = 0; i < s->n; i++)
        command(s, "SUBSCRIBE", s->channels[i].name);
    return s->conn.state != BUS_DOWN;
}

static bool is_word(const struct redisReply *r, const char *word) {
    return r->type == REDIS_REPLY_STRING && strcmp(r->str, word) == 0;
}

static char *copy_text(const struct redisReply *r) {
    char *text = malloc(r->len + 1);
    if (text)
        memcpy(text, r->str, r->len + 1);
    return text;
}

/* A reply of the server; true: *ret holds a message of a channel we are on. */
static bool take(struct bus_sub *s, const struct redisReply *r, struct bus_message *ret) {
    if (r->type == REDIS_REPLY_ERROR) { /* LOADING, NOPERM: retried, it may be mended meanwhile */
        bus_conn_fail(&s->conn, "%s", r->str);
        return false;
    }
    if (r->type != REDIS_REPLY_ARRAY || r->elements < 2)
        return false; /* PONG */
    struct channel *c =
        r->element[1]->type == REDIS_REPLY_STRING ? find(s, r->element[1]->str) : NULL;
    if (c && is_word(r->element[0], "subscribe")) {
        c->acked = true;
        return false;
    }
    if (!c || r->elements < 3 || !is_word(r->element[0], "message") ||
        r->element[2]->type != REDIS_REPLY_STRING)
        return false;
    ret->channel = copy_text(r->element[1]);
    ret->data = copy_text(r->element[2]);
    ret->len = (size_t)r->element[2]->len;
    if (ret->channel && ret->data)
        return true;
    bus_message_release(ret);
    bus_conn_fail(&s->conn, "out of memory"); /* and not a message lost in silence */
    return false;
}

/* The server has said something: it lives. */
static void settle(struct bus_sub *s) {
    bool all = all_acked(s);
    s->heard_ms = clock_mono_ms();
    s->owed_ms = all ? 0 : s->heard_ms;
    s->conn.backoff_ms = 0;
    if (all && !s->settled) {
        s->settled = true;
        s->generation++;
    }
}

/* What the server has said already; true: a message. */
static bool next_reply(struct bus_sub *s, struct bus_message *ret) {
    struct redisReply *r;
    while ((r = bus_conn_reply(&s->conn)) != NULL) {
        bool message = take(s, r, ret);
        freeReplyObject(r);
        if (s->conn.state == BUS_READY)
            settle(s);
        if (message)
            return true;
    }
    return false;
}

static void watch(struct bus_sub *s) {
    int64_t now = clock_mono_ms();
    if (s->conn.state == BUS_DOWN)
        return;
    if (s->owed_ms && now - s->owed_ms >= SILENCE_MS)
        bus_conn_fail(&s->conn, "no answer for %d s", SILENCE_MS / 1000);
    else if (!s->owed_ms && now - s->heard_ms >= IDLE_MS)
        command(s, "PING", NULL);
}

bool bus_sub_next(struct bus_sub *s, struct bus_message *ret) {
    *ret = (struct bus_message){0};
    if (s->conn.addr.none || (s->conn.state == BUS_DOWN && !connect_again(s)))
        return false;
    /* what is buffered first: the socket will not announce it again */
    if (next_reply(s, ret))
        return true;
    if (bus_conn_step(&s->conn) && next_reply(s, ret))
        return true;
    watch(s);
    if (s->conn.state != BUS_DOWN)
        (void)bus_conn_step(&s->conn); /* a PING goes out now */
    return false;
}

int bus_sub_wait_ms(const struct bus_sub *s) {
    int64_t now = clock_mono_ms(), at;
    if (s->conn.addr.none)
        return -1;
    if (s->conn.state == BUS_DOWN)
        at = s->conn.next_try_ms > now ? s->conn.next_try_ms : now + LOOKUP_MS;
    else
        at = s->owed_ms ? s->owed_ms + SILENCE_MS : s->heard_ms + IDLE_MS;
    return at > now ? (int)(at - now) : 0;
}

void bus_message_release(struct bus_message *m) {
    free(m->channel);
    free(m->data);
    *m = (struct bus_message){0};
}
