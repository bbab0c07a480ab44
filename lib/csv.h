/* CSV text -> bars. Header `time,open,high,low,close,volume` in any case and order, volume
 * optional, the time column also named timestamp, date, datetime or nothing; stamps ISO with or
 * without zone (UTC), epoch seconds or milliseconds; further columns are ignored. Rows are sorted
 * when they fall; a bad row is ERR_UNPROCESSABLE with its line and column name (pointer
 * "/line/17/high"), and nothing is kept. */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stddef.h>

#include "engine/bars.h"
#include "lib/err.h"

enum err_code csv_read(const char *text, size_t len, struct bars *ret, struct err *e);

#endif
