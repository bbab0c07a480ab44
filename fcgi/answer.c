#include "fcgi/answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/result.h"

#define LINK_MAX (4 * QUERY_MAX)

void answer_json(struct http_res *s, struct json_out *j) {
    s->type = "application/json";
    json_out_init(j, &s->body);
}

void answer_csv(struct http_res *s, const char *stem, const char *what) {
    char value[160];
    int len = snprintf(value, sizeof value, "attachment; filename=\"");
    for (; *stem && len < 120; stem++)
        value[len++] = isalnum((unsigned char)*stem) || strchr("_-", *stem) ? *stem : '_';
    snprintf(value + len, sizeof value - (size_t)len, "-%.20s.csv\"", what);
    http_header(s, "Content-Disposition", value);
    s->type = "text/csv; charset=utf-8";
}

void csv_safe(struct buf *out, const char *text) {
    char *guarded;
    if (!text)
        return;
    if (!*text || !strchr("=+-@\t\r", *text)) {
        csv_text(out, text);
    } else if (asprintf(&guarded, "'%s", text) < 0) {
        out->failed = true;
    } else {
        csv_text(out, guarded);
        free(guarded);
    }
}

void answer_next(const struct http_req *r, struct http_res *s, struct json_out *j, const char *key,
                 const char *cursor) {
    struct buf link;
    json_put_string(j, "next", cursor[0] ? cursor : NULL);
    if (!cursor[0])
        return;
    buf_init(&link, LINK_MAX);
    buf_fmt(&link, "<%s%s?", r->prefix, r->path);
    for (size_t i = 0; i < r->n_values; i++) {
        if (strcmp(r->values[i].key->name, key) == 0)
            continue;
        buf_fmt(&link, "%s=", r->values[i].key->name);
        http_escape(&link, r->values[i].text);
        buf_char(&link, '&');
    }
    buf_fmt(&link, "%s=", key);
    http_escape(&link, cursor);
    buf_str(&link, ">; rel=\"next\"");
    if (!link.failed)
        http_header(s, "Link", link.data);
    buf_release(&link);
}

void time_json(struct json_out *j, int64_t ms) {
    char text[TIME_TEXT_MAX];
    json_string(j, time_format(ms, text));
}
