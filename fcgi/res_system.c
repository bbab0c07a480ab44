/* Is it alive, can it work, what is it. */
#include "fcgi/answer.h"
#include "fcgi/res.h"

static enum err_code health(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "status", "ok");
    json_end(&j, '}');
    return ERR_NONE;
}

/* Ready means: a request would be accepted. Without Redis it is, only events are late. */
static enum err_code ready(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    struct err why;
    (void)r;
    enum err_code code = app_store(app, e);
    if (code == ERR_NONE)
        code = store_ping(app->store, e);
    if (code != ERR_NONE)
        return code;
    const char *bus = "none";
    if (!bus_is_none(app->bus)) {
        code = bus_ping(app->bus, &why);
        app_bus_said(app, code, &why);
        bus = code == ERR_NONE ? "ok" : "away";
    }
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "status", "ready");
    json_put_string(&j, "store", "ok");
    json_put_string(&j, "bus", bus);
    json_end(&j, '}');
    return ERR_NONE;
}

static enum err_code version(struct app *app, struct http_req *r, struct http_res *s,
                             struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_put_string(&j, "name", PACKAGE_NAME);
    json_put_string(&j, "version", PACKAGE_VERSION);
    json_end(&j, '}');
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
    return ERR_NONE;
}

const struct route system_routes[] = {
    {HTTP_GET, "/api/health", health, 0, query_user_only, NULL, 0, "this program answers"},
    {HTTP_GET, "/api/ready", ready, 0, query_user_only, NULL, 0,
     "the store answers too (503 if not); says whether Redis does"},
    {HTTP_GET, "/api/version", version, 0, query_user_only, NULL, 0, "what runs here"},
    {0},
};
