#include "lib/http.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

static struct http_req req;
static struct err e;

static enum err_code init(const char *const *env) {
    buf_release(&req.body);
    memset(&req, 0, sizeof req);
    return http_req_init(&req, (char *const *)(uintptr_t)env, &e);
}

#define POST      "REQUEST_METHOD=POST", "REQUEST_URI=/api/x"
#define INIT(...) init((const char *const[]){__VA_ARGS__, NULL})

START_TEST(reads_the_environment) {
    ck_assert_int_eq(INIT("REQUEST_METHOD=PUT", "REQUEST_URI=/api/a/b%20c?x=1", "QUERY_STRING=x=1",
                          "HTTP_HOST=h", "CONTENT_LENGTH=5", "HTTP_X_REQUEST_ID=abc.1_-Z", "ODD"),
                     ERR_NONE);
    ck_assert_int_eq(req.method, HTTP_PUT);
    ck_assert_str_eq(req.path, "/api/a/b c");
    ck_assert_str_eq(req.prefix, "");
    ck_assert_str_eq(req.query, "x=1");
    ck_assert_str_eq(req.host, "h");
    ck_assert_int_eq(req.content_length, 5);
    ck_assert(!req.body_done && !req.forwarded && !req.chunked);
    ck_assert_str_eq(req.request_id, "abc.1_-Z");
}
END_TEST

START_TEST(takes_the_path_apart) {
    static const struct {
        const char *uri, *script, *info, *path, *prefix; /* path NULL: refused */
    } rows[] = {
        {"/api/x", "", "", "/api/x", ""},
        {"/sub/dir/api/x?y=/api/z", "", "", "/api/x", "/sub/dir"},
        {"/sub%20dir/api/x", "", "", NULL, ""},
        {"/s%0d%0aSet-Cookie:a/api/x", "", "", NULL, ""},
        {"/api/%41", "", "", "/api/A", ""},
        {"/api/%4", "", "", NULL, ""},
        {"/api/%4g", "", "", NULL, ""},
        {"/api/%", "", "", NULL, ""},
        {"/api/a%00b", "", "", NULL, ""},
        {"http://h/api/x", "/api", "/y", "/api/y", ""},
        {"", "/cgi-bin/algo.fcgi", "/api/x", "/api/x", "/cgi-bin/algo.fcgi"},
        {"/other", "", "", "/other", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char uri[200], script[80], info[80];
        snprintf(uri, sizeof uri, "REQUEST_URI=%s", rows[i].uri);
        snprintf(script, sizeof script, "SCRIPT_NAME=%s", rows[i].script);
        snprintf(info, sizeof info, "PATH_INFO=%s", rows[i].info);
        enum err_code code = INIT("REQUEST_METHOD=GET", uri, script, info);
        ck_assert_msg(code == (rows[i].path ? ERR_NONE : ERR_INVALID), "%s", rows[i].uri);
        if (rows[i].path) {
            ck_assert_str_eq(req.path, rows[i].path);
            ck_assert_str_eq(req.prefix, rows[i].prefix);
        }
    }
    char longest[HTTP_PATH_MAX + 40] = "REQUEST_URI=/api/";
    memset(longest + strlen(longest), 'a', HTTP_PATH_MAX);
    ck_assert_int_eq(INIT("REQUEST_METHOD=GET", longest), ERR_INVALID);
}
END_TEST

START_TEST(makes_request_ids) {
    char first[HTTP_REQUEST_ID];
    static const char *const bad[] = {"", "a b", "a\nb", "a;b", "\xc3\xa4"};
    ck_assert_int_eq(INIT("REQUEST_METHOD=GET", "REQUEST_URI=/api/"), ERR_NONE);
    memcpy(first, req.request_id, sizeof first);
    ck_assert_uint_gt(strlen(first), 10);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[100];
        snprintf(line, sizeof line, "HTTP_X_REQUEST_ID=%s", bad[i]);
        INIT("REQUEST_METHOD=GET", "REQUEST_URI=/api/", line);
        ck_assert_str_ne(req.request_id, bad[i]);
        ck_assert_str_ne(req.request_id, first);
    }
    char longest[100] = "HTTP_X_REQUEST_ID=";
    char *end = longest + strlen(longest);
    memset(end, 'x', 64);
    INIT("REQUEST_METHOD=GET", longest);
    ck_assert_uint_eq(strlen(req.request_id), 64);
    ck_assert_int_eq(req.request_id[63], 'x');
    end[64] = 'x';
    INIT("REQUEST_METHOD=GET", longest);
    ck_assert_int_ne(req.request_id[0], 'x');
}
END_TEST

START_TEST(sees_proxies) {
    static const char *const lines[] = {"HTTP_FORWARDED=for=1.2.3.4", "HTTP_VIA=1.1 p",
                                        "HTTP_X_FORWARDED_FOR=1.2.3.4", "HTTP_X_FORWARDED_HOST=h",
                                        "HTTP_X_FORWARDED_ANYTHING="};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        INIT("REQUEST_METHOD=GET", lines[i]);
        ck_assert_msg(req.forwarded, "%s", lines[i]);
    }
    INIT("REQUEST_METHOD=GET", "HTTP_X_FORWARD=1", "HTTP_VIAL=1");
    ck_assert(!req.forwarded);
}
END_TEST

/* --- bodies ----------------------------------------------------------------------------------- */

struct source {
    const char *text;
    size_t step; /* at most so many bytes a read */
    bool breaks; /* an error instead of the end */
};

static long source_read(void *arg, char *buf, size_t len) {
    struct source *s = arg;
    size_t n = strlen(s->text);
    if (n == 0 && s->breaks)
        return -1;
    if (n > len)
        n = len;
    if (n > s->step)
        n = s->step;
    memcpy(buf, s->text, n);
    s->text += n;
    return (long)n;
}

START_TEST(reads_bodies) {
    static const struct {
        const char *announced, *sent;
        size_t max;
        bool breaks;
        enum err_code code;
    } rows[] = {
        {"CONTENT_LENGTH=5", "12345", 5, false, ERR_NONE},
        {"CONTENT_LENGTH=5", "12345", 4, false, ERR_TOO_LARGE},
        {"CONTENT_LENGTH=5", "1234", 9, false, ERR_INVALID},
        {"CONTENT_LENGTH=5", "1234", 9, true, ERR_INVALID},
        {"CONTENT_LENGTH=3", "12345", 9, false, ERR_NONE}, /* the rest is not ours */
        {"HTTP_TRANSFER_ENCODING=chunked", "12345", 5, false, ERR_NONE},
        {"HTTP_TRANSFER_ENCODING=chunked", "123456", 5, false, ERR_TOO_LARGE},
        {"HTTP_TRANSFER_ENCODING=chunked", "", 5, false, ERR_NONE},
        {"CONTENT_LENGTH=0", "12345", 5, false, ERR_NONE},
        {"NO=BODY", "12345", 5, false, ERR_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step <= 8; step += 7) {
            struct source source = {rows[i].sent, step, rows[i].breaks};
            ck_assert_int_eq(INIT(POST, rows[i].announced), ERR_NONE);
            req.read = source_read;
            req.read_arg = &source;
            enum err_code code = http_read_body(&req, rows[i].max, &e);
            ck_assert_msg(code == rows[i].code, "row %zu", i);
        }
    ck_assert_int_eq(INIT(POST, "CONTENT_LENGTH=9999999999999"), ERR_NONE);
    ck_assert_int_eq(http_read_body(&req, 100, &e), ERR_TOO_LARGE);
    ck_assert_uint_eq(req.body.cap, 0); /* a header alone costs no memory */
    static const char *const bad[] = {"CONTENT_LENGTH=-1", "CONTENT_LENGTH=1x", "CONTENT_LENGTH= 1",
                                      "CONTENT_LENGTH=99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(INIT(POST, bad[i]) == ERR_INVALID && strcmp(e.word, "content_length") == 0,
                      "%s", bad[i]);
}
END_TEST

START_TEST(drains_what_is_left) {
    struct source source = {"0123456789", 3, false};
    INIT("REQUEST_METHOD=POST", "CONTENT_LENGTH=10");
    req.read = source_read;
    req.read_arg = &source;
    http_drain(&req, 7);
    ck_assert_str_eq(source.text, "789");
    http_drain(&req, 100);
    ck_assert_str_eq(source.text, "");
}
END_TEST

/* --- queries ---------------------------------------------------------------------------------- */

static const struct query_key keys[] = {
    {.name = "text", .type = QUERY_TEXT, .min = 1, .max = 8},
    {.name = "as", .type = QUERY_INT, .min = 1, .max = 500},
    {.name = "when", .type = QUERY_TIME},
    {.name = "word", .type = QUERY_WORD, .words = "json|csv"},
    {.name = "userId", .type = QUERY_USER},
    {.name = "symbol", .type = QUERY_SYMBOL},
    {.name = "interval", .type = QUERY_INTERVAL},
    {0},
};

START_TEST(judges_queries) {
    static const struct {
        const char *query, *pointer, *word; /* pointer NULL: fine */
    } rows[] = {
        {"", NULL, ""},
        {"text=a&as=5&when=2024-01-01&word=csv&userId=u@x&symbol=BTC:X&interval=1M", NULL, ""},
        {"text=a+b%26", NULL, ""},
        {"%74ext=a", NULL, ""},
        {"text=%C3%A4", NULL, ""},
        {"as=1&", NULL, ""},
        {"a=1", "?a", "unknown_key"}, /* no prefix is taken for the key */
        {"asx=1", "?asx", "unknown_key"},
        {"AS=1", "?AS", "unknown_key"},
        {"=1", "?", "unknown_key"},
        {"&as=1", "?", "unknown_key"},
        {"as=1&as=1", "?as", "duplicate_key"},
        {"as=1&%61s=1", "?as", "duplicate_key"},
        {"as", "?as", "bad_value"},
        {"as=", "?as", "bad_value"},
        {"as=0", "?as", "bad_value"},
        {"as=501", "?as", "bad_value"},
        {"as=+5", "?as", "bad_value"},
        {"as=5x", "?as", "bad_value"},
        {"as=5.0", "?as", "bad_value"},
        {"as=99999999999999999999", "?as", "bad_value"},
        {"text=", "?text", "bad_value"},
        {"text=123456789", "?text", "bad_value"},
        {"text=a%00b", "?text", "bad_escape"},
        {"text=a%0Ab", "?text", "bad_escape"},
        {"text=a%", "?text", "bad_escape"},
        {"text=a%4", "?text", "bad_escape"},
        {"text=a%zz", "?text", "bad_escape"},
        {"text=%C3", "?text", "bad_escape"},
        {"text=%C0%80", "?text", "bad_escape"},
        {"%00=1", "?", "bad_escape"},
        {"when=yesterday", "?when", "bad_value"},
        {"when=2024-13-01", "?when", "bad_value"},
        {"word=JSON", "?word", "bad_value"},
        {"word=jso", "?word", "bad_value"},
        {"word=json|csv", "?word", "bad_value"},
        {"userId=a%20b", "?userId", "bad_value"},
        {"userId=", "?userId", "bad_value"},
        {"symbol=a/b", "?symbol", "bad_value"},
        {"interval=1H", "?interval", "bad_value"},
        {"interval=7m", "?interval", "bad_value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[300];
        snprintf(line, sizeof line, "QUERY_STRING=%s", rows[i].query);
        INIT("REQUEST_METHOD=GET", line);
        enum err_code code = http_query(&req, keys, &e);
        ck_assert_msg(code == (rows[i].pointer ? ERR_INVALID : ERR_NONE), "%s", rows[i].query);
        if (rows[i].pointer) {
            ck_assert_msg(strcmp(e.pointer, rows[i].pointer) == 0, "%s: %s", rows[i].query,
                          e.pointer);
            ck_assert_msg(strcmp(e.word, rows[i].word) == 0, "%s: %s", rows[i].query, e.word);
        }
    }
}
END_TEST

START_TEST(gives_values_by_name) {
    INIT("REQUEST_METHOD=GET",
         "QUERY_STRING=text=a+b%26&as=500&when=1970-01-02&word=csv&interval=1m");
    ck_assert_int_eq(http_query(&req, keys, &e), ERR_NONE);
    ck_assert_str_eq(http_text(&req, "text"), "a b&");
    ck_assert_int_eq(http_number(&req, "as", 7), 500);
    ck_assert_int_eq(http_number(&req, "when", 7), 86400000);
    ck_assert_int_eq(http_number(&req, "word", 7), 1);
    ck_assert_int_eq(http_number(&req, "interval", 7), 0);
    ck_assert_ptr_null(http_text(&req, "symbol"));
    ck_assert_int_eq(http_number(&req, "symbol", 7), 7);
}
END_TEST

START_TEST(bounds_queries) {
    char line[QUERY_MAX + 40] = "QUERY_STRING=text=";
    memset(line + strlen(line), 'a', QUERY_MAX);
    INIT("REQUEST_METHOD=GET", line);
    ck_assert_int_eq(http_query(&req, keys, &e), ERR_INVALID);
    ck_assert_str_eq(e.word, "too_long");
    static const struct query_key needs[] = {
        {.name = "symbol", .type = QUERY_SYMBOL, .required = true}, {0}};
    INIT("REQUEST_METHOD=GET");
    ck_assert_int_eq(http_query(&req, needs, &e), ERR_INVALID);
    ck_assert_str_eq(e.pointer, "?symbol");
    ck_assert_str_eq(e.word, "required");
    ck_assert_int_eq(http_query(&req, NULL, &e), ERR_NONE);
}
END_TEST

/* --- media types ------------------------------------------------------------------------------ */

START_TEST(knows_content_types) {
    static const char *const good[] = {"application/json", "Application/JSON",
                                       "application/json; charset=utf-8",
                                       "application/json;charset=\"UTF-8\"", "application/json ;"};
    static const char *const bad[] = {"",
                                      "text/plain",
                                      "application/jsonx",
                                      "application/json+x",
                                      "application/json; charset=latin1",
                                      "application/json; charset=utf-16",
                                      "application/json, text/plain",
                                      "application/json; x=y",
                                      "application"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(http_content_is(good[i], "application/json"), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!http_content_is(bad[i], "application/json"), "%s", bad[i]);
    ck_assert(!http_content_is(NULL, "application/json"));
}
END_TEST

START_TEST(weighs_accept) {
    static const struct {
        const char *accept;
        int json, csv; /* quality */
    } rows[] = {
        {NULL, 1000, 1000},
        {"", 1000, 1000},
        {"*/*", 1000, 1000},
        {"text/csv", 0, 1000},
        {"TEXT/CSV", 0, 1000},
        {"text/*", 0, 1000},
        {"application/json;q=0.5, text/csv;q=0.25", 500, 250},
        {"text/csv;q=0, */*", 1000, 0},
        {"*/*;q=0.1, text/csv", 100, 1000},
        {"text/html, application/xhtml+xml, */*;q=0.8", 800, 800},
        {"application/json ; q=0.001", 1, 0},
        {"application/jsonx, text/csvx, image/*", 0, 0},
        {"application/*;q=1.0", 1000, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int rank;
        ck_assert_msg(http_accepts(rows[i].accept, "application", "json", &rank) == rows[i].json,
                      "%s", rows[i].accept);
        ck_assert_msg(http_accepts(rows[i].accept, "text", "csv", &rank) == rows[i].csv, "%s",
                      rows[i].accept);
    }
}
END_TEST

/* --- answers ---------------------------------------------------------------------------------- */

START_TEST(writes_heads) {
    struct http_res s;
    struct buf out;
    http_res_init(&s);
    buf_init(&out, 10000);
    INIT("REQUEST_METHOD=GET", "HTTP_X_REQUEST_ID=rid");
    s.status = 202;
    s.type = "application/json";
    buf_str(&s.body, "{}");
    http_header(&s, "Location", "/api/x");
    http_header(&s, "X-Bad", "a\r\nSet-Cookie: b");
    http_write_head(&req, &s, &out);
    ck_assert_str_eq(out.data, "Status: 202 Accepted\r\n"
                               "Content-Type: application/json\r\nContent-Length: 2\r\n"
                               "Location: /api/x\r\n"
                               "Cache-Control: no-store\r\n"
                               "X-Content-Type-Options: nosniff\r\n"
                               "X-Request-Id: rid\r\n\r\n");
    http_res_clear(&s);
    ck_assert_int_eq(s.status, 200);
    s.status = 304;
    s.storable = true;
    http_etag(&s, "x", 1);
    buf_clear(&out);
    http_write_head(&req, &s, &out);
    ck_assert_ptr_null(strstr(out.data, "Content-Type: "));
    ck_assert_ptr_nonnull(strstr(out.data, "ETag: \""));
    ck_assert_ptr_nonnull(strstr(out.data, "Cache-Control: private, no-cache\r\n"));
    http_res_release(&s);
    buf_release(&out);
}
END_TEST

START_TEST(compares_etags) {
    struct http_res s;
    http_res_init(&s);
    snprintf(s.etag, sizeof s.etag, "\"abc\"");
    static const struct {
        const char *header;
        bool same;
    } rows[] = {
        {"\"abc\"", true},
        {"W/\"abc\"", true},
        {"\"x\", \"abc\"", true},
        {"*", true},
        {"\"ab\"", false},
        {"\"abcd\"", false},
        {"abc", false},
        {"", false},
        {"\"x,abc\"", false},
        {"\"x\",W/\"abc\"", true},
        {"\"", false},
        {"W/", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[80];
        snprintf(line, sizeof line, "HTTP_IF_NONE_MATCH=%s", rows[i].header);
        INIT("REQUEST_METHOD=GET", line);
        ck_assert_msg(http_not_modified(&req, &s) == rows[i].same, "%s", rows[i].header);
    }
    INIT("REQUEST_METHOD=GET");
    ck_assert(!http_not_modified(&req, &s));
    http_res_release(&s);
}
END_TEST

START_TEST(escapes_values) {
    struct buf out;
    buf_init(&out, 100);
    http_escape(&out, "a b&c=\xc3\xa4/\r\n~");
    ck_assert_str_eq(out.data, "a%20b%26c%3D%C3%A4%2F%0D%0A~");
    buf_release(&out);
}
END_TEST

SUITE_MAIN("http", reads_the_environment, takes_the_path_apart, makes_request_ids, sees_proxies,
           reads_bodies, drains_what_is_left, judges_queries, gives_values_by_name, bounds_queries,
           knows_content_types, weighs_accept, writes_heads, compares_etags, escapes_values)
