#include "engine/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lanes.h"
#include "engine/wide.h"

static int64_t day_of(int64_t t) {
    return (t - (t % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY) / MS_PER_DAY;
}

/* First bar in (from, n) that opens at or after t: a guess at an even grid, else by halves. */
static size_t bar_from(const struct bars *b, size_t from, size_t guess, int64_t t) {
    size_t low = from + 1, high = b->n;
    if (guess > low && guess <= high && b->t[guess - 1] < t && (guess == high || b->t[guess] >= t))
        return guess;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->t[mid] < t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool days_init(struct days *d, const struct bars *b, size_t first, enum interval iv) {
    struct days out = {.longer = interval_ms(iv) > MS_PER_DAY};
    int64_t from = day_of(b->t[first]), to = day_of(b->t[b->n - 1]);
    size_t bars = b->n - first;
    size_t span = (size_t)(to - from) + 1;
    size_t room = out.longer || span > bars ? bars : span;
    out.last = malloc(room * sizeof *out.last);
    if (!out.last)
        return false;
    if (out.longer) {
        for (size_t i = 0; i < bars; i++)
            out.last[i] = first + i;
        out.n = out.all = bars;
        *d = out;
        return true;
    }
    size_t per_day = (size_t)(MS_PER_DAY / interval_ms(iv));
    for (size_t i = first; i < b->n;) {
        size_t next = bar_from(b, i, i + per_day, (day_of(b->t[i]) + 1) * MS_PER_DAY);
        out.last[out.n++] = next - 1;
        i = next;
    }
    out.all = span;
    *d = out;
    return true;
}

void days_release(struct days *d) {
    free(d->last);
    *d = (struct days){0};
}

bool curve_init(struct curve *c, const struct bars *b, const struct days *days, size_t first,
                enum interval iv, double start, bool want_values) {
    struct curve out = {.bars = b,
                        .days = days,
                        .first = first,
                        .interval = iv,
                        .start = start,
                        .wide = wide_here(),
                        .last = start,
                        .chunk = {start},
                        .peak = start,
                        .trough = start,
                        .dip = start};
    out.day = malloc(days->n * sizeof *out.day);
    if (want_values)
        out.values = malloc((b->n - first) * sizeof *out.values);
    if (!out.day || (want_values && !out.values)) {
        free(out.day);
        free(out.values);
        return false;
    }
    *c = out;
    return true;
}

void curve_release(struct curve *c) {
    free(c->day);
    free(c->values);
    spans_release(&c->spans);
    *c = (struct curve){0};
}

/* The moment at which `seen` bars of the range have closed. */
static int64_t moment(const struct curve *c, size_t seen) {
    if (seen == 0)
        return c->bars->t[c->first];
    return interval_next(c->interval, c->bars->t[c->first + seen - 1]);
}

static void keep_top(struct drawdowns *d, const struct drawdown *one) {
    size_t k = d->n_top;
    if (k == DRAWDOWNS_TOP && !(one->depth > d->top[--k].depth))
        return;
    d->n_top += d->n_top < DRAWDOWNS_TOP;
    for (; k > 0 && one->depth > d->top[k - 1].depth; k--)
        d->top[k] = d->top[k - 1];
    d->top[k] = *one;
}

static void episode_end(struct curve *c, size_t seen, bool recovered) {
    struct drawdowns *d = &c->drawdowns;
    const struct drawdown one = {.depth = 1 - c->trough / c->peak,
                                 .peak_ms = moment(c, c->peak_end),
                                 .trough_ms = moment(c, c->trough_end),
                                 .end_ms = moment(c, seen),
                                 .recovered = recovered};
    double depth = one.depth, length = (double)(one.end_ms - one.peak_ms);
    keep_top(d, &one);
    d->n++;
    d->depth_sum += depth;
    d->length_sum += length;
    if (depth > d->deepest)
        d->deepest = depth;
    if (length > d->longest)
        d->longest = length;
    c->trough = c->peak;
}

/* The fall inside bars since the peak, once that is over. */
static void dip_end(struct curve *c) {
    if (c->dip < c->peak * (1 - c->drawdowns.inside))
        c->drawdowns.inside = 1 - c->dip / c->peak;
}

/* One more bar's equity, at its close and at its worst price; `seen` counts it. */
static void mark(struct curve *c, double equity, double worst, size_t seen) {
    if (worst < c->dip)
        c->dip = worst;
    if (equity < c->peak) {
        if (equity < c->trough) {
            c->trough = equity;
            c->trough_end = seen;
        }
        return;
    }
    dip_end(c);
    if (c->trough < c->peak)
        episode_end(c, seen, true);
    c->peak = c->trough = c->dip = equity;
    c->peak_end = seen;
}

/* One bar of lane k; e[-1] is the bar before. A lost account returns nothing more. */
static void one(struct curve *c, size_t k, const double *e) {
    double r = e[-1] > 0 ? e[0] / e[-1] - 1 : 0;
    c->sum[k] += e[0];
    c->ret[k] += r;
    c->ret_squared[k] += r * r;
}

WIDE_BODY void returns(struct curve *c, const double *e, size_t n) {
    four sum = FOUR_AT(c->sum), ret = FOUR_AT(c->ret), squared = FOUR_AT(c->ret_squared);
    for (size_t i = 0; i < n; i += CURVE_LANES) {
        four now = FOUR_AT(e + i), r = now / FOUR_AT(e + i - 1) - 1;
        sum += now;
        ret += r;
        squared += r * r;
    }
    *(four_anywhere *)c->sum = sum;
    *(four_anywhere *)c->ret = ret;
    *(four_anywhere *)c->ret_squared = squared;
}

static void returns_narrow(struct curve *c, const double *e, size_t n) {
    returns(c, e, n);
}

WIDE static void returns_wide(struct curve *c, const double *e, size_t n) {
    returns(c, e, n);
}

#define LESS(a, b) ((a) < (b) ? (a) : (b))
#define MORE(a, b) ((a) > (b) ? (a) : (b))

#define GROUP 16 /* bars that are looked at together while no peak is reached */

struct extremes {
    double low, high, dip; /* of equity; lowest at the worst prices */
};

/* Of n bars, a multiple of 4. */
typedef struct extremes extremes_fn(const double *close, const double *worst, size_t n);

static struct extremes extremes(const double *close, const double *worst, size_t n) {
    lanes low0 = lanes_load(close), low1 = lanes_load(close + 2), high0 = low0, high1 = low1;
    lanes dip0 = lanes_load(worst), dip1 = lanes_load(worst + 2);
    for (size_t i = 4; i < n; i += 4) {
        lanes e0 = lanes_load(close + i), e1 = lanes_load(close + i + 2);
        low0 = lanes_less(e0, low0);
        low1 = lanes_less(e1, low1);
        high0 = lanes_more(e0, high0);
        high1 = lanes_more(e1, high1);
        dip0 = lanes_less(lanes_load(worst + i), dip0);
        dip1 = lanes_less(lanes_load(worst + i + 2), dip1);
    }
    return (struct extremes){.low = lanes_least(lanes_less(low0, low1)),
                             .high = lanes_most(lanes_more(high0, high1)),
                             .dip = lanes_least(lanes_less(dip0, dip1))};
}

WIDE static inline struct extremes extremes_wide(const double *close, const double *worst,
                                                 size_t n) {
    four low = FOUR_AT(close), high = low, dip = FOUR_AT(worst);
    for (size_t i = 4; i < n; i += 4) {
        low = FOUR_LESS(FOUR_AT(close + i), low);
        high = FOUR_MORE(FOUR_AT(close + i), high);
        dip = FOUR_LESS(FOUR_AT(worst + i), dip);
    }
    return (struct extremes){
        .low = four_least(low), .high = four_most(high), .dip = four_least(dip)};
}

/* n bars from i of the chunk on, a multiple of 4. False: one of them is a peak, and nothing is
 * done. */
WIDE_BODY bool fallen(struct curve *c, const double *e, size_t i, size_t n, extremes_fn *of,
                      double *lowest) {
    struct extremes x = of(e + i, c->worst + i, n);
    if (x.high >= c->peak)
        return false;
    *lowest = LESS(x.low, *lowest);
    c->dip = LESS(x.dip, c->dip);
    if (x.low < c->trough) {
        c->trough = x.low;
        while (e[i] != x.low)
            i++;
        c->trough_end = c->done + i + 1;
    }
    return true;
}

/* Peaks and troughs; returns the lowest value. */
WIDE_BODY double falls(struct curve *c, const double *e, size_t n, extremes_fn *of) {
    double lowest = e[0];
    size_t i = 0;
    while (i < n) {
        if (i + GROUP <= n && fallen(c, e, i, GROUP, of, &lowest)) {
            i += GROUP;
            continue;
        }
        for (size_t to = i + GROUP < n ? i + GROUP : n; i < to;) {
            if (i + 4 <= to && fallen(c, e, i, 4, of, &lowest)) {
                i += 4;
                continue;
            }
            for (size_t k = i + 4 < to ? i + 4 : to; i < k; i++) {
                lowest = LESS(e[i], lowest);
                mark(c, e[i], c->worst[i], c->done + i + 1);
            }
        }
    }
    return lowest;
}

static double falls_narrow(struct curve *c, const double *e, size_t n) {
    return falls(c, e, n, extremes);
}

WIDE static double falls_wide(struct curve *c, const double *e, size_t n) {
    return falls(c, e, n, extremes_wide);
}

/* Reads the first n values that wait: all, or a multiple of the lanes. */
static void read_values(struct curve *c, size_t n) {
    size_t whole = n - n % CURVE_LANES, left = c->waiting - n;
    double *e = c->chunk + 1;
    if (n == 0)
        return;
    double lowest = (c->wide ? falls_wide : falls_narrow)(c, e, n);
    if (!(lowest > 0) || !(e[-1] > 0))
        whole = 0;
    (c->wide ? returns_wide : returns_narrow)(c, e, whole);
    for (size_t i = whole; i < n; i++)
        one(c, i % CURVE_LANES, e + i);

    const struct days *d = c->days;
    size_t from = c->first + c->done;
    for (; c->next_day < d->n && d->last[c->next_day] < from + n; c->next_day++)
        c->day[c->next_day] = e[d->last[c->next_day] - from];
    if (c->values)
        memcpy(c->values + c->done, e, n * sizeof *e);
    c->done += n;
    c->waiting = left;
    c->last = c->chunk[0] = e[n - 1];
    memmove(e, e + n, left * sizeof *e);
    memmove(c->worst, c->worst + n, left * sizeof *c->worst);
}

size_t curve_room(struct curve *c, size_t n) {
    if (CURVE_ROOM - c->waiting < n)
        read_values(c, c->waiting - c->waiting % CURVE_LANES);
    size_t room = CURVE_ROOM - c->waiting;
    return n < room ? n : room;
}

void curve_values(struct curve *c, size_t n, const double *values, const double *worst) {
    if (!worst)
        c->drawdowns.inside = (double)NAN;
    while (n > 0) {
        size_t some = curve_room(c, n);
        memcpy(c->chunk + 1 + c->waiting, values, some * sizeof *values);
        memcpy(c->worst + c->waiting, worst ? worst : values, some * sizeof *values);
        c->waiting += some;
        values += some;
        if (worst)
            worst += some;
        n -= some;
    }
}

/* n values of cash + units x price. The last four overlap those before them: the same comes out
 * twice, and a loop's rest that nobody can foretell costs more. */
WIDE_BODY void affine(double *ret, const double *price, size_t n, double cash, double units) {
    if (n < CURVE_LANES) {
        for (size_t i = 0; i < n; i++)
            ret[i] = cash + units * price[i];
        return;
    }
    for (size_t i = 0, last = n - CURVE_LANES;;
         i = i + CURVE_LANES < last ? i + CURVE_LANES : last) {
        *(four_anywhere *)(ret + i) = cash + units * FOUR_AT(price + i);
        if (i == last)
            break;
    }
}

typedef void affine_fn(double *ret, const double *price, size_t n, double cash, double units);

static void affine_narrow(double *ret, const double *price, size_t n, double cash, double units) {
    affine(ret, price, n, cash, units);
}

WIDE static void affine_wide(double *ret, const double *price, size_t n, double cash,
                             double units) {
    affine(ret, price, n, cash, units);
}

static void share(struct curve *c, size_t from, size_t n, double cash, double units) {
    const struct curve_share *s = c->share;
    const struct bars *b = c->bars;
    for (size_t i = from; i < from + n; i++) {
        s->close[i - s->first] += cash + units * b->c[i];
        s->low[i - s->first] += cash + units * b->l[i];
        s->high[i - s->first] += cash + units * b->h[i];
    }
}

void curve_take(struct curve *c, size_t n, double cash, double units) {
    size_t from = curve_at(c);
    if (c->want_spans)
        spans_add(&c->spans, from + n - c->first, cash, units);
    if (c->share)
        share(c, from, n, cash, units);
    c->waiting += n;
}

void curve_span(struct curve *c, size_t to, double cash, double units) {
    const double *worst = units > 0 ? c->bars->l : c->bars->h;
    affine_fn *affine_of = c->wide ? affine_wide : affine_narrow;
    for (size_t from = curve_at(c); from < to; from = curve_at(c)) {
        size_t n = curve_room(c, to - from);
        affine_of(c->chunk + 1 + c->waiting, c->bars->c + from, n, cash, units);
        affine_of(c->worst + c->waiting, worst + from, n, cash, units);
        curve_take(c, n, cash, units);
    }
}

void curve_end(struct curve *c) {
    read_values(c, c->waiting);
    dip_end(c);
    if (c->trough < c->peak)
        episode_end(c, c->bars->n - c->first, false);
}

void curve_days_take(struct curve_days *ret, struct curve *c, struct days *days) {
    *ret = (struct curve_days){
        .days = *days, .start = c->start, .equity = c->day, .drawdowns = c->drawdowns};
    c->day = NULL;
    *days = (struct days){0};
}

void curve_days_release(struct curve_days *d) {
    days_release(&d->days);
    free(d->equity);
    *d = (struct curve_days){0};
}

double curve_mean(const struct curve *c) {
    double sum = (c->sum[0] + c->sum[1]) + (c->sum[2] + c->sum[3]);
    return sum / (double)(c->bars->n - c->first);
}

void curve_returns(const struct curve *c, double *ret_mean, double *ret_deviation) {
    double n = (double)(c->bars->n - c->first);
    double sum = (c->ret[0] + c->ret[1]) + (c->ret[2] + c->ret[3]);
    double squares =
        (c->ret_squared[0] + c->ret_squared[1]) + (c->ret_squared[2] + c->ret_squared[3]);
    double mean = sum / n;
    double variance = (squares - n * mean * mean) / (n - 1);
    *ret_mean = mean;
    *ret_deviation = variance > 0 ? sqrt(variance) : 0;
}
