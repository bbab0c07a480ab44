#include "engine/vote.h"

#include <stdlib.h>
#include <string.h>

bool vote_init(struct vote *v, enum bt_combine combine, size_t n, size_t block) {
    size_t n_words = block / 64 + 1;
    uint64_t *words = calloc(3 * n_words, sizeof *words);
    if (!words)
        return false;
    *v = (struct vote){.combine = combine, .n = n, .words = words, .n_words = n_words};
    return true;
}

void vote_release(struct vote *v) {
    free(v->words);
    v->words = NULL;
}

static int count(const struct vote *v) {
    size_t up = 0, down = 0;
    for (size_t k = 0; k < v->n; k++) {
        up += v->wish[k] > 0;
        down += v->wish[k] < 0;
    }
    switch (v->combine) {
    case COMBINE_ALL:
        return up == v->n ? 1 : down == v->n ? -1 : 0;
    case COMBINE_ANY:
        return up && !down ? 1 : down && !up ? -1 : 0;
    case COMBINE_MAJORITY:
        return 2 * up > v->n ? 1 : 2 * down > v->n ? -1 : 0;
    case COMBINE_SLEEVES:
        break;
    }
    return 0;
}

/* The rule of a closed bar without stops, costs or fills. */
static void wish(struct vote *v, size_t k, const struct signals *s, size_t bar) {
    bool rule[RULE_SHORT_EXIT + 1];
    for (int r = 0; r <= RULE_SHORT_EXIT; r++) {
        rule[r] = signals_at(s, (enum rule)r, bar);
        v->signals[k][r] += rule[r];
    }
    int now = v->wish[k];
    if (now <= 0 && rule[RULE_LONG_ENTRY])
        v->wish[k] = 1;
    else if (now >= 0 && rule[RULE_SHORT_ENTRY])
        v->wish[k] = -1;
    else if ((now > 0 && rule[RULE_LONG_EXIT]) || (now < 0 && rule[RULE_SHORT_EXIT]))
        v->wish[k] = 0;
}

static uint64_t any_rule(const struct vote *v, const struct signals *s, size_t w) {
    uint64_t bits = 0;
    for (size_t k = 0; k < v->n; k++) {
        for (int r = 0; r <= RULE_SHORT_EXIT; r++)
            bits |= s[k].rule[r] ? s[k].rule[r][w] : 0;
    }
    return bits;
}

void vote_block(struct vote *v, const struct signals *s, const size_t *decide_from,
                struct signals *ret) {
    uint64_t *to_long = v->words, *to_short = to_long + v->n_words,
             *to_flat = to_short + v->n_words;
    memset(v->words, 0, 3 * v->n_words * sizeof *v->words);
    for (size_t w = 0; w * 64 < s->n; w++) {
        for (uint64_t bits = any_rule(v, s, w); bits; bits &= bits - 1) {
            size_t bar = s->first + w * 64 + (size_t)__builtin_ctzll(bits);
            for (size_t k = 0; k < v->n; k++) {
                if (bar >= decide_from[k])
                    wish(v, k, &s[k], bar);
            }
            int next = count(v);
            if (next != v->now) {
                uint64_t *mask = next > 0 ? to_long : next < 0 ? to_short : to_flat;
                mask[w] |= bits & -bits;
            }
            v->now = next;
        }
    }
    *ret = *s;
    ret->rule[RULE_LONG_ENTRY] = to_long;
    ret->rule[RULE_SHORT_ENTRY] = to_short;
    ret->rule[RULE_LONG_EXIT] = ret->rule[RULE_SHORT_EXIT] = to_flat;
}
