/* Time: epoch milliseconds in UTC for records, monotonic milliseconds for leases and deadlines. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_TEXT_MAX 32

int64_t clock_now_ms(void);  /* wall clock: only for people to read, never to decide */
int64_t clock_mono_ms(void); /* CLOCK_MONOTONIC: the only clock that decides */
int64_t clock_mono_us(void);

/* RFC 3339 in UTC: 2024-12-09T15:30:00Z, with .123 when the milliseconds are not 0. Returns buf. */
char *time_format(int64_t ms, char buf[static TIME_TEXT_MAX]);

/* "2024-06-01", for progress messages. */
char *date_format(int64_t ms, char buf[static TIME_TEXT_MAX]);

/* "2024-01-01" (00:00 UTC) or "2024-01-01T10:00:00Z" / "...+02:00" / "2024-01-01
 * 10:00[:00[.123456]]" (a stamp without zone is UTC). The whole string must be used. False: not a
 * time. */
bool time_parse(const char *text, int64_t *ret_ms);

#endif
