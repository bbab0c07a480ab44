/* run: the engine on a file or on the store; no server, no Redis. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/load.h"
#include "cli/progress.h"
#include "lib/clock.h"
#include "lib/report.h"
#include "lib/result.h"

#define SILENT_MS 300 /* a run that is done by then shows no bar */

static const struct option options[] = {
    {"data", 'd', "FILE|-", false, "candles as CSV instead of the store"},
    {"json", 0, NULL, false, "the whole result as one JSON object"},
    {"csv", 0, "trades|equity", false, "the trades, or the equity of every bar, as CSV"},
    {"html", 0, "FILE|-", false, "the result as one page that needs no network and no script"},
    {"long", 0, NULL, false, "trades by weekday and hour too"},
    {"quiet", 'q', NULL, false, "no progress bar"},
    {NULL, 0, NULL, false, NULL},
};

struct job {
    struct loaded in;
    struct bt_result result;
    bool have_result;
};

static void job_release(struct job *j) {
    if (j->have_result)
        bt_result_release(&j->result);
    loaded_release(&j->in);
}

struct watcher {
    struct progress bar;
    const struct bars *bars;
};

static bool poll_run(void *arg, size_t done, size_t total) {
    struct watcher *w = arg;
    char date[TIME_TEXT_MAX];
    double seconds = (double)(clock_mono_ms() - w->bar.began_ms) / 1000;
    size_t at = done < w->bars->n ? done : w->bars->n - 1;
    progress_show(&w->bar, total ? (double)done / (double)total : 1,
                  seconds > 0 ? (double)done / seconds : 0, "bars",
                  date_format(w->bars->t[at], date));
    return false;
}

static enum err_code run(const struct args *a, struct job *j, struct err *e) {
    struct watcher w = {.bars = &j->in.data.bars};
    struct bt_error found = {.strategy = 0};
    const char *csv = args_value(a, "csv");
    progress_init(&w.bar, args_flag(a, "quiet"), SILENT_MS);
    j->in.request.cfg.want_equity = args_value(a, "html") || (csv && strcmp(csv, "equity") == 0);
    enum bt_status status = backtest_run(&j->in.request.cfg, &j->in.data.bars, j->in.data.first,
                                         poll_run, &w, &j->result, &found);
    progress_clear(&w.bar);
    j->have_result = status == BT_OK;
    switch (status) {
    case BT_OK:
        return ERR_NONE;
    case BT_NOMEM:
        return err_set(e, ERR_INTERNAL, "out of memory");
    case BT_NO_BARS:
        return err_set(e, ERR_UNPROCESSABLE, "there are no bars in the range");
    case BT_BAD_STRATEGY:
        return err_set(e, ERR_INVALID, "%s", found.expr.message);
    case BT_CANCELLED:
        break;
    }
    return err_set(e, ERR_INTERNAL, "the run was stopped");
}

static const char *strategy_name(const struct job *j, int i) {
    return j->in.request.cfg.strategies[i].strategy->name;
}

static void put(struct buf *b) {
    if (b->data)
        fwrite(b->data, 1, b->len, stdout);
    buf_clear(b);
}

static void print_csv(const struct job *j, bool equity) {
    struct buf b;
    buf_init(&b, 1 << 20);
    if (equity) {
        double peak = j->in.request.cfg.cash;
        equity_csv_header(&b);
        for (size_t i = 0; i < j->result.n_bars; i++) {
            double value = j->result.equity[i];
            peak = fmax(peak, value);
            equity_csv(&b, j->in.data.bars.t[j->in.data.first + i], value,
                       (value / peak - 1) * 100);
            put(&b);
        }
    } else {
        struct trade_values said = {.n = 0};
        if (!trade_values_init(&said, &j->in.request.cfg, &j->in.data.bars, j->in.data.first,
                               &j->result))
            fputs("warning: no memory for the values of series\n", stderr);
        trade_csv_header(&b);
        for (size_t i = 0; i < j->result.n_trades; i++) {
            const struct trade *t = &j->result.trades[i];
            struct series_values values = {.width = said.width, .at = values_of(&said, i)};
            for (size_t k = 0; k < TRADE_SERIES_MAX; k++)
                values.name[k] =
                    trade_series_name(j->in.request.cfg.strategies[t->strategy].strategy, k);
            trade_csv(&b, t, strategy_name(j, t->strategy), &values);
            put(&b);
        }
        trade_values_release(&said);
    }
    put(&b);
    buf_release(&b);
}

static enum err_code write_report(const struct job *j, const char *path, struct json_object *body,
                                  struct err *e) {
    size_t first = j->in.data.first, len = 0;
    const struct equity_curve curve = {
        .n = j->result.n_bars, .t = j->in.data.bars.t + first, .equity = j->result.equity};
    char *trades = trades_pack(&j->result, &len);
    const struct report r = {.body = body,
                             .curve = &curve,
                             .start = j->in.request.cfg.cash,
                             .trades = trades,
                             .trades_len = len};
    struct buf page;
    buf_init(&page, 2 * REPORT_BYTES_MAX);
    bool good = trades && report_html(&page, &r);
    enum err_code code = good ? ERR_NONE : err_set(e, ERR_INTERNAL, "the report is too long");
    FILE *out = !good ? NULL : strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (good && (!out || fwrite(page.data, 1, page.len, out) != page.len ||
                 (out == stdout ? fflush(out) : fclose(out)) != 0))
        code = err_set(e, ERR_INTERNAL, "%.200s: %s", path, strerror(errno));
    buf_release(&page);
    free(trades);
    return code;
}

static enum err_code print(const struct args *a, const struct job *j, struct err *e) {
    const char *csv = args_value(a, "csv");
    if (csv) {
        print_csv(j, strcmp(csv, "equity") == 0);
        return ERR_NONE;
    }
    const char *html = args_value(a, "html");
    char *body = result_body(NULL, &j->in.request, &j->in.data, &j->result);
    struct json_object *tree = body ? json_parse(body, strlen(body), e) : NULL;
    enum err_code code = tree ? ERR_NONE : err_set(e, ERR_INTERNAL, "out of memory");
    if (tree && html)
        code = write_report(j, html, tree, e);
    if (code == ERR_NONE && args_flag(a, "json"))
        puts(body);
    else if (code == ERR_NONE && !(html && strcmp(html, "-") == 0))
        print_result(tree, args_flag(a, "long"));
    json_object_put(tree);
    free(body);
    return code;
}

static int verb(const struct args *a) {
    struct job j = {.have_result = false};
    struct err e = {0};
    bool usage;
    if (!show_options_good(a))
        return EXIT_USAGE;
    const char *html = args_value(a, "html");
    if (html && args_value(a, "csv"))
        return usage_error(a, "--html and --csv exclude one another");
    if (html && strcmp(html, "-") == 0 && args_flag(a, "json"))
        return usage_error(a, "--html - and --json exclude one another");
    j.in.flat = request_from_args(a, &usage, &e);
    if (!j.in.flat)
        return usage ? usage_error(a, "%s", e.message) : fail(a, &e);
    enum err_code code = load_bars(a, &j.in, &e);
    if (code == ERR_NONE)
        code = run(a, &j, &e);
    if (code == ERR_NONE)
        code = print(a, &j, &e);
    int status = code == ERR_NONE ? EXIT_SUCCESS : fail_in(a, &e, j.in.flat);
    job_release(&j);
    return status;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "run a backtest here: on a CSV file or on stored candles",
    .usage = "(--data FILE | --symbol S --interval I) --strategy NAME|FILE [options]",
    .details =
        "Reads candles, runs the strategies over them and prints what came out. It needs no "
        "server\n"
        "and no Redis; without --data it reads the store that the configuration names.\n\n"
        "A file has a header with time, open, high, low, close and maybe volume, in any order; "
        "the\n"
        "time column may also be called timestamp, date or datetime, or have no name. Stamps are "
        "ISO\n"
        "(without a zone: UTC) or epoch seconds, milli-, micro- or nanoseconds. The interval is\n"
        "taken from the file; --interval asks for a coarser one.\n\n"
        "Several strategies share the cash and trade side by side (--set combine=majority: they\n"
        "vote). Every word of a request can be given with --set; what is no JSON is taken as a\n"
        "string, null takes a word of --request away.",
    .examples =
        "  candlemill run --data BTCUSDT-1h.csv --strategy sma --param fast=10 --param slow=30\n"
        "  candlemill run --symbol SAMPLE-BTC --interval 4h -s rsi --set commission=0.001\n"
        "  candlemill run --data GOOG-1d.csv -s sma --profile backtesting.py --json\n"
        "  candlemill run --data GOOG-1d.csv -s my-strategy.json --csv trades > trades.csv\n"
        "  candlemill run --data GOOG-1d.csv -s sma --html report.html",
    .options = options,
    .takes = TAKES_REQUEST | TAKES_CONF,
    .run = verb,
};
