/* Numbers that agree to 1e-9 of their size: NEAR(got, want). */
#ifndef TESTS_NEAR_H
#define TESTS_NEAR_H

#include <math.h>

#include "tests/suite.h"

static inline void near_at(int line, const char *what, double got, double want) {
    ck_assert_msg(fabs(got - want) <= 1e-9 * (1 + fabs(want)), "line %d: %s is %.12g, not %.12g",
                  line, what, got, want);
}

#define NEAR(got, want) near_at(__LINE__, #got, got, want)

#endif
