/* A Pine script, imported and run on bars that a test makes by hand. */
#ifndef TESTS_PINE_WORLD_H
#define TESTS_PINE_WORLD_H

#include "lib/pine.h"

#include <stdio.h>
#include <string.h>

#include "lib/spec.h"
#include "tests/near.h"
#include "tests/suite.h"

static inline struct pine import_tick(const char *text, double tick) {
    struct pine p;
    struct err e = {0};
    ck_assert_msg(pine_import(text, strlen(text), tick, &p, &e) == ERR_NONE, "%s", e.message);
    return p;
}

static inline struct pine import(const char *text) {
    return import_tick(text, 0);
}

static inline struct pine import_file(const char *name) {
    char path[4096];
    static char text[1 << 16];
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/data/%s", srcdir ? srcdir : ".", name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    struct pine p = import(text);
    for (size_t i = 0; i < p.n_notes; i++)
        ck_assert_msg(!p.notes[i].refused, "%s:%d: %s", name, p.notes[i].line, p.notes[i].text);
    ck_assert_ptr_nonnull(p.request);
    return p;
}

/* Bars an hour apart: opens where the last one closed unless a row says more. */
struct world {
    struct bars b;
    struct request r;
    struct bt_result res;
};

static inline void add_bar(struct world *w, double open, double high, double low, double close) {
    ck_assert(
        bars_append(&w->b, (int64_t)(400000 + w->b.n) * MS_PER_HOUR, open, high, low, close, 1));
}

static inline void add_close(struct world *w, double close) {
    double open = w->b.n ? w->b.c[w->b.n - 1] : close;
    add_bar(w, open, (open > close ? open : close) + 0.5, (open < close ? open : close) - 0.5,
            close);
}

static inline void run(struct world *w, const struct pine *p, const char *name,
                       const char *params) {
    struct err e = {0};
    struct bt_error wrong = {.strategy = 0};
    struct json_object *o = p->request, *by_name = json_object_new_object();
    json_object_object_add(o, "symbol", json_object_new_string("X"));
    json_object_object_add(o, "interval", json_object_new_string("1h"));
    json_object_object_add(by_name, name, json_parse(params, strlen(params), &e));
    json_object_object_add(o, "strategyParams", by_name);
    ck_assert_msg(request_parse(o, &w->r, &e) == ERR_NONE, "%s: %s", e.pointer, e.message);
    ck_assert_msg(backtest_run(&w->r.cfg, &w->b, 0, NULL, NULL, &w->res, &wrong) == BT_OK, "%s",
                  wrong.expr.message);
}

static inline void release(struct world *w, struct pine *p) {
    bt_result_release(&w->res);
    request_release(&w->r);
    bars_release(&w->b);
    pine_release(p);
}

#define TRADE(w, k, in_bar, out_bar, in_price, out_price, why)                                     \
    do {                                                                                           \
        const struct trade *t_ = &(w).res.trades[k];                                               \
        ck_assert_msg(t_->entry_bar == (in_bar) && t_->exit_bar == (out_bar),                      \
                      "line %d: bars %d to %d", __LINE__, (int)t_->entry_bar, (int)t_->exit_bar);  \
        NEAR(t_->entry_price, in_price);                                                           \
        NEAR(t_->exit_price, out_price);                                                           \
        ck_assert_str_eq(reason_name(t_->exit_reason), why);                                       \
    } while (0)

#endif
