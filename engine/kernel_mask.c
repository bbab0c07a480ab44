/* Comparisons and logic. A comparison with a null is false. */
#include "engine/kernel.h"
#include "engine/mask.h"

/* Full words by a loop of fixed length that compilers turn into SIMD: each lane picks its own bit.
 */
#define COMPARE(name, expression, ...)                                                             \
    static void run_##name(const struct kernel_call *c) {                                          \
        const double *restrict x = c->in[0], *restrict y = c->in[1];                               \
        size_t full = c->n / MASK_BITS;                                                            \
        for (size_t w = 0; w < full; w++, x += MASK_BITS, y += MASK_BITS) {                        \
            uint64_t word = 0;                                                                     \
            for (size_t i = 0; i < MASK_BITS; i++) {                                               \
                double a = x[i], b = y[i];                                                         \
                word |= (expression) ? bit_of[i] : 0;                                              \
            }                                                                                      \
            c->mask_out[w] = word;                                                                 \
        }                                                                                          \
        if (c->n % MASK_BITS) {                                                                    \
            uint64_t word = 0;                                                                     \
            for (size_t i = 0; i < c->n % MASK_BITS; i++) {                                        \
                double a = x[i], b = y[i];                                                         \
                word |= (expression) ? bit_of[i] : 0;                                              \
            }                                                                                      \
            c->mask_out[full] = word;                                                              \
        }                                                                                          \
    }                                                                                              \
    const struct kernel kernel_##name = {                                                          \
        .type = VALUE_CONDITION, .pure = true, .run = run_##name, __VA_ARGS__};

#define BITS_4(n)  (uint64_t)1 << (n), (uint64_t)2 << (n), (uint64_t)4 << (n), (uint64_t)8 << (n)
#define BITS_16(n) BITS_4(n), BITS_4((n) + 4), BITS_4((n) + 8), BITS_4((n) + 12)
static const uint64_t bit_of[MASK_BITS] = {BITS_16(0), BITS_16(16), BITS_16(32), BITS_16(48)};

COMPARE(lt, a < b)
COMPARE(le, a <= b)
COMPARE(eq, a == b, .commutes = true)
COMPARE(ne, a<b || a> b, .commutes = true)

static void run_is_null(const struct kernel_call *c) {
    for (size_t w = 0; w < mask_words(c->n); w++) {
        size_t bits = c->n - w * MASK_BITS < MASK_BITS ? c->n - w * MASK_BITS : MASK_BITS;
        uint64_t word = 0;
        for (size_t i = 0; i < bits; i++) {
            double a = c->in[0][w * MASK_BITS + i];
            word |= a != a ? bit_of[i] : 0;
        }
        c->mask_out[w] = word;
    }
}

const struct kernel kernel_is_null = {.type = VALUE_CONDITION, .pure = true, .run = run_is_null};

#define LOGIC(name, expression, ...)                                                               \
    static void run_##name(const struct kernel_call *c) {                                          \
        for (size_t w = 0; w < mask_words(c->n); w++) {                                            \
            uint64_t a = c->mask_in[0][w], b = c->mask_in[1][w];                                   \
            c->mask_out[w] = expression;                                                           \
        }                                                                                          \
        mask_trim(c->mask_out, c->n);                                                              \
    }                                                                                              \
    const struct kernel kernel_##name = {                                                          \
        .type = VALUE_CONDITION, .pure = true, .run = run_##name, __VA_ARGS__};

LOGIC(and, a &b, .commutes = true)
LOGIC(or, a | b, .commutes = true)
LOGIC(same, ~(a ^ b), .commutes = true)
LOGIC(differ, a ^ b, .commutes = true)

static void run_not(const struct kernel_call *c) {
    for (size_t w = 0; w < mask_words(c->n); w++)
        c->mask_out[w] = ~c->mask_in[0][w];
    mask_trim(c->mask_out, c->n);
}

const struct kernel kernel_not = {.type = VALUE_CONDITION, .pure = true, .run = run_not};

static void run_if_mask(const struct kernel_call *c) {
    for (size_t w = 0; w < mask_words(c->n); w++) {
        uint64_t pick = c->mask_in[0][w];
        c->mask_out[w] = (pick & c->mask_in[1][w]) | (~pick & c->mask_in[2][w]);
    }
}

const struct kernel kernel_if_mask = {.type = VALUE_CONDITION, .pure = true, .run = run_if_mask};
