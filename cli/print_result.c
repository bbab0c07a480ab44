/* A result for people, out of its JSON body: the same text for `run` and for the service's. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "engine/metrics.h"

static struct json_object *get(struct json_object *o, const char *key) {
    struct json_object *v;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v
                                                                                             : NULL;
}

static const char *text_of(struct json_object *o, const char *key) {
    struct json_object *v = get(o, key);
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

/* A value with its unit; "-" where there is none. */
static void metric_text(struct json_object *metrics, enum metric m, char *ret, size_t size) {
    const struct metric_info *info = metric_info_at(m);
    struct json_object *v = get(metrics, info->name);
    char number[NUMBER_TEXT_MAX];
    double value = v ? json_object_get_double(v) : (double)NAN;
    if (!v) {
        snprintf(ret, size, "-");
        return;
    }
    switch (info->unit) {
    case UNIT_PERCENT:
        snprintf(ret, size, "%s %%", number_text(value, 2, number));
        break;
    case UNIT_MONEY:
        snprintf(ret, size, "%s", number_text(value, 2, number));
        break;
    case UNIT_SECONDS:
        snprintf(ret, size, "%s", duration_text(value, number));
        break;
    case UNIT_RATIO:
        snprintf(ret, size, "%s", number_text(value, 3, number));
        break;
    case UNIT_COUNT:
        snprintf(ret, size, "%s", number_text(value, 0, number));
        break;
    }
}

static void print_head(struct json_object *body, bool color) {
    struct json_object *data = get(body, "data"), *list = get(body, "strategies");
    char bars[NUMBER_TEXT_MAX];
    fputs(color ? "\033[1m" : "", stdout);
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *s = json_object_array_get_idx(list, i), *params = get(s, "params");
        const char *between = " (";
        printf("%s%s", i ? " + " : "", text_of(s, "name"));
        if (!params)
            continue;
        json_object_object_foreach(params, key, v) {
            printf("%s%s %s", between, key, json_object_get_string(v));
            between = ", ";
        }
        if (*between == ',')
            putchar(')');
    }
    printf("%s on %s %s\n", color ? "\033[0m" : "", text_of(data, "symbol"),
           text_of(data, "interval"));
    printf("%.10s to %.10s, %s bars", text_of(data, "from"), text_of(data, "to"),
           number_text(json_object_get_double(get(data, "bars")), 0, bars));
    if (json_object_get_int64(get(data, "gaps")) > 0)
        printf(", %s gaps", number_text(json_object_get_double(get(data, "gaps")), 0, bars));
    if (strcmp(text_of(data, "source"), text_of(data, "interval")) != 0)
        printf(", made of %s bars", text_of(data, "source"));
    printf("; %s\n\n", text_of(body, "engine"));
}

/* Widths of two columns that all groups share. */
struct columns {
    int label[2], value[2];
};

static void widen(struct json_object *metrics, int m, int side, struct columns *c) {
    char text[64];
    int label = text_width(metric_info_at((enum metric)m)->label);
    metric_text(metrics, (enum metric)m, text, sizeof text);
    c->label[side] = label > c->label[side] ? label : c->label[side];
    c->value[side] = text_width(text) > c->value[side] ? text_width(text) : c->value[side];
}

static void print_metric(struct json_object *metrics, int m, int side, const struct columns *c) {
    const char *label = metric_info_at((enum metric)m)->label;
    char text[64];
    metric_text(metrics, (enum metric)m, text, sizeof text);
    printf("%s%s%*s  %*s%s", side ? "    " : "  ", label, c->label[side] - text_width(label), "",
           c->value[side] - text_width(text), "", text);
}

/* First metric behind the group of m. */
static int group_end(int m) {
    enum metric_group group = metric_info_at((enum metric)m)->group;
    while (m < METRIC_COUNT && metric_info_at((enum metric)m)->group == group)
        m++;
    return m;
}

/* All metrics, a group after the other, each in two columns read downwards. */
static void print_metrics(struct json_object *metrics, bool color) {
    struct columns c = {.label = {0}};
    for (int from = 0, end; from < METRIC_COUNT; from = end) {
        end = group_end(from);
        for (int m = from; m < end; m++)
            widen(metrics, m, m >= from + (end - from + 1) / 2, &c);
    }
    for (int from = 0, end; from < METRIC_COUNT; from = end) {
        end = group_end(from);
        int rows = (end - from + 1) / 2;
        printf("%s%s%s%s\n", from ? "\n" : "", color ? "\033[1m" : "",
               metric_group_name(metric_info_at((enum metric)from)->group), color ? "\033[0m" : "");
        for (int m = from; m < from + rows; m++) {
            print_metric(metrics, m, 0, &c);
            if (m + rows < end)
                print_metric(metrics, m + rows, 1, &c);
            putchar('\n');
        }
    }
}

static void print_strategies(struct json_object *list) {
    static const struct column columns[] = {
        {"strategy", "Strategy", false},   {"return", "Return", true}, {"sharpe", "Sharpe", true},
        {"drawdown", "Drawdown", true},    {"trades", "Trades", true}, {"wins", "Win rate", true},
        {"factor", "Profit factor", true},
    };
    static const enum metric shown[] = {METRIC_TOTAL_RETURN, METRIC_SHARPE_RATIO,
                                        METRIC_MAX_DRAWDOWN, METRIC_TRADE_COUNT,
                                        METRIC_WIN_RATE,     METRIC_PROFIT_FACTOR};
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) < 2)
        return;
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *s = json_object_array_get_idx(list, i);
        table_add(&t, text_of(s, "name"));
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
            char text[64];
            metric_text(get(s, "metrics"), shown[k], text, sizeof text);
            table_add(&t, text);
        }
    }
    putchar('\n');
    table_print(&t, stdout);
    table_release(&t);
}

/* The first refused entries, each with its moment. */
static void print_refusals(struct json_object *examples) {
    size_t n =
        json_object_is_type(examples, json_type_array) ? json_object_array_length(examples) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(examples, i);
        printf("    %s  %s\n", text_of(one, "time"), text_of(one, "reason"));
    }
}

static void print_no_trades(struct json_object *why, bool color) {
    if (!why)
        return;
    struct json_object *list = get(why, "strategies");
    printf("\n%sNo trades.%s %s\n", color ? "\033[33m" : "", color ? "\033[0m" : "",
           text_of(why, "message"));
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *s = json_object_array_get_idx(list, i);
        struct json_object *signals = get(s, "signals"), *refused = get(s, "refused");
        printf("  %s:", text_of(s, "name"));
        const char *between = " ";
        json_object_object_foreach(signals, rule, count) {
            printf("%s%s was true on %s bars", between, rule, json_object_get_string(count));
            between = ", ";
        }
        json_object_object_foreach(refused, reason, times) {
            printf("%srefused %s times: %s", between, json_object_get_string(times), reason);
            between = ", ";
        }
        printf("; warm-up %s bars\n", json_object_get_string(get(s, "lookback")));
        print_refusals(get(s, "examples"));
    }
}

/* The honest band: what the order of prices inside the bars was worth. */
static void print_band(struct json_object *band) {
    static const char *const ends[] = {"pessimistic", "optimistic"};
    char equity[64], fall[64], bars[64];
    if (!band)
        return;
    printf("\nOrder of prices mattered in %s bars (two runs, not bounds):\n",
           number_text(json_object_get_double(get(band, "orderBars")), 0, bars));
    for (size_t i = 0; i < 2; i++) {
        struct json_object *end = get(band, ends[i]);
        printf("  %-11s  final equity %s, max drawdown %s%%\n", ends[i],
               number_text(json_object_get_double(get(end, "finalEquity")), 2, equity),
               number_text(json_object_get_double(get(end, "maxDrawdown")), 2, fall));
    }
}

void print_result(struct json_object *body, bool everything) {
    bool color = may_color(stdout);
    struct json_object *warnings = get(body, "warnings");
    print_head(body, color);
    print_sparkline(get(body, "breakdowns"));
    print_metrics(get(body, "metrics"), color);
    print_breakdowns(get(body, "breakdowns"), everything);
    print_band(get(body, "band"));
    print_strategies(get(body, "strategies"));
    print_no_trades(get(body, "noTrades"), color);
    if (!json_object_is_type(warnings, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(warnings); i++)
        printf("%s%sWarning:%s %s\n", i ? "" : "\n", color ? "\033[33m" : "",
               color ? "\033[0m" : "",
               json_object_get_string(json_object_array_get_idx(warnings, i)));
}
