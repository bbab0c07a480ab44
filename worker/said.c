#include "worker/said.h"

#include <stdbool.h>

#include "lib/log.h"

static uint64_t mix(uint64_t h, const char *s) {
    do
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    while (*s++);
    return h;
}

static bool known(struct said *s, uint64_t h) {
    for (size_t i = 0; i < SAID_MAX; i++)
        if (s->hashes[i] == h)
            return true;
    s->hashes[s->next] = h;
    s->next = (s->next + 1) % SAID_MAX;
    return false;
}

void said_once(struct said *s, const char *channel, const char *why, const char *about,
               const char *message) {
    uint64_t h = mix(mix(mix(UINT64_C(0xcbf29ce484222325), channel), why), about);
    if (!known(s, h))
        log_warn("%s: %s, ignored: %.200s", channel, why, message);
}
