#include "worker/relay.h"

#include <string.h>

#include "lib/ask.h"
#include "lib/log.h"
#include "worker/ask.h"
#include "worker/supervisor.h"

static const enum event_kind kinds[] = {EVENT_PROGRESS, EVENT_COMPLETE, EVENT_ERROR};
#define N_KINDS (sizeof kinds / sizeof *kinds)

void relay_subscribe(struct supervisor *s) {
    struct err e;
    bool ok = bus_sub_add(s->sub, CHANNEL_TASK, &e) == ERR_NONE &&
              bus_sub_add(s->sub, CHANNEL_ASK, &e) == ERR_NONE;
    for (size_t i = 0; i < N_KINDS && s->conf.relay_events; i++)
        ok = ok && bus_sub_add(s->sub, event_name(kinds[i]), &e) == ERR_NONE;
    if (!ok)
        log_fatal("%s", e.message);
}

void relay_heard(struct supervisor *s, const struct bus_message *m) {
    if (strcmp(m->channel, CHANNEL_TASK) == 0) {
        relay_task(s, m->data, m->len);
        return;
    }
    if (strcmp(m->channel, CHANNEL_ASK) == 0) {
        ask_heard(s, m->data, m->len);
        return;
    }
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(m->channel, event_name(kinds[i])) == 0)
            relay_event(s, kinds[i], m->data, m->len);
}
