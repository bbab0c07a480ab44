/* A strategy tried on bars: what fires, what matters, what depends on the start. */
#include "lib/strategy_probe.h"

#include <stdio.h>
#include <string.h>

#include "tests/columns.h"

struct world {
    struct bars b;
    struct request r;
    struct market_data d;
    struct probe p;
};

static void probe(struct world *w, size_t n, const char *strategy) {
    static char text[4096];
    struct err e = {0};
    *w = (struct world){.r.warmup = -1};
    columns_walk(&w->b, n, 5);
    snprintf(text, sizeof text, "{\"symbol\":\"X\",\"interval\":\"1h\",\"strategies\":[%s]}",
             strategy);
    struct json_object *o = json_parse(text, strlen(text), &e);
    ck_assert_msg(o != NULL, "%s", e.message);
    ck_assert_msg(request_parse(o, &w->r, &e) == ERR_NONE, "%s", e.message);
    json_object_put(o);
    ck_assert_int_eq(market_from_bars(&w->b, INTERVAL_1H, &w->r, 0, &w->d, &e), ERR_NONE);
    ck_assert_msg(strategy_probe(&w->r, &w->d, &w->p, &e) == ERR_NONE, "%s", e.message);
}

static void release(struct world *w) {
    market_data_release(&w->d);
    request_release(&w->r);
    bars_release(&w->b);
}

/* All warnings, a line each. */
static const char *warnings(const struct world *w) {
    static char all[4096];
    char *list[PROBE_WARNINGS_MAX];
    size_t n = probe_warnings(&w->p, w->r.cfg.strategies[0].strategy, list), len = 0;
    all[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        len += (size_t)snprintf(all + len, sizeof all - len, "%s\n", list[i]);
        free(list[i]);
    }
    return all;
}

START_TEST(a_good_strategy_has_no_warning) {
    struct world w;
    probe(&w, 3000, "\"rsi\"");
    ck_assert_str_eq(warnings(&w), "");
    ck_assert_uint_eq(w.p.bars, 3000);
    ck_assert_uint_gt(w.p.trades, 5);
    ck_assert_uint_eq(w.p.lookback, 14);
    ck_assert_uint_eq(w.p.wanted, 14 + 140);
    const struct probe_rule *entry = &w.p.rules[RULE_LONG_ENTRY];
    ck_assert_uint_eq(entry->judged, 2986);
    ck_assert(entry->fired > 10 && entry->fired < 1000);
    /* Wilder's average forgets its seed by 13/14 a bar */
    ck_assert(entry->settles && entry->settled <= w.p.wanted);
    ck_assert(!w.p.rules[RULE_SHORT_ENTRY].present);
    for (int i = 0; i < 3; i++)
        ck_assert(w.p.params[i].matters && w.p.params[i].n_tried >= 1);
    release(&w);
}
END_TEST

START_TEST(what_a_person_should_look_at_is_told) {
    struct world w;
    probe(&w, 2000,
          "{\"name\":\"odd\",\"params\":{\"n\":{\"type\":\"int\",\"default\":10,\"min\":2,\"max\":"
          "50},\"idle\":{\"type\":\"float\",\"default\":2,\"min\":0,\"max\":9},\"on\":{\"type\":"
          "\"bool\",\"default\":true}},\"define\":{\"not_used\":\"close * idle\"},"
          "\"rules\":{\"long.entry\":\"close > 0\",\"long.exit\":\"on and bars_in_trade >= "
          "n\",\"short.entry\":\"close < 0\",\"short.exit\":\"bar_index % 7 == 3\","
          "\"long.stopLoss\":\"close > open ? close - 5 : na\"}}");
    const char *all = warnings(&w);
    ck_assert_ptr_nonnull(strstr(all, "long.entry is true on every bar\n"));
    ck_assert_ptr_nonnull(strstr(all, "short.entry is never true\n"));
    ck_assert_ptr_nonnull(
        strstr(all, "short.exit depends on where the data begin: it never settles\n"));
    ck_assert_ptr_nonnull(strstr(all, "long.stopLoss is null on "));
    ck_assert_ptr_nonnull(strstr(all, "parameter idle changes no trade\n"));
    ck_assert_ptr_null(strstr(all, "parameter n "));
    ck_assert_ptr_null(strstr(all, "parameter on "));
    ck_assert_ptr_null(strstr(all, "long.exit"));
    ck_assert(w.p.rules[RULE_LONG_EXIT].account);
    ck_assert_uint_eq(w.p.rules[RULE_LONG_STOP_LOSS].judged, 2000);
    release(&w);
}
END_TEST

START_TEST(the_json_says_the_same) {
    struct world w;
    struct buf b;
    struct json_out j;
    struct err e;
    probe(&w, 300, "\"buyhold\"");
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    probe_json(&j, &w.p, w.r.cfg.strategies[0].strategy);
    ck_assert_str_eq(b.data,
                     "{\"strategy\":\"buyhold\",\"bars\":300,\"trades\":1,\"warmup\":{\"lookback\":"
                     "0,\"read\":0},\"rules\":[{\"rule\":\"long.entry\",\"readsPosition\":false,"
                     "\"true\":300,\"bars\":300,\"settledAfter\":0}],\"params\":[],\"warnings\":[]"
                     "}");
    struct json_object *o = json_parse(b.data, b.len, &e);
    ck_assert_ptr_nonnull(o);
    json_object_put(o);
    buf_release(&b);
    release(&w);
}
END_TEST

SUITE_MAIN("probe", a_good_strategy_has_no_warning, what_a_person_should_look_at_is_told,
           the_json_says_the_same)
