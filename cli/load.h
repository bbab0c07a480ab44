/* A request with its bars, from a CSV file (--data) or from the store: what run and strategy check
 * work on. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/cli.h"
#include "lib/market_extra.h"
#include "lib/spec.h"

/* Zeroed but for flat, the request, which it owns from then on. */
struct loaded {
    struct json_object *flat;
    struct bars file; /* the CSV's */
    struct request request;
    struct market_data data;
    struct market_extra extra;
    bool have_file, have_request, have_data;
};

/* Also when it failed, loaded_release frees what there is. */
enum err_code load_bars(const struct args *a, struct loaded *j, struct err *e);
void loaded_release(struct loaded *j);

#endif
