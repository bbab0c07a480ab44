/* candlemill-ws: one WebSocket connection, run by websocketd. stdin: commands, stdout: events, one
 * JSON object a line. It links no store: what Redis does not know it asks for. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/bus.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "ws/door.h"
#include "ws/session.h"

#define NEVER_MS 300000 /* a client that comes back unchanged would be refused again */

static int usage(FILE *to) {
    fputs("usage: candlemill-ws [-c FILE] [-o KEY=VALUE]... [-n]\n"
          "  run by websocketd, one process a connection\n"
          "  -c FILE       configuration (else $CANDLEMILL_CONF)\n"
          "  -o KEY=VALUE  sets one key of it\n"
          "  -n            checks the configuration and exits\n",
          to);
    return to == stderr ? 2 : 0;
}

/* websocketd stops reading a child's stderr for good after one long line; a full pipe must not stop
 * us. Only a pipe: a terminal is shared with others. */
static void never_block_on_stderr(void) {
    struct stat st;
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    if (flags >= 0 && fstat(STDERR_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
        (void)fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
}

static int refuse(const char *code, const struct err *e, int retry_ms) {
    session_refuse(STDOUT_FILENO, code, e->message, retry_ms);
    return 1;
}

struct options {
    const char *file, *settings[32];
    size_t n;
    bool check;
};

static enum err_code load(struct conf *conf, const struct options *o, struct err *e) {
    enum err_code code = conf_load(conf, o->file, e);
    for (size_t i = 0; i < o->n && code == ERR_NONE; i++)
        code = conf_set(conf, o->settings[i], e);
    return code;
}

/* What the session stands on, or the exit status. The configuration (on the heap, where its place
 * is used again) is gone before the session begins. */
static int prepare(const struct options *o, struct session_setup *ret) {
    struct err e = {0};
    struct conf *conf = malloc(sizeof *conf);
    int status = 0;

    if (!conf || load(conf, o, &e) != ERR_NONE) {
        if (o->check)
            log_fatal("%s", e.message);
        status = refuse("internal", &e, NEVER_MS);
    } else if (!o->check) {
        log_init("candlemill-ws", (enum log_level)conf->log_level);
        if (door_check(&e) != ERR_NONE) {
            status = refuse("forbidden", &e, NEVER_MS);
        } else if (strcmp(conf->bus_uri, "none") == 0) {
            err_set(&e, ERR_UNAVAILABLE, "there are no live events here: bus.uri = none");
            status = refuse("bus", &e, NEVER_MS);
        } else {
            ret->bus = bus_open(conf, &e);
            ret->sub = ret->bus ? bus_sub_open(conf, &e) : NULL;
            status = ret->sub ? 0 : refuse("bus", &e, NEVER_MS);
        }
    }
    free(conf);
    return status;
}

int main(int argc, char **argv) {
    struct options o = {0};
    struct session_setup setup = {.in = STDIN_FILENO,
                                  .out = STDOUT_FILENO,
                                  .times = &feed_times_default,
                                  .patience_ms = SESSION_PATIENCE_MS};
    int c;

    while ((c = getopt(argc, argv, "c:o:nh")) != -1) {
        if (c == 'c')
            o.file = optarg;
        else if (c == 'o' && o.n < sizeof o.settings / sizeof *o.settings)
            o.settings[o.n++] = optarg;
        else if (c == 'n')
            o.check = true;
        else
            return usage(c == 'h' ? stdout : stderr);
    }
    if (optind < argc)
        return usage(stderr);
    log_init("candlemill-ws", LOG_INFO_L);
    proc_signals();
    never_block_on_stderr();

    int status = prepare(&o, &setup);
    if (status == 0 && !o.check)
        status = session_run(&setup);
    bus_sub_close(setup.sub);
    bus_close(setup.bus);
    return status;
}
