#include "worker/scheduler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/jobs.h"
#include "worker/must.h"

void scheduler_init(struct scheduler *s) {
    *s = (struct scheduler){0};
}

static void user_free(struct user *u) {
    free(u->heap);
    free(u);
}

void scheduler_release(struct scheduler *s) {
    for (size_t i = 0; i < s->n; i++)
        user_free(s->users[i]);
    free(s->users);
    scheduler_init(s);
}

struct user *scheduler_user(struct scheduler *s, const char *id) {
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->users[i]->id, id) == 0) {
            s->users[i]->jobs++;
            return s->users[i];
        }
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        s->users = must_grow(s->users, s->cap, sizeof(struct user *));
    }
    struct user *u = must_have(1, sizeof *u);
    snprintf(u->id, sizeof u->id, "%s", id);
    u->jobs = 1;
    s->users[s->n++] = u;
    return u;
}

void scheduler_leave(struct scheduler *s, struct user *u) {
    if (--u->jobs > 0)
        return;
    for (size_t i = 0; i < s->n; i++) {
        if (s->users[i] == u) {
            s->users[i] = s->users[--s->n];
            user_free(u);
            return;
        }
    }
}

/* Created earlier and higher priority come first. Both age alike, so the order never changes while
 * jobs wait, and a heap can hold it. */
static bool before(const struct job *a, const struct job *b) {
    int64_t x = a->created_ms - a->priority * AGE_STEP_MS;
    int64_t y = b->created_ms - b->priority * AGE_STEP_MS;
    return x != y ? x < y : strcmp(a->id, b->id) < 0;
}

static void place(struct user *u, size_t at, struct job *j) {
    u->heap[at] = j;
    j->heap_at = at;
}

static void rise(struct user *u, size_t at) {
    struct job *j = u->heap[at];
    while (at > 0 && before(j, u->heap[(at - 1) / 2])) {
        place(u, at, u->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(u, at, j);
}

static void sink(struct user *u, size_t at) {
    struct job *j = u->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < u->n && before(u->heap[child + 1], u->heap[child]))
            child++;
        if (child >= u->n || !before(u->heap[child], j))
            break;
        place(u, at, u->heap[child]);
        at = child;
    }
    place(u, at, j);
}

void scheduler_queue(struct job *j) {
    struct user *u = j->user;
    if (j->heap_at != HEAP_NOWHERE)
        return;
    if (u->n == u->cap) {
        u->cap = u->cap ? u->cap * 2 : 16;
        u->heap = must_grow(u->heap, u->cap, sizeof(struct job *));
    }
    place(u, u->n++, j);
    rise(u, j->heap_at);
}

void scheduler_unqueue(struct job *j) {
    struct user *u = j->user;
    size_t at = j->heap_at;
    if (at == HEAP_NOWHERE)
        return;
    j->heap_at = HEAP_NOWHERE;
    struct job *last = u->heap[--u->n];
    if (last == j)
        return;
    place(u, at, last);
    rise(u, at);
    sink(u, last->heap_at);
}

struct job *scheduler_pick(struct scheduler *s, int64_t limit) {
    struct user *best = NULL;
    for (size_t i = 0; i < s->n; i++) {
        struct user *u = s->users[i];
        if (u->n == 0 || u->running >= limit)
            continue;
        if (!best || u->running < best->running ||
            (u->running == best->running && u->served < best->served))
            best = u;
    }
    if (!best)
        return NULL;
    best->served = ++s->turn;
    struct job *j = best->heap[0];
    scheduler_unqueue(j);
    return j;
}
