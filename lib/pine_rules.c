/* Orders of a Pine script as rules of a strategy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_order.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

const char *const pine_sides[SIDE_COUNT] = {"long", "short"};

void pine_put_rule(struct pine_making *m, enum side side, const char *word,
                   struct json_object *value) {
    char key[48];
    snprintf(key, sizeof key, "%s.%s", pine_sides[side], word);
    json_object_object_add(m->rules, key, value);
}

static void put_text(struct pine_making *m, enum side side, const char *word, const char *text) {
    pine_put_rule(m, side, word, json_object_new_string(text));
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
    return o->kind == PINE_CLOSE_ALL || o->id.len == 0 || pine_same(entry->id, o->id);
}

/* A condition that begins with the other side's position never holds on this one. */
static bool other_side(const char *condition, enum side side) {
    static const char *const texts[SIDE_COUNT] = {"position_size < 0", "position_size > 0"};
    size_t n = strlen(texts[side]);
    return strncmp(condition, texts[side], n) == 0 &&
           (condition[n] == '\0' || strncmp(condition + n, " and ", 5) == 0) &&
           strstr(condition, " or ") == NULL && strchr(condition, '?') == NULL;
}

bool pine_means(struct pine_making *m, const struct pine_order *o, enum side side) {
    size_t yes = 0, no = 0;
    if (other_side(o->condition, side))
        return false;
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *entry = &m->s->orders[i];
        if (entry->kind != PINE_ENTRY || entry->side != side)
            continue;
        yes += touches(entry, o);
        no += !touches(entry, o);
    }
    if (yes && no)
        pine_refuse(m->s, o->line, "'%.*s' is one of several %s entries: a rule closes all of them",
                    LONG(o->id), pine_sides[side]);
    return yes && !no;
}

void pine_put_price(struct pine_making *m, const struct pine_order *o, enum side side,
                    const char *word, int node) {
    struct buf b;
    int now = m->s->now;
    buf_init(&b, 1 << 14);
    m->s->now = o->now;
    if (pine_text(m->s, node, 0, &b) && b.data)
        put_text(m, side, word, b.data);
    m->s->now = now;
    buf_release(&b);
}

/* How long an order at a price rests. Pine's rests until it is cancelled; one that is given anew on
 * every bar is the same as one that lives a bar. */
static bool lives(struct pine_making *m, const struct pine_order *o) {
    bool always = *o->condition == '\0' || strcmp(o->condition, "true") == 0;
    if (!o->short_lived && !always) {
        pine_refuse(m->s, o->line,
                    "an order at a price rests for ever in Pine: cancel it in the else of its if");
        return false;
    }
    for (size_t i = 0; always && i < m->s->n_orders; i++) {
        const struct pine_order *other = &m->s->orders[i];
        if (other->kind != PINE_ENTRY || other->side == o->side || *other->condition != '\0')
            continue;
        pine_refuse(m->s, o->line,
                    "orders of both sides rest at once in Pine, here the long one alone: give "
                    "their ifs conditions that exclude each other");
        return false;
    }
    return true;
}

static void put_entries(struct pine_making *m, enum side side) {
    struct buf b;
    const struct pine_order *priced = NULL;
    buf_init(&b, 1 << 14);
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if (o->kind != PINE_ENTRY || o->side != side)
            continue;
        m->n_entries[side]++;
        either(&b, o->condition);
        if (o->limit >= 0 || o->stop >= 0)
            priced = o;
    }
    if (b.len > 0)
        put_text(m, side, "entry", b.data);
    if (priced && m->n_entries[side] > 1)
        pine_refuse(m->s, priced->line, "one side has one entry, if it has a price");
    else if (priced && lives(m, priced)) {
        if (priced->limit >= 0)
            pine_put_price(m, priced, side, "limit", priced->limit);
        if (priced->stop >= 0)
            pine_put_price(m, priced, side, "stop", priced->stop);
    }
    buf_release(&b);
}

static void put_closes(struct pine_making *m, enum side side) {
    struct buf all, part;
    double share = 1;
    buf_init(&all, 1 << 14);
    buf_init(&part, 1 << 14);
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if ((o->kind != PINE_CLOSE && o->kind != PINE_CLOSE_ALL) || !pine_means(m, o, side))
            continue;
        if (!(o->part < 1)) {
            either(&all, o->condition);
            continue;
        }
        if (part.len > 0 && (o->part < share || o->part > share))
            pine_refuse(m->s, o->line, "parts of one size only can be closed by strategy.close");
        pine_tell(m->s, o->line,
                  "qty_percent: a part is closed once an entry; Pine closes one of what is left "
                  "each time");
        share = o->part;
        either(&part, o->condition);
    }
    if (all.len > 0)
        put_text(m, side, "exit", all.data);
    if (part.len > 0) {
        put_text(m, side, "exit2", part.data);
        pine_put_rule(m, side, "exit2Share", json_object_new_double(share));
    }
    buf_release(&all);
    buf_release(&part);
}

/* qty of the entries: one size for both sides, or one for each. */
static void put_size(struct pine_making *m, struct json_object *request) {
    char *texts[SIDE_COUNT] = {NULL, NULL};
    const struct pine_order *first[SIDE_COUNT] = {NULL, NULL};
    struct json_object *size = json_object_new_object();
    struct buf b;
    size_t given = 0, n = 0;
    bool same = true;
    for (size_t i = 0; i < m->s->n_orders; i++) {
        const struct pine_order *o = &m->s->orders[i];
        if (o->kind != PINE_ENTRY)
            continue;
        n++;
        if (o->qty < 0)
            continue;
        given++;
        buf_init(&b, 1 << 14);
        m->s->now = o->now;
        if (!pine_text(m->s, o->qty, 0, &b) || !b.data) {
            buf_release(&b);
            break;
        }
        if (first[o->side])
            same = same && strcmp(texts[o->side], b.data) == 0;
        else
            texts[o->side] = buf_detach(&b);
        first[o->side] = first[o->side] ? first[o->side] : o;
        buf_release(&b);
    }
    const char *up = texts[SIDE_LONG], *down = texts[SIDE_SHORT];
    if (given > 0 && (given < n || !same)) {
        const struct pine_order *o = first[SIDE_LONG] ? first[SIDE_LONG] : first[SIDE_SHORT];
        pine_refuse(m->s, o ? o->line : 0,
                    "qty: all entries of a side have one size here, and all have one or none");
    } else if (given > 0) {
        struct json_object *entry;
        buf_init(&b, 1 << 14);
        if (up && down && strcmp(up, down) != 0 &&
            json_object_object_get_ex(m->rules, "long.entry", &entry))
            buf_fmt(&b, "(%s) and position_size <= 0 ? %s : %s", json_object_get_string(entry), up,
                    down);
        else
            buf_str(&b, up ? up : down ? down : "");
        json_object_object_add(size, "type", json_object_new_string("units"));
        json_object_object_add(size, "value", json_object_new_string(b.data ? b.data : ""));
        json_object_object_add(m->rules, "size", json_object_get(size));
        json_object_object_del(request, "size"); /* it would stand for the strategy's */
        buf_release(&b);
    }
    json_object_put(size);
    free(texts[SIDE_LONG]);
    free(texts[SIDE_SHORT]);
}

void pine_rules(struct pine_script *s, struct json_object *rules, struct json_object *request) {
    struct pine_making m = {.s = s, .rules = rules};
    for (int side = 0; side < SIDE_COUNT; side++) {
        put_entries(&m, (enum side)side);
        put_closes(&m, (enum side)side);
        pine_exits(&m, (enum side)side);
    }
    put_size(&m, request);
    for (size_t i = 0; i < s->n_orders; i++) {
        const struct pine_order *o = &s->orders[i];
        bool known = o->kind == PINE_ENTRY || o->kind == PINE_CLOSE_ALL || o->id.len == 0;
        for (size_t k = 0; k < s->n_pending && !known; k++) {
            static const char *const id_first[] = {"id", NULL};
            int call = s->pending[k].call;
            known = pine_is(s->nodes[call].text, "strategy.entry") &&
                    pine_same(pine_string(s, pine_arg(s, call, id_first, "id")), o->id);
        }
        if (!known)
            pine_refuse(s, o->line, "there is no entry '%.*s'", LONG(o->id));
    }
    if (m.n_entries[SIDE_LONG] && m.n_entries[SIDE_SHORT])
        pine_tell(s, 0, "where the long and the short entry are true on one bar, it goes long");
    if (!m.n_entries[SIDE_LONG] && !m.n_entries[SIDE_SHORT] && s->out->n_refused == 0)
        pine_refuse(s, 0, "no strategy.entry: a strategy needs one");
}
