/* Random but repeatable expressions, drawn from the whole index of functions: a new row is tried
 * without an edit here. */
#ifndef TESTS_RANDOM_EXPR_H
#define TESTS_RANDOM_EXPR_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ind.h"
#include "tests/columns.h"
#include "tests/suite.h"

#define RANDOM_TEXT_MAX 3000
#define RANDOM_ROWS_MAX 512

/* ck_assert writes to a file each time it passes; millions of times that is what takes the time. */
#define MUST(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

/* How many random cases a property is tried on; make check-valgrind asks for fewer. */
static inline int random_cases(void) {
    return getenv("CANDLEMILL_QUICK") ? 1000 : 10000;
}

struct random {
    uint64_t state;
    bool positions;                   /* functions of the position may be drawn */
    const struct random_scale *scale; /* only what prices x 2 leave as it is, or double */
    unsigned drawn[RANDOM_ROWS_MAX];
};

/* What prices x 2 do to the numbers of a function whose series are prices. */
enum random_kind { KIND_OTHER, KIND_PRICE, KIND_FREE };

struct random_scale {
    enum random_kind of[RANDOM_ROWS_MAX][IND_OUTPUTS_MAX];
};

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t random_next(struct random *r) {
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(2685821657736338717);
}

static inline int random_below(struct random *r, int n) {
    return (int)((random_next(r) >> 33) % (uint64_t)n);
}

static inline double random_unit(struct random *r) {
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

static inline void random_add(char *text, const char *more) {
    size_t used = strlen(text), n = strlen(more);
    MUST(used + n < RANDOM_TEXT_MAX, "too long: %s", text);
    memcpy(text + used, more, n + 1);
}

/* The rows of the index and their number. */
static inline const struct ind_info **random_table(int *ret_n) {
    static const struct ind_info *rows[RANDOM_ROWS_MAX];
    static int n = 0;
    for (; n == 0 || rows[n - 1]; n++) {
        MUST(n < RANDOM_ROWS_MAX, "more rows than room");
        rows[n] = ind_info_at((size_t)n);
    }
    *ret_n = n - 1; /* without the NULL at the end */
    return rows;
}

static inline void random_number(struct random *r, int depth, char *text);
static inline void random_condition(struct random *r, int depth, char *text);

static inline void random_constant(struct random *r, const struct ind_arg *a, char *text) {
    char part[48];
    if (a->kind == ARG_BOOL) {
        random_add(text, random_below(r, 2) ? "true" : "false");
    } else if (a->kind == ARG_INT) {
        int low = a->min < -3 ? -3 : (int)a->min, high = a->max < low + 18 ? (int)a->max : low + 18;
        snprintf(part, sizeof part, "%d", low + random_below(r, high - low + 1));
        random_add(text, part);
    } else {
        double high = a->max > 100 ? a->min + 4 : a->max;
        snprintf(part, sizeof part, "%.3f", a->min + (high - a->min) * random_unit(r));
        random_add(text, part);
    }
}

/* A call of the row with some of the arguments that may be left out. */
static inline void random_call(struct random *r, int row, int depth, char *text) {
    int rows;
    const struct ind_info *f = random_table(&rows)[row];
    size_t n = f->n_args;
    while (n > 0 && f->args[n - 1].def && random_below(r, 2))
        n--;
    r->drawn[row]++;
    random_add(text, f->name);
    for (size_t k = 0; k < n; k++) {
        random_add(text, k == 0 ? "(" : ", ");
        if (f->args[k].kind == ARG_SERIES)
            random_number(r, depth - 1, text);
        else if (f->args[k].kind == ARG_CONDITION)
            random_condition(r, depth - 1, text);
        else
            random_constant(r, &f->args[k], text);
    }
    random_add(text, n > 0 ? ")" : "");
}

static inline void random_field(const struct ind_info *f, int output, char *text) {
    if (f->n_outputs == 0)
        return;
    random_add(text, ".");
    random_add(text, f->outputs[output]);
}

/* A row that gives a condition, or a number of the kind (KIND_OTHER: any), and an output of it. */
static inline int random_row(struct random *r, bool condition, enum random_kind kind, int *output) {
    int rows;
    const struct ind_info **table = random_table(&rows);
    for (;;) {
        int row = random_below(r, rows);
        const struct ind_info *f = table[row];
        int fields = f->n_outputs > 0 ? (int)f->n_outputs : 1, field = random_below(r, fields);
        if (f->condition != condition || (f->position && (!r->positions || r->scale)) ||
            (r->scale && r->scale->of[row][field] != kind))
            continue;
        *output = field;
        return row;
    }
}

static inline void random_of_kind(struct random *r, enum random_kind kind, int depth, char *text) {
    int output, rows, row = random_row(r, false, kind, &output);
    random_call(r, row, depth, text);
    random_field(random_table(&rows)[row], output, text);
}

/* With r->scale: a price. */
static inline void random_number(struct random *r, int depth, char *text) {
    static const char *const plain[] = {
        "close", "open", "high", "low", "hl2", "hlc3", "(close - open) / 8"};
    char part[16];
    int kind = depth > 0 ? random_below(r, 8) : 0;
    if (kind == 0) {
        random_add(text, plain[random_below(r, 7)]);
    } else if (kind <= 4) {
        random_of_kind(r, KIND_PRICE, depth, text);
    } else if (kind == 5) {
        random_number(r, depth - 1, text);
        snprintf(part, sizeof part, "[%d]", 1 + random_below(r, 9));
        random_add(text, part);
    } else {
        random_add(text, "(");
        random_number(r, depth - 1, text);
        random_add(text, kind == 6 ? " + " : " - ");
        random_number(r, depth - 1, text);
        random_add(text, kind == 6 ? ") / 2" : ")");
    }
}

static inline void random_pair(struct random *r, const char *before, const char *between,
                               const char *after, char *text) {
    bool ratio = r->scale && random_below(r, 3) == 0;
    random_add(text, before);
    for (int k = 0; k < 2; k++) {
        if (ratio)
            random_of_kind(r, KIND_FREE, 2, text);
        else
            random_number(r, 2, text);
        random_add(text, k == 0 ? between : after);
    }
}

static inline void random_condition(struct random *r, int depth, char *text) {
    char part[64];
    int kind = random_below(r, depth > 0 ? 10 : 7), output;
    if (kind <= 1) {
        random_pair(r, kind == 0 ? "crossover(" : "crossunder(", ", ", ")", text);
    } else if (kind == 2) {
        random_call(r, random_row(r, true, KIND_FREE, &output), 2, text);
    } else if (kind == 3) {
        int length = 2 + random_below(r, 14), level = 20 + random_below(r, 60);
        snprintf(part, sizeof part, "rsi(close, %d) %s %d", length, level < 50 ? "<" : ">", level);
        random_add(text, part);
    } else if (kind <= 6) {
        random_pair(r, "", kind == 4 ? " > " : kind == 5 ? " <= " : " >= ", "", text);
    } else {
        random_add(text, kind == 9 ? "not (" : "(");
        random_condition(r, depth - 1, text);
        random_add(text, kind == 8 ? ") or (" : ") and (");
        random_condition(r, depth - 1, text);
        random_add(text, ")");
    }
}

static inline bool random_compiles(const char *text, enum value_type type) {
    struct expr_error err;
    struct plan *p = plan_new();
    MUST(p, "out of memory");
    bool good = plan_add(p, text, NULL, type, &err) >= 0;
    plan_free(p);
    return good;
}

/* The two sets of numbers as one kind; none: they say nothing. */
static inline enum random_kind random_compare(const double *a, const double *b, size_t n,
                                              bool *ret_none) {
    bool twice = true, same = true;
    *ret_none = true;
    for (size_t i = 0; i < n; i++) {
        twice = twice && columns_same(2 * a[i], b[i]);
        same = same && columns_same(a[i], b[i]);
        *ret_none = *ret_none && !(a[i] < 0 || a[i] > 0);
    }
    return same ? KIND_FREE : twice ? KIND_PRICE : KIND_OTHER;
}

/* Tries each row a few times on bars and on the same bars with prices x 2. */
static inline void random_scale_init(struct random_scale *s, struct random *r, const struct bars *b,
                                     const struct bars *twice) {
    static char text[RANDOM_TEXT_MAX];
    int rows;
    const struct ind_info **table = random_table(&rows);
    for (int row = 0; row < rows; row++) {
        const struct ind_info *f = table[row];
        int fields = f->n_outputs > 0 ? (int)f->n_outputs : 1;
        for (int field = 0; field < fields; field++) {
            s->of[row][field] = KIND_OTHER;
            enum random_kind all = KIND_OTHER;
            for (int k = 0, tries = 0; k < 20 && tries < 80 && !f->position; tries++) {
                text[0] = '\0';
                random_call(r, row, 1, text); /* its series are plain prices */
                random_field(f, field, text);
                if (!random_compiles(text, f->condition ? VALUE_CONDITION : VALUE_NUMBER))
                    continue;
                bool none;
                double *x = columns_of(text, b, 0), *y = columns_of(text, twice, 0);
                enum random_kind kind = random_compare(x, y, b->n, &none);
                free(x);
                free(y);
                if (none && !f->condition)
                    continue;
                if (k++ > 0 && kind != all) {
                    all = KIND_OTHER;
                    break;
                }
                all = kind;
            }
            s->of[row][field] = all;
        }
    }
}

#endif
