/* Several strategies as one: each wishes long, flat or short by its entry and exit rules alone, and
 * the position follows the vote when the vote changes (ENGINE.md 6). */
#ifndef ENGINE_VOTE_H
#define ENGINE_VOTE_H

#include "engine/order.h"

struct vote {
    enum bt_combine combine;
    size_t n;
    int wish[BACKTEST_STRATEGIES_MAX];
    int now;
    uint64_t signals[BACKTEST_STRATEGIES_MAX][RULE_SHORT_EXIT + 1]; /* bars the rules were true */
    uint64_t *words; /* three masks of the block: to long, to short, to flat */
    size_t n_words;  /* of each */
};

/* block: most bars of a block. False: out of memory. */
bool vote_init(struct vote *v, enum bt_combine combine, size_t n, size_t block);
void vote_release(struct vote *v);

/* Rules of a block (signals of each strategy, and the first bar it may act on) to the changes of
 * the vote as entry and exit masks, valid until the next call. */
void vote_block(struct vote *v, const struct signals *s, const size_t *decide_from,
                struct signals *ret);

#endif
