/* Plausible candles out of a seed: no real market, for a first look and for tests.
 *
 * The same seed gives the same bytes on every machine: prices are whole ticks, and only + - * / and
 * sqrt are used, which IEEE 754 rounds in one way only (no libm function, no fused operations). */
#ifndef CLI_GENERATE_H
#define CLI_GENERATE_H

#include <stdint.h>

#include "engine/bars.h"

struct generator {
    uint64_t state[4];   /* xoshiro256** */
    double day_variance; /* variance of a day's return around which it swings */
    double variance;     /* of a day, now: big moves follow big moves */
    double drift;        /* mean return of a day, now: trends come and go */
    double price;        /* the last close, in ticks */
};

/* price, tick: of the first open; volatility: of a year, 0.6 = 60 %. */
void generator_init(struct generator *g, uint64_t seed, double price, double tick,
                    double volatility);

/* The bar [t, next): prices in whole ticks, open = the close before; volume in thousandths. */
struct tick_bar {
    int64_t open, high, low, close, volume;
};
struct tick_bar generator_bar(struct generator *g, int64_t t, int64_t next);

#endif
