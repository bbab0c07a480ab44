/* Every error as RFC 9457 problem+json: {type,title,status,detail,code,instance,errors:[…]}. */
#ifndef FCGI_PROBLEM_H
#define FCGI_PROBLEM_H

#include "lib/err.h"
#include "lib/http.h"
#include "lib/run.h"

/* Turns the answer into the problem e. `instance` is the request id. What failed inside (5xx) is
 * logged and answered in general words. */
void problem_write(const struct http_req *r, struct http_res *s, const struct err *e);

/* 409 for a backtest that is not in the state asked for: `status` is its word ("running") in place
 * of the number, with `backtestId` and `error`. */
void problem_state(const struct http_req *r, struct http_res *s, const struct backtest *b,
                   const char *detail);

#endif
