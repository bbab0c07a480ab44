/* What the parts of bench/engine share. Durations are processor time of this process, so that what
 * else the machine does is not counted; figures are ratios of runs that alternate in one process.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>

#include "engine/backtest.h"

#define BENCH_BARS 525600 /* a year of minutes */

/* Processor time, nanoseconds. */
double bench_now(void);

double bench_median(double *values, size_t n); /* sorts them */
double bench_least(const double *values, size_t n);

/* A random walk of minutes, the same on every machine. Ends the program when memory ends. */
struct bars bench_bars(size_t n);

/* Runs it or ends the program with the reason. */
struct bt_result bench_run(const struct bt_config *cfg, const struct bars *b, bt_poll_fn *poll,
                           void *arg);

/* sma 10/30 with a fee, the work that the floor and the peers do too. */
struct bt_config bench_sma(void);

/* One line: milliseconds, ns a bar. */
void bench_line(const char *name, double ns, size_t bars, const char *note);

/* The parts (bench/engine.c runs them). */
void bench_cross(const struct bars *b);     /* SMA cross and its second line, beside the floor */
void bench_stops(const struct bars *b);     /* RSI + Bollinger + ATR stop + take-profit */
void bench_functions(const struct bars *b); /* ns a bar a node */
void bench_cancel(void);                    /* progress and cancel */

#endif
