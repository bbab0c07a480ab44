/* What one job may use. A job that wants more fails at once and for good: three other runners would
 * only die of the same. */
#ifndef WORKER_BOUNDS_H
#define WORKER_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/conf.h"

/* Before the first job: this process may allocate mb more than it has now. Mapped candles do not
 * count. A library that aborts when memory ends (libbson does) ends the process with
 * RUNNER_EXIT_MEMORY. */
bool bounds_memory(int64_t mb);

/* Before each job: seconds of processor time from here. */
bool bounds_cpu(int64_t s);

/* The time is used up. A job that does not ask for BOUNDS_GRACE_S more ends its process with
 * RUNNER_EXIT_CPU. */
#define BOUNDS_GRACE_S 5
bool bounds_cpu_over(void);

/* What the user is told. */
enum err_code bounds_memory_error(const struct conf *conf, struct err *e);
enum err_code bounds_cpu_error(const struct conf *conf, struct err *e);

#endif
