/* The built-in strategies with their parameters: the same data that a request may bring itself. */
#include "engine/strategy.h"
#include "fcgi/answer.h"
#include "fcgi/res.h"
#include "lib/spec.h"

static void finish(struct http_res *s) {
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
}

static enum err_code list(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    const struct strategy *one;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_key(&j, "items");
    json_begin(&j, '[');
    for (size_t i = 0; (one = preset_at(i)) != NULL; i++)
        strategy_json(&j, one);
    json_end(&j, ']');
    json_put_string(&j, "next", NULL);
    json_end(&j, '}');
    finish(s);
    return ERR_NONE;
}

static enum err_code show(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    const struct strategy *one = preset_find(r->args[0]);
    (void)app;
    if (!one)
        return err_set(e, ERR_NOT_FOUND, "there is no strategy of that name");
    answer_json(s, &j);
    strategy_json(&j, one);
    finish(s);
    return ERR_NONE;
}

const struct route strategy_routes[] = {
    {HTTP_GET, "/api/algo/strategies", list, 0, query_user_only, NULL, 0,
     "the built-in strategies"},
    {HTTP_GET, "/api/algo/strategies/{name}", show, 0, query_user_only, NULL, 0,
     "one of them: parameters, defines, rules"},
    {0},
};
