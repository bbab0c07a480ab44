/* Money has no unit: with all prices doubled and all units halved (lot step halved, tick doubled)
 * a strategy without price literals gives the same percentages. Two is a power of two, so the same
 * to the last bit. */
#include <math.h>

#include "tests/random_run.h"

#define CASES random_cases()
#define SEED  UINT64_C(0x51ed270b7f4a7c15)

static struct bars doubled(const struct bars *b) {
    struct bars out;
    bars_init(&out);
    for (size_t i = 0; i < b->n; i++)
        MUST(
            bars_append(&out, b->t[i], 2 * b->o[i], 2 * b->h[i], 2 * b->l[i], 2 * b->c[i], b->v[i]),
            "out of memory");
    return out;
}

static struct random_scale scale;

static void find_scale(struct random *r) {
    struct bars b = random_bars(r, 300), twice = doubled(&b);
    random_scale_init(&scale, r, &b, &twice);
    bars_release(&b);
    bars_release(&twice);
}

static enum random_kind kind_of(const char *name) {
    int rows;
    const struct ind_info **table = random_table(&rows);
    for (int row = 0; row < rows; row++)
        if (strcmp(table[row]->name, name) == 0)
            return scale.of[row][0];
    return KIND_OTHER;
}

START_TEST(functions_are_told_apart) {
    static struct random r;
    r = (struct random){.state = SEED};
    find_scale(&r);
    const char *const prices[] = {"close", "sma", "atr", "bb", "macd", "sar", "supertrend"};
    const char *const ratios[] = {"rsi", "adx", "roc", "volume", "stoch", "aroon", "crossover"};
    const char *const others[] = {"variance", "log", "round", "exp", "atan"};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        ck_assert_msg(kind_of(prices[i]) == KIND_PRICE, "%s", prices[i]);
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        ck_assert_msg(kind_of(ratios[i]) == KIND_FREE, "%s", ratios[i]);
    int rows, known = 0;
    random_table(&rows);
    for (int row = 0; row < rows; row++)
        known += scale.of[row][0] != KIND_OTHER;
    ck_assert_msg(known > rows / 2, "%d of %d functions", known, rows);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(kind_of(others[i]) == KIND_OTHER, "%s", others[i]);
}
END_TEST

static void assert_scaled(const struct bt_result *a, const struct bt_result *b, int number) {
    MUST(a->n_trades == b->n_trades, "case %d: %zu or %zu trades", number, a->n_trades,
         b->n_trades);
    for (size_t i = 0; i < a->n_trades; i++) {
        const struct trade *x = &a->trades[i], *y = &b->trades[i];
        MUST(x->size == 2 * y->size && 2 * x->entry_price == y->entry_price &&
                 2 * x->exit_price == y->exit_price && x->entry_bar == y->entry_bar &&
                 x->exit_bar == y->exit_bar && x->exit_reason == y->exit_reason,
             "case %d: trade %zu", number, i);
        MUST(x->pnl == y->pnl && x->return_pct == y->return_pct && x->mae == y->mae &&
                 x->mfe == y->mfe,
             "case %d: figures of trade %zu", number, i);
    }
    MUST(memcmp(a->equity, b->equity, a->n_bars * sizeof *a->equity) == 0, "case %d: equity",
         number);
    for (int m = 0; m < METRIC_COUNT; m++)
        MUST(columns_same(a->metrics.value[m], b->metrics.value[m]),
             "case %d: %s is %.17g or %.17g", number, metric_info_at((enum metric)m)->name,
             a->metrics.value[m], b->metrics.value[m]);
}

START_TEST(prices_doubled_and_units_halved_change_no_percentage) {
    static struct random r;
    static struct random_request q;
    size_t trades = 0;
    r = (struct random){.state = SEED};
    find_scale(&r);
    r.scale = &scale;
    for (int number = 0; number < CASES; number++) {
        struct bars b = random_bars(&r, 50 + (size_t)random_below(&r, 150)), twice = doubled(&b);
        random_request(&r, &q);
        struct bt_config *c = &q.cfg;
        c->block = 128;
        c->commission_fixed = c->commission_minimum = 0;
        struct bt_result one = random_result(c, &b, 0);
        c->size /= c->size_type == SIZE_UNITS ? 2 : 1;
        c->lot_step /= 2;
        c->lot_min /= 2;
        c->tick *= 2;
        struct bt_result two = random_result(c, &twice, 0);
        assert_scaled(&one, &two, number);
        trades += one.n_trades;
        bt_result_release(&one);
        bt_result_release(&two);
        bars_release(&b);
        bars_release(&twice);
    }
    MUST(trades > 5 * (size_t)CASES, "%zu trades", trades);
}
END_TEST

SUITE_MAIN("scale", functions_are_told_apart, prices_doubled_and_units_halved_change_no_percentage)
