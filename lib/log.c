#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/proc.h"

#define LINE_MAX_BYTES 1000 /* websocketd stops reading stderr at a line of 4096 bytes */

static const char *log_program = "candlemill";
static enum log_level log_max = LOG_INFO_L;
static bool log_journal;

void log_init(const char *program, enum log_level max) {
    log_program = program;
    log_max = max;
    log_journal = getenv("JOURNAL_STREAM") != NULL;
}

__attribute__((format(printf, 2, 0))) static void line(enum log_level level, const char *fmt,
                                                       va_list args) {
    static const char *const names[] = {"error", "warning", "info", "debug"};
    static const int priorities[] = {3, 4, 6, 7};
    char text[LINE_MAX_BYTES], out[2 * LINE_MAX_BYTES], stamp[TIME_TEXT_MAX];

    if (level > log_max)
        return;
    vsnprintf(text, sizeof text, fmt, args);
    int n = log_journal
                ? snprintf(out, sizeof out, "<%d>%s: ", priorities[level], log_program)
                : snprintf(out, sizeof out, "%s %s %s[%d]: ", time_format(clock_now_ms(), stamp),
                           names[level], log_program, (int)getpid());
    size_t len = (size_t)n;
    for (const char *p = text; *p && len < sizeof out - 8; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == 0x7f)
            len += (size_t)snprintf(out + len, 5, "\\x%02x", c);
        else
            out[len++] = (char)c;
    }
    out[len++] = '\n';
    if (!write_all(STDERR_FILENO, out, len))
        return; /* nowhere left to say it */
}

#define LOG_FUNCTION(name, level)                                                                  \
    void name(const char *fmt, ...) {                                                              \
        va_list args;                                                                              \
        va_start(args, fmt);                                                                       \
        line(level, fmt, args);                                                                    \
        va_end(args);                                                                              \
    }

LOG_FUNCTION(log_error, LOG_ERROR_L)
LOG_FUNCTION(log_warn, LOG_WARN_L)
LOG_FUNCTION(log_info, LOG_INFO_L)
LOG_FUNCTION(log_debug, LOG_DEBUG_L)

void log_fatal(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    line(LOG_ERROR_L, fmt, args);
    va_end(args);
    exit(EXIT_FAILURE);
}
