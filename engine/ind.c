#include "engine/ind.h"

#include <string.h>

#include "engine/ind_row.h"

/* Families in the order they are shown: a new file's rows are added here. */
static const struct ind_row *const families[] = {
    ind_price,    ind_average,    ind_smooth,     ind_channel,    ind_trend,      ind_direction,
    ind_momentum, ind_stochastic, ind_oscillator, ind_swing,      ind_volatility, ind_range,
    ind_extreme,  ind_pivot,      ind_statistic,  ind_regression, ind_volume,     ind_flow,
    ind_hilbert,  ind_event,      ind_math,       ind_transform,  ind_time,       ind_position,
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

static bool same(const char *a, const char *name, size_t len) {
    return *a == *name && strncmp(a, name, len) == 0 && a[len] == '\0';
}

static bool called(const struct ind_info *info, const char *name, size_t len) {
    bool found = same(info->name, name, len);
    for (size_t i = 0; i < IND_ALIASES_MAX && info->aliases[i]; i++)
        found = found || same(info->aliases[i], name, len);
    return found;
}

const struct ind_row *ind_row_find(const char *name, size_t len) {
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (const struct ind_row *row = families[f]; row->info.name; row++) {
            if (called(&row->info, name, len))
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

bool ind_bare(const struct ind_info *info) {
    for (size_t i = 0; i < info->n_args; i++) {
        if (!info->args[i].def)
            return false;
    }
    return true;
}
