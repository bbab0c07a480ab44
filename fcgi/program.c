#include "fcgi/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fcgi/serve.h"
#include "lib/log.h"
#include "lib/proc.h"

#define SETTINGS_MAX 64 /* -o on one command line; there are fewer keys */

struct options {
    const char *file;
    const char *settings[SETTINGS_MAX];
    size_t n_settings;
    bool check, verbose, routes;
};

static bool read_options(int argc, char **argv, struct options *o) {
    int option;
    while ((option = getopt(argc, argv, "f:nRo:v")) != -1) {
        switch (option) {
        case 'f':
            o->file = optarg;
            break;
        case 'n':
            o->check = true;
            break;
        case 'R':
            o->routes = true;
            break;
        case 'v':
            o->verbose = true;
            break;
        case 'o':
            if (o->n_settings == SETTINGS_MAX)
                return false;
            o->settings[o->n_settings++] = optarg;
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

static void print(struct buf *out) {
    if (out->data)
        fwrite(out->data, 1, out->len, stdout);
    buf_release(out);
}

int program_run(int argc, char **argv, const char *name, const struct route *const *routes) {
    struct app app = {.program = name, .routes = routes};
    struct options options = {0};
    struct err e;
    struct buf out;

    log_init(name, LOG_INFO_L);
    /* A server hands the words of a query without "=" to a CGI program as arguments (RFC 3875 4.4):
     * those are a stranger's, so a CGI process takes its configuration from the environment only.
     */
    if (!getenv("GATEWAY_INTERFACE") && !read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: %s [-nRv] [-f FILE] [-o KEY=VALUE]...\n", name);
        return 2;
    }
    buf_init(&out, 1U << 20);
    if (options.routes) {
        router_print(&app, &out);
        print(&out);
        return EXIT_SUCCESS;
    }
    if (conf_load(&app.conf, options.file, &e) != ERR_NONE)
        log_fatal("%s", e.message);
    for (size_t i = 0; i < options.n_settings; i++)
        if (conf_set(&app.conf, options.settings[i], &e) != ERR_NONE)
            log_fatal("-o %s: %s", options.settings[i], e.message);
    log_init(name, options.verbose ? LOG_DEBUG_L : (enum log_level)app.conf.log_level);
    if (options.check) {
        if (options.verbose)
            conf_print(&app.conf, &out);
        buf_str(&out, "configuration OK\n");
        print(&out);
        return EXIT_SUCCESS;
    }
    proc_memory();
    proc_signals();
    if (app_open(&app, &e) != ERR_NONE)
        log_fatal("%s", e.message);
    int status = serve(&app);
    app_close(&app);
    return status;
}
