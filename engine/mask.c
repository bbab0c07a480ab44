#include "engine/mask.h"

void mask_fill(uint64_t *m, bool value, size_t n) {
    for (size_t w = 0; w < mask_words(n); w++)
        m[w] = value ? ~(uint64_t)0 : 0;
    mask_trim(m, n);
}

void mask_shift(uint64_t *to, const uint64_t *from, size_t offset, size_t n) {
    size_t words = mask_words(n), skip = offset / MASK_BITS, bits = offset % MASK_BITS;
    size_t last = (offset + n - 1) / MASK_BITS; /* no word behind it belongs to `from` */
    if (n == 0)
        return;
    for (size_t w = 0; w < words; w++) {
        uint64_t low = from[w + skip] >> bits;
        uint64_t high = bits && w + skip < last ? from[w + skip + 1] << (MASK_BITS - bits) : 0;
        to[w] = low | high;
    }
    mask_trim(to, n);
}

size_t mask_next(const uint64_t *m, size_t from, size_t n) {
    if (from >= n)
        return n;
    size_t w = from / MASK_BITS;
    uint64_t word = m[w] & ~(uint64_t)0 << (from % MASK_BITS);
    while (!word) {
        if (++w == mask_words(n))
            return n;
        word = m[w];
    }
    size_t bit = w * MASK_BITS + (size_t)__builtin_ctzll(word);
    return bit < n ? bit : n;
}

size_t mask_count(const uint64_t *m, size_t from, size_t n) {
    size_t count = 0;
    for (size_t w = from / MASK_BITS; from < n && w < mask_words(n); w++) {
        uint64_t word = m[w];
        if (w == from / MASK_BITS)
            word &= ~(uint64_t)0 << (from % MASK_BITS);
        if (w == n / MASK_BITS)
            word &= ~(~(uint64_t)0 << (n % MASK_BITS));
        count += (size_t)__builtin_popcountll(word);
    }
    return count;
}
