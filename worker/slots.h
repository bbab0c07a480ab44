/* Slot locks: however many supervisors run on a host, its runners on one store are as many as
 * worker.runners says. A lock is on an open file that supervisor and runner share, so it lasts as
 * long as either lives. */
#ifndef WORKER_SLOTS_H
#define WORKER_SLOTS_H

#include "lib/conf.h"

/* The descriptor of the locked slot k; -1: somebody else has it (*ret_busy true), or it cannot be
 * had at all (errno). */
int slot_take(const struct conf *conf, int k, bool *ret_busy);

#endif
