#include "ws/watch.h"

#include <stdlib.h>
#include <string.h>

static size_t bucket_of(const char *id) {
    unsigned h = 2166136261U; /* FNV-1a: ids are not chosen to collide by whom it would hurt */
    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * 16777619U;
    return h % WATCH_BUCKETS;
}

void watches_release(struct watches *t) {
    for (size_t i = 0; i < WATCH_BUCKETS; i++) {
        while (t->bucket[i]) {
            struct watch *w = t->bucket[i];
            t->bucket[i] = w->next;
            free(w);
        }
    }
    t->n = 0;
}

struct watch *watches_find(const struct watches *t, const char *id) {
    struct watch *w = t->bucket[bucket_of(id)];
    while (w && strcmp(w->id, id) != 0)
        w = w->next;
    return w;
}

static struct watch *first_from(const struct watches *t, size_t i) {
    while (i < WATCH_BUCKETS && !t->bucket[i])
        i++;
    return i < WATCH_BUCKETS ? t->bucket[i] : NULL;
}

struct watch *watches_first(const struct watches *t) {
    return first_from(t, 0);
}

struct watch *watches_after(const struct watches *t, const struct watch *w) {
    return w->next ? w->next : first_from(t, bucket_of(w->id) + 1);
}

/* Whether a is the better one to forget. */
static bool sooner(const struct watch *a, const struct watch *b) {
    return a->ended != b->ended ? a->ended : a->heard_ms < b->heard_ms;
}

static void forget_one(struct watches *t) {
    struct watch *worst = watches_first(t);
    for (struct watch *w = worst; w; w = watches_after(t, w))
        if (sooner(w, worst))
            worst = w;
    if (!worst)
        return;
    struct watch **link = &t->bucket[bucket_of(worst->id)];
    while (*link != worst)
        link = &(*link)->next;
    *link = worst->next;
    free(worst);
    t->n--;
}

struct watch *watches_get(struct watches *t, const char *id, int64_t now_ms) {
    struct watch *w = watches_find(t, id);
    if (w)
        return w;
    if (t->n >= WS_BACKTESTS_MAX)
        forget_one(t);
    w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    memcpy(w->id, id, strlen(id) + 1);
    w->percent = -1;
    w->heard_ms = now_ms;
    struct watch **link = &t->bucket[bucket_of(id)];
    w->next = *link;
    *link = w;
    t->n++;
    return w;
}
