/* The broker of the default profile (ENGINE.md 5): jumps from event to event over the masks of a
 * block, fills orders, and hands the equity to a curve. */
#ifndef ENGINE_BROKER_H
#define ENGINE_BROKER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/curve.h"
#include "engine/path.h"

struct broker_config {
    struct terms terms;
    enum bt_fill fill;
    enum bt_path path;
    const struct bars *lower; /* PATH_LOWER: finer bars, as many as there are */
    bool allow[SIDE_COUNT];
    bool finalize;
    bool vote; /* the masks are changes of a vote: reasons say so */
    int pyramiding, max_bars;
    double size;                 /* in the meaning of terms.size_type; NaN: RULE_SIZE gives it */
    double cooldown, most_a_day; /* NaN: the rules give them, or there are none */
    size_t decide_from;          /* first bar on whose close a rule may act */
};

struct broker {
    struct broker_config cfg;
    struct walk live, up, down;     /* the account, and room to try both ways through a bar */
    struct order order[SIDE_COUNT]; /* decided on the last close, due at the next open */
    bool due;
    struct ledger ledger;
    struct bt_diagnosis diagnosis;
    size_t size_cuts, order_bars;
    size_t next;      /* first bar not processed yet */
    size_t carry_bar; /* first bar at whose open costs of holding may fall due */
    bool plain;       /* broker_is_plain, asked once */
    bool bare;        /* no rules but entries, exits and stops: nothing else is asked */
    bool judged;      /* trailing distances are judged at every close */
    double position[POSITION_COUNT];
    struct entry *entries;
    struct trade *trades; /* one block each for all three walks */
};

/* The range is [cfg->terms.first, cfg->terms.bars->n). False: out of memory. */
bool broker_init(struct broker *br, const struct broker_config *cfg, double cash);
void broker_release(struct broker *br);

/* Runs the bars of one block that are in range. Blocks come in order and leave none out. */
void broker_block(struct broker *br, const struct signals *s, struct curve *c);

/* For the broker's own files. */

/* At the start of a block: which rules there are. */
void broker_rules(struct broker *br, const struct signals *s);

/* What the rules say at this close: fills br->order and the orders that rest. True: something is
 * due at market. */
bool broker_decide(struct broker *br, const struct signals *s, size_t bar);

/* Rules that may act in the present state, as bits. */
unsigned broker_acting(const struct broker *br);

/* Trailing distances are judged anew at this close. */
void broker_distances(struct broker *br, const struct signals *s, size_t bar);

/* Step 2 of a bar: inside, along the path. */
void broker_inside(struct broker *br, size_t bar);

/* What the live walk did goes to the ledger and the diagnosis. */
void broker_book(struct broker *br, struct walk *w);

/* Whether bars of this broker may take the plain road (engine/plain.c). */
bool broker_is_plain(const struct broker *br);

/* Goes on from br->next as far as everything is plain, at most to the bar before `to`, the end of
 * the block; nothing may be due. */
void broker_plain(struct broker *br, const struct signals *s, struct curve *c, size_t to);

/* First bar in [from, to) on which something may happen, holding the position until there. */
size_t broker_quiet(struct broker *br, const struct signals *s, size_t from, size_t to);

#endif
