#include "lib/market_extra.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/market_cut.h"

/* The request for another series over the same time. */
static struct request same_time(const struct request *r, enum interval iv,
                                const struct market_data *d) {
    const struct bars *b = &d->bars;
    struct request out = {.interval = iv,
                          .start_ms = b->t[d->first],
                          .end_ms = interval_next(r->interval, b->t[b->n - 1])};
    memcpy(out.symbol, r->symbol, sizeof out.symbol);
    return out;
}

static void take_lower(struct request *r, struct market_data *d, struct market_extra *x) {
    x->have_lower = true;
    r->cfg.lower = &x->lower.bars;
    d->lower_bars = x->lower.bars.n;
    memcpy(d->lower_hash, x->lower.hash, sizeof d->lower_hash);
}

/* The finest stored series of the symbol. */
static enum err_code funding_series(struct store *s, const char *symbol, struct series_info *ret,
                                    struct err *e) {
    char text[160];
    struct series_list list;
    enum err_code code = store_series(s, symbol, &list, e);
    if (code != ERR_NONE)
        return code;
    const struct series_info *best = NULL;
    for (size_t i = 0; i < list.n; i++) {
        if (!best || list.items[i].interval < best->interval)
            best = &list.items[i];
    }
    if (best)
        *ret = *best;
    else
        snprintf(text, sizeof text, "no funding series %s is stored", symbol);
    bool found = best != NULL;
    series_list_release(&list);
    return found ? ERR_NONE : market_insufficient(e, text);
}

static enum err_code load_funding(struct store *s, struct request *r, struct market_data *d,
                                  struct market_extra *x, struct err *e) {
    struct series_info info = {.interval = INTERVAL_8H};
    enum err_code code = funding_series(s, r->funding, &info, e);
    if (code != ERR_NONE)
        return code;
    struct request q = same_time(r, info.interval, d);
    snprintf(q.symbol, sizeof q.symbol, "%s", r->funding);
    struct market_data found;
    code = market_load(s, &q, 0, &found, e);
    if (code != ERR_NONE)
        return code;
    size_t n = found.bars.n;
    x->times = malloc(n * sizeof *x->times);
    x->rates = malloc(n * sizeof *x->rates);
    if (!x->times || !x->rates) {
        market_data_release(&found);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        x->times[i] = found.bars.t[i];
        x->rates[i] = found.bars.c[i] - 1; /* candles are above 0, rates may be below */
    }
    r->cfg.funding_times = x->times;
    r->cfg.funding_rates = x->rates;
    r->cfg.n_funding = d->funding_rates = n;
    memcpy(d->funding_hash, found.hash, sizeof d->funding_hash);
    market_data_release(&found);
    return ERR_NONE;
}

enum err_code market_extra_load(struct store *s, struct request *r, struct market_data *d,
                                market_keep_fn *keep, void *arg, struct market_extra *ret,
                                struct err *e) {
    struct market_extra *x = ret;
    *x = (struct market_extra){.have_lower = false};
    enum err_code code = ERR_NONE;
    if (r->cfg.path == PATH_LOWER) {
        struct request q = same_time(r, r->lower, d);
        code = market_load_kept(s, &q, 0, keep, arg, &x->lower, e);
        if (code == ERR_NONE)
            take_lower(r, d, x);
    }
    if (code == ERR_NONE && r->funding[0])
        code = load_funding(s, r, d, x, e);
    if (code != ERR_NONE)
        market_extra_release(x);
    return code;
}

enum err_code market_extra_from_bars(const struct bars *b, enum interval stored, struct request *r,
                                     struct market_data *d, struct market_extra *ret,
                                     struct err *e) {
    struct market_extra *x = ret;
    *x = (struct market_extra){.have_lower = false};
    if (r->funding[0])
        return market_insufficient(e, "a file has no funding series: give a rate per 8 h");
    if (r->cfg.path != PATH_LOWER)
        return ERR_NONE;
    struct request q = same_time(r, r->lower, d);
    enum err_code code = market_from_bars(b, stored, &q, 0, &x->lower, e);
    if (code == ERR_NONE)
        take_lower(r, d, x);
    return code;
}

void market_extra_release(struct market_extra *x) {
    if (x->have_lower)
        market_data_release(&x->lower);
    free(x->times);
    free(x->rates);
    *x = (struct market_extra){.have_lower = false};
}
