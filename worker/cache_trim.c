#include "worker/cache_trim.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "worker/must.h"

#define LEFT_BEHIND_S 3600

struct entry {
    char name[64];
    time_t used;
    uint64_t bytes;
};

static bool ends_in(const char *name, const char *end) {
    size_t n = strlen(name), k = strlen(end);
    return n > k && strcmp(name + n - k, end) == 0;
}

static int by_age(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return (x->used > y->used) - (x->used < y->used);
}

void cache_trim(const char *folder, uint64_t max, uint64_t wanted) {
    DIR *d = opendir(folder);
    struct entry *entries = NULL;
    size_t n = 0, cap = 0;
    uint64_t bytes = wanted;
    if (!d)
        return;
    for (struct dirent *f; (f = readdir(d));) {
        struct stat st;
        bool whole = ends_in(f->d_name, ".columns");
        if ((!whole && !ends_in(f->d_name, ".new")) || strlen(f->d_name) >= sizeof entries->name ||
            fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (!whole) {
            if (time(NULL) - st.st_mtime > LEFT_BEHIND_S)
                (void)unlinkat(dirfd(d), f->d_name, 0);
            continue;
        }
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            entries = must_grow(entries, cap, sizeof *entries);
        }
        snprintf(entries[n].name, sizeof entries[n].name, "%.63s", f->d_name);
        entries[n].used = st.st_mtime;
        entries[n].bytes = (uint64_t)st.st_size;
        bytes += entries[n++].bytes;
    }
    if (n > 0)
        qsort(entries, n, sizeof *entries, by_age);
    for (size_t i = 0; i < n && bytes > max; i++) {
        (void)unlinkat(dirfd(d), entries[i].name, 0);
        bytes -= entries[i].bytes;
    }
    free(entries);
    closedir(d);
}
