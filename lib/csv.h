/* CSV text -> bars.
 *
 * Line 1 is a header: time,open,high,low,close,volume in any case and order; volume is optional
 * (0), the time column may also be named timestamp, date, datetime, open_time or nothing; further
 * columns are ignored. The delimiter is the header's: comma, semicolon or tab. Fields may be
 * quoted; lines end in LF or CRLF; a UTF-8 byte order mark and blank lines are skipped.
 *
 * Stamps are open times: ISO 8601 (2024-01-01, 20240101, 2024-01-01 10:00[:00[.123456]], T instead
 * of the space, Z or +02:00 at the end; without a zone they are UTC) or epoch seconds, milli-,
 * micro- or nanoseconds, told apart by their size. What is finer than a millisecond is cut off.
 * Numbers become the nearest double, always. Rows rise or fall in time throughout; falling ones are
 * turned around.
 *
 * A bad row is ERR_UNPROCESSABLE with line, column (the field's first character, from 1) and the
 * pointer "/line/17/high"; nothing is kept then. */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/bars.h"
#include "lib/err.h"

/* ret is made here and owned by the caller (bars_release). */
enum err_code csv_read(const char *text, size_t len, struct bars *ret, struct err *e);

/* The parts the reader is made of, each over [p, end): the place behind what was read, or NULL. */
const char *csv_number(const char *p, const char *end, double *ret);

struct csv_day { /* the date last read: in most files the next row has it, or one of its month */
    char text[10];
    bool known;
    int64_t ms, month_ms;
};
const char *csv_stamp(const char *p, const char *end, struct csv_day *day, int64_t *ret_ms);

#endif
