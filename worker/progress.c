#include "worker/progress.h"

#include <stdio.h>

#include "lib/clock.h"

void progress_init(struct progress *p) {
    *p = (struct progress){.percent = -1};
}

bool progress_due(struct progress *p, int percent, int64_t now_ms) {
    if (p->percent >= 0 && (percent == p->percent || now_ms - p->said_ms < PROGRESS_GAP_MS))
        return false;
    p->percent = percent;
    p->said_ms = now_ms;
    p->seq++;
    return true;
}

void progress_event(const struct progress *p, const char *id, const char *user, int attempt,
                    int64_t bar_ms, struct event *ret) {
    char date[TIME_TEXT_MAX];
    *ret = (struct event){
        .kind = EVENT_PROGRESS, .attempt = attempt, .seq = p->seq, .progress = p->percent};
    date_format(bar_ms, date);
    snprintf(ret->id, sizeof ret->id, "%s", id);
    snprintf(ret->user_id, sizeof ret->user_id, "%s", user);
    snprintf(ret->message, sizeof ret->message, "Processing %s", date);
    snprintf(ret->current_date, sizeof ret->current_date, "%.15s", date);
}

int progress_percent(uint64_t done, uint64_t total) {
    if (total == 0 || done >= total)
        return 100;
    return (int)(done * 100 / total);
}
