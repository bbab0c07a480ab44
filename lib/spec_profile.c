/* The profile backtesting.py: words it lacks are errors there, and some exist only there. */
#include "lib/spec_words.h"

static enum err_code lacks(const char *word, struct err *e) {
    char pointer[ERR_POINTER_MAX];
    spec_pointer(pointer, "", word);
    return err_at(e, ERR_INVALID, pointer, "profile", "profile 'backtesting.py' has no %s", word);
}

static enum err_code only_there(const char *word, struct err *e) {
    char pointer[ERR_POINTER_MAX];
    spec_pointer(pointer, "", word);
    return err_at(e, ERR_INVALID, pointer, "profile", "%s exists in profile 'backtesting.py' only",
                  word);
}

enum err_code spec_profile(const struct request *r, struct err *e) {
    const struct bt_config *cfg = &r->cfg;
    bool other = cfg->profile == PROFILE_BACKTESTING_PY;
    for (size_t i = 0; i < spec_table_n; i++) {
        const struct word *w = &spec_table[i];
        if (w->profile == (other ? WORD_OWN_PROFILE : WORD_BACKTESTING_PY) &&
            w->kind != WORD_LATER && spec_member(r->tree, w->name))
            return other ? lacks(w->name, e) : only_there(w->name, e);
    }
    if (!other)
        return ERR_NONE;
    struct json_object *commission = spec_member(r->tree, "commission");
    if (json_object_is_type(commission, json_type_object) && spec_member(commission, "minimum"))
        return err_at(e, ERR_INVALID, "/commission/minimum", "profile",
                      "profile 'backtesting.py' has no minimum commission");
    if (json_object_is_type(commission, json_type_object) && spec_member(commission, "maker"))
        return err_at(e, ERR_INVALID, "/commission/maker", "profile",
                      "profile 'backtesting.py' has one commission for all fills");
    if (json_object_is_type(commission, json_type_object) && spec_member(commission, "perUnit"))
        return err_at(e, ERR_INVALID, "/commission/perUnit", "profile",
                      "profile 'backtesting.py' has no commission by the unit");
    if (cfg->size_type == SIZE_CASH || cfg->size_type == SIZE_RISK)
        return err_at(e, ERR_INVALID, "/size/type", "profile",
                      "profile 'backtesting.py' sizes by 'equity' (a share of the free margin) or "
                      "'units'");
    if (cfg->size_expr)
        return err_at(e, ERR_INVALID, "/size", "profile",
                      "profile 'backtesting.py' takes a number as size, no expression");
    if (cfg->size_type == SIZE_UNITS && cfg->size != (double)(long long)cfg->size)
        return err_at(e, ERR_INVALID, "/size/value", "profile",
                      "profile 'backtesting.py' trades whole units");
    if (cfg->combine != COMBINE_SLEEVES)
        return err_at(e, ERR_INVALID, "/combine", "profile",
                      "profile 'backtesting.py' has no votes: combine must be 'sleeves'");
    for (size_t i = 0; i < cfg->n_strategies; i++) {
        const struct strategy *s = cfg->strategies[i].strategy;
        char pointer[ERR_POINTER_MAX];
        spec_pointer_at(pointer, "/strategies", i);
        if (s->rules[RULE_LONG_TRAILING_STOP] || s->rules[RULE_SHORT_TRAILING_STOP])
            return err_at(e, ERR_INVALID, pointer, "profile",
                          "profile 'backtesting.py' has no trailingStop, which %s has", s->name);
    }
    return ERR_NONE;
}
