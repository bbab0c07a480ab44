/* What is said about a backtest while it runs and when it ends: the messages of DESIGN 2, one
 * struct. */
#ifndef LIB_EVENT_H
#define LIB_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/limits.h"

struct json_object;

enum event_kind { EVENT_STARTED, EVENT_PROGRESS, EVENT_COMPLETE, EVENT_ERROR };

#define CHANNEL_TASK     "backtest:task"
#define CHANNEL_PROGRESS "backtest:progress"
#define CHANNEL_COMPLETE "backtest:complete"
#define CHANNEL_ERROR    "backtest:error"

/* (attempt, seq) orders what comes before the end; an end outranks all of it whatever its numbers.
 * EVENT_STARTED is the first of its attempt (seq 0); progress counts from 1. */
struct event {
    enum event_kind kind;
    char id[ID_MAX];
    char user_id[USER_MAX]; /* empty only in a "not_found" that answers an ask (written as null) */
    char run_kind[16];      /* "backtest", "sweep", …; empty is written as "backtest" */
    int attempt;            /* -1: the message carried none (a foreign worker's) */
    int64_t seq;
    int progress;               /* 0-100, progress */
    char message[160];          /* "Processing 2024-06-01", progress; or empty */
    char current_date[16];      /* "2024-06-01", progress; or empty */
    char result_id[ID_MAX + 4]; /* complete */
    const char *summary;        /* JSON object, complete; borrowed; NULL is written as {} */
    char status[16];            /* complete: "success"; error: "error", "cancelled"; empty: these */
    char error[480];            /* error */
    char code[32];              /* error: finer word, or empty */
    int64_t timestamp_ms;       /* error: when it ended; 0: not known (written as null) */
};

const char *event_name(enum event_kind kind); /* "backtest:progress": channel and frame name */
bool event_kind_parse(const char *name, enum event_kind *ret);

static inline bool event_is_end(const struct event *ev) {
    return ev->kind >= EVENT_COMPLETE;
}

/* The message of the global channel (the contract's fields first, then attempt, seq, kind, code),
 * and the WebSocket frame {"event","data"} with the same data. Check out->failed. */
void event_data(const struct event *ev, struct buf *out);
void event_frame(const struct event *ev, struct buf *out);

/* Reads a message of a global channel back (any program may have sent it): false when it is not an
 * object with a valid backtestId and userId and fields of the right types. *ret_tree (json-c, freed
 * by the caller with json_object_put) owns what ret borrows. Texts too long for ret are cut. */
bool event_parse(enum event_kind kind, const char *text, size_t len, struct event *ret,
                 struct json_object **ret_tree);

/* The same for a frame (a room's message, a state key), and for a frame that is in a tree already:
 * then the tree owns what ret borrows, and a "not_found" may go without userId. */
bool event_parse_frame(const char *text, size_t len, struct event *ret,
                       struct json_object **ret_tree);
bool event_read_frame(struct json_object *frame, struct event *ret);

#endif
