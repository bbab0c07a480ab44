/* The breakdowns of a result for people: falls, groups of trades, months. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"

static struct json_object *get(struct json_object *o, const char *key) {
    struct json_object *v;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v
                                                                                             : NULL;
}

static size_t length(struct json_object *list) {
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static void add_number(struct table *t, struct json_object *o, const char *key, int decimals,
                       const char *unit) {
    struct json_object *v = get(o, key);
    char text[NUMBER_TEXT_MAX];
    if (v)
        table_addf(t, "%s%s", number_text(json_object_get_double(v), decimals, text), unit);
    else
        table_add(t, "-");
}

static void add_date(struct table *t, struct json_object *o, const char *key, const char *none) {
    struct json_object *v = get(o, key);
    if (v)
        table_addf(t, "%.10s", json_object_get_string(v));
    else
        table_add(t, none);
}

static void print_drawdowns(struct json_object *list) {
    static const struct column columns[] = {{"depth", "Deepest falls", true},
                                            {"peak", "Peak", false},
                                            {"trough", "Trough", false},
                                            {"recovery", "Recovered", false},
                                            {"duration", "Length", true}};
    struct table t;
    if (length(list) == 0)
        return;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < length(list); i++) {
        struct json_object *d = json_object_array_get_idx(list, i);
        char text[NUMBER_TEXT_MAX];
        add_number(&t, d, "depth", 2, " %");
        add_date(&t, d, "peak", "-");
        add_date(&t, d, "trough", "-");
        add_date(&t, d, "recovery", "not yet");
        table_add(&t, duration_text(json_object_get_double(get(d, "duration")), text));
    }
    putchar('\n');
    table_print(&t, stdout);
    table_release(&t);
}

static void add_groups(struct table *t, struct json_object *list, const char *what) {
    for (size_t i = 0; i < length(list); i++) {
        struct json_object *g = json_object_array_get_idx(list, i);
        table_addf(t, "%s %s", what, json_object_get_string(get(g, "name")));
        add_number(t, g, "trades", 0, "");
        add_number(t, g, "winRate", 1, " %");
        add_number(t, g, "pnl", 2, "");
        add_number(t, g, "expectancy", 3, " %");
        add_number(t, g, "profitFactor", 2, "");
        add_number(t, g, "commission", 2, "");
    }
}

static void print_groups(struct json_object *all, bool everything) {
    static const struct column columns[] = {
        {"trades", "Trades", false},         {"count", "Count", true},
        {"winRate", "Win rate", true},       {"pnl", "Profit", true},
        {"expectancy", "Expectancy", true},  {"profitFactor", "Profit factor", true},
        {"commission", "Commissions", true},
    };
    struct table t;
    if (length(get(all, "side")) == 0)
        return;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    add_groups(&t, get(all, "side"), "going");
    if (length(get(all, "strategy")) > 1)
        add_groups(&t, get(all, "strategy"), "of");
    add_groups(&t, get(all, "exitReason"), "out by");
    if (everything) {
        add_groups(&t, get(all, "weekday"), "entered on");
        add_groups(&t, get(all, "hour"), "entered from");
    }
    putchar('\n');
    table_print(&t, stdout);
    table_release(&t);
}

/* The return of a month (0: of the year), or NULL. */
static struct json_object *return_in(struct json_object *list, int64_t year, int64_t month) {
    for (size_t i = 0; i < length(list); i++) {
        struct json_object *p = json_object_array_get_idx(list, i);
        if (json_object_get_int64(get(p, "year")) == year &&
            json_object_get_int64(get(p, "month")) == month)
            return p;
    }
    return NULL;
}

static void print_months(struct json_object *months, struct json_object *years) {
    static const struct column columns[] = {
        {"year", "Return %", false}, {"jan", "Jan", true},  {"feb", "Feb", true},
        {"mar", "Mar", true},        {"apr", "Apr", true},  {"may", "May", true},
        {"jun", "Jun", true},        {"jul", "Jul", true},  {"aug", "Aug", true},
        {"sep", "Sep", true},        {"oct", "Oct", true},  {"nov", "Nov", true},
        {"dec", "Dec", true},        {"all", "Year", true},
    };
    struct table t;
    if (length(months) == 0)
        return;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < length(years); i++) {
        struct json_object *year = json_object_array_get_idx(years, i);
        int64_t number = json_object_get_int64(get(year, "year"));
        table_addf(&t, "%lld", (long long)number);
        for (int m = 1; m <= 12; m++) {
            struct json_object *month = return_in(months, number, m);
            if (month)
                add_number(&t, month, "return", 1, "");
            else
                table_add(&t, "");
        }
        add_number(&t, year, "return", 1, "");
    }
    putchar('\n');
    table_print(&t, stdout);
    table_release(&t);
}

void print_sparkline(struct json_object *breakdowns) {
    static const char *const steps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    struct json_object *list = get(breakdowns, "sparkline");
    double low = HUGE_VAL, high = -HUGE_VAL;
    if (length(list) < 2)
        return;
    for (size_t i = 0; i < length(list); i++) {
        double v = json_object_get_double(json_object_array_get_idx(list, i));
        low = fmin(low, v);
        high = fmax(high, v);
    }
    fputs("Equity  ", stdout);
    for (size_t i = 0; i < length(list); i++) {
        double v = json_object_get_double(json_object_array_get_idx(list, i));
        double share = high > low ? (v - low) / (high - low) : 0;
        fputs(steps[(int)(share * 7.999)], stdout);
    }
    fputs("\n\n", stdout);
}

void print_breakdowns(struct json_object *b, bool everything) {
    print_months(get(b, "months"), get(b, "years"));
    print_drawdowns(get(b, "drawdowns"));
    print_groups(b, everything);
}
