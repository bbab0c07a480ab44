/* Equity as it is stored. A value a bar is 4 MB for a year of minutes; what made the values is far
 * less: the spans of each account, and the closes of the bars on which somebody held something. So
 * the part needs no candles to be read, and gives the very same doubles back.
 *
 * Compact, all little-endian:
 *   spans: {int64 end, float64 cash, float64 units}, one account behind the other
 *   closes: with `scale` 0 to 9 each close is a whole number / 10^scale, and the differences stand
 *           PACE at a time: a byte says how many bytes each has (1, 2, 4 or 8), then they follow;
 *           else float64
 *   times: runs of bars with one step, {int64 first, int64 step, int64 count}
 *   tail: int64 bars, runs, close bytes, scale, accounts, then spans of each account
 *         (ACCOUNTS_MAX of them, 0 behind the last), COMPACT
 * Plain (profile backtesting.py, whose equity is no such sum): float64 a bar, times, int64 bars,
 * runs. */
#include "lib/result.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "packed parts are little-endian");

#define ACCOUNTS_MAX BACKTEST_STRATEGIES_MAX
#define COMPACT      INT64_C(-2) /* where a plain part has its number of runs */
#define SCALE_MAX    9
#define SCALE_NONE   10 /* closes as they are */
#define WHOLE_MAX    0x1p50
#define NEAREST      0x1.8p52 /* a number + this has the nearest whole one in its last bits */
#define PACE         64       /* closes whose differences have one width */

struct packed_span {
    int64_t end;
    double cash, units;
};

struct packed_run {
    int64_t first, step, count;
};

struct tail {
    int64_t bars, runs, close_bytes, scale, accounts, spans[ACCOUNTS_MAX], mark;
};

static const double powers[SCALE_MAX + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* --- times ----------------------------------------------------------------------------------- */

/* Bars [i, …) that have one step between them. */
static struct packed_run run_from(const struct bars *b, size_t i) {
    struct packed_run run = {.first = b->t[i], .step = 0, .count = 1};
    if (i + 1 < b->n)
        run.step = b->t[i + 1] - b->t[i];
    while (i + (size_t)run.count < b->n &&
           b->t[i + (size_t)run.count] == run.first + run.step * run.count)
        run.count++;
    return run;
}

static void pack_times(struct buf *out, const struct bars *b, int64_t *ret_runs) {
    *ret_runs = 0;
    for (size_t i = 0; i < b->n; ++*ret_runs) {
        struct packed_run run = run_from(b, i);
        buf_add(out, &run, sizeof run);
        i += (size_t)run.count;
    }
}

static bool unpack_times(const char *runs, size_t n_runs, int64_t *t, size_t n) {
    size_t at = 0;
    for (size_t i = 0; i < n_runs; i++) {
        struct packed_run run;
        memcpy(&run, runs + i * sizeof run, sizeof run);
        if (run.count < 1 || (uint64_t)run.count > n - at)
            return false;
        for (int64_t k = 0; k < run.count; k++)
            t[at++] = (int64_t)((uint64_t)run.first + (uint64_t)run.step * (uint64_t)k);
    }
    return at == n;
}

/* --- closes ---------------------------------------------------------------------------------- */

/* Whether each close is a whole number / power; no early end, so that it runs in lanes. */
static bool have_scale(const double *close, size_t n, double power) {
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        double whole = close[i] * power + NEAREST - NEAREST;
        bad |= (unsigned)!(whole < WHOLE_MAX) | (unsigned)!(whole / power == close[i]);
    }
    return !bad;
}

static size_t pace(size_t left) {
    return left < PACE ? left : PACE;
}

/* The closes of held bars, PACE at a time. */
struct picker {
    const double *close;
    const char *held;
    size_t at, n;
};

static size_t pick(struct picker *p, double ret[static PACE + 1]) {
    size_t k = 0;
    for (; p->at < p->n && k < PACE; p->at++) {
        ret[k] = p->close[p->at]; /* written over when it is not wanted */
        k += p->held[p->at] != 0;
    }
    return k;
}

/* The fewest decimals that write each close, or SCALE_NONE; `risen`: bars before it had fewer. */
static size_t least_scale(struct picker p, size_t *ret_risen) {
    double close[PACE + 1];
    size_t scale = 0;
    *ret_risen = 0;
    for (size_t from = 0, n; (n = pick(&p, close)) > 0; from = p.at) {
        while (!have_scale(close, n, powers[scale])) {
            *ret_risen = from;
            if (++scale > SCALE_MAX)
                return SCALE_NONE;
        }
    }
    return scale;
}

static size_t scale_of(struct picker p) {
    double close[PACE + 1];
    size_t risen, scale = least_scale(p, &risen);
    p.n = risen; /* there may be no room for as many decimals */
    for (size_t n; scale != SCALE_NONE && (n = pick(&p, close)) > 0;) {
        if (!have_scale(close, n, powers[scale]))
            scale = SCALE_NONE;
    }
    return scale;
}

/* Differences of whole numbers, from `before` on; the last of them. *ret_most: bits they need. */
static int64_t differences(const double *close, size_t n, double power, int64_t before,
                           int64_t *ret, uint64_t *ret_most) {
    const double nearest = NEAREST;
    int64_t whole[1 + PACE] = {before}, zero;
    uint64_t most = 0;
    memcpy(&zero, &nearest, sizeof zero);
    for (size_t i = 0; i < n; i++) {
        double sum = close[i] * power + NEAREST;
        memcpy(&whole[1 + i], &sum, sizeof sum);
        whole[1 + i] -= zero;
    }
    for (size_t i = 0; i < n; i++) {
        ret[i] = whole[1 + i] - whole[i];
        most |= (uint64_t)(ret[i] < 0 ? ~ret[i] : ret[i]);
    }
    *ret_most = most;
    return whole[n];
}

#define PUT(type)                                                                                  \
    for (size_t i = 0; i < n; i++) {                                                               \
        type narrow = (type)step[i];                                                               \
        memcpy(p + i * sizeof narrow, &narrow, sizeof narrow);                                     \
    }
#define GET(type)                                                                                  \
    for (size_t i = 0; i < n; i++) {                                                               \
        type narrow;                                                                               \
        memcpy(&narrow, p + i * sizeof narrow, sizeof narrow);                                     \
        step[i] = narrow;                                                                          \
    }

/* Bytes that hold a difference of so many bits and its sign. */
static size_t width_of(uint64_t most) {
    return most < UINT64_C(1) << 7    ? 1
           : most < UINT64_C(1) << 15 ? 2
           : most < UINT64_C(1) << 31 ? 4
                                      : 8;
}

static void put_steps(char *p, const int64_t *step, size_t n, size_t width) {
    switch (width) {
    case 1:
        PUT(int8_t)
        break;
    case 2:
        PUT(int16_t)
        break;
    case 4:
        PUT(int32_t)
        break;
    default:
        PUT(int64_t)
    }
}

static void get_steps(const char *p, int64_t *step, size_t n, size_t width) {
    switch (width) {
    case 1:
        GET(int8_t)
        break;
    case 2:
        GET(int16_t)
        break;
    case 4:
        GET(int32_t)
        break;
    default:
        GET(int64_t)
    }
}

static void pack_closes(struct buf *out, struct picker p, size_t scale) {
    double close[PACE + 1];
    int64_t before = 0, step[PACE];
    uint64_t most;
    for (size_t n; (n = pick(&p, close)) > 0;) {
        if (scale == SCALE_NONE) {
            buf_add(out, close, n * sizeof *close);
            continue;
        }
        before = differences(close, n, powers[scale], before, step, &most);
        size_t width = width_of(most), len = 1 + n * width;
        char *room = buf_room(out, len);
        if (!room)
            return;
        room[0] = (char)width;
        put_steps(room + 1, step, n, width);
        buf_grown(out, len);
    }
}

static bool unpack_closes(const char *p, size_t len, size_t scale, double *close, size_t n) {
    uint64_t whole = 0;
    int64_t step[PACE];
    if (scale == SCALE_NONE) {
        if (len != n * sizeof *close)
            return false;
        memcpy(close, p, len);
        return true;
    }
    for (size_t i = 0; i < n; i += PACE) {
        size_t some = pace(n - i), width = len > 0 ? (unsigned char)*p : 0;
        if ((width != 1 && width != 2 && width != 4 && width != 8) || len < 1 + some * width)
            return false;
        get_steps(p + 1, step, some, width);
        for (size_t k = 0; k < some; k++) {
            whole += (uint64_t)step[k];
            close[i + k] = (double)(int64_t)whole / powers[scale];
        }
        p += 1 + some * width;
        len -= 1 + some * width;
    }
    return len == 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Marks the bars on which an account holds something. */
static void mark_held(char *held, const struct spans *s) {
    size_t from = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i].units != 0)
            memset(held + from, 1, s->at[i].end - from);
        from = s->at[i].end;
    }
}

static bool pack_compact(struct buf *out, const struct bars *range, const struct bt_result *res) {
    struct tail tail = {
        .bars = (int64_t)range->n, .accounts = (int64_t)res->n_accounts, .mark = COMPACT};
    struct picker held = {.close = range->c, .n = range->n};
    char *marks = calloc(range->n + 1, 1);
    size_t spans = 0;
    if (!marks)
        return false;
    for (size_t k = 0; k < res->n_accounts; k++) {
        tail.spans[k] = (int64_t)res->spans[k].n;
        spans += res->spans[k].n;
        mark_held(marks, &res->spans[k]);
    }
    /* most often enough, so that nothing is moved */
    (void)buf_room(out, spans * sizeof(struct packed_span) + 3 * range->n + sizeof tail);
    for (size_t k = 0; k < res->n_accounts; k++) {
        const struct spans *s = &res->spans[k];
        for (size_t i = 0; i < s->n; i++) {
            struct packed_span p = {(int64_t)s->at[i].end, s->at[i].cash, s->at[i].units};
            buf_add(out, &p, sizeof p);
        }
    }
    held.held = marks;
    size_t before = out->len, scale = scale_of(held);
    tail.scale = (int64_t)scale;
    pack_closes(out, held, scale);
    tail.close_bytes = (int64_t)(out->len - before);
    pack_times(out, range, &tail.runs);
    buf_add(out, &tail, sizeof tail);
    free(marks);
    return true;
}

static void pack_plain(struct buf *out, const struct bars *range, const double *equity) {
    int64_t tail[2] = {(int64_t)range->n};
    if (range->n > 0)
        buf_add(out, equity, range->n * sizeof *equity);
    pack_times(out, range, &tail[1]);
    buf_add(out, tail, sizeof tail);
}

char *equity_pack(const struct bars *range, const struct bt_result *res, size_t *ret_len) {
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    if (res->n_accounts == 0)
        pack_plain(&out, range, res->equity);
    else if (!pack_compact(&out, range, res))
        out.failed = true;
    *ret_len = out.len;
    return buf_detach(&out);
}

/* One account's bars, added to the sum of those before it. */
static bool expand(const char *spans, size_t n_spans, const double *close, double *equity, size_t n,
                   bool only) {
    size_t at = 0;
    for (size_t k = 0; k < n_spans; k++) {
        struct packed_span s;
        memcpy(&s, spans + k * sizeof s, sizeof s);
        if (s.end <= (int64_t)at || (uint64_t)s.end > n)
            return false;
        for (; at < (size_t)s.end; at++) {
            double value = s.cash + s.units * close[at];
            equity[at] = only ? value : equity[at] + value;
        }
    }
    return at == n;
}

static bool held_bars(const char *spans, size_t n_spans, char *held, size_t n) {
    size_t from = 0;
    for (size_t k = 0; k < n_spans; k++) {
        struct packed_span s;
        memcpy(&s, spans + k * sizeof s, sizeof s);
        if (s.end <= (int64_t)from || (uint64_t)s.end > n)
            return false;
        if (s.units != 0)
            memset(held + from, 1, (size_t)s.end - from);
        from = (size_t)s.end;
    }
    return from == n;
}

/* Puts the closes of held bars where they belong, 1 on the others; from the end, in place. */
static void spread_out(double *close, const char *held, size_t n, size_t n_held) {
    for (size_t i = n; i-- > 0;)
        close[i] = held[i] ? close[--n_held] : 1;
}

/* Lengths that add up, before anything is made of them. */
static bool tail_good(const struct tail *t, size_t rest) {
    const int64_t most = (int64_t)(rest < BARS_MAX ? rest : BARS_MAX) + 1;
    size_t sum = 0;
    if (t->bars < 0 || t->bars > BARS_MAX || t->runs < 0 || t->runs > most || t->close_bytes < 0 ||
        (uint64_t)t->close_bytes > rest || t->scale < 0 || t->scale > SCALE_NONE ||
        t->accounts < 1 || t->accounts > ACCOUNTS_MAX)
        return false;
    for (int64_t k = 0; k < t->accounts; k++) {
        if (t->spans[k] < 0 || t->spans[k] > most)
            return false;
        sum += (size_t)t->spans[k] * sizeof(struct packed_span);
    }
    return rest == sum + (size_t)t->close_bytes + (size_t)t->runs * sizeof(struct packed_run);
}

static bool unpack_compact(const char *data, size_t len, struct equity_curve *c) {
    struct tail t;
    if (len < sizeof t)
        return false;
    memcpy(&t, data + len - sizeof t, sizeof t);
    if (!tail_good(&t, len - sizeof t))
        return false;
    size_t n = (size_t)t.bars, n_held = 0;
    c->n = n;
    c->t = calloc(n + 1, sizeof *c->t);
    c->equity = calloc(n + 1, sizeof *c->equity);
    double *close = malloc((n + 1) * sizeof *close);
    char *held = calloc(n + 1, 1);
    bool good = c->t && c->equity && close && held;
    const char *p = data;
    for (int64_t k = 0; good && k < t.accounts; k++) {
        good = held_bars(p, (size_t)t.spans[k], held, n);
        p += (size_t)t.spans[k] * sizeof(struct packed_span);
    }
    for (size_t i = 0; good && i < n; i++)
        n_held += held[i] != 0;
    good = good && unpack_closes(p, (size_t)t.close_bytes, (size_t)t.scale, close, n_held) &&
           unpack_times(p + t.close_bytes, (size_t)t.runs, c->t, n);
    if (good)
        spread_out(close, held, n, n_held);
    p = data;
    for (int64_t k = 0; good && k < t.accounts; k++) {
        good = expand(p, (size_t)t.spans[k], close, c->equity, n, t.accounts == 1);
        p += (size_t)t.spans[k] * sizeof(struct packed_span);
    }
    free(close);
    free(held);
    return good;
}

static bool unpack_plain(const char *data, size_t len, const int64_t tail[static 2],
                         struct equity_curve *c) {
    size_t rest = len - 2 * sizeof *tail, most = rest / sizeof(double);
    if (tail[0] < 0 || tail[1] < 0 || (uint64_t)tail[0] > most || (uint64_t)tail[1] > most)
        return false;
    size_t n = (size_t)tail[0], runs = (size_t)tail[1];
    if (rest != runs * sizeof(struct packed_run) + n * sizeof(double))
        return false;
    c->n = n;
    c->t = calloc(n + 1, sizeof *c->t);
    c->equity = calloc(n + 1, sizeof *c->equity);
    if (!c->t || !c->equity || !unpack_times(data + n * sizeof(double), runs, c->t, n))
        return false;
    if (n > 0)
        memcpy(c->equity, data, n * sizeof(double));
    return true;
}

bool equity_unpack(const char *data, size_t len, struct equity_curve *ret) {
    struct equity_curve c = {.n = 0};
    int64_t tail[2];
    if (len < sizeof tail)
        return false;
    memcpy(tail, data + len - sizeof tail, sizeof tail);
    bool good =
        tail[1] == COMPACT ? unpack_compact(data, len, &c) : unpack_plain(data, len, tail, &c);
    if (!good) {
        equity_release(&c);
        return false;
    }
    *ret = c;
    return true;
}

void equity_release(struct equity_curve *c) {
    free(c->t);
    free(c->equity);
    *c = (struct equity_curve){0};
}
