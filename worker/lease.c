#include "worker/lease.h"

void lease_clock_init(struct lease_clock *c) {
    *c = (struct lease_clock){.last_ms = -1};
}

bool lease_clock_read(struct lease_clock *c, int64_t due_ms, int64_t began_ms, int64_t ended_ms) {
    bool good = ended_ms - began_ms <= LATE_MS && began_ms - due_ms <= LATE_MS;
    if (!good || c->last_ms < 0)
        c->clean_ms = ended_ms;
    c->last_ms = good ? began_ms : ended_ms;
    return good;
}

void lease_clock_failed(struct lease_clock *c, int64_t now_ms) {
    c->clean_ms = now_ms;
}

void lease_see(struct lease_watch *w, int attempt, int64_t beat, int64_t ended_ms) {
    if (w->attempt == attempt && w->beat == beat)
        return;
    *w = (struct lease_watch){.attempt = attempt, .beat = beat, .since_ms = ended_ms};
}

static int64_t still_since(const struct lease_watch *w, const struct lease_clock *c) {
    return w->since_ms > c->clean_ms ? w->since_ms : c->clean_ms;
}

bool lease_over(const struct lease_watch *w, const struct lease_clock *c, int64_t lease_ms) {
    return w->attempt > 0 && c->last_ms - still_since(w, c) >= lease_ms;
}

int64_t lease_due(const struct lease_watch *w, const struct lease_clock *c, int64_t lease_ms) {
    return still_since(w, c) + lease_ms;
}
