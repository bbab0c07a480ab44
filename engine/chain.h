/* Averages made by a sum along time. No SIMD lane may break such a chain of additions (their order
 * is law, ENGINE.md 3), so its latency is what a bar costs; but chains of several nodes overlap in
 * the processor when one loop advances them. Private to engine/: eval.c gathers what can run
 * together. */
#ifndef ENGINE_CHAIN_H
#define ENGINE_CHAIN_H

#include "engine/kernel.h"

#define CHAINS_MAX 8 /* nodes that run together */

/* Bytes of every chain's state. */
size_t chain_state(const double *arg);

/* The block of k <= CHAINS_MAX nodes, none of which reads another. */
void chain_run(const struct kernel_call *const *calls, size_t k);

#endif
