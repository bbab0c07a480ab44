/* doctor: does everything answer, and what to do where it does not. */
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "cli/table.h"
#include "lib/bus.h"

static const struct option options[] = {
    {NULL, 0, NULL, false, NULL},
};

struct doctor {
    bool color;
    int problems;
};

static void good(const struct doctor *d, const char *what, const char *text) {
    printf("%sok%s       %-14s %s\n", d->color ? "\033[32m" : "", d->color ? "\033[0m" : "", what,
           text);
}

static void bad(struct doctor *d, const char *what, const char *text, const char *todo) {
    printf("%sproblem%s  %-14s %s\n", d->color ? "\033[31m" : "", d->color ? "\033[0m" : "", what,
           text);
    printf("         %-14s -> %s\n", "", todo);
    d->problems++;
}

/* The address without user and password: what doctor prints is pasted into reports. */
static void shown_uri(const char *uri, char ret[static CONF_TEXT_MAX]) {
    const char *host = strrchr(uri, '@'), *from = strstr(uri, "://");
    if (host && from && host > from)
        snprintf(ret, CONF_TEXT_MAX, "%.*s…%s", (int)(from + 3 - uri), uri, host);
    else
        snprintf(ret, CONF_TEXT_MAX, "%s", uri);
}

static void look_at_store(struct doctor *d, const struct conf *conf) {
    char uri[CONF_TEXT_MAX];
    struct err e;
    char text[CONF_TEXT_MAX + ERR_MESSAGE_MAX + 8];
    const struct store_options options_of = {
        .sync_full = conf->store_sync_full, .timeout_ms = 3000, .program = "candlemill"};
    shown_uri(conf->store_uri, uri);
    struct store *store = store_open(conf->store_uri, &options_of, &e);
    enum err_code code = store ? store_ping(store, &e) : e.code;
    struct series_list list = {.n = 0};
    if (code == ERR_NONE)
        code = store_series(store, NULL, &list, &e);
    if (code != ERR_NONE) {
        snprintf(text, sizeof text, "%s: %s", uri, e.message);
        bad(d, "store", text,
            strncmp(conf->store_uri, "sqlite:", 7) == 0
                ? "the folder must exist and be writable for you: -o store.uri=sqlite:PATH"
                : "is the database server running, and is store.uri its address?");
    } else {
        snprintf(text, sizeof text, "%s (%zu series of candles)", uri, list.n);
        good(d, "store", text);
        if (list.n == 0)
            bad(d, "candles", "none are stored", "candlemill import FILE --symbol NAME");
        series_list_release(&list);
    }
    store_close(store);
}

static void look_at_bus(struct doctor *d, const struct conf *conf) {
    struct err e;
    char text[CONF_TEXT_MAX + ERR_MESSAGE_MAX + 8];
    struct bus *bus = bus_open(conf, &e);
    if (bus && bus_is_none(bus)) {
        good(d, "bus", "none: no live events, clients poll");
    } else if (!bus || bus_ping(bus, &e) != ERR_NONE) {
        snprintf(text, sizeof text, "%s: %s", conf->bus_uri, e.message);
        bad(d, "bus", text,
            "is redis-server running, and are bus.uri, bus.user and bus.password_file right? "
            "(Backtests run without it, only live events are missing.)");
    } else {
        good(d, "bus", conf->bus_uri);
    }
    bus_close(bus);
}

static void look_at_web(struct doctor *d, const struct args *a) {
    struct err e;
    char text[1200];
    struct client *c = client_open(a, &e);
    if (!c) {
        bad(d, "web address", e.message, "set CANDLEMILL_URL, or give --url");
        return;
    }
    struct json_object *version = client_get(c, "/api/version", &e);
    struct json_object *ready = version ? client_get(c, "/api/ready", &e) : NULL;
    const char *number = "?", *bus = "?";
    if (version && json_object_is_type(version, json_type_object))
        json_get_string(version, "version", &number, NULL);
    if (!version) {
        bad(d, "web address", e.message,
            "start the service: ./quickstart, or its units and the web server");
    } else if (!ready) {
        bad(d, "web address", e.message,
            "the service answers, but cannot work: see the store above");
    } else {
        json_get_string(ready, "bus", &bus, NULL);
        snprintf(text, sizeof text, "%s (version %s, bus %s)", client_url(c), number, bus);
        good(d, "web address", text);
        if (strcmp(number, PACKAGE_VERSION) != 0 && strcmp(number, "?") != 0) {
            snprintf(text, sizeof text, "the service is %s, this program is %s", number,
                     PACKAGE_VERSION);
            bad(d, "versions", text, "install both from the same version");
        }
    }
    json_object_put(version);
    json_object_put(ready);
    client_close(c);
}

static int verb(const struct args *a) {
    struct doctor d = {.color = may_color(stdout)};
    struct err e;
    struct conf conf;
    if (conf_from_args(a, &conf, &e) != ERR_NONE) {
        bad(&d, "configuration", e.message, "mend that line, or name another file with -f");
    } else {
        const char *file = args_value(a, "config");
        if (!file)
            file = getenv("CANDLEMILL_CONF");
        good(&d, "configuration", file ? file : "defaults and environment");
        look_at_store(&d, &conf);
        look_at_bus(&d, &conf);
    }
    look_at_web(&d, a);
    if (d.problems == 0)
        return EXIT_SUCCESS;
    fflush(stdout);
    fprintf(stderr, "%d problem%s\n", d.problems, d.problems == 1 ? "" : "s");
    return EXIT_FAILURE;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .summary = "check configuration, store, bus and web address, and say what to do",
    .usage = "[options]",
    .details = "The exit status is 1 when there is a problem.",
    .examples = "  candlemill doctor\n  candlemill doctor -f /etc/candlemill/candlemill.conf",
    .options = options,
    .takes = TAKES_CONF | TAKES_URL,
    .run = verb,
};
