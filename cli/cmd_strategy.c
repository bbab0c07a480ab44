/* strategy list, show: strategies as data. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "engine/strategy.h"
#include "lib/limits.h"
#include "lib/spec.h"
#include "lib/strategy_schema.h"

#define TEXT_MAX (4U << 20)

static const struct option json_option[] = {
    {"json", 0, NULL, false, "JSON"},
    {NULL, 0, NULL, false, NULL},
};

static struct json_object *tree_of(const struct strategy *s) {
    struct buf b;
    struct json_out j;
    struct err e;
    buf_init(&b, TEXT_MAX);
    json_out_init(&j, &b);
    strategy_json(&j, s);
    struct json_object *o = json_parse(b.data ? b.data : "", b.len, &e);
    buf_release(&b);
    return o;
}

/* --- list ------------------------------------------------------------------------------------- */

/* "fast 10, slow 30" */
static void put_params(struct table *t, const struct strategy *s) {
    char text[240] = "", number[DOUBLE_TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < s->n_params && len < sizeof text; i++) {
        double_format(s->params[i].def, number);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s %s", i ? ", " : "",
                                s->params[i].name, number);
    }
    table_add(t, text);
}

static int list(const struct args *a) {
    static const struct column columns[] = {
        {"name", "Name", false}, {"params", "Parameters", false}, {"title", "What it does", false}};
    const struct strategy *s;
    if (args_flag(a, "json")) {
        struct json_object *all = json_object_new_array();
        for (size_t i = 0; (s = preset_at(i)) != NULL; i++)
            json_object_array_add(all, tree_of(s));
        print_tree(all);
        json_object_put(all);
        return EXIT_SUCCESS;
    }
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; (s = preset_at(i)) != NULL; i++) {
        table_add(&t, s->name);
        put_params(&t, s);
        table_add(&t, s->title);
    }
    table_print(&t, stdout);
    table_release(&t);
    return EXIT_SUCCESS;
}

const struct command cmd_strategy_list = {
    .name = "strategy list",
    .summary = "the built-in strategies",
    .usage = "[options]",
    .examples = "  candlemill strategy list",
    .options = json_option,
    .run = list,
};

/* --- schema ----------------------------------------------------------------------------------- */

static int schema(const struct args *a) {
    struct buf b;
    struct json_out j;
    struct err e;
    buf_init(&b, TEXT_MAX);
    json_out_init(&j, &b);
    strategy_schema(&j);
    struct json_object *o = json_parse(b.data ? b.data : "", b.len, &e);
    buf_release(&b);
    if (!o)
        return fail(a, &e);
    print_tree(o);
    json_object_put(o);
    return EXIT_SUCCESS;
}

const struct command cmd_strategy_schema = {
    .name = "strategy schema",
    .summary = "what a strategy file may hold, as a JSON Schema",
    .usage = "",
    .examples = "  candlemill strategy schema > strategy.schema.json",
    .options = NULL,
    .run = schema,
};

/* --- show ------------------------------------------------------------------------------------- */

static int show(const struct args *a) {
    struct err e;
    const char *name = args_at(a, 0), *names[64];
    const struct strategy *s = preset_find(name);
    if (!s) {
        size_t n = 0;
        for (; n < 64 && (s = preset_at(n)) != NULL; n++)
            names[n] = s->name;
        const char *near = name_suggest(name, names, n);
        err_set(&e, ERR_NOT_FOUND, "there is no strategy '%.40s'%s%s%s", name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return fail(a, &e);
    }
    struct json_object *o = tree_of(s);
    if (!o)
        return err_set(&e, ERR_INTERNAL, "out of memory"), fail(a, &e);
    print_tree(o);
    json_object_put(o);
    return EXIT_SUCCESS;
}

const struct command cmd_strategy_show = {
    .name = "strategy show",
    .summary = "a built-in strategy as JSON: a start for one of your own",
    .usage = "NAME",
    .examples = "  candlemill strategy show sma > my-strategy.json",
    .min_args = 1,
    .max_args = 1,
    .run = show,
};
