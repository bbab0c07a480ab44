#include "lib/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/id.h"

const char engine_version[] = "candlemill " PACKAGE_VERSION;

static void put_time(struct json_out *j, const char *key, int64_t ms) {
    char text[TIME_TEXT_MAX];
    json_put_string(j, key, time_format(ms, text));
}

void metrics_json(struct json_out *j, const struct metrics *m) {
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        json_put_double(j, metric_info_at((enum metric)i)->name, m->value[i]);
    json_end(j, '}');
}

void metrics_nulls_json(struct json_out *j, const struct metrics *m) {
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        if (!isfinite(m->value[i]))
            json_put_string(j, metric_info_at((enum metric)i)->name,
                            m->null_reason[i] ? m->null_reason[i] : "not a finite number");
    json_end(j, '}');
}

static void put_summary(struct json_out *j, const struct bt_result *res) {
    static const enum metric shown[] = {
        METRIC_TOTAL_RETURN,  METRIC_SHARPE_RATIO, METRIC_MAX_DRAWDOWN, METRIC_WIN_RATE,
        METRIC_PROFIT_FACTOR, METRIC_TRADE_COUNT,  METRIC_FINAL_EQUITY};
    json_begin(j, '{');
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        json_put_double(j, metric_info_at(shown[i])->name, res->metrics.value[shown[i]]);
    json_end(j, '}');
}

char *result_summary(const struct bt_result *res) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    put_summary(&j, res);
    return buf_detach(&b);
}

static void put_basis(struct json_out *j, const struct request *r, const struct bt_result *res) {
    enum bt_profile profile = r->cfg.profile;
    bool long_bars = interval_ms(r->interval) > MS_PER_DAY;
    json_begin(j, '{');
    json_put_string(j, "profile",
                    profile == PROFILE_BACKTESTING_PY ? "backtesting.py" : "candlemill");
    json_put_double(j, "annualisation", res->annualisation);
    json_put_string(j, "sampling", long_bars ? interval_name(r->interval) : "1d");
    json_key(j, "definitions");
    json_begin(j, '{');
    for (int i = 0; i < METRIC_COUNT; i++)
        json_put_string(j, metric_info_at((enum metric)i)->name,
                        metric_definition((enum metric)i, profile));
    json_end(j, '}');
    json_key(j, "nulls");
    metrics_nulls_json(j, &res->metrics);
    json_end(j, '}');
}

static void put_params(struct json_out *j, const struct bt_strategy *bs) {
    json_begin(j, '{');
    for (size_t i = 0; i < bs->strategy->n_params; i++) {
        const struct param *p = &bs->strategy->params[i];
        if (p->type == PARAM_BOOL)
            json_put_bool(j, p->name, bs->params[i] > 0);
        else
            json_put_double(j, p->name, bs->params[i]);
    }
    json_end(j, '}');
}

static void put_strategies(struct json_out *j, const struct request *r,
                           const struct bt_result *res) {
    json_begin(j, '[');
    for (size_t i = 0; i < res->n_strategies; i++) {
        json_begin(j, '{');
        json_put_string(j, "name", r->cfg.strategies[i].strategy->name);
        json_key(j, "params");
        put_params(j, &r->cfg.strategies[i]);
        json_key(j, "metrics");
        metrics_json(j, &res->strategies[i].metrics);
        json_key(j, "series");
        json_begin(j, '[');
        for (size_t k = 0; trade_series_name(r->cfg.strategies[i].strategy, k); k++)
            json_string(j, trade_series_name(r->cfg.strategies[i].strategy, k));
        json_end(j, ']');
        json_key(j, "nulls");
        metrics_nulls_json(j, &res->strategies[i].metrics);
        json_put_int(j, "lookback", (int64_t)res->strategies[i].lookback);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_data(struct json_out *j, const struct request *r, const struct market_data *d) {
    json_begin(j, '{');
    json_put_string(j, "symbol", r->symbol);
    json_put_string(j, "interval", interval_name(r->interval));
    json_put_string(j, "source", interval_name(d->source));
    json_put_int(j, "bars", (int64_t)(d->bars.n - d->first));
    if (d->lower_bars > 0) {
        json_put_string(j, "lowerInterval", interval_name(r->lower));
        json_put_int(j, "lowerBars", (int64_t)d->lower_bars);
        json_put_string(j, "lowerHash", d->lower_hash);
    }
    if (d->funding_rates > 0) {
        json_put_string(j, "funding", r->funding);
        json_put_int(j, "fundingRates", (int64_t)d->funding_rates);
        json_put_string(j, "fundingHash", d->funding_hash);
    }
    put_time(j, "from", d->bars.t[d->first]);
    put_time(j, "to", d->bars.t[d->bars.n - 1]);
    json_put_int(j, "warmup", (int64_t)d->first);
    json_put_string(j, "hash", d->hash);
    json_put_int(j, "gaps", (int64_t)d->gaps);
    json_end(j, '}');
}

__attribute__((format(printf, 2, 3))) static size_t warn(char **ret, const char *fmt, ...) {
    struct buf b;
    char text[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_init(&b, sizeof text);
    buf_str(&b, text);
    *ret = buf_detach(&b);
    return *ret != NULL;
}

size_t result_warnings(const struct request *r, const struct market_data *d,
                       const struct bt_result *res, char *ret[static RESULT_WARNINGS_MAX]) {
    char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX];
    size_t n = 0;
    if (d->starts_late)
        n += warn(&ret[n], "The data starts on %s, after startDate %s.",
                  date_format(d->stored_from, a), date_format(r->start_ms, b));
    if (d->ends_early)
        n += warn(&ret[n], "The data ends on %s, before endDate %s.", date_format(d->stored_to, a),
                  date_format(r->end_ms, b));
    if (d->first < d->wanted_warmup)
        n +=
            warn(&ret[n],
                 "Only %zu of %zu warm-up bars are stored before the range: the first signals come "
                 "later, and averages with a memory start colder, than they could.",
                 d->first, d->wanted_warmup);
    if (d->partial > 0)
        n += warn(&ret[n],
                  "%zu of %zu bars are partial: made of fewer %s bars than they could hold (the "
                  "first opens at %s).",
                  d->partial, d->bars.n, interval_name(d->source),
                  time_format(d->partial_first_ms, a));
    if (res->size_cuts > 0)
        n += warn(&ret[n], "%zu entries were cut to the free margin or the volume limit.",
                  res->size_cuts);
    return n;
}

static void put_counts(struct json_out *j, const char *key, const uint64_t *counts, int n,
                       const char *(*name)(int)) {
    json_key(j, key);
    json_begin(j, '{');
    for (int i = 0; i < n; i++)
        if (counts[i] > 0)
            json_put_int(j, name(i), (int64_t)counts[i]);
    json_end(j, '}');
}

static const char *refusal_word(int i) {
    return refusal_name((enum refusal)i);
}

/* Signals of the rules the strategy has, also those that were never true. */
static void put_signals(struct json_out *j, const struct strategy *s,
                        const struct bt_diagnosis *diagnosis) {
    json_key(j, "signals");
    json_begin(j, '{');
    for (int i = 0; i <= RULE_SHORT_EXIT; i++)
        if (s->rules[i])
            json_put_int(j, rule_name((enum rule)i), (int64_t)diagnosis->signals[i]);
    json_end(j, '}');
}

static void put_examples(struct json_out *j, const struct bt_diagnosis *diagnosis) {
    json_key(j, "examples");
    json_begin(j, '[');
    for (size_t i = 0; i < diagnosis->n_examples; i++) {
        json_begin(j, '{');
        put_time(j, "time", diagnosis->examples[i].time);
        json_put_string(j, "reason", refusal_name(diagnosis->examples[i].reason));
        json_end(j, '}');
    }
    json_end(j, ']');
}

/* Why it did not trade, in one sentence. */
static const char *verdict(const struct request *r, const struct bt_result *res) {
    uint64_t entries = 0, refused = 0;
    bool room = false;
    for (size_t i = 0; i < res->n_strategies; i++) {
        const struct bt_diagnosis *d = &res->strategies[i].diagnosis;
        entries += d->signals[RULE_LONG_ENTRY] + d->signals[RULE_SHORT_ENTRY];
        for (int k = 0; k < REFUSED_COUNT; k++)
            refused += d->refused[k];
        room |= res->strategies[i].lookback < res->n_bars;
    }
    if (refused > 0)
        return "Entries were wanted, but each was refused.";
    if (entries > 0)
        return r->cfg.combine != COMBINE_SLEEVES
                   ? "Entry rules were true, but the vote never agreed on a position."
                   : "Entry rules were true only where they could not act: during warm-up, on the "
                     "last bar, or for a side that is switched off.";
    return room ? "No entry rule was ever true."
                : "The range is shorter than the strategies' warm-up.";
}

static void put_no_trades(struct json_out *j, const struct request *r, const struct market_data *d,
                          const struct bt_result *res) {
    if (res->n_trades > 0) {
        json_null(j);
        return;
    }
    json_begin(j, '{');
    json_put_string(j, "message", verdict(r, res));
    json_put_int(j, "bars", (int64_t)res->n_bars);
    json_put_int(j, "warmup", (int64_t)d->first);
    json_key(j, "strategies");
    json_begin(j, '[');
    for (size_t i = 0; i < res->n_strategies; i++) {
        const struct bt_diagnosis *diagnosis = &res->strategies[i].diagnosis;
        const struct strategy *s = r->cfg.strategies[i].strategy;
        json_begin(j, '{');
        json_put_string(j, "name", s->name);
        json_put_int(j, "lookback", (int64_t)res->strategies[i].lookback);
        put_signals(j, s, diagnosis);
        put_counts(j, "refused", diagnosis->refused, REFUSED_COUNT, refusal_word);
        put_examples(j, diagnosis);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}

static void put_warnings(struct json_out *j, const struct request *r, const struct market_data *d,
                         const struct bt_result *res) {
    char *warnings[RESULT_WARNINGS_MAX];
    size_t n = result_warnings(r, d, res, warnings);
    json_begin(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_string(j, warnings[i]);
        free(warnings[i]);
    }
    json_end(j, ']');
}

static void put_whole(struct json_out *j, const char *key, const struct bt_whole *w) {
    json_key(j, key);
    json_begin(j, '{');
    json_put_double(j, "finalEquity", w->final_equity);
    json_put_double(j, "maxDrawdown", w->max_drawdown);
    json_end(j, '}');
}

/* Two whole runs, not bounds. */
static void put_band(struct json_out *j, const struct bt_result *res) {
    json_key(j, "band");
    if (!res->has_band) {
        json_null(j);
        return;
    }
    json_begin(j, '{');
    put_whole(j, "pessimistic", &res->pessimistic);
    put_whole(j, "optimistic", &res->optimistic);
    json_put_int(j, "orderBars", (int64_t)res->order_bars);
    json_end(j, '}');
}

char *result_body(const char *id, const struct request *r, const struct market_data *d,
                  const struct bt_result *res) {
    struct buf b;
    struct json_out out, *j = &out;
    char result_id[ID_MAX];
    buf_init(&b, JSON_BODY_MAX * 4);
    json_out_init(j, &b);
    if (id)
        id_result(id, result_id);
    json_begin(j, '{');
    json_put_string(j, "backtestId", id);
    json_put_string(j, "id", id);
    json_put_string(j, "resultId", id ? result_id : NULL);
    json_put_string(j, "status", "completed");
    json_key(j, "summary");
    put_summary(j, res);
    json_key(j, "metrics");
    metrics_json(j, &res->metrics);
    json_key(j, "basis");
    put_basis(j, r, res);
    json_key(j, "strategies");
    put_strategies(j, r, res);
    json_key(j, "data");
    put_data(j, r, d);
    json_put_string(j, "engine", engine_version);
    json_key(j, "warnings");
    put_warnings(j, r, d, res);
    json_key(j, "noTrades");
    put_no_trades(j, r, d, res);
    put_band(j, res);
    json_key(j, "breakdowns");
    bool whole = breakdowns_json(j, r, d, res);
    json_end(j, '}');
    if (!whole)
        buf_release(&b);
    return whole ? buf_detach(&b) : NULL;
}
