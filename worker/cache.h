/* Decoded candles between jobs: what market_load gave, kept in memory-mapped files of one folder.
 *
 * An entry's name is a hash of everything that decides its content: the stored series' content
 * hashes, the range, the warm-up, this format. So an entry never goes stale, writers never wait for
 * each other (a temporary name, then a rename), and any entry may be deleted at any time: who has
 * it mapped keeps it. */
#ifndef WORKER_CACHE_H
#define WORKER_CACHE_H

#include "lib/market.h"

#define CACHE_MAPS_MAX   16                   /* entries that one runner keeps mapped */
#define CACHE_MAPPED_MAX (UINT64_C(64) << 20) /* bytes of them, but for the one in use */
#define CACHE_REST_MAX   (UINT64_C(2) << 20)  /* bytes of one that stay in between two jobs */
#define CACHE_BYTES_MAX  (UINT64_C(1) << 30)  /* bytes of the folder: 40 years of minutes */

struct cache;

/* folder empty, or one that cannot be made (logged): nothing is kept. Never NULL. */
struct cache *cache_open(const char *folder);
void cache_close(struct cache *c);

/* The job is done: what is large leaves this process (the kernel keeps it in its page cache, so the
 * next use costs less than a millisecond). */
void cache_rest(struct cache *c);

/* As market_load_kept. The bars are valid until the next call; release *ret with
 * market_data_release. */
enum err_code cache_load(struct cache *c, struct store *s, const struct request *r, size_t warmup,
                         market_keep_fn *keep, void *arg, struct market_data *ret, struct err *e);

#endif
