/* A strategy as a JSON object, in and out. */
#include "lib/spec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/plan.h"
#include "lib/spec_words.h"

/* The rules an object may have; one without a side serves both. */
static const struct rule_word {
    const char *word;
    enum rule first;
    int second; /* or -1 */
} rule_words[] = {
    {"long.entry", RULE_LONG_ENTRY, -1},
    {"long.exit", RULE_LONG_EXIT, -1},
    {"short.entry", RULE_SHORT_ENTRY, -1},
    {"short.exit", RULE_SHORT_EXIT, -1},
    {"exit2", RULE_LONG_EXIT2, RULE_SHORT_EXIT2},
    {"limit", RULE_LONG_LIMIT, RULE_SHORT_LIMIT},
    {"stop", RULE_LONG_STOP, RULE_SHORT_STOP},
    {"stopLoss", RULE_LONG_STOP_LOSS, RULE_SHORT_STOP_LOSS},
    {"takeProfit", RULE_LONG_TAKE_PROFIT, RULE_SHORT_TAKE_PROFIT},
    {"takeProfit2", RULE_LONG_TAKE_PROFIT2, RULE_SHORT_TAKE_PROFIT2},
    {"takeProfit3", RULE_LONG_TAKE_PROFIT3, RULE_SHORT_TAKE_PROFIT3},
    {"trailingStop", RULE_LONG_TRAILING_STOP, RULE_SHORT_TRAILING_STOP},
    {"breakEven", RULE_LONG_BREAK_EVEN, RULE_SHORT_BREAK_EVEN},
    {"trailingDistance", RULE_LONG_TRAILING_DISTANCE, RULE_SHORT_TRAILING_DISTANCE},
    {"takeProfitShare", RULE_LONG_TAKE_PROFIT_SHARE, RULE_SHORT_TAKE_PROFIT_SHARE},
    {"takeProfit2Share", RULE_LONG_TAKE_PROFIT2_SHARE, RULE_SHORT_TAKE_PROFIT2_SHARE},
    {"takeProfit3Share", RULE_LONG_TAKE_PROFIT3_SHARE, RULE_SHORT_TAKE_PROFIT3_SHARE},
    {"exit2Share", RULE_LONG_EXIT2_SHARE, RULE_SHORT_EXIT2_SHARE},
    {"long.exit2", RULE_LONG_EXIT2, -1},
    {"long.limit", RULE_LONG_LIMIT, -1},
    {"long.stop", RULE_LONG_STOP, -1},
    {"long.stopLoss", RULE_LONG_STOP_LOSS, -1},
    {"long.takeProfit", RULE_LONG_TAKE_PROFIT, -1},
    {"long.takeProfit2", RULE_LONG_TAKE_PROFIT2, -1},
    {"long.takeProfit3", RULE_LONG_TAKE_PROFIT3, -1},
    {"long.trailingStop", RULE_LONG_TRAILING_STOP, -1},
    {"long.breakEven", RULE_LONG_BREAK_EVEN, -1},
    {"long.trailingDistance", RULE_LONG_TRAILING_DISTANCE, -1},
    {"long.takeProfitShare", RULE_LONG_TAKE_PROFIT_SHARE, -1},
    {"long.takeProfit2Share", RULE_LONG_TAKE_PROFIT2_SHARE, -1},
    {"long.takeProfit3Share", RULE_LONG_TAKE_PROFIT3_SHARE, -1},
    {"long.exit2Share", RULE_LONG_EXIT2_SHARE, -1},
    {"short.exit2", RULE_SHORT_EXIT2, -1},
    {"short.limit", RULE_SHORT_LIMIT, -1},
    {"short.stop", RULE_SHORT_STOP, -1},
    {"short.stopLoss", RULE_SHORT_STOP_LOSS, -1},
    {"short.takeProfit", RULE_SHORT_TAKE_PROFIT, -1},
    {"short.takeProfit2", RULE_SHORT_TAKE_PROFIT2, -1},
    {"short.takeProfit3", RULE_SHORT_TAKE_PROFIT3, -1},
    {"short.trailingStop", RULE_SHORT_TRAILING_STOP, -1},
    {"short.breakEven", RULE_SHORT_BREAK_EVEN, -1},
    {"short.trailingDistance", RULE_SHORT_TRAILING_DISTANCE, -1},
    {"short.takeProfitShare", RULE_SHORT_TAKE_PROFIT_SHARE, -1},
    {"short.takeProfit2Share", RULE_SHORT_TAKE_PROFIT2_SHARE, -1},
    {"short.takeProfit3Share", RULE_SHORT_TAKE_PROFIT3_SHARE, -1},
    {"short.exit2Share", RULE_SHORT_EXIT2_SHARE, -1},
    {"session", RULE_SESSION, -1},
    {"size", RULE_SIZE, -1},
    {"entryBars", RULE_ENTRY_BARS, -1},
    {"cooldown", RULE_COOLDOWN, -1},
    {"maxTradesPerDay", RULE_MAX_TRADES_PER_DAY, -1},
    {"pyramiding", RULE_PYRAMIDING, -1},
};

#define RULE_WORDS (sizeof rule_words / sizeof *rule_words)
#define WHOLE_MAX  1e9
#define NUMBER_MAX 1e12

static const char *const type_names[] = {"int", "float", "bool"};

const char *strategy_rule_word(size_t i) {
    return i < RULE_WORDS ? rule_words[i].word : NULL;
}

enum rule strategy_rule_at(size_t i) {
    return rule_words[i].first;
}

static bool strategy_name_valid(const char *s) {
    size_t n = 0;
    for (; s[n]; n++)
        if (!isalnum((unsigned char)s[n]) && !strchr("_.-", s[n]))
            return false;
    return n >= 1 && n < STRATEGY_NAME_MAX;
}

/* A name that expressions may use: a word, not one that means something already. */
static enum err_code check_name(const char *name, const char *p, struct err *e) {
    size_t n = 0;
    bool good = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (; name[n]; n++)
        good = good && (isalnum((unsigned char)name[n]) || name[n] == '_');
    if (!good || n >= STRATEGY_NAME_MAX)
        return err_at(e, ERR_INVALID, p, "name",
                      "'%.40s' is no name: letters, digits and _, not a digit first, at most %d",
                      name, STRATEGY_NAME_MAX - 1);
    bool taken = plan_name_taken(name, n);
    if (taken)
        return err_at(e, ERR_INVALID, p, "name", "'%s' is a word of the language: choose another",
                      name);
    return ERR_NONE;
}

static enum err_code optional_string(struct json_object *o, const char *key, const char *pointer,
                                     const char **ret, struct err *e) {
    char at[ERR_POINTER_MAX];
    struct json_object *v = spec_member(o, key);
    spec_pointer(at, pointer, key);
    return v ? spec_string(v, at, ret, e) : ERR_NONE;
}

static enum err_code optional_number(struct json_object *o, const char *key, const char *pointer,
                                     const struct range *range, double *ret, struct err *e) {
    char at[ERR_POINTER_MAX];
    struct json_object *v = spec_member(o, key);
    spec_pointer(at, pointer, key);
    return v ? spec_number(v, at, range, ret, e) : ERR_NONE;
}

static enum err_code parse_param(const char *name, struct json_object *o, const char *p,
                                 struct param *ret, struct err *e) {
    static const char *const keys[] = {"type", "default", "min", "max", "step", "help"};
    char at[ERR_POINTER_MAX];
    int type;
    enum err_code code = check_name(name, p, e);
    if (code == ERR_NONE)
        code = spec_keys(o, p, "key", keys, sizeof keys / sizeof *keys, e);
    if (code != ERR_NONE)
        return code;
    spec_pointer(at, p, "type");
    code = spec_choice(spec_member(o, "type"), at, type_names, 3, &type, e);
    if (code != ERR_NONE)
        return code;
    struct param param = {.name = name, .type = (enum param_type)type};
    spec_pointer(at, p, "default");
    if (param.type == PARAM_BOOL) {
        bool flag;
        param.max = 1;
        param.step = 1;
        code = spec_flag(spec_member(o, "default"), at, &flag, e);
        param.def = code == ERR_NONE && flag;
    } else {
        bool whole = param.type == PARAM_INT;
        double most = whole ? WHOLE_MAX : NUMBER_MAX;
        struct range range = {.min = -most, .max = most, .whole = whole};
        param.min = -most;
        param.max = most;
        param.step = whole ? 1 : 0;
        code = optional_number(o, "min", p, &range, &param.min, e);
        range.min = param.min;
        if (code == ERR_NONE)
            code = optional_number(o, "max", p, &range, &param.max, e);
        range.max = param.max;
        if (code == ERR_NONE)
            code = spec_number(spec_member(o, "default"), at, &range, &param.def, e);
        const struct range step = {.max = most, .whole = whole, .above = true};
        if (code == ERR_NONE)
            code = optional_number(o, "step", p, &step, &param.step, e);
    }
    if (code == ERR_NONE)
        code = optional_string(o, "help", p, &param.help, e);
    if (code == ERR_NONE)
        *ret = param;
    return code;
}

/* Members of the object under key, into room for max; ret_o NULL when there is none. */
static enum err_code open_map(struct json_object *o, const char *key, const char *pointer,
                              size_t max, char at[static ERR_POINTER_MAX],
                              struct json_object **ret_o, struct err *e) {
    struct json_object *v = spec_member(o, key);
    spec_pointer(at, pointer, key);
    *ret_o = v;
    if (!v)
        return ERR_NONE;
    if (!json_object_is_type(v, json_type_object))
        return err_at(e, ERR_INVALID, at, "type", "%s must be an object", key);
    if ((size_t)json_object_object_length(v) > max)
        return err_at(e, ERR_INVALID, at, "range", "%s has more than %zu members", key, max);
    return ERR_NONE;
}

static enum err_code parse_params(struct json_object *o, const char *pointer, struct strategy *s,
                                  struct err *e) {
    char map[ERR_POINTER_MAX], at[ERR_POINTER_MAX];
    struct json_object *params;
    enum err_code code = open_map(o, "params", pointer, STRATEGY_PARAMS_MAX, map, &params, e);
    if (code != ERR_NONE || !params)
        return code;
    struct param *rows = calloc(STRATEGY_PARAMS_MAX, sizeof *rows);
    if (!rows)
        return err_set(e, ERR_INTERNAL, "out of memory");
    s->params = rows;
    json_object_object_foreach(params, key, v) {
        spec_pointer(at, map, key);
        code = parse_param(key, v, at, &rows[s->n_params], e);
        if (code != ERR_NONE)
            return code;
        s->n_params++;
    }
    return ERR_NONE;
}

static enum err_code expression(struct json_object *v, const char *at, const char **ret,
                                struct err *e) {
    enum err_code code = spec_string(v, at, ret, e);
    if (code == ERR_NONE && strlen(*ret) > EXPR_MAX)
        return err_at(e, ERR_INVALID, at, "too_long", "an expression has at most %d bytes",
                      EXPR_MAX);
    return code;
}

static enum err_code parse_defines(struct json_object *o, const char *pointer, struct strategy *s,
                                   struct err *e) {
    char map[ERR_POINTER_MAX], at[ERR_POINTER_MAX];
    struct json_object *defines;
    enum err_code code = open_map(o, "define", pointer, STRATEGY_DEFINES_MAX, map, &defines, e);
    if (code != ERR_NONE || !defines)
        return code;
    struct define *rows = calloc(STRATEGY_DEFINES_MAX, sizeof *rows);
    if (!rows)
        return err_set(e, ERR_INTERNAL, "out of memory");
    s->defines = rows;
    json_object_object_foreach(defines, key, v) {
        spec_pointer(at, map, key);
        rows[s->n_defines].name = key;
        /* a function's head and body are the plan's to judge (lib/strategy_check.c) */
        code = strchr(key, '(') ? ERR_NONE : check_name(key, at, e);
        if (code == ERR_NONE && strategy_param(s, key) >= 0)
            code = err_at(e, ERR_INVALID, at, "name", "'%s' is a parameter already", key);
        if (code == ERR_NONE)
            code = expression(v, at, &rows[s->n_defines].expr, e);
        if (code != ERR_NONE)
            return code;
        s->n_defines++;
    }
    return ERR_NONE;
}

static bool is_number(struct json_object *v) {
    return json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int);
}

/* A number where an expression may stand is the text of one. */
static enum err_code number_or_expression(struct json_object *v, const char *at, const char **ret,
                                          struct err *e) {
    if (!is_number(v))
        return expression(v, at, ret, e);
    *ret = json_object_get_string(v); /* borrowed: lives as long as the tree */
    return ERR_NONE;
}

static enum err_code put_rule(struct strategy *s, enum rule rule, const char *expr,
                              enum level_form form, const char *at, struct err *e) {
    if (s->rules[rule])
        return err_at(e, ERR_INVALID, at, "given_twice",
                      "%s is given twice: with and without its side", rule_name(rule));
    s->rules[rule] = expr;
    s->form[rule] = form;
    return ERR_NONE;
}

bool strategy_rule_level(enum rule rule) {
    return rule >= RULE_LONG_STOP_LOSS && rule <= RULE_SHORT_BREAK_EVEN;
}

/* A number of units, bars, entries or a share, which may be written as one. Prices may not: a
 * number there is a fraction of the entry price, or a mistake. */
bool strategy_rule_counts(enum rule rule) {
    return rule >= RULE_LONG_TAKE_PROFIT_SHARE;
}

static const char *const form_words[] = {
    [FORM_FRACTION] = "fraction", [FORM_DISTANCE] = "distance"};

/* {"fraction":"stop / 100"}, {"distance":"2 * atr(14)"} */
static enum err_code level_object(struct json_object *o, const char *p, const char **ret_expr,
                                  enum level_form *ret_form, struct err *e) {
    char at[ERR_POINTER_MAX];
    enum err_code code = spec_keys(o, p, "key", &form_words[FORM_FRACTION], 2, e);
    if (code != ERR_NONE)
        return code;
    *ret_form = spec_member(o, form_words[FORM_DISTANCE]) ? FORM_DISTANCE : FORM_FRACTION;
    if (*ret_form == FORM_DISTANCE && spec_member(o, form_words[FORM_FRACTION]))
        return err_at(e, ERR_INVALID, p, "conflict", "a fraction or a distance, not both");
    spec_pointer(at, p, form_words[*ret_form]);
    return number_or_expression(spec_member(o, form_words[*ret_form]), at, ret_expr, e);
}

/* {"type":"risk","value":"0.01"} */
static enum err_code size_form(struct json_object *o, const char *p, const char **ret_expr,
                               enum bt_size_type *ret_type, struct err *e) {
    char at[ERR_POINTER_MAX];
    enum err_code code = spec_size_form(o, p, ret_type, at, e);
    return code == ERR_NONE ? number_or_expression(spec_member(o, "value"), at, ret_expr, e) : code;
}

/* One rule in whatever form it has. */
static enum err_code read_rule(struct json_object *v, enum rule rule, const char *at,
                               struct strategy *s, const char **ret_expr, enum level_form *ret_form,
                               struct err *e) {
    bool object = json_object_is_type(v, json_type_object), level = strategy_rule_level(rule);
    *ret_form = level && is_number(v) ? FORM_FRACTION : FORM_PRICE;
    if (level && object)
        return level_object(v, at, ret_expr, ret_form, e);
    if (rule == RULE_SIZE && object)
        return size_form(v, at, ret_expr, &s->size_type, e);
    if (*ret_form == FORM_FRACTION || strategy_rule_counts(rule))
        return number_or_expression(v, at, ret_expr, e);
    return expression(v, at, ret_expr, e);
}

static enum err_code parse_rules(struct json_object *o, const char *pointer, struct strategy *s,
                                 struct err *e) {
    char map[ERR_POINTER_MAX], at[ERR_POINTER_MAX];
    const char *names[RULE_WORDS];
    struct json_object *rules;
    for (size_t i = 0; i < RULE_WORDS; i++)
        names[i] = rule_words[i].word;
    enum err_code code = open_map(o, "rules", pointer, RULE_WORDS + 1, map, &rules, e);
    if (code == ERR_NONE && rules)
        code = spec_keys(rules, map, "rule", names, RULE_WORDS, e);
    for (size_t i = 0; i < RULE_WORDS && code == ERR_NONE; i++) {
        const char *expr;
        enum level_form form;
        struct json_object *v = spec_member(rules, names[i]);
        spec_pointer(at, map, names[i]);
        if (!v)
            continue;
        code = read_rule(v, rule_words[i].first, at, s, &expr, &form, e);
        if (code == ERR_NONE)
            code = put_rule(s, rule_words[i].first, expr, form, at, e);
        if (code == ERR_NONE && rule_words[i].second >= 0)
            code = put_rule(s, (enum rule)rule_words[i].second, expr, form, at, e);
    }
    if (code == ERR_NONE && !s->rules[RULE_LONG_ENTRY] && !s->rules[RULE_SHORT_ENTRY])
        return err_at(e, ERR_INVALID, map, "missing",
                      "a strategy needs a rule long.entry or short.entry");
    return code;
}

static enum err_code parse(struct json_object *o, const char *pointer, struct strategy *s,
                           struct err *e) {
    static const char *const keys[] = {"name", "title", "help", "params", "define", "rules"};
    char at[ERR_POINTER_MAX];
    enum err_code code = spec_keys(o, pointer, "key", keys, sizeof keys / sizeof *keys, e);
    spec_pointer(at, pointer, "name");
    if (code == ERR_NONE)
        code = spec_string(spec_member(o, "name"), at, &s->name, e);
    if (code == ERR_NONE && !strategy_name_valid(s->name))
        code = err_at(e, ERR_INVALID, at, "name",
                      "a strategy's name has 1 to %d letters, digits "
                      "or _.-",
                      STRATEGY_NAME_MAX - 1);
    s->title = s->name;
    if (code == ERR_NONE)
        code = optional_string(o, "title", pointer, &s->title, e);
    if (code == ERR_NONE)
        code = optional_string(o, "help", pointer, &s->help, e);
    if (code == ERR_NONE)
        code = parse_params(o, pointer, s, e);
    if (code == ERR_NONE)
        code = parse_defines(o, pointer, s, e);
    if (code == ERR_NONE)
        code = parse_rules(o, pointer, s, e);
    return code;
}

enum err_code strategy_parse(struct json_object *o, const char *pointer, struct strategy *ret,
                             struct err *e) {
    struct strategy s = {.name = NULL};
    enum err_code code = parse(o, pointer, &s, e);
    if (code == ERR_NONE)
        *ret = s;
    else
        strategy_release(&s);
    return code;
}

void strategy_release(struct strategy *s) {
    /* the rows are const for everybody but their owner */
    free((void *)(uintptr_t)s->params);
    free((void *)(uintptr_t)s->defines);
    *s = (struct strategy){.name = NULL};
}

static void put_param(struct json_out *j, const struct param *p) {
    json_key(j, p->name);
    json_begin(j, '{');
    json_put_string(j, "type", type_names[p->type]);
    if (p->type == PARAM_BOOL) {
        json_put_bool(j, "default", p->def > 0);
    } else {
        json_put_double(j, "default", p->def);
        json_put_double(j, "min", p->min);
        json_put_double(j, "max", p->max);
        if (p->step > 0)
            json_put_double(j, "step", p->step);
    }
    if (p->help)
        json_put_string(j, "help", p->help);
    json_end(j, '}');
}

/* Under which word the rules of this row are written: both sides equal have one word. */
static bool row_applies(const struct strategy *s, const struct rule_word *row) {
    const char *expr = s->rules[row->first];
    if (!expr)
        return false;
    if (row->second >= 0) {
        const char *other = s->rules[row->second];
        return other && strcmp(expr, other) == 0 && s->form[row->first] == s->form[row->second];
    }
    for (size_t i = 0; i < RULE_WORDS; i++)
        if (rule_words[i].second >= 0 &&
            (rule_words[i].first == row->first || rule_words[i].second == (int)row->first))
            return !row_applies(s, &rule_words[i]);
    return true;
}

static void put_rule_json(struct json_out *j, const struct strategy *s,
                          const struct rule_word *row) {
    const char *expr = s->rules[row->first];
    enum level_form form = s->form[row->first];
    if (form == FORM_PRICE && (row->first != RULE_SIZE || s->size_type == SIZE_EQUITY)) {
        json_put_string(j, row->word, expr);
        return;
    }
    json_key(j, row->word);
    json_begin(j, '{');
    if (form != FORM_PRICE) {
        json_put_string(j, form_words[form], expr);
        json_end(j, '}');
        return;
    }
    json_put_string(j, "type", spec_size_types[s->size_type]);
    json_put_string(j, "value", expr);
    json_end(j, '}');
}

void strategy_json(struct json_out *j, const struct strategy *s) {
    json_begin(j, '{');
    json_put_string(j, "name", s->name);
    json_put_string(j, "title", s->title);
    if (s->help)
        json_put_string(j, "help", s->help);
    json_key(j, "params");
    json_begin(j, '{');
    for (size_t i = 0; i < s->n_params; i++)
        put_param(j, &s->params[i]);
    json_end(j, '}');
    json_key(j, "define");
    json_begin(j, '{');
    for (size_t i = 0; i < s->n_defines; i++)
        json_put_string(j, s->defines[i].name, s->defines[i].expr);
    json_end(j, '}');
    json_key(j, "rules");
    json_begin(j, '{');
    for (size_t i = 0; i < RULE_WORDS; i++)
        if (row_applies(s, &rule_words[i]))
            put_rule_json(j, s, &rule_words[i]);
    json_end(j, '}');
    json_end(j, '}');
}
