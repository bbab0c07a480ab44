/* candles generate: synthetic candles on stdout. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/generate.h"
#include "lib/clock.h"
#include "lib/id.h"
#include "lib/limits.h"

static const struct option options[] = {
    {"symbol", 0, "NAME", false, "what it is for: two symbols of one seed differ (SAMPLE)"},
    {"interval", 0, "I", false, "of the bars (1h)"},
    {"from", 0, "DATE", false, "the first bar (2023-01-01)"},
    {"to", 0, "DATE", false, "the end; that bar is not in it (a year later)"},
    {"seed", 0, "N", false, "another one gives another market (1)"},
    {"price", 0, "X", false, "the first open (20000)"},
    {"volatility", 0, "X", false, "of a year: 0.6 is 60 % (0.6)"},
    {NULL, 0, NULL, false, NULL},
};

#define TICKS 100 /* a price is a whole number of hundredths */

struct wish {
    const char *symbol;
    enum interval interval;
    int64_t from, to, seed;
    double price, volatility;
};

static bool read_wish(const struct args *a, struct wish *w) {
    const char *interval = args_value(a, "interval"), *from = args_value(a, "from");
    const char *to = args_value(a, "to"), *seed = args_value(a, "seed");
    const char *price = args_value(a, "price"), *volatility = args_value(a, "volatility");
    const char *symbol = args_value(a, "symbol");
    *w = (struct wish){.symbol = symbol ? symbol : "SAMPLE",
                       .interval = INTERVAL_1H,
                       .from = INT64_C(1672531200000), /* 2023-01-01 */
                       .seed = 1,
                       .price = 20000,
                       .volatility = 0.6};
    if (!symbol_valid(w->symbol))
        usage_error(a, "'%.40s' is no symbol", w->symbol);
    else if (interval && !interval_parse(interval, &w->interval))
        usage_error(a, "'%.20s' is no interval: 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
                    interval);
    else if (from && !time_parse(from, &w->from))
        usage_error(a, "'%.40s' is no date", from);
    else if (to && !time_parse(to, &w->to))
        usage_error(a, "'%.40s' is no date", to);
    else if (seed && !parse_i64(seed, 0, INT64_MAX, &w->seed))
        usage_error(a, "--seed must be a whole number, 0 or more");
    else if (price && !parse_double(price, 0.01, 1e9, &w->price))
        usage_error(a, "--price must be from 0.01 to 1000000000");
    else if (volatility && !parse_double(volatility, 0.001, 5, &w->volatility))
        usage_error(a, "--volatility must be from 0.001 to 5");
    else {
        if (!to)
            w->to = w->from + 365 * MS_PER_DAY;
        w->from = interval_floor(w->interval, w->from);
        if (w->from < w->to && (w->to - w->from) / interval_ms(w->interval) <= BARS_MAX)
            return true;
        usage_error(a, "--to must be after --from, at most %u bars", BARS_MAX);
    }
    return false;
}

/* The seed of this symbol: SAMPLE-BTC and SAMPLE-ETH of one seed are two markets. */
static uint64_t mix(int64_t seed, const char *symbol) {
    uint64_t x = (uint64_t)seed;
    for (; *symbol; symbol++)
        x = (x ^ (unsigned char)*symbol) * UINT64_C(0x100000001b3);
    return x;
}

static void put_price(int64_t ticks, char last) {
    printf("%" PRId64 ".%02d%c", ticks / TICKS, (int)(ticks % TICKS), last);
}

static int verb(const struct args *a) {
    struct wish w;
    struct generator g;
    char time[TIME_TEXT_MAX];
    if (!read_wish(a, &w))
        return EXIT_USAGE;
    generator_init(&g, mix(w.seed, w.symbol), w.price, 1.0 / TICKS, w.volatility);
    puts("time,open,high,low,close,volume");
    for (int64_t t = w.from, next; t < w.to; t = next) {
        next = interval_next(w.interval, t);
        struct tick_bar b = generator_bar(&g, t, next);
        printf("%s,", time_format(t, time));
        put_price(b.open, ',');
        put_price(b.high, ',');
        put_price(b.low, ',');
        put_price(b.close, ',');
        printf("%" PRId64 ".%03d\n", b.volume / 1000, (int)(b.volume % 1000));
    }
    return EXIT_SUCCESS;
}

const struct command cmd_candles_generate = {
    .name = "candles generate",
    .summary = "make synthetic candles, as CSV on stdout",
    .usage = "[options]",
    .details = "A random walk with trends, calm and excited times and fat tails: it looks like a "
               "market and\n"
               "is none, so what a strategy earns on it means nothing. The same options give the "
               "same bytes\n"
               "on every machine. There are no gaps; each bar opens at the close before.",
    .examples =
        "  candlemill candles generate --symbol SAMPLE-BTC --from 2023-01-01 --to 2025-01-01 |\n"
        "    candlemill import - --symbol SAMPLE-BTC",
    .options = options,
    .run = verb,
};
