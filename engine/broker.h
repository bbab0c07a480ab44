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
    enum bt_size_type size_type;
    double size;
    enum bt_fill fill;
    enum bt_path path;
    bool allow[SIDE_COUNT];
    bool finalize;
    bool vote; /* the masks are changes of a vote: reasons say so */
    int pyramiding, max_bars;
    struct level_rule level[SIDE_COUNT][LEVEL_COUNT];
    size_t decide_from; /* first bar on whose close a rule may act */
};

struct broker {
    struct broker_config cfg;
    struct walk live, up, down; /* the account, and room to try both ways through a bar */
    struct order order;         /* decided on the last close, due at the next open */
    bool due;
    struct ledger ledger;
    struct bt_diagnosis diagnosis;
    size_t size_cuts, order_bars;
    size_t next; /* first bar not processed yet */
    struct entry *entries;
    struct trade *trades; /* one block each for all three walks */
};

/* The range is [cfg->terms.first, cfg->terms.bars->n). False: out of memory. */
bool broker_init(struct broker *br, const struct broker_config *cfg, double cash);
void broker_release(struct broker *br);

/* Runs the bars of one block that are in range. Blocks come in order and leave none out. */
void broker_block(struct broker *br, const struct signals *s, struct curve *c);

#endif
