/* Inside of backtest_run: one run of the default profile while it is made. */
#ifndef ENGINE_BACKTEST_RUN_H
#define ENGINE_BACKTEST_RUN_H

#include "engine/broker.h"
#include "engine/rules.h"
#include "engine/vote.h"

/* The accounts of a run under one order of prices: one a strategy, or a single one that follows a
 * vote. */
struct lane {
    enum bt_path path;
    struct broker *brokers;
    struct curve *curves;
    struct curve total;     /* of several accounts */
    struct curve_share sum; /* their equity in the block; none of it with one account */
};

/* Lane 0 is the result's own; the others are the honest band's and come from the same columns. */
#define LANES_MAX 3

struct run {
    const struct bt_config *cfg;
    const struct bars *bars;
    size_t first, block;
    struct plan *plan;
    struct eval *eval;
    struct rules *rules;
    size_t *decide_from;
    struct signals *signals;
    struct days days;
    struct vote vote;
    size_t n; /* accounts of a lane */
    struct lane lanes[LANES_MAX];
    size_t n_lanes;
};

/* Everything measured, into *ret: after the last bar. */
enum bt_status run_result(struct run *r, struct bt_result *ret);

#endif
