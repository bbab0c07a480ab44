#include "engine/spans.h"

#include <stdlib.h>

static bool grow(struct spans *s) {
    size_t cap = s->cap ? s->cap * 2 : 64;
    struct span *at = realloc(s->at, cap * sizeof *at);
    if (!at)
        return false;
    s->at = at;
    s->cap = cap;
    return true;
}

void spans_add(struct spans *s, size_t end, double cash, double units) {
    struct span *last = s->n > 0 ? &s->at[s->n - 1] : NULL;
    if (s->nomem || end <= (last ? last->end : 0))
        return;
    if (last && last->cash == cash && last->units == units) {
        last->end = end;
        return;
    }
    if (s->n == s->cap && !grow(s)) {
        s->nomem = true;
        return;
    }
    s->at[s->n++] = (struct span){.end = end, .cash = cash, .units = units};
}

void spans_release(struct spans *s) {
    free(s->at);
    *s = (struct spans){.at = NULL};
}
