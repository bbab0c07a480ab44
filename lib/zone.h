/* Time zones out of the system's database (/usr/share/zoneinfo, or $TZDIR), for the engine's
 * tables. */
#ifndef LIB_ZONE_H
#define LIB_ZONE_H

#include "engine/zone.h"

/* The zone of that name (not terminated), read once and kept for the life of the program; NULL:
 * there is none, or it cannot be read. Rules of daylight saving are written out to the end of the
 * century ZONE_LAST_YEAR. May be called from any thread. */
const struct zone *zone_find(const char *name, size_t len);

#define ZONE_LAST_YEAR 2100

#endif
