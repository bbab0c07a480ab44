/* Bar-by-bar mathematics and nulls. */
#include "engine/ind_row.h"

static void fold_all(struct plan *p, const struct kernel *kernel, const struct ind_use *use,
                     int *ret_outputs) {
    ret_outputs[0] = use->node[0];
    for (size_t i = 1; i < use->n; i++)
        ret_outputs[0] = plan_binary(p, kernel, ret_outputs[0], use->node[i]);
}

static void build_min(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    fold_all(p, &kernel_min, use, ret_outputs);
}

static void build_max(struct plan *p, const struct ind_use *use, int *ret_outputs) {
    fold_all(p, &kernel_max, use, ret_outputs);
}

const struct ind_row ind_math[] = {
    {.info = {.name = "abs",
              .group = "math",
              .help = "The number without its sign.",
              .formula = "|x|",
              .args = {{.name = "number", .kind = ARG_SERIES}},
              .n_args = 1},
     .kernel = &kernel_abs},
    {.info = {.name = "min",
              .group = "math",
              .help = "The smallest of two to six numbers on this bar.",
              .formula = "Null when one of them is null.",
              .args = {{.name = "number0", .kind = ARG_SERIES},
                       {.name = "number1", .kind = ARG_SERIES}},
              .n_args = 2,
              .variadic = true},
     .build = build_min},
    {.info = {.name = "max",
              .group = "math",
              .help = "The largest of two to six numbers on this bar.",
              .formula = "Null when one of them is null.",
              .args = {{.name = "number0", .kind = ARG_SERIES},
                       {.name = "number1", .kind = ARG_SERIES}},
              .n_args = 2,
              .variadic = true},
     .build = build_max},
    {.info = {.name = "nz",
              .group = "math",
              .help = "The number, or its replacement where it is null.",
              .formula =
                  "x, or the replacement where x is null, as in Pine. Its lookback stays that "
                  "of x.",
              .args = {IND_SOURCE, {.name = "replacement", .kind = ARG_SERIES, .def = "0"}},
              .n_args = 2},
     .kernel = &kernel_nz},
    {.info = {.name = "na",
              .group = "math",
              .help = "True where the number is null.",
              .formula = "As in Pine; the literal na is null itself.",
              .args = {IND_SOURCE},
              .n_args = 1,
              .condition = true},
     .kernel = &kernel_is_null},
    {.kernel = NULL},
};
