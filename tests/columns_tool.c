/* Whole columns of expressions over a CSV file, for the oracle (tests/oracle/).
 *
 *   columns_tool BARS.csv [INTERVAL [BLOCK]] < EXPRESSIONS
 *
 * BARS.csv: a header, then time (epoch milliseconds), open, high, low, close, volume a line.
 * EXPRESSIONS: one a line. Prints one line for each: its values with all digits, "nan" for null,
 * conditions as 0 and 1. An expression that does not compile ends it with a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/eval.h"
#include "engine/mask.h"
#include "lib/zone.h"

#define LINE_MAX_BYTES 8192
#define COLUMNS        6

static bool read_bars(const char *path, struct bars *b) {
    char line[LINE_MAX_BYTES];
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f)) {
        perror(path);
        return false;
    }
    while (fgets(line, sizeof line, f)) {
        double v[COLUMNS] = {0};
        char *at = line;
        for (int k = 0; k < COLUMNS; k++) {
            v[k] = strtod(at, &at);
            at += *at == ',';
        }
        if (!bars_append(b, (int64_t)v[0], v[1], v[2], v[3], v[4], v[5]))
            break;
    }
    size_t bar;
    const char *wrong = ferror(f) || !feof(f) ? "could not be read" : bars_check(b, &bar);
    fclose(f);
    if (wrong)
        fprintf(stderr, "%s: %s\n", path, wrong);
    return !wrong;
}

static bool print_column(const struct bars *b, const char *expr, enum interval interval,
                         size_t block) {
    struct plan *p = plan_new();
    if (p) {
        plan_interval(p, interval);
        plan_zones(p, zone_find);
    }
    struct expr_error err = {.message = "out of memory"};
    int node = p ? plan_add(p, expr, NULL, VALUE_NUMBER, &err) : -1;
    bool condition = node < 0 && p && (node = plan_add(p, expr, NULL, VALUE_CONDITION, &err)) >= 0;
    struct eval *e = node < 0 ? NULL : eval_new(p, b, block);
    size_t n;
    if (!e)
        fprintf(stderr, "%s: %d:%d: %s\n", expr, err.line, err.column, err.message);
    while (e && (n = eval_next(e)) > 0) {
        for (size_t i = 0; i < n; i++) {
            double x =
                condition ? (double)mask_bit(eval_mask(e, node), i) : eval_number(e, node)[i];
            const char *space = eval_first(e) + i > 0 ? " " : "";
            if (x == x)
                printf("%s%.17g", space, x);
            else
                printf("%snan", space);
        }
    }
    putchar('\n');
    bool done = e;
    eval_free(e);
    plan_free(p);
    return done;
}

int main(int argc, char **argv) {
    char line[LINE_MAX_BYTES];
    struct bars b;
    bars_init(&b);
    if (argc < 2 || !read_bars(argv[1], &b))
        return EXIT_FAILURE;
    size_t block = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    enum interval interval = INTERVAL_1M;
    if (argc > 2 && !interval_parse(argv[2], &interval))
        return EXIT_FAILURE;
    bool good = true;
    while (good && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        good = print_column(&b, line, interval, block);
    }
    bars_release(&b);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
