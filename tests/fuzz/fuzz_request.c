/* Request JSON: any body is refused with a message and a place, or it becomes a request whose
 * numbers are finite and whose warm-up is known. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "lib/spec.h"

static void judge(const struct request *r) {
    const struct bt_config *c = &r->cfg;
    FUZZ_MUST(r->symbol[0] != '\0' && r->start_ms < r->end_ms);
    FUZZ_MUST(c->n_strategies >= 1 && c->n_strategies <= BACKTEST_STRATEGIES_MAX);
    FUZZ_MUST(isfinite(c->cash) && c->cash > 0 && isfinite(c->size) && c->leverage >= 1);
    for (size_t k = 0; k < c->n_strategies; k++)
        for (size_t i = 0; i < c->strategies[k].strategy->n_params; i++)
            FUZZ_MUST(isfinite(c->strategies[k].params[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err e = {.code = ERR_NONE};
    struct request r;
    const char *user = NULL;
    struct json_object *body = json_parse((const char *)data, size, &e);
    struct json_object *flat = body ? request_flatten(body, &user, &e) : NULL;
    if (flat && request_parse(flat, &r, &e) == ERR_NONE) {
        judge(&r);
        request_release(&r);
    } else {
        FUZZ_MUST(e.code != ERR_NONE && e.message[0] != '\0');
        if (body)
            request_locate(body, &e);
    }
    json_object_put(flat);
    json_object_put(body);
    return 0;
}
