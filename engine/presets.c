/* The built-in strategies: data like a user's own. */
#include "engine/presets.h"

#include <string.h>

static const struct strategy *const families[] = {presets_average, presets_trend, presets_breakout,
                                                  presets_reversal, presets_hold};

const struct strategy *preset_at(size_t i) {
    for (size_t f = 0; f < PRESET_COUNT(families); f++) {
        for (const struct strategy *s = families[f]; s->name; s++) {
            if (i-- == 0)
                return s;
        }
    }
    return NULL;
}

const struct strategy *preset_find(const char *name) {
    const struct strategy *s;
    for (size_t i = 0; (s = preset_at(i)) && strcmp(s->name, name) != 0; i++)
        ;
    return s;
}
