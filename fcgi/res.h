/* The resources: each file exports its routes, each main lists what it serves. */
#ifndef FCGI_RES_H
#define FCGI_RES_H

#include "fcgi/router.h"

extern const struct route submit_routes[];
extern const struct route backtest_routes[];
extern const struct route result_routes[];
extern const struct route function_routes[];
extern const struct route strategy_routes[];
extern const struct route symbol_routes[];
extern const struct route candle_routes[];
extern const struct route system_routes[];

#endif
