/* The only file that knows FastCGI (libfcgi's _r calls, one request at a time; several processes
 * share the work). */
#include "fcgi/serve.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fcgi/router.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/proc.h"

#define DRAIN_MAX ((size_t)16 << 20) /* a peer that sends more after a refusal is cut off */
#define GLUE_MAX  ((size_t)32 << 10) /* a shorter body goes out together with its head */
#define ACCEPT_MS 200
#define LISTEN_FD 0

extern char **environ;

/* --- SIGTERM ---------------------------------------------------------------------------------- */

/* libfcgi looks at a flag and then calls accept(): a signal between the two would be slept over
 * until the next connection, and one that arrives while a request is read would break it. So
 * terminating signals are blocked but for the wait in ppoll(), which opens and closes the gate in
 * one step. What is left is another process that takes the connection we were woken for: accept()
 * on the shared socket then gives up after ACCEPT_MS, and we wait again. (TCP connections would
 * inherit that limit for their own reads, so there accept() is left alone: TCP is not how we are
 * run.) */
static void on_terminate(int number) {
    (void)number;
    proc_terminate = proc_terminate + 1;
}

static bool arm_signals(sigset_t *ret_open) {
    struct sigaction action = {.sa_handler =
                                   on_terminate}; /* like TERM's: SIGUSR1 is graceful too */
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    struct timeval limit = {.tv_usec = ACCEPT_MS * 1000};
    sigset_t closed;
    sigemptyset(&action.sa_mask);
    sigemptyset(&closed);
    sigaddset(&closed, SIGTERM);
    sigaddset(&closed, SIGINT);
    sigaddset(&closed, SIGUSR1);
    if (sigaction(SIGUSR1, &action, NULL) != 0 || sigprocmask(SIG_BLOCK, &closed, ret_open) != 0 ||
        getsockname(LISTEN_FD, (struct sockaddr *)&address, &len) != 0)
        return false;
    return address.ss_family != AF_UNIX ||
           setsockopt(LISTEN_FD, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0;
}

/* True: a request is there (or was). False: it is time to leave. */
static bool wait_for_request(const sigset_t *open) {
    struct pollfd listening = {.fd = LISTEN_FD, .events = POLLIN};
    while (!proc_terminate)
        if (ppoll(&listening, 1, NULL, open) > 0)
            return true;
    return false;
}

/* --- one request, whatever carries it --------------------------------------------------------- */

struct exchange {
    struct app *app;
    struct http_req req;
    struct http_res res;
    struct buf out;
    bool (*write)(void *arg, const char *data, size_t len);
    void *arg;
};

static void exchange_init(struct exchange *x, struct app *app) {
    *x = (struct exchange){.app = app};
    buf_init(&x->req.body, 0);
    http_res_init(&x->res);
    buf_init(&x->out, 2 * GLUE_MAX);
}

static void exchange_release(struct exchange *x) {
    buf_release(&x->req.body);
    http_res_release(&x->res);
    buf_release(&x->out);
}

static bool send_answer(struct exchange *x) {
    const struct buf *body = &x->res.body;
    bool bodied = x->req.method != HTTP_HEAD && body->len > 0;
    buf_clear(&x->out);
    http_write_head(&x->req, &x->res, &x->out);
    if (bodied && body->len <= GLUE_MAX)
        buf_add(&x->out, body->data, body->len);
    if (x->out.failed || !x->write(x->arg, x->out.data, x->out.len))
        return false;
    return !bodied || body->len <= GLUE_MAX || x->write(x->arg, body->data, body->len);
}

/* The answer up to its last byte; what is left to do is in res.after. */
static void answer(struct exchange *x, char *const *env) {
    int64_t from = clock_mono_us();
    router_answer(x->app, &x->req, &x->res, env);
    bool sent = send_answer(x);
    const struct http_req *r = &x->req;
    log_info("%s %s %s %d %zu B %.1f ms%s%s%s", r->request_id, http_method_name(r->method), r->path,
             x->res.status, x->res.body.len, (double)(clock_mono_us() - from) / 1e3,
             x->res.job[0] ? " " : "", x->res.job, sent ? "" : " (client left)");
    http_drain(&x->req, DRAIN_MAX);
}

static void finish(struct exchange *x) {
    if (x->res.after)
        x->res.after(x->res.after_arg);
    http_res_clear(&x->res);
    if (x->req.body.cap > ((size_t)1 << 20))
        buf_release(&x->req.body);
}

/* --- FastCGI ---------------------------------------------------------------------------------- */

static long fcgi_read(void *arg, char *buf, size_t len) {
    FCGX_Request *request = arg;
    return FCGX_GetStr(buf, (int)len, request->in);
}

static bool fcgi_write(void *arg, const char *data, size_t len) {
    FCGX_Request *request = arg;
    while (len > 0) {
        int step = len > (1U << 20) ? 1 << 20 : (int)len;
        if (FCGX_PutStr(data, step, request->out) != step)
            return false;
        data += step;
        len -= (size_t)step;
    }
    return true;
}

static int serve_fcgi(struct app *app) {
    FCGX_Request request;
    struct exchange x;
    sigset_t open;
    int status = EXIT_SUCCESS;
    if (!arm_signals(&open))
        log_fatal("signals: %s", strerror(errno));
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, LISTEN_FD, 0) != 0)
        log_fatal("FastCGI cannot be set up");
    exchange_init(&x, app);
    x.write = fcgi_write;
    x.arg = &request;
    x.req.read = fcgi_read;
    x.req.read_arg = &request;
    proc_notify("READY=1");
    while (wait_for_request(&open)) {
        int code = FCGX_Accept_r(&request);
        if (code == -EAGAIN || code == -EINTR)
            continue;
        if (code < 0) {
            log_error("accept: %s", strerror(-code));
            status = EXIT_FAILURE; /* whoever started us starts us again */
            break;
        }
        answer(&x, request.envp);
        FCGX_Finish_r(&request);
        finish(&x);
    }
    proc_notify("STOPPING=1");
    FCGX_Free(&request, 1);
    exchange_release(&x);
    return status;
}

/* --- CGI -------------------------------------------------------------------------------------- */

static long cgi_read(void *arg, char *buf, size_t len) {
    (void)arg;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buf, len);
        if (n >= 0 || errno != EINTR)
            return (long)n;
    }
}

static bool cgi_write(void *arg, const char *data, size_t len) {
    (void)arg;
    return write_all(STDOUT_FILENO, data, len);
}

static int serve_cgi(struct app *app) {
    struct exchange x;
    exchange_init(&x, app);
    x.write = cgi_write;
    x.req.read = cgi_read;
    answer(&x, environ);
    /* the server has the whole answer when our end of the pipe is closed */
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    finish(&x);
    exchange_release(&x);
    return EXIT_SUCCESS;
}

int serve(struct app *app) {
    if (!FCGX_IsCGI())
        return serve_fcgi(app);
    if (!getenv("REQUEST_METHOD")) {
        fprintf(stderr,
                "%s: descriptor 0 is no FastCGI socket and no CGI request is in the environment\n"
                "usage: %s [-nRv] [-f FILE] [-o KEY=VALUE]...   (start it by a web server or "
                "spawn-fcgi)\n",
                app->program, app->program);
        return 2;
    }
    return serve_cgi(app);
}
