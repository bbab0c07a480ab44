/* Built-in strategies: what every other one has to beat. */
#include "engine/presets.h"

const struct strategy presets_hold[] = {
    {.name = "buyhold",
     .title = "Buy and hold",
     .help =
         "Buys at the first chance and holds to the end: what every other strategy has to beat, "
         "with the same costs.",
     .rules = {[RULE_LONG_ENTRY] = "true"}},
    {.name = NULL},
};
