/* What every program does around its loop: the common options, signals as flags, readiness. */
#ifndef LIB_PROC_H
#define LIB_PROC_H

#include <signal.h>
#include <stdbool.h>

#include "lib/conf.h"

/* Set by handlers only. */
extern volatile sig_atomic_t proc_terminate; /* SIGTERM or SIGINT, counted */
extern volatile sig_atomic_t proc_reload;    /* SIGHUP */
extern volatile sig_atomic_t proc_child;     /* SIGCHLD */

/* SIGPIPE ignored; the flags above armed without SA_RESTART, so a blocking call returns with EINTR.
 */
void proc_signals(void);

/* A datagram to $NOTIFY_SOCKET ("READY=1"); nothing without it. */
void proc_notify(const char *state);

/* Writes it all, through EINTR and partial writes. False: errno says why. */
bool write_all(int fd, const void *data, size_t len);

/* At the start: what a large request or job took goes back to the system when it is freed, and the
 * scratch of a small one stays. (Left alone, malloc keeps a heap as large as the largest upload.)
 */
void proc_memory(void);

/* Makes a folder and its parents (0700), like mkdir -p. False: errno. */
bool make_folder(const char *path);

#endif
