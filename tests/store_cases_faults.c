/* What the store survives: killed writers and servers, silence, a full disk. Over MongoDB each case
 * has a server of its own. */
#include "tests/store_world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/proc.h"

#define BOUND_MS 400

/* --- kill -9 --------------------------------------------------------------------------------- */

/* A whole job a turn; its number goes to the pipe once every write of it was acknowledged. */
static void write_for_ever(const char *uri, int fd) {
    struct store *s = world_open_uri(uri, WORLD_TIMEOUT_MS);
    for (int32_t i = 0;; i++) {
        char id[ID_MAX];
        snprintf(id, sizeof id, "job%d", i);
        struct backtest b = a_backtest(id, "u", i + 1);
        struct attempt a = an_attempt(id, 1, "t");
        struct result r = an_end(id, "u", 1, "t");
        struct part part = {"trades", id, strlen(id)};
        if (store_backtest_insert(s, &b, &world_err) != ERR_NONE ||
            store_attempt_insert(s, &a, &world_err) != ERR_NONE ||
            store_result_insert(s, &r, &part, 1, &world_err) != ERR_NONE)
            _exit(1); /* its server was killed */
        if (!write_all(fd, &i, sizeof i))
            _exit(2);
    }
}

/* The last number read before the end of the pipe; kills *victim after the `enough`th. */
static int32_t read_acknowledged(int fd, int32_t enough, void (*kill_now)(void *), void *victim) {
    int32_t n, last = -1;
    while (read(fd, &n, sizeof n) == (ssize_t)sizeof n) {
        ck_assert_int_eq(n, last + 1);
        last = n;
        if (n + 1 == enough)
            kill_now(victim);
    }
    return last;
}

static void kill_process(void *pid) {
    kill(*(pid_t *)pid, SIGKILL);
}

static void kill_server(void *server) {
    mongo_server_kill(server);
}

START_TEST(what_was_acknowledged_survives_kill_9) {
    struct mongo_server server = {.script = 0};
    char uri[512];
    snprintf(uri, sizeof uri, "%s", world_uri(OVER_SQLITE));
    if (_i == OVER_MONGO) {
        ck_assert(mongo_server_start(&server, NULL, 0, NULL));
        snprintf(uri, sizeof uri, "%s/kill9", server.uri);
    }
    int acknowledged[2];
    ck_assert_int_eq(pipe2(acknowledged, O_CLOEXEC), 0);
    pid_t writer = fork();
    ck_assert_int_ge(writer, 0);
    if (writer == 0) {
        close(acknowledged[0]);
        write_for_ever(uri, acknowledged[1]);
    }
    close(acknowledged[1]);
    int32_t enough = _i == OVER_MONGO ? 40 : 200; /* the test's server is slow */
    int32_t last =
        read_acknowledged(acknowledged[0], enough, _i == OVER_MONGO ? kill_server : kill_process,
                          _i == OVER_MONGO ? (void *)&server : (void *)&writer);
    close(acknowledged[0]);
    ck_assert_int_ge(last + 1, enough);
    int status;
    ck_assert_int_eq(waitpid(writer, &status, 0), writer);
    if (_i == OVER_MONGO) {
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        struct mongo_server again;
        ck_assert(mongo_server_start(&again, server.folder, server.port, NULL));
        server = again;
    }

    struct store *s = world_open_uri(uri, WORLD_TIMEOUT_MS);
    for (int32_t i = 0; i <= last; i++) {
        char id[ID_MAX], *data;
        size_t len;
        struct attempt a;
        struct result r;
        snprintf(id, sizeof id, "job%d", i);
        struct backtest b = got(s, id);
        backtest_release(&b);
        ok(store_attempt_get(s, id, 1, &a, &world_err));
        ok(store_result_get(s, "u", id, true, &r, &world_err));
        result_release(&r);
        ok(store_part_get(s, id, 1, "trades", &data, &len, &world_err));
        ck_assert_str_eq(data, id);
        free(data);
    }
    store_close(s);
    mongo_server_stop(&server);
}
END_TEST

/* --- silence --------------------------------------------------------------------------------- */

/* Something that keeps the store from answering writes: another process inside a transaction, or a
 * stopped server. */
struct silence {
    int kind;
    struct mongo_server server;
    pid_t holder;
};

static char *silence_uri(struct silence *q, int kind) {
    static char uri[512];
    *q = (struct silence){.kind = kind};
    snprintf(uri, sizeof uri, "%s", world_uri(OVER_SQLITE));
    if (kind == OVER_MONGO) {
        ck_assert(mongo_server_start(&q->server, NULL, 0, NULL));
        snprintf(uri, sizeof uri, "%s/silence", q->server.uri);
    }
    return uri;
}

static void silence_begin(struct silence *q) {
    if (q->kind == OVER_MONGO) {
        mongo_server_freeze(&q->server);
        return;
    }
    q->holder = world_hold_lock(world_uri(OVER_SQLITE) + strlen("sqlite:"));
}

static void silence_end(struct silence *q) {
    if (q->kind == OVER_MONGO) {
        kill(q->server.server, SIGCONT);
        return;
    }
    kill(q->holder, SIGKILL);
    waitpid(q->holder, NULL, 0);
}

START_TEST(silence_is_bounded_and_passes) {
    struct silence q;
    struct store *s = world_open_uri(silence_uri(&q, _i), BOUND_MS);
    struct backtest b = a_backtest("before", "u", 1);
    ok(store_backtest_insert(s, &b, &world_err));

    silence_begin(&q);
    b = a_backtest("during", "u", 1);
    int64_t began = clock_mono_ms();
    gives(ERR_UNAVAILABLE, store_backtest_insert(s, &b, &world_err));
    int64_t took = clock_mono_ms() - began;
    ck_assert_int_ge(took, BOUND_MS / 2);
    ck_assert_int_le(took, 4 * BOUND_MS); /* a busy machine may be late */
    if (_i == OVER_SQLITE) {              /* readers never wait for writers */
        began = clock_mono_ms();
        struct backtest r = got(s, "before");
        backtest_release(&r);
        ck_assert_int_lt(clock_mono_ms() - began, BOUND_MS / 2);
        gives(ERR_UNAVAILABLE, store_ping(s, &world_err));
    }
    silence_end(&q);

    /* the same handle works again, with a deadline: a stopped server has work to catch up */
    int64_t deadline = clock_mono_ms() + 10000;
    while (store_ping(s, &world_err) != ERR_NONE)
        ck_assert_msg(clock_mono_ms() < deadline, "%s", world_err.message);
    enum err_code code;
    while ((code = store_backtest_insert(s, &b, &world_err)) == ERR_UNAVAILABLE)
        ck_assert_msg(clock_mono_ms() < deadline, "%s", world_err.message);
    ck_assert(code == ERR_NONE || code == ERR_DUPLICATE); /* the unanswered one may have landed */
    struct backtest r = got(s, "during");
    backtest_release(&r);
    store_close(s);
    mongo_server_stop(&q.server);
}
END_TEST

START_TEST(unanswered_end_is_tried_again_without_harm) {
    struct silence q;
    struct store *s = world_open_uri(silence_uri(&q, _i), BOUND_MS);
    struct backtest b = a_backtest("j", "u", 1);
    struct attempt a;
    ok(store_backtest_insert(s, &b, &world_err));
    ok(run_claim(s, "j", 1, "host:1", &a, &world_err));
    struct result r = an_end("j", "u", 1, "");
    struct part part = {"trades", "bytes", 5};

    silence_begin(&q);
    gives(ERR_UNAVAILABLE, run_end(s, &r, &part, 1, &world_err));
    ck_assert_uint_eq(strlen(r.token), 32);
    silence_end(&q);

    int64_t deadline = clock_mono_ms() + 10000;
    enum err_code code;
    while ((code = run_end(s, &r, &part, 1, &world_err)) == ERR_UNAVAILABLE)
        ck_assert_msg(clock_mono_ms() < deadline, "%s", world_err.message);
    ck_assert_int_eq(code, ERR_NONE); /* landed before or now: it is ours */
    char *data;
    size_t len;
    ok(store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    ck_assert_uint_eq(len, 5);
    free(data);
    struct result other = an_end("j", "u", 2, "");
    gives(ERR_DUPLICATE, run_end(s, &other, NULL, 0, &world_err));
    store_close(s);
    mongo_server_stop(&q.server);
}
END_TEST

/* --- a full disk ----------------------------------------------------------------------------- */

/* A small filesystem of this process alone, seen by its children; false: this user may not. */
static bool mount_small(const char *path, const char *size) {
    char options[64];
    snprintf(options, sizeof options, "size=%s,mode=700", size);
    if (mkdir(path, 0700) != 0)
        return false;
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return false;
    return mount("none", path, "tmpfs", 0, options) == 0;
}

static void fill_up(const char *path, size_t leave) {
    static char block[64 << 10];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    off_t size = 0;
    ssize_t n;
    while ((n = write(fd, block, sizeof block)) > 0)
        size += n;
    ck_assert_int_eq(ftruncate(fd, size > (off_t)leave ? size - (off_t)leave : 0), 0);
    close(fd);
}

static char big[12 << 20];

static void nothing_of_the_end(struct store *s) {
    struct attempt a;
    gives(ERR_NOT_FOUND, store_result_exists(s, "j", &world_err));
    ok(store_attempt_get(s, "j", 1, &a, &world_err));
    ck_assert_int_eq(a.end, ATTEMPT_LIVE);
    struct backtest b = got(s, "j");
    ck_assert_int_eq(b.status, RUN_RUNNING);
    backtest_release(&b);
}

/* SQLite: said as what it is, rolled back, and the same handle goes on once there is room. */
static void sqlite_full(struct store *s, const struct result *r, const struct part *parts,
                        const char *ballast) {
    char *data;
    size_t len;
    gives(ERR_FULL, store_result_insert(s, r, parts, 2, &world_err));
    nothing_of_the_end(s);
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "trades", &data, &len, &world_err));
    gives(ERR_NOT_FOUND, store_part_get(s, "j", 1, "equity", &data, &len, &world_err));
    gives(ERR_FULL, store_ping(s, &world_err));
    ck_assert_int_eq(unlink(ballast), 0);
    ok(store_ping(s, &world_err));
}

/* A MongoDB server stops on a full disk (WiredTiger panics); what counts is that nobody takes that
 * for success, and that after its restart no end is there. */
static void mongo_full(struct store *s, const struct result *r, const struct part *parts,
                       const char *ballast, struct mongo_server *server) {
    enum err_code code = store_result_insert(s, r, parts, 2, &world_err);
    ck_assert_msg(code == ERR_UNAVAILABLE || code == ERR_FULL, "%s: %s", err_word(code),
                  code ? world_err.message : "");
    ck_assert_int_eq(unlink(ballast), 0);
    mongo_server_kill(server);
    struct mongo_server again;
    ck_assert(mongo_server_start(&again, server->folder, server->port, NULL));
    *server = again;
    ok(store_ping(s, &world_err));
    nothing_of_the_end(s);
}

START_TEST(full_disk_is_said_and_leaves_nothing_half_written) {
    char folder[256], ballast[300], data_folder[300], uri[512];
    struct mongo_server server = {.script = 0};
    snprintf(folder, sizeof folder, "%s/small%d", world_folder(), (int)getpid());
    snprintf(ballast, sizeof ballast, "%s/ballast", folder);
    if (!mount_small(folder, _i == OVER_MONGO ? "256m" : "24m")) {
        printf("skipped: a full disk over %s: no right to mount a tmpfs (%s)\n",
               _i == OVER_MONGO ? "MongoDB" : "SQLite", strerror(errno));
        fflush(stdout);
        return;
    }
    snprintf(uri, sizeof uri, "sqlite:%s/s.db", folder);
    if (_i == OVER_MONGO) {
        snprintf(data_folder, sizeof data_folder, "%s/data", folder);
        ck_assert(mongo_server_start(&server, data_folder, 0, NULL));
        snprintf(uri, sizeof uri, "%s/full", server.uri);
    }
    struct store *s = world_open_uri(uri, WORLD_TIMEOUT_MS);
    struct backtest b = a_backtest("j", "u", 1);
    struct attempt a = an_attempt("j", 1, "t");
    ok(store_backtest_insert(s, &b, &world_err));
    ok(store_attempt_insert(s, &a, &world_err));

    fill_up(ballast, 1 << 20);
    struct result r = an_end("j", "u", 1, "t");
    struct part parts[] = {{"trades", big, 1000}, {"equity", big, sizeof big}};
    if (_i == OVER_MONGO)
        mongo_full(s, &r, parts, ballast, &server);
    else
        sqlite_full(s, &r, parts, ballast);

    char *data;
    size_t len;
    ok(store_result_insert(s, &r, parts, 2, &world_err));
    ok(store_part_get(s, "j", 1, "equity", &data, &len, &world_err));
    ck_assert_uint_eq(len, sizeof big);
    free(data);
    store_close(s);
    mongo_server_stop(&server);
}
END_TEST

STORE_CASES(faults, what_was_acknowledged_survives_kill_9, silence_is_bounded_and_passes,
            unanswered_end_is_tried_again_without_harm,
            full_disk_is_said_and_leaves_nothing_half_written)
