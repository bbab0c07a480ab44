/* The words of a request as rows: what each may be, what it means, where a form shows it.
 * lib/spec.c reads requests by them, lib/spec_schema.c tells them (and the page makes its form of
 * that), so a word is described in one place. */
#ifndef LIB_SPEC_TABLE_H
#define LIB_SPEC_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/spec.h"

/* Bounds of a number, and what it counts, for the error: "commission must be a number from 0 to 0.1
 * (a rate: 0.001 is 0.1 %)". */
struct range {
    double min, max;
    bool above; /* min itself is too small */
    bool whole;
    bool fraction;    /* people read it as percent */
    const char *unit; /* or NULL */
};

/* A number of an object form: {"rate":…,"fixed":…}. */
struct word_member {
    const char *name, *title, *help;
    size_t offset; /* into struct request: a double */
    struct range range;
};

struct word;
typedef enum err_code word_read(struct request *r, const struct word *w, struct json_object *v,
                                const char *p, struct err *e);

enum word_kind {
    WORD_FORM,   /* read() knows it */
    WORD_NUMBER, /* a double at offset */
    WORD_WHOLE,  /* an int at offset */
    WORD_FLAG,   /* a bool at offset */
    WORD_CHOICE, /* an enum at offset */
    WORD_LATER   /* read by request_parse itself, after the others */
};

enum word_profile { WORD_EVERYWHERE, WORD_OWN_PROFILE, WORD_BACKTESTING_PY };

struct word {
    const char *name, *title;
    const char *help;  /* what it means, a sentence or two */
    const char *group; /* what it belongs with */
    bool basic;        /* a form shows it without being asked */
    enum word_kind kind;
    enum word_profile profile; /* where it is allowed */
    size_t offset;             /* into struct request */
    struct range range;        /* of its number; a form that may be none has max 0 */
    const char *const *names;  /* WORD_CHOICE: ends with NULL */
    const char *text;          /* what its string is: "date", "expression", …; or NULL */
    const struct word_member *members;
    size_t n_members;
    const char *when[2]; /* means something only beside this word with this value, or NULLs */
    word_read *read;
};

#define SPEC_WORDS_MAX 64

/* In the order of the documentation. */
extern const struct word spec_table[];
extern const size_t spec_table_n;

const struct word *spec_word(const char *name); /* or NULL */

/* Of {"type":…,"value":…}, by enum bt_size_type. */
extern const struct range spec_size_ranges[];

#endif
