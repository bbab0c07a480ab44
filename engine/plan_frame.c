/* tf("1h", ...): a plan on longer bars, and the time zones that a plan's nodes name. */
#include <string.h>

#include "engine/plan_expr.h"
#include "engine/text.h"

const struct kernel kernel_frame = {.frame = true, .state = NULL};
const struct kernel kernel_frame_mask = {.frame = true, .type = VALUE_CONDITION};

#define DAYS_OF_MONTH_MAX 31

void plan_interval(struct plan *p, enum interval interval) {
    p->interval = interval;
}

void plan_zones(struct plan *p, zone_find_fn *find) {
    p->find_zone = find;
}

int plan_zone(struct plan *p, const char *name, size_t len) {
    bool utc = len == 3 && memcmp(name, "UTC", 3) == 0;
    const struct zone *z = utc ? &zone_utc : p->find_zone ? p->find_zone(name, len) : NULL;
    int i = 0;
    while (i < p->n_zones && p->zones[i] != z)
        i++;
    if (!z || i == PLAN_ZONES_MAX) {
        p->refusal = z ? "the expressions name too many different time zones"
                       : "there is no such time zone: zones are named as \"America/New_York\"";
        return -1;
    }
    p->zones[i] = z;
    p->n_zones += i == p->n_zones;
    return i;
}

size_t plan_frame_ratio(const struct plan *p, const struct plan *frame) {
    int64_t longest = frame->interval == INTERVAL_1MO ? DAYS_OF_MONTH_MAX * MS_PER_DAY
                                                      : interval_ms(frame->interval);
    return (size_t)((longest + interval_ms(p->interval) - 1) / interval_ms(p->interval));
}

int plan_frame(struct plan *p, const char *interval, size_t len, struct expr_error *err) {
    char name[8] = "";
    enum interval iv;
    memcpy(name, interval, len < sizeof name ? len : 0);
    if (!interval_parse(name, &iv)) {
        text_format(
            err->message, sizeof err->message,
            "tf takes an interval: \"1m\" \"5m\" \"15m\" \"1h\" \"4h\" \"1d\" \"1w\" \"1M\" "
            "and the others of the candles");
        return -2;
    }
    if (iv == p->interval)
        return -1;
    if (!interval_divides(p->interval, iv)) {
        text_format(err->message, sizeof err->message,
                    "bars of %s are not made of whole bars of %s", name,
                    interval_name(p->interval));
        return -2;
    }
    int i = 0;
    while (i < p->n_frames && p->frames[i]->interval != iv)
        i++;
    if (i < p->n_frames)
        return i;
    if (i == PLAN_FRAMES_MAX || !(p->frames[i] = plan_new())) {
        text_format(err->message, sizeof err->message,
                    i == PLAN_FRAMES_MAX ? "tf is used with too many different intervals"
                                         : "out of memory");
        return -2;
    }
    p->frames[i]->interval = iv;
    p->frames[i]->strict_crosses = p->strict_crosses;
    p->frames[i]->find_zone = p->find_zone;
    p->n_frames++;
    return i;
}

bool plan_frame_value(struct plan *p, int frame, const struct plan_value *inner,
                      struct plan_value *ret) {
    struct plan *f = plan_of(p, frame);
    size_t n = inner->row && inner->row->info.n_outputs ? inner->row->info.n_outputs : 1;
    *ret = *inner;
    for (size_t i = 0; frame >= 0 && i < n; i++) {
        int node = inner->row ? inner->outputs[i] : inner->node;
        double constant;
        if (node < 0 || !plan_use(f, node)) {
            p->failure = f->failure;
            return false;
        }
        bool condition = plan_type(f, node) == VALUE_CONDITION;
        if (plan_is_constant(f, node, &constant))
            ret->outputs[i] =
                condition ? plan_condition(p, constant != 0) : plan_constant(p, constant);
        else
            ret->outputs[i] = plan_node(p, condition ? &kernel_frame_mask : &kernel_frame, NULL,
                                        (double[KERNEL_ARGS_MAX]){frame, node});
    }
    if (frame >= 0)
        ret->node = ret->outputs[0];
    return true;
}
