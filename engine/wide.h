/* Loops compiled twice: for every machine, and for registers of 256 bits (AVX2). What runs is
 * chosen when an evaluation begins. Both give the same bits: lanes hold bars side by side, never
 * parts of a sum along time, and nothing is contracted (tests/check_wide.c,
 * tests/check_independence.c).
 *
 *   WIDE_BODY void body_add(const struct kernel_call *c) { ... }
 *   WIDE_PAIR(add)                                           run_add and wide_add */
#ifndef ENGINE_WIDE_H
#define ENGINE_WIDE_H

#include <stdbool.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
static inline bool wide_here(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2");
}
#else
#define WIDE
static inline bool wide_here(void) {
    return false;
}
#endif

#define WIDE_BODY static inline __attribute__((always_inline))
#define WIDE_PAIR(name)                                                                            \
    static void run_##name(const struct kernel_call *c) {                                          \
        body_##name(c);                                                                            \
    }                                                                                              \
    WIDE static void wide_##name(const struct kernel_call *c) {                                    \
        body_##name(c);                                                                            \
    }

/* Four bars: one register in a function marked WIDE, elsewhere two. Never passed from one to
 * another that is not inlined: how would depend on the machine. */
typedef double four __attribute__((vector_size(32)));
typedef double four_anywhere __attribute__((vector_size(32), aligned(8), may_alias));
#define FOUR_AT(x) (*(const four_anywhere *)(x))

/* a < b ? a : b, and a > b ? a : b, in each. */
#if defined(__x86_64__)
#define FOUR_LESS(a, b) ((four)_mm256_min_pd((a), (b)))
#define FOUR_MORE(a, b) ((four)_mm256_max_pd((a), (b)))
#else
#define FOUR_OF(a, op, b)                                                                          \
    ((four){(a)[0] op(b)[0] ? (a)[0] : (b)[0], (a)[1] op(b)[1] ? (a)[1] : (b)[1],                  \
            (a)[2] op(b)[2] ? (a)[2] : (b)[2], (a)[3] op(b)[3] ? (a)[3] : (b)[3]})
#define FOUR_LESS(a, b) FOUR_OF(a, <, b)
#define FOUR_MORE(a, b) FOUR_OF(a, >, b)
#endif

/* The lowest, and the highest of the four. */
WIDE WIDE_BODY double four_least(four x) {
    double a = x[0] < x[1] ? x[0] : x[1], b = x[2] < x[3] ? x[2] : x[3];
    return a < b ? a : b;
}

WIDE WIDE_BODY double four_most(four x) {
    double a = x[0] > x[1] ? x[0] : x[1], b = x[2] > x[3] ? x[2] : x[3];
    return a > b ? a : b;
}

#endif
