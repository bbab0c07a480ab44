/* metrics: what the numbers of a result mean; also as the page that docs/ keeps and as the data
 * that the web page is built with. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "engine/metrics.h"
#include "lib/result.h"

static const struct option options[] = {
    {"json", 0, NULL, false, "an array of objects"},
    {"markdown", 0, NULL, false, "as docs/metrics.md has them"},
    {NULL, 0, NULL, false, NULL},
};

static void put_json(struct json_out *j, enum metric m) {
    const struct metric_info *info = metric_info_at(m);
    const char *library = metric_definition(m, PROFILE_BACKTESTING_PY);
    json_begin(j, '{');
    json_put_string(j, "name", info->name);
    json_put_string(j, "label", info->label);
    json_put_string(j, "unit", metric_unit_name(info->unit));
    json_put_string(j, "group", metric_group_name(info->group));
    json_put_string(j, "basis", info->basis);
    json_put_string(j, "definition", info->definition);
    json_put_string(j, "backtestingPy", library != info->definition ? library : NULL);
    json_put_string(j, "nullWhen", info->null_when);
    json_end(j, '}');
}

static void print_json(void) {
    for (int m = 0; m < METRIC_COUNT; m++) {
        struct buf b;
        struct json_out j;
        buf_init(&b, 1 << 16);
        json_out_init(&j, &b);
        put_json(&j, (enum metric)m);
        printf("%s%s", m ? ",\n" : "[\n", b.data ? b.data : "");
        buf_release(&b);
    }
    puts("\n]");
}

static void print_markdown(void) {
    fputs("# Metrics\n\n"
          "Printed by `candlemill metrics --markdown`; the same rows make the JSON, the CSV, the "
          "text and the page.\n\n"
          "Percent where the unit says so; daily returns are those of UTC days' last equity, the "
          "initial cash being the day before the first.\n"
          "n is the number of days, A the days a year (`annualisation`): with 365 a day without "
          "bars returns 0, else only days with bars count;\n"
          "bars longer than a day are samples of their own, with A = annualisation x 1 d / "
          "interval. A metric without a value is null, and `basis.nulls` says why.\n",
          stdout);
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct metric_info *info = metric_info_at((enum metric)m);
        const char *library = metric_definition((enum metric)m, PROFILE_BACKTESTING_PY);
        if (m == 0 || info->group != metric_info_at((enum metric)(m - 1))->group)
            printf("\n## %s\n\n", metric_group_name(info->group));
        printf("- **%s** (`%s`, %s; from %s). %s", info->label, info->name,
               metric_unit_name(info->unit), info->basis, info->definition);
        if (info->null_when)
            printf(" Null: %s.", info->null_when);
        if (library != info->definition)
            printf(" Profile backtesting.py: %s", library);
        putchar('\n');
    }
}

static void print_table(void) {
    static const struct column columns[] = {{"group", "Group", false},
                                            {"name", "Word", false},
                                            {"unit", "Unit", false},
                                            {"definition", "Definition", false}};
    struct table t;
    table_init(&t, columns, sizeof columns / sizeof *columns);
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct metric_info *info = metric_info_at((enum metric)m);
        table_add(&t, metric_group_name(info->group));
        table_add(&t, info->name);
        table_add(&t, metric_unit_name(info->unit));
        table_add(&t, info->definition);
    }
    table_print(&t, stdout);
    table_release(&t);
}

static int verb(const struct args *a) {
    if (args_flag(a, "json"))
        print_json();
    else if (args_flag(a, "markdown"))
        print_markdown();
    else
        print_table();
    return EXIT_SUCCESS;
}

const struct command cmd_metrics = {
    .name = "metrics",
    .summary = "what the numbers of a result mean",
    .usage = "[options]",
    .details = "Every metric with its unit, definition and the reasons it may be null.",
    .examples = "  candlemill metrics\n  candlemill metrics --json",
    .options = options,
    .run = verb,
};
