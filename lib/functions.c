#include "lib/functions.h"

const char *argument_kind_name(enum ind_arg_kind kind) {
    static const char *const names[] = {
        [ARG_SERIES] = "series", [ARG_CONDITION] = "condition", [ARG_INT] = "int",
        [ARG_FLOAT] = "float",   [ARG_BOOL] = "bool",
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
