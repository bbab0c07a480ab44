/* show: a backtest of the service as it is now. */
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "lib/id.h"

static const struct option options[] = {
    {"json", 0, NULL, false, "the result as JSON; before the end, the backtest"},
    {"csv", 0, "trades|equity", false, "that part of the result as CSV"},
    {NULL, 0, NULL, false, NULL},
};

static int verb(const struct args *a) {
    struct err e;
    char path[160];
    const char *id = args_at(a, 0);
    if (!show_options_good(a))
        return EXIT_USAGE;
    if (!id_valid(id))
        return usage_error(a, "'%.40s' is no id of a backtest", id);
    struct client *c = client_open(a, &e);
    if (!c)
        return fail(a, &e);
    snprintf(path, sizeof path, "/api/algo/backtest/%s", id);
    struct json_object *backtest = client_get(c, path, &e);
    int status = backtest ? client_show(c, a, backtest) : fail(a, &e);
    json_object_put(backtest);
    client_close(c);
    return status;
}

const struct command cmd_show = {
    .name = "show",
    .summary = "show a backtest of the service, with its result when it has one",
    .usage = "ID [options]",
    .details = "Prints the result of a completed backtest, else its state. The exit status is 1 "
               "when it failed\n"
               "or was cancelled, 3 when there is no such backtest.",
    .examples = "  candlemill show bt_0123456789abcdef01234567\n"
                "  candlemill show bt_0123456789abcdef01234567 --csv trades",
    .options = options,
    .takes = TAKES_URL,
    .min_args = 1,
    .max_args = 1,
    .run = verb,
};
