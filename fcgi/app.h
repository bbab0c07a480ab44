/* What a FastCGI program holds from start to end; no request leaves anything in it. */
#ifndef FCGI_APP_H
#define FCGI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bus.h"
#include "lib/conf.h"
#include "lib/store.h"

#define APP_STORE_TIMEOUT_MS 3000
#define APP_STORE_RETRY_MS   1000

struct route;

struct app {
    const char *program;
    const struct route *const *routes; /* lists that end with a row without path; NULL at the end */
    struct conf conf;
    struct store *store;    /* NULL while it cannot be opened */
    int64_t store_retry_ms; /* monotonic: not tried again before */
    struct bus *bus;        /* never NULL after app_open */
    bool bus_away;          /* said in the log already */
};

/* Opens bus and store as app->conf says. A store that does not answer is no error: requests get 503
 * until it does. ERR_INVALID: the configuration is wrong. */
enum err_code app_open(struct app *app, struct err *e);
void app_close(struct app *app);

/* Makes sure that app->store is open; ERR_UNAVAILABLE when it is not. */
enum err_code app_store(struct app *app, struct err *e);

/* Logs what a bus call answered, once an outage: a lost hint delays a backtest, it is no error. */
void app_bus_said(struct app *app, enum err_code code, const struct err *e);

#endif
