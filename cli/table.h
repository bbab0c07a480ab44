/* Rows of text, shown as aligned columns to people or as CSV to programs. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/buf.h"

#define TABLE_COLUMNS_MAX 14

struct column {
    const char *word;  /* CSV header: "createdAt" */
    const char *title; /* "Created" */
    bool right;        /* numbers */
};

struct table {
    const struct column *columns;
    size_t n_columns, n_cells;
    struct buf text; /* cells, each with its NUL */
};

void table_init(struct table *t, const struct column *columns, size_t n);
void table_add(struct table *t, const char *cell); /* NULL: empty; row by row */
__attribute__((format(printf, 2, 3))) void table_addf(struct table *t, const char *fmt, ...);
void table_print(const struct table *t, FILE *out); /* columns with a header */
void table_csv(const struct table *t, FILE *out);
void table_release(struct table *t);

/* Columns a terminal needs for UTF-8 text. */
int text_width(const char *s);

/* May colours be used there? A terminal, no NO_COLOR, TERM not dumb. */
bool may_color(FILE *f);

/* "+12.34", "1,234.50", "3d 4h": numbers as people read them; ret is returned. */
#define NUMBER_TEXT_MAX 48
const char *number_text(double v, int decimals, char ret[static NUMBER_TEXT_MAX]);
const char *duration_text(double seconds, char ret[static NUMBER_TEXT_MAX]);

#endif
