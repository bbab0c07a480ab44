/* What the files of built-in strategies share: one family a file, its rows ended by a row without a
 * name. Private to engine/presets*.c. */
#ifndef ENGINE_PRESETS_H
#define ENGINE_PRESETS_H

#include "engine/strategy.h"

#define PRESET_COUNT(array) (sizeof(array) / sizeof *(array))

#define PARAMS(array)  .params = array, .n_params = PRESET_COUNT(array)
#define DEFINES(array) .defines = array, .n_defines = PRESET_COUNT(array)

#define LENGTH(word, value, least, text)                                                           \
    {                                                                                              \
        .name = word, .type = PARAM_INT, .def = value, .min = least, .max = 5000, .step = 1,       \
        .help = text                                                                               \
    }

#define NUMBER(word, value, least, most, by, text)                                                 \
    {                                                                                              \
        .name = word, .type = PARAM_FLOAT, .def = value, .min = least, .max = most, .step = by,    \
        .help = text                                                                               \
    }

extern const struct strategy presets_average[];  /* averages crossing one another */
extern const struct strategy presets_trend[];    /* direction of a trend */
extern const struct strategy presets_breakout[]; /* prices leaving a channel */
extern const struct strategy presets_reversal[]; /* prices coming back */
extern const struct strategy presets_hold[];     /* what the others have to beat */

#endif
