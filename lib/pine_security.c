/* request.security of the chart's own symbol: our tf("4h", …). */
#include <string.h>

#include "lib/pine_ast.h"

static const char *const new_names[] = {
    "symbol", "timeframe", "expression", "gaps", "lookahead", "ignore_invalid_symbol", NULL};
static const char *const old_names[] = {"symbol", "resolution", "expression",
                                        "gaps",   "lookahead",  NULL};

static bool named(const struct pine_script *s, int node, const char *name) {
    return node >= 0 && s->nodes[node].kind == PINE_N_NAME && pine_is(s->nodes[node].text, name);
}

/* "240" -> "4h", "D" -> "1d"; NULL: candles of that length are not known here. */
static const char *interval_of(struct pine_slice t) {
    static const char *const rows[][2] = {
        {"1", "1m"},   {"3", "3m"},   {"5", "5m"},   {"15", "15m"}, {"30", "30m"}, {"60", "1h"},
        {"120", "2h"}, {"240", "4h"}, {"360", "6h"}, {"480", "8h"}, {"D", "1d"},   {"1D", "1d"},
        {"3D", "3d"},  {"W", "1w"},   {"1W", "1w"},  {"M", "1M"},   {"1M", "1M"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pine_is(t, rows[i][0]))
            return rows[i][1];
    }
    return NULL;
}

/* True when what is asked for is x[1] itself: with lookahead that is no look ahead, but the last
 * closed bar's x from the next bar on. */
static bool of_the_bar_before(struct pine_script *s, int *expr) {
    const struct pine_node *n = *expr >= 0 ? &s->nodes[*expr] : NULL;
    if (!n || n->kind != PINE_N_INDEX || s->nodes[n->b].kind != PINE_N_NUMBER ||
        !pine_is(s->nodes[n->b].text, "1"))
        return false;
    *expr = n->a;
    return true;
}

bool pine_security(struct pine_script *s, int call, const struct pine_env *env,
                   const char **ret_interval, int *ret_expr, bool *ret_before) {
    const char *const *names = s->version == 4 ? old_names : new_names;
    int line = s->nodes[call].line, symbol = pine_arg(s, call, names, "symbol");
    int frame = pine_arg(s, call, names, names[1]), gaps = pine_arg(s, call, names, "gaps");
    int ahead = pine_arg(s, call, names, "lookahead");
    struct pine_slice ticker = {"", 0}, period = {"", 0};
    *ret_expr = pine_arg(s, call, names, "expression");
    if (!pine_args_known(s, call, names))
        return false;
    bool own = named(s, symbol, "syminfo.tickerid") || named(s, symbol, "syminfo.ticker") ||
               (s->version == 4 && named(s, symbol, "tickerid")) ||
               (pine_text_of(s, symbol, env, &ticker) && ticker.len == 0);
    bool chart = named(s, frame, "timeframe.period") ||
                 (s->version == 4 && (named(s, frame, "period") || named(s, frame, "resolution")));
    bool text = !chart && pine_text_of(s, frame, env, &period);
    bool closed =
        ahead < 0 || named(s, ahead, "barmerge.lookahead_off") || named(s, ahead, "false");
    *ret_before = !closed && !chart && of_the_bar_before(s, ret_expr);
    const char *interval = period.len > 0 ? interval_of(period) : "";
    if (!own)
        pine_refuse(s, line, "request.security: other symbols are not read");
    else if (gaps >= 0 && !named(s, gaps, "barmerge.gaps_off") && !named(s, gaps, "false"))
        pine_refuse(s, line, "request.security: values are held, there are no gaps");
    else if (!closed && !*ret_before)
        pine_refuse(s, line, "request.security: lookahead shows a bar before it has ended");
    else if (!chart && !text)
        pine_refuse(s, line, "request.security: the timeframe must be a text or an input of one");
    else if (!interval)
        pine_refuse(s, line, "request.security: there are no candles of '%.*s' here",
                    (int)(period.len < 20 ? period.len : 20), period.at);
    else if (*ret_expr < 0)
        pine_refuse(s, line, "request.security: which value?");
    else {
        if (strpbrk(interval, "dwM"))
            pine_tell(s, line,
                      "days begin at 00:00 UTC, weeks on Monday; Pine's with the exchange");
        *ret_interval = interval;
        return true;
    }
    return false;
}
