/* Options: --name VALUE, --name=VALUE, -n VALUE; `--` ends them; a lone `-` is an argument. */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/strategy.h"

#define OPTIONS_MAX 64

static const struct option request_options[] = {
    {"symbol", 0, "NAME", false, "the market, as it is stored"},
    {"interval", 0, "I", false, "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"},
    {"start", 0, "DATE", false, "first day or time tested: 2024-01-01 or 2024-01-01T10:00:00Z"},
    {"end", 0, "DATE", false, "where the test ends; that bar is not in it"},
    {"strategy", 's', "NAME|FILE", true,
     "a built-in strategy, or a JSON file with one; again for more"},
    {"param", 'p', "KEY=VALUE", true, "a parameter of the --strategy before it"},
    {"profile", 0, "NAME", false, "candlemill (default) or backtesting.py"},
    {"set", 0, "KEY=JSON", true, "any word of a request: --set commission=0.001 --set fill=close"},
    {"request", 'r', "FILE|-", false, "a request as JSON; the other options go over it"},
    {NULL, 0, NULL, false, NULL},
};
static const struct option conf_options[] = {
    {"config", 'f', "FILE", false, "the configuration file ($CANDLEMILL_CONF)"},
    {"option", 'o', "KEY=VALUE", true, "a key of it: -o store.uri=sqlite:/tmp/my.db"},
    {NULL, 0, NULL, false, NULL},
};
static const struct option url_options[] = {
    {"url", 0, "URL", false, "the service ($CANDLEMILL_URL, else http://127.0.0.1:4000)"},
    {NULL, 0, NULL, false, NULL},
};
static const struct option help_options[] = {
    {"help", 'h', NULL, false, "this text"},
    {NULL, 0, NULL, false, NULL},
};

const struct option *command_option(const struct command *c, size_t i) {
    const struct option *const lists[] = {
        c->options,
        c->takes & TAKES_REQUEST ? request_options : NULL,
        c->takes & TAKES_CONF ? conf_options : NULL,
        c->takes & TAKES_URL ? url_options : NULL,
        help_options,
    };
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (const struct option *o = lists[k]; o && o->name; o++)
            if (i-- == 0)
                return o;
    return NULL;
}

int usage_error(const struct args *a, const char *fmt, ...) {
    va_list args;
    fprintf(stderr, "candlemill %s: ", a->command->name);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nTry: candlemill %s --help\n", a->command->name);
    return EXIT_USAGE;
}

static const struct option *by_name(const struct command *c, const char *name, size_t len) {
    const struct option *o;
    for (size_t i = 0; (o = command_option(c, i)) != NULL; i++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct option *by_letter(const struct command *c, char letter) {
    const struct option *o;
    for (size_t i = 0; (o = command_option(c, i)) != NULL; i++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static int unknown_option(const struct args *a, const char *text, const char *name) {
    const char *names[OPTIONS_MAX];
    size_t n = 0;
    const struct option *o;
    while (n < OPTIONS_MAX && (o = command_option(a->command, n)) != NULL)
        names[n++] = o->name;
    const char *near = name ? name_suggest(name, names, n) : NULL;
    if (near)
        return usage_error(a, "unknown option %s; did you mean --%s?", text, near);
    return usage_error(a, "unknown option %s", text);
}

static bool push(struct args *a, const struct option *o, const char *value) {
    if (a->n == ARGS_MAX) {
        usage_error(a, "too many arguments");
        return false;
    }
    if (o && !o->many && args_value(a, o->name) && o->value) {
        usage_error(a, "--%s is given twice", o->name);
        return false;
    }
    a->items[a->n].option = o;
    a->items[a->n++].value = value;
    return true;
}

/* One option at argv[*i]; moves *i over its value. */
static bool parse_option(struct args *a, int argc, char **argv, int *i) {
    const char *text = argv[*i];
    const struct option *o;
    const char *value = NULL;
    if (text[1] == '-') {
        const char *name = text + 2;
        size_t len = strcspn(name, "=");
        char copy[64] = "";
        o = by_name(a->command, name, len);
        if (len < sizeof copy)
            memcpy(copy, name, len);
        if (!o) {
            unknown_option(a, text, copy);
            return false;
        }
        if (name[len] == '=')
            value = name + len + 1;
    } else {
        o = by_letter(a->command, text[1]);
        if (!o) {
            unknown_option(a, text, NULL);
            return false;
        }
        if (text[2] != '\0')
            value = text + 2;
    }
    if (!o->value && value) {
        usage_error(a, "--%s takes no value", o->name);
        return false;
    }
    if (o->value && !value) {
        if (*i + 1 == argc) {
            usage_error(a, "--%s needs %s", o->name, o->value);
            return false;
        }
        value = argv[++*i];
    }
    return push(a, o, value);
}

bool args_parse(const struct command *c, int argc, char **argv, struct args *ret) {
    *ret = (struct args){.command = c};
    bool options = true;
    size_t plain = 0;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!parse_option(ret, argc, argv, &i))
                return false;
        } else {
            if (!push(ret, NULL, argv[i]))
                return false;
            plain++;
        }
    }
    if (args_flag(ret, "help"))
        return true;
    if (plain < c->min_args || plain > c->max_args) {
        usage_error(ret,
                    plain < c->min_args ? "an argument is missing (usage: candlemill %s %s)"
                                        : "too many arguments (usage: candlemill %s %s)",
                    c->name, c->usage);
        return false;
    }
    return true;
}

bool args_flag(const struct args *a, const char *name) {
    for (size_t i = 0; i < a->n; i++)
        if (a->items[i].option && strcmp(a->items[i].option->name, name) == 0)
            return true;
    return false;
}

const char *args_value(const struct args *a, const char *name) {
    const char *value = NULL;
    for (size_t i = 0; i < a->n; i++)
        if (a->items[i].option && strcmp(a->items[i].option->name, name) == 0)
            value = a->items[i].value;
    return value;
}

const char *args_at(const struct args *a, size_t i) {
    for (size_t k = 0; k < a->n; k++)
        if (!a->items[k].option && i-- == 0)
            return a->items[k].value;
    return NULL;
}

void command_help(const struct command *c, FILE *out) {
    const struct option *o;
    fprintf(out, "candlemill %s - %s\n\nUsage: candlemill %s%s%s\n", c->name, c->summary, c->name,
            c->usage[0] ? " " : "", c->usage);
    if (c->details)
        fprintf(out, "\n%s\n", c->details);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; (o = command_option(c, i)) != NULL; i++) {
        char left[64];
        char letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        fprintf(out, "  %-28s %s%s\n", left, o->help, o->many ? " (repeatable)" : "");
    }
    if (c->examples)
        fprintf(out, "\nExamples:\n%s\n", c->examples);
    fputs("\nExit status: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 invalid input.\n", out);
}
