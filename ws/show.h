/* Events as the browser gets them. */
#ifndef WS_SHOW_H
#define WS_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "ws/out.h"
#include "ws/watch.h"

/* Queues the event's frame unless it says less than what was shown: backtest:started once and
 * before anything else (made from this event when it was missed), the percentage only rises, the
 * first end is final. again: the client has just asked for this backtest by its id, so a known end
 * is its answer. */
void show_event(struct out *o, struct watch *w, const struct event *ev, bool again);

/* "not_found" is said of no backtest, so nothing is remembered and nothing comes before it. */
void show_not_found(struct out *o, const char *id, const char *user_id);

void show_ready(struct out *o, int heartbeat_ms);
void show_subscribed(struct out *o, const char *id, const char *user_id); /* id empty: all */
void show_heartbeat(struct out *o);
void show_bye(struct out *o, const char *code, const char *reason, int retry_ms);

#endif
