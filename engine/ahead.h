/* The candles that the broker will want, brought from memory while the processor waits for
 * something else. It reads opens and times at fills alone, far apart: nothing that memory could
 * foresee by itself. */
#ifndef ENGINE_AHEAD_H
#define ENGINE_AHEAD_H

#include "engine/bars.h"

#define AHEAD_LINE 8 /* values a cache line */

/* Bars past the end ask for nothing.
 * always_inline: gcc 12 takes a function that does nothing but this for one without effect. */
static inline __attribute__((always_inline)) void ahead_line(const struct bars *b, size_t bar) {
    if (bar >= b->n)
        return;
    __builtin_prefetch(b->t + bar);
    __builtin_prefetch(b->o + bar);
    __builtin_prefetch(b->h + bar);
    __builtin_prefetch(b->l + bar);
    __builtin_prefetch(b->c + bar);
}

#endif
