/* Comparisons and logic. A comparison with a null is false. */
#include "engine/kernel.h"
#include "engine/mask.h"
#include "engine/wide.h"

/* One comparison, thrice: bar by bar; on every x86-64 two bars at a time, about five times faster;
 * and four, where the machine has such registers. All give the same bits; a block's end that fills
 * no word takes the first. */
typedef bool compare_fn(double a, double b);
typedef uint64_t word_fn(const double *x, const double *y);

static inline uint64_t compare_bits(const double *x, const double *y, size_t n, compare_fn *f) {
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)f(x[i], y[i]) << i;
    return word;
}

WIDE_BODY void compare(const struct kernel_call *c, compare_fn *one, word_fn *word) {
    const double *x = c->in[0], *y = c->in[1] ? c->in[1] : x;
    size_t full = c->n / MASK_BITS;
    for (size_t w = 0; w < full; w++, x += MASK_BITS, y += MASK_BITS)
        c->mask_out[w] = word(x, y);
    if (c->n % MASK_BITS)
        c->mask_out[full] = compare_bits(x, y, c->n % MASK_BITS, one);
}

#ifdef __x86_64__
typedef __m128d lanes_fn(__m128d a, __m128d b);

static inline __m128i lanes_at(const double *x, const double *y, lanes_fn *f) {
    return _mm_castpd_si128(f(_mm_loadu_pd(x), _mm_loadu_pd(y)));
}

/* Eight bars: their all-ones lanes are narrowed to a byte each, then to a bit each. */
static inline uint64_t eight(const double *x, const double *y, lanes_fn *f) {
    __m128i low = _mm_packs_epi32(lanes_at(x, y, f), lanes_at(x + 2, y + 2, f));
    __m128i high = _mm_packs_epi32(lanes_at(x + 4, y + 4, f), lanes_at(x + 6, y + 6, f));
    __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128());
    return (uint64_t)(unsigned)_mm_movemask_epi8(bytes);
}

#define WORDS(name, vector, predicate)                                                             \
    static inline __m128d lanes_##name(__m128d a, __m128d b) {                                     \
        return vector;                                                                             \
    }                                                                                              \
    static inline uint64_t word_##name(const double *x, const double *y) {                         \
        uint64_t word = 0;                                                                         \
        for (unsigned i = 0; i < MASK_BITS; i += 8)                                                \
            word |= eight(x + i, y + i, lanes_##name) << i;                                        \
        return word;                                                                               \
    }                                                                                              \
    WIDE static inline uint64_t wide_word_##name(const double *x, const double *y) {               \
        uint64_t word = 0;                                                                         \
        for (unsigned i = 0; i < MASK_BITS; i += 4) {                                              \
            __m256d is = _mm256_cmp_pd(_mm256_loadu_pd(x + i), _mm256_loadu_pd(y + i), predicate); \
            word |= (uint64_t)(unsigned)_mm256_movemask_pd(is) << i;                               \
        }                                                                                          \
        return word;                                                                               \
    }
#else
#define WORDS(name, vector, predicate)                                                             \
    static inline uint64_t word_##name(const double *x, const double *y) {                         \
        return compare_bits(x, y, MASK_BITS, one_##name);                                          \
    }
#define wide_word_lt      word_lt
#define wide_word_le      word_le
#define wide_word_eq      word_eq
#define wide_word_ne      word_ne
#define wide_word_is_null word_is_null
#endif

#define COMPARE(name, expression, vector, predicate, ...)                                          \
    static inline bool one_##name(double a, double b) {                                            \
        return expression;                                                                         \
    }                                                                                              \
    WORDS(name, vector, predicate)                                                                 \
    static void run_##name(const struct kernel_call *c) {                                          \
        compare(c, one_##name, word_##name);                                                       \
    }                                                                                              \
    WIDE static void wide_##name(const struct kernel_call *c) {                                    \
        compare(c, one_##name, wide_word_##name);                                                  \
    }                                                                                              \
    const struct kernel kernel_##name = {.type = VALUE_CONDITION,                                  \
                                         .pure = true,                                             \
                                         .run = run_##name,                                        \
                                         .run_wide = wide_##name,                                  \
                                         __VA_ARGS__};

COMPARE(lt, a < b, _mm_cmplt_pd(a, b), _CMP_LT_OQ)
COMPARE(le, a <= b, _mm_cmple_pd(a, b), _CMP_LE_OQ)
COMPARE(eq, a == b, _mm_cmpeq_pd(a, b), _CMP_EQ_OQ, .commutes = true)
COMPARE(ne, a<b || a> b, _mm_or_pd(_mm_cmplt_pd(a, b), _mm_cmpgt_pd(a, b)), _CMP_NEQ_OQ,
        .commutes = true)
/* of one input: it stands for both */
COMPARE(is_null, a != a || b != b, _mm_cmpunord_pd(a, b), _CMP_UNORD_Q)

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

/* The contrary, but false before bar arg[0]. */
static void run_not_before(const struct kernel_call *c) {
    size_t from = (size_t)c->arg[0] > c->first ? (size_t)c->arg[0] - c->first : 0;
    run_not(c);
    for (size_t w = 0; w < mask_words(c->n) && w * MASK_BITS < from; w++)
        c->mask_out[w] &=
            from - w * MASK_BITS < MASK_BITS ? ~UINT64_C(0) << (from - w * MASK_BITS) : 0;
}

const struct kernel kernel_not_before = {.type = VALUE_CONDITION, .run = run_not_before};

static void run_if_mask(const struct kernel_call *c) {
    for (size_t w = 0; w < mask_words(c->n); w++) {
        uint64_t pick = c->mask_in[0][w];
        c->mask_out[w] = (pick & c->mask_in[1][w]) | (~pick & c->mask_in[2][w]);
    }
}

const struct kernel kernel_if_mask = {.type = VALUE_CONDITION, .pure = true, .run = run_if_mask};
