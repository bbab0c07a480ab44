#include "lib/id.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/clock.h"

static void random_bytes(void *ret, size_t n) {
    /* getrandom does not fail for up to 256 bytes once the kernel's pool is ready */
    while (getrandom(ret, n, 0) != (ssize_t)n)
        ;
}

void random_hex(char *ret, size_t n) {
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[64];
    ret[2 * n] = 0;
    while (n > 0) {
        size_t some = n < sizeof bytes ? n : sizeof bytes;
        random_bytes(bytes, some);
        for (size_t i = 0; i < some; i++) {
            *ret++ = digits[bytes[i] >> 4];
            *ret++ = digits[bytes[i] & 15];
        }
        n -= some;
    }
}

void id_new(char ret[static ID_MAX]) {
    static struct {
        pid_t pid;
        unsigned char random[5];
        uint32_t counter;
    } process; /* per process: made again after a fork */

    if (process.pid != getpid()) {
        process.pid = getpid();
        random_bytes(process.random, sizeof process.random);
        random_bytes(&process.counter, sizeof process.counter);
    }
    uint32_t seconds = (uint32_t)(clock_now_ms() / 1000);
    uint32_t counter = process.counter++ & 0xffffff;
    const unsigned char *r = process.random;
    snprintf(ret, ID_MAX, "bt_%08x%02x%02x%02x%02x%02x%06x", seconds, r[0], r[1], r[2], r[3], r[4],
             counter);
}

void id_result(const char *backtest_id, char ret[static ID_MAX]) {
    if (strncmp(backtest_id, "bt_", 3) == 0)
        backtest_id += 3;
    snprintf(ret, ID_MAX, "res_%.60s", backtest_id);
}

static bool valid(const char *s, size_t max, const char *more) {
    size_t n = 0;
    for (; s[n]; n++)
        if (n == max || (!isalnum((unsigned char)s[n]) && !strchr(more, s[n])))
            return false;
    return n > 0;
}

bool id_valid(const char *id) {
    return valid(id, ID_MAX - 1, "_-");
}

bool user_valid(const char *user) {
    return valid(user, USER_MAX - 1, "_.@-");
}

bool symbol_valid(const char *s) {
    return valid(s, SYMBOL_MAX - 1, "_.:^=@-");
}

/* Four lanes over 32-byte steps, each word mixed by xor, multiply and rotate; a final avalanche.
 * The constants are odd numbers with well spread bits (fractional parts of square roots of primes).
 */
#define K1 UINT64_C(0x6a09e667f3bcc909)
#define K2 UINT64_C(0xbb67ae8584caa73b)

static uint64_t rotate(uint64_t x, int n) {
    return x << n | x >> (64 - n);
}

static uint64_t mix(uint64_t lane, uint64_t word) {
    return rotate((lane ^ word) * K1, 29) + K2;
}

void hash_init(struct hash *h) {
    *h = (struct hash){.lane = {K1, K2, ~K1, ~K2}};
}

static void step(struct hash *h, const unsigned char *p) {
    uint64_t word[4];
    memcpy(word, p, sizeof word);
    for (int i = 0; i < 4; i++)
        h->lane[i] = mix(h->lane[i], word[i]);
}

void hash_add(struct hash *h, const void *data, size_t len) {
    const unsigned char *p = data;
    h->total += len;
    if (h->held > 0) {
        size_t take = sizeof h->hold - h->held < len ? sizeof h->hold - h->held : len;
        memcpy(h->hold + h->held, p, take);
        h->held += take;
        p += take;
        len -= take;
        if (h->held < sizeof h->hold)
            return;
        step(h, h->hold);
        h->held = 0;
    }
    for (; len >= sizeof h->hold; p += sizeof h->hold, len -= sizeof h->hold)
        step(h, p);
    if (len > 0)
        memcpy(h->hold, p, len);
    h->held = len;
}

static uint64_t avalanche(uint64_t x) {
    x = (x ^ x >> 32) * K1;
    x = (x ^ x >> 29) * K2;
    return x ^ x >> 32;
}

void hash_hex(const struct hash *h, char ret[static HASH_HEX_MAX]) {
    struct hash last = *h;
    memset(last.hold + last.held, 0, sizeof last.hold - last.held);
    step(&last, last.hold);
    uint64_t a = avalanche(mix(last.lane[0], last.total) ^ rotate(last.lane[1], 17));
    uint64_t b = avalanche(mix(last.lane[2], a) ^ rotate(last.lane[3], 41));
    a = avalanche(a ^ b);
    snprintf(ret, HASH_HEX_MAX, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}
