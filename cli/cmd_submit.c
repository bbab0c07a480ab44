/* submit: a backtest to the service. */
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"

static const struct option options[] = {
    {"watch", 'w', NULL, false, "stay until it has ended and show the result"},
    {"json", 0, NULL, false, "JSON: the accepted backtest, or with --watch its result"},
    {"csv", 0, "trades|equity", false, "with --watch: that part of the result as CSV"},
    {"quiet", 'q', NULL, false, "no progress"},
    {NULL, 0, NULL, false, NULL},
};

static struct json_object *post(struct client *c, struct json_object *request, struct err *e) {
    struct reply r;
    struct json_object *accepted = NULL;
    char *text = json_text(request);
    if (!text) {
        err_set(e, ERR_INTERNAL, "out of memory");
        return NULL;
    }
    reply_init(&r);
    if (client_call(c, "POST", "/api/algo/backtest", text, NULL, &r, e) == ERR_NONE)
        accepted = reply_tree(&r, e);
    reply_release(&r);
    free(text);
    return accepted;
}

static int follow(struct client *c, const struct args *a, const char *id) {
    struct json_object *ended = NULL;
    struct err e;
    if (client_watch(c, id, args_flag(a, "quiet"), &ended, &e) != ERR_NONE)
        return fail(a, &e);
    int status = client_show(c, a, ended);
    json_object_put(ended);
    return status;
}

static int submit(struct client *c, const struct args *a, struct json_object *request) {
    struct err e;
    const char *id = NULL;
    struct json_object *accepted = post(c, request, &e);
    if (!accepted)
        return fail_in(a, &e, request);
    int status = EXIT_SUCCESS;
    if (!json_get_string(accepted, "backtestId", &id, NULL)) {
        err_set(&e, ERR_INTERNAL, "the service gave no backtestId");
        status = fail(a, &e);
    } else if (args_flag(a, "watch")) {
        if (!args_flag(a, "quiet"))
            fprintf(stderr, "Submitted %s\n", id);
        status = follow(c, a, id);
    } else if (args_flag(a, "json")) {
        print_tree(accepted);
    } else {
        puts(id);
    }
    json_object_put(accepted);
    return status;
}

static int verb(const struct args *a) {
    struct err e;
    bool usage;
    if (!show_options_good(a))
        return EXIT_USAGE;
    struct json_object *request = request_from_args(a, &usage, &e);
    if (!request)
        return usage ? usage_error(a, "%s", e.message) : fail(a, &e);
    struct client *c = client_open(a, &e);
    int status = c ? submit(c, a, request) : fail(a, &e);
    client_close(c);
    json_object_put(request);
    return status;
}

const struct command cmd_submit = {
    .name = "submit",
    .summary = "send a backtest to the service",
    .usage = "--symbol S --interval I --strategy NAME|FILE [options]",
    .details =
        "Takes the same words as run, sends them to the service and prints the id of the "
        "backtest.\n"
        "With --watch it stays, shows the progress and prints the result; the exit status then is\n"
        "that of the backtest: 1 when it failed or was cancelled. Interrupting it (Ctrl-C) does "
        "not\n"
        "stop the backtest: cancel does.",
    .examples =
        "  candlemill submit --symbol SAMPLE-BTC --interval 1h -s sma -s rsi --watch\n"
        "  id=$(candlemill submit --request request.json) && candlemill watch $id\n"
        "  candlemill submit --symbol SAMPLE-BTC --interval 1h -s sma --set 'tags=[\"try\"]'",
    .options = options,
    .takes = TAKES_REQUEST | TAKES_URL,
    .run = verb,
};
