/* A strategy tried on bars: does each rule ever fire, does each parameter matter, and how much does
 * the outcome depend on where the data begin. */
#ifndef LIB_STRATEGY_PROBE_H
#define LIB_STRATEGY_PROBE_H

#include "lib/market.h"
#include "lib/spec.h"

#define PROBE_STARTS 3 /* later starts, at a quarter, a half and three quarters of the bars */
#define PROBE_TRIES  4 /* values tried of a parameter, its own not counted */

struct probe_rule {
    bool present;
    bool account;    /* reads the position: counted where it was judged, in the run */
    uint64_t judged; /* bars on which it was judged */
    uint64_t fired;  /* conditions: true; numbers: not null */
    bool settles;    /* the same whatever the start, from some bar on */
    size_t settled;  /* that many bars after any start at most; when settles */
};

struct probe_param {
    double tried[PROBE_TRIES];
    size_t n_tried;
    bool matters; /* one of them changed a trade */
};

struct probe {
    size_t bars;     /* in range */
    size_t lookback; /* bars before any rule may act */
    size_t wanted;   /* bars of warm-up that a request reads before its range */
    size_t trades;
    struct probe_rule rules[RULE_COUNT];
    struct probe_param params[STRATEGY_PARAMS_MAX];
};

/* The request's first strategy over its bars; ERR_UNPROCESSABLE when there are none in the range.
 */
enum err_code strategy_probe(const struct request *r, const struct market_data *d,
                             struct probe *ret, struct err *e);

/* What a person should look at, each a heap string; returns how many. */
#define PROBE_WARNINGS_MAX (2 * RULE_COUNT + STRATEGY_PARAMS_MAX)
size_t probe_warnings(const struct probe *p, const struct strategy *s,
                      char *ret[static PROBE_WARNINGS_MAX]);

/* {"strategy","bars","trades","warmup":{…},"rules":[…],"params":[…],"warnings":[…]} */
void probe_json(struct json_out *j, const struct probe *p, const struct strategy *s);

#endif
