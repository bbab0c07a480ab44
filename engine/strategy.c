#include "engine/strategy.h"

#include <stdbool.h>
#include <string.h>

static const char *const rule_names[RULE_COUNT] = {
    [RULE_LONG_ENTRY] = "long.entry",
    [RULE_LONG_EXIT] = "long.exit",
    [RULE_SHORT_ENTRY] = "short.entry",
    [RULE_SHORT_EXIT] = "short.exit",
    [RULE_LONG_EXIT2] = "long.exit2",
    [RULE_SHORT_EXIT2] = "short.exit2",
    [RULE_LONG_LIMIT] = "long.limit",
    [RULE_SHORT_LIMIT] = "short.limit",
    [RULE_LONG_STOP] = "long.stop",
    [RULE_SHORT_STOP] = "short.stop",
    [RULE_LONG_STOP_LOSS] = "long.stopLoss",
    [RULE_SHORT_STOP_LOSS] = "short.stopLoss",
    [RULE_LONG_TAKE_PROFIT] = "long.takeProfit",
    [RULE_SHORT_TAKE_PROFIT] = "short.takeProfit",
    [RULE_LONG_TAKE_PROFIT2] = "long.takeProfit2",
    [RULE_SHORT_TAKE_PROFIT2] = "short.takeProfit2",
    [RULE_LONG_TAKE_PROFIT3] = "long.takeProfit3",
    [RULE_SHORT_TAKE_PROFIT3] = "short.takeProfit3",
    [RULE_LONG_TRAILING_STOP] = "long.trailingStop",
    [RULE_SHORT_TRAILING_STOP] = "short.trailingStop",
    [RULE_LONG_BREAK_EVEN] = "long.breakEven",
    [RULE_SHORT_BREAK_EVEN] = "short.breakEven",
    [RULE_LONG_TRAILING_DISTANCE] = "long.trailingDistance",
    [RULE_SHORT_TRAILING_DISTANCE] = "short.trailingDistance",
    [RULE_LONG_TAKE_PROFIT_SHARE] = "long.takeProfitShare",
    [RULE_SHORT_TAKE_PROFIT_SHARE] = "short.takeProfitShare",
    [RULE_LONG_TAKE_PROFIT2_SHARE] = "long.takeProfit2Share",
    [RULE_SHORT_TAKE_PROFIT2_SHARE] = "short.takeProfit2Share",
    [RULE_LONG_TAKE_PROFIT3_SHARE] = "long.takeProfit3Share",
    [RULE_SHORT_TAKE_PROFIT3_SHARE] = "short.takeProfit3Share",
    [RULE_LONG_EXIT2_SHARE] = "long.exit2Share",
    [RULE_SHORT_EXIT2_SHARE] = "short.exit2Share",
    [RULE_SESSION] = "session",
    [RULE_SIZE] = "size",
    [RULE_ENTRY_BARS] = "entryBars",
    [RULE_COOLDOWN] = "cooldown",
    [RULE_MAX_TRADES_PER_DAY] = "maxTradesPerDay",
    [RULE_PYRAMIDING] = "pyramiding",
};

const char *rule_name(enum rule rule) {
    return rule_names[rule];
}

int strategy_param(const struct strategy *s, const char *name) {
    for (size_t i = 0; i < s->n_params; i++) {
        if (strcmp(s->params[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

#define SUGGEST_MAX      64 /* bytes of a word that is compared: names are shorter */
#define SUGGEST_DISTANCE 2

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Optimal string alignment: letters added, left out, changed, or two neighbours swapped, each 1;
 * case does not count. */
static size_t distance(const char *a, size_t n, const char *b, size_t m) {
    size_t rows[3][SUGGEST_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

const char *name_suggest(const char *word, const char *const *names, size_t n) {
    size_t len = strnlen(word, SUGGEST_MAX + 1), best = SUGGEST_DISTANCE + 1;
    const char *nearest = NULL;
    for (size_t i = 0; len <= SUGGEST_MAX && i < n; i++) {
        size_t other = strnlen(names[i], SUGGEST_MAX + 1);
        if (other > SUGGEST_MAX || other > len + SUGGEST_DISTANCE || len > other + SUGGEST_DISTANCE)
            continue;
        size_t d = distance(word, len, names[i], other);
        if (d < best && 2 * d < len) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
