/* Public ids: "bt_" or "res_" + 24 hex (an ObjectId: seconds, random, counter), the same hex in
 * both. */
#ifndef LIB_ID_H
#define LIB_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/limits.h"

/* A fresh "bt_…" id. Unique over hosts: 4 bytes of time, 5 random per process, 3 of a counter. */
void id_new(char ret[static ID_MAX]);

/* The result id that belongs to a backtest: "bt_X" -> "res_X"; a foreign id gets "res_" before it,
 * cut to fit. */
void id_result(const char *backtest_id, char ret[static ID_MAX]);

bool id_valid(const char *id);     /* [A-Za-z0-9_-]{1,64} */
bool user_valid(const char *user); /* [A-Za-z0-9_.@-]{1,64} */
bool symbol_valid(const char *s);  /* [A-Za-z0-9_.:^=@-]{1,32} */

/* n random bytes from the kernel, as 2n hex digits and a NUL. */
void random_hex(char *ret, size_t n);

/* A fast 128-bit content hash (32 bytes a step, several GB/s), as 32 hex digits: names content
 * (caches, dataHash, idempotent payloads). Not cryptographic: no secret and no permission depends
 * on it. The same bytes give the same digits on every little-endian machine, however they were cut
 * into adds. */
#define HASH_HEX_MAX 33
struct hash {
    uint64_t lane[4], total;
    unsigned char hold[32];
    size_t held;
};
void hash_init(struct hash *h);
void hash_add(struct hash *h, const void *data, size_t len);
void hash_hex(const struct hash *h, char ret[static HASH_HEX_MAX]);

#endif
