#include "lib/market_cut.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"

#define SPAN_TEXT_MAX (2 * TIME_TEXT_MAX + 8)

/* A date, with the time of day when there is one. */
static const char *when(int64_t ms, char buf[static TIME_TEXT_MAX]) {
    return ms % MS_PER_DAY == 0 ? date_format(ms, buf) : time_format(ms, buf);
}

static const char *asked(const struct request *r, char ret[static SPAN_TEXT_MAX]) {
    char from[TIME_TEXT_MAX] = "the start", to[TIME_TEXT_MAX] = "the end";
    if (r->start_ms != INT64_MIN)
        when(r->start_ms, from);
    if (r->end_ms != INT64_MAX)
        when(r->end_ms, to);
    snprintf(ret, SPAN_TEXT_MAX, "%s to %s", from, to);
    return ret;
}

enum err_code market_insufficient(struct err *e, const char *text) {
    return err_at(e, ERR_UNPROCESSABLE, NULL, "insufficient_data", "Insufficient market data: %s",
                  text);
}

enum err_code market_outside(const struct request *r, enum interval iv, int64_t from, int64_t to,
                             struct err *e) {
    char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX], span[SPAN_TEXT_MAX], text[ERR_MESSAGE_MAX];
    snprintf(text, sizeof text, "%s %s has %s to %s, asked for %s",
             r->symbol[0] ? r->symbol : "the file", interval_name(iv), date_format(from, a),
             date_format(to, b), asked(r, span));
    return market_insufficient(e, text);
}

int64_t market_source_end(const struct request *r) {
    return r->end_ms == INT64_MAX ? INT64_MAX : interval_next(r->interval, r->end_ms - 1);
}

/* Places where at least one whole bar is absent. */
static size_t count_gaps(const struct bars *b, size_t first, enum interval iv) {
    size_t gaps = 0;
    for (size_t i = first + 1; i < b->n; i++) {
        int64_t step = b->t[i] - b->t[i - 1];
        if (step > interval_ms(iv))
            gaps += interval_floor(iv, b->t[i]) > interval_next(iv, b->t[i - 1]);
    }
    return gaps;
}

static void hash_bars(const struct bars *b, enum interval iv, char ret[static HASH_HEX_MAX]) {
    struct hash h;
    const double *columns[] = {b->o, b->h, b->l, b->c, b->v};
    hash_init(&h);
    hash_add(&h, interval_name(iv), strlen(interval_name(iv)) + 1);
    hash_add(&h, b->t, b->n * sizeof *b->t);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        hash_add(&h, columns[i], b->n * sizeof(double));
    hash_hex(&h, ret);
}

/* Counts the buckets of `out` that could hold more bars of `source` than `in` has in them. */
static void count_partial(const struct bars *in, enum interval source, const struct bars *out,
                          enum interval iv, struct market_data *d) {
    size_t i = out->n > 0 ? bars_find(in, out->t[0]) : 0;
    for (size_t k = 0; k < out->n; k++) {
        int64_t end = interval_next(iv, out->t[k]);
        int64_t room = (end - out->t[k]) / interval_ms(source);
        size_t from = i;
        while (i < in->n && in->t[i] < end)
            i++;
        if ((int64_t)(i - from) >= room)
            continue;
        if (d->partial++ == 0)
            d->partial_first_ms = out->t[k];
    }
}

/* Cuts the bars (of the request's interval, owned by d or a view) to warm-up and range. */
static enum err_code cut(const struct request *r, size_t warmup, const struct source *src,
                         struct market_data *d, struct err *e) {
    struct bars *b = &d->bars;
    size_t from = bars_find(b, r->start_ms), to = bars_find(b, r->end_ms);
    if (from == to)
        return market_outside(r, src->interval, src->from, src->to, e);
    if (to - from > BARS_MAX || warmup > BARS_MAX)
        return err_at(e, ERR_UNPROCESSABLE, NULL, "too_many_bars",
                      "%zu bars are more than a run may have (%u): take a coarser interval or a "
                      "shorter range",
                      to - from, BARS_MAX);
    d->first = from < warmup ? from : warmup;
    d->wanted_warmup = warmup;
    size_t skip = from - d->first;
    if (b->cap > 0 && skip > 0) { /* the columns are ours: they must start where they did */
        double *columns[] = {b->o, b->h, b->l, b->c, b->v};
        memmove(b->t, b->t + skip, (to - skip) * sizeof *b->t);
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            memmove(columns[i], columns[i] + skip, (to - skip) * sizeof(double));
        b->n = to - skip;
    } else if (b->cap > 0) {
        b->n = to;
    } else {
        *b = bars_slice(b, skip, to);
    }
    return ERR_NONE;
}

static void describe(const struct source *src, const struct request *r, struct market_data *d) {
    const struct bars *b = &d->bars;
    d->gaps = count_gaps(b, d->first, r->interval);
    hash_bars(b, r->interval, d->hash);
    d->stored_from = src->from;
    d->stored_to = src->to;
    d->starts_late =
        r->start_ms != INT64_MIN && src->from >= interval_next(r->interval, r->start_ms);
    d->ends_early = r->end_ms != INT64_MAX && interval_next(src->interval, src->to) < r->end_ms;
    if (src->interval != r->interval)
        count_partial(&src->bars, src->interval, b, r->interval, d);
}

/* The store may be shared, and the engine relies on what engine/bars.h promises. */
static enum err_code check(const struct source *src, const struct request *r, struct err *e) {
    char time[TIME_TEXT_MAX];
    size_t bar;
    const char *wrong = bars_check(&src->bars, &bar);
    if (!wrong)
        return ERR_NONE;
    return err_at(e, ERR_UNPROCESSABLE, NULL, "damaged_data",
                  "Damaged market data: %s %s, the bar of %s: %s",
                  r->symbol[0] ? r->symbol : "the file", interval_name(src->interval),
                  time_format(src->bars.t[bar], time), wrong);
}

enum err_code market_cut(struct source *src, const struct request *r, size_t warmup,
                         struct market_data *ret, struct err *e) {
    struct market_data d = {.bars = src->bars, .source = src->interval};
    bool aggregate = src->interval != r->interval;
    enum err_code code = check(src, r, e);
    if (code != ERR_NONE) {
        bars_release(&src->bars);
        return code;
    }
    if (aggregate && !bars_aggregate(&src->bars, r->interval, &d.bars)) {
        bars_release(&src->bars);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    code = cut(r, warmup, src, &d, e);
    if (code == ERR_NONE) {
        describe(src, r, &d);
        *ret = d;
    } else {
        bars_release(&d.bars);
    }
    if (aggregate)
        bars_release(&src->bars);
    return code;
}

enum err_code market_from_bars(const struct bars *b, enum interval stored, const struct request *r,
                               size_t warmup, struct market_data *ret, struct err *e) {
    char text[160];
    if (stored != r->interval && !interval_divides(stored, r->interval)) {
        snprintf(text, sizeof text, "bars of %s do not add up to %s", interval_name(stored),
                 interval_name(r->interval));
        return market_insufficient(e, text);
    }
    if (b->n == 0)
        return market_insufficient(e, "there are no bars");
    struct source src = {
        .bars = bars_slice(b, 0, b->n), .interval = stored, .from = b->t[0], .to = b->t[b->n - 1]};
    return market_cut(&src, r, warmup, ret, e);
}

void market_data_release(struct market_data *d) {
    bars_release(&d->bars);
}
