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

EACH, BARS, SEED = 40, 300, 20
INTERVALS = ("1h", "1d", "15m", "1w")


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


def configs_of(build, random, kind, table, folder, data):
    while True:
        config = kind.configuration(random, table)
        yield config, batch.with_columns(build, folder, [config], kind.columns_of)[0], data[config["data"]]


def main():
    build = sys.argv[1]
    folder = os.path.join(build, "tests", "oracle")
    random = numpy.random.default_rng(SEED)
    data, table, seeds = {}, [], {}
    for at in range(12):
        name, interval = f"run{at}", INTERVALS[at % len(INTERVALS)]
        seeds[name], data[name] = 1000 + at, walk(1000 + at, interval)
        bars.write_csv(data[name], os.path.join(folder, name + ".csv"))
        table.append((name, interval, float(numpy.median(data[name]["close"]))))

    def write(config, trades, metrics):
        print(json.dumps({"seed": seeds[config["data"]], "bars": BARS, "interval": config["interval"],
                          "request": config["request"], "trades": sums(trades), "metrics": metrics}))

    done = 0
    for config, columns, rows in configs_of(build, random, btpy_config, table, folder, data):
        try:
            found = btpy_library.outcome(config, rows, columns)
        except btpy_library.Refused:
            continue
        if len(found["trades"]) < 3:
            continue
        few = ("finalEquity", "maxDrawdown", "exposureTime", "avgTrade", "sqn", "beta", "avgDrawdownDuration",
               "annualVolatility", "profitFactor")
        write(config, found["trades"], {word: found["metrics"][word] for word in few if found["metrics"][word] is not None})
        done += 1
        if done == EACH:
            break
    done = 0
    for config, columns, rows in configs_of(build, random, plain_config, table, folder, data):
        config["request"]["finalize"] = True
        found = plain_random.plainly((config, rows, columns))
        if len(found["trades"]) < 3:
            continue
        metrics = metrics_plain.metrics({
            **rows, "step": walks.STEPS[config["interval"]] * 1000, "equity": numpy.array(found["equity"]),
            "trades": found["trades"], "cash": config["request"]["cash"], "days": 365, "riskFree": 0, "trials": 1})
        # (where a fall ends hangs on the last bit of equity, so no figure of episodes)
        few = ("finalEquity", "maxDrawdown", "exposureTime", "avgTrade", "sqn", "beta", "sharpeRatio", "profitFactor",
               "turnover", "avgMae")
        write(config, found["trades"], {word: metrics[word] for word in few if word in metrics})
        done += 1
        if done == EACH:
            break


if __name__ == "__main__":
    main()
