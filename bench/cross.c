/* The two runs of the promise, beside the floor. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/floor.h"
#include "lib/result.h"

#define PAIRS 41

static volatile double sink; /* what is computed is used */

/* From columns at hand to the printed result: hash of the data, gaps, JSON with its breakdowns. */
static double second_line(const struct bars *b, const struct bt_config *cfg,
                          const struct bt_result *res) {
    struct request r = {.interval = INTERVAL_1M, .start_ms = INT64_MIN, .end_ms = INT64_MAX};
    struct market_data d;
    struct err e;
    r.cfg = *cfg;
    double t0 = bench_now();
    if (market_from_bars(b, INTERVAL_1M, &r, 0, &d, &e) != ERR_NONE) {
        fprintf(stderr, "%s\n", e.message);
        exit(EXIT_FAILURE);
    }
    char *body = result_body(NULL, &r, &d, res);
    double spent = bench_now() - t0;
    sink += body ? body[0] : 0;
    free(body);
    market_data_release(&d);
    return spent;
}

void bench_cross(const struct bars *b) {
    struct bt_config cfg = bench_sma();
    double ours[PAIRS], plain[PAIRS], averages[PAIRS], rest[PAIRS];
    double ratio[PAIRS], floor_ratio[PAIRS];
    char note[64];
    size_t trades = 0, plain_trades = 0;
    double final = 0, plain_final = 0;
    for (int i = 0; i < PAIRS; i++) {
        double t0 = bench_now();
        struct floor_result f = floor_sma_cross(b, 10, 30, cfg.commission_rate);
        double t1 = bench_now();
        struct bt_result result = bench_run(&cfg, b, NULL, NULL);
        double t2 = bench_now();
        sink += floor_averages(b, 10, 30);
        double t3 = bench_now();
        plain[i] = t1 - t0;
        ours[i] = t2 - t1;
        averages[i] = t3 - t2;
        ratio[i] = ours[i] / plain[i];
        floor_ratio[i] = plain[i] / averages[i];
        rest[i] = second_line(b, &cfg, &result);
        trades = result.n_trades;
        final = result.metrics.value[METRIC_FINAL_EQUITY];
        plain_trades = f.trades;
        plain_final = f.final_equity;
        bt_result_release(&result);
    }
    printf("\nSMA 10/30 cross, both sides, fee, every default metric\n");
    snprintf(note, sizeof note, "%zu trades, final equity %.6g", trades, final);
    bench_line("engine", bench_median(ours, PAIRS), b->n, note);
    snprintf(note, sizeof note, "%zu trades and one open, final equity %.6g", plain_trades,
             plain_final);
    bench_line("floor (bench/floor.c)", bench_median(plain, PAIRS), b->n, note);
    bench_line("the two averages alone", bench_median(averages, PAIRS), b->n, "");
    bench_line("second line: hash, checks, printing", bench_median(rest, PAIRS), b->n, "");
    printf("  engine / floor %.2f    floor / averages %.2f\n", bench_median(ratio, PAIRS),
           bench_median(floor_ratio, PAIRS));
}

void bench_stops(const struct bars *b) {
    static const struct strategy stops = {
        .name = "stops",
        .rules = {[RULE_LONG_ENTRY] = "rsi(close, 14) < 30 and close < bb(close, 20, 2).lower",
                  [RULE_LONG_EXIT] = "close > bb(close, 20, 2).middle",
                  [RULE_SHORT_ENTRY] = "rsi(close, 14) > 70 and close > bb(close, 20, 2).upper",
                  [RULE_SHORT_EXIT] = "close < bb(close, 20, 2).middle",
                  [RULE_LONG_STOP_LOSS] = "close - 2 * atr(14)",
                  [RULE_SHORT_STOP_LOSS] = "close + 2 * atr(14)",
                  [RULE_LONG_TAKE_PROFIT] = "close + 3 * atr(14)",
                  [RULE_SHORT_TAKE_PROFIT] = "close - 3 * atr(14)"}};
    struct bt_config cfg = bench_sma();
    double ours[PAIRS], plain[PAIRS], ratio[PAIRS];
    char note[64];
    size_t trades = 0;
    cfg.strategies[0].strategy = &stops;
    for (int i = 0; i < PAIRS; i++) {
        double t0 = bench_now();
        struct floor_result f = floor_sma_cross(b, 10, 30, cfg.commission_rate);
        double t1 = bench_now();
        struct bt_result result = bench_run(&cfg, b, NULL, NULL);
        double t2 = bench_now();
        sink += f.final_equity;
        plain[i] = t1 - t0;
        ours[i] = t2 - t1;
        ratio[i] = ours[i] / plain[i];
        trades = result.n_trades;
        bt_result_release(&result);
    }
    printf("\nRSI + Bollinger entries, ATR stop, take-profit, every default metric\n");
    snprintf(note, sizeof note, "%zu trades", trades);
    bench_line("engine", bench_median(ours, PAIRS), b->n, note);
    printf("  engine / floor of the SMA cross %.2f\n", bench_median(ratio, PAIRS));
}
