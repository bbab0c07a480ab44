/* Configuration: one table of keys (lib/conf.c), read from a file, then the environment, then -o.
 * A key "store.uri" is CANDLEMILL_STORE_URI in the environment. Every key is in
 * candlemill.conf.example; a test compares the two. */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

#define CONF_TEXT_MAX 512

struct conf {
    char store_uri[CONF_TEXT_MAX];
    bool store_sync_full; /* store.sync = full | normal */
    char bus_uri[CONF_TEXT_MAX];
    char bus_user[64];
    char bus_password_file[CONF_TEXT_MAX];
    char auth_mode[16]; /* trusted */
    int64_t log_level;  /* enum log_level */

    int64_t worker_runners;           /* processes; 0: all work is foreign; -1: one a core */
    int64_t worker_lease;             /* s */
    int64_t worker_drain;             /* s a running job gets after SIGTERM before it is released */
    int64_t worker_memory;            /* MB a job may use */
    int64_t worker_cpu;               /* s of CPU time a job may use */
    char worker_slots[CONF_TEXT_MAX]; /* folder of the slot locks */
    char worker_cache[CONF_TEXT_MAX]; /* folder of decoded columns; empty: no cache */
    char worker_history[CONF_TEXT_MAX]; /* file that every start and end is appended to; empty: none
                                         */

    bool relay_tasks, relay_events;
    int64_t relay_silence;  /* s */
    int64_t relay_patience; /* s */

    int64_t user_running; /* jobs of one user at once */
    int64_t user_queued;  /* open jobs of one user */
};

/* Defaults, then the file (NULL: $CANDLEMILL_CONF, else the installed one; absent is fine unless it
 * was named), then the environment. Unknown key, wrong type or range: ERR_INVALID with the line. */
enum err_code conf_load(struct conf *c, const char *file, struct err *e);

/* One "key=value" of -o. */
enum err_code conf_set(struct conf *c, const char *assignment, struct err *e);

/* "key = value" lines with help, as in the example file: what -n -v prints. */
void conf_print(const struct conf *c, struct buf *out);

/* Key names in table order; NULL past the end. */
const char *conf_key_at(int i);

#endif
