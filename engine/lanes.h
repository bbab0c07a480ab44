/* Two doubles in one register, for sums that run side by side. Lanes never change an order of
 * additions: each holds another bar's or another node's own sum. Compilers without SIMD split them.
 */
#ifndef ENGINE_LANES_H
#define ENGINE_LANES_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef double lanes __attribute__((vector_size(16)));

/* Two neighbours wherever they lie. */
typedef double lanes_anywhere __attribute__((vector_size(16), aligned(8), may_alias));

static inline lanes lanes_load(const double *x) {
    return *(const lanes_anywhere *)x;
}

static inline lanes lanes_both(double x) {
    return (lanes){x, x};
}

/* a < b ? a : b, and a > b ? a : b, in each lane. */
static inline lanes lanes_less(lanes a, lanes b) {
#ifdef __SSE2__
    return _mm_min_pd(a, b);
#else
    return (lanes){a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1]};
#endif
}

static inline lanes lanes_more(lanes a, lanes b) {
#ifdef __SSE2__
    return _mm_max_pd(a, b);
#else
    return (lanes){a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1]};
#endif
}

/* The lesser, and the greater of the two lanes. */
static inline double lanes_least(lanes x) {
    return x[0] < x[1] ? x[0] : x[1];
}

static inline double lanes_most(lanes x) {
    return x[0] > x[1] ? x[0] : x[1];
}

static inline void lanes_store(double *to, lanes x) {
    *(lanes_anywhere *)to = x;
}

#endif
