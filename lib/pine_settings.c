/* strategy(…) of a Pine script as words of a request. */
#include <string.h>

#include "lib/pine_ast.h"

static const char *const names[] = {"title",
                                    "shorttitle",
                                    "overlay",
                                    "format",
                                    "precision",
                                    "scale",
                                    "pyramiding",
                                    "calc_on_order_fills",
                                    "calc_on_every_tick",
                                    "max_bars_back",
                                    "backtest_fill_limits_assumption",
                                    "default_qty_type",
                                    "default_qty_value",
                                    "initial_capital",
                                    "currency",
                                    "slippage",
                                    "commission_type",
                                    "commission_value",
                                    "process_orders_on_close",
                                    "close_entries_rule",
                                    "margin_long",
                                    "margin_short",
                                    "explicit_plot_zorder",
                                    "max_lines_count",
                                    "max_labels_count",
                                    "max_boxes_count",
                                    "calc_bars_count",
                                    "risk_free_rate",
                                    "use_bar_magnifier",
                                    "fill_orders_on_standard_ohlc",
                                    "max_polylines_count",
                                    "dynamic_requests",
                                    "behind_chart",
                                    "linktoseries",
                                    NULL};

static int arg(const struct pine_script *s, int call, const char *name) {
    return pine_arg(s, call, names, name);
}

/* The number or switch of an argument; `def` when it is not there; refused when it is no constant.
 */
static double number(struct pine_script *s, int call, const char *name, double def) {
    double v;
    int node = arg(s, call, name);
    if (node < 0)
        return def;
    if (pine_constant(s, node, &v))
        return v;
    pine_refuse(s, s->nodes[node].line, "%s is not a constant", name);
    return def;
}

static void put(struct json_object *o, const char *key, double v) {
    json_object_object_add(o, key, json_object_new_double(v));
}

/* Settings under which orders fill in ways that are not ours. */
static void refuse_others(struct pine_script *s, int call) {
    static const struct {
        const char *name, *why;
    } rows[] = {
        {"calc_on_order_fills", "rules are judged on closed bars only"},
        {"backtest_fill_limits_assumption", "a limit order fills when its price is touched"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int node = arg(s, call, rows[i].name);
        if (node >= 0 && number(s, call, rows[i].name, 0) > 0)
            pine_refuse(s, s->nodes[node].line, "%s: %s", rows[i].name, rows[i].why);
    }
    int slippage = arg(s, call, "slippage");
    if (slippage >= 0 && number(s, call, "slippage", 0) > 0)
        pine_tell(s, s->nodes[slippage].line,
                  "slippage counts ticks: it is left out, give it as a rate in the request "
                  "(slippage: 0.0005)");
    int magnifier = arg(s, call, "use_bar_magnifier");
    if (magnifier >= 0 && number(s, call, "use_bar_magnifier", 0) > 0)
        pine_tell(s, s->nodes[magnifier].line,
                  "use_bar_magnifier: give path and lowerInterval in the request instead");
    int rule = arg(s, call, "close_entries_rule");
    if (rule >= 0 && pine_is(pine_string(s, rule), "ANY"))
        pine_refuse(s, s->nodes[rule].line, "close_entries_rule \"ANY\" is not ours");
}

static void size(struct pine_script *s, int call, struct json_object *request) {
    int node = arg(s, call, "default_qty_type");
    struct pine_slice type = node >= 0 ? s->nodes[node].text : (struct pine_slice){"", 0};
    double value = number(s, call, "default_qty_value", 1);
    if (node >= 0 && pine_is(type, "strategy.percent_of_equity")) {
        put(request, "size", value / 100);
        pine_tell(s, s->nodes[node].line,
                  "percent_of_equity: units are counted at the fill's price, Pine counts them at "
                  "the signal's close");
        return;
    }
    bool cash = node >= 0 && pine_is(type, "strategy.cash");
    if (node >= 0 && !cash && !pine_is(type, "strategy.fixed")) {
        pine_refuse(s, s->nodes[node].line, "default_qty_type is none of Pine's three");
        return;
    }
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "type", json_object_new_string(cash ? "cash" : "units"));
    put(o, "value", value);
    json_object_object_add(request, "size", o);
}

static void commission(struct pine_script *s, int call, struct json_object *request) {
    int node = arg(s, call, "commission_type");
    double value = number(s, call, "commission_value", 0);
    if (!(value > 0))
        return;
    if (node < 0 || pine_is(s->nodes[node].text, "strategy.commission.percent")) {
        put(request, "commission", value / 100);
    } else if (pine_is(s->nodes[node].text, "strategy.commission.cash_per_order")) {
        struct json_object *o = json_object_new_object();
        put(o, "fixed", value);
        json_object_object_add(request, "commission", o);
    } else {
        pine_refuse(s, s->nodes[node].line,
                    "commission_type: a commission is a rate or money an order, not money a "
                    "contract");
    }
}

static void margin(struct pine_script *s, int call, struct json_object *request) {
    int line = s->nodes[call].line;
    double unset = s->version >= 6 ? 100 : 0, up = number(s, call, "margin_long", unset);
    double down = number(s, call, "margin_short", unset);
    if (up <= 0 || down <= 0)
        pine_tell(
            s, line,
            "margin 0 (the default before version 6) lets Pine buy more than the cash pays: here "
            "units are cut to the free margin");
    double least = up > 0 ? up : 100;
    if (up > 0 && down > 0 && up - down != 0)
        pine_refuse(s, line, "margin_long and margin_short differ: one leverage serves both");
    else if (least < 0.8 || least > 100)
        pine_refuse(s, line, "a margin is from 0.8 to 100 percent");
    else if (least < 100)
        put(request, "leverage", 100 / least);
}

void pine_settings(struct pine_script *s, int call, struct json_object *request) {
    if (!pine_args_known(s, call, names))
        return;
    refuse_others(s, call);
    put(request, "cash", number(s, call, "initial_capital", s->version == 4 ? 100000 : 1000000));
    size(s, call, request);
    commission(s, call, request);
    margin(s, call, request);
    double more = number(s, call, "pyramiding", 0);
    s->pyramiding = more > 1 ? (int)(more < 1000 ? more : 1000) : 1;
    if (more > 1)
        json_object_object_add(request, "pyramiding", json_object_new_int64((int64_t)more));
    if (number(s, call, "process_orders_on_close", 0) > 0)
        json_object_object_add(request, "fill", json_object_new_string("close"));
    if (arg(s, call, "risk_free_rate") >= 0)
        put(request, "riskFree", number(s, call, "risk_free_rate", 0) / 100);
    /* Pine leaves what is open open */
    json_object_object_add(request, "finalize", json_object_new_boolean(false));
}

void pine_allow(struct pine_script *s, int call, struct json_object *request) {
    static const char *const only[] = {"value", NULL};
    int node = pine_arg(s, call, only, "value"), now = s->now;
    node = pine_resolve(s, node, &now);
    struct pine_slice way = node >= 0 ? s->nodes[node].text : (struct pine_slice){"", 0};
    bool up = pine_is(way, "strategy.direction.long"),
         down = pine_is(way, "strategy.direction.short");
    if (up || down)
        json_object_object_add(request, "sides", json_object_new_string(up ? "long" : "short"));
    else if (!pine_is(way, "strategy.direction.all"))
        pine_refuse(s, s->nodes[call].line,
                    "strategy.risk.allow_entry_in: give strategy.direction.long, .short or .all");
}
