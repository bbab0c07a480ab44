/* Pine scripts become requests of ours, or every line that cannot is named. */
#include "tests/pine_world.h"

/* Averages of 1 and 3 bars, true range of 1 bar. */
START_TEST(averages_with_a_stop_by_volatility) {
    static const double closes[] = {10, 10, 10, 12, 16, 20, 26, 25, 20, 22, 23, 24};
    struct pine p = import_file("cross.pine");
    struct world w = {.r.warmup = -1};
    bars_init(&w.b);
    for (size_t i = 0; i < sizeof closes / sizeof *closes; i++)
        add_close(&w, closes[i]);
    run(&w, &p, "MA_Cross_with_ATR_stop", "{\"fastLen\":1,\"slowLen\":3,\"atrLen\":1}");
    ck_assert_uint_eq(w.res.n_trades, 2);
    /* slow: . . 10 11 13.5 16.75 21.4 23.2 21.6 21.8. Bar 3 crosses above; its range is 12.5 - 9.5
     * = 3, so the stop is 12 - 6 and the target 12 + 12: bought at the open of bar 4, sold in bar 6
     */
    TRADE(w, 0, 4, 6, 12, 24, "takeProfit");
    NEAR(w.res.trades[0].size, 5000 / 12.012); /* half of 10,000, commission in it */
    /* bar 8 crosses below, bar 9 above again: the open short is turned at the open of bar 10. The
     * long is held at the end, as Pine holds it */
    TRADE(w, 1, 9, 10, 20, 22, "reverse");
    ck_assert_double_lt(w.res.trades[1].size, 0);
    release(&w, &p);
}
END_TEST

/* 60 rising bars, then two dips; rsi of 2 bars. Orders fill at the close that decided. */
START_TEST(dips_are_bought_and_sold_when_over) {
    static const double dips[] = {150, 151, 153, 154, 145, 149};
    struct pine p = import_file("rsi_dip.pine");
    struct world w = {.r.warmup = -1};
    bars_init(&w.b);
    for (int i = 0; i < 60; i++)
        add_close(&w, 100 + i);
    for (size_t i = 0; i < sizeof dips / sizeof *dips; i++)
        add_close(&w, dips[i]);
    add_bar(&w, 149, 149.5, 140, 141);
    add_close(&w, 142);
    run(&w, &p, "RSI_dip_buyer", "{\"length\":2}");
    ck_assert_uint_eq(w.res.n_trades, 2);
    /* rsi: 10 25 55 67.8: above 35 on bar 62, above 55 on bar 63 */
    TRADE(w, 0, 62, 63, 153, 154, "signal");
    NEAR(w.res.trades[0].size, 1000 / 153.0);
    /* 11 49: bought at 149 on bar 65; 4 % below, 143.04, is reached inside bar 66 */
    TRADE(w, 1, 65, 66, 149, 143.04, "stopLoss");
    release(&w, &p);
}
END_TEST

/* Bands of 3 bars and 1 deviation; stop orders at the middle. */
START_TEST(stop_orders_live_one_bar) {
    static const double rows[][4] = {
        {10, 10, 10, 10},    {10, 10, 10, 10},   {10, 10, 10, 10},     {10, 10, 7, 7},
        {7, 8, 7, 8},        {8, 8.2, 7.8, 8.1}, {8.1, 9, 8.1, 9},     {9, 9, 6, 6},
        {6, 7, 6, 7},        {7, 8, 6.9, 7.8},   {7.8, 7.8, 7.5, 7.5}, {7.5, 7.6, 7.2, 7.3},
        {7.3, 7.3, 7.2, 7.2}};
    struct pine p = import_file("bands.pine");
    struct world w = {.r.warmup = -1};
    bars_init(&w.b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add_bar(&w, rows[i][0], rows[i][1], rows[i][2], rows[i][3]);
    run(&w, &p, "Bollinger_Bands_Strategy", "{\"length\":3,\"mult\":1}");
    /* bar 3 falls below the upper band, 10.4: a sell stop at 9 that the open of bar 4 is beyond */
    ck_assert_uint_eq(w.res.n_trades, 2);
    TRADE(w, 0, 4, 9, 7, 22.0 / 3, "reverse");
    NEAR(w.res.trades[0].size, -3);
    /* bar 4 comes above the lower band: a stop order at the middle, 25/3, that bar 5 does not reach
     * and the else takes back, so bar 6 does not fill it. Bar 8 again: at 22/3 inside bar 9. Bar 10
     * falls below the upper band: a sell stop at 22.3/3 turns the position inside bar 11 */
    TRADE(w, 1, 9, 11, 22.0 / 3, 22.3 / 3, "reverse");
    NEAR(w.res.trades[1].size, 3);
    release(&w, &p);
}
END_TEST

#define V5    "//@version=5\n"
#define HEAD  V5 "strategy('t')\n"
#define ENTRY "if close > open\n    strategy.entry('L', strategy.long)\n"

/* Every refusal with its line; nothing is made of the rest. */
START_TEST(what_cannot_be_mapped_is_named) {
    static const struct {
        const char *text;
        int line;
        const char *says;
    } rows[] = {
        {"strategy('t')\n" ENTRY, 1, "//@version=4, 5 or 6"},
        {"//@version=3\nstrategy('t')\n" ENTRY, 1, "//@version=4, 5 or 6"},
        {V5 "indicator('t')\nplot(close)\n", 2, "no strategy"},
        {V5 ENTRY, 0, "there is no strategy(…)"},
        {HEAD "plot(close)\n", 0, "no strategy.entry"},
        {HEAD "x = ta.nosuch(close, 3)\nif x > 1\n    strategy.entry('L', strategy.long)\n", 3,
         "'ta.nosuch' is not among ours"},
        {HEAD "[m, u, l, x] = ta.bb(close, 20, 2)\nif close > x\n    strategy.entry('L', "
              "strategy.long)\n",
         3, "comes out of a tuple that is shorter"},
        {HEAD "if sma(close, 3) > 1\n    strategy.entry('L', strategy.long)\n", 3,
         "'sma' is not among ours"},
        {HEAD "if ta.adx(14) > 1\n    strategy.entry('L', strategy.long)\n", 3,
         "'ta.adx' is not among ours"},
        {HEAD "x = request.security('A', 'D', close)\nif close > x\n    strategy.entry('L', "
              "strategy.long)\n",
         3, "other symbols are not read"},
        {HEAD "x = request.security(syminfo.tickerid, 'D', close, lookahead = "
              "barmerge.lookahead_on)\nif close > x\n    strategy.entry('L', strategy.long)\n",
         3, "before it has ended"},
        {HEAD "x = request.security(syminfo.tickerid, '7', close)\nif close > x\n    "
              "strategy.entry('L', strategy.long)\n",
         3, "no candles of '7'"},
        {HEAD "x = request.financial(syminfo.tickerid, 'A', 'FY')\nif close > x\n    "
              "strategy.entry('L', strategy.long)\n",
         3, "the chart's own candles"},
        {HEAD "var n = 0.0\nn := n * 2 + close\nif n > 3\n    strategy.entry('L', "
              "strategy.long)\n",
         4, "is made of its own past"},
        {HEAD "s = low\np = nz(s[1], s)\ns := close > p ? math.max(s, p) : s\nif close > s\n    "
              "strategy.entry('L', strategy.long)\n",
         5, "is made of its own past"},
        {HEAD "var n = 0\nif n < 3\n    n := n + 1\nif n > 3\n    strategy.entry('L', "
              "strategy.long)\n",
         5, "is made of its own past"},
        {HEAD "n := 1\nif n > 3\n    strategy.entry('L', strategy.long)\n", 3,
         "before it is declared"},
        {HEAD "if close > open\n    x = 1\nif x > 0\n    strategy.entry('L', strategy.long)\n", 5,
         "'x' is not known here"},
        {HEAD "var c = close\nif close > c\n    strategy.entry('L', strategy.long)\n", 3,
         "keeps the value of the first bar"},
        {HEAD "x = if close > open\n    y = 1\n    y\nelse\n    2\nif x > 1\n    "
              "strategy.entry('L', strategy.long)\n",
         3, "write it with ? :"},
        {HEAD "switch\n    close > open =>\n        strategy.entry('L', strategy.long)\n        "
              "strategy.close('S')\n" ENTRY,
         3, "more than one call an arm"},
        {HEAD "for i = 0 to 3\n    strategy.entry('L', strategy.long)\n" ENTRY, 3,
         "'for' is not understood"},
        {HEAD "f(x) =>\n    y = x * 2\n    y := y + 1\n    y\nif f(close) > 1\n    "
              "strategy.entry('L', strategy.long)\n",
         3, "does more than name values"},
        {HEAD ENTRY "strategy.exit('x', 'L', profit = 100, loss = 50)\n", 5, "--tick"},
        {HEAD ENTRY "strategy.exit('x', 'L', loss = close / syminfo.mintick)\n", 5,
         "moves with every bar"},
        {HEAD ENTRY "strategy.exit('x', 'L', qty_percent = 50, stop = low)\n", 5,
         "moves with every bar"},
        {HEAD ENTRY "strategy.exit('x', 'L', qty_percent = 50, stop = strategy.position_avg_price "
                    "* 0.9)\n",
         5, "a stop closes the whole position"},
        {HEAD ENTRY "strategy.exit('x', 'L', limit = strategy.position_avg_price * 1.1)\n"
                    "strategy.exit('y', 'L', limit = strategy.position_avg_price * 1.2)\n",
         6, "qty_percent"},
        {HEAD ENTRY "strategy.exit('x', 'L', trail_points = 10, trail_offset = 5)\n", 5,
         "trailing stop that begins"},
        {HEAD ENTRY "strategy.exit('x', 'L', stop = ta.lowest(low, 5))\n", 5,
         "moves with every bar"},
        {HEAD ENTRY "strategy.exit('x', 'L', stop = strategy.position_avg_price * 1.05)\n", 5,
         "wrong side"},
        {HEAD ENTRY "strategy.order('o', strategy.long)\n", 5, "use strategy.entry"},
        {HEAD ENTRY "strategy.cancel('L')\n", 5, "only the else"},
        {HEAD ENTRY "strategy.risk.max_drawdown(10, strategy.percent_of_equity)\n", 5,
         "is not ours"},
        {HEAD ENTRY "strategy.close('M')\n", 5, "there is no entry 'M'"},
        {HEAD ENTRY "strategy.close('L', qty_percent = close)\n", 5, "a constant above 0"},
        {HEAD ENTRY "strategy.close('L', qty = 1)\n", 5, "closed by qty_percent"},
        {HEAD ENTRY "strategy.entry('M', strategy.long, qty = 2)\n", 5, "all have one or none"},
        {HEAD "if close > open\n    strategy.entry('L', strategy.long, limit = low)\n", 4,
         "rests for ever"},
        {HEAD "strategy.entry('L', strategy.long, stop = high)\nstrategy.entry('S', "
              "strategy.short, stop = low)\n",
         3, "orders of both sides rest at once"},
        {HEAD "if close > open[1\n    strategy.entry('L', strategy.long)\n", 4,
         "stands where ']' is needed"},
        {HEAD "if close > 7 / 2\n    strategy.entry('L', strategy.long)\n", 3,
         "divides whole numbers"},
        {HEAD "if strategy.position_size[1] == 0\n    strategy.entry('L', strategy.long)\n", 0,
         "has no past"},
        {HEAD "x = close > open ? 1 : 0\nif x\n    strategy.entry('L', strategy.long)\n", 0,
         "condition"},
        {V5 "strategy('t', commission_type = strategy.commission.cash_per_contract, "
            "commission_value = 1)\n" ENTRY,
         2, "money a contract"},
        {V5 "strategy('t', calc_on_order_fills = true)\n" ENTRY, 2, "closed bars only"},
        {V5 "strategy('t', initial_capital = 0)\n" ENTRY, 2, "cash must be a number above 0"},
        {V5 "strategy('t', nosuch = 1)\n" ENTRY, 2, "no argument 'nosuch'"},
        {HEAD "m = input.color(color.red)\nif close > m\n    strategy.entry('L', "
              "strategy.long)\n",
         3, "without a number"},
        {HEAD "m = input.string('a', 'Mode')\nif m == 'b'\n    strategy.entry('L', "
              "strategy.long)\n",
         0, "no strategy.entry"},
        {HEAD "if close > timestamp('soon')\n    strategy.entry('L', strategy.long)\n", 3,
         "is no date"},
        {HEAD "if na(time('D', '0900-1600'))\n    strategy.entry('L', strategy.long)\n", 3,
         "only time(timeframe.period"},
        {HEAD ENTRY "strategy.entry('M', strategy.long)\nstrategy.close('M')\n", 6,
         "one of several long entries"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pine p = import(rows[i].text);
        bool found = false;
        ck_assert_msg(p.request == NULL && p.n_refused > 0, "accepted: %s", rows[i].text);
        for (size_t k = 0; k < p.n_notes; k++)
            found |= p.notes[k].refused && p.notes[k].line == rows[i].line &&
                     strstr(p.notes[k].text, rows[i].says);
        ck_assert_msg(found, "%s\nsays line %d: %s", rows[i].text, p.notes[0].line,
                      p.notes[0].text);
        pine_release(&p);
    }
}
END_TEST

/* All lines at once, in their order; what only drawings need is no matter. */
START_TEST(every_line_is_named_at_once) {
    struct pine p = import(HEAD "a = ta.nosuch(close)\n"
                                "c = request.security('A', 'D', close)\n"
                                "plot(c)\n"
                                "plotshape(a > 1, color = color.new(color.red, 10))\n"
                                "b = ta.nosuch2(close)\n"
                                "if a > 1\n"
                                "    strategy.entry('L', strategy.long)\n"
                                "if b > 1\n"
                                "    strategy.entry('S', strategy.short, qty = 3)\n"
                                "while true\n"
                                "    x = 1\n");
    size_t n = 0;
    int lines[8] = {0};
    for (size_t k = 0; k < p.n_notes && n < 8; k++) {
        if (p.notes[k].refused)
            lines[n++] = p.notes[k].line;
    }
    ck_assert_uint_eq(n, 4);
    ck_assert(lines[0] == 3 && lines[1] == 7 && lines[2] == 11 && lines[3] == 12);
    pine_release(&p);
}
END_TEST

START_TEST(a_refusal_is_never_lost_among_notes) {
    static char text[1 << 15];
    size_t n = (size_t)snprintf(text, sizeof text, "%s", HEAD);
    for (int i = 0; i < 150; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "s%d = input.source(close, 'S')\n", i);
    snprintf(text + n, sizeof text - n, "strategy.order('o', strategy.long)\n");
    struct pine p = import(text);
    ck_assert_uint_eq(p.n_notes, PINE_NOTES_MAX);
    ck_assert_uint_ge(p.n_refused, 1);
    ck_assert_ptr_null(p.request);
    bool found = false;
    for (size_t i = 0; i < p.n_notes; i++)
        found |= p.notes[i].refused && p.notes[i].line == 153;
    ck_assert(found);
    pine_release(&p);
}
END_TEST

static const char *rule_of_script(struct pine *p, const char *key) {
    struct json_object *all, *rules, *v;
    ck_assert_msg(p->request != NULL, "%d: %s", p->notes[0].line, p->notes[0].text);
    ck_assert(json_object_object_get_ex(p->request, "strategies", &all));
    ck_assert(json_object_object_get_ex(json_object_array_get_idx(all, 0), "rules", &rules));
    return json_object_object_get_ex(rules, key, &v) ? json_object_get_string(v) : "";
}

START_TEST(conditions_keep_their_meaning) {
    struct pine p = import(HEAD "up = close > open\n"
                                "if up or close > close[1]\n"
                                "    if volume > 0 ? up : false\n"
                                "        strategy.entry('L', strategy.long)\n"
                                "    else\n"
                                "        strategy.close('L', comment = 'out')\n"
                                "else if not up\n"
                                "    strategy.close_all()\n"
                                "strategy.close('L', when = close < 5)\n");
    ck_assert_str_eq(rule_of_script(&p, "long.entry"),
                     "(up or close > close[1]) and (volume > 0 ? up : false)");
    ck_assert_str_eq(rule_of_script(&p, "long.exit"),
                     "(((up or close > close[1]) and not (volume > 0 ? up : false)) or (not (up or "
                     "close > close[1]) and not up)) or (close < 5)");
    pine_release(&p);

    p = import(HEAD "strategy.entry('S', strategy.short, when = ta.cmo(close, length = 9) > 5)\n");
    ck_assert_str_eq(rule_of_script(&p, "short.entry"), "cmou(close, 9) > 5");
    pine_release(&p);

    p = import(HEAD "x = (close + open) * 2 - (high - (low - 1)) / -close\n"
                    "strategy.entry('S', strategy.short, when = x % 3 > -(close + 1) and\n"
                    "  not (open > 1))\n");
    ck_assert_str_eq(rule_of_script(&p, "short.entry"), "x % 3 > -(close + 1) and not (open > 1)");
    pine_release(&p);
}
END_TEST

START_TEST(longer_bars_are_those_that_have_ended) {
    struct pine p = import(HEAD "long = input.timeframe('240', 'Longer')\n"
                                "mean(n) => ta.sma(close, n)\n"
                                "f(n) => request.security(syminfo.tickerid, long, mean(n))\n"
                                "d = request.security('', 'D', close > open)\n"
                                "same = request.security(syminfo.tickerid, timeframe.period, low)\n"
                                "if close > f(20) and d and low == same\n"
                                "    strategy.entry('L', strategy.long)\n");
    ck_assert_str_eq(rule_of_script(&p, "long.entry"),
                     "close > tf(\"4h\", sma(close, 20)) and d and low == same");
    struct json_object *all, *define, *v;
    ck_assert(json_object_object_get_ex(p.request, "strategies", &all));
    ck_assert(json_object_object_get_ex(json_object_array_get_idx(all, 0), "define", &define));
    ck_assert(json_object_object_get_ex(define, "d", &v));
    ck_assert_str_eq(json_object_get_string(v), "tf(\"1d\", close > open)");
    pine_release(&p);
}
END_TEST

START_TEST(settings_become_words) {
    struct pine p = import("//@version=6\nstrategy('Settings, all', pyramiding = 3, "
                           "initial_capital = 2500, margin_long = 20, margin_short = 20, "
                           "commission_type = strategy.commission.cash_per_order, commission_value "
                           "= 2.5, risk_free_rate = 3)\n" ENTRY);
    ck_assert_ptr_nonnull(p.request);
    char *text = json_text(p.request);
    ck_assert_msg(strstr(text, "{\"cash\":2500,\"size\":{\"type\":\"units\",\"value\":1},"
                               "\"commission\":{\"fixed\":2.5},\"leverage\":5,\"pyramiding\":3,"
                               "\"riskFree\":0.03,\"finalize\":false,\"strategies\":[{\"name\":"
                               "\"Settings_all\"") == text,
                  "%s", text);
    free(text);
    pine_release(&p);
}
END_TEST

SUITE_MAIN("pine", averages_with_a_stop_by_volatility, dips_are_bought_and_sold_when_over,
           stop_orders_live_one_bar, what_cannot_be_mapped_is_named, every_line_is_named_at_once,
           a_refusal_is_never_lost_among_notes, conditions_keep_their_meaning,
           longer_bars_are_those_that_have_ended, settings_become_words)
