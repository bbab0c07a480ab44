/* Nodes without inputs, and x[n]. */
#include "engine/kernel.h"
#include "engine/lanes.h"
#include "engine/mask.h"

size_t kernel_length(const double *arg) {
    return (size_t)arg[0];
}

size_t kernel_length_less_1(const double *arg) {
    return (size_t)arg[0] - 1;
}

size_t kernel_one(const double *arg) {
    (void)arg;
    return 1;
}

/* A number times 0 is 0, since none is infinite; a null stays one. */
bool has_null(const double *x, size_t n) {
    lanes sum0 = {0}, sum1 = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        sum0 += lanes_load(x + i) * 0;
        sum1 += lanes_load(x + i + 2) * 0;
    }
    double sum = (sum0[0] + sum0[1]) + (sum1[0] + sum1[1]);
    for (; i < n; i++)
        sum += x[i] * 0;
    return sum != sum;
}

const struct kernel kernel_open = {.column = COLUMN_OPEN};
const struct kernel kernel_high = {.column = COLUMN_HIGH};
const struct kernel kernel_low = {.column = COLUMN_LOW};
const struct kernel kernel_close = {.column = COLUMN_CLOSE};
const struct kernel kernel_volume = {.column = COLUMN_VOLUME};

static void run_time(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = (double)c->bars->t[c->first + i];
}

const struct kernel kernel_time = {.run = run_time};

static void run_bar_index(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = (double)(c->first + i);
}

const struct kernel kernel_bar_index = {.run = run_bar_index};

static void run_constant(const struct kernel_call *c) {
    for (size_t i = 0; i < c->n; i++)
        c->out[i] = c->arg[0];
}

const struct kernel kernel_constant = {.constant = true, .run = run_constant};

static void run_constant_mask(const struct kernel_call *c) {
    mask_fill(c->mask_out, c->arg[0] != 0, c->n);
}

const struct kernel kernel_constant_mask = {
    .type = VALUE_CONDITION, .constant = true, .run = run_constant_mask};

/* For numbers eval.c makes it a view: the input's values stay in place before the block. */
const struct kernel kernel_shift = {
    .shift = true, .history = kernel_length, .lookback = kernel_length};

static void run_shift_mask(const struct kernel_call *c) {
    size_t before = c->mask_history[0];
    mask_shift(c->mask_out, c->mask_in[0] - mask_words(before), before - (size_t)c->arg[0], c->n);
}

const struct kernel kernel_shift_mask = {.type = VALUE_CONDITION,
                                         .shift = true,
                                         .history = kernel_length,
                                         .lookback = kernel_length,
                                         .run = run_shift_mask};
