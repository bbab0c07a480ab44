/* What is known of a foreign worker's result: the words of its summary that we know, too. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/metrics.h"
#include "lib/id.h"
#include "lib/json.h"
#include "worker/relay.h"

#define BODY_MAX (64U << 10)

/* The value that the summary gives for a metric, NaN: none. */
static double value_of(struct json_object *summary, enum metric m) {
    double v;
    return json_get_number(summary, metric_info_at(m)->name, &v, NULL) ? v : (double)NAN;
}

static void put_known(struct json_out *j, struct json_object *summary) {
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        if (isfinite(value_of(summary, (enum metric)i)))
            json_put_double(j, metric_info_at((enum metric)i)->name,
                            value_of(summary, (enum metric)i));
    json_end(j, '}');
}

static void put_metrics(struct json_out *j, struct json_object *summary) {
    json_key(j, "metrics");
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        json_put_double(j, metric_info_at((enum metric)i)->name, value_of(summary, (enum metric)i));
    json_end(j, '}');
    json_key(j, "basis");
    json_begin(j, '{');
    json_key(j, "nulls");
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        if (!isfinite(value_of(summary, (enum metric)i)))
            json_put_string(j, metric_info_at((enum metric)i)->name, "foreign");
    json_end(j, '}');
    json_end(j, '}');
}

char *relay_body(const char *id, const char *text, char **ret_summary) {
    struct json_object *summary = json_parse(text, strlen(text), NULL);
    char result_id[ID_MAX + 4];
    struct buf body, known;
    struct json_out j;
    id_result(id, result_id);
    buf_init(&known, BODY_MAX);
    json_out_init(&j, &known);
    put_known(&j, summary);

    buf_init(&body, BODY_MAX);
    json_out_init(&j, &body);
    json_begin(&j, '{');
    json_put_string(&j, "backtestId", id);
    json_put_string(&j, "id", id);
    json_put_string(&j, "resultId", result_id);
    json_put_string(&j, "status", "completed");
    json_put_raw(&j, "summary", known.failed ? NULL : known.data);
    put_metrics(&j, summary);
    json_put_raw(&j, "strategies", "[]");
    json_put_raw(&j, "data", NULL);
    json_put_string(&j, "engine", "foreign");
    json_put_raw(&j, "warnings", "[]");
    json_put_raw(&j, "noTrades", NULL);
    json_put_raw(&j, "band", NULL);
    json_end(&j, '}');
    json_object_put(summary);
    *ret_summary = buf_detach(&known);
    return buf_detach(&body);
}
