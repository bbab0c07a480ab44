/* Candles as both stores keep them: calendar buckets, packed columns, content hashes. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store_ops.h"

/* Start of the `years` long run of calendar years that holds t; step 1: of the one after it. */
static int64_t years_floor(int64_t t, int years, int step) {
    time_t seconds = (time_t)(interval_floor(INTERVAL_1D, t) / 1000);
    struct tm tm;
    if (!gmtime_r(&seconds, &tm))
        return t;
    int year = tm.tm_year + 1900;
    int into = (year % years + years) % years;
    tm = (struct tm){.tm_year = year - into + step * years - 1900, .tm_mday = 1};
    return (int64_t)timegm(&tm) * 1000;
}

int64_t candle_bucket_floor(enum interval iv, int64_t t) {
    if (iv < INTERVAL_1H)
        return interval_floor(INTERVAL_1MO, t);
    return years_floor(t, iv < INTERVAL_1D ? 1 : 10, 0);
}

int64_t candle_bucket_next(enum interval iv, int64_t t) {
    if (iv < INTERVAL_1H)
        return interval_next(INTERVAL_1MO, t);
    return years_floor(t, iv < INTERVAL_1D ? 1 : 10, 1);
}

static void pack_word(char *p, uint64_t v) {
    v = htole64(v);
    memcpy(p, &v, sizeof v);
}

static uint64_t unpack_word(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static void pack_doubles(char *p, const double *column, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &column[i], sizeof bits);
        pack_word(p + 8 * i, bits);
    }
}

static void unpack_doubles(double *column, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = unpack_word(p + 8 * i);
        memcpy(&column[i], &bits, sizeof bits);
    }
}

void candle_pack(const struct bars *b, char *ret) {
    for (size_t i = 0; i < b->n; i++)
        pack_word(ret + 8 * i, (uint64_t)b->t[i]);
    const double *columns[] = {b->o, b->h, b->l, b->c, b->v};
    for (size_t i = 0; i < 5; i++)
        pack_doubles(ret + 8 * b->n * (i + 1), columns[i], b->n);
}

bool candle_unpack(const char *const columns[static 6], size_t n, int64_t from, int64_t to,
                   struct bars *ret) {
    size_t first = 0, end = n;
    while (first < n && (int64_t)unpack_word(columns[0] + 8 * first) < from)
        first++;
    while (end > first && (int64_t)unpack_word(columns[0] + 8 * (end - 1)) >= to)
        end--;
    size_t take = end - first, at = ret->n;
    if (take == 0)
        return true;
    if (at + take > ret->cap && !bars_reserve(ret, at + take + ret->cap / 2))
        return false;
    for (size_t i = 0; i < take; i++)
        ret->t[at + i] = (int64_t)unpack_word(columns[0] + 8 * (first + i));
    double *into[] = {ret->o, ret->h, ret->l, ret->c, ret->v};
    for (size_t i = 0; i < 5; i++)
        unpack_doubles(into[i] + at, columns[i + 1] + 8 * first, take);
    ret->n = at + take;
    return true;
}

void candle_hash(const char *packed, size_t n, char ret[static 33]) {
    struct hash h;
    hash_init(&h);
    hash_add(&h, packed, n * CANDLE_BYTES);
    hash_hex(&h, ret);
}

bool series_add(struct series_sum *sum, const struct candle_row *row) {
    struct series_list *list = &sum->list;
    struct series_info *item = list->n > 0 ? &list->items[list->n - 1] : NULL;
    if (!item || item->interval != row->interval || strcmp(item->symbol, row->symbol) != 0) {
        if (item)
            hash_hex(&sum->hash, item->hash);
        void *items = list->items;
        if (!store_grow(&items, &sum->cap, list->n, sizeof *item))
            return false;
        list->items = items;
        item = &list->items[list->n++];
        *item = (struct series_info){.interval = row->interval, .from = row->first};
        memcpy(item->symbol, row->symbol, sizeof item->symbol);
        hash_init(&sum->hash);
    }
    item->to = row->last;
    item->bars += row->n;
    hash_add(&sum->hash, row->hash, strlen(row->hash));
    return true;
}

static int by_symbol_interval(const void *a, const void *b) {
    const struct series_info *x = a, *y = b;
    int c = strcmp(x->symbol, y->symbol);
    return c != 0 ? c : (int)x->interval - (int)y->interval;
}

void series_finish(struct series_sum *sum) {
    struct series_list *list = &sum->list;
    if (list->n == 0)
        return;
    hash_hex(&sum->hash, list->items[list->n - 1].hash);
    qsort(list->items, list->n, sizeof *list->items, by_symbol_interval);
}
