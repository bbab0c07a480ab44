/* The engine beside the floor, in one run: what `make bench` prints first.
 *   bench/engine [BARS.bin]      writes the bars too (t o h l c v, a column behind the other), for
 *                                bench/peers */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/bench.h"

double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n) {
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

double bench_least(const double *values, size_t n) {
    double least = values[0];
    for (size_t i = 1; i < n; i++)
        least = values[i] < least ? values[i] : least;
    return least;
}

/* xorshift and arithmetic without a library: the same bits everywhere */
struct bars bench_bars(size_t n) {
    unsigned long long x = 88172645463325252ULL;
    struct bars b;
    double price = 30000;
    bars_init(&b);
    for (size_t i = 0; i < n; i++) {
        double step[3];
        for (int k = 0; k < 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            step[k] = (double)(x >> 11) / 9007199254740992.0; /* 2^53 */
        }
        double close = price * (1 + (step[0] - 0.5) * 0.002);
        double top = (close > price ? close : price) * (1 + step[1] * 0.0005);
        double bottom = (close < price ? close : price) * (1 - step[2] * 0.0005);
        if (!bars_append(&b, (int64_t)i * MS_PER_MINUTE, price, top, bottom, close, 1)) {
            fprintf(stderr, "out of memory\n");
            exit(EXIT_FAILURE);
        }
        price = close;
    }
    return b;
}

struct bt_result bench_run(const struct bt_config *cfg, const struct bars *b, bt_poll_fn *poll,
                           void *arg) {
    struct bt_result result;
    struct bt_error error = {.strategy = 0};
    if (backtest_run(cfg, b, 0, poll, arg, &result, &error) != BT_OK) {
        fprintf(stderr, "engine: %s\n", error.expr.message);
        exit(EXIT_FAILURE);
    }
    return result;
}

struct bt_config bench_sma(void) {
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.strategies[0].strategy = preset_find("sma");
    cfg.strategies[0].params[0] = 10;
    cfg.strategies[0].params[1] = 30;
    cfg.n_strategies = 1;
    cfg.interval = INTERVAL_1M;
    cfg.commission_rate = 0.00001;
    return cfg;
}

void bench_line(const char *name, double ns, size_t bars, const char *note) {
    printf("  %-38s %8.2f ms  %6.2f ns a bar  %s\n", name, ns / 1e6, ns / (double)bars, note);
}

static void save(const struct bars *b, const char *path) {
    const void *columns[] = {b->t, b->o, b->h, b->l, b->c, b->v};
    FILE *f = fopen(path, "wb");
    bool saved = f != NULL;
    for (size_t i = 0; saved && i < sizeof columns / sizeof *columns; i++)
        saved = fwrite(columns[i], sizeof(double), b->n, f) == b->n;
    if (!f || fclose(f) != 0 || !saved) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv) {
    struct bars b = bench_bars(BENCH_BARS);
    if (argc > 1)
        save(&b, argv[1]);
    printf("%d bars; processor time, median of runs that alternate, ratios of the same\n",
           BENCH_BARS);
    bench_cross(&b);
    bench_stops(&b);
    bench_functions(&b);
    bench_cancel();
    bars_release(&b);
    return EXIT_SUCCESS;
}
