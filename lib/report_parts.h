/* Inside of lib/report.c: its charts, its tables, its style. Text goes out through html_text. */
#ifndef LIB_REPORT_PARTS_H
#define LIB_REPORT_PARTS_H

#include "engine/metrics.h"
#include "lib/buf.h"
#include "lib/json.h"

extern const char report_style[];

/* Text with & < > " ' as entities. */
void html_text(struct buf *out, const char *text);

/* "1,234.50", "−0.12"; the proper minus sign; "–" when v is no number. */
void html_number(struct buf *out, double v, int decimals);
void html_duration(struct buf *out, double seconds);
void html_metric(struct buf *out, enum metric m, double v);
/* " up" or " down" for a gain or loss, else "". */
const char *html_tone(double v);

struct json_object *report_get(struct json_object *o, const char *key); /* NULL: none or null */
double report_number(struct json_object *o, const char *key);           /* NaN: none */
const char *report_text(struct json_object *o, const char *key);        /* "": none */
size_t report_length(struct json_object *list);

/* A line over time with its axes, n >= 2 rising times. `fill`: down to zero; class is "equity",
 * "fall" or "rolling". label: what a reader who cannot see it is told. */
struct report_line {
    const char *class, *label;
    const int64_t *t;
    const double *v;
    size_t n;
    bool zero;  /* the value 0 belongs in the picture */
    int height; /* px */
    const char *unit;
};
void report_chart(struct buf *out, const struct report_line *line);

/* Trades by return: bars under and over 0. */
void report_histogram(struct buf *out, struct json_object *distribution);

/* Sections of the page, out of the result's body. */
void report_months(struct buf *out, struct json_object *breakdowns);
void report_falls(struct buf *out, struct json_object *breakdowns);
void report_groups(struct buf *out, struct json_object *breakdowns);
void report_strategies(struct buf *out, struct json_object *body);
void report_metrics(struct buf *out, struct json_object *body);
void report_band(struct buf *out, struct json_object *body);
void report_no_trades(struct buf *out, struct json_object *body);
void report_trades(struct buf *out, const char *trades, size_t len);

#endif
