/* Inside of the Pine importer: tokens, tree, and what its files share. */
#ifndef LIB_PINE_AST_H
#define LIB_PINE_AST_H

#include <stdint.h>

#include "engine/ind.h"
#include "lib/buf.h"
#include "lib/pine.h"

#define PINE_TOKENS_MAX 60000 /* a token has 2 bytes or more with what parts it from the next */
#define PINE_NODES_MAX  60000
#define PINE_DEPTH_MAX  60 /* nesting of expressions, blocks and calls of user functions */
#define PINE_WORK_MAX                                                                              \
    2000000 /* parts of expressions, functions written out: well under a second                    \
             */

struct pine_slice {
    const char *at; /* borrowed from the source */
    size_t len;
};

bool pine_is(struct pine_slice s, const char *word);
bool pine_same(struct pine_slice a, struct pine_slice b);
bool pine_starts(struct pine_slice s, const char *word);

/* --- words --- */

enum pine_token_kind { PINE_END, PINE_NUMBER, PINE_STRING, PINE_COLOR, PINE_NAME, PINE_SIGN };

struct pine_token {
    enum pine_token_kind kind;
    struct pine_slice text; /* a string without its quotes; names with their dots */
    int line;
    bool first; /* begins a statement's line */
    int indent; /* of its line: blocks deep */
};

/* --- tree --- */

enum pine_kind {
    PINE_N_NUMBER,
    PINE_N_STRING,
    PINE_N_COLOR,
    PINE_N_NAME,
    PINE_N_CALL,  /* text(args) */
    PINE_N_ARG,   /* text = a, or only a; next: the next one */
    PINE_N_INDEX, /* a[b] */
    PINE_N_UNARY, /* text a */
    PINE_N_BINARY,
    PINE_N_IF,  /* a ? b : c */
    PINE_N_LIST /* [args] */
};

/* Indices of nodes are -1 where there is none. */
struct pine_node {
    enum pine_kind kind;
    int line;
    struct pine_slice text;
    int a, b, c;
    int args, next;
};

enum pine_stmt_kind {
    PINE_S_DECLARE, /* name = expr */
    PINE_S_TUPLE,   /* [name, …] = expr */
    PINE_S_ASSIGN,  /* name := expr, += … */
    PINE_S_CALL,
    PINE_S_IF,       /* expr, body, other */
    PINE_S_FUNCTION, /* name(params) => expr, or a body of several lines (expr -1) */
    PINE_S_UNKNOWN   /* for, switch, …: name is the word */
};

#define PINE_NAMES_MAX 8 /* of a tuple, or parameters of a function */

struct pine_stmt {
    enum pine_stmt_kind kind;
    int line;
    struct pine_slice name, names[PINE_NAMES_MAX];
    size_t n_names;
    bool keeps; /* var, varip */
    int expr, body, other, next;
};

/* --- what a name stands for --- */

/* A condition around a statement, judged when `now` was. */
struct pine_guard {
    int expr;
    bool negated;
    int now;
};

enum pine_symbol_kind { PINE_VALUE, PINE_INPUT, PINE_FIELD, PINE_FUNCTION, PINE_REFUSED_NAME };

struct pine_symbol {
    enum pine_symbol_kind kind;
    struct pine_slice name;
    char out[32]; /* the name in the strategy */
    int line, expr;
    int item;   /* which of the values that expr gives; -1: its only one */
    int at;     /* the statement that made it: a name means the last symbol made before */
    int until;  /* the last statement that sees it: the end of its block */
    int depth;  /* ifs around it */
    bool keeps; /* var */
    int before; /* x := …: the symbol that it changes, else -1 */
    size_t guards, n_guards; /* … where these hold, in s->guards */
    const char *field;       /* PINE_FIELD: which output of the call that symbol `of` holds */
    size_t of;
    const char *why; /* PINE_REFUSED_NAME */
    const struct pine_stmt *function;
    bool used, busy;
    char *text;   /* PINE_VALUE in use: the expression */
    size_t made;  /* … its place among the defines: behind those that it is made of */
    double value; /* PINE_INPUT: its default */
    char type;    /* PINE_INPUT: 'i', 'f', 'b' */
};

/* An order's call with what is around it: it becomes a rule when all names are known. */
struct pine_pending {
    int call, now;
    size_t guards, n_guards;
    bool short_lived; /* an entry that the else of its if takes back */
};

struct pine_order;

struct pine_script {
    struct pine *out;
    bool failed; /* no memory, or too large */
    int version;
    double tick;    /* of the market, 0: not known */
    int now;        /* the statement being read: what names mean */
    int pyramiding; /* entries of a side held at once */

    struct pine_token *tokens;
    size_t n_tokens;
    struct pine_node *nodes;
    int n_nodes, cap_nodes;
    int zero;    /* a node of 0 */
    size_t work; /* parts of expressions looked at */
    struct pine_stmt *stmts;
    int n_stmts, cap_stmts, first; /* first: statement */
    struct pine_symbol *symbols;
    size_t n_symbols, cap_symbols, n_made;
    struct pine_guard *guards;
    size_t n_guards, cap_guards;
    struct pine_pending *pending;
    size_t n_pending, cap_pending;
    struct pine_order *orders;
    size_t n_orders, cap_orders;
};

/* Says something about a line once. */
__attribute__((format(printf, 3, 4))) void pine_refuse(struct pine_script *s, int line,
                                                       const char *fmt, ...);
__attribute__((format(printf, 3, 4))) void pine_tell(struct pine_script *s, int line,
                                                     const char *fmt, ...);

/* pine_lex.c, pine_value.c, pine_parse.c: text -> tokens -> s->stmts. Lines that are no Pine are
 * refused. */
void pine_lex(struct pine_script *s, const char *text, size_t len);
void pine_parse(struct pine_script *s);

/* pine_expr.c: an expression as text of our language, in brackets if it binds less than `least` (0:
 * never; 1 or, 2 and, … 8 postfix). False: refused, said at its line. */
bool pine_text(struct pine_script *s, int node, int least, struct buf *ret);
bool pine_is_drawing(struct pine_slice name);
/* Guards joined by and; `alone`: no brackets are needed around. */
bool pine_guards_text(struct pine_script *s, size_t first, size_t n, bool alone, struct buf *ret);
/* The row of our index that is the Pine function of that name, or NULL. */
const struct ind_info *pine_function(const struct pine_script *s, struct pine_slice name);

/* The call of a user's function that is being written in its place. */
struct pine_env {
    const struct pine_stmt *function;
    int call, now; /* when it is called */
    const struct pine_env *outer;
    int depth;
};
bool pine_put(struct pine_script *s, int node, int least, const struct pine_env *env,
              struct buf *ret);
/* The same of one of the values that a tuple holds; item -1: the only one. */
bool pine_put_item(struct pine_script *s, int node, int item, int least, const struct pine_env *env,
                   struct buf *ret);
/* a ? b : c of a node that is in no list. */
bool pine_put_choice(struct pine_script *s, struct pine_node n, int least,
                     const struct pine_env *env, struct buf *ret);
/* pine_call.c */
bool pine_put_call(struct pine_script *s, int call, int item, int least, const struct pine_env *env,
                   struct buf *ret);
bool pine_judge(struct pine_script *s, const struct ind_info *info, int line);
bool pine_put_symbol(struct pine_script *s, struct pine_symbol *sym, int line, struct buf *ret);
/* The argument or local of the function being written that has this name; -1: none. *env, s->now:
 * where it is to be read from then on; *ret_item: of a tuple. */
int pine_local(struct pine_script *s, struct pine_slice name, const struct pine_env **env,
               int *ret_item);

/* pine_walk.c: statements -> symbols and orders. False: there was no strategy(…). */
bool pine_walk(struct pine_script *s, struct json_object *request, struct json_object *strategy,
               int *ret_settled);

/* pine_state.c: the text of a symbol that := changes. */
bool pine_changed(struct pine_script *s, size_t symbol, struct buf *ret);
bool pine_is_condition(struct pine_script *s, int node);
bool pine_refuse_past(struct pine_script *s, const struct pine_symbol *sym); /* false */

/* pine_fold.c: texts and choices that are known before the first bar. */
bool pine_text_of(struct pine_script *s, int node, const struct pine_env *env,
                  struct pine_slice *ret);
bool pine_truth(struct pine_script *s, int node, const struct pine_env *env, bool *ret);

/* pine_time.c: timestamp, time, hour and the like; *ret_known false: the call is none of them. */
bool pine_time_call(struct pine_script *s, int call, const struct pine_env *env, struct buf *ret,
                    bool *ret_known);

/* pine_symbol.c. */
/* A constant, without a word if it is none: numbers and inputs at their defaults. */
bool pine_constant(struct pine_script *s, int node, double *ret);
struct pine_symbol *pine_find(struct pine_script *s, struct pine_slice name); /* at s->now */
/* Borrowed until the next one is added; NULL: s->failed. */
struct pine_symbol *pine_add_symbol(struct pine_script *s, enum pine_symbol_kind kind,
                                    struct pine_slice name, int line, int expr);
/* What a name stands for at last: x = y, y = 1 gives the node of 1; *now: as in s->now, there. */
int pine_resolve(struct pine_script *s, int node, int *now);
/* What := has made of it at the end of a bar; itself when nothing changes it. */
struct pine_symbol *pine_last(struct pine_script *s, const struct pine_symbol *sym);
/* A value of one expression that nothing has changed yet. */
bool pine_plain(const struct pine_symbol *sym);

/* pine_symbol.c, too: the argument of a call by name, or by place in `names` (ends with NULL); -1:
 * none. False from pine_args_known: one has a name that is not in it, refused. */
int pine_arg(const struct pine_script *s, int call, const char *const *names, const char *name);
bool pine_args_known(struct pine_script *s, int call, const char *const *names);
/* The text of a string argument, else of length 0. */
struct pine_slice pine_string(const struct pine_script *s, int node);

/* pine_security.c: request.security as tf(interval, expr); interval "": the chart's own. before: of
 * the bar before, x[1] with lookahead, which gives the last closed one from the next bar on. */
bool pine_security(struct pine_script *s, int call, const struct pine_env *env,
                   const char **ret_interval, int *ret_expr, bool *ret_before);

/* pine_input.c: x = input.int(…); false: it is no input. */
bool pine_input(struct pine_script *s, const struct pine_stmt *stmt);
/* The call of an input inside an expression: its symbol, made once; NULL: it is none, or refused.
 */
struct pine_symbol *pine_input_inside(struct pine_script *s, int call);
bool pine_input_value(struct pine_script *s, int call, double *ret);
/* What an input gives that is no parameter, a text or a source: its default; -1: it is none. */
int pine_input_default(struct pine_script *s, int call);
/* "params" of the strategy. */
struct json_object *pine_params(const struct pine_script *s);

/* pine_settings.c: strategy(…) as words of a request. */
void pine_settings(struct pine_script *s, int call, struct json_object *request);
/* strategy.risk.allow_entry_in(strategy.direction.long) */
void pine_allow(struct pine_script *s, int call, struct json_object *request);

/* pine_orders.c: strategy.entry, close, exit under a condition (text, "" when there is none). */
bool pine_order_call(struct pine_script *s, const struct pine_pending *p, const char *condition);
/* True when the statements are nothing but cancels of entries among the pending calls from `first`
 * on: where those are the else of the entries' own if, the entries live one bar. */
bool pine_cancels(struct pine_script *s, int stmt, size_t first);
void pine_rules(struct pine_script *s, struct json_object *rules, struct json_object *request);
void pine_orders_free(struct pine_script *s);

#endif
