/* Log lines: one line an event on stderr, `time level program: message`, control characters
 * escaped. Under systemd (JOURNAL_STREAM set) a `<N>` priority comes first. Programs log, libraries
 * fill errors. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

enum log_level { LOG_ERROR_L, LOG_WARN_L, LOG_INFO_L, LOG_DEBUG_L };

void log_init(const char *program, enum log_level max); /* program: borrowed for ever */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* error, then exit(1): for main() only. */
void log_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
