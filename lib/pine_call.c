/* Calls inside Pine's expressions: the user's functions written in their places, inputs, and those
 * functions that are ours too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

/* Functions of the same name that do not give the same numbers. */
bool pine_judge(struct pine_script *s, const struct ind_info *info, int line) {
    static const struct {
        const char *name, *told;
    } rows[] = {
        {"stoch", "gives 0 where the range is 0, Pine's ta.stoch nothing"},
        {"supertrend", "starts upwards, Pine's downwards: they agree after the first turn"},
        {"dmi", "starts from sums, Pine's from means: they agree after some bars"},
        {"vwap", "starts at 00:00 UTC, Pine's with the exchange's session"},
        {"obv", "starts with the first volume, Pine's at 0: levels differ, changes do not"},
        {"nvi", "starts at 1000, Pine's at 1"},
        {"pvi", "starts at 1000, Pine's at 1"},
    };
    if (strcmp(info->group, "time") == 0)
        pine_tell(s, line, "%s is counted in UTC, Pine's in the exchange's time", info->name);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, info->name) == 0)
            pine_tell(s, line, "%s %s", info->name, rows[i].told);
    }
    return true;
}

/* A function may name values; what it changes has a memory for each place that calls it. */
static bool only_names(const struct pine_script *s, const struct pine_stmt *f) {
    for (int at = f->body; at >= 0; at = s->stmts[at].next) {
        const struct pine_stmt *stmt = &s->stmts[at];
        bool names = (stmt->kind == PINE_S_DECLARE && !stmt->keeps && stmt->expr >= 0) ||
                     stmt->kind == PINE_S_TUPLE;
        bool value = stmt->next < 0 && (stmt->kind == PINE_S_CALL || stmt->kind == PINE_S_IF);
        if (!names && !value)
            return false;
    }
    return f->expr >= 0;
}

static bool put_user_call(struct pine_script *s, int call, const struct pine_symbol *sym, int item,
                          int least, const struct pine_env *env, struct buf *ret) {
    const struct pine_stmt *f = sym->function;
    size_t given = 0;
    int line = s->nodes[call].line, now = s->now;
    for (int arg = s->nodes[call].args; arg >= 0; arg = s->nodes[arg].next)
        given += s->nodes[arg].text.len == 0 ? 1 : PINE_NAMES_MAX + 1;
    if (!only_names(s, f))
        pine_refuse(s, f->line, "the function '%.*s' does more than name values and give one",
                    LONG(f->name));
    else if (given != f->n_names)
        pine_refuse(s, line, "'%.*s' takes %zu arguments, by place", LONG(f->name), f->n_names);
    else if (env && env->depth >= PINE_DEPTH_MAX)
        pine_refuse(s, line, "'%.*s' calls itself", LONG(f->name));
    else {
        const struct pine_env inner = {f, call, now, env, env ? env->depth + 1 : 1};
        s->now = sym->at;
        bool good = pine_put_item(s, f->expr, item, least, &inner, ret);
        s->now = now;
        return good;
    }
    return false;
}

/* Arguments in the order of the row, named ones in their places. */
static bool put_args(struct pine_script *s, int call, const struct ind_info *info,
                     const struct pine_env *env, struct buf *ret) {
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
        if (!pine_put(s, value, 0, env, ret))
            return false;
        arg = named ? arg : s->nodes[arg].next;
    }
    return true;
}

static bool put_security(struct pine_script *s, int call, int item, int least,
                         const struct pine_env *env, struct buf *ret) {
    const char *interval;
    int expr;
    bool before;
    if (!pine_security(s, call, env, &interval, &expr, &before))
        return false;
    if (!*interval)
        return pine_put_item(s, expr, item, least, env, ret);
    buf_fmt(ret, "tf(\"%s\", ", interval);
    bool good = pine_put_item(s, expr, item, 0, env, ret);
    buf_str(ret, before ? ")[1]" : ")");
    return good;
}

/* ta.kc is not our kc: its range is the ema of tr. */
static bool put_keltner(struct pine_script *s, int call, int item, bool width,
                        const struct pine_env *env, struct buf *ret) {
    static const char *const names[] = {"series", "length", "mult", "useTrueRange", NULL};
    int source = pine_arg(s, call, names, "series"), length = pine_arg(s, call, names, "length");
    int mult = pine_arg(s, call, names, "mult"), real = pine_arg(s, call, names, "useTrueRange");
    double flag = 1;
    struct buf middle, range;
    if (!pine_args_known(s, call, names) || item > 2)
        return false;
    if (real >= 0 && !pine_constant(s, real, &flag)) {
        pine_refuse(s, s->nodes[call].line, "ta.kc: useTrueRange is true or false");
        return false;
    }
    buf_init(&middle, 1 << 14);
    buf_init(&range, 1 << 14);
    buf_str(&middle, "ema(");
    bool good = pine_put(s, source, 0, env, &middle);
    buf_str(&middle, ", ");
    good = good && pine_put(s, length, 0, env, &middle);
    buf_str(&middle, ")");
    good = good && pine_put(s, mult, 7, env, &range);
    buf_str(&range, flag > 0 ? " * ema(tr, " : " * ema(high - low, ");
    good = good && pine_put(s, length, 0, env, &range);
    buf_str(&range, ")");
    if (good && middle.data && range.data && width)
        buf_fmt(ret, "(2 * %s / %s)", range.data, middle.data);
    else if (good && middle.data && range.data && item > 0)
        buf_fmt(ret, "(%s %c %s)", middle.data, item == 1 ? '+' : '-', range.data);
    else if (good && middle.data)
        buf_str(ret, middle.data);
    buf_release(&middle);
    buf_release(&range);
    return good;
}

/* int(x): towards 0. */
static bool put_whole(struct pine_script *s, int value, const struct pine_env *env,
                      struct buf *ret) {
    double v;
    if (pine_constant(s, value, &v) && v >= 0) {
        buf_str(ret, "floor(");
        bool good = pine_put(s, value, 0, env, ret);
        buf_char(ret, ')');
        return good;
    }
    struct buf b;
    buf_init(&b, 1 << 14);
    bool good = pine_put(s, value, 7, env, &b) && b.data;
    if (good)
        buf_fmt(ret, "(%s >= 0 ? floor(%s) : ceil(%s))", b.data, b.data, b.data);
    buf_release(&b);
    return good;
}

/* Calls that are no function of ours. *ret_known false: it is none of them. */
static bool put_special(struct pine_script *s, int call, int item, int least,
                        const struct pine_env *env, struct buf *ret, bool *ret_known) {
    struct pine_node n = s->nodes[call];
    int first = n.args >= 0 ? s->nodes[n.args].a : -1;
    bool whole = pine_is(n.text, "int"), old = s->version == 4;
    *ret_known = true;
    if (pine_is(n.text, "request.security") || (old && pine_is(n.text, "security")))
        return put_security(s, call, item, least, env, ret);
    if (pine_is(n.text, "ta.kc") || (old && pine_is(n.text, "kc")))
        return put_keltner(s, call, item, false, env, ret);
    if (pine_is(n.text, "ta.kcw") || (old && pine_is(n.text, "kcw")))
        return put_keltner(s, call, 0, true, env, ret);
    if ((pine_is(n.text, "float") || pine_is(n.text, "bool")) && first >= 0)
        return pine_put(s, first, least, env, ret);
    if (whole && first >= 0)
        return put_whole(s, first, env, ret);
    if (old && pine_is(n.text, "iff") && n.args >= 0) {
        static const char *const names[] = {"condition", "then", "else", NULL};
        struct pine_node as = {.kind = PINE_N_IF, .line = n.line, .args = -1, .next = -1};
        as.a = pine_arg(s, call, names, "condition");
        as.b = pine_arg(s, call, names, "then");
        as.c = pine_arg(s, call, names, "else");
        return pine_put_choice(s, as, least, env, ret);
    }
    if (pine_is(n.text, "strategy.opentrades.entry_bar_index") && s->pyramiding <= 1) {
        buf_str(ret, "(bar_index - bars_in_trade)");
        return true;
    }
    if (pine_is(n.text, "strategy.opentrades.entry_price") && s->pyramiding <= 1) {
        buf_str(ret, "position_avg_price");
        return true;
    }
    if (pine_is(n.text, "math.round_to_mintick") && s->tick > 0 && first >= 0) {
        char tick[DOUBLE_TEXT_MAX];
        double_format(s->tick, tick);
        buf_str(ret, "(round(");
        bool good = pine_put(s, first, 7, env, ret);
        buf_fmt(ret, " / %s) * %s)", tick, tick);
        return good;
    }
    bool good = pine_time_call(s, call, env, ret, ret_known);
    return *ret_known && good;
}

bool pine_put_call(struct pine_script *s, int call, int item, int least, const struct pine_env *env,
                   struct buf *ret) {
    struct pine_slice name = s->nodes[call].text;
    int line = s->nodes[call].line;
    bool known;
    struct pine_symbol *sym = pine_find(s, name);
    if (sym && sym->kind == PINE_FUNCTION)
        return put_user_call(s, call, sym, item, least, env, ret);
    struct pine_symbol *input =
        pine_starts(name, "input") && !sym ? pine_input_inside(s, call) : NULL;
    if (input)
        return pine_put_symbol(s, input, line, ret);
    if (pine_starts(name, "input") && !sym) {
        int fixed = pine_input_default(s, call);
        if (fixed >= 0)
            return pine_put(s, fixed, least, env, ret);
        pine_refuse(s, line, "%.*s: what it gives is neither a number nor a switch", LONG(name));
        return false;
    }
    bool good = put_special(s, call, item, least, env, ret, &known);
    if (known)
        return good;
    const struct ind_info *info = pine_function(s, name);
    if (pine_starts(name, "request.")) {
        pine_refuse(s, line, "%.*s: only the chart's own candles are read", LONG(name));
        return false;
    }
    if (!info || (item >= 0 && item >= (int)info->n_outputs)) {
        pine_refuse(s, line, "the function '%.*s' is not among ours", LONG(name));
        return false;
    }
    pine_judge(s, info, line);
    buf_str(ret, info->name);
    if (s->nodes[call].args < 0)
        return true; /* ta.tr() */
    buf_char(ret, '(');
    good = put_args(s, call, info, env, ret);
    buf_char(ret, ')');
    if (good && item >= 0)
        buf_fmt(ret, ".%s", info->outputs[item]);
    return good;
}
