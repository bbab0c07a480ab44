/* strategy.entry, close and exit of a Pine script: their arguments. */
#include <stdlib.h>
#include <string.h>

#include "lib/pine_order.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

static const char *const old_entry_args[] = {"id",   "long",          "qty",      "limit",
                                             "stop", "oca_name",      "oca_type", "comment",
                                             "when", "alert_message", NULL};
static const char *const entry_args[] = {"id",   "direction",     "qty",           "limit",
                                         "stop", "oca_name",      "oca_type",      "comment",
                                         "when", "alert_message", "disable_alert", NULL};
static const char *const close_args[] = {"id",          "when",          "comment",
                                         "qty",         "qty_percent",   "alert_message",
                                         "immediately", "disable_alert", NULL};
static const char *const all_args[] = {"when",        "comment",       "alert_message",
                                       "immediately", "disable_alert", NULL};
static const char *const exit_args[] = {"id",
                                        "from_entry",
                                        "qty",
                                        "qty_percent",
                                        "profit",
                                        "limit",
                                        "loss",
                                        "stop",
                                        "trail_price",
                                        "trail_points",
                                        "trail_offset",
                                        "oca_name",
                                        "comment",
                                        "comment_profit",
                                        "comment_loss",
                                        "comment_trailing",
                                        "alert_message",
                                        "alert_profit",
                                        "alert_loss",
                                        "alert_trailing",
                                        "when",
                                        "disable_alert",
                                        NULL};
static const char *const cancel_args[] = {"id", "when", NULL};

void pine_orders_free(struct pine_script *s) {
    for (size_t i = 0; i < s->n_orders; i++)
        free(s->orders[i].condition);
    free(s->orders);
}

/* The condition of the ifs around and the call's own `when`. False: refused. */
static bool condition_of(struct pine_script *s, int call, const char *const *names,
                         const char *outer, char **ret) {
    int when = pine_arg(s, call, names, "when");
    struct buf b;
    buf_init(&b, 1 << 14);
    if (when >= 0 && s->nodes[when].kind == PINE_N_STRING)
        when = -1; /* a comment in its place */
    buf_str(&b, "");
    bool good = true;
    if (when >= 0 && *outer)
        buf_fmt(&b, "(%s) and ", outer);
    else
        buf_str(&b, outer);
    if (when >= 0)
        good = pine_text(s, when, *outer ? 3 : 0, &b);
    *ret = good ? b.data ? buf_detach(&b) : calloc(1, 1) : NULL;
    buf_release(&b);
    s->failed |= good && !*ret;
    return *ret != NULL;
}

static bool refuse_args(struct pine_script *s, int call, const char *const *names,
                        const char *const (*rows)[2], size_t n) {
    for (size_t i = 0; i < n; i++) {
        int node = pine_arg(s, call, names, rows[i][0]);
        double v;
        if (node < 0 || (pine_constant(s, node, &v) && !(v > 0)))
            continue;
        pine_refuse(s, s->nodes[node].line, "%s: %s", rows[i][0], rows[i][1]);
        return false;
    }
    return true;
}

static void add(struct pine_script *s, int call, const char *const *names, const char *outer,
                struct pine_order order) {
    if (!condition_of(s, call, names, outer, &order.condition))
        return;
    if (s->n_orders == s->cap_orders) {
        size_t cap = s->cap_orders ? 2 * s->cap_orders : 16;
        struct pine_order *more = realloc(s->orders, cap * sizeof *more);
        if (!more) {
            free(order.condition);
            s->failed = true;
            return;
        }
        s->orders = more;
        s->cap_orders = cap;
    }
    order.line = s->nodes[call].line;
    order.now = s->now;
    s->orders[s->n_orders++] = order;
}

static void entry(struct pine_script *s, const struct pine_pending *p, const char *outer) {
    static const char *const others[][2] = {
        {"oca_name", "orders do not cancel one another by groups here"},
    };
    int call = p->call;
    const char *const *names = s->version == 4 ? old_entry_args : entry_args;
    int direction = pine_arg(s, call, names, names[1]), now = s->now;
    if (!refuse_args(s, call, names, others, 1))
        return;
    direction = pine_resolve(s, direction, &now);
    struct pine_slice way = direction >= 0 ? s->nodes[direction].text : (struct pine_slice){"", 0};
    bool old = s->version == 4, up = pine_is(way, "strategy.long") || (old && pine_is(way, "true"));
    if (!up && !pine_is(way, "strategy.short") && !(old && pine_is(way, "false"))) {
        pine_refuse(s, s->nodes[call].line, "the direction must be strategy.long or .short");
        return;
    }
    add(s, call, names, outer,
        (struct pine_order){.kind = PINE_ENTRY,
                            .side = up ? SIDE_LONG : SIDE_SHORT,
                            .id = pine_string(s, pine_arg(s, call, names, "id")),
                            .qty = pine_arg(s, call, names, "qty"),
                            .limit = pine_arg(s, call, names, "limit"),
                            .stop = pine_arg(s, call, names, "stop"),
                            .short_lived = p->short_lived});
}

/* qty_percent as a part, 1 when there is none. False: refused. */
static bool part_of(struct pine_script *s, int call, const char *const *names, double *ret) {
    int node = pine_arg(s, call, names, "qty_percent");
    *ret = 100;
    if (node >= 0 && (!pine_constant(s, node, ret) || !(*ret > 0) || *ret > 100)) {
        pine_refuse(s, s->nodes[node].line, "qty_percent is a constant above 0 and at most 100");
        return false;
    }
    *ret /= 100;
    return true;
}

static void closing(struct pine_script *s, int call, const char *outer, bool all) {
    static const char *const others[][2] = {
        {"qty", "a part of a position is closed by qty_percent here"},
        {"immediately", "orders fill at the next open, or all at the close"},
    };
    const char *const *names = all ? all_args : close_args;
    double part;
    if (refuse_args(s, call, names, others, 2) && part_of(s, call, names, &part))
        add(s, call, names, outer,
            (struct pine_order){.kind = all ? PINE_CLOSE_ALL : PINE_CLOSE,
                                .id = pine_string(s, pine_arg(s, call, names, "id")),
                                .part = part});
}

static void leave(struct pine_script *s, int call, const char *outer) {
    static const char *const others[][2] = {
        {"qty", "a part of a position is closed by qty_percent here"},
        {"trail_price", "a trailing stop that begins at a price is not ours"},
        {"trail_points", "a trailing stop that begins after so many ticks is not ours"},
        {"trail_offset", "a trailing stop that begins after so many ticks is not ours"},
        {"oca_name", "orders do not cancel one another by groups here"},
    };
    double part;
    if (refuse_args(s, call, exit_args, others, sizeof others / sizeof *others) &&
        part_of(s, call, exit_args, &part))
        add(s, call, exit_args, outer,
            (struct pine_order){.kind = PINE_EXIT,
                                .id = pine_string(s, pine_arg(s, call, exit_args, "from_entry")),
                                .part = part,
                                .limit = pine_arg(s, call, exit_args, "limit"),
                                .stop = pine_arg(s, call, exit_args, "stop"),
                                .profit = pine_arg(s, call, exit_args, "profit"),
                                .loss = pine_arg(s, call, exit_args, "loss")});
}

bool pine_order_call(struct pine_script *s, const struct pine_pending *p, const char *condition) {
    const struct {
        const char *name;
        const char *const *args;
    } rows[] = {{"strategy.entry", s->version == 4 ? old_entry_args : entry_args},
                {"strategy.close", close_args},
                {"strategy.close_all", all_args},
                {"strategy.exit", exit_args}};
    int call = p->call;
    struct pine_slice name = s->nodes[call].text;
    size_t i = 0;
    while (i < 4 && !pine_is(name, rows[i].name))
        i++;
    if (i < 4 && !pine_args_known(s, call, rows[i].args))
        return true;
    if (i == 0)
        entry(s, p, condition);
    else if (i == 1 || i == 2)
        closing(s, call, condition, i == 2);
    else if (i == 3)
        leave(s, call, condition);
    else if (pine_starts(name, "strategy.cancel"))
        pine_refuse(s, s->nodes[call].line,
                    "%.*s: only the else of the entry's own if may cancel it", LONG(name));
    else if (pine_is(name, "strategy.order"))
        pine_refuse(s, s->nodes[call].line,
                    "strategy.order adds to and takes from the position: use strategy.entry");
    else if (pine_starts(name, "strategy.risk."))
        pine_refuse(s, s->nodes[call].line, "%.*s is not ours", LONG(name));
    return i < 4 || pine_starts(name, "strategy.");
}

bool pine_cancels(struct pine_script *s, int stmt, size_t first) {
    bool any = false;
    for (int at = stmt; at >= 0; at = s->stmts[at].next) {
        int call = s->stmts[at].kind == PINE_S_CALL ? s->stmts[at].expr : -1;
        if (call < 0 || !pine_is(s->nodes[call].text, "strategy.cancel"))
            return false;
        struct pine_slice id = pine_string(s, pine_arg(s, call, cancel_args, "id"));
        bool found = false;
        for (size_t i = first; i < s->n_pending; i++) {
            int of = s->pending[i].call;
            if (pine_is(s->nodes[of].text, "strategy.entry") &&
                pine_same(pine_string(s, pine_arg(s, of, entry_args, "id")), id))
                found = s->pending[i].short_lived = true;
        }
        if (!found)
            return false;
        any = true;
    }
    return any;
}
