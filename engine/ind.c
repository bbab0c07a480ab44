#include "engine/ind.h"

#include <string.h>

#include "engine/ind_row.h"

/* Families in the order they are shown: a new file's rows are added here. */
static const struct ind_row *const families[] = {
    ind_price,   ind_average, ind_momentum, ind_volatility,
    ind_extreme, ind_event,   ind_math,     ind_position,
};

const struct ind_row *ind_row_at(size_t i) {
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (const struct ind_row *row = families[f]; row->info.name; row++) {
            if (i-- == 0)
                return row;
        }
    }
    return NULL;
}

const struct ind_row *ind_row_find(const char *name, size_t len) {
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (const struct ind_row *row = families[f]; row->info.name; row++) {
            if (strlen(row->info.name) == len && memcmp(row->info.name, name, len) == 0)
                return row;
        }
    }
    return NULL;
}

const struct ind_info *ind_info_at(size_t i) {
    const struct ind_row *row = ind_row_at(i);
    return row ? &row->info : NULL;
}

const struct ind_info *ind_info_find(const char *name) {
    const struct ind_row *row = ind_row_find(name, strlen(name));
    return row ? &row->info : NULL;
}
