/* The floor: the same backtest as one plain C loop, with no expressions, no plan, no generality. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include "engine/bars.h"

struct floor_result {
    double final_equity, max_drawdown, sharpe_bar, sharpe_day, mae, mfe;
    size_t trades;
};

/* SMA fast/slow cross, long and short, next-open fill, fee a rate of the value. */
struct floor_result floor_sma_cross(const struct bars *b, size_t fast, size_t slow, double fee);

/* The two averages alone, in the same order of additions, with their divisions: how far the loop
 * above is from the serial chain it cannot avoid. Returns their last difference. */
double floor_averages(const struct bars *b, size_t fast, size_t slow);

#endif
