#include "ws/want.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wants_release(struct wants *t) {
    free(t->list);
    *t = (struct wants){0};
}

struct want *wants_find(const struct wants *t, const char *user_id, const char *id) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->list[i].user_id, user_id) == 0 && strcmp(t->list[i].id, id) == 0)
            return &t->list[i];
    return NULL;
}

struct want *wants_add(struct wants *t, const char *user_id, const char *id) {
    if (t->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 4;
        struct want *grown = realloc(t->list, cap * sizeof *grown);
        if (!grown)
            return NULL;
        t->list = grown;
        t->cap = cap;
    }
    struct want *w = &t->list[t->n++];
    *w = (struct want){.state = WANT_LOCATING};
    snprintf(w->user_id, sizeof w->user_id, "%s", user_id);
    snprintf(w->id, sizeof w->id, "%s", id);
    return w;
}

void wants_remove(struct wants *t, struct want *w) {
    *w = t->list[--t->n];
}

bool wants_room(const struct wants *t, const char *room) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->list[i].room, room) == 0)
            return true;
    return false;
}

size_t wants_rooms(const struct wants *t) {
    size_t rooms = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool first = t->list[i].room[0] != '\0';
        for (size_t k = 0; first && k < i; k++)
            first = strcmp(t->list[k].room, t->list[i].room) != 0;
        rooms += first;
    }
    return rooms;
}

const struct want *wants_by_id(const struct wants *t, const char *id) {
    const struct want *found = NULL;
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->list[i].id, id) != 0)
            continue;
        if (!found || !t->list[i].user_id[0])
            found = &t->list[i]; /* without an owner filter */
    }
    return found;
}

bool wants_fresh(const struct wants *t, const char *id) {
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].fresh && strcmp(t->list[i].id, id) == 0)
            return true;
    return false;
}

bool wants_covers(const struct wants *t, const char *owner, const char *id) {
    for (size_t i = 0; i < t->n; i++) {
        const struct want *w = &t->list[i];
        if (w->state == WANT_LIVE && strcmp(w->room, owner) == 0 &&
            (!w->id[0] || strcmp(w->id, id) == 0))
            return true;
    }
    return false;
}
