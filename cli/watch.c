/* A backtest of the service, followed to its end. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/client.h"
#include "cli/progress.h"
#include "lib/clock.h"

#define POLL_MS    150 /* an unchanged backtest costs the service an ETag */
#define PATIENCE_S 30  /* the service may be away so long: it is being restarted */
#define PENDING_S  10  /* then somebody should look whether a worker runs */

static void wait_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

struct watched {
    const char *status;
    double progress;
};

static struct watched look(struct json_object *backtest) {
    struct watched w = {"", 0};
    json_get_string(backtest, "status", &w.status, NULL);
    json_get_number(backtest, "progress", &w.progress, NULL);
    return w;
}

static bool ended(const char *status) {
    return strcmp(status, "completed") == 0 || strcmp(status, "failed") == 0 ||
           strcmp(status, "cancelled") == 0;
}

/* Like client_call for one GET, but bears with a service that is away for a while. */
static enum err_code poll_once(struct client *c, const char *path, struct reply *r,
                               int64_t *away_since, struct err *e) {
    enum err_code code = client_call(c, "GET", path, NULL, NULL, r, e);
    int64_t now = clock_mono_ms();
    if (code != ERR_UNAVAILABLE) {
        *away_since = 0;
        return code;
    }
    if (*away_since == 0)
        *away_since = now;
    if (now - *away_since > PATIENCE_S * 1000)
        return code;
    r->status = 304; /* nothing new */
    return ERR_NONE;
}

enum err_code client_watch(struct client *c, const char *id, bool quiet, struct json_object **ret,
                           struct err *e) {
    char path[160];
    struct reply r;
    struct progress bar;
    int64_t away_since = 0, began = clock_mono_ms();
    bool hinted = quiet;
    snprintf(path, sizeof path, "/api/algo/backtest/%s", id);
    reply_init(&r);
    progress_init(&bar, quiet, 0);
    enum err_code code;
    struct json_object *backtest = NULL;
    bool first = true;
    while ((code = first ? client_call(c, "GET", path, NULL, NULL, &r, e)
                         : poll_once(c, path, &r, &away_since, e)) == ERR_NONE) {
        first = false;
        if (r.status != 304) {
            json_object_put(backtest);
            backtest = reply_tree(&r, e);
            if (!backtest) {
                code = e->code;
                break;
            }
        }
        struct watched w = look(backtest);
        if (ended(w.status))
            break;
        bool pending = strcmp(w.status, "pending") == 0;
        progress_show(&bar, w.progress / 100, 0, "", pending ? "waiting for a worker" : w.status);
        if (pending && !hinted && clock_mono_ms() - began > PENDING_S * 1000) {
            progress_clear(&bar);
            fputs("Still waiting for a worker: is candlemilld running? (candlemill doctor)\n",
                  stderr);
            hinted = true;
        }
        wait_ms(POLL_MS);
    }
    progress_clear(&bar);
    reply_release(&r);
    if (code == ERR_NONE)
        *ret = backtest;
    else
        json_object_put(backtest);
    return code;
}

/* The part of a completed backtest that was asked for, straight to stdout. */
static int copy_answer(struct client *c, const struct args *a, const char *path,
                       const char *accept) {
    struct reply r;
    struct err e;
    reply_init(&r);
    enum err_code code = client_call(c, "GET", path, NULL, accept, &r, &e);
    if (code == ERR_NONE) {
        fwrite(r.body.data ? r.body.data : "", 1, r.body.len, stdout);
        if (r.body.len > 0 && r.body.data[r.body.len - 1] != '\n')
            putchar('\n');
    }
    reply_release(&r);
    return code == ERR_NONE ? EXIT_SUCCESS : fail(a, &e);
}

int client_show(struct client *c, const struct args *a, struct json_object *backtest) {
    char path[200];
    const char *id = "", *status = "", *error = NULL, *csv = args_value(a, "csv");
    json_get_string(backtest, "backtestId", &id, NULL);
    json_get_string(backtest, "status", &status, NULL);
    json_get_string(backtest, "error", &error, NULL);
    if (strcmp(status, "completed") != 0) {
        if (args_flag(a, "json"))
            print_tree(backtest);
        else if (error)
            fprintf(stderr, "%s %s: %s\n", id, status, error);
        else
            printf("%s is %s\n", id, status);
        return strcmp(status, "failed") == 0 || strcmp(status, "cancelled") == 0 ? EXIT_FAILURE
                                                                                 : EXIT_SUCCESS;
    }
    if (csv) {
        snprintf(path, sizeof path, "/api/algo/backtest/%s/%s", id, csv);
        return copy_answer(c, a, path, "text/csv");
    }
    snprintf(path, sizeof path, "/api/algo/backtest/%s/result", id);
    if (args_flag(a, "json"))
        return copy_answer(c, a, path, NULL);
    struct err e;
    struct json_object *body = client_get(c, path, &e);
    if (!body)
        return fail(a, &e);
    print_result(body, false);
    json_object_put(body);
    return EXIT_SUCCESS;
}
