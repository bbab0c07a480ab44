/* candlemilld: works off backtests. One supervisor a host; its runners are this same program. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "worker/must.h"
#include "worker/runner.h"
#include "worker/supervisor.h"

#define EXIT_USAGE 2

static void usage(FILE *to) {
    fputs("usage: candlemilld [-nv] [-f FILE] [-o KEY=VALUE]... [--until-idle]\n"
          "  -f FILE         configuration file\n"
          "  -o KEY=VALUE    one setting, stronger than file and environment; may be repeated\n"
          "  -n              check the configuration and exit (with -v: print it)\n"
          "  -v              log more\n"
          "  --until-idle    work off what is queued, then exit\n"
          "  --version\n"
          "SIGTERM drains, SIGHUP reloads.\n",
          to);
}

enum err_code options_load(const struct options *o, struct conf *ret, struct err *e) {
    struct conf c;
    if (conf_load(&c, o->file, e) != ERR_NONE)
        return e->code;
    for (int i = 0; i < o->n_settings; i++)
        if (conf_set(&c, o->settings[i], e) != ERR_NONE)
            return e->code;
    if (o->verbose && c.log_level < LOG_DEBUG_L)
        c.log_level = LOG_DEBUG_L;
    *ret = c;
    return ERR_NONE;
}

static int check(const struct conf *conf, bool verbose) {
    struct buf text;
    buf_init(&text, 1 << 20);
    if (verbose) {
        conf_print(conf, &text);
        if (text.data)
            fputs(text.data, stdout);
    }
    buf_release(&text);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    static const struct option words[] = {{"until-idle", no_argument, NULL, 'u'},
                                          {"version", no_argument, NULL, 'V'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct options o = {0};
    struct conf conf;
    struct err e;
    bool only_check = false;
    int c;
    log_init("candlemilld", LOG_INFO_L);
    proc_memory();
    if (argc == 2 && strcmp(argv[1], RUNNER_OPTION) == 0)
        return runner_main();
    o.settings = must_have((size_t)argc, sizeof(char *));
    while ((c = getopt_long(argc, argv, "f:no:v", words, NULL)) != -1) {
        switch (c) {
        case 'f':
            o.file = optarg;
            break;
        case 'n':
            only_check = true;
            break;
        case 'o':
            o.settings[o.n_settings++] = optarg;
            break;
        case 'v':
            o.verbose = true;
            break;
        case 'u':
            o.until_idle = true;
            break;
        case 'V':
            puts("candlemilld " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            usage(stdout);
            return EXIT_SUCCESS;
        default:
            usage(stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (options_load(&o, &conf, &e) != ERR_NONE) {
        log_error("%s", e.message);
        return err_exit_status(e.code);
    }
    if (o.until_idle && conf.worker_runners == 0) {
        log_error("--until-idle needs runners: worker.runners is 0");
        return EXIT_USAGE;
    }
    if (only_check)
        return check(&conf, o.verbose);
    log_init("candlemilld", (enum log_level)conf.log_level);
    int status = supervisor_main(&o, &conf);
    free(o.settings);
    return status;
}
