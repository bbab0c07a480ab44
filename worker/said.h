/* What has been logged already about messages that anybody may publish: a stranger must not be able
 * to fill the log by sending the same nonsense again. */
#ifndef WORKER_SAID_H
#define WORKER_SAID_H

#include <stddef.h>
#include <stdint.h>

#define SAID_MAX 512 /* newest kept */

struct said {
    uint64_t hashes[SAID_MAX];
    size_t next;
};

/* Logs "<channel>: <why>: <start of the message>" the first time. about: what makes it the same
 * again (an id, or the message itself). */
void said_once(struct said *s, const char *channel, const char *why, const char *about,
               const char *message);

#endif
