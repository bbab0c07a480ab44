/* The functions that expressions may call: the engine's own index. */
#include "fcgi/answer.h"
#include "fcgi/res.h"
#include "lib/functions.h"

static enum err_code list(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_key(&j, "items");
    json_begin(&j, '[');
    const struct ind_info *f;
    for (size_t i = 0; (f = ind_info_at(i)) != NULL; i++)
        function_json(&j, f);
    json_end(&j, ']');
    json_put_string(&j, "next", NULL);
    json_end(&j, '}');
    http_etag(s, s->body.data, s->body.len);
    s->storable = true;
    return ERR_NONE;
}

const struct route function_routes[] = {
    {HTTP_GET, "/api/algo/functions", list, 0, query_user_only, NULL, 0,
     "what expressions may call"},
    {0},
};
