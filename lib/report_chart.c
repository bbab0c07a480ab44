/* Charts as SVG. A plot is as wide as the page: positions across are percents, text keeps its size,
 * and only the curve itself is stretched. */
#include <math.h>
#include <stdio.h>

#include "lib/clock.h"
#include "lib/report_parts.h"

#define WIDE   10000 /* of the stretched curve's own units */
#define TALL   1000
#define TICKS  4
#define BOTTOM 22 /* px for the times */
#define TOP    8

/* The least of 1, 2, 5 x 10^k at or above x. */
static double nice(double x) {
    double base = pow(10, floor(log10(x)));
    return x <= base ? base : x <= 2 * base ? 2 * base : x <= 5 * base ? 5 * base : 10 * base;
}

struct scale {
    double low, high, step;
};

static struct scale scale_of(const double *v, size_t n, bool zero) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        low = isfinite(v[i]) && v[i] < low ? v[i] : low;
        high = isfinite(v[i]) && v[i] > high ? v[i] : high;
    }
    if (low > high)
        low = high = 0;
    if (zero) {
        low = fmin(low, 0);
        high = fmax(high, 0);
    }
    if (!(high > low)) { /* a flat line lies in the middle, one at 0 at the top */
        double pad = fmax(1, 0.01 * fabs(low));
        low -= pad;
        high += zero ? 0 : pad;
    }
    double step = nice((high - low) / TICKS);
    return (struct scale){step * floor(low / step), step * ceil(high / step), step};
}

static int decimals_of(double step) {
    int d = (int)ceil(-log10(step) - 1e-9);
    return d < 0 ? 0 : d > 8 ? 8 : d;
}

static void put_y_axis(struct buf *out, const struct scale *s, int plot, const char *unit) {
    buf_fmt(out, "<svg class=axis width=76 height=%d aria-hidden=true>", plot + TOP + BOTTOM);
    for (double v = s->low; v <= s->high + s->step / 2; v += s->step) {
        double y = TOP + plot * (s->high - v) / (s->high - s->low);
        buf_fmt(out, "<text x=70 y=%.1f text-anchor=end>", y + 4);
        html_number(out, fabs(v) < s->step / 2 ? 0 : v, decimals_of(s->step));
        buf_fmt(out, "%s</text>", unit);
    }
    buf_str(out, "</svg>");
}

static void put_grid(struct buf *out, const struct scale *s, int plot) {
    for (double v = s->low; v <= s->high + s->step / 2; v += s->step) {
        double y = TOP + plot * (s->high - v) / (s->high - s->low);
        buf_fmt(out, "<line x1=0 x2=100%% y1=%.1f y2=%.1f class=%s />", y, y,
                fabs(v) < s->step / 2 ? "zero" : "grid");
    }
}

/* Dates along the bottom; the middle ones go where there is no room. */
static void put_times(struct buf *out, const struct report_line *l, int y) {
    static const char *const anchors[] = {"start", "middle", "middle", "middle", "end"};
    int64_t span = l->t[l->n - 1] - l->t[0];
    for (int k = 0; k <= 4; k++) {
        char text[TIME_TEXT_MAX];
        time_format(l->t[0] + span / 4 * k, text);
        int show = span > 3 * INT64_C(86400000) ? 10 : 16;
        if (text[10] == 'T')
            text[10] = ' ';
        buf_fmt(out, "<text x=%d%% y=%d text-anchor=%s%s>%.*s</text>", 25 * k, y, anchors[k],
                k % 4 ? k == 2 ? " class=mid" : " class=quarter" : "", show, text);
    }
}

static void put_path(struct buf *out, const struct report_line *l, const struct scale *s,
                     bool area) {
    double span = (double)(l->t[l->n - 1] - l->t[0]);
    double base = fmin(fmax(0, s->low), s->high), x = 0;
    bool down = false;
    buf_fmt(out, "<path class=\"%s %s\" d=\"", l->class, area ? "area" : "line");
    for (size_t i = 0; i < l->n; i++) {
        if (!isfinite(l->v[i])) {
            down = false;
            continue;
        }
        x = WIDE * (double)(l->t[i] - l->t[0]) / span;
        double y = TALL * (s->high - l->v[i]) / (s->high - s->low);
        if (area && i == 0)
            buf_fmt(out, "M0 %.0fL%.0f %.1f", TALL * (s->high - base) / (s->high - s->low), x, y);
        else
            buf_fmt(out, "%c%.0f %.1f", down ? 'L' : 'M', x, y);
        down = true;
    }
    if (area)
        buf_fmt(out, "L%.0f %.0fZ", x, TALL * (s->high - base) / (s->high - s->low));
    buf_str(out, "\" vector-effect=non-scaling-stroke />");
}

void report_chart(struct buf *out, const struct report_line *l) {
    struct scale s = scale_of(l->v, l->n, l->zero);
    int plot = l->height - TOP - BOTTOM;
    bool whole = true;
    for (size_t i = 0; i < l->n; i++)
        whole = whole && isfinite(l->v[i]);
    buf_str(out, "<div class=chart role=img aria-label=\"");
    html_text(out, l->label);
    buf_str(out, "\">");
    put_y_axis(out, &s, plot, l->unit);
    buf_fmt(out, "<svg class=plot height=%d aria-hidden=true>", l->height);
    put_grid(out, &s, plot);
    buf_fmt(out,
            "<svg x=0 y=%d width=100%% height=%d viewBox=\"0 0 %d %d\" preserveAspectRatio=none>",
            TOP, plot, WIDE, TALL);
    if (whole)
        put_path(out, l, &s, true);
    put_path(out, l, &s, false);
    buf_str(out, "</svg>");
    put_times(out, l, l->height - 6);
    buf_str(out, "</svg></div>\n");
}

void report_histogram(struct buf *out, struct json_object *d) {
    struct json_object *counts = report_get(d, "counts");
    size_t n = report_length(counts);
    double from = report_number(d, "from"), width = report_number(d, "width"), most = 1;
    const int height = 190, plot = height - TOP - BOTTOM;
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, json_object_get_double(json_object_array_get_idx(counts, i)));
    double step = fmax(1, nice(most / TICKS));
    struct scale s = {0, step * ceil(most / step), step};
    buf_str(out, "<div class=chart role=img aria-label=\"Number of trades by return\">");
    put_y_axis(out, &s, plot, "");
    buf_fmt(out, "<svg class=plot height=%d aria-hidden=true>", height);
    put_grid(out, &s, plot);
    for (size_t i = 0; i < n; i++) {
        double count = json_object_get_double(json_object_array_get_idx(counts, i));
        double tall = plot * count / s.high;
        bool loss = from + width * ((double)i + 0.5) < 0;
        buf_fmt(out, "<rect class=%s x=%.3f%% width=%.3f%% y=%.1f height=%.1f />",
                loss ? "loss" : "gain", 100 * ((double)i + 0.06) / (double)n, 88 / (double)n,
                TOP + plot - tall, tall);
    }
    for (size_t k = 0; k <= 4; k++) {
        size_t edge = (n * k + 2) / 4;
        if (k > 0 && edge == (n * (k - 1) + 2) / 4)
            continue;
        buf_fmt(out, "<text x=%.3f%% y=%d text-anchor=%s%s>", 100 * (double)edge / (double)n,
                height - 6,
                k == 0   ? "start"
                : k == 4 ? "end"
                         : "middle",
                k % 2 ? " class=quarter" : "");
        html_number(out, from + width * (double)edge, decimals_of(width));
        buf_str(out, " %</text>");
    }
    buf_str(out, "</svg></div>\n");
}
