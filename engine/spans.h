/* An equity curve as it was made: between fills equity is affine in the close, so a span of bars is
 * two numbers, and value i is cash + units x close[i] bit for bit. Small where a value a bar is
 * not: a year of minutes with 200 trades is 10 KB. */
#ifndef ENGINE_SPANS_H
#define ENGINE_SPANS_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    size_t end; /* bars of the range before it are this span's or an earlier one's */
    double cash, units;
};

struct spans {
    struct span *at; /* ends rise strictly; the last is the number of bars */
    size_t n, cap;
    bool nomem; /* one could not be kept: the whole is worth nothing */
};

/* Bars up to `end` (nothing when they are there already); joins the last span when it is the same.
 */
void spans_add(struct spans *s, size_t end, double cash, double units);
void spans_release(struct spans *s);

#endif
