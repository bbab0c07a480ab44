/* What defined series said when trades were decided: packed for the store, in a trade's object and
 * in its line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/result.h"

char *values_pack(const struct trade_values *v, size_t *ret_len) {
    int64_t width = (int64_t)v->width;
    size_t cells = 2 * v->n * v->width * sizeof *v->at;
    char *data = malloc(sizeof width + cells);
    if (!data)
        return NULL;
    memcpy(data, &width, sizeof width);
    if (cells > 0)
        memcpy(data + sizeof width, v->at, cells);
    *ret_len = sizeof width + cells;
    return data;
}

bool values_unpack(const char *data, size_t len, struct trade_values *ret) {
    int64_t width;
    if (len < sizeof width)
        return false;
    memcpy(&width, data, sizeof width);
    size_t rest = len - sizeof width;
    if (width < 0 || width > TRADE_SERIES_MAX || (width == 0 && rest > 0) ||
        (width > 0 && rest % (2 * (size_t)width * sizeof(double)) != 0))
        return false;
    struct trade_values out = {.width = (size_t)width};
    if (rest > 0) {
        out.n = rest / (2 * (size_t)width * sizeof(double));
        out.at = malloc(rest);
        if (!out.at)
            return false;
        memcpy(out.at, data + sizeof width, rest);
    }
    *ret = out;
    return true;
}

const double *values_of(const struct trade_values *v, size_t trade) {
    return v && trade < v->n ? v->at + 2 * trade * v->width : NULL;
}

static void put_values(struct json_out *j, const char *key, const struct series_values *s,
                       const double *at) {
    json_key(j, key);
    if (!s || !s->at || !s->name[0]) {
        json_null(j);
        return;
    }
    json_begin(j, '{');
    for (size_t k = 0; k < s->width && s->name[k]; k++)
        json_put_double(j, s->name[k], at[k]);
    json_end(j, '}');
}

void series_values_json(struct json_out *j, const struct series_values *s) {
    put_values(j, "entryValues", s, s ? s->at : NULL);
    put_values(j, "exitValues", s, s && s->at ? s->at + s->width : NULL);
}

/* "f=1.25 s=1.5": names hold letters, digits and _ alone, so it is one field as it is. */
static void put_line(struct buf *out, const struct series_values *s, const double *at) {
    buf_char(out, ',');
    for (size_t k = 0; s && s->at && k < s->width && s->name[k]; k++) {
        char number[DOUBLE_TEXT_MAX] = "";
        if (isfinite(at[k]))
            number[double_format(at[k], number)] = '\0';
        buf_fmt(out, "%s%s=%s", k ? " " : "", s->name[k], number);
    }
}

void series_values_csv(struct buf *out, const struct series_values *s) {
    put_line(out, s, s ? s->at : NULL);
    put_line(out, s, s && s->at ? s->at + s->width : NULL);
}
