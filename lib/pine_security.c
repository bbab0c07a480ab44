/* request.security of the chart's own symbol: our tf("4h", …). */
#include <string.h>

#include "lib/pine_ast.h"

static const char *const names[] = {
    "symbol", "timeframe", "expression", "gaps", "lookahead", "ignore_invalid_symbol", NULL};

static bool named(const struct pine_script *s, int node, const char *name) {
    return node >= 0 && s->nodes[node].kind == PINE_N_NAME && pine_is(s->nodes[node].text, name);
}

/* The text of a string, of a name that is one, or of an input with one by default. */
static bool string_of(struct pine_script *s, int node, struct pine_slice *ret) {
    node = pine_resolve(s, node);
    if (node >= 0 && s->nodes[node].kind == PINE_N_NAME) {
        const struct pine_symbol *sym = pine_find(s, s->nodes[node].text);
        node = sym ? sym->expr : -1;
    }
    if (node < 0 || s->nodes[node].kind != PINE_N_STRING)
        return false;
    *ret = s->nodes[node].text;
    return true;
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

bool pine_security(struct pine_script *s, int call, const char **ret_interval, int *ret_expr) {
    int line = s->nodes[call].line, symbol = pine_arg(s, call, names, "symbol");
    int frame = pine_arg(s, call, names, "timeframe"), gaps = pine_arg(s, call, names, "gaps");
    int ahead = pine_arg(s, call, names, "lookahead");
    struct pine_slice ticker = {"", 0}, period = {"", 0};
    *ret_expr = pine_arg(s, call, names, "expression");
    if (!pine_args_known(s, call, names))
        return false;
    bool own = named(s, symbol, "syminfo.tickerid") || named(s, symbol, "syminfo.ticker") ||
               (string_of(s, symbol, &ticker) && ticker.len == 0);
    bool chart = named(s, frame, "timeframe.period");
    bool text = !chart && string_of(s, frame, &period);
    const char *interval = period.len > 0 ? interval_of(period) : "";
    if (!own)
        pine_refuse(s, line, "request.security: other symbols are not read");
    else if (gaps >= 0 && !named(s, gaps, "barmerge.gaps_off"))
        pine_refuse(s, line, "request.security: values are held, there are no gaps");
    else if (ahead >= 0 && !named(s, ahead, "barmerge.lookahead_off"))
        pine_refuse(s, line, "request.security: lookahead shows a bar before it has ended");
    else if (!chart && !text)
        pine_refuse(s, line, "request.security: the timeframe must be a text or an input of one");
    else if (!interval)
        pine_refuse(s, line, "request.security: there are no candles of '%.*s' here",
                    (int)(period.len < 20 ? period.len : 20), period.at);
    else if (*ret_expr < 0 || s->nodes[*ret_expr].kind == PINE_N_LIST)
        pine_refuse(s, line, "request.security: one value a call");
    else {
        if (strpbrk(interval, "dwM"))
            pine_tell(s, line,
                      "days begin at 00:00 UTC, weeks on Monday; Pine's with the exchange");
        *ret_interval = interval;
        return true;
    }
    return false;
}
