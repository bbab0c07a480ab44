#include "engine/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lanes.h"

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

static void returns(struct curve *c, const double *e, size_t n) {
    lanes sum0 = lanes_load(c->sum), sum1 = lanes_load(c->sum + 2);
    lanes ret0 = lanes_load(c->ret), ret1 = lanes_load(c->ret + 2);
    lanes squared0 = lanes_load(c->ret_squared), squared1 = lanes_load(c->ret_squared + 2);
    for (size_t i = 0; i < n; i += CURVE_LANES) {
        lanes e0 = lanes_load(e + i), e1 = lanes_load(e + i + 2);
        lanes r0 = e0 / lanes_load(e + i - 1) - 1, r1 = e1 / lanes_load(e + i + 1) - 1;
        sum0 += e0;
        sum1 += e1;
        ret0 += r0;
        ret1 += r1;
        squared0 += r0 * r0;
        squared1 += r1 * r1;
    }
    lanes_store(c->sum, sum0);
    lanes_store(c->sum + 2, sum1);
    lanes_store(c->ret, ret0);
    lanes_store(c->ret + 2, ret1);
    lanes_store(c->ret_squared, squared0);
    lanes_store(c->ret_squared + 2, squared1);
}

#define LESS(a, b) ((a) < (b) ? (a) : (b))
#define MORE(a, b) ((a) > (b) ? (a) : (b))

/* Which of the lanes has the value. */
static size_t place(const double *v, double value) {
    size_t k = 0;
    while (k < CURVE_LANES - 1 && v[k] != value)
        k++;
    return k;
}

#define QUIET 16 /* bars that are looked at together while nothing new happens on them */

/* Lowest and highest of QUIET values, and the lowest of as many worst ones. */
static void extremes(const double *v, const double *w, double *ret_low, double *ret_high,
                     double *ret_dip) {
    lanes low = lanes_load(v), high = low, dip = lanes_load(w);
    for (size_t i = 2; i < QUIET; i += 2) {
        lanes x = lanes_load(v + i);
        low = lanes_less(x, low);
        high = lanes_more(x, high);
        dip = lanes_less(lanes_load(w + i), dip);
    }
    *ret_low = LESS(low[0], low[1]);
    *ret_high = MORE(high[0], high[1]);
    *ret_dip = LESS(dip[0], dip[1]);
}

/* Peaks and troughs, four bars at a time while no peak is reached. Returns the lowest value. */
static double falls(struct curve *c, const double *e, size_t n) {
    double lowest = e[0];
    size_t i = 0, busy = 0; /* bars before it are looked at by fours */
    for (; i + CURVE_LANES <= n; i += CURVE_LANES) {
        while (i >= busy && i + QUIET <= n) {
            double low16, high16, dip16;
            extremes(e + i, c->worst + i, &low16, &high16, &dip16);
            if (high16 < c->peak && !(low16 < c->trough)) {
                lowest = LESS(low16, lowest);
                c->dip = LESS(dip16, c->dip);
                i += QUIET;
            } else {
                busy = i + QUIET;
            }
        }
        if (i + CURVE_LANES > n)
            break;
        const double *v = e + i, *w = c->worst + i;
        double dip01 = LESS(w[0], w[1]), dip23 = LESS(w[2], w[3]), dip = LESS(dip01, dip23);
        double low01 = LESS(v[0], v[1]), low23 = LESS(v[2], v[3]), low = LESS(low01, low23);
        double high01 = MORE(v[0], v[1]), high23 = MORE(v[2], v[3]), high = MORE(high01, high23);
        lowest = LESS(low, lowest);
        if (high < c->peak) {
            c->dip = LESS(dip, c->dip);
            if (low < c->trough) {
                c->trough = low;
                c->trough_end = c->done + i + place(v, low) + 1;
            }
            continue;
        }
        for (size_t k = 0; k < CURVE_LANES; k++)
            mark(c, v[k], w[k], c->done + i + k + 1);
    }
    for (; i < n; i++) {
        lowest = LESS(e[i], lowest);
        mark(c, e[i], c->worst[i], c->done + i + 1);
    }
    return lowest;
}

/* Reads the values that wait. */
static void read_chunk(struct curve *c) {
    size_t n = c->waiting, whole = n - n % CURVE_LANES;
    const double *e = c->chunk + 1;
    if (n == 0)
        return;
    double lowest = falls(c, e, n);
    if (!(lowest > 0) || !(e[-1] > 0))
        whole = 0;
    returns(c, e, whole);
    for (size_t i = whole; i < n; i++)
        one(c, i % CURVE_LANES, e + i);

    const struct days *d = c->days;
    size_t from = c->first + c->done;
    for (; c->next_day < d->n && d->last[c->next_day] < from + n; c->next_day++)
        c->day[c->next_day] = e[d->last[c->next_day] - from];
    if (c->values)
        memcpy(c->values + c->done, e, n * sizeof *e);
    c->done += n;
    c->waiting = 0;
    c->last = c->chunk[0] = e[n - 1];
}

void curve_values(struct curve *c, size_t n, const double *values, const double *worst) {
    if (!worst)
        c->drawdowns.inside = (double)NAN;
    while (n > 0) {
        size_t room = CURVE_CHUNK - c->waiting, some = n < room ? n : room;
        memcpy(c->chunk + 1 + c->waiting, values, some * sizeof *values);
        memcpy(c->worst + c->waiting, worst ? worst : values, some * sizeof *values);
        c->waiting += some;
        values += some;
        if (worst)
            worst += some;
        n -= some;
        if (c->waiting == CURVE_CHUNK)
            read_chunk(c);
    }
}

/* n values of cash + units x price. */
static void affine(double *ret, const double *price, size_t n, double cash, double units) {
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        lanes_store(ret + i, cash + units * lanes_load(price + i));
    if (i < n)
        ret[i] = cash + units * price[i];
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

void curve_span(struct curve *c, size_t to, double cash, double units) {
    const double *worst = units > 0 ? c->bars->l : c->bars->h;
    if (c->want_spans)
        spans_add(&c->spans, to - c->first, cash, units);
    for (size_t from = c->first + c->done + c->waiting; from < to;) {
        size_t room = CURVE_CHUNK - c->waiting, n = to - from < room ? to - from : room;
        affine(c->chunk + 1 + c->waiting, c->bars->c + from, n, cash, units);
        affine(c->worst + c->waiting, worst + from, n, cash, units);
        if (c->share)
            share(c, from, n, cash, units);
        c->waiting += n;
        from += n;
        if (c->waiting == CURVE_CHUNK)
            read_chunk(c);
    }
}

void curve_end(struct curve *c) {
    read_chunk(c);
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
