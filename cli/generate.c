#include "cli/generate.h"

#include <math.h>

#define STEPS       8    /* prices inside a bar */
#define CALM_DAYS   2.0  /* in that time half of an excited market has calmed down, about */
#define TREND_DAYS  9.0  /* how long a trend lasts, on average */
#define EXCITEMENT  0.5  /* how far the variance swings */
#define TREND_SHARE 0.12 /* mean move of a trend's day, in its standard deviations */

static uint64_t rotate(uint64_t x, int n) {
    return x << n | x >> (64 - n);
}

/* xoshiro256** by Blackman and Vigna (public domain algorithm), seeded by splitmix64. */
static uint64_t next_bits(struct generator *g) {
    uint64_t *s = g->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

/* In [0, 1), in steps of 2^-53: exact. */
static double uniform(struct generator *g) {
    return (double)(int64_t)(next_bits(g) >> 11) / 9007199254740992.0;
}

/* Nearly normal: the sum of twelve uniforms has mean 6 and variance 1; now and then three times as
 * wide, for the fat tails of real prices. */
static double normal(struct generator *g) {
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform(g);
    return uniform(g) < 0.02 ? sum * 3 : sum;
}

void generator_init(struct generator *g, uint64_t seed, double price, double tick,
                    double volatility) {
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        g->state[i] = z ^ z >> 31;
    }
    g->day_variance = volatility * volatility / 365;
    g->variance = g->day_variance;
    g->drift = 0;
    g->price = floor(price / tick + 0.5);
}

/* Whole ticks, at least one. */
static double to_tick(double price) {
    double ticks = floor(price + 0.5);
    return ticks < 1 ? 1 : ticks;
}

/* Variance and trend move on by `days`. */
static void move_on(struct generator *g, double days) {
    double calm = days / CALM_DAYS;
    double swing = EXCITEMENT * sqrt(days < 1 ? days : 1) * normal(g);
    g->variance += (g->day_variance - g->variance) * (calm < 0.5 ? calm : 0.5);
    g->variance += g->variance * (swing < -0.5 ? -0.5 : swing);
    if (g->variance < g->day_variance / 8)
        g->variance = g->day_variance / 8;
    if (g->variance > g->day_variance * 12)
        g->variance = g->day_variance * 12;
    if (uniform(g) < days / TREND_DAYS) {
        double direction = floor(uniform(g) * 3) - 1; /* down, none, up */
        g->drift = direction * TREND_SHARE * sqrt(g->day_variance);
    }
}

struct tick_bar generator_bar(struct generator *g, int64_t t, int64_t next) {
    double days = (double)(next - t) / (double)MS_PER_DAY;
    move_on(g, days);
    double open = g->price, price = open, high = open, low = open, path = 0;
    double step = sqrt(g->variance * days / STEPS), drift = g->drift * days / STEPS;
    for (int i = 0; i < STEPS; i++) {
        double move = drift + step * normal(g);
        if (move < -0.4)
            move = -0.4;
        price += price * move;
        path += move < 0 ? -move : move;
        high = price > high ? price : high;
        low = price < low ? price : low;
    }
    g->price = to_tick(price);
    struct tick_bar bar = {.open = (int64_t)open,
                           .close = (int64_t)g->price,
                           .high = (int64_t)to_tick(high),
                           .low = (int64_t)to_tick(low)};
    /* A busy bar moves a lot: volume follows the path, not its end. */
    double busy = 1 + path / sqrt(g->day_variance * days);
    bar.volume = (int64_t)(1e6 * days * busy * (0.5 + uniform(g))) + 1;
    return bar;
}
