/* A whole backtest on hostile bars. The input is a request in JSON, a NUL, and bytes that become
 * bars: NaN, infinities, zeros, negative and enormous prices, time that stands or goes back. They
 * go the way of a job, to the printed result; what the engine may not see is refused with a
 * message. What runs gives the same result bit for bit in blocks of another size. */
#include "tests/fuzz/fuzz.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/result.h"

#define BARS       300
#define BAR_BYTES  6
#define WARMUP_MAX 5000

enum { MODE_FIX = 1, MODE_MINUTES = 2, MODE_PRINT = 4 };

/* One byte: mostly a step from the last price, else something that no market has. */
static double price(uint8_t byte, double last) {
    static const double hostile[] = {
        0,      -0.0,  -1,     1e300,    -1e300,   DBL_MAX, DBL_MIN, 5e-324,
        1e-300, 1e100, 1e-100, 1e15,     1e-15,    1,       3,       0.1,
        1e308,  1e154, 1e155,  0x1p-512, 0x1p+511, 1e10,    1e-10,   99999999.99999999,
        1e18,   1e17,  1e9,    1e-9,     1.7e308,  1e-308,  2,       100};
    if (byte < 221)
        return last * (1 + ((double)byte - 110) / 1000);
    if (byte == 253)
        return (double)NAN;
    if (byte == 254)
        return (double)INFINITY;
    if (byte == 255)
        return (double)-INFINITY;
    return hostile[byte - 221];
}

static int64_t step(uint8_t byte) {
    static const int64_t odd[] = {
        0, 1, -1, -MS_PER_DAY, MS_PER_DAY, 30 * MS_PER_DAY, INT32_MAX, -(1LL << 40), 1LL << 40};
    return byte < 240 ? MS_PER_HOUR : odd[(byte - 240) % (sizeof odd / sizeof *odd)];
}

static double least(double a, double b) {
    return b < a ? b : a;
}

static void make_bars(struct bars *b, int mode, const uint8_t *p, const uint8_t *end) {
    double last = 100;
    int64_t t = 1700000000000;
    bars_init(b);
    for (; end - p >= BAR_BYTES && b->n < BARS; p += BAR_BYTES) {
        double o = price(p[1], last), h = price(p[2], o), l = price(p[3], o), c = price(p[4], o);
        if (mode & MODE_FIX) { /* what an honest feed would still send */
            o = fabs(o), h = fabs(h), l = fabs(l), c = fabs(c);
            h = -least(least(-h, -l), least(-o, -c));
            l = least(least(h, l), least(o, c));
        }
        t += step(p[0]);
        FUZZ_MUST(bars_append(b, t, o, h, l, c, p[5] < 220 ? p[5] : price(p[5], 1)));
        if (isfinite(c) && c > 0)
            last = c;
    }
}

static void compare(const struct bt_result *a, const struct bt_result *b) {
    FUZZ_MUST(a->n_trades == b->n_trades && a->n_bars == b->n_bars);
    for (size_t i = 0; i < a->n_trades; i++) {
        const struct trade *x = &a->trades[i], *y = &b->trades[i];
        FUZZ_MUST(x->entry_bar == y->entry_bar && x->exit_bar == y->exit_bar);
        FUZZ_MUST(x->entry_bar <= x->exit_bar && x->exit_bar < (int64_t)a->n_bars);
        FUZZ_MUST(memcmp(&x->pnl, &y->pnl, sizeof x->pnl) == 0);
    }
    for (int m = 0; m < METRIC_COUNT; m++) {
        double x = a->metrics.value[m], y = b->metrics.value[m];
        FUZZ_MUST(isnan(x) ? isnan(y) : memcmp(&x, &y, sizeof x) == 0);
    }
    FUZZ_MUST(!a->equity || memcmp(a->equity, b->equity, a->n_bars * sizeof *a->equity) == 0);
}

static void print(const struct request *r, const struct market_data *d,
                  const struct bt_result *res) {
    struct err e;
    char *body = result_body(NULL, r, d, res), *summary = result_summary(res);
    FUZZ_MUST(body && summary);
    struct json_object *o = json_parse(body, strlen(body), &e);
    FUZZ_MUST(o != NULL);
    json_object_put(o);
    free(body);
    free(summary);
}

static void run(struct request *r, const struct market_data *d, int mode) {
    struct bt_result whole, pieces;
    struct bt_error why;
    r->cfg.want_equity = true;
    FUZZ_MUST(backtest_run(&r->cfg, &d->bars, d->first, NULL, NULL, &whole, &why) == BT_OK);
    r->cfg.block = 7;
    FUZZ_MUST(backtest_run(&r->cfg, &d->bars, d->first, NULL, NULL, &pieces, &why) == BT_OK);
    compare(&whole, &pieces);
    if (mode & MODE_PRINT)
        print(r, d, &whole);
    bt_result_release(&whole);
    bt_result_release(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *nul = memchr(data, 0, size);
    struct err e = {.code = ERR_NONE};
    struct request r;
    struct bars b;
    struct market_data d;
    const char *user = NULL;
    if (!nul || data + size - nul < 2)
        return 0;
    struct json_object *body = json_parse((const char *)data, (size_t)(nul - data), &e);
    struct json_object *flat = body ? request_flatten(body, &user, &e) : NULL;
    if (flat && request_parse(flat, &r, &e) == ERR_NONE) {
        enum interval stored = nul[1] & MODE_MINUTES ? INTERVAL_1M : r.interval;
        size_t warmup = r.want_warmup < WARMUP_MAX ? r.want_warmup : WARMUP_MAX;
        make_bars(&b, nul[1], nul + 2, data + size);
        if (market_from_bars(&b, stored, &r, warmup, &d, &e) == ERR_NONE) {
            run(&r, &d, nul[1]);
            market_data_release(&d);
        } else {
            FUZZ_MUST(e.code == ERR_UNPROCESSABLE && e.message[0] != '\0');
        }
        bars_release(&b);
        request_release(&r);
    }
    json_object_put(flat);
    json_object_put(body);
    return 0;
}
