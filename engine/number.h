/* What a number is: a finite double of at most NUMBER_MAX in size, or NaN, which means null. */
#ifndef ENGINE_NUMBER_H
#define ENGINE_NUMBER_H

#include <math.h>

/* Arithmetic that goes beyond gives null, so no sum or square inside a function can overflow, and
 * no infinity is ever compared, traded on or shown. */
#define NUMBER_MAX 1e100

#define NUMBER_NULL ((double)NAN)

static inline double number_or_null(double x) {
    return fabs(x) <= NUMBER_MAX ? x : NUMBER_NULL;
}

#endif
