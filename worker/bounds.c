#include "worker/bounds.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "worker/order.h"

/* The kernel sends SIGXCPU once for every second past the soft limit. */
static volatile sig_atomic_t seconds_over;

static void on_cpu(int number) {
    (void)number;
    seconds_over = seconds_over + 1;
    if (seconds_over > BOUNDS_GRACE_S)
        _exit(RUNNER_EXIT_CPU);
}

static uint64_t data_max; /* bytes, 0: no limit */

/* Bytes of private data this process has: the sixth number of statm is close to what RLIMIT_DATA
 * counts. 0: not known. For signal handlers, too. */
static uint64_t data_bytes(void) {
    char text[256];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    uint64_t pages = 0;
    int number = 0;
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < n && number < 6; i++) {
        if (text[i] == ' ')
            number++;
        else if (number == 5 && text[i] >= '0' && text[i] <= '9')
            pages = pages * 10 + (uint64_t)(text[i] - '0');
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Nobody aborts for want of memory while a quarter of it is left. */
static void on_abort(int number) {
    (void)number;
    if (data_bytes() >= data_max / 4 * 3)
        _exit(RUNNER_EXIT_MEMORY);
}

bool bounds_memory(int64_t mb) {
    struct sigaction action = {.sa_handler = on_abort, .sa_flags = (int)SA_RESETHAND};
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    rlim_t want = data_bytes() + ((rlim_t)mb << 20);
    if (limit.rlim_max == RLIM_INFINITY || want < limit.rlim_max)
        limit.rlim_cur = want;
    data_max = limit.rlim_cur;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGABRT, &action, NULL) == 0 && setrlimit(RLIMIT_DATA, &limit) == 0;
}

bool bounds_cpu(int64_t s) {
    struct sigaction action = {.sa_handler = on_cpu, .sa_flags = SA_RESTART};
    struct rusage used;
    struct rlimit limit;
    sigemptyset(&action.sa_mask);
    seconds_over = 0;
    if (sigaction(SIGXCPU, &action, NULL) != 0 || getrusage(RUSAGE_SELF, &used) != 0 ||
        getrlimit(RLIMIT_CPU, &limit) != 0)
        return false;
    rlim_t spent = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + 1;
    rlim_t want = spent + (rlim_t)s;
    if (limit.rlim_max == RLIM_INFINITY || want < limit.rlim_max)
        limit.rlim_cur = want;
    return setrlimit(RLIMIT_CPU, &limit) == 0;
}

bool bounds_cpu_over(void) {
    return seconds_over > 0;
}

enum err_code bounds_memory_error(const struct conf *conf, struct err *e) {
    return err_at(e, ERR_UNPROCESSABLE, NULL, "memory_limit",
                  "the backtest needs more than the %lld MB of memory that one may use",
                  (long long)conf->worker_memory);
}

enum err_code bounds_cpu_error(const struct conf *conf, struct err *e) {
    return err_at(e, ERR_UNPROCESSABLE, NULL, "cpu_limit",
                  "the backtest needs more than the %lld s of processor time that one may use",
                  (long long)conf->worker_cpu);
}
