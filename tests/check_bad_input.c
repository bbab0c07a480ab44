/* tests/data/bad_input.tsv: every wrong request gets its status, a problem with the place, and
 * leaves nothing in the store. */
#include <ctype.h>

#include "fcgi/res.h"
#include "lib/http.h"
#include "tests/api_world.h"
#include "tests/suite.h"

static const struct route *const routes[] = {
    submit_routes,   backtest_routes, result_routes, function_routes,
    strategy_routes, symbol_routes,   candle_routes, NULL,
};

#define COLUMNS 6
enum { STATUS, POINTER, CODE, REQUEST, TYPE, BODY };

#define GOOD "{\"symbol\":\"X\",\"interval\":\"1d\",\"strategies\":[\"sma\"]}"

/* \n \t \\ \xHH in place. */
static size_t unescape(char *s) {
    char *out = s;
    const char *start = s;
    while (*s) {
        if (*s != '\\') {
            *out++ = *s++;
            continue;
        }
        s++;
        if (*s == 'x') {
            int byte = http_hex(s + 1);
            ck_assert_int_ge(byte, 0);
            *out++ = (char)byte;
            s += 3;
        } else {
            *out++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
            s++;
        }
    }
    *out = '\0';
    return (size_t)(out - start);
}

/* "-": none. "@N TEXT": TEXT N times. "&{…}": the good request with these members. */
static void make_body(char *text, struct buf *out) {
    struct err e;
    buf_clear(out);
    if (text[0] == '@') {
        char *rest;
        long n = strtol(text + 1, &rest, 10);
        for (long i = 0; i < n; i++)
            buf_str(out, rest + 1);
    } else if (text[0] == '&') {
        struct json_object *good = json_parse(GOOD, strlen(GOOD), &e);
        struct json_object *patch = json_parse(text + 1, strlen(text + 1), &e);
        ck_assert_msg(good && patch, "%s: %s", text, e.message);
        json_object_object_foreach(patch, key, value) {
            json_object_object_add(good, key, json_object_get(value));
        }
        char *made = json_text(good);
        buf_str(out, made);
        free(made);
        json_object_put(patch);
        json_object_put(good);
    } else {
        buf_add(out, text, unescape(text));
    }
    ck_assert(!out->failed);
}

static void nothing_stored(struct world *w, const char *line) {
    struct backtest_filter all = {.limit = 1};
    struct backtest_list found;
    struct series_list series;
    ck_assert_int_eq(store_backtest_list(w->app.store, &all, &found, NULL), ERR_NONE);
    ck_assert_msg(found.n == 0, "%s: a backtest was stored", line);
    backtest_list_release(&found);
    ck_assert_int_eq(store_series(w->app.store, NULL, &series, NULL), ERR_NONE);
    ck_assert_msg(series.n == 0, "%s: candles were stored", line);
    series_list_release(&series);
}

/* One row; what is wrong goes to *wrong, so that one run shows all of them. */
static void run_row(struct world *w, char *line, struct buf *wrong) {
    char *column[COLUMNS], copy[400], *rest = line;
    struct buf body;
    snprintf(copy, sizeof copy, "%s", line);
    for (int i = 0; i < COLUMNS; i++) {
        column[i] = rest ? strsep(&rest, "\t") : NULL;
        ck_assert_msg(column[i] != NULL, "fewer than %d columns: %s", COLUMNS, copy);
    }
    buf_init(&body, 1U << 20);
    bool bodied = strcmp(column[BODY], "-") != 0;
    if (bodied)
        make_body(column[BODY], &body);
    char *uri = strchr(column[REQUEST], ' ');
    ck_assert_ptr_nonnull(uri);
    *uri++ = '\0';
    int status =
        world_bytes(w, column[REQUEST], uri, strcmp(column[TYPE], "-") != 0 ? column[TYPE] : NULL,
                    bodied ? body.data : NULL, body.len, NULL);
    buf_release(&body);
    const char *pointer = strcmp(column[POINTER], "\"\"") == 0 ? "" : column[POINTER];
    struct json_object *errors = world_at(w, "/errors");
    size_t entries = errors ? json_object_array_length(errors) : 0;
    bool good = status == (int)strtol(column[STATUS], NULL, 10) && w->res.type &&
                strcmp(w->res.type, "application/problem+json") == 0 &&
                world_int(w, "/status") == status &&
                strcmp(world_text(w, "/code"), column[CODE]) == 0;
    if (strcmp(pointer, "-") == 0)
        good = good && entries == 0;
    else
        good = good && entries == 1 && strcmp(world_text(w, "/errors/0/pointer"), pointer) == 0;
    if (!good)
        buf_fmt(wrong, "%s\n    %d %s %s %s\n", copy, status, world_text(w, "/errors/0/pointer"),
                world_text(w, "/code"), world_text(w, "/detail"));
    nothing_stored(w, copy);
}

START_TEST(refuses_every_row) {
    struct world w;
    struct buf wrong;
    char path[500], *line = NULL;
    size_t size = 0;
    int rows = 0;
    const char *srcdir = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/data/bad_input.tsv", srcdir ? srcdir : ".");
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    world_open(&w, routes);
    buf_init(&wrong, 1U << 20);
    for (ssize_t len; (len = getline(&line, &size, f)) > 0;) {
        if (line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        run_row(&w, line, &wrong);
        rows++;
    }
    fclose(f);
    free(line);
    if (wrong.len > 0) /* more than Check's messages hold */
        fputs(wrong.data, stderr);
    ck_assert_uint_eq(wrong.len, 0);
    ck_assert_int_ge(rows, 80);
    buf_release(&wrong);
    world_close(&w);
}
END_TEST

/* The table stands on a good request. */
START_TEST(accepts_the_good_one) {
    struct world w;
    world_open(&w, routes);
    ck_assert_int_eq(world_call(&w, "POST", "/api/algo/backtest", "application/json", GOOD, NULL),
                     202);
    world_close(&w);
}
END_TEST

SUITE_MAIN("bad_input", refuses_every_row, accepts_the_good_one)
