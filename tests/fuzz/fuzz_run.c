/* A whole backtest on hostile bars. The input is a request, in JSON up to a NUL, or drawn from
 * bytes behind a 'D' and the mode (tests/fuzz/draw.h); then bytes that become bars: NaN,
 * infinities, zeros, negative and enormous prices, time that stands or goes back. They go the way
 * of a job, to the printed result; what the engine may not see is refused with a message. What runs
 * gives the same result bit for bit in blocks of another size, and its money adds up. */
#include "tests/fuzz/fuzz.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/market_extra.h"
#include "lib/result.h"
#include "tests/fuzz/draw.h"

#define BARS       300
#define BAR_BYTES  6
#define WARMUP_MAX 5000
#define TRIES      80 /* words that a drawn request may lose before it is given up */

enum { MODE_FIX = 1, MODE_MINUTES = 2, MODE_PRINT = 4, MODE_DENSE = 8 };

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

static int64_t step(uint8_t byte, int mode) {
    static const int64_t odd[] = {
        0, 1, -1, -MS_PER_DAY, MS_PER_DAY, 30 * MS_PER_DAY, INT32_MAX, -(1LL << 40), 1LL << 40};
    if (byte < 240)
        return mode & MODE_DENSE ? MS_PER_MINUTE : MS_PER_HOUR;
    return odd[(byte - 240) % (sizeof odd / sizeof *odd)];
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
        t += step(p[0], mode);
        FUZZ_MUST(bars_append(b, t, o, h, l, c, p[5] < 220 ? p[5] : price(p[5], 1)));
        if (isfinite(c) && c > 0)
            last = c;
    }
}

static void compare(const struct bt_config *cfg, const struct bt_result *a,
                    const struct bt_result *b) {
    /* backtesting.py closes at the close before: what fills on the last bar ends before it began */
    int64_t back = cfg->profile == PROFILE_BACKTESTING_PY && cfg->fill == FILL_CLOSE;
    FUZZ_MUST(a->n_trades == b->n_trades && a->n_bars == b->n_bars);
    for (size_t i = 0; i < a->n_trades; i++) {
        const struct trade *x = &a->trades[i], *y = &b->trades[i];
        FUZZ_MUST(x->entry_bar == y->entry_bar && x->exit_bar == y->exit_bar);
        FUZZ_MUST(x->entry_bar <= x->exit_bar + back && x->exit_bar < (int64_t)a->n_bars);
        FUZZ_MUST(memcmp(&x->pnl, &y->pnl, sizeof x->pnl) == 0);
    }
    for (int m = 0; m < METRIC_COUNT; m++) {
        double x = a->metrics.value[m], y = b->metrics.value[m];
        FUZZ_MUST(isnan(x) ? isnan(y) : memcmp(&x, &y, sizeof x) == 0);
    }
    FUZZ_MUST(!a->equity || memcmp(a->equity, b->equity, a->n_bars * sizeof *a->equity) == 0);
}

/* Prices whose products are numbers. */
static bool countable(const struct bars *b) {
    double low = 1, high = 1;
    for (size_t i = 0; i < b->n; i++) {
        low = least(low, b->l[i]);
        high = -least(-high, -b->h[i]);
    }
    return low >= 1e-100 && high <= 1e100;
}

/* What the trades made is what the equity gained, when nothing is left open; and equity is never
 * below 0. To what doubles hold of the money that changed hands. */
static void account(const struct bt_config *cfg, const struct bt_result *res) {
    double gain = 0, moved = cfg->cash;
    bool open = !cfg->finalize || cfg->profile == PROFILE_BACKTESTING_PY;
    for (size_t i = 0; i < res->n_trades; i++) {
        const struct trade *t = &res->trades[i];
        FUZZ_MUST(isfinite(t->pnl) && isfinite(t->size) && t->size != 0);
        FUZZ_MUST(t->entry_price > 0 && t->exit_price >= 0 && isfinite(t->exit_price));
        FUZZ_MUST(t->mae <= 0 && t->mfe >= 0);
        gain += t->pnl;
        moved +=
            fabs(t->pnl) + fabs(t->size) * (t->entry_price + t->exit_price) + fabs(t->commission);
    }
    if (res->n_bars > 0 && !open)
        FUZZ_MUST(fabs(res->equity[res->n_bars - 1] - cfg->cash - gain) <= 1e-9 * moved);
    for (size_t i = 0; i < res->n_bars && !open; i++)
        FUZZ_MUST(res->equity[i] >= -1e-9 * moved && isfinite(res->equity[i]));
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
    compare(&r->cfg, &whole, &pieces);
    if (countable(&d->bars))
        account(&r->cfg, &whole);
    if (mode & MODE_PRINT)
        print(r, d, &whole);
    bt_result_release(&whole);
    bt_result_release(&pieces);
}

/* Bars out of the bytes at p, and the run. */
static void run_bytes(struct request *r, int mode, const uint8_t *p, const uint8_t *end) {
    struct err e = {.code = ERR_NONE};
    struct bars b;
    struct market_data d;
    struct market_extra x = {.have_lower = false};
    enum interval stored = mode & MODE_MINUTES ? INTERVAL_1M : r->interval;
    size_t warmup = r->want_warmup < WARMUP_MAX ? r->want_warmup : WARMUP_MAX;
    make_bars(&b, mode, p, end);
    if (market_from_bars(&b, stored, r, warmup, &d, &e) == ERR_NONE) {
        if (market_extra_from_bars(&b, stored, r, &d, &x, &e) != ERR_NONE)
            FUZZ_MUST(e.code == ERR_UNPROCESSABLE && e.message[0] != '\0');
        run(r, &d, mode);
        market_extra_release(&x);
        market_data_release(&d);
    } else {
        FUZZ_MUST(e.code == ERR_UNPROCESSABLE && e.message[0] != '\0');
    }
    bars_release(&b);
}

/* Words that do not fit the others go, so that the rest is run. */
static void drawn(const uint8_t *p, const uint8_t *end) {
    struct err e = {.code = ERR_NONE};
    struct request r;
    int mode = *p++ ^ MODE_FIX; /* 0: bars that an honest feed would send */
    struct json_object *o = draw_request(&p, end);
    for (int i = 0; i < TRIES; i++) {
        if (request_parse(o, &r, &e) == ERR_NONE) {
            run_bytes(&r, mode, p, end);
            request_release(&r);
            break;
        }
        FUZZ_MUST(e.code != ERR_INTERNAL && e.message[0] != '\0');
        if (!draw_without(o, e.pointer))
            break;
    }
    json_object_put(o);
}

static void written(const uint8_t *data, const uint8_t *nul, const uint8_t *end) {
    struct err e = {.code = ERR_NONE};
    struct request r;
    const char *user = NULL;
    struct json_object *body = json_parse((const char *)data, (size_t)(nul - data), &e);
    struct json_object *flat = body ? request_flatten(body, &user, &e) : NULL;
    if (flat && request_parse(flat, &r, &e) == ERR_NONE) {
        run_bytes(&r, nul[1], nul + 2, end);
        request_release(&r);
    }
    json_object_put(flat);
    json_object_put(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *nul = memchr(data, 0, size);
    if (size > 1 && data[0] == 'D')
        drawn(data + 1, data + size);
    else if (nul && data + size - nul >= 2)
        written(data, nul, data + size);
    return 0;
}
