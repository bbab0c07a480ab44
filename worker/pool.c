#include "worker/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"
#include "worker/slots.h"
#include "worker/supervisor.h"

#define AGAIN_MS 1000 /* between tries to start what cannot be started */

int pool_wanted(const struct conf *conf) {
    int64_t n = conf->worker_runners;
    if (n < 0)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    return (int)(n > POOL_MAX ? POOL_MAX : n);
}

void pool_init(struct pool *p, const struct conf *conf) {
    *p = (struct pool){.n = pool_wanted(conf)};
    for (int i = 0; i < POOL_MAX; i++)
        p->runners[i].fd = p->runners[i].slot_fd = -1;
}

/* In the child: nothing of the supervisor's is kept but the pair, the slot and stderr. */
__attribute__((noreturn)) static void become_runner(int fd, int slot_fd) {
    char path[] = "/proc/self/exe", name[] = "candlemilld: runner", option[] = RUNNER_OPTION;
    char *const argv[] = {name, option, NULL};
    sigset_t none;
    int pair = fcntl(fd, F_DUPFD, SLOT_FD + 1), slot = fcntl(slot_fd, F_DUPFD, SLOT_FD + 1);
    if (pair < 0 || slot < 0 || dup2(pair, RUNNER_FD) < 0 || dup2(slot, SLOT_FD) < 0)
        _exit(EXIT_FAILURE);
    (void)close_range(SLOT_FD + 1, ~0U, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* libmongoc counts in a file under /dev/shm, which a killed runner would leave behind */
    setenv("MONGOC_DISABLE_SHM", "1", 1);
    execv(path, argv);
    _exit(EXIT_FAILURE);
}

static bool start(struct runner_proc *r, const struct supervisor *s) {
    struct runner_start first;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    memset(&first, 0, sizeof first);
    first.conf = s->conf;
    memcpy(first.nonce, s->nonce, sizeof first.nonce);
    pid_t pid = fork();
    if (pid == 0)
        become_runner(pair[1], r->slot_fd);
    close(pair[1]);
    if (pid < 0 || send(pair[0], &first, sizeof first, MSG_NOSIGNAL) != (ssize_t)sizeof first) {
        close(pair[0]); /* a child that was made ends by itself and is reaped below */
        r->pid = pid > 0 ? pid : 0;
        r->state = pid > 0 ? RUNNER_LEAVING : RUNNER_NONE;
        return pid > 0;
    }
    r->fd = pair[0];
    r->pid = pid;
    r->state = RUNNER_STARTING;
    r->retired = false;
    r->attempt = 0;
    log_debug("runner %d started", (int)pid);
    return true;
}

void pool_fill(struct pool *p, struct supervisor *s, int64_t now_ms) {
    for (int i = 0; i < p->n && !p->closing; i++) {
        struct runner_proc *r = &p->runners[i];
        bool busy = false;
        if (r->state != RUNNER_NONE || now_ms < r->start_ms)
            continue;
        if (r->slot_fd < 0)
            r->slot_fd = slot_take(&s->conf, i, &busy);
        if (r->slot_fd < 0 && !busy)
            log_fatal("worker.slots: %s: %s", s->conf.worker_slots, strerror(errno));
        if (r->slot_fd < 0 || !start(r, s)) {
            r->start_ms = now_ms + AGAIN_MS;
            if (r->slot_fd >= 0)
                log_warn("a runner cannot be started: %s", strerror(errno));
        }
    }
}

int pool_slots(const struct pool *p) {
    int n = 0;
    for (int i = 0; i < POOL_MAX; i++)
        n += p->runners[i].slot_fd >= 0;
    return n;
}

int pool_alive(const struct pool *p) {
    int n = 0;
    for (int i = 0; i < POOL_MAX; i++)
        n += p->runners[i].state != RUNNER_NONE;
    return n;
}

bool pool_busy(const struct pool *p) {
    for (int i = 0; i < POOL_MAX; i++)
        if (p->runners[i].attempt > 0)
            return true;
    return false;
}

struct runner_proc *pool_idle(struct pool *p) {
    for (int i = 0; i < POOL_MAX; i++)
        if (p->runners[i].state == RUNNER_IDLE && !p->runners[i].retired)
            return &p->runners[i];
    return NULL;
}

static bool tell(struct runner_proc *r, const struct order *o) {
    return r->fd >= 0 &&
           send(r->fd, o, sizeof *o, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof *o;
}

bool pool_hand(struct runner_proc *r, const char *id, const char *user, int attempt) {
    struct order o;
    memset(&o, 0, sizeof o);
    o.kind = ORDER_RUN;
    o.attempt = attempt;
    snprintf(o.id, sizeof o.id, "%s", id);
    snprintf(o.user, sizeof o.user, "%s", user);
    if (!tell(r, &o)) {
        r->state = RUNNER_LEAVING;
        return false;
    }
    r->state = RUNNER_BUSY;
    r->attempt = attempt;
    snprintf(r->id, sizeof r->id, "%s", id);
    return true;
}

int pool_fds(const struct pool *p, struct pollfd *fds) {
    int n = 0;
    for (int i = 0; i < POOL_MAX; i++)
        if (p->runners[i].fd >= 0)
            fds[n++] = (struct pollfd){.fd = p->runners[i].fd, .events = POLLIN};
    return n;
}

static void hang_up(struct runner_proc *r) {
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    r->state = RUNNER_LEAVING;
}

bool pool_report(struct pool *p, struct report *ret, struct runner_proc **ret_runner) {
    for (int i = 0; i < POOL_MAX; i++) {
        struct runner_proc *r = &p->runners[i];
        if (r->fd < 0)
            continue;
        ssize_t n = recv(r->fd, ret, sizeof *ret, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n != (ssize_t)sizeof *ret) {
            hang_up(r); /* it is dead or about to be: reaped soon */
            continue;
        }
        if (ret->kind != REPORT_CLAIMED) {
            r->state = RUNNER_IDLE;
            r->attempt = 0;
        }
        *ret_runner = r;
        return true;
    }
    return false;
}

static void say_death(const struct runner_proc *r, int status) {
    if (WIFSIGNALED(status))
        log_warn("runner %d died of signal %d%s%s", (int)r->pid, WTERMSIG(status),
                 r->attempt ? " with " : "", r->attempt ? r->id : "");
    else if (WEXITSTATUS(status) != 0)
        log_warn("runner %d ended with status %d%s%s", (int)r->pid, WEXITSTATUS(status),
                 r->attempt ? " with " : "", r->attempt ? r->id : "");
    else
        log_debug("runner %d left", (int)r->pid);
}

void pool_reap(struct pool *p, struct supervisor *s, int64_t now_ms, pool_death_fn *death) {
    for (int i = 0; i < POOL_MAX; i++) {
        struct runner_proc *r = &p->runners[i];
        int status;
        if (r->state == RUNNER_NONE || r->pid <= 0 || waitpid(r->pid, &status, WNOHANG) != r->pid)
            continue;
        say_death(r, status);
        bool at_start = r->state == RUNNER_STARTING && status != 0;
        int attempt = r->attempt;
        hang_up(r);
        r->state = RUNNER_NONE;
        r->pid = 0;
        r->attempt = 0;
        r->start_ms = at_start ? now_ms + AGAIN_MS : 0;
        if ((i >= p->n || p->closing) && r->slot_fd >= 0) {
            close(r->slot_fd);
            r->slot_fd = -1;
        }
        if (attempt > 0)
            death(s, r->id, attempt, status);
    }
}

void pool_tell(struct pool *p, enum order_kind kind, bool closing) {
    struct order o;
    memset(&o, 0, sizeof o);
    o.kind = kind;
    p->closing = p->closing || closing;
    for (int i = 0; i < POOL_MAX; i++) {
        if (p->runners[i].fd < 0)
            continue;
        p->runners[i].retired = true;
        (void)tell(&p->runners[i], &o);
    }
}

void pool_kill(struct pool *p) {
    for (int i = 0; i < POOL_MAX; i++)
        if (p->runners[i].pid > 0)
            kill(p->runners[i].pid, SIGKILL);
}

void pool_release(struct pool *p) {
    for (int i = 0; i < POOL_MAX; i++) {
        if (p->runners[i].fd >= 0)
            close(p->runners[i].fd);
        if (p->runners[i].slot_fd >= 0)
            close(p->runners[i].slot_fd);
    }
}
