#include "lib/csv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/clock.h"
#include "lib/limits.h"

enum column { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, COLUMNS, IGNORED = COLUMNS };

#define FIELDS_MAX 64 /* columns of a file; the widest export seen has 30 */

static const char *const words[COLUMNS] = {"time", "open", "high", "low", "close", "volume"};
static const char *const time_words[] = {"time", "timestamp", "date", "datetime", "open_time"};

struct reader {
    const char *end;  /* of the file */
    const char *row;  /* start of the line at hand */
    const char *next; /* start of the line after it */
    size_t line;      /* its number, from 1 */
    char delimiter;
    enum column columns[FIELDS_MAX];
    size_t n_fields;
    struct csv_day day;
    struct err *e;
};

static enum err_code bad_file(struct reader *r, const char *word, const char *text) {
    return err_at(r->e, ERR_UNPROCESSABLE, NULL, word, "%s", text);
}

__attribute__((cold)) static enum err_code bad_row(struct reader *r, enum column c, const char *at,
                                                   const char *text) {
    char pointer[ERR_POINTER_MAX], message[ERR_MESSAGE_MAX];
    size_t column = at ? (size_t)(at - r->row) + 1 : 0;
    if (c < COLUMNS) {
        snprintf(pointer, sizeof pointer, "/line/%zu/%s", r->line, words[c]);
        snprintf(message, sizeof message, "line %zu: %s %s", r->line, words[c], text);
    } else {
        snprintf(pointer, sizeof pointer, "/line/%zu", r->line);
        snprintf(message, sizeof message, "line %zu: %s", r->line, text);
    }
    err_at(r->e, ERR_UNPROCESSABLE, pointer, "bad_row", "%s", message);
    if (r->e) {
        r->e->line = (int)r->line;
        r->e->column = (int)column;
    }
    return ERR_UNPROCESSABLE;
}

/* "high is no number: 'abc'"; only printable ASCII of it, and not much. */
__attribute__((cold)) static enum err_code bad_field(struct reader *r, enum column c, const char *p,
                                                     const char *end, const char *what) {
    char text[160], shown[33];
    size_t n = 0;
    const char *q = p;
    for (; q < end && *q != r->delimiter && n < sizeof shown - 1; q++)
        shown[n++] = isprint((unsigned char)*q) ? *q : '?';
    shown[n] = '\0';
    if (n == 0)
        snprintf(text, sizeof text, "is missing");
    else
        snprintf(text, sizeof text, "%s: '%s'", what, shown);
    return bad_row(r, c, p, text);
}

static bool blank(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p == end;
}

/* The next line that is not blank into [row, *ret_end); false at the end of the file. */
static bool next_line(struct reader *r, const char **ret_end) {
    while (r->next < r->end) {
        r->row = r->next;
        r->line++;
        const char *newline = memchr(r->row, '\n', (size_t)(r->end - r->row));
        const char *end = newline ? newline : r->end;
        r->next = newline ? newline + 1 : r->end;
        if (end > r->row && end[-1] == '\r')
            end--;
        if (!blank(r->row, end)) {
            *ret_end = end;
            return true;
        }
    }
    return false;
}

/* A quoted field that starts at p: its text into copy; returns the place behind the closing quote,
 * NULL when there is none. */
static const char *unquote(const char *p, const char *end, char copy[CSV_LINE_MAX + 1],
                           size_t *ret_len) {
    size_t len = 0;
    for (p++; p < end; p++) {
        if (*p == '"' && (++p == end || *p != '"')) {
            copy[len] = '\0';
            *ret_len = len;
            return p;
        }
        copy[len++] = *p;
    }
    return NULL;
}

static const char *skip_blanks(const char *p, const char *end) {
    while (p < end && *p == ' ')
        p++;
    return p;
}

static const char *field_end(const struct reader *r, const char *p, const char *end) {
    const char *found = memchr(p, r->delimiter, (size_t)(end - p));
    return found ? found : end;
}

static enum column column_of(const char *name) {
    for (size_t i = 0; i < sizeof time_words / sizeof *time_words; i++)
        if (strcasecmp(name, time_words[i]) == 0)
            return TIME;
    for (enum column c = OPEN; c < COLUMNS; c++)
        if (strcasecmp(name, words[c]) == 0)
            return c;
    return IGNORED;
}

/* One header cell, without quotes and blanks around it. */
static const char *header_cell(struct reader *r, const char *p, const char *end,
                               char cell[CSV_LINE_MAX + 1]) {
    size_t len;
    const char *behind;
    p = skip_blanks(p, end);
    if (p < end && *p == '"') {
        behind = unquote(p, end, cell, &len);
        if (!behind)
            return NULL;
        behind = skip_blanks(behind, end);
    } else {
        behind = field_end(r, p, end);
        len = (size_t)(behind - p);
        memcpy(cell, p, len);
    }
    while (len > 0 && cell[len - 1] == ' ')
        len--;
    cell[len] = '\0';
    return behind;
}

static enum err_code read_header(struct reader *r) {
    const char *end;
    if (!next_line(r, &end))
        return bad_file(r, "empty", "the file is empty");
    if (end - r->row > CSV_LINE_MAX)
        return bad_row(r, IGNORED, NULL, "longer than any header of candles");
    size_t votes[3] = {0};
    static const char delimiters[] = {',', ';', '\t'};
    for (const char *p = r->row; p < end; p++)
        for (size_t i = 0; i < 3; i++)
            votes[i] += *p == delimiters[i];
    size_t best = votes[1] > votes[0] ? 1 : 0;
    r->delimiter = delimiters[votes[2] > votes[best] ? 2 : best];

    bool have[COLUMNS] = {false};
    bool unnamed_first = false;
    char cell[CSV_LINE_MAX + 1];
    for (const char *p = r->row;; p++) {
        if (r->n_fields == FIELDS_MAX)
            return bad_row(r, IGNORED, p, "more columns than any file of candles has");
        const char *behind = header_cell(r, p, end, cell);
        if (!behind || (behind < end && *behind != r->delimiter))
            return bad_row(r, IGNORED, p, "a quote in the header is not closed");
        enum column c = column_of(cell);
        if (c < COLUMNS && have[c]) {
            char text[96];
            snprintf(text, sizeof text, "two columns are the %s, the second is '%.20s'", words[c],
                     cell);
            return bad_row(r, IGNORED, p, text);
        }
        if (c < COLUMNS)
            have[c] = true;
        unnamed_first |= r->n_fields == 0 && cell[0] == '\0';
        r->columns[r->n_fields++] = c;
        if (behind == end)
            break;
        p = behind;
    }
    if (!have[TIME] && unnamed_first) {
        r->columns[0] = TIME;
        have[TIME] = true;
    }
    for (enum column c = TIME; c <= CLOSE; c++) {
        if (!have[c]) {
            char text[160];
            snprintf(text, sizeof text,
                     "the header has no column %s (expected: time,open,high,low,close,volume)",
                     words[c]);
            return bad_row(r, IGNORED, NULL, text);
        }
    }
    return ERR_NONE;
}

/* Reads the value of a wanted column that is the whole of [p, end). */
static bool whole_value(struct reader *r, enum column c, const char *p, const char *end,
                        double *number, int64_t *stamp) {
    while (end > p && end[-1] == ' ')
        end--;
    return (c == TIME ? csv_stamp(p, end, &r->day, stamp) : csv_number(p, end, number)) == end;
}

/* A field of any kind; *p moves behind it. */
__attribute__((noinline)) static enum err_code read_field(struct reader *r, enum column c,
                                                          const char **p, const char *end,
                                                          double *number, int64_t *stamp) {
    const char *start = skip_blanks(*p, end), *behind;
    bool good;
    if (start < end && *start == '"') {
        char copy[CSV_LINE_MAX + 1];
        size_t len;
        behind = unquote(start, end, copy, &len);
        if (!behind)
            return bad_row(r, c, start, "has a quote that is not closed");
        behind = skip_blanks(behind, end);
        good = (behind == end || *behind == r->delimiter) &&
               (c == IGNORED || whole_value(r, c, copy, copy + len, number, stamp));
    } else {
        behind = field_end(r, start, end);
        good = c == IGNORED || whole_value(r, c, start, behind, number, stamp);
    }
    if (!good)
        return bad_field(r, c, start, end, c == TIME ? "is no time" : "is no number");
    *p = behind;
    return ERR_NONE;
}

static enum err_code read_row(struct reader *r, const char *end, int64_t *t, double *v) {
    const char *p = r->row;
    v[VOLUME] = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        enum column c = r->columns[i];
        /* A number ends by itself, so it may look as far as the memory goes: that is faster. */
        const char *q = c != TIME && c != IGNORED ? csv_number(p, r->end, &v[c]) : NULL;
        if (!q || (q != end && *q != r->delimiter)) {
            enum err_code code = read_field(r, c, &p, end, &v[c], t);
            if (code != ERR_NONE)
                return code;
            q = p;
        }
        bool last = i + 1 == r->n_fields;
        if (last != (q == end)) {
            char text[96];
            snprintf(text, sizeof text, "%s fields than the header has (%zu)",
                     last ? "more" : "fewer", r->n_fields);
            return bad_row(r, IGNORED, q, text);
        }
        p = q + !last;
    }
    return ERR_NONE;
}

/* The rules of struct bars, while the line is still known. */
static enum err_code check_row(struct reader *r, const double *v) {
    for (enum column c = OPEN; c < COLUMNS; c++)
        if (!isfinite(v[c]))
            return bad_row(r, c, NULL, "is larger than any number");
    if (v[LOW] <= 0)
        return bad_row(r, LOW, NULL, "is not above 0");
    if (v[LOW] > v[HIGH])
        return bad_row(r, LOW, NULL, "is above high");
    if (v[OPEN] < v[LOW] || v[OPEN] > v[HIGH])
        return bad_row(r, OPEN, NULL, "is outside low and high");
    if (v[CLOSE] < v[LOW] || v[CLOSE] > v[HIGH])
        return bad_row(r, CLOSE, NULL, "is outside low and high");
    if (v[VOLUME] < 0)
        return bad_row(r, VOLUME, NULL, "is negative");
    return ERR_NONE;
}

__attribute__((cold)) static enum err_code bad_order(struct reader *r, size_t line_before,
                                                     int64_t t, int64_t before, bool falling) {
    char text[160], a[TIME_TEXT_MAX], b[TIME_TEXT_MAX];
    if (t == before)
        snprintf(text, sizeof text, "%s is already on line %zu", time_format(t, a), line_before);
    else
        snprintf(text, sizeof text, "%s is %s line %zu (%s), though the rows %s until there",
                 time_format(t, a), falling ? "after" : "before", line_before,
                 time_format(before, b), falling ? "fall" : "rise");
    return bad_row(r, TIME, r->row, text);
}

static void reverse(double *column, size_t n) {
    for (size_t i = 0, k = n; i + 1 < k--; i++) {
        double swap = column[i];
        column[i] = column[k];
        column[k] = swap;
    }
}

static void turn_around(struct bars *b) {
    for (size_t i = 0, k = b->n; i + 1 < k--; i++) {
        int64_t swap = b->t[i];
        b->t[i] = b->t[k];
        b->t[k] = swap;
    }
    double *columns[] = {b->o, b->h, b->l, b->c, b->v};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        reverse(columns[i], b->n);
}

static enum err_code read_rows(struct reader *r, struct bars *b) {
    const char *end;
    size_t line_before = 0;
    bool falling = false;
    while (next_line(r, &end)) {
        if (end - r->row > CSV_LINE_MAX)
            return bad_row(r, IGNORED, NULL, "longer than any row of candles");
        int64_t t = 0;
        double v[COLUMNS + 1] = {0};
        enum err_code code = read_row(r, end, &t, v);
        if (code == ERR_NONE)
            code = check_row(r, v);
        if (code != ERR_NONE)
            return code;
        if (b->n == 1)
            falling = t < b->t[0];
        if (b->n > 0 && (falling ? t >= b->t[b->n - 1] : t <= b->t[b->n - 1]))
            return bad_order(r, line_before, t, b->t[b->n - 1], falling);
        if (b->n == 0 && !bars_reserve(b, (size_t)(r->end - r->row) / (size_t)(end - r->row) + 8))
            return err_set(r->e, ERR_INTERNAL, "out of memory");
        if (b->n == BARS_MAX)
            return err_at(r->e, ERR_TOO_LARGE, NULL, "too_many_bars", "more than %u rows",
                          BARS_MAX);
        if (!bars_append(b, t, v[OPEN], v[HIGH], v[LOW], v[CLOSE], v[VOLUME]))
            return err_set(r->e, ERR_INTERNAL, "out of memory");
        line_before = r->line;
    }
    if (b->n == 0)
        return bad_file(r, "empty", "there are no rows below the header");
    if (falling)
        turn_around(b);
    return ERR_NONE;
}

enum err_code csv_read(const char *text, size_t len, struct bars *ret, struct err *e) {
    struct reader r = {.end = text + len, .next = text, .e = e};
    if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return bad_file(&r, "encoding", "the file is UTF-16: save it as UTF-8");
    if (len >= 2 && (memcmp(text, "\x1f\x8b", 2) == 0 || memcmp(text, "PK", 2) == 0))
        return bad_file(&r, "encoding", "the file is compressed: unpack it first");
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r.next += 3;
    enum err_code code = read_header(&r);
    if (code != ERR_NONE)
        return code;
    struct bars b;
    bars_init(&b);
    code = read_rows(&r, &b);
    if (code != ERR_NONE) {
        bars_release(&b);
        return code;
    }
    *ret = b;
    return ERR_NONE;
}
