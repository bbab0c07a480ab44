/* The record of a backtest: its words, its memory, its JSON. */
#include "lib/run.h"

#include <stdlib.h>
#include <string.h>

#include "lib/id.h"

static const char *const statuses[] = {
    [RUN_PENDING] = "pending", [RUN_RUNNING] = "running",     [RUN_COMPLETED] = "completed",
    [RUN_FAILED] = "failed",   [RUN_CANCELLED] = "cancelled",
};

static const char *const ends[] = {
    [ATTEMPT_LIVE] = "live",   [ATTEMPT_DONE] = "done",         [ATTEMPT_LOST] = "lost",
    [ATTEMPT_RETRY] = "retry", [ATTEMPT_RELEASED] = "released",
};

static bool find(const char *const *names, size_t n, const char *name, size_t *ret) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

const char *run_status_name(enum run_status s) {
    return statuses[s];
}

bool run_status_parse(const char *name, enum run_status *ret) {
    size_t i;
    if (!find(statuses, sizeof statuses / sizeof *statuses, name, &i))
        return false;
    *ret = (enum run_status)i;
    return true;
}

const char *attempt_end_name(enum attempt_end end) {
    return ends[end];
}

bool attempt_end_parse(const char *name, enum attempt_end *ret) {
    size_t i;
    if (!find(ends, sizeof ends / sizeof *ends, name, &i))
        return false;
    *ret = (enum attempt_end)i;
    return true;
}

void backtest_release(struct backtest *b) {
    free(b->params);
    free(b->tags);
    free(b->note);
    free(b->error);
    *b = (struct backtest){0};
}

void result_release(struct result *r) {
    free(r->error);
    free(r->summary);
    free(r->body);
    *r = (struct result){0};
}

void backtest_json(struct json_out *j, const struct backtest *b) {
    char result_id[ID_MAX];
    id_result(b->id, result_id);
    json_begin(j, '{');
    json_put_string(j, "backtestId", b->id);
    json_put_string(j, "id", b->id);
    json_put_string(j, "userId", b->user_id);
    json_put_string(j, "kind", b->kind);
    json_put_string(j, "status", run_status_name(b->status));
    json_put_double(j, "progress", b->progress);
    json_put_raw(j, "params", b->params);
    json_put_string(j, "resultId", b->status == RUN_COMPLETED ? result_id : NULL);
    json_put_string(j, "error", b->error);
    json_put_int(j, "attempt", b->attempt);
    json_put_raw(j, "tags", b->tags ? b->tags : "[]");
    json_put_string(j, "note", b->note);
    json_put_time(j, "createdAt", b->created_ms);
    json_put_time(j, "updatedAt", b->updated_ms);
    json_put_time(j, "startedAt", b->started_ms);
    json_put_time(j, "completedAt", b->completed_ms);
    json_end(j, '}');
}
