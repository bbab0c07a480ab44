"""Every metric of the default profile from a run's trades and equity, with numpy; from the definitions alone."""
import math
from statistics import NormalDist

import numpy

DAY = 86400000
NORMAL = NormalDist()
EULER = 0.5772156649015329


def returns_of(points):
    before, after = points[:-1], points[1:]
    return numpy.where(before > 0, after / numpy.where(before > 0, before, 1) - 1, 0)


def daily(run, first, values):
    """Returns between the days' last values, the first point before them; one a bar for longer bars."""
    if run["step"] > DAY:
        return returns_of(numpy.concatenate(([first], values)))
    days = run["time"] // DAY
    last = numpy.append(days[1:] != days[:-1], True)
    found = returns_of(numpy.concatenate(([first], values[last])))
    if run["days"] != 365:
        return found
    out = numpy.zeros(int(days[-1] - days[0]) + 1)  # a day without bars returns 0
    out[days[last] - days[0]] = found
    return out


def ratio(a, b):
    return a / b if b != 0 else math.nan


def of_days(run, out):
    """Figures of daily returns and of the market's."""
    r = daily(run, run["cash"], run["equity"])
    m = daily(run, run["open"][0], run["close"])
    n = len(r)
    if n < 30:
        return
    a = run["days"] * min(1, DAY / run["step"])
    rf = (1 + run["riskFree"]) ** (1 / a) - 1
    sigma = numpy.std(r, ddof=1)
    sigma = sigma if numpy.ptp(r) > 0 else 0
    centred = r - numpy.mean(r)
    m2, m3, m4 = (numpy.mean(centred**k) for k in (2, 3, 4))
    out["annualReturn"] = 100 * numpy.mean(r) * a
    out["annualVolatility"] = 100 * sigma * math.sqrt(a)
    out["sharpeRatio"] = ratio(numpy.mean(r) - rf, sigma) * math.sqrt(a)
    below = math.sqrt(numpy.mean(numpy.minimum(r - rf, 0) ** 2))
    out["sortinoRatio"] = ratio(numpy.mean(r) - rf, below) * math.sqrt(a)
    if sigma > 0:
        skew, kurtosis = m3 / m2**1.5, m4 / m2**2
        out |= {"skewness": skew, "kurtosis": kurtosis}
        s = (numpy.mean(r) - rf) / sigma
        inside = 1 - skew * s + (kurtosis - 1) / 4 * s * s
        if inside > 0:
            z = s * math.sqrt(n - 1) / math.sqrt(inside)
            trials, e = run["trials"], 0
            if trials > 1:
                e = (1 - EULER) * NORMAL.inv_cdf(1 - 1 / trials) + EULER * NORMAL.inv_cdf(1 - 1 / (trials * math.e))
            out |= {"probabilisticSharpe": 100 * NORMAL.cdf(z), "deflatedSharpe": 100 * NORMAL.cdf(z - e)}
    spread = numpy.var(m, ddof=1)
    if spread > 0:
        covariance = numpy.cov(r, m)[0, 1]
        beta = covariance / spread
        out |= {"beta": beta, "alpha": 100 * (numpy.mean(r) - beta * numpy.mean(m)) * a,
                "correlation": ratio(covariance, sigma * math.sqrt(spread))}
    active = r - m
    off = numpy.std(active, ddof=1) if numpy.ptp(active) > 0 else 0
    out["trackingError"] = 100 * off * math.sqrt(a)
    out["informationRatio"] = ratio(numpy.mean(active), off) * math.sqrt(a)


def of_falls(run, out):
    ends = run["time"] + run["step"]
    points = [(run["time"][0], run["cash"])] + list(zip(ends, run["equity"]))
    falls, peak, since, deep = [], points[0][1], points[0][0], 0.0
    for at, equity in points[1:]:
        if equity >= peak:
            if deep > 0:
                falls.append((deep, at - since))
            peak, since, deep = equity, at, 0.0
        else:
            deep = max(deep, 1 - equity / peak)
    if deep > 0:
        falls.append((deep, points[-1][0] - since))
    out["peakEquity"] = max(value for _, value in points)
    out["maxDrawdown"] = -100 * max((depth for depth, _ in falls), default=0)
    out["timeUnderWater"] = 100 * sum(length for _, length in falls) / run["elapsed"]
    out["maxDrawdownDuration"] = max((length for _, length in falls), default=0) / 1000
    if falls:
        out["avgDrawdown"] = -100 * numpy.mean([depth for depth, _ in falls])
        out["avgDrawdownDuration"] = numpy.mean([length for _, length in falls]) / 1000


def of_worst_prices(run, out):
    """Each bar's worst price for the position held at its close, all accounts together."""
    units = numpy.zeros(len(run["time"]))
    for trade in run["trades"]:
        units[trade["entryBar"] : trade["exitBar"]] += trade["size"]
    against = numpy.where(units > 0, run["low"], run["high"])
    worst = run["equity"] + units * (against - run["close"])
    peaks = numpy.maximum.accumulate(numpy.concatenate(([run["cash"]], run["equity"])))[:-1]
    out["maxDrawdownIntrabar"] = 100 * min(0, numpy.min(worst / peaks - 1))


def streaks(pnl):
    longest = {1: 0, -1: 0}
    side = count = 0
    for sign in numpy.sign(pnl):
        count = count + 1 if sign == side else 1
        side = sign
        if side:
            longest[side] = max(longest[side], count)
    return longest


def of_trades(run, out):
    trades = run["trades"]
    column = {word: numpy.array([trade[word] for trade in trades], dtype=float) for word in
              ("size", "entryPrice", "exitPrice", "entryBar", "exitBar", "pnl", "commission", "mae", "mfe")}
    pnl, n = column["pnl"], len(trades)
    won, lost = pnl > 0, pnl < 0
    out |= {"tradeCount": n, "winningTrades": won.sum(), "losingTrades": lost.sum(),
            "breakevenTrades": n - won.sum() - lost.sum(), "commissionTotal": column["commission"].sum()}
    traded = numpy.sum(numpy.abs(column["size"]) * (column["entryPrice"] + column["exitPrice"]))
    out["turnover"] = traded / numpy.mean(run["equity"])
    best = streaks(pnl)
    out |= {"longestWinStreak": best[1], "longestLossStreak": best[-1]}
    if n == 0:
        return
    rho = pnl / (numpy.abs(column["size"]) * column["entryPrice"])
    times = (run["time"][column["exitBar"].astype(int)] - run["time"][column["entryBar"].astype(int)]) / 1000
    out |= {"winRate": 100 * won.mean(), "expectancy": 100 * rho.mean(), "expectancyMoney": pnl.mean(),
            "bestTrade": 100 * rho.max(), "worstTrade": 100 * rho.min(), "maxTradeDuration": times.max(),
            "avgTradeDuration": times.mean(), "avgMae": column["mae"].mean(), "worstMae": column["mae"].min(),
            "avgMfe": column["mfe"].mean(), "bestMfe": column["mfe"].max(),
            "edgeRatio": ratio(column["mfe"].mean(), -column["mae"].mean())}
    out["avgTrade"] = 100 * (math.exp(numpy.mean(numpy.log1p(rho))) - 1) if rho.min() > -1 else -100
    if won.any():
        out["avgWin"] = 100 * rho[won].mean()
    if lost.any():
        out |= {"avgLoss": 100 * rho[lost].mean(), "profitFactor": pnl[won].sum() / -pnl[lost].sum(),
                "expectancyR": pnl.mean() / -pnl[lost].mean()}
    if won.any() and lost.any():
        out["payoffRatio"] = pnl[won].mean() / -pnl[lost].mean()
        out["kelly"] = won.mean() - (1 - won.mean()) / (rho[won].mean() / -rho[lost].mean())
    if n > 1 and numpy.ptp(pnl) > 0:
        out["sqn"] = math.sqrt(n) * pnl.mean() / numpy.std(pnl, ddof=1)


def of_presence(run, out):
    exposed = numpy.zeros(len(run["time"]) + 1, dtype=bool)
    for trade in run["trades"]:
        exposed[trade["entryBar"] : trade["exitBar"] + 1] = True
    exposed = exposed[:-1]
    stretches, begin = 0, None
    for at, inside in enumerate(list(exposed) + [False]):
        if inside and begin is None:
            begin = at
        elif not inside and begin is not None:
            stretches += run["time"][at - 1] + run["step"] - run["time"][begin]
            begin = None
    out |= {"exposureBars": exposed.sum(), "exposureTime": 100 * exposed.mean(),
            "timeInMarket": 100 * stretches / run["elapsed"]}


def metrics(run):
    """run: time (ms), step (ms), open, high, low, close, equity, cash, trades, days, riskFree, trials.
    A metric that there is not is absent."""
    with numpy.errstate(over="ignore"):
        return all_metrics(run)


def all_metrics(run):
    run = run | {"elapsed": run["time"][-1] + run["step"] - run["time"][0]}
    final, cash = run["equity"][-1], run["cash"]
    out = {"finalEquity": final, "totalReturn": 100 * (final / cash - 1),
           "buyHoldReturn": 100 * (run["close"][-1] / run["open"][0] - 1),
           "cagr": 100 * (numpy.float64(max(final / cash, 0)) ** (365 * DAY / run["elapsed"]) - 1)}
    for part in (of_days, of_falls, of_worst_prices, of_trades, of_presence):
        part(run, out)
    bars = returns_of(numpy.concatenate(([cash], run["equity"])))
    a = run["days"] * DAY / run["step"]
    if len(bars) > 1 and numpy.ptp(bars) > 0:
        rf = (1 + run["riskFree"]) ** (1 / a) - 1
        out["sharpePerBar"] = (bars.mean() - rf) / numpy.std(bars, ddof=1) * math.sqrt(a)
    if out["maxDrawdown"] < 0:
        out["calmarRatio"] = out["cagr"] / -out["maxDrawdown"]
    return {word: float(value) for word, value in out.items() if math.isfinite(value)}
