/* The pieces that answers are made of. */
#ifndef FCGI_ANSWER_H
#define FCGI_ANSWER_H

#include "lib/http.h"
#include "lib/json.h"

/* Begins a JSON answer. */
void answer_json(struct http_res *s, struct json_out *j);

/* Begins a CSV answer that a browser saves as "<stem>-<what>.csv"; stem is an id or a symbol, whose
 * bytes outside [A-Za-z0-9_-] become "_". */
void answer_csv(struct http_res *s, const char *stem, const char *what);

/* A user's text as a CSV field that no spreadsheet takes for a formula; NULL: empty. */
void csv_safe(struct buf *out, const char *text);

/* The member "next" of a list and its Link header: cursor, or null when it is empty. The link
 * repeats the query with the new cursor under `key` ("cursor"). */
void answer_next(const struct http_req *r, struct http_res *s, struct json_out *j, const char *key,
                 const char *cursor);

/* RFC 3339 as a value, for a bar's time: the epoch itself is a time too (json_time makes it null).
 */
void time_json(struct json_out *j, int64_t ms);

#endif
