/* Equity in the store: whatever a run was, what is unpacked is bit for bit what it had. */
#include "lib/result.h"

#include <string.h>

#include "tests/random_run.h"

static void same(const struct equity_curve *c, const struct bars *range, const double *equity) {
    ck_assert_uint_eq(c->n, range->n);
    ck_assert_mem_eq(c->t, range->t, range->n * sizeof *c->t);
    ck_assert_mem_eq(c->equity, equity, range->n * sizeof *c->equity);
}

/* Packs the run's spans, unpacks them beside its values; returns the packed length. */
static size_t there_and_back(const struct bt_config *cfg, const struct bars *b, size_t first) {
    struct bt_result res = random_result(cfg, b, first);
    struct bars range = bars_slice(b, first, b->n);
    struct equity_curve c;
    size_t len = 0;
    ck_assert_uint_gt(res.n_accounts, 0);
    char *data = equity_pack(&range, &res, &len);
    ck_assert_ptr_nonnull(data);
    ck_assert(equity_unpack(data, len, &c));
    same(&c, &range, res.equity);
    equity_release(&c);
    free(data);
    bt_result_release(&res);
    return len;
}

START_TEST(random_runs_come_back) {
    struct random r = {.state = 77};
    for (int i = 0; i < 400; i++) {
        struct random_request q;
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 300));
        random_request(&r, &q);
        q.cfg.want_spans = true;
        if (random_below(&r, 3) == 0) { /* closes without few decimals */
            for (size_t k = 0; k < b.n; k++) {
                b.c[k] += (b.h[k] - b.c[k]) * random_unit(&r);
            }
        }
        there_and_back(&q.cfg, &b, (size_t)random_below(&r, 20));
        bars_release(&b);
    }
}
END_TEST

static const struct strategy holds = {
    .name = "holds",
    .rules = {[RULE_LONG_ENTRY] = "crossover(sma(close, 10), sma(close, 30))",
              [RULE_SHORT_ENTRY] = "crossunder(sma(close, 10), sma(close, 30))"}};
static const struct strategy waits = {.name = "waits", .rules = {[RULE_LONG_ENTRY] = "close < 0"}};

static struct bt_config config_of(const struct strategy *s) {
    struct bt_config cfg;
    bt_config_init(&cfg, PROFILE_CANDLEMILL);
    cfg.interval = INTERVAL_1M;
    cfg.want_equity = cfg.want_spans = true;
    cfg.strategies[cfg.n_strategies++].strategy = s;
    return cfg;
}

/* Minutes that move in hundredths, or with all their bits. */
static struct bars minutes(size_t n, bool hundredths) {
    struct random r = {.state = 5};
    struct bars b;
    int64_t cents = 3000000;
    bars_init(&b);
    for (size_t i = 0; i < n; i++) {
        double open = (double)cents / 100;
        cents += random_below(&r, 4001) - 2000;
        double close = (double)cents / 100;
        if (!hundredths)
            close += random_unit(&r) / 128;
        double high = open > close ? open : close, low = open < close ? open : close;
        ck_assert(bars_append(&b, (int64_t)i * MS_PER_MINUTE, open, high, low, close, 1));
    }
    return b;
}

START_TEST(is_compact) {
    const size_t n = 20000, tail = 38 * 8, times = 24;
    struct bars b = minutes(n, true);
    struct bt_config always = config_of(&holds), never = config_of(&waits);
    size_t held = there_and_back(&always, &b, 0);
    ck_assert_msg(held < 4 * n, "%zu bytes", held);
    ck_assert_uint_eq(there_and_back(&never, &b, 0), tail + times + 24);
    bars_release(&b);

    b = minutes(n, false); /* never much more than the values themselves */
    held = there_and_back(&always, &b, 0);
    ck_assert_msg(held > 4 * n && held < 10 * n, "%zu bytes", held);
    bars_release(&b);
}
END_TEST

START_TEST(values_alone_come_back_too) {
    int64_t months[] = {0, 31 * MS_PER_DAY, 59 * MS_PER_DAY, 90 * MS_PER_DAY};
    double values[] = {1, 2, 3, 4};
    struct bars uneven = {.n = 4, .t = months}, none = {.n = 0};
    struct bt_result res = {.equity = values}, nothing = {.equity = NULL};
    struct equity_curve c;
    size_t len;
    char *data = equity_pack(&uneven, &res, &len);
    ck_assert(equity_unpack(data, len, &c));
    same(&c, &uneven, values);
    equity_release(&c);
    free(data);
    data = equity_pack(&none, &nothing, &len);
    ck_assert(equity_unpack(data, len, &c));
    ck_assert_uint_eq(c.n, 0);
    equity_release(&c);
    free(data);
}
END_TEST

/* Every byte turned around, every length: refused or a curve, nothing else. */
static void damage(const struct bars *b, const struct bt_result *res) {
    struct equity_curve c;
    size_t len;
    char *data = equity_pack(b, res, &len);
    for (size_t cut = 0; cut < len; cut++) {
        char *copy = malloc(cut ? cut : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, data, cut);
        ck_assert(!equity_unpack(copy, cut, &c));
        free(copy);
    }
    for (size_t i = 0; i < len; i++) {
        for (int bit = 0; bit < 8; bit += 7) {
            data[i] = (char)(data[i] ^ 1 << bit);
            if (equity_unpack(data, len, &c))
                equity_release(&c);
            data[i] = (char)(data[i] ^ 1 << bit);
        }
    }
    ck_assert(equity_unpack(data, len, &c));
    equity_release(&c);
    free(data);
}

START_TEST(damage_is_refused) {
    struct bars b = minutes(150, true);
    struct bt_config cfg = config_of(&holds);
    cfg.strategies[cfg.n_strategies++].strategy = &waits;
    struct bt_result res = random_result(&cfg, &b, 0);
    ck_assert_uint_eq(res.n_accounts, 2);
    damage(&b, &res);
    struct bt_result plain = {.equity = res.equity};
    damage(&b, &plain);
    bt_result_release(&res);
    bars_release(&b);
}
END_TEST

SUITE_MAIN("equity_part", random_runs_come_back, is_compact, values_alone_come_back_too,
           damage_is_refused)
