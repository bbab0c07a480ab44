/* Votes: wishes from masks made by hand, and the changes that come out. */
#include "engine/vote.h"

#include <string.h>

#include "tests/suite.h"

#define BARS 10

/* One word a rule: bit = bar. Strategy 0 is long on 1-4 and short from 7; 1 long on 2-5; 2 short on
 * 3-6. */
static const uint64_t masks[3][RULE_SHORT_EXIT + 1] = {
    {[RULE_LONG_ENTRY] = 1u << 1, [RULE_LONG_EXIT] = 1u << 5, [RULE_SHORT_ENTRY] = 1u << 7},
    {[RULE_LONG_ENTRY] = 1u << 2, [RULE_LONG_EXIT] = 1u << 6},
    {[RULE_SHORT_ENTRY] = 1u << 3, [RULE_SHORT_EXIT] = 1u << 7},
};

static void vote_over(enum bt_combine combine, size_t n, size_t block, char ret[BARS + 1]) {
    struct vote v;
    const size_t from[3] = {0, 0, 0};
    ck_assert(vote_init(&v, combine, n, block));
    for (size_t first = 0; first < BARS; first += block) {
        size_t bars = BARS - first < block ? BARS - first : block;
        uint64_t words[3][RULE_SHORT_EXIT + 1];
        struct signals s[3], out;
        for (size_t k = 0; k < n; k++) {
            s[k] = (struct signals){.first = first, .n = bars};
            for (int r = 0; r <= RULE_SHORT_EXIT; r++) {
                words[k][r] = masks[k][r] >> first & ((UINT64_C(1) << bars) - 1);
                s[k].rule[r] = &words[k][r];
            }
        }
        vote_block(&v, s, from, &out);
        for (size_t bar = first; bar < first + bars; bar++)
            ret[bar] = signals_at(&out, RULE_LONG_ENTRY, bar)    ? '+'
                       : signals_at(&out, RULE_SHORT_ENTRY, bar) ? '-'
                       : signals_at(&out, RULE_LONG_EXIT, bar)   ? '0'
                                                                 : '.';
    }
    ret[BARS] = '\0';
    ck_assert_uint_eq(v.signals[0][RULE_LONG_ENTRY], 1);
    vote_release(&v);
}

START_TEST(changes_of_each_vote) {
    /* wishes by bar: a 0++++00---, b 00++++0000, c 000----000 */
    const struct {
        enum bt_combine combine;
        size_t n;
        const char *changes;
    } cases[] = {
        {COMBINE_ALL, 2, "..+..0...."},      {COMBINE_ANY, 2, ".+....0-.."},
        {COMBINE_MAJORITY, 3, "..+..0...."}, {COMBINE_ANY, 3, ".+.0..-..."},
        {COMBINE_ALL, 3, ".........."},      {COMBINE_MAJORITY, 1, ".+...0.-.."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t block = 1; block <= BARS; block += 3) {
            char got[BARS + 1];
            vote_over(cases[i].combine, cases[i].n, block, got);
            ck_assert_msg(strcmp(got, cases[i].changes) == 0, "row %zu, block %zu: %s", i, block,
                          got);
        }
    }
}
END_TEST

START_TEST(nobody_wishes_before_its_warm_up) {
    struct vote v;
    const size_t from[1] = {2};
    struct signals out, s = {.first = 0, .n = BARS};
    for (int r = 0; r <= RULE_SHORT_EXIT; r++)
        s.rule[r] = &masks[0][r];
    ck_assert(vote_init(&v, COMBINE_ALL, 1, BARS));
    vote_block(&v, &s, from, &out);
    ck_assert(!signals_at(&out, RULE_LONG_ENTRY, 1));
    ck_assert(signals_at(&out, RULE_SHORT_ENTRY, 7));
    ck_assert_uint_eq(v.signals[0][RULE_LONG_ENTRY], 0);
    vote_release(&v);
}
END_TEST

SUITE_MAIN("vote", changes_of_each_vote, nobody_wishes_before_its_warm_up)
