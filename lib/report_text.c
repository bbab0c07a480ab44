/* Text, numbers and JSON values on their way into the report. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/report_parts.h"

void html_text(struct buf *out, const char *text) {
    for (; *text; text++) {
        switch (*text) {
        case '&':
            buf_str(out, "&amp;");
            break;
        case '<':
            buf_str(out, "&lt;");
            break;
        case '>':
            buf_str(out, "&gt;");
            break;
        case '"':
            buf_str(out, "&quot;");
            break;
        case '\'':
            buf_str(out, "&#39;");
            break;
        default:
            buf_char(out, *text);
        }
    }
}

void html_number(struct buf *out, double v, int decimals) {
    char plain[64];
    if (!isfinite(v)) {
        buf_str(out, "–");
        return;
    }
    if (fabs(v) >= 1e15) {
        buf_fmt(out, "%.4g", v);
        return;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(v));
    size_t whole = strcspn(plain, ".");
    if (v < 0 && strspn(plain, "0.") < strlen(plain))
        buf_str(out, "−");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            buf_char(out, ',');
        buf_char(out, plain[i]);
    }
    buf_str(out, plain + whole);
}

void html_duration(struct buf *out, double seconds) {
    static const struct {
        long long seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    if (!(seconds >= 0 && seconds < 1e15)) {
        buf_str(out, "–");
        return;
    }
    long long left = (long long)(seconds + 0.5);
    size_t i = 0;
    while (i < 3 && left < units[i].seconds)
        i++;
    buf_fmt(out, "%lld %s", left / units[i].seconds, units[i].unit);
    left %= units[i].seconds;
    if (i < 3 && left >= units[i + 1].seconds)
        buf_fmt(out, " %lld %s", left / units[i + 1].seconds, units[i + 1].unit);
}

void html_metric(struct buf *out, enum metric m, double v) {
    switch (metric_info_at(m)->unit) {
    case UNIT_PERCENT:
        html_number(out, v, 2);
        buf_str(out, isfinite(v) ? " %" : "");
        break;
    case UNIT_MONEY:
        html_number(out, v, 2);
        break;
    case UNIT_SECONDS:
        html_duration(out, v);
        break;
    case UNIT_RATIO:
        html_number(out, v, 3);
        break;
    case UNIT_COUNT:
        html_number(out, v, 0);
        break;
    }
}

const char *html_tone(double v) {
    return v > 0 ? " up" : v < 0 ? " down" : "";
}

struct json_object *report_get(struct json_object *o, const char *key) {
    struct json_object *v;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v
                                                                                             : NULL;
}

double report_number(struct json_object *o, const char *key) {
    struct json_object *v = report_get(o, key);
    return v ? json_object_get_double(v) : (double)NAN;
}

const char *report_text(struct json_object *o, const char *key) {
    struct json_object *v = report_get(o, key);
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

size_t report_length(struct json_object *list) {
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}
