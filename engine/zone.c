#include "engine/zone.h"

static const int64_t always = INT64_MIN;
static const int32_t none = 0;

const struct zone zone_utc = {.name = "UTC", .n = 1, .from_ms = &always, .offset_s = &none};

int64_t zone_offset_ms(const struct zone *z, int64_t t) {
    size_t low = 0, high = z->n; /* from_ms[low] <= t < from_ms[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (z->from_ms[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    return (int64_t)z->offset_s[low] * 1000;
}
