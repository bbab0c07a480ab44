/* Arithmetic, bar by bar. A result beyond NUMBER_MAX, and a division by 0, is null. */
#include "engine/kernel.h"
#include "engine/mask.h"
#include "engine/number.h"
#include "engine/wide.h"

#define BINARY(name, expression, ...)                                                              \
    WIDE_BODY void body_##name(const struct kernel_call *c) {                                      \
        const double *restrict x = c->in[0], *restrict y = c->in[1];                               \
        double *restrict out = c->out;                                                             \
        for (size_t i = 0; i < c->n; i++) {                                                        \
            double a = x[i], b = y[i];                                                             \
            out[i] = expression;                                                                   \
        }                                                                                          \
    }                                                                                              \
    WIDE_PAIR(name)                                                                                \
    const struct kernel kernel_##name = {                                                          \
        .pure = true, .run = run_##name, .run_wide = wide_##name, __VA_ARGS__};

BINARY(add, number_or_null(a + b), .commutes = true)
BINARY(sub, number_or_null(a - b))
BINARY(mul, number_or_null(a *b), .commutes = true)
BINARY(div, number_or_null(a / b))
BINARY(share, b == 0 ? a * 0 : number_or_null(a / b))
BINARY(mod, fmod(a, b))
BINARY(min, a < b || a != a ? a : b)
BINARY(max, a > b || a != a ? a : b)
BINARY(nz, a != a ? b : a)

/* x where y has a value, else null: aligns the outputs of one function. */
BINARY(where, b != b ? b : a)

#define UNARY(name, expression)                                                                    \
    WIDE_BODY void body_##name(const struct kernel_call *c) {                                      \
        const double *restrict x = c->in[0];                                                       \
        double *restrict out = c->out;                                                             \
        for (size_t i = 0; i < c->n; i++) {                                                        \
            double a = x[i];                                                                       \
            out[i] = expression;                                                                   \
        }                                                                                          \
    }                                                                                              \
    WIDE_PAIR(name)                                                                                \
    const struct kernel kernel_##name = {.pure = true, .run = run_##name, .run_wide = wide_##name};

UNARY(neg, -a)
UNARY(abs, fabs(a))

static void run_if(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = mask_bit(c->mask_in[0], i) ? c->in[1][i] : c->in[2][i];
}

const struct kernel kernel_if = {.pure = true, .run = run_if};
