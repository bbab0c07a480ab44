#include "lib/functions.h"

#include <string.h>

const char *argument_kind_name(enum ind_arg_kind kind) {
    static const char *const names[] = {
        [ARG_SERIES] = "series", [ARG_CONDITION] = "condition", [ARG_INT] = "int",
        [ARG_FLOAT] = "float",   [ARG_TEXT] = "text",           [ARG_BOOL] = "bool",
    };
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "?";
}

static void put_argument(struct json_out *j, const struct ind_arg *a) {
    json_begin(j, '{');
    json_put_string(j, "name", a->name);
    json_put_string(j, "kind", argument_kind_name(a->kind));
    json_put_string(j, "default", a->def);
    if (a->kind == ARG_INT || a->kind == ARG_FLOAT) {
        json_put_double(j, "min", a->min);
        json_put_double(j, "max", a->max);
    }
    json_end(j, '}');
}

void function_json(struct json_out *j, const struct ind_info *f) {
    json_begin(j, '{');
    json_put_string(j, "name", f->name);
    json_put_string(j, "group", f->group);
    json_put_string(j, "help", f->help);
    json_put_string(j, "formula", f->formula);
    json_put_string(j, "seed", f->seed);
    json_put_string(j, "source", f->source);
    json_put_string(j, "lookback", f->lookback ? f->lookback : "0");
    json_put_string(j, "pine", f->pine);
    json_put_string(j, "talib", f->talib);
    json_key(j, "aliases");
    json_begin(j, '[');
    for (size_t i = 0; i < IND_ALIASES_MAX && f->aliases[i]; i++)
        json_string(j, f->aliases[i]);
    json_end(j, ']');
    json_put_string(j, "gives", f->condition ? "condition" : "number");
    json_key(j, "args");
    json_begin(j, '[');
    for (size_t i = 0; i < f->n_args; i++)
        put_argument(j, &f->args[i]);
    json_end(j, ']');
    json_put_bool(j, "variadic", f->variadic);
    json_key(j, "outputs");
    json_begin(j, '[');
    for (size_t i = 0; i < f->n_outputs; i++)
        json_string(j, f->outputs[i]);
    json_end(j, ']');
    json_end(j, '}');
}

void function_call(struct buf *b, const struct ind_info *f) {
    buf_str(b, f->name);
    for (size_t i = 0; i < f->n_args; i++) {
        buf_fmt(b, "%s%s", i ? ", " : "(", f->args[i].name);
        if (f->args[i].def)
            buf_fmt(b, " = %s", f->args[i].def);
    }
    if (f->variadic)
        buf_str(b, ", ...");
    if (f->n_args > 0)
        buf_char(b, ')');
    for (size_t i = 0; i < f->n_outputs; i++)
        buf_fmt(b, "%s.%s", i ? " " : "", f->outputs[i]);
}

static void arguments_markdown(struct buf *b, const struct ind_info *f) {
    for (size_t i = 0; i < f->n_args; i++) {
        const struct ind_arg *a = &f->args[i];
        buf_fmt(b, "%s`%s` %s", i ? "; " : "- Arguments: ", a->name, argument_kind_name(a->kind));
        if (a->kind == ARG_INT || a->kind == ARG_FLOAT)
            buf_fmt(b, " %.15g to %.15g", a->min, a->max);
        if (a->def)
            buf_fmt(b, ", %s when left out", a->def);
    }
    if (f->n_args)
        buf_char(b, '\n');
}

static void function_markdown(struct buf *b, const struct ind_info *f) {
    buf_fmt(b, "### %s\n\n`", f->name);
    function_call(b, f);
    buf_fmt(b, "`%s\n\n%s\n\n- Formula: %s\n", f->condition ? " (a condition)" : "", f->help,
            f->formula);
    if (f->seed)
        buf_fmt(b, "- First values and nulls: %s\n", f->seed);
    if (f->lookback)
        buf_fmt(b, "- Lookback: `%s`\n", f->lookback);
    arguments_markdown(b, f);
    if (f->source)
        buf_fmt(b, "- Source: %s\n", f->source);
    for (size_t i = 0; i < IND_ALIASES_MAX && f->aliases[i]; i++)
        buf_fmt(b, "%s`%s`", i ? ", " : "- Also written ", f->aliases[i]);
    buf_fmt(b, "%s\n", f->aliases[0] ? "\n" : "");
}

static bool group_seen(const char *group, size_t before) {
    for (size_t i = 0; i < before; i++) {
        if (strcmp(ind_info_at(i)->group, group) == 0)
            return true;
    }
    return false;
}

void functions_markdown(struct buf *b) {
    const struct ind_info *f, *g;
    buf_str(
        b,
        "# Functions\n\nWhat a strategy's expressions may call. Printed by `candlemill functions "
        "--markdown`; `candlemill functions NAME` prints one, `--json` all as data.\n\n"
        "x[n] is the value n bars ago, n the first length. A `ta.`, `math.` or `strategy.` before "
        "a "
        "name means nothing, but ta.cmo is cmou. Without a line about first values and nulls a "
        "function works bar by "
        "bar: null where an argument is null. A function whose arguments may all be left out is "
        "written without brackets; of one with several outputs a bare call gives the first.\n");
    for (size_t i = 0; (f = ind_info_at(i)) != NULL; i++) {
        if (group_seen(f->group, i))
            continue;
        buf_fmt(b, "\n## %c%s\n\n", f->group[0] - 'a' + 'A', f->group + 1);
        for (size_t k = i; (g = ind_info_at(k)) != NULL; k++) {
            if (strcmp(g->group, f->group) == 0)
                function_markdown(b, g);
        }
    }
}
