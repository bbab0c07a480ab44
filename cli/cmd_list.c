/* list: the backtests of the service, newest first. */
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "cli/table.h"

static const struct option options[] = {
    {"status", 0, "WORD", false, "pending, running, completed, failed or cancelled"},
    {"symbol", 0, "NAME", false, "of that market"},
    {"tag", 0, "TAG", false, "with that tag"},
    {"limit", 0, "N", false, "at most so many (50)"},
    {"cursor", 0, "TEXT", false, "from there on: the `next` of an earlier list"},
    {"json", 0, NULL, false, "the service's answer: {\"items\",\"next\"}"},
    {"csv", 0, NULL, false, "a line each, with a header"},
    {NULL, 0, NULL, false, NULL},
};

static const struct column columns[] = {
    {"backtestId", "Id", false},     {"status", "Status", false},
    {"progress", "Done", true},      {"symbol", "Symbol", false},
    {"interval", "Interval", false}, {"strategies", "Strategies", false},
    {"createdAt", "Created", false}, {"error", "Error", false},
};

static const char *text_of(struct json_object *o, const char *key) {
    const char *text = "";
    if (o)
        json_get_string(o, key, &text, NULL);
    return text;
}

/* "sma + rsi" */
static void put_strategies(struct table *t, struct json_object *params) {
    char text[160] = "";
    size_t len = 0;
    struct json_object *list = params ? json_get_array(params, "strategies", NULL) : NULL;
    size_t n = list ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n && len < sizeof text; i++) {
        struct json_object *s = json_object_array_get_idx(list, i);
        const char *name = json_object_is_type(s, json_type_string)   ? json_object_get_string(s)
                           : json_object_is_type(s, json_type_object) ? text_of(s, "name")
                                                                      : "?";
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? " + " : "", name);
    }
    table_add(t, text);
}

static void put_row(struct table *t, struct json_object *o) {
    struct json_object *params = json_get_object(o, "params", NULL);
    double progress = 0;
    json_get_number(o, "progress", &progress, NULL);
    table_add(t, text_of(o, "backtestId"));
    table_add(t, text_of(o, "status"));
    table_addf(t, "%.0f %%", progress);
    table_add(t, text_of(params, "symbol"));
    table_add(t, text_of(params, "interval"));
    put_strategies(t, params);
    table_add(t, text_of(o, "createdAt"));
    table_add(t, text_of(o, "error"));
}

static void show(const struct args *a, struct json_object *answer) {
    struct json_object *items = json_get_array(answer, "items", NULL);
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; items && i < json_object_array_length(items); i++) {
        struct json_object *o = json_object_array_get_idx(items, i);
        if (json_object_is_type(o, json_type_object))
            put_row(&t, o);
    }
    if (args_flag(a, "csv"))
        table_csv(&t, stdout);
    else if (t.n_cells == 0)
        fputs("No backtests.\n", stderr);
    else
        table_print(&t, stdout);
    const char *next = text_of(answer, "next");
    if (*next && !args_flag(a, "csv"))
        fprintf(stderr, "There are more: --cursor %s\n", next);
    table_release(&t);
}

static char *path_of(struct client *c, const struct args *a) {
    static const char *const keys[] = {"status", "symbol", "tag", "limit", "cursor"};
    struct buf b;
    buf_init(&b, 1 << 14);
    buf_str(&b, "/api/algo/backtest");
    char between = '?';
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = args_value(a, keys[i]);
        char *escaped = value ? client_escape(c, value) : NULL;
        if (!escaped)
            continue;
        buf_fmt(&b, "%c%s=%s", between, keys[i], escaped);
        between = '&';
        free(escaped);
    }
    return buf_detach(&b);
}

static int verb(const struct args *a) {
    struct err e;
    if (args_flag(a, "json") && args_flag(a, "csv"))
        return usage_error(a, "--json and --csv exclude one another");
    struct client *c = client_open(a, &e);
    if (!c)
        return fail(a, &e);
    char *path = path_of(c, a);
    struct json_object *answer = path ? client_get(c, path, &e) : NULL;
    if (!path)
        err_set(&e, ERR_INTERNAL, "out of memory");
    free(path);
    client_close(c);
    if (!answer)
        return fail(a, &e);
    if (args_flag(a, "json"))
        print_tree(answer);
    else
        show(a, answer);
    json_object_put(answer);
    return EXIT_SUCCESS;
}

const struct command cmd_list = {
    .name = "list",
    .summary = "list the backtests of the service, newest first",
    .usage = "[options]",
    .examples = "  candlemill list\n"
                "  candlemill list --status failed --limit 10\n"
                "  candlemill list --csv | cut -d, -f1",
    .options = options,
    .takes = TAKES_URL,
    .run = verb,
};
