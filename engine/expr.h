/* Text of an expression -> a tree. Knows the grammar, no names: what `smaa` or `fast` is, the plan
 * says.
 *
 * Grammar, loosest first, as in Pine:
 *   c ? a : b    or    and    == !=    < <= > >= crosses above|below    + -    * / %
 *   unary - + not    x[n]  x.field    number  "text"  true false na  name  name(a, b)  ta.name(a)
 * ( ) (ta. math. strategy. before a name mean nothing)
 * `//` starts a comment to the end of the line. White space and line ends mean nothing. */
#ifndef ENGINE_EXPR_H
#define ENGINE_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan.h"

#define EXPR_BYTES_MAX 4096 /* a page of text: more is not written by hand */
#define EXPR_NODES_MAX 1024 /* bounds the work of one rule; a page of text seldom has 500 */
#define EXPR_DEPTH_MAX                                                                             \
    100 /* the parser recurses: nesting must not end the stack (about 1 KB a level) */
#define EXPR_ARGS_MAX   16 /* arguments of one call that are read; no function takes so many */
#define EXPR_NUMBER_MAX 64 /* bytes of one number */

enum expr_kind {
    EXPR_NUMBER,
    EXPR_TRUE,
    EXPR_FALSE,
    EXPR_NA,
    EXPR_TEXT,  /* name: the bytes between the quotes */
    EXPR_NAME,  /* text: name */
    EXPR_CALL,  /* text: name; args */
    EXPR_FIELD, /* a.text */
    EXPR_INDEX, /* a[b] */
    EXPR_UNARY, /* op a */
    EXPR_BINARY,
    EXPR_IF /* a ? b : c */
};

enum expr_op {
    OP_OR,
    OP_AND,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_CROSSES_ABOVE,
    OP_CROSSES_BELOW,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_NEG,
    OP_PLUS,
    OP_NOT,
    OP_COUNT
};

/* As written: "or", "crosses above", "-". */
const char *expr_op_name(enum expr_op op);

struct expr_node {
    enum expr_kind kind;
    enum expr_op op;
    uint32_t start, end; /* bytes of the text the node stands on */
    uint32_t at;         /* byte of its operator or name: where an error about it points */
    double number;
    uint32_t name, name_len; /* bytes of the text */
    int a, b, c;
    int args[EXPR_ARGS_MAX];
    int n_args;
};

/* Nodes in the order they end: operands stand before what uses them, the root is the last. */
struct expr {
    const char *text; /* borrowed */
    struct expr_node nodes[EXPR_NODES_MAX];
    int n;
};

/* False: *err tells why, one mistake. */
bool expr_parse(struct expr *e, const char *text, struct expr_error *err);

/* Fills *err: line and column of byte `at` of text. The message is formatted by the caller. */
void expr_error_at(struct expr_error *err, const char *text, size_t at);

#endif
