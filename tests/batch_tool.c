/* Many runs for a test in another language: one JSON command a line on stdin, one JSON answer a
 * line on stdout, in order. Usage: batch_tool FOLDER
 *   {"data":"a.csv","interval":"1h","request":{…},"equity":true}
 *       a.csv: candles in FOLDER whose own interval is `interval`; request as in a POST;
 *       "lower":"b.csv": the finer candles of path lower, of its lowerInterval
 *   -> {"result":{…as GET /result…},"trades":[{…}],"equity":[…]}
 *      or {"error":"why"} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/csv.h"
#include "lib/json.h"
#include "lib/market.h"
#include "lib/market_extra.h"
#include "lib/result.h"

#define PATH_BYTES 4096

struct file {
    char name[256]; /* "": none is loaded */
    struct bars bars;
};

static enum err_code read_file(const char *folder, const char *name, struct bars *ret,
                               struct err *e) {
    char path[PATH_BYTES];
    struct buf text;
    size_t n = 0;
    buf_init(&text, CSV_BODY_MAX);
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return err_set(e, ERR_INVALID, "%.100s: too long a path", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(e, ERR_NOT_FOUND, "%.200s cannot be opened", path);
    char *room;
    do {
        room = buf_room(&text, 1 << 16);
        n = room ? fread(room, 1, 1 << 16, f) : 0;
        buf_grown(&text, n);
    } while (n > 0);
    fclose(f);
    enum err_code code = room ? csv_read(text.data, text.len, ret, e)
                              : err_set(e, ERR_INTERNAL, "%.200s: too long", path);
    buf_release(&text);
    return code;
}

/* The file of the last command is kept. */
static enum err_code use_file(const char *folder, const char *name, struct file *file,
                              struct err *e) {
    if (strcmp(file->name, name) == 0)
        return ERR_NONE;
    bars_release(&file->bars);
    bars_init(&file->bars);
    file->name[0] = '\0';
    enum err_code code = read_file(folder, name, &file->bars, e);
    if (code == ERR_NONE)
        snprintf(file->name, sizeof file->name, "%s", name);
    return code;
}

static void put_result(struct json_out *j, const struct request *r, const struct market_data *d,
                       const struct bt_result *res) {
    char *body = result_body(NULL, r, d, res);
    json_begin(j, '{');
    json_put_raw(j, "result", body);
    free(body);
    json_key(j, "trades");
    json_begin(j, '[');
    for (size_t i = 0; i < res->n_trades; i++)
        trade_json(j, &res->trades[i], r->cfg.strategies[res->trades[i].strategy].strategy->name,
                   NULL);
    json_end(j, ']');
    json_key(j, "equity");
    json_begin(j, '[');
    for (size_t i = 0; res->equity && i < res->n_bars; i++)
        json_double(j, res->equity[i]);
    json_end(j, ']');
    json_end(j, '}');
}

static enum err_code run(const struct request *r, const struct market_data *d, struct json_out *j,
                         struct err *e) {
    struct bt_result res;
    struct bt_error found = {.strategy = 0};
    enum bt_status status = backtest_run(&r->cfg, &d->bars, d->first, NULL, NULL, &res, &found);
    if (status != BT_OK)
        return err_set(e, ERR_UNPROCESSABLE, "status %d: %s", (int)status, found.expr.message);
    put_result(j, r, d, &res);
    bt_result_release(&res);
    return ERR_NONE;
}

struct files {
    struct file bars, lower;
};

static enum err_code answer_request(const char *folder, const char *lower, enum interval stored,
                                    struct files *files, struct request *r, struct json_out *j,
                                    struct err *e) {
    struct market_data d;
    struct market_extra x = {.have_lower = false};
    enum err_code code = market_from_bars(&files->bars.bars, stored, r, r->want_warmup, &d, e);
    if (code != ERR_NONE)
        return code;
    if (*lower)
        code = use_file(folder, lower, &files->lower, e);
    if (code == ERR_NONE && *lower)
        code = market_extra_from_bars(&files->lower.bars, r->lower, r, &d, &x, e);
    if (code == ERR_NONE)
        code = run(r, &d, j, e);
    market_extra_release(&x);
    market_data_release(&d);
    return code;
}

static enum err_code answer(const char *folder, struct json_object *command, struct files *files,
                            struct json_out *j, struct err *e) {
    const char *name = "", *interval = "", *lower = "";
    enum interval stored;
    struct request r;
    struct json_object *request = json_get_object(command, "request", e);
    if (!request || !json_get_string(command, "data", &name, e) ||
        !json_get_string(command, "interval", &interval, e) || !interval_parse(interval, &stored))
        return err_set(e, ERR_INVALID, "data, interval and request are needed");
    enum err_code code = use_file(folder, name, &files->bars, e);
    if (code == ERR_NONE)
        code = request_parse(request, &r, e);
    if (code != ERR_NONE)
        return code;
    r.cfg.want_equity = false;
    (void)json_get_bool(command, "equity", &r.cfg.want_equity, NULL);
    (void)json_get_string(command, "lower", &lower, NULL);
    code = answer_request(folder, lower, stored, files, &r, j, e);
    request_release(&r);
    return code;
}

int main(int argc, char **argv) {
    struct files files = {.bars = {.name = ""}, .lower = {.name = ""}};
    struct buf out;
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    if (argc != 2) {
        fprintf(stderr, "usage: batch_tool FOLDER < COMMANDS\n");
        return EXIT_FAILURE;
    }
    buf_init(&out, 1 << 28);
    while ((n = getline(&line, &cap, stdin)) > 0) {
        struct err e = {0};
        struct json_out j;
        json_out_init(&j, &out);
        struct json_object *command = json_parse(line, (size_t)n, &e);
        if (!command || answer(argv[1], command, &files, &j, &e) != ERR_NONE) {
            buf_clear(&out);
            json_out_init(&j, &out);
            json_begin(&j, '{');
            json_put_string(&j, "error", e.message);
            json_end(&j, '}');
        }
        json_object_put(command);
        buf_char(&out, '\n');
        if (out.failed || fwrite(out.data, 1, out.len, stdout) != out.len) {
            fprintf(stderr, "batch_tool: an answer could not be written\n");
            return EXIT_FAILURE;
        }
        buf_clear(&out);
    }
    fflush(stdout);
    free(line);
    buf_release(&out);
    bars_release(&files.bars.bars);
    bars_release(&files.lower.bars);
    return EXIT_SUCCESS;
}
