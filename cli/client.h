/* The service over HTTP: the only door to libcurl. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <stdbool.h>

#include "cli/cli.h"

#define ETAG_MAX 128

struct client;

struct reply {
    long status;
    struct buf body;
    char etag[ETAG_MAX]; /* of the last answer that had one: sent with the next GET */
};

/* --url, else $CANDLEMILL_URL, else port 4000 here. NULL: *e. */
struct client *client_open(const struct args *a, struct err *e);
void client_close(struct client *c);
const char *client_url(const struct client *c);

/* path begins with "/api/". body NULL: none. accept NULL: JSON. ERR_NONE for 2xx and, when
 * reply->etag was sent, 304; else the service's problem, or ERR_UNAVAILABLE when it cannot be
 * reached. */
enum err_code client_call(struct client *c, const char *method, const char *path, const char *body,
                          const char *accept, struct reply *reply, struct err *e);

void reply_init(struct reply *r);
void reply_release(struct reply *r);

/* The answer as a tree, caller frees; NULL: it is no JSON. */
struct json_object *reply_tree(const struct reply *r, struct err *e);

/* GET path, as a tree. */
struct json_object *client_get(struct client *c, const char *path, struct err *e);

/* text as part of a path or a query. Heap. */
char *client_escape(struct client *c, const char *text);

/* Follows a backtest to its end: progress on stderr, the backtest as it ended in *ret. */
enum err_code client_watch(struct client *c, const char *id, bool quiet, struct json_object **ret,
                           struct err *e);

/* Shows how a backtest ended, as --json or --csv or text; the exit status of its end. */
int client_show(struct client *c, const struct args *a, struct json_object *backtest);

#endif
