/* Who may connect, from what websocketd says in the environment. */
#ifndef WS_DOOR_H
#define WS_DOOR_H

#include "lib/err.h"

/* Trusted mode (auth_trusted): ERR_FORBIDDEN with a sentence. */
enum err_code door_check(struct err *e);

#endif
