/* watch: a backtest of the service to its end. */
#include <stdlib.h>

#include "cli/client.h"
#include "lib/id.h"

static const struct option options[] = {
    {"json", 0, NULL, false, "the result as JSON"},
    {"csv", 0, "trades|equity", false, "that part of the result as CSV"},
    {"quiet", 'q', NULL, false, "no progress"},
    {NULL, 0, NULL, false, NULL},
};

static int verb(const struct args *a) {
    struct err e;
    struct json_object *ended = NULL;
    const char *id = args_at(a, 0);
    if (!show_options_good(a))
        return EXIT_USAGE;
    if (!id_valid(id))
        return usage_error(a, "'%.40s' is no id of a backtest", id);
    struct client *c = client_open(a, &e);
    if (!c)
        return fail(a, &e);
    int status;
    if (client_watch(c, id, args_flag(a, "quiet"), &ended, &e) == ERR_NONE)
        status = client_show(c, a, ended);
    else
        status = fail(a, &e);
    json_object_put(ended);
    client_close(c);
    return status;
}

const struct command cmd_watch = {
    .name = "watch",
    .summary = "follow a backtest of the service until it has ended",
    .usage = "ID [options]",
    .details =
        "Shows the progress on stderr and then the result, as submit --watch does. It may be "
        "started\n"
        "and stopped at any time; the exit status is 1 when the backtest failed or was cancelled.",
    .examples = "  candlemill watch bt_0123456789abcdef01234567\n"
                "  candlemill watch bt_0123456789abcdef01234567 --quiet --json > result.json",
    .options = options,
    .takes = TAKES_URL,
    .min_args = 1,
    .max_args = 1,
    .run = verb,
};
