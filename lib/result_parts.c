/* Trades packed for the store; trades and equity as JSON and CSV for people and programs. */
#include "lib/result.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "packed parts are little-endian");

/* A row of the trades part as it lies in the store: no padding, so it is copied whole. */
struct packed_trade {
    double size, entry_price, exit_price, pnl, return_pct, commission, mae, mfe;
    int64_t entry_bar, exit_bar, entry_time, exit_time;
    int32_t entry_reason, exit_reason, strategy, zero;
};
_Static_assert(sizeof(struct packed_trade) == TRADE_BYTES, "a trade has TRADE_BYTES");

char *trades_pack(const struct bt_result *res, size_t *ret_len) {
    size_t len = res->n_trades * TRADE_BYTES;
    char *data = malloc(len ? len : 1);
    if (!data)
        return NULL;
    for (size_t i = 0; i < res->n_trades; i++) {
        const struct trade *t = &res->trades[i];
        struct packed_trade p = {
            .size = t->size,
            .entry_price = t->entry_price,
            .exit_price = t->exit_price,
            .pnl = t->pnl,
            .return_pct = t->return_pct,
            .commission = t->commission,
            .mae = t->mae,
            .mfe = t->mfe,
            .entry_bar = t->entry_bar,
            .exit_bar = t->exit_bar,
            .entry_time = t->entry_time,
            .exit_time = t->exit_time,
            .entry_reason = (int32_t)t->entry_reason,
            .exit_reason = (int32_t)t->exit_reason,
            .strategy = t->strategy,
        };
        memcpy(data + i * TRADE_BYTES, &p, sizeof p);
    }
    *ret_len = len;
    return data;
}

bool trade_unpack(const char *data, size_t len, size_t i, struct trade *ret) {
    struct packed_trade p;
    if (len % TRADE_BYTES != 0 || i >= len / TRADE_BYTES)
        return false;
    memcpy(&p, data + i * TRADE_BYTES, sizeof p);
    if (p.entry_reason < 0 || p.entry_reason >= REASON_COUNT || p.exit_reason < 0 ||
        p.exit_reason >= REASON_COUNT || p.strategy < 0 || p.strategy >= BACKTEST_STRATEGIES_MAX)
        return false;
    *ret = (struct trade){
        .size = p.size,
        .entry_price = p.entry_price,
        .exit_price = p.exit_price,
        .pnl = p.pnl,
        .return_pct = p.return_pct,
        .commission = p.commission,
        .mae = p.mae,
        .mfe = p.mfe,
        .entry_bar = p.entry_bar,
        .exit_bar = p.exit_bar,
        .entry_time = p.entry_time,
        .exit_time = p.exit_time,
        .entry_reason = (enum trade_reason)p.entry_reason,
        .exit_reason = (enum trade_reason)p.exit_reason,
        .strategy = p.strategy,
    };
    return true;
}

struct trade *trades_unpack(const char *data, size_t len, size_t *ret_n) {
    size_t n = len / TRADE_BYTES;
    if (len % TRADE_BYTES != 0)
        return NULL;
    struct trade *trades = calloc(n ? n : 1, sizeof *trades);
    for (size_t i = 0; trades && i < n; i++) {
        if (!trade_unpack(data, len, i, &trades[i])) {
            free(trades);
            return NULL;
        }
    }
    if (trades)
        *ret_n = n;
    return trades;
}

/* The words of a trade and their values, once for JSON and CSV. */
enum value_kind { VALUE_REAL, VALUE_WHOLE, VALUE_TIME, VALUE_TEXT };

struct value {
    const char *word;
    enum value_kind kind;
    double real;
    int64_t whole;
    const char *text;
};

#define TRADE_WORDS 15

static void trade_values(const struct trade *t, const char *strategy,
                         struct value v[static TRADE_WORDS]) {
    const struct value values[TRADE_WORDS] = {
        {.word = "size", .real = t->size},
        {"entryBar", VALUE_WHOLE, .whole = t->entry_bar},
        {"exitBar", VALUE_WHOLE, .whole = t->exit_bar},
        {"entryTime", VALUE_TIME, .whole = t->entry_time},
        {"exitTime", VALUE_TIME, .whole = t->exit_time},
        {.word = "entryPrice", .real = t->entry_price},
        {.word = "exitPrice", .real = t->exit_price},
        {.word = "pnl", .real = t->pnl},
        {.word = "returnPct", .real = t->return_pct},
        {.word = "commission", .real = t->commission},
        {"entryReason", VALUE_TEXT, .text = reason_name(t->entry_reason)},
        {"exitReason", VALUE_TEXT, .text = reason_name(t->exit_reason)},
        {.word = "mae", .real = t->mae},
        {.word = "mfe", .real = t->mfe},
        {"strategy", VALUE_TEXT, .text = strategy},
    };
    memcpy(v, values, sizeof values);
}

void trade_json(struct json_out *j, const struct trade *t, const char *strategy_name,
                const struct series_values *values) {
    struct value v[TRADE_WORDS];
    char time[TIME_TEXT_MAX];
    trade_values(t, strategy_name, v);
    json_begin(j, '{');
    for (size_t i = 0; i < TRADE_WORDS; i++) {
        switch (v[i].kind) {
        case VALUE_REAL:
            json_put_double(j, v[i].word, v[i].real);
            break;
        case VALUE_WHOLE:
            json_put_int(j, v[i].word, v[i].whole);
            break;
        case VALUE_TIME:
            json_put_string(j, v[i].word, time_format(v[i].whole, time));
            break;
        case VALUE_TEXT:
            json_put_string(j, v[i].word, v[i].text);
            break;
        }
    }
    series_values_json(j, values);
    json_end(j, '}');
}

void trade_csv_header(struct buf *out) {
    struct value v[TRADE_WORDS];
    trade_values(&(struct trade){0}, "", v);
    for (size_t i = 0; i < TRADE_WORDS; i++)
        buf_fmt(out, "%s%s", i ? "," : "", v[i].word);
    buf_str(out, ",entryValues,exitValues\n");
}

static void csv_double(struct buf *out, double v) {
    char text[DOUBLE_TEXT_MAX];
    buf_add(out, text, (size_t)double_format(v, text));
}

void csv_text(struct buf *out, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        buf_str(out, text);
        return;
    }
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

void trade_csv(struct buf *out, const struct trade *t, const char *strategy_name,
               const struct series_values *values) {
    struct value v[TRADE_WORDS];
    char time[TIME_TEXT_MAX];
    trade_values(t, strategy_name, v);
    for (size_t i = 0; i < TRADE_WORDS; i++) {
        if (i > 0)
            buf_char(out, ',');
        switch (v[i].kind) {
        case VALUE_REAL:
            csv_double(out, v[i].real);
            break;
        case VALUE_WHOLE:
            buf_fmt(out, "%lld", (long long)v[i].whole);
            break;
        case VALUE_TIME:
            buf_str(out, time_format(v[i].whole, time));
            break;
        case VALUE_TEXT:
            csv_text(out, v[i].text);
            break;
        }
    }
    series_values_csv(out, values);
    buf_char(out, '\n');
}

void equity_csv_header(struct buf *out) {
    buf_str(out, "time,equity,drawdown\n");
}

void equity_csv(struct buf *out, int64_t t, double equity, double drawdown) {
    char time[TIME_TEXT_MAX];
    buf_fmt(out, "%s,", time_format(t, time));
    csv_double(out, equity);
    buf_char(out, ',');
    csv_double(out, drawdown);
    buf_char(out, '\n');
}
