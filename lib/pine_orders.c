/* strategy.entry, close and exit of a Pine script as rules. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/strategy.h"
#include "lib/pine_ast.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

enum order_kind { ENTRY, CLOSE, CLOSE_ALL, EXIT };
enum { STOP, TARGET, LEVELS };

struct pine_order {
    enum order_kind kind;
    int line;
    enum side side;       /* ENTRY */
    struct pine_slice id; /* of the entry; CLOSE, EXIT: which entries, length 0: all */
    char *condition;      /* "": every bar */
    int limit, stop;      /* nodes or -1; EXIT: take profit and stop loss */
    bool short_lived;     /* ENTRY at a price that the next bar cancels */
};

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
    s->orders[s->n_orders++] = order;
}

static void entry(struct pine_script *s, int call, const char *outer) {
    static const char *const others[][2] = {
        {"qty", "every entry has the size of the request: use default_qty_type and _value"},
        {"oca_name", "orders do not cancel one another by groups here"},
    };
    int direction = pine_arg(s, call, entry_args, "direction");
    if (!refuse_args(s, call, entry_args, others, 2))
        return;
    struct pine_slice way = direction >= 0 ? s->nodes[direction].text : (struct pine_slice){"", 0};
    bool up = pine_is(way, "strategy.long");
    if (!up && !pine_is(way, "strategy.short")) {
        pine_refuse(s, s->nodes[call].line, "the direction must be strategy.long or .short");
        return;
    }
    add(s, call, entry_args, outer,
        (struct pine_order){.kind = ENTRY,
                            .side = up ? SIDE_LONG : SIDE_SHORT,
                            .id = pine_string(s, pine_arg(s, call, entry_args, "id")),
                            .limit = pine_arg(s, call, entry_args, "limit"),
                            .stop = pine_arg(s, call, entry_args, "stop")});
}

static void closing(struct pine_script *s, int call, const char *outer, bool all) {
    static const char *const others[][2] = {
        {"qty", "a close is of the whole position here"},
        {"qty_percent", "a close is of the whole position here"},
        {"immediately", "orders fill at the next open, or all at the close"},
    };
    const char *const *names = all ? all_args : close_args;
    if (refuse_args(s, call, names, others, 3))
        add(s, call, names, outer,
            (struct pine_order){.kind = all ? CLOSE_ALL : CLOSE,
                                .id = pine_string(s, pine_arg(s, call, names, "id"))});
}

static void leave(struct pine_script *s, int call, const char *outer) {
    static const char *const ticks = "it counts ticks from the entry price, and the size of a tick "
                                     "is not known here: give stop and limit as prices";
    static const char *const others[][2] = {
        {"qty", "a part of a position is not taken out here"},
        {"qty_percent", "a part of a position is not taken out here"},
        {"profit", ticks},
        {"loss", ticks},
        {"trail_price", "a trailing stop that begins at a price is not ours"},
        {"trail_points", "a trailing stop that begins after so many ticks is not ours"},
        {"trail_offset", "it counts ticks, whose size is not known here"},
        {"oca_name", "orders do not cancel one another by groups here"},
    };
    if (refuse_args(s, call, exit_args, others, sizeof others / sizeof *others))
        add(s, call, exit_args, outer,
            (struct pine_order){.kind = EXIT,
                                .id = pine_string(s, pine_arg(s, call, exit_args, "from_entry")),
                                .limit = pine_arg(s, call, exit_args, "limit"),
                                .stop = pine_arg(s, call, exit_args, "stop")});
}

bool pine_order_call(struct pine_script *s, int call, const char *condition) {
    static const struct {
        const char *name;
        const char *const *args;
    } rows[] = {{"strategy.entry", entry_args},
                {"strategy.close", close_args},
                {"strategy.close_all", all_args},
                {"strategy.exit", exit_args}};
    struct pine_slice name = s->nodes[call].text;
    size_t i = 0;
    while (i < 4 && !pine_is(name, rows[i].name))
        i++;
    if (i < 4 && !pine_args_known(s, call, rows[i].args))
        return true;
    if (i == 0)
        entry(s, call, condition);
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
        for (size_t i = first; i < s->n_orders; i++) {
            struct pine_order *o = &s->orders[i];
            if (o->kind == ENTRY && pine_same(o->id, id) && (o->limit >= 0 || o->stop >= 0))
                found = o->short_lived = true;
        }
        if (!found)
            return false;
        any = true;
    }
    return any;
}

/* --- rules ------------------------------------------------------------------------------------ */

struct making {
    struct pine_script *s;
    struct json_object *rules;
    size_t n_entries[SIDE_COUNT];
    double fraction[SIDE_COUNT][LEVELS]; /* of the entry price; 0: none */
};

static const char *const side_words[SIDE_COUNT] = {"long", "short"};

static void put_rule(struct making *m, enum side side, const char *word, const char *text) {
    char key[48];
    snprintf(key, sizeof key, "%s.%s", side_words[side], word);
    json_object_object_add(m->rules, key, json_object_new_string(text));
}

/* One more of several conditions. */
static void either(struct buf *b, const char *condition) {
    const char *text = *condition ? condition : "true";
    if (b->len == 0) {
        buf_str(b, text);
        return;
    }
    char *first = buf_detach(b);
    buf_fmt(b, "(%s) or (%s)", first ? first : "", text);
    free(first);
}

static bool touches(const struct pine_order *entry, const struct pine_order *o) {
    return o->kind == CLOSE_ALL || o->id.len == 0 || pine_same(entry->id, o->id);
}

/* Do the order's words mean all entries of the side, or none? Several ids of one side: which one is
 * open is not known to a rule. */
static bool means(struct making *m, const struct pine_order *o, enum side side) {
    size_t yes = 0, no = 0;
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *entry = &m->s->orders[i];
        if (entry->kind != ENTRY || entry->side != side)
            continue;
        yes += touches(entry, o);
        no += !touches(entry, o);
    }
    if (yes && no)
        pine_refuse(m->s, o->line, "'%.*s' is one of several %s entries: a rule closes all of them",
                    LONG(o->id), side_words[side]);
    return yes && !no;
}

static void put_price(struct making *m, enum side side, const char *word, int node) {
    struct buf b;
    buf_init(&b, 1 << 14);
    if (pine_text(m->s, node, 0, &b) && b.data)
        put_rule(m, side, word, b.data);
    buf_release(&b);
}

static void put_entries(struct making *m, enum side side) {
    struct buf b;
    const struct pine_order *priced = NULL;
    buf_init(&b, 1 << 14);
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if (o->kind != ENTRY || o->side != side)
            continue;
        m->n_entries[side]++;
        either(&b, o->condition);
        if (o->limit >= 0 || o->stop >= 0)
            priced = o;
    }
    if (priced && m->n_entries[side] > 1)
        pine_refuse(m->s, priced->line, "one side has one entry, if it has a price");
    else if (priced && !priced->short_lived)
        pine_refuse(m->s, priced->line,
                    "an order at a price rests for ever in Pine: cancel it in the else of its if");
    if (b.len > 0)
        put_rule(m, side, "entry", b.data);
    if (priced && priced->limit >= 0)
        put_price(m, side, "limit", priced->limit);
    if (priced && priced->stop >= 0)
        put_price(m, side, "stop", priced->stop);
    buf_release(&b);
}

static void put_closes(struct making *m, enum side side) {
    struct buf b;
    buf_init(&b, 1 << 14);
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if ((o->kind == CLOSE || o->kind == CLOSE_ALL) && means(m, o, side))
            either(&b, o->condition);
    }
    if (b.len > 0)
        put_rule(m, side, "exit", b.data);
    buf_release(&b);
}

static bool is_entry_price(struct pine_script *s, int node) {
    node = pine_resolve(s, node);
    return node >= 0 && s->nodes[node].kind == PINE_N_NAME &&
           pine_is(s->nodes[node].text, "strategy.position_avg_price");
}

/* price = k x the entry's: strategy.position_avg_price * (1 - 0.05), or p - p * 0.05. */
static bool share_of_entry(struct pine_script *s, int node, double *ret) {
    node = pine_resolve(s, node);
    if (node < 0 || s->nodes[node].kind != PINE_N_BINARY)
        return false;
    struct pine_node n = s->nodes[node];
    if (pine_is(n.text, "*"))
        return (is_entry_price(s, n.a) && pine_constant(s, n.b, ret)) ||
               (is_entry_price(s, n.b) && pine_constant(s, n.a, ret));
    double part;
    if ((!pine_is(n.text, "+") && !pine_is(n.text, "-")) || !is_entry_price(s, n.a) ||
        !share_of_entry(s, n.b, &part))
        return false;
    *ret = pine_is(n.text, "+") ? 1 + part : 1 - part;
    return true;
}

/* True when the condition says no more than that there is a position of this side. */
static bool while_held(const char *condition, enum side side) {
    static const char *const texts[SIDE_COUNT] = {"position_size > 0", "position_size < 0"};
    return *condition == '\0' || strcmp(condition, texts[side]) == 0 ||
           strcmp(condition, "position_size != 0") == 0;
}

static void put_level(struct making *m, const struct pine_order *o, enum side side, int level,
                      int node) {
    static const char *const words[LEVELS] = {"stopLoss", "takeProfit"};
    const struct pine_order *entry = NULL;
    double k;
    for (size_t i = 0; i < m->s->n_orders; i++) {
        if (m->s->orders[i].kind == ENTRY && m->s->orders[i].side == side)
            entry = &m->s->orders[i];
    }
    if (while_held(o->condition, side) && share_of_entry(m->s, node, &k)) {
        bool below = (level == STOP) == (side == SIDE_LONG);
        double part = below ? 1 - k : k - 1;
        if (!(part > 0 && (part < 1 || level == TARGET))) {
            pine_refuse(m->s, o->line, "%s lies on the wrong side of the entry price",
                        level == STOP ? "stop" : "limit");
            return;
        }
        m->fraction[side][level] = round(part * 1e12) / 1e12;
        pine_tell(
            m->s, o->line,
            "%s: a number now, inputs in it at their defaults; it works from the fill on, Pine "
            "places it at the close of the entry's bar",
            level == STOP ? "stop" : "limit");
    } else if (m->n_entries[side] == 1 && strcmp(o->condition, entry->condition) == 0) {
        put_price(m, side, words[level], node);
    } else {
        pine_refuse(m->s, o->line,
                    "the %s moves with every bar: put strategy.exit under the if of its entry, "
                    "which fixes it, or make it a share of strategy.position_avg_price",
                    level == STOP ? "stop" : "limit");
    }
}

static void put_exits(struct making *m, enum side side) {
    const struct pine_order *first = NULL;
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if (o->kind != EXIT || !means(m, o, side))
            continue;
        if (first)
            pine_refuse(m->s, o->line, "a second strategy.exit for the same entries");
        first = o;
        if (o->stop >= 0)
            put_level(m, o, side, STOP, o->stop);
        if (o->limit >= 0)
            put_level(m, o, side, TARGET, o->limit);
    }
}

/* Fractions are words of the request and serve both sides. */
static void put_fractions(struct making *m, struct json_object *request) {
    static const char *const words[LEVELS] = {"stopLoss", "takeProfit"};
    for (int level = 0; level < LEVELS; level++) {
        double up = m->fraction[SIDE_LONG][level], down = m->fraction[SIDE_SHORT][level];
        bool both = m->n_entries[SIDE_LONG] && m->n_entries[SIDE_SHORT];
        if (!(up > 0) && !(down > 0))
            continue;
        if (both && up - down != 0)
            pine_refuse(m->s, 0, "%s as a share of the entry price must be the same on both sides",
                        words[level]);
        else
            json_object_object_add(request, words[level],
                                   json_object_new_double(up > 0 ? up : down));
    }
}

void pine_rules(struct pine_script *s, struct json_object *rules, struct json_object *request) {
    struct making m = {.s = s, .rules = rules};
    for (int side = 0; side < SIDE_COUNT; side++) {
        put_entries(&m, (enum side)side);
        put_closes(&m, (enum side)side);
        put_exits(&m, (enum side)side);
    }
    for (size_t i = 0; i < s->n_orders; i++) {
        const struct pine_order *o = &s->orders[i];
        bool known = o->kind == ENTRY || o->kind == CLOSE_ALL || o->id.len == 0;
        for (size_t k = 0; k < s->n_orders; k++)
            known |= s->orders[k].kind == ENTRY && pine_same(s->orders[k].id, o->id);
        if (!known)
            pine_refuse(s, o->line, "there is no entry '%.*s'", LONG(o->id));
    }
    put_fractions(&m, request);
    if (m.n_entries[SIDE_LONG] && m.n_entries[SIDE_SHORT])
        pine_tell(s, 0, "where the long and the short entry are true on one bar, it goes long");
    if (!m.n_entries[SIDE_LONG] && !m.n_entries[SIDE_SHORT] && s->out->n_refused == 0)
        pine_refuse(s, 0, "no strategy.entry: a strategy needs one");
}
