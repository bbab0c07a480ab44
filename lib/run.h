/* The record of a backtest, what may become of it, and the steps of a job's life that more than one
 * program takes (DESIGN 4): reading the truth, claiming, ending, announcing. */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/json.h"
#include "lib/limits.h"

struct store;
struct bus;
struct event;
struct part;

enum run_status { RUN_PENDING, RUN_RUNNING, RUN_COMPLETED, RUN_FAILED, RUN_CANCELLED };

const char *run_status_name(enum run_status s);
bool run_status_parse(const char *name, enum run_status *ret);

static inline bool run_ended(enum run_status s) {
    return s >= RUN_COMPLETED;
}

/* A backtest as users know it. Heap strings belong to the struct (backtest_release); NULL = absent.
 * status, progress, attempt, error, completed_ms as stored are a cache for lists; run_read gives
 * the truth. */
struct backtest {
    char id[ID_MAX];
    char user_id[USER_MAX];
    char kind[16]; /* "backtest" */
    enum run_status status;
    double progress; /* 0-100 */
    int attempt;     /* highest so far, 0: none */
    int priority;    /* 0-9 */
    bool open;       /* its end is not yet stored, cached and announced */
    char symbol[SYMBOL_MAX];
    char *params; /* JSON object: the request flattened, without filled-in defaults */
    char *tags;   /* JSON array of strings */
    char *note;
    char *error;
    int64_t created_ms, updated_ms, started_ms, completed_ms; /* 0: not yet */
};

void backtest_release(struct backtest *b);

/* {backtestId,id,userId,kind,status,progress,params,resultId,error,attempt,tags,note,createdAt,…}
 */
void backtest_json(struct json_out *j, const struct backtest *b);

/* How an attempt ended; DESIGN 4, step 4. */
enum attempt_end { ATTEMPT_LIVE, ATTEMPT_DONE, ATTEMPT_LOST, ATTEMPT_RETRY, ATTEMPT_RELEASED };

struct attempt {
    char id[ID_MAX]; /* the backtest's */
    int n;           /* from 1: the fencing token */
    char token[33];  /* random, of this claim alone: "the own token means won" */
    char owner[96];  /* "host:pid", or "foreign": for people */
    int64_t beat;    /* counts up while the owner lives */
    double progress;
    enum attempt_end end;
    int64_t started_ms;
};

#define ATTEMPT_FOREIGN "foreign"

const char *attempt_end_name(enum attempt_end end); /* "live", "done", "lost", … */
bool attempt_end_parse(const char *name, enum attempt_end *ret);

/* The end of a backtest, one row for ever. */
struct result {
    char id[ID_MAX];
    char user_id[USER_MAX];
    int attempt; /* whose parts count; 0: ended without one (cancelled while pending, bad record) */
    char token[33]; /* of whoever inserted it */
    char kind[16];  /* the backtest's; empty: "backtest" */
    enum run_status status;
    bool deleted;  /* a tombstone: every read answers 404 */
    char *error;   /* failed, cancelled: what a user can act on */
    char code[32]; /* "worker_lost", "insufficient_data", … or empty */
    char *summary; /* JSON object, completed only */
    char *body;    /* JSON object: what /result answers, completed only */
    char data_hash[33];
    char engine[24]; /* version of the engine that ran it, or empty */
    int64_t completed_ms;
};

void result_release(struct result *r);

/* The truth about one backtest: results, else the highest attempt, else pending. owner NULL: any.
 * Another owner's, and a deleted one, is ERR_NOT_FOUND. Between two attempts it counts as running.
 */
enum err_code run_read(struct store *s, const char *owner, const char *id, struct backtest *ret,
                       struct err *e);

/* Inserts attempt n (token filled in here). ERR_DUPLICATE: somebody else has it. An unknown answer
 * is resolved by reading back. After a win the caller reads whether an end exists. */
enum err_code run_claim(struct store *s, const char *id, int n, const char *owner,
                        struct attempt *ret, struct err *e);

/* Inserts the end with its parts; an empty r->token is filled in here, so the same r may be tried
 * again. ERR_DUPLICATE: the backtest has another end already (nothing is changed). An unknown
 * answer is resolved by reading back; ERR_UNAVAILABLE when that fails too, or shows no end: try
 * again. */
enum err_code run_end(struct store *s, struct result *r, const struct part *parts, size_t n_parts,
                      struct err *e);

/* The event that announces an end: made from the results row alone, so every announcement is the
 * same. */
void run_end_event(const struct result *r, struct event *ret);

/* Publishes the end, sets its state key, takes it from the open hash; then closes the record.
 * bus NULL or none: closes it at once. ERR_UNAVAILABLE: the record stays open, to be announced
 * again. A tombstone is not announced: what is left of its backtest is removed. */
enum err_code run_announce(struct store *s, struct bus *bus, const struct result *r, struct err *e);

#endif
