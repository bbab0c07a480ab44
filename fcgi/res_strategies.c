/* The built-in strategies with their parameters (the same data that a request may bring itself),
 * and the forms of requests and strategies. */
#include "engine/strategy.h"
#include "fcgi/answer.h"
#include "fcgi/res.h"
#include "lib/spec.h"
#include "lib/spec_schema.h"
#include "lib/strategy_schema.h"

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

static enum err_code schema(struct app *app, struct http_req *r, struct http_res *s,
                            struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    strategy_schema(&j);
    finish(s);
    return ERR_NONE;
}

static enum err_code request(struct app *app, struct http_req *r, struct http_res *s,
                             struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    request_schema(&j);
    finish(s);
    return ERR_NONE;
}

/* A strategy object: 200 and what it needs, or 400 and where it is wrong. Nothing is kept. */
static enum err_code validate(struct app *app, struct http_req *r, struct http_res *s,
                              struct err *e) {
    struct json_out j;
    struct strategy one;
    size_t lookback = 0, rules = 0;
    (void)app;
    struct json_object *body = json_parse(r->body.data ? r->body.data : "", r->body.len, e);
    if (!body)
        return e->code;
    enum err_code code = strategy_parse(body, "", &one, e);
    if (code != ERR_NONE) {
        json_object_put(body);
        return code;
    }
    code = strategy_check(&one, body, "", &lookback, e);
    for (int i = 0; i < RULE_COUNT; i++)
        rules += one.rules[i] != NULL;
    if (code == ERR_NONE) {
        answer_json(s, &j);
        json_begin(&j, '{');
        json_put_bool(&j, "valid", true);
        json_put_string(&j, "name", one.name);
        json_put_int(&j, "params", (int64_t)one.n_params);
        json_put_int(&j, "defines", (int64_t)one.n_defines);
        json_put_int(&j, "rules", (int64_t)rules);
        json_put_int(&j, "lookback", (int64_t)lookback);
        json_end(&j, '}');
    }
    strategy_release(&one);
    json_object_put(body);
    return code;
}

const struct route strategy_routes[] = {
    {HTTP_GET, "/api/algo/strategies", list, 0, query_user_only, NULL, 0,
     "the built-in strategies"},
    {HTTP_GET, "/api/algo/strategies/{name}", show, 0, query_user_only, NULL, 0,
     "one of them: parameters, defines, rules"},
    {HTTP_GET, "/api/algo/schema/request", request, 0, query_user_only, NULL, 0,
     "the words of a request, as a JSON Schema"},
    {HTTP_GET, "/api/algo/schema/strategy", schema, 0, query_user_only, NULL, 0,
     "what a strategy object may hold, as a JSON Schema"},
    {HTTP_POST, "/api/algo/strategies/validate", validate, 0, query_user_only, "application/json",
     JSON_BODY_MAX, "is a strategy object right? Where it is not, with line and column"},
    {0},
};
