/* What progress costs, and how soon a run of 5 million bars stops. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "lib/clock.h"

#define PAIRS 61
#define LONG  5000000
#define STOPS 9

struct watch {
    int64_t next_ms;
    size_t polls;
};

/* What worker/job.c does between two blocks while nothing is due. */
static bool look(void *arg, size_t done, size_t total) {
    struct watch *w = arg;
    int64_t now = clock_mono_ms();
    w->polls++;
    if (now >= w->next_ms)
        w->next_ms = now + 10;
    return done > total;
}

static void progress(const struct bars *b) {
    struct bt_config cfg = bench_sma();
    double with[PAIRS], without[PAIRS], extra[PAIRS];
    struct watch w = {.polls = 0};
    for (int i = 0; i < PAIRS; i++) {
        double spent[2];
        for (int k = 0; k < 2; k++) { /* either one first, in turn */
            bool watched = (i + k) % 2;
            double t0 = bench_now();
            struct bt_result r = bench_run(&cfg, b, watched ? look : NULL, &w);
            spent[watched] = bench_now() - t0;
            bt_result_release(&r);
        }
        without[i] = spent[0];
        with[i] = spent[1];
        extra[i] = spent[1] / spent[0];
    }
    printf("\nProgress and cancel\n");
    bench_line("without progress", bench_median(without, PAIRS), b->n, "");
    bench_line("with progress and cancel", bench_median(with, PAIRS), b->n, "");
    printf("  %zu looks a run cost %+.2f %%\n", w.polls / PAIRS,
           100 * (bench_median(extra, PAIRS) - 1));
}

struct stop {
    double at;    /* share of the run after which somebody cancels */
    double asked; /* when that was */
    double last, longest;
};

static bool cancelled(void *arg, size_t done, size_t total) {
    struct stop *s = arg;
    double now = bench_now();
    s->longest = now - s->last > s->longest ? now - s->last : s->longest;
    s->last = now;
    if ((double)done < s->at * (double)total)
        return false;
    s->asked = now;
    return true;
}

void bench_cancel(void) {
    static const struct strategy heavy = {
        .name = "heavy",
        .rules = {[RULE_LONG_ENTRY] = "wma(close, 200) > sma(close, 50) and stdev(close, 100) > 0 "
                                      "and highest(high, 500) > close and rsi(close, 14) > 50",
                  [RULE_LONG_EXIT] = "crossunder(ema(close, 9), ema(close, 21))",
                  [RULE_LONG_STOP_LOSS] = "close - 2 * atr(14)"}};
    struct bars b = bench_bars(LONG), year = bars_slice(&b, 0, BENCH_BARS);
    struct bt_config cfg = bench_sma();
    double longest = 0, leaving = 0;
    progress(&year);
    cfg.strategies[0].strategy = &heavy;
    for (int i = 0; i < STOPS; i++) {
        struct bt_result result;
        struct bt_error error;
        struct stop s = {.at = i / (double)STOPS, .last = bench_now()};
        if (backtest_run(&cfg, &b, 0, cancelled, &s, &result, &error) != BT_CANCELLED) {
            fprintf(stderr, "a run was not cancelled\n");
            exit(EXIT_FAILURE);
        }
        double left = bench_now() - s.asked;
        leaving = left > leaving ? left : leaving;
        longest = s.longest > longest ? s.longest : longest;
    }
    printf("  %d bars of a heavy strategy: %.2f ms at most between two looks, %.2f ms to leave\n",
           LONG, longest / 1e6, leaving / 1e6);
    bars_release(&b);
}
