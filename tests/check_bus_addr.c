/* Where Redis is and who we are to it: addresses, users, passwords. */
#include "lib/bus.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/ask.h"
#include "tests/redis_server.h"
#include "tests/suite.h"

static struct redis_server server;

START_TEST(an_acl_user_with_a_password) {
    static const char users[] =
        "user default off\n"
        "user candle on >s3cret word ~backtest:* ~candlemill:* &backtest:* &candlemill:* +ping "
        "+publish +subscribe +unsubscribe +get +set +hset +hsetnx +hdel +hgetall +expire +eval "
        "+evalsha\n";
    struct conf conf;
    struct err e;
    char password[128];
    redis_prepare(&server);
    snprintf(server.acl, sizeof server.acl, "%s/acl", server.folder);
    snprintf(password, sizeof password, "%s/password", server.folder);
    FILE *f = fopen(server.acl, "w");
    ck_assert_ptr_nonnull(f);
    for (const char *p = users; *p; p++) /* the password has no space in the file of users */
        if (strncmp(p, "s3cret word", 11) == 0)
            p += fprintf(f, "s3cret\"word") - 1;
        else
            fputc(*p, f);
    fclose(f);
    f = fopen(password, "w");
    ck_assert_ptr_nonnull(f);
    fputs("s3cret\"word\nsecond line\n", f);
    fclose(f);
    redis_start_again(&server);

    redis_conf(&server, &conf);
    snprintf(conf.bus_user, sizeof conf.bus_user, "candle");
    snprintf(conf.bus_password_file, sizeof conf.bus_password_file, "%s", password);
    struct bus *b = bus_open(&conf, &e);
    ck_assert_msg(b != NULL, "%s", e.message);
    struct event ev = {.kind = EVENT_PROGRESS, .id = "bt_1", .user_id = "ann", .attempt = 1};
    char *state = NULL;
    ck_assert_msg(bus_event(b, &ev, &e) == ERR_NONE, "%s", e.message);
    ck_assert_msg(bus_state_get(b, "bt_1", &state, &e) == ERR_NONE, "%s", e.message);
    ck_assert_ptr_nonnull(state);
    free(state);
    ck_assert(bus_lock(b, "candlemill:asked:x", 1000));
    bus_close(b);

    struct bus_sub *s = bus_sub_open(&conf, &e);
    struct bus_message m;
    ck_assert_int_eq(bus_sub_add(s, "backtest:user:ann", &e), ERR_NONE);
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!bus_sub_settled(s)) {
        ck_assert_msg(clock_mono_ms() < until, "%s", bus_sub_error(s));
        ck_assert(!bus_sub_next(s, &m));
        pause_ms(2);
    }
    bus_sub_close(s);

    struct conf nameless;
    redis_conf(&server, &nameless);
    b = bus_open(&nameless, &e); /* without a name: the server wants one */
    ck_assert_int_eq(bus_ping(b, &e), ERR_UNAVAILABLE);
    ck_assert_msg(strstr(e.message, "NOAUTH") != NULL, "%s", e.message);
    bus_close(b);

    f = fopen(password, "w");
    ck_assert_ptr_nonnull(f);
    fputs("wrong\n", f);
    fclose(f);
    b = bus_open(&conf, &e);
    ck_assert_int_eq(bus_ping(b, &e), ERR_UNAVAILABLE);
    ck_assert_msg(strstr(e.message, "WRONGPASS") != NULL, "%s", e.message);
    bus_close(b);
    ck_assert_int_eq(unlink(password), 0);
    ck_assert_ptr_null(bus_open(&conf, &e));
    ck_assert_int_eq(e.code, ERR_UNAVAILABLE);
    /* our own PINGs of redis_listens need no user: an error is an answer */
    redis_stop(&server);
}
END_TEST

/* The ACL lines that docs/operations.md gives are enough for each program, and no more. */
START_TEST(the_documented_users_can_work) {
    static const char *const names[] = {"api", "worker", "ws"};
    const char *top = getenv("srcdir");
    char path[512], line[1024], password[128];
    struct conf conf;
    struct err e;
    redis_prepare(&server);
    snprintf(path, sizeof path, "%s/docs/operations.md", top ? top : "..");
    snprintf(server.acl, sizeof server.acl, "%s/acl", server.folder);
    snprintf(password, sizeof password, "%s/password", server.folder);
    FILE *docs = fopen(path, "r"), *acl = fopen(server.acl, "w");
    ck_assert_msg(docs && acl, "%s", path);
    while (fgets(line, sizeof line, docs))
        if (strncmp(line, "user ", 5) == 0)
            fputs(line, acl);
    fclose(docs);
    fclose(acl);
    redis_start_again(&server);
    for (size_t i = 0; i < 3; i++) {
        FILE *f = fopen(password, "w");
        ck_assert_ptr_nonnull(f);
        fprintf(f, "%s-password\n", names[i]);
        fclose(f);
        redis_conf(&server, &conf);
        snprintf(conf.bus_user, sizeof conf.bus_user, "candlemill-%s", names[i]);
        snprintf(conf.bus_password_file, sizeof conf.bus_password_file, "%s", password);
        struct bus *b = bus_open(&conf, &e);
        bool ws = i == 2;
        struct event ev = {.id = "bt_1", .user_id = "ann", .attempt = 1, .result_id = "res_1"};
        char *state;
        struct bus_open *open;
        size_t n;
        ck_assert_msg(bus_ping(b, &e) == ERR_NONE, "%s", e.message);
        for (int kind = EVENT_STARTED; kind <= EVENT_ERROR; kind++) {
            ev.kind = (enum event_kind)kind;
            ck_assert_msg((bus_event(b, &ev, &e) == ERR_NONE) == !ws, "%s: %s", names[i],
                          e.message);
        }
        ck_assert_msg((bus_task(b, "bt_2", "ann", NULL, "{}", &e) == ERR_NONE) == !ws, "%s: %s",
                      names[i], e.message);
        ck_assert_msg(bus_state_get(b, "bt_1", &state, &e) == ERR_NONE, "%s", e.message);
        ck_assert_msg(bus_open_get(b, "ann", &open, &n, &e) == ERR_NONE, "%s", e.message);
        ck_assert(bus_lock(b, "candlemill:asked:x", 1) == !ws);
        ck_assert_msg(bus_publish(b, CHANNEL_ASK, "{}", 2, &e) == ERR_NONE, "%s", e.message);
        ck_assert((bus_publish(b, CHANNEL_COMPLETE, "{}", 2, &e) == ERR_NONE) == !ws);
        free(state);
        bus_open_free(open, n);
        bus_close(b);

        struct bus_sub *s = bus_sub_open(&conf, &e);
        struct bus_message m;
        int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
        bool subscribes = i > 0;
        bus_sub_add(s, "backtest:user:ann", &e);
        bus_sub_add(s, "candlemill:reply:1", &e);
        while (!bus_sub_settled(s) && !(!subscribes && strstr(bus_sub_error(s), "NOPERM"))) {
            ck_assert_msg(clock_mono_ms() < until, "%s: %s", names[i], bus_sub_error(s));
            ck_assert(!bus_sub_next(s, &m));
            pause_ms(2);
        }
        bus_sub_close(s);
    }
    redis_stop(&server);
}
END_TEST

static int free_port(void) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    close(fd);
    return ntohs(in.sin_port);
}

START_TEST(over_tcp_by_number_and_by_name) {
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    redis_prepare(&server);
    server.port = free_port();
    redis_start_again(&server);
    for (size_t i = 0; i < 2; i++) {
        struct conf conf = {0};
        struct err e;
        snprintf(conf.bus_uri, sizeof conf.bus_uri, "redis://%s:%d/", hosts[i], server.port);
        struct bus *b = bus_open(&conf, &e);
        int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
        while (bus_ping(b, &e) != ERR_NONE) { /* localhost may be ::1 first, where nobody is */
            ck_assert_msg(clock_mono_ms() < until, "%s: %s", conf.bus_uri, e.message);
            pause_ms(5);
        }
        bus_close(b);
        struct bus_sub *s = bus_sub_open(&conf, &e);
        struct bus_message m;
        while (!bus_sub_up(s)) {
            ck_assert_msg(clock_mono_ms() < until, "%s: %s", conf.bus_uri, bus_sub_error(s));
            ck_assert(!bus_sub_next(s, &m));
            pause_ms(2);
        }
        bus_sub_close(s);
    }
    struct conf nobody = {0};
    struct err e;
    snprintf(nobody.bus_uri, sizeof nobody.bus_uri, "redis://127.0.0.1:%d", free_port());
    struct bus *b = bus_open(&nobody, &e);
    ck_assert_int_eq(bus_ping(b, &e), ERR_UNAVAILABLE);
    ck_assert_str_eq(e.message, "Redis is away: Connection refused");
    bus_close(b);
    redis_stop(&server);
}
END_TEST

START_TEST(refuses_bad_addresses) {
    static const char *const bad[] = {"",
                                      "redis",
                                      "redis:///",
                                      "redis://",
                                      "redis://:6379",
                                      "redis://h:0",
                                      "redis://h:65536",
                                      "redis://h:",
                                      "redis://h:6379x",
                                      "redis://h/1",
                                      "redis://h?x=1",
                                      "redis://[::1",
                                      "redis://[::1]x",
                                      "redis://user:word@h",
                                      "rediss://h",
                                      "unix:",
                                      "unix:relative",
                                      "http://h"};
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        struct conf conf = {0};
        struct err e = {0};
        if (i < sizeof bad / sizeof *bad)
            snprintf(conf.bus_uri, sizeof conf.bus_uri, "%s", bad[i]);
        else
            snprintf(conf.bus_uri, sizeof conf.bus_uri, "unix:/%0107d", 1);
        ck_assert_msg(bus_open(&conf, &e) == NULL, "%s", conf.bus_uri);
        ck_assert_int_eq(e.code, ERR_INVALID);
        ck_assert_str_eq(e.pointer, "bus.uri");
        ck_assert_ptr_null(bus_sub_open(&conf, &e));
    }
    struct conf conf = {.bus_uri = "redis://[::1]:7000", .bus_user = "candle"};
    struct err e;
    ck_assert_ptr_null(bus_open(&conf, &e)); /* a user without a password file */
    ck_assert_str_eq(e.pointer, "bus.user");
}
END_TEST

SUITE_MAIN("bus_addr", an_acl_user_with_a_password, the_documented_users_can_work,
           over_tcp_by_number_and_by_name, refuses_bad_addresses)
