/* What functions cost: each alone, and a strategy that calls all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "engine/eval.h"

#define PASSES 5

static const char *const calls[] = {
    "sma(close, 10)",
    "sma(close, 200)",
    "ema(close, 9)",
    "ema(close, 100)",
    "rma(close, 14)",
    "wma(close, 20)",
    "hma(close, 16)",
    "vwma(close, 20)",
    "rsi(close, 14)",
    "rsi(hl2, 7)",
    "macd(close, 12, 26, 9)",
    "roc(close, 10)",
    "mom(close, 10)",
    "cci(20)",
    "stoch(14, 3, 3)",
    "wpr(14)",
    "atr(14)",
    "tr",
    "stdev(close, 20)",
    "bb(close, 20, 2).upper",
    "bb(close, 50, 2).lower",
    "kc(20, 2).upper",
    "highest(high, 20)",
    "lowest(low, 20)",
    "highest(close, 100)",
    "lowest(close, 100)",
    "change(close)",
    "abs(close - open)",
    "max(close, open)",
    "min(close, open)",
    "hl2 - hlc3",
    "close[5] - close",
    "(high - low) / close",
    "nz(close[50], close)",
    "log(close)",
    "sqrt(close)",
    "linreg(close, 20, 0)",
    "mfi(14)",
    "obv",
    "vwap",
    "supertrend(3, 10)",
    "sma(rsi(close, 14), 9)",
    "ema(ema(close, 9), 9)",
    "highestbars(high, 20)",
    "lowestbars(low, 20)",
    "barssince(close > open)",
    "valuewhen(close > open, close, 1)",
    "cum(volume)",
    "sum(volume, 20)",
    "dema(close, 20)",
    "tema(close, 20)",
    "kama(close, 10)",
    "adx(14)",
    "aroon(14)",
    "chop(14)",
    "trix(close, 15)",
    "natr(14)",
    "ultosc(7, 14, 28)",
    "percentrank(close, 50)",
    "median(close, 9)",
    "variance(close, 20)",
    "correlation(close, volume, 20)",
    "dev(close, 20)",
    "cmo(close, 14)",
    "ppo(close, 12, 26)",
    "stochrsi(close, 14, 14, 3, 3)",
    "donchian(20).upper",
    "trima(close, 20)",
    "swma(close)",
    "alma(close, 9, 0.85, 6)",
    "rising(close, 3) ? 1 : 0",
    "falling(close, 3) ? 1 : 0",
    "exp(close / 100000)",
    "round(close)",
    "floor(close)",
    "close % 7",
    "bar_index",
    /* the same with other lengths, for a build that has few */
    "sma(close, 50)",
    "ema(close, 50)",
    "rma(close, 50)",
    "wma(close, 9)",
    "rsi(close, 30)",
    "atr(7)",
    "stdev(close, 50)",
    "highest(close, 50)",
    "lowest(close, 50)",
    "roc(close, 20)",
    "mom(close, 20)",
    "sma(open, 20)",
    "ema(open, 20)",
    "rma(high, 20)",
    "sma(volume, 20)",
    "sma(hl2, 20)",
    "ema(hl2, 20)",
    "rsi(open, 14)",
    "macd(close, 5, 35, 5)",
    "bb(open, 20, 2).upper",
    "stdev(open, 20)",
    "highest(open, 20)",
    "lowest(open, 20)",
    "change(open)",
    "atr(50)",
    "wma(open, 20)",
};
#define CALLS  (sizeof calls / sizeof *calls)
#define WANTED 60

/* Processor time of evaluating the plan over the bars, least of PASSES. */
static double evaluate(const struct plan *p, const struct bars *b) {
    double least = 0;
    for (int i = 0; i < PASSES; i++) {
        double t0 = bench_now();
        struct eval *e = eval_new(p, b, 0);
        if (!e) {
            fprintf(stderr, "out of memory\n");
            exit(EXIT_FAILURE);
        }
        while (eval_next(e) > 0)
            continue;
        eval_free(e);
        double spent = bench_now() - t0;
        least = i == 0 || spent < least ? spent : least;
    }
    return least;
}

/* Whether this build knows the function; on true it is in the plan. */
static bool add(struct plan *p, const char *call) {
    static const struct plan_scope nothing = {.strategy = NULL};
    struct expr_error error;
    return plan_add(p, call, &nothing, VALUE_NUMBER, &error) >= 0;
}

void bench_functions(const struct bars *b) {
    struct plan *all = plan_new();
    struct bars fewer = bars_slice(b, 0, b->n / 4); /* a function's cost does not depend on it */
    size_t n = 0;
    printf("\nns a bar and nodes of each function alone\n");
    for (size_t i = 0; all && i < CALLS && n < WANTED; i++) {
        struct plan *alone = plan_new();
        if (alone && add(alone, calls[i]) && add(all, calls[i])) {
            printf("  %-34s %6.2f %3zu%s", calls[i], evaluate(alone, &fewer) / (double)fewer.n,
                   plan_nodes(alone), n % 2 ? "\n" : "");
            n++;
        }
        plan_free(alone);
    }
    if (!all || n < WANTED) {
        fprintf(stderr, "this build has %zu of %d functions\n", n, WANTED);
        exit(EXIT_FAILURE);
    }
    double whole = evaluate(all, b);
    size_t nodes = plan_nodes(all);
    printf("all %zu in one plan: %zu nodes, %.1f ns a bar, %.2f ns a bar a node\n", n, nodes,
           whole / (double)b->n, whole / (double)b->n / (double)nodes);
    plan_free(all);
}
