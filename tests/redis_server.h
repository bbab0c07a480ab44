/* A private redis-server for a test: unix socket in a temp dir, no port, dies with the test.
 *
 *   struct redis_server r;
 *   redis_start(&r);                r.uri is a bus.uri, r.path the socket
 *   redis_stop(&r);                 and the folder goes
 *
 * redis_halt / redis_start_again: a restart; redis_kill first and the data are gone.
 * redis_freeze / redis_thaw: SIGSTOP and SIGCONT. Every failure fails the test. */
#ifndef TESTS_REDIS_SERVER_H
#define TESTS_REDIS_SERVER_H

#include <check.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"

#define REDIS_PATIENCE_MS 10000

struct redis_server {
    char folder[64], path[96], uri[112], log[96];
    char acl[96]; /* a file of users; empty: everybody may do everything */
    int port;     /* also on 127.0.0.1; 0: no */
    pid_t pid;
};

static inline void pause_ms(int ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static inline bool redis_listens(const struct redis_server *r) {
    redisContext *c = redisConnectUnix(r->path);
    redisReply *reply = c && !c->err ? redisCommand(c, "PING") : NULL;
    /* an error is an answer too (NOAUTH), but not LOADING */
    bool up = reply && (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "LOADING", 7) != 0);
    freeReplyObject(reply);
    redisFree(c);
    return up;
}

static inline void redis_start_again(struct redis_server *r) {
    char port[8];
    pid_t parent = getpid();
    snprintf(port, sizeof port, "%d", r->port);
    r->pid = fork();
    ck_assert_int_ge(r->pid, 0);
    if (r->pid == 0) {
        int log = open(r->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves no server behind */
        if (log < 0 || getppid() != parent)
            _exit(126);
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        execlp("redis-server", "redis-server", "--port", port, "--bind", "127.0.0.1",
               "--unixsocket", r->path, "--dir", r->folder, "--save", "3600 1", "--loglevel",
               "warning", r->acl[0] ? "--aclfile" : (char *)NULL, r->acl, (char *)NULL);
        _exit(127);
    }
    int64_t until = clock_mono_ms() + REDIS_PATIENCE_MS;
    while (!redis_listens(r)) {
        ck_assert_msg(waitpid(r->pid, NULL, WNOHANG) == 0, "redis-server ended, see %s", r->log);
        ck_assert_msg(clock_mono_ms() < until, "redis-server does not answer, see %s", r->log);
        pause_ms(5);
    }
}

static inline void redis_prepare(struct redis_server *r) {
    *r = (struct redis_server){.pid = -1};
    snprintf(r->folder, sizeof r->folder, "/tmp/candlemill-redis-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/s", r->folder);
    snprintf(r->log, sizeof r->log, "%s/log", r->folder);
    snprintf(r->uri, sizeof r->uri, "unix:%s", r->path);
}

static inline void redis_start(struct redis_server *r) {
    redis_prepare(r);
    redis_start_again(r);
}

/* SIGTERM saves: after redis_start_again the keys are back. */
static inline void redis_halt(struct redis_server *r) {
    ck_assert_int_eq(kill(r->pid, SIGTERM), 0);
    ck_assert_int_eq(waitpid(r->pid, NULL, 0), r->pid);
    r->pid = -1;
}

/* After redis_start_again there are no keys. */
static inline void redis_kill(struct redis_server *r) {
    char dump[96];
    snprintf(dump, sizeof dump, "%s/dump.rdb", r->folder);
    ck_assert_int_eq(kill(r->pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(r->pid, NULL, 0), r->pid);
    r->pid = -1;
    unlink(dump);
    unlink(r->path);
}

static inline void redis_freeze(struct redis_server *r) {
    ck_assert_int_eq(kill(r->pid, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(r->pid, NULL, WUNTRACED), r->pid);
}

static inline void redis_thaw(struct redis_server *r) {
    ck_assert_int_eq(kill(r->pid, SIGCONT), 0);
}

static inline void redis_stop(struct redis_server *r) {
    static const char *const files[] = {"dump.rdb", "log", "s", "acl", "password"};
    char path[128];
    if (r->pid > 0)
        redis_kill(r);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", r->folder, files[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(r->folder), 0);
}

/* bus.uri of it, all else as it is by default. */
static inline void redis_conf(const struct redis_server *r, struct conf *c) {
    memset(c, 0, sizeof *c);
    snprintf(c->bus_uri, sizeof c->bus_uri, "%s", r->uri);
}

/* A command of our own, beside what is tested: printf-like as hiredis has it. The caller frees the
 * reply (freeReplyObject). */
static inline redisReply *redis_do(const struct redis_server *r, const char *fmt, ...) {
    va_list args;
    redisContext *c = redisConnectUnix(r->path);
    ck_assert(c && !c->err);
    va_start(args, fmt);
    redisReply *reply = redisvCommand(c, fmt, args);
    va_end(args);
    ck_assert_ptr_nonnull(reply);
    redisFree(c);
    return reply;
}

#endif
