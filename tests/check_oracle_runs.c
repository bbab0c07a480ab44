/* Random requests with what others made of them (tests/oracle/make_runs.py): backtesting.py itself
 * for its profile, a plain second implementation for the default one. */
#include <math.h>

#include "lib/market_extra.h"
#include "lib/spec.h"
#include "tests/columns.h"
#include "tests/suite.h"

#define LINE_MAX_BYTES 16384

static uint64_t below(uint64_t *state, uint64_t n) {
    return columns_random(state) % n;
}

/* The bars that make_runs.py made, from the same seed. */
static struct bars walk(uint64_t seed, enum interval interval, size_t n) {
    struct bars b;
    double close = 100;
    bars_init(&b);
    for (size_t i = 0; i < n; i++) {
        double open = close;
        if (below(&seed, 6) == 0)
            open += ((double)below(&seed, 17) - 8) / 4;
        open = fmax(open, 20);
        close = fmax(open + ((double)below(&seed, 17) - 8) / 4, 20);
        double high = fmax(open, close) + (double)below(&seed, 5) / 4;
        double low = fmin(open, close) - (double)below(&seed, 5) / 4;
        int64_t t = (int64_t)i * interval_ms(interval) + 4 * MS_PER_DAY;
        ck_assert(bars_append(&b, t, open, high, low, close, (double)below(&seed, 1000)));
    }
    return b;
}

static void near(int line, const char *word, double got, struct json_object *want) {
    double x = json_object_get_double(want);
    ck_assert_msg(fabs(got - x) <= 1e-9 * fmax(1, fabs(x)), "line %d: %s %.17g, not %.17g", line,
                  word, got, x);
}

static void same_trades(int line, const struct bt_result *res, struct json_object *want) {
    double size = 0, in = 0, out = 0, entry = 0, exit = 0, pnl = 0;
    for (size_t i = 0; i < res->n_trades; i++) {
        const struct trade *t = &res->trades[i];
        size += fabs(t->size);
        in += (double)t->entry_bar;
        out += (double)t->exit_bar;
        entry += t->entry_price;
        exit += t->exit_price;
        pnl += t->pnl;
    }
    near(line, "trades", (double)res->n_trades, json_object_object_get(want, "count"));
    near(line, "sum of sizes", size, json_object_object_get(want, "size"));
    near(line, "sum of entry bars", in, json_object_object_get(want, "entryBar"));
    near(line, "sum of exit bars", out, json_object_object_get(want, "exitBar"));
    near(line, "sum of entry prices", entry, json_object_object_get(want, "entryPrice"));
    near(line, "sum of exit prices", exit, json_object_object_get(want, "exitPrice"));
    near(line, "sum of pnl", pnl, json_object_object_get(want, "pnl"));
}

static void same_metrics(int line, const struct metrics *got, struct json_object *want) {
    json_object_object_foreach(want, word, value) {
        int m = 0;
        while (m < METRIC_COUNT && strcmp(metric_info_at((enum metric)m)->name, word) != 0)
            m++;
        ck_assert_msg(m < METRIC_COUNT, "line %d: no metric %s", line, word);
        near(line, word, got->value[m], value);
    }
}

static void run_line(int line, const char *text, size_t len) {
    struct err e = {0};
    struct bt_error found = {.strategy = 0};
    struct request r;
    struct market_data d;
    struct market_extra x;
    struct bt_result res;
    enum interval stored;
    int64_t seed = 0, n = 0;
    const char *name = "";
    struct json_object *o = json_parse(text, len, &e);
    ck_assert_msg(o && json_get_int(o, "seed", &seed, &e) && json_get_int(o, "bars", &n, &e) &&
                      json_get_string(o, "stored", &name, &e) && interval_parse(name, &stored),
                  "line %d: %s", line, e.message);
    struct bars b = walk((uint64_t)seed, stored, (size_t)n);
    enum err_code code = request_parse(json_get_object(o, "request", &e), &r, &e);
    ck_assert_msg(code == ERR_NONE, "line %d: %s", line, e.message);
    code = market_from_bars(&b, stored, &r, r.want_warmup, &d, &e);
    ck_assert_msg(code == ERR_NONE, "line %d: %s", line, e.message);
    code = market_extra_from_bars(&b, stored, &r, &d, &x, &e);
    ck_assert_msg(code == ERR_NONE, "line %d: %s", line, e.message);
    enum bt_status status = backtest_run(&r.cfg, &d.bars, d.first, NULL, NULL, &res, &found);
    ck_assert_msg(status == BT_OK, "line %d: %s", line, found.expr.message);
    same_trades(line, &res, json_get_object(o, "trades", &e));
    same_metrics(line, &res.metrics, json_get_object(o, "metrics", &e));
    bt_result_release(&res);
    market_extra_release(&x);
    market_data_release(&d);
    request_release(&r);
    bars_release(&b);
    json_object_put(o);
}

START_TEST(runs_are_what_others_made_of_them) {
    static char text[LINE_MAX_BYTES];
    FILE *f = columns_data("oracle_runs.jsonl");
    int line = 0;
    while (fgets(text, sizeof text, f))
        run_line(++line, text, strlen(text));
    fclose(f);
    ck_assert_int_ge(line, 130);
}
END_TEST

SUITE_MAIN("oracle_runs", runs_are_what_others_made_of_them)
