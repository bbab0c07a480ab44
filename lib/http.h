/* A request and its answer without the transport: the same handler answers FastCGI, plain CGI and a
 * unit test.
 *
 * A struct http_req borrows from the environment it was made of (CGI's variables, RFC 3875) and is
 * valid until the answer is written; query values live in its own buffer. */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/limits.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OTHER,
};

const char *http_method_name(enum http_method m);
const char *http_status_text(int status); /* "Accepted" */

/* --- the query string ------------------------------------------------------------------------- */

enum query_type {
    QUERY_TEXT,     /* min .. max bytes of UTF-8 without control characters */
    QUERY_INT,      /* a whole number min .. max */
    QUERY_TIME,     /* a date or RFC 3339; number = epoch ms */
    QUERY_WORD,     /* one of words; number = its index */
    QUERY_USER,     /* user_valid */
    QUERY_SYMBOL,   /* symbol_valid */
    QUERY_INTERVAL, /* number = enum interval */
};

/* A key that a route permits. Lists end with a row without name. */
struct query_key {
    const char *name;
    enum query_type type;
    bool required;
    int64_t min, max;
    const char *words; /* "json|csv" */
};

struct query_value {
    const struct query_key *key;
    const char *text; /* decoded */
    int64_t number;
};

/* --- the request ------------------------------------------------------------------------------ */

#define HTTP_PATH_MAX   512 /* the longest route with two 64 byte ids needs 180 */
#define HTTP_ARGS_MAX   2
#define HTTP_ARG_MAX    72 /* one more than any id, so a longer one is seen as too long */
#define HTTP_REQUEST_ID 65
#define HTTP_ETAG_MAX   40
#define HTTP_RESPONSE_MAX                                                                          \
    ((size_t)1 << 30) /* a CSV of the longest backtest; never in one screen                        \
                       */

struct http_req {
    enum http_method method;
    char path[HTTP_PATH_MAX];   /* decoded, from "/api/" on */
    char prefix[HTTP_PATH_MAX]; /* what stood before it ("/candlemill" or ""), of URL-safe bytes */
    const char *query;          /* raw, never NULL */

    /* headers and CGI variables; NULL when absent */
    const char *accept, *content_type, *host, *idempotency_key, *if_none_match, *origin,
        *sec_fetch_site, *remote_addr, *server_addr, *server_port;
    bool forwarded; /* Forwarded, X-Forwarded-* or Via came with it: a proxy stands in between */
    char request_id[HTTP_REQUEST_ID];

    int64_t content_length; /* -1: not given */
    bool chunked;           /* a body of unknown length */
    /* The transport's reader: bytes read, 0 at the end, -1 on an error. */
    long (*read)(void *arg, char *buf, size_t len);
    void *read_arg;
    bool body_done;  /* read to its end (or there is none) */
    struct buf body; /* owned; http_read_body fills it */

    struct query_value values[QUERY_KEYS_MAX];
    size_t n_values;
    char decoded[QUERY_MAX + 1]; /* what values point into */

    /* The dispatcher fills these for the handler. */
    char args[HTTP_ARGS_MAX][HTTP_ARG_MAX]; /* the {…} of the path */
    bool csv;                               /* the answer is to be text/csv */
    const char *owner;                      /* filter of every read; NULL: any user's */
    const char *user;                       /* who new records belong to */
};

/* Fills *r from "NAME=value" strings (NULL-terminated list). ERR_INVALID: a path or length that
 * makes no sense; *r is usable for an error answer then. r->body must have been initialised. */
enum err_code http_req_init(struct http_req *r, char *const *env, struct err *e);

/* Reads the body up to max bytes: ERR_TOO_LARGE beyond, ERR_INVALID when its length is not the
 * announced one. Memory is taken as bytes arrive, never because a header said so. */
enum err_code http_read_body(struct http_req *r, size_t max, struct err *e);

/* Reads and drops what is left of a body, up to max bytes, so that the peer gets the answer. */
void http_drain(struct http_req *r, size_t max);

/* Decodes the query against the route's keys: an unknown key, a key given twice, a bad escape, a
 * NUL, a value of the wrong type, a missing required one are ERR_INVALID with pointer "?key". */
enum err_code http_query(struct http_req *r, const struct query_key *keys, struct err *e);

/* The values by name; NULL / def when absent. */
const char *http_text(const struct http_req *r, const char *name);
int64_t http_number(const struct http_req *r, const char *name, int64_t def);

/* The byte that two hex digits at p give, or -1 (also when the text ends before the second). */
int http_hex(const char *p);

/* Appends text as a query value: all but unreserved bytes become %XX. */
void http_escape(struct buf *out, const char *text);

/* True when the media type of content_type is `type` ("application/json"), with no charset but
 * UTF-8. */
bool http_content_is(const char *content_type, const char *type);

/* Quality 0-1000 that an Accept header gives to a type ("text", "csv"); accept NULL: 1000. A tie is
 * broken by the more specific range: its rank (0 any, 1 type, 2 exact) is in *ret_rank. */
int http_accepts(const char *accept, const char *type, const char *subtype, int *ret_rank);

/* --- the answer ------------------------------------------------------------------------------- */

struct http_res {
    int status;
    const char *type;         /* of the body; a constant */
    struct buf head;          /* further header lines */
    struct buf body;          /* empty: none */
    char etag[HTTP_ETAG_MAX]; /* with its quotes, or empty */
    bool storable;            /* Cache-Control: private, no-cache; else no-store */
    char job[ID_MAX];         /* the backtest that was made, for the log line; or empty */

    /* What is done once the answer is on its way (publishing a hint): called once, frees arg. */
    void (*after)(void *arg);
    void *after_arg;
};

void http_res_init(struct http_res *s);
void http_res_clear(struct http_res *s); /* for the next request; keeps small memory */
void http_res_release(struct http_res *s);

/* One header line. Bytes that could end the line make it vanish, so nobody can split an answer. */
void http_header(struct http_res *s, const char *name, const char *value);

/* Strong ETag out of text that names exactly this representation. */
void http_etag(struct http_res *s, const char *text, size_t len);

/* If-None-Match against the answer's ETag (RFC 9110 13.1.2: weak comparison, lists, "*"). */
bool http_not_modified(const struct http_req *r, const struct http_res *s);

/* The whole head as CGI wants it: Status, Content-Type, Content-Length, …, empty line. */
void http_write_head(const struct http_req *r, const struct http_res *s, struct buf *out);

#endif
