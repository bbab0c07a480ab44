/* Functions of one number, bar by bar. A result that is none, or beyond 1e100, is null. */
#include "engine/ind_row.h"
#include "engine/number.h"

#define EACH(name, expression)                                                                     \
    static void run_##name(const struct kernel_call *c) {                                          \
        for (size_t i = 0; i < c->n; i++) {                                                        \
            double x = c->in[0][i];                                                                \
            c->out[i] = number_or_null(expression);                                                \
        }                                                                                          \
    }                                                                                              \
    static const struct kernel kernel_##name = {.pure = true, .run = run_##name};

EACH(sqrt, sqrt(x))
EACH(exp, exp(x))
EACH(log, log(x))
EACH(sign, x > 0 ? 1 : x < 0 ? -1 : x)
EACH(floor, floor(x))
EACH(ceil, ceil(x))
EACH(cos, cos(x))
EACH(tan, tan(x))
EACH(asin, asin(x))
EACH(acos, acos(x))
EACH(sinh, sinh(x))
EACH(cosh, cosh(x))
EACH(tanh, tanh(x))

#define EACH_SHARED(name, expression)                                                              \
    static void run_##name(const struct kernel_call *c) {                                          \
        for (size_t i = 0; i < c->n; i++)                                                          \
            c->out[i] = number_or_null(expression(c->in[0][i]));                                   \
    }                                                                                              \
    const struct kernel kernel_##name = {.pure = true, .run = run_##name};

EACH_SHARED(log10, log10)
EACH_SHARED(atan, atan)
EACH_SHARED(sin, sin)

static void run_pow(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++) {
        double base = c->in[0][i], exponent = c->in[1][i];
        c->out[i] =
            number_or_null(isnan(base) || isnan(exponent) ? NUMBER_NULL : pow(base, exponent));
    }
}

static const struct kernel kernel_pow = {.pure = true, .run = run_pow};

/* Half goes up. arg: digits. */
static void run_round(const struct kernel_call *c) {
    double scale = pow(10, c->arg[0]);
    for (size_t i = 0; i < c->n; i++) {
        double x = c->in[0][i], scaled = x * scale;
        /* from 2^52 on there is nothing behind the point */
        c->out[i] = fabs(scaled) < 4503599627370496.0 ? floor(scaled + 0.5) / scale : x;
    }
}

static const struct kernel kernel_round = {.pure = true, .run = run_round};

#define ROW(word, text, rule, pine_name, talib_name)                                               \
    {                                                                                              \
        .info = {.name = #word,                                                                    \
                 .group = "math",                                                                  \
                 .help = text,                                                                     \
                 .formula = rule,                                                                  \
                 .source = "The C library's",                                                      \
                 .pine = pine_name,                                                                \
                 .talib = talib_name,                                                              \
                 .args = {IND_SERIES("number")},                                                   \
                 .n_args = 1},                                                                     \
        .kernel = &kernel_##word                                                                   \
    }

const struct ind_row ind_transform[] = {
    ROW(sqrt, "Square root; null of a negative number.", "square root", "math.sqrt", "SQRT"),
    ROW(exp, "Euler's number to this power.", "e^x", "math.exp", "EXP"),
    ROW(log, "Natural logarithm; null of 0 and below.", "ln x", "math.log", "LN"),
    ROW(log10, "Logarithm to the base 10; null of 0 and below.", "log10 x", "math.log10", "LOG10"),
    ROW(sign, "1 above 0, -1 below, 0 at 0.", "sign of x", "math.sign", NULL),
    ROW(floor, "Largest whole number that is not above.", "floor x", "math.floor", "FLOOR"),
    ROW(ceil, "Smallest whole number that is not below.", "ceiling x", "math.ceil", "CEIL"),
    ROW(sin, "Sine of an angle in radians.", "sin x", "math.sin", "SIN"),
    ROW(cos, "Cosine of an angle in radians.", "cos x", "math.cos", "COS"),
    ROW(tan, "Tangent of an angle in radians.", "tan x", "math.tan", "TAN"),
    ROW(asin, "Angle of a sine, in radians; null beyond -1 to 1.", "arcsin x", "math.asin", "ASIN"),
    ROW(acos, "Angle of a cosine, in radians; null beyond -1 to 1.", "arccos x", "math.acos",
        "ACOS"),
    ROW(atan, "Angle of a tangent, in radians.", "arctan x", "math.atan", "ATAN"),
    ROW(sinh, "Hyperbolic sine.", "sinh x", NULL, "SINH"),
    ROW(cosh, "Hyperbolic cosine.", "cosh x", NULL, "COSH"),
    ROW(tanh, "Hyperbolic tangent.", "tanh x", NULL, "TANH"),
    {.info = {.name = "pow",
              .group = "math",
              .help = "A number to the power of another.",
              .formula = "base^exponent; null where that is no number",
              .source = "The C library's",
              .pine = "math.pow",
              .args = {IND_SERIES("base"), IND_SERIES("exponent")},
              .n_args = 2},
     .kernel = &kernel_pow},
    {.info = {.name = "round",
              .group = "math",
              .help = "Nearest number of so many digits behind the point; a half goes up.",
              .formula = "floor(x 10^digits + 0.5) / 10^digits",
              .source = "Pine's math.round",
              .pine = "math.round",
              .args = {IND_SERIES("number"),
                       {.name = "digits", .kind = ARG_INT, .min = 0, .max = 15, .def = "0"}},
              .n_args = 2},
     .kernel = &kernel_round},
    {.kernel = NULL},
};
