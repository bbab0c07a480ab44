#include "worker/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/limits.h"
#include "lib/log.h"

int history_open(const char *path) {
    if (path[0] == '\0')
        return -1;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        log_error("worker.history: %s: %s", path, strerror(errno));
    return fd;
}

void history_add(int fd, const char *id, int attempt, const char *word) {
    char line[ID_MAX + 64];
    if (fd < 0)
        return;
    int n = snprintf(line, sizeof line, "%s %d %s %lld\n", id, attempt, word,
                     (long long)clock_mono_ms());
    if (write(fd, line, (size_t)n) != n)
        log_error("worker.history: %s", strerror(errno));
}
