/* The functions that expressions may call: the engine's own index. */
#include "engine/ind.h"
#include "fcgi/answer.h"
#include "fcgi/res.h"

static void put_argument(struct json_out *j, const struct ind_arg *a) {
    static const char *const kinds[] = {
        [ARG_SERIES] = "series",
        [ARG_CONDITION] = "condition",
        [ARG_INT] = "int",
        [ARG_FLOAT] = "float",
    };
    bool constant = a->kind == ARG_INT || a->kind == ARG_FLOAT;
    json_begin(j, '{');
    json_put_string(j, "name", a->name);
    json_put_string(j, "kind", kinds[a->kind]);
    json_put_string(j, "default", a->def);
    if (constant) {
        json_put_double(j, "min", a->min);
        json_put_double(j, "max", a->max);
    }
    json_end(j, '}');
}

static enum err_code list(struct app *app, struct http_req *r, struct http_res *s, struct err *e) {
    struct json_out j;
    (void)app, (void)r, (void)e;
    answer_json(s, &j);
    json_begin(&j, '{');
    json_key(&j, "items");
    json_begin(&j, '[');
    const struct ind_info *f;
    for (size_t i = 0; (f = ind_info_at(i)) != NULL; i++) {
        json_begin(&j, '{');
        json_put_string(&j, "name", f->name);
        json_put_string(&j, "group", f->group);
        json_put_string(&j, "help", f->help);
        json_put_string(&j, "formula", f->formula);
        json_put_string(&j, "gives", f->condition ? "condition" : "number");
        json_key(&j, "args");
        json_begin(&j, '[');
        for (size_t k = 0; k < f->n_args; k++)
            put_argument(&j, &f->args[k]);
        json_end(&j, ']');
        json_key(&j, "outputs");
        json_begin(&j, '[');
        for (size_t k = 0; k < f->n_outputs; k++)
            json_string(&j, f->outputs[k]);
        json_end(&j, ']');
        json_end(&j, '}');
    }
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
