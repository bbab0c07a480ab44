/* Telling the world how a backtest ended, at least once (DESIGN 4, step 7). */
#include <stdio.h>
#include <string.h>

#include "lib/bus.h"
#include "lib/id.h"
#include "lib/store.h"

/* Text cut to fit at a whole UTF-8 character. */
static void cut(char *ret, size_t size, const char *text) {
    size_t len = strnlen(text, size);
    if (len == size) {
        len--;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(ret, text, len);
    ret[len] = 0;
}

void run_end_event(const struct result *r, struct event *ret) {
    bool completed = r->status == RUN_COMPLETED, cancelled = r->status == RUN_CANCELLED;
    const char *error = r->error ? r->error : "The backtest failed";
    struct event ev = {
        .kind = completed ? EVENT_COMPLETE : EVENT_ERROR,
        .attempt = r->attempt,
        .timestamp_ms = r->completed_ms,
    };
    memcpy(ev.id, r->id, sizeof ev.id);
    memcpy(ev.user_id, r->user_id, sizeof ev.user_id);
    memcpy(ev.run_kind, r->kind, sizeof ev.run_kind);
    memcpy(ev.code, r->code, sizeof ev.code);
    if (completed) {
        id_result(r->id, ev.result_id);
        ev.summary = r->summary;
        snprintf(ev.status, sizeof ev.status, "success");
    } else {
        snprintf(ev.status, sizeof ev.status, cancelled ? "cancelled" : "error");
        cut(ev.error, sizeof ev.error, cancelled ? "Cancelled" : error);
    }
    *ret = ev;
}

enum err_code run_announce(struct store *s, struct bus *bus, const struct result *r,
                           struct err *e) {
    if (r->deleted) {
        enum err_code code = store_backtest_delete(s, NULL, r->id, e);
        return code == ERR_NOT_FOUND ? ERR_NONE : code;
    }
    if (bus && !bus_is_none(bus)) {
        struct event ev;
        run_end_event(r, &ev);
        enum err_code code = bus_event(bus, &ev, e);
        if (code != ERR_NONE)
            return code;
    }
    char id[1][ID_MAX];
    memcpy(id[0], r->id, sizeof id[0]);
    return store_close_ended(s, (const char(*)[ID_MAX])id, 1, e);
}
