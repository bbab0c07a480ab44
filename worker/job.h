/* One job in a runner: from the record to the announced end. */
#ifndef WORKER_JOB_H
#define WORKER_JOB_H

#include "worker/runner.h"

/* Runs what o asks for, and reports how it went. */
void job_run(struct runner *r, const struct order *o);

#endif
