/* The engine beside the floor, in one run, in pairs: 525,600 one-minute bars, SMA 10/30 cross, both
 * sides, fee. Prints milliseconds, ns a bar and the ratio (median of the pairs). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/floor.h"
#include "engine/backtest.h"
#include "lib/clock.h"

#define BARS  525600
#define PAIRS 21

/* A random walk of our own, the same on every machine: xorshift and sqrt-free arithmetic. */
static bool walk(struct bars *b) {
    unsigned long long x = 88172645463325252ULL;
    double price = 30000;
    bars_init(b);
    for (int64_t i = 0; i < BARS; i++) {
        double step[3];
        for (int k = 0; k < 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            step[k] = (double)(x >> 11) / 9007199254740992.0; /* 2^53 */
        }
        double close = price * (1 + (step[0] - 0.5) * 0.002);
        double top = (close > price ? close : price) * (1 + step[1] * 0.0005);
        double bottom = (close < price ? close : price) * (1 - step[2] * 0.0005);
        if (!bars_append(b, i * MS_PER_MINUTE, price, top, bottom, close, 1))
            return false;
        price = close;
    }
    return true;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n) {
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

int main(void) {
    struct bars b;
    struct bt_config cfg;
    double ours[PAIRS], plain[PAIRS], averages[PAIRS], ratio[PAIRS];
    size_t trades = 0, plain_trades = 0;
    volatile double sink = 0;

    if (!walk(&b))
        return EXIT_FAILURE;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.strategies[0].strategy = preset_find("sma");
    cfg.strategies[0].params[0] = 10;
    cfg.strategies[0].params[1] = 30;
    cfg.n_strategies = 1;
    cfg.interval = INTERVAL_1M;
    cfg.commission_rate = 0.0004;
    for (int i = 0; i < PAIRS; i++) {
        struct bt_result result;
        struct bt_error error;
        int64_t t0 = clock_mono_us();
        struct floor_result f = floor_sma_cross(&b, 10, 30, cfg.commission_rate);
        int64_t t1 = clock_mono_us();
        if (backtest_run(&cfg, &b, 0, NULL, NULL, &result, &error) != BT_OK) {
            fprintf(stderr, "engine: %s\n", error.expr.message);
            return EXIT_FAILURE;
        }
        int64_t t2 = clock_mono_us();
        sink += floor_averages(&b, 10, 30);
        int64_t t3 = clock_mono_us();
        plain[i] = (double)(t1 - t0);
        ours[i] = (double)(t2 - t1);
        averages[i] = (double)(t3 - t2);
        ratio[i] = ours[i] / plain[i];
        trades = result.n_trades;
        plain_trades = f.trades;
        sink += f.final_equity;
        bt_result_release(&result);
    }
    double us = median(ours, PAIRS), floor_us = median(plain, PAIRS);
    printf("%d bars, SMA 10/30, fee, every default metric; median of %d pairs in one run\n", BARS,
           PAIRS);
    printf("  engine       %7.2f ms  %5.2f ns a bar  (%zu trades)\n", us / 1000, us * 1000 / BARS,
           trades);
    printf("  plain C      %7.2f ms  %5.2f ns a bar  (%zu trades)\n", floor_us / 1000,
           floor_us * 1000 / BARS, plain_trades);
    printf("  averages     %7.2f ms  (the two averages alone)\n", median(averages, PAIRS) / 1000);
    printf("  engine / plain C  %.2f\n", median(ratio, PAIRS));
    bars_release(&b);
    return isfinite(sink) ? EXIT_SUCCESS : EXIT_FAILURE;
}
