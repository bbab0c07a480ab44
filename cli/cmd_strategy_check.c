/* strategy check: is a strategy file right, and does what it says on real bars. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/load.h"
#include "cli/table.h"
#include "lib/limits.h"
#include "lib/strategy_probe.h"

#define TEXT_MAX (1U << 20)

static const struct option options[] = {
    {"data", 'd', "FILE|-", false, "try it on these candles (CSV)"},
    {"symbol", 0, "S", false, "try it on stored candles of this symbol"},
    {"interval", 0, "I", false, "of this interval"},
    {"start", 0, "DATE", false, "from this day on"},
    {"end", 0, "DATE", false, "up to this day, not included"},
    {"set", 0, "KEY=VALUE", true, "any other word of a request, as JSON"},
    {"json", 0, NULL, false, "what was found as one JSON object"},
    {NULL, 0, NULL, false, NULL},
};

/* --- on bars ---------------------------------------------------------------------------------- */

static void print_rules(const struct probe *p) {
    static const struct column columns[] = {{"rule", "Rule", false},
                                            {"fired", "True or not null", true},
                                            {"bars", "Of bars", true},
                                            {"settled", "Same after any start", false}};
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (int k = 0; k < RULE_COUNT; k++) {
        const struct probe_rule *rule = &p->rules[k];
        if (!rule->present)
            continue;
        table_add(&t, rule_name((enum rule)k));
        if (rule->account && k >= RULE_CONDITIONS)
            table_add(&t, "-");
        else
            table_addf(&t, "%llu", (unsigned long long)rule->fired);
        if (rule->account)
            table_add(&t, "where it could act");
        else
            table_addf(&t, "%llu", (unsigned long long)rule->judged);
        if (rule->account)
            table_add(&t, "reads the position");
        else if (rule->settles)
            table_addf(&t, "after %zu bars",
                       rule->settled > p->lookback ? rule->settled : p->lookback);
        else
            table_add(&t, "never");
    }
    table_print(&t, stdout);
    table_release(&t);
}

static void print_probe(const struct request *r, const struct probe *p) {
    const struct strategy *s = r->cfg.strategies[0].strategy;
    char *warnings[PROBE_WARNINGS_MAX];
    size_t n = probe_warnings(p, s, warnings);
    printf("%s on %s %s: %zu bars, %zu trade%s\n", s->name, r->symbol, interval_name(r->interval),
           p->bars, p->trades, p->trades == 1 ? "" : "s");
    printf("Warm-up: %zu bars before a rule may act; a request reads %zu before its range\n\n",
           p->lookback, p->wanted);
    print_rules(p);
    for (size_t i = 0; i < n; i++) {
        printf("%s! %s\n", i ? "" : "\n", warnings[i]);
        free(warnings[i]);
    }
}

static bool print_json(const struct request *r, const struct probe *p) {
    struct buf b;
    struct json_out j;
    buf_init(&b, TEXT_MAX);
    json_out_init(&j, &b);
    probe_json(&j, p, r->cfg.strategies[0].strategy);
    bool good = !b.failed && b.data;
    if (good)
        puts(b.data);
    buf_release(&b);
    return good;
}

/* Tries the strategy (its tree, or its name) on the bars of the options. */
static int on_bars(const struct args *a, struct json_object *strategy) {
    struct loaded in = {.flat = NULL};
    struct json_object *all = json_object_new_array();
    struct probe p;
    struct err e = {0};
    bool usage;
    in.flat = request_from_args(a, &usage, &e);
    if (!in.flat) {
        json_object_put(all);
        return usage ? usage_error(a, "%s", e.message) : fail(a, &e);
    }
    json_object_array_add(all, json_object_get(strategy));
    json_object_object_add(in.flat, "strategies", all);
    enum err_code code = load_bars(a, &in, &e);
    if (code == ERR_NONE)
        code = strategy_probe(&in.request, &in.data, &p, &e);
    int status = EXIT_SUCCESS;
    if (code != ERR_NONE)
        status = fail_in(a, &e, in.flat);
    else if (!args_flag(a, "json"))
        print_probe(&in.request, &p);
    else if (!print_json(&in.request, &p))
        status = fail(a, (err_set(&e, ERR_INTERNAL, "out of memory"), &e));
    loaded_release(&in);
    return status;
}

/* --- the file alone --------------------------------------------------------------------------- */

static int check_tree(const struct args *a, const char *path, struct json_object *o) {
    struct err e;
    struct strategy s;
    size_t lookback = 0;
    if (strategy_parse(o, "", &s, &e) != ERR_NONE)
        return fail_in(a, &e, o);
    int status = EXIT_SUCCESS;
    if (strategy_check(&s, o, "", &lookback, &e) != ERR_NONE) {
        status = fail_in(a, &e, o);
    } else if (args_value(a, "data") || args_value(a, "symbol")) {
        status = on_bars(a, o);
    } else {
        size_t rules = 0;
        for (int i = 0; i < RULE_COUNT; i++)
            rules += s.rules[i] != NULL;
        printf("%s: %s is good: %zu parameters, %zu defines, %zu rules, warm-up %zu bars\n", path,
               s.name, s.n_params, s.n_defines, rules, lookback);
    }
    strategy_release(&s);
    return status;
}

static int built_in(const struct args *a, const char *name) {
    if (!args_value(a, "data") && !args_value(a, "symbol"))
        return usage_error(a, "a built-in strategy is right: give --data or --symbol to try it");
    struct json_object *o = json_object_new_string(name);
    int status = on_bars(a, o);
    json_object_put(o);
    return status;
}

static int check(const struct args *a) {
    struct err e;
    struct buf text;
    const char *path = args_at(a, 0);
    if (preset_find(path) && access(path, R_OK) != 0)
        return built_in(a, path);
    if (read_input(path, JSON_BODY_MAX, &text, &e) != ERR_NONE)
        return fail(a, &e);
    struct json_object *o = json_parse(text.data ? text.data : "", text.len, &e);
    buf_release(&text);
    if (!o) {
        struct err parse = e;
        err_set(&e, ERR_INVALID, "%.200s: line %d, column %d: %.200s", path, parse.line,
                parse.column, parse.message);
        return fail(a, &e);
    }
    int status = check_tree(a, path, o);
    json_object_put(o);
    return status;
}

const struct command cmd_strategy_check = {
    .name = "strategy check",
    .summary = "is a strategy right, and what does it do on bars?",
    .usage = "FILE|-|NAME [--data FILE | --symbol S --interval I] [options]",
    .details =
        "Reads the file and compiles every expression in it, also those that nothing uses. The "
        "first\n"
        "mistake is shown with its line, its column and, where there is one, a suggestion. Exit\n"
        "status 4 then.\n\n"
        "With candles it is run: how many bars of warm-up it needs, on how many bars each rule is\n"
        "true (never or always is told), whether the rules depend on where the data begin (three\n"
        "later starts are compared), and which parameters change no trade when they are moved.",
    .examples = "  candlemill strategy check my-strategy.json\n"
                "  candlemill strategy check my-strategy.json --data BTCUSDT-1h.csv\n"
                "  candlemill strategy check rsi --symbol SAMPLE-BTC --interval 1h --json",
    .options = options,
    .takes = TAKES_CONF,
    .min_args = 1,
    .max_args = 1,
    .run = check,
};
