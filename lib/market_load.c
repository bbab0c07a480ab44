/* Candles of a request out of the store. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/market_cut.h"

#define PIECE 4 /* buckets a read: half a second even from a slow store */

/* "BTCUSDT has 1d only, 1h cannot be made of it", or that nobody knows the symbol. */
static enum err_code no_series(struct store *s, const struct request *r,
                               const struct series_list *of_symbol, struct err *e) {
    char text[ERR_MESSAGE_MAX];
    if (of_symbol->n > 0) {
        size_t len = (size_t)snprintf(text, sizeof text, "%s is stored as", r->symbol);
        for (size_t i = 0; i < of_symbol->n; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s %s", i ? "," : "",
                                    interval_name(of_symbol->items[i].interval));
        snprintf(text + len, sizeof text - len, " only, %s cannot be made of that",
                 interval_name(r->interval));
        return market_insufficient(e, text);
    }
    struct series_list all;
    enum err_code code = store_series(s, NULL, &all, e);
    if (code != ERR_NONE)
        return code;
    const char **names = calloc(all.n + 1, sizeof *names);
    for (size_t i = 0; names && i < all.n; i++)
        names[i] = all.items[i].symbol;
    const char *near = names ? name_suggest(r->symbol, names, all.n) : NULL;
    snprintf(text, sizeof text, "no candles of %s are stored%s%s%s", r->symbol,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    free(names);
    series_list_release(&all);
    return market_insufficient(e, text);
}

enum err_code market_choose(struct store *s, const struct request *r, struct series_info *ret,
                            struct err *e) {
    struct series_list list;
    enum err_code code = store_series(s, r->symbol, &list, e);
    if (code != ERR_NONE)
        return code;
    const struct series_info *best = NULL;
    for (size_t i = 0; i < list.n; i++) {
        const struct series_info *it = &list.items[i];
        bool serves = it->interval == r->interval || interval_divides(it->interval, r->interval);
        if (serves && (!best || it->interval > best->interval))
            best = it;
    }
    if (!best)
        code = no_series(s, r, &list, e);
    else if (best->to < r->start_ms || best->from >= market_source_end(r))
        code = market_outside(r, best->interval, best->from, best->to, e);
    else
        *ret = *best;
    series_list_release(&list);
    return code;
}

/* Where to start reading so that `bars` bars of the interval lie before start, were there no gaps.
 */
static int64_t back(int64_t start, size_t bars, enum interval iv, int64_t oldest) {
    int64_t ms = interval_ms(iv);
    if (start == INT64_MIN || (start - oldest) / ms < (int64_t)bars)
        return oldest;
    return interval_floor(iv, start - (int64_t)bars * ms);
}

/* One read after the other, PIECE calendar buckets each. */
static enum err_code read_kept(struct store *s, const struct request *r,
                               const struct series_info *info, int64_t from, market_keep_fn *keep,
                               void *arg, struct bars *ret, struct err *e) {
    int64_t end = market_source_end(r), last = interval_next(info->interval, info->to);
    if (end > last)
        end = last;
    enum err_code code = ERR_NONE;
    while (code == ERR_NONE && from < end) {
        int64_t to = from;
        for (int i = 0; i < PIECE && to < end; i++)
            to = candle_bucket_next(info->interval, to);
        if (to > end)
            to = end;
        code = store_candles_get(s, r->symbol, info->interval, from, to, ret, e);
        if (code == ERR_NONE && keep && keep(arg))
            code = err_set(e, ERR_CONFLICT, "stopped");
        from = to;
    }
    return code;
}

enum err_code market_load(struct store *s, const struct request *r, size_t warmup,
                          struct market_data *ret, struct err *e) {
    return market_load_kept(s, r, warmup, NULL, NULL, ret, e);
}

enum err_code market_load_kept(struct store *s, const struct request *r, size_t warmup,
                               market_keep_fn *keep, void *arg, struct market_data *ret,
                               struct err *e) {
    struct series_info info;
    enum err_code code = market_choose(s, r, &info, e);
    if (code != ERR_NONE)
        return code;
    int64_t start = r->start_ms == INT64_MIN ? info.from : r->start_ms;
    if (warmup > BARS_MAX)
        warmup = BARS_MAX + 1; /* market_cut refuses it */
    for (size_t reach = warmup;; reach = reach * 2 + 16) {
        struct source src = {.interval = info.interval, .from = info.from, .to = info.to};
        int64_t from = back(start, reach, r->interval, info.from);
        bars_init(&src.bars);
        code = read_kept(s, r, &info, from, keep, arg, &src.bars, e);
        if (code != ERR_NONE) {
            bars_release(&src.bars);
            return code;
        }
        struct market_data d;
        code = market_cut(&src, r, warmup, &d, e);
        if (code != ERR_NONE)
            return code;
        /* gaps before the range: there may be more further back */
        if (d.first >= warmup || from <= info.from) {
            *ret = d;
            return ERR_NONE;
        }
        market_data_release(&d);
    }
}
