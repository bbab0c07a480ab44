/* functions: what expressions may call. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "engine/ind.h"
#include "engine/strategy.h"
#include "lib/functions.h"

#define NAMES_MAX 256

static const struct option options[] = {
    {"json", 0, NULL, false, "an array of objects"},
    {"markdown", 0, NULL, false, "all of them as docs/functions.md"},
    {NULL, 0, NULL, false, NULL},
};

static int print_json(const char *only) {
    struct buf b;
    struct json_out j;
    const struct ind_info *f;
    buf_init(&b, 4U << 20);
    json_out_init(&j, &b);
    json_begin(&j, '[');
    for (size_t i = 0; (f = ind_info_at(i)) != NULL; i++)
        if (!only || strcmp(f->name, only) == 0)
            function_json(&j, f);
    json_end(&j, ']');
    puts(b.data ? b.data : "[]");
    buf_release(&b);
    return EXIT_SUCCESS;
}

static int print_markdown(void) {
    struct buf b;
    buf_init(&b, 4U << 20);
    functions_markdown(&b);
    fputs(b.data ? b.data : "", stdout);
    buf_release(&b);
    return EXIT_SUCCESS;
}

static void print_one(const struct ind_info *f) {
    struct buf b;
    buf_init(&b, 4096);
    function_call(&b, f);
    printf("%s\n  %s\n  %s\n", b.data ? b.data : f->name, f->help, f->formula);
    if (f->seed)
        printf("  %s\n", f->seed);
    if (f->source)
        printf("  %s\n", f->source);
    printf("  lookback %s\n", f->lookback ? f->lookback : "0");
    for (size_t i = 0; i < f->n_args; i++) {
        const struct ind_arg *arg = &f->args[i];
        printf("  %-10s %s", arg->name, argument_kind_name(arg->kind));
        if (arg->kind == ARG_INT || arg->kind == ARG_FLOAT)
            printf(", %.15g to %.15g, the same on every bar", arg->min, arg->max);
        if (arg->def)
            printf("; %s when left out", arg->def);
        putchar('\n');
    }
    printf("  gives a %s\n", f->condition ? "condition" : "number");
    buf_release(&b);
}

static void print_all(void) {
    static const struct column columns[] = {
        {"group", "Group", false}, {"call", "Call", false}, {"help", "What it is", false}};
    struct table t;
    struct buf b;
    const struct ind_info *f;
    table_init(&t, columns, 3);
    buf_init(&b, 4096);
    for (size_t i = 0; (f = ind_info_at(i)) != NULL; i++) {
        buf_clear(&b);
        function_call(&b, f);
        table_add(&t, f->group);
        table_add(&t, b.data);
        table_add(&t, f->help);
    }
    table_print(&t, stdout);
    buf_release(&b);
    table_release(&t);
}

static int verb(const struct args *a) {
    const char *name = args_at(a, 0);
    const struct ind_info *f = name ? ind_info_find(name) : NULL;
    if (name && !f) {
        const char *names[NAMES_MAX];
        size_t n = 0;
        struct err e;
        for (; n < NAMES_MAX && (f = ind_info_at(n)) != NULL; n++)
            names[n] = f->name;
        const char *near = name_suggest(name, names, n);
        err_set(&e, ERR_NOT_FOUND, "there is no function '%.40s'%s%s%s", name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return fail(a, &e);
    }
    if (args_flag(a, "markdown"))
        return print_markdown();
    if (args_flag(a, "json"))
        return print_json(name);
    if (f)
        print_one(f);
    else
        print_all();
    return EXIT_SUCCESS;
}

const struct command cmd_functions = {
    .name = "functions",
    .summary = "the functions that a strategy's expressions may call",
    .usage = "[NAME] [options]",
    .details = "With a name: its arguments, bounds, formula, first values and lookback.",
    .examples = "  candlemill functions\n  candlemill functions bb",
    .options = options,
    .max_args = 1,
    .run = verb,
};
