/* candlemill: the engine, the store and the service from a shell. */
#include <string.h>

#include "cli/cli.h"
#include "engine/strategy.h"

static const struct command *const commands[] = {
    &cmd_run,
    &cmd_submit,
    &cmd_watch,
    &cmd_list,
    &cmd_show,
    &cmd_cancel,
    &cmd_import,
    &cmd_candles_list,
    &cmd_candles_generate,
    &cmd_candles_export,
    &cmd_candles_delete,
    &cmd_strategy_list,
    &cmd_strategy_show,
    &cmd_strategy_check,
    &cmd_strategy_import,
    &cmd_strategy_schema,
    &cmd_functions,
    &cmd_metrics,
    &cmd_doctor,
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out, const char *group) {
    fputs("candlemill - backtest trading strategies\n\n"
          "Usage: candlemill COMMAND [options]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        if (!group || strncmp(commands[i]->name, group, strlen(group)) == 0)
            fprintf(out, "  %-18s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\ncandlemill COMMAND --help tells everything about one of them.\n\n"
          "Environment:\n"
          "  CANDLEMILL_URL     the service of submit, watch, list, show, cancel\n"
          "  CANDLEMILL_CONF    the configuration file of run, import, candles, doctor\n"
          "  NO_COLOR           no colours\n\n"
          "Data goes to stdout, progress and errors to stderr.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 invalid input.\n",
          out);
}

static int print_version(void) {
    puts("candlemill " PACKAGE_VERSION "\n"
         "Apache License 2.0. There is no warranty, to the extent permitted by law.");
    return 0;
}

/* The row whose words argv begins with; *ret_words: how many. */
static const struct command *find(int argc, char **argv, int *ret_words) {
    for (size_t i = 0; i < COMMANDS; i++) {
        const char *name = commands[i]->name, *second = strchr(name, ' ');
        size_t len = second ? (size_t)(second - name) : strlen(name);
        if (strlen(argv[0]) != len || strncmp(argv[0], name, len) != 0)
            continue;
        if (second && (argc < 2 || strcmp(argv[1], second + 1) != 0))
            continue;
        *ret_words = second ? 2 : 1;
        return commands[i];
    }
    return NULL;
}

/* "candles" alone, or with a word that is none of its own. */
static int unknown_command(int argc, char **argv) {
    const char *names[COMMANDS];
    char group[32];
    snprintf(group, sizeof group, "%.30s ", argv[0]);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strncmp(commands[i]->name, group, strlen(group)) == 0) {
            bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
            print_help(help ? stdout : stderr, group);
            return help ? 0 : EXIT_USAGE;
        }
        names[i] = commands[i]->name;
    }
    const char *near = name_suggest(argv[0], names, COMMANDS);
    fprintf(stderr, "candlemill: unknown command '%.40s'%s%s%s\nTry: candlemill --help\n", argv[0],
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    int words;
    argc--;
    argv++;
    if (argc == 0) {
        print_help(stderr, NULL);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0)
        return print_version();
    bool help = strcmp(argv[0], "help") == 0;
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || (help && argc == 1)) {
        print_help(stdout, NULL);
        return 0;
    }
    if (help) {
        argc--;
        argv++;
    }
    const struct command *command = find(argc, argv, &words);
    if (!command)
        return unknown_command(argc, argv);
    struct args args;
    if (!help && !args_parse(command, argc - words, argv + words, &args))
        return EXIT_USAGE;
    if (help || args_flag(&args, "help")) {
        command_help(command, stdout);
        return 0;
    }
    int status = command->run(&args);
    return status == 0 ? close_output(&args) : status;
}
