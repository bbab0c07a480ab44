/* CSV to bars: headers and stamps of every kind, exact numbers, errors by line and column, and the
 * real files where they are there. */
#include "lib/csv.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/id.h"
#include "lib/json.h"
#include "lib/limits.h"

#include "tests/suite.h"

static enum err_code read_text(const char *text, struct bars *b, struct err *e) {
    return csv_read(text, strlen(text), b, e);
}

static struct bars good(const char *text) {
    struct bars b;
    struct err e = {0};
    ck_assert_msg(read_text(text, &b, &e) == ERR_NONE, "%s\nin: %s", e.message, text);
    size_t bar;
    ck_assert_ptr_null(bars_check(&b, &bar));
    return b;
}

START_TEST(columns_in_any_case_and_order) {
    static const char *const texts[] = {
        "time,open,high,low,close,volume\n1000,2,4,1,3,9\n",
        "CLOSE,Volume,LOW,high,Open,Timestamp\n3,9,1,4,2,1000",
        ",Open,High,Low,Close,Volume\r\n1000,2,4,1,3,9\r\n\r\n",
        "\xef\xbb\xbf\"date\",\"open\",\"high\",\"low\",\"close\",\"volume\"\n"
        "\"1000\",\"2\",\"4\",\"1\",\"3\",\"9\"\n",
        "datetime;open;high;low;close;volume\n1000;2;4;1;3;9\n",
        "open_time\topen\thigh\tlow\tclose\tvolume\tclose_"
        "time\tignore\n1000\t2\t4\t1\t3\t9\t7\tx\n",
        "\n  \nsymbol, time , open,high,low,close,volume\n\"a,\"\"b\", 1000 , +2.0 ,4,1,3e0, 9\n\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bars b = good(texts[i]);
        ck_assert_uint_eq(b.n, 1);
        ck_assert_int_eq(b.t[0], 1000000);
        ck_assert_double_eq(b.o[0], 2);
        ck_assert_double_eq(b.h[0], 4);
        ck_assert_double_eq(b.l[0], 1);
        ck_assert_double_eq(b.c[0], 3);
        ck_assert_double_eq(b.v[0], 9);
        bars_release(&b);
    }
    struct bars b = good("time,open,high,low,close\n0,1,1,1,1\n");
    ck_assert_double_eq(b.v[0], 0);
    bars_release(&b);
}
END_TEST

START_TEST(stamps_of_every_kind) {
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"2024-01-02", 1704153600000},
        {"20240102", 1704153600000},
        {"2024-01-02 03:04", 1704164640000},
        {"2024-01-02 03:04:05", 1704164645000},
        {"2024-01-02T03:04:05Z", 1704164645000},
        {"2024-01-02T03:04:05+02:00", 1704157445000},
        {"2024-01-02 03:04:05.678901", 1704164645678},
        {"2024-01-02 03:04:05.5-05:00", 1704182645500},
        {"1704164645", 1704164645000},
        {"1704164645.25", 1704164645250},
        {"1704164645678", 1704164645678},
        {"1704164645678901", 1704164645678},
        {"1704164645678901234", 1704164645678},
        {"0", 0},
        {"-86400", -86400000},
        {"1969-12-31", -86400000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct csv_day day = {.known = false};
        const char *end = rows[i].text + strlen(rows[i].text);
        int64_t ms = 1;
        ck_assert_msg(csv_stamp(rows[i].text, end, &day, &ms) == end, "%s", rows[i].text);
        ck_assert_msg(ms == rows[i].ms, "%s gives %lld", rows[i].text, (long long)ms);
        ck_assert_msg(csv_stamp(rows[i].text, end, &day, &ms) == end, "%s again", rows[i].text);
        ck_assert_int_eq(ms, rows[i].ms);
    }
    static const char *const bad[] = {"",
                                      "x",
                                      "2024-13-01",
                                      "2024-02-30",
                                      "2024-01-01 24:00:00",
                                      "2024-01-01 10:00:00.",
                                      "2024-01-01 1:00",
                                      "2024-01-01 10:00:00 CET",
                                      "2024-01-01x",
                                      "12345678901234567890",
                                      "1e9",
                                      "-"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct csv_day day = {.known = false};
        const char *end = bad[i] + strlen(bad[i]);
        int64_t ms;
        ck_assert_msg(csv_stamp(bad[i], end, &day, &ms) != end || bad[i] == end, "%s", bad[i]);
    }
}
END_TEST

static void number_is_right(const char *text) {
    double got = 0, want = strtod(text, NULL);
    const char *end = text + strlen(text);
    ck_assert_msg(csv_number(text, end, &got) == end, "%s", text);
    ck_assert_msg(memcmp(&got, &want, sizeof got) == 0, "%s gives %.17g, not %.17g", text, got,
                  want);
}

START_TEST(numbers_are_the_nearest_double) {
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "+1.5",
                                        ".5",
                                        "5.",
                                        "0.1",
                                        "46319.0",
                                        "2300413.7295",
                                        "9007199254740992",
                                        "9007199254740993",
                                        "9007199254740993.0000000000000000000001",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "99999999999999999999999999999999",
                                        "0.000000000000000000000000000012345",
                                        "1e22",
                                        "1e23",
                                        "8.5e-23",
                                        "123456789e-30",
                                        "2.2250738585072014e-308",
                                        "4.9e-324",
                                        "1.7976931348623157e308",
                                        "1e400",
                                        "1e-400",
                                        "1E+5",
                                        "0.30000000000000004",
                                        "1e99999999999999",
                                        "00000000000000000000000000000001.5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        number_is_right(texts[i]);

    uint64_t x = 88172645463325252u; /* xorshift: the same texts on every run */
    for (int i = 0; i < 20000; i++) {
        char text[64];
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        double v = (double)(x >> 11) / 9007199254740992.0 * 1e6;
        snprintf(text, sizeof text, "%.*f", (int)(x % 19), v);
        number_is_right(text);
        snprintf(text, sizeof text, "%.*e", (int)(x % 21), v * 1e-9);
        number_is_right(text);
    }
    static const char *const bad[] = {"", ".", "-", "e5", "1e", "1e+", "nan", "inf", "abc", " 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v;
        const char *end = bad[i] + strlen(bad[i]);
        const char *got = csv_number(bad[i], end, &v);
        ck_assert_msg(!got || got != end || bad[i] == end, "%s", bad[i]);
    }
    double v;
    const char *text = "12,3"; /* stops at the delimiter, looks no further than end */
    ck_assert_ptr_eq(csv_number(text, text + 4, &v), text + 2);
    ck_assert_ptr_eq(csv_number(text, text + 1, &v), text + 1);
    ck_assert_double_eq(v, 1);
}
END_TEST

START_TEST(falling_rows_are_turned_around) {
    for (int n = 2; n <= 5; n++) {
        char text[256];
        int len = snprintf(text, sizeof text, "time,open,high,low,close\n");
        for (int i = n; i >= 1; i--)
            len += snprintf(text + len, sizeof text - (size_t)len, "%d,%d,%d,%d,%d\n", i * 60, i, i,
                            i, i);
        struct bars b = good(text);
        ck_assert_uint_eq(b.n, (size_t)n);
        for (int i = 0; i < n; i++) {
            ck_assert_int_eq(b.t[i], (i + 1) * 60000);
            ck_assert_double_eq(b.c[i], i + 1);
        }
        bars_release(&b);
    }
}
END_TEST

#define HEAD "time,open,high,low,close,volume\n"
#define ROW1 "60,2,4,1,3,9\n"

START_TEST(bad_text_is_named_by_line_and_column) {
    static const struct {
        const char *text, *pointer, *message;
        int line, column;
    } rows[] = {
        {"", "", "the file is empty", 0, 0},
        {"\n \n", "", "the file is empty", 0, 0},
        {"\xef\xbb\xbf", "", "the file is empty", 0, 0},
        {HEAD, "", "there are no rows below the header", 0, 0},
        {"\xff\xfet\0", "", "the file is UTF-16: save it as UTF-8", 0, 0},
        {"\x1f\x8b\x08", "", "the file is compressed: unpack it first", 0, 0},
        {"time,open,high,low\n", "/line/1",
         "line 1: the header has no column close (expected: "
         "time,open,high,low,close,volume)",
         1, 0},
        {"1704067200000,1,2,3,4,5\n", "/line/1",
         "line 1: the header has no column time (expected: "
         "time,open,high,low,close,volume)",
         1, 0},
        {"time,date,open,high,low,close\n", "/line/1",
         "line 1: two columns are the time, the second is 'date'", 1, 6},
        {"time,open,\"high\n", "/line/1", "line 1: a quote in the header is not closed", 1, 11},
        {HEAD ROW1 "120,2,4,x1,3,9\n", "/line/3/low", "line 3: low is no number: 'x1'", 3, 9},
        {HEAD ROW1 "120,2,4,1.5.5,3,9\n", "/line/3/low", "line 3: low is no number: '1.5.5'", 3, 9},
        {HEAD ROW1 "120,2,4,0x1p3,3,9\n", "/line/3/low", "line 3: low is no number: '0x1p3'", 3, 9},
        {HEAD ROW1 "120,2,4,null,3,9\n", "/line/3/low", "line 3: low is no number: 'null'", 3, 9},
        {HEAD ROW1 "120,2,4,,3,9\n", "/line/3/low", "line 3: low is missing", 3, 9},
        {HEAD ROW1 "120,2,4,1,3,\n", "/line/3/volume", "line 3: volume is missing", 3, 13},
        {HEAD ROW1 "120,2,4,\"1,3,9\n", "/line/3/low", "line 3: low has a quote that is not closed",
         3, 9},
        {HEAD ROW1 "120,2,4,\"1\"2,3,9\n", "/line/3/low", "line 3: low is no number: '\"1\"2'", 3,
         9},
        {HEAD ROW1 "120,2,4,\"a\",3,9\n", "/line/3/low", "line 3: low is no number: '\"a\"'", 3, 9},
        {HEAD ROW1 "2024-01-32,2,4,1,3,9\n", "/line/3/time",
         "line 3: time is no time: '2024-01-32'", 3, 1},
        {HEAD ROW1 "soon,2,4,1,3,9\n", "/line/3/time", "line 3: time is no time: 'soon'", 3, 1},
        {HEAD ROW1 "120,2,4,1,3\n", "/line/3", "line 3: fewer fields than the header has (6)", 3,
         12},
        {HEAD ROW1 "120,2,4,1,3,9,7\n", "/line/3", "line 3: more fields than the header has (6)", 3,
         14},
        {HEAD ROW1 "120,2,4,5,3,9\n", "/line/3/low", "line 3: low is above high", 3, 0},
        {HEAD ROW1 "120,5,4,1,3,9\n", "/line/3/open", "line 3: open is outside low and high", 3, 0},
        {HEAD ROW1 "120,2,4,1,.5,9\n", "/line/3/close", "line 3: close is outside low and high", 3,
         0},
        {HEAD ROW1 "120,2,4,0,3,9\n", "/line/3/low", "line 3: low is not above 0", 3, 0},
        {HEAD ROW1 "120,2,4,1,3,-9\n", "/line/3/volume", "line 3: volume is negative", 3, 0},
        {HEAD ROW1 "120,2,1e999,1,3,9\n", "/line/3/high", "line 3: high is larger than any number",
         3, 0},
        {HEAD ROW1 "\n60,2,4,1,3,9\n", "/line/4/time",
         "line 4: time 1970-01-01T00:01:00Z is already on line 2", 4, 1},
        {HEAD "180,2,4,1,3,9\n120,2,4,1,3,9\n120,2,4,1,3,9\n", "/line/4/time",
         "line 4: time 1970-01-01T00:02:00Z is already on line 3", 4, 1},
        {HEAD ROW1 "180,2,4,1,3,9\n120,2,4,1,3,9\n", "/line/4/time",
         "line 4: time 1970-01-01T00:02:00Z is before line 3 (1970-01-01T00:03:00Z), though the "
         "rows rise until there",
         4, 1},
        {HEAD "180,2,4,1,3,9\n120,2,4,1,3,9\n150,2,4,1,3,9\n", "/line/4/time",
         "line 4: time 1970-01-01T00:02:30Z is after line 3 (1970-01-01T00:02:00Z), though the "
         "rows fall until there",
         4, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bars b = {.n = 77};
        struct err e = {0};
        ck_assert_msg(read_text(rows[i].text, &b, &e) == ERR_UNPROCESSABLE, "%s", rows[i].text);
        ck_assert_str_eq(e.message, rows[i].message);
        ck_assert_str_eq(e.pointer, rows[i].pointer);
        ck_assert_msg(e.line == rows[i].line && e.column == rows[i].column, "%s: line %d column %d",
                      e.message, e.line, e.column);
        ck_assert_uint_eq(b.n, 77); /* untouched */
    }
}
END_TEST

START_TEST(huge_lines_and_cut_texts_end_well) {
    struct buf text;
    struct bars b;
    struct err e;
    buf_init(&text, 1 << 20);
    buf_str(&text, HEAD ROW1 "120,");
    for (int i = 0; i < CSV_LINE_MAX; i++)
        buf_char(&text, '1');
    ck_assert_int_eq(csv_read(text.data, text.len, &b, &e), ERR_UNPROCESSABLE);
    ck_assert_str_eq(e.message, "line 3: longer than any row of candles");
    buf_clear(&text);
    for (int i = 0; i <= CSV_LINE_MAX; i++)
        buf_char(&text, '"');
    ck_assert_int_eq(csv_read(text.data, text.len, &b, &e), ERR_UNPROCESSABLE);
    buf_release(&text);

    /* every prefix of a file, each in memory of exactly its size, so a sanitizer sees an overrun */
    const char *whole = "time,open,\"high\",low,close,volume,x\r\n"
                        "2024-01-01 00:00:00.000000,1.5,\"2.5\",1e0,2,123456789.25,\"q\"\"\"\r\n"
                        "2024-01-01T01:00:00+00:00,2,2,2,2,0,\r\n";
    size_t len = strlen(whole), accepted = 0;
    for (size_t cut = 0; cut <= len; cut++) {
        char *copy = malloc(cut ? cut : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, whole, cut);
        if (csv_read(copy, cut, &b, &e) == ERR_NONE) {
            accepted++;
            bars_release(&b);
        }
        free(copy);
    }
    ck_assert_uint_ge(accepted, 3);
}
END_TEST

static char *read_file(const char *name, size_t *ret_len) {
    const char *given = getenv("CANDLEMILL_SHARED"), *srcdir = getenv("srcdir");
    char path[512];
    if (given)
        snprintf(path, sizeof path, "%s/%s", given, name);
    else
        snprintf(path, sizeof path, "%s/../shared/data/%s", srcdir ? srcdir : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    struct buf b;
    buf_init(&b, 64 << 20);
    char *room;
    size_t got;
    while ((room = buf_room(&b, 1 << 16)) && (got = fread(room, 1, 1 << 16, f)) > 0)
        buf_grown(&b, got);
    fclose(f);
    *ret_len = b.len;
    return buf_detach(&b);
}

START_TEST(real_files_read_whole) {
    static const struct {
        const char *name;
        size_t n;
        int64_t first;
        double open, close, volume; /* of the first bar, the last, the last */
    } files[] = {
        {"GOOG-1d.csv", 2148, 1092873600000, 100, 806.19, 2175400},
        {"EURUSD-1h.csv", 5000, 1492592400000, 1.0716, 1.22904, 6143},
        {"BTCUSDT-PERP-1m.csv", 45031, 1640991660000, 46319.0, 38544.0, 685906.9735},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t len;
        char *text = read_file(files[i].name, &len);
        if (!text) {
            fprintf(stderr, "skipped: no ../shared/data/%s\n", files[i].name);
            continue;
        }
        struct bars b;
        struct err e = {0};
        int64_t before = clock_mono_us();
        ck_assert_msg(csv_read(text, len, &b, &e) == ERR_NONE, "%s: %s", files[i].name, e.message);
        double ns = (double)(clock_mono_us() - before) * 1e3 / (double)b.n;
        printf("%s: %zu rows, %.0f ns a row\n", files[i].name, b.n, ns);
        ck_assert_uint_eq(b.n, files[i].n);
        ck_assert_int_eq(b.t[0], files[i].first);
        ck_assert_double_eq(b.o[0], files[i].open);
        ck_assert_double_eq(b.c[b.n - 1], files[i].close);
        ck_assert_double_eq(b.v[b.n - 1], files[i].volume);
        bars_release(&b);
        free(text);
    }
}
END_TEST

SUITE_MAIN("csv", columns_in_any_case_and_order, stamps_of_every_kind,
           numbers_are_the_nearest_double, falling_rows_are_turned_around,
           bad_text_is_named_by_line_and_column, huge_lines_and_cut_texts_end_well,
           real_files_read_whole)
