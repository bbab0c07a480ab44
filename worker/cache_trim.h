/* Keeps the folder of cached columns within its size. */
#ifndef WORKER_CACHE_TRIM_H
#define WORKER_CACHE_TRIM_H

#include <stdint.h>

/* Deletes the entries used longest ago until `wanted` more bytes fit into max, and what writers
 * that died have left behind for an hour. Other processes may do the same at the same time. */
void cache_trim(const char *folder, uint64_t max, uint64_t wanted);

#endif
