/* The store on a string, for tests in Python: one JSON command a line on stdin, one JSON answer a
 * line on stdout. Usage: job_tool STORE-URI
 *   {"do":"candles","symbol","interval","bars"}    regular synthetic candles from 2020-01-01
 *   {"do":"submit","id","user","params"}           the record of a pending backtest
 *   {"do":"read","id"}                             the truth: record, end, attempts
 *   {"do":"end","id","user","status"}              an end, written but not announced
 *   {"do":"delete","id"} */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"
#include "lib/json.h"
#include "lib/market.h"
#include "lib/store.h"

#define LINE_MAX_BYTES (1 << 20)

static const char *word(struct json_object *o, const char *key, const char *otherwise) {
    const char *s = otherwise;
    (void)json_get_string(o, key, &s, NULL);
    return s;
}

static enum err_code candles(struct store *s, struct json_object *o, struct err *e) {
    struct bars b;
    enum interval iv;
    int64_t n = 1000;
    double price = 100;
    uint64_t seed = 1;
    (void)json_get_int(o, "bars", &n, NULL);
    if (!interval_parse(word(o, "interval", "1h"), &iv))
        return err_set(e, ERR_INVALID, "interval");
    bars_init(&b);
    for (int64_t i = 0; i < n; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double step = (double)(seed >> 40) / (double)(1 << 24) - 0.5; /* -0.5 .. 0.5 */
        double open = price, close = price * (1 + 0.01 * step);
        double high = fmax(open, close) * 1.001, low = fmin(open, close) * 0.999;
        if (!bars_append(&b, INT64_C(1577836800000) + i * interval_ms(iv), open, high, low, close,
                         1))
            return err_set(e, ERR_INTERNAL, "out of memory");
        price = close;
    }
    enum err_code rc = market_import(s, word(o, "symbol", "TEST"), iv, &b, NULL, NULL, e);
    bars_release(&b);
    return rc;
}

static enum err_code submit(struct store *s, struct json_object *o, struct err *e) {
    struct json_object *params = json_get_object(o, "params", e);
    struct backtest b = {.kind = "backtest", .open = true, .created_ms = clock_now_ms()};
    int64_t priority = 0;
    if (!params)
        return err_set(e, ERR_INVALID, "params");
    (void)json_get_int(params, "priority", &priority, NULL);
    b.updated_ms = b.created_ms;
    b.priority = (int)priority;
    snprintf(b.id, sizeof b.id, "%s", word(o, "id", ""));
    snprintf(b.user_id, sizeof b.user_id, "%s", word(o, "user", "local"));
    snprintf(b.symbol, sizeof b.symbol, "%s", word(params, "symbol", "TEST"));
    b.params = json_text(params);
    enum err_code rc = store_backtest_insert(s, &b, e);
    backtest_release(&b);
    return rc;
}

static enum err_code end(struct store *s, struct json_object *o, struct err *e) {
    struct result r = {.completed_ms = clock_now_ms()};
    char error[] = "Cancelled";
    if (!run_status_parse(word(o, "status", "cancelled"), &r.status))
        return err_set(e, ERR_INVALID, "status");
    snprintf(r.id, sizeof r.id, "%s", word(o, "id", ""));
    snprintf(r.user_id, sizeof r.user_id, "%s", word(o, "user", "local"));
    r.error = error;
    return run_end(s, &r, NULL, 0, e);
}

static void put_attempts(struct json_out *j, struct store *s, const char *id) {
    struct attempt a;
    json_key(j, "attempts");
    json_begin(j, '[');
    for (int n = 1; store_attempt_get(s, id, n, &a, NULL) == ERR_NONE; n++) {
        static const char *const ends[] = {"live", "done", "lost", "retry", "released"};
        json_begin(j, '{');
        json_put_int(j, "n", a.n);
        json_put_string(j, "owner", a.owner);
        json_put_string(j, "end", ends[a.end]);
        json_put_int(j, "beat", a.beat);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static enum err_code read_back(struct store *s, struct json_object *o, struct buf *out,
                               struct err *e) {
    const char *id = word(o, "id", "");
    struct backtest b, stored;
    struct result r;
    struct json_out j;
    enum err_code rc = run_read(s, NULL, id, &b, e);
    if (rc == ERR_NONE)
        rc = store_backtest_get(s, NULL, id, &stored, e);
    if (rc != ERR_NONE)
        return rc;
    json_out_init(&j, out);
    json_begin(&j, '{');
    json_put_string(&j, "id", id);
    json_put_string(&j, "status", run_status_name(b.status));
    json_put_string(&j, "cached", run_status_name(stored.status));
    json_put_string(&j, "error", b.error);
    json_put_double(&j, "progress", b.progress);
    json_put_bool(&j, "open", stored.open);
    if (store_result_get(s, NULL, id, true, &r, NULL) == ERR_NONE) {
        json_put_string(&j, "code", r.code);
        json_put_int(&j, "endedBy", r.attempt);
        json_put_raw(&j, "summary", r.summary);
        json_put_raw(&j, "body", r.body);
        result_release(&r);
    }
    put_attempts(&j, s, id);
    json_end(&j, '}');
    backtest_release(&b);
    backtest_release(&stored);
    return ERR_NONE;
}

static void answer(struct store *s, const char *line, struct buf *out) {
    struct err e = {0};
    struct json_object *o = json_parse(line, strcspn(line, "\n"), &e);
    const char *what = o ? word(o, "do", "") : "";
    enum err_code rc = ERR_INVALID;
    if (strcmp(what, "candles") == 0)
        rc = candles(s, o, &e);
    else if (strcmp(what, "submit") == 0)
        rc = submit(s, o, &e);
    else if (strcmp(what, "end") == 0)
        rc = end(s, o, &e);
    else if (strcmp(what, "read") == 0)
        rc = read_back(s, o, out, &e);
    else if (strcmp(what, "delete") == 0)
        rc = store_backtest_delete(s, NULL, word(o, "id", ""), &e);
    if (rc != ERR_NONE || out->len == 0) {
        struct json_out j;
        json_out_init(&j, out);
        json_begin(&j, '{');
        json_put_string(&j, rc == ERR_NONE ? "ok" : "failed", rc == ERR_NONE ? what : err_word(rc));
        json_put_string(&j, "message", rc == ERR_NONE ? "" : e.message);
        json_end(&j, '}');
    }
    json_object_put(o);
}

int main(int argc, char **argv) {
    static char line[LINE_MAX_BYTES];
    struct store_options options = {.sync_full = false, .timeout_ms = 3000, .program = "job_tool"};
    struct buf out;
    struct err e;
    struct store *s = argc == 2 ? store_open(argv[1], &options, &e) : NULL;
    if (!s) {
        fprintf(stderr, "%s\n", argc == 2 ? e.message : "usage: job_tool STORE-URI");
        return EXIT_FAILURE;
    }
    buf_init(&out, LINE_MAX_BYTES * 4);
    while (fgets(line, sizeof line, stdin)) {
        buf_clear(&out);
        answer(s, line, &out);
        puts(out.data);
        fflush(stdout);
    }
    buf_release(&out);
    store_close(s);
    return EXIT_SUCCESS;
}
