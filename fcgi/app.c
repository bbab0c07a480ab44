#include "fcgi/app.h"

#include "lib/clock.h"
#include "lib/log.h"

static enum err_code open_store(struct app *app, struct err *e) {
    struct store_options options = {
        .sync_full = app->conf.store_sync_full,
        .timeout_ms = APP_STORE_TIMEOUT_MS,
        .program = app->program,
    };
    struct err why = {0};
    app->store = store_open(app->conf.store_uri, &options, &why);
    if (app->store)
        return ERR_NONE;
    app->store_retry_ms = clock_mono_ms() + APP_STORE_RETRY_MS;
    if (e)
        *e = why;
    return why.code;
}

enum err_code app_open(struct app *app, struct err *e) {
    app->bus = bus_open(&app->conf, e);
    if (!app->bus)
        return ERR_INVALID;
    struct err why;
    enum err_code code = open_store(app, &why);
    if (code == ERR_INVALID) {
        if (e)
            *e = why;
        return code;
    }
    if (code != ERR_NONE)
        log_warn("the store cannot be opened yet: %s", why.message);
    return ERR_NONE;
}

void app_close(struct app *app) {
    if (app->store)
        store_close(app->store);
    if (app->bus)
        bus_close(app->bus);
    app->store = NULL;
    app->bus = NULL;
}

enum err_code app_store(struct app *app, struct err *e) {
    if (app->store)
        return ERR_NONE;
    if (clock_mono_ms() < app->store_retry_ms)
        return err_set(e, ERR_UNAVAILABLE, "the store is not open");
    struct err why;
    if (open_store(app, &why) == ERR_NONE)
        return ERR_NONE;
    return err_set(e, ERR_UNAVAILABLE, "the store cannot be opened: %s", why.message);
}

void app_bus_said(struct app *app, enum err_code code, const struct err *e) {
    if (code != ERR_NONE && bus_up(app->bus)) { /* an announcement that the store has broken off */
        log_warn("ignoring it, a supervisor will do it again: %s", e->message);
        return;
    }
    if (code != ERR_NONE && !app->bus_away)
        log_warn("Redis is away, ignoring it: events are late until it is back (%s)", e->message);
    if (code == ERR_NONE && app->bus_away)
        log_info("Redis is back");
    app->bus_away = code != ERR_NONE;
}
