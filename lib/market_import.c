/* Bars into the store: merged by time, a calendar bucket at a time. */
#include "lib/market.h"

#include <stdlib.h>
#include <string.h>

struct counts {
    size_t added, replaced;
};

static bool copy(struct bars *to, const struct bars *from, size_t i) {
    return bars_append(to, from->t[i], from->o[i], from->h[i], from->l[i], from->c[i], from->v[i]);
}

/* Both rise in time; where both have a time, the new bar stays. */
static bool merge(const struct bars *old, const struct bars *new, struct bars *ret,
                  struct counts *counts) {
    size_t i = 0, k = 0;
    if (!bars_reserve(ret, old->n + new->n))
        return false;
    while (i < old->n || k < new->n) {
        bool take_old = k == new->n || (i < old->n && old->t[i] < new->t[k]);
        if (take_old) {
            if (!copy(ret, old, i++))
                return false;
            continue;
        }
        bool same = i < old->n && old->t[i] == new->t[k];
        counts->replaced += same;
        counts->added += !same;
        i += same;
        if (!copy(ret, new, k++))
            return false;
    }
    return true;
}

/* The bucket that holds bar `first`: what is stored of it with the new bars in it. */
static enum err_code make_bucket(struct store *s, const char *symbol, enum interval iv,
                                 const struct bars *b, size_t first, size_t last,
                                 struct candle_bucket *ret, struct counts *counts, struct err *e) {
    int64_t start = candle_bucket_floor(iv, b->t[first]);
    struct bars old, merged;
    struct bars view = bars_slice(b, first, last);
    bars_init(&old);
    bars_init(&merged);
    enum err_code code =
        store_candles_get(s, symbol, iv, start, candle_bucket_next(iv, start), &old, e);
    if (code == ERR_NONE && !merge(&old, &view, &merged, counts))
        code = err_set(e, ERR_INTERNAL, "out of memory");
    bars_release(&old);
    if (code != ERR_NONE)
        bars_release(&merged);
    else
        *ret = (struct candle_bucket){.bucket = start, .bars = merged};
    return code;
}

static size_t bucket_end(const struct bars *b, size_t first, enum interval iv) {
    return bars_find(b, candle_bucket_next(iv, b->t[first]));
}

enum err_code market_import(struct store *s, const char *symbol, enum interval iv,
                            const struct bars *b, size_t *ret_added, size_t *ret_replaced,
                            struct err *e) {
    size_t n = 0, made = 0;
    for (size_t i = 0; i < b->n; i = bucket_end(b, i, iv))
        n++;
    struct candle_bucket *buckets = calloc(n ? n : 1, sizeof *buckets);
    if (!buckets)
        return err_set(e, ERR_INTERNAL, "out of memory");
    struct counts counts = {0, 0};
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < b->n && code == ERR_NONE;) {
        size_t end = bucket_end(b, i, iv);
        code = make_bucket(s, symbol, iv, b, i, end, &buckets[made], &counts, e);
        made += code == ERR_NONE;
        i = end;
    }
    if (code == ERR_NONE && made > 0)
        code = store_candles_put(s, symbol, iv, buckets, made, e);
    for (size_t i = 0; i < made; i++)
        bars_release(&buckets[i].bars);
    free(buckets);
    if (code == ERR_NONE && ret_added)
        *ret_added = counts.added;
    if (code == ERR_NONE && ret_replaced)
        *ret_replaced = counts.replaced;
    return code;
}

#define STEPS_MAX 64 /* different distances that are counted; a file with more has no interval */

bool market_interval(const struct bars *b, enum interval *ret, int64_t *ret_step) {
    struct {
        int64_t ms;
        size_t n;
    } steps[STEPS_MAX];
    size_t n = 0, best = 0;
    if (ret_step)
        *ret_step = 0;
    for (size_t i = 1; i < b->n; i++) {
        int64_t ms = b->t[i] - b->t[i - 1];
        size_t k = 0;
        while (k < n && steps[k].ms != ms)
            k++;
        if (k == STEPS_MAX)
            continue;
        if (k == n) {
            steps[n].ms = ms;
            steps[n++].n = 0;
        }
        steps[k].n++;
    }
    for (size_t k = 1; k < n; k++)
        if (steps[k].n > steps[best].n ||
            (steps[k].n == steps[best].n && steps[k].ms < steps[best].ms))
            best = k;
    if (n == 0)
        return false;
    int64_t step = steps[best].ms;
    if (ret_step)
        *ret_step = step;
    if (step >= 28 * MS_PER_DAY && step <= 31 * MS_PER_DAY) {
        *ret = INTERVAL_1MO;
        return true;
    }
    for (int i = 0; i < INTERVAL_1MO; i++) {
        if (interval_ms((enum interval)i) == step) {
            *ret = (enum interval)i;
            return true;
        }
    }
    return false;
}
