/* Evaluation of a plan over bars, block by block, with carried state.
 *
 *   struct eval *e = eval_new(plan, &bars, 0);
 *   while ((n = eval_next(e)) > 0)           bars eval_first(e) .. eval_first(e) + n - 1
 *       ... eval_number(e, node)[i], eval_mask(e, node)[i / 64] >> (i % 64) & 1 ...
 *
 * Memory is nodes x block, whatever the number of bars. The same numbers come out bit for bit
 * whatever the block size: additions have one order (ENGINE.md 3), no state depends on where a
 * block ends. */
#ifndef ENGINE_EVAL_H
#define ENGINE_EVAL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/bars.h"
#include "engine/plan.h"

struct eval;

/* Bars a block when the caller has no wish: its columns stay in L1 and L2. */
#define EVAL_BLOCK 2048

/* block: bars a block, 0 = EVAL_BLOCK; any value >= 1, larger than the bars = the whole at once.
 * plan and bars are borrowed until eval_free. NULL: out of memory. */
struct eval *eval_new(const struct plan *p, const struct bars *b, size_t block);
void eval_free(struct eval *e);

/* From now on without what only some machines have (wide.h), for tests: the same bits. */
void eval_narrow(struct eval *e);

/* Evaluates the next block; returns its number of bars, 0 after the last. */
size_t eval_next(struct eval *e);

/* Index of the block's first bar. */
size_t eval_first(const struct eval *e);

/* The node's values in the block: NaN where null. Valid until the next eval_next. */
const double *eval_number(const struct eval *e, int node);

/* The condition's bits in the block, bit i of the words = bar i; bits past the block's end are 0.
 */
const uint64_t *eval_mask(const struct eval *e, int node);

#endif
