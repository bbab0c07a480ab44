/* Orders of a Pine script between their calls (pine_orders.c) and the rules they become
 * (pine_rules.c, pine_exits.c). */
#ifndef LIB_PINE_ORDER_H
#define LIB_PINE_ORDER_H

#include "engine/strategy.h"
#include "lib/pine_ast.h"

enum pine_order_kind { PINE_ENTRY, PINE_CLOSE, PINE_CLOSE_ALL, PINE_EXIT };

/* Nodes are -1 where there is none. */
struct pine_order {
    enum pine_order_kind kind;
    int line, now;
    enum side side;       /* ENTRY */
    struct pine_slice id; /* of the entry; CLOSE, EXIT: which entries, length 0: all */
    char *condition;      /* "": every bar */
    int qty;              /* ENTRY: units */
    double part;          /* CLOSE, EXIT: of the position, 0..1 */
    int limit, stop;      /* prices; EXIT: take profit and stop loss */
    int profit, loss;     /* EXIT: ticks from the entry price */
    bool short_lived;     /* ENTRY at a price that the next bar cancels */
};

/* Rules being made of the orders. */
struct pine_making {
    struct pine_script *s;
    struct json_object *rules;
    size_t n_entries[SIDE_COUNT];
};

extern const char *const pine_sides[SIDE_COUNT]; /* "long", "short" */

/* Adds a rule of the side: "long.entry". */
void pine_put_rule(struct pine_making *m, enum side side, const char *word,
                   struct json_object *value);
/* The same with the text of a price. */
void pine_put_price(struct pine_making *m, const struct pine_order *o, enum side side,
                    const char *word, int node);

/* Does the order mean the entries of the side? Refused when it means some of several. */
bool pine_means(struct pine_making *m, const struct pine_order *o, enum side side);

/* The strategy.exit calls as stops and targets of the side. */
void pine_exits(struct pine_making *m, enum side side);

#endif
