/* candlemill-ws: one WebSocket connection, run by websocketd. stdin: commands, stdout: events, one
 * JSON object a line. It links no store: what Redis does not know it asks for. */
#include <fcntl.h>
#include <stdio.h>
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

int main(int argc, char **argv) {
    struct conf conf;
    struct err e = {0};
    const char *file = NULL, *settings[32];
    size_t n = 0;
    bool check = false;
    int c;

    while ((c = getopt(argc, argv, "c:o:nh")) != -1) {
        if (c == 'c')
            file = optarg;
        else if (c == 'o' && n < sizeof settings / sizeof *settings)
            settings[n++] = optarg;
        else if (c == 'n')
            check = true;
        else
            return usage(c == 'h' ? stdout : stderr);
    }
    if (optind < argc)
        return usage(stderr);
    log_init("candlemill-ws", LOG_INFO_L);
    proc_signals();
    never_block_on_stderr();

    enum err_code code = conf_load(&conf, file, &e);
    for (size_t i = 0; i < n && code == ERR_NONE; i++)
        code = conf_set(&conf, settings[i], &e);
    if (check && code != ERR_NONE)
        log_fatal("%s", e.message);
    if (check)
        return 0;
    if (code != ERR_NONE)
        return refuse("internal", &e, NEVER_MS);
    log_init("candlemill-ws", (enum log_level)conf.log_level);
    if (door_check(&e) != ERR_NONE)
        return refuse("forbidden", &e, NEVER_MS);
    if (strcmp(conf.bus_uri, "none") == 0) {
        err_set(&e, ERR_UNAVAILABLE, "there are no live events here: bus.uri = none");
        return refuse("bus", &e, NEVER_MS);
    }

    struct bus *bus = bus_open(&conf, &e);
    struct bus_sub *sub = bus ? bus_sub_open(&conf, &e) : NULL;
    struct session_setup setup = {.in = STDIN_FILENO,
                                  .out = STDOUT_FILENO,
                                  .bus = bus,
                                  .sub = sub,
                                  .times = &feed_times_default,
                                  .patience_ms = SESSION_PATIENCE_MS};
    int status = sub ? session_run(&setup) : refuse("bus", &e, NEVER_MS);
    bus_sub_close(sub);
    bus_close(bus);
    return status;
}
