/* A finished backtest -> its stored and sent forms: JSON body, summary, packed trades and equity.
 */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include "engine/backtest.h"
#include "lib/market.h"
#include "lib/spec.h"

/* The object of ENGINE.md 7 ({backtestId,id,resultId,status,summary,metrics,basis,strategies,data,
 * engine,warnings,noTrades,band}). Heap; caller frees; NULL: out of memory. id NULL (the CLI): the
 * ids are null. */
char *result_body(const char *id, const struct request *r, const struct market_data *d,
                  const struct bt_result *res);

/* {totalReturn,sharpeRatio,maxDrawdown,winRate,profitFactor,tradeCount,finalEquity}: percent where
 * the metric is. Heap; caller frees. */
char *result_summary(const struct bt_result *res);

/* Packed little-endian parts, and back. Trades: 112 bytes a row. Equity: runs of times (start,
 * step, count), then one float64 a bar. */
char *trades_pack(const struct bt_result *res, size_t *ret_len);
struct trade *trades_unpack(const char *data, size_t len,
                            size_t *ret_n); /* heap; NULL: not a part */
char *equity_pack(const struct bars *range, const double *equity, size_t *ret_len);
struct equity_curve {
    size_t n;
    int64_t *t;
    double *equity;
};
bool equity_unpack(const char *data, size_t len, struct equity_curve *ret);
void equity_release(struct equity_curve *c);

/* One trade as an object / CSV; the words of ENGINE.md 7. */
void trade_json(struct json_out *j, const struct trade *t, const char *strategy_name);
void trade_csv_header(struct buf *out);
void trade_csv(struct buf *out, const struct trade *t, const char *strategy_name);

#endif
