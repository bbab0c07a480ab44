/* What every fuzzer gives: one function over some bytes. With --enable-fuzz libFuzzer calls it with
 * what it makes up; in any other build tests/fuzz/replay.c calls it with the files it is given, the
 * committed corpus among them. A finding is a crash, a sanitizer's word, or FUZZ_MUST. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_MUST(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
