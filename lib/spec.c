#include "lib/spec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/spec_words.h"
#include "lib/zone.h"

const char *request_word_at(size_t i) {
    return i < spec_table_n ? spec_table[i].name : NULL;
}

static enum err_code read_choice(struct request *r, const struct word *w, struct json_object *v,
                                 const char *p, struct err *e) {
    size_t n = 0;
    int i;
    while (w->names[n])
        n++;
    enum err_code code = spec_choice(v, p, w->names, n, &i, e);
    if (code != ERR_NONE)
        return code;
    memcpy((char *)r + w->offset, &i, sizeof i);
    return ERR_NONE;
}

static enum err_code read_word(struct request *r, const struct word *w, struct json_object *v,
                               struct err *e) {
    char p[ERR_POINTER_MAX];
    double number = 0;
    bool flag = false;
    enum err_code code = ERR_NONE;
    char *to = (char *)r + w->offset;
    spec_pointer(p, "", w->name);
    switch (w->kind) {
    case WORD_FORM:
        return w->read(r, w, v, p, e);
    case WORD_NUMBER:
        code = spec_number(v, p, &w->range, &number, e);
        if (code == ERR_NONE)
            memcpy(to, &number, sizeof number);
        return code;
    case WORD_WHOLE: {
        struct range whole = w->range;
        whole.whole = true;
        code = spec_number(v, p, &whole, &number, e);
        if (code == ERR_NONE)
            memcpy(to, &(int){(int)number}, sizeof(int));
        return code;
    }
    case WORD_FLAG:
        code = spec_flag(v, p, &flag, e);
        if (code == ERR_NONE)
            memcpy(to, &flag, sizeof flag);
        return code;
    case WORD_CHOICE:
        return read_choice(r, w, v, p, e);
    case WORD_LATER:
        break;
    }
    return ERR_NONE;
}

static enum err_code missing(const char *name, struct err *e) {
    char p[ERR_POINTER_MAX];
    spec_pointer(p, "", name);
    return err_at(e, ERR_INVALID, p, "missing", "%s is missing", name);
}

static enum err_code read_profile(struct request *r, struct json_object *params, struct err *e) {
    struct json_object *v = spec_member(params, "profile");
    int i = PROFILE_CANDLEMILL;
    if (v) {
        enum err_code code = spec_choice(v, "/profile", spec_word("profile")->names, 2, &i, e);
        if (code != ERR_NONE)
            return code;
    }
    bt_config_init(&r->cfg, (enum bt_profile)i);
    r->cfg.want_band = true;
    r->cfg.pyramiding_given = spec_member(params, "pyramiding") != NULL;
    r->cfg.find_zone = zone_find;
    return ERR_NONE;
}

static enum err_code read_words(struct request *r, struct json_object *params, struct err *e) {
    for (size_t i = 0; i < spec_table_n; i++) {
        struct json_object *v = spec_member(params, spec_table[i].name);
        enum err_code code = v ? read_word(r, &spec_table[i], v, e) : ERR_NONE;
        if (code != ERR_NONE)
            return code;
    }
    static const char *const required[] = {"symbol", "interval", "strategies"};
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (!spec_member(params, required[i]))
            return missing(required[i], e);
    return ERR_NONE;
}

static enum err_code check_lower(const struct request *r, struct err *e) {
    bool given = spec_member(r->tree, "lowerInterval") != NULL;
    if (r->cfg.path != PATH_LOWER)
        return given ? err_at(e, ERR_INVALID, "/lowerInterval", "conflict",
                              "lowerInterval belongs to path 'lower'")
                     : ERR_NONE;
    if (!given)
        return err_at(e, ERR_INVALID, "/lowerInterval", "missing",
                      "path 'lower' needs lowerInterval: the interval of the finer bars");
    if (!interval_divides(r->lower, r->interval))
        return err_at(e, ERR_INVALID, "/lowerInterval", "range", "bars of %s do not add up to %s",
                      interval_name(r->lower), interval_name(r->interval));
    return ERR_NONE;
}

/* Words that must fit one another. */
static enum err_code check_together(const struct request *r, struct err *e) {
    const struct bt_config *cfg = &r->cfg;
    if (r->start_ms >= r->end_ms)
        return err_at(e, ERR_INVALID, "/endDate", "range",
                      "endDate must be after startDate (bars with startDate <= open time < endDate "
                      "are tested)");
    if (cfg->profile != PROFILE_BACKTESTING_PY && cfg->maintenance * cfg->leverage >= 1)
        return err_at(e, ERR_INVALID, "/maintenance", "range",
                      "maintenance must be below the initial margin 1/leverage = %.4g",
                      1 / cfg->leverage);
    if (cfg->size_type == SIZE_RISK && cfg->combine != COMBINE_SLEEVES &&
        cfg->stop_loss.kind == STOP_NONE)
        return err_at(e, ERR_INVALID, "/size", "conflict",
                      "size 'risk' needs a stopLoss: a vote has only the request's stops");
    if (cfg->hedging && cfg->combine != COMBINE_SLEEVES)
        return err_at(e, ERR_INVALID, "/hedging", "conflict",
                      "a vote has one wish at a time: hedging needs combine 'sleeves'");
    enum err_code code = check_lower(r, e);
    return code == ERR_NONE ? spec_profile(r, e) : code;
}

static enum err_code read_warmup(struct request *r, struct json_object *params, struct err *e) {
    struct json_object *v = spec_member(params, "warmup");
    double number;
    if (!v)
        return ERR_NONE;
    enum err_code code = spec_number(v, "/warmup", &spec_word("warmup")->range, &number, e);
    if (code != ERR_NONE)
        return code;
    if (number < (double)r->want_warmup)
        return err_at(e, ERR_INVALID, "/warmup", "range",
                      "warmup must not be below the %zu bars that the strategies need",
                      r->want_warmup);
    if (number > 0 && r->cfg.profile == PROFILE_BACKTESTING_PY)
        return err_at(e, ERR_INVALID, "/warmup", "profile",
                      "profile 'backtesting.py' reads no bars before startDate: leave warmup out");
    r->warmup = (int64_t)number;
    r->want_warmup = (size_t)number;
    return ERR_NONE;
}

static enum err_code parse(struct request *r, struct json_object *params, struct err *e) {
    const char *names[SPEC_WORDS_MAX];
    for (size_t i = 0; i < spec_table_n; i++)
        names[i] = spec_table[i].name;
    enum err_code code = spec_keys(params, "", "word", names, spec_table_n, e);
    if (code == ERR_NONE)
        code = read_profile(r, params, e);
    if (code == ERR_NONE)
        code = read_words(r, params, e);
    if (code == ERR_NONE)
        code = spec_strategies(r, spec_member(params, "strategies"),
                               spec_member(params, "strategyParams"), e);
    if (code == ERR_NONE)
        code = check_together(r, e);
    if (code == ERR_NONE)
        code = spec_compile(r, e);
    if (code == ERR_NONE)
        code = read_warmup(r, params, e);
    return code;
}

enum err_code request_parse(struct json_object *params, struct request *ret, struct err *e) {
    struct request r = {.start_ms = INT64_MIN, .end_ms = INT64_MAX, .warmup = -1};
    r.tree = json_object_get(params);
    r.owned = calloc(BACKTEST_STRATEGIES_MAX, sizeof *r.owned);
    if (!r.owned) {
        request_release(&r);
        return err_set(e, ERR_INTERNAL, "out of memory");
    }
    enum err_code code = parse(&r, params, e);
    if (code != ERR_NONE) {
        request_release(&r);
        return code;
    }
    *ret = r;
    return ERR_NONE;
}

void request_release(struct request *r) {
    for (size_t i = 0; i < r->n_owned; i++)
        strategy_release(&r->owned[i]);
    free(r->owned);
    json_object_put(r->tree);
    *r = (struct request){.warmup = -1};
}
