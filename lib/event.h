/* What is said about a backtest while it runs and when it ends: the messages of DESIGN 2, one
 * struct. */
#ifndef LIB_EVENT_H
#define LIB_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/limits.h"

enum event_kind { EVENT_STARTED, EVENT_PROGRESS, EVENT_COMPLETE, EVENT_ERROR };

#define CHANNEL_TASK     "backtest:task"
#define CHANNEL_PROGRESS "backtest:progress"
#define CHANNEL_COMPLETE "backtest:complete"
#define CHANNEL_ERROR    "backtest:error"
#define CHANNEL_ASK      "candlemill:ask"

/* (attempt, seq) orders progress; an end outranks all progress whatever its numbers. */
struct event {
    enum event_kind kind;
    char id[ID_MAX];
    char user_id[USER_MAX];
    int attempt; /* -1: the message carried none (a foreign worker's) */
    int64_t seq;
    int progress;               /* 0-100, progress */
    char message[160];          /* "Processing 2024-06-01", progress */
    char current_date[16];      /* "2024-06-01", progress; or empty */
    char result_id[ID_MAX + 4]; /* complete */
    const char *summary;        /* JSON object, complete; borrowed */
    char status[16];            /* complete: "success"; error: "error", "cancelled" */
    char error[480];            /* error */
    char code[32];              /* error: finer word, or empty */
    int64_t timestamp_ms;       /* complete, error: when it ended */
};

const char *event_name(enum event_kind kind); /* "backtest:progress": channel and frame name */

static inline bool event_is_end(const struct event *ev) {
    return ev->kind >= EVENT_COMPLETE;
}

/* The message of the global channel, and the WebSocket frame {"event","data"} with the same data.
 */
void event_data(const struct event *ev, struct buf *out);
void event_frame(const struct event *ev, struct buf *out);

/* Reads a message of a global channel back (any program may have sent it): false when it is not an
 * object with a valid backtestId and userId and fields of the right types. *ret_tree (json-c, freed
 * by the caller with json_object_put) owns what ret borrows. */
struct json_object;
bool event_parse(enum event_kind kind, const char *text, size_t len, struct event *ret,
                 struct json_object **ret_tree);

#endif
