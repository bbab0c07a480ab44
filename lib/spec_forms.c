/* Words of a request that are more than one number or one choice. */
#include "lib/spec_words.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"

enum err_code spec_symbol(struct request *r, const struct word *w, struct json_object *v,
                          const char *p, struct err *e) {
    (void)w;
    const char *s;
    enum err_code code = spec_string(v, p, &s, e);
    if (code != ERR_NONE)
        return code;
    if (!symbol_valid(s))
        return err_at(e, ERR_INVALID, p, "format",
                      "symbol must be 1 to %d letters, digits or _.:^=@-", SYMBOL_MAX - 1);
    snprintf(r->symbol, sizeof r->symbol, "%s", s);
    return ERR_NONE;
}

static enum err_code one_interval(struct json_object *v, const char *p, enum interval *ret,
                                  struct err *e) {
    const char *names[INTERVAL_COUNT];
    int i;
    for (i = 0; i < INTERVAL_COUNT; i++)
        names[i] = interval_name((enum interval)i);
    enum err_code code = spec_choice(v, p, names, INTERVAL_COUNT, &i, e);
    if (code == ERR_NONE)
        *ret = (enum interval)i;
    return code;
}

enum err_code spec_interval(struct request *r, const struct word *w, struct json_object *v,
                            const char *p, struct err *e) {
    (void)w;
    enum err_code code = one_interval(v, p, &r->interval, e);
    r->cfg.interval = r->interval;
    return code;
}

enum err_code spec_lower_interval(struct request *r, const struct word *w, struct json_object *v,
                                  const char *p, struct err *e) {
    (void)w;
    return one_interval(v, p, &r->lower, e);
}

enum err_code spec_funding(struct request *r, const struct word *w, struct json_object *v,
                           const char *p, struct err *e) {
    if (!json_object_is_type(v, json_type_string))
        return spec_number(v, p, &w->range, &r->cfg.funding, e);
    const char *symbol = json_object_get_string(v);
    if (!symbol_valid(symbol))
        return err_at(e, ERR_INVALID, p, "format",
                      "funding must be a rate per 8 h or a symbol of 1 to %d letters, digits or "
                      "_.:^=@-",
                      SYMBOL_MAX - 1);
    snprintf(r->funding, sizeof r->funding, "%s", symbol);
    return ERR_NONE;
}

static enum err_code date(struct json_object *v, const char *p, int64_t *ret, struct err *e) {
    const char *s;
    enum err_code code = spec_string(v, p, &s, e);
    if (code == ERR_NONE && !time_parse(s, ret))
        return err_at(e, ERR_INVALID, p, "format",
                      "%s must be a date: 2024-01-01 or 2024-01-01T00:00:00Z, not '%.40s'", p + 1,
                      s);
    return code;
}

enum err_code spec_start(struct request *r, const struct word *w, struct json_object *v,
                         const char *p, struct err *e) {
    (void)w;
    return date(v, p, &r->start_ms, e);
}

enum err_code spec_end(struct request *r, const struct word *w, struct json_object *v,
                       const char *p, struct err *e) {
    (void)w;
    return date(v, p, &r->end_ms, e);
}

const char *const spec_size_types[] = {
    [SIZE_EQUITY] = "equity",
    [SIZE_CASH] = "cash",
    [SIZE_UNITS] = "units",
    [SIZE_RISK] = "risk",
};

enum err_code spec_size_form(struct json_object *o, const char *p, enum bt_size_type *ret_type,
                             char ret_at[static ERR_POINTER_MAX], struct err *e) {
    static const char *const keys[] = {"type", "value"};
    int type;
    enum err_code code = spec_keys(o, p, "key", keys, 2, e);
    if (code != ERR_NONE)
        return code;
    spec_pointer(ret_at, p, "type");
    code = spec_choice(spec_member(o, "type"), ret_at, spec_size_types, 4, &type, e);
    if (code != ERR_NONE)
        return code;
    spec_pointer(ret_at, p, "value");
    *ret_type = (enum bt_size_type)type;
    return ERR_NONE;
}

static enum err_code expression(struct json_object *v, const char *p, const char **ret,
                                struct err *e) {
    *ret = json_object_get_string(v);
    if (strlen(*ret) > EXPR_MAX)
        return err_at(e, ERR_INVALID, p, "too_long", "%s is longer than %d bytes", p + 1, EXPR_MAX);
    return ERR_NONE;
}

enum err_code spec_size(struct request *r, const struct word *w, struct json_object *v,
                        const char *p, struct err *e) {
    char at[ERR_POINTER_MAX];
    (void)w;
    snprintf(at, sizeof at, "%s", p);
    r->cfg.size_given = true;
    r->cfg.size_type = SIZE_EQUITY;
    if (json_object_is_type(v, json_type_object)) {
        enum err_code code = spec_size_form(v, p, &r->cfg.size_type, at, e);
        if (code != ERR_NONE)
            return code;
        v = spec_member(v, "value");
    }
    if (json_object_is_type(v, json_type_string))
        return expression(v, at, &r->cfg.size_expr, e);
    return spec_number(v, at, &spec_size_ranges[r->cfg.size_type], &r->cfg.size, e);
}

/* Members of an object, each a number at its offset. */
static enum err_code members(struct request *r, const struct word *w, struct json_object *v,
                             const char *p, struct err *e) {
    const char *names[8] = {NULL};
    for (size_t i = 0; i < w->n_members; i++)
        names[i] = w->members[i].name;
    enum err_code code = spec_keys(v, p, "key", names, w->n_members, e);
    for (size_t i = 0; i < w->n_members && code == ERR_NONE; i++) {
        const struct word_member *m = &w->members[i];
        char at[ERR_POINTER_MAX];
        struct json_object *member = spec_member(v, m->name);
        double number;
        spec_pointer(at, p, m->name);
        code = member ? spec_number(member, at, &m->range, &number, e) : ERR_NONE;
        if (member && code == ERR_NONE)
            memcpy((char *)r + m->offset, &number, sizeof number);
    }
    return code;
}

/* Only the other profile's library knows a rebate as the rate of all fills. */
static enum err_code no_rebate(const struct request *r, const struct word *w,
                               struct json_object *rate, const char *p, struct err *e) {
    struct range range = w->range;
    double number;
    if (!rate || r->cfg.profile == PROFILE_BACKTESTING_PY)
        return ERR_NONE;
    range.min = 0;
    return spec_number(rate, p, &range, &number, e);
}

enum err_code spec_commission(struct request *r, const struct word *w, struct json_object *v,
                              const char *p, struct err *e) {
    char at[ERR_POINTER_MAX];
    bool object = json_object_is_type(v, json_type_object);
    spec_pointer(at, p, "rate");
    enum err_code code =
        object ? no_rebate(r, w, spec_member(v, "rate"), at, e) : no_rebate(r, w, v, p, e);
    if (code != ERR_NONE)
        return code;
    return object ? members(r, w, v, p, e)
                  : spec_number(v, p, &w->range, &r->cfg.commission_rate, e);
}

enum err_code spec_lot(struct request *r, const struct word *w, struct json_object *v,
                       const char *p, struct err *e) {
    return members(r, w, v, p, e);
}

enum err_code spec_stop(struct request *r, const struct word *w, struct json_object *v,
                        const char *p, struct err *e) {
    struct bt_stop stop = {.kind = STOP_FRACTION};
    enum err_code code = ERR_NONE;
    if (json_object_is_type(v, json_type_string)) {
        stop.kind = STOP_EXPR;
        code = expression(v, p, &stop.expr, e);
    } else if (json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int)) {
        code = spec_number(v, p, &w->range, &stop.fraction, e);
    } else {
        return err_at(e, ERR_INVALID, p, "type",
                      "%s must be a number (a fraction of the entry price) or a string (an "
                      "expression that gives a price)",
                      p + 1);
    }
    if (code == ERR_NONE)
        memcpy((char *)r + w->offset, &stop, sizeof stop);
    return code;
}

enum err_code spec_tags(struct request *r, const struct word *w, struct json_object *v,
                        const char *p, struct err *e) {
    (void)r, (void)w;
    if (!json_object_is_type(v, json_type_array) || json_object_array_length(v) > TAGS_MAX)
        return err_at(e, ERR_INVALID, p, "type", "tags must be an array of at most %d strings",
                      TAGS_MAX);
    for (size_t i = 0; i < json_object_array_length(v); i++) {
        char at[ERR_POINTER_MAX];
        const char *tag;
        spec_pointer_at(at, p, i);
        enum err_code code = spec_string(json_object_array_get_idx(v, i), at, &tag, e);
        if (code != ERR_NONE)
            return code;
        if (*tag == '\0' || strlen(tag) > TAG_LEN_MAX)
            return err_at(e, ERR_INVALID, at, "range", "a tag has 1 to %d bytes", TAG_LEN_MAX);
    }
    return ERR_NONE;
}

enum err_code spec_note(struct request *r, const struct word *w, struct json_object *v,
                        const char *p, struct err *e) {
    (void)r, (void)w;
    const char *note;
    enum err_code code = spec_string(v, p, &note, e);
    if (code == ERR_NONE && strlen(note) > NOTE_MAX)
        return err_at(e, ERR_INVALID, p, "too_long", "note is longer than %d bytes", NOTE_MAX);
    return code;
}
