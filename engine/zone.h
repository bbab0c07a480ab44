/* Time zones as tables: who hands them over has read them (lib/zone.h); the engine only looks up.
 */
#ifndef ENGINE_ZONE_H
#define ENGINE_ZONE_H

#include <stddef.h>
#include <stdint.h>

/* n >= 1 spans, rising; the first begins at INT64_MIN, the last never ends. */
struct zone {
    const char *name; /* "America/New_York" */
    size_t n;
    const int64_t *from_ms;
    const int32_t *offset_s; /* local time less UTC */
};

extern const struct zone zone_utc;

/* The zone of that name (not terminated), or NULL. It lives as long as the program. */
typedef const struct zone *zone_find_fn(const char *name, size_t len);

/* Local time less UTC at t, milliseconds. */
int64_t zone_offset_ms(const struct zone *z, int64_t t);

#endif
