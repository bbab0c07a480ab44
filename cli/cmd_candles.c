/* candles list, export, delete: what the store holds. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "lib/clock.h"
#include "lib/id.h"
#include "lib/market.h"

/* --- list ------------------------------------------------------------------------------------- */

static const struct option list_options[] = {
    {"symbol", 0, "NAME", false, "of that market only"},
    {"json", 0, NULL, false, "an array of objects"},
    {"csv", 0, NULL, false, "a line each, with a header"},
    {NULL, 0, NULL, false, NULL},
};

static void list_json(const struct series_list *list) {
    struct buf b;
    struct json_out j;
    char time[TIME_TEXT_MAX];
    buf_init(&b, 64U << 20);
    json_out_init(&j, &b);
    json_begin(&j, '[');
    for (size_t i = 0; i < list->n; i++) {
        const struct series_info *s = &list->items[i];
        json_begin(&j, '{');
        json_put_string(&j, "symbol", s->symbol);
        json_put_string(&j, "interval", interval_name(s->interval));
        json_put_string(&j, "from", time_format(s->from, time));
        json_put_string(&j, "to", time_format(s->to, time));
        json_put_int(&j, "bars", s->bars);
        json_end(&j, '}');
    }
    json_end(&j, ']');
    puts(b.data ? b.data : "[]");
    buf_release(&b);
}

static void list_table(const struct series_list *list, bool csv) {
    static const struct column columns[] = {
        {"symbol", "Symbol", false}, {"interval", "Interval", false}, {"from", "From", false},
        {"to", "To", false},         {"bars", "Bars", true},
    };
    struct table t;
    char time[TIME_TEXT_MAX], number[NUMBER_TEXT_MAX];
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < list->n; i++) {
        const struct series_info *s = &list->items[i];
        table_add(&t, s->symbol);
        table_add(&t, interval_name(s->interval));
        table_add(&t, time_format(s->from, time));
        table_add(&t, time_format(s->to, time));
        if (csv)
            table_addf(&t, "%lld", (long long)s->bars);
        else
            table_add(&t, number_text((double)s->bars, 0, number));
    }
    if (csv)
        table_csv(&t, stdout);
    else if (list->n == 0)
        fputs("No candles are stored: candlemill import FILE --symbol NAME\n", stderr);
    else
        table_print(&t, stdout);
    table_release(&t);
}

static int list(const struct args *a) {
    struct err e;
    struct series_list found;
    if (args_flag(a, "json") && args_flag(a, "csv"))
        return usage_error(a, "--json and --csv exclude one another");
    struct store *store = store_from_args(a, &e);
    if (!store)
        return fail(a, &e);
    enum err_code code = store_series(store, args_value(a, "symbol"), &found, &e);
    store_close(store);
    if (code != ERR_NONE)
        return fail(a, &e);
    if (args_flag(a, "json"))
        list_json(&found);
    else
        list_table(&found, args_flag(a, "csv"));
    series_list_release(&found);
    return EXIT_SUCCESS;
}

const struct command cmd_candles_list = {
    .name = "candles list",
    .summary = "what candles the store holds",
    .usage = "[options]",
    .examples = "  candlemill candles list\n  candlemill candles list --symbol BTCUSDT --json",
    .options = list_options,
    .takes = TAKES_CONF,
    .run = list,
};

/* --- export ----------------------------------------------------------------------------------- */

static const struct option export_options[] = {
    {"symbol", 0, "NAME", false, "the market (needed)"},
    {"interval", 0, "I", false, "its interval (needed); a missing one is made of finer bars"},
    {"start", 0, "DATE", false, "from there on"},
    {"end", 0, "DATE", false, "up to there; that bar is not in it"},
    {NULL, 0, NULL, false, NULL},
};

/* --symbol, --interval, --start, --end; false: said. */
static bool wanted(const struct args *a, struct request *r) {
    const char *symbol = args_value(a, "symbol"), *interval = args_value(a, "interval");
    const char *start = args_value(a, "start"), *end = args_value(a, "end");
    *r = (struct request){.start_ms = INT64_MIN, .end_ms = INT64_MAX, .warmup = -1};
    if (!symbol || !interval)
        usage_error(a, "--symbol and --interval are needed");
    else if (!symbol_valid(symbol))
        usage_error(a, "'%.40s' is no symbol", symbol);
    else if (!interval_parse(interval, &r->interval))
        usage_error(a, "'%.20s' is no interval: 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
                    interval);
    else if (start && !time_parse(start, &r->start_ms))
        usage_error(a, "'%.40s' is no date: 2024-01-01 or 2024-01-01T00:00:00Z", start);
    else if (end && !time_parse(end, &r->end_ms))
        usage_error(a, "'%.40s' is no date: 2024-01-01 or 2024-01-01T00:00:00Z", end);
    else if (r->start_ms >= r->end_ms)
        usage_error(a, "--end must be after --start");
    else {
        snprintf(r->symbol, sizeof r->symbol, "%s", symbol);
        return true;
    }
    return false;
}

static void put_number(double v, char last) {
    char text[DOUBLE_TEXT_MAX];
    double_format(v, text);
    fputs(text, stdout);
    putchar(last);
}

static int export(const struct args *a) {
    struct err e;
    struct request r;
    struct market_data d;
    char time[TIME_TEXT_MAX];
    if (!wanted(a, &r))
        return EXIT_USAGE;
    struct store *store = store_from_args(a, &e);
    if (!store)
        return fail(a, &e);
    enum err_code code = market_load(store, &r, 0, &d, &e);
    store_close(store);
    if (code != ERR_NONE)
        return fail(a, &e);
    puts("time,open,high,low,close,volume");
    for (size_t i = d.first; i < d.bars.n; i++) {
        printf("%s,", time_format(d.bars.t[i], time));
        put_number(d.bars.o[i], ',');
        put_number(d.bars.h[i], ',');
        put_number(d.bars.l[i], ',');
        put_number(d.bars.c[i], ',');
        put_number(d.bars.v[i], '\n');
    }
    market_data_release(&d);
    return EXIT_SUCCESS;
}

const struct command cmd_candles_export = {
    .name = "candles export",
    .summary = "stored candles as CSV on stdout",
    .usage = "--symbol NAME --interval I [options]",
    .examples = "  candlemill candles export --symbol BTCUSDT --interval 1d > BTCUSDT-1d.csv",
    .options = export_options,
    .takes = TAKES_CONF,
    .run = export,
};

/* --- delete ----------------------------------------------------------------------------------- */

static const struct option delete_options[] = {
    {"symbol", 0, "NAME", false, "the market (needed)"},
    {"interval", 0, "I", false, "its interval (needed)"},
    {"yes", 'y', NULL, false, "do not ask"},
    {NULL, 0, NULL, false, NULL},
};

/* Asked for by --yes, or by a person at a terminal. */
static bool sure(const struct args *a, const struct request *r) {
    char answer[16];
    if (args_flag(a, "yes"))
        return true;
    if (!isatty(STDIN_FILENO)) {
        usage_error(a, "--yes is needed where nobody can be asked");
        return false;
    }
    fprintf(stderr, "Delete all %s candles of %s? [y/N] ", interval_name(r->interval), r->symbol);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int delete_series(const struct args *a) {
    struct err e;
    struct request r;
    if (!wanted(a, &r) || !sure(a, &r))
        return EXIT_USAGE;
    struct store *store = store_from_args(a, &e);
    if (!store)
        return fail(a, &e);
    enum err_code code = store_candles_delete(store, r.symbol, r.interval, &e);
    store_close(store);
    if (code != ERR_NONE)
        return fail(a, &e);
    printf("%s %s is deleted\n", r.symbol, interval_name(r.interval));
    return EXIT_SUCCESS;
}

const struct command cmd_candles_delete = {
    .name = "candles delete",
    .summary = "remove stored candles",
    .usage = "--symbol NAME --interval I [options]",
    .examples = "  candlemill candles delete --symbol SAMPLE-BTC --interval 1h --yes",
    .options = delete_options,
    .takes = TAKES_CONF,
    .run = delete_series,
};
