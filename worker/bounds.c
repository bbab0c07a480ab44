#include "worker/bounds.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/proc.h"
#include "worker/order.h"

/* The kernel sends SIGXCPU once for every second past the soft limit. */
static volatile sig_atomic_t seconds_over;

static void on_cpu(int number) {
    (void)number;
    seconds_over = seconds_over + 1;
    if (seconds_over > BOUNDS_GRACE_S)
        _exit(RUNNER_EXIT_CPU);
}

/* Bytes of private data this process has: what RLIMIT_DATA counts. 0: not known. */
static uint64_t data_bytes(void) {
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    unsigned long long kb = 0;
    if (!f)
        return 0;
    while (kb == 0 && fgets(line, sizeof line, f)) {
        if (line[0] != 'V' || line[2] != 'D') /* VmData */
            continue;
        for (const char *p = line; *p; p++)
            if (*p >= '0' && *p <= '9')
                kb = kb * 10 + (unsigned long long)(*p - '0');
    }
    fclose(f);
    return kb * 1024;
}

bool bounds_memory(int64_t mb) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return false;
    rlim_t want = data_bytes() + ((rlim_t)mb << 20);
    if (limit.rlim_max == RLIM_INFINITY || want < limit.rlim_max)
        limit.rlim_cur = want;
    return setrlimit(RLIMIT_DATA, &limit) == 0;
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
