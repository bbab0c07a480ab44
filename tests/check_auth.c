/* Trusted mode: one request that is right, and every way in which one can be wrong. */
#include "lib/auth.h"

#include <string.h>

#include "tests/suite.h"

static const struct auth_facts right = {.remote_addr = "127.0.0.1",
                                        .server_addr = "127.0.0.1",
                                        .host = "127.0.0.1:4000",
                                        .port = "4000",
                                        .method = "POST",
                                        .has_body = true,
                                        .content_type = "application/json"};

#define TRY(want, field, value)                                                                    \
    do {                                                                                           \
        struct auth_facts f = right;                                                               \
        struct err why = {0};                                                                      \
        f.field = value;                                                                           \
        ck_assert_msg(auth_trusted(&f, &why) == (want), "%s = %s: %s", #field, #value,             \
                      why.message);                                                                \
    } while (0)

START_TEST(the_own_machine_is_answered) {
    struct err e;
    ck_assert_int_eq(auth_trusted(&right, &e), ERR_NONE);
    TRY(ERR_NONE, remote_addr, "127.9.8.7");
    TRY(ERR_NONE, remote_addr, "::1");
    TRY(ERR_NONE, remote_addr, "::ffff:127.0.0.1");
    TRY(ERR_NONE, server_addr, "::1");
    TRY(ERR_NONE, host, "localhost:4000");
    TRY(ERR_NONE, host, "LOCALHOST:4000");
    TRY(ERR_NONE, host, "[::1]:4000");
    TRY(ERR_NONE, origin, "");
    TRY(ERR_NONE, origin, "http://127.0.0.1:4000");
    TRY(ERR_NONE, fetch_site, "same-origin");
    TRY(ERR_NONE, content_type, "application/json; charset=utf-8");
    TRY(ERR_NONE, content_type, "Text/CSV");
    struct auth_facts f = right;
    f.has_body = false;
    f.content_type = NULL;
    f.method = "GET";
    f.fetch_site = "none"; /* typed into the address bar */
    f.host = "localhost";
    f.port = "80";
    f.server_addr = NULL;
    f.no_server_addr = true;
    ck_assert_int_eq(auth_trusted(&f, &e), ERR_NONE);
    f.origin = "http://localhost";
    ck_assert_int_eq(auth_trusted(&f, &e), ERR_NONE);
}
END_TEST

START_TEST(all_else_is_refused) {
    TRY(ERR_FORBIDDEN, remote_addr, NULL);
    TRY(ERR_FORBIDDEN, remote_addr, "");
    TRY(ERR_FORBIDDEN, remote_addr, "10.0.0.1");
    TRY(ERR_FORBIDDEN, remote_addr, "127.0.0.1, 10.0.0.1");
    TRY(ERR_FORBIDDEN, remote_addr, "127.0.0.1 ");
    TRY(ERR_FORBIDDEN, remote_addr, "::2");
    TRY(ERR_FORBIDDEN, remote_addr, "::ffff:10.0.0.1");
    TRY(ERR_FORBIDDEN, remote_addr, "localhost");
    TRY(ERR_FORBIDDEN, server_addr, NULL);
    TRY(ERR_FORBIDDEN, server_addr, "192.168.1.2");
    TRY(ERR_FORBIDDEN, forwarded, true);
    TRY(ERR_FORBIDDEN, host, NULL);
    TRY(ERR_FORBIDDEN, host, "");
    TRY(ERR_FORBIDDEN, host, "evil.example:4000");
    TRY(ERR_FORBIDDEN, host, "localhost.evil.example:4000");
    TRY(ERR_FORBIDDEN, host, "127.0.0.1.nip.io:4000");
    TRY(ERR_FORBIDDEN, host, "127.0.0.2:4000");
    TRY(ERR_FORBIDDEN, host, "localhost");
    TRY(ERR_FORBIDDEN, host, "localhost:");
    TRY(ERR_FORBIDDEN, host, "localhost:4001");
    TRY(ERR_FORBIDDEN, host, "localhost:4000x");
    TRY(ERR_FORBIDDEN, host, "::1:4000");
    TRY(ERR_FORBIDDEN, host, "user@localhost:4000");
    TRY(ERR_FORBIDDEN, origin, "null");
    TRY(ERR_FORBIDDEN, origin, "http://evil.example");
    TRY(ERR_FORBIDDEN, origin, "https://127.0.0.1:4000");
    TRY(ERR_FORBIDDEN, origin, "http://localhost:4000"); /* the Host was 127.0.0.1 */
    TRY(ERR_FORBIDDEN, origin, "http://127.0.0.1:4001");
    TRY(ERR_FORBIDDEN, origin, "http://127.0.0.1:4000/");
    TRY(ERR_FORBIDDEN, fetch_site, "cross-site");
    TRY(ERR_FORBIDDEN, fetch_site, "same-site");
    TRY(ERR_FORBIDDEN, fetch_site, "none"); /* a POST is never typed */
    TRY(ERR_FORBIDDEN, fetch_site, "Same-Origin");
    TRY(ERR_MEDIA_TYPE, content_type, NULL);
    TRY(ERR_MEDIA_TYPE, content_type, "");
    TRY(ERR_MEDIA_TYPE, content_type, "text/plain");
    TRY(ERR_MEDIA_TYPE, content_type, "application/x-www-form-urlencoded");
    TRY(ERR_MEDIA_TYPE, content_type, "application/jsonp");
    TRY(ERR_MEDIA_TYPE, content_type, "text/plain; application/json");
}
END_TEST

START_TEST(says_what_was_wrong) {
    struct auth_facts f = right;
    struct err e;
    f.host = "evil.example:4000";
    ck_assert_int_eq(auth_trusted(&f, &e), ERR_FORBIDDEN);
    ck_assert_str_eq(e.word, "untrusted");
    ck_assert_ptr_nonnull(strstr(e.message, "evil.example:4000"));
}
END_TEST

SUITE_MAIN("auth", the_own_machine_is_answered, all_else_is_refused, says_what_was_wrong)
