#include "worker/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/id.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "lib/result.h"
#include "worker/cache_trim.h"
#include "worker/must.h"

#define FORMAT    "CMCOL002"
#define COLUMNS   6
#define HEAD_SIZE 512

/* The head of a file; the columns t o h l c v follow, 8 bytes a value. Only processes of the same
 * build share entries: build and layout are part of the name. */
struct head {
    char format[8];
    char key[40];
    uint64_t n;
    struct market_data data; /* bars: empty */
};
_Static_assert(sizeof(struct head) <= HEAD_SIZE, "columns start at HEAD_SIZE");

struct map {
    char key[HASH_HEX_MAX];
    void *at; /* NULL: free */
    size_t len;
    uint64_t used;
};

struct cache {
    char folder[CONF_TEXT_MAX];
    struct map maps[CACHE_MAPS_MAX];
    uint64_t turn;
    bool complained;
};

struct cache *cache_open(const char *folder) {
    struct cache *c = must_have(1, sizeof *c);
    if (folder[0] == '\0')
        return c;
    if (make_folder(folder) && access(folder, R_OK | W_OK | X_OK) == 0)
        snprintf(c->folder, sizeof c->folder, "%s", folder);
    else
        log_warn("worker.cache: %s: %s; candles are read from the store each time", folder,
                 strerror(errno));
    return c;
}

static void unmap(struct map *m) {
    if (m->at)
        munmap(m->at, m->len);
    *m = (struct map){0};
}

void cache_close(struct cache *c) {
    for (size_t i = 0; i < CACHE_MAPS_MAX; i++)
        unmap(&c->maps[i]);
    free(c);
}

void cache_rest(struct cache *c) {
    for (size_t i = 0; i < CACHE_MAPS_MAX; i++)
        if (c->maps[i].at && c->maps[i].len > CACHE_REST_MAX)
            (void)madvise(c->maps[i].at, c->maps[i].len, MADV_DONTNEED);
}

/* The name of the entry. */
static enum err_code make_key(struct store *s, const struct request *r, size_t warmup,
                              char ret[static HASH_HEX_MAX], struct err *e) {
    struct series_list list;
    const int64_t words[] = {(int64_t)r->interval, r->start_ms, r->end_ms, (int64_t)warmup,
                             (int64_t)sizeof(struct head)};
    struct hash h;
    if (store_series(s, r->symbol, &list, e) != ERR_NONE)
        return e->code;
    hash_init(&h);
    hash_add(&h, FORMAT, sizeof FORMAT);
    hash_add(&h, engine_version, strlen(engine_version) + 1);
    hash_add(&h, r->symbol, strlen(r->symbol) + 1);
    hash_add(&h, words, sizeof words);
    for (size_t i = 0; i < list.n; i++) {
        const int64_t series[] = {(int64_t)list.items[i].interval, list.items[i].bars};
        hash_add(&h, series, sizeof series);
        hash_add(&h, list.items[i].hash, strlen(list.items[i].hash) + 1);
    }
    hash_hex(&h, ret);
    series_list_release(&list);
    return ERR_NONE;
}

static void path_of(const struct cache *c, const char *key, char ret[static CONF_TEXT_MAX + 64]) {
    snprintf(ret, CONF_TEXT_MAX + 64, "%s/%s.columns", c->folder, key);
}

/* A view on a mapped entry. */
static void view(const struct map *m, struct market_data *ret) {
    const struct head *h = m->at;
    char *column = (char *)m->at + HEAD_SIZE;
    size_t bytes = h->n * sizeof(double);
    *ret = h->data;
    ret->bars = (struct bars){.n = h->n, .t = (int64_t *)(void *)column};
    double **const columns[] = {&ret->bars.o, &ret->bars.h, &ret->bars.l, &ret->bars.c,
                                &ret->bars.v};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        *columns[i] = (double *)(void *)(column + (i + 1) * bytes);
}

static bool head_fits(const struct head *h, const char *key, uint64_t len) {
    return memcmp(h->format, FORMAT, sizeof h->format) == 0 && strcmp(h->key, key) == 0 &&
           h->n <= BARS_MAX && h->data.first <= h->n && h->data.bars.n == 0 &&
           len == HEAD_SIZE + h->n * COLUMNS * sizeof(double);
}

/* Room for one more map of len bytes: the one used longest ago goes first. */
static struct map *make_room(struct cache *c, size_t len) {
    for (;;) {
        struct map *free_one = NULL, *oldest = NULL;
        uint64_t bytes = len;
        for (size_t i = 0; i < CACHE_MAPS_MAX; i++) {
            struct map *m = &c->maps[i];
            if (!m->at) {
                free_one = m;
                continue;
            }
            bytes += m->len;
            if (!oldest || m->used < oldest->used)
                oldest = m;
        }
        if (free_one && (!oldest || bytes <= CACHE_MAPPED_MAX))
            return free_one;
        unmap(oldest);
    }
}

static struct map *map_file(struct cache *c, const char *key) {
    char path[CONF_TEXT_MAX + 64];
    struct stat st;
    path_of(c, key, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    void *at = MAP_FAILED;
    size_t len = 0;
    if (fstat(fd, &st) == 0 && st.st_size >= HEAD_SIZE) {
        len = (size_t)st.st_size;
        at = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
        (void)futimens(fd, NULL); /* used now: the trim takes the oldest */
    }
    close(fd);
    if (at == MAP_FAILED)
        return NULL;
    if (!head_fits(at, key, len)) {
        munmap(at, len);
        return NULL;
    }
    struct map *m = make_room(c, len);
    *m = (struct map){.at = at, .len = len};
    snprintf(m->key, sizeof m->key, "%s", key);
    return m;
}

static struct map *find(struct cache *c, const char *key) {
    for (size_t i = 0; i < CACHE_MAPS_MAX; i++)
        if (c->maps[i].at && strcmp(c->maps[i].key, key) == 0)
            return &c->maps[i];
    return map_file(c, key);
}

static bool write_columns(int fd, const char *key, const struct market_data *d) {
    union {
        struct head head;
        char bytes[HEAD_SIZE];
    } h;
    memset(&h, 0, sizeof h);
    memcpy(h.head.format, FORMAT, sizeof h.head.format);
    snprintf(h.head.key, sizeof h.head.key, "%s", key);
    h.head.n = d->bars.n;
    h.head.data = *d;
    h.head.data.bars = (struct bars){0};
    const void *const columns[COLUMNS] = {d->bars.t, d->bars.o, d->bars.h,
                                          d->bars.l, d->bars.c, d->bars.v};
    if (!write_all(fd, h.bytes, sizeof h.bytes))
        return false;
    for (size_t i = 0; i < COLUMNS; i++)
        if (!write_all(fd, columns[i], d->bars.n * sizeof(double)))
            return false;
    /* a name must never outlive a power cut with half of its content */
    return fdatasync(fd) == 0;
}

/* A full disk is no reason to fail a job: it only runs from its own copy. */
static void keep(struct cache *c, const char *key, const struct market_data *d) {
    char path[CONF_TEXT_MAX + 64], temporary[CONF_TEXT_MAX + 64], salt[17];
    path_of(c, key, path);
    random_hex(salt, 8);
    snprintf(temporary, sizeof temporary, "%s/%s.new", c->folder, salt);
    cache_trim(c->folder, CACHE_BYTES_MAX, d->bars.n * COLUMNS * sizeof(double));
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write_columns(fd, key, d);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (written && rename(temporary, path) == 0)
        return;
    if (fd >= 0)
        unlink(temporary);
    if (!c->complained)
        log_warn("worker.cache: %s: %s", c->folder, strerror(why));
    c->complained = true;
}

enum err_code cache_load(struct cache *c, struct store *s, const struct request *r, size_t warmup,
                         market_keep_fn *keep_on, void *arg, struct market_data *ret,
                         struct err *e) {
    char key[HASH_HEX_MAX];
    if (c->folder[0] == '\0')
        return market_load_kept(s, r, warmup, keep_on, arg, ret, e);
    if (make_key(s, r, warmup, key, e) != ERR_NONE)
        return e->code;
    struct map *m = find(c, key);
    if (!m) {
        if (market_load_kept(s, r, warmup, keep_on, arg, ret, e) != ERR_NONE)
            return e->code;
        /* bars that changed between the two reads must not be kept under the older name */
        char again[HASH_HEX_MAX];
        struct err ignored;
        if (make_key(s, r, warmup, again, &ignored) != ERR_NONE || strcmp(key, again) != 0)
            return ERR_NONE;
        keep(c, key, ret);
        m = map_file(c, key);
        if (!m)
            return ERR_NONE;
        market_data_release(ret);
    }
    m->used = ++c->turn;
    view(m, ret);
    return ERR_NONE;
}
