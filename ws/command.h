/* What a client may say: one JSON object a line, {"event","data"}. websocketd splits a message at
 * its newlines and glues binary ones together, so each line is judged as if it were a message. */
#ifndef WS_COMMAND_H
#define WS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/limits.h"

enum command_kind { COMMAND_PING, COMMAND_SUBSCRIBE, COMMAND_UNSUBSCRIBE };

struct command {
    enum command_kind kind;
    char user_id[USER_MAX]; /* empty: not given */
    char id[ID_MAX];        /* empty: not given */
};

/* False: *e says what is wrong with the line (ERR_INVALID). */
bool command_parse(const char *line, size_t len, struct command *ret, struct err *e);

#endif
