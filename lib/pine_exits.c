/* strategy.exit of a Pine script as stops and targets. A price that is worked out anew on every bar
 * has no rule of ours; what does not move has: a share of the entry price, ticks from it, a price
 * taken where the entry is decided. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_order.h"

enum { STOP, TARGET };

/* The exits of one side. */
struct leaving {
    struct pine_making *m;
    enum side side;
    const struct pine_order *entry; /* the last of the side */
    int n_targets;
    double left;      /* of the position, not yet promised to a target */
    const char *stop; /* JSON of the stop that is given, owned; NULL: none */
    const struct pine_order *first;
};

static const char *level_word(int level) {
    return level == STOP ? "stop" : "limit";
}

/* True when the condition says no more than that there is a position of this side. */
static bool while_held(const char *condition, enum side side) {
    static const char *const texts[SIDE_COUNT] = {"position_size > 0", "position_size < 0"};
    return *condition == '\0' || strcmp(condition, texts[side]) == 0 ||
           strcmp(condition, "position_size != 0") == 0 ||
           strcmp(condition, "(position_size == 0 ? 0 : 1) > 0") == 0 ||
           strcmp(condition, "(position_size == 0 ? 0 : 1) != 0") == 0;
}

/* position_size > 0 ? a : b is a for longs. */
static int for_side(struct pine_script *s, int node, enum side side) {
    static const char *const texts[] = {"strategy.position_size", "0"};
    for (int hops = 0; hops < PINE_DEPTH_MAX; hops++) {
        node = pine_resolve(s, node, &s->now);
        if (node < 0 || s->nodes[node].kind != PINE_N_IF)
            break;
        struct pine_node n = s->nodes[node], c = s->nodes[n.a];
        bool size = c.kind == PINE_N_BINARY && pine_is(s->nodes[c.a].text, texts[0]) &&
                    pine_is(s->nodes[c.b].text, texts[1]);
        if (!size || (!pine_is(c.text, ">") && !pine_is(c.text, "<")))
            break;
        node = pine_is(c.text, ">") == (side == SIDE_LONG) ? n.b : n.c;
    }
    return node;
}

static bool is_entry_price(struct pine_script *s, int node) {
    int now = s->now;
    node = pine_resolve(s, node, &now);
    return node >= 0 && s->nodes[node].kind == PINE_N_NAME &&
           pine_is(s->nodes[node].text, "strategy.position_avg_price");
}

/* How far a price lies from the entry's, as a share: value and text. `up`: above it. */
struct share {
    bool up;
    double value;
    struct buf text;
};

static bool put_share(struct pine_script *s, int node, const char *lead, const char *tail,
                      struct share *ret) {
    buf_str(&ret->text, lead);
    bool good = pine_text(s, node, *lead ? 6 : 0, &ret->text);
    buf_str(&ret->text, tail);
    return good;
}

/* k of entry price * k: 1 - x and 1 + x are shares as they stand. */
static bool share_of_factor(struct pine_script *s, int factor, struct share *ret) {
    double k, one;
    if (!pine_constant(s, factor, &k))
        return false;
    ret->up = k > 1;
    ret->value = ret->up ? k - 1 : 1 - k;
    int now = s->now, node = pine_resolve(s, factor, &s->now);
    struct pine_node n = s->nodes[node];
    bool sum = n.kind == PINE_N_BINARY && pine_is(n.text, ret->up ? "+" : "-") &&
               pine_constant(s, n.a, &one) && !(one < 1) && !(one > 1);
    bool good = sum       ? put_share(s, n.b, "", "", ret)
                : ret->up ? put_share(s, node, "", " - 1", ret)
                          : put_share(s, node, "1 - ", "", ret);
    s->now = now;
    return good;
}

/* price * k, price + price * k, price - price * k. */
static bool share_of_entry(struct pine_script *s, int node, struct share *ret) {
    int now = s->now;
    bool good = false;
    node = pine_resolve(s, node, &s->now);
    struct pine_node n = node >= 0 ? s->nodes[node] : (struct pine_node){.kind = PINE_N_LIST};
    if (n.kind == PINE_N_BINARY && pine_is(n.text, "*")) {
        int factor = is_entry_price(s, n.a) ? n.b : is_entry_price(s, n.b) ? n.a : -1;
        good = factor >= 0 && share_of_factor(s, factor, ret);
    } else if (n.kind == PINE_N_BINARY && (pine_is(n.text, "+") || pine_is(n.text, "-")) &&
               is_entry_price(s, n.a)) {
        int part = pine_resolve(s, n.b, &s->now);
        struct pine_node p = s->nodes[part];
        bool product = p.kind == PINE_N_BINARY && pine_is(p.text, "*");
        int factor = !product                 ? -1
                     : is_entry_price(s, p.a) ? p.b
                     : is_entry_price(s, p.b) ? p.a
                                              : -1;
        good = factor >= 0 && pine_constant(s, factor, &ret->value) &&
               put_share(s, factor, "", "", ret);
        ret->up = pine_is(n.text, "+");
    }
    s->now = now;
    return good;
}

static struct json_object *in_object(const char *key, const char *text) {
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, key, json_object_new_string(text));
    return o;
}

static void tell_held(struct leaving *l, const struct pine_order *o, int level) {
    pine_tell(l->m->s, o->line,
              "%s: it works from the fill on, Pine places it at the close of the entry's bar",
              level_word(level));
}

/* x / syminfo.mintick is a distance, whatever the tick is. */
static bool put_ticks(struct pine_script *s, int node, struct buf *ret) {
    int now = s->now, resolved = pine_resolve(s, node, &s->now);
    struct pine_node n = s->nodes[resolved];
    char tick[DOUBLE_TEXT_MAX];
    bool good;
    if (n.kind == PINE_N_BINARY && pine_is(n.text, "/") &&
        pine_is(s->nodes[n.b].text, "syminfo.mintick")) {
        good = pine_text(s, n.a, 0, ret);
    } else if (s->tick > 0) {
        good = pine_text(s, node, 6, ret);
        double_format(s->tick, tick);
        buf_fmt(ret, " * %s", tick);
    } else {
        pine_refuse(s, n.line, "it counts ticks, whose size is not known: give it with --tick");
        good = false;
    }
    s->now = now;
    return good;
}

/* The entry's own condition, or only one of several entries'? Then a price is fixed there. */
static bool with_entry(const struct leaving *l, const char *condition) {
    return l->m->n_entries[l->side] == 1 && strcmp(condition, l->entry->condition) == 0;
}

/* A name that := gives a value under the entry's own ifs, and nowhere else. */
static int taken_at_entry(struct leaving *l, int node, int *now) {
    struct pine_script *s = l->m->s;
    if (node < 0 || s->nodes[node].kind != PINE_N_NAME || l->m->n_entries[l->side] != 1)
        return -1;
    struct pine_symbol *sym = pine_find(s, s->nodes[node].text);
    if (!sym || sym->kind != PINE_VALUE)
        return -1;
    sym = pine_last(s, sym);
    if (sym->before < 0 || s->symbols[sym->before].before >= 0 || sym->n_guards == 0)
        return -1;
    struct buf b;
    int expr = sym->expr, at = sym->at;
    buf_init(&b, 1 << 14);
    bool same = pine_guards_text(s, sym->guards, sym->n_guards, true, &b) && b.data &&
                strcmp(b.data, l->entry->condition) == 0;
    buf_release(&b);
    if (same)
        *now = at;
    return same ? expr : -1;
}

/* The level as the value of a rule; NULL: refused. */
static struct json_object *level_of(struct leaving *l, const struct pine_order *o, int level,
                                    int node, int ticks) {
    struct pine_script *s = l->m->s;
    struct json_object *made = NULL;
    struct share share = {.up = false};
    double constant;
    int fixed, at = 0;
    bool held = while_held(o->condition, l->side), entry = with_entry(l, o->condition);
    s->now = o->now;
    buf_init(&share.text, 1 << 14);
    if (node < 0) {
        bool still = entry || (held && pine_constant(s, ticks, &constant));
        if (!still)
            pine_refuse(s, o->line,
                        "the distance of the %s moves with every bar: put strategy.exit under the "
                        "if of its entry, which fixes it",
                        level_word(level));
        else if (put_ticks(s, ticks, &share.text) && share.text.data)
            made = in_object("distance", share.text.data);
        if (made && held && !entry)
            tell_held(l, o, level);
        buf_release(&share.text);
        return made;
    }
    node = for_side(s, node, l->side);
    if (held && share_of_entry(s, node, &share) && share.text.data) {
        bool below = (level == STOP) == (l->side == SIDE_LONG);
        if (share.up != below && share.value > 0) {
            made = in_object("fraction", share.text.data);
            tell_held(l, o, level);
        } else {
            pine_refuse(s, o->line, "%s lies on the wrong side of the entry price",
                        level_word(level));
        }
    } else if (entry || (held && (fixed = taken_at_entry(l, node, &at)) >= 0)) {
        buf_release(&share.text);
        buf_init(&share.text, 1 << 14);
        s->now = entry ? s->now : at;
        if (pine_text(s, entry ? node : fixed, 0, &share.text) && share.text.data)
            made = json_object_new_string(share.text.data);
        if (!entry)
            tell_held(l, o, level);
        if (!strstr(l->entry->condition, "position_size"))
            pine_tell(s, o->line,
                      "where the entry's condition is true again while the position is open, Pine "
                      "moves the %s; here it stays",
                      level_word(level));
    } else {
        pine_refuse(s, o->line,
                    "the %s moves with every bar: put strategy.exit under the if of its entry, "
                    "which fixes it, or make it a share of strategy.position_avg_price",
                    level_word(level));
    }
    buf_release(&share.text);
    return made;
}

static void put_stop(struct leaving *l, const struct pine_order *o) {
    struct json_object *made = level_of(l, o, STOP, o->stop, o->loss);
    if (!made)
        return;
    const char *text = json_object_to_json_string(made);
    if (l->first && (!l->stop || strcmp(l->stop, text) != 0)) {
        pine_refuse(l->m->s, o->line, "the exits of an entry have one stop here");
        json_object_put(made);
        return;
    }
    pine_put_rule(l->m, l->side, "stopLoss", made);
    l->stop = json_object_to_json_string(made); /* lives as long as the rule */
}

static void put_target(struct leaving *l, const struct pine_order *o) {
    static const char *const words[] = {"takeProfit", "takeProfit2", "takeProfit3"};
    static const char *const shares[] = {"takeProfitShare", "takeProfit2Share", "takeProfit3Share"};
    if (l->n_targets == 3) {
        pine_refuse(l->m->s, o->line, "an entry has three targets at most");
        return;
    }
    struct json_object *made = level_of(l, o, TARGET, o->limit, o->profit);
    if (!made)
        return;
    pine_put_rule(l->m, l->side, words[l->n_targets], made);
    /* each keeps its part, whichever is reached first */
    double part = o->part < l->left ? o->part : l->left;
    if (part < 1)
        pine_put_rule(l->m, l->side, shares[l->n_targets],
                      json_object_new_double(round(part * 1e12) / 1e12));
    l->left -= part;
    l->n_targets++;
}

void pine_exits(struct pine_making *m, enum side side) {
    struct leaving l = {.m = m, .side = side, .left = 1};
    struct pine_script *s = m->s;
    for (size_t i = 0; i < s->n_orders; i++) {
        if (s->orders[i].kind == PINE_ENTRY && s->orders[i].side == side)
            l.entry = &s->orders[i];
    }
    bool stops = false, bare = false;
    double parts = 0;
    for (size_t i = 0; l.entry && i < s->n_orders; i++) {
        const struct pine_order *o = &s->orders[i];
        if (o->kind != PINE_EXIT || !pine_means(m, o, side))
            continue;
        bool stop = o->stop >= 0 || o->loss >= 0, target = o->limit >= 0 || o->profit >= 0;
        if (!(l.left > 1e-9))
            pine_refuse(s, o->line,
                        "a second strategy.exit for the same entries: give the first a "
                        "qty_percent");
        if (stop)
            put_stop(&l, o);
        if (target)
            put_target(&l, o);
        else
            l.left -= o->part;
        parts += o->part;
        stops |= stop;
        bare |= !stop || (!target && o->part < 1);
        l.first = l.first ? l.first : o;
    }
    if (stops && (bare || parts < 1 - 1e-9))
        pine_refuse(s, l.first->line,
                    "a stop closes the whole position here: give every exit the "
                    "same one, for all of its parts");
}
