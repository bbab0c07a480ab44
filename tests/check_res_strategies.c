#include "engine/ind.h"
#include "engine/strategy.h"
#include "fcgi/res.h"
#include "lib/spec.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {function_routes, strategy_routes, NULL};

START_TEST(shows_every_function) {
    struct world w;
    const struct ind_info *f;
    size_t n = 0;
    world_open(&w, routes);
    ck_assert_int_eq(world_get(&w, "/api/algo/functions"), 200);
    ck_assert_str_ne(w.res.etag, "");
    struct json_object *items = world_at(&w, "/items");
    for (; (f = ind_info_at(n)) != NULL; n++) {
        struct json_object *one = json_object_array_get_idx(items, n), *args, *kind;
        const char *name = NULL;
        ck_assert(json_get_string(one, "name", &name, NULL));
        ck_assert_str_eq(name, f->name);
        ck_assert(json_object_object_get_ex(one, "args", &args));
        ck_assert_uint_eq(json_object_array_length(args), f->n_args);
        for (size_t i = 0; i < f->n_args; i++) {
            ck_assert(json_object_object_get_ex(json_object_array_get_idx(args, i), "kind", &kind));
            ck_assert_str_ne(json_object_get_string(kind), "?");
        }
    }
    ck_assert_uint_eq(json_object_array_length(items), n);
    ck_assert_uint_gt(n, 30);
    world_close(&w);
}
END_TEST

/* What is shown of a built-in can be sent back as a strategy of one's own. */
START_TEST(shows_every_strategy) {
    struct world w;
    const struct strategy *s;
    size_t n = 0;
    world_open(&w, routes);
    for (; (s = preset_at(n)) != NULL; n++) {
        struct strategy again;
        struct err e;
        char uri[100];
        snprintf(uri, sizeof uri, "/api/algo/strategies/%s", s->name);
        ck_assert_msg(world_get(&w, uri) == 200, "%s", uri);
        ck_assert_str_eq(world_text(&w, "/name"), s->name);
        ck_assert_msg(strategy_parse(w.json, "", &again, &e) == ERR_NONE, "%s: %s", s->name,
                      e.message);
        ck_assert_uint_eq(again.n_params, s->n_params);
        ck_assert_uint_eq(again.n_defines, s->n_defines);
        strategy_release(&again);
    }
    ck_assert_int_eq(world_get(&w, "/api/algo/strategies"), 200);
    ck_assert_uint_eq(json_object_array_length(world_at(&w, "/items")), n);
    ck_assert_uint_ge(n, 7);
    ck_assert_int_eq(world_get(&w, "/api/algo/strategies/nosuch"), 404);
    world_close(&w);
}
END_TEST

static int judge(struct world *w, const char *body) {
    return world_call(w, "POST", "/api/algo/strategies/validate", "application/json", body, NULL);
}

START_TEST(a_strategy_is_judged) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(judge(&w, "{\"name\":\"t\",\"define\":{\"f\":\"sma(close, 9)\"},"
                               "\"rules\":{\"long.entry\":\"crossover(close, f)\"}}"),
                     200);
    ck_assert(json_object_get_boolean(world_at(&w, "/valid")));
    ck_assert_int_eq(json_object_get_int(world_at(&w, "/lookback")), 9);
    ck_assert_int_eq(json_object_get_int(world_at(&w, "/rules")), 1);
    ck_assert_int_eq(judge(&w, "{\"name\":\"t\",\"rules\":{\"long.entry\":\"clos > 1\"}}"), 400);
    ck_assert_str_eq(world_text(&w, "/errors/0/pointer"), "/rules/long.entry");
    ck_assert_int_eq(json_object_get_int(world_at(&w, "/errors/0/line")), 1);
    ck_assert_int_eq(json_object_get_int(world_at(&w, "/errors/0/column")), 1);
    ck_assert_int_eq(judge(&w, "{\"name\":\"t\"}"), 400);
    ck_assert_int_eq(judge(&w, "[1"), 400);
    ck_assert_int_eq(world_get(&w, "/api/algo/schema/strategy"), 200);
    ck_assert_str_eq(world_text(&w, "/type"), "object");
    ck_assert_ptr_nonnull(world_at(&w, "/properties/rules/properties/maxTradesPerDay"));
    ck_assert_int_eq(world_get(&w, "/api/algo/schema/request"), 200);
    ck_assert_ptr_nonnull(world_at(&w, "/properties/maxTradesPerDay/x-group"));
    world_close(&w);
}
END_TEST

SUITE_MAIN("res_strategies", shows_every_function, shows_every_strategy, a_strategy_is_judged)
