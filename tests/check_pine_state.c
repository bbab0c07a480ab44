/* What scripts do with names that change, with functions and texts, beside the same written as a
 * loop: a script is held long where its condition was true a bar ago. */
#include "lib/pine.h"

#include <stdio.h>
#include <string.h>

#include "lib/spec.h"
#include "tests/suite.h"

#define N 400

static double o[N], h[N], l[N], c[N], v[N];

static void make_bars(struct bars *b) {
    uint32_t x = 2026;
    double price = 100;
    bars_init(b);
    for (int i = 0; i < N; i++) {
        double r[4];
        for (int k = 0; k < 4; k++) {
            x = x * 1664525 + 1013904223;
            r[k] = (double)(x >> 8) / (1 << 24);
        }
        o[i] = price;
        c[i] = price * (0.97 + 0.06 * r[0]);
        h[i] = (o[i] > c[i] ? o[i] : c[i]) * (1 + 0.01 * r[1]);
        l[i] = (o[i] < c[i] ? o[i] : c[i]) * (1 - 0.01 * r[2]);
        v[i] = (double)(int)(r[3] * 100);
        price = c[i];
        ck_assert(
            bars_append(b, (int64_t)(i + 400008) * MS_PER_HOUR, o[i], h[i], l[i], c[i], v[i]));
    }
}

static void read_bars(void) {
    struct bars b;
    make_bars(&b);
    bars_release(&b);
}

/* `script` gives a condition named go; `on` the same on every bar. */
static void same_as(const char *head, const char *script, const bool on[N]) {
    static char text[8192];
    struct bars b;
    struct pine p;
    struct err e = {0};
    struct request r;
    struct bt_result res;
    struct bt_error wrong = {.strategy = 0};
    make_bars(&b);
    snprintf(text, sizeof text,
             "%s%sif go\n    strategy.entry('L', strategy.long)\nif not go\n    "
             "strategy.close('L')\n",
             head, script);
    ck_assert_msg(pine_import(text, strlen(text), 0.5, &p, &e) == ERR_NONE, "%s", e.message);
    for (size_t i = 0; i < p.n_notes; i++)
        ck_assert_msg(!p.notes[i].refused, "%s\n%d: %s", text, p.notes[i].line, p.notes[i].text);
    json_object_object_add(p.request, "symbol", json_object_new_string("X"));
    json_object_object_add(p.request, "interval", json_object_new_string("1h"));
    ck_assert_msg(request_parse(p.request, &r, &e) == ERR_NONE, "%s", e.message);
    ck_assert_int_eq(backtest_run(&r.cfg, &b, 0, NULL, NULL, &res, &wrong), BT_OK);
    size_t k = 0;
    int64_t entered = -1;
    bool first = true; /* nothing acts before the warm-up: the first trade may begin late */
    for (int64_t i = 0; i + 1 < N; i++) {
        if (entered < 0 && on[i])
            entered = i + 1;
        if (entered < 0 || on[i])
            continue;
        if (k < res.n_trades && first && res.trades[k].exit_bar > i + 1) {
            entered = -1;
            continue;
        }
        ck_assert_msg(k < res.n_trades, "%s\n%zu trades, the loop has one at bar %d", script,
                      res.n_trades, (int)entered);
        ck_assert_msg(
            (first || res.trades[k].entry_bar == entered) && res.trades[k].exit_bar == i + 1,
            "%s\ntrade %zu: bars %d to %d, the loop's %d to %d", script, k,
            (int)res.trades[k].entry_bar, (int)res.trades[k].exit_bar, (int)entered, (int)i + 1);
        first = false;
        entered = -1;
        k++;
    }
    ck_assert_msg(k == res.n_trades && k > 8, "%s\n%zu trades, the loop has %zu", script,
                  res.n_trades, k);
    bt_result_release(&res);
    request_release(&r);
    pine_release(&p);
    bars_release(&b);
}

#define V4 "//@version=4\nstrategy('t')\n"
#define V5 "//@version=5\nstrategy('t')\n"
#define V6 "//@version=6\nstrategy('t')\n"

START_TEST(switches_hold) {
    bool on[N], now = false, set = true;
    read_bars();
    for (int i = 0; i < N; i++) {
        if (c[i] > o[i] * 1.01)
            now = true;
        else if (c[i] < o[i] * 0.985)
            now = false;
        on[i] = now;
    }
    same_as(V5,
            "var bool go = false\nif close > open * 1.01\n    go := true\nelse if close < open * "
            "0.985\n    go := false\n",
            on);
    same_as(
        V6,
        "var go = false\ngo := close > open * 1.01 ? true : close < open * 0.985 ? false : go\n",
        on);
    same_as(V4,
            "up = false\nup := close > open * 1.01 ? true : close < open * 0.985 ? false : "
            "nz(up[1])\ngo = up\n",
            on);
    for (int i = 0; i < N; i++) {
        if (c[i] < o[i] * 0.985)
            set = false;
        if (c[i] > o[i] * 1.02)
            set = true;
        on[i] = set;
    }
    same_as(V5,
            "var bool set = true\nif close < open * 0.985\n    set := false\nif close > open * "
            "1.02\n    set := true\ngo = set\n",
            on);
}
END_TEST

START_TEST(values_hold) {
    bool on[N];
    double kept = 100, was = 0;
    int dir = 1, before = 0;
    read_bars();
    for (int i = 0; i < N; i++) {
        double y = kept;
        if (c[i] > h[i > 0 ? i - 1 : 0] && i > 0)
            kept = l[i];
        on[i] = c[i] > kept && y <= c[i];
    }
    same_as(V5,
            "var float kept = 100\ny = kept\nif close > high[1]\n    kept := low\ngo = close > "
            "kept and "
            "y <= close\n",
            on);
    for (int i = 0; i < N; i++) {
        before = dir;
        dir = i > 0 && c[i] > c[i - 1] * 1.01 ? 1 : i > 0 && c[i] < c[i - 1] * 0.99 ? -1 : dir;
        on[i] = dir == 1 && (i == 0 || before <= dir);
    }
    same_as(V6,
            "var int dir = 1\ndir := close > close[1] * 1.01 ? 1 : close < close[1] * 0.99 ? -1 : "
            "dir\ngo = "
            "dir == 1 and (bar_index == 0 or dir[1] <= dir)\n",
            on);
    for (int i = 0; i < N; i++) { /* nothing before the first */
        if (i > 0 && v[i] > 80)
            was = c[i];
        on[i] = was > 0 && c[i] > was;
    }
    same_as(V5,
            "var float was = na\nif volume > 80 and bar_index > 0\n    was := close\ngo = close > "
            "was\n",
            on);
}
END_TEST

START_TEST(bars_are_counted_and_sums_made) {
    bool on[N];
    int ups = 0, n = 0;
    double total = 0;
    read_bars();
    for (int i = 0; i < N; i++) {
        ups = i > 0 && c[i] > c[i - 1] ? ups + 1 : 0;
        on[i] = ups >= 2;
    }
    same_as(V5, "ups = 0.0\nups := close > close[1] ? nz(ups[1]) + 1 : 0\ngo = ups >= 2\n", on);
    same_as(
        V6,
        "var int ups = 0\nif close > close[1]\n    ups += 1\nelse\n    ups := 0\ngo = ups >= 2\n",
        on);
    same_as(
        V5,
        "var ups = 0\nups := close <= close[1] or bar_index == 0 ? 0 : ups + 1\ngo = ups >= 2\n",
        on);
    for (int i = 0; i < N; i++) {
        n += c[i] > o[i];
        total += c[i] > o[i] ? v[i] : 0;
        on[i] = n % 5 < 2 && (int)total % 3 != 1;
    }
    same_as(V5,
            "var n = 0\nvar float total = 0\nif close > open\n    n := n + 1\n    total += "
            "volume\ngo = n % 5 "
            "< 2 and total % 3 != 1\n",
            on);
}
END_TEST

START_TEST(changed_names_without_a_past) {
    bool on[N];
    read_bars();
    for (int i = 0; i < N; i++) {
        double x = c[i], y = 0;
        if (v[i] > 70)
            x = o[i];
        else if (v[i] < 30)
            x = l[i];
        y = x * 2;
        x = x + 1;
        on[i] = y > h[i] + l[i] && x > 1;
    }
    same_as(V5,
            "x = close\nif volume > 70\n    x := open\nelse if volume < 30\n    x := low\ny = x * "
            "2\nx := "
            "x + 1\ngo = y > high + low and x > 1\n",
            on);
    for (int i = 0; i < N; i++) { /* a name of a block hides the one outside, there only */
        double x = c[i], z = 0;
        if (v[i] > 50)
            z = (h[i] + l[i]) / 2;
        else
            z = x;
        on[i] = x > o[i] && z > o[i];
    }
    same_as(V5,
            "x = close\nz = 0.0\nif volume > 50\n    x = high + low\n    z := x / 2\nelse\n    z "
            ":= x\ngo "
            "= x > open and z > open\n",
            on);
}
END_TEST

START_TEST(functions_are_written_out) {
    bool on[N];
    read_bars();
    for (int i = 0; i < N; i++) {
        double mid = (h[i] + l[i]) / 2, half = (h[i] - l[i]) / 2 * 0.2;
        on[i] = c[i] > mid + half || c[i] < mid - half * 4;
    }
    same_as(V5,
            "f(x, k) =>\n    mid = (high + low) / 2\n    half = x / 2 * k\n    [mid + half, mid - "
            "half * "
            "4]\n[u, d] = f(high - low, 0.2)\ngo = close > u or close < d\n",
            on);
    same_as(V6,
            "mode = input.string('mid', 'Mode', options = ['mid', 'top'])\nf(x) =>\n    switch "
            "mode\n        "
            "'top' => high\n        'mid' => (high + low) / 2\n        => low\nhalf(x) => x / 2 * "
            "0.2\nbool "
            "both = mode == 'top' or mode == 'mid'\ngo = both ? close > f(0) + half(high - low) or "
            "close < f(1) "
            "- half(high - low) * 4 : false\n",
            on);
    for (int i = 0; i < N; i++)
        on[i] = v[i] > 60 ? c[i] > o[i] : v[i] > 30 ? c[i] < o[i] : i > 0 && c[i] > c[i - 1];
    same_as(V5,
            "go = if volume > 60\n    close > open\nelse if volume > 30\n    close < open\nelse\n  "
            "  close "
            "> close[1]\n",
            on);
    same_as(
        V4,
        "go = iff(volume > 60, close > open, iff(volume > 30, close < open, change(close) > 0))\n",
        on);
    same_as(V5,
            "go = switch\n    volume > 60 => close > open\n    volume > 30 => close < open\n    => "
            "ta.change(close) > 0\n",
            on);
}
END_TEST

/* Bars begin at 00:00 UTC on 2015-08-20, a Thursday. */
START_TEST(hours_and_dates) {
    bool on[N];
    read_bars();
    for (int i = 0; i < N; i++)
        on[i] = i % 24 >= 9 && i % 24 < 16;
    same_as(V5, "go = not na(time(timeframe.period, '0900-1600'))\n", on);
    same_as(V5,
            "s = input.session('0900-1600', 'Hours')\nt = time('', s, 'UTC')\ngo = na(t) ? false : "
            "true\n",
            on);
    same_as(V6, "go = hour(time, 'UTC') >= 9 and hour < 16\n", on);
    for (int i = 0; i < N; i++)
        on[i] = i >= 48 && i % 24 == 3 && (i / 24 + 4) % 7 != 0;
    same_as(V4,
            "from = input(defval = timestamp('22 Aug 2015 00:00 +0000'), title = 'From', type = "
            "input.time)\ngo = time >= from and hour == 3 and dayofweek != dayofweek.sunday\n",
            on);
    same_as(V5,
            "y = input.int(2015, 'Year')\ngo = time >= timestamp('UTC', y, 8, 22, 0, 0) and hour "
            "== 3 and "
            "dayofweek != 1\n",
            on);
    same_as(V5, "go = time >= timestamp('2015-08-22') and hour == 3 and dayofweek != 1\n", on);
}
END_TEST

SUITE_MAIN("pine_state", switches_hold, values_hold, bars_are_counted_and_sums_made,
           changed_names_without_a_past, functions_are_written_out, hours_and_dates)
