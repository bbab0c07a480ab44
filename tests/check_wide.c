/* Loops in wide registers give the bits of those that every machine has. */
#include "engine/wide.h"

#include <string.h>

#include "engine/eval.h"
#include "engine/ind.h"
#include "engine/mask.h"
#include "tests/random_run.h"

#define NODES_MAX 400

/* Every function of the index with what its arguments are when left out, else with small numbers;
 * on prices and on a series that has nulls in it. */
static size_t all_functions(struct plan *p, int node[NODES_MAX], enum value_type type[NODES_MAX]) {
    static const struct plan_scope nothing = {.strategy = NULL};
    static const char *const series[] = {"close", "(close > open ? na : low)"};
    size_t n = 0;
    for (size_t i = 0; ind_info_at(i); i++) {
        const struct ind_info *info = ind_info_at(i);
        for (size_t k = 0; k < 2 && n < NODES_MAX && !info->position; k++) {
            char text[300], part[64];
            snprintf(text, sizeof text, info->n_args ? "%s(" : "%s", info->name);
            for (size_t a = 0; a < info->n_args; a++) {
                const struct ind_arg *arg = &info->args[a];
                const char *value = arg->kind == ARG_SERIES      ? series[k]
                                    : arg->kind == ARG_CONDITION ? "close > open"
                                    : arg->def                   ? arg->def
                                    : arg->min > 5               ? NULL
                                                                 : "5";
                if (value)
                    snprintf(part, sizeof part, "%s", value);
                else
                    snprintf(part, sizeof part, "%.0f", arg->min);
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", a ? ", " : "",
                         part);
            }
            if (info->n_args)
                snprintf(text + strlen(text), sizeof text - strlen(text), ")");
            struct expr_error e;
            type[n] = info->condition ? VALUE_CONDITION : VALUE_NUMBER;
            node[n] = plan_add(p, text, &nothing, type[n], &e);
            n += node[n] >= 0;
        }
    }
    return n;
}

static void collect(const struct plan *p, const struct bars *b, bool narrow, size_t block, int node,
                    enum value_type type, uint64_t *ret) {
    struct eval *e = eval_new(p, b, block);
    ck_assert_ptr_nonnull(e);
    if (narrow)
        eval_narrow(e);
    for (size_t n; (n = eval_next(e)) > 0;) {
        if (type == VALUE_NUMBER) {
            memcpy(ret + eval_first(e), eval_number(e, node), n * sizeof *ret);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            ret[eval_first(e) + i] = mask_bit(eval_mask(e, node), i);
    }
    eval_free(e);
}

static bool is_nan(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return isnan(x);
}

START_TEST(every_function_gives_the_same_bits) {
    enum { BARS = 700 };
    static uint64_t wide[BARS], narrow[BARS];
    struct random r = {.state = 99};
    int node[NODES_MAX];
    enum value_type type[NODES_MAX];
    if (!wide_here())
        printf("skipped: this machine has no AVX2\n");
    for (int round = 0; round < 3; round++) {
        struct plan *p = plan_new();
        struct bars b = random_bars(&r, BARS);
        for (size_t i = 0; i < BARS && round > 0; i++) /* off the grid of quarters */
            b.c[i] += (b.h[i] - b.c[i]) * random_unit(&r);
        size_t n = all_functions(p, node, type), block = 1 + (size_t)random_below(&r, 900);
        ck_assert_uint_gt(n, 100);
        for (size_t k = 0; k < n; k++) {
            collect(p, &b, false, block, node[k], type[k], wide);
            collect(p, &b, true, block, node[k], type[k], narrow);
            for (size_t i = 0; i < BARS; i++)
                ck_assert_msg(wide[i] == narrow[i] || (is_nan(wide[i]) && is_nan(narrow[i])),
                              "round %d, function %zu, bar %zu", round, k, i);
        }
        plan_free(p);
        bars_release(&b);
    }
}
END_TEST

SUITE_MAIN("wide", every_function_gives_the_same_bits)
