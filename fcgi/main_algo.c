/* algo.fcgi: Backtests and what they are made of. */
#include <stddef.h>

#include "fcgi/program.h"
#include "fcgi/res.h"

int main(int argc, char **argv) {
    static const struct route *const routes[] = {submit_routes,   backtest_routes, result_routes,
                                                 function_routes, strategy_routes, NULL};
    return program_run(argc, argv, "algo.fcgi", routes);
}
