/* A finished backtest -> its stored and sent forms: JSON body, summary, packed trades and equity.
 */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include "engine/backtest.h"
#include "engine/trade_values.h"
#include "lib/market.h"
#include "lib/spec.h"

/* What made a result: "candlemill 0.1.0". */
extern const char engine_version[];

/* The object of ENGINE.md 7 ({backtestId,id,resultId,status,summary,metrics,basis,strategies,data,
 * engine,warnings,noTrades,band,breakdowns}). Heap; caller frees; NULL: out of memory. id NULL (the
 * CLI): the ids are null. */
char *result_body(const char *id, const struct request *r, const struct market_data *d,
                  const struct bt_result *res);

/* {totalReturn,sharpeRatio,maxDrawdown,winRate,profitFactor,tradeCount,finalEquity}: percent where
 * the metric is. Heap; caller frees. */
char *result_summary(const struct bt_result *res);

/* {"totalReturn":…} of all metrics, null where there is none; and {"sqn":"fewer than 2 trades"}. */
void metrics_json(struct json_out *j, const struct metrics *m);
void metrics_nulls_json(struct json_out *j, const struct metrics *m);

/* The object of docs/results.md: drawdowns, groups of trades, months, rolling figures,
 * distribution. False: out of memory, nothing is written. */
bool breakdowns_json(struct json_out *j, const struct request *r, const struct market_data *d,
                     const struct bt_result *res);

/* What a metric means in a profile, one sentence. */
const char *metric_definition(enum metric m, enum bt_profile profile);

/* The sentences of "warnings", each a heap string; ret has room for RESULT_WARNINGS_MAX. */
#define RESULT_WARNINGS_MAX 8
size_t result_warnings(const struct request *r, const struct market_data *d,
                       const struct bt_result *res, char *ret[static RESULT_WARNINGS_MAX]);

/* Packed little-endian parts, and back.
 *
 * Trades: TRADE_BYTES a row, so that row i can be read alone: size, entryPrice, exitPrice, pnl,
 * returnPct, commission, mae, mfe (float64), entryBar, exitBar, entryTime, exitTime (int64),
 * entryReason, exitReason, strategy, 0 (int32).
 *
 * Equity: lib/equity_part.c says how. */
#define TRADE_BYTES 112

char *trades_pack(const struct bt_result *res, size_t *ret_len);
struct trade *trades_unpack(const char *data, size_t len,
                            size_t *ret_n); /* heap; NULL: not a part */
/* Row i of the part, without the others; false when it has no such row or it is damaged. */
bool trade_unpack(const char *data, size_t len, size_t i, struct trade *ret);
/* The equity of a run over these bars, from its spans when it has them, else from its values (NULL
 * without bars). Heap; NULL: out of memory. What is unpacked is bit for bit what the run had. */
char *equity_pack(const struct bars *range, const struct bt_result *res, size_t *ret_len);
struct equity_curve {
    size_t n;
    int64_t *t;
    double *equity;
};
bool equity_unpack(const char *data, size_t len, struct equity_curve *ret);
void equity_release(struct equity_curve *c);

/* One trade as an object / CSV; the words of ENGINE.md 7. */
struct series_values {
    const char *name[TRADE_SERIES_MAX]; /* NULL behind the last */
    size_t width;
    const double *at; /* width at the entry, width at the exit; NULL: not kept for this trade */
};

/* values: of its strategy's series ("entryValues", "exitValues"), or NULL. */
void trade_json(struct json_out *j, const struct trade *t, const char *strategy_name,
                const struct series_values *values);
void trade_csv_header(struct buf *out);
void trade_csv(struct buf *out, const struct trade *t, const char *strategy_name,
               const struct series_values *values);

/* The two words alone. */
void series_values_json(struct json_out *j, const struct series_values *s);
void series_values_csv(struct buf *out, const struct series_values *s);

/* The part "values": int64 width, then width float64 at the entry and at the exit of each of the
 * first trades. values_unpack: heap, released with trade_values_release; false: not such a part. */
char *values_pack(const struct trade_values *v, size_t *ret_len);
bool values_unpack(const char *data, size_t len, struct trade_values *ret);
const double *values_of(const struct trade_values *v, size_t trade); /* NULL: none */

/* "time,equity,drawdown"; drawdown in percent, 0 or negative. */
void equity_csv_header(struct buf *out);
void equity_csv(struct buf *out, int64_t t, double equity, double drawdown);

/* A text as one CSV field: quoted when it must be. */
void csv_text(struct buf *out, const char *text);

#endif
