"""One configuration in the library itself: our columns are its indicators, our rules its strategy."""
import warnings

import numpy
import pandas
from backtesting import Backtest, Strategy
from backtesting.lib import compute_stats

import btpy_config

# our word: (the library's key, our unit in its own)
METRICS = {
    "exposureTime": "Exposure Time [%]", "finalEquity": "Equity Final [$]", "peakEquity": "Equity Peak [$]",
    "totalReturn": "Return [%]", "buyHoldReturn": "Buy & Hold Return [%]", "annualReturn": "Return (Ann.) [%]",
    "annualVolatility": "Volatility (Ann.) [%]", "cagr": "CAGR [%]", "sharpeRatio": "Sharpe Ratio",
    "sortinoRatio": "Sortino Ratio", "calmarRatio": "Calmar Ratio", "alpha": "Alpha [%]", "beta": "Beta",
    "maxDrawdown": "Max. Drawdown [%]", "avgDrawdown": "Avg. Drawdown [%]",
    "maxDrawdownDuration": "Max. Drawdown Duration", "avgDrawdownDuration": "Avg. Drawdown Duration",
    "tradeCount": "# Trades", "winRate": "Win Rate [%]", "bestTrade": "Best Trade [%]",
    "worstTrade": "Worst Trade [%]", "avgTrade": "Avg. Trade [%]", "maxTradeDuration": "Max. Trade Duration",
    "avgTradeDuration": "Avg. Trade Duration", "profitFactor": "Profit Factor", "expectancy": "Expectancy [%]",
    "sqn": "SQN", "kelly": "Kelly Criterion", "commissionTotal": "Commissions [$]",
}
TRADE = {"size": "Size", "entryBar": "EntryBar", "exitBar": "ExitBar", "entryPrice": "EntryPrice",
         "exitPrice": "ExitPrice", "pnl": "PnL", "commission": "Commission"}


class Refused(Exception):
    """The library ends the run with an exception of its own."""


class Rules(Strategy):
    """ENGINE.md 3 on the library's own orders: close, then enter."""
    request = columns = masks = levels = None

    def init(self):
        self.waiting = {}  # order and the last bar that may fill it, by side
        for at, column in enumerate(self.columns):
            setattr(self, f"column{at}", self.I(lambda values=column: values, name=f"c{at}", plot=False))

    def take_back(self, side):
        order, _ = self.waiting.pop(side, (None, 0))
        if order in self.orders:
            order.cancel()

    def enter(self, side, bar):
        stops = {}
        for word in ("limit", "stop"):
            price = self.levels.get(f"{side}.{word}")
            if price is None:
                continue
            if not price[bar] > 0:
                return  # no price: refused
            stops[word] = price[bar]
        life = self.levels["entryBars"][bar] if "entryBars" in self.levels else 1
        if not life >= 1:
            return
        rests = bool(stops)
        start = stops.get("limit", stops.get("stop", self.data.Close[-1]))
        for stop, key in (("stopLoss", "sl"), ("takeProfit", "tp")):
            price = self.levels.get(f"{side}.{stop}")
            if price is None:
                continue
            price = price[bar]
            below = (side == "long") == (stop == "stopLoss")
            if not (price < start if below else price > start):
                return  # wrong side or no price: refused
            stops[key] = price
        size = self.request["size"]
        if isinstance(size, dict):
            stops["size"] = size["value"]
        elif size < 1:
            stops["size"] = size
        order = (self.buy if side == "long" else self.sell)(**stops)
        if rests:
            self.waiting[side] = order, bar + int(life)

    def close_old(self, bar):
        limit = self.request.get("maxBars")
        fill = bar if self.request["fill"] == "close" else bar + 1
        for trade in self.trades:
            if limit and fill - trade.entry_bar >= limit:
                trade.close()

    def next(self):
        bar = len(self.data) - 1
        at = {rule: mask[bar] for rule, mask in self.masks.items()}
        held, sides = self.position.size, self.request["sides"]
        more = 0 < len(self.trades) < self.request["pyramiding"]
        up = (held <= 0 or more) and at.get("long.entry", False)
        down = not up and (held >= 0 or more) and at.get("short.entry", False)
        out = not up and not down and (held > 0 and at.get("long.exit") or held < 0 and at.get("short.exit"))
        turn = up and held < 0 or down and held > 0
        for side in ("long", "short"):
            _, last = self.waiting.get(side, (None, 0))
            if up or down or at.get(f"{side}.exit") or bar >= last:
                self.take_back(side)
        self.close_old(bar)
        if out or turn:
            self.position.close()
        if up and sides != "short":
            self.enter("long", bar)
        if down and sides != "long":
            self.enter("short", bar)


def frame_of(data):
    index = pandas.DatetimeIndex(pandas.to_datetime(data["time"], unit="ms"))
    names = ("open", "high", "low", "close", "volume")
    return pandas.DataFrame({name.capitalize(): data[name] for name in names}, index=index)


def plain(value, key):
    if isinstance(value, pandas.Timedelta):
        return value.total_seconds()
    if "Duration" in key:
        return None  # none, or for want of one the depth of a fall that the last bar began
    value = float(value)
    return value if numpy.isfinite(value) else None


def outcome(config, data, columns):
    """{"metrics", "trades", "equity"} of the library, in our words."""
    request = config["request"]
    fee = request.get("commission") or 0
    masks = {rule: btpy_config.values(tree, data, columns) for rule, tree in config["rules"].items()}
    levels = {rule: columns[text] for rule, text in config["stops"].items()}
    indicators = [columns[text] for text in btpy_config.indicators_of(config)]
    kind = type("Run", (Rules,), {"request": request, "columns": indicators, "masks": masks,
                                  "levels": levels})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = frame_of(data)
        try:
            stats = Backtest(
                frame, kind, cash=request["cash"], spread=request.get("spread", 0), margin=1 / request["leverage"],
                commission=(fee["fixed"], fee["rate"]) if isinstance(fee, dict) else fee,
                trade_on_close=request["fill"] == "close", hedging=request["hedging"],
                exclusive_orders=request["exclusiveOrders"], finalize_trades=request["finalize"]).run()
        except (ValueError, AssertionError) as error:
            raise Refused(str(error) or type(error).__name__) from error
        shown = stats
        if request.get("riskFree"):
            shown = compute_stats(stats=stats, data=frame, risk_free_rate=request["riskFree"])
    trades = stats._trades
    metrics = {word: plain((stats if word == "commissionTotal" else shown).get(key, 0), key)
               for word, key in METRICS.items()}
    rows = [{word: float(trades[key].iloc[at]) for word, key in TRADE.items()} |
            {"returnPct": 100 * float(trades["ReturnPct"].iloc[at])} for at in range(len(trades))]
    return {"metrics": metrics, "trades": rows, "equity": [float(x) for x in stats._equity_curve["Equity"]]}
