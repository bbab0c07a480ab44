/* cancel: ends a backtest of the service. */
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "lib/id.h"

static const struct option options[] = {
    {"json", 0, NULL, false, "the backtest as it ended, as JSON"},
    {NULL, 0, NULL, false, NULL},
};

static int cancel(struct client *c, const struct args *a, const char *id) {
    struct err e;
    struct reply r;
    struct json_object *ended = NULL;
    char path[160];
    const char *status = "";
    snprintf(path, sizeof path, "/api/algo/backtest/%s/cancel", id);
    reply_init(&r);
    if (client_call(c, "POST", path, "{}", NULL, &r, &e) == ERR_NONE)
        ended = reply_tree(&r, &e);
    reply_release(&r);
    if (!ended)
        return fail(a, &e);
    json_get_string(ended, "status", &status, NULL);
    if (args_flag(a, "json"))
        print_tree(ended);
    else if (strcmp(status, "cancelled") == 0)
        printf("%s is cancelled\n", id);
    else
        printf("%s had ended already: %s\n", id, status);
    json_object_put(ended);
    return EXIT_SUCCESS;
}

static int verb(const struct args *a) {
    struct err e;
    const char *id = args_at(a, 0);
    if (!id_valid(id))
        return usage_error(a, "'%.40s' is no id of a backtest", id);
    struct client *c = client_open(a, &e);
    int status = c ? cancel(c, a, id) : fail(a, &e);
    client_close(c);
    return status;
}

const struct command cmd_cancel = {
    .name = "cancel",
    .summary = "end a backtest of the service",
    .usage = "ID [options]",
    .details = "One that has ended already keeps its end, and says which.",
    .examples = "  candlemill cancel bt_0123456789abcdef01234567",
    .options = options,
    .takes = TAKES_URL,
    .min_args = 1,
    .max_args = 1,
    .run = verb,
};
