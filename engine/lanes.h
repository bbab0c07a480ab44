/* Two doubles in one register, for sums that run side by side. Lanes never change an order of
 * additions: each holds another bar's or another node's own sum. Compilers without SIMD split them.
 */
#ifndef ENGINE_LANES_H
#define ENGINE_LANES_H

typedef double lanes __attribute__((vector_size(16)));

/* Two neighbours wherever they lie. */
typedef double lanes_anywhere __attribute__((vector_size(16), aligned(8), may_alias));

static inline lanes lanes_load(const double *x) {
    return *(const lanes_anywhere *)x;
}

static inline lanes lanes_both(double x) {
    return (lanes){x, x};
}

static inline void lanes_store(double *to, lanes x) {
    *(lanes_anywhere *)to = x;
}

#endif
