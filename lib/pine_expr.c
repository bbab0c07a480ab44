/* Pine's expressions as text of our language. Names are looked at when they are used, so what only
 * drawings need is never judged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ind.h"
#include "lib/pine_ast.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

/* The call of a user's function that is being written in its place. */
struct env {
    const struct pine_stmt *function;
    int call;
    const struct env *outer;
    int depth;
};

static bool put(struct pine_script *s, int node, int least, const struct env *env, struct buf *ret);

bool pine_is_drawing(struct pine_slice name) {
    static const char *const whole[] = {"plot",    "plotshape",  "plotchar", "plotarrow",
                                        "plotbar", "plotcandle", "hline",    "fill",
                                        "bgcolor", "barcolor",   "alert",    "alertcondition"};
    static const char *const spaces[] = {"label.",    "line.",     "box.", "table.",
                                         "linefill.", "polyline.", "log."};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (pine_is(name, whole[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        if (pine_starts(name, spaces[i]))
            return true;
    }
    return false;
}

/* The row that says it is Pine's function of that name: the same word may be another function here
 * (ta.cmo is our cmou). */
static const struct ind_info *function_of(struct pine_slice name) {
    const struct ind_info *info;
    for (size_t i = 0; (info = ind_info_at(i)); i++) {
        if (info->pine && pine_is(name, info->pine))
            return info;
    }
    return NULL;
}

/* Functions of the same name that do not give the same numbers. False: refused. */
static bool judge(struct pine_script *s, const struct ind_info *info, int line) {
    static const struct {
        const char *name, *refused, *told;
    } rows[] = {
        {"kc",
         "takes the average true range where Pine's ta.kc takes the ema of tr: write ta.ema "
         "and ta.ema(ta.tr, length)",
         NULL},
        {"kcw", "is made of kc, which differs from Pine's: write it out", NULL},
        {"stoch", NULL, "gives 0 where the range is 0, Pine's ta.stoch nothing"},
        {"supertrend", NULL, "starts upwards, Pine's downwards: they agree after the first turn"},
        {"dmi", NULL, "starts from sums, Pine's from means: they agree after some bars"},
        {"vwap", NULL, "starts at 00:00 UTC, Pine's with the exchange's session"},
        {"obv", NULL, "starts with the first volume, Pine's at 0: levels differ, changes do not"},
        {"nvi", NULL, "starts at 1000, Pine's at 1"},
        {"pvi", NULL, "starts at 1000, Pine's at 1"},
    };
    if (strcmp(info->group, "time") == 0)
        pine_tell(s, line, "%s is counted in UTC, Pine's in the exchange's time", info->name);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, info->name) != 0)
            continue;
        if (rows[i].refused)
            pine_refuse(s, line, "%s %s", info->name, rows[i].refused);
        else
            pine_tell(s, line, "%s %s", info->name, rows[i].told);
        return !rows[i].refused;
    }
    return true;
}

/* The symbol's own expression, once. */
static bool use_value(struct pine_script *s, struct pine_symbol *sym) {
    size_t at = (size_t)(sym - s->symbols);
    if (sym->used)
        return sym->text != NULL;
    if (sym->busy) {
        pine_refuse(s, sym->line, "'%.*s' is made of itself", LONG(sym->name));
        return false;
    }
    struct buf text;
    buf_init(&text, 1 << 14);
    sym->busy = true;
    bool good = put(s, sym->expr, 0, NULL, &text);
    sym = &s->symbols[at];
    sym->busy = false;
    sym->used = true;
    sym->text = good ? buf_detach(&text) : NULL;
    buf_release(&text);
    s->failed |= good && !sym->text;
    return sym->text != NULL;
}

static bool put_symbol(struct pine_script *s, struct pine_symbol *sym, int line, struct buf *ret) {
    switch (sym->kind) {
    case PINE_VALUE:
        if (!use_value(s, sym))
            return false;
        buf_str(ret, sym->out);
        return true;
    case PINE_INPUT:
        sym->used = true;
        buf_str(ret, sym->out);
        return true;
    case PINE_FIELD:
        if (!use_value(s, &s->symbols[sym->of]))
            return false;
        buf_fmt(ret, "%s.%s", s->symbols[sym->of].out, sym->field);
        return true;
    case PINE_FUNCTION:
        pine_refuse(s, line, "'%.*s' is a function", LONG(sym->name));
        return false;
    case PINE_REFUSED_NAME:
        pine_refuse(s, sym->line, "'%.*s' %s", LONG(sym->name), sym->why);
        return false;
    }
    return false;
}

static bool put_name(struct pine_script *s, const struct pine_node *n, const struct env *env,
                     int least, struct buf *ret) {
    static const char *const words[][2] = {
        {"true", "true"},
        {"false", "false"},
        {"na", "na"},
        {"barstate.isconfirmed", "true"},
        {"barstate.ishistory", "true"},
        {"math.pi", "3.141592653589793"},
        {"math.e", "2.718281828459045"},
        {"strategy.position_size", "position_size"},
        {"strategy.position_avg_price", "position_avg_price"},
        {"strategy.openprofit", "open_profit"},
        {"strategy.equity", "equity"},
    };
    for (size_t i = 0; env && i < env->function->n_names; i++) {
        if (!pine_same(env->function->names[i], n->text))
            continue;
        int arg = s->nodes[env->call].args;
        for (size_t k = 0; k < i && arg >= 0; k++)
            arg = s->nodes[arg].next;
        return put(s, s->nodes[arg].a, least, env->outer, ret);
    }
    struct pine_symbol *sym = pine_find(s, n->text);
    if (sym)
        return put_symbol(s, sym, n->line, ret);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (pine_is(n->text, words[i][0])) {
            buf_str(ret, words[i][1]);
            return true;
        }
    }
    const struct ind_info *info = function_of(n->text);
    bool bare = info != NULL;
    for (size_t i = 0; bare && i < info->n_args; i++)
        bare = info->args[i].def != NULL;
    if (bare) {
        buf_str(ret, info->name);
        return judge(s, info, n->line);
    }
    pine_refuse(s, n->line, "'%.*s' is not known here", LONG(n->text));
    return false;
}

/* timestamp(2020, 1, 31, 0, 0): milliseconds, UTC. */
static bool put_timestamp(struct pine_script *s, int call, struct buf *ret) {
    double v[6] = {0, 1, 1, 0, 0, 0};
    size_t n = 0;
    int line = s->nodes[call].line;
    for (int arg = s->nodes[call].args; arg >= 0 && n < 6; arg = s->nodes[arg].next, n++) {
        if (!pine_constant(s, s->nodes[arg].a, &v[n])) {
            pine_refuse(s, line, "timestamp needs numbers here: year, month, day, hour, minute");
            return false;
        }
    }
    if (n < 3 || !(v[0] >= 1970 && v[0] <= 9999 && v[1] >= 1 && v[1] <= 12)) {
        pine_refuse(s, line, "timestamp needs a year, a month and a day");
        return false;
    }
    /* days from civil, Gregorian */
    int64_t y = (int64_t)v[0] - (v[1] <= 2), era = y / 400, m = (int64_t)v[1];
    int64_t yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)v[2] - 1;
    int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
    pine_tell(s, line, "timestamp is taken as UTC");
    buf_fmt(ret, "%lld",
            (long long)(days * 86400000 +
                        ((int64_t)v[3] * 3600 + (int64_t)v[4] * 60 + (int64_t)v[5]) * 1000));
    return true;
}

static bool put_user_call(struct pine_script *s, int call, const struct pine_symbol *sym, int least,
                          const struct env *env, struct buf *ret) {
    const struct pine_stmt *f = sym->function;
    size_t given = 0;
    int line = s->nodes[call].line;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next)
        given += s->nodes[arg].text.len == 0 ? 1 : PINE_NAMES_MAX + 1;
    if (f->expr < 0)
        pine_refuse(s, f->line, "the function '%.*s' has more than one line", LONG(f->name));
    else if (given != f->n_names)
        pine_refuse(s, line, "'%.*s' takes %zu arguments, by place", LONG(f->name), f->n_names);
    else if (env && env->depth >= PINE_DEPTH_MAX)
        pine_refuse(s, line, "'%.*s' calls itself", LONG(f->name));
    else {
        const struct env inner = {f, call, env, env ? env->depth + 1 : 1};
        return put(s, f->expr, least, &inner, ret);
    }
    return false;
}

/* Arguments in the order of the row, named ones in their places. */
static bool put_args(struct pine_script *s, int call, const struct ind_info *info,
                     const struct env *env, struct buf *ret) {
    const char *names[IND_ARGS_MAX + 1] = {NULL};
    bool named = false;
    int given = 0;
    for (size_t i = 0; i < info->n_args; i++)
        names[i] = info->args[i].name;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next, given++)
        named |= s->nodes[arg].text.len > 0;
    if (named && !pine_args_known(s, call, names))
        return false;
    int arg = s->nodes[call].args;
    for (int i = 0; i < given; i++) {
        int value = named ? pine_arg(s, call, names, i < (int)info->n_args ? names[i] : "")
                          : s->nodes[arg].a;
        if (value < 0) {
            pine_refuse(s, s->nodes[call].line, "%s: give its arguments in their order",
                        info->name);
            return false;
        }
        if (i)
            buf_str(ret, ", ");
        if (!put(s, value, 0, env, ret))
            return false;
        arg = named ? arg : s->nodes[arg].next;
    }
    return true;
}

static bool put_security(struct pine_script *s, int call, int least, const struct env *env,
                         struct buf *ret) {
    const char *interval;
    int expr;
    if (!pine_security(s, call, &interval, &expr))
        return false;
    if (!*interval)
        return put(s, expr, least, env, ret);
    buf_fmt(ret, "tf(\"%s\", ", interval);
    bool good = put(s, expr, 0, env, ret);
    buf_char(ret, ')');
    return good;
}

static bool put_call(struct pine_script *s, int call, int least, const struct env *env,
                     struct buf *ret) {
    struct pine_slice name = s->nodes[call].text;
    int line = s->nodes[call].line;
    struct pine_symbol *sym = pine_find(s, name);
    if (sym && sym->kind == PINE_FUNCTION)
        return put_user_call(s, call, sym, least, env, ret);
    if (pine_is(name, "timestamp"))
        return put_timestamp(s, call, ret);
    if (pine_is(name, "float") && s->nodes[call].args >= 0)
        return put(s, s->nodes[s->nodes[call].args].a, least, env, ret);
    struct pine_symbol *input =
        pine_starts(name, "input") && !sym ? pine_input_inside(s, call) : NULL;
    if (input)
        return put_symbol(s, input, line, ret);
    if (pine_is(name, "request.security"))
        return put_security(s, call, least, env, ret);
    const struct ind_info *info = function_of(name);
    if (pine_starts(name, "request."))
        pine_refuse(s, line, "%.*s: only the chart's own candles are read", LONG(name));
    else if (pine_starts(name, "input"))
        pine_refuse(s, line, "%.*s: an input that is no number or switch needs a line of its own",
                    LONG(name));
    else if (!info)
        pine_refuse(s, line, "the function '%.*s' is not among ours", LONG(name));
    if (!info || pine_starts(name, "request.") || pine_starts(name, "input"))
        return false;
    if (!judge(s, info, line))
        return false;
    buf_str(ret, info->name);
    if (s->nodes[call].args < 0)
        return true; /* ta.tr() */
    buf_char(ret, '(');
    bool good = put_args(s, call, info, env, ret);
    buf_char(ret, ')');
    return good;
}

static int binds(struct pine_slice op) {
    static const struct {
        const char *sign;
        int binds;
    } rows[] = {{"or", 1}, {"and", 2}, {"==", 3}, {"!=", 3}, {"<", 4},
                {"<=", 4}, {">", 4},   {">=", 4}, {"+", 5},  {"-", 5}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(op, rows[i].sign))
            return rows[i].binds;
    }
    return 6;
}

/* Version 5 divides whole literals without the rest. */
static bool whole_division(const struct pine_script *s, const struct pine_node *n) {
    const struct pine_node *a = &s->nodes[n->a], *b = &s->nodes[n->b];
    if (s->version >= 6 || !pine_is(n->text, "/") || a->kind != PINE_N_NUMBER ||
        b->kind != PINE_N_NUMBER)
        return false;
    return !memchr(a->text.at, '.', a->text.len) && !memchr(b->text.at, '.', b->text.len);
}

static bool put_binary(struct pine_script *s, struct pine_node n, int least, const struct env *env,
                       struct buf *ret) {
    int tight = binds(n.text);
    if (whole_division(s, &n)) {
        pine_refuse(s, n.line, "version 5 divides whole numbers without the rest: write 1.0 / 2");
        return false;
    }
    if (tight < least)
        buf_char(ret, '(');
    bool good = put(s, n.a, tight, env, ret);
    buf_fmt(ret, " %.*s ", (int)n.text.len, n.text.at);
    good = good && put(s, n.b, tight + 1, env, ret);
    if (tight < least)
        buf_char(ret, ')');
    return good;
}

static bool put_if(struct pine_script *s, struct pine_node n, int least, const struct env *env,
                   struct buf *ret) {
    if (least > 0)
        buf_char(ret, '(');
    bool good = put(s, n.a, 1, env, ret);
    buf_str(ret, " ? ");
    good = good && put(s, n.b, 1, env, ret);
    buf_str(ret, " : ");
    good = good && put(s, n.c, 0, env, ret);
    if (least > 0)
        buf_char(ret, ')');
    return good;
}

static bool put(struct pine_script *s, int node, int least, const struct env *env,
                struct buf *ret) {
    if (node < 0)
        return false;
    struct pine_node n = s->nodes[node];
    double number;
    char text[DOUBLE_TEXT_MAX];
    switch (n.kind) {
    case PINE_N_NUMBER:
        if (!pine_constant(s, node, &number))
            break;
        double_format(number, text);
        buf_str(ret, text);
        return true;
    case PINE_N_NAME:
        return put_name(s, &n, env, least, ret);
    case PINE_N_CALL:
        return put_call(s, node, least, env, ret);
    case PINE_N_INDEX:
        if (!put(s, n.a, 8, env, ret))
            return false;
        buf_char(ret, '[');
        if (!put(s, n.b, 0, env, ret))
            return false;
        buf_char(ret, ']');
        return true;
    case PINE_N_UNARY:
        if (least > 7)
            buf_char(ret, '(');
        buf_fmt(ret, "%.*s%s", (int)n.text.len, n.text.at, pine_is(n.text, "not") ? " " : "");
        if (!put(s, n.a, 7, env, ret))
            return false;
        if (least > 7)
            buf_char(ret, ')');
        return true;
    case PINE_N_BINARY:
        return put_binary(s, n, least, env, ret);
    case PINE_N_IF:
        return put_if(s, n, least, env, ret);
    case PINE_N_STRING:
    case PINE_N_COLOR:
    case PINE_N_LIST:
    case PINE_N_ARG:
        break;
    }
    pine_refuse(s, n.line, "'%.*s' is neither a number nor a condition", LONG(n.text));
    return false;
}

bool pine_text(struct pine_script *s, int node, int least, struct buf *ret) {
    return put(s, node, least, NULL, ret);
}
