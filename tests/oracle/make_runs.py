#!/usr/bin/env python3
"""Writes tests/data/oracle_runs.jsonl: random requests over bars that the test makes again from a seed, with what
backtesting.py (its profile) and the plain implementation (the default profile) gave for them. Not run by
`make oracle`; usage: make_runs.py BUILD > tests/data/oracle_runs.jsonl"""
import json
import os
import sys

import numpy

import bars
import batch
import btpy_config
import btpy_library
import metrics_plain
import plain_config
import plain_random
import walks

LIBRARY, PLAIN = 50, 80  # runs of each profile
BARS, LONG_BARS, SEED = 300, 900, 20
INTERVALS = ("1h", "1d", "15m", "1w")
FINER = {"1h": "15m", "1d": "4h", "15m": "5m"}  # some bars are made of shorter ones


def walk(seed, interval, count=BARS):
    """The bars of tests/check_oracle_runs.c: quarters, with gaps at the open now and then."""
    state = seed

    def below(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    rows, close = [], 100.0
    for _ in range(count):
        start = close + ((below(17) - 8) / 4 if below(6) == 0 else 0)
        start = max(start, 20.0)
        close = max(start + (below(17) - 8) / 4, 20.0)
        high = max(start, close) + below(5) / 4
        low = min(start, close) - below(5) / 4
        rows.append((start, high, low, close, below(1000)))
    table = numpy.array(rows, dtype=float)
    data = {"time": numpy.arange(count, dtype=numpy.int64) * walks.STEPS[interval] * 1000 + 4 * 86400000}
    return data | {name: table[:, at].copy() for at, name in enumerate(("open", "high", "low", "close", "volume"))}


def sums(trades):
    """The trades in seven numbers."""
    words = ("size", "entryBar", "exitBar", "entryPrice", "exitPrice", "pnl")
    return {"count": len(trades)} | {word: float(sum(abs(trade[word]) if word == "size" else trade[word]
                                                     for trade in trades)) for word in words}


def library_runs(build, folder, random, data, table):
    """Of profile backtesting.py: (configuration, trades, metrics)."""
    while True:
        config = btpy_config.configuration(random, table)
        columns = batch.with_columns(build, folder, [config], btpy_config.columns_of)[0]
        try:
            found = btpy_library.outcome(config, data[config["data"]], columns)
        except btpy_library.Refused:
            continue
        few = ("finalEquity", "maxDrawdown", "exposureTime", "avgTrade", "sqn", "beta", "avgDrawdownDuration",
               "annualVolatility", "profitFactor")
        yield config, found["trades"], {word: value for word, value in found["metrics"].items()
                                        if word in few and value is not None}


def plain_runs(build, folder, random, data, table):
    """Of the default profile."""
    while True:
        config = plain_config.configuration(random, table)
        config["request"]["finalize"] = True
        config["whole"] = config["data"]
        task = plain_random.tasks_of(build, folder, random, [config], data)[0]
        found, rows, first = plain_random.plainly(task), task[1], config["first"]
        metrics = metrics_plain.metrics({name: column[first:] for name, column in rows.items()} | {
            "step": walks.STEPS[config["interval"]] * 1000, "equity": numpy.array(found["equity"]),
            "trades": found["trades"], "cash": config["request"]["cash"], "days": 365, "riskFree": 0, "trials": 1})
        # (where a fall ends hangs on the last bit of equity, so no figure of episodes)
        few = ("finalEquity", "maxDrawdown", "exposureTime", "avgTrade", "sqn", "beta", "sharpeRatio", "profitFactor",
               "turnover", "avgMae")
        yield config, found["trades"], {word: metrics[word] for word in few if word in metrics}


def main():
    build = sys.argv[1]
    folder = os.path.join(build, "tests", "oracle")
    random = numpy.random.default_rng(SEED)
    data, made, libraries, plains = {}, {}, [], []
    for at in range(16):
        name, interval, seed = f"run{at}", INTERVALS[at % len(INTERVALS)], 1000 + at
        stored = FINER.get(interval) if at >= 8 else None
        data[name] = walk(seed, stored or interval, LONG_BARS if stored else BARS)
        if stored:
            data[f"{name}-finer"] = data[name]
            data[name] = plain_random.longer(interval, data[name])
        made[name] = {"seed": seed, "bars": LONG_BARS if stored else BARS, "stored": stored or interval}
        price = float(numpy.median(data[name]["close"]))
        plains.append((name, interval, price, stored and f"{name}-finer", stored))
        if not stored:
            libraries.append((name, interval, price))
    for name, rows in data.items():
        bars.write_csv(rows, os.path.join(folder, name + ".csv"))
    for runs, table, wanted in ((library_runs, libraries, LIBRARY), (plain_runs, plains, PLAIN)):
        for config, trades, metrics in runs(build, folder, random, data, table):
            if len(trades) < 3:
                continue
            print(json.dumps(made[config.get("whole", config["data"])] | {
                "request": config["request"], "trades": sums(trades), "metrics": metrics}))
            wanted -= 1
            if wanted == 0:
                break


if __name__ == "__main__":
    main()
