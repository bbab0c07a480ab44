/* import: candles of a CSV into the store. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "lib/clock.h"
#include "lib/csv.h"
#include "lib/id.h"
#include "lib/limits.h"
#include "lib/market.h"

static const struct option options[] = {
    {"symbol", 0, "NAME", false, "what the market is called in the store (needed)"},
    {"interval", 0, "I", false, "of the bars; else it is taken from their distances"},
    {"json", 0, NULL, false, "what was done as one JSON object"},
    {NULL, 0, NULL, false, NULL},
};

struct import {
    const char *symbol;
    enum interval interval;
    struct bars bars;
    size_t added, replaced;
};

static enum err_code read_bars(const char *path, struct bars *ret, struct err *e) {
    struct buf text;
    enum err_code code = read_input(path, CSV_BODY_MAX, &text, e);
    if (code != ERR_NONE)
        return code;
    code = csv_read(text.data ? text.data : "", text.len, ret, e);
    buf_release(&text);
    if (code != ERR_NONE) {
        struct err inner = *e;
        return err_set(e, code, "%.150s: %.300s", path, inner.message);
    }
    return code;
}

/* The interval given, checked against the bars; else the one they have. */
static enum err_code find_interval(const struct args *a, const char *path, struct import *im,
                                   struct err *e) {
    enum interval found;
    int64_t step;
    const char *given = args_value(a, "interval");
    bool known = market_interval(&im->bars, &found, &step);
    if (!given) {
        im->interval = known ? found : INTERVAL_1D;
        return known
                   ? ERR_NONE
                   : err_set(e, ERR_INVALID,
                             "%.150s: the commonest distance of its bars (%lld s) is no interval; "
                             "say which one they have: --interval",
                             path, (long long)(step / 1000));
    }
    if (!interval_parse(given, &im->interval))
        return err_set(e, ERR_INVALID,
                       "'%.20s' is no interval: 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h "
                       "1d 3d 1w 1M",
                       given);
    if (known && im->bars.n > 2 && found < im->interval)
        return err_set(e, ERR_INVALID,
                       "%.150s holds bars of %s, not of %s (import them as they are: coarser ones "
                       "are made of them when asked for)",
                       path, interval_name(found), given);
    return ERR_NONE;
}

static void print(const struct args *a, const struct import *im) {
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX], number[NUMBER_TEXT_MAX];
    time_format(im->bars.t[0], from);
    time_format(im->bars.t[im->bars.n - 1], to);
    if (args_flag(a, "json")) {
        struct buf b;
        struct json_out j;
        buf_init(&b, 1 << 12);
        json_out_init(&j, &b);
        json_begin(&j, '{');
        json_put_string(&j, "symbol", im->symbol);
        json_put_string(&j, "interval", interval_name(im->interval));
        json_put_int(&j, "bars", (int64_t)im->bars.n);
        json_put_int(&j, "added", (int64_t)im->added);
        json_put_int(&j, "replaced", (int64_t)im->replaced);
        json_put_string(&j, "from", from);
        json_put_string(&j, "to", to);
        json_end(&j, '}');
        puts(b.data ? b.data : "");
        buf_release(&b);
        return;
    }
    printf("%s %s: %s bars, %.10s to %.10s", im->symbol, interval_name(im->interval),
           number_text((double)im->bars.n, 0, number), from, to);
    printf(", %s new", number_text((double)im->added, 0, number));
    if (im->replaced > 0)
        printf(", %s replaced", number_text((double)im->replaced, 0, number));
    putchar('\n');
}

static enum err_code import(const struct args *a, struct import *im, struct err *e) {
    enum err_code code = find_interval(a, args_at(a, 0), im, e);
    if (code != ERR_NONE)
        return code;
    struct store *store = store_from_args(a, e);
    if (!store)
        return e->code;
    code = market_import(store, im->symbol, im->interval, &im->bars, &im->added, &im->replaced, e);
    store_close(store);
    return code;
}

static int verb(const struct args *a) {
    struct err e;
    struct import im = {.symbol = args_value(a, "symbol")};
    if (!im.symbol)
        return usage_error(a, "--symbol is missing: what is the market called?");
    if (!symbol_valid(im.symbol))
        return usage_error(a, "'%.40s' is no symbol: 1 to %d letters, digits or _.:^=@-", im.symbol,
                           SYMBOL_MAX - 1);
    if (read_bars(args_at(a, 0), &im.bars, &e) != ERR_NONE)
        return fail(a, &e);
    enum err_code code = import(a, &im, &e);
    if (code == ERR_NONE)
        print(a, &im);
    bars_release(&im.bars);
    return code == ERR_NONE ? EXIT_SUCCESS : fail(a, &e);
}

const struct command cmd_import = {
    .name = "import",
    .summary = "put the candles of a CSV file into the store",
    .usage = "FILE|- --symbol NAME [options]",
    .details =
        "The file looks as for run. Bars are merged with what is stored: a bar of the same time "
        "is\n"
        "replaced, so importing a file again, or one that overlaps, does no harm. A wrong row is\n"
        "named by its line and column, and nothing is stored then. Import the finest interval you\n"
        "have: coarser ones are made of it when a backtest asks for them.",
    .examples = "  candlemill import BTCUSDT-1m.csv --symbol BTCUSDT\n"
                "  xz -dc eurusd.csv.xz | candlemill import - --symbol EURUSD --interval 1h",
    .options = options,
    .takes = TAKES_CONF,
    .min_args = 1,
    .max_args = 1,
    .run = verb,
};
