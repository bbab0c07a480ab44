#include "worker/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/id.h"
#include "lib/proc.h"

int slot_take(const struct conf *conf, int k, bool *ret_busy) {
    char store[33], path[CONF_TEXT_MAX + 80];
    struct hash h;
    *ret_busy = false;
    if (conf->worker_slots[0] == '\0') {
        errno = ENOENT;
        return -1;
    }
    hash_init(&h);
    hash_add(&h, conf->store_uri, strlen(conf->store_uri));
    hash_hex(&h, store);
    int n = snprintf(path, sizeof path, "%s/%.12s", conf->worker_slots, store);
    if (!make_folder(path))
        return -1;
    snprintf(path + n, sizeof path - (size_t)n, "/%d", k);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int why = errno;
    *ret_busy = why == EWOULDBLOCK;
    close(fd);
    errno = why;
    return -1;
}
