/* Expressions: any text is refused with a place and one message, or it becomes a plan that gives
 * the same numbers bit for bit whatever the block size. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engine/eval.h"
#include "engine/mask.h"
#include "engine/plan.h"

#define BARS         200
#define LOOKBACK_MAX 2000 /* longer windows only cost time */

static void make_bars(struct bars *b) {
    uint32_t x = 1;
    double close = 100;
    bars_init(b);
    for (int64_t i = 0; i < BARS; i++) {
        double open = close;
        x = x * 1664525 + 1013904223;
        close += (double)(x >> 24) / 32 - 4;
        close = close < 10 ? 10 : close;
        FUZZ_MUST(bars_append(b, (i + i / 50) * MS_PER_HOUR, open,
                              (open > close ? open : close) + (double)(x & 3),
                              (open < close ? open : close) - 1, close, (double)(x % 9)));
    }
}

/* All values of a node, from blocks of this size. */
static void collect(const struct plan *p, const struct bars *b, int node, enum value_type type,
                    size_t block, uint64_t ret[static BARS]) {
    struct eval *e = eval_new(p, b, block);
    FUZZ_MUST(e != NULL);
    for (size_t n; (n = eval_next(e)) > 0;) {
        for (size_t i = 0; i < n; i++) {
            uint64_t bits;
            if (type == VALUE_CONDITION)
                bits = mask_bit(eval_mask(e, node), i);
            else
                memcpy(&bits, eval_number(e, node) + i, sizeof bits);
            /* one null is like another */
            double value;
            memcpy(&value, &bits, sizeof value);
            ret[eval_first(e) + i] = value == value ? bits : UINT64_MAX;
        }
    }
    eval_free(e);
}

static void judge(const char *text, const struct bars *b, enum value_type type) {
    static const struct param params[] = {
        {.name = "fast", .type = PARAM_INT, .def = 10, .min = 2, .max = 400, .step = 1},
        {.name = "factor", .type = PARAM_FLOAT, .def = 1.5, .min = 0, .max = 9, .step = 0.5},
        {.name = "flag", .type = PARAM_BOOL, .def = 1, .max = 1, .step = 1}};
    static const struct strategy names = {.name = "fuzz", .params = params, .n_params = 3};
    static const double values[] = {10, 1.5, 1};
    const struct plan_scope scope = {.strategy = &names, .params = values};
    struct expr_error err = {.line = 0};
    struct plan *p = plan_new();
    FUZZ_MUST(p != NULL);
    int node = plan_add(p, text, &scope, type, &err);
    if (node < 0) {
        FUZZ_MUST(err.line >= 1 && err.column >= 1 && err.message[0] != '\0');
    } else if (plan_lookback(p, node) <= LOOKBACK_MAX) {
        uint64_t whole[BARS], pieces[BARS];
        collect(p, b, node, type, 0, whole);
        collect(p, b, node, type, 7, pieces);
        FUZZ_MUST(memcmp(whole, pieces, sizeof whole) == 0);
    }
    plan_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct bars b;
    if (b.n == 0)
        make_bars(&b);
    char *text = malloc(size + 1);
    FUZZ_MUST(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    judge(text, &b, VALUE_CONDITION);
    judge(text, &b, VALUE_NUMBER);
    free(text);
    return 0;
}
