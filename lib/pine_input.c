/* Inputs of a Pine script are the strategy's parameters. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/pine_ast.h"

static const char *const numbers[] = {"defval", "title", "minval",  "maxval",  "step",   "tooltip",
                                      "inline", "group", "confirm", "display", "active", NULL};
static const char *const lists[] = {"defval", "title",   "options", "tooltip", "inline",
                                    "group",  "confirm", "display", "active",  "minval",
                                    "maxval", "step",    NULL};

/* input(defval, title, type, …) of version 4 */
static const char *const olds[] = {"defval", "title",   "type",    "minval", "maxval", "confirm",
                                   "step",   "options", "tooltip", "inline", "group",  NULL};

/* What a default makes of an input without a type. */
static char type_of_default(const struct pine_script *s, int value) {
    if (value < 0)
        return '?';
    const struct pine_node *n = &s->nodes[value];
    int inner = n->kind == PINE_N_UNARY ? n->a : value;
    if (s->nodes[inner].kind == PINE_N_NUMBER)
        return memchr(s->nodes[inner].text.at, '.', s->nodes[inner].text.len) ? 'f' : 'i';
    if (n->kind == PINE_N_NAME)
        return pine_is(n->text, "true") || pine_is(n->text, "false") ? 'b' : 's';
    return n->kind == PINE_N_STRING ? 't' : '?';
}

static char old_type_of(const struct pine_script *s, int call, const char *const **ret_names) {
    static const struct {
        const char *name;
        char type;
    } rows[] = {{"input.integer", 'i'}, {"input.float", 'f'},     {"input.bool", 'b'},
                {"input.source", 's'},  {"input.time", 't'},      {"input.string", 't'},
                {"input.session", 't'}, {"input.resolution", 't'}};
    *ret_names = olds;
    if (!pine_is(s->nodes[call].text, "input"))
        return 0;
    int type = pine_arg(s, call, olds, "type");
    for (size_t i = 0; type >= 0 && i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(s->nodes[type].text, rows[i].name))
            return rows[i].type;
    }
    char found = type_of_default(s, pine_arg(s, call, olds, "defval"));
    return type >= 0 && found != 's' ? '?' : found;
}

/* What the call makes: i, f, b; s a source; t a text or a time; '?' something else; 0: no input. */
static char type_of(const struct pine_script *s, int call, const char *const **ret_names) {
    if (s->version == 4)
        return old_type_of(s, call, ret_names);
    static const struct {
        const char *name;
        char type;
    } rows[] = {{"input.int", 'i'},    {"input.float", 'f'},   {"input.price", 'f'},
                {"input.bool", 'b'},   {"input.source", 's'},  {"input.time", 't'},
                {"input.string", 't'}, {"input.session", 't'}, {"input.timeframe", 't'}};
    struct pine_slice name = s->nodes[call].text;
    *ret_names = numbers;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next) {
        if (pine_is(s->nodes[arg].text, "options"))
            *ret_names = lists;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(name, rows[i].name))
            return rows[i].type;
    }
    if (!pine_is(name, "input"))
        return pine_starts(name, "input.") ? '?' : 0;
    return type_of_default(s, pine_arg(s, call, numbers, "defval"));
}

int pine_input_default(struct pine_script *s, int call) {
    const char *const *names;
    char type = type_of(s, call, &names);
    return type == 's' || type == 't' ? pine_arg(s, call, names, "defval") : -1;
}

bool pine_input(struct pine_script *s, const struct pine_stmt *stmt) {
    const char *const *names;
    int call = stmt->expr;
    char type = s->nodes[call].kind == PINE_N_CALL ? type_of(s, call, &names) : 0;
    if (type == 0)
        return false;
    int value = pine_arg(s, call, names, "defval");
    struct pine_symbol *sym;
    double number = 0;
    if (type == 's' || type == 't') {
        if ((sym = pine_add_symbol(s, PINE_VALUE, stmt->name, stmt->line, value)))
            sym->type = value >= 0 && s->nodes[value].kind == PINE_N_STRING ? 't' : 0;
        if (sym && type == 's')
            pine_tell(s, stmt->line, "the source '%.*s' is fixed to its default: edit the define",
                      (int)(stmt->name.len < 60 ? stmt->name.len : 60), stmt->name.at);
    } else if (type == '?' || !pine_constant(s, value, &number)) {
        if ((sym = pine_add_symbol(s, PINE_REFUSED_NAME, stmt->name, stmt->line, value)))
            sym->why = "is an input without a number: a strategy's parameters are numbers and "
                       "switches";
    } else if ((sym = pine_add_symbol(s, PINE_INPUT, stmt->name, stmt->line, call))) {
        sym->value = number;
        sym->type = type;
    }
    return true;
}

bool pine_input_value(struct pine_script *s, int call, double *ret) {
    const char *const *names;
    char type = type_of(s, call, &names);
    return (type == 'i' || type == 'f' || type == 'b') &&
           pine_constant(s, pine_arg(s, call, names, "defval"), ret);
}

/* A name for an input that has none of its own: its title's letters. */
static size_t name_of(struct pine_slice title, char ret[24]) {
    size_t n = 0;
    for (size_t i = 0; i < title.len && n < 23; i++) {
        if (isalnum((unsigned char)title.at[i]) && (n > 0 || !isdigit((unsigned char)title.at[i])))
            ret[n++] = title.at[i];
        else if (n > 0 && ret[n - 1] != '_')
            ret[n++] = '_';
    }
    while (n > 0 && ret[n - 1] == '_')
        n--;
    return n;
}

struct pine_symbol *pine_input_inside(struct pine_script *s, int call) {
    char title[24];
    struct pine_slice name = {"input", 5};
    const char *const *names;
    double value;
    for (size_t i = 0; i < s->n_symbols; i++) {
        if (s->symbols[i].kind == PINE_INPUT && s->symbols[i].expr == call)
            return &s->symbols[i];
    }
    if (!pine_input_value(s, call, &value))
        return NULL;
    type_of(s, call, &names);
    size_t n = name_of(pine_string(s, pine_arg(s, call, names, "title")), title);
    name = n > 0 ? (struct pine_slice){title, n} : name;
    struct pine_symbol *sym = pine_add_symbol(s, PINE_INPUT, name, s->nodes[call].line, call);
    if (sym) {
        sym->name.len = 0; /* nobody can say it */
        sym->value = value;
        sym->type = type_of(s, call, &names);
    }
    return sym;
}

static void add(struct json_object *o, const char *key, struct json_object *v) {
    json_object_object_add(o, key, v);
}

static struct json_object *number_of(double v, char type) {
    bool whole = type == 'i' && v > -0x1p53 && v < 0x1p53;
    return whole ? json_object_new_int64((int64_t)v) : json_object_new_double(v);
}

static struct json_object *param(const struct pine_script *s, const struct pine_symbol *sym) {
    static const char *const bounds[][2] = {{"minval", "min"}, {"maxval", "max"}, {"step", "step"}};
    struct json_object *o = json_object_new_object();
    const char *const *names;
    type_of(s, sym->expr, &names);
    add(o, "type",
        json_object_new_string(sym->type == 'i'   ? "int"
                               : sym->type == 'f' ? "float"
                                                  : "bool"));
    if (sym->type == 'b')
        add(o, "default", json_object_new_boolean(sym->value > 0));
    else
        add(o, "default", number_of(sym->value, sym->type));
    for (size_t i = 0; sym->type != 'b' && i < 3; i++) {
        double v;
        int node = pine_arg(s, sym->expr, names, bounds[i][0]);
        /* the script is not changed by looking at a constant */
        if (node >= 0 && pine_constant((struct pine_script *)(uintptr_t)s, node, &v))
            add(o, bounds[i][1], number_of(v, sym->type));
    }
    struct pine_slice title = pine_string(s, pine_arg(s, sym->expr, names, "title"));
    if (title.len > 0)
        add(o, "help", json_object_new_string_len(title.at, (int)title.len));
    return o;
}

struct json_object *pine_params(const struct pine_script *s) {
    struct json_object *o = json_object_new_object();
    for (size_t i = 0; i < s->n_symbols; i++) {
        if (s->symbols[i].kind == PINE_INPUT && s->symbols[i].used)
            add(o, s->symbols[i].out, param(s, &s->symbols[i]));
    }
    return o;
}
