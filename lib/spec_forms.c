/* Words of a request that are more than one number or one choice. */
#include "lib/spec_words.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"

#define MONEY_MAX 1e15 /* beyond it a double no longer knows cents */
#define UNITS_MAX 1e15

static const char rate_text[] = "a rate: 0.001 is 0.1 %";

enum err_code spec_symbol(struct request *r, struct json_object *v, const char *p, struct err *e) {
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

enum err_code spec_interval(struct request *r, struct json_object *v, const char *p,
                            struct err *e) {
    enum err_code code = one_interval(v, p, &r->interval, e);
    r->cfg.interval = r->interval;
    return code;
}

enum err_code spec_lower_interval(struct request *r, struct json_object *v, const char *p,
                                  struct err *e) {
    return one_interval(v, p, &r->lower, e);
}

enum err_code spec_funding(struct request *r, struct json_object *v, const char *p, struct err *e) {
    static const struct range rate = {
        .min = -0.1, .max = 0.1, .unit = "a rate per 8 h; or the symbol of a funding series"};
    if (!json_object_is_type(v, json_type_string))
        return spec_number(v, p, &rate, &r->cfg.funding, e);
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

enum err_code spec_start(struct request *r, struct json_object *v, const char *p, struct err *e) {
    return date(v, p, &r->start_ms, e);
}

enum err_code spec_end(struct request *r, struct json_object *v, const char *p, struct err *e) {
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

enum err_code spec_size(struct request *r, struct json_object *v, const char *p, struct err *e) {
    static const struct range ranges[] = {
        [SIZE_EQUITY] = {.max = 1, .above = true, .unit = "a share of equity: 0.5 is half of it"},
        [SIZE_CASH] = {.max = MONEY_MAX, .above = true, .unit = "money a trade"},
        [SIZE_UNITS] = {.max = UNITS_MAX, .above = true, .unit = "units a trade"},
        [SIZE_RISK] = {.max = 1,
                       .above = true,
                       .unit = "a share of equity that is lost when the stop is hit"},
    };
    r->cfg.size_given = true;
    if (!json_object_is_type(v, json_type_object)) {
        r->cfg.size_type = SIZE_EQUITY;
        return spec_number(v, p, &ranges[SIZE_EQUITY], &r->cfg.size, e);
    }
    char at[ERR_POINTER_MAX];
    enum err_code code = spec_size_form(v, p, &r->cfg.size_type, at, e);
    if (code != ERR_NONE)
        return code;
    return spec_number(spec_member(v, "value"), at, &ranges[r->cfg.size_type], &r->cfg.size, e);
}

/* Members of an object, each a number of the same kind. */
struct member {
    const char *key;
    struct range range;
    double *ret;
};

static enum err_code members(struct json_object *v, const char *p, const struct member *rows,
                             size_t n, struct err *e) {
    const char *names[8] = {NULL};
    for (size_t i = 0; i < n; i++)
        names[i] = rows[i].key;
    enum err_code code = spec_keys(v, p, "key", names, n, e);
    for (size_t i = 0; i < n && code == ERR_NONE; i++) {
        char at[ERR_POINTER_MAX];
        struct json_object *member = spec_member(v, rows[i].key);
        spec_pointer(at, p, rows[i].key);
        if (member)
            code = spec_number(member, at, &rows[i].range, rows[i].ret, e);
    }
    return code;
}

enum err_code spec_commission(struct request *r, struct json_object *v, const char *p,
                              struct err *e) {
    struct range rate = {.max = 0.1, .unit = rate_text};
    if (r->cfg.profile == PROFILE_BACKTESTING_PY)
        rate.min = -0.1; /* that library knows rebates */
    if (!json_object_is_type(v, json_type_object))
        return spec_number(v, p, &rate, &r->cfg.commission_rate, e);
    static const struct range money = {.max = 1e9, .unit = "money a fill"};
    static const struct range unit_fee = {.max = 1e6, .unit = "money a unit"};
    static const struct range maker = {
        .min = -0.01, .max = 0.1, .unit = "a rate: 0.001 is 0.1 %, below 0 a rebate"};
    const struct member rows[] = {{"rate", rate, &r->cfg.commission_rate},
                                  {"fixed", money, &r->cfg.commission_fixed},
                                  {"minimum", money, &r->cfg.commission_minimum},
                                  {"maker", maker, &r->cfg.commission_maker},
                                  {"perUnit", unit_fee, &r->cfg.commission_per_unit}};
    return members(v, p, rows, 5, e);
}

enum err_code spec_lot(struct request *r, struct json_object *v, const char *p, struct err *e) {
    static const struct range units = {.max = UNITS_MAX, .unit = "units; 0 is any fraction"};
    static const struct range money = {.max = MONEY_MAX, .unit = "money an entry is worth"};
    const struct member rows[] = {{"step", units, &r->cfg.lot_step},
                                  {"min", units, &r->cfg.lot_min},
                                  {"minValue", money, &r->cfg.lot_min_value}};
    return members(v, p, rows, 3, e);
}

static enum err_code stop(struct bt_stop *ret, double max, struct json_object *v, const char *p,
                          struct err *e) {
    if (json_object_is_type(v, json_type_string)) {
        const char *expr = json_object_get_string(v);
        if (strlen(expr) > EXPR_MAX)
            return err_at(e, ERR_INVALID, p, "too_long", "%s is longer than %d bytes", p + 1,
                          EXPR_MAX);
        *ret = (struct bt_stop){.kind = STOP_EXPR, .expr = expr};
        return ERR_NONE;
    }
    if (!json_object_is_type(v, json_type_double) && !json_object_is_type(v, json_type_int))
        return err_at(e, ERR_INVALID, p, "type",
                      "%s must be a number (a fraction of the entry price) or a string (an "
                      "expression that gives a price)",
                      p + 1);
    const struct range range = {
        .max = max, .above = true, .unit = "a fraction of the entry price: 0.05 is 5 %"};
    enum err_code code = spec_number(v, p, &range, &ret->fraction, e);
    if (code == ERR_NONE)
        ret->kind = STOP_FRACTION;
    return code;
}

enum err_code spec_stop_loss(struct request *r, struct json_object *v, const char *p,
                             struct err *e) {
    return stop(&r->cfg.stop_loss, 1, v, p, e);
}

enum err_code spec_take_profit(struct request *r, struct json_object *v, const char *p,
                               struct err *e) {
    return stop(&r->cfg.take_profit, 100, v, p, e);
}

enum err_code spec_trailing_stop(struct request *r, struct json_object *v, const char *p,
                                 struct err *e) {
    return stop(&r->cfg.trailing_stop, 1, v, p, e);
}

enum err_code spec_break_even(struct request *r, struct json_object *v, const char *p,
                              struct err *e) {
    return stop(&r->cfg.break_even, 100, v, p, e);
}

enum err_code spec_tags(struct request *r, struct json_object *v, const char *p, struct err *e) {
    (void)r;
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

enum err_code spec_note(struct request *r, struct json_object *v, const char *p, struct err *e) {
    (void)r;
    const char *note;
    enum err_code code = spec_string(v, p, &note, e);
    if (code == ERR_NONE && strlen(note) > NOTE_MAX)
        return err_at(e, ERR_INVALID, p, "too_long", "note is longer than %d bytes", NOTE_MAX);
    return code;
}
