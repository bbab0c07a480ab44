/* Conditions of a block as bits: bit i of the words = bar i; bits past the block's end are 0. */
#ifndef ENGINE_MASK_H
#define ENGINE_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MASK_BITS 64

static inline size_t mask_words(size_t n) {
    return (n + MASK_BITS - 1) / MASK_BITS;
}

static inline bool mask_bit(const uint64_t *m, size_t i) {
    return m[i / MASK_BITS] >> (i % MASK_BITS) & 1;
}

/* Sets the bits past n of the last word to 0. */
static inline void mask_trim(uint64_t *m, size_t n) {
    if (n % MASK_BITS)
        m[n / MASK_BITS] &= ~(uint64_t)0 >> (MASK_BITS - n % MASK_BITS);
}

void mask_fill(uint64_t *m, bool value, size_t n);

/* to[i] = from[i + offset] for i < n. `from` may be `to` itself when offset is 0 or more: words are
 * written in rising order, behind those still to be read. */
void mask_shift(uint64_t *to, const uint64_t *from, size_t offset, size_t n);

/* First set bit in [from, n), or n. */
size_t mask_next(const uint64_t *m, size_t from, size_t n);

/* Set bits in [from, n). */
size_t mask_count(const uint64_t *m, size_t from, size_t n);

#endif
