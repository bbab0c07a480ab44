#include "cli/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/result.h"

#define TABLE_TEXT_MAX (64U << 20)

void table_init(struct table *t, const struct column *columns, size_t n) {
    *t = (struct table){.columns = columns, .n_columns = n};
    buf_init(&t->text, TABLE_TEXT_MAX);
}

void table_add(struct table *t, const char *cell) {
    buf_add(&t->text, cell ? cell : "", strlen(cell ? cell : "") + 1);
    t->n_cells++;
}

void table_addf(struct table *t, const char *fmt, ...) {
    char cell[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(cell, sizeof cell, fmt, args);
    va_end(args);
    table_add(t, cell);
}

int text_width(const char *s) {
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void put_cell(FILE *out, const char *text, int width, bool right, bool last) {
    int pad = width - text_width(text);
    if (right)
        fprintf(out, "%*s%s", pad, "", text);
    else
        fprintf(out, "%s%*s", text, last ? 0 : pad, "");
    fputs(last ? "\n" : "  ", out);
}

void table_print(const struct table *t, FILE *out) {
    int widths[TABLE_COLUMNS_MAX];
    bool color = may_color(out);
    if (t->text.failed)
        return;
    for (size_t c = 0; c < t->n_columns; c++)
        widths[c] = text_width(t->columns[c].title);
    const char *cell = t->text.data;
    for (size_t i = 0; i < t->n_cells; i++, cell += strlen(cell) + 1)
        if (text_width(cell) > widths[i % t->n_columns])
            widths[i % t->n_columns] = text_width(cell);
    fputs(color ? "\033[1m" : "", out);
    for (size_t c = 0; c < t->n_columns; c++)
        put_cell(out, t->columns[c].title, widths[c], t->columns[c].right, c + 1 == t->n_columns);
    fputs(color ? "\033[0m" : "", out);
    cell = t->text.data;
    for (size_t i = 0; i < t->n_cells; i++, cell += strlen(cell) + 1) {
        size_t c = i % t->n_columns;
        put_cell(out, cell, widths[c], t->columns[c].right, c + 1 == t->n_columns);
    }
}

void table_csv(const struct table *t, FILE *out) {
    struct buf line;
    buf_init(&line, TABLE_TEXT_MAX);
    for (size_t c = 0; c < t->n_columns; c++)
        fprintf(out, "%s%s", c ? "," : "", t->columns[c].word);
    fputc('\n', out);
    const char *cell = t->text.data;
    for (size_t i = 0; i < t->n_cells && !t->text.failed; i++, cell += strlen(cell) + 1) {
        buf_clear(&line);
        csv_text(&line, cell);
        fprintf(out, "%s%s", line.data ? line.data : "", (i + 1) % t->n_columns == 0 ? "\n" : ",");
    }
    buf_release(&line);
}

void table_release(struct table *t) {
    buf_release(&t->text);
}

bool may_color(FILE *f) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(f)) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

const char *number_text(double v, int decimals, char ret[static NUMBER_TEXT_MAX]) {
    char plain[NUMBER_TEXT_MAX];
    if (!isfinite(v) || fabs(v) >= 1e15) {
        snprintf(ret, NUMBER_TEXT_MAX, "%g", v);
        return ret;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(v));
    size_t whole = strcspn(plain, "."), n = 0;
    if (v < 0 && strspn(plain, "0.") < strlen(plain))
        ret[n++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            ret[n++] = ',';
        ret[n++] = plain[i];
    }
    snprintf(ret + n, NUMBER_TEXT_MAX - n, "%s", plain + whole);
    return ret;
}

const char *duration_text(double seconds, char ret[static NUMBER_TEXT_MAX]) {
    static const struct {
        long long seconds;
        char letter;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    long long left = (long long)(seconds + 0.5);
    size_t i = 0;
    while (i < 3 && left < units[i].seconds)
        i++;
    int n = snprintf(ret, NUMBER_TEXT_MAX, "%lld%c", left / units[i].seconds, units[i].letter);
    left %= units[i].seconds;
    if (i < 3 && left >= units[i + 1].seconds)
        snprintf(ret + n, NUMBER_TEXT_MAX - (size_t)n, " %lld%c", left / units[i + 1].seconds,
                 units[i + 1].letter);
    return ret;
}
