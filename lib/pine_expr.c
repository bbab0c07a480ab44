/* Pine's expressions as text of our language. Names are looked at when they are used, so what only
 * drawings need is never judged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pine_ast.h"

#define LONG(slice) (int)((slice).len < 60 ? (slice).len : 60), (slice).at

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

static bool has_name(const struct ind_info *info, const char *space, struct pine_slice name) {
    size_t n = strlen(space);
    return info->pine && strncmp(info->pine, space, n) == 0 && pine_is(name, info->pine + n);
}

/* The row that says it is Pine's function of that name: the same word may be another function here
 * (ta.cmo is our cmou). Version 4 has no ta. and math. before them. */
const struct ind_info *pine_function(const struct pine_script *s, struct pine_slice name) {
    const struct ind_info *info;
    for (size_t i = 0; (info = ind_info_at(i)); i++) {
        if (has_name(info, "", name) ||
            (s->version == 4 && (has_name(info, "ta.", name) || has_name(info, "math.", name))))
            return info;
    }
    return NULL;
}

/* --- symbols ---------------------------------------------------------------------------------- */

bool pine_refuse_past(struct pine_script *s, const struct pine_symbol *sym) {
    pine_refuse(s, sym->line,
                "'%.*s' is made of its own past: only values that hold, counters and sums have one "
                "here",
                LONG(sym->name));
    return false;
}

/* The symbol's own expression, once. */
static bool use_value(struct pine_script *s, struct pine_symbol *sym) {
    size_t at = (size_t)(sym - s->symbols);
    int now = s->now;
    if (sym->used)
        return sym->text != NULL;
    if (sym->busy)
        return pine_refuse_past(s, sym);
    struct buf text;
    buf_init(&text, 1 << 14);
    sym->busy = true;
    s->now = sym->at;
    bool good = sym->before >= 0 || sym->keeps
                    ? pine_changed(s, at, &text)
                    : pine_put_item(s, sym->expr, sym->item, 0, NULL, &text);
    s->now = now;
    sym = &s->symbols[at];
    sym->busy = false;
    sym->used = true;
    sym->made = s->n_made++;
    sym->text = good ? buf_detach(&text) : NULL;
    buf_release(&text);
    s->failed |= good && !sym->text;
    return sym->text != NULL;
}

bool pine_put_symbol(struct pine_script *s, struct pine_symbol *sym, int line, struct buf *ret) {
    size_t at = (size_t)(sym - s->symbols), of = sym->of;
    switch (sym->kind) {
    case PINE_VALUE:
        if (!use_value(s, sym))
            return false;
        buf_str(ret, s->symbols[at].out);
        return true;
    case PINE_INPUT:
        sym->used = true;
        buf_str(ret, sym->out);
        return true;
    case PINE_FIELD:
        if (!use_value(s, &s->symbols[of]))
            return false;
        buf_fmt(ret, "%s.%s", s->symbols[of].out, s->symbols[at].field);
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

int pine_local(struct pine_script *s, struct pine_slice name, const struct pine_env **env,
               int *ret_item) {
    const struct pine_env *e = *env;
    *ret_item = -1;
    if (!e)
        return -1;
    for (int at = e->function->body; at >= 0; at = s->stmts[at].next) {
        const struct pine_stmt *stmt = &s->stmts[at];
        if (stmt->kind == PINE_S_DECLARE && pine_same(stmt->name, name))
            return stmt->expr;
        for (size_t k = 0; stmt->kind == PINE_S_TUPLE && k < stmt->n_names; k++) {
            if (!pine_same(stmt->names[k], name))
                continue;
            *ret_item = (int)k;
            return stmt->expr;
        }
    }
    for (size_t i = 0; i < e->function->n_names; i++) {
        if (!pine_same(e->function->names[i], name))
            continue;
        int arg = s->nodes[e->call].args;
        for (size_t k = 0; k < i && arg >= 0; k++)
            arg = s->nodes[arg].next;
        s->now = e->now;
        *env = e->outer;
        return arg >= 0 ? s->nodes[arg].a : -1;
    }
    return -1;
}

/* Words of Pine that are other words here. */
static const char *word_of(const struct pine_script *s, struct pine_slice name) {
    static const char *const words[][2] = {
        {"true", "true"},
        {"false", "false"},
        {"na", "na"},
        {"barstate.isconfirmed", "true"},
        {"barstate.ishistory", "true"},
        {"barstate.isnew", "true"},
        {"barstate.isrealtime", "false"},
        {"barstate.isfirst", "(bar_index == 0)"},
        {"math.pi", "3.141592653589793"},
        {"math.e", "2.718281828459045"},
        {"math.phi", "1.618033988749895"},
        {"strategy.position_size", "position_size"},
        {"strategy.position_avg_price", "position_avg_price"},
        {"strategy.openprofit", "open_profit"},
        {"strategy.equity", "equity"},
        {"dayofweek.sunday", "1"},
        {"dayofweek.monday", "2"},
        {"dayofweek.tuesday", "3"},
        {"dayofweek.wednesday", "4"},
        {"dayofweek.thursday", "5"},
        {"dayofweek.friday", "6"},
        {"dayofweek.saturday", "7"},
    };
    if (s->version == 4 && pine_is(name, "n"))
        return "bar_index";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (pine_is(name, words[i][0]))
            return words[i][1];
    }
    /* open trades: one at most, when entries do not add up */
    if (pine_is(name, "strategy.opentrades") && s->pyramiding <= 1)
        return "(position_size == 0 ? 0 : 1)";
    return NULL;
}

static bool put_name(struct pine_script *s, const struct pine_node *n, const struct pine_env *env,
                     int least, struct buf *ret) {
    int now = s->now, item;
    int local = pine_local(s, n->text, &env, &item);
    if (local >= 0) {
        bool good = pine_put_item(s, local, item, least, env, ret);
        s->now = now;
        return good;
    }
    s->now = now;
    struct pine_symbol *sym = pine_find(s, n->text);
    if (sym)
        return pine_put_symbol(s, sym, n->line, ret);
    const char *word = word_of(s, n->text);
    if (word) {
        buf_str(ret, word);
        return true;
    }
    if (pine_is(n->text, "syminfo.mintick")) {
        char text[DOUBLE_TEXT_MAX];
        if (s->tick > 0)
            buf_str(ret, (double_format(s->tick, text), text));
        else
            pine_refuse(s, n->line, "syminfo.mintick is not known: give it with --tick");
        return s->tick > 0;
    }
    const struct ind_info *info = pine_function(s, n->text);
    bool bare = info != NULL;
    for (size_t i = 0; bare && i < info->n_args; i++)
        bare = info->args[i].def != NULL;
    if (bare) {
        buf_str(ret, info->name);
        return pine_judge(s, info, n->line);
    }
    pine_refuse(s, n->line, "'%.*s' is not known here", LONG(n->text));
    return false;
}

/* --- operators -------------------------------------------------------------------------------- */

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

static bool whole_literal(struct pine_script *s, int node) {
    int now = s->now;
    node = pine_resolve(s, node, &now);
    const struct pine_node *n = node >= 0 ? &s->nodes[node] : NULL;
    return n && n->kind == PINE_N_NUMBER && !memchr(n->text.at, '.', n->text.len);
}

/* Versions before 6 divide whole constants without the rest. */
static bool whole_division(struct pine_script *s, struct pine_node n) {
    return s->version < 6 && pine_is(n.text, "/") && whole_literal(s, n.a) && whole_literal(s, n.b);
}

static bool put_binary(struct pine_script *s, int node, int least, const struct pine_env *env,
                       struct buf *ret) {
    struct pine_node n = s->nodes[node];
    int tight = binds(n.text);
    bool truth, all = pine_is(n.text, "and");
    if (pine_truth(s, node, env, &truth)) {
        buf_str(ret, truth ? "true" : "false");
        return true;
    }
    if ((all || pine_is(n.text, "or")) && pine_truth(s, n.a, env, &truth))
        return pine_put(s, n.b, least, env, ret); /* a true before and, a false before or */
    if ((all || pine_is(n.text, "or")) && pine_truth(s, n.b, env, &truth))
        return pine_put(s, n.a, least, env, ret);
    if (whole_division(s, n)) {
        pine_refuse(s, n.line, "version %d divides whole numbers without the rest: write 1.0 / 2",
                    s->version);
        return false;
    }
    if (tight < least)
        buf_char(ret, '(');
    bool good = pine_put(s, n.a, tight, env, ret);
    buf_fmt(ret, " %.*s ", (int)n.text.len, n.text.at);
    good = good && pine_put(s, n.b, tight + 1, env, ret);
    if (tight < least)
        buf_char(ret, ')');
    return good;
}

static bool put_if(struct pine_script *s, struct pine_node n, int item, int least,
                   const struct pine_env *env, struct buf *ret) {
    bool truth;
    if (pine_truth(s, n.a, env, &truth))
        return pine_put_item(s, truth ? n.b : n.c, item, least, env, ret);
    if (least > 0)
        buf_char(ret, '(');
    bool good = pine_put(s, n.a, 1, env, ret);
    buf_str(ret, " ? ");
    good = good && pine_put_item(s, n.b, item, 1, env, ret);
    buf_str(ret, " : ");
    good = good && pine_put_item(s, n.c, item, 0, env, ret);
    if (least > 0)
        buf_char(ret, ')');
    return good;
}

/* x[n]: of a name that := changes, what it was at the end of that bar. */
static bool put_past(struct pine_script *s, struct pine_node n, const struct pine_env *env,
                     struct buf *ret) {
    const struct pine_env *inner = env;
    int now = s->now, item;
    struct pine_node of = s->nodes[n.a];
    bool local = of.kind == PINE_N_NAME && pine_local(s, of.text, &inner, &item) >= 0;
    s->now = now;
    struct pine_symbol *sym = of.kind == PINE_N_NAME && !local ? pine_find(s, of.text) : NULL;
    bool good =
        sym ? pine_put_symbol(s, pine_last(s, sym), n.line, ret) : pine_put(s, n.a, 8, env, ret);
    buf_char(ret, '[');
    good = good && pine_put(s, n.b, 0, env, ret);
    buf_char(ret, ']');
    return good;
}

/* The k-th of [a, b, c]. */
static bool put_listed(struct pine_script *s, struct pine_node n, int item, int least,
                       const struct pine_env *env, struct buf *ret) {
    int arg = n.args;
    for (int k = 0; k < item && arg >= 0; k++)
        arg = s->nodes[arg].next;
    if (arg >= 0 && item >= 0)
        return pine_put(s, s->nodes[arg].a, least, env, ret);
    pine_refuse(s, n.line, "several values stand where one is needed");
    return false;
}

bool pine_put_choice(struct pine_script *s, struct pine_node n, int least,
                     const struct pine_env *env, struct buf *ret) {
    return put_if(s, n, -1, least, env, ret);
}

bool pine_put_item(struct pine_script *s, int node, int item, int least, const struct pine_env *env,
                   struct buf *ret) {
    s->failed |= ++s->work > PINE_WORK_MAX;
    if (node < 0 || s->failed)
        return false;
    struct pine_node n = s->nodes[node];
    double number;
    char text[DOUBLE_TEXT_MAX];
    if (item >= 0 && n.kind != PINE_N_LIST && n.kind != PINE_N_CALL && n.kind != PINE_N_IF) {
        pine_refuse(s, n.line, "this is no tuple");
        return false;
    }
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
        return pine_put_call(s, node, item, least, env, ret);
    case PINE_N_INDEX:
        return put_past(s, n, env, ret);
    case PINE_N_UNARY:
        if (least > 7)
            buf_char(ret, '(');
        buf_fmt(ret, "%.*s%s", (int)n.text.len, n.text.at, pine_is(n.text, "not") ? " " : "");
        if (!pine_put(s, n.a, 7, env, ret))
            return false;
        if (least > 7)
            buf_char(ret, ')');
        return true;
    case PINE_N_BINARY:
        return put_binary(s, node, least, env, ret);
    case PINE_N_IF:
        return put_if(s, n, item, least, env, ret);
    case PINE_N_LIST:
        return put_listed(s, n, item, least, env, ret);
    case PINE_N_STRING:
    case PINE_N_COLOR:
    case PINE_N_ARG:
        break;
    }
    pine_refuse(s, n.line, "'%.*s' is neither a number nor a condition", LONG(n.text));
    return false;
}

bool pine_put(struct pine_script *s, int node, int least, const struct pine_env *env,
              struct buf *ret) {
    return pine_put_item(s, node, -1, least, env, ret);
}

bool pine_text(struct pine_script *s, int node, int least, struct buf *ret) {
    return pine_put(s, node, least, NULL, ret);
}

bool pine_guards_text(struct pine_script *s, size_t first, size_t n, bool alone, struct buf *ret) {
    int now = s->now;
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        struct pine_guard g = s->guards[first + i];
        bool truth;
        s->now = g.now;
        if (n > 1 && pine_truth(s, g.expr, NULL, &truth) && truth != g.negated)
            continue; /* true on every bar */
        if (ret->len > 0)
            buf_str(ret, " and ");
        if (g.negated)
            buf_str(ret, "not (");
        good = pine_text(s, g.expr, g.negated || (alone && n == 1) ? 0 : 3, ret);
        if (g.negated)
            buf_char(ret, ')');
    }
    s->now = now;
    return good;
}
