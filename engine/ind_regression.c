/* Lines through a window, and how two series go together. Sums are of differences to the window's
 * oldest value, so nothing large cancels and a constant window has slope 0. */
#include "engine/ind_row.h"
#include "engine/number.h"

struct line {
    double mean, slope;
};

static struct line fit(const double *oldest, size_t n) {
    double sum = 0, moment = 0, middle = ((double)n - 1) / 2, count = (double)n;
    for (size_t k = 0; k < n; k++) {
        double d = oldest[k] - oldest[0];
        sum += d;
        moment += d * ((double)k - middle);
    }
    return (struct line){oldest[0] + sum / count, moment / (count * (count * count - 1) / 12)};
}

/* arg: length, bars back from the newest at which the line is read. */
static void run_linreg(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    double middle = (c->arg[0] - 1) / 2;
    for (size_t i = 0; i < c->n; i++) {
        struct line l = fit(c->in[0] + i - (n - 1), n);
        c->out[i] = number_or_null(l.mean + l.slope * (middle - c->arg[1]));
    }
}

static const struct kernel kernel_linreg = {.history = kernel_length_less_1,
                                            .lookback = kernel_length_less_1,
                                            .cost = kernel_length,
                                            .run = run_linreg};

static void run_slope(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = number_or_null(fit(c->in[0] + i - (n - 1), n).slope);
}

static const struct kernel kernel_slope = {.history = kernel_length_less_1,
                                           .lookback = kernel_length_less_1,
                                           .cost = kernel_length,
                                           .run = run_slope};

static int linreg(struct plan *p, const struct ind_use *use, double back) {
    return plan_node(p, &kernel_linreg, (int[KERNEL_INPUTS_MAX]){use->node[0], -1, -1, -1},
                     (double[KERNEL_ARGS_MAX]){use->number[1], back});
}

static void build_tsf(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = linreg(p, use, -1);
}

static void build_intercept(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    ret_outputs[0] = linreg(p, use, use->number[1] - 1);
}

static void build_angle(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int slope = plan_length(p, &kernel_slope, use->node[0], use->number[1]);
    ret_outputs[0] = ind_times(p, 180 / acos(-1.0), plan_unary(p, &kernel_atan, slope));
}

static void build_fosc(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int x = use->node[0], off = ind_sub(p, x, ind_shift(p, linreg(p, use, -1), 1));
    ret_outputs[0] = ind_times(p, 100, ind_div(p, off, x));
}

/* Sums of squares and products of two windows around their means. */
struct pair {
    double xx, yy, xy;
};

static struct pair together(const double *x, const double *y, size_t n) {
    double mean_x = 0, mean_y = 0;
    struct pair s = {0};
    for (size_t k = 0; k < n; k++) {
        mean_x += x[k] - x[0];
        mean_y += y[k] - y[0];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (size_t k = 0; k < n; k++) {
        double a = x[k] - x[0] - mean_x, b = y[k] - y[0] - mean_y;
        s.xx += a * a;
        s.yy += b * b;
        s.xy += a * b;
    }
    return s;
}

static inline double within_1(double x) {
    return x > 1 ? 1 : x < -1 ? -1 : x;
}

static void run_correlation(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        struct pair s = together(c->in[0] + i - (n - 1), c->in[1] + i - (n - 1), n);
        double spread = sqrt(s.xx) * sqrt(s.yy);
        c->out[i] = spread == 0 ? 0 : within_1(s.xy / spread);
    }
}

static const struct kernel kernel_correlation = {.history = kernel_length_less_1,
                                                 .lookback = kernel_length_less_1,
                                                 .cost = kernel_length,
                                                 .run = run_correlation};

/* in: two series of returns. */
static void run_beta(const struct kernel_call *c) {
    size_t n = (size_t)c->arg[0];
    for (size_t i = 0; i < c->n; i++) {
        struct pair s = together(c->in[1] + i - (n - 1), c->in[0] + i - (n - 1), n);
        c->out[i] = s.xx == 0 ? 0 : number_or_null(s.xy / s.xx);
    }
}

static const struct kernel kernel_beta = {.history = kernel_length_less_1,
                                          .lookback = kernel_length_less_1,
                                          .cost = kernel_length,
                                          .run = run_beta};

static void build_beta(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    int in[KERNEL_INPUTS_MAX] = {plan_length(p, &kernel_rocp, use->node[0], 1),
                                 plan_length(p, &kernel_rocp, use->node[1], 1), -1, -1};
    ret_outputs[0] = plan_node(p, &kernel_beta, in, (double[KERNEL_ARGS_MAX]){use->number[2]});
}

#define LINE_ARGS                                                                                  \
    .args = {IND_SOURCE, IND_LENGTH(2)}, .n_args = 2, .lookback = "length - 1",                    \
    .seed = IND_WINDOW_SEED

const struct ind_row ind_regression[] = {
    {.info = {.name = "linreg",
              .group = "statistic",
              .help = "End of the straight line that fits the last `length` values best.",
              .formula = "Least squares over x[n-1] ... x[0], read `offset` bars before its end",
              .seed = IND_WINDOW_SEED,
              .source = "Pine's ta.linreg, TA-Lib's LINEARREG",
              .lookback = "length - 1",
              .pine = "ta.linreg",
              .talib = "LINEARREG",
              .aliases = {"linearreg"},
              .args = {IND_SOURCE,
                       IND_LENGTH(2),
                       {.name = "offset",
                        .kind = ARG_INT,
                        .min = -IND_LENGTH_MAX,
                        .max = IND_LENGTH_MAX,
                        .def = "0"}},
              .n_args = 3},
     .kernel = &kernel_linreg},
    {.info = {.name = "slope",
              .group = "statistic",
              .help = "Slope a bar of the straight line that fits the last `length` values best.",
              .formula = "Least squares over x[n-1] ... x[0]",
              .source = "TA-Lib's LINEARREG_SLOPE",
              .talib = "LINEARREG_SLOPE",
              .aliases = {"linearreg_slope"},
              LINE_ARGS},
     .kernel = &kernel_slope},
    {.info = {.name = "linearreg_intercept",
              .group = "statistic",
              .help = "Begin of the straight line that fits the last `length` values best.",
              .formula = "linreg(x, n, n - 1)",
              .source = "TA-Lib's LINEARREG_INTERCEPT",
              .talib = "LINEARREG_INTERCEPT",
              LINE_ARGS},
     .build = build_intercept},
    {.info = {.name = "linearreg_angle",
              .group = "statistic",
              .help = "Angle of that line in degrees, a bar being as wide as one unit of price.",
              .formula = "atan(slope(x, n)) 180 / pi",
              .source = "TA-Lib's LINEARREG_ANGLE",
              .talib = "LINEARREG_ANGLE",
              LINE_ARGS},
     .build = build_angle},
    {.info = {.name = "tsf",
              .group = "statistic",
              .help = "Time series forecast: that line one bar further.",
              .formula = "linreg(x, n, -1)",
              .source = "TA-Lib's TSF",
              .talib = "TSF",
              LINE_ARGS},
     .build = build_tsf},
    {.info = {.name = "fosc",
              .group = "momentum",
              .help = "Forecast oscillator: the value less its forecast of a bar ago, in percent.",
              .formula = "100 (x - tsf(x, n)[1]) / x",
              .seed = IND_WINDOW_SEED,
              .source = "Chande; TA-Lib's FOSC",
              .lookback = "length",
              .talib = "FOSC",
              .args = {IND_SOURCE, IND_LENGTH(2)},
              .n_args = 2},
     .build = build_fosc},
    {.info = {.name = "correlation",
              .group = "statistic",
              .help = "Correlation of two series over the last `length` values, -1 to 1.",
              .formula = "Pearson's r, two passes over the window, 0 when one of them is constant",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's CORREL; Pine's ta.correlation gives null for the 0",
              .lookback = "length - 1",
              .pine = "ta.correlation",
              .talib = "CORREL",
              .aliases = {"correl"},
              .args = {IND_SERIES("source1"), IND_SERIES("source2"), IND_LENGTH(1)},
              .n_args = 3},
     .kernel = &kernel_correlation},
    {.info = {.name = "beta",
              .group = "statistic",
              .help = "How much a series moves with a benchmark, over `length` returns.",
              .formula = "covariance of the returns x / x[1] - 1 / variance of the benchmark's; 0 "
                         "when those are constant",
              .seed = IND_WINDOW_SEED,
              .source = "TA-Lib's BETA, which takes the benchmark first",
              .lookback = "length",
              .talib = "BETA",
              .args = {IND_SOURCE, IND_SERIES("benchmark"), IND_LENGTH(1)},
              .n_args = 3},
     .build = build_beta},
    {.kernel = NULL},
};
