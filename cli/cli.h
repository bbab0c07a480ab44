/* The command line: rows of verbs, their options, and what they share. A verb is one cmd_*.c that
 * owns its row; main.c lists the rows and enforces what they say. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/store.h"

#define EXIT_USAGE 2

/* --- options ---------------------------------------------------------------------------------- */

struct option {
    const char *name;  /* "symbol", given as --symbol */
    char letter;       /* 'f' for -f, or 0 */
    const char *value; /* "FILE" when it takes one, NULL for a flag */
    bool many;         /* may be given more than once */
    const char *help;
};

/* Options that several verbs have. */
enum {
    TAKES_REQUEST = 1, /* --symbol --interval --start --end --strategy --param --set --profile … */
    TAKES_CONF = 2,    /* -f, -o: what opens the store */
    TAKES_URL = 4      /* --url: the service */
};

struct command;

#define ARGS_MAX 512

struct args {
    const struct command *command;
    struct {
        const struct option *option; /* NULL: an argument that is no option */
        const char *value;
    } items[ARGS_MAX];
    size_t n;
};

struct command {
    const char *name;    /* "run", "candles list" */
    const char *summary; /* one line */
    const char *usage;   /* what follows the name: "FILE [options]" */
    const char *details; /* paragraphs, or NULL */
    const char *examples;
    const struct option *options; /* ends with a row without name */
    unsigned takes;
    size_t min_args, max_args;
    int (*run)(const struct args *a); /* the exit status */
};

/* False: a usage error, said on stderr. */
bool args_parse(const struct command *c, int argc, char **argv, struct args *ret);
bool args_flag(const struct args *a, const char *name);
const char *args_value(const struct args *a, const char *name); /* the last one, or NULL */
const char *args_at(const struct args *a, size_t i); /* i-th argument that is no option, or NULL */

/* The row's option at i, own ones first, then the shared ones; NULL past the end. */
const struct option *command_option(const struct command *c, size_t i);
void command_help(const struct command *c, FILE *out);

/* "candlemill run: message" on stderr; the exit status that belongs to it. */
int fail(const struct args *a, const struct err *e);

/* The same for a mistake in the tree: shows the line it points at, and where in it. */
int fail_in(const struct args *a, const struct err *e, struct json_object *tree);
__attribute__((format(printf, 2, 3))) int usage_error(const struct args *a, const char *fmt, ...);

/* --- what verbs share ------------------------------------------------------------------------- */

/* The whole file, "-" for stdin. */
enum err_code read_input(const char *path, size_t max, struct buf *ret, struct err *e);

/* A request out of the options, as one flat object (userId stays in it). Caller frees. NULL: *e;
 * ret_usage: the mistake is one of usage. */
struct json_object *request_from_args(const struct args *a, bool *ret_usage, struct err *e);

/* Configuration by -f and -o, and the store it names. */
enum err_code conf_from_args(const struct args *a, struct conf *ret, struct err *e);
struct store *store_from_args(const struct args *a, struct err *e);

/* stdout gets a JSON value of several lines, or one line of text. */
void print_tree(struct json_object *o);

/* A finished backtest's body for people: figures, strategies, warnings, why there are no trades. */
void print_result(struct json_object *body, bool everything);

/* Parts of it: equity as a line of blocks; months, falls, groups of trades (`everything`: weekdays
 * and hours too). */
void print_sparkline(struct json_object *breakdowns);
void print_breakdowns(struct json_object *breakdowns, bool everything);

/* --json and --csv trades|equity are what they must be; else it is said. */
bool show_options_good(const struct args *a);

/* Everything written? Else says so; the exit status. */
int close_output(const struct args *a);

/* --- verbs ------------------------------------------------------------------------------------ */

extern const struct command cmd_run, cmd_submit, cmd_watch, cmd_list, cmd_show, cmd_cancel,
    cmd_import, cmd_candles_list, cmd_candles_generate, cmd_candles_export, cmd_candles_delete,
    cmd_strategy_list, cmd_strategy_show, cmd_strategy_check, cmd_strategy_import,
    cmd_strategy_schema, cmd_functions, cmd_metrics, cmd_doctor;

#endif
