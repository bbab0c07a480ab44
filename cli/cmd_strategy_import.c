/* strategy import: a Pine script as a request of ours. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/pine.h"

static const struct option options[] = {
    {"strategy-only", 0, NULL, false, "the strategy alone, without cash, size and costs"},
    {"tick", 0, "STEP", false, "the market's step of prices, syminfo.mintick: 0.01"},
    {NULL, 0, NULL, false, NULL},
};

static void print_notes(const struct pine *p, const char *path) {
    for (size_t i = 0; i < p->n_notes; i++) {
        const struct pine_note *n = &p->notes[i];
        fprintf(stderr, "%s", path);
        if (n->line > 0)
            fprintf(stderr, ":%d", n->line);
        fprintf(stderr, ": %s%s\n", n->refused ? "" : "note: ", n->text);
    }
    if (p->n_notes == PINE_NOTES_MAX)
        fprintf(stderr, "%s: there is more to say than %d lines\n", path, PINE_NOTES_MAX);
}

static int verb(const struct args *a) {
    struct err e;
    struct buf text;
    struct pine p;
    const char *path = args_at(a, 0);
    double tick = 0;
    const char *step = args_value(a, "tick");
    if (step && !parse_double(step, 1e-12, 1e9, &tick))
        return usage_error(a, "--tick is a price above 0");
    if (read_input(path, PINE_SOURCE_MAX + 1, &text, &e) != ERR_NONE)
        return fail(a, &e);
    enum err_code code = pine_import(text.data ? text.data : "", text.len, tick, &p, &e);
    buf_release(&text);
    if (code != ERR_NONE)
        return fail(a, &e);
    print_notes(&p, path);
    if (p.request) {
        struct json_object *all, *o = p.request;
        if (args_flag(a, "strategy-only") && json_object_object_get_ex(o, "strategies", &all))
            o = json_object_array_get_idx(all, 0);
        print_tree(o);
    } else {
        err_set(&e, ERR_INVALID, "%.200s: %zu line%s cannot be mapped; nothing is made of the rest",
                path, p.n_refused, p.n_refused == 1 ? "" : "s");
        fail(a, &e);
    }
    bool made = p.request != NULL;
    pine_release(&p);
    return made ? EXIT_SUCCESS : err_exit_status(ERR_INVALID);
}

const struct command cmd_strategy_import = {
    .name = "strategy import",
    .summary = "a Pine script (v4, v5, v6) as a strategy of ours",
    .usage = "FILE.pine|- [options]",
    .details =
        "Prints a request: the strategy with the script's capital, size, commission and so on.\n"
        "What cannot be mapped is named with its line and reason, all of it at once, and then\n"
        "nothing is printed (exit status 4): a strategy never changes its meaning in silence.\n"
        "Drawings and alerts are left out. Notes say where fills may still differ.",
    .examples = "  candlemill strategy import cross.pine > cross.json\n"
                "  candlemill run --data BTCUSDT-1h.csv --request cross.json",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = verb,
};
